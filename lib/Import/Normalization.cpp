//===- Normalization.cpp - Batch and layer normalization, Softmax ---------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/MBN.h"
#include "lib/Import/Importer.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"

using namespace mlir;
using namespace subbit;
using namespace subbit::importer;

//===----------------------------------------------------------------------===//
// BatchNormalization
//===----------------------------------------------------------------------===//

/// Refuses what belongs to training, in all the ways that opsets say so.
static LogicalResult expectInference(Node &node) {
  node.ignore({"momentum"});
  if (failed(node.expectInt("training_mode", 0,
                            "export the model for inference")) ||
      failed(node.expectInt("spatial", 1, "use statistics per channel")))
    return failure();
  for (int i = 1; i < node.getProto().output_size(); ++i)
    if (!node.getProto().output(i).empty())
      return node.error() << "output '" << node.getProto().output(i)
                          << "' belongs to training; export the model for "
                             "inference";
  return success();
}

static FailureOr<float> readEpsilon(Node &node) {
  FailureOr<float> epsilon = node.getFloat("epsilon", 1e-5f);
  if (succeeded(epsilon) && *epsilon < 0)
    return node.attributeError("epsilon", std::to_string(*epsilon))
           << "expected 0 or more";
  return epsilon;
}

static LogicalResult convertBatchNormalization(Importer &importer, Node &node) {
  if (failed(expectInference(node)))
    return failure();
  FailureOr<float> epsilon = readEpsilon(node);
  FailureOr<Tensor> input;
  if (failed(epsilon) || failed(input = importer.data(node, 0)))
    return failure();
  if (input->rank() < 2)
    return node.inputError(0) << "has rank " << input->rank()
                              << ", expected at least 2: the second dimension "
                                 "is the channel";
  int64_t channels = input->shape[1];
  SmallVector<Parameter, 4> parameters; // scale, bias, mean, variance
  for (int i = 1; i <= 4; ++i) {
    FailureOr<Parameter> parameter =
        importer.channelParameter(node, i, channels);
    if (failed(parameter))
      return failure();
    parameters.push_back(std::move(*parameter));
  }
  for (auto [i, variance] : llvm::enumerate(parameters[3].values))
    if (!(variance + *epsilon > 0))
      return node.inputError(4)
             << "has the variance " << variance << " at element " << i
             << ", expected a positive one";

  // Features keep their order, the parameters follow them.
  Shape order = channelsLast(input->rank());
  Tensor result;
  Value value;
  std::optional<std::vector<int64_t>> features;
  if (input->value && input->rank() == 2 && !input->layout.isIdentity())
    features = input->layout.featureOrder(input->shape[0], channels);
  if (features) {
    result = *input;
    value = importer.reshape(input->value, input->shape);
    for (Parameter &parameter : parameters) {
      std::vector<float> permuted;
      for (int64_t i : *features)
        permuted.push_back(parameter.values[i]);
      parameter.values = std::move(permuted);
    }
  } else {
    value = importer.materialize(*input, order);
    result = Importer::makeTensor(value, input->shape, order);
  }
  SmallVector<Value, 4> constants;
  for (const Parameter &parameter : parameters)
    constants.push_back(
        importer.constant(parameter.shape, parameter.values, parameter.name));
  auto &b = importer.builder();
  result.exclusive = true;
  result.value = mbn::BatchNormOp::create(
      b, value.getType(), value, constants[0], constants[1], constants[2],
      constants[3], b.getF32FloatAttr(*epsilon),
      b.getStringAttr(importer.layerName(node)));
  return importer.setResult(node, std::move(result));
}

//===----------------------------------------------------------------------===//
// LayerNormalization
//===----------------------------------------------------------------------===//

static LogicalResult convertLayerNormalization(Importer &importer, Node &node) {
  node.ignore({"stash_type"});
  FailureOr<Tensor> input = importer.data(node, 0);
  FailureOr<float> epsilon;
  if (failed(input) || failed(epsilon = readEpsilon(node)))
    return failure();
  FailureOr<int64_t> axis = node.getAxis(-1, input->rank());
  if (failed(axis))
    return failure();
  if (*axis != input->rank() - 1)
    return node.attributeError("axis", Twine(*axis))
           << "expected -1, the last dimension";
  int64_t channels = input->shape.back();
  FailureOr<Parameter> scale = importer.channelParameter(node, 1, channels);
  FailureOr<Parameter> bias =
      Parameter{"bias", {channels}, std::vector<float>(channels), {}};
  if (failed(scale))
    return failure();
  if (node.hasInput(2) &&
      failed(bias = importer.channelParameter(node, 2, channels)))
    return failure();
  for (int i = 1; i < node.getProto().output_size(); ++i)
    if (!node.getProto().output(i).empty())
      return node.error() << "output '" << node.getProto().output(i)
                          << "' belongs to training; export the model for "
                             "inference";
  auto &b = importer.builder();
  Value x = importer.materialize(*input);
  Value result = mbn::LayerNormOp::create(
      b, x.getType(), x,
      importer.constant({channels}, scale->values, scale->name),
      importer.constant({channels}, bias->values, bias->name),
      b.getF32FloatAttr(*epsilon), b.getStringAttr(importer.layerName(node)));
  return importer.setResult(node, Importer::makeTensor(result, input->shape));
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

/// exp(x - max) / sum(exp(x - max)) along a dimension of the value.
static Value buildSoftmax(Importer &importer, Value x, int64_t axis) {
  auto &b = importer.builder();
  auto type = cast<RankedTensorType>(x.getType());
  Shape reducedShape(type.getShape());
  reducedShape[axis] = 1;
  RankedTensorType reduced = importer.floatType(reducedShape);
  IntegerAttr axisAttr = b.getI32IntegerAttr(axis);
  Value shift = tosa::ConstOp::create(
      b, RankedTensorType::get({1}, b.getI8Type()),
      DenseElementsAttr::get(RankedTensorType::get({1}, b.getI8Type()),
                             b.getI8IntegerAttr(0)));
  Value largest = tosa::ReduceMaxOp::create(b, reduced, x, axisAttr);
  Value difference = tosa::SubOp::create(b, type, x, largest);
  Value power = tosa::ExpOp::create(b, type, difference);
  Value sum = tosa::ReduceSumOp::create(b, reduced, power, axisAttr);
  Value inverse = tosa::ReciprocalOp::create(b, reduced, sum);
  return tosa::MulOp::create(b, type, power, inverse, shift);
}

static LogicalResult convertSoftmax(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.data(node, 0);
  if (failed(input))
    return failure();
  // Before opset 13 the input is flattened to [before axis, from axis on].
  bool flattens = importer.opset() < 13;
  FailureOr<int64_t> axis =
      node.getAxis(flattens ? 1 : -1, input->rank(), /*inclusive=*/flattens);
  if (failed(axis))
    return failure();

  Tensor tensor = *input;
  Shape order;
  if (flattens) {
    Shape flat = {1, 1};
    for (auto [dim, size] : llvm::enumerate(input->shape))
      flat[static_cast<int64_t>(dim) < *axis ? 0 : 1] *= size;
    tensor.shape = flat;
    axis = 1;
  } else if (input->rank() == 4) {
    order = channelsLast(4);
    axis = llvm::find(order, *axis) - order.begin();
  }
  Value value =
      buildSoftmax(importer, importer.materialize(tensor, order), *axis);
  Tensor result = Importer::makeTensor(value, tensor.shape, order);
  result.shape = input->shape;
  return importer.setResult(node, std::move(result));
}

void importer::registerNormalization(OperatorTable &table) {
  table["BatchNormalization"] = {convertBatchNormalization, 5, 5};
  table["LayerNormalization"] = {convertLayerNormalization, 2, 3};
  table["Softmax"] = {convertSoftmax, 1, 1};
}
