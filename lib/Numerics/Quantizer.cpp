//===- Quantizer.cpp - Quantizers of other tools --------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/Quantizer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cmath>
#include <limits>

using namespace subbit::numerics;

std::optional<Rounding> subbit::numerics::parseRounding(llvm::StringRef name) {
  return llvm::StringSwitch<std::optional<Rounding>>(name.upper())
      .Cases({"ROUND", "HALF_EVEN"}, Rounding::HalfEven)
      .Case("HALF_UP", Rounding::HalfUp)
      .Case("HALF_DOWN", Rounding::HalfDown)
      .Case("UP", Rounding::Up)
      .Case("DOWN", Rounding::Down)
      .Case("CEIL", Rounding::Ceil)
      .Case("FLOOR", Rounding::Floor)
      .Default(std::nullopt);
}

float subbit::numerics::roundTo(float x, Rounding rounding) {
  switch (rounding) {
  case Rounding::HalfEven:
    return std::nearbyint(x);
  case Rounding::HalfUp:
    // The sum is rounded, as the operator's definition rounds it.
    return std::copysign(std::floor(std::abs(x) + 0.5f), x);
  case Rounding::HalfDown:
    return std::copysign(std::ceil(std::abs(x) - 0.5f), x);
  case Rounding::Up:
    return std::copysign(std::ceil(std::abs(x)), x);
  case Rounding::Down:
    return std::trunc(x);
  case Rounding::Ceil:
    return std::ceil(x);
  case Rounding::Floor:
    return std::floor(x);
  }
  llvm_unreachable("all modes are covered");
}

int64_t Quantizer::quantize(float x) const {
  float least = low, most = high;
  float y = x;
  switch (kind) {
  case Kind::Bipolar:
    y = x / scale;
    y = y + zero;
    return y >= 0 ? 1 : -1;
  case Kind::Clamped:
    y = x / scale;
    y = y + zero;
    y = roundTo(std::clamp(y, least, most), rounding);
    break;
  case Kind::Rounded:
    y = roundTo(x / scale, rounding);
    y = std::clamp(y + zero, least, most);
    break;
  case Kind::Truncated:
    y = x / inputScale;
    y = roundTo(y + inputZero, Rounding::HalfEven);
    y = roundTo(std::clamp(y / divisor, least, most), rounding);
    break;
  }
  // A NaN is the lowest integer, as codes have it.
  return std::isnan(y) ? low : static_cast<int64_t>(std::clamp(y, least, most));
}

std::vector<int64_t> Quantizer::integers() const {
  if (kind == Kind::Bipolar)
    return {-1, 1};
  std::vector<int64_t> result;
  for (int64_t q = low; q <= high; ++q)
    result.push_back(q);
  return result;
}

std::optional<Levels> Quantizer::levels() const {
  if (count() > 256 || !(std::abs(zero) < 1024) || zero != std::trunc(zero))
    return std::nullopt;
  return levelsOfIntegers(integers(), scale, static_cast<int64_t>(zero));
}

std::vector<float> Quantizer::thresholds() const {
  return findFloatThresholds(llvm::PowerOf2Ceil(count()) - 1,
                             [&](float x) { return index(quantize(x)); });
}

std::optional<Levels>
subbit::numerics::levelsOfIntegers(llvm::ArrayRef<int64_t> integers,
                                   float scale, int64_t zero) {
  int64_t count = integers.size();
  if (count < 2 || count > 256 || !(scale > 0) || !std::isfinite(scale))
    return std::nullopt;
  int64_t first = integers[0], stride = integers[1] - first;
  bool isUniform = true;
  for (int64_t i = 1; i < count; ++i)
    isUniform &= integers[i] - integers[i - 1] == stride;
  Levels levels;
  levels.step = scale;
  levels.zero = zero - first;
  if (levels.zero < 0 || levels.zero > 255)
    return std::nullopt;
  int64_t sum = 0;
  for (int64_t i = 1; i < count; i *= 2) {
    int64_t multiplier = isUniform ? stride * i : integers[i] - first;
    if (multiplier <= sum || (sum += multiplier) > 255)
      return std::nullopt;
    levels.multipliers.push_back(multiplier);
  }
  for (int64_t i = 0; i < count; ++i)
    if (levels.code(i) != integers[i] - first)
      return std::nullopt;
  return levels;
}

/// All floats but NaNs are keys in their order, from -inf on.
static float floatOfKey(uint32_t key) {
  constexpr uint32_t sign = uint32_t(1) << 31;
  // Keys from `sign` on are the floats from +0 on.
  uint32_t bits = key & sign ? key & ~sign : ~key;
  return llvm::bit_cast<float>(bits);
}

static uint32_t keyOfFloat(float x) {
  constexpr uint32_t sign = uint32_t(1) << 31;
  auto bits = llvm::bit_cast<uint32_t>(x);
  return bits & sign ? ~bits : bits | sign;
}

std::vector<float> subbit::numerics::findFloatThresholds(
    int64_t size, llvm::function_ref<int64_t(float)> index) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const uint32_t first = keyOfFloat(-infinity), last = keyOfFloat(infinity);
  std::vector<float> thresholds(size, std::numeric_limits<float>::quiet_NaN());
  for (int64_t k = 0; k < size && index(infinity) > k; ++k) {
    // index(below) <= k < index(above), or all floats are above.
    uint32_t below = first, above = last;
    if (index(-infinity) > k)
      above = first;
    while (above > below + 1) {
      uint32_t middle = below + (above - below) / 2;
      (index(floatOfKey(middle)) > k ? above : below) = middle;
    }
    thresholds[k] = floatOfKey(above);
    // Zeros compare as equal, so a threshold is never between them.
    if (thresholds[k] == 0)
      thresholds[k] = 0;
  }
  return thresholds;
}
