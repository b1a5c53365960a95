//===- FoldIntoWeights.h - Normalization to steps and bias ---- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_MBN_TRANSFORMS_FOLDINTOWEIGHTS_H
#define SUBBIT_DIALECTS_MBN_TRANSFORMS_FOLDINTOWEIGHTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace subbit::mbn {

/// Folds multiplications and additions of constants around layers with
/// quantized weights into the weights' steps and the layers' biases, where no
/// encode follows. Results round otherwise; a remark says so for each layer,
/// and why what is left is. Returns the number of operations that are gone.
int64_t foldIntoWeights(mlir::func::FuncOp function);

} // namespace subbit::mbn

#endif // SUBBIT_DIALECTS_MBN_TRANSFORMS_FOLDINTOWEIGHTS_H
