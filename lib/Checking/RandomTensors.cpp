//===- RandomTensors.cpp - Random weights and levels ----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Checking/RandomTensors.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace subbit;
using namespace subbit::numerics;

double subbit::powerOfTwoBelow(double value) {
  return std::exp2(std::floor(std::log2(value)));
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// Channel, kernel, pixel, sub-channel, any box; each inside one output or
/// spanning all of them.
static SmallVector<int64_t> makeGroup(Random &random, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> group(shape);
  size_t last = shape.size() - 1;
  switch (random.from(0, 4)) {
  case 0: // all weights of an output
    break;
  case 1: // a kernel: one input channel
    group[last] = shape.size() == 2 ? random.from(1, shape[1]) : 1;
    break;
  case 2: // a pixel: all input channels
    for (size_t d = 1; d < last; ++d)
      group[d] = 1;
    break;
  case 3: // some channels of a pixel
    for (size_t d = 1; d < last; ++d)
      group[d] = 1;
    group[last] = random.from(1, shape[last]);
    break;
  default:
    for (size_t d = 1; d <= last; ++d)
      group[d] = random.from(1, shape[d]);
  }
  if (!random.chance(15))
    group[0] = 1;
  return group;
}

/// Positive coordinates with a sum of at most `largest`, which is at least
/// their number.
static SmallVector<int64_t> makeCoordinates(Random &random, int64_t count,
                                            int64_t largest) {
  SmallVector<int64_t> coordinates;
  for (int64_t i = 0; i < count; ++i) {
    int64_t most = largest - (count - 1 - i);
    coordinates.push_back(
        random.from(1, random.chance(50) ? most : std::min<int64_t>(most, 8)));
    largest -= coordinates.back();
  }
  if (random.chance(50))
    llvm::sort(coordinates, std::greater<int64_t>());
  return coordinates;
}

RandomWeights subbit::makeRandomWeights(Random &random, MLIRContext *context,
                                        ArrayRef<int64_t> shape,
                                        int64_t largest) {
  SmallVector<int64_t> group = makeGroup(random, shape);
  Grouping grouping(shape, group);
  int64_t most = std::min(random.from(0, 8), largest), least = 0;
  if (random.chance(30))
    least = most;
  bool hasOffsets = random.chance(25);
  Bases bases;
  int64_t minWidth = 8, maxWidth = 0;
  for (int64_t g = 0; g < grouping.numGroups(); ++g) {
    int64_t size = grouping.groupSize(g);
    int64_t width = std::min(size, random.from(least, most));
    minWidth = std::min(minWidth, width);
    maxWidth = std::max(maxWidth, width);
    bases.widths.push_back(width);
    int64_t sum = 0;
    for (int64_t a : makeCoordinates(random, width, largest)) {
      bases.coordinates.push_back(a);
      sum += a;
    }
    for (int64_t word = 0; word < width * grouping.groupWords(g); ++word) {
      int64_t first = word % grouping.groupWords(g) * kWordBits;
      uint32_t bits = random.from(0, 0xffffffff);
      if (size - first < kWordBits)
        bits &= (uint32_t(1) << (size - first)) - 1;
      bases.signs.push_back(bits);
    }
    int64_t room = std::min<int64_t>(largest - sum, 1000);
    if (hasOffsets)
      bases.offsets.push_back(random.chance(50) ? random.from(-room, room) : 0);
  }
  int64_t numSteps = random.chance(50) ? 1 : shape[0];
  for (int64_t i = 0; i < numSteps; ++i)
    bases.steps.push_back(
        random.chance(2) ? 0 : std::ldexp(1.0f, -int(random.from(0, 3))));
  if (random.chance(50))
    minWidth = 0;
  return {mbn::MultiBitType::get(context, shape, group, minWidth, maxWidth),
          bases};
}

//===----------------------------------------------------------------------===//
// Levels
//===----------------------------------------------------------------------===//

Levels subbit::makeRandomLevels(Random &random, double typical) {
  Levels levels;
  int64_t planes = random.chance(70) ? random.from(1, 3) : random.from(4, 8);
  int64_t sum = 0;
  for (int64_t j = 0; j < planes; ++j) {
    // What is left must do for doubling in every later plane.
    int64_t later = int64_t(1) << (planes - 1 - j);
    int64_t most = (255 + 1) / later - sum - 1;
    levels.multipliers.push_back(
        random.chance(60) ? sum + 1 : random.from(sum + 1, most));
    sum += levels.multipliers.back();
  }
  if (random.chance(20))
    levels.zero = levels.code(random.from(0, levels.count() - 1));
  else if (random.chance(20))
    levels.zero = random.from(0, std::min<int64_t>(255, sum + 5));
  double range = typical * random.oneOf({0.5, 1.0, 2.0, 4.0});
  levels.step = static_cast<float>(powerOfTwoBelow(range / sum));
  if (random.chance(30))
    levels.low = levels.step / 2 * random.from(-2 * sum, sum);
  return levels;
}
