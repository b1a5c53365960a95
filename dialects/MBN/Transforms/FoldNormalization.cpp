//===- FoldNormalization.cpp - Chains to thresholds -----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "dialects/MBN/Transforms/Chain.h"
#include "dialects/MBN/Transforms/FoldIntoWeights.h"
#include "dialects/MBN/Transforms/Passes.h"
#include "lib/Numerics/Interpreter.h"
#include "lib/Numerics/Quantizer.h"
#include "lib/Numerics/Thresholds.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include <cmath>

using namespace mlir;
using namespace subbit;

namespace subbit::mbn {
#define GEN_PASS_DEF_FOLDNORMALIZATIONPASS
#include "dialects/MBN/Transforms/Passes.h.inc"
} // namespace subbit::mbn

using namespace subbit::mbn;

namespace {

/// What lies between a value and an encode.
struct Chain {
  /// The value that the chain begins with.
  Value source;
  /// In order of evaluation.
  std::vector<ChainStep> steps;
  /// Nothing but the encode reads the source or what is made of it.
  bool exclusive = true;

  float apply(float x, int64_t channel) const {
    for (const ChainStep &step : steps)
      x = step.apply(x, channel);
    return x;
  }
  bool falls(int64_t channel) const {
    bool result = false;
    for (const ChainStep &step : steps)
      result ^= step.falls(channel);
    return result;
  }
};

/// Walks from a value up as far as operations are steps.
Chain findChain(Value value) {
  Chain chain;
  for (;;) {
    chain.exclusive &= value.hasOneUse();
    Operation *op = value.getDefiningOp();
    if (!op)
      break;
    Value next;
    FailureOr<ChainStep> step = getChainStep(op, next);
    if (failed(step))
      break;
    chain.steps.push_back(std::move(*step));
    value = next;
  }
  chain.source = value;
  std::reverse(chain.steps.begin(), chain.steps.end());
  return chain;
}

/// For which outputs the chain's result falls where the sum rises.
SmallVector<bool> fallingOutputs(const Chain &chain, RescaleOp rescale) {
  SmallVector<bool> falls;
  int64_t outputs = cast<RankedTensorType>(rescale.getType()).getShape().back();
  for (int64_t c = 0; c < outputs; ++c)
    falls.push_back(chain.falls(c));
  return falls;
}

// encode(chain(rescale(S))) -> threshold(S)
struct FoldIntoThresholds : public OpRewritePattern<EncodeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(EncodeOp op,
                                PatternRewriter &rewriter) const override {
    Chain chain = findChain(op.getInput());
    auto rescale = chain.source.getDefiningOp<RescaleOp>();
    if (!rescale)
      return rewriter.notifyMatchFailure(op, "no chain from a product");
    Operation *product = rescale.getInput().getDefiningOp();
    if (!isa_and_nonnull<Conv2DOp, MatmulOp>(product))
      return rewriter.notifyMatchFailure(op, "sums come from no product");
    auto scale = getConstantFloats(rescale.getScale());
    auto base = getConstantFloats(rescale.getBase());
    mbn::ConstantOp weights = getWeightsConstant(product->getOperand(1));
    if (failed(scale) || failed(base) || !weights)
      return rewriter.notifyMatchFailure(op, "scale or weights not constant");

    SmallVector<bool> falls = fallingOutputs(chain, rescale);
    Attribute negated;
    if (llvm::is_contained(falls, true)) {
      if (!chain.exclusive || !product->getResult(0).hasOneUse())
        return rewriter.notifyMatchFailure(op, "negated sums are used twice");
      if (!(negated = negateOutputs(weights, falls)))
        return rewriter.notifyMatchFailure(op, "weights cannot be negated");
    }
    int64_t outputs = falls.size();

    auto table = findTable(op, chain, product, weights, *scale, *base, falls);
    if (!table)
      return rewriter.notifyMatchFailure(op, "the chain gives NaN");
    if (negated) {
      Value constant = mbn::ConstantOp::create(rewriter, weights.getLoc(),
                                               weights.getType(), negated);
      rewriter.modifyOpInPlace(product,
                               [&] { product->setOperand(1, constant); });
    }
    int64_t levels = op.getType().getLevels().getNumLevels();
    BorderAttr border = rescale.getBorderAttr();
    SmallVector<int64_t> shape;
    if (border)
      shape = {border.getNumRowClasses(), border.getNumColumnClasses()};
    shape.append({outputs, levels - 1});
    auto layer = product->getAttrOfType<StringAttr>("layer");
    Value thresholds = arith::ConstantOp::create(
        rewriter, op.getLoc(),
        cast<TypedAttr>(
            makeElements<int32_t>(getContext(), shape, *table,
                                  (layer.getValue() + ".thresholds").str())));
    rewriter.replaceOpWithNewOp<ThresholdOp>(
        op, op.getType(), product->getResult(0), thresholds, border);
    return success();
  }

  /// Thresholds of each border class and output; none if some sum has no code.
  static std::optional<std::vector<int32_t>>
  findTable(EncodeOp op, const Chain &chain, Operation *product,
            mbn::ConstantOp weights, ArrayRef<float> scale,
            ArrayRef<float> base, ArrayRef<bool> falls) {
    numerics::Levels levels = op.getType().getLevels().toNumerics();
    std::vector<float> thresholds = op.getThresholdValues();
    int64_t rows = op.getNumThresholdRows(), columns = levels.count() - 1;
    numerics::Levels input =
        cast<MultiBitType>(product->getOperand(0).getType())
            .getLevels()
            .toNumerics();
    IntegerWeights integers = decodeIntegers(weights);
    int64_t outputs = falls.size();
    std::vector<int64_t> bounds;
    for (int64_t c = 0; c < outputs; ++c)
      bounds.push_back(maxSum(integers, outputs, c, input));
    std::vector<int32_t> table;
    for (size_t i = 0; i < base.size(); ++i) {
      int64_t c = i % outputs;
      auto reached = ArrayRef<float>(thresholds)
                         .slice(rows > 1 ? c * columns : 0, columns);
      auto evaluate = [&](int32_t sum) {
        return chain.apply(
            numerics::rescale(falls[c] ? -sum : sum,
                              scale[scale.size() == base.size() ? i : c],
                              base[i]),
            c);
      };
      // Infinities come at the ends first, and no other float becomes NaN.
      if (std::isnan(evaluate(-bounds[c])) || std::isnan(evaluate(bounds[c])))
        return std::nullopt;
      std::vector<int32_t> row = numerics::findThresholds(
          -bounds[c], bounds[c], levels.count(), [&](int32_t sum) {
            return numerics::encode(evaluate(sum), reached);
          });
      table.insert(table.end(), row.begin(), row.end());
    }
    return table;
  }
};

// encode(chain(x)) -> encode(x) with other thresholds
struct FoldIntoEncode : public OpRewritePattern<EncodeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(EncodeOp op,
                                PatternRewriter &rewriter) const override {
    Chain chain = findChain(op.getInput());
    if (chain.steps.empty() || chain.source.getDefiningOp<RescaleOp>())
      return rewriter.notifyMatchFailure(op, "no chain of its own");
    ArrayRef<int64_t> shape = op.getType().getShape();
    int64_t channels = shape.back(), rows = op.getNumThresholdRows();
    bool perChannel = rows > 1;
    for (const ChainStep &step : chain.steps)
      perChannel |= !step.norms.empty() || step.constants.size() > 1;
    if (!perChannel)
      channels = 1;
    constexpr float infinity = std::numeric_limits<float>::infinity();
    constexpr float largest = std::numeric_limits<float>::max();
    int64_t columns = op.getType().getLevels().getNumLevels() - 1;
    std::vector<float> old = op.getThresholdValues(), thresholds;
    for (int64_t c = 0; c < channels; ++c) {
      // Codes have to rise with the float, and a NaN where there was none would
      // be another code.
      if (chain.falls(c))
        return rewriter.notifyMatchFailure(op, "the chain falls");
      for (float x : {-infinity, -largest, largest, infinity})
        if (std::isnan(chain.apply(x, c)))
          return rewriter.notifyMatchFailure(op, "the chain gives NaN");
      auto reached =
          ArrayRef<float>(old).slice(rows > 1 ? c * columns : 0, columns);
      std::vector<float> row =
          numerics::findFloatThresholds(columns, [&](float x) {
            return numerics::encode(chain.apply(x, c), reached);
          });
      thresholds.insert(thresholds.end(), row.begin(), row.end());
    }
    SmallVector<int64_t> tableShape{columns};
    if (channels > 1)
      tableShape.insert(tableShape.begin(), channels);
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputMutable().assign(chain.source);
      op.setThresholdsAttr(makeElements<float>(getContext(), tableShape,
                                               thresholds, "thresholds"));
    });
    return success();
  }
};

/// Whether no sum of 32 bits gives an infinity on the way through a chain, and
/// so none a NaN.
bool staysFinite(const Chain &chain, RescaleOp rescale) {
  auto scale = getConstantFloats(rescale.getScale());
  auto base = getConstantFloats(rescale.getBase());
  if (failed(scale) || failed(base))
    return false;
  auto largest = [](ArrayRef<float> values) {
    double most = 0;
    for (float value : values)
      most = std::max(most, std::fabs(double(value)));
    return most;
  };
  double start = largest(*scale) * 0x1p31 + largest(*base);
  int64_t outputs = cast<RankedTensorType>(rescale.getType()).getShape().back();
  for (int64_t c = 0; c < outputs; ++c) {
    double bound = start;
    for (const ChainStep &step : chain.steps) {
      using Kind = ChainStep::Kind;
      if (step.kind == Kind::Clamp) {
        bound = std::max(std::fabs(step.least), std::fabs(step.most));
      } else if (step.kind == Kind::Norm) {
        bound = bound * std::fabs(step.norms[c].s) + std::fabs(step.norms[c].t);
      } else {
        double x = std::fabs(step.constant(c));
        bound = step.kind == Kind::Multiply ? bound * x
                : step.kind == Kind::Divide ? bound / x
                                            : bound + x;
      }
      if (!(bound < std::numeric_limits<float>::max()))
        return false;
    }
  }
  return start < std::numeric_limits<float>::max();
}

// encode(max_pool(x)) -> max_pool(encode(x)): codes rise with what they encode,
// if that is no NaN, of which the maximum would be one.
struct MoveEncode : public OpRewritePattern<EncodeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(EncodeOp op,
                                PatternRewriter &rewriter) const override {
    auto pool = op.getInput().getDefiningOp<tosa::MaxPool2dOp>();
    if (!pool || !pool->hasOneUse())
      return rewriter.notifyMatchFailure(op, "no maximum of its own");
    Value image = imageOf(pool);
    Chain chain = findChain(image);
    auto rescale = chain.source.getDefiningOp<RescaleOp>();
    if (!rescale || !staysFinite(chain, rescale))
      return rewriter.notifyMatchFailure(op, "no maximum of finite sums");
    ArrayRef<int64_t> p = pool.getPad(); // top, bottom, left, right
    auto shape = cast<RankedTensorType>(image.getType()).getShape();
    Value codes = EncodeOp::create(rewriter, op.getLoc(),
                                   op.getType().cloneWithShape(shape), image,
                                   op.getThresholdsAttr());
    rewriter.replaceOpWithNewOp<MaxPool2DOp>(
        op, op.getType(), codes,
        rewriter.getDenseI64ArrayAttr(pool.getKernel()),
        rewriter.getDenseI64ArrayAttr(pool.getStride()),
        rewriter.getDenseI64ArrayAttr({p[0], p[2], p[1], p[3]}));
    return success();
  }

  /// What is pooled, with the last rows and columns that only TOSA, whose
  /// windows must divide the image, cuts off.
  static Value imageOf(tosa::MaxPool2dOp pool) {
    Value cut = pool.getInput();
    auto slice = cut.getDefiningOp<tosa::SliceOp>();
    SmallVector<int64_t> start;
    if (!slice || !slice->hasOneUse() ||
        llvm::any_of(pool.getPad(), [](int64_t pad) { return pad != 0; }) ||
        !tosa::getConstShapeValues(slice.getStart().getDefiningOp(), start) ||
        llvm::any_of(start, [](int64_t at) { return at != 0; }))
      return cut;
    Value image = slice->getOperand(0);
    auto shape = cast<RankedTensorType>(image.getType()).getShape();
    auto kept = cast<RankedTensorType>(cut.getType()).getShape();
    bool same = shape[0] == kept[0] && shape[3] == kept[3];
    for (int d : {0, 1})
      same &= shape[d + 1] - kept[d + 1] < pool.getStride()[d] &&
              (kept[d + 1] - pool.getKernel()[d]) % pool.getStride()[d] == 0;
    return same ? image : cut;
  }
};

// encode(concat(x, ...)) -> concat(encode(x), ...)
struct SplitConcat : public OpRewritePattern<EncodeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(EncodeOp op,
                                PatternRewriter &rewriter) const override {
    auto concat = op.getInput().getDefiningOp<tosa::ConcatOp>();
    if (!concat)
      return rewriter.notifyMatchFailure(op, "no concatenation");
    int64_t axis = concat.getAxis(), rows = op.getNumThresholdRows();
    int64_t columns = op.getType().getLevels().getNumLevels() - 1, first = 0;
    bool splitsRows = rows > 1 && axis == op.getType().getRank() - 1;
    std::vector<float> all = op.getThresholdValues();
    SmallVector<Value> parts;
    for (Value part : concat.getOperands()) {
      ArrayRef<int64_t> shape =
          cast<RankedTensorType>(part.getType()).getShape();
      ElementsAttr thresholds = op.getThresholdsAttr();
      if (splitsRows) {
        auto own =
            ArrayRef<float>(all).slice(first * columns, shape[axis] * columns);
        thresholds = makeElements<float>(getContext(), {shape[axis], columns},
                                         own, "thresholds");
        first += shape[axis];
      }
      parts.push_back(EncodeOp::create(rewriter, op.getLoc(),
                                       op.getType().cloneWithShape(shape), part,
                                       thresholds));
    }
    rewriter.replaceOpWithNewOp<ConcatOp>(op, op.getType(), parts, axis);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// Says of an encode behind a product why it is no threshold.
void explain(EncodeOp op) {
  Chain chain = findChain(op.getInput());
  if (auto norm = chain.source.getDefiningOp<BatchNormOp>())
    op.emitRemark() << "batch normalization '" << norm.getLayer()
                    << "' is not folded into thresholds: its parameters are no "
                       "constants, or its variance gives no finite factor";
  auto rescale = chain.source.getDefiningOp<RescaleOp>();
  Operation *product = rescale ? rescale.getInput().getDefiningOp() : nullptr;
  if (!isa_and_nonnull<Conv2DOp, MatmulOp>(product))
    return;
  mbn::ConstantOp weights = getWeightsConstant(product->getOperand(1));
  StringRef why = "it may give NaN (0 times an infinity)";
  if (!weights || failed(getConstantFloats(rescale.getScale())) ||
      failed(getConstantFloats(rescale.getBase()))) {
    why = "its weights or scales are no constants";
  } else if (auto falls = fallingOutputs(chain, rescale);
             llvm::is_contained(falls, true)) {
    if (!chain.exclusive || !product->getResult(0).hasOneUse())
      why = "a negative factor would negate its sums, which something else "
            "reads";
    else if (!negateOutputs(weights, falls))
      why = "a negative factor would negate its weights, which int8 or a "
            "layer-wise offset cannot express";
  }
  op.emitRemark() << "what follows layer '"
                  << product->getAttrOfType<StringAttr>("layer").getValue()
                  << "' is not folded into thresholds: " << why;
}

struct FoldNormalizationPass
    : public mbn::impl::FoldNormalizationPassBase<FoldNormalizationPass> {
  using FoldNormalizationPassBase::FoldNormalizationPassBase;
  void runOnOperation() override;
};

} // namespace

void FoldNormalizationPass::runOnOperation() {
  if (rounding)
    numFolded += foldIntoWeights(getOperation());
  if (!exact)
    return;
  RewritePatternSet patterns(&getContext());
  patterns.add<FoldIntoThresholds, FoldIntoEncode, MoveEncode, SplitConcat>(
      &getContext());
  if (failed(applyPatternsGreedily(getOperation(), std::move(patterns)))) {
    emitError(getOperation().getLoc()) << "folding does not come to an end";
    return signalPassFailure();
  }
  getOperation().walk([&](EncodeOp op) { explain(op); });
  getOperation().walk([&](ThresholdOp) { ++numThresholds; });
}
