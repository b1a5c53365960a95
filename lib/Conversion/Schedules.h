//===- Schedules.h - How products are laid out and blocked ---- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_CONVERSION_SCHEDULES_H
#define SUBBIT_CONVERSION_SCHEDULES_H

#include "dialects/Bitserial/IR/Bitserial.h"

namespace subbit {

/// What the choice of a schedule depends on.
struct ProductShape {
  /// One position per image, as matrix products have.
  bool isVector = false;
  /// The product's geometry with positions in lanes.
  bitserial::GeometryAttr geometry;
  int64_t planes = 0;
  /// Words that the layouts for positions and for outputs store.
  int64_t compact = 0, padded = 0;
  /// Rows of all outputs, the largest weight and code.
  int64_t rows = 0, largestWeight = 0, largestCode = 0;
  /// Whether coordinates fit 8 bits, and their products with multipliers 16.
  bool hasSmallCoordinates = false;
  /// "popcount", "table" or "dense" where one is asked for.
  llvm::StringRef family;
  /// Whether weights can be unpacked once, not in each call.
  bool unpacksOnce = false;
};

/// A schedule and why it was taken, for a remark; null if the family that is
/// asked for has no kernel for the layer.
struct ScheduleChoice {
  bitserial::ScheduleAttr schedule;
  std::string reason;
  /// Whether weights are unpacked from their bases, once or in each call.
  bool unpacks = false;
};

/// A small cost model. Where no instruction counts the bits of vectors, tables
/// do, if there are enough positions for the bytes of a vector. Codes are
/// multiplied where that takes fewer instructions than counting bits, and where
/// the weights do not take much more memory; else they may be unpacked. Lanes
/// hold outputs where there are too few positions to fill them. Blocks have as
/// many vectors as registers hold, evenly; fewer where patches would not fit
/// the first cache, or, with the fewest, several passes over the groups.
ScheduleChoice chooseSchedule(const TargetInfo &target,
                              const ProductShape &shape);

} // namespace subbit

#endif // SUBBIT_CONVERSION_SCHEDULES_H
