//===- Weights.cpp - The weights behind a constant ------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include <cstring>

using namespace mlir;
using namespace subbit;
using namespace subbit::mbn;

/// Arrays up to this many elements are written as text.
static constexpr int64_t kInlineElements = 64;

template <typename T> static bool hasElementType(Type type) {
  if constexpr (std::is_same_v<T, float>)
    return type.isF32();
  else
    return type.isInteger(sizeof(T) * 8);
}

template <typename T>
FailureOr<std::vector<T>> mbn::readElements(Attribute attr) {
  auto elements = dyn_cast_or_null<ElementsAttr>(attr);
  if (!elements || !hasElementType<T>(elements.getElementType()))
    return failure();
  size_t count = elements.getNumElements();
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || blob->getData().size() != count * sizeof(T))
      return failure();
    std::vector<T> values(count);
    std::memcpy(values.data(), blob->getData().data(), count * sizeof(T));
    return values;
  }
  auto dense = dyn_cast<DenseElementsAttr>(attr);
  if (!dense)
    return failure();
  if (dense.isSplat())
    return std::vector<T>(count, dense.getSplatValue<T>());
  auto values = dense.getValues<T>();
  return std::vector<T>(values.begin(), values.end());
}

template <typename T>
ElementsAttr mbn::makeElements(MLIRContext *context, ArrayRef<int64_t> shape,
                               ArrayRef<T> values, StringRef name) {
  Type element;
  if constexpr (std::is_same_v<T, float>)
    element = Float32Type::get(context);
  else
    element = IntegerType::get(context, sizeof(T) * 8);
  auto type = RankedTensorType::get(shape, element);
  if (static_cast<int64_t>(values.size()) <= kInlineElements)
    return DenseElementsAttr::get(type, values);
  return DenseResourceElementsAttr::get(
      type, name,
      HeapAsmResourceBlob::allocateAndCopyWithAlign(
          ArrayRef<char>(reinterpret_cast<const char *>(values.data()),
                         values.size() * sizeof(T)),
          /*align=*/64));
}

#define SUBBIT_INSTANTIATE(T)                                                  \
  template FailureOr<std::vector<T>> mbn::readElements<T>(Attribute);          \
  template ElementsAttr mbn::makeElements<T>(MLIRContext *, ArrayRef<int64_t>, \
                                             ArrayRef<T>, StringRef);
SUBBIT_INSTANTIATE(float)
SUBBIT_INSTANTIATE(int8_t)
SUBBIT_INSTANTIATE(uint8_t)
SUBBIT_INSTANTIATE(int16_t)
SUBBIT_INSTANTIATE(int32_t)
SUBBIT_INSTANTIATE(uint32_t)
SUBBIT_INSTANTIATE(int64_t)
#undef SUBBIT_INSTANTIATE

numerics::Grouping mbn::getGrouping(MultiBitType type) {
  return numerics::Grouping(type.getShape(), type.getGroup());
}

numerics::Bases mbn::readBases(BasesAttr attr) {
  numerics::Bases bases;
  bases.widths = *readElements<uint8_t>(attr.getWidths());
  bases.coordinates = *readElements<int16_t>(attr.getCoordinates());
  bases.signs = *readElements<uint32_t>(attr.getSigns());
  if (attr.getOffsets())
    bases.offsets = *readElements<int16_t>(attr.getOffsets());
  bases.steps = *readElements<float>(attr.getSteps());
  return bases;
}

template <typename T>
static ElementsAttr makeVector(MLIRContext *context, const std::vector<T> &v,
                               const Twine &name) {
  return makeElements<T>(context, {static_cast<int64_t>(v.size())}, v,
                         name.str());
}

BasesAttr mbn::makeBases(MLIRContext *context, const numerics::Bases &bases,
                         StringRef name) {
  ElementsAttr offsets;
  if (!bases.offsets.empty())
    offsets = makeVector(context, bases.offsets, name + ".offsets");
  return BasesAttr::get(
      context, makeVector(context, bases.widths, name + ".widths"),
      makeVector(context, bases.coordinates, name + ".coordinates"),
      makeVector(context, bases.signs, name + ".signs"), offsets,
      makeVector(context, bases.steps, name + ".steps"));
}

IntegerWeights mbn::decodeIntegers(ConstantOp op) {
  if (auto dense = dyn_cast<DenseAttr>(op.getValue())) {
    std::vector<int8_t> values = *readElements<int8_t>(dense.getValues());
    return {std::vector<int16_t>(values.begin(), values.end()),
            *readElements<float>(dense.getSteps())};
  }
  numerics::Bases bases = readBases(cast<BasesAttr>(op.getValue()));
  return {numerics::decodeIntegers(getGrouping(op.getType()), bases),
          bases.steps};
}

int64_t mbn::maxSum(const IntegerWeights &weights, int64_t outputs,
                    int64_t output, const numerics::Levels &levels) {
  int64_t perOutput = weights.values.size() / outputs, sum = 0;
  for (int64_t k = 0; k < perOutput; ++k)
    sum +=
        std::abs(static_cast<int64_t>(weights.values[output * perOutput + k]));
  return sum * levels.maxMagnitude();
}

int64_t mbn::maxSum(const IntegerWeights &weights, int64_t outputs,
                    const numerics::Levels &levels) {
  int64_t largest = 0;
  for (int64_t c = 0; c < outputs; ++c)
    largest = std::max(largest, maxSum(weights, outputs, c, levels));
  return largest;
}

Attribute mbn::negateOutputs(ConstantOp constant, ArrayRef<bool> falls) {
  MLIRContext *context = constant.getContext();
  StringRef name = "negated";
  if (auto dense = dyn_cast<DenseAttr>(constant.getValue())) {
    std::vector<int8_t> values = *readElements<int8_t>(dense.getValues());
    int64_t perOutput = values.size() / falls.size();
    for (size_t i = 0; i < values.size(); ++i)
      if (falls[i / perOutput]) {
        if (values[i] == std::numeric_limits<int8_t>::min())
          return {};
        values[i] = -values[i];
      }
    return DenseAttr::get(context,
                          makeElements<int8_t>(context,
                                               constant.getType().getShape(),
                                               values, name),
                          dense.getSteps());
  }
  numerics::Grouping grouping = getGrouping(constant.getType());
  numerics::Bases bases = readBases(cast<BasesAttr>(constant.getValue()));
  int64_t word = 0;
  for (int64_t g = 0; g < grouping.numGroups(); ++g) {
    int64_t words = grouping.groupWords(g);
    bool anyFalls = false;
    grouping.forEachElement(g, [&](int64_t k, int64_t element) {
      if (!falls[element / grouping.elementsPerOutput()])
        return;
      anyFalls = true;
      for (int64_t i = 0; i < bases.widths[g]; ++i)
        bases.signs[word + i * words + k / numerics::kWordBits] ^=
            uint32_t(1) << (k % numerics::kWordBits);
    });
    if (anyFalls && !bases.offsets.empty() && bases.offsets[g]) {
      if (grouping.isLayerWise())
        return {};
      bases.offsets[g] = -bases.offsets[g];
    }
    word += bases.widths[g] * words;
  }
  return makeBases(context, bases, name);
}

Attribute mbn::replaceSteps(Attribute value, ArrayRef<float> steps) {
  MLIRContext *context = value.getContext();
  auto elements = makeElements<float>(
      context, static_cast<int64_t>(steps.size()), steps, "steps");
  if (auto dense = dyn_cast<DenseAttr>(value))
    return DenseAttr::get(context, dense.getValues(), elements);
  auto bases = cast<BasesAttr>(value);
  return BasesAttr::get(context, bases.getWidths(), bases.getCoordinates(),
                        bases.getSigns(), bases.getOffsets(), elements);
}

std::vector<float> mbn::decodeFloats(ConstantOp op) {
  IntegerWeights weights = decodeIntegers(op);
  std::vector<float> values(weights.values.size());
  int64_t perOutput = values.size() / op.getType().getShape()[0];
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = weights.step(i / perOutput) * weights.values[i];
  return values;
}

ConstantOp mbn::getWeightsConstant(Value value) {
  return value.getDefiningOp<ConstantOp>();
}

FailureOr<std::vector<float>> mbn::getConstantFloats(Value value) {
  Attribute attr;
  if (!matchPattern(value, m_Constant(&attr)))
    return failure();
  return readElements<float>(attr);
}
