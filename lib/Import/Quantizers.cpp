//===- Quantizers.cpp - Quant, BipolarQuant, Trunc, MultiThreshold --------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The operators of QONNX, which compute with floats that stand for integers.
// Quantized constants become weights with steps; activations become codes by
// thresholds that give the operator's result for every float.

#include "dialects/MBN/IR/Weights.h"
#include "lib/Import/Importer.h"
#include "lib/Numerics/Quantizer.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace subbit;
using namespace subbit::importer;
using numerics::Quantizer;

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

/// Input `i` as a constant of one element.
static FailureOr<float> readScalar(Importer &importer, Node &node, int i) {
  FailureOr<Parameter> parameter = importer.parameter(node, i);
  if (failed(parameter))
    return failure();
  if (parameter->values.size() != 1)
    return node.inputError(i) << "has shape " << toString(parameter->shape)
                              << ", expected one element";
  return parameter->values[0];
}

/// Input `i` as a number of bits.
static FailureOr<int64_t> readBits(Importer &importer, Node &node, int i) {
  FailureOr<float> bits = readScalar(importer, node, i);
  if (failed(bits))
    return failure();
  if (!(*bits >= 1 && *bits <= 32) || *bits != std::trunc(*bits))
    return node.inputError(i)
           << "is " << *bits
           << ", expected a whole number of bits from 1 to 32";
  return static_cast<int64_t>(*bits);
}

/// The range of integers of so many bits.
static void setRange(Quantizer &quantizer, int64_t bits, bool isSigned,
                     bool narrow) {
  quantizer.low = isSigned ? -(int64_t(1) << (bits - 1)) + narrow : 0;
  quantizer.high = isSigned ? (int64_t(1) << (bits - 1)) - 1
                            : (int64_t(1) << bits) - 1 - narrow;
}

static FailureOr<numerics::Rounding> readRounding(Node &node, StringRef usual) {
  FailureOr<std::string> name = node.getString("rounding_mode", usual);
  if (failed(name))
    return failure();
  if (auto rounding = numerics::parseRounding(*name))
    return *rounding;
  return node.attributeError("rounding_mode", *name)
         << "expected ROUND, CEIL, FLOOR, UP, DOWN, HALF_UP or HALF_DOWN";
}

//===----------------------------------------------------------------------===//
// Quantizing
//===----------------------------------------------------------------------===//

namespace {
/// A quantizer whose scale and zero point may differ from element to element.
struct ElementQuantizer {
  Quantizer quantizer;
  Parameter scale, zero;

  /// Of the element that has these indices in scale and zero.
  Quantizer at(int64_t scaleIndex, int64_t zeroIndex) const {
    Quantizer result = quantizer;
    result.scale = scale.values[scaleIndex];
    result.zero = zero.values.empty() ? 0 : zero.values[zeroIndex];
    return result;
  }
};
} // namespace

/// Refuses scales that are not positive and shapes that do not broadcast.
static LogicalResult check(Node &node, const ElementQuantizer &quantizer,
                           ArrayRef<int64_t> shape) {
  for (auto [i, parameter] :
       {std::pair(1, &quantizer.scale), std::pair(2, &quantizer.zero)}) {
    if (parameter->values.empty())
      continue;
    bool fits = parameter->shape.size() <= shape.size();
    if (fits)
      for (auto [size, of] :
           llvm::zip_equal(padded(parameter->shape, shape.size()), shape))
        fits &= size == 1 || size == of;
    if (!fits)
      return node.inputError(i)
             << "has shape " << toString(parameter->shape)
             << ", which does not broadcast to " << toString(shape);
  }
  for (float scale : quantizer.scale.values)
    if (!(scale > 0))
      return node.inputError(1)
             << "is a scale of " << scale << ", expected it above 0";
  return success();
}

/// The floats that the quantizer gives, with the steps they are multiples of.
static LogicalResult quantizeConstant(Importer &importer, Node &node,
                                      const Tensor &input,
                                      const ElementQuantizer &quantizer) {
  ConstantArray array = *input.constant;
  // Layers are named after nodes, arrays after what they were made from.
  array.steps.clear();
  std::vector<int64_t> scales =
      broadcastIndices(quantizer.scale.shape, input.shape);
  std::vector<int64_t> zeros =
      broadcastIndices(quantizer.zero.shape, input.shape);
  for (auto [i, x] : llvm::enumerate(array.floats)) {
    Quantizer q = quantizer.at(scales[i], zeros[i]);
    x = q.dequantize(q.quantize(x));
    array.steps.push_back(q.scale);
  }
  Tensor result = input;
  result.constant = std::make_shared<const ConstantArray>(std::move(array));
  return importer.setResult(node, std::move(result));
}

/// The elements of a parameter by channel, the second dimension: one if all are
/// the same. None if they differ along another dimension.
static std::optional<std::vector<float>> byChannel(const Parameter &parameter,
                                                   ArrayRef<int64_t> shape) {
  ArrayRef<float> values = parameter.values;
  if (values.empty())
    return std::vector<float>{0};
  if (llvm::all_equal(values))
    return std::vector<float>{values[0]};
  Shape full = padded(parameter.shape, shape.size());
  if (shape.size() < 2 || full[1] != static_cast<int64_t>(values.size()))
    return std::nullopt;
  return std::vector<float>(values);
}

/// Codes by thresholds, one row or one for each channel, and their floats.
/// `order` puts the channels last.
static LogicalResult buildCodes(Importer &importer, Node &node,
                                const Tensor &input,
                                const numerics::Levels &levels,
                                ArrayRef<std::vector<float>> thresholds,
                                ArrayRef<float> channelScales,
                                ArrayRef<int64_t> order) {
  auto &b = importer.builder();
  Tensor result = input;
  bool perChannel = thresholds.size() > 1;
  if (perChannel) {
    result = Importer::makeTensor(importer.materialize(input, order),
                                  input.shape, order);
  }
  auto type = cast<RankedTensorType>(result.value.getType());
  std::vector<float> rows;
  for (const std::vector<float> &row : thresholds)
    rows.insert(rows.end(), row.begin(), row.end());
  Shape shape = {levels.count() - 1};
  if (perChannel)
    shape.insert(shape.begin(), thresholds.size());
  MLIRContext *context = b.getContext();
  auto codes = mbn::MultiBitType::get(type.getShape(),
                                      mbn::LevelsAttr::get(context, levels));
  Value encoded = mbn::EncodeOp::create(
      b, codes, result.value,
      mbn::makeElements<float>(context, shape, rows,
                               (node.name() + ".thresholds").str()));
  result.value = mbn::DecodeOp::create(b, type, encoded);
  if (channelScales.size() > 1) {
    Shape ones(type.getRank(), 1);
    ones.back() = channelScales.size();
    result.value = importer.multiply(
        result.value,
        importer.constant(ones, channelScales, (node.name() + ".scale").str()));
  }
  result.exclusive = true;
  return importer.setResult(node, std::move(result));
}

static LogicalResult quantizeActivation(Importer &importer, Node &node,
                                        const Tensor &input,
                                        const ElementQuantizer &quantizer) {
  auto scales = byChannel(quantizer.scale, input.shape);
  auto zeros = byChannel(quantizer.zero, input.shape);
  if (!scales || !zeros)
    return node.error() << "its scale or zero point differs along another "
                           "dimension than the channels, which is supported "
                           "for weights only";
  if (quantizer.quantizer.count() > 256) {
    emitRemark(importer.builder().getLoc())
        << "node '" << node.name() << "' (" << node.qualifiedOp()
        << ") quantizes to more than 8 bits: its values stay float";
    return importer.setResult(node, input);
  }
  // With a scale for each channel codes have step 1, and a multiplication
  // follows. One zero point serves all.
  if (zeros->size() > 1)
    return node.inputError(2) << "differs from channel to channel, which is "
                                 "supported for weights only";
  std::vector<std::vector<float>> thresholds;
  std::optional<numerics::Levels> levels;
  for (float scale : *scales) {
    Quantizer q = quantizer.quantizer;
    q.scale = scale;
    q.zero = zeros->front();
    levels = q.levels();
    if (!levels)
      return node.inputError(2)
             << "is a zero point of " << q.zero
             << ", expected a whole number among the integers";
    thresholds.push_back(q.thresholds());
  }
  if (scales->size() > 1)
    levels->step = 1;
  return buildCodes(importer, node, input, *levels, thresholds, *scales,
                    channelsLast(input.rank()));
}

static LogicalResult quantize(Importer &importer, Node &node,
                              const ElementQuantizer &quantizer) {
  FailureOr<Tensor> input = importer.data(node, 0);
  if (failed(input) || failed(check(node, quantizer, input->shape)))
    return failure();
  return (input->constant ? quantizeConstant : quantizeActivation)(
      importer, node, *input, quantizer);
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

static LogicalResult convertQuant(Importer &importer, Node &node) {
  FailureOr<Parameter> scale = importer.parameter(node, 1), zero;
  FailureOr<int64_t> bits, isSigned, narrow;
  if (failed(scale) || failed(zero = importer.parameter(node, 2)) ||
      failed(bits = readBits(importer, node, 3)) ||
      failed(isSigned = node.getInt("signed", 1)) ||
      failed(narrow = node.getInt("narrow", 0)))
    return failure();
  FailureOr<numerics::Rounding> rounding = readRounding(node, "ROUND");
  if (failed(rounding))
    return failure();
  ElementQuantizer quantizer{{}, *scale, *zero};
  quantizer.quantizer.rounding = *rounding;
  if (*bits == 1 && *isSigned)
    quantizer.quantizer.kind = Quantizer::Kind::Bipolar;
  else
    setRange(quantizer.quantizer, *bits, *isSigned, *narrow);
  if (quantizer.quantizer.count() < 2)
    return node.attributeError("narrow", Twine(*narrow))
           << "which leaves one bit a single value";
  return quantize(importer, node, quantizer);
}

static LogicalResult convertBipolarQuant(Importer &importer, Node &node) {
  FailureOr<Parameter> scale = importer.parameter(node, 1);
  if (failed(scale))
    return failure();
  ElementQuantizer quantizer{{}, *scale, {}};
  quantizer.quantizer.kind = Quantizer::Kind::Bipolar;
  return quantize(importer, node, quantizer);
}

/// Version 1 has the number of bits after truncation as its last input, version
/// 2 the scale and the number of bits.
static LogicalResult convertTrunc(Importer &importer, Node &node) {
  bool second = node.getProto().input_size() == 6;
  FailureOr<float> scale = readScalar(importer, node, 1), zero;
  FailureOr<int64_t> inBits, outBits;
  if (failed(scale) || failed(zero = readScalar(importer, node, 2)) ||
      failed(inBits = readBits(importer, node, 3)) ||
      failed(outBits = readBits(importer, node, second ? 5 : 4)))
    return failure();
  FailureOr<numerics::Rounding> rounding = readRounding(node, "FLOOR");
  FailureOr<int64_t> isSigned, narrow;
  if (failed(rounding) || failed(isSigned = node.getInt("signed", 1)) ||
      failed(narrow = node.getInt("narrow", 0)))
    return failure();
  if (!(*scale > 0))
    return node.inputError(1)
           << "is a scale of " << *scale << ", expected it above 0";

  ElementQuantizer quantizer;
  Quantizer &q = quantizer.quantizer;
  q.kind = Quantizer::Kind::Truncated;
  q.rounding = *rounding;
  q.inputScale = *scale;
  q.inputZero = *zero;
  float outScale = *scale, outZero = *zero;
  if (second) {
    FailureOr<float> given = readScalar(importer, node, 4);
    if (failed(given))
      return failure();
    if (!(*given > 0))
      return node.inputError(4)
             << "is a scale of " << *given << ", expected it above 0";
    outScale = *given;
    q.divisor = std::exp2(std::nearbyint(std::log2(outScale / *scale)));
    outZero = *zero / q.divisor;
    setRange(q, *outBits, *isSigned, *narrow);
  } else {
    if (*outBits > *inBits)
      return node.inputError(4) << "is " << *outBits << " bits, more than the "
                                << *inBits << " that there were";
    q.divisor = std::exp2(static_cast<float>(*inBits - *outBits));
    // It does not clamp: what comes in is quantized to so many bits, with or
    // without a sign, and may be rounded up.
    q.low = -(int64_t(1) << (*outBits - 1));
    q.high = int64_t(1) << *outBits;
    // Both do not fit codes of 8 bits.
    if (*outBits > 7)
      setRange(q, *outBits, *isSigned, /*narrow=*/false);
  }
  quantizer.scale = {"", {}, {outScale}, {}};
  quantizer.zero = {"", {}, {outZero}, {}};
  return quantize(importer, node, quantizer);
}

static LogicalResult convertMultiThreshold(Importer &importer, Node &node) {
  node.ignore({"out_dtype"});
  FailureOr<Tensor> input = importer.data(node, 0);
  FailureOr<Parameter> thresholds;
  FailureOr<float> scale, bias;
  FailureOr<std::string> layout;
  if (failed(input) || failed(thresholds = importer.parameter(node, 1)) ||
      failed(scale = node.getFloat("out_scale", 1)) ||
      failed(bias = node.getFloat("out_bias", 0)) ||
      failed(layout = node.getString("data_layout", "NCHW")))
    return failure();
  if (input->constant)
    return node.inputError(0) << "is a constant, expected an activation";
  if (*layout != "NCHW" && *layout != "NC" && *layout != "NHWC")
    return node.attributeError("data_layout", *layout)
           << "expected NCHW or NHWC";
  bool isLast = *layout == "NHWC";
  if (input->rank() < 2)
    return node.inputError(0)
           << "has rank " << input->rank() << ", expected at least 2";
  int64_t channels = isLast ? input->shape.back() : input->shape[1];
  ArrayRef<int64_t> shape = thresholds->shape;
  if (shape.size() != 2 || (shape[0] != 1 && shape[0] != channels))
    return node.inputError(1)
           << "has shape " << toString(shape) << ", expected " << channels
           << " or 1 rows of thresholds";
  if (shape[1] > 255)
    return node.inputError(1) << "has " << shape[1]
                              << " thresholds, expected at most 255 (8 bits)";
  if (!(*scale > 0))
    return node.attributeError("out_scale", std::to_string(*scale))
           << "expected it above 0";

  numerics::Levels levels;
  levels.step = *scale;
  for (int64_t m = 1; m < shape[1] + 1; m *= 2)
    levels.multipliers.push_back(m);
  // A bias that is a multiple of the scale is a zero point.
  double zero = -double(*bias) / *scale;
  if (zero == std::trunc(zero) && zero >= 0 && zero <= 255)
    levels.zero = static_cast<int64_t>(zero);
  else
    levels.low = *bias;
  std::vector<std::vector<float>> rows;
  for (int64_t r = 0; r < shape[0]; ++r) {
    auto begin = thresholds->values.begin() + r * shape[1];
    std::vector<float> row(begin, begin + shape[1]);
    llvm::sort(row);
    row.resize(levels.count() - 1, std::numeric_limits<float>::quiet_NaN());
    rows.push_back(std::move(row));
  }
  return buildCodes(importer, node, *input, levels, rows, {},
                    isLast ? Shape() : channelsLast(input->rank()));
}

/// Binary operands are 0 and 1 for -1 and +1; the result counts equal ones:
/// sum_k x_k * (2 w_k - 1) + sum_k (1 - w_k).
static LogicalResult convertXnorPopcountMatMul(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.data(node, 0);
  FailureOr<Parameter> weights;
  if (failed(input) || failed(weights = importer.parameter(node, 1)))
    return failure();
  if (input->rank() != 2 || weights->shape.size() != 2 ||
      input->shape[1] != weights->shape[0])
    return node.error() << "its operands have shapes " << toString(input->shape)
                        << " and " << toString(weights->shape)
                        << ", expected matrices that can be multiplied";
  int64_t outputs = weights->shape[1];
  std::vector<float> bias(outputs);
  weights->steps.assign(weights->values.size(), 1.0f);
  for (auto [i, w] : llvm::enumerate(weights->values)) {
    if (w != 0 && w != 1)
      return node.inputError(1)
             << "has an element " << w << ", expected 0 or 1";
    bias[i % outputs] += 1 - w;
    w = 2 * w - 1;
  }
  Parameter addend{weights->name + ".bias", {outputs}, std::move(bias), {}};
  permuteWeights(*weights, {1, 0});
  FailureOr<Tensor> result =
      buildMatmul(importer, node, *input, std::move(*weights), &addend);
  if (failed(result))
    return failure();
  return importer.setResult(node, std::move(*result));
}

void importer::registerQuantizers(OperatorTable &table) {
  for (StringRef domain :
       {"qonnx.custom_op.general", "finn.custom_op.general", "onnx.brevitas"}) {
    auto add = [&](StringRef name, Operator op) {
      table[(domain + "." + name).str()] = op;
    };
    add("Quant", {convertQuant, 4, 4});
    add("IntQuant", {convertQuant, 4, 4});
    add("BipolarQuant", {convertBipolarQuant, 2, 2});
    add("Trunc", {convertTrunc, 5, 6});
    add("MultiThreshold", {convertMultiThreshold, 2, 2});
    add("XnorPopcountMatMul", {convertXnorPopcountMatMul, 2, 2});
  }
}
