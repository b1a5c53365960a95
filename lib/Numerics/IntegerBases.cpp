//===- IntegerBases.cpp - Given integers as binary bases ------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/IntegerBases.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <numeric>

using namespace subbit::numerics;

namespace {

/// One output's integers as `offset + sum_i coordinates[i] * beta_i`, all times
/// 1/2 where `halves`.
struct OutputBases {
  std::vector<int64_t> coordinates;
  int64_t offset = 0;
  bool halves = false;
  /// beta_i is +1 where bit i of the number is set; the number of a weight is
  /// (value - low) / stride, or for `isTernary` the number of bits that are.
  int64_t low = 0, stride = 1;
  bool isTernary = false;

  uint64_t bits(int64_t value) const {
    uint64_t number = (value - low) / stride;
    return isTernary ? (uint64_t(1) << number) - 1 : number;
  }
};

} // namespace

static OutputBases findBases(llvm::ArrayRef<int64_t> values) {
  OutputBases result;
  auto [least, most] = std::minmax_element(values.begin(), values.end());
  result.low = *least;
  int64_t stride = 0;
  for (int64_t value : values)
    stride = std::gcd(stride, value - *least);
  if (stride == 0) {
    result.offset = *least;
    return result;
  }
  result.stride = stride;
  int64_t count = (*most - *least) / stride + 1;
  if (count == 3 && *least == -*most) {
    result.isTernary = true;
    result.coordinates = {stride, stride};
  } else {
    int64_t width = llvm::Log2_64_Ceil(count), levels = int64_t(1) << width;
    for (int64_t i = 0; i < width; ++i)
      result.coordinates.push_back(stride << i);
    // Numbers that no weight has may lie below the range as well as above it;
    // twice the middle is nearest to 0.
    int64_t spare = levels - count;
    auto middle = [&](int64_t low) { return 2 * low + stride * (levels - 1); };
    for (int64_t t = 1; t <= spare; ++t) {
      int64_t low = *least - t * stride;
      if (std::abs(middle(low)) < std::abs(middle(result.low)))
        result.low = low;
    }
    result.offset = middle(result.low);
  }
  // Coordinates and offset are twice what they should be.
  result.halves = stride % 2 || result.offset % 2;
  if (!result.halves) {
    for (int64_t &a : result.coordinates)
      a /= 2;
    result.offset /= 2;
  }
  return result;
}

std::optional<Bases>
subbit::numerics::basesOfIntegers(llvm::ArrayRef<int64_t> shape,
                                  llvm::ArrayRef<int64_t> values,
                                  llvm::ArrayRef<float> steps) {
  constexpr int64_t kLargest = 32767;
  int64_t outputs = shape[0], size = values.size() / outputs;
  std::vector<OutputBases> found;
  bool halves = false, offsets = false;
  for (int64_t c = 0; c < outputs; ++c) {
    found.push_back(findBases(values.slice(c * size, size)));
    halves |= found.back().halves;
    offsets |= found.back().offset != 0;
    if (static_cast<int64_t>(found.back().coordinates.size()) >
        std::min<int64_t>(size, 8))
      return std::nullopt;
  }
  Bases bases;
  for (int64_t c = 0; c < outputs; ++c) {
    OutputBases &output = found[c];
    // One step may serve all outputs, so all are doubled or none is.
    int64_t factor = halves && !output.halves ? 2 : 1;
    int64_t sum = std::abs(output.offset);
    for (int64_t a : output.coordinates)
      sum += a;
    if (sum * factor > kLargest)
      return std::nullopt;
    bases.widths.push_back(output.coordinates.size());
    if (offsets)
      bases.offsets.push_back(output.offset * factor);
    int64_t words = (size + kWordBits - 1) / kWordBits;
    for (auto [i, a] : llvm::enumerate(output.coordinates)) {
      bases.coordinates.push_back(a * factor);
      size_t row = bases.signs.size();
      bases.signs.resize(row + words);
      for (int64_t k = 0; k < size; ++k)
        if (output.bits(values[c * size + k]) >> i & 1)
          bases.signs[row + k / kWordBits] |= uint32_t(1) << (k % kWordBits);
    }
  }
  for (float step : steps)
    bases.steps.push_back(halves ? step / 2 : step);
  // Halves of the smallest floats are no floats.
  for (auto [half, step] : llvm::zip_equal(bases.steps, steps))
    if (halves && half * 2 != step)
      return std::nullopt;
  return bases;
}
