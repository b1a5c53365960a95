//===- Elementwise.cpp - Relu, Clip, Add and what inference leaves out ----===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/MBN.h"
#include "dialects/MBN/IR/Weights.h"
#include "lib/Import/Integers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cmath>
#include <limits>

using namespace mlir;
using namespace subbit;
using namespace subbit::importer;

//===----------------------------------------------------------------------===//
// Identity, Dropout
//===----------------------------------------------------------------------===//

static LogicalResult convertIdentity(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.tensor(node, 0);
  if (failed(input))
    return failure();
  return importer.setResult(node, *input);
}

static LogicalResult convertDropout(Importer &importer, Node &node) {
  node.ignore({"ratio", "seed"});
  if (node.hasInput(2)) {
    FailureOr<Shape> training = importer.integers(node, 2);
    if (failed(training))
      return failure();
    if (training->size() != 1 || training->front() != 0)
      return node.inputError(2) << "turns training on; export the model for "
                                   "inference";
  }
  return convertIdentity(importer, node);
}

//===----------------------------------------------------------------------===//
// Relu, Clip
//===----------------------------------------------------------------------===//

/// Clamping leaves the order of elements alone.
static LogicalResult buildClamp(Importer &importer, Node &node, float least,
                                float most) {
  FailureOr<Tensor> input = importer.data(node, 0);
  if (failed(input))
    return failure();
  auto &b = importer.builder();
  Tensor result = *input;
  if (input->constant)
    result = Importer::makeTensor(importer.materialize(*input), input->shape);
  result.exclusive = true;
  result.value =
      tosa::ClampOp::create(b, result.value.getType(), result.value,
                            b.getF32FloatAttr(least), b.getF32FloatAttr(most));
  return importer.setResult(node, std::move(result));
}

static constexpr float kLargest = std::numeric_limits<float>::max();

static LogicalResult convertRelu(Importer &importer, Node &node) {
  return buildClamp(importer, node, 0.0f, kLargest);
}

/// A bound of a Clip: an attribute before opset 11, an operand since then. An
/// infinite one is the largest float.
static FailureOr<float> readBound(Importer &importer, Node &node, int i,
                                  StringRef attribute, float usual) {
  if (importer.opset() < 11)
    return node.getFloat(attribute, usual);
  if (!node.hasInput(i))
    return usual;
  FailureOr<Tensor> bound = importer.tensor(node, i);
  if (failed(bound))
    return failure();
  if (!bound->constant || bound->constant->floats.size() != 1 ||
      std::isnan(bound->constant->floats[0]))
    return node.inputError(i) << "is no float constant of one element";
  return std::clamp(bound->constant->floats[0], -kLargest, kLargest);
}

static LogicalResult convertClip(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.tensor(node, 0);
  if (failed(input))
    return failure();
  if (input->isCodes())
    return clipIntegers(importer, node);
  FailureOr<float> least = readBound(importer, node, 1, "min", -kLargest);
  FailureOr<float> most;
  if (failed(least) ||
      failed(most = readBound(importer, node, 2, "max", kLargest)))
    return failure();
  if (*least > *most)
    return node.error() << "its lower bound " << *least
                        << " is above its upper bound " << *most;
  return buildClamp(importer, node, *least, *most);
}

//===----------------------------------------------------------------------===//
// Add, Sub, Mul, Div, Pow, Sqrt, Exp, Reciprocal
//===----------------------------------------------------------------------===//

static FailureOr<Shape> broadcast(Node &node, const Tensor &a,
                                  const Tensor &b) {
  size_t rank = std::max(a.rank(), b.rank());
  Shape left = padded(a.shape, rank), right = padded(b.shape, rank), result;
  for (auto [l, r] : llvm::zip_equal(left, right)) {
    if (l == 0 || r == 0)
      return node.error() << "an operand has no elements: their shapes are "
                          << toString(a.shape) << " and " << toString(b.shape);
    if (l != r && l != 1 && r != 1)
      return node.error() << "its operands have shapes " << toString(a.shape)
                          << " and " << toString(b.shape)
                          << ", which do not broadcast";
    result.push_back(std::max(l, r));
  }
  return result;
}

/// Gives the layer that computes `input`, if it has no bias yet and nothing
/// else reads it, the constant `addend` for one.
static bool addBias(Importer &importer, const Tensor &input,
                    const Tensor &addend, ArrayRef<int64_t> result) {
  if (!input.value || !input.exclusive || !addend.constant ||
      ArrayRef<int64_t>(input.shape) != result)
    return false;
  Operation *layer = input.value.getDefiningOp();
  auto conv = dyn_cast_or_null<mbn::Conv2DOp>(layer);
  auto matmul = dyn_cast_or_null<mbn::MatmulOp>(layer);
  if (!(conv && !conv.getBias()) && !(matmul && !matmul.getBias()))
    return false;
  // The layer's own result, not a reshaped one.
  Shape order = channelsLast(input.rank());
  Shape physical = permute(input.shape, order);
  if (cast<RankedTensorType>(input.value.getType()).getShape() !=
          ArrayRef<int64_t>(physical) ||
      input.layout != Layout::permuted(input.shape, order))
    return false;
  int64_t channels = physical.back();
  Shape perChannel(input.rank(), 1);
  perChannel[1] = channels;
  std::vector<float> values = addend.constant->floats;
  if (values.size() == 1)
    values.assign(channels, values[0]);
  else if (padded(addend.shape, input.rank()) != perChannel)
    return false;

  auto &b = importer.builder();
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(layer);
  Value bias = importer.constant({channels}, values, addend.constant->name);
  if (conv)
    conv.getBiasMutable().assign(bias);
  else
    matmul.getBiasMutable().assign(bias);
  return true;
}

/// A constant operand of features [batch, features], brought into the order in
/// which their value has them; none where that cannot be done.
static Value permuteOperand(Importer &importer, const Tensor &input,
                            const Tensor &addend, ArrayRef<int64_t> result) {
  if (!input.value || input.layout.isIdentity() || !addend.constant ||
      result.size() != 2 || ArrayRef<int64_t>(input.shape) != result)
    return nullptr;
  Shape shape = padded(addend.shape, 2);
  std::vector<float> values = addend.constant->floats;
  if (values.size() > 1) {
    if (shape[1] != result[1])
      return nullptr;
    auto order = input.layout.featureOrder(result[0], result[1]);
    if (!order)
      return nullptr;
    for (int64_t n = 0; n < shape[0]; ++n)
      for (int64_t i = 0; i < shape[1]; ++i)
        values[n * shape[1] + i] =
            addend.constant->floats[n * shape[1] + (*order)[i]];
  }
  return importer.constant(shape, values, addend.constant->name);
}

namespace {
enum class Binary { Add, Sub, Mul, Div, Pow };
} // namespace

static float evaluate(Binary kind, float x, float y) {
  switch (kind) {
  case Binary::Add:
    return x + y;
  case Binary::Sub:
    return x - y;
  case Binary::Mul:
    return x * y;
  case Binary::Div:
    return x / y;
  case Binary::Pow:
    return std::pow(x, y);
  }
  llvm_unreachable("all kinds are covered");
}

/// Multiples of steps times factors, as weight normalization has them, stay
/// multiples: of the product of step and factor. That rounds otherwise than the
/// product of the values. Nothing is changed where a step would leave the range
/// of floats.
static void keepSteps(Importer &importer, Node &node, Binary kind,
                      const ConstantArray &x, ArrayRef<int64_t> xs,
                      const ConstantArray &y, ArrayRef<int64_t> ys,
                      ConstantArray &result) {
  if (kind == Binary::Mul && x.steps.empty() && !y.steps.empty())
    return keepSteps(importer, node, Binary::Mul, y, ys, x, xs, result);
  if ((kind != Binary::Mul && kind != Binary::Div) || x.steps.empty() ||
      !y.steps.empty())
    return;
  ConstantArray kept = result;
  kept.group = x.group;
  for (auto [k, i, j] : llvm::enumerate(xs, ys)) {
    float step = evaluate(kind, x.steps[i], y.floats[j]);
    if (!std::isnormal(step))
      return;
    float multiple = std::round(x.floats[i] / x.steps[i]);
    kept.steps.push_back(std::abs(step));
    kept.floats[k] = step * multiple;
    if (!std::isfinite(kept.floats[k]))
      return;
  }
  if (kept.floats != result.floats)
    emitRemark(importer.builder().getLoc())
        << "node '" << node.name() << "' (" << node.op()
        << ") scales quantized weights: it is folded into their steps, which "
           "rounds";
  result = std::move(kept);
}

/// Both operands are known: so is the result.
static LogicalResult foldBinary(Importer &importer, Node &node, Binary kind,
                                const Tensor &left, const Tensor &right,
                                const Shape &shape) {
  const ConstantArray &x = *left.constant, &y = *right.constant;
  if (x.isFloat != y.isFloat)
    return node.error() << "one of its operands holds floats, the other "
                           "integers";
  ConstantArray array;
  array.name = node.getProto().output(0);
  array.isFloat = x.isFloat;
  std::vector<int64_t> xs = broadcastIndices(left.shape, shape),
                       ys = broadcastIndices(right.shape, shape);
  for (auto [i, k] : llvm::zip_equal(xs, ys)) {
    if (x.isFloat) {
      array.floats.push_back(evaluate(kind, x.floats[i], y.floats[k]));
      if (!std::isfinite(array.floats.back()) && !array.firstNonFinite)
        array.firstNonFinite = array.floats.size() - 1;
      continue;
    }
    int64_t a = x.integers[i], b = y.integers[k], result = 0;
    bool overflow = kind == Binary::Add   ? llvm::AddOverflow(a, b, result)
                    : kind == Binary::Sub ? llvm::SubOverflow(a, b, result)
                    : kind == Binary::Mul ? llvm::MulOverflow(a, b, result)
                                          : b == 0 || b == -1;
    if (kind == Binary::Div && b != 0 && (b != -1 || a > INT64_MIN)) {
      result = a / b;
      overflow = false;
    }
    if (overflow || kind == Binary::Pow)
      return node.error() << "cannot be computed for " << a << " and " << b;
    array.integers.push_back(result);
  }
  if (x.isFloat)
    keepSteps(importer, node, kind, x, xs, y, ys, array);
  Tensor tensor;
  tensor.shape = shape;
  tensor.constant = std::make_shared<const ConstantArray>(std::move(array));
  return importer.setResult(node, std::move(tensor));
}

/// A constant of a shape that broadcasts, with all its elements.
static Value expandConstant(Importer &importer, Value value,
                            ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  auto floats = mbn::getConstantFloats(value);
  if (failed(floats))
    return nullptr;
  auto &b = importer.builder();
  if (floats->size() == 1)
    return arith::ConstantOp::create(
        b, DenseElementsAttr::get(importer.floatType(shape), floats->front()));
  std::vector<float> expanded;
  for (int64_t i : broadcastIndices(type.getShape(), shape))
    expanded.push_back((*floats)[i]);
  return importer.constant(shape, expanded, "divisor");
}

/// Operands of the result's rank that broadcast to its shape.
static Value buildBinary(Importer &importer, Node &node, Binary kind,
                         ArrayRef<int64_t> shape, Value x, Value y) {
  auto &b = importer.builder();
  RankedTensorType type = importer.floatType(shape);
  switch (kind) {
  case Binary::Add:
    return tosa::AddOp::create(b, type, x, y);
  case Binary::Sub:
    return tosa::SubOp::create(b, type, x, y);
  case Binary::Mul:
    return importer.multiply(x, y);
  case Binary::Div:
    // tosa has reciprocals only, which round twice.
    x = expandConstant(importer, x, shape);
    y = expandConstant(importer, y, shape);
    if (!x || !y) {
      node.error() << "its operands are computed and have different shapes, "
                      "which is not supported";
      return nullptr;
    }
    return arith::DivFOp::create(b, x, y);
  case Binary::Pow:
    node.error() << "is supported for constants only";
    return nullptr;
  }
  llvm_unreachable("all kinds are covered");
}

template <Binary kind>
static LogicalResult convertBinary(Importer &importer, Node &node) {
  FailureOr<Tensor> left = importer.tensor(node, 0), right;
  if (failed(left) || failed(right = importer.tensor(node, 1)))
    return failure();
  FailureOr<Shape> shape = broadcast(node, *left, *right);
  if (failed(shape) || failed(importer.checkSize(node, *shape)))
    return failure();
  if (left->constant && right->constant)
    return foldBinary(importer, node, kind, *left, *right, *shape);
  if (left->isSums() || right->isSums())
    return combineSums(importer, node);
  if (failed(left = importer.data(node, 0)) ||
      failed(right = importer.data(node, 1)))
    return failure();
  // `first` is the operand that is computed.
  bool swapped = left->constant != nullptr;
  Tensor &first = swapped ? *right : *left, &second = swapped ? *left : *right;
  if (kind == Binary::Add && addBias(importer, first, second, *shape)) {
    first.exclusive = true;
    return importer.setResult(node, first);
  }
  if ((kind == Binary::Add || kind == Binary::Mul) &&
      ArrayRef<int64_t>(first.shape) == ArrayRef<int64_t>(*shape) &&
      foldIntoRescale(importer, first, second, kind == Binary::Mul)) {
    first.exclusive = true;
    return importer.setResult(node, first);
  }

  auto build = [&](ArrayRef<int64_t> shape, Value x, Value y) {
    if (swapped)
      std::swap(x, y);
    return buildBinary(importer, node, kind, shape, x, y);
  };
  Tensor result;
  // Where both lie in the same order, or a constant can be brought into the
  // other's, that order stays.
  if (first.value && second.value && first.shape == second.shape &&
      first.layout == second.layout) {
    result = first;
    auto type = cast<RankedTensorType>(first.value.getType());
    result.value = build(type.getShape(), first.value,
                         importer.reshape(second.value, type.getShape()));
  } else if (Value other = permuteOperand(importer, first, second, *shape)) {
    result = first;
    result.value = build(*shape, importer.reshape(first.value, *shape), other);
  } else {
    // Images are brought into one order, unless they have it already and a
    // constant follows their last dimension.
    Shape order = shape->size() == 4 ? channelsLast(4) : Shape();
    if (first.layout.isIdentity() && second.constant && second.rank() > 0 &&
        second.shape.back() > 1)
      order.clear();
    auto operand = [&](Tensor tensor) {
      tensor.shape = padded(tensor.shape, shape->size());
      return importer.materialize(tensor, order);
    };
    Value x = operand(first), y = operand(second);
    Value value = build(permute(*shape, order), x, y);
    if (value)
      result = Importer::makeTensor(value, *shape, order);
  }
  if (!result.value)
    return failure();
  result.exclusive = true;
  return importer.setResult(node, std::move(result));
}

/// Elementwise functions leave the order of elements alone.
template <typename Op>
static LogicalResult convertUnary(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.data(node, 0);
  if (failed(input))
    return failure();
  Tensor result = *input;
  if (input->constant)
    result = Importer::makeTensor(importer.materialize(*input), input->shape);
  result.exclusive = true;
  result.value =
      Op::create(importer.builder(), result.value.getType(), result.value);
  return importer.setResult(node, std::move(result));
}

static LogicalResult convertSqrt(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.data(node, 0);
  if (failed(input))
    return failure();
  if (!input->constant)
    return node.inputError(0) << "is computed by the graph; square roots are "
                                 "supported of constants only";
  ConstantArray array = *input->constant;
  array.name = node.getProto().output(0);
  array.steps.clear();
  for (auto [i, x] : llvm::enumerate(array.floats)) {
    x = std::sqrt(x);
    if (std::isnan(x) && !array.firstNonFinite)
      array.firstNonFinite = i;
  }
  Tensor result = *input;
  result.constant = std::make_shared<const ConstantArray>(std::move(array));
  return importer.setResult(node, std::move(result));
}

void importer::registerElementwise(OperatorTable &table) {
  table["Identity"] = {convertIdentity, 1, 1};
  table["Dropout"] = {convertDropout, 1, 3};
  table["Relu"] = {convertRelu, 1, 1};
  table["Clip"] = {convertClip, 1, 3};
  table["Add"] = {convertBinary<Binary::Add>, 2, 2};
  table["Sub"] = {convertBinary<Binary::Sub>, 2, 2};
  table["Mul"] = {convertBinary<Binary::Mul>, 2, 2};
  table["Div"] = {convertBinary<Binary::Div>, 2, 2};
  table["Pow"] = {convertBinary<Binary::Pow>, 2, 2};
  table["Sqrt"] = {convertSqrt, 1, 1};
  table["Exp"] = {convertUnary<tosa::ExpOp>, 1, 1};
  table["Reciprocal"] = {convertUnary<tosa::ReciprocalOp>, 1, 1};
}
