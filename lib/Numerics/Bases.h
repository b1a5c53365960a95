//===- Bases.h - Grouped binary bases on plain arrays -----------*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_NUMERICS_BASES_H
#define SUBBIT_NUMERICS_BASES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <vector>

namespace subbit::numerics {

constexpr int64_t kWordBits = 32;

/// How a weight tensor is cut into groups: boxes of shape `group` on a grid,
/// the last one along a dimension smaller where it does not divide. Groups are
/// numbered row-major over the grid.
class Grouping {
public:
  Grouping(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> group);

  llvm::ArrayRef<int64_t> shape() const { return tensorShape; }
  llvm::ArrayRef<int64_t> group() const { return groupShape; }
  int64_t numElements() const { return elements; }
  int64_t numOutputs() const { return tensorShape[0]; }
  /// Weights of one output.
  int64_t elementsPerOutput() const { return elements / tensorShape[0]; }
  int64_t numGroups() const { return groups; }
  /// True if one group spans all outputs (layer-wise).
  bool isLayerWise() const { return groupShape[0] != 1; }
  /// Groups in the grid of one output (of the whole tensor if layer-wise).
  int64_t groupsPerOutput() const { return groups / gridShape[0]; }

  /// Number of weights of a group.
  int64_t groupSize(int64_t g) const;
  /// Words of one row (one basis) of a group.
  int64_t groupWords(int64_t g) const {
    return (groupSize(g) + kWordBits - 1) / kWordBits;
  }
  /// Calls `fn(k, element)` for each element of group `g`, `k` its position in
  /// the group (row-major in the box), `element` its row-major index in the
  /// tensor.
  void forEachElement(int64_t g,
                      llvm::function_ref<void(int64_t, int64_t)> fn) const;

private:
  void box(int64_t g, llvm::SmallVectorImpl<int64_t> &begin,
           llvm::SmallVectorImpl<int64_t> &size) const;

  llvm::SmallVector<int64_t, 4> tensorShape, groupShape, gridShape;
  int64_t elements, groups;
};

/// Weights as binary bases, the content of `#mbn.bases` (see there for the
/// order of rows, words and bits).
struct Bases {
  std::vector<uint8_t> widths;      ///< [groups]
  std::vector<int16_t> coordinates; ///< [rows], positive
  std::vector<uint32_t> signs;      ///< [words of all rows]
  std::vector<int16_t> offsets;     ///< [groups], or empty
  std::vector<float> steps;         ///< [1] or [outputs]

  float step(int64_t output) const {
    return steps.size() == 1 ? steps[0] : steps[output];
  }
};

/// The integers W of all weights, row-major.
std::vector<int16_t> decodeIntegers(const Grouping &grouping,
                                    const Bases &bases);

/// The floats `fl(step_c * W)` of all weights, row-major.
std::vector<float> decodeFloats(const Grouping &grouping, const Bases &bases);

/// The ALQ paper's size in bits (Eq. 26, with the table of bitwidths): the sum
/// over groups of `I_g * (n_g + 32)` plus `ceil(log2(maxBits + 1))` per group.
/// Offsets count 32 bits where the tensor has any.
int64_t formulaBits(const Grouping &grouping, const Bases &bases,
                    int64_t maxBits);

} // namespace subbit::numerics

#endif // SUBBIT_NUMERICS_BASES_H
