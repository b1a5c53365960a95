//===- SketchTest.cpp - Structured sketching of weights -------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/Sketch.h"
#include "gtest/gtest.h"
#include <cmath>
#include <numeric>
#include <random>

using namespace subbit::numerics;

namespace {

std::vector<float> normalWeights(size_t n, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 0.1f);
  std::vector<float> weights(n);
  for (float &w : weights)
    w = normal(random);
  return weights;
}

SketchOptions withBits(int64_t bits) {
  SketchOptions options;
  options.maxBits = bits;
  return options;
}

double norm(llvm::ArrayRef<float> weights) {
  double sum = 0;
  for (double w : weights)
    sum += w * w;
  return sum;
}

double groupError(const SketchedGroup &group, llvm::ArrayRef<float> weights) {
  double error = 0;
  for (size_t k = 0; k < weights.size(); ++k) {
    double e = weights[k];
    for (size_t i = 0; i < group.rows.size(); ++i)
      e -= group.coordinates[i] * group.rows[i][k];
    error += e * e;
  }
  return error;
}

double sketchError(const Grouping &grouping, llvm::ArrayRef<float> weights,
                   const SketchOptions &options) {
  std::vector<float> decoded =
      decodeFloats(grouping, sketch(grouping, weights, options));
  for (size_t i = 0; i < decoded.size(); ++i)
    decoded[i] -= weights[i];
  return norm(decoded);
}

/// The rank of +-1 rows, by elimination in double (small sizes).
size_t rankOf(const std::vector<std::vector<int8_t>> &rows) {
  std::vector<std::vector<double>> a;
  for (const std::vector<int8_t> &row : rows)
    a.emplace_back(row.begin(), row.end());
  size_t rank = 0;
  for (size_t c = 0; !a.empty() && c < a[0].size() && rank < a.size(); ++c) {
    size_t pivot = rank;
    for (size_t r = rank; r < a.size(); ++r)
      if (std::abs(a[r][c]) > std::abs(a[pivot][c]))
        pivot = r;
    if (std::abs(a[pivot][c]) < 1e-9)
      continue;
    std::swap(a[rank], a[pivot]);
    for (size_t r = rank + 1; r < a.size(); ++r) {
      double f = a[r][c] / a[rank][c];
      for (size_t d = c; d < a[r].size(); ++d)
        a[r][d] -= f * a[rank][d];
    }
    ++rank;
  }
  return rank;
}

/// What holds for every result of `sketch`.
void expectValid(const Grouping &grouping, const Bases &bases,
                 const SketchOptions &options) {
  ASSERT_EQ(static_cast<int64_t>(bases.widths.size()), grouping.numGroups());
  bool perOutput = options.stepPerOutput && !grouping.isLayerWise();
  EXPECT_EQ(static_cast<int64_t>(bases.steps.size()),
            perOutput ? grouping.numOutputs() : 1);
  EXPECT_TRUE(bases.offsets.empty());
  size_t row = 0, words = 0;
  for (int64_t g = 0; g < grouping.numGroups(); ++g) {
    int64_t width = bases.widths[g], n = grouping.groupSize(g), sum = 0;
    EXPECT_LE(width, std::min(options.maxBits, n));
    for (int64_t i = 0; i < width; ++i, ++row) {
      ASSERT_LT(row, bases.coordinates.size());
      EXPECT_GT(bases.coordinates[row], 0);
      if (i > 0)
        EXPECT_LE(bases.coordinates[row], bases.coordinates[row - 1]);
      sum += bases.coordinates[row];
      words += grouping.groupWords(g);
      // Bits of the tail are clear.
      if (n % kWordBits)
        EXPECT_EQ(bases.signs[words - 1] >> (n % kWordBits), 0u);
    }
    EXPECT_LE(sum, options.maxInteger);
  }
  EXPECT_EQ(row, bases.coordinates.size());
  EXPECT_EQ(words, bases.signs.size());
}

TEST(SketchGroup, one_basis_is_mean_magnitude) {
  SketchedGroup group = sketchGroup({0.5f, -1.5f, 0.0f, 2.0f}, withBits(1));
  ASSERT_EQ(group.rows.size(), 1u);
  EXPECT_EQ(group.rows[0], (std::vector<int8_t>{1, -1, 1, 1}));
  EXPECT_DOUBLE_EQ(group.coordinates[0], 1);
}

TEST(SketchGroup, zero_group_has_no_basis) {
  EXPECT_TRUE(sketchGroup({0, 0, -0.0f}, withBits(8)).rows.empty());
}

TEST(SketchGroup, zero_bits) {
  EXPECT_TRUE(sketchGroup({1, 2, 3}, withBits(0)).rows.empty());
}

TEST(SketchGroup, one_element_takes_one_basis) {
  for (float w : {3.25f, -3.25f, 1e-30f, -1e30f}) {
    SketchedGroup group = sketchGroup({w}, withBits(8));
    ASSERT_EQ(group.rows.size(), 1u);
    EXPECT_EQ(group.rows[0][0], w > 0 ? 1 : -1);
    EXPECT_DOUBLE_EQ(group.coordinates[0], std::abs(w));
  }
}

// What two bases can say exactly takes no third one.
TEST(SketchGroup, stops_when_exact) {
  SketchedGroup group = sketchGroup({3, 1, -1, -3, 3, -3}, withBits(8));
  ASSERT_EQ(group.rows.size(), 2u);
  EXPECT_NEAR(group.coordinates[0], 2, 1e-9);
  EXPECT_NEAR(group.coordinates[1], 1, 1e-9);
}

// Theorem A.1, and what Alg. 1 promises besides.
TEST(SketchGroup, bases_are_independent) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::vector<float> weights = normalWeights(1 + seed % 40, seed);
    SketchedGroup group = sketchGroup(weights, withBits(8));
    EXPECT_LE(group.rows.size(), std::min<size_t>(8, weights.size()));
    EXPECT_EQ(rankOf(group.rows), group.rows.size()) << seed;
    for (size_t i = 0; i < group.rows.size(); ++i) {
      EXPECT_GE(group.coordinates[i], 0);
      if (i > 0)
        EXPECT_LE(group.coordinates[i], group.coordinates[i - 1]);
    }
  }
}

// Small integers have residuals with many zeros and equal values.
TEST(SketchGroup, bases_of_small_integers_are_independent) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    std::vector<float> weights(1 + random() % 20);
    for (float &w : weights)
      w = static_cast<int>(random() % 7) - 3;
    SketchedGroup group = sketchGroup(weights, withBits(8));
    EXPECT_EQ(rankOf(group.rows), group.rows.size()) << round;
    double last = norm(weights);
    for (size_t bits = 1; bits <= group.rows.size(); ++bits) {
      double error = groupError(sketchGroup(weights, withBits(bits)), weights);
      EXPECT_LT(error, last) << round;
      last = error;
    }
  }
}

// Least squares: the residual is orthogonal to every basis.
TEST(SketchGroup, residual_is_orthogonal) {
  std::vector<float> weights = normalWeights(50);
  for (int64_t bits = 1; bits <= 8; ++bits) {
    SketchedGroup group = sketchGroup(weights, withBits(bits));
    for (const std::vector<int8_t> &row : group.rows) {
      double product = 0;
      for (size_t k = 0; k < weights.size(); ++k) {
        double e = weights[k];
        for (size_t i = 0; i < group.rows.size(); ++i)
          e -= group.coordinates[i] * group.rows[i][k];
        product += e * row[k];
      }
      EXPECT_NEAR(product, 0, 1e-9);
    }
  }
}

TEST(SketchGroup, error_falls_with_bits) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::vector<float> weights = normalWeights(64 + seed, seed);
    double last = norm(weights);
    for (int64_t bits = 1; bits <= 8; ++bits) {
      double error = groupError(sketchGroup(weights, withBits(bits)), weights);
      EXPECT_LT(error, last) << bits;
      last = error;
    }
  }
}

TEST(SketchGroup, tolerance_is_respected) {
  for (double tolerance : {0.3, 0.1, 0.03, 0.01})
    for (unsigned seed = 1; seed <= 20; ++seed) {
      std::vector<float> weights = normalWeights(40, seed);
      SketchOptions options = withBits(8);
      options.tolerance = tolerance;
      SketchedGroup group = sketchGroup(weights, options);
      int64_t bits = group.rows.size();
      if (bits < 8)
        EXPECT_LE(groupError(group, weights), tolerance * norm(weights));
      // And one basis less would not have been enough.
      SketchedGroup fewer = sketchGroup(weights, withBits(bits - 1));
      EXPECT_GT(groupError(fewer, weights), tolerance * norm(weights));
    }
}

// The magnitude does not matter, subnormal weights included.
TEST(SketchGroup, scales) {
  for (float scale : {0x1p-140f, 0x1p-100f, 0x1p100f}) {
    std::vector<float> weights = {3, 1, -1, -3};
    for (float &w : weights)
      w *= scale;
    SketchedGroup group = sketchGroup(weights, withBits(2));
    ASSERT_EQ(group.rows.size(), 2u);
    EXPECT_NEAR(group.coordinates[0] / scale, 2, 1e-9);
  }
}

TEST(Sketch, shapes_and_groups_that_do_not_divide) {
  const std::vector<int64_t> shape = {5, 3, 3, 7};
  const std::vector<std::vector<int64_t>> groups = {
      {1, 3, 3, 7}, {1, 3, 3, 1}, {1, 1, 1, 7}, {1, 1, 1, 1},
      {1, 2, 2, 3}, {5, 3, 3, 7}, {2, 3, 3, 5}, {1, 1, 1, 4}};
  std::vector<float> weights = normalWeights(5 * 3 * 3 * 7);
  for (const std::vector<int64_t> &group : groups)
    for (bool stepPerOutput : {true, false})
      for (int64_t maxInteger : {1, 7, 15, 127}) {
        Grouping grouping(shape, group);
        SketchOptions options = withBits(3);
        options.stepPerOutput = stepPerOutput;
        options.maxInteger = maxInteger;
        Bases bases = sketch(grouping, weights, options);
        expectValid(grouping, bases, options);
        for (int16_t w : decodeIntegers(grouping, bases))
          EXPECT_LE(std::abs(w), maxInteger);
      }
}

TEST(Sketch, error_falls_with_bits) {
  std::vector<float> weights = normalWeights(6 * 100);
  for (int64_t outputs : {1, 6}) {
    Grouping grouping({6, 100}, {outputs, 100});
    double last = norm(weights) * 1.0001;
    EXPECT_NEAR(sketchError(grouping, weights, withBits(0)), norm(weights),
                1e-9);
    for (int64_t bits = 1; bits <= 6; ++bits) {
      double error = sketchError(grouping, weights, withBits(bits));
      EXPECT_LT(error, last * 0.8) << bits;
      last = error;
    }
  }
}

// Rounding to 127 steps costs little against the sketch in floats.
TEST(Sketch, rounding_costs_little) {
  std::vector<float> weights = normalWeights(10 * 64);
  Grouping grouping({10, 64}, {1, 64});
  double real = 0;
  for (size_t o = 0; o < 10; ++o) {
    llvm::ArrayRef<float> row(weights.data() + o * 64, 64);
    real += groupError(sketchGroup(row, withBits(3)), row);
  }
  double rounded = sketchError(grouping, weights, withBits(3));
  EXPECT_LT(rounded, real * 1.01);
  EXPECT_GE(rounded, real * (1 - 1e-6));
}

// The largest |W| of an output uses the whole range.
TEST(Sketch, step_fits_the_output) {
  std::vector<float> weights = normalWeights(4 * 32);
  for (size_t i = 0; i < 32; ++i)
    weights[32 + i] *= 100;
  Grouping grouping({4, 32}, {1, 32});
  Bases bases = sketch(grouping, weights, withBits(2));
  for (size_t o = 0; o < 4; ++o) {
    int sum = bases.coordinates[2 * o] + bases.coordinates[2 * o + 1];
    EXPECT_GE(sum, 125);
    EXPECT_LE(sum, 127);
  }
  EXPECT_GT(bases.steps[1], 30 * bases.steps[0]);
  // One step for the layer: the small outputs take what it leaves them.
  SketchOptions options = withBits(2);
  options.stepPerOutput = false;
  bases = sketch(grouping, weights, options);
  expectValid(grouping, bases, options);
  EXPECT_EQ(bases.widths[1], 2);
  EXPECT_LE(bases.coordinates[0], 3);
}

// An outlier elsewhere in the output makes a group vanish.
TEST(Sketch, coordinates_that_round_to_zero_go) {
  std::vector<float> weights = {1000, 1000, 0.001f, -0.002f};
  Grouping grouping({1, 4}, {1, 2});
  Bases bases = sketch(grouping, weights, withBits(2));
  EXPECT_EQ(bases.widths, (std::vector<uint8_t>{1, 0}));
  EXPECT_EQ(bases.coordinates, std::vector<int16_t>{127});
}

TEST(Sketch, zero_outputs_and_zero_tensor) {
  std::vector<float> weights = normalWeights(3 * 8);
  std::fill(weights.begin() + 8, weights.begin() + 16, 0);
  Grouping grouping({3, 8}, {1, 4});
  Bases bases = sketch(grouping, weights, withBits(2));
  expectValid(grouping, bases, withBits(2));
  EXPECT_EQ(bases.widths, (std::vector<uint8_t>{2, 2, 0, 0, 2, 2}));
  EXPECT_EQ(bases.steps[1], 0);
  EXPECT_GT(bases.steps[2], 0);
  std::fill(weights.begin(), weights.end(), 0);
  for (bool stepPerOutput : {true, false}) {
    SketchOptions options = withBits(2);
    options.stepPerOutput = stepPerOutput;
    bases = sketch(grouping, weights, options);
    expectValid(grouping, bases, options);
    EXPECT_EQ(decodeFloats(grouping, bases), std::vector<float>(24, 0));
  }
}

TEST(Sketch, zero_bits) {
  Grouping grouping({2, 8}, {1, 8});
  Bases bases = sketch(grouping, normalWeights(16), withBits(0));
  expectValid(grouping, bases, withBits(0));
  EXPECT_TRUE(bases.signs.empty());
}

TEST(Sketch, eight_bits_are_nearly_exact) {
  Grouping grouping({4, 40}, {1, 40});
  std::vector<float> weights = normalWeights(160);
  SketchOptions options = withBits(8);
  expectValid(grouping, sketch(grouping, weights, options), options);
  EXPECT_LT(sketchError(grouping, weights, options), 0.003 * norm(weights));
}

TEST(Sketch, ternary_weights_are_exact) {
  std::vector<float> weights = {0.5f, 0, -0.5f, 0, 0.5f, 0.5f, 0, -0.5f, 0};
  Grouping grouping({1, 9}, {1, 9});
  SketchOptions options = withBits(2);
  options.maxInteger = 2;
  EXPECT_NEAR(sketchError(grouping, weights, options), 0, 1e-12);
}

TEST(Sketch, constant_weights_take_one_basis) {
  for (float constant : {0.3f, -7.0f, 0x1p-100f})
    for (int64_t maxInteger : {1, 15, 127}) {
      std::vector<float> weights(2 * 37, constant);
      Grouping grouping({2, 37}, {1, 10});
      SketchOptions options = withBits(8);
      options.maxInteger = maxInteger;
      Bases bases = sketch(grouping, weights, options);
      EXPECT_EQ(bases.widths, std::vector<uint8_t>(8, 1));
      EXPECT_EQ(bases.coordinates, std::vector<int16_t>(8, maxInteger));
      for (float w : decodeFloats(grouping, bases))
        EXPECT_NEAR(w / constant, 1, 1e-6);
    }
}

// All odd integers up to 2^b - 1, in half steps: b bases 2^i. In one group or,
// as every group has the largest, in several.
TEST(Sketch, uniform_integers_are_exact) {
  for (int64_t bits = 1; bits <= 7; ++bits)
    for (int64_t rows : {1, 3}) {
      int64_t count = int64_t(1) << bits;
      std::vector<int16_t> integers;
      for (int64_t i = 0; i < rows * count; ++i)
        integers.push_back((i * 37 % count) * 2 - count + 1);
      std::vector<float> weights;
      for (int16_t w : integers)
        weights.push_back(0.125f * w);
      Grouping grouping({1, rows, count}, {1, 1, count});
      SketchOptions options = withBits(bits);
      options.maxInteger = count - 1;
      Bases bases = sketch(grouping, weights, options);
      EXPECT_EQ(decodeIntegers(grouping, bases), integers) << bits;
      EXPECT_FLOAT_EQ(bases.steps[0], 0.125f);
      for (int64_t i = 0; i < rows * bits; ++i)
        EXPECT_EQ(bases.coordinates[i], count >> (1 + i % bits));
    }
}

// The search after rounding ends and never leaves more than it found, however
// coarse the grid.
TEST(Sketch, random_options) {
  std::mt19937 random(1);
  for (int round = 0; round < 1500; ++round) {
    int64_t outputs = 1 + random() % 3, n = 1 + random() % 40;
    std::vector<float> weights = normalWeights(outputs * n, round);
    // Ties, zeros and magnitudes far apart.
    if (round % 3)
      for (float &w : weights)
        w = round % 3 == 1 ? std::round(w * 20) : w * w * w * 1e6f;
    Grouping grouping({outputs, n},
                      {1 + static_cast<int64_t>(random() % outputs),
                       1 + static_cast<int64_t>(random() % n)});
    SketchOptions options = withBits(random() % 9);
    options.stepPerOutput = random() % 2;
    options.maxInteger = 1 + random() % 127;
    options.tolerance = random() % 2 ? 0.05 : 0;
    Bases bases = sketch(grouping, weights, options);
    expectValid(grouping, bases, options);
    EXPECT_LE(sketchError(grouping, weights, options),
              norm(weights) * (1 + 1e-6))
        << round;
  }
}

// Refinement leaves no single step that would lower a group's error.
TEST(Sketch, no_step_of_one_is_better) {
  Grouping grouping({1, 24}, {1, 24});
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::vector<float> weights = normalWeights(24, seed);
    SketchOptions options = withBits(3);
    options.maxInteger = 15;
    Bases bases = sketch(grouping, weights, options);
    auto error = [&] {
      std::vector<float> decoded = decodeFloats(grouping, bases);
      for (size_t i = 0; i < decoded.size(); ++i)
        decoded[i] -= weights[i];
      return norm(decoded);
    };
    double found = error();
    for (int16_t &a : bases.coordinates)
      for (int16_t change : {1, -1}) {
        a += change;
        if (std::accumulate(bases.coordinates.begin(), bases.coordinates.end(),
                            0) <= options.maxInteger)
          EXPECT_GE(error(), found * (1 - 1e-6));
        a -= change;
      }
  }
}

// Weights so small that no step is a normal float stand for 0.
TEST(Sketch, extreme_magnitudes) {
  Grouping grouping({1, 8}, {1, 8});
  for (float scale : {0x1p-140f, 0x1p-115f, 0x1p120f}) {
    std::vector<float> weights = normalWeights(8);
    for (float &w : weights)
      w *= scale;
    Bases bases = sketch(grouping, weights, withBits(3));
    expectValid(grouping, bases, withBits(3));
    for (float w : decodeFloats(grouping, bases))
      EXPECT_TRUE(std::isfinite(w));
    EXPECT_EQ(bases.widths[0], scale == 0x1p-140f ? 0 : 3);
  }
}

// Linear in the weights: quadratic work would hang here.
TEST(Sketch, four_million_weights) {
  std::vector<float> weights = normalWeights(4 << 20);
  for (std::vector<int64_t> group :
       {std::vector<int64_t>{1, 9, 1}, {1, 1, 64}, {1024, 64, 64}}) {
    Grouping grouping({1024, 64, 64}, group);
    Bases bases = sketch(grouping, weights, withBits(2));
    EXPECT_EQ(static_cast<int64_t>(bases.widths.size()), grouping.numGroups());
  }
}

} // namespace
