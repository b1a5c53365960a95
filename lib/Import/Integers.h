//===- Integers.h - Operands of integer operators ------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_LIB_IMPORT_INTEGERS_H
#define SUBBIT_LIB_IMPORT_INTEGERS_H

#include "lib/Import/Importer.h"

namespace subbit::importer {

/// Scales and zero points of a tensor: one of each, or one for each slice.
struct Scales {
  std::vector<float> scales;
  std::vector<int64_t> zeros; ///< as many
  int32_t type = onnx::TensorProto::UINT8;
};

/// Inputs `i` and `zeroInput`; without a zero point it is 0.
mlir::FailureOr<Scales> readScales(Importer &importer, Node &node, int i,
                                   int zeroInput);
/// The zero points alone, of integers without a scale.
mlir::FailureOr<Scales> readZeros(Importer &importer, Node &node, int i);

/// Integer constants as floats that are multiples of their scales; slices lie
/// along `axis`.
mlir::FailureOr<Parameter> dequantizeConstant(Node &node, int input,
                                              const Tensor &tensor,
                                              const Scales &scales,
                                              int64_t axis);
/// Weights as they are multiplied, from an input that must be constant.
mlir::FailureOr<Parameter> readIntegerWeights(Importer &importer, Node &node,
                                              int i, const Scales &scales,
                                              int64_t axis);

/// A convolution, or a matrix product, whose weights are [inputs, outputs];
/// `inputs` are the numbers of both operands among the node's inputs.
mlir::FailureOr<Tensor> buildProduct(Importer &importer, Node &node,
                                     const Tensor &input, Parameter weights,
                                     const Parameter *bias, bool isConv,
                                     std::pair<int, int> inputs);

/// The codes of int32 sums by a table of thresholds: how many are reached.
mlir::FailureOr<Tensor> thresholdSums(Importer &importer, Node &node,
                                      const Tensor &sums,
                                      const ConstantArray &table,
                                      llvm::ArrayRef<int64_t> tableShape);
/// Refuses a product whose sums could overflow int32.
mlir::LogicalResult checkSums(Node &node, mlir::Operation *product);
/// Sums as the model has them, not doubled; fails if they were multiplied.
mlir::FailureOr<mlir::Value> modelSums(Importer &importer, const Tensor &sums);
/// The floats of int32 sums.
mlir::FailureOr<Tensor> sumsToFloats(Importer &importer, Node &node,
                                     const Tensor &sums);
/// Makes a factor or addend of floats of sums part of their `mbn.rescale`, if
/// that gives the same floats and nothing else reads them.
bool foldIntoRescale(Importer &importer, const Tensor &input,
                     const Tensor &constant, bool isFactor);

} // namespace subbit::importer

#endif // SUBBIT_LIB_IMPORT_INTEGERS_H
