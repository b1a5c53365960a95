//===- Chain.cpp - Monotone operations as plain functions -----------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/Transforms/Chain.h"
#include "dialects/MBN/IR/Weights.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace subbit;
using namespace subbit::mbn;

float ChainStep::apply(float x, int64_t channel) const {
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

bool ChainStep::falls(int64_t channel) const {
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

static FailureOr<ChainStep> getClamp(tosa::ClampOp op) {
  auto least = dyn_cast<FloatAttr>(op.getMinValAttr());
  auto most = dyn_cast<FloatAttr>(op.getMaxValAttr());
  if (!least || !most)
    return failure();
  ChainStep step{ChainStep::Kind::Clamp};
  step.least = static_cast<float>(least.getValueAsDouble());
  step.most = static_cast<float>(most.getValueAsDouble());
  return step;
}

static FailureOr<ChainStep> getNorm(BatchNormOp op) {
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
static FailureOr<std::vector<float>>
getChannelConstants(Value value, ArrayRef<int64_t> shape) {
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
static FailureOr<ChainStep> getArithmetic(Operation *op, Value &x) {
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

FailureOr<ChainStep> mbn::getChainStep(Operation *op, Value &x) {
  if (op->getNumOperands() == 0)
    return failure();
  x = op->getOperand(0);
  if (auto clamp = dyn_cast<tosa::ClampOp>(op))
    return getClamp(clamp);
  if (auto norm = dyn_cast<BatchNormOp>(op))
    return getNorm(norm);
  if (isa<tosa::AddOp, tosa::SubOp, tosa::MulOp, arith::DivFOp>(op))
    return getArithmetic(op, x);
  return failure();
}
