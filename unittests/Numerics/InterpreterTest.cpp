//===- InterpreterTest.cpp - The arithmetic, in plain loops ---------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/Interpreter.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>
#include <map>
#include <random>

using namespace subbit::numerics;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Calls `fn(weight, input)` for every product of one output element, written
/// from the definition: input -1 where the position is outside the image.
template <typename Fn>
void products(const ConvGeometry &g, int64_t n, int64_t oy, int64_t ox,
              int64_t c, Fn fn) {
  int64_t first = c * g.groups / g.outputs * (g.channels / g.groups);
  for (int64_t k = 0; k < g.kernelSize(); ++k) {
    int64_t i = k % g.groupChannels(), kx = k / g.groupChannels();
    int64_t ky = kx / g.kernelWidth;
    int64_t y = oy * g.strideY + ky * g.dilationY - g.padTop;
    int64_t x = ox * g.strideX + kx % g.kernelWidth * g.dilationX - g.padLeft;
    bool inside = y >= 0 && y < g.height && x >= 0 && x < g.width;
    int64_t at = n;
    at = at * g.height + y;
    at = at * g.width + x;
    at = at * g.channels + first + i;
    fn(c * g.kernelSize() + k, inside ? at : -1);
  }
}

template <typename Fn> void outputs(const ConvGeometry &g, Fn fn) {
  int64_t index = 0;
  for (int64_t n = 0; n < g.batch; ++n)
    for (int64_t oy = 0; oy < g.outputHeight(); ++oy)
      for (int64_t ox = 0; ox < g.outputWidth(); ++ox)
        for (int64_t c = 0; c < g.outputs; ++c)
          fn(index++, n, oy, ox, c);
}

/// A geometry with at least one output, every feature in some of them.
ConvGeometry randomGeometry(std::mt19937 &random) {
  auto pick = [&](int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random() % (high - low + 1));
  };
  while (true) {
    ConvGeometry g;
    g.batch = pick(1, 3);
    g.height = pick(1, 8);
    g.width = pick(1, 8);
    g.groups = pick(1, 4);
    // Depthwise where both factors are 1.
    g.channels = g.groups * pick(1, 3);
    g.outputs = g.groups * pick(1, 3);
    g.kernelHeight = pick(1, 4);
    g.kernelWidth = pick(1, 4);
    g.strideY = pick(1, 3);
    g.strideX = pick(1, 3);
    g.dilationY = pick(1, 3);
    g.dilationX = pick(1, 3);
    for (int64_t *pad : {&g.padTop, &g.padLeft, &g.padBottom, &g.padRight})
      *pad = pick(0, 3);
    int64_t spanY = g.dilationY * (g.kernelHeight - 1) + 1;
    int64_t spanX = g.dilationX * (g.kernelWidth - 1) + 1;
    if (g.height + g.padTop + g.padBottom >= spanY &&
        g.width + g.padLeft + g.padRight >= spanX)
      return g;
  }
}

std::vector<int16_t> randomWeights(std::mt19937 &random, size_t n) {
  std::vector<int16_t> weights(n);
  for (int16_t &w : weights)
    w = static_cast<int>(random() % 255) - 127;
  return weights;
}

TEST(Convolve, integers_against_brute_force) {
  std::mt19937 random(1);
  for (int round = 0; round < 400; ++round) {
    ConvGeometry g = randomGeometry(random);
    Levels levels;
    levels.multipliers = round % 2 ? std::vector<int64_t>{1, 2, 4}
                                   : std::vector<int64_t>{3, 5, 100};
    levels.zero = random() % 3 ? random() % 9 : 0;
    std::vector<uint8_t> indices(g.inputSize());
    for (uint8_t &i : indices)
      i = random() % 8;
    std::vector<int16_t> weights =
        randomWeights(random, g.outputs * g.kernelSize());
    std::vector<int32_t> sums = convolve(g, indices, levels, weights);
    ASSERT_EQ(static_cast<int64_t>(sums.size()), g.outputSize());
    outputs(g,
            [&](int64_t index, int64_t n, int64_t oy, int64_t ox, int64_t c) {
              int64_t sum = 0;
              products(g, n, oy, ox, c, [&](int64_t w, int64_t x) {
                if (x >= 0)
                  sum += weights[w] * (levels.code(indices[x]) - levels.zero);
              });
              ASSERT_EQ(sums[index], sum) << round;
            });
  }
}

TEST(Convolve, floats_against_brute_force) {
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  for (int round = 0; round < 200; ++round) {
    ConvGeometry g = randomGeometry(random);
    std::vector<float> input(g.inputSize()), bias(g.outputs);
    std::vector<float> weights(g.outputs * g.kernelSize());
    for (std::vector<float> *v : {&input, &bias, &weights})
      for (float &x : *v)
        x = normal(random);
    for (bool withBias : {false, true}) {
      std::vector<float> result =
          convolve(g, input, weights, withBias ? bias : std::vector<float>());
      outputs(g,
              [&](int64_t index, int64_t n, int64_t oy, int64_t ox, int64_t c) {
                // Volatile: each operation rounds, none is fused.
                volatile float sum = 0;
                products(g, n, oy, ox, c, [&](int64_t w, int64_t x) {
                  if (x < 0)
                    return;
                  volatile float product = weights[w] * input[x];
                  sum = sum + product;
                });
                if (withBias)
                  sum = sum + bias[c];
                ASSERT_EQ(result[index], sum) << round;
              });
    }
  }
}

TEST(Convolve, matrix_product) {
  ConvGeometry g;
  g.batch = 2;
  g.channels = 3;
  g.outputs = 2;
  Levels levels;
  levels.multipliers = {1, 2};
  EXPECT_EQ(convolve(g, {0, 1, 2, 3, 3, 3}, levels, {1, 2, 3, -1, 0, 1}),
            (std::vector<int32_t>{8, 2, 18, 0}));
}

// An infinite weight whose position is outside the image makes no NaN.
TEST(Convolve, padding_is_skipped_not_multiplied) {
  ConvGeometry g;
  g.kernelWidth = 2;
  g.padLeft = 1;
  std::vector<float> input = {2}, weights = {kInfinity, 3};
  EXPECT_EQ(convolve(g, input, weights, {}), std::vector<float>{6});
}

// The bound that verifiers enforce is reached without overflow.
TEST(Convolve, largest_sum) {
  ConvGeometry g;
  g.channels = 66000;
  g.outputs = 2;
  Levels levels;
  levels.multipliers = {1, 2, 4, 8, 16, 32, 64, 128};
  std::vector<int16_t> weights(2 * g.channels, 127);
  std::fill(weights.begin() + g.channels, weights.end(), -127);
  int32_t most = 66000 * 127 * 255;
  EXPECT_EQ(convolve(g, std::vector<uint8_t>(g.channels, 255), levels, weights),
            (std::vector<int32_t>{most, -most}));
}

TEST(Borders, against_brute_force) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    ConvGeometry g = randomGeometry(random);
    g.batch = 1;
    BorderClasses classes = borderClasses(g);
    ASSERT_EQ(static_cast<int64_t>(classes.rows.size()), g.outputHeight());
    ASSERT_EQ(static_cast<int64_t>(classes.columns.size()), g.outputWidth());
    std::vector<int16_t> weights =
        randomWeights(random, g.outputs * g.kernelSize());
    std::vector<double> sums = sumInside(g, classes, weights);
    ASSERT_EQ(static_cast<int64_t>(sums.size()),
              classes.numRows * classes.numColumns * g.outputs);
    std::map<std::pair<int64_t, int64_t>, std::vector<bool>> patterns;
    outputs(g, [&](int64_t, int64_t n, int64_t oy, int64_t ox, int64_t c) {
      int64_t row = classes.rows[oy], column = classes.columns[ox];
      double sum = 0;
      std::vector<bool> pattern;
      products(g, n, oy, ox, c, [&](int64_t w, int64_t x) {
        pattern.push_back(x >= 0);
        sum += x >= 0 ? weights[w] : 0;
      });
      EXPECT_EQ(sums[(row * classes.numColumns + column) * g.outputs + c], sum);
      // One class, one pattern.
      auto known = patterns.insert({{row, column}, pattern});
      EXPECT_EQ(known.first->second, pattern);
    });
  }
}

TEST(Borders, three_by_three_pad_one) {
  ConvGeometry g;
  g.height = 5;
  g.width = 2;
  g.kernelHeight = g.kernelWidth = 3;
  g.padTop = g.padLeft = g.padBottom = g.padRight = 1;
  BorderClasses classes = borderClasses(g);
  EXPECT_EQ(classes.rows, (std::vector<int64_t>{0, 1, 1, 1, 2}));
  EXPECT_EQ(classes.numRows, 3);
  EXPECT_EQ(classes.columns, (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(classes.numColumns, 2);
}

TEST(Borders, no_pad_is_one_class) {
  ConvGeometry g;
  g.height = g.width = 6;
  g.kernelHeight = g.kernelWidth = 3;
  BorderClasses classes = borderClasses(g);
  EXPECT_EQ(classes.numRows, 1);
  EXPECT_EQ(classes.numColumns, 1);
  std::vector<int16_t> weights = {1, 2, 3, 4, 5, 6, 7, 8, -9};
  EXPECT_EQ(sumInside(g, classes, weights), std::vector<double>{27});
}

TEST(Borders, window_wholly_outside) {
  ConvGeometry g;
  g.height = 1;
  g.padTop = 2;
  BorderClasses classes = borderClasses(g);
  EXPECT_EQ(classes.rows, (std::vector<int64_t>{0, 0, 1}));
  EXPECT_EQ(sumInside(g, classes, {5}), (std::vector<double>{0, 5}));
}

TEST(Rescale, canonicalize) {
  EXPECT_FALSE(std::signbit(canonicalize(-0.0f)));
  EXPECT_EQ(canonicalize(-0.0f), 0);
  EXPECT_EQ(canonicalize(0x1p-100f), 0x1p-100f);
  EXPECT_EQ(canonicalize(-0x1p-100f), -0x1p-100f);
  for (float tiny : {std::nextafter(0x1p-100f, 0.0f), -0x1p-101f, 1e-45f}) {
    EXPECT_EQ(canonicalize(tiny), 0);
    EXPECT_FALSE(std::signbit(canonicalize(tiny)));
  }
  EXPECT_TRUE(std::isnan(canonicalize(kNaN)));
  EXPECT_EQ(canonicalize(-kInfinity), -kInfinity);
}

TEST(Rescale, zero_is_positive) {
  EXPECT_FALSE(std::signbit(rescale(0, -1, 0)));
  EXPECT_FALSE(std::signbit(rescale(0, 1, -0.0f)));
  EXPECT_FALSE(std::signbit(rescale(-3, 1, 3)));
}

TEST(Rescale, tiny_results_vanish) {
  EXPECT_EQ(rescale(1, 0x1p-101f, 0), 0);
  EXPECT_EQ(rescale(2, 0x1p-101f, 0), 0x1p-100f);
  EXPECT_EQ(rescale(-1, 0x1p-140f, 0), 0);
}

// 2^24 + 1 is no float: the sum rounds before the product.
TEST(Rescale, sum_rounds_first) {
  EXPECT_EQ(rescale((1 << 24) + 1, 1, 0), 0x1p24f);
  EXPECT_EQ(rescale((1 << 24) + 1, 1, -0x1p24f), 0);
  EXPECT_EQ(rescale(std::numeric_limits<int32_t>::min(), 1, 0), -0x1p31f);
  EXPECT_EQ(rescale(std::numeric_limits<int32_t>::max(), 1, 0), 0x1p31f);
}

// A fused multiply-add would keep the product's last bits.
TEST(Rescale, never_fused) {
  float scale = 1 + 0x1p-23f;
  int32_t sum = (1 << 23) + 1;
  float product = 0x1p23f + 2; // of 2^23 + 2 + 2^-23
  EXPECT_EQ(rescale(sum, scale, -product), 0);
  EXPECT_NE(std::fma(scale, float(sum), -product), 0.0f);
}

TEST(Rescale, nan_and_infinities) {
  EXPECT_TRUE(std::isnan(rescale(3, kNaN, 0)));
  EXPECT_TRUE(std::isnan(rescale(0, kInfinity, 0)));
  EXPECT_TRUE(std::isnan(rescale(1, kInfinity, -kInfinity)));
  EXPECT_EQ(rescale(-1, kInfinity, 0), -kInfinity);
}

TEST(Product, scale_and_base) {
  EXPECT_EQ(productScale(0.1f, 0.3f), 0.1f * 0.3f);
  EXPECT_EQ(productBase(2, 0.5f, 0.25f, 8), 3);
  EXPECT_EQ(productBase(2, 0.5f, 0, 8), 2);
  // In double: in float the 1 would be lost, (step * low) * sumW included.
  EXPECT_EQ(productBase(-0x1p24f, 1, 1, 0x1p24 + 1), 1);
}

// Left to right, each operation rounded: a fused one differs in some of these.
TEST(Product, base_rounds_after_each_operation) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> unit(-1, 1);
  for (int round = 0; round < 1000; ++round) {
    float step = unit(random), low = unit(random);
    double sumW = std::round(unit(random) * 0x1p31);
    volatile double product = static_cast<double>(step) * low;
    product = product * sumW;
    // Cancels the product but for its last bits.
    float bias = static_cast<float>(-product);
    volatile double sum = bias + product;
    EXPECT_EQ(productBase(bias, step, low, sumW), static_cast<float>(sum));
  }
}

TEST(Threshold, counts) {
  constexpr int32_t kNever = std::numeric_limits<int32_t>::max();
  constexpr int32_t kAlways = std::numeric_limits<int32_t>::min();
  EXPECT_EQ(threshold(5, {kAlways, 5, 5, 6, kNever}), 3);
  EXPECT_EQ(threshold(4, {kAlways, 5, 5, 6, kNever}), 1);
  EXPECT_EQ(threshold(kAlways, {kAlways, 5}), 1);
  EXPECT_EQ(threshold(0, {}), 0);
}

TEST(Norm, batch_norm) {
  BatchNorm norm = BatchNorm::get(2, 1, 3, 4, 0);
  EXPECT_EQ(norm.s, 1);
  EXPECT_EQ(norm.t, -2);
  EXPECT_EQ(norm.apply(5), 3);
  // t is made from the unrounded s.
  norm = BatchNorm::get(0.3f, 0.7f, 1e6f, 0.9f, 1e-5f);
  double s = double(0.3f) / std::sqrt(double(0.9f) + double(1e-5f));
  EXPECT_EQ(norm.s, float(s));
  EXPECT_EQ(norm.t, float(double(0.7f) - double(1e6f) * s));
  volatile float product = 0.123f * norm.s;
  EXPECT_EQ(norm.apply(0.123f), product + norm.t);
}

TEST(Norm, batch_norm_without_variance) {
  BatchNorm norm = BatchNorm::get(1, 0, 0, 0, 0);
  EXPECT_EQ(norm.s, kInfinity);
  EXPECT_TRUE(std::isnan(BatchNorm::get(1, 0, 0, -1, 0).s));
  EXPECT_TRUE(std::isnan(BatchNorm::get(1, 0, 0, 1, 0).apply(kNaN)));
}

TEST(Norm, layer_norm) {
  std::vector<float> y(4);
  layerNorm({1, 3, 1, 3}, {1, 1, 2, 2}, {0, 0, 1, 1}, 0, y);
  EXPECT_EQ(y, (std::vector<float>{-1, 1, -1, 3}));
  // A constant row has no variance.
  layerNorm({7, 7, 7, 7}, {1, 1, 1, 1}, {0, 1, 2, 3}, 1e-5f, y);
  EXPECT_EQ(y, (std::vector<float>{0, 1, 2, 3}));
}

TEST(Norm, layer_norm_rounds_after_each_operation) {
  std::mt19937 random(6);
  std::normal_distribution<float> normal;
  for (size_t n : {1, 2, 7, 100}) {
    std::vector<float> x(n), scale(n), bias(n), y(n);
    for (std::vector<float> *v : {&x, &scale, &bias})
      for (float &value : *v)
        value = normal(random);
    layerNorm(x, scale, bias, 1e-5f, y);
    volatile float sum = 0, squares = 0;
    for (float value : x)
      sum = sum + value;
    volatile float mean = sum / n;
    for (float value : x) {
      volatile float centred = value - mean;
      volatile float square = centred * centred;
      squares = squares + square;
    }
    volatile float variance = squares / n;
    variance = variance + 1e-5f;
    volatile float root = std::sqrt(variance);
    volatile float factor = 1 / root;
    for (size_t i = 0; i < n; ++i) {
      volatile float value = x[i] - mean;
      value = value * factor;
      value = value * scale[i];
      EXPECT_EQ(y[i], value + bias[i]);
    }
  }
}

TEST(Norm, layer_norm_of_one) {
  std::vector<float> y(1);
  layerNorm({42}, {3}, {5}, 1e-5f, y);
  EXPECT_EQ(y[0], 5);
}

PoolGeometry randomPool(std::mt19937 &random) {
  PoolGeometry g;
  auto pick = [&](int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random() % (high - low + 1));
  };
  g.batch = pick(1, 2);
  g.channels = pick(1, 3);
  g.kernelY = pick(1, 3);
  g.kernelX = pick(1, 3);
  // Images are no smaller than the kernel, pads are: no window is empty.
  g.height = pick(g.kernelY, 7);
  g.width = pick(g.kernelX, 7);
  g.strideY = pick(1, 3);
  g.strideX = pick(1, 3);
  g.padTop = pick(0, g.kernelY - 1);
  g.padBottom = pick(0, g.kernelY - 1);
  g.padLeft = pick(0, g.kernelX - 1);
  g.padRight = pick(0, g.kernelX - 1);
  return g;
}

TEST(Pool, against_brute_force) {
  std::mt19937 random(4);
  for (int round = 0; round < 200; ++round) {
    PoolGeometry g = randomPool(random);
    std::vector<uint8_t> codes(g.batch * g.height * g.width * g.channels);
    std::vector<float> floats;
    for (uint8_t &x : codes) {
      x = random() % 256;
      floats.push_back(-1.0f - x); // All negative: padding is no 0.
    }
    std::vector<uint8_t> most = maxPool(g, codes);
    std::vector<float> mostFloat = maxPool(g, floats);
    std::vector<float> mean = averagePool(g, floats);
    ASSERT_EQ(static_cast<int64_t>(most.size()),
              g.batch * g.outputHeight() * g.outputWidth() * g.channels);
    for (size_t index = 0; index < most.size(); ++index) {
      int64_t c = index % g.channels, at = index / g.channels;
      int64_t ox = at % g.outputWidth();
      int64_t oy = at / g.outputWidth() % g.outputHeight();
      int64_t n = at / g.outputWidth() / g.outputHeight();
      int greatest = -1;
      float greatestFloat = -kInfinity, sum = 0, count = 0;
      for (int64_t y = 0; y < g.height; ++y)
        for (int64_t x = 0; x < g.width; ++x) {
          int64_t ky = y + g.padTop - oy * g.strideY;
          int64_t kx = x + g.padLeft - ox * g.strideX;
          if (ky < 0 || ky >= g.kernelY || kx < 0 || kx >= g.kernelX)
            continue;
          size_t i = ((n * g.height + y) * g.width + x) * g.channels + c;
          greatest = std::max<int>(greatest, codes[i]);
          greatestFloat = std::max(greatestFloat, floats[i]);
          sum += floats[i];
          ++count;
        }
      ASSERT_EQ(most[index], greatest);
      ASSERT_EQ(mostFloat[index], greatestFloat);
      ASSERT_EQ(mean[index], sum / count);
    }
  }
}

// A NaN wins wherever in the window it is.
TEST(Pool, nan) {
  PoolGeometry g;
  g.width = 3;
  g.kernelX = 3;
  for (int at = 0; at < 3; ++at) {
    std::vector<float> values = {1, 5, 2};
    values[at] = kNaN;
    EXPECT_TRUE(std::isnan(maxPool(g, values)[0]));
    EXPECT_TRUE(std::isnan(averagePool(g, values)[0]));
  }
  std::vector<float> least(3, -kInfinity);
  EXPECT_EQ(maxPool(g, least)[0], -kInfinity);
}

} // namespace
