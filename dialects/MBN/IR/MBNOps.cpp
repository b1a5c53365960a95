//===- MBNOps.cpp - Operations of the mbn dialect -------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/OpShapes.h"
#include "dialects/MBN/IR/Weights.h"
#include "mlir/IR/Builders.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace subbit;
using namespace subbit::mbn;

#define GET_OP_CLASSES
#include "dialects/MBN/IR/MBNOps.cpp.inc"

ArrayRef<int64_t> mbn::shapeOf(Type type) {
  if (auto tensor = dyn_cast<MultiBitType>(type))
    return tensor.getShape();
  return cast<RankedTensorType>(type).getShape();
}

std::string mbn::shapeText(ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(shape, os, "x");
  return text;
}

LogicalResult mbn::verifyShape(Operation *op, StringRef what, Type type,
                               ArrayRef<int64_t> expected) {
  if (shapeOf(type) == expected)
    return success();
  return op->emitOpError() << "expects " << what << " of shape "
                           << shapeText(expected) << ", found "
                           << shapeText(shapeOf(type));
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
                         << shapeText(getType().getShape());
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
  if (getScale().getType() != getBase().getType() &&
      failed(
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

LogicalResult ScoreOp::verify() {
  // score_c1
  ArrayRef<int64_t> shape = getInput().getType().getShape();
  if (shape.empty())
    return emitOpError() << "expects an operand with channels";
  if (failed(verifyShape(*this, "a factor", getFactor().getType(),
                         {shape.back()})))
    return failure();
  return verifyShape(*this, "an addend", getAddend().getType(), {shape.back()});
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

LogicalResult ConcatOp::verify() {
  // concat_c1
  if (getInputs().empty())
    return emitOpError() << "expects an operand";
  for (Value input : getInputs()) {
    auto type = cast<MultiBitType>(input.getType());
    if (!type.isActivation() || type.getLevels() != getType().getLevels())
      return emitOpError() << "expects activations with the same levels";
  }
  // concat_c2
  SmallVector<int64_t> expected(shapeOf(getInputs()[0].getType()));
  int64_t axis = getAxis(), rank = expected.size();
  if (axis < 0 || axis >= rank)
    return emitOpError() << "expects an axis from 0 to " << rank - 1
                         << ", found " << axis;
  // concat_c3
  for (Value input : getInputs().drop_front()) {
    SmallVector<int64_t> shape(shapeOf(input.getType()));
    int64_t size = static_cast<int64_t>(shape.size()) == rank ? shape[axis] : 0;
    if (size)
      shape[axis] = expected[axis];
    if (shape != expected)
      return emitOpError() << "expects operands of the same shape but for "
                              "dimension "
                           << axis << ", found "
                           << shapeText(shapeOf(input.getType()));
    expected[axis] += size;
  }
  return verifyShape(*this, "a result", getType(), expected);
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
