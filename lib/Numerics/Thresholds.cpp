//===- Thresholds.cpp - Monotone chains as integer thresholds -------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/Thresholds.h"
#include <cmath>
#include <limits>

using namespace subbit::numerics;

std::vector<int32_t>
subbit::numerics::findThresholds(int64_t low, int64_t high, int64_t count,
                                 llvm::function_ref<int64_t(int32_t)> index) {
  std::vector<int32_t> thresholds(count - 1,
                                  std::numeric_limits<int32_t>::max());
  int64_t from = low;
  for (int64_t k = 0; k + 1 < count; ++k) {
    if (index(low) > k) {
      thresholds[k] = static_cast<int32_t>(low);
      continue;
    }
    if (index(high) <= k)
      break; // Nor is any later index reached.
    // index(below) <= k < index(above); thresholds do not fall with k, so the
    // search goes on from the last one.
    int64_t below = from - 1 >= low ? from - 1 : low, above = high;
    while (above - below > 1) {
      int64_t middle = below + (above - below) / 2;
      (index(middle) > k ? above : below) = middle;
    }
    thresholds[k] = static_cast<int32_t>(above);
    from = above;
  }
  return thresholds;
}

int64_t ThresholdLine::at(float x) const {
  float scaled = x * scale;
  float y = scaled + offset;
  if (!(y > 0))
    return 0;
  return y < static_cast<float>(most) ? static_cast<int64_t>(y) : most;
}

std::optional<ThresholdLine>
subbit::numerics::findLine(llvm::ArrayRef<float> thresholds) {
  while (!thresholds.empty() && std::isnan(thresholds.back()))
    thresholds = thresholds.drop_back();
  int64_t count = thresholds.size();
  if (count < 2)
    return std::nullopt;
  // Half a step below the number that is reached.
  double first = thresholds.front();
  double step = (thresholds.back() - first) / (count - 1);
  ThresholdLine line{static_cast<float>(1 / step),
                     static_cast<float>(0.5 - first / step), count - 1};
  if (!(line.scale > 0) || !std::isfinite(line.scale) ||
      !std::isfinite(line.offset))
    return std::nullopt;
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (int64_t k = 0; k <= count; ++k) {
    // The floats that reach k thresholds.
    float low = k ? thresholds[k - 1] : -infinity;
    float high =
        k < count ? std::nextafter(thresholds[k], -infinity) : infinity;
    for (float x : {low, high})
      if (int64_t at = line.at(x); at != k && at != k - 1)
        return std::nullopt;
  }
  return line;
}
