//===- MBNLayers.cpp - Products and normalizations ------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/OpShapes.h"
#include "dialects/MBN/IR/Weights.h"
#include "mlir/IR/Builders.h"
#include <limits>

using namespace mlir;
using namespace subbit;
using namespace subbit::mbn;

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
