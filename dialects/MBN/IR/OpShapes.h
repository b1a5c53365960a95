//===- OpShapes.h - Shapes in verifiers of operations --------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_MBN_IR_OPSHAPES_H
#define SUBBIT_DIALECTS_MBN_IR_OPSHAPES_H

#include "dialects/MBN/IR/MBN.h"

namespace subbit::mbn {

/// The shape of a ranked or quantized tensor.
llvm::ArrayRef<int64_t> shapeOf(mlir::Type type);

/// As in `2x3`.
std::string shapeText(llvm::ArrayRef<int64_t> shape);

/// Refuses another shape: "expects WHAT of shape ..., found ...".
mlir::LogicalResult verifyShape(mlir::Operation *op, llvm::StringRef what,
                                mlir::Type type,
                                llvm::ArrayRef<int64_t> expected);

} // namespace subbit::mbn

#endif // SUBBIT_DIALECTS_MBN_IR_OPSHAPES_H
