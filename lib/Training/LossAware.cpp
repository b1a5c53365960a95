//===- LossAware.cpp - Steps of loss-aware quantization -------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/LossAware.h"
#include "llvm/Support/Parallel.h"
#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

using namespace llvm;
using namespace subbit::training;

static constexpr int kMaxBases = MultiBit::kMaxBases;
/// Relative to the diagonal: curvatures can be tiny.
static constexpr double kRidge = 1e-6;

//===----------------------------------------------------------------------===//
// AMSGrad
//===----------------------------------------------------------------------===//

float AMSGrad::gradientScale(double rate) const {
  return static_cast<float>(rate / (1 - std::pow(double(kBeta1), steps)));
}

float AMSGrad::curvatureScale() const {
  return static_cast<float>(1 / std::sqrt(1 - std::pow(double(kBeta2), steps)));
}

void AMSGrad::observe(int64_t first, ArrayRef<float> gradients) {
  float *m = &mean[first], *v = &square[first], *most = &largest[first];
  for (size_t i = 0; i < gradients.size(); ++i) {
    float g = gradients[i];
    m[i] = kBeta1 * m[i] + (1 - kBeta1) * g;
    v[i] = kBeta2 * v[i] + (1 - kBeta2) * g * g;
    most[i] = std::max(most[i], v[i]);
  }
}

void subbit::training::updatePlain(MutableArrayRef<float> values,
                                   ArrayRef<float> gradient, AMSGrad &state,
                                   double rate) {
  state.beginStep();
  float gradientScale = state.gradientScale(rate);
  float curvatureScale = state.curvatureScale();
  state.observe(0, gradient);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] -=
        gradientScale * state.mean[i] / state.curvature(i, curvatureScale);
}

//===----------------------------------------------------------------------===//
// Bases (Alg. 3)
//===----------------------------------------------------------------------===//

namespace {
/// The sums of a group's coordinates, sorted, and the middles between them.
struct SortedSums {
  std::array<uint8_t, 1 << kMaxBases> codes;
  std::array<float, 1 << kMaxBases> middles;
  int width;

  SortedSums(const MultiBit::Coordinates &coordinates, int width);
  /// The code whose sum is nearest; of two as near, that of the larger sum.
  uint8_t nearest(float target) const {
    int below = 0;
    for (int half = 1 << width >> 1; half > 0; half >>= 1)
      below += target >= middles[below + half - 1] ? half : 0;
    return codes[below];
  }
};
} // namespace

SortedSums::SortedSums(const MultiBit::Coordinates &coordinates, int width)
    : width(width) {
  int count = 1 << width;
  std::array<float, 1 << kMaxBases> sums;
  sumsOf(coordinates, width, sums.data());
  for (int code = 0; code < count; ++code)
    codes[code] = code;
  std::sort(codes.begin(), codes.begin() + count, [&](uint8_t x, uint8_t y) {
    return sums[x] != sums[y] ? sums[x] < sums[y] : x < y;
  });
  for (int i = 0; i + 1 < count; ++i)
    middles[i] = (sums[codes[i]] + sums[codes[i + 1]]) / 2;
}

/// Solves the symmetric positive system by Cholesky's method, in place; false
/// where it is not positive.
static bool solve(double (&a)[kMaxBases][kMaxBases], double (&b)[kMaxBases],
                  int n) {
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j <= i; ++j) {
      double sum = a[i][j];
      for (int k = 0; k < j; ++k)
        sum -= a[i][k] * a[j][k];
      if (i != j) {
        a[i][j] = sum / a[j][j];
      } else {
        if (!(sum > 0))
          return false;
        a[i][i] = std::sqrt(sum);
      }
    }
  }
  for (int i = 0; i < n; ++i) {
    for (int k = 0; k < i; ++k)
      b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (int i = n; i-- > 0;) {
    for (int k = i + 1; k < n; ++k)
      b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
  return true;
}

void subbit::training::projectGroup(MutableArrayRef<uint8_t> codes,
                                    MultiBit::Coordinates &coordinates,
                                    int width, ArrayRef<float> targets,
                                    ArrayRef<float> curvatures) {
  if (width == 0)
    return;
  SortedSums sorted(coordinates, width);
  // Weights of equal code first, so that the work per weight is constant.
  std::array<double, 1 << kMaxBases> curvature, moment;
  int count = 1 << width;
  std::fill_n(curvature.begin(), count, 0);
  std::fill_n(moment.begin(), count, 0);
  for (size_t k = 0; k < codes.size(); ++k)
    codes[k] = sorted.nearest(targets[k]);
  for (size_t k = 0; k < codes.size(); ++k) {
    curvature[codes[k]] += curvatures[k];
    moment[codes[k]] += static_cast<double>(curvatures[k]) * targets[k];
  }
  double gram[kMaxBases][kMaxBases] = {}, right[kMaxBases] = {};
  for (int code = 0; code < count; ++code) {
    for (int i = 0; i < width; ++i) {
      double sign = (code >> i) & 1 ? 1 : -1;
      right[i] += sign * moment[code];
      for (int j = 0; j <= i; ++j)
        gram[i][j] += ((code >> j) & 1 ? sign : -sign) * curvature[code];
    }
  }
  // The ridge draws to what was, not to 0, so that nothing can get worse.
  for (int i = 0; i < width; ++i) {
    double ridge = kRidge * gram[i][i];
    gram[i][i] += ridge;
    right[i] += ridge * coordinates[i];
  }
  if (!solve(gram, right, width))
    return;
  for (int i = 0; i < width; ++i)
    coordinates[i] = static_cast<float>(right[i]);
}

namespace {
/// AMSGrad's step for the weights of one group.
struct GroupStep {
  std::vector<float> steps, curvatures;

  /// Observes the gradient; then `steps` is what is to be subtracted.
  void observe(const MultiBit &weights, int64_t g, ArrayRef<float> gradient,
               AMSGrad &state, float gradientScale, float curvatureScale) {
    ArrayRef<int32_t> elements = weights.elements(g);
    int64_t first = weights.offset(g);
    steps.resize(elements.size());
    curvatures.resize(elements.size());
    for (size_t k = 0; k < elements.size(); ++k)
      steps[k] = gradient[elements[k]];
    // In loops of their own, which compilers turn into vectors.
    state.observe(first, steps);
    for (size_t k = 0; k < elements.size(); ++k) {
      curvatures[k] = state.curvature(first + k, curvatureScale);
      steps[k] = gradientScale * state.mean[first + k] / curvatures[k];
    }
  }
};
} // namespace

void subbit::training::updateBases(MultiBit &weights, ArrayRef<float> gradient,
                                   AMSGrad &state, double rate) {
  state.beginStep();
  float gradientScale = state.gradientScale(rate);
  float curvatureScale = state.curvatureScale();
  parallelFor(0, weights.numGroups(), [&](size_t g) {
    int width = weights.widths[g];
    if (width == 0)
      return;
    thread_local GroupStep step;
    step.observe(weights, g, gradient, state, gradientScale, curvatureScale);
    std::array<float, 1 << kMaxBases> sums;
    sumsOf(weights.coordinates[g], width, sums.data());
    MutableArrayRef<uint8_t> codes = weights.codes(g);
    for (size_t k = 0; k < codes.size(); ++k)
      step.steps[k] = sums[codes[k]] - step.steps[k];
    projectGroup(codes, weights.coordinates[g], width, step.steps,
                 step.curvatures);
  });
}

//===----------------------------------------------------------------------===//
// Straight through
//===----------------------------------------------------------------------===//

/// The mean of |w| weighted by curvature, of weights above a threshold.
static double meanAbove(ArrayRef<float> floats, ArrayRef<float> curvatures,
                        double threshold) {
  double sum = 0, weight = 0;
  for (auto [w, h] : zip(floats, curvatures))
    if (std::abs(w) > threshold) {
      sum += static_cast<double>(h) * std::abs(w);
      weight += h;
    }
  return weight > 0 ? sum / weight : 0;
}

static void projectTo(MultiBit &weights, int64_t g, ArrayRef<float> floats,
                      ArrayRef<float> curvatures, Projection projection) {
  MutableArrayRef<uint8_t> codes = weights.codes(g);
  MultiBit::Coordinates &coordinates = weights.coordinates[g];
  std::vector<float> ones(floats.size(), 1);
  // Every weight is above this.
  constexpr double kNone = -1;
  constexpr double kTernary = 0.7;
  double scale = 1, threshold = kNone;
  switch (projection) {
  case Projection::Reconstruction:
    return projectGroup(codes, coordinates, weights.widths[g], floats, ones);
  case Projection::LossAware:
    return projectGroup(codes, coordinates, weights.widths[g], floats,
                        curvatures);
  case Projection::BinaryConnect:
    break;
  case Projection::BWN:
    scale = meanAbove(floats, ones, kNone);
    break;
  case Projection::LAB:
    scale = meanAbove(floats, curvatures, kNone);
    break;
  case Projection::TerConnect:
    threshold = kTernary * meanAbove(floats, ones, kNone);
    break;
  case Projection::TWN:
    threshold = kTernary * meanAbove(floats, ones, kNone);
    scale = meanAbove(floats, ones, threshold);
    break;
  case Projection::LAT:
    scale = meanAbove(floats, curvatures, kNone);
    // Alternating, which the distance cannot do for ever.
    for (int i = 0; i < 100; ++i) {
      threshold = scale / 2;
      double before =
          std::exchange(scale, meanAbove(floats, curvatures, threshold));
      if (std::abs(scale - before) < 1e-6)
        break;
    }
    break;
  }
  bool isTernary = threshold != kNone;
  weights.widths[g] = isTernary ? 2 : 1;
  coordinates[0] = coordinates[1] = isTernary ? scale / 2 : scale;
  for (size_t k = 0; k < codes.size(); ++k) {
    bool isZero = isTernary && std::abs(floats[k]) <= threshold;
    codes[k] = isZero ? 0b01 : floats[k] < 0 ? 0b00 : 0b11;
    if (!isTernary)
      codes[k] &= 1;
  }
}

void subbit::training::updateStraightThrough(MultiBit &weights,
                                             MutableArrayRef<float> floats,
                                             ArrayRef<float> gradient,
                                             AMSGrad &state, double rate,
                                             Projection projection) {
  state.beginStep();
  float gradientScale = state.gradientScale(rate);
  float curvatureScale = state.curvatureScale();
  parallelFor(0, weights.numGroups(), [&](size_t g) {
    thread_local GroupStep step;
    step.observe(weights, g, gradient, state, gradientScale, curvatureScale);
    auto own = floats.slice(weights.offset(g), step.steps.size());
    for (size_t k = 0; k < own.size(); ++k)
      own[k] -= step.steps[k];
    projectTo(weights, g, own, step.curvatures, projection);
  });
}

void subbit::training::projectFloats(MultiBit &weights, ArrayRef<float> floats,
                                     Projection projection) {
  for (int64_t g = 0; g < weights.numGroups(); ++g) {
    auto own = floats.slice(weights.offset(g), weights.codes(g).size());
    projectTo(weights, g, own, std::vector<float>(own.size(), 1), projection);
  }
}

//===----------------------------------------------------------------------===//
// Coordinates (Alg. 4)
//===----------------------------------------------------------------------===//

std::vector<float>
subbit::training::coordinateGradient(MultiBit &weights,
                                     ArrayRef<float> gradient) {
  std::vector<float> result(weights.numGroups() * kMaxBases, 0);
  std::array<float, 1 << kMaxBases> byCode;
  for (int64_t g = 0; g < weights.numGroups(); ++g) {
    int width = weights.widths[g];
    if (width == 0)
      continue;
    std::fill_n(byCode.begin(), 1 << width, 0);
    ArrayRef<int32_t> elements = weights.elements(g);
    for (auto [k, code] : enumerate(weights.codes(g)))
      byCode[code] += gradient[elements[k]];
    for (int code = 0; code < (1 << width); ++code)
      for (int i = 0; i < width; ++i)
        result[g * kMaxBases + i] +=
            (code >> i) & 1 ? byCode[code] : -byCode[code];
  }
  return result;
}

void subbit::training::updateCoordinates(MultiBit &weights,
                                         ArrayRef<float> gradient,
                                         AMSGrad &state, double rate,
                                         double decay) {
  std::vector<float> a = coordinateGradient(weights, gradient);
  state.beginStep();
  float gradientScale = state.gradientScale(rate);
  float curvatureScale = state.curvatureScale();
  for (int64_t g = 0; g < weights.numGroups(); ++g)
    for (int i = 0; i < weights.widths[g]; ++i) {
      int64_t at = g * kMaxBases + i;
      float &coordinate = weights.coordinates[g][i];
      state.observe(at, a[at] + static_cast<float>(decay) * coordinate);
      coordinate -=
          gradientScale * state.mean[at] / state.curvature(at, curvatureScale);
    }
}

//===----------------------------------------------------------------------===//
// Pruning (Alg. 2)
//===----------------------------------------------------------------------===//

namespace {
struct Candidate {
  float score;
  uint32_t tensor;
  int64_t group;
  uint8_t basis;
};

/// Ties go by place, so that the order is one on every machine.
bool operator<(const Candidate &x, const Candidate &y) {
  return std::tie(x.score, x.tensor, x.group, x.basis) <
         std::tie(y.score, y.tensor, y.group, y.basis);
}
} // namespace

void subbit::training::prune(ArrayRef<Prunable> tensors, int64_t target,
                             double share, double rate) {
  int64_t live = 0;
  for (const Prunable &tensor : tensors)
    live += tensor.weights->numBases();
  if (live <= target)
    return;
  size_t count = live - target;
  std::vector<Candidate> offers, rest;
  for (auto [t, tensor] : enumerate(tensors)) {
    MultiBit &weights = *tensor.weights;
    AMSGrad &state = *tensor.state;
    float gradientScale = state.gradientScale(rate);
    float curvatureScale = state.curvatureScale();
    std::vector<Candidate> all;
    for (int64_t g = 0; g < weights.numGroups(); ++g)
      for (int i = 0; i < weights.widths[g]; ++i) {
        int64_t at = g * kMaxBases + i;
        float a = weights.coordinates[g][i];
        float score = -gradientScale * state.mean[at] * a +
                      state.curvature(at, curvatureScale) * a * a / 2;
        all.push_back({score, uint32_t(t), g, uint8_t(i)});
      }
    std::sort(all.begin(), all.end());
    size_t offered = std::ceil(share * all.size());
    offers.insert(offers.end(), all.begin(), all.begin() + offered);
    rest.insert(rest.end(), all.begin() + offered, all.end());
  }
  std::sort(offers.begin(), offers.end());
  if (offers.size() < count) {
    std::sort(rest.begin(), rest.end());
    offers.insert(offers.end(), rest.begin(),
                  rest.begin() + (count - offers.size()));
  }
  offers.resize(count);
  // The last of a group first: those behind a removed basis move up.
  std::sort(offers.begin(), offers.end(),
            [](const Candidate &x, const Candidate &y) {
              return std::tie(x.tensor, x.group, x.basis) >
                     std::tie(y.tensor, y.group, y.basis);
            });
  for (const Candidate &gone : offers) {
    MultiBit &weights = *tensors[gone.tensor].weights;
    AMSGrad &state = *tensors[gone.tensor].state;
    int64_t first = gone.group * kMaxBases;
    for (std::vector<float> *moments :
         {&state.mean, &state.square, &state.largest}) {
      auto at = moments->begin() + first;
      std::copy(at + gone.basis + 1, at + weights.widths[gone.group],
                at + gone.basis);
      at[weights.widths[gone.group] - 1] = 0;
    }
    weights.remove(gone.group, gone.basis);
  }
}
