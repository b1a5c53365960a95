//===- Integers.cpp - QuantizeLinear, DequantizeLinear, QLinear -----------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// ONNX's own quantization. QuantizeLinear gives codes, DequantizeLinear says
// what they stand for; so a layer between them has quantized operands.

#include "lib/Import/Integers.h"
#include "lib/Import/Codes.h"
#include "lib/Numerics/Quantizer.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace subbit;
using namespace subbit::importer;
using numerics::Quantizer;

//===----------------------------------------------------------------------===//
// Scales and zero points
//===----------------------------------------------------------------------===//

/// The range of an integer element type, if it has at most 8 bits.
static std::optional<std::pair<int64_t, int64_t>> rangeOf(int32_t type) {
  // Numbers of types that older versions of the format do not name.
  constexpr int32_t uint4 = 21, int4 = 22, uint2 = 25, int2 = 26;
  switch (type) {
  case onnx::TensorProto::UINT8:
    return std::pair(0, 255);
  case onnx::TensorProto::INT8:
    return std::pair(-128, 127);
  case uint4:
    return std::pair(0, 15);
  case int4:
    return std::pair(-8, 7);
  case uint2:
    return std::pair(0, 3);
  case int2:
    return std::pair(-2, 1);
  default:
    return std::nullopt;
  }
}

FailureOr<Scales> importer::readScales(Importer &importer, Node &node, int i,
                                       int zeroInput) {
  FailureOr<Parameter> scale = importer.parameter(node, i);
  if (failed(scale))
    return failure();
  Scales result;
  result.scales = scale->values;
  for (float s : result.scales)
    if (!(s > 0))
      return node.inputError(i)
             << "is a scale of " << s << ", expected it above 0";
  result.zeros.assign(result.scales.size(), 0);
  if (!node.hasInput(zeroInput))
    return result;
  FailureOr<Tensor> zero = importer.tensor(node, zeroInput);
  FailureOr<Shape> zeros;
  if (failed(zero) || failed(zeros = importer.integers(node, zeroInput)))
    return failure();
  result.type = zero->constant->elementType;
  if (zeros->size() != result.scales.size())
    return node.inputError(zeroInput)
           << "has " << zeros->size() << " zero points for "
           << result.scales.size() << " scales";
  result.zeros.assign(zeros->begin(), zeros->end());
  return result;
}

FailureOr<Scales> importer::readZeros(Importer &importer, Node &node, int i) {
  Scales result;
  result.scales = {1};
  result.zeros = {0};
  if (!node.hasInput(i))
    return result;
  FailureOr<Shape> zeros = importer.integers(node, i);
  if (failed(zeros))
    return failure();
  if (zeros->empty())
    return node.inputError(i) << "has no elements, expected a zero point";
  result.zeros.assign(zeros->begin(), zeros->end());
  result.scales.assign(zeros->size(), 1);
  return result;
}

/// The number of a slice's scale for an element: slices lie along `axis`.
static int64_t sliceOf(int64_t element, ArrayRef<int64_t> shape, int64_t axis,
                       size_t scales) {
  if (scales == 1)
    return 0;
  int64_t inner = 1;
  for (int64_t size : shape.drop_front(axis + 1))
    inner *= size;
  return element / inner % shape[axis];
}

static LogicalResult checkSlices(Node &node, const Scales &scales, int input,
                                 ArrayRef<int64_t> shape, int64_t axis) {
  size_t count = scales.scales.size();
  if (count == 1 || (axis < static_cast<int64_t>(shape.size()) &&
                     static_cast<int64_t>(count) == shape[axis]))
    return success();
  return node.inputError(input)
         << "has " << count << " scales for a tensor of "
         << "shape " << toString(shape) << " and axis " << axis;
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

FailureOr<Parameter> importer::dequantizeConstant(Node &node, int input,
                                                  const Tensor &tensor,
                                                  const Scales &scales,
                                                  int64_t axis) {
  if (failed(checkSlices(node, scales, input, tensor.shape, axis)))
    return failure();
  const ConstantArray &array = *tensor.constant;
  if (array.isFloat)
    return node.inputError(input) << "holds floats, expected integers";
  Parameter result{array.name, tensor.shape, {}, {}, array.group};
  for (auto [i, q] : llvm::enumerate(array.integers)) {
    int64_t s = sliceOf(i, tensor.shape, axis, scales.scales.size());
    result.values.push_back(static_cast<float>(q - scales.zeros[s]) *
                            scales.scales[s]);
    result.steps.push_back(scales.scales[s]);
  }
  return result;
}

/// The floats that integers of the graph stand for with one scale.
static FailureOr<Tensor> dequantizeValue(Importer &importer, Node &node,
                                         int input, const Tensor &tensor,
                                         const Scales &scales) {
  if (!tensor.isCodes())
    return node.inputError(input) << "holds no integers of at most 8 bits; a "
                                     "QuantizeLinear makes them";
  if (!llvm::all_equal(scales.scales) || !llvm::all_equal(scales.zeros))
    return node.inputError(input) << "is computed by the graph and has several "
                                     "scales, which is supported for weights "
                                     "only";
  return dequantizeCodes(importer, node, input, tensor, scales.scales[0],
                         scales.zeros[0]);
}

/// The integers that QuantizeLinear makes of floats.
static FailureOr<Tensor> quantizeValue(Importer &importer, Node &node,
                                       int input, Tensor tensor,
                                       const Scales &scales) {
  auto range = rangeOf(scales.type);
  if (!range)
    return node.inputError(input + 1)
           << "has an element type that is not of 8, 4 or 2 bits";
  if (scales.scales.size() != 1)
    return node.inputError(input) << "has several scales, which is supported "
                                     "for weights only";
  Quantizer quantizer;
  quantizer.kind = Quantizer::Kind::Rounded;
  quantizer.scale = scales.scales[0];
  quantizer.zero = scales.zeros[0];
  std::tie(quantizer.low, quantizer.high) = *range;
  std::vector<float> thresholds = quantizer.thresholds();
  return makeCodes(importer, std::move(tensor),
                   static_cast<int64_t>(thresholds.size()), thresholds,
                   quantizer.integers());
}

//===----------------------------------------------------------------------===//
// QuantizeLinear, DequantizeLinear, Clip
//===----------------------------------------------------------------------===//

/// The dimension along which scales differ; the rank where there is no such
/// one, which is right for a single scale.
static FailureOr<int64_t> readAxis(Node &node, int64_t rank) {
  FailureOr<int64_t> axis = node.getInt("axis", 1);
  if (failed(axis) ||
      failed(node.expectInt("block_size", 0, "quantize without blocks")))
    return failure();
  int64_t dim = *axis < 0 && *axis >= -rank ? *axis + rank : *axis;
  return dim < 0 || dim > rank ? rank : dim;
}

static LogicalResult convertQuantizeLinear(Importer &importer, Node &node) {
  node.ignore({"saturate", "output_dtype", "precision"});
  FailureOr<Tensor> input = importer.data(node, 0);
  FailureOr<Scales> scales;
  FailureOr<int64_t> axis;
  if (failed(input) || failed(scales = readScales(importer, node, 1, 2)) ||
      failed(axis = readAxis(node, input->rank())))
    return failure();
  if (!input->constant) {
    FailureOr<Tensor> result =
        quantizeValue(importer, node, 1, *input, *scales);
    if (failed(result))
      return failure();
    return importer.setResult(node, std::move(*result));
  }
  auto range = rangeOf(scales->type);
  if (!range)
    return node.inputError(2) << "has an element type that is not of 8, 4 or 2 "
                                 "bits";
  if (failed(checkSlices(node, *scales, 1, input->shape, *axis)))
    return failure();
  ConstantArray array;
  array.name = input->constant->name;
  array.elementType = scales->type;
  for (auto [i, x] : llvm::enumerate(input->constant->floats)) {
    int64_t s = sliceOf(i, input->shape, *axis, scales->scales.size());
    Quantizer quantizer;
    quantizer.kind = Quantizer::Kind::Rounded;
    quantizer.scale = scales->scales[s];
    quantizer.zero = scales->zeros[s];
    std::tie(quantizer.low, quantizer.high) = *range;
    array.integers.push_back(quantizer.quantize(x));
  }
  Tensor result = *input;
  result.constant = std::make_shared<const ConstantArray>(std::move(array));
  return importer.setResult(node, std::move(result));
}

static LogicalResult convertDequantizeLinear(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.tensor(node, 0);
  FailureOr<Scales> scales;
  FailureOr<int64_t> axis;
  if (failed(input) || failed(scales = readScales(importer, node, 1, 2)) ||
      failed(axis = readAxis(node, input->rank())))
    return failure();
  if (!input->constant) {
    FailureOr<Tensor> result =
        dequantizeValue(importer, node, 0, *input, *scales);
    if (failed(result))
      return failure();
    return importer.setResult(node, std::move(*result));
  }
  FailureOr<Parameter> floats =
      dequantizeConstant(node, 0, *input, *scales, *axis);
  if (failed(floats))
    return failure();
  ConstantArray array;
  array.name = floats->name;
  array.isFloat = true;
  array.elementType = onnx::TensorProto::FLOAT;
  array.floats = std::move(floats->values);
  array.steps = std::move(floats->steps);
  array.group = std::move(floats->group);
  Tensor result = *input;
  result.constant = std::make_shared<const ConstantArray>(std::move(array));
  return importer.setResult(node, std::move(result));
}

LogicalResult importer::clipIntegers(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.tensor(node, 0);
  if (failed(input))
    return failure();
  std::vector<int64_t> integers = input->integers;
  for (int i : {1, 2}) {
    if (!node.hasInput(i))
      continue;
    FailureOr<Shape> bound = importer.integers(node, i);
    if (failed(bound))
      return failure();
    if (bound->size() != 1)
      return node.inputError(i) << "has more or less than one element";
    for (int64_t &q : integers)
      q = i == 1 ? std::max(q, bound->front()) : std::min(q, bound->front());
  }
  return mapIntegers(importer, node, 0, std::move(*input), integers);
}

//===----------------------------------------------------------------------===//
// Layers on integers
//===----------------------------------------------------------------------===//

FailureOr<Parameter> importer::readIntegerWeights(Importer &importer,
                                                  Node &node, int i,
                                                  const Scales &scales,
                                                  int64_t axis) {
  FailureOr<Tensor> tensor = importer.tensor(node, i);
  if (failed(tensor))
    return failure();
  if (!tensor->constant)
    return node.inputError(i)
           << "is computed by the graph, expected an initializer or a constant";
  return dequantizeConstant(node, i, *tensor, scales, axis);
}

FailureOr<Tensor> importer::buildProduct(Importer &importer, Node &node,
                                         const Tensor &input, Parameter weights,
                                         const Parameter *bias, bool isConv,
                                         std::pair<int, int> inputs) {
  if (isConv)
    return buildConv(importer, node, input, std::move(weights), bias, inputs);
  for (auto [i, rank] :
       {std::pair(inputs.first, input.rank()),
        std::pair<int, int64_t>(inputs.second, weights.shape.size())})
    if (rank != 2)
      return node.inputError(i) << "has rank " << rank << ", expected 2";
  permuteWeights(weights, {1, 0});
  return buildMatmul(importer, node, input, std::move(weights), bias);
}

/// QLinearConv, QLinearMatMul: x, its scale and zero point, the weights', the
/// result's, and for a convolution a bias in multiples of both scales.
template <bool isConv>
static LogicalResult convertQLinear(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.tensor(node, 0);
  FailureOr<Scales> in, of, out;
  if (failed(input) || failed(in = readScales(importer, node, 1, 2)) ||
      failed(of = readScales(importer, node, 4, 5)) ||
      failed(out = readScales(importer, node, 6, 7)))
    return failure();
  FailureOr<Parameter> weights =
      readIntegerWeights(importer, node, 3, *of, isConv ? 0 : 1);
  if (failed(weights))
    return failure();
  FailureOr<Tensor> floats = dequantizeValue(importer, node, 0, *input, *in);
  if (failed(floats))
    return failure();
  std::optional<Parameter> bias;
  if (isConv && node.hasInput(8)) {
    FailureOr<Shape> integers = importer.integers(node, 8);
    if (failed(integers))
      return failure();
    if (weights->shape.empty() ||
        static_cast<int64_t>(integers->size()) != weights->shape[0])
      return node.inputError(8) << "has " << integers->size()
                                << " elements, expected one for each output";
    bias = Parameter{weights->name + ".bias", {weights->shape[0]}, {}, {}};
    for (auto [c, q] : llvm::enumerate(*integers))
      bias->values.push_back(
          static_cast<float>(q) *
          (in->scales[0] * of->scales[of->scales.size() == 1 ? 0 : c]));
  }
  FailureOr<Tensor> result =
      buildProduct(importer, node, *floats, std::move(*weights),
                   bias ? &*bias : nullptr, isConv, {0, 3});
  if (failed(result) ||
      failed(result =
                 quantizeValue(importer, node, 6, std::move(*result), *out)))
    return failure();
  return importer.setResult(node, std::move(*result));
}

void importer::registerIntegers(OperatorTable &table) {
  table["QuantizeLinear"] = {convertQuantizeLinear, 2, 3};
  table["DequantizeLinear"] = {convertDequantizeLinear, 2, 3};
  table["QLinearConv"] = {convertQLinear<true>, 8, 9};
  table["QLinearMatMul"] = {convertQLinear<false>, 8, 8};
}
