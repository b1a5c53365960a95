//===- OpVerifiers.h - What verifiers of operations share ----- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_BITSERIAL_IR_OPVERIFIERS_H
#define SUBBIT_DIALECTS_BITSERIAL_IR_OPVERIFIERS_H

#include "dialects/Bitserial/IR/Bitserial.h"

namespace subbit::bitserial {

/// Element type and number of elements of a tensor or memref.
mlir::Type elementOf(mlir::Value value);
int64_t sizeOf(mlir::Value value);

/// Refuses other elements than f32, or integers of one of the widths: "has NAME
/// of element type ...".
mlir::LogicalResult verifyElement(mlir::Operation *op, llvm::StringRef name,
                                  mlir::Value value,
                                  llvm::ArrayRef<int64_t> widths, bool isFloat);

/// Refuses another rank: "has NAME of rank ..., expects ...".
mlir::LogicalResult verifyRank(mlir::Operation *op, llvm::StringRef name,
                               mlir::Value value, int64_t rank);

} // namespace subbit::bitserial

#endif // SUBBIT_DIALECTS_BITSERIAL_IR_OPVERIFIERS_H
