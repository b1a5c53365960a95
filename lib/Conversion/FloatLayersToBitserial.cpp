//===- FloatLayersToBitserial.cpp - Layers left in float ------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "lib/Conversion/LinalgBuilders.h"
#include "lib/Conversion/MBNToBitserial.h"
#include "lib/Numerics/Packing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace subbit;
using namespace subbit::bitserial;

/// Outputs that are decoded at a time, at most.
static constexpr int64_t kLargestTile = 32;

namespace {

/// `outputs` split into equal tiles, the largest that are not too large.
int64_t tileSize(const numerics::ConvGeometry &g) {
  int64_t outputs = g.outputs / g.groups;
  for (int64_t tile = std::min(outputs, kLargestTile);; --tile)
    if (outputs % tile == 0)
      return tile;
}

template <typename LayerOp>
struct FloatPattern : public OpConversionPattern<LayerOp> {
  FloatPattern(TypeConverter &converter, MLIRContext *context,
               const TargetInfo &target)
      : OpConversionPattern<LayerOp>(converter, context, /*benefit=*/2),
        target(target) {}

  static constexpr bool isMatmul = std::is_same_v<LayerOp, mbn::MatmulOp>;

  LogicalResult
  matchAndRewrite(LayerOp op, typename LayerOp::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.isQuantized())
      return rewriter.notifyMatchFailure(op, "has quantized operands");
    mbn::ConstantOp packed;
    if (auto decode = op.getWeights().template getDefiningOp<mbn::DecodeOp>())
      packed = mbn::getWeightsConstant(decode.getInput());
    Value y;
    if (packed && isa<mbn::BasesAttr>(packed.getValue())) {
      y = buildByOutputs(op, adaptor.getInput(), packed, rewriter);
      if (!y)
        y = buildByTiles(op, adaptor.getInput(), packed, rewriter);
    } else {
      FailureOr<std::vector<float>> weights =
          mbn::getConstantFloats(op.getWeights());
      if (packed)
        weights = mbn::decodeFloats(packed);
      if (failed(weights))
        return rewriter.notifyMatchFailure(op, "weights are no constant");
      y = buildWhole(op, adaptor.getInput(), *weights, rewriter);
    }
    rewriter.replaceOp(op, addBias(op, y, adaptor.getBias(), rewriter));
    return success();
  }

private:
  template <typename T>
  static Value constant(OpBuilder &b, LayerOp op, StringRef name,
                        ArrayRef<int64_t> shape, const std::vector<T> &values) {
    return buildLayerConstant(
        b, op.getLoc(), op.getLayer(), name,
        mbn::makeElements<T>(op.getContext(), shape, values,
                             (op.getLayer() + "." + name).str()));
  }

  /// Of one dimension.
  template <typename T>
  static Value list(OpBuilder &b, LayerOp op, StringRef name,
                    const std::vector<T> &values) {
    return constant(b, op, name, {static_cast<int64_t>(values.size())}, values);
  }

  /// What a layer stores of its bases.
  struct PackedConstants {
    PackedConstants(OpBuilder &b, LayerOp op,
                    const numerics::PackedProduct &arrays)
        : words(list(b, op, "words", arrays.words)) {
      const std::vector<int16_t> &all = arrays.coordinates;
      coordinates = arrays.fitsInt8()
                        ? list(b, op, "coordinates",
                               std::vector<int8_t>(all.begin(), all.end()))
                        : list(b, op, "coordinates", all);
      widths = list(b, op, "widths", arrays.widths);
    }
    Value words, coordinates, widths;
  };

  /// Blocks of outputs whose weights lie together: as many outputs as the loops
  /// over vectors take at a time, or down to half as many that divide them.
  int64_t blocksOf(const numerics::ConvGeometry &g) const {
    if (g.groups > 1 || target.lanes == 1)
      return g.groups;
    int64_t lanes = target.lanes, most = target.registers / 8 * lanes;
    for (int64_t width = most; 2 * width >= most; width -= lanes)
      if (g.outputs % width == 0)
        return g.outputs / width;
    return 1;
  }

  Value buildWhole(LayerOp op, Value input, const std::vector<float> &weights,
                   OpBuilder &b) const {
    numerics::ConvGeometry g = op.getGeometry();
    int64_t blocks = blocksOf(g);
    std::vector<float> moved = transposeWeights<float>(g, weights, blocks);
    if constexpr (isMatmul) {
      SmallVector<int64_t> shape{g.channels, g.outputs / blocks};
      if (blocks > 1)
        shape.insert(shape.begin(), blocks);
      return buildMatmul(b, op.getLoc(), input,
                         constant(b, op, "weights", shape, moved));
    } else {
      return buildConvolution(
          b, op.getLoc(), g, input,
          constant(b, op, "weights", transposedShape(g, blocks), moved));
    }
  }

  /// Signed sums of activations with outputs in lanes. Null for convolutions,
  /// which have many positions for each decoded weight, without lanes, and
  /// where blocks of ragged outputs would mostly store padding.
  Value buildByOutputs(LayerOp op, Value input, mbn::ConstantOp packed,
                       OpBuilder &b) const {
    if (!isMatmul || target.lanes == 1)
      return {};
    Location loc = op.getLoc();
    numerics::ConvGeometry g = op.getGeometry();
    numerics::Grouping grouping = mbn::getGrouping(packed.getType());
    numerics::Bases bases =
        mbn::readBases(cast<mbn::BasesAttr>(packed.getValue()));
    numerics::ProductRows rows(grouping, bases);
    int64_t lanes = target.lanes;
    std::vector<int32_t> order;
    numerics::PackedProduct arrays = numerics::packForLanes(rows, lanes, order);
    if (arrays.words.size() > 2 * numerics::packForPositions(rows).words.size())
      return {};
    int64_t used = order.size();
    arrays.words.resize(std::max<size_t>(arrays.words.size(), lanes));
    arrays.coordinates.resize(
        std::max<size_t>(arrays.coordinates.size(), lanes));
    auto schedule = ScheduleAttr::get(
        op.getContext(), Orientation::Outputs, lanes, /*vectors=*/1,
        target.hasFloatTables ? Counting::Tables : Counting::Words,
        Scaling::None, /*passes=*/1);
    auto geometry = GeometryAttr::get(
        op.getContext(), {g.channels, 1, 1}, {1, 1, g.channels},
        {1, 1, grouping.group().back()}, {used, 1, 1}, {1, 1}, {1, 1}, 1);
    int64_t padded = schedule.pad(used);
    PackedConstants stored(b, op, arrays);
    std::vector<float> laneSteps = bases.steps;
    if (laneSteps.size() > 1) {
      laneSteps.clear();
      for (int32_t c : order)
        laneSteps.push_back(c < g.outputs ? bases.steps[c] : 0);
      laneSteps.resize(padded, 0);
    }
    Value steps = list(b, op, "steps", laneSteps);
    // Lanes of no output add nothing to one more.
    Value places;
    int64_t columns = padded;
    auto isPlace = [](auto place) {
      return place.value() == static_cast<int32_t>(place.index());
    };
    if (used != g.outputs || !llvm::all_of(llvm::enumerate(order), isPlace)) {
      order.resize(padded, g.outputs);
      places = g.outputs < std::numeric_limits<int16_t>::max()
                   ? list(b, op, "order",
                          std::vector<int16_t>(order.begin(), order.end()))
                   : list(b, op, "order", order);
      columns = g.outputs + 1;
    }
    auto empty = [&](ArrayRef<int64_t> shape) -> Value {
      return tensor::EmptyOp::create(b, loc, shape, b.getF32Type());
    };
    int64_t batch = cast<RankedTensorType>(input.getType()).getDimSize(0);
    Value result = empty({batch, columns});
    if (places)
      result = linalg::FillOp::create(b, loc,
                                      ValueRange{arith::ConstantOp::create(
                                          b, loc, b.getF32FloatAttr(0))},
                                      ValueRange{result})
                   .getResult(0);
    Value workspace = empty({SumTables(geometry, schedule).size});
    Value y = FloatProductOp::create(
                  b, loc, TypeRange{result.getType(), workspace.getType()},
                  input, stored.words, stored.coordinates, stored.widths, steps,
                  result, workspace, places, op.getLayer(), geometry, schedule)
                  ->getResult(0);
    auto type = cast<RankedTensorType>(op.getType());
    SmallVector<OpFoldResult> offsets(2, b.getIndexAttr(0)),
        strides(2, b.getIndexAttr(1)),
        sizes{b.getIndexAttr(batch), b.getIndexAttr(g.outputs)};
    return tensor::ExtractSliceOp::create(b, loc, type, y, offsets, sizes,
                                          strides);
  }

  /// The product by tiles of outputs: decode a tile, multiply, insert.
  Value buildByTiles(LayerOp op, Value input, mbn::ConstantOp packed,
                     OpBuilder &b) const {
    Location loc = op.getLoc();
    numerics::ConvGeometry g = op.getGeometry();
    numerics::Grouping grouping = mbn::getGrouping(packed.getType());
    numerics::Bases bases =
        mbn::readBases(cast<mbn::BasesAttr>(packed.getValue()));
    numerics::ProductRows rows(grouping, bases);
    numerics::PackedProduct arrays = numerics::packForPositions(rows);
    int64_t tile = tileSize(g), tiles = g.outputs / tile;
    arrays.words.resize(std::max<size_t>(arrays.words.size(), 1));
    arrays.coordinates.resize(std::max<size_t>(arrays.coordinates.size(), 1));
    PackedConstants stored(b, op, arrays);
    Value starts = list(b, op, "starts", numerics::tileStarts(rows, tile));
    Value steps = list(b, op, "steps", bases.steps);

    ArrayRef<int64_t> group = grouping.group();
    SmallVector<int64_t> groupDims{1, 1, group.back()};
    if (!isMatmul)
      groupDims = {group[1], group[2], group[3]};
    auto geometry = GeometryAttr::get(
        op.getContext(), {g.channels, g.height, g.width},
        {g.kernelHeight, g.kernelWidth, g.groupChannels()}, groupDims,
        {g.outputs, g.outputHeight(), g.outputWidth()}, {g.strideY, g.strideX},
        {g.dilationY, g.dilationX}, g.groups);

    auto type = cast<RankedTensorType>(op.getType());
    Value result =
        tensor::EmptyOp::create(b, loc, type.getShape(), type.getElementType());
    auto body = [&](OpBuilder &b, Location loc, Value t, ValueRange args) {
      Value buffer = tensor::EmptyOp::create(b, loc, {g.kernelSize(), tile},
                                             b.getF32Type());
      Value decoded =
          DecodeOp::create(b, loc, buffer.getType(), stored.words,
                           stored.coordinates, stored.widths, starts, steps, t,
                           buffer, geometry, target.lanes > 1 ? tile : 1)
              ->getResult(0);
      Value y = multiply(b, loc, g, tile, tiles, input, decoded, t);
      Value first = arith::MulIOp::create(
          b, loc, t, arith::ConstantIndexOp::create(b, loc, tile));
      SmallVector<OpFoldResult> offsets(type.getRank(), b.getIndexAttr(0)),
          strides(type.getRank(), b.getIndexAttr(1)), sizes;
      offsets.back() = first;
      for (int64_t d : cast<RankedTensorType>(y.getType()).getShape())
        sizes.push_back(b.getIndexAttr(d));
      Value inserted = tensor::InsertSliceOp::create(b, loc, y, args[0],
                                                     offsets, sizes, strides);
      scf::YieldOp::create(b, loc, inserted);
    };
    auto index = [&](int64_t v) -> Value {
      return arith::ConstantIndexOp::create(b, loc, v);
    };
    return scf::ForOp::create(b, loc, index(0), index(tiles), index(1), result,
                              body)
        .getResult(0);
  }

  /// The product of the input with one decoded tile of outputs.
  static Value multiply(OpBuilder &b, Location loc,
                        const numerics::ConvGeometry &g, int64_t tile,
                        int64_t tiles, Value input, Value decoded, Value t) {
    if constexpr (isMatmul) {
      return buildMatmul(b, loc, input, decoded);
    } else {
      // A tile lies inside one group of the convolution.
      numerics::ConvGeometry part = g;
      part.outputs = tile;
      part.groups = 1;
      part.channels = g.groupChannels();
      if (g.groups > 1) {
        Value group = arith::DivUIOp::create(
            b, loc, t,
            arith::ConstantIndexOp::create(b, loc, tiles / g.groups));
        Value first = arith::MulIOp::create(
            b, loc, group,
            arith::ConstantIndexOp::create(b, loc, part.channels));
        SmallVector<OpFoldResult> offsets(4, b.getIndexAttr(0)),
            strides(4, b.getIndexAttr(1)), sizes;
        offsets.back() = first;
        SmallVector<int64_t> shape{g.batch, g.height, g.width, part.channels};
        for (int64_t d : shape)
          sizes.push_back(b.getIndexAttr(d));
        input = tensor::ExtractSliceOp::create(
            b, loc, RankedTensorType::get(shape, b.getF32Type()), input,
            offsets, sizes, strides);
      }
      SmallVector<int64_t> shape = transposedShape(part);
      Value weights = tensor::ExpandShapeOp::create(
          b, loc, RankedTensorType::get(shape, b.getF32Type()), decoded,
          ArrayRef<ReassociationIndices>{{0, 1, 2, 3}, {4}});
      return buildConvolution(b, loc, part, input, weights);
    }
  }

  static Value addBias(LayerOp op, Value y, Value bias, OpBuilder &b) {
    if (!bias)
      return y;
    if (auto values = mbn::getConstantFloats(op.getBias()); succeeded(values))
      bias = constant(b, op, "bias", {static_cast<int64_t>(values->size())},
                      *values);
    auto type = cast<RankedTensorType>(y.getType());
    auto rank = static_cast<unsigned>(type.getRank());
    AffineMap channel = AffineMap::getMultiDimMapWithTargets(
        rank, ArrayRef<unsigned>{rank - 1}, b.getContext());
    return buildElementwise(
        b, op.getLoc(), type, {y, bias},
        {b.getMultiDimIdentityMap(rank), channel},
        [](OpBuilder &b, Location loc, ValueRange args) -> Value {
          return arith::AddFOp::create(b, loc, args[0], args[1]);
        });
  }

  const TargetInfo &target;
};

} // namespace

void subbit::populateFloatLayerPatterns(TypeConverter &converter,
                                        RewritePatternSet &patterns,
                                        const TargetInfo &target) {
  patterns.add<FloatPattern<mbn::Conv2DOp>, FloatPattern<mbn::MatmulOp>>(
      converter, patterns.getContext(), target);
}
