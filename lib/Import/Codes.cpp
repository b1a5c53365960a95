//===- Codes.cpp - Integers that a graph computes -------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Codes.h"
#include "dialects/MBN/IR/Weights.h"
#include "lib/Import/Integers.h"
#include "lib/Numerics/Quantizer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"
#include <limits>

using namespace mlir;
using namespace subbit;
using namespace subbit::importer;

Type importer::codesType(Importer &importer, ArrayRef<int64_t> shape,
                         size_t integers) {
  numerics::Levels levels;
  for (size_t m = 1; m < integers; m *= 2)
    levels.multipliers.push_back(m);
  return mbn::MultiBitType::get(
      shape, mbn::LevelsAttr::get(importer.builder().getContext(), levels));
}

Tensor importer::makeCodes(Importer &importer, Tensor floats,
                           ArrayRef<int64_t> shape, ArrayRef<float> thresholds,
                           std::vector<int64_t> integers) {
  auto &b = importer.builder();
  auto elements =
      mbn::makeElements<float>(b.getContext(), shape, thresholds, "thresholds");
  floats.value = mbn::EncodeOp::create(
      b, codesType(importer, shapeOf(floats.value), integers.size()),
      floats.value, elements);
  floats.integers = std::move(integers);
  floats.exclusive = true;
  return floats;
}

//===----------------------------------------------------------------------===//
// Other levels
//===----------------------------------------------------------------------===//

/// Rows of thresholds for other levels: level `j` begins where level
/// `starts[j - 1]` did; those beyond are never reached.
template <typename T>
static std::vector<T> selectStarts(ArrayRef<T> thresholds, int64_t columns,
                                   ArrayRef<int64_t> starts, int64_t count,
                                   T never) {
  std::vector<T> result;
  for (size_t row = 0; row < thresholds.size(); row += columns)
    for (int64_t j = 0; j < count - 1; ++j)
      result.push_back(j < static_cast<int64_t>(starts.size())
                           ? thresholds[row + starts[j] - 1]
                           : never);
  return result;
}

static Value buildLevels(Importer &importer, Value codes, int64_t used,
                         mbn::LevelsAttr levels, ArrayRef<int64_t> starts,
                         bool isSame);

/// The same codes with other levels, where level `j` holds what was in the
/// levels from `starts[j - 1]` on; `used` levels of them are reached.
static Value setLevels(Importer &importer, Value codes, int64_t used,
                       mbn::LevelsAttr levels, ArrayRef<int64_t> starts) {
  auto type = cast<mbn::MultiBitType>(codes.getType());
  int64_t count = levels.getNumLevels();
  bool isSame = count == type.getLevels().getNumLevels() &&
                used == static_cast<int64_t>(starts.size()) + 1;
  for (auto [j, start] : llvm::enumerate(starts))
    isSame &= start == static_cast<int64_t>(j) + 1;
  if (isSame && type.getLevels() == levels)
    return codes;
  if (Value known = isSame ? importer.labelled({codes, levels}) : nullptr)
    return known;
  Value result = buildLevels(importer, codes, used, levels, starts, isSame);
  if (isSame)
    importer.labelled({codes, levels}) = result;
  return result;
}

/// The same, of codes that do not have these levels yet; `isSame` if only what
/// they stand for changes.
static Value buildLevels(Importer &importer, Value codes, int64_t used,
                         mbn::LevelsAttr levels, ArrayRef<int64_t> starts,
                         bool isSame) {
  auto type = cast<mbn::MultiBitType>(codes.getType());
  int64_t columns = type.getLevels().getNumLevels() - 1;
  int64_t count = levels.getNumLevels();
  auto &b = importer.builder();
  Operation *op = codes.getDefiningOp();
  auto result = mbn::MultiBitType::get(type.getShape(), levels);
  if (!op) {
    // The caller gives no more than the levels that there are: none may be one
    // with another, or be left out, that an input can have.
    bool isPrefix =
        count <= columns + 1 && used == static_cast<int64_t>(starts.size()) + 1;
    for (auto [j, start] : llvm::enumerate(starts))
      isPrefix &= start == static_cast<int64_t>(j) + 1;
    if (isPrefix && codes.use_empty()) {
      codes.setType(result);
      return codes;
    }
    // Somebody reads it otherwise: each level's float says which one it is.
    numerics::Levels old = type.getLevels().toNumerics();
    std::vector<float> thresholds;
    for (int64_t start : starts)
      if (start <= columns)
        thresholds.push_back(old.value(start));
    thresholds.resize(count - 1, std::numeric_limits<float>::quiet_NaN());
    Value floats =
        mbn::DecodeOp::create(b, importer.floatType(type.getShape()), codes);
    return mbn::EncodeOp::create(
        b, result, floats,
        mbn::makeElements<float>(b.getContext(), {count - 1}, thresholds,
                                 "thresholds"));
  }
  // Nobody has read the levels yet: they are what we make them.
  if (isSame && codes.use_empty() && isa<mbn::EncodeOp, mbn::ThresholdOp>(op)) {
    codes.setType(result);
    return codes;
  }
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](mbn::EncodeOp op) {
        std::vector<float> thresholds =
            selectStarts<float>(op.getThresholdValues(), columns, starts, count,
                                std::numeric_limits<float>::quiet_NaN());
        Shape shape{count - 1};
        if (op.getNumThresholdRows() > 1)
          shape.insert(shape.begin(), op.getNumThresholdRows());
        return mbn::EncodeOp::create(b, result, op.getInput(),
                                     mbn::makeElements<float>(b.getContext(),
                                                              shape, thresholds,
                                                              "thresholds"));
      })
      .Case([&](mbn::ThresholdOp op) {
        auto constant = op.getThresholds().getDefiningOp<arith::ConstantOp>();
        std::vector<int32_t> thresholds = selectStarts<int32_t>(
            *mbn::readElements<int32_t>(constant.getValue()), columns, starts,
            count, std::numeric_limits<int32_t>::max());
        Shape shape(shapeOf(op.getThresholds()));
        shape.back() = count - 1;
        Value table = arith::ConstantOp::create(
            b, cast<TypedAttr>(mbn::makeElements<int32_t>(
                   b.getContext(), shape, thresholds, "thresholds")));
        return mbn::ThresholdOp::create(b, result, op.getInput(), table,
                                        op.getBorderAttr());
      })
      .Default([&](Operation *op) -> Value {
        // What moves codes moves those of other levels in the same way.
        OperationState state(op->getLoc(), op->getName());
        for (Value operand : op->getOperands())
          state.addOperands(setLevels(importer, operand, used, levels, starts));
        state.addAttributes(op->getAttrs());
        state.addTypes(result);
        return b.create(state)->getResult(0);
      });
}

Value importer::relabel(Importer &importer, Value codes, int64_t used,
                        mbn::LevelsAttr levels) {
  auto starts = llvm::to_vector(llvm::seq<int64_t>(1, used));
  return setLevels(importer, codes, used, levels, starts);
}

/// Those of `integers` that there are; of each the first level.
static SmallVector<int64_t> findStarts(ArrayRef<int64_t> integers,
                                       std::vector<int64_t> &distinct) {
  SmallVector<int64_t> starts;
  for (auto [i, q] : llvm::enumerate(integers)) {
    if (!distinct.empty() && q == distinct.back())
      continue;
    if (!distinct.empty())
      starts.push_back(i);
    distinct.push_back(q);
  }
  return starts;
}

FailureOr<Value> importer::labelCodes(Importer &importer, Node &node, int input,
                                      const Tensor &tensor,
                                      std::optional<float> scale,
                                      int64_t zero) {
  std::optional<numerics::Levels> levels =
      numerics::levelsOfIntegers(tensor.integers, scale.value_or(1), zero);
  if (!levels)
    return node.inputError(input)
           << "has a zero point of " << zero << " for integers from "
           << tensor.integers.front() << " to " << tensor.integers.back()
           << ", expected it among them, and not more than 256 of them";
  // A product of integers does not mind the step.
  auto type = cast<mbn::MultiBitType>(tensor.value.getType());
  numerics::Levels old = type.getLevels().toNumerics();
  if (!scale && old.zero == levels->zero &&
      old.multipliers == levels->multipliers)
    return tensor.value;
  std::vector<int64_t> distinct;
  return setLevels(
      importer, tensor.value, tensor.integers.size(),
      mbn::LevelsAttr::get(importer.builder().getContext(), *levels),
      findStarts(tensor.integers, distinct));
}

LogicalResult importer::mapIntegers(Importer &importer, Node &node, int input,
                                    Tensor tensor, ArrayRef<int64_t> integers) {
  for (auto [i, q] : llvm::enumerate(integers)) {
    if (!llvm::isInt<32>(q))
      return node.inputError(input)
             << "becomes " << q << ", which does not fit int32";
    if (i > 0 && q < integers[i - 1])
      return node.inputError(input)
             << "becomes " << integers[i - 1] << " and then " << q
             << ", expected a table that does not fall";
  }
  std::vector<int64_t> distinct;
  SmallVector<int64_t> starts = findStarts(integers, distinct);
  if (distinct.size() < 2)
    return node.error() << "leaves a single integer, "
                        << (distinct.empty() ? 0 : distinct[0]);
  auto type = cast<mbn::MultiBitType>(
      codesType(importer, shapeOf(tensor.value), distinct.size()));
  tensor.value = setLevels(importer, tensor.value, tensor.integers.size(),
                           type.getLevels(), starts);
  tensor.integers = std::move(distinct);
  tensor.exclusive = true;
  return importer.setResult(node, std::move(tensor));
}

FailureOr<Tensor> importer::dequantizeCodes(Importer &importer, Node &node,
                                            int input, const Tensor &tensor,
                                            float scale, int64_t zero) {
  FailureOr<Value> codes =
      labelCodes(importer, node, input, tensor, scale, zero);
  if (failed(codes))
    return failure();
  Tensor result = tensor;
  result.integers.clear();
  result.value = mbn::DecodeOp::create(
      importer.builder(), importer.floatType(shapeOf(*codes)), *codes);
  result.exclusive = true;
  return result;
}

//===----------------------------------------------------------------------===//
// Cast
//===----------------------------------------------------------------------===//

/// Whether an element type holds these integers.
static bool holds(int32_t type, int64_t least, int64_t most) {
  switch (type) {
  case onnx::TensorProto::UINT8:
    return least >= 0 && most <= 255;
  case onnx::TensorProto::INT8:
    return least >= -128 && most <= 127;
  case onnx::TensorProto::INT32:
  case onnx::TensorProto::INT64:
    return true;
  default:
    return false;
  }
}

LogicalResult importer::castIntegers(Importer &importer, Node &node,
                                     int32_t to) {
  FailureOr<Tensor> input = importer.tensor(node, 0);
  if (failed(input))
    return failure();
  int64_t least = 0, most = 1; // of a comparison
  if (input->isCodes())
    std::tie(least, most) =
        std::pair(input->integers.front(), input->integers.back());
  if (input->isSums())
    most = std::numeric_limits<int32_t>::max();
  if (to != onnx::TensorProto::FLOAT || input->comparison) {
    if (!holds(to, least, most) && to != onnx::TensorProto::FLOAT)
      return node.attributeError("to", Twine(to))
             << "which does not hold integers from " << least << " to " << most
             << "; expected FLOAT (1), INT32 (6) or INT64 (7)";
    return importer.setResult(node, std::move(*input));
  }
  FailureOr<Tensor> floats =
      input->isSums() ? sumsToFloats(importer, node, *input)
                      : dequantizeCodes(importer, node, 0, *input, 1, 0);
  if (failed(floats))
    return failure();
  return importer.setResult(node, std::move(*floats));
}
