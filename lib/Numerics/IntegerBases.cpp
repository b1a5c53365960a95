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
#include <map>
#include <numeric>

using namespace subbit::numerics;

namespace {

/// One group's integers as `offset + sum_i coordinates[i] * beta_i`, all times
/// 1/2 where `halves`.
struct GroupBases {
  std::vector<int64_t> coordinates;
  int64_t offset = 0;
  bool halves = false;
  /// Bit i of a value's signs is set where beta_i is +1.
  std::map<int64_t, uint64_t> signs;
};

} // namespace

/// Distances above `values[0]` of whose sums all values are made, if there are
/// fewer than `limit`: each is the smallest one that those before it do not
/// give. Sums are listed with the distances that make them.
static bool findGenerators(const std::vector<int64_t> &values, size_t limit,
                           std::vector<int64_t> &generators,
                           std::map<int64_t, uint64_t> &sums) {
  sums = {{0, 0}};
  for (int64_t value : values) {
    int64_t distance = value - values[0];
    if (sums.count(distance))
      continue;
    if (generators.size() + 1 >= limit)
      return false;
    uint64_t bit = uint64_t(1) << generators.size();
    generators.push_back(distance);
    std::map<int64_t, uint64_t> more;
    for (auto [sum, bits] : sums)
      more.try_emplace(sum + distance, bits | bit);
    sums.merge(more);
  }
  return true;
}

/// Powers of two times the values' largest common stride, and an offset.
static GroupBases findUniformBases(const std::vector<int64_t> &values) {
  GroupBases result;
  int64_t least = values.front(), most = values.back(), stride = 0;
  for (int64_t value : values)
    stride = std::gcd(stride, value - least);
  if (stride == 0) {
    result.offset = 2 * least;
    result.signs[least] = 0;
    return result;
  }
  int64_t count = (most - least) / stride + 1, low = least;
  if (count == 3 && least == -most) {
    result.coordinates = {stride, stride};
    result.signs = {{least, 0}, {0, 1}, {most, 3}};
    return result;
  }
  int64_t width = llvm::Log2_64_Ceil(count), levels = int64_t(1) << width;
  for (int64_t i = 0; i < width; ++i)
    result.coordinates.push_back(stride << i);
  // Numbers that no weight has may lie below the range as well as above it;
  // twice the middle is nearest to 0.
  int64_t spare = levels - count;
  auto middle = [&](int64_t low) { return 2 * low + stride * (levels - 1); };
  for (int64_t t = 1; t <= spare; ++t)
    if (std::abs(middle(least - t * stride)) < std::abs(middle(low)))
      low = least - t * stride;
  result.offset = middle(low);
  for (int64_t value : values)
    result.signs[value] = (value - low) / stride;
  return result;
}

/// The fewest bases that are found for the values of a group.
static GroupBases findBases(std::vector<int64_t> values) {
  llvm::sort(values);
  values.erase(llvm::unique(values), values.end());
  GroupBases result = findUniformBases(values);
  // Coordinates that someone chose: without an offset the values' negatives are
  // made of them as well.
  std::vector<int64_t> both = values;
  for (int64_t value : values)
    both.push_back(-value);
  llvm::sort(both);
  both.erase(llvm::unique(both), both.end());
  for (const std::vector<int64_t> *all : {&both, &values}) {
    std::vector<int64_t> generators;
    std::map<int64_t, uint64_t> sums;
    size_t limit = std::min<size_t>(result.coordinates.size(), 9);
    if (!findGenerators(*all, limit, generators, sums))
      continue;
    result = {};
    result.coordinates = generators;
    result.offset = 2 * all->front();
    for (int64_t distance : generators)
      result.offset += distance;
    for (int64_t value : values)
      result.signs[value] = sums.at(value - all->front());
  }
  // Coordinates and offset are twice what they should be.
  result.halves = result.offset % 2 != 0;
  for (int64_t a : result.coordinates)
    result.halves |= a % 2 != 0;
  if (!result.halves) {
    for (int64_t &a : result.coordinates)
      a /= 2;
    result.offset /= 2;
  }
  return result;
}

std::optional<Bases>
subbit::numerics::basesOfIntegers(const Grouping &grouping,
                                  llvm::ArrayRef<int64_t> values,
                                  llvm::ArrayRef<float> steps) {
  constexpr int64_t kLargest = 32767;
  std::vector<GroupBases> found;
  bool halves = false, offsets = false;
  for (int64_t g = 0; g < grouping.numGroups(); ++g) {
    std::vector<int64_t> own;
    grouping.forEachElement(
        g, [&](int64_t, int64_t element) { own.push_back(values[element]); });
    int64_t size = own.size();
    found.push_back(findBases(std::move(own)));
    halves |= found.back().halves;
    offsets |= found.back().offset != 0;
    if (static_cast<int64_t>(found.back().coordinates.size()) >
        std::min<int64_t>(size, 8))
      return std::nullopt;
  }
  Bases bases;
  for (int64_t g = 0; g < grouping.numGroups(); ++g) {
    const GroupBases &group = found[g];
    // One step may serve all groups, so all are doubled or none is.
    int64_t factor = halves && !group.halves ? 2 : 1;
    int64_t sum = std::abs(group.offset);
    for (int64_t a : group.coordinates)
      sum += a;
    if (sum * factor > kLargest)
      return std::nullopt;
    bases.widths.push_back(group.coordinates.size());
    if (offsets)
      bases.offsets.push_back(group.offset * factor);
    size_t first = bases.signs.size();
    int64_t words = grouping.groupWords(g), width = group.coordinates.size();
    for (int64_t a : group.coordinates)
      bases.coordinates.push_back(a * factor);
    bases.signs.resize(first + width * words);
    grouping.forEachElement(g, [&](int64_t k, int64_t element) {
      uint64_t signs = group.signs.at(values[element]);
      for (int64_t i = 0; i < width; ++i)
        if (signs >> i & 1)
          bases.signs[first + i * words + k / kWordBits] |= uint32_t(1)
                                                            << (k % kWordBits);
    });
  }
  for (float step : steps)
    bases.steps.push_back(halves ? step / 2 : step);
  // Halves of the smallest floats are no floats.
  for (auto [half, step] : llvm::zip_equal(bases.steps, steps))
    if (halves && half * 2 != step)
      return std::nullopt;
  return bases;
}
