//===- LevelsTest.cpp - Activation levels on plain numbers ----------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/Levels.h"
#include "gtest/gtest.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace subbit::numerics;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Levels makeLevels(float step, int64_t zero, float low,
                  std::vector<int64_t> multipliers) {
  Levels levels;
  levels.step = step;
  levels.zero = zero;
  levels.low = low;
  levels.multipliers = multipliers;
  return levels;
}

void expectSuperincreasing(const Levels &levels) {
  int64_t sum = 0;
  for (int64_t m : levels.multipliers) {
    EXPECT_GT(m, sum);
    sum += m;
  }
  EXPECT_LE(sum, 255);
}

/// Mean squared error of coding values by levels.
double codingError(const Levels &levels, llvm::ArrayRef<float> values) {
  std::vector<float> thresholds = levels.thresholds();
  double error = 0;
  for (float x : values) {
    double e = x - levels.value(encode(x, thresholds));
    error += e * e;
  }
  return error / values.size();
}

std::vector<float> normalValues(size_t n, bool relu, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(n);
  for (float &x : values) {
    x = normal(random);
    if (relu)
      x = std::max(x, 0.0f);
  }
  return values;
}

TEST(Levels, code_and_value) {
  Levels levels = makeLevels(0.5f, 3, 0.25f, {1, 2, 5});
  EXPECT_EQ(levels.planes(), 3);
  EXPECT_EQ(levels.count(), 8);
  std::vector<int64_t> codes = {0, 1, 2, 3, 5, 6, 7, 8};
  for (int64_t i = 0; i < 8; ++i) {
    EXPECT_EQ(levels.code(i), codes[i]);
    EXPECT_EQ(levels.value(i), 0.5f * (codes[i] - 3) + 0.25f);
  }
  EXPECT_EQ(levels.zeroIndex(), 3);
  EXPECT_EQ(levels.maxMagnitude(), 5);
}

// {-1, +1} has no zero: zero 1 lies between the codes 0 and 2.
TEST(Levels, signs_have_no_zero_index) {
  Levels levels = makeLevels(1, 1, 0, {2});
  EXPECT_EQ(levels.value(0), -1);
  EXPECT_EQ(levels.value(1), 1);
  EXPECT_EQ(levels.zeroIndex(), -1);
  EXPECT_EQ(levels.maxMagnitude(), 1);
  EXPECT_EQ(levels.thresholds(), std::vector<float>{0});
}

TEST(Levels, zero_beyond_the_codes) {
  Levels levels = makeLevels(1, 255, 0, {1});
  EXPECT_EQ(levels.zeroIndex(), -1);
  EXPECT_EQ(levels.maxMagnitude(), 255);
}

TEST(Levels, value_rounds_after_each_operation) {
  Levels levels = makeLevels(0.1f, 0, 0.7f, {3});
  volatile float scaled = 0.1f * 3.0f;
  EXPECT_EQ(levels.value(1), scaled + 0.7f);
}

// Between two floats the midpoint is in double and rounds to even, once.
TEST(Levels, thresholds_round_once) {
  Levels levels = makeLevels(0x1p-23f, 0, 1, {1});
  EXPECT_EQ(levels.thresholds(), std::vector<float>{1});
  levels.low = 1 + 0x1p-23f;
  EXPECT_EQ(levels.thresholds(), std::vector<float>{1 + 0x1p-22f});
}

TEST(Levels, eight_planes) {
  Levels levels = makeLevels(1, 0, 0, {1, 2, 4, 8, 16, 32, 64, 128});
  for (int64_t i = 0; i < 256; ++i)
    EXPECT_EQ(levels.code(i), i);
  std::vector<float> thresholds = levels.thresholds();
  ASSERT_EQ(thresholds.size(), 255u);
  for (int64_t i = 0; i < 256; ++i) {
    EXPECT_EQ(encode(i, thresholds), i);
    EXPECT_EQ(encode(i + 0.49f, thresholds), i);
    EXPECT_EQ(encode(i - 0.5f, thresholds), i);
  }
}

TEST(Encode, ties_go_up) {
  std::vector<float> thresholds = {-1, 0, 2.5f};
  EXPECT_EQ(encode(-1, thresholds), 1);
  EXPECT_EQ(encode(std::nextafter(-1.0f, -2.0f), thresholds), 0);
  EXPECT_EQ(encode(0.0f, thresholds), 2);
  EXPECT_EQ(encode(-0.0f, thresholds), 2);
  EXPECT_EQ(encode(2.5f, thresholds), 3);
}

TEST(Encode, equal_thresholds_are_passed_together) {
  EXPECT_EQ(encode(1, {1, 1, 1}), 3);
  EXPECT_EQ(encode(0.5f, {1, 1, 1}), 0);
}

TEST(Encode, nan_and_infinities) {
  std::vector<float> thresholds = {-1, 0, 2.5f};
  EXPECT_EQ(encode(kNaN, thresholds), 0);
  EXPECT_EQ(encode(-kNaN, thresholds), 0);
  EXPECT_EQ(encode(-kInfinity, thresholds), 0);
  EXPECT_EQ(encode(kInfinity, thresholds), 3);
  EXPECT_EQ(encode(kInfinity, {1, kInfinity}), 2);
}

TEST(Encode, no_thresholds) {
  EXPECT_EQ(encode(3, {}), 0);
  EXPECT_EQ(encode(kNaN, {}), 0);
}

TEST(LevelsEstimator, superincreasing_over_all_bits) {
  for (int64_t bits = 1; bits <= 8; ++bits)
    for (bool exactZero : {false, true})
      for (unsigned seed = 1; seed <= 5; ++seed) {
        LevelsEstimator estimator(bits, exactZero);
        estimator.observe(normalValues(3000, exactZero, seed));
        Levels levels = estimator.finish();
        ASSERT_EQ(levels.planes(), bits);
        expectSuperincreasing(levels);
        EXPECT_GT(levels.step, 0);
        EXPECT_EQ(levels.zero != 0, bits == 8 && !exactZero);
        if (exactZero) {
          EXPECT_EQ(levels.low, 0);
          EXPECT_EQ(levels.value(0), 0);
          EXPECT_EQ(levels.zeroIndex(), 0);
        }
      }
}

// The error falls by nearly 4 with each bit, as the optimum does.
TEST(LevelsEstimator, error_falls_with_bits) {
  for (bool exactZero : {false, true}) {
    std::vector<float> values = normalValues(20000, exactZero);
    double last = std::numeric_limits<double>::infinity();
    for (int64_t bits = 1; bits <= 8; ++bits) {
      LevelsEstimator estimator(bits, exactZero);
      estimator.observe(values);
      double error = codingError(estimator.finish(), values);
      EXPECT_LT(error, last / 2.2) << bits;
      last = error;
    }
  }
}

// As good as the best uniform quantizer, which a scan of its step finds.
TEST(LevelsEstimator, not_worse_than_uniform) {
  std::vector<float> values = normalValues(20000, /*relu=*/true);
  for (int64_t bits = 1; bits <= 8; ++bits) {
    LevelsEstimator estimator(bits, /*exactZero=*/true);
    estimator.observe(values);
    double best = std::numeric_limits<double>::infinity();
    for (float most = 0.5f; most < 5; most *= 1.03f) {
      Levels uniform = makeLevels(most / ((1 << bits) - 1), 0, 0, {});
      for (int64_t j = 0; j < bits; ++j)
        uniform.multipliers.push_back(int64_t(1) << j);
      best = std::min(best, codingError(uniform, values));
    }
    EXPECT_LT(codingError(estimator.finish(), values), best * 1.05) << bits;
  }
}

// One value in 10,000 is huge; the levels must not follow it.
TEST(LevelsEstimator, four_bits_survive_outliers) {
  std::vector<float> values = normalValues(50000, /*relu=*/true);
  for (size_t i = 0; i < values.size(); i += 10000)
    values[i] = 20;
  LevelsEstimator estimator(4, /*exactZero=*/true);
  estimator.observe(values);
  EXPECT_LT(codingError(estimator.finish(), values), 0.05);
}

TEST(LevelsEstimator, finds_levels_exactly) {
  // Levels 0, 1, 3, 4 in units of 0.25.
  std::vector<float> values;
  for (int i = 0; i < 400; ++i)
    values.push_back(0.25f * std::vector<int>{0, 1, 3, 4}[i % 4]);
  LevelsEstimator estimator(2, /*exactZero=*/true);
  estimator.observe(values);
  Levels levels = estimator.finish();
  EXPECT_EQ(levels.multipliers, (std::vector<int64_t>{1, 3}));
  EXPECT_NEAR(levels.step, 0.25, 1e-5);
}

// Values on two planes lose next to nothing. (With more the alternation may end
// in a local optimum.)
TEST(LevelsEstimator, recovers_random_levels) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    bool exactZero = round % 2;
    Levels given = makeLevels(0.25f, 0, exactZero ? 0 : -1.5f, {});
    int64_t sum = 0;
    for (int64_t j = 0, bits = 1 + round / 2 % 2; j < bits; ++j) {
      given.multipliers.push_back(sum + 1 + random() % (sum / 2 + 2));
      sum += given.multipliers.back();
    }
    std::vector<float> values;
    for (int64_t i = 0; i < 10 * given.count(); ++i)
      values.push_back(given.value(i % given.count()));
    LevelsEstimator estimator(given.planes(), exactZero);
    estimator.observe(values);
    Levels found = estimator.finish();
    EXPECT_LT(codingError(found, values), 1e-6) << round;
  }
}

TEST(LevelsEstimator, uniform_values_give_powers_of_two) {
  for (int64_t bits = 1; bits <= 8; ++bits) {
    std::vector<float> values;
    for (int i = 0; i < 5 << bits; ++i)
      values.push_back(0.5f * (i % (1 << bits)));
    LevelsEstimator estimator(bits, /*exactZero=*/true);
    estimator.observe(values);
    Levels levels = estimator.finish();
    for (int64_t j = 0; j < bits; ++j)
      EXPECT_EQ(levels.multipliers[j], int64_t(1) << j);
    EXPECT_NEAR(levels.step, 0.5, 1e-4);
  }
}

TEST(LevelsEstimator, one_bit_of_two_values) {
  LevelsEstimator estimator(1, /*exactZero=*/false);
  estimator.observe({-3, 5, -3, 5, -3});
  Levels levels = estimator.finish();
  EXPECT_NEAR(levels.value(0), -3, 1e-5);
  EXPECT_NEAR(levels.value(1), 5, 1e-5);
}

// What a layer pads with has a code then.
TEST(LevelsEstimator, zero_is_one_of_256_signed_levels) {
  for (float shift : {-2.0f, -0.1f, 0.3f, 1.0f}) {
    std::vector<float> values = normalValues(1000, false);
    for (float &value : values)
      value += shift;
    LevelsEstimator estimator(8, /*exactZero=*/false);
    estimator.observe(values);
    Levels levels = estimator.finish();
    EXPECT_EQ(levels.low, 0);
    ASSERT_GE(levels.zeroIndex(), 0);
    EXPECT_EQ(levels.value(levels.zeroIndex()), 0);
    auto [least, most] = std::minmax_element(values.begin(), values.end());
    EXPECT_LT(levels.value(0), *least + levels.step * 60);
    EXPECT_GT(levels.value(255), *most - levels.step * 60);
  }
  // Images begin at 0, or so; the lowest level may be found a little below.
  std::vector<float> image;
  for (int i = 0; i < 2000; ++i)
    image.push_back(static_cast<float>(i * 7 % 256) / 255);
  LevelsEstimator ofImage(8, /*exactZero=*/false);
  ofImage.observe(image);
  EXPECT_EQ(ofImage.finish().low, 0);
  EXPECT_GE(ofImage.finish().zeroIndex(), 0);
  // All on one side: 0 is none of them.
  std::vector<float> far{100, 101, 102, 103, 104, 105, 106, 107, 108, 109};
  LevelsEstimator estimator(8, /*exactZero=*/false);
  estimator.observe(far);
  EXPECT_GT(estimator.finish().low, 90);
}

TEST(LevelsEstimator, no_observation_gives_step_one) {
  for (int64_t bits = 1; bits <= 8; ++bits)
    for (bool exactZero : {false, true}) {
      LevelsEstimator estimator(bits, exactZero);
      estimator.observe({});
      estimator.observe({0, 0, -0.0f, kNaN, kInfinity, -kInfinity});
      Levels levels = estimator.finish();
      EXPECT_EQ(levels.step, 1);
      EXPECT_EQ(levels.low, 0);
      ASSERT_EQ(levels.planes(), bits);
      expectSuperincreasing(levels);
    }
}

TEST(LevelsEstimator, ignores_values_that_are_not_finite) {
  std::vector<float> values = normalValues(1000, true), more = values;
  more.insert(more.end(), {kNaN, kInfinity, -kInfinity});
  LevelsEstimator plain(3, true), mixed(3, true);
  plain.observe(values);
  mixed.observe(more);
  EXPECT_EQ(plain.finish().multipliers, mixed.finish().multipliers);
  EXPECT_EQ(plain.finish().step, mixed.finish().step);
}

// Dead units first, life later.
TEST(LevelsEstimator, zeros_do_not_initialize) {
  std::vector<float> values = normalValues(1000, true);
  LevelsEstimator plain(3, true), late(3, true);
  plain.observe(values);
  late.observe(std::vector<float>(50, 0.0f));
  late.observe(values);
  EXPECT_EQ(plain.finish().step, late.finish().step);
}

TEST(LevelsEstimator, one_constant_is_met) {
  for (int64_t bits = 1; bits <= 8; ++bits)
    for (float constant : {5.0f, -5.0f}) {
      LevelsEstimator estimator(bits, /*exactZero=*/false);
      estimator.observe(std::vector<float>(10, constant));
      Levels levels = estimator.finish();
      expectSuperincreasing(levels);
      int64_t index = encode(constant, levels.thresholds());
      EXPECT_NEAR(levels.value(index), constant, 1e-3) << bits;
    }
}

// Two values leave the widths of most planes open.
TEST(LevelsEstimator, zero_and_one_constant) {
  for (int64_t bits = 1; bits <= 8; ++bits) {
    LevelsEstimator estimator(bits, /*exactZero=*/true);
    estimator.observe({0, 0, 5, 0, 5});
    Levels levels = estimator.finish();
    expectSuperincreasing(levels);
    EXPECT_NEAR(codingError(levels, {0, 5}), 0, 1e-6) << bits;
  }
}

TEST(LevelsEstimator, negative_values_do_not_break_an_exact_zero) {
  LevelsEstimator estimator(2, /*exactZero=*/true);
  estimator.observe({-4, -3, -2});
  EXPECT_EQ(estimator.finish().step, 1);
  estimator.observe({-4, 1, 2, 3});
  Levels levels = estimator.finish();
  EXPECT_EQ(levels.low, 0);
  EXPECT_EQ(encode(-4, levels.thresholds()), 0);
  expectSuperincreasing(levels);
}

TEST(LevelsEstimator, extreme_magnitudes) {
  for (float scale : {1e-42f, 1e-30f, 1e30f, 1e38f})
    for (int64_t bits : {1, 4, 8}) {
      LevelsEstimator estimator(bits, /*exactZero=*/true);
      std::vector<float> values;
      for (int i = 0; i < 32; ++i)
        values.push_back(scale * (i % 4));
      estimator.observe(values);
      Levels levels = estimator.finish();
      EXPECT_TRUE(std::isnormal(levels.step));
      EXPECT_GT(levels.step, 0);
      expectSuperincreasing(levels);
    }
}

TEST(LevelsEstimator, momentum_follows_later_batches) {
  std::vector<float> values = normalValues(2000, true), doubled;
  for (float x : values)
    doubled.push_back(2 * x);
  LevelsEstimator first(4, true), half(4, true, 0.5), none(4, true, 0);
  first.observe(values);
  double before = first.finish().value(15);
  for (LevelsEstimator *estimator : {&half, &none}) {
    estimator->observe(values);
    for (int i = 0; i < 30; ++i)
      estimator->observe(doubled);
    EXPECT_NEAR(estimator->finish().value(15), 2 * before, 0.25 * before);
  }
  LevelsEstimator all(4, true, 1);
  all.observe(values);
  all.observe(doubled);
  EXPECT_EQ(all.finish().step, first.finish().step);
}

// A million values take a fixed sample of the batch.
TEST(LevelsEstimator, large_batches_are_fast_and_deterministic) {
  std::vector<float> values = normalValues(1000000, false);
  LevelsEstimator one(8, false), two(8, false);
  one.observe(values);
  two.observe(values);
  EXPECT_EQ(one.finish().step, two.finish().step);
  EXPECT_EQ(one.finish().low, two.finish().low);
  EXPECT_LT(codingError(one.finish(), values), 2e-4);
}

} // namespace
