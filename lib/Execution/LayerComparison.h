//===- LayerComparison.h - Integer products against floats ---- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EXECUTION_LAYERCOMPARISON_H
#define SUBBIT_EXECUTION_LAYERCOMPARISON_H

#include "lib/Execution/Comparison.h"

namespace subbit {

/// Compares each product of a fused module, alone and fed the codes that the
/// interpreter feeds it, with its decoded float meaning: decoded weights times
/// decoded codes, by the reference. Sums of floats have no fixed order, so a
/// difference is what exceeds `1e-5 * sum_k |w_k| * max|x|` for the output's
/// weights and the largest of the levels.
llvm::Expected<std::vector<ComparedValues>>
compareProductsWithReference(mlir::ModuleOp fused, const ImageBatches &batches);

} // namespace subbit

#endif // SUBBIT_EXECUTION_LAYERCOMPARISON_H
