//===- TensorValue.cpp - Tensors as plain arrays --------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Execution/TensorValue.h"
#include "dialects/MBN/IR/MBN.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace subbit;
using subbit::mbn::MultiBitType;

int64_t TensorValue::size() const {
  return std::visit([](auto &values) -> int64_t { return values.size(); },
                    data);
}

std::string subbit::shapeToString(ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(shape, os, "x");
  return text;
}

bool subbit::isTensorValueType(Type type) {
  if (auto quantized = dyn_cast<MultiBitType>(type))
    return quantized.isActivation();
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() &&
         (tensor.getElementType().isF32() ||
          tensor.getElementType().isSignlessInteger(32));
}

TensorValue subbit::makeTensorValue(Type type) {
  if (auto quantized = dyn_cast<MultiBitType>(type))
    return {quantized.getShape().vec(),
            std::vector<uint8_t>(quantized.getNumElements())};
  auto tensor = cast<RankedTensorType>(type);
  if (tensor.getElementType().isF32())
    return {tensor.getShape().vec(),
            std::vector<float>(tensor.getNumElements())};
  return {tensor.getShape().vec(),
          std::vector<int32_t>(tensor.getNumElements())};
}

/// Names for the alternatives of TensorValue::data.
static constexpr const char *kElementNames[] = {"f32", "i32",
                                                "level indices (u8)"};

static llvm::Error checkInput(size_t number, Type type,
                              const TensorValue &input) {
  auto fail = [&](const Twine &message) {
    return llvm::createStringError("input " + Twine(number) + " " + message);
  };
  TensorValue expected;
  expected.shape = isa<MultiBitType>(type)
                       ? cast<MultiBitType>(type).getShape().vec()
                       : cast<RankedTensorType>(type).getShape().vec();
  size_t kind = isa<MultiBitType>(type)                                 ? 2
                : cast<RankedTensorType>(type).getElementType().isF32() ? 0
                                                                        : 1;
  if (input.data.index() != kind)
    return fail(Twine("holds ") + kElementNames[input.data.index()] +
                ", the model expects " + kElementNames[kind]);
  if (input.shape != expected.shape)
    return fail("has shape " + shapeToString(input.shape) +
                ", the model expects " + shapeToString(expected.shape));
  int64_t count = 1;
  for (int64_t dim : input.shape)
    count *= dim;
  if (input.size() != count)
    return fail("holds " + Twine(input.size()) + " elements, its shape has " +
                Twine(count));
  if (kind != 2)
    return llvm::Error::success();
  int64_t levels = cast<MultiBitType>(type).getLevels().getNumLevels();
  for (auto [i, index] : llvm::enumerate(input.indices()))
    if (index >= levels)
      return fail("has level index " + Twine(int(index)) + " at element " +
                  Twine(i) + ", the model's levels are 0 to " +
                  Twine(levels - 1));
  return llvm::Error::success();
}

llvm::Error subbit::checkInputs(ArrayRef<Type> types,
                                ArrayRef<TensorValue> inputs) {
  if (types.size() != inputs.size())
    return llvm::createStringError("the model takes " + Twine(types.size()) +
                                   " inputs, found " + Twine(inputs.size()));
  for (auto [i, input] : llvm::enumerate(inputs))
    if (llvm::Error error = checkInput(i, types[i], input))
      return error;
  return llvm::Error::success();
}
