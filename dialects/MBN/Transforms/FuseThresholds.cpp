//===- FuseThresholds.cpp - Chains to integer thresholds ------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "dialects/MBN/Transforms/FusePatterns.h"
#include "dialects/MBN/Transforms/Passes.h"
#include "lib/Numerics/Thresholds.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include <cmath>

using namespace mlir;
using namespace subbit;
using namespace subbit::mbn;

namespace {

/// One monotone step of a chain, per channel.
struct ChainStep {
  /// clamp(x, least, most), or with a batch normalization per channel.
  float least = 0, most = 0;
  std::vector<numerics::BatchNorm> norms;

  float apply(float x, int64_t channel) const {
    if (!norms.empty())
      return norms[channel].apply(x);
    // As tosa.clamp; the sums of finite layers are never NaN.
    return std::min(std::max(x, least), most);
  }
};

/// What lies between an integer product and an encode.
struct Chain {
  RescaleOp rescale;
  /// In order of evaluation.
  std::vector<ChainStep> steps;
  /// Nothing but the encode reads the sums or what is made of them.
  bool exclusive = true;
};

FailureOr<ChainStep> getClamp(tosa::ClampOp op) {
  auto least = dyn_cast<FloatAttr>(op.getMinValAttr());
  auto most = dyn_cast<FloatAttr>(op.getMaxValAttr());
  if (!least || !most)
    return failure();
  return ChainStep{static_cast<float>(least.getValueAsDouble()),
                   static_cast<float>(most.getValueAsDouble()),
                   {}};
}

FailureOr<ChainStep> getNorm(BatchNormOp op) {
  FailureOr<std::vector<float>> params[4];
  // Scale, bias, mean and variance.
  for (auto [param, value] :
       llvm::zip_equal(params, op->getOperands().drop_front()))
    if (failed(param = getConstantFloats(value)))
      return failure();
  ChainStep step;
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

/// Walks from an encode's operand up to the rescale of a product.
FailureOr<Chain> findChain(EncodeOp encode, PatternRewriter &rewriter) {
  Chain chain;
  Value value = encode.getInput();
  for (;;) {
    FailureOr<ChainStep> step = failure();
    chain.exclusive &= value.hasOneUse();
    if ((chain.rescale = value.getDefiningOp<RescaleOp>()))
      break;
    if (auto clamp = value.getDefiningOp<tosa::ClampOp>())
      step = getClamp(clamp);
    else if (auto norm = value.getDefiningOp<BatchNormOp>())
      step = getNorm(norm);
    else
      return rewriter.notifyMatchFailure(encode, "no chain from a product");
    if (failed(step))
      return rewriter.notifyMatchFailure(encode,
                                         "a step is not constant or finite");
    chain.steps.push_back(*step);
    value = value.getDefiningOp()->getOperand(0);
  }
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
struct FuseThreshold : public OpRewritePattern<EncodeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(EncodeOp op,
                                PatternRewriter &rewriter) const override {
    FailureOr<Chain> found = findChain(op, rewriter);
    if (failed(found))
      return failure();
    Chain &chain = *found;
    Operation *product = chain.rescale.getInput().getDefiningOp();
    if (!isa_and_nonnull<Conv2DOp, MatmulOp>(product))
      return rewriter.notifyMatchFailure(op, "sums come from no product");
    auto scale = getConstantFloats(chain.rescale.getScale());
    auto base = getConstantFloats(chain.rescale.getBase());
    mbn::ConstantOp weights = getWeightsConstant(product->getOperand(1));
    if (failed(scale) || failed(base) || !weights)
      return rewriter.notifyMatchFailure(op, "scale or weights not constant");

    int64_t outputs = scale->size();
    SmallVector<bool> falls(outputs, false);
    for (const ChainStep &step : chain.steps)
      for (size_t c = 0; c < step.norms.size(); ++c)
        falls[c] ^= step.norms[c].s < 0;
    Attribute negated;
    if (llvm::is_contained(falls, true)) {
      if (!chain.exclusive || !product->getResult(0).hasOneUse())
        return rewriter.notifyMatchFailure(op, "negated sums are used twice");
      if (!(negated = negateOutputs(weights, falls)))
        return rewriter.notifyMatchFailure(op, "weights cannot be negated");
    }

    std::vector<int32_t> table =
        findTable(op, chain, product, weights, *scale, *base, falls);
    if (negated) {
      Value constant = mbn::ConstantOp::create(rewriter, weights.getLoc(),
                                               weights.getType(), negated);
      rewriter.modifyOpInPlace(product,
                               [&] { product->setOperand(1, constant); });
    }
    int64_t levels = op.getType().getLevels().getNumLevels();
    BorderAttr border = chain.rescale.getBorderAttr();
    SmallVector<int64_t> shape;
    if (border)
      shape = {border.getNumRowClasses(), border.getNumColumnClasses()};
    shape.append({outputs, levels - 1});
    auto layer = product->getAttrOfType<StringAttr>("layer");
    Value thresholds = arith::ConstantOp::create(
        rewriter, op.getLoc(),
        cast<TypedAttr>(
            makeElements<int32_t>(getContext(), shape, table,
                                  (layer.getValue() + ".thresholds").str())));
    rewriter.replaceOpWithNewOp<ThresholdOp>(
        op, op.getType(), product->getResult(0), thresholds, border);
    return success();
  }

  /// Thresholds of each border class and output.
  static std::vector<int32_t>
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
      std::vector<int32_t> row = numerics::findThresholds(
          -bounds[c], bounds[c], levels.count(), [&](int32_t sum) {
            float y =
                numerics::rescale(falls[c] ? -sum : sum, scale[c], base[i]);
            for (const ChainStep &step : chain.steps)
              y = step.apply(y, c);
            return numerics::encode(y, reached);
          });
      table.insert(table.end(), row.begin(), row.end());
    }
    return table;
  }
};

} // namespace

void mbn::populateThresholdPatterns(RewritePatternSet &patterns) {
  patterns.add<FuseThreshold>(patterns.getContext());
}
