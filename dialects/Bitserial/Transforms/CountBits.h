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

/// Words of weights and of activations, whose bits are compared.
struct Compared {
  mlir::Value weights, activations;
};

/// Word `word` of a row's plane `plane`, in as many vectors of words as there
/// are accumulators; of several rows those of the first row come first.
using CompareFn = llvm::function_ref<llvm::SmallVector<Compared>(
    int64_t plane, mlir::Value word)>;

/// `acc - a * sum_j m_j * count_j` for the counts of each plane of a row of
/// `words` words, counted by the schedule's `count`. `coordinates` are `a` of
/// each row, i8 or i16, or vectors of them for outputs in lanes. Several rows
/// are of positions whose bits are counted in words.
LoopBuilder::Values subtractRow(LoopBuilder &b, mlir::ValueRange acc,
                                mlir::ValueRange coordinates,
                                llvm::ArrayRef<int64_t> multipliers,
                                int64_t words, ScheduleAttr schedule,
                                CompareFn compare);

/// Products of neighbouring elements of 16 bits, added: x86's pmaddwd.
mlir::Value multiplyPairs(LoopBuilder &b, mlir::Value x, mlir::Value factors,
                          ScheduleAttr schedule);

/// The sums of neighbouring elements of 16 bits.
mlir::Value addHalves(LoopBuilder &b, mlir::Value halves,
                      ScheduleAttr schedule);

/// Products of neighbouring bytes, of which the factors have a sign, added in
/// 16 bits: x86's pmaddubsw.
mlir::Value multiplyBytes(LoopBuilder &b, mlir::Value x, mlir::Value factors,
                          ScheduleAttr schedule);

} // namespace subbit::bitserial

#endif // SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_COUNTBITS_H
