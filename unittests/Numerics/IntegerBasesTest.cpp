//===- IntegerBasesTest.cpp - Given integers as binary bases --------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/IntegerBases.h"
#include "gtest/gtest.h"
#include <random>

using namespace subbit::numerics;

namespace {

/// One group for each output.
Grouping perOutput(std::vector<int64_t> shape) {
  std::vector<int64_t> group = shape;
  group[0] = 1;
  return Grouping(shape, group);
}

/// The bases stand for the same floats; returns how many the outputs have.
std::vector<uint8_t> expectSame(const Grouping &grouping,
                                std::vector<int64_t> values,
                                std::vector<float> steps) {
  std::optional<Bases> bases = basesOfIntegers(grouping, values, steps);
  EXPECT_TRUE(bases);
  if (!bases)
    return {};
  std::vector<float> floats = decodeFloats(grouping, *bases);
  EXPECT_EQ(floats.size(), values.size());
  for (size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(floats[i],
              steps[steps.size() == 1 ? 0 : i / grouping.elementsPerOutput()] *
                  values[i]);
  for (int16_t a : bases->coordinates)
    EXPECT_GT(a, 0);
  return bases->widths;
}

using Widths = std::vector<uint8_t>;

TEST(IntegerBases, BipolarIsOneBasis) {
  EXPECT_EQ(expectSame(perOutput({1, 4}), {1, -1, -1, 1}, {0.5f}), Widths{1});
  EXPECT_EQ(expectSame(perOutput({1, 4}), {7, -7, -7, 7}, {0.5f}), Widths{1});
  EXPECT_TRUE(
      basesOfIntegers(perOutput({1, 2}), {1, -1}, {1.0f})->offsets.empty());
}

TEST(IntegerBases, TernaryHasTwoEqualCoordinates) {
  std::optional<Bases> bases =
      basesOfIntegers(perOutput({1, 4}), {1, 0, -1, 0}, {0.5f});
  ASSERT_TRUE(bases);
  EXPECT_EQ(bases->coordinates, (std::vector<int16_t>{1, 1}));
  EXPECT_TRUE(bases->offsets.empty());
  EXPECT_EQ(bases->steps[0], 0.25f);
  EXPECT_EQ(expectSame(perOutput({1, 4}), {1, 0, -1, 0}, {0.5f}), Widths{2});
}

TEST(IntegerBases, ConstantsHaveNone) {
  EXPECT_EQ(expectSame(perOutput({2, 3}), {0, 0, 0, 5, 5, 5}, {1.0f}),
            (Widths{0, 0}));
}

TEST(IntegerBases, AllBitwidths) {
  std::mt19937 random(1);
  for (int64_t bits = 1; bits <= 8; ++bits)
    for (bool isSigned : {false, true}) {
      int64_t count = int64_t(1) << bits, low = isSigned ? -count / 2 : 0;
      std::vector<int64_t> values;
      for (int64_t i = 0; i < 3 * 300; ++i)
        values.push_back(low + random() % count);
      EXPECT_EQ(expectSame(perOutput({3, 300}), values, {1, 0.1f, 3}),
                Widths(3, static_cast<uint8_t>(bits)))
          << bits;
    }
}

TEST(IntegerBases, SymmetricOddIntegersNeedNoOffset) {
  std::optional<Bases> bases =
      basesOfIntegers(perOutput({1, 4}), {-3, -1, 1, 3}, {1.0f});
  ASSERT_TRUE(bases);
  EXPECT_TRUE(bases->offsets.empty());
  EXPECT_EQ(bases->coordinates, (std::vector<int16_t>{1, 2}));
}

TEST(IntegerBases, FewWeightsOfManyValues) {
  EXPECT_EQ(expectSame(perOutput({1, 3}), {0, 1, 100}, {1.0f}), Widths{2});
  EXPECT_EQ(expectSame(perOutput({1, 2}), {3, 100}, {1.0f}), Widths{1});
  EXPECT_EQ(expectSame(perOutput({1, 1}), {-255}, {1.0f}), Widths{0});
}

TEST(IntegerBases, NumbersThatDoNotFit) {
  EXPECT_FALSE(basesOfIntegers(perOutput({1, 2}), {-32767, 32766}, {1.0f}));
  EXPECT_FALSE(basesOfIntegers(perOutput({1, 2}), {1 << 20, 3}, {1.0f}));
}

TEST(IntegerBases, FindsTheCoordinatesOfEachGroup) {
  // Groups of 0, 1, 2 and 3 bases, side by side in one output.
  std::mt19937 random(2);
  const std::vector<std::vector<int64_t>> coordinates = {
      {}, {37}, {12, 90}, {5, 31, 90}};
  std::vector<int64_t> values;
  for (const auto &own : coordinates)
    for (int64_t k = 0; k < 40; ++k) {
      int64_t value = 0;
      for (int64_t a : own)
        value += random() % 2 ? a : -a;
      values.push_back(value);
    }
  Grouping grouping({1, 160}, {1, 40});
  EXPECT_EQ(expectSame(grouping, values, {0.5f}), (Widths{0, 1, 2, 3}));
  std::optional<Bases> bases = basesOfIntegers(grouping, values, {0.5f});
  EXPECT_EQ(bases->coordinates, (std::vector<int16_t>{37, 12, 90, 5, 31, 90}));
  EXPECT_TRUE(bases->offsets.empty());
}

TEST(IntegerBases, StepsThatHaveNoHalf) {
  EXPECT_FALSE(basesOfIntegers(perOutput({1, 3}), {0, 1, -1},
                               {std::numeric_limits<float>::denorm_min()}));
}

} // namespace
