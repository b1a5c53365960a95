//===- Linear.cpp - Conv, Gemm, MatMul ------------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/MBN.h"
#include "lib/Import/Integers.h"
#include "lib/Import/Window.h"
#include <cmath>

using namespace mlir;
using namespace subbit;
using namespace subbit::importer;

void importer::permuteWeights(Parameter &weights, ArrayRef<int64_t> order) {
  std::vector<int64_t> indices = permutedIndices(weights.shape, order);
  for (std::vector<float> *array : {&weights.values, &weights.steps}) {
    if (array->empty())
      continue;
    std::vector<float> permuted;
    permuted.reserve(indices.size());
    for (int64_t i : indices)
      permuted.push_back((*array)[i]);
    *array = std::move(permuted);
  }
  weights.shape = permute(weights.shape, order);
}

/// Weights as a layer takes them: of integers times integers the quantized
/// constant itself.
static FailureOr<Value> buildWeights(Importer &importer, Node &node, int input,
                                     const Parameter &weights, bool isInteger) {
  if (!isInteger)
    return importer.weights(weights.shape, weights.values, weights.steps,
                            weights.name, weights.group);
  std::vector<int64_t> integers(weights.values.begin(), weights.values.end());
  std::vector<float> steps(weights.shape[0], 1);
  Value result = importer.quantizedWeights(weights.shape, integers, steps,
                                           weights.name, weights.group);
  if (!result)
    return node.inputError(input) << "has weights that do not fit 16 bits";
  return result;
}

/// Integers times integers are int32 sums.
static RankedTensorType resultType(Importer &importer, const Tensor &input,
                                   ArrayRef<int64_t> shape) {
  auto &b = importer.builder();
  Type element = input.isCodes() ? Type(b.getI32Type()) : b.getF32Type();
  return RankedTensorType::get(shape, element);
}

FailureOr<Tensor> importer::buildConv(Importer &importer, Node &node,
                                      const Tensor &input, Parameter weights,
                                      const Parameter *bias,
                                      std::pair<int, int> inputs) {
  if (input.rank() != 4)
    return node.inputError(inputs.first)
           << "has rank " << input.rank()
           << ", only two-dimensional convolutions (rank 4) are supported";
  ArrayRef<int64_t> in = input.shape, w = weights.shape;
  if (w.size() != 4)
    return node.inputError(inputs.second)
           << "has rank " << w.size() << ", expected 4 for the weights";

  FailureOr<int64_t> groups = node.getInt("group", 1);
  if (failed(groups))
    return failure();
  if (*groups < 1 || w[0] % *groups != 0)
    return node.attributeError("group", Twine(*groups))
           << "expected a positive divisor of the " << w[0] << " outputs";
  if (in[1] % *groups != 0 || in[1] / *groups != w[1])
    return node.inputError(inputs.first)
           << "has " << in[1] << " channels, the weights (" << toString(w)
           << ") take " << w[1] << " in each of " << *groups << " groups";
  FailureOr<Window> window =
      readWindow(node, in.drop_front(2), w.drop_front(2));
  if (failed(window))
    return failure();
  Shape shape = {in[0], w[0], window->output[0], window->output[1]};
  if (failed(importer.checkSize(node, shape)))
    return failure();

  Shape order = channelsLast(4);
  auto &b = importer.builder();
  Value image = importer.materialize(input, order);
  permuteWeights(weights, order);
  FailureOr<Value> weightsValue =
      buildWeights(importer, node, inputs.second, weights, input.isCodes());
  if (failed(weightsValue))
    return failure();
  Value biasValue;
  if (bias)
    biasValue = importer.constant(bias->shape, bias->values, bias->name);
  auto result = mbn::Conv2DOp::create(
      b, resultType(importer, input, permute(shape, order)), image,
      *weightsValue, biasValue, importer.layerName(node), window->pad,
      window->stride, window->dilation, *groups);
  if (input.isCodes() && failed(checkSums(node, result)))
    return failure();
  return Importer::makeTensor(result, shape, order);
}

/// Gives the node what was built for it.
static LogicalResult setBuilt(Importer &importer, Node &node,
                              FailureOr<Tensor> result) {
  if (failed(result))
    return failure();
  return importer.setResult(node, std::move(*result));
}

static LogicalResult convertConv(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.data(node, 0);
  FailureOr<Parameter> weights, bias;
  if (failed(input) || failed(weights = importer.parameter(node, 1)))
    return failure();
  bool hasBias = node.hasInput(2) && !weights->shape.empty();
  if (hasBias &&
      failed(bias = importer.channelParameter(node, 2, weights->shape[0])))
    return failure();
  return setBuilt(importer, node,
                  buildConv(importer, node, *input, std::move(*weights),
                            hasBias ? &*bias : nullptr, {0, 1}));
}

/// The operand of a fully connected layer: a value [batch, features] and, where
/// its features lie in another order than the model's, that order.
struct Features {
  Value value;
  std::vector<int64_t> order; ///< empty if as in the model
};

static Features readFeatures(Importer &importer, const Tensor &input) {
  if (!input.constant && !input.layout.isIdentity())
    if (auto order = input.layout.featureOrder(input.shape[0], input.shape[1]))
      return {importer.reshape(input.value, input.shape), std::move(*order)};
  return {importer.materialize(input), {}};
}

FailureOr<Tensor> importer::buildMatmul(Importer &importer, Node &node,
                                        const Tensor &input, Parameter weights,
                                        const Parameter *bias) {
  int64_t outputs = weights.shape[0], inputs = weights.shape[1];
  if (input.shape[1] != inputs)
    return node.inputError(0) << "has " << input.shape[1]
                              << " features, the weights take " << inputs;
  Shape shape = {input.shape[0], outputs};
  if (failed(importer.checkSize(node, shape)))
    return failure();
  Features features = readFeatures(importer, input);
  for (std::vector<float> *array : {&weights.values, &weights.steps}) {
    if (features.order.empty() || array->empty())
      continue;
    std::vector<float> ordered(array->size());
    for (int64_t o = 0; o < outputs; ++o)
      for (int64_t i = 0; i < inputs; ++i)
        ordered[o * inputs + i] = (*array)[o * inputs + features.order[i]];
    *array = std::move(ordered);
  }
  FailureOr<Value> weightsValue =
      buildWeights(importer, node, 1, weights, input.isCodes());
  if (failed(weightsValue))
    return failure();
  Value biasValue;
  if (bias)
    biasValue = importer.constant(bias->shape, bias->values, bias->name);
  auto result = mbn::MatmulOp::create(
      importer.builder(), resultType(importer, input, shape), features.value,
      *weightsValue, biasValue, importer.layerName(node));
  if (input.isCodes() && failed(checkSums(node, result)))
    return failure();
  return Importer::makeTensor(result, shape);
}

/// Input and weights of a fully connected layer, the weights as [outputs,
/// inputs].
static FailureOr<std::pair<Tensor, Parameter>>
readMatmul(Importer &importer, Node &node, bool transposed) {
  FailureOr<Tensor> input = importer.data(node, 0);
  FailureOr<Parameter> weights;
  if (failed(input) || failed(weights = importer.parameter(node, 1)))
    return failure();
  for (auto [i, rank] : {std::pair(0, input->rank()),
                         std::pair<int, int64_t>(1, weights->shape.size())})
    if (rank != 2)
      return node.inputError(i) << "has rank " << rank << ", expected 2";
  if (!transposed)
    permuteWeights(*weights, {1, 0});
  return std::make_pair(*input, std::move(*weights));
}

/// The third operand of a Gemm as one element per output.
static FailureOr<Parameter> readGemmBias(Importer &importer, Node &node,
                                         int64_t outputs) {
  FailureOr<Parameter> bias = importer.parameter(node, 2);
  if (failed(bias))
    return failure();
  ArrayRef<int64_t> shape = bias->shape;
  while (shape.size() > 1 && shape.front() == 1)
    shape = shape.drop_front();
  bool scalar = bias->values.size() == 1;
  if (!scalar && (shape.size() != 1 || shape[0] != outputs))
    return node.inputError(2)
           << "has shape " << toString(bias->shape) << ", expected " << outputs
           << ", 1x" << outputs << " or a scalar";
  if (scalar)
    bias->values.assign(outputs, bias->values[0]);
  bias->shape = {outputs};
  return bias;
}

/// Multiplies by an attribute of the node; what leaves the range of floats is
/// refused.
static LogicalResult scale(Node &node, StringRef attribute,
                           std::vector<float> &values) {
  FailureOr<float> factor = node.getFloat(attribute, 1.0f);
  if (failed(factor))
    return failure();
  for (float &value : values) {
    value *= *factor;
    if (!std::isfinite(value))
      return node.attributeError(attribute, std::to_string(*factor))
             << "which makes a weight infinite";
  }
  return success();
}

static LogicalResult convertGemm(Importer &importer, Node &node) {
  FailureOr<int64_t> transposed;
  if (failed(node.expectInt("transA", 0, "transpose the operand instead")) ||
      failed(transposed = node.getInt("transB", 0)))
    return failure();
  if (*transposed != 0 && *transposed != 1)
    return node.attributeError("transB", Twine(*transposed))
           << "expected 0 or 1";
  auto operands = readMatmul(importer, node, *transposed == 1);
  if (failed(operands))
    return failure();
  auto &[input, weights] = *operands;
  if (failed(scale(node, "alpha", weights.values)) ||
      failed(scale(node, "alpha", weights.steps)))
    return failure();
  if (!node.hasInput(2)) {
    node.ignore({"beta"});
    return setBuilt(importer, node,
                    buildMatmul(importer, node, input, weights, nullptr));
  }
  FailureOr<Parameter> bias = readGemmBias(importer, node, weights.shape[0]);
  if (failed(bias) || failed(scale(node, "beta", bias->values)))
    return failure();
  return setBuilt(importer, node,
                  buildMatmul(importer, node, input, weights, &*bias));
}

static LogicalResult convertMatMul(Importer &importer, Node &node) {
  auto operands = readMatmul(importer, node, /*transposed=*/false);
  if (failed(operands))
    return failure();
  return setBuilt(
      importer, node,
      buildMatmul(importer, node, operands->first, operands->second, nullptr));
}

void importer::registerLinear(OperatorTable &table) {
  table["Conv"] = {convertConv, 2, 3};
  table["Gemm"] = {convertGemm, 2, 3};
  table["MatMul"] = {convertMatMul, 2, 2};
}
