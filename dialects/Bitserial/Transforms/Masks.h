//===- Masks.h - Words of codes from masks -------------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_MASKS_H
#define SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_MASKS_H

#include "dialects/Bitserial/Transforms/LoopBuilder.h"

namespace subbit::bitserial {

/// The address of the mask of output `bit` of 32, among those of `lanes` words
/// at a place.
mlir::Value addressOfMask(LoopBuilder &b, mlir::Value memref,
                          mlir::ValueRange at, mlir::Value bit, int64_t lanes);

/// The mask of the comparisons of a vector, or of packed ones: an i16 or i32.
mlir::Value makeMask(LoopBuilder &b, llvm::ArrayRef<mlir::Value> sets);

/// Stores a mask `words` words behind an address.
void storeMask(LoopBuilder &b, mlir::Value mask, mlir::Value address,
               int64_t words);

/// The words of codes of a vector, or of packed ones, from the masks in them.
LoopBuilder::Values transposeMasks(LoopBuilder &b, LoopBuilder::Values masks);

/// Vectors of sums as vectors of 16 bits, saturated.
LoopBuilder::Values packSums(LoopBuilder &b, llvm::ArrayRef<mlir::Value> sums);

} // namespace subbit::bitserial

#endif // SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_MASKS_H
