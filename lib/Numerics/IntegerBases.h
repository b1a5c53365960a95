//===- IntegerBases.h - Given integers as binary bases -------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_NUMERICS_INTEGERBASES_H
#define SUBBIT_NUMERICS_INTEGERBASES_H

#include "lib/Numerics/Bases.h"
#include <optional>

namespace subbit::numerics {

/// Bases that stand for exactly the floats `steps[c] * values`. Each group has
/// powers of two in units of its values' largest common stride, as many as
/// their range calls for, and where that is not symmetric an offset; ternary
/// groups have two equal coordinates. Where fewer coordinates give all values
/// (those that sketching chose, for example) the group has these. Where that
/// has halves, the integers are doubled and the steps are halved.
///
/// `values` is row-major; `steps` has one element or one per output. None if a
/// group has fewer weights than bases, or a number does not fit: then the
/// integers have to be stored as such.
std::optional<Bases> basesOfIntegers(const Grouping &grouping,
                                     llvm::ArrayRef<int64_t> values,
                                     llvm::ArrayRef<float> steps);

} // namespace subbit::numerics

#endif // SUBBIT_NUMERICS_INTEGERBASES_H
