//===- EpilogueToBitserial.cpp - What follows a product -------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "lib/Conversion/MBNToBitserial.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

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
    Value thresholds = buildLayerConstant(
        rewriter, loc, layer, "thresholds",
        mbn::makeElements<int32_t>(getContext(), shape, *table,
                                   (layer + ".thresholds").str()));
    Value empty = tensor::EmptyOp::create(
        rewriter, loc, op.getType().getShape(), rewriter.getI8Type());
    Value codes = bitserial::ThresholdOp::create(
                      rewriter, loc, empty.getType(), found->second.value,
                      thresholds, empty, found->second.schedule,
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

} // namespace

void subbit::populateEpiloguePatterns(TypeConverter &converter,
                                      RewritePatternSet &patterns,
                                      BlockedSumsMap &sums) {
  patterns.add<ThresholdPattern, RescalePattern>(converter,
                                                 patterns.getContext(), sums);
}
