//===- IntegerScores.cpp - Integers for a network's floats ----------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "dialects/MBN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <cmath>

namespace subbit::mbn {
#define GEN_PASS_DEF_INTEGERSCORESPASS
#include "dialects/MBN/Transforms/Passes.h.inc"
} // namespace subbit::mbn

using namespace mlir;
using namespace subbit;
using namespace subbit::mbn;

namespace {
struct IntegerScoresPass
    : public mbn::impl::IntegerScoresPassBase<IntegerScoresPass> {
  void runOnOperation() override;
};

/// A rescale in units of 2^-exponent.
struct Scores {
  std::vector<int32_t> factors, addends;
};
} // namespace

/// The factors and addends in units of 2^-exponent; fails if a score, of sums
/// up to `most` for each output, could leave 32 bits.
static FailureOr<Scores> inUnits(ArrayRef<float> scale, ArrayRef<float> base,
                                 ArrayRef<int64_t> most, int exponent) {
  Scores scores;
  for (size_t c = 0; c < most.size(); ++c) {
    // Sums that are all 0 need none.
    double factor =
        most[c] ? std::nearbyint(std::ldexp(double(scale[c]), exponent)) : 0;
    double addend = std::nearbyint(std::ldexp(double(base[c]), exponent));
    if (!(std::fabs(factor) * most[c] + std::fabs(addend) < 0x1p31))
      return failure();
    scores.factors.push_back(static_cast<int32_t>(factor));
    scores.addends.push_back(static_cast<int32_t>(addend));
  }
  return scores;
}

/// Replaces a rescale; null after a message that names `output`.
static Value makeScores(RescaleOp rescale, StringRef output) {
  auto fail = [&](StringRef why) {
    rescale.emitError() << "output '" << output
                        << "' has no integer scores: " << why;
    return Value();
  };
  Operation *product = rescale.getInput().getDefiningOp();
  auto scale = getConstantFloats(rescale.getScale());
  auto base = getConstantFloats(rescale.getBase());
  mbn::ConstantOp weights = isa_and_nonnull<Conv2DOp, MatmulOp>(product)
                                ? getWeightsConstant(product->getOperand(1))
                                : mbn::ConstantOp();
  if (!weights || failed(scale) || failed(base))
    return fail("it is not what a layer with constant weights gives");
  if (rescale.getBorderAttr())
    return fail("its bias differs at the border");
  numerics::Levels levels = cast<MultiBitType>(product->getOperand(0).getType())
                                .getLevels()
                                .toNumerics();
  IntegerWeights integers = decodeIntegers(weights);
  int64_t outputs = weights.getType().getShape()[0];
  SmallVector<int64_t> most;
  for (int64_t c = 0; c < outputs; ++c)
    most.push_back(maxSum(integers, outputs, c, levels));

  // Floats reach from 2^-149 to 2^128.
  constexpr int kMost = 149 + 31;
  int exponent = kMost;
  FailureOr<Scores> scores = failure();
  for (; exponent >= -128 && failed(scores); --exponent)
    scores = inUnits(*scale, *base, most, exponent);
  if (failed(scores))
    return fail("its scales are not finite");
  ++exponent;

  OpBuilder b(rescale);
  auto constant = [&](const std::vector<int32_t> &values, StringRef name) {
    return arith::ConstantOp::create(
        b, rescale.getLoc(),
        cast<TypedAttr>(
            makeElements<int32_t>(b.getContext(), {outputs}, values, name)));
  };
  rescale.emitRemark() << "output '" << output << "' is given in units of 2^"
                       << -exponent;
  return ScoreOp::create(b, rescale.getLoc(), rescale.getInput().getType(),
                         rescale.getInput(),
                         constant(scores->factors, "factors"),
                         constant(scores->addends, "addends"));
}

void IntegerScoresPass::runOnOperation() {
  func::FuncOp function = getOperation();
  auto result = function.walk([&](func::ReturnOp op) {
    for (OpOperand &operand : op->getOpOperands()) {
      unsigned i = operand.getOperandNumber();
      auto name = function.getResultAttrOfType<StringAttr>(i, "mbn.name");
      std::string output = name ? name.str() : "output" + std::to_string(i);
      auto rescale = operand.get().getDefiningOp<RescaleOp>();
      if (!rescale) {
        op.emitError() << "output '" << output
                       << "' has no integer scores: no layer with quantized "
                          "inputs gives it";
        return WalkResult::interrupt();
      }
      Value scores = makeScores(rescale, output);
      if (!scores)
        return WalkResult::interrupt();
      operand.set(scores);
      if (rescale->use_empty())
        rescale->erase();
    }
    function.setType(FunctionType::get(
        &getContext(), function.getArgumentTypes(), op.getOperandTypes()));
    return WalkResult::advance();
  });
  if (result.wasInterrupted())
    signalPassFailure();
}
