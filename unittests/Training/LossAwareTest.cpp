//===- LossAwareTest.cpp - Tests of loss-aware steps ----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/LossAware.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace subbit;
using namespace subbit::training;

namespace {

std::vector<float> randomFloats(std::mt19937 &random, size_t count, float least,
                                float most) {
  std::uniform_real_distribution<float> uniform(least, most);
  std::vector<float> values(count);
  for (float &value : values)
    value = uniform(random);
  return values;
}

/// sum h (target - sum of coordinates)^2.
double objective(llvm::ArrayRef<uint8_t> codes,
                 const MultiBit::Coordinates &coordinates, int width,
                 llvm::ArrayRef<float> targets,
                 llvm::ArrayRef<float> curvatures) {
  double error = 0;
  for (size_t k = 0; k < codes.size(); ++k) {
    double sum = 0;
    for (int i = 0; i < width; ++i)
      sum += (codes[k] >> i) & 1 ? coordinates[i] : -coordinates[i];
    error += curvatures[k] * (targets[k] - sum) * (targets[k] - sum);
  }
  return error;
}

/// One group of `n` weights, of random bases.
MultiBit randomGroup(std::mt19937 &random, int64_t n, int width) {
  numerics::Bases bases;
  bases.widths = {static_cast<uint8_t>(width)};
  bases.steps = {0.01f};
  for (int i = 0; i < width; ++i) {
    bases.coordinates.push_back(100 >> i);
    bases.signs.push_back(random());
  }
  return MultiBit({{1, n}, {1, n}}, bases);
}

/// The best of all 2^(n I) bases for given coordinates (Eq. 20), then of all
/// coordinates for those (Eq. 23): ours must be as good as both.
TEST(ProjectGroup, IsTheBestOfAllBases) {
  std::mt19937 random(1);
  for (int n = 1; n <= 4; ++n)
    for (int width = 1; width <= 2; ++width)
      for (int trial = 0; trial < 50; ++trial) {
        std::vector<float> targets = randomFloats(random, n, -2, 2);
        std::vector<float> curvatures = randomFloats(random, n, 0.01f, 3);
        std::vector<float> a = randomFloats(random, 2, -1, 1);
        MultiBit::Coordinates coordinates{a[0], a[1]}, before = coordinates;
        double best = std::numeric_limits<double>::infinity();
        for (int all = 0; all < (1 << (n * width)); ++all) {
          std::vector<uint8_t> codes;
          for (int k = 0; k < n; ++k)
            codes.push_back((all >> (k * width)) & ((1 << width) - 1));
          best = std::min(best,
                          objective(codes, before, width, targets, curvatures));
        }
        std::vector<uint8_t> codes(n);
        projectGroup(codes, coordinates, width, targets, curvatures);
        EXPECT_NEAR(objective(codes, before, width, targets, curvatures), best,
                    1e-5 * (1 + best));
        double now = objective(codes, coordinates, width, targets, curvatures);
        EXPECT_LE(now, best * (1 + 1e-5) + 1e-6);
        // No coordinates nearby are better, beyond the ridge's tolerance.
        for (int i = 0; i < width; ++i)
          for (float step : {-0.01f, 0.01f}) {
            MultiBit::Coordinates moved = coordinates;
            moved[i] += step;
            EXPECT_GE(objective(codes, moved, width, targets, curvatures),
                      now - 1e-4 * (1 + now));
          }
      }
}

TEST(ProjectGroup, NeverRaisesTheObjective) {
  std::mt19937 random(2);
  for (int width = 1; width <= 8; ++width)
    for (int64_t n : {1, 2, 9, 33, 400}) {
      MultiBit weights = randomGroup(random, n, width);
      for (auto &code : weights.codes(0))
        code = random() & ((1 << width) - 1);
      std::vector<float> targets = randomFloats(random, n, -1, 1);
      // Curvatures may be tiny.
      std::vector<float> curvatures = randomFloats(random, n, 1e-12f, 1e-9f);
      double before = objective(weights.codes(0), weights.coordinates[0], width,
                                targets, curvatures);
      for (int turn = 0; turn < 4; ++turn) {
        projectGroup(weights.codes(0), weights.coordinates[0], width, targets,
                     curvatures);
        double after = objective(weights.codes(0), weights.coordinates[0],
                                 width, targets, curvatures);
        EXPECT_LE(after, before * (1 + 1e-4)) << width << " bases of " << n;
        before = after;
      }
    }
}

TEST(ProjectGroup, TiesTakeTheLargerSum) {
  MultiBit::Coordinates coordinates{1};
  std::vector<uint8_t> codes{0};
  projectGroup(codes, coordinates, 1, {0.0f}, {1.0f});
  EXPECT_EQ(codes[0], 1);
}

TEST(AMSGrad, MovesAsTheFormulaSays) {
  // Two gradients, by hand in double.
  std::vector<float> values{1, -2};
  AMSGrad state(2);
  std::vector<std::vector<double>> gradients{{0.5, -0.1}, {-0.25, 0.01}};
  std::vector<double> expected{1, -2}, mean(2), square(2), largest(2);
  for (int t = 1; t <= 2; ++t) {
    std::vector<float> gradient(gradients[t - 1].begin(),
                                gradients[t - 1].end());
    updatePlain(values, gradient, state, 0.1);
    for (int i = 0; i < 2; ++i) {
      double g = gradients[t - 1][i];
      mean[i] = 0.9 * mean[i] + 0.1 * g;
      square[i] = 0.999 * square[i] + 0.001 * g * g;
      largest[i] = std::max(largest[i], square[i]);
      double h =
          (std::sqrt(largest[i]) + 1e-8) / std::sqrt(1 - std::pow(0.999, t));
      expected[i] -= 0.1 / (1 - std::pow(0.9, t)) * mean[i] / h;
      EXPECT_NEAR(values[i], expected[i], 1e-5);
    }
  }
}

/// dl/dcoordinate of l = sum c_k w_k, by differences.
TEST(CoordinateGradient, AgreesWithDifferences) {
  std::mt19937 random(3);
  numerics::Bases bases;
  bases.widths = {3, 0, 1, 2};
  bases.coordinates = {90, 50, 20, 60, 80, 30};
  for (int i = 0; i < 6; ++i)
    bases.signs.push_back(random());
  bases.steps = {0.01f, 0.02f};
  MultiBit weights({{2, 10}, {1, 5}}, bases);
  std::vector<float> c = randomFloats(random, 20, -1, 1), values(20);
  auto loss = [&] {
    weights.decode(values);
    double sum = 0;
    for (size_t i = 0; i < values.size(); ++i)
      sum += static_cast<double>(c[i]) * values[i];
    return sum;
  };
  std::vector<float> gradient = coordinateGradient(weights, c);
  for (int64_t g = 0; g < weights.numGroups(); ++g)
    for (int i = 0; i < 8; ++i) {
      if (i >= weights.widths[g]) {
        EXPECT_EQ(gradient[g * 8 + i], 0);
        continue;
      }
      float &a = weights.coordinates[g][i];
      float kept = a;
      a = kept + 0.25f;
      double above = loss();
      a = kept - 0.25f;
      EXPECT_NEAR((above - loss()) / 0.5, gradient[g * 8 + i], 1e-4);
      a = kept;
    }
}

/// Weights follow a quadratic loss down to what three bases can do, and
/// coordinates get no worse from there.
TEST(UpdateBases, FollowTheLoss) {
  std::mt19937 random(4);
  MultiBit weights = randomGroup(random, 32, 3);
  std::vector<float> wanted = randomFloats(random, 32, -1, 1), values(32);
  auto loss = [&] {
    weights.decode(values);
    double sum = 0;
    for (int k = 0; k < 32; ++k)
      sum += (values[k] - wanted[k]) * (values[k] - wanted[k]);
    return sum;
  };
  auto gradient = [&] {
    weights.decode(values);
    std::vector<float> result;
    for (int k = 0; k < 32; ++k)
      result.push_back(2 * (values[k] - wanted[k]));
    return result;
  };
  double start = loss();
  AMSGrad bases(32);
  for (int step = 0; step < 300; ++step)
    updateBases(weights, gradient(), bases, 0.02);
  double after = loss();
  EXPECT_LT(after, start / 10);
  AMSGrad coordinates(8);
  for (int step = 0; step < 300; ++step)
    updateCoordinates(weights, gradient(), coordinates, 1e-3, 0);
  EXPECT_LE(loss(), after + 1e-3);
}

TEST(UpdateBases, GroupsWithoutBasesStayZero) {
  numerics::Bases bases;
  bases.widths = {0};
  bases.steps = {1};
  MultiBit weights({{1, 4}, {1, 4}}, bases);
  AMSGrad state(4), coordinates(8);
  updateBases(weights, {1, 2, 3, 4}, state, 0.1);
  updateCoordinates(weights, {1, 2, 3, 4}, coordinates, 0.1, 0);
  std::vector<float> values(4, 1);
  weights.decode(values);
  EXPECT_EQ(values, std::vector<float>(4, 0));
}

//===----------------------------------------------------------------------===//
// Straight through
//===----------------------------------------------------------------------===//

/// Floats move as plain parameters do, by the gradient of what they project to.
TEST(UpdateStraightThrough, MovesFloatsByAMSGrad) {
  std::mt19937 random(8);
  MultiBit weights = randomGroup(random, 32, 2);
  std::vector<float> floats = randomFloats(random, 32, -1, 1), plain = floats;
  AMSGrad state(32), plainState(32);
  for (int step = 0; step < 10; ++step) {
    std::vector<float> gradient = randomFloats(random, 32, -1, 1);
    updateStraightThrough(weights, floats, gradient, state, 0.01,
                          Projection::LossAware);
    updatePlain(plain, gradient, plainState, 0.01);
    for (int k = 0; k < 32; ++k)
      EXPECT_NEAR(floats[k], plain[k], 1e-6);
  }
}

/// Projecting the same floats again and again comes no less near to them, each
/// projection by its own measure.
TEST(UpdateStraightThrough, NeverProjectsFartherAway) {
  std::mt19937 random(9);
  for (Projection projection :
       {Projection::Reconstruction, Projection::LossAware})
    for (int width = 1; width <= 4; ++width) {
      MultiBit weights = randomGroup(random, 64, width);
      std::vector<float> floats = randomFloats(random, 64, -1, 1);
      // A gradient that makes curvatures, and a rate that moves nothing.
      std::vector<float> gradient = randomFloats(random, 64, 0.1, 1);
      std::vector<float> curvatures(64, 1);
      if (projection == Projection::LossAware)
        curvatures = gradient; // after one step h is |gradient|
      double last = std::numeric_limits<double>::infinity();
      for (int step = 0; step < 5; ++step) {
        AMSGrad state(64);
        updateStraightThrough(weights, floats, gradient, state, 0, projection);
        double now = objective(weights.codes(0), weights.coordinates[0], width,
                               floats, curvatures);
        EXPECT_LE(now, last * (1 + 1e-4));
        last = now;
      }
    }
}

TEST(UpdateStraightThrough, GroupsWithoutBasesStayZero) {
  numerics::Bases bases;
  bases.widths = {0};
  bases.steps = {1};
  MultiBit weights({{1, 4}, {1, 4}}, bases);
  AMSGrad state(4);
  std::vector<float> floats{1, 2, 3, 4};
  updateStraightThrough(weights, floats, {1, 2, 3, 4}, state, 0.1,
                        Projection::Reconstruction);
  EXPECT_EQ(weights.widths[0], 0);
}

/// The layer's weights as the published rules make them of these floats.
std::vector<float> projected(std::vector<float> floats, Projection projection,
                             std::vector<float> curvatures = {}) {
  std::mt19937 random(1);
  MultiBit weights = randomGroup(random, floats.size(), 3);
  if (curvatures.empty()) {
    projectFloats(weights, floats, projection);
  } else {
    // After one step without a rate h is |gradient|.
    AMSGrad state(floats.size());
    updateStraightThrough(weights, floats, curvatures, state, 0, projection);
  }
  std::vector<float> values(floats.size());
  weights.decode(values);
  return values;
}

void expectNear(std::vector<float> found, std::vector<float> expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t k = 0; k < found.size(); ++k)
    EXPECT_NEAR(found[k], expected[k], 1e-5) << k;
}

TEST(PublishedProjections, Binary) {
  std::vector<float> floats{0.5, -0.1, 0, -1.2};
  expectNear(projected(floats, Projection::BinaryConnect), {1, -1, 1, -1});
  expectNear(projected(floats, Projection::BWN), {0.45, -0.45, 0.45, -0.45});
  // (0.5 * 1 + 0.1 * 2 + 0 * 3 + 1.2 * 4) / 10
  expectNear(projected(floats, Projection::LAB, {1, 2, 3, 4}),
             {0.55, -0.55, 0.55, -0.55});
}

TEST(PublishedProjections, Ternary) {
  // The mean of |w| is 0.45, 0.7 of it 0.315.
  std::vector<float> floats{0.5, -0.1, 0, -1.2};
  expectNear(projected(floats, Projection::TerConnect), {1, 0, 0, -1});
  expectNear(projected(floats, Projection::TWN), {0.85, 0, 0, -0.85});
  // 0.55 at first; above 0.275 (0.5 + 4.8) / 5 = 1.06; above 0.53 1.2 remains.
  expectNear(projected(floats, Projection::LAT, {1, 2, 3, 4}), {0, 0, 0, -1.2});
  expectNear(projected({0, 0, 0}, Projection::TWN), {0, 0, 0});
  expectNear(projected({0, 0, 0}, Projection::LAT), {0, 0, 0});
}

//===----------------------------------------------------------------------===//
// Pruning
//===----------------------------------------------------------------------===//

/// Groups of one weight and one basis, whose scores are `a^2 / 2` times the
/// same curvature.
MultiBit oneEach(std::vector<int16_t> coordinates) {
  numerics::Bases bases;
  int64_t n = coordinates.size();
  bases.widths.assign(n, 1);
  bases.coordinates = coordinates;
  bases.signs.assign(n, 1);
  bases.steps = {1};
  return MultiBit({{1, n}, {1, 1}}, bases);
}

AMSGrad flatState(int64_t groups) {
  AMSGrad state(groups * 8);
  state.steps = 1;
  state.largest.assign(groups * 8, 1);
  return state;
}

std::vector<int> widthsOf(const MultiBit &weights) {
  return {weights.widths.begin(), weights.widths.end()};
}

TEST(Prune, TakesTheLowestOfAllTensors) {
  MultiBit first = oneEach({5, 1, 9}), second = oneEach({2, 8, 3});
  AMSGrad s1 = flatState(3), s2 = flatState(3);
  prune({{&first, &s1}, {&second, &s2}}, 3, 1, 1e-3);
  EXPECT_EQ(widthsOf(first), (std::vector<int>{1, 0, 1}));
  EXPECT_EQ(widthsOf(second), (std::vector<int>{0, 1, 0}));
  prune({{&first, &s1}, {&second, &s2}}, 3, 1, 1e-3);
  EXPECT_EQ(first.numBases() + second.numBases(), 3);
  prune({{&first, &s1}, {&second, &s2}}, 0, 1, 1e-3);
  EXPECT_EQ(first.numBases() + second.numBases(), 0);
}

TEST(Prune, ATensorOffersItsShare) {
  MultiBit small = oneEach({1, 2, 3, 4}), large = oneEach({50, 60, 70, 80});
  AMSGrad s1 = flatState(4), s2 = flatState(4);
  // Two of each are offered, three are to go.
  prune({{&small, &s1}, {&large, &s2}}, 5, 0.5, 1e-3);
  EXPECT_EQ(widthsOf(small), (std::vector<int>{0, 0, 1, 1}));
  EXPECT_EQ(widthsOf(large), (std::vector<int>{0, 1, 1, 1}));
  // Offers of 1 and 1 are too few for 4: the rest goes by score.
  prune({{&small, &s1}, {&large, &s2}}, 1, 0.1, 1e-3);
  EXPECT_EQ(widthsOf(small), (std::vector<int>{0, 0, 0, 0}));
  EXPECT_EQ(widthsOf(large), (std::vector<int>{0, 0, 0, 1}));
}

TEST(Prune, GradientsCount) {
  // The same magnitudes; the loss falls where the second one goes.
  MultiBit weights = oneEach({1, 1});
  AMSGrad state = flatState(2);
  state.mean[0] = -1;
  state.mean[8] = 1;
  prune({{&weights, &state}}, 1, 1, 10);
  EXPECT_EQ(widthsOf(weights), (std::vector<int>{1, 0}));
}

TEST(Prune, MomentsMoveUpWithTheirBases) {
  numerics::Bases bases;
  bases.widths = {3};
  bases.coordinates = {4, 1, 2};
  bases.signs = {1, 2, 3};
  bases.steps = {1};
  MultiBit weights({{1, 2}, {1, 2}}, bases);
  AMSGrad state = flatState(1);
  state.mean = {0.1f, 0.2f, 0.3f, 0, 0, 0, 0, 0};
  prune({{&weights, &state}}, 2, 1, 1e-6);
  EXPECT_EQ(weights.coordinates[0][0], 4);
  EXPECT_EQ(weights.coordinates[0][1], 2);
  EXPECT_EQ(state.mean[1], 0.3f);
  EXPECT_EQ(state.mean[2], 0);
  EXPECT_EQ(weights.codes(0)[1], 2); // second weight: -, + of the last basis
}

} // namespace
