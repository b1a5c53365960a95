//===- Elementwise.cpp - Relu, Clip, Add and what inference leaves out ----===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/MBN.h"
#include "lib/Import/Importer.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
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
// Add
//===----------------------------------------------------------------------===//

/// The shape with ones in front.
static Shape padded(ArrayRef<int64_t> shape, size_t rank) {
  Shape result(rank - shape.size(), 1);
  result.append(shape.begin(), shape.end());
  return result;
}

static FailureOr<Shape> broadcast(Node &node, const Tensor &a,
                                  const Tensor &b) {
  size_t rank = std::max(a.rank(), b.rank());
  Shape left = padded(a.shape, rank), right = padded(b.shape, rank), result;
  for (auto [l, r] : llvm::zip_equal(left, right)) {
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

/// A constant addend of features [batch, features], brought into the order in
/// which their value has them; none where that cannot be done.
static Value permuteAddend(Importer &importer, const Tensor &input,
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

static LogicalResult convertAdd(Importer &importer, Node &node) {
  FailureOr<Tensor> left = importer.data(node, 0), right;
  if (failed(left) || failed(right = importer.data(node, 1)))
    return failure();
  FailureOr<Shape> shape = broadcast(node, *left, *right);
  if (failed(shape) || failed(importer.checkSize(node, *shape)))
    return failure();
  if (left->constant)
    std::swap(*left, *right);
  if (addBias(importer, *left, *right, *shape)) {
    left->exclusive = true;
    return importer.setResult(node, *left);
  }

  auto &b = importer.builder();
  Tensor result;
  // Where both lie in the same order, or a constant can be brought into the
  // other's, that order stays.
  if (left->value && right->value && left->shape == right->shape &&
      left->layout == right->layout) {
    result = *left;
    auto type = cast<RankedTensorType>(left->value.getType());
    result.value = tosa::AddOp::create(
        b, type, left->value, importer.reshape(right->value, type.getShape()));
  } else if (Value addend = permuteAddend(importer, *left, *right, *shape)) {
    result = *left;
    result.value =
        tosa::AddOp::create(b, importer.floatType(*shape),
                            importer.reshape(left->value, *shape), addend);
  } else {
    Shape order = shape->size() == 4 ? channelsLast(4) : Shape();
    auto operand = [&](Tensor tensor) {
      tensor.shape = padded(tensor.shape, shape->size());
      return importer.materialize(tensor, order);
    };
    Value first = operand(*left), second = operand(*right);
    Value sum = tosa::AddOp::create(
        b, importer.floatType(permute(*shape, order)), first, second);
    result = Importer::makeTensor(sum, *shape, order);
  }
  result.exclusive = true;
  return importer.setResult(node, std::move(result));
}

void importer::registerElementwise(OperatorTable &table) {
  table["Identity"] = {convertIdentity, 1, 1};
  table["Dropout"] = {convertDropout, 1, 3};
  table["Relu"] = {convertRelu, 1, 1};
  table["Clip"] = {convertClip, 1, 3};
  table["Add"] = {convertAdd, 2, 2};
}
