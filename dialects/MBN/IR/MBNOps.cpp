//===- MBNOps.cpp - Operations of the mbn dialect -------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "mlir/IR/Builders.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace subbit;
using namespace subbit::mbn;

#define GET_OP_CLASSES
#include "dialects/MBN/IR/MBNOps.cpp.inc"

static ArrayRef<int64_t> shapeOf(Type type) {
  if (auto tensor = dyn_cast<MultiBitType>(type))
    return tensor.getShape();
  return cast<RankedTensorType>(type).getShape();
}

static std::string toString(ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(shape, os, "x");
  return text;
}

static LogicalResult verifyShape(Operation *op, StringRef what, Type type,
                                 ArrayRef<int64_t> expected) {
  if (shapeOf(type) == expected)
    return success();
  return op->emitOpError() << "expects " << what << " of shape "
                           << toString(expected) << ", found "
                           << toString(shapeOf(type));
}

//===----------------------------------------------------------------------===//
// ConstantOp
//===----------------------------------------------------------------------===//

/// `bases<...>`, `dense<...>` or an alias: an attribute that is written with
/// its dialect, `#mbn.bases<...>`, would take the colon and type that follow.
static ParseResult parseValue(OpAsmParser &parser, Attribute &value) {
  StringRef keyword;
  SMLoc loc = parser.getCurrentLocation();
  if (succeeded(parser.parseOptionalKeyword(&keyword, {"bases", "dense"}))) {
    value = keyword == "bases" ? BasesAttr::parse(parser, {})
                               : DenseAttr::parse(parser, {});
    return success(static_cast<bool>(value));
  }
  if (parser.parseAttribute(value, parser.getBuilder().getNoneType()))
    return failure();
  if (!isa<BasesAttr, DenseAttr>(value))
    return parser.emitError(loc, "expected 'bases', 'dense' or an alias");
  return success();
}

ParseResult ConstantOp::parse(OpAsmParser &parser, OperationState &result) {
  Attribute value;
  Type type;
  if (parser.parseOptionalAttrDict(result.attributes) ||
      parseValue(parser, value) || parser.parseColonType(type))
    return failure();
  result.addAttribute("value", value);
  result.addTypes(type);
  return success();
}

void ConstantOp::print(OpAsmPrinter &printer) {
  printer.printOptionalAttrDict((*this)->getAttrs(), {"value"});
  if (auto bases = dyn_cast<BasesAttr>(getValue())) {
    printer << " bases";
    bases.print(printer);
  } else {
    printer << " dense";
    cast<DenseAttr>(getValue()).print(printer);
  }
  printer << " : " << getType();
}

/// Reads one array of a constant and checks its size; says what is wrong.
template <typename T>
static FailureOr<std::vector<T>>
checkedArray(ConstantOp op, StringRef name, ElementsAttr attr, int64_t count) {
  auto values = readElements<T>(attr);
  if (failed(values))
    return op.emitOpError()
           << "has '" << name
           << "' of the wrong element type or with a missing or incomplete "
              "blob";
  if (count >= 0 && static_cast<int64_t>(values->size()) != count)
    return op.emitOpError() << "expects " << count << " elements in '" << name
                            << "', found " << values->size();
  return values;
}

static LogicalResult verifySteps(ConstantOp op, ElementsAttr attr) {
  auto steps = checkedArray<float>(op, "steps", attr, -1);
  if (failed(steps))
    return failure();
  // constant_c4
  int64_t outputs = op.getType().getShape()[0], count = steps->size();
  if (count != 1 && count != outputs)
    return op.emitOpError()
           << "expects 1 or " << outputs << " steps, found " << count;
  for (float step : *steps)
    if (!std::isfinite(step) || step < 0)
      return op.emitOpError()
             << "steps must be finite and not negative, found " << step;
  return success();
}

static LogicalResult verifyBases(ConstantOp op, BasesAttr attr) {
  MultiBitType type = op.getType();
  numerics::Grouping grouping = getGrouping(type);
  int64_t groups = grouping.numGroups();
  // constant_c1
  auto widths = checkedArray<uint8_t>(op, "widths", attr.getWidths(), groups);
  if (failed(widths))
    return failure();
  int64_t rows = 0, words = 0;
  for (int64_t g = 0; g < groups; ++g) {
    // constant_c2
    int64_t width = (*widths)[g];
    if (width < type.getMinBits() || width > type.getMaxBits())
      return op.emitOpError()
             << "group " << g << " has " << width << " bases, its type allows "
             << type.getMinBits() << " to " << type.getMaxBits();
    if (width > grouping.groupSize(g))
      return op.emitOpError()
             << "group " << g << " has " << width << " bases for "
             << grouping.groupSize(g) << " weights";
    rows += width;
    words += width * grouping.groupWords(g);
  }
  auto coordinates =
      checkedArray<int16_t>(op, "coordinates", attr.getCoordinates(), rows);
  auto signs = checkedArray<uint32_t>(op, "signs", attr.getSigns(), words);
  if (failed(coordinates) || failed(signs))
    return failure();
  std::vector<int16_t> offsets(groups, 0);
  if (attr.getOffsets()) {
    auto given =
        checkedArray<int16_t>(op, "offsets", attr.getOffsets(), groups);
    if (failed(given))
      return failure();
    offsets = *given;
  }
  int64_t row = 0, word = 0;
  for (int64_t g = 0; g < groups; ++g) {
    int64_t sum = std::abs(static_cast<int64_t>(offsets[g]));
    int64_t tail = grouping.groupSize(g) % numerics::kWordBits;
    for (int64_t i = 0; i < (*widths)[g]; ++i, ++row) {
      // constant_c3
      int64_t a = (*coordinates)[row];
      if (a <= 0)
        return op.emitOpError() << "group " << g << " has coordinate " << a
                                << ", coordinates must be positive";
      sum += a;
      word += grouping.groupWords(g);
      // constant_c5
      if (tail && (*signs)[word - 1] >> tail)
        return op.emitOpError() << "group " << g << " has set bits past its "
                                << grouping.groupSize(g) << " weights";
    }
    if (sum > std::numeric_limits<int16_t>::max())
      return op.emitOpError()
             << "group " << g << " has coordinates and offset that sum to "
             << sum << ", more than 32767";
  }
  return verifySteps(op, attr.getSteps());
}

LogicalResult ConstantOp::verify() {
  if (!getType().isWeights())
    return emitOpError() << "has the type of an activation";
  if (auto bases = dyn_cast<BasesAttr>(getValue()))
    return verifyBases(*this, bases);
  // constant_c6
  auto dense = cast<DenseAttr>(getValue());
  if (dense.getValues().getShapedType().getShape() != getType().getShape())
    return emitOpError() << "expects values of shape "
                         << toString(getType().getShape());
  if (getType().getMinBits() != 8 || getType().getMaxBits() != 8)
    return emitOpError() << "expects bits = 8 to 8 for dense values";
  if (failed(checkedArray<int8_t>(*this, "values", dense.getValues(),
                                  getType().getNumElements())))
    return failure();
  return verifySteps(*this, dense.getSteps());
}

//===----------------------------------------------------------------------===//
// EncodeOp, DecodeOp
//===----------------------------------------------------------------------===//

LogicalResult EncodeOp::verify() {
  // encode_c1
  if (!getType().isActivation())
    return emitOpError() << "expects a result with levels";
  if (failed(verifyShape(*this, "a result", getType(),
                         getInput().getType().getShape())))
    return failure();
  if (!getThresholds())
    return success();
  // encode_c2
  ArrayRef<int64_t> input = getType().getShape();
  int64_t columns = getType().getLevels().getNumLevels() - 1;
  auto type = cast<ShapedType>(getThresholds()->getType());
  ArrayRef<int64_t> shape = type.getShape();
  if (!type.getElementType().isF32() || shape.empty() || shape.size() > 2 ||
      shape.back() != columns ||
      (shape.size() == 2 && (input.empty() || shape[0] != input.back())))
    return emitOpError() << "expects thresholds of type tensor<" << columns
                         << "xf32>, or one row for each channel; found "
                         << type;
  FailureOr<std::vector<float>> values = readElements<float>(*getThresholds());
  if (failed(values))
    return emitOpError() << "has thresholds without data";
  // encode_c3
  for (size_t i = 0; i < values->size(); ++i) {
    if (i % columns == 0)
      continue;
    float last = (*values)[i - 1], next = (*values)[i];
    if (!(last <= next) && !std::isnan(next))
      return emitOpError() << "expects thresholds that rise, found " << next
                           << " after " << last;
  }
  return success();
}

std::vector<float> EncodeOp::getThresholdValues() {
  if (getThresholds())
    return *readElements<float>(*getThresholds());
  return getType().getLevels().toNumerics().thresholds();
}

int64_t EncodeOp::getNumThresholdRows() {
  if (!getThresholds())
    return 1;
  auto type = cast<ShapedType>(getThresholds()->getType());
  return type.getRank() == 2 ? type.getDimSize(0) : 1;
}

LogicalResult DecodeOp::verify() {
  // decode_c1
  return verifyShape(*this, "a result", getType(),
                     getInput().getType().getShape());
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

/// conv2d_c6, matmul_c4: either all float, or quantized to i32 without bias.
static LogicalResult verifyOperands(Operation *op, Type input, Type weights,
                                    Value bias, Type result, int64_t outputs) {
  auto quantizedInput = dyn_cast<MultiBitType>(input);
  auto quantizedWeights = dyn_cast<MultiBitType>(weights);
  Type element = cast<RankedTensorType>(result).getElementType();
  if (!quantizedInput != !quantizedWeights)
    return op->emitOpError()
           << "expects input and weights both float or both quantized";
  if (!quantizedInput) {
    if (!element.isF32())
      return op->emitOpError() << "gives f32 for float operands";
    if (bias)
      return verifyShape(op, "a bias", bias.getType(), {outputs});
    return success();
  }
  if (!quantizedInput.isActivation() || !quantizedWeights.isWeights())
    return op->emitOpError()
           << "expects an activation as input and weights as weights";
  if (!element.isInteger(32))
    return op->emitOpError() << "gives i32 for quantized operands";
  if (bias)
    return op->emitOpError() << "takes no bias with quantized operands; it "
                                "belongs to what consumes the sums";
  return success();
}

/// conv2d_c7, matmul_c5. Only constants are looked at: the operand of a value
/// that is not one is bounded where it is defined.
static LogicalResult verifyNoOverflow(Operation *op, Value input,
                                      Value weights) {
  ConstantOp constant = getWeightsConstant(weights);
  if (!constant || !isa<MultiBitType>(input.getType()))
    return success();
  numerics::Levels levels =
      cast<MultiBitType>(input.getType()).getLevels().toNumerics();
  int64_t outputs = constant.getType().getShape()[0];
  // Most layers are far from the bound: |W| <= 32767 settles them unread.
  int64_t perOutput = constant.getType().getNumElements() / outputs;
  constexpr int64_t limit = std::numeric_limits<int32_t>::max();
  if (perOutput * levels.maxMagnitude() <= limit / 32768)
    return success();
  IntegerWeights integers = decodeIntegers(constant);
  for (int64_t c = 0; c < outputs; ++c) {
    int64_t sum = maxSum(integers, outputs, c, levels);
    if (sum > limit)
      return op->emitOpError()
             << "could overflow int32: the sums of output " << c << " reach "
             << sum << "; use fewer activation bits or smaller coordinates";
  }
  return success();
}

numerics::ConvGeometry Conv2DOp::getGeometry() {
  ArrayRef<int64_t> in = shapeOf(getInput().getType());
  ArrayRef<int64_t> w = shapeOf(getWeights().getType());
  numerics::ConvGeometry g;
  g.batch = in[0], g.height = in[1], g.width = in[2], g.channels = in[3];
  g.outputs = w[0], g.kernelHeight = w[1], g.kernelWidth = w[2];
  g.padTop = getPad()[0], g.padLeft = getPad()[1], g.padBottom = getPad()[2],
  g.padRight = getPad()[3];
  g.strideY = getStride()[0], g.strideX = getStride()[1];
  g.dilationY = getDilation()[0], g.dilationX = getDilation()[1];
  g.groups = getGroups();
  return g;
}

LogicalResult Conv2DOp::verify() {
  ArrayRef<int64_t> in = shapeOf(getInput().getType());
  ArrayRef<int64_t> w = shapeOf(getWeights().getType());
  // conv2d_c1
  if (in.size() != 4 || w.size() != 4)
    return emitOpError() << "expects input and weights of rank 4, found "
                         << in.size() << " and " << w.size();
  // conv2d_c2
  constexpr int64_t largest = int64_t(1) << 30;
  auto inRange = [](ArrayRef<int64_t> values, int64_t least) {
    return llvm::all_of(values,
                        [&](int64_t v) { return v >= least && v <= largest; });
  };
  if (getPad().size() != 4 || !inRange(getPad(), 0))
    return emitOpError() << "expects four paddings that are not negative";
  if (getStride().size() != 2 || getDilation().size() != 2 ||
      !inRange(getStride(), 1) || !inRange(getDilation(), 1) ||
      !inRange(static_cast<int64_t>(getGroups()), 1))
    return emitOpError() << "expects two positive strides, two positive "
                            "dilations and positive groups";
  // conv2d_c3
  int64_t groups = getGroups();
  if (in[3] != w[3] * groups)
    return emitOpError() << "has " << in[3] << " input channels, its weights "
                         << "take " << w[3] << " in each of " << groups
                         << " groups";
  if (w[0] % groups != 0)
    return emitOpError() << "has " << w[0] << " outputs, which its " << groups
                         << " groups do not divide";
  // conv2d_c4
  numerics::ConvGeometry g = getGeometry();
  if (g.dilationY * (w[1] - 1) + 1 > in[1] + g.padTop + g.padBottom ||
      g.dilationX * (w[2] - 1) + 1 > in[2] + g.padLeft + g.padRight)
    return emitOpError() << "has a kernel that is larger than the padded image";
  // conv2d_c5
  if (failed(verifyShape(*this, "a result", getType(),
                         {in[0], g.outputHeight(), g.outputWidth(), w[0]})))
    return failure();
  if (failed(verifyOperands(*this, getInput().getType(), getWeights().getType(),
                            getBias(), getType(), w[0])))
    return failure();
  return verifyNoOverflow(*this, getInput(), getWeights());
}

numerics::ConvGeometry MatmulOp::getGeometry() {
  numerics::ConvGeometry g;
  g.batch = shapeOf(getInput().getType())[0];
  g.channels = shapeOf(getInput().getType())[1];
  g.outputs = shapeOf(getWeights().getType())[0];
  return g;
}

LogicalResult MatmulOp::verify() {
  ArrayRef<int64_t> in = shapeOf(getInput().getType());
  ArrayRef<int64_t> w = shapeOf(getWeights().getType());
  // matmul_c1
  if (in.size() != 2 || w.size() != 2)
    return emitOpError() << "expects input and weights of rank 2, found "
                         << in.size() << " and " << w.size();
  // matmul_c2
  if (in[1] != w[1])
    return emitOpError() << "has " << in[1] << " inputs, its weights take "
                         << w[1];
  // matmul_c3
  if (failed(verifyShape(*this, "a result", getType(), {in[0], w[0]})))
    return failure();
  if (failed(verifyOperands(*this, getInput().getType(), getWeights().getType(),
                            getBias(), getType(), w[0])))
    return failure();
  return verifyNoOverflow(*this, getInput(), getWeights());
}

/// Parses `%x, %w (bias %b)? layer "name" (pad [..])? (stride [..])? ... attrs
/// : types -> type`.
static ParseResult parseLayer(OpAsmParser &parser, OperationState &result,
                              bool convolution) {
  SmallVector<OpAsmParser::UnresolvedOperand> operands(2);
  OpAsmParser::UnresolvedOperand bias;
  if (parser.parseOperand(operands[0]) || parser.parseComma() ||
      parser.parseOperand(operands[1]))
    return failure();
  bool hasBias = succeeded(parser.parseOptionalKeyword("bias"));
  if (hasBias) {
    if (parser.parseOperand(bias))
      return failure();
    operands.push_back(bias);
  }
  // A given type keeps the attribute from taking the colon that follows.
  StringAttr layer;
  if (parser.parseKeyword("layer") ||
      parser.parseAttribute(layer, parser.getBuilder().getNoneType(), "layer",
                            result.attributes))
    return failure();
  Builder &builder = parser.getBuilder();
  auto parseList = [&](StringRef name) -> ParseResult {
    if (failed(parser.parseOptionalKeyword(name)))
      return success();
    SmallVector<int64_t> values;
    if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
          return parser.parseInteger(values.emplace_back());
        }))
      return failure();
    result.addAttribute(name, builder.getDenseI64ArrayAttr(values));
    return success();
  };
  if (convolution) {
    if (parseList("pad") || parseList("stride") || parseList("dilation"))
      return failure();
    int64_t groups;
    if (succeeded(parser.parseOptionalKeyword("groups"))) {
      if (parser.parseInteger(groups))
        return failure();
      result.addAttribute("groups", builder.getI64IntegerAttr(groups));
    }
  }
  SmallVector<Type> types;
  Type resultType;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseOptionalAttrDict(result.attributes) ||
      parser.parseColonTypeList(types) || parser.parseArrow() ||
      parser.parseType(resultType) ||
      parser.resolveOperands(operands, types, loc, result.operands))
    return failure();
  result.addTypes(resultType);
  return success();
}

static void printLayer(OpAsmPrinter &printer, Operation *op, Value input,
                       Value weights, Value bias, StringRef layer) {
  printer << " " << input << ", " << weights;
  if (bias)
    printer << " bias " << bias;
  printer << " layer ";
  printer.printString(layer);
}

static void printTypes(OpAsmPrinter &printer, Operation *op) {
  printer.printOptionalAttrDict(
      op->getAttrs(), {"layer", "pad", "stride", "dilation", "groups"});
  printer << " : " << op->getOperandTypes() << " -> "
          << op->getResult(0).getType();
}

ParseResult Conv2DOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseLayer(parser, result, /*convolution=*/true);
}

void Conv2DOp::print(OpAsmPrinter &printer) {
  printLayer(printer, *this, getInput(), getWeights(), getBias(), getLayer());
  auto printList = [&](StringRef name, ArrayRef<int64_t> values,
                       int64_t usual) {
    if (llvm::all_of(values, [&](int64_t v) { return v == usual; }))
      return;
    printer << " " << name << " [";
    llvm::interleaveComma(values, printer);
    printer << "]";
  };
  printList("pad", getPad(), 0);
  printList("stride", getStride(), 1);
  printList("dilation", getDilation(), 1);
  if (getGroups() != 1)
    printer << " groups " << getGroups();
  printTypes(printer, *this);
}

ParseResult MatmulOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseLayer(parser, result, /*convolution=*/false);
}

void MatmulOp::print(OpAsmPrinter &printer) {
  printLayer(printer, *this, getInput(), getWeights(), getBias(), getLayer());
  printTypes(printer, *this);
}

static LogicalResult verifyNorm(Operation *op, Value input, ValueRange params,
                                const APFloat &epsilon) {
  // batch_norm_c1, layer_norm_c1
  ArrayRef<int64_t> shape = shapeOf(input.getType());
  if (shape.empty())
    return op->emitOpError() << "expects an operand with channels";
  for (Value param : params)
    if (failed(verifyShape(op, "parameters", param.getType(), {shape.back()})))
      return failure();
  // batch_norm_c2, layer_norm_c2
  if (!epsilon.isFinite() || epsilon.isNegative())
    return op->emitOpError() << "expects an epsilon that is finite and not "
                                "negative, found "
                             << epsilon.convertToDouble();
  return success();
}

LogicalResult BatchNormOp::verify() {
  return verifyNorm(*this, getInput(), getOperands().drop_front(),
                    getEpsilon());
}

LogicalResult LayerNormOp::verify() {
  return verifyNorm(*this, getInput(), getOperands().drop_front(),
                    getEpsilon());
}

//===----------------------------------------------------------------------===//
// RescaleOp, ThresholdOp
//===----------------------------------------------------------------------===//

/// The shape of a table with `tail` entries per position's class; checks the
/// border itself (rescale_c3, threshold_c3).
static FailureOr<SmallVector<int64_t>> tableShape(Operation *op,
                                                  ArrayRef<int64_t> shape,
                                                  BorderAttr border,
                                                  ArrayRef<int64_t> tail) {
  SmallVector<int64_t> expected;
  if (border) {
    if (shape.size() != 4 ||
        static_cast<int64_t>(border.getRows().size()) != shape[1] ||
        static_cast<int64_t>(border.getColumns().size()) != shape[2])
      return op->emitOpError()
             << "expects a border with one class per row and column of an "
                "operand of rank 4";
    expected = {border.getNumRowClasses(), border.getNumColumnClasses()};
  }
  expected.append(tail.begin(), tail.end());
  return expected;
}

LogicalResult RescaleOp::verify() {
  ArrayRef<int64_t> shape = getInput().getType().getShape();
  if (shape.empty())
    return emitOpError() << "expects an operand with channels";
  // rescale_c1
  if (failed(
          verifyShape(*this, "a scale", getScale().getType(), {shape.back()})))
    return failure();
  // rescale_c2
  auto expected = tableShape(*this, shape, getBorderAttr(), {shape.back()});
  if (failed(expected) ||
      failed(verifyShape(*this, "a base", getBase().getType(), *expected)))
    return failure();
  // rescale_c4
  return verifyShape(*this, "a result", getType(), shape);
}

LogicalResult ThresholdOp::verify() {
  // threshold_c1
  ArrayRef<int64_t> shape = getInput().getType().getShape();
  if (shape.empty() || !getType().isActivation())
    return emitOpError() << "expects an operand with channels and a result "
                            "with levels";
  if (failed(verifyShape(*this, "a result", getType(), shape)))
    return failure();
  // threshold_c2
  auto expected =
      tableShape(*this, shape, getBorderAttr(),
                 {shape.back(), getType().getLevels().getNumLevels() - 1});
  if (failed(expected))
    return failure();
  return verifyShape(*this, "thresholds", getThresholds().getType(), *expected);
}

//===----------------------------------------------------------------------===//
// Codes to codes
//===----------------------------------------------------------------------===//

static LogicalResult verifySameLevels(Operation *op) {
  auto in = cast<MultiBitType>(op->getOperand(0).getType());
  auto out = cast<MultiBitType>(op->getResult(0).getType());
  if (!in.isActivation() || in.getLevels() != out.getLevels())
    return op->emitOpError() << "expects activations with the same levels";
  return success();
}

LogicalResult MaxPool2DOp::verify() {
  // max_pool2d_c1
  if (failed(verifySameLevels(*this)))
    return failure();
  ArrayRef<int64_t> in = getInput().getType().getShape();
  if (in.size() != 4)
    return emitOpError() << "expects an operand of rank 4, found " << in.size();
  // max_pool2d_c2
  ArrayRef<int64_t> k = getKernel(), s = getStride(), p = getPad();
  auto positive = [](int64_t v) { return v >= 1 && v <= (1 << 30); };
  if (k.size() != 2 || s.size() != 2 || p.size() != 4 ||
      !llvm::all_of(k, positive) || !llvm::all_of(s, positive))
    return emitOpError() << "expects two positive kernel sizes, two positive "
                            "strides and four paddings";
  for (auto [i, pad] : llvm::enumerate(p))
    if (pad < 0 || pad >= k[i % 2])
      return emitOpError() << "expects paddings from 0 to less than the "
                              "kernel, found "
                           << pad;
  // max_pool2d_c3
  if (in[1] + p[0] + p[2] < k[0] || in[2] + p[1] + p[3] < k[1])
    return emitOpError() << "has a kernel that is larger than the padded image";
  return verifyShape(*this, "a result", getType(),
                     {in[0], (in[1] + p[0] + p[2] - k[0]) / s[0] + 1,
                      (in[2] + p[1] + p[3] - k[1]) / s[1] + 1, in[3]});
}

LogicalResult ReshapeOp::verify() {
  // reshape_c1
  if (failed(verifySameLevels(*this)))
    return failure();
  if (getInput().getType().getNumElements() != getType().getNumElements())
    return emitOpError() << "expects " << getInput().getType().getNumElements()
                         << " elements in its result, found "
                         << getType().getNumElements();
  return success();
}

LogicalResult TransposeOp::verify() {
  // transpose_c1
  ArrayRef<int64_t> in = getInput().getType().getShape();
  SmallVector<int64_t> sorted(getPermutation());
  llvm::sort(sorted);
  bool permutes = sorted.size() == in.size();
  for (auto [i, p] : llvm::enumerate(sorted))
    permutes &= p == static_cast<int64_t>(i);
  if (!permutes)
    return emitOpError() << "expects a permutation of its " << in.size()
                         << " dimensions";
  // transpose_c2
  SmallVector<int64_t> expected;
  for (int64_t p : getPermutation())
    expected.push_back(in[p]);
  if (failed(verifySameLevels(*this)))
    return failure();
  return verifyShape(*this, "a result", getType(), expected);
}
