//===- Thresholds.cpp - Monotone chains as integer thresholds -------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/Thresholds.h"
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
      thresholds[k] = std::numeric_limits<int32_t>::min();
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
