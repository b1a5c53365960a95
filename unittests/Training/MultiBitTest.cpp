//===- MultiBitTest.cpp - Tests of bases with float coordinates -----------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/MultiBit.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace subbit;
using namespace subbit::training;

namespace {

/// Two outputs of a 2x2 kernel over 3 channels, a group for each kernel; widths
/// 0 to 2, a step for each output.
numerics::Bases someBases() {
  numerics::Bases bases;
  bases.widths = {2, 0, 1, 1, 2, 0};
  bases.coordinates = {7, 3, 5, 4, 9, 1};
  bases.signs = {0b1010, 0b0110, 0b1111, 0b0001, 0b1000, 0b0101};
  bases.steps = {0.5f, 0.25f};
  return bases;
}

numerics::Grouping kernels() { return {{2, 2, 2, 3}, {1, 2, 2, 1}}; }

std::vector<float> decode(const MultiBit &weights) {
  std::vector<float> values(weights.numElements());
  weights.decode(values);
  return values;
}

TEST(MultiBit, StandsForItsBases) {
  MultiBit weights(kernels(), someBases());
  EXPECT_EQ(weights.numBases(), 6);
  EXPECT_DOUBLE_EQ(weights.averageBits(), 1);
  EXPECT_EQ(decode(weights), numerics::decodeFloats(kernels(), someBases()));
}

TEST(MultiBit, SumsByCode) {
  float sums[8];
  sumsOf({4, 2, 1}, 3, sums);
  for (int code = 0; code < 8; ++code)
    EXPECT_EQ(sums[code], 2 * (code & 1 ? 4 : 0) + 2 * (code & 2 ? 2 : 0) +
                              2 * (code & 4 ? 1 : 0) - 7);
  sumsOf({}, 0, sums);
  EXPECT_EQ(sums[0], 0);
}

TEST(MultiBit, RemovesOneBasis) {
  MultiBit weights(kernels(), someBases());
  weights.remove(0, 0);
  numerics::Bases left = someBases();
  left.widths[0] = 1;
  left.coordinates.erase(left.coordinates.begin());
  left.signs.erase(left.signs.begin());
  EXPECT_EQ(decode(weights), numerics::decodeFloats(kernels(), left));
  weights.remove(0, 0);
  EXPECT_EQ(weights.widths[0], 0);
  EXPECT_EQ(decode(weights)[0], 0);
}

TEST(MultiBit, RoundsToTheGrid) {
  MultiBit weights(kernels(), someBases());
  weights.coordinates[0] = {-1.0f, 0.27f};
  weights.coordinates[2] = {0.001f};
  for (bool perOutput : {true, false}) {
    GridOptions options{perOutput, 127};
    numerics::Bases bases = weights.round(options);
    EXPECT_EQ(bases.steps.size(), perOutput ? 2u : 1u);
    // What rounds to 0 goes; -1 flips its basis.
    EXPECT_EQ(bases.widths[2], 0);
    EXPECT_EQ(bases.widths[0], 2);
    EXPECT_EQ(bases.signs[0], 0b0101u);
    for (int16_t a : bases.coordinates)
      EXPECT_GT(a, 0);
    std::vector<float> exact = decode(weights),
                       rounded = numerics::decodeFloats(kernels(), bases),
                       inTheLoop(exact.size());
    weights.decodeRounded(options, inTheLoop);
    EXPECT_EQ(rounded, inTheLoop);
    int64_t most = 0;
    for (int16_t w : numerics::decodeIntegers(kernels(), bases))
      most = std::max<int64_t>(most, std::abs(w));
    EXPECT_LE(most, 127);
    for (size_t i = 0; i < exact.size(); ++i)
      EXPECT_NEAR(exact[i], rounded[i], bases.steps.back() * 1.01 + 0.01);
  }
}

TEST(MultiBit, OneIntegerIsEnoughForOneBasis) {
  MultiBit weights(kernels(), someBases());
  numerics::Bases bases = weights.round({true, 1});
  for (int16_t a : bases.coordinates)
    EXPECT_EQ(a, 1);
}

TEST(MultiBit, NothingLeftHasNoStep) {
  numerics::Bases bases;
  bases.widths = {0, 0};
  bases.steps = {1};
  MultiBit weights({{2, 3}, {1, 3}}, bases);
  numerics::Bases rounded = weights.round({false, 127});
  EXPECT_EQ(rounded.steps, std::vector<float>{0});
  EXPECT_EQ(rounded.widths, bases.widths);
}

TEST(MultiBit, CoordinatesOfAWholeLayer) {
  numerics::Bases bases;
  bases.widths = {1};
  bases.coordinates = {3};
  bases.signs = {0b101101};
  bases.steps = {0.5f};
  numerics::Grouping grouping({2, 3}, {2, 3});
  MultiBit weights(grouping, bases);
  EXPECT_EQ(decode(weights), numerics::decodeFloats(grouping, bases));
  EXPECT_EQ(weights.round({true, 127}).steps.size(), 1u);
}

} // namespace
