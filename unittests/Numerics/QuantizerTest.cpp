//===- QuantizerTest.cpp - Quantizers of other tools ----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/Quantizer.h"
#include "llvm/ADT/StringRef.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>
#include <random>

using namespace subbit::numerics;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Every threshold, both of its neighbours, and random floats get the index
/// that the quantizer gives them.
void expectSame(const Quantizer &q) {
  std::optional<Levels> levels = q.levels();
  ASSERT_TRUE(levels);
  std::vector<float> thresholds = q.thresholds();
  ASSERT_EQ(static_cast<int64_t>(thresholds.size()), levels->count() - 1);
  auto expectIndex = [&](float x) {
    int64_t integer = q.quantize(x);
    ASSERT_EQ(encode(x, thresholds), q.index(integer)) << x;
    // The level is the float that the operator gives, bit for bit.
    ASSERT_EQ(levels->value(q.index(integer)), q.dequantize(integer)) << x;
  };
  for (float t : thresholds) {
    if (std::isnan(t))
      continue;
    expectIndex(t);
    expectIndex(std::nextafter(t, -kInfinity));
    expectIndex(std::nextafter(t, kInfinity));
  }
  for (float x :
       {0.0f, -0.0f, 1e-40f, -1e-40f, 3e38f, -3e38f, kInfinity, -kInfinity})
    expectIndex(x);
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i)
    expectIndex(q.scale * (static_cast<int>(random() % 1000) - 500) / 7);
}

TEST(Quantizer, EveryRoundingAtEveryBoundary) {
  for (Rounding rounding :
       {Rounding::HalfEven, Rounding::HalfUp, Rounding::HalfDown, Rounding::Up,
        Rounding::Down, Rounding::Ceil, Rounding::Floor})
    for (Quantizer::Kind kind :
         {Quantizer::Kind::Clamped, Quantizer::Kind::Rounded})
      for (float scale : {1.0f, 0.1f, 0.37f, 1e-30f, 1e30f})
        for (int64_t bits = 1; bits <= 8; ++bits)
          for (int64_t zero : {int64_t(0), int64_t(1)}) {
            Quantizer q;
            q.kind = kind;
            q.rounding = rounding;
            q.scale = scale;
            q.zero = zero;
            q.low = bits == 1 ? 0 : -(int64_t(1) << (bits - 1));
            q.high = q.low + (int64_t(1) << bits) - 1;
            expectSame(q);
            if (bits > 1) {
              ++q.low;
              expectSame(q);
            }
          }
}

TEST(Quantizer, Bipolar) {
  Quantizer q;
  q.kind = Quantizer::Kind::Bipolar;
  q.scale = 0.25;
  expectSame(q);
  EXPECT_EQ(q.quantize(-0.0f), 1);
  EXPECT_EQ(q.quantize(-1e-45f), -1);
  EXPECT_EQ(q.levels()->value(0), -0.25f);
  EXPECT_EQ(q.levels()->value(1), 0.25f);
}

TEST(Quantizer, Truncated) {
  Quantizer q;
  q.kind = Quantizer::Kind::Truncated;
  q.rounding = Rounding::Floor;
  q.inputScale = 0.1f;
  q.divisor = 4;
  q.scale = 0.4f;
  q.low = -8;
  q.high = 7;
  expectSame(q);
  // 0.1 * 7 is 7 quarters of 4, of which one is whole.
  EXPECT_EQ(q.quantize(0.7f), 1);
  EXPECT_EQ(q.quantize(-0.1f), -1);
}

TEST(Quantizer, ClampingThenRoundingIsNotRoundingThenClamping) {
  Quantizer q;
  q.rounding = Rounding::Floor;
  q.low = -2;
  q.high = 1;
  EXPECT_EQ(q.quantize(1.5f), 1);
  EXPECT_EQ(q.quantize(-1.5f), -2);
  q.zero = 0.5f;
  EXPECT_EQ(q.quantize(0.9f), 1);
  q.kind = Quantizer::Kind::Rounded;
  q.zero = 0;
  EXPECT_EQ(q.quantize(2.5f), 1);
}

TEST(Quantizer, RoundsAsNamed) {
  auto expect = [](const char *name, float a, float b, float c, float d) {
    std::optional<Rounding> rounding = parseRounding(name);
    ASSERT_TRUE(rounding) << name;
    EXPECT_EQ(roundTo(-1.5f, *rounding), a) << name;
    EXPECT_EQ(roundTo(-0.25f, *rounding), b) << name;
    EXPECT_EQ(roundTo(0.5f, *rounding), c) << name;
    EXPECT_EQ(roundTo(1.75f, *rounding), d) << name;
  };
  expect("ROUND", -2, 0, 0, 2);
  expect("half_even", -2, 0, 0, 2);
  expect("HALF_UP", -2, 0, 1, 2);
  expect("Half_Down", -1, 0, 0, 2);
  expect("UP", -2, -1, 1, 2);
  expect("DOWN", -1, 0, 0, 1);
  expect("CEIL", -1, 0, 1, 2);
  expect("FLOOR", -2, -1, 0, 1);
  EXPECT_FALSE(parseRounding("NEAREST"));
}

TEST(Quantizer, LevelsThatCannotBe) {
  Quantizer q;
  q.high = 256;
  EXPECT_FALSE(q.levels());
  q.high = 255;
  EXPECT_TRUE(q.levels());
  q.zero = 0.5f;
  EXPECT_FALSE(q.levels());
  q.zero = 300;
  EXPECT_FALSE(q.levels());
  q.zero = 0;
  q.scale = 0;
  EXPECT_FALSE(q.levels());
}

TEST(FloatThresholds, AreTheSmallestFloats) {
  auto found = findFloatThresholds(3, [](float x) {
    return x >= 0.5f ? 2 : x > 0 ? 1 : 0;
  });
  EXPECT_EQ(found[0], std::numeric_limits<float>::denorm_min());
  EXPECT_EQ(found[1], 0.5f);
  EXPECT_TRUE(std::isnan(found[2]));
  // All floats are above, or only an infinity is.
  found =
      findFloatThresholds(2, [](float x) { return x == kInfinity ? 2 : 1; });
  EXPECT_EQ(found[0], -kInfinity);
  EXPECT_EQ(found[1], kInfinity);
  // Zeros are the same float to a comparison.
  found = findFloatThresholds(1, [](float x) { return x >= 0; });
  EXPECT_EQ(found[0], 0);
  EXPECT_FALSE(std::signbit(found[0]));
}

} // namespace
