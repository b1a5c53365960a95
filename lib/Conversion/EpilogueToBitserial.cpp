//===- EpilogueToBitserial.cpp - What follows a product -------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "lib/Conversion/MBNToBitserial.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"
#include <limits>

using namespace mlir;
using namespace subbit;
using namespace subbit::bitserial;

namespace {

DenseI64ArrayAttr rowsOf(mbn::BorderAttr border) {
  return border ? DenseI64ArrayAttr::get(border.getContext(), border.getRows())
                : DenseI64ArrayAttr();
}

DenseI64ArrayAttr columnsOf(mbn::BorderAttr border) {
  return border
             ? DenseI64ArrayAttr::get(border.getContext(), border.getColumns())
             : DenseI64ArrayAttr();
}

/// Hands the result of a traced operation on.
Value trace(ConversionPatternRewriter &rewriter, Operation *op, Value result) {
  auto number = op->getAttrOfType<IntegerAttr>("mbn.trace");
  if (!number)
    return result;
  return TraceOp::create(
             rewriter, op->getLoc(), result.getType(),
             rewriter.getStringAttr(getLayerOfSums(op->getOperand(0))), number,
             result)
      ->getResult(0);
}

template <typename T> FailureOr<std::vector<T>> constantOf(Value value) {
  Attribute attr;
  if (!matchPattern(value, m_Constant(&attr)))
    return failure();
  return mbn::readElements<T>(attr);
}

/// Thresholds for sums that are saturated to 16 bits: one less, as INT16_MAX is
/// never exceeded. Empty if one of them does not fit.
std::vector<int16_t> packThresholds(ArrayRef<int32_t> thresholds) {
  constexpr int32_t never = std::numeric_limits<int32_t>::max();
  std::vector<int16_t> packed;
  for (int32_t t : thresholds) {
    int64_t less = t == never ? INT16_MAX : int64_t(t) - 1;
    bool fits = t == never || (less >= INT16_MIN && less < INT16_MAX);
    if (!fits)
      return {};
    packed.push_back(static_cast<int16_t>(less));
  }
  return packed;
}

struct ThresholdPattern : public OpConversionPattern<mbn::ThresholdOp> {
  ThresholdPattern(TypeConverter &converter, MLIRContext *context,
                   BlockedSumsMap &sums)
      : OpConversionPattern(converter, context, /*benefit=*/2), sums(sums) {}

  LogicalResult
  matchAndRewrite(mbn::ThresholdOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto found = sums.find(op.getInput());
    auto table = constantOf<int32_t>(op.getThresholds());
    if (found == sums.end() || failed(table))
      return rewriter.notifyMatchFailure(op, "no packed product");
    Location loc = op.getLoc();
    auto tableType = op.getThresholds().getType();
    SmallVector<int64_t> shape(tableType.getShape());
    int64_t outputs = op.getInput().getType().getShape().back();
    int64_t count = shape.back();
    if (!found->second.schedule.inPixels()) {
      // [outputs, count] becomes [count, padded outputs].
      int64_t padded = found->second.schedule.pad(outputs);
      std::vector<int32_t> moved(count * padded, 0);
      for (int64_t c = 0; c < outputs; ++c)
        for (int64_t k = 0; k < count; ++k)
          moved[k * padded + c] = (*table)[c * count + k];
      *table = std::move(moved);
      shape = {count, padded};
    }
    StringRef layer = getLayerOfSums(op.getInput());
    std::string name = (layer + ".thresholds").str();
    std::vector<int16_t> halves;
    if (found->second.schedule.getPackedVectors())
      halves = packThresholds(*table);
    Value thresholds = buildLayerConstant(
        rewriter, loc, layer, "thresholds",
        halves.empty()
            ? mbn::makeElements<int32_t>(getContext(), shape, *table, name)
            : mbn::makeElements<int16_t>(getContext(), shape, halves, name));
    Value empty = tensor::EmptyOp::create(
        rewriter, loc, op.getType().getShape(), rewriter.getI8Type());
    Value codes =
        bitserial::ThresholdOp::create(
            rewriter, loc, empty.getType(), found->second.value, thresholds,
            empty, Value(), Value(), found->second.schedule,
            rowsOf(op.getBorderAttr()), columnsOf(op.getBorderAttr()))
            ->getResult(0);
    rewriter.replaceOp(op, trace(rewriter, op, codes));
    return success();
  }

  BlockedSumsMap &sums;
};

struct RescalePattern : public OpConversionPattern<mbn::RescaleOp> {
  RescalePattern(TypeConverter &converter, MLIRContext *context,
                 BlockedSumsMap &sums)
      : OpConversionPattern(converter, context, /*benefit=*/2), sums(sums) {}

  LogicalResult
  matchAndRewrite(mbn::RescaleOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto found = sums.find(op.getInput());
    auto scale = constantOf<float>(op.getScale());
    auto base = constantOf<float>(op.getBase());
    if (found == sums.end() || failed(scale) || failed(base))
      return rewriter.notifyMatchFailure(op, "no packed product");
    Location loc = op.getLoc();
    StringRef layer = getLayerOfSums(op.getInput());
    auto constant = [&](StringRef name, RankedTensorType type,
                        const std::vector<float> &values) {
      return buildLayerConstant(
          rewriter, loc, layer, name,
          mbn::makeElements<float>(getContext(), type.getShape(), values,
                                   (layer + "." + name).str()));
    };
    Value empty = tensor::EmptyOp::create(
        rewriter, loc, op.getType().getShape(), rewriter.getF32Type());
    Value floats = bitserial::RescaleOp::create(
                       rewriter, loc, empty.getType(), found->second.value,
                       constant("scale", op.getScale().getType(), *scale),
                       constant("base", op.getBase().getType(), *base), empty,
                       found->second.schedule, rowsOf(op.getBorderAttr()),
                       columnsOf(op.getBorderAttr()))
                       ->getResult(0);
    rewriter.replaceOp(op, trace(rewriter, op, floats));
    return success();
  }

  BlockedSumsMap &sums;
};

/// What is added to the sums of a product: codes or the sums of another one.
struct Residual {
  Value value;
  /// Of each output: for sums scale and base, for codes what each stands for.
  std::vector<std::vector<float>> terms;
};

// encode(rescale(S) + x), of decoded codes or other sums x: both are read where
// they are, in place of the floats.
struct ResidualPattern : public OpConversionPattern<mbn::EncodeOp> {
  ResidualPattern(TypeConverter &converter, MLIRContext *context,
                  BlockedSumsMap &sums)
      : OpConversionPattern(converter, context, /*benefit=*/2), sums(sums) {}

  LogicalResult
  matchAndRewrite(mbn::EncodeOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto add = op.getInput().getDefiningOp<tosa::AddOp>();
    if (!add || !add->hasOneUse())
      return rewriter.notifyMatchFailure(op, "no addition of its own");
    constexpr int64_t most = 16;
    int64_t levels = op.getType().getLevels().getNumLevels();
    if (levels > most)
      return rewriter.notifyMatchFailure(op, "more codes than are compared");
    // The later product rather adds what the earlier one gave.
    Value first = add.getInput1(), second = add.getInput2();
    if (isBefore(first, second))
      std::swap(first, second);
    mbn::RescaleOp rescale;
    std::optional<Residual> residual;
    for (auto [own, other] :
         {std::pair(first, second), std::pair(second, first)})
      if (!residual && (rescale = findRescale(own)))
        residual = findResidual(rewriter, rescale, other, most);
    if (!residual)
      return rewriter.notifyMatchFailure(op, "no sums of its own beside codes "
                                             "or other sums");
    const BlockedSums &own = sums.find(rescale.getInput())->second;

    Location loc = op.getLoc();
    int64_t outputs = op.getType().getShape().back();
    auto scale = constantOf<float>(rescale.getScale());
    auto base = constantOf<float>(rescale.getBase());
    int64_t rows = op.getNumThresholdRows();
    std::vector<float> given = op.getThresholdValues(), thresholds, terms;
    for (int64_t c = 0; c < outputs; ++c) {
      auto row = given.begin() + (rows > 1 ? c * (levels - 1) : 0);
      thresholds.insert(thresholds.end(), row, row + levels - 1);
      const std::vector<float> &values =
          residual->terms[residual->terms.size() > 1 ? c : 0];
      terms.insert(terms.end(), {(*scale)[c], (*base)[c]});
      terms.insert(terms.end(), values.begin(), values.end());
    }
    StringRef layer = getLayerOfSums(rescale.getInput());
    auto constant = [&](StringRef name, const std::vector<float> &values) {
      int64_t columns = values.size() / outputs;
      return buildLayerConstant(
          rewriter, loc, layer, name,
          mbn::makeElements<float>(getContext(), {outputs, columns}, values,
                                   (layer + "." + name).str()));
    };
    Value empty = tensor::EmptyOp::create(
        rewriter, loc, op.getType().getShape(), rewriter.getI8Type());
    rewriter.replaceOp(op, bitserial::ThresholdOp::create(
                               rewriter, loc, empty.getType(), own.value,
                               constant("thresholds", thresholds), empty,
                               residual->value, constant("terms", terms),
                               own.schedule, nullptr, nullptr)
                               ->getResult(0));
    return success();
  }

private:
  /// Whether a value is there before another.
  static bool isBefore(Value a, Value b) {
    Operation *left = a.getDefiningOp(), *right = b.getDefiningOp();
    return !left || (right && left->getBlock() == right->getBlock() &&
                     left->isBeforeInBlock(right));
  }

  /// The rescale of a product's sums with positions in lanes that nothing but
  /// an addition reads, not even who watches; or null.
  mbn::RescaleOp findRescale(Value value) const {
    auto rescale = value.getDefiningOp<mbn::RescaleOp>();
    if (!rescale || !rescale->hasOneUse() || rescale.getBorder() ||
        rescale->hasAttr("mbn.trace"))
      return {};
    auto found = sums.find(rescale.getInput());
    bool fits = found != sums.end() && found->second.schedule.inPixels() &&
                succeeded(constantOf<float>(rescale.getScale())) &&
                succeeded(constantOf<float>(rescale.getBase()));
    return fits ? rescale : mbn::RescaleOp();
  }

  /// What a value of codes or sums adds to those behind `own`.
  std::optional<Residual> findResidual(ConversionPatternRewriter &rewriter,
                                       mbn::RescaleOp own, Value value,
                                       int64_t mostCodes) const {
    ArrayRef<int64_t> shape = own.getType().getShape();
    if (cast<ShapedType>(value.getType()).getShape() != shape)
      return std::nullopt;
    Residual residual;
    if (auto decode = value.getDefiningOp<mbn::DecodeOp>()) {
      mbn::MultiBitType input = decode.getInput().getType();
      if (input.isWeights() || input.getLevels().getNumLevels() > mostCodes)
        return std::nullopt;
      numerics::Levels levels = input.getLevels().toNumerics();
      residual.value = rewriter.getRemappedValue(decode.getInput());
      residual.terms.resize(1);
      for (int64_t i = 0; i < levels.count(); ++i)
        residual.terms[0].push_back(levels.value(i));
      return residual;
    }
    auto rescale = findRescale(value);
    if (!rescale)
      return std::nullopt;
    // Whole blocks of positions are read.
    residual.value = sums.find(rescale.getInput())->second.value;
    Value blocks = sums.find(own.getInput())->second.value;
    if (cast<ShapedType>(residual.value.getType()).getShape().back() <
        cast<ShapedType>(blocks.getType()).getShape().back())
      return std::nullopt;
    auto scale = constantOf<float>(rescale.getScale());
    auto base = constantOf<float>(rescale.getBase());
    for (int64_t c = 0; c < shape.back(); ++c)
      residual.terms.push_back({(*scale)[c], (*base)[c]});
    return residual;
  }

  BlockedSumsMap &sums;
};

} // namespace

void subbit::populateEpiloguePatterns(TypeConverter &converter,
                                      RewritePatternSet &patterns,
                                      BlockedSumsMap &sums) {
  patterns.add<ThresholdPattern, RescalePattern, ResidualPattern>(
      converter, patterns.getContext(), sums);
}
