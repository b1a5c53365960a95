//===- RandomElementwise.cpp - Random operations between layers -----------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Checking/NetworkBuilder.h"
#include "lib/Checking/RandomTensors.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include <limits>

using namespace mlir;
using namespace subbit;

Floats NetworkBuilder::clamp(const Floats &x) {
  double unit = x.unit > 0 ? x.unit : powerOfTwoBelow(x.typical) / 64;
  auto multiple = [&](double value) {
    return static_cast<float>(std::round(value / unit) * unit);
  };
  float least = random.chance(70) ? 0 : multiple(-x.typical);
  float most = random.chance(50) ? std::numeric_limits<float>::max()
                                 : multiple(2 * x.typical);
  Floats result = x;
  result.value =
      tosa::ClampOp::create(b, loc, x.value.getType(), x.value,
                            b.getF32FloatAttr(least), b.getF32FloatAttr(most));
  return result;
}

Floats NetworkBuilder::normalize(const Floats &x) {
  int64_t channels = x.shape().back();
  bool exact = x.isExact() && random.chance(60);
  std::vector<float> scale, bias, mean, variance;
  for (int64_t c = 0; c < channels; ++c) {
    double sign = random.chance(40) ? -1 : 1;
    if (random.chance(3))
      sign = 0;
    if (exact) {
      // s is +-1/2, +-1 or +-2.
      scale.push_back(sign * random.oneOf({1, 2}));
      variance.push_back(random.oneOf({1, 4}));
      bias.push_back(x.unit * random.from(-9, 9));
      mean.push_back(x.unit * random.from(-9, 9));
      continue;
    }
    // Now and then all codes are those of the bias, or of the sum's sign.
    double magnitude =
        random.chance(5) ? random.oneOf({1e-12, 1e-10, 1e10, 1e12}) : 1.0;
    scale.push_back(sign * magnitude * random.from(1, 300) / 100.0);
    variance.push_back(random.from(1, 900) / 100.0);
    bias.push_back(x.typical * random.from(-100, 100) / 100.0);
    mean.push_back(x.typical * random.from(-100, 100) / 100.0);
  }
  Floats result = x;
  result.unit = exact ? x.unit / 2 : 0;
  result.bound = exact ? x.bound * 2 + 27 * x.unit : 0;
  auto constant = [&](const std::vector<float> &values) {
    return floatConstant({channels}, values);
  };
  result.value = mbn::BatchNormOp::create(
      b, loc, x.value.getType(), x.value, constant(scale), constant(bias),
      constant(mean), constant(variance),
      b.getF32FloatAttr(exact ? 0.0f : 1e-5f), b.getStringAttr(layerName()));
  return result;
}

/// Adds, subtracts, multiplies by or divides by constants.
Floats NetworkBuilder::compute(const Floats &x) {
  int64_t kind = random.from(0, 4);
  bool scales = kind < 2;
  std::vector<float> constants(random.chance(50) ? x.shape().back() : 1);
  double unit = x.unit > 0 ? x.unit : powerOfTwoBelow(x.typical) / 64;
  for (float &value : constants)
    value = scales
                ? (random.chance(40) ? -1 : 1) * random.oneOf({0.5, 1.0, 2.0})
                : unit * random.from(-9, 9);
  // A single 0 is folded by tosa, which makes -0 of nothing.
  if (kind == 0 && constants.size() > 1 && random.chance(10))
    constants.front() = 0;
  SmallVector<int64_t> ones(x.shape().size(), 1);
  ones.back() = constants.size();
  Value constant = floatConstant(ones, constants);
  Type type = x.value.getType();
  Floats result = x;
  switch (kind) {
  case 0: {
    auto i8 = RankedTensorType::get({1}, b.getI8Type());
    Value shift = tosa::ConstOp::create(
        b, loc, i8, DenseElementsAttr::get(i8, static_cast<int8_t>(0)));
    result.value = tosa::MulOp::create(b, loc, type, x.value, constant, shift);
    break;
  }
  case 1: {
    // Divisions do not broadcast.
    std::vector<float> all;
    while (all.size() <
           static_cast<size_t>(ShapedType::getNumElements(x.shape())))
      all.insert(all.end(), constants.begin(), constants.end());
    result.value =
        arith::DivFOp::create(b, loc, x.value, floatConstant(x.shape(), all));
    break;
  }
  case 2:
    result.value = tosa::AddOp::create(b, loc, type, x.value, constant);
    break;
  case 3:
    result.value = tosa::SubOp::create(b, loc, type, x.value, constant);
    break;
  default:
    result.value = tosa::SubOp::create(b, loc, type, constant, x.value);
  }
  result.unit = x.unit / (scales ? 2 : 1);
  result.bound = scales ? 2 * x.bound : x.bound + 9 * unit;
  return result;
}

Floats NetworkBuilder::maxPool(const Floats &x) {
  ArrayRef<int64_t> shape = x.shape();
  if (shape.size() != 4)
    return x;
  SmallVector<int64_t> kernel, stride, pad, out{shape[0]};
  for (int64_t size : {shape[1], shape[2]}) {
    int64_t k = random.from(1, std::min<int64_t>(3, size));
    int64_t before = random.from(0, k - 1), after = random.from(0, k - 1);
    // Strides must divide, as tosa wants it.
    int64_t s = random.from(1, 3), rest = size + before + after - k;
    while (rest % s)
      --s;
    kernel.push_back(k);
    stride.push_back(s);
    pad.append({before, after});
    out.push_back(rest / s + 1);
  }
  out.push_back(shape[3]);
  Floats result = x;
  result.value = tosa::MaxPool2dOp::create(
      b, loc, floatType(out), x.value, kernel, stride,
      ArrayRef<int64_t>{pad[0], pad[1], pad[2], pad[3]});
  return result;
}

/// The numbers of positions inside the image are powers of 2: windows are, and
/// only those of at most 2 are padded.
Floats NetworkBuilder::averagePool(const Floats &x) {
  ArrayRef<int64_t> shape = x.shape();
  if (shape.size() != 4)
    return x;
  SmallVector<int64_t> kernel, stride, pads, out{shape[0]};
  for (int64_t size : {shape[1], shape[2]}) {
    int64_t k = 1 << random.from(0, 2);
    while (k > size)
      k /= 2;
    int64_t before = k == 2 ? random.from(0, 1) : 0;
    int64_t after = k == 2 ? random.from(0, 1) : 0;
    int64_t s = random.from(1, 3), rest = before + size + after - k;
    while (rest % s)
      --s;
    kernel.push_back(k);
    stride.push_back(s);
    pads.append({before, after});
    out.push_back(rest / s + 1);
  }
  out.push_back(shape[3]);
  int64_t count = kernel[0] * kernel[1];
  // Sums of a window have to be exact too.
  if (x.bound * count >= kExact * x.unit)
    return x;
  Value zero = floatConstant({1}, {0.0f});
  Floats result = x;
  result.value = tosa::AvgPool2dOp::create(
      b, loc, floatType(out), x.value, zero, zero,
      b.getDenseI64ArrayAttr(kernel), b.getDenseI64ArrayAttr(stride),
      b.getDenseI64ArrayAttr(pads), TypeAttr::get(b.getF32Type()));
  result.unit = x.unit / count;
  return result;
}

Floats NetworkBuilder::reshape(const Floats &x, ArrayRef<int64_t> shape) {
  auto values = DenseIntElementsAttr::get(
      RankedTensorType::get(shape.size(), b.getIndexType()), shape);
  Value constant = tosa::ConstShapeOp::create(
      b, loc, tosa::shapeType::get(b.getContext(), shape.size()), values);
  Floats result = x;
  result.value =
      tosa::ReshapeOp::create(b, loc, floatType(shape), x.value, constant);
  return result;
}

Floats NetworkBuilder::transpose(const Floats &x) {
  ArrayRef<int64_t> in = x.shape();
  if (in.size() != 4)
    return x;
  SmallVector<int32_t> perms = random.chance(50)
                                   ? SmallVector<int32_t>{0, 2, 1, 3}
                                   : SmallVector<int32_t>{0, 3, 1, 2};
  SmallVector<int64_t> shape;
  for (int32_t p : perms)
    shape.push_back(in[p]);
  Floats result = x;
  result.value =
      tosa::TransposeOp::create(b, loc, floatType(shape), x.value, perms);
  return result;
}

Floats NetworkBuilder::activate(Floats x) {
  for (int64_t i = random.from(0, 2); i > 0; --i)
    switch (random.from(0, 2)) {
    case 0:
      x = normalize(x);
      break;
    case 1:
      x = clamp(x);
      break;
    default:
      x = compute(x);
    }
  return x;
}
