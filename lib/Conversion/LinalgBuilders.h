//===- LinalgBuilders.h - Loops over tensors ------------------ -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_CONVERSION_LINALGBUILDERS_H
#define SUBBIT_CONVERSION_LINALGBUILDERS_H

#include "lib/Numerics/Interpreter.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace subbit {

using BodyBuilder = llvm::function_ref<mlir::Value(
    mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;

/// A constant of an elements attribute.
mlir::Value buildConstant(mlir::OpBuilder &builder, mlir::Location loc,
                          mlir::ElementsAttr value);

/// A tensor of zeros.
mlir::Value buildZeros(mlir::OpBuilder &builder, mlir::Location loc,
                       llvm::ArrayRef<int64_t> shape, mlir::Type element);

/// A new tensor of `type` computed element by element; `maps` are those of the
/// inputs, which are called with the inputs' elements.
mlir::Value buildElementwise(mlir::OpBuilder &builder, mlir::Location loc,
                             mlir::RankedTensorType type,
                             mlir::ValueRange inputs,
                             llvm::ArrayRef<mlir::AffineMap> maps,
                             BodyBuilder body);

/// `init` with `body(inputs..., accumulator)` folded over one more dimension,
/// the innermost, to which only the inputs' maps refer.
mlir::Value buildReduction(mlir::OpBuilder &builder, mlir::Location loc,
                           mlir::Value init, mlir::ValueRange inputs,
                           llvm::ArrayRef<mlir::AffineMap> maps,
                           BodyBuilder body);

/// `input` surrounded by zeros, [top, left, bottom, right] on dimensions 1, 2.
mlir::Value buildPadding(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Value input, llvm::ArrayRef<int64_t> pad);

/// Parts behind each other along `axis`, copied: whoever makes a part has a
/// buffer of its own to write to, without gaps.
mlir::Value buildConcat(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::RankedTensorType type, mlir::ValueRange parts,
                        int64_t axis);

/// The product of an input [batch, height, width, channels] with weights
/// [parts, kernel height, kernel width, channels / groups, outputs / parts],
/// both f32 or both i32. Parts are the groups, or blocks of the outputs of a
/// convolution of one group. Loops are in the order batch, height', width',
/// part, then the weights' dimensions.
mlir::Value buildConvolution(mlir::OpBuilder &builder, mlir::Location loc,
                             const numerics::ConvGeometry &geometry,
                             mlir::Value input, mlir::Value weights);

/// The product of [batch, inputs] and [inputs, outputs], or [blocks, inputs,
/// outputs / blocks]. Loops are in the order batch, then the weights'
/// dimensions.
mlir::Value buildMatmul(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::Value input, mlir::Value weights);

/// Weights [outputs, kernel height, kernel width, channels / groups] in the
/// order that buildConvolution takes (for a matrix product, of which the
/// geometry is a single position: that of buildMatmul), in `parts` parts, a
/// multiple of the groups; 0 for the groups.
template <typename T>
std::vector<T> transposeWeights(const numerics::ConvGeometry &geometry,
                                llvm::ArrayRef<T> weights, int64_t parts = 0) {
  int64_t kernel = geometry.kernelSize();
  parts = parts ? parts : geometry.groups;
  int64_t outputs = geometry.outputs / parts;
  std::vector<T> result;
  result.reserve(weights.size());
  for (int64_t p = 0; p < parts; ++p)
    for (int64_t k = 0; k < kernel; ++k)
      for (int64_t f = 0; f < outputs; ++f)
        result.push_back(weights[(p * outputs + f) * kernel + k]);
  return result;
}

/// The shape that transposeWeights gives a convolution's weights.
inline llvm::SmallVector<int64_t>
transposedShape(const numerics::ConvGeometry &geometry, int64_t parts = 0) {
  parts = parts ? parts : geometry.groups;
  return {parts, geometry.kernelHeight, geometry.kernelWidth,
          geometry.groupChannels(), geometry.outputs / parts};
}

} // namespace subbit

#endif // SUBBIT_CONVERSION_LINALGBUILDERS_H
