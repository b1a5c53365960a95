//===- MBNToLinalg.h - The mbn dialect as linalg on tensors --- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_CONVERSION_MBNTOLINALG_H
#define SUBBIT_CONVERSION_MBNTOLINALG_H

#include "mlir/Transforms/DialectConversion.h"

namespace subbit {

/// Weights get their meaning from the constant: an error for each layer and
/// each decode whose quantized weights are none.
mlir::LogicalResult checkWeightsAreConstant(mlir::Operation *root);

/// Activations become `tensor<...xi8>` of level indices (unsigned); everything
/// else, types of weights included, stays.
void populateMBNToLinalgTypeConversions(mlir::TypeConverter &converter);

/// Patterns for the layers with float operands: conv2d, matmul, batch_norm,
/// layer_norm. Constant weights are transposed when the pattern runs, others by
/// an operation. With `decodeWeights` weights that `mbn.decode` gives of an
/// `mbn.constant` count as constants.
void populateFloatMBNToLinalgPatterns(mlir::TypeConverter &converter,
                                      mlir::RewritePatternSet &patterns,
                                      bool decodeWeights = false);

/// Patterns for all mbn operations but `mbn.constant` and the `mbn.decode` of
/// weights, which end in the constants that layers read.
void populateMBNToLinalgPatterns(mlir::TypeConverter &converter,
                                 mlir::RewritePatternSet &patterns);

} // namespace subbit

#endif // SUBBIT_CONVERSION_MBNTOLINALG_H
