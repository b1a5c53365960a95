//===- Levels.h - Activation levels on plain numbers ------------*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_NUMERICS_LEVELS_H
#define SUBBIT_NUMERICS_LEVELS_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <vector>

namespace subbit::numerics {

/// The static levels of an activation tensor: index `i` selects the planes
/// `b_j = (i >> j) & 1`, its code is `X = sum_j multipliers[j] * b_j`, and it
/// stands for `fl(fl(step * (X - zero)) + low)`.
struct Levels {
  float step = 1;
  int64_t zero = 0;
  float low = 0;
  std::vector<int64_t> multipliers;

  int64_t planes() const { return multipliers.size(); }
  int64_t count() const { return int64_t(1) << multipliers.size(); }
  /// The code X of a level's index.
  int64_t code(int64_t index) const;
  /// The float that a level's index stands for.
  float value(int64_t index) const;
  /// The index whose code is `zero`, or -1 if there is none.
  int64_t zeroIndex() const;
  /// max |X - zero| over all levels.
  int64_t maxMagnitude() const;
  /// The `count() - 1` midpoints of neighbouring levels, in double, rounded
  /// once to float.
  std::vector<float> thresholds() const;
};

/// The number of thresholds that are `<= x`: ties go up, NaN gives 0.
/// `thresholds` rise.
int64_t encode(float x, llvm::ArrayRef<float> thresholds);

/// Learns levels for one tensor from batches of its float values (Sec. 4 of
/// the ALQ paper): per batch, values are assigned to the nearest level, `gamma`
/// and the reference are solved by least squares, and both follow a running
/// average. The result is rounded to integer multipliers.
class LevelsEstimator {
public:
  /// `bits` from 1 to 8. With `exactZero` the lowest level is exactly 0
  /// (`low` = 0, `zero` = 0), as a consumer that pads calls for; values are
  /// expected to be non-negative then. `momentum` is the weight of the past.
  LevelsEstimator(int64_t bits, bool exactZero, double momentum = 0.9);
  /// Goes on from levels: those that begin at exactly 0 keep doing so.
  LevelsEstimator(const Levels &levels, double momentum);

  /// Learns from one batch; values that are not finite are ignored.
  void observe(llvm::ArrayRef<float> values);

  /// The levels learned so far, rounded to the grid: multipliers are
  /// superincreasing integers with a sum of at most 255; where there are 256
  /// levels, and 0 is no farther from them than half a step, it is one. Without
  /// any non-zero observation the levels are those of step 1.
  Levels finish() const;

  /// What was learned, before rounding: the lowest level, and how far each
  /// plane is above it; none before the first batch that says something.
  struct Learned {
    double lowest = 0;
    std::vector<double> widths;
  };
  const Learned &save() const { return learned; }
  void restore(Learned saved) { learned = std::move(saved); }

private:
  int64_t bits;
  bool exactZero;
  double momentum;
  Learned learned;
};

} // namespace subbit::numerics

#endif // SUBBIT_NUMERICS_LEVELS_H
