//===- MultiBit.cpp - Binary bases with float coordinates -----------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/MultiBit.h"
#include <algorithm>
#include <cmath>
#include <numeric>

using namespace llvm;
using namespace subbit;
using namespace subbit::training;

void subbit::training::sumsOf(ArrayRef<float> coordinates, int width,
                              float *sums) {
  sums[0] = 0;
  for (int i = 0; i < width; ++i)
    sums[0] -= coordinates[i];
  for (int i = 0; i < width; ++i)
    for (int code = 0; code < (1 << i); ++code)
      sums[code | (1 << i)] = sums[code] + 2 * coordinates[i];
}

MultiBit::MultiBit(numerics::Grouping grouping, const numerics::Bases &bases)
    : widths(bases.widths), coordinates(bases.widths.size()), groups(grouping) {
  size_t row = 0, word = 0;
  begin.push_back(0);
  for (int64_t g = 0; g < numGroups(); ++g) {
    int64_t first = begin.back(), size = groups.groupSize(g);
    begin.push_back(first + size);
    allElements.resize(first + size);
    allCodes.resize(first + size, 0);
    groups.forEachElement(g, [&](int64_t k, int64_t element) {
      allElements[first + k] = element;
    });
    float step =
        bases.step(groups.isLayerWise() ? 0 : g / groups.groupsPerOutput());
    for (int i = 0; i < widths[g]; ++i) {
      coordinates[g][i] = step * bases.coordinates[row++];
      for (int64_t k = 0; k < size; ++k) {
        uint32_t bits = bases.signs[word + k / numerics::kWordBits];
        allCodes[first + k] |= ((bits >> (k % numerics::kWordBits)) & 1) << i;
      }
      word += groups.groupWords(g);
    }
  }
}

int64_t MultiBit::numBases() const {
  return std::accumulate(widths.begin(), widths.end(), int64_t(0));
}

double MultiBit::averageBits() const {
  int64_t bits = 0;
  for (int64_t g = 0; g < numGroups(); ++g)
    bits += widths[g] * (begin[g + 1] - begin[g]);
  return static_cast<double>(bits) / numElements();
}

std::vector<float> MultiBit::inOrderOfCodes(ArrayRef<float> rowMajor) const {
  std::vector<float> result;
  result.reserve(allElements.size());
  for (int32_t element : allElements)
    result.push_back(rowMajor[element]);
  return result;
}

void MultiBit::remove(int64_t g, int i) {
  uint8_t below = (1 << i) - 1;
  for (uint8_t &code : codes(g))
    code = (code & below) | ((code >> 1) & ~below);
  Coordinates &a = coordinates[g];
  std::copy(a.begin() + i + 1, a.begin() + widths[g], a.begin() + i);
  --widths[g];
}

bool MultiBit::restore(Arrays arrays) {
  if (arrays.widths.size() != widths.size() ||
      arrays.coordinates.size() != coordinates.size() ||
      arrays.codes.size() != allCodes.size() ||
      any_of(arrays.widths, [](uint8_t width) { return width > kMaxBases; }))
    return false;
  widths = std::move(arrays.widths);
  coordinates = std::move(arrays.coordinates);
  allCodes = std::move(arrays.codes);
  return true;
}

void MultiBit::decode(MutableArrayRef<float> weights) const {
  std::array<float, 1 << kMaxBases> sums;
  for (int64_t g = 0; g < numGroups(); ++g) {
    sumsOf(coordinates[g], widths[g], sums.data());
    for (int64_t p = begin[g]; p < begin[g + 1]; ++p)
      weights[allElements[p]] = sums[allCodes[p]];
  }
}

int64_t MultiBit::stepOf(int64_t g, size_t numSteps) const {
  return numSteps == 1 ? 0 : g / groups.groupsPerOutput();
}

std::vector<float> MultiBit::steps(const GridOptions &options) const {
  bool perOutput = options.stepPerOutput && !groups.isLayerWise();
  std::vector<float> largest(perOutput ? groups.numOutputs() : 1, 0);
  for (int64_t g = 0; g < numGroups(); ++g) {
    float sum = 0;
    for (int i = 0; i < widths[g]; ++i)
      sum += std::abs(coordinates[g][i]);
    float &most = largest[stepOf(g, largest.size())];
    most = std::max(most, sum);
  }
  for (float &step : largest) {
    step /= options.maxInteger;
    // A step that is no normal float stands for nothing.
    if (!std::isnormal(step))
      step = 0;
  }
  return largest;
}

/// Integers of a group's coordinates, signed; their sum of magnitudes is at
/// most `maxInteger`.
static std::array<int16_t, MultiBit::kMaxBases>
toIntegers(const MultiBit::Coordinates &a, int width, float step,
           int64_t maxInteger) {
  std::array<int16_t, MultiBit::kMaxBases> integers{};
  if (step == 0)
    return integers;
  int64_t total = 0;
  for (int i = 0; i < width; ++i) {
    integers[i] = static_cast<int16_t>(std::lround(a[i] / step));
    total += std::abs(integers[i]);
  }
  while (total > maxInteger) {
    auto most = std::max_element(
        integers.begin(), integers.begin() + width,
        [](int16_t x, int16_t y) { return std::abs(x) < std::abs(y); });
    *most -= *most > 0 ? 1 : -1;
    --total;
  }
  return integers;
}

void MultiBit::decodeRounded(const GridOptions &options,
                             MutableArrayRef<float> weights) const {
  std::vector<float> allSteps = steps(options);
  std::array<float, 1 << kMaxBases> sums;
  Coordinates rounded{};
  for (int64_t g = 0; g < numGroups(); ++g) {
    float step = allSteps[stepOf(g, allSteps.size())];
    auto integers =
        toIntegers(coordinates[g], widths[g], step, options.maxInteger);
    std::copy(integers.begin(), integers.end(), rounded.begin());
    sumsOf(rounded, widths[g], sums.data());
    for (int64_t p = begin[g]; p < begin[g + 1]; ++p)
      weights[allElements[p]] = step * sums[allCodes[p]];
  }
}

numerics::Bases MultiBit::round(const GridOptions &options) const {
  numerics::Bases bases;
  bases.steps = steps(options);
  for (int64_t g = 0; g < numGroups(); ++g) {
    auto integers = toIntegers(coordinates[g], widths[g],
                               bases.steps[stepOf(g, bases.steps.size())],
                               options.maxInteger);
    // Basis by falling coordinate, as sketching leaves them.
    std::array<int, kMaxBases> order;
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.begin() + widths[g],
                     [&](int x, int y) {
                       return std::abs(integers[x]) > std::abs(integers[y]);
                     });
    int width = 0;
    for (int i : ArrayRef(order).take_front(widths[g])) {
      if (integers[i] == 0)
        break;
      ++width;
      bases.coordinates.push_back(std::abs(integers[i]));
      size_t first = bases.signs.size();
      bases.signs.resize(first + groups.groupWords(g), 0);
      uint8_t flip = integers[i] < 0;
      for (int64_t k = 0; k < begin[g + 1] - begin[g]; ++k) {
        uint32_t bit = ((allCodes[begin[g] + k] >> i) & 1) ^ flip;
        bases.signs[first + k / numerics::kWordBits] |=
            bit << (k % numerics::kWordBits);
      }
    }
    bases.widths.push_back(width);
  }
  return bases;
}
