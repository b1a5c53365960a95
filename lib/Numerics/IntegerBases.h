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

/// Bases that stand for exactly the floats `steps[c] * values`: one group per
/// output, with as many bases as its range of values, in units of their largest
/// common stride, calls for. Ternary outputs have two equal coordinates, others
/// powers of two and, where their range is not symmetric, an offset; where that
/// has halves, the integers are doubled and the step is halved.
///
/// `values` is row-major, [outputs, ...]; `steps` has one element or one per
/// output. None if a group has fewer weights than bases, or a number does not
/// fit: then the integers have to be stored as such.
std::optional<Bases> basesOfIntegers(llvm::ArrayRef<int64_t> shape,
                                     llvm::ArrayRef<int64_t> values,
                                     llvm::ArrayRef<float> steps);

} // namespace subbit::numerics

#endif // SUBBIT_NUMERICS_INTEGERBASES_H
