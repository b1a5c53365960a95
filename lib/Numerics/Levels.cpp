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
#include <numeric>

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
/// The alternation finds a local optimum; the first batch tries some ranges,
/// each without this part of the values at either end.
constexpr double kTails[] = {0,    1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3,
                             0.01, 0.02, 0.05, 0.1,  0.2,  0.3};
constexpr int kInitialRounds = 30;
constexpr double kLeastFloat = std::numeric_limits<float>::denorm_min();

/// A batch, sorted, so that the values of a level are a range of it.
struct Samples {
  std::vector<float> values;
  std::vector<double> sums; ///< of the first i values

  explicit Samples(ArrayRef<float> batch) {
    size_t every = batch.size() / kMaxSamples + 1;
    for (size_t i = 0; i < batch.size(); i += every)
      if (std::isfinite(batch[i]))
        values.push_back(batch[i]);
    llvm::sort(values);
    sums.push_back(0);
    for (float x : values)
      sums.push_back(sums.back() + x);
  }
  /// The number of values below x.
  size_t below(double x) const {
    return llvm::lower_bound(values, x) - values.begin();
  }
  /// The smallest value that is at least x and above the part `p` of those.
  double quantile(double x, double p) const {
    size_t first = below(x), n = values.size() - first;
    return values[first + std::min(n - 1, static_cast<size_t>(p * n))];
  }
  /// Calls `fn(i, count, sum)` with the values that are nearest to `levels[i]`;
  /// `levels` rise, ties go up.
  template <typename Fn> void assign(ArrayRef<double> levels, Fn fn) const {
    size_t begin = 0;
    for (size_t i = 0; i < levels.size(); ++i) {
      size_t end = i + 1 < levels.size()
                       ? below((levels[i] + levels[i + 1]) / 2)
                       : values.size();
      fn(i, static_cast<double>(end - begin), sums[end] - sums[begin]);
      begin = end;
    }
  }
  /// The squared error of `levels` less the squared values.
  double error(ArrayRef<double> levels) const {
    double e = 0;
    assign(levels, [&](size_t i, double count, double sum) {
      e += levels[i] * (levels[i] * count - 2 * sum);
    });
    return e;
  }
};

using RealLevels = LevelsEstimator::Learned;

/// lowest + sum_j widths[j] b_j, by index.
std::vector<double> allLevels(const RealLevels &levels) {
  std::vector<double> values(size_t(1) << levels.widths.size(), levels.lowest);
  for (size_t i = 0; i < values.size(); ++i)
    for (size_t j = 0; j < levels.widths.size(); ++j)
      if ((i >> j) & 1)
        values[i] += levels.widths[j];
  return values;
}

/// Solves the symmetric system A x = b by Cholesky's method. x is pulled a
/// little towards `old`: there it stays in what the system leaves open.
std::vector<double> solve(std::vector<std::vector<double>> a,
                          std::vector<double> b, ArrayRef<double> old) {
  size_t n = b.size();
  for (size_t i = 0; i < n; ++i) {
    double pull = 1e-9 * a[i][i] + 1e-300;
    a[i][i] += pull;
    b[i] += pull * old[i];
  }
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
RealLevels refit(const RealLevels &levels, const Samples &samples,
                 bool exactZero) {
  size_t bits = levels.widths.size();
  bool uniform = static_cast<int64_t>(bits) > kMaxFreeBits;
  // Free widths need not be superincreasing: levels may be out of order.
  std::vector<double> sorted = allLevels(levels);
  size_t levelCount = sorted.size();
  std::vector<size_t> order(levelCount);
  std::iota(order.begin(), order.end(), 0);
  llvm::sort(order, [all = sorted](size_t i, size_t k) {
    return std::pair(all[i], i) < std::pair(all[k], k);
  });
  llvm::sort(sorted);
  std::vector<double> count(levelCount), sum(levelCount);
  samples.assign(sorted, [&](size_t i, double n, double s) {
    count[order[i]] = n;
    sum[order[i]] = s;
  });
  // Unknowns: the widths (or their common scale), then the lowest level.
  size_t unknowns = (uniform ? 1 : bits) + !exactZero;
  std::vector<std::vector<double>> a(unknowns, std::vector<double>(unknowns));
  std::vector<double> b(unknowns);
  for (size_t i = 0; i < levelCount; ++i) {
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
  std::vector<double> old = levels.widths;
  old.resize(uniform ? 1 : bits);
  if (!exactZero)
    old.push_back(levels.lowest);
  std::vector<double> x = solve(a, b, old);
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

/// The integer levels that come closest to real ones.
Levels roundLevels(const RealLevels &real, bool exactZero) {
  Levels levels;
  double best = std::numeric_limits<double>::infinity();
  std::vector<double> values = allLevels({0, real.widths});
  for (int64_t total = values.size() - 1; total <= 255; ++total) {
    std::vector<int64_t> m = roundWidths(real.widths, total);
    if (m.empty())
      continue;
    // The step that fits best, then the squared error of the levels.
    Levels candidate{1, 0, 0, m};
    double xx = 0, xy = 0, yy = 0, error = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      double x = candidate.code(i);
      xx += x * x;
      xy += x * values[i];
      yy += values[i] * values[i];
    }
    for (size_t i = 0; i < values.size(); ++i) {
      double e = values[i] - xy / xx * candidate.code(i);
      error += e * e;
    }
    // Equally good ones, as all multiples of a uniform grid: the smallest.
    if (error < best - 1e-12 * yy) {
      best = error;
      candidate.step = static_cast<float>(xy / xx);
      levels = candidate;
    }
  }
  if (!std::isnormal(levels.step) || levels.step <= 0)
    levels.step = 1;
  levels.low = exactZero ? 0.0f : static_cast<float>(real.lowest);
  return levels;
}

} // namespace

LevelsEstimator::LevelsEstimator(int64_t bits, bool exactZero, double momentum)
    : bits(bits), exactZero(exactZero), momentum(momentum) {}

LevelsEstimator::LevelsEstimator(const Levels &levels, double momentum)
    : bits(levels.planes()), exactZero(levels.low == 0 && levels.zero == 0),
      momentum(momentum) {
  double step = levels.step;
  learned.lowest = levels.low - step * levels.zero;
  for (int64_t multiplier : levels.multipliers)
    learned.widths.push_back(step * multiplier);
}

void LevelsEstimator::observe(ArrayRef<float> values) {
  Samples samples(values);
  ArrayRef<float> sorted = samples.values;
  // Zeros alone say nothing of how large values are.
  if (sorted.empty() ||
      (sorted.back() <= 0 && (exactZero || sorted.front() == 0)))
    return;
  if (!learned.widths.empty()) {
    RealLevels next = refit(learned, samples, exactZero);
    learned.lowest = momentum * learned.lowest + (1 - momentum) * next.lowest;
    for (auto [old, w] : zip(learned.widths, next.widths))
      old = momentum * old + (1 - momentum) * w;
    return;
  }
  double best = std::numeric_limits<double>::infinity();
  for (double tail : kTails) {
    // With an exact zero most values may be 0; the positive ones give the
    // range.
    double least = exactZero ? 0 : samples.quantile(sorted.front(), tail);
    double most =
        samples.quantile(exactZero ? kLeastFloat : sorted.front(), 1 - tail);
    if (least == most) {
      // One value: it is a level, and so is 0.
      least = std::min(least, 0.0);
      most = std::max(most, 0.0);
    }
    if (least == most)
      continue;
    RealLevels levels{least, {}};
    double uniform = (most - least) / (std::ldexp(1.0, bits) - 1);
    for (int64_t j = 0; j < bits; ++j)
      levels.widths.push_back(std::ldexp(uniform, j));
    for (int round = 0; round < kInitialRounds; ++round)
      levels = refit(levels, samples, exactZero);
    // What counts is what remains after rounding.
    Levels rounded = roundLevels(levels, exactZero);
    std::vector<double> all;
    for (int64_t i = 0; i < rounded.count(); ++i)
      all.push_back(rounded.value(i));
    double error = samples.error(all);
    if (error < best) {
      best = error;
      learned = levels;
    }
  }
}

/// 256 levels around 0 are moved by up to half a step, so that it is one of
/// them: what lies outside of an image then has a code.
static Levels moveToZero(Levels levels) {
  if (levels.planes() < 8)
    return levels;
  int64_t sum = std::accumulate(levels.multipliers.begin(),
                                levels.multipliers.end(), int64_t(0));
  double zero = std::round(-static_cast<double>(levels.low) / levels.step);
  if (zero >= 0 && zero <= sum) {
    levels.zero = static_cast<int64_t>(zero);
    levels.low = 0;
  }
  return levels;
}

Levels LevelsEstimator::finish() const {
  if (!learned.widths.empty())
    return moveToZero(roundLevels(learned, exactZero));
  Levels levels;
  for (int64_t j = 0; j < bits; ++j)
    levels.multipliers.push_back(int64_t(1) << j);
  return levels;
}
