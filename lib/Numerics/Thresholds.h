//===- Thresholds.h - Monotone chains as integer thresholds -----*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_NUMERICS_THRESHOLDS_H
#define SUBBIT_NUMERICS_THRESHOLDS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <cstdint>
#include <optional>
#include <vector>

namespace subbit::numerics {

/// Integer thresholds of a monotone function from sums in [low, high] to
/// indices in [0, count): `thresholds[k]` is the smallest sum whose index is
/// above `k`; INT32_MAX if there is none.
/// `index` must not fall from `low` to `high`.
std::vector<int32_t> findThresholds(int64_t low, int64_t high, int64_t count,
                                    llvm::function_ref<int64_t(int32_t)> index);

/// A line that comes within one of the number of thresholds that a float
/// reaches: it gives that number or one less, and at most `most`, so that one
/// comparison more, with the threshold of the line's number, tells.
struct ThresholdLine {
  float scale, offset;
  int64_t most;

  /// `fl(fl(x * scale) + offset)` without its fraction, from 0 to `most`; 0 for
  /// a NaN.
  int64_t at(float x) const;
};

/// The line of thresholds that do not fall, behind which there may be NaNs,
/// which nothing reaches; none if there is no such line, as where they are not
/// about as far apart from each other. Checked at both ends of each step: what
/// is in between lies in between.
std::optional<ThresholdLine> findLine(llvm::ArrayRef<float> thresholds);

} // namespace subbit::numerics

#endif // SUBBIT_NUMERICS_THRESHOLDS_H
