//===- ThresholdsTest.cpp - Monotone chains as thresholds -----------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/Thresholds.h"
#include "lib/Numerics/Interpreter.h"
#include "gtest/gtest.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace subbit::numerics;

namespace {

constexpr int32_t kNever = std::numeric_limits<int32_t>::max();
constexpr int32_t kLeast = std::numeric_limits<int32_t>::min();

/// The definition, by trying every sum.
std::vector<int32_t> bruteForce(int64_t low, int64_t high, int64_t count,
                                llvm::function_ref<int64_t(int32_t)> index) {
  std::vector<int32_t> thresholds;
  for (int64_t k = 0; k + 1 < count; ++k) {
    int32_t found = kNever;
    for (int64_t s = high; s >= low; --s)
      if (index(s) > k)
        found = s;
    thresholds.push_back(found);
  }
  return thresholds;
}

TEST(Thresholds, staircase) {
  auto index = [](int32_t s) { return s < -3 ? 0 : s < 5 ? 1 : 2; };
  EXPECT_EQ(findThresholds(-10, 10, 3, index), (std::vector<int32_t>{-3, 5}));
}

TEST(Thresholds, none_reached) {
  EXPECT_EQ(findThresholds(-10, 10, 4, [](int32_t) { return 0; }),
            (std::vector<int32_t>{kNever, kNever, kNever}));
}

TEST(Thresholds, all_reached) {
  EXPECT_EQ(findThresholds(-10, 10, 4, [](int32_t) { return 3; }),
            (std::vector<int32_t>{-10, -10, -10}));
}

// A constant chain in the middle: always above 0, never above 1.
TEST(Thresholds, constant_middle) {
  EXPECT_EQ(findThresholds(-10, 10, 3, [](int32_t) { return 1; }),
            (std::vector<int32_t>{-10, kNever}));
}

TEST(Thresholds, one_index_needs_none) {
  EXPECT_TRUE(findThresholds(-10, 10, 1, [](int32_t) { return 0; }).empty());
}

TEST(Thresholds, one_sum) {
  for (int64_t i = 0; i < 3; ++i)
    EXPECT_EQ(findThresholds(7, 7, 3, [&](int32_t) { return i; }),
              bruteForce(7, 7, 3, [&](int32_t) { return i; }));
}

// An index that jumps gives equal thresholds.
TEST(Thresholds, jump) {
  auto index = [](int32_t s) { return s < 4 ? 0 : 3; };
  EXPECT_EQ(findThresholds(-10, 10, 4, index), (std::vector<int32_t>{4, 4, 4}));
}

TEST(Thresholds, last_sum) {
  auto index = [](int32_t s) { return s == 10 ? 1 : 0; };
  EXPECT_EQ(findThresholds(-10, 10, 2, index), (std::vector<int32_t>{10}));
}

TEST(Thresholds, whole_int32) {
  auto index = [](int32_t s) { return s >= 0 ? 1 : 0; };
  EXPECT_EQ(findThresholds(kLeast, kNever, 2, index),
            (std::vector<int32_t>{0}));
}

TEST(Thresholds, random_staircases_against_brute_force) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    int64_t low = -static_cast<int64_t>(random() % 30);
    int64_t high = low + random() % 60, count = 1 + random() % 9;
    std::vector<int64_t> steps(count - 1);
    for (int64_t &s : steps)
      s = low - 5 + static_cast<int64_t>(random() % (high - low + 11));
    auto index = [&](int32_t sum) -> int64_t {
      return std::count_if(steps.begin(), steps.end(),
                           [&](int64_t s) { return s <= sum; });
    };
    std::vector<int32_t> thresholds = findThresholds(low, high, count, index);
    EXPECT_EQ(thresholds, bruteForce(low, high, count, index));
    for (int64_t s = low; s <= high; ++s)
      EXPECT_EQ(threshold(s, thresholds), index(s)) << s;
  }
}

// What the compiler does: rescale, normalize, clamp, encode. The chain is not
// strict, since floats collapse and ReLU is flat.
TEST(Thresholds, chain_of_a_layer) {
  Levels levels;
  levels.step = 0.3f;
  levels.multipliers = {1, 2, 5};
  std::vector<float> rising = levels.thresholds();
  std::mt19937 random(2);
  std::uniform_real_distribution<float> unit(-1, 1);
  for (int round = 0; round < 50; ++round) {
    BatchNorm norm = BatchNorm::get(1 + unit(random) / 2, unit(random),
                                    unit(random), 0.6f, 1e-5f);
    float scale = 0.01f, base = unit(random);
    auto index = [&](int32_t s) {
      return encode(std::max(0.0f, norm.apply(rescale(s, scale, base))),
                    rising);
    };
    std::vector<int32_t> thresholds = findThresholds(-400, 400, 8, index);
    EXPECT_EQ(thresholds, bruteForce(-400, 400, 8, index));
    for (int32_t s = -400; s <= 400; ++s)
      ASSERT_EQ(threshold(s, thresholds), index(s)) << s;
  }
}

// Bisection, not a scan: four billion sums.
TEST(Thresholds, calls_grow_with_the_logarithm) {
  int64_t calls = 0;
  findThresholds(kLeast, kNever, 256, [&](int32_t s) {
    ++calls;
    return (static_cast<int64_t>(s) + (int64_t(1) << 31)) >> 24;
  });
  EXPECT_LT(calls, 255 * 40);
}

/// The thresholds that a float reaches, by a line if there is one.
int64_t byLine(float x, llvm::ArrayRef<float> thresholds,
               const ThresholdLine &line) {
  int64_t at = line.at(x);
  return at + (x >= thresholds[at]);
}

/// Every threshold, its neighbours, and floats that nobody chose.
void expectLine(llvm::ArrayRef<float> thresholds) {
  std::optional<ThresholdLine> line = findLine(thresholds);
  ASSERT_TRUE(line);
  constexpr float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> tried{0, -0.0f, infinity, -infinity, NAN, 1e-40f, 3e38f};
  for (float t : thresholds)
    tried.insert(tried.end(), {t, std::nextafter(t, infinity),
                               std::nextafter(t, -infinity)});
  std::mt19937 random(3);
  for (int i = 0; i < 10000; ++i)
    tried.push_back(std::uniform_real_distribution<float>(-40, 40)(random));
  for (float x : tried)
    ASSERT_EQ(byLine(x, thresholds, *line), encode(x, thresholds)) << x;
}

TEST(ThresholdLine, finds_the_number_of_thresholds) {
  std::vector<float> thresholds;
  for (int k = 0; k < 255; ++k)
    thresholds.push_back((k - 126.5f) * 0.0302251987f);
  expectLine(thresholds);
  // As a chain that was folded leaves them: not quite as far apart, and at the
  // end some that nothing reaches.
  std::mt19937 random(1);
  for (float &t : thresholds)
    t += std::uniform_real_distribution<float>(-0.005f, 0.005f)(random);
  std::sort(thresholds.begin(), thresholds.end());
  expectLine(thresholds);
  for (int k = 200; k < 255; ++k)
    thresholds[k] = NAN;
  expectLine(thresholds);
}

TEST(ThresholdLine, none_for_thresholds_of_no_line) {
  EXPECT_FALSE(findLine({}));
  EXPECT_FALSE(findLine({1}));
  EXPECT_FALSE(findLine({NAN, NAN}));
  EXPECT_FALSE(findLine({1, 1}));
  EXPECT_FALSE(findLine({1, 2, 4, 8, 16}));
  EXPECT_FALSE(findLine({1, 2, 2, 3, 4, 5}));
  constexpr float infinity = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(findLine({0, 1, 2, infinity}));
  EXPECT_FALSE(findLine({-infinity, 1, 2}));
  // The step is no float's.
  EXPECT_FALSE(findLine({0, 1e-44f, 2e-44f}));
}

} // namespace
