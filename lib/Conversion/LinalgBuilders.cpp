//===- LinalgBuilders.cpp - Loops over tensors ----------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Conversion/LinalgBuilders.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace subbit;
using utils::IteratorType;

Value subbit::buildConstant(OpBuilder &builder, Location loc,
                            ElementsAttr value) {
  return arith::ConstantOp::create(builder, loc, cast<TypedAttr>(value));
}

Value subbit::buildZeros(OpBuilder &builder, Location loc,
                         ArrayRef<int64_t> shape, Type element) {
  Value empty = tensor::EmptyOp::create(builder, loc, shape, element);
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(element));
  return linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
}

/// A linalg.generic whose region yields what `body` gives.
static Value buildGeneric(OpBuilder &builder, Location loc, Value init,
                          ValueRange inputs, ArrayRef<AffineMap> maps,
                          ArrayRef<IteratorType> iterators, BodyBuilder body) {
  auto generic = linalg::GenericOp::create(
      builder, loc, init.getType(), inputs, init, maps, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        linalg::YieldOp::create(nested, loc, body(nested, loc, arguments));
      });
  return generic.getResult(0);
}

Value subbit::buildElementwise(OpBuilder &builder, Location loc,
                               RankedTensorType type, ValueRange inputs,
                               ArrayRef<AffineMap> maps, BodyBuilder body) {
  Value init = tensor::EmptyOp::create(builder, loc, type.getShape(),
                                       type.getElementType());
  SmallVector<AffineMap> allMaps(maps);
  allMaps.push_back(builder.getMultiDimIdentityMap(type.getRank()));
  SmallVector<IteratorType> iterators(type.getRank(), IteratorType::parallel);
  return buildGeneric(builder, loc, init, inputs, allMaps, iterators, body);
}

Value subbit::buildReduction(OpBuilder &builder, Location loc, Value init,
                             ValueRange inputs, ArrayRef<AffineMap> maps,
                             BodyBuilder body) {
  int64_t rank = cast<RankedTensorType>(init.getType()).getRank();
  SmallVector<AffineMap> allMaps(maps);
  allMaps.push_back(
      builder.getMultiDimIdentityMap(rank + 1).getMajorSubMap(rank));
  SmallVector<IteratorType> iterators(rank, IteratorType::parallel);
  iterators.push_back(IteratorType::reduction);
  return buildGeneric(builder, loc, init, inputs, allMaps, iterators, body);
}

Value subbit::buildPadding(OpBuilder &builder, Location loc, Value input,
                           ArrayRef<int64_t> pad) {
  if (llvm::all_of(pad, [](int64_t p) { return p == 0; }))
    return input;
  auto type = cast<RankedTensorType>(input.getType());
  SmallVector<OpFoldResult> low(4, builder.getIndexAttr(0)), high = low;
  SmallVector<int64_t> shape(type.getShape());
  for (int64_t d : {0, 1}) {
    low[d + 1] = builder.getIndexAttr(pad[d]);
    high[d + 1] = builder.getIndexAttr(pad[d + 2]);
    shape[d + 1] += pad[d] + pad[d + 2];
  }
  Value zero = arith::ConstantOp::create(
      builder, loc, builder.getZeroAttr(type.getElementType()));
  return tensor::PadOp::create(builder, loc, type.clone(shape), input, low,
                               high, zero);
}

/// accumulator + input * weight
static Value multiplyAdd(OpBuilder &builder, Location loc, ValueRange args) {
  if (args[0].getType().isInteger()) {
    Value product = arith::MulIOp::create(builder, loc, args[0], args[1]);
    return arith::AddIOp::create(builder, loc, args[2], product);
  }
  Value product = arith::MulFOp::create(builder, loc, args[0], args[1]);
  return arith::AddFOp::create(builder, loc, args[2], product);
}

Value subbit::buildConcat(OpBuilder &builder, Location loc,
                          RankedTensorType type, ValueRange parts,
                          int64_t axis) {
  int64_t rank = type.getRank(), offset = 0;
  Value result = tensor::EmptyOp::create(builder, loc, type.getShape(),
                                         type.getElementType());
  SmallVector<OpFoldResult> offsets(rank, builder.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(rank, builder.getIndexAttr(1));
  for (Value part : parts) {
    ArrayRef<int64_t> shape = cast<RankedTensorType>(part.getType()).getShape();
    SmallVector<OpFoldResult> sizes;
    for (int64_t size : shape)
      sizes.push_back(builder.getIndexAttr(size));
    offsets[axis] = builder.getIndexAttr(offset);
    Value place = tensor::ExtractSliceOp::create(builder, loc, result, offsets,
                                                 sizes, strides);
    Value copy = linalg::CopyOp::create(builder, loc, part, place).getResult(0);
    result = tensor::InsertSliceOp::create(builder, loc, copy, result, offsets,
                                           sizes, strides);
    offset += shape[axis];
  }
  return result;
}

Value subbit::buildConvolution(OpBuilder &builder, Location loc,
                               const numerics::ConvGeometry &g, Value input,
                               Value weights) {
  auto type = cast<RankedTensorType>(input.getType());
  Value padded = buildPadding(builder, loc, input,
                              {g.padTop, g.padLeft, g.padBottom, g.padRight});
  SmallVector<int64_t> shape(
      cast<RankedTensorType>(padded.getType()).getShape());
  shape.back() = g.groups;
  shape.push_back(g.groupChannels());
  SmallVector<ReassociationIndices> split = {{0}, {1}, {2}, {3, 4}};
  Value grouped = tensor::ExpandShapeOp::create(builder, loc, type.clone(shape),
                                                padded, split);
  int64_t parts = cast<RankedTensorType>(weights.getType()).getDimSize(0);
  Value init = buildZeros(
      builder, loc,
      {g.batch, g.outputHeight(), g.outputWidth(), parts, g.outputs / parts},
      type.getElementType());
  MLIRContext *context = builder.getContext();
  AffineExpr n, y, x, part, ky, kx, c, f;
  bindDims(context, n, y, x, part, ky, kx, c, f);
  AffineExpr group =
      parts == g.groups ? part : getAffineConstantExpr(0, context);
  SmallVector<AffineMap> maps = {
      AffineMap::get(8, 0,
                     {n, y * g.strideY + ky * g.dilationY,
                      x * g.strideX + kx * g.dilationX, group, c},
                     context),
      AffineMap::get(8, 0, {part, ky, kx, c, f}, context),
      AffineMap::get(8, 0, {n, y, x, part, f}, context)};
  constexpr auto parallel = IteratorType::parallel,
                 reduction = IteratorType::reduction;
  Value sums = buildGeneric(builder, loc, init, {grouped, weights}, maps,
                            {parallel, parallel, parallel, parallel, reduction,
                             reduction, reduction, parallel},
                            multiplyAdd);
  return tensor::CollapseShapeOp::create(builder, loc, sums, split);
}

Value subbit::buildMatmul(OpBuilder &builder, Location loc, Value input,
                          Value weights) {
  auto type = cast<RankedTensorType>(input.getType());
  auto weightsType = cast<RankedTensorType>(weights.getType());
  MLIRContext *context = builder.getContext();
  constexpr auto parallel = IteratorType::parallel,
                 reduction = IteratorType::reduction;
  if (weightsType.getRank() == 3) {
    Value init = buildZeros(builder, loc,
                            {type.getDimSize(0), weightsType.getDimSize(0),
                             weightsType.getDimSize(2)},
                            type.getElementType());
    AffineExpr n, block, k, f;
    bindDims(context, n, block, k, f);
    SmallVector<AffineMap> maps = {
        AffineMap::get(4, 0, {n, k}, context),
        AffineMap::get(4, 0, {block, k, f}, context),
        AffineMap::get(4, 0, {n, block, f}, context)};
    Value sums =
        buildGeneric(builder, loc, init, {input, weights}, maps,
                     {parallel, parallel, reduction, parallel}, multiplyAdd);
    return tensor::CollapseShapeOp::create(
        builder, loc, sums, ArrayRef<ReassociationIndices>{{0}, {1, 2}});
  }
  Value init =
      buildZeros(builder, loc, {type.getDimSize(0), weightsType.getDimSize(1)},
                 type.getElementType());
  AffineExpr n, k, f;
  bindDims(context, n, k, f);
  SmallVector<AffineMap> maps = {AffineMap::get(3, 0, {n, k}, context),
                                 AffineMap::get(3, 0, {k, f}, context),
                                 AffineMap::get(3, 0, {n, f}, context)};
  return buildGeneric(builder, loc, init, {input, weights}, maps,
                      {parallel, reduction, parallel}, multiplyAdd);
}
