//===- KeepChannels.h - Weights without some channels --------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_NUMERICS_KEEPCHANNELS_H
#define SUBBIT_NUMERICS_KEEPCHANNELS_H

#include "lib/Numerics/Bases.h"
#include <optional>

namespace subbit::numerics {

/// Bases and how their tensor is cut.
struct GroupedBases {
  Grouping grouping;
  Bases bases;
};

/// What is left of a tensor when only some outputs (first dimension) and inputs
/// (last dimension) are kept, each weight as it was. Nothing where that is no
/// grid of groups any more: along both dimensions every group must vanish or
/// lose as many elements as the others do, a smaller last one aside.
std::optional<GroupedBases> keepChannels(const GroupedBases &all,
                                         llvm::ArrayRef<bool> outputs,
                                         llvm::ArrayRef<bool> inputs);

/// The same of plain values, row-major.
std::vector<float> keepChannels(llvm::ArrayRef<float> values,
                                llvm::ArrayRef<bool> outputs,
                                llvm::ArrayRef<bool> inputs);

} // namespace subbit::numerics

#endif // SUBBIT_NUMERICS_KEEPCHANNELS_H
