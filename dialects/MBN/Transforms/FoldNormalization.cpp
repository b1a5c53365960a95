//===- FoldNormalization.cpp - Chains to thresholds -----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "dialects/MBN/Transforms/Passes.h"
#include "lib/Numerics/Interpreter.h"
#include "lib/Numerics/Quantizer.h"
#include "lib/Numerics/Thresholds.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace subbit;

namespace subbit::mbn {
#define GEN_PASS_DEF_FOLDNORMALIZATIONPASS
#include "dialects/MBN/Transforms/Passes.h.inc"
} // namespace subbit::mbn

using namespace subbit::mbn;

namespace {

/// One monotone step of a chain: a function of one float with constants, one
/// for all channels or one for each.
struct ChainStep {
  enum class Kind {
    Clamp,
    Norm,
    Add,
    Subtract,
    SubtractFrom,
    Multiply,
    Divide
  };
  Kind kind;
  float least = 0, most = 0;                   ///< of Clamp
  std::vector<numerics::BatchNorm> norms = {}; ///< of Norm
  std::vector<float> constants = {};           ///< of the others

  float constant(int64_t channel) const {
    return constants[constants.size() == 1 ? 0 : channel];
  }
  /// As the unfolded operation computes it.
  float apply(float x, int64_t channel) const {
    switch (kind) {
    case Kind::Clamp:
      // As tosa.clamp; a NaN stays one.
      return x < least ? least : x > most ? most : x;
    case Kind::Norm:
      return norms[channel].apply(x);
    case Kind::Add:
      return x + constant(channel);
    case Kind::Subtract:
      return x - constant(channel);
    case Kind::SubtractFrom:
      return constant(channel) - x;
    case Kind::Multiply:
      return x * constant(channel);
    case Kind::Divide:
      return x / constant(channel);
    }
    llvm_unreachable("all kinds are covered");
  }
  /// Whether the result falls where x rises.
  bool falls(int64_t channel) const {
    switch (kind) {
    case Kind::Norm:
      return norms[channel].s < 0;
    case Kind::SubtractFrom:
      return true;
    case Kind::Multiply:
    case Kind::Divide:
      return constant(channel) < 0;
    default:
      return false;
    }
  }
};

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

FailureOr<ChainStep> getClamp(tosa::ClampOp op) {
  auto least = dyn_cast<FloatAttr>(op.getMinValAttr());
  auto most = dyn_cast<FloatAttr>(op.getMaxValAttr());
  if (!least || !most)
    return failure();
  ChainStep step{ChainStep::Kind::Clamp};
  step.least = static_cast<float>(least.getValueAsDouble());
  step.most = static_cast<float>(most.getValueAsDouble());
  return step;
}

FailureOr<ChainStep> getNorm(BatchNormOp op) {
  FailureOr<std::vector<float>> params[4];
  // Scale, bias, mean and variance.
  for (auto [param, value] :
       llvm::zip_equal(params, op->getOperands().drop_front()))
    if (failed(param = getConstantFloats(value)))
      return failure();
  ChainStep step{ChainStep::Kind::Norm};
  float epsilon = op.getEpsilon().convertToFloat();
  for (size_t c = 0; c < params[0]->size(); ++c) {
    step.norms.push_back(
        numerics::BatchNorm::get((*params[0])[c], (*params[1])[c],
                                 (*params[2])[c], (*params[3])[c], epsilon));
    // A variance that gives no finite scale has no monotone meaning.
    if (!std::isfinite(step.norms.back().s) ||
        !std::isfinite(step.norms.back().t))
      return failure();
  }
  return step;
}

/// The elements of a constant: one, or one for each channel of a tensor of the
/// given shape, the last dimension. Fails if they differ along another one.
FailureOr<std::vector<float>> getChannelConstants(Value value,
                                                  ArrayRef<int64_t> shape) {
  FailureOr<std::vector<float>> values = getConstantFloats(value);
  if (failed(values) || values->empty() || shape.empty() ||
      !llvm::all_of(*values, [](float x) { return std::isfinite(x); }))
    return failure();
  if (llvm::all_equal(*values))
    return std::vector<float>{values->front()};
  auto own = cast<RankedTensorType>(value.getType()).getShape();
  size_t channels = shape.back();
  if (own.empty() || own.back() != shape.back())
    return failure();
  for (size_t i = channels; i < values->size(); ++i)
    if ((*values)[i] != (*values)[i - channels])
      return failure();
  values->resize(channels);
  return values;
}

/// An elementwise operation with a constant; `x` is set to its other operand.
FailureOr<ChainStep> getArithmetic(Operation *op, Value &x) {
  using Kind = ChainStep::Kind;
  auto result = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!result || !result.getElementType().isF32())
    return failure();
  for (int constant : {1, 0}) {
    auto values =
        getChannelConstants(op->getOperand(constant), result.getShape());
    Value other = op->getOperand(1 - constant);
    // A constant does not broadcast the other operand.
    if (failed(values) ||
        cast<ShapedType>(other.getType()).getShape() != result.getShape())
      continue;
    FailureOr<Kind> kind =
        llvm::TypeSwitch<Operation *, FailureOr<Kind>>(op)
            .Case([](tosa::AddOp) { return Kind::Add; })
            .Case([](tosa::MulOp) { return Kind::Multiply; })
            .Case([&](tosa::SubOp) {
              return constant == 1 ? Kind::Subtract : Kind::SubtractFrom;
            })
            .Case([&](arith::DivFOp) -> FailureOr<Kind> {
              // A constant over x is not monotone, nor is x over 0.
              if (constant == 0 || llvm::is_contained(*values, 0.0f))
                return failure();
              return Kind::Divide;
            })
            .Default([](Operation *) { return failure(); });
    if (failed(kind))
      return failure();
    ChainStep step{*kind};
    step.constants = std::move(*values);
    x = other;
    return step;
  }
  return failure();
}

/// Walks from an encode's operand up as far as operations are steps.
Chain findChain(EncodeOp encode) {
  Chain chain;
  Value value = encode.getInput();
  for (;;) {
    chain.exclusive &= value.hasOneUse();
    Operation *op = value.getDefiningOp();
    if (!op || op->getNumOperands() == 0)
      break;
    FailureOr<ChainStep> step = failure();
    Value next = op->getOperand(0);
    if (auto clamp = dyn_cast<tosa::ClampOp>(op))
      step = getClamp(clamp);
    else if (auto norm = dyn_cast<BatchNormOp>(op))
      step = getNorm(norm);
    else if (isa<tosa::AddOp, tosa::SubOp, tosa::MulOp, arith::DivFOp>(op))
      step = getArithmetic(op, next);
    if (failed(step))
      break;
    chain.steps.push_back(std::move(*step));
    value = next;
  }
  chain.source = value;
  std::reverse(chain.steps.begin(), chain.steps.end());
  return chain;
}

/// The same weights with some outputs negated, or nothing if that cannot be
/// expressed: -128 has no int8 negative, a layer-wise offset has one sign.
Attribute negateOutputs(mbn::ConstantOp constant, ArrayRef<bool> falls) {
  MLIRContext *context = constant.getContext();
  StringRef name = "negated";
  if (auto dense = dyn_cast<DenseAttr>(constant.getValue())) {
    std::vector<int8_t> values = *readElements<int8_t>(dense.getValues());
    int64_t perOutput = values.size() / falls.size();
    for (size_t i = 0; i < values.size(); ++i)
      if (falls[i / perOutput]) {
        if (values[i] == std::numeric_limits<int8_t>::min())
          return {};
        values[i] = -values[i];
      }
    return DenseAttr::get(context,
                          makeElements<int8_t>(context,
                                               constant.getType().getShape(),
                                               values, name),
                          dense.getSteps());
  }
  numerics::Grouping grouping = getGrouping(constant.getType());
  numerics::Bases bases = readBases(cast<BasesAttr>(constant.getValue()));
  int64_t word = 0;
  for (int64_t g = 0; g < grouping.numGroups(); ++g) {
    int64_t words = grouping.groupWords(g);
    bool anyFalls = false;
    grouping.forEachElement(g, [&](int64_t k, int64_t element) {
      if (!falls[element / grouping.elementsPerOutput()])
        return;
      anyFalls = true;
      for (int64_t i = 0; i < bases.widths[g]; ++i)
        bases.signs[word + i * words + k / numerics::kWordBits] ^=
            uint32_t(1) << (k % numerics::kWordBits);
    });
    if (anyFalls && !bases.offsets.empty() && bases.offsets[g]) {
      if (grouping.isLayerWise())
        return {};
      bases.offsets[g] = -bases.offsets[g];
    }
    word += bases.widths[g] * words;
  }
  return makeBases(context, bases, name);
}

// encode(chain(rescale(S))) -> threshold(S)
struct FoldIntoThresholds : public OpRewritePattern<EncodeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(EncodeOp op,
                                PatternRewriter &rewriter) const override {
    Chain chain = findChain(op);
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

    int64_t outputs = scale->size();
    SmallVector<bool> falls;
    for (int64_t c = 0; c < outputs; ++c)
      falls.push_back(chain.falls(c));
    Attribute negated;
    if (llvm::is_contained(falls, true)) {
      if (!chain.exclusive || !product->getResult(0).hasOneUse())
        return rewriter.notifyMatchFailure(op, "negated sums are used twice");
      if (!(negated = negateOutputs(weights, falls)))
        return rewriter.notifyMatchFailure(op, "weights cannot be negated");
    }

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
    int64_t outputs = scale.size();
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
            numerics::rescale(falls[c] ? -sum : sum, scale[c], base[i]), c);
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
    Chain chain = findChain(op);
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

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

struct FoldNormalizationPass
    : public mbn::impl::FoldNormalizationPassBase<FoldNormalizationPass> {
  using FoldNormalizationPassBase::FoldNormalizationPassBase;
  void runOnOperation() override;
};

} // namespace

void FoldNormalizationPass::runOnOperation() {
  RewritePatternSet patterns(&getContext());
  patterns.add<FoldIntoThresholds, FoldIntoEncode>(&getContext());
  if (failed(applyPatternsGreedily(getOperation(), std::move(patterns)))) {
    emitError(getOperation().getLoc()) << "folding does not come to an end";
    return signalPassFailure();
  }
  getOperation().walk([&](ThresholdOp) { ++numThresholds; });
}
