//===- Thresholds.h - Monotone chains as integer thresholds -----*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_NUMERICS_THRESHOLDS_H
#define SUBBIT_NUMERICS_THRESHOLDS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include <cstdint>
#include <vector>

namespace subbit::numerics {

/// Integer thresholds of a monotone function from sums in [low, high] to
/// indices in [0, count): `thresholds[k]` is the smallest sum whose index is
/// above `k`; INT32_MAX if there is none, INT32_MIN if `low` already is.
/// `index` must not fall from `low` to `high`.
std::vector<int32_t> findThresholds(int64_t low, int64_t high, int64_t count,
                                    llvm::function_ref<int64_t(int32_t)> index);

} // namespace subbit::numerics

#endif // SUBBIT_NUMERICS_THRESHOLDS_H
