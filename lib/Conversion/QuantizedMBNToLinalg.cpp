//===- QuantizedMBNToLinalg.cpp - Level indices as linalg -----------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "lib/Conversion/LinalgBuilders.h"
#include "lib/Conversion/MBNToLinalg.h"
#include "lib/Numerics/Thresholds.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace subbit;

static AffineMap selectDims(Builder &builder, int64_t rank,
                            ArrayRef<unsigned> dims) {
  return AffineMap::getMultiDimMapWithTargets(rank, dims, builder.getContext());
}

/// A tensor of indices as the tensor of a table's entries.
static Value lookUp(OpBuilder &builder, Location loc, Value indices,
                    ElementsAttr table) {
  auto type = cast<RankedTensorType>(indices.getType());
  Value entries = buildConstant(builder, loc, table);
  return buildElementwise(
      builder, loc, type.clone(table.getElementType()), indices,
      builder.getMultiDimIdentityMap(type.getRank()),
      [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
        Value index =
            arith::IndexCastUIOp::create(b, loc, b.getIndexType(), args[0]);
        return tensor::ExtractOp::create(b, loc, entries, index);
      });
}

/// count + 1 where a threshold is reached
static Value countReached(OpBuilder &b, Location loc, Value reached,
                          Value count) {
  Value one = arith::ExtUIOp::create(b, loc, b.getI8Type(), reached);
  return arith::AddIOp::create(b, loc, count, one);
}

/// The classes of a border as constants, to be looked up by position.
static std::pair<Value, Value> buildBorder(OpBuilder &builder, Location loc,
                                           mbn::BorderAttr border) {
  auto constant = [&](ArrayRef<int64_t> classes) {
    auto type = RankedTensorType::get({static_cast<int64_t>(classes.size())},
                                      builder.getIndexType());
    return buildConstant(builder, loc,
                         DenseIntElementsAttr::get(type, classes));
  };
  return {constant(border.getRows()), constant(border.getColumns())};
}

/// The entry of a table for the position that a linalg body runs at: the row's
/// class, the column's class, then the loops from dimension 3 on.
static Value extractAtBorder(OpBuilder &b, Location loc, Value table,
                             std::pair<Value, Value> border) {
  SmallVector<Value> at;
  for (int64_t dim : {1, 2}) {
    Value position = linalg::IndexOp::create(b, loc, dim);
    at.push_back(tensor::ExtractOp::create(
        b, loc, dim == 1 ? border.first : border.second, position));
  }
  int64_t rank = cast<RankedTensorType>(table.getType()).getRank();
  for (int64_t dim = 3; dim <= rank; ++dim)
    at.push_back(linalg::IndexOp::create(b, loc, dim));
  return tensor::ExtractOp::create(b, loc, table, at);
}

namespace {
//===----------------------------------------------------------------------===//
// encode, decode
//===----------------------------------------------------------------------===//

/// Of more thresholds a line tells which to compare, or they are searched.
constexpr int64_t kMostCompared = 31;

struct EncodePattern : public OpConversionPattern<mbn::EncodeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(mbn::EncodeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    int64_t rows = op.getNumThresholdRows();
    int64_t count = op.getThresholdValues().size() / rows;
    Value input = adaptor.getInput();
    std::optional<numerics::ThresholdLine> line;
    if (count > kMostCompared && rows == 1)
      line = numerics::findLine(op.getThresholdValues());
    rewriter.replaceOp(op, line ? guess(rewriter, op, input, *line)
                           : count > kMostCompared
                               ? search(rewriter, op, input)
                               : compare(rewriter, op, input));
    return success();
  }

private:
  static Value compare(OpBuilder &builder, mbn::EncodeOp op, Value input) {
    Location loc = op.getLoc();
    std::vector<float> thresholds = op.getThresholdValues();
    int64_t rows = op.getNumThresholdRows(), size = thresholds.size();
    SmallVector<int64_t> tableShape{size / rows};
    if (rows > 1)
      tableShape.insert(tableShape.begin(), rows);
    Value table =
        buildConstant(builder, loc,
                      mbn::makeElements<float>(builder.getContext(), tableShape,
                                               thresholds, "thresholds"));
    ArrayRef<int64_t> shape = op.getType().getShape();
    unsigned rank = shape.size();
    Value init = buildZeros(builder, loc, shape, builder.getI8Type());
    AffineMap element =
        builder.getMultiDimIdentityMap(rank + 1).getMajorSubMap(rank);
    AffineMap tableMap = rows > 1
                             ? selectDims(builder, rank + 1, {rank - 1, rank})
                             : selectDims(builder, rank + 1, {rank});
    return buildReduction(
        builder, loc, init, {input, table}, {element, tableMap},
        [](OpBuilder &b, Location loc, ValueRange args) {
          return countReached(b, loc, isReached(b, loc, args[0], args[1]),
                              args[2]);
        });
  }

  /// Ordered: a NaN reaches no threshold, and none reaches a NaN.
  static Value isReached(OpBuilder &b, Location loc, Value x, Value threshold) {
    return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGE, x,
                                 threshold);
  }

  /// The line's number, and one more where its threshold is reached.
  static Value guess(OpBuilder &builder, mbn::EncodeOp op, Value input,
                     const numerics::ThresholdLine &line) {
    std::vector<float> thresholds = op.getThresholdValues();
    Value table = buildConstant(
        builder, op.getLoc(),
        mbn::makeElements<float>(builder.getContext(),
                                 {static_cast<int64_t>(thresholds.size())},
                                 thresholds, "thresholds"));
    ArrayRef<int64_t> shape = op.getType().getShape();
    auto body = [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
      auto constant = [&](float value) -> Value {
        return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(value));
      };
      Value x = args[0], zero = constant(0), most = constant(line.most);
      Value scaled = arith::MulFOp::create(b, loc, x, constant(line.scale));
      Value y = arith::AddFOp::create(b, loc, scaled, constant(line.offset));
      auto select = [&](arith::CmpFPredicate predicate, Value bound) {
        Value isInside = arith::CmpFOp::create(b, loc, predicate, y, bound);
        y = arith::SelectOp::create(b, loc, isInside, y, bound);
      };
      select(arith::CmpFPredicate::OGT, zero); // not of a NaN
      select(arith::CmpFPredicate::OLT, most);
      Value number = arith::FPToSIOp::create(b, loc, b.getI32Type(), y);
      Value index =
          arith::IndexCastUIOp::create(b, loc, b.getIndexType(), number);
      Value threshold = tensor::ExtractOp::create(b, loc, table, index);
      Value one = arith::ExtUIOp::create(b, loc, b.getI32Type(),
                                         isReached(b, loc, x, threshold));
      Value code = arith::AddIOp::create(b, loc, number, one);
      return arith::TruncIOp::create(b, loc, b.getI8Type(), code);
    };
    return buildElementwise(
        builder, op.getLoc(), RankedTensorType::get(shape, builder.getI8Type()),
        input, builder.getMultiDimIdentityMap(shape.size()), body);
  }

  /// Thresholds do not fall. Behind them are NaNs, up to one less than a power
  /// of two, so that each step decides a bit of the code.
  static Value search(OpBuilder &builder, mbn::EncodeOp op, Value input) {
    Location loc = op.getLoc();
    std::vector<float> thresholds = op.getThresholdValues(), padded;
    int64_t rows = op.getNumThresholdRows(), count = thresholds.size() / rows;
    int64_t size = llvm::PowerOf2Ceil(count + 1);
    for (int64_t row = 0; row < rows; ++row) {
      auto first = thresholds.begin() + row * count;
      padded.insert(padded.end(), first, first + count);
      padded.resize((row + 1) * size, std::numeric_limits<float>::quiet_NaN());
    }
    Value table = buildConstant(builder, loc,
                                mbn::makeElements<float>(builder.getContext(),
                                                         {rows * size}, padded,
                                                         "thresholds"));
    ArrayRef<int64_t> shape = op.getType().getShape();
    unsigned rank = shape.size();
    return buildElementwise(
        builder, loc, RankedTensorType::get(shape, builder.getI8Type()), input,
        builder.getMultiDimIdentityMap(rank),
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          auto index = [&](int64_t value) -> Value {
            return arith::ConstantIndexOp::create(b, loc, value);
          };
          Value first = index(0);
          if (rows > 1)
            first = arith::MulIOp::create(
                b, loc, linalg::IndexOp::create(b, loc, rank - 1), index(size));
          Value at = first;
          for (int64_t half = size / 2; half > 0; half /= 2) {
            Value threshold = tensor::ExtractOp::create(
                b, loc, table,
                ValueRange{arith::AddIOp::create(b, loc, at, index(half - 1))});
            Value behind = arith::AddIOp::create(b, loc, at, index(half));
            at = arith::SelectOp::create(
                b, loc, isReached(b, loc, args[0], threshold), behind, at);
          }
          Value code = arith::SubIOp::create(b, loc, at, first);
          return arith::IndexCastUIOp::create(b, loc, b.getI8Type(), code);
        });
  }
};

struct DecodePattern : public OpConversionPattern<mbn::DecodeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(mbn::DecodeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.getInput().getType().isWeights())
      return rewriter.notifyMatchFailure(op, "decodes weights");
    numerics::Levels levels = op.getInput().getType().getLevels().toNumerics();
    std::vector<float> values;
    for (int64_t i = 0; i < levels.count(); ++i)
      values.push_back(levels.value(i));
    rewriter.replaceOp(op, lookUp(rewriter, op.getLoc(), adaptor.getInput(),
                                  mbn::makeElements<float>(
                                      rewriter.getContext(), {levels.count()},
                                      values, "levels")));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// conv2d, matmul
//===----------------------------------------------------------------------===//

template <typename OpT>
struct FusedLayerPattern : public OpConversionPattern<OpT> {
  using OpConversionPattern<OpT>::OpConversionPattern;

  LogicalResult
  matchAndRewrite(OpT op, typename OpT::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op.isQuantized())
      return rewriter.notifyMatchFailure(op, "has float operands");
    mbn::ConstantOp constant = mbn::getWeightsConstant(op.getWeights());
    if (!constant)
      return rewriter.notifyMatchFailure(op, "weights are no mbn.constant");
    Location loc = op.getLoc();
    MLIRContext *context = rewriter.getContext();
    numerics::ConvGeometry g = op.getGeometry();
    constexpr bool isMatmul = std::is_same_v<OpT, mbn::MatmulOp>;

    std::vector<int16_t> integers = mbn::decodeIntegers(constant).values;
    std::vector<int32_t> wide(integers.begin(), integers.end());
    SmallVector<int64_t> shape = transposedShape(g);
    if (isMatmul)
      shape = {g.channels, g.outputs};
    Value weights =
        buildConstant(rewriter, loc,
                      mbn::makeElements<int32_t>(
                          context, shape, transposeWeights<int32_t>(g, wide),
                          (op.getLayer() + ".weights").str()));

    // X - zero, so that the zeros around the image contribute nothing.
    auto inputType = cast<mbn::MultiBitType>(op.getInput().getType());
    numerics::Levels levels = inputType.getLevels().toNumerics();
    std::vector<int32_t> codes;
    for (int64_t i = 0; i < levels.count(); ++i)
      codes.push_back(levels.code(i) - levels.zero);
    Value input = lookUp(
        rewriter, loc, adaptor.getInput(),
        mbn::makeElements<int32_t>(context, {levels.count()}, codes, "codes"));
    rewriter.replaceOp(
        op, isMatmul ? buildMatmul(rewriter, loc, input, weights)
                     : buildConvolution(rewriter, loc, g, input, weights));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// rescale, threshold
//===----------------------------------------------------------------------===//

struct RescalePattern : public OpConversionPattern<mbn::RescaleOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(mbn::RescaleOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    unsigned rank = type.getRank();
    AffineMap channel = selectDims(rewriter, rank, {rank - 1});
    SmallVector<Value> inputs = {adaptor.getInput()};
    SmallVector<AffineMap> maps = {rewriter.getMultiDimIdentityMap(rank)};
    std::pair<Value, Value> border;
    if (mbn::BorderAttr attr = op.getBorderAttr())
      border = buildBorder(rewriter, loc, attr);
    // What differs from channel to channel only.
    for (Value table : {adaptor.getScale(), adaptor.getBase()})
      if (cast<RankedTensorType>(table.getType()).getRank() == 1) {
        inputs.push_back(table);
        maps.push_back(channel);
      }
    auto body = [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
      ValueRange channels = args.drop_front();
      auto entry = [&](Value table) {
        if (cast<RankedTensorType>(table.getType()).getRank() > 1)
          return extractAtBorder(b, loc, table, border);
        Value result = channels.front();
        channels = channels.drop_front();
        return result;
      };
      Value scale = entry(adaptor.getScale());
      Value base = entry(adaptor.getBase());
      Value sum = arith::SIToFPOp::create(b, loc, b.getF32Type(), args[0]);
      Value scaled = arith::MulFOp::create(b, loc, sum, scale);
      Value y = arith::AddFOp::create(b, loc, scaled, base);
      // -0 -> +0, |y| < 2^-100 -> 0; a NaN stays
      auto constant = [&](float value) -> Value {
        return arith::ConstantOp::create(b, loc, b.getF32FloatAttr(value));
      };
      Value magnitude = math::AbsFOp::create(b, loc, y);
      Value tiny = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT,
                                         magnitude, constant(0x1p-100f));
      return arith::SelectOp::create(b, loc, tiny, constant(0), y);
    };
    rewriter.replaceOp(
        op, buildElementwise(rewriter, loc, type, inputs, maps, body));
    return success();
  }
};

struct ScorePattern : public OpConversionPattern<mbn::ScoreOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(mbn::ScoreOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type = cast<RankedTensorType>(op.getType());
    unsigned rank = type.getRank();
    AffineMap channel = selectDims(rewriter, rank, {rank - 1});
    rewriter.replaceOp(
        op, buildElementwise(
                rewriter, op.getLoc(), type,
                {adaptor.getInput(), adaptor.getFactor(), adaptor.getAddend()},
                {rewriter.getMultiDimIdentityMap(rank), channel, channel},
                [](OpBuilder &b, Location loc, ValueRange args) -> Value {
                  Value product =
                      arith::MulIOp::create(b, loc, args[0], args[1]);
                  return arith::AddIOp::create(b, loc, product, args[2]);
                }));
    return success();
  }
};

struct ThresholdPattern : public OpConversionPattern<mbn::ThresholdOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(mbn::ThresholdOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    ArrayRef<int64_t> shape = op.getType().getShape();
    unsigned rank = shape.size();
    Value init = buildZeros(rewriter, loc, shape, rewriter.getI8Type());
    AffineMap element =
        rewriter.getMultiDimIdentityMap(rank + 1).getMajorSubMap(rank);
    Value thresholds = adaptor.getThresholds();
    // The table gives the loop over thresholds its length; with a border the
    // body looks the entry up, row and column class 0 stand in for it here.
    std::pair<Value, Value> border;
    AffineMap entry = selectDims(rewriter, rank + 1, {rank - 1, rank});
    if (mbn::BorderAttr attr = op.getBorderAttr()) {
      border = buildBorder(rewriter, loc, attr);
      AffineExpr zero = rewriter.getAffineConstantExpr(0);
      entry = AffineMap::get(rank + 1, 0,
                             {zero, zero, rewriter.getAffineDimExpr(rank - 1),
                              rewriter.getAffineDimExpr(rank)},
                             rewriter.getContext());
    }
    auto body = [&](OpBuilder &b, Location loc, ValueRange args) {
      Value least =
          border.first ? extractAtBorder(b, loc, thresholds, border) : args[1];
      Value reached = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge,
                                            args[0], least);
      return countReached(b, loc, reached, args[2]);
    };
    rewriter.replaceOp(op, buildReduction(rewriter, loc, init,
                                          {adaptor.getInput(), thresholds},
                                          {element, entry}, body));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Codes to codes
//===----------------------------------------------------------------------===//

struct MaxPool2DPattern : public OpConversionPattern<mbn::MaxPool2DOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(mbn::MaxPool2DOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Type i8 = rewriter.getI8Type();
    // Index 0 is the least level: around the image it never wins.
    Value padded = buildPadding(rewriter, loc, adaptor.getInput(), op.getPad());
    Value init = buildZeros(rewriter, loc, op.getType().getShape(), i8);
    Value kernel = tensor::EmptyOp::create(rewriter, loc, op.getKernel(), i8);
    auto pool = linalg::PoolingNhwcMaxUnsignedOp::create(
        rewriter, loc, init.getType(), ValueRange{padded, kernel}, init,
        rewriter.getI64VectorAttr(op.getStride()),
        rewriter.getI64VectorAttr({1, 1}));
    rewriter.replaceOp(op, pool.getResult(0));
    return success();
  }
};

struct ReshapePattern : public OpConversionPattern<mbn::ReshapeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(mbn::ReshapeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ArrayRef<int64_t> shape = op.getType().getShape();
    auto shapeType = RankedTensorType::get({static_cast<int64_t>(shape.size())},
                                           rewriter.getIndexType());
    Value dims = buildConstant(rewriter, op.getLoc(),
                               DenseIntElementsAttr::get(shapeType, shape));
    rewriter.replaceOpWithNewOp<tensor::ReshapeOp>(
        op, getTypeConverter()->convertType(op.getType()), adaptor.getInput(),
        dims);
    return success();
  }
};

struct TransposePattern : public OpConversionPattern<mbn::TransposeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(mbn::TransposeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Value empty = tensor::EmptyOp::create(
        rewriter, op.getLoc(), op.getType().getShape(), rewriter.getI8Type());
    rewriter.replaceOpWithNewOp<linalg::TransposeOp>(
        op, adaptor.getInput(), empty, op.getPermutation());
    return success();
  }
};

struct ConcatPattern : public OpConversionPattern<mbn::ConcatOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(mbn::ConcatOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto type =
        RankedTensorType::get(op.getType().getShape(), rewriter.getI8Type());
    rewriter.replaceOp(op, buildConcat(rewriter, op.getLoc(), type,
                                       adaptor.getInputs(), op.getAxis()));
    return success();
  }
};
} // namespace

void subbit::populateMBNToLinalgTypeConversions(TypeConverter &converter) {
  converter.addConversion([](Type type) { return type; });
  converter.addConversion([](mbn::MultiBitType type) -> Type {
    if (type.isWeights())
      return type;
    return RankedTensorType::get(type.getShape(),
                                 IntegerType::get(type.getContext(), 8));
  });
}

void subbit::populateMBNToLinalgPatterns(TypeConverter &converter,
                                         RewritePatternSet &patterns) {
  populateFloatMBNToLinalgPatterns(converter, patterns, /*decodeWeights=*/true);
  patterns.add<EncodePattern, DecodePattern, FusedLayerPattern<mbn::Conv2DOp>,
               FusedLayerPattern<mbn::MatmulOp>, RescalePattern, ScorePattern,
               ThresholdPattern, MaxPool2DPattern, ReshapePattern,
               TransposePattern, ConcatPattern>(converter,
                                                patterns.getContext());
}
