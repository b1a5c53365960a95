//===- FloatMBNToLinalg.cpp - Float layers as linalg ----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "lib/Conversion/LinalgBuilders.h"
#include "lib/Conversion/MBNToLinalg.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"

using namespace mlir;
using namespace subbit;

/// A map from `rank` dimensions to some of them.
static AffineMap selectDims(Builder &builder, int64_t rank,
                            ArrayRef<unsigned> dims) {
  return AffineMap::getMultiDimMapWithTargets(rank, dims, builder.getContext());
}

/// One input of a pattern's body per channel, the last dimension.
static AffineMap channelMap(Builder &builder, int64_t rank) {
  return selectDims(builder, rank, {static_cast<unsigned>(rank - 1)});
}

static Value add(OpBuilder &builder, Location loc, Value a, Value b) {
  return arith::AddFOp::create(builder, loc, a, b);
}

static Value sub(OpBuilder &builder, Location loc, Value a, Value b) {
  return arith::SubFOp::create(builder, loc, a, b);
}

static Value mul(OpBuilder &builder, Location loc, Value a, Value b) {
  return arith::MulFOp::create(builder, loc, a, b);
}

static Value div(OpBuilder &builder, Location loc, Value a, Value b) {
  return arith::DivFOp::create(builder, loc, a, b);
}

//===----------------------------------------------------------------------===//
// conv2d, matmul
//===----------------------------------------------------------------------===//

namespace {
template <typename OpT>
struct FloatLayerPattern : public OpConversionPattern<OpT> {
  FloatLayerPattern(TypeConverter &converter, MLIRContext *context,
                    bool decodeWeights)
      : OpConversionPattern<OpT>(converter, context),
        decodeWeights(decodeWeights) {}

  LogicalResult
  matchAndRewrite(OpT op, typename OpT::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.isQuantized())
      return rewriter.notifyMatchFailure(op, "has quantized operands");
    constexpr bool isMatmul = std::is_same_v<OpT, mbn::MatmulOp>;
    Location loc = op.getLoc();
    Value weights = transposed(op, adaptor.getWeights(), rewriter);
    Value y = isMatmul ? buildMatmul(rewriter, loc, adaptor.getInput(), weights)
                       : buildConvolution(rewriter, loc, op.getGeometry(),
                                          adaptor.getInput(), weights);
    if (adaptor.getBias()) {
      auto type = cast<RankedTensorType>(y.getType());
      int64_t rank = type.getRank();
      y = buildElementwise(
          rewriter, loc, type, {y, adaptor.getBias()},
          {rewriter.getMultiDimIdentityMap(rank), channelMap(rewriter, rank)},
          [](OpBuilder &b, Location loc, ValueRange args) {
            return add(b, loc, args[0], args[1]);
          });
    }
    rewriter.replaceOp(op, y);
    return success();
  }

private:
  FailureOr<std::vector<float>> constantWeights(OpT op) const {
    if (decodeWeights)
      if (auto decode = op.getWeights().template getDefiningOp<mbn::DecodeOp>())
        if (auto constant = mbn::getWeightsConstant(decode.getInput()))
          return mbn::decodeFloats(constant);
    return mbn::getConstantFloats(op.getWeights());
  }

  /// The weights with the outputs innermost.
  Value transposed(OpT op, Value weights,
                   ConversionPatternRewriter &rewriter) const {
    Location loc = op.getLoc();
    numerics::ConvGeometry g = op.getGeometry();
    SmallVector<int64_t> shape = transposedShape(g);
    SmallVector<int64_t> permutation = {0, 2, 3, 4, 1};
    constexpr bool isMatmul = std::is_same_v<OpT, mbn::MatmulOp>;
    if (isMatmul) {
      shape = {g.channels, g.outputs};
      permutation = {1, 0};
    }
    if (auto values = constantWeights(op); succeeded(values))
      return buildConstant(
          rewriter, loc,
          mbn::makeElements<float>(rewriter.getContext(), shape,
                                   transposeWeights<float>(g, *values),
                                   (op.getLayer() + ".weights").str()));
    if (!isMatmul) {
      SmallVector<int64_t> split(shape.begin(), shape.end());
      split.insert(split.begin() + 1, split.pop_back_val());
      auto type = cast<RankedTensorType>(weights.getType()).clone(split);
      weights = tensor::ExpandShapeOp::create(
          rewriter, loc, type, weights,
          ArrayRef<ReassociationIndices>{{0, 1}, {2}, {3}, {4}});
    }
    Value empty =
        tensor::EmptyOp::create(rewriter, loc, shape, rewriter.getF32Type());
    return linalg::TransposeOp::create(rewriter, loc, weights, empty,
                                       permutation)
        ->getResult(0);
  }

  bool decodeWeights;
};

//===----------------------------------------------------------------------===//
// batch_norm
//===----------------------------------------------------------------------===//

struct BatchNormPattern : public OpConversionPattern<mbn::BatchNormOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(mbn::BatchNormOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto [s, t] = getFactors(op, adaptor, rewriter);
    int64_t rank = op.getType().getRank();
    AffineMap all = rewriter.getMultiDimIdentityMap(rank),
              channel = channelMap(rewriter, rank);
    rewriter.replaceOp(
        op,
        buildElementwise(rewriter, op.getLoc(), op.getType(),
                         {adaptor.getInput(), s, t}, {all, channel, channel},
                         [](OpBuilder &b, Location loc, ValueRange args) {
                           Value product = mul(b, loc, args[0], args[1]);
                           return add(b, loc, product, args[2]);
                         }));
    return success();
  }

private:
  /// s and t of `x * s + t`; constants where the parameters are.
  std::pair<Value, Value>
  getFactors(mbn::BatchNormOp op, OpAdaptor adaptor,
             ConversionPatternRewriter &rewriter) const {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getScale().getType());
    float epsilon = op.getEpsilon().convertToFloat();
    auto scale = mbn::getConstantFloats(op.getScale()),
         bias = mbn::getConstantFloats(op.getBias()),
         mean = mbn::getConstantFloats(op.getMean()),
         variance = mbn::getConstantFloats(op.getVariance());
    if (succeeded(scale) && succeeded(bias) && succeeded(mean) &&
        succeeded(variance)) {
      std::vector<float> s, t;
      for (size_t c = 0; c < scale->size(); ++c) {
        auto norm = numerics::BatchNorm::get(
            (*scale)[c], (*bias)[c], (*mean)[c], (*variance)[c], epsilon);
        s.push_back(norm.s);
        t.push_back(norm.t);
      }
      auto constant = [&](ArrayRef<float> values, StringRef name) {
        return buildConstant(
            rewriter, loc,
            mbn::makeElements<float>(rewriter.getContext(), type.getShape(),
                                     values, (op.getLayer() + name).str()));
      };
      return {constant(s, ".s"), constant(t, ".t")};
    }
    AffineMap all = rewriter.getMultiDimIdentityMap(1);
    Type f64 = rewriter.getF64Type();
    auto extend = [&](OpBuilder &b, Location loc, Value value) -> Value {
      return arith::ExtFOp::create(b, loc, f64, value);
    };
    Value wide = buildElementwise(
        rewriter, loc, type.clone(f64),
        {adaptor.getScale(), adaptor.getVariance()}, {all, all},
        [&](OpBuilder &b, Location loc, ValueRange args) {
          Value e =
              arith::ConstantOp::create(b, loc, b.getF64FloatAttr(epsilon));
          Value deviation = math::SqrtOp::create(
              b, loc, add(b, loc, extend(b, loc, args[1]), e));
          return div(b, loc, extend(b, loc, args[0]), deviation);
        });
    auto round = [&](OpBuilder &b, Location loc, Value value) -> Value {
      return arith::TruncFOp::create(b, loc, b.getF32Type(), value);
    };
    Value s =
        buildElementwise(rewriter, loc, type, wide, all,
                         [&](OpBuilder &b, Location loc, ValueRange args) {
                           return round(b, loc, args[0]);
                         });
    Value t = buildElementwise(
        rewriter, loc, type, {adaptor.getBias(), adaptor.getMean(), wide},
        {all, all, all}, [&](OpBuilder &b, Location loc, ValueRange args) {
          Value shift = mul(b, loc, extend(b, loc, args[1]), args[2]);
          return round(b, loc, sub(b, loc, extend(b, loc, args[0]), shift));
        });
    return {s, t};
  }
};

//===----------------------------------------------------------------------===//
// layer_norm
//===----------------------------------------------------------------------===//

struct LayerNormPattern : public OpConversionPattern<mbn::LayerNormOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(mbn::LayerNormOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    RankedTensorType type = op.getType();
    int64_t rank = type.getRank();
    Value x = adaptor.getInput();
    RankedTensorType rowType = type.clone(type.getShape().drop_back());
    AffineMap all = rewriter.getMultiDimIdentityMap(rank),
              row = all.getMajorSubMap(rank - 1),
              channel = channelMap(rewriter, rank),
              everyRow = rewriter.getMultiDimIdentityMap(rank - 1);
    Value zeros =
        buildZeros(rewriter, loc, rowType.getShape(), rewriter.getF32Type());
    auto constant = [](OpBuilder &b, Location loc, float value) -> Value {
      return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(value));
    };
    float count = type.getShape().back();
    float epsilon = op.getEpsilon().convertToFloat();

    Value sum = buildReduction(rewriter, loc, zeros, x, all,
                               [](OpBuilder &b, Location loc, ValueRange args) {
                                 return add(b, loc, args[1], args[0]);
                               });
    Value mean =
        buildElementwise(rewriter, loc, rowType, sum, everyRow,
                         [&](OpBuilder &b, Location loc, ValueRange args) {
                           return div(b, loc, args[0], constant(b, loc, count));
                         });
    Value squares = buildReduction(
        rewriter, loc, zeros, {x, mean}, {all, row},
        [](OpBuilder &b, Location loc, ValueRange args) {
          Value difference = sub(b, loc, args[0], args[1]);
          return add(b, loc, args[2], mul(b, loc, difference, difference));
        });
    Value factor = buildElementwise(
        rewriter, loc, rowType, squares, everyRow,
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          Value variance = div(b, loc, args[0], constant(b, loc, count));
          Value deviation = math::SqrtOp::create(
              b, loc, add(b, loc, variance, constant(b, loc, epsilon)));
          return div(b, loc, constant(b, loc, 1), deviation);
        });
    rewriter.replaceOp(
        op, buildElementwise(
                rewriter, loc, type,
                {x, mean, factor, adaptor.getScale(), adaptor.getBias()},
                {all, row, row, channel, channel},
                [](OpBuilder &b, Location loc, ValueRange args) {
                  Value centered = sub(b, loc, args[0], args[1]);
                  Value normal = mul(b, loc, centered, args[2]);
                  return add(b, loc, mul(b, loc, normal, args[3]), args[4]);
                }));
    return success();
  }
};

struct ConcatPattern : public OpConversionPattern<tosa::ConcatOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(tosa::ConcatOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, buildConcat(rewriter, op.getLoc(),
                                       cast<RankedTensorType>(op.getType()),
                                       adaptor.getOperands(), op.getAxis()));
    return success();
  }
};
} // namespace

void subbit::populateFloatMBNToLinalgPatterns(TypeConverter &converter,
                                              RewritePatternSet &patterns,
                                              bool decodeWeights) {
  MLIRContext *context = patterns.getContext();
  patterns
      .add<FloatLayerPattern<mbn::Conv2DOp>, FloatLayerPattern<mbn::MatmulOp>>(
          converter, context, decodeWeights);
  patterns.add<BatchNormPattern, LayerNormPattern, ConcatPattern>(converter,
                                                                  context);
}
