//===- RandomTensors.h - Random weights and levels ------------ -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_CHECKING_RANDOMTENSORS_H
#define SUBBIT_CHECKING_RANDOMTENSORS_H

#include "dialects/MBN/IR/MBN.h"
#include "lib/Numerics/Bases.h"
#include "lib/Numerics/Levels.h"
#include "lib/Numerics/Random.h"

namespace subbit {

/// Weights of any structure: groups of any shape, 0 to 8 bases, offsets, one
/// step or one per output. All steps are powers of two (or 0).
struct RandomWeights {
  mbn::MultiBitType type;
  numerics::Bases bases;
};

/// `shape` is [outputs, ...], `largest` bounds every |W|.
RandomWeights makeRandomWeights(Random &random, mlir::MLIRContext *context,
                                llvm::ArrayRef<int64_t> shape, int64_t largest);

/// Levels of 1 to 8 planes for values of about the magnitude `typical`; `step`
/// is a power of two, `low` a multiple of its half.
numerics::Levels makeRandomLevels(Random &random, double typical);

/// The largest power of two that is not above a positive number.
double powerOfTwoBelow(double value);

} // namespace subbit

#endif // SUBBIT_CHECKING_RANDOMTENSORS_H
