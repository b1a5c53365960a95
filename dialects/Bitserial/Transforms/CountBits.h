//===- CountBits.h - Counting bits as a target can ------------ -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_COUNTBITS_H
#define SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_COUNTBITS_H

#include "dialects/Bitserial/Transforms/LoopBuilder.h"

namespace subbit::bitserial {

/// The bits in which word `word` of a row differs from the activations, in so
/// many vectors of words as there are counts.
using DiffersFn = llvm::function_ref<LoopBuilder::Values(mlir::Value word)>;

/// Counts the bits of all words of a row, in 32-bit lanes, by the schedule's
/// `count`.
LoopBuilder::Values countRow(LoopBuilder &b, int64_t words,
                             ScheduleAttr schedule, int64_t counts,
                             DiffersFn differs);

/// The sum of two counts, the first of which may be null, for 0.
mlir::Value addCount(LoopBuilder &b, mlir::Value acc, mlir::Value count);

} // namespace subbit::bitserial

#endif // SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_COUNTBITS_H
