//===- Levels.cpp - Activation levels on plain numbers --------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/Levels.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>
#include <limits>

using namespace llvm;
using namespace subbit::numerics;

int64_t Levels::code(int64_t index) const {
  int64_t x = 0;
  for (auto [j, m] : enumerate(multipliers))
    x += (index >> j) & 1 ? m : 0;
  return x;
}

float Levels::value(int64_t index) const {
  float scaled = step * static_cast<float>(code(index) - zero);
  return scaled + low;
}

int64_t Levels::zeroIndex() const {
  for (int64_t i = 0; i < count(); ++i)
    if (code(i) == zero)
      return i;
  return -1;
}

int64_t Levels::maxMagnitude() const {
  return std::max(zero, std::abs(code(count() - 1) - zero));
}

std::vector<float> Levels::thresholds() const {
  std::vector<float> result;
  for (int64_t i = 0; i + 1 < count(); ++i)
    result.push_back(static_cast<float>(
        (static_cast<double>(value(i)) + static_cast<double>(value(i + 1))) /
        2));
  return result;
}

int64_t subbit::numerics::encode(float x, ArrayRef<float> thresholds) {
  // A NaN compares false with every threshold.
  int64_t begin = 0, end = thresholds.size();
  while (begin < end) {
    int64_t middle = (begin + end) / 2;
    if (thresholds[middle] <= x)
      begin = middle + 1;
    else
      end = middle;
  }
  return begin;
}

//===----------------------------------------------------------------------===//
// LevelsEstimator
//===----------------------------------------------------------------------===//
//
// A level is reference + sum_j d_j gamma_j with d in {-1,+1}; with b = (d+1)/2
// that is lowest + sum_j 2 gamma_j b_j. Above four bits the levels are uniform
// (2 gamma_j = 2^j * delta): free ones gain nothing there.

namespace {

constexpr int64_t kMaxFreeBits = 4;
constexpr size_t kMaxSamples = 100000;
constexpr int kInitialRounds = 12;

/// lowest + sum_j widths[j] b_j.
struct RealLevels {
  double lowest = 0;
  std::vector<double> widths;

  std::vector<double> all() const {
    std::vector<double> values(size_t(1) << widths.size(), lowest);
    for (size_t i = 0; i < values.size(); ++i)
      for (size_t j = 0; j < widths.size(); ++j)
        if ((i >> j) & 1)
          values[i] += widths[j];
    return values;
  }
};

/// Solves the symmetric positive definite system A x = b of size n in place by
/// Cholesky's method; a relative ridge keeps it solvable.
std::vector<double> solve(std::vector<std::vector<double>> a,
                          std::vector<double> b) {
  size_t n = b.size();
  for (size_t i = 0; i < n; ++i)
    a[i][i] += 1e-9 * a[i][i] + 1e-300;
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      double sum = a[i][j];
      for (size_t k = 0; k < j; ++k)
        sum -= a[i][k] * a[j][k];
      a[i][j] = i == j ? std::sqrt(std::max(sum, 1e-300)) : sum / a[j][j];
    }
    for (size_t k = 0; k < i; ++k)
      b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (size_t i = n; i-- > 0;) {
    for (size_t k = i + 1; k < n; ++k)
      b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
  return b;
}

/// One step of the alternation: nearest level for each value, then least
/// squares for the widths and (unless it is tied to zero) the lowest level.
RealLevels refit(const RealLevels &levels, ArrayRef<float> values,
                 bool exactZero) {
  size_t bits = levels.widths.size();
  bool uniform = static_cast<int64_t>(bits) > kMaxFreeBits;
  std::vector<double> all = levels.all();
  std::vector<std::pair<double, size_t>> sorted;
  for (size_t i = 0; i < all.size(); ++i)
    sorted.push_back({all[i], i});
  llvm::sort(sorted);
  std::vector<double> middles;
  for (size_t i = 0; i + 1 < sorted.size(); ++i)
    middles.push_back((sorted[i].first + sorted[i + 1].first) / 2);
  std::vector<double> count(all.size(), 0), sum(all.size(), 0);
  for (float x : values) {
    size_t at = std::upper_bound(middles.begin(), middles.end(), double(x)) -
                middles.begin();
    count[sorted[at].second] += 1;
    sum[sorted[at].second] += x;
  }
  // Unknowns: the widths (or their common scale), then the lowest level.
  size_t unknowns = (uniform ? 1 : bits) + !exactZero;
  std::vector<std::vector<double>> a(unknowns, std::vector<double>(unknowns));
  std::vector<double> b(unknowns);
  for (size_t i = 0; i < all.size(); ++i) {
    if (count[i] == 0)
      continue;
    std::vector<double> features;
    if (uniform)
      features.push_back(i);
    else
      for (size_t j = 0; j < bits; ++j)
        features.push_back((i >> j) & 1);
    if (!exactZero)
      features.push_back(1);
    for (size_t p = 0; p < unknowns; ++p) {
      b[p] += features[p] * sum[i];
      for (size_t q = 0; q < unknowns; ++q)
        a[p][q] += features[p] * features[q] * count[i];
    }
  }
  RealLevels result = levels;
  std::vector<double> x = solve(a, b);
  for (size_t j = 0; j < bits; ++j) {
    double w = uniform ? x[0] * std::ldexp(1.0, j) : x[j];
    // A plane that no value uses keeps its width.
    if (std::isfinite(w) && w > 0)
      result.widths[j] = w;
  }
  if (!exactZero && std::isfinite(x.back()))
    result.lowest = x.back();
  llvm::sort(result.widths);
  return result;
}

/// The superincreasing integers with the given sum that come closest to
/// proportions `widths` (rising), or nothing if there are none.
std::vector<int64_t> roundWidths(ArrayRef<double> widths, int64_t total) {
  double sum = 0;
  for (double w : widths)
    sum += w;
  std::vector<int64_t> result;
  int64_t before = 0;
  for (double w : widths) {
    int64_t m = std::max<int64_t>(before + 1, std::llround(w / sum * total));
    result.push_back(m);
    before += m;
  }
  return before <= 255 ? result : std::vector<int64_t>();
}

} // namespace

LevelsEstimator::LevelsEstimator(int64_t bits, bool exactZero, double momentum)
    : bits(bits), exactZero(exactZero), momentum(momentum) {}

void LevelsEstimator::observe(ArrayRef<float> values) {
  std::vector<float> samples;
  size_t every = values.size() / kMaxSamples + 1;
  for (size_t i = 0; i < values.size(); i += every)
    if (std::isfinite(values[i]))
      samples.push_back(values[i]);
  auto [least, most] = std::minmax_element(samples.begin(), samples.end());
  if (samples.empty() || (exactZero ? *most <= 0 : *least == *most))
    return;
  RealLevels levels;
  if (initialized) {
    levels = {reference, gamma};
    RealLevels next = refit(levels, samples, exactZero);
    reference = momentum * reference + (1 - momentum) * next.lowest;
    for (auto [old, w] : zip(gamma, next.widths))
      old = momentum * old + (1 - momentum) * w;
    return;
  }
  levels.lowest = exactZero ? 0 : *least;
  for (int64_t j = 0; j < bits; ++j)
    levels.widths.push_back(std::ldexp(*most - levels.lowest, j) /
                            (std::ldexp(1.0, bits) - 1));
  for (int round = 0; round < kInitialRounds; ++round)
    levels = refit(levels, samples, exactZero);
  reference = levels.lowest;
  gamma = levels.widths;
  initialized = true;
}

Levels LevelsEstimator::finish() const {
  Levels levels;
  if (!initialized || bits > kMaxFreeBits) {
    for (int64_t j = 0; j < bits; ++j)
      levels.multipliers.push_back(int64_t(1) << j);
    levels.step = initialized ? static_cast<float>(gamma[0]) : 1.0f;
  } else {
    double best = std::numeric_limits<double>::infinity();
    std::vector<double> real = RealLevels{0, gamma}.all();
    for (int64_t total = (int64_t(1) << bits) - 1; total <= 255; ++total) {
      std::vector<int64_t> m = roundWidths(gamma, total);
      if (m.empty())
        continue;
      // The step that fits best, then the squared error of the levels.
      Levels candidate{1, 0, 0, m};
      double xx = 0, xy = 0, error = 0;
      for (size_t i = 0; i < real.size(); ++i) {
        double x = candidate.code(i);
        xx += x * x;
        xy += x * real[i];
      }
      for (size_t i = 0; i < real.size(); ++i) {
        double e = real[i] - xy / xx * candidate.code(i);
        error += e * e;
      }
      if (error < best * (1 - 1e-9)) {
        best = error;
        candidate.step = static_cast<float>(xy / xx);
        levels = candidate;
      }
    }
  }
  if (!std::isnormal(levels.step) || levels.step <= 0)
    levels.step = 1;
  levels.low = exactZero ? 0.0f : static_cast<float>(reference);
  return levels;
}
