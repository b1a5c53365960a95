//===- FoldIntoWeights.cpp - Normalization to steps and bias --------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/Transforms/FoldIntoWeights.h"
#include "dialects/MBN/IR/Weights.h"
#include "dialects/MBN/Transforms/Chain.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Iterators.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include <cmath>

using namespace mlir;
using namespace subbit;
using namespace subbit::mbn;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// The constant behind decoded weights; null if they are floats.
static mbn::ConstantOp getQuantizedWeights(Value weights) {
  auto decode = weights.getDefiningOp<DecodeOp>();
  return decode ? getWeightsConstant(decode.getInput()) : mbn::ConstantOp();
}

static StringRef layerOf(Operation *op) {
  auto layer = op->getAttrOfType<StringAttr>("layer");
  return layer ? layer.getValue() : op->getName().getStringRef();
}

/// Decoded weights like those of a constant, each output multiplied by a
/// factor: in its step, a sign in its bases. Null if that leaves the range of
/// floats or the weights cannot be negated.
static Value scaleOutputs(RewriterBase &rewriter, mbn::ConstantOp constant,
                          ArrayRef<double> factors) {
  IntegerWeights integers = decodeIntegers(constant);
  SmallVector<bool> negative;
  std::vector<float> steps;
  for (auto [c, factor] : llvm::enumerate(factors)) {
    float step = integers.step(c);
    negative.push_back(factor < 0);
    steps.push_back(static_cast<float>(std::abs(factor) * double(step)));
    bool vanishes = factor != 0 && step != 0 &&
                    steps.back() < std::numeric_limits<float>::min();
    if (!std::isfinite(steps.back()) || vanishes)
      return nullptr;
  }
  Attribute value = constant.getValue();
  if (llvm::is_contained(negative, true))
    value = negateOutputs(constant, negative);
  if (!value)
    return nullptr;
  if (llvm::all_equal(steps))
    steps.resize(1);
  Value scaled =
      mbn::ConstantOp::create(rewriter, constant.getLoc(), constant.getType(),
                              replaceSteps(value, steps));
  return DecodeOp::create(rewriter, constant.getLoc(),
                          cast<MultiBitType>(scaled.getType()).getDecodedType(),
                          scaled);
}

/// Whether all that an operation does is to cut off what no window has, which
/// TOSA wants to divide the image.
static bool isCut(Operation *op) {
  return isa<tosa::SliceOp>(op) &&
         llvm::all_of(op->getUsers(), [](Operation *user) {
           return isa<tosa::MaxPool2dOp>(user);
         });
}

/// Whether a chain leads from the value to an encode, whose thresholds take it
/// exactly; through a concatenation too, of which each part is encoded, and a
/// maximum, which is then one of codes.
static bool leadsToEncode(Value value) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    Value x;
    return isa<EncodeOp>(user) ||
           ((isa<tosa::ConcatOp, tosa::MaxPool2dOp>(user) || isCut(user)) &&
            leadsToEncode(user->getResult(0))) ||
           (succeeded(getChainStep(user, x)) && x == value &&
            leadsToEncode(user->getResult(0)));
  });
}

//===----------------------------------------------------------------------===//
// Weight normalization
//===----------------------------------------------------------------------===//

/// One factor for each index of a dimension along which alone the constant
/// differs; fails if there is no such one.
static FailureOr<std::vector<double>>
getFactors(Value constant, int64_t dimension, int64_t size) {
  auto values = getConstantFloats(constant);
  if (failed(values) || values->empty())
    return failure();
  std::vector<double> factors(values->begin(), values->end());
  if (llvm::all_equal(factors)) {
    factors.assign(size, factors.front());
    return factors;
  }
  ArrayRef<int64_t> shape = shapeOf(constant);
  if (dimension >= static_cast<int64_t>(shape.size()) ||
      shape[dimension] != static_cast<int64_t>(factors.size()))
    return failure();
  return factors;
}

// mul(decode(w), factor of each output) -> decode(w with other steps)
static bool foldWeightNormalization(RewriterBase &rewriter, tosa::MulOp op) {
  for (int i : {0, 1}) {
    mbn::ConstantOp constant = getQuantizedWeights(op->getOperand(i));
    if (!constant || op->getOperand(i).getType() != op.getType())
      continue;
    auto factors =
        getFactors(op->getOperand(1 - i), 0, constant.getType().getShape()[0]);
    if (failed(factors))
      return false;
    rewriter.setInsertionPoint(op);
    Value scaled = scaleOutputs(rewriter, constant, *factors);
    if (!scaled) {
      op.emitRemark() << "weight normalization stays: its scale leaves the "
                         "range of floats, or weights cannot be negated";
      return false;
    }
    op.emitRemark() << "weight normalization is folded into the weights' "
                       "steps, which rounds";
    rewriter.replaceOp(op, scaled);
    return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Scales of input channels
//===----------------------------------------------------------------------===//

/// Whether a value is decoded codes, or pooled or rearranged ones.
static bool isDecoded(Value value) {
  Operation *op = value.getDefiningOp();
  if (isa_and_nonnull<tosa::MaxPool2dOp, tosa::AvgPool2dOp, tosa::ReshapeOp,
                      tosa::TransposeOp>(op))
    return isDecoded(op->getOperand(0));
  auto decode = dyn_cast_or_null<DecodeOp>(op);
  return decode && decode.getInput().getType().isActivation();
}

/// `x` of a multiplication of decoded codes by a factor for each channel.
static FailureOr<std::vector<double>> getChannelScale(Value value, Value &x) {
  auto op = value.getDefiningOp<tosa::MulOp>();
  if (!op)
    return failure();
  for (int i : {0, 1}) {
    x = op->getOperand(i);
    if (!isDecoded(x) || x.getType() != op.getType())
      continue;
    ArrayRef<int64_t> shape = shapeOf(op);
    return getFactors(op->getOperand(1 - i), shape.size() - 1, shape.back());
  }
  return failure();
}

// pool(mul(x, scale)) -> mul(pool(x), scale)
static bool movePooling(RewriterBase &rewriter, Operation *pool) {
  Value x;
  auto factors = getChannelScale(pool->getOperand(0), x);
  if (failed(factors) ||
      (isa<tosa::MaxPool2dOp>(pool) &&
       llvm::any_of(*factors, [](double f) { return f <= 0; })))
    return false;
  rewriter.setInsertionPoint(pool);
  Operation *scale = pool->getOperand(0).getDefiningOp();
  IRMapping mapping;
  mapping.map(pool->getOperand(0), x);
  Value pooled = rewriter.clone(*pool, mapping)->getResult(0);
  IRMapping operands;
  operands.map(x, pooled);
  Operation *scaled = rewriter.clone(*scale, operands);
  scaled->getResult(0).setType(cast<RankedTensorType>(pooled.getType()));
  rewriter.replaceOp(pool, scaled);
  return true;
}

// A layer takes the scale of all its inputs; a convolution of which each output
// sees one input channel takes that channel's.
template <typename LayerOp>
static bool foldChannelScale(RewriterBase &rewriter, LayerOp op) {
  Value x;
  auto factors = getChannelScale(op.getInput(), x);
  mbn::ConstantOp constant = getQuantizedWeights(op.getWeights());
  if (failed(factors) || !constant)
    return false;
  ArrayRef<int64_t> weights = shapeOf(op.getWeights());
  if ((weights.back() != 1 && !llvm::all_equal(*factors)))
    return false;
  std::vector<double> perOutput;
  int64_t outputs = weights[0], channels = factors->size();
  for (int64_t o = 0; o < outputs; ++o)
    perOutput.push_back(weights.back() == 1
                            ? (*factors)[o / (outputs / channels)]
                            : factors->front());
  rewriter.setInsertionPoint(op);
  Value scaled = scaleOutputs(rewriter, constant, perOutput);
  if (!scaled)
    return false;
  op.emitRemark() << "layer '" << op.getLayer()
                  << "': the scales of its input's channels are folded into "
                     "its steps, which rounds";
  rewriter.modifyOpInPlace(op, [&] {
    op.getInputMutable().assign(x);
    op.getWeightsMutable().assign(scaled);
  });
  return true;
}

//===----------------------------------------------------------------------===//
// What follows a layer
//===----------------------------------------------------------------------===//

namespace {
/// `factor * y + addend` for each channel.
struct Affine {
  std::vector<double> factor, addend;

  explicit Affine(int64_t channels) : factor(channels, 1), addend(channels) {}
  /// Puts a step behind; false if it is none.
  bool append(const ChainStep &step);
};
} // namespace

bool Affine::append(const ChainStep &step) {
  using Kind = ChainStep::Kind;
  if (step.kind == Kind::Clamp)
    return false;
  for (size_t c = 0; c < factor.size(); ++c) {
    double &a = factor[c], &b = addend[c];
    if (step.kind == Kind::Norm) {
      a *= step.norms[c].s;
      b = b * step.norms[c].s + step.norms[c].t;
      continue;
    }
    double x = step.constant(c);
    switch (step.kind) {
    case Kind::Add:
      b += x;
      break;
    case Kind::Subtract:
      b -= x;
      break;
    case Kind::SubtractFrom:
      a = -a;
      b = x - b;
      break;
    case Kind::Multiply:
      a *= x;
      b *= x;
      break;
    default: // Divide
      a /= x;
      b /= x;
    }
  }
  return true;
}

/// The operations behind a value that only it leads to, as far as they multiply
/// and add.
static SmallVector<Operation *> findAffine(Value value, Affine &affine) {
  SmallVector<Operation *> ops;
  while (value.hasOneUse()) {
    Operation *user = *value.getUsers().begin();
    Value x;
    auto step = getChainStep(user, x);
    if (failed(step) || x != value || !affine.append(*step))
      break;
    ops.push_back(user);
    value = user->getResult(0);
  }
  return ops;
}

template <typename LayerOp>
static int64_t foldFollowing(RewriterBase &rewriter, LayerOp op) {
  mbn::ConstantOp constant = getQuantizedWeights(op.getWeights());
  if (!constant || op.isQuantized() || leadsToEncode(op))
    return 0;
  int64_t outputs = shapeOf(op).back();
  Affine affine(outputs);
  SmallVector<Operation *> ops = findAffine(op, affine);
  FailureOr<std::vector<float>> bias = std::vector<float>(outputs);
  if (op.getBias())
    bias = getConstantFloats(op.getBias());
  if (ops.empty() || failed(bias))
    return 0;
  rewriter.setInsertionPoint(op);
  bool fits = true, hasBias = false;
  for (auto [b, factor, addend] :
       llvm::zip_equal(*bias, affine.factor, affine.addend)) {
    b = static_cast<float>(double(b) * factor + addend);
    fits &= std::isfinite(b);
    hasBias |= b != 0;
  }
  Value scaled =
      fits ? scaleOutputs(rewriter, constant, affine.factor) : Value();
  if (!scaled) {
    op.emitRemark() << "layer '" << op.getLayer() << "' does not take '"
                    << layerOf(ops.front())
                    << "': its steps or bias would leave the range of floats, "
                       "or its weights cannot be negated";
    return 0;
  }
  Value newBias;
  if (hasBias)
    newBias =
        arith::ConstantOp::create(rewriter, op.getLoc(),
                                  cast<TypedAttr>(makeElements<float>(
                                      rewriter.getContext(), {outputs}, *bias,
                                      (op.getLayer() + ".bias").str())));
  op.emitRemark() << "layer '" << op.getLayer() << "': what follows, from '"
                  << layerOf(ops.front())
                  << "' on, is folded into its steps and bias, which rounds";
  rewriter.modifyOpInPlace(op, [&] {
    op.getWeightsMutable().assign(scaled);
    op.getBiasMutable().clear();
    if (newBias)
      op.getBiasMutable().assign(newBias);
  });
  rewriter.replaceAllUsesWith(ops.back()->getResult(0), op);
  for (Operation *gone : llvm::reverse(ops))
    rewriter.eraseOp(gone);
  return ops.size();
}

//===----------------------------------------------------------------------===//
// Layer normalization
//===----------------------------------------------------------------------===//

// layer_norm(s * y, epsilon) -> layer_norm(y, epsilon / s^2)
static bool cancelScale(RewriterBase &rewriter, LayerNormOp norm) {
  Operation *layer = norm.getInput().getDefiningOp();
  if (!isa_and_nonnull<Conv2DOp, MatmulOp>(layer))
    return false;
  mbn::ConstantOp constant = getQuantizedWeights(layer->getOperand(1));
  if (!constant)
    return false;
  IntegerWeights integers = decodeIntegers(constant);
  float step = integers.steps[0];
  if (llvm::all_equal(integers.steps) && step == 1)
    return false;
  auto remark = [&] {
    return norm.emitRemark()
           << "layer normalization '" << norm.getLayer()
           << "' keeps the steps of layer '" << layerOf(layer) << "': ";
  };
  double epsilon = norm.getEpsilon().convertToDouble();
  auto divided = static_cast<float>(epsilon / (double(step) * step));
  if (layer->getNumOperands() > 2) {
    remark() << "the layer has a bias";
  } else if (!layer->hasOneUse()) {
    remark() << "something else reads it";
  } else if (!llvm::all_equal(integers.steps)) {
    remark() << "they differ between outputs";
  } else if (!(step > 0) || !std::isfinite(divided) ||
             (epsilon > 0 && divided < std::numeric_limits<float>::min())) {
    remark() << "epsilon would leave the range of floats";
  } else {
    rewriter.setInsertionPoint(layer);
    Value unit =
        mbn::ConstantOp::create(rewriter, constant.getLoc(), constant.getType(),
                                replaceSteps(constant.getValue(), {1.0f}));
    Value decoded = DecodeOp::create(rewriter, constant.getLoc(),
                                     layer->getOperand(1).getType(), unit);
    norm.emitRemark() << "layer normalization '" << norm.getLayer()
                      << "' cancels the step of layer '" << layerOf(layer)
                      << "', which rounds";
    rewriter.modifyOpInPlace(layer, [&] { layer->setOperand(1, decoded); });
    rewriter.modifyOpInPlace(
        norm, [&] { norm.setEpsilonAttr(rewriter.getF32FloatAttr(divided)); });
    return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// All of it
//===----------------------------------------------------------------------===//

/// Calls `fn` for each operation of a type, which may replace it, in order.
template <typename Op, typename Fn>
static void forEach(func::FuncOp function, Fn fn) {
  SmallVector<Op> ops;
  function.walk([&](Op op) { ops.push_back(op); });
  for (Op op : ops)
    fn(op);
}

int64_t mbn::foldIntoWeights(func::FuncOp function) {
  IRRewriter rewriter(function.getContext());
  int64_t folded = 0;
  forEach<tosa::MulOp>(function, [&](tosa::MulOp op) {
    folded += foldWeightNormalization(rewriter, op);
  });
  // In order, so that a scale moves on from one pooling to the next.
  forEach<Operation *>(function, [&](Operation *op) {
    if (isa<tosa::MaxPool2dOp, tosa::AvgPool2dOp>(op))
      movePooling(rewriter, op);
  });
  forEach<Conv2DOp>(function, [&](Conv2DOp op) {
    foldChannelScale(rewriter, op);
    folded += foldFollowing(rewriter, op);
  });
  forEach<MatmulOp>(function, [&](MatmulOp op) {
    foldChannelScale(rewriter, op);
    folded += foldFollowing(rewriter, op);
  });
  forEach<LayerNormOp>(function,
                       [&](LayerNormOp op) { cancelScale(rewriter, op); });
  // What the weights were before.
  function.walk<WalkOrder::PostOrder, ReverseIterator>([&](Operation *op) {
    if (isOpTriviallyDead(op))
      rewriter.eraseOp(op);
  });
  bool isQuantized = false;
  function.walk([&](mbn::ConstantOp) { isQuantized = true; });
  if (!isQuantized)
    return folded;
  function.walk([&](BatchNormOp op) {
    if (leadsToEncode(op))
      return;
    Operation *layer = op.getInput().getDefiningOp();
    bool follows = isa_and_nonnull<Conv2DOp, MatmulOp>(layer) &&
                   getQuantizedWeights(layer->getOperand(1));
    op.emitRemark() << "batch normalization '" << op.getLayer() << "' stays: "
                    << (follows ? "something else reads what it normalizes"
                                : "it does not follow a layer with quantized "
                                  "weights");
  });
  return folded;
}
