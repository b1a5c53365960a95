//===- LowLevel.h - Past memrefs and the optimizer ------------ -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_LOWLEVEL_H
#define SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_LOWLEVEL_H

#include "dialects/Bitserial/Transforms/LoopBuilder.h"

namespace subbit::bitserial {

/// The same vector, of which the optimizer knows nothing: sums of several LLVM
/// would rearrange to trees, which are shorter but take more registers than
/// there are. For x86.
mlir::Value pin(LoopBuilder &b, mlir::Value vector);

/// Lets LLVM keep the loop as it is.
void disableUnrolling(mlir::Operation *loop);

/// The same number, of which the optimizer knows nothing: it can neither split
/// an address nor hoist what is read there. A block's patch words do not change
/// from row to row; hoisting them out of the rows' loop would take more
/// registers than there are, so that each would be stored and read again. Read
/// in place they are memory operands of the xor, or loaded when they are
/// needed.
mlir::Value hide(LoopBuilder &b, mlir::Value index, unsigned bits = 32);

/// The address of an element of a memref, in bytes.
mlir::Value addressOf(LoopBuilder &b, mlir::Value memref, mlir::ValueRange at);

/// What lies at an address, a value of any alignment.
mlir::Value loadAt(LoopBuilder &b, mlir::Value address, mlir::Type type);

/// Stores an integer at an address that is a multiple of its size.
void storeAt(LoopBuilder &b, mlir::Value value, mlir::Value address);

} // namespace subbit::bitserial

#endif // SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_LOWLEVEL_H
