//===- MultiBit.h - Binary bases with float coordinates ------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TRAINING_MULTIBIT_H
#define SUBBIT_TRAINING_MULTIBIT_H

#include "lib/Numerics/Bases.h"
#include <array>

namespace subbit::training {

/// How float coordinates become integers: see `numerics::Bases`.
struct GridOptions {
  /// One step per output, or one for the layer.
  bool stepPerOutput = true;
  /// The largest |W| of an output (or layer), at most 127.
  int64_t maxInteger = 127;
};

/// A tensor of weights while it is trained: each group a sum of binary bases
/// with float coordinates of any sign. A weight is a code, bit `i` set for +1
/// in basis `i`; codes stand group after group.
class MultiBit {
public:
  static constexpr int kMaxBases = 8;
  using Coordinates = std::array<float, kMaxBases>;

  /// Takes bases of up to 8 rows per group, and no offsets.
  MultiBit(numerics::Grouping grouping, const numerics::Bases &bases);

  const numerics::Grouping &grouping() const { return groups; }
  int64_t numGroups() const { return widths.size(); }
  int64_t numBases() const;
  /// Mean number of bases that a weight takes part in.
  double averageBits() const;

  /// Codes, and row-major numbers, of the weights of group `g`.
  llvm::MutableArrayRef<uint8_t> codes(int64_t g) {
    return llvm::MutableArrayRef(allCodes).slice(begin[g],
                                                 begin[g + 1] - begin[g]);
  }
  llvm::ArrayRef<int32_t> elements(int64_t g) const {
    return llvm::ArrayRef(allElements).slice(begin[g], begin[g + 1] - begin[g]);
  }
  /// Where group `g` begins in arrays that have an element for each code.
  int64_t offset(int64_t g) const { return begin[g]; }
  int64_t numElements() const { return begin.back(); }

  /// Row-major weights in the order of codes.
  std::vector<float> inOrderOfCodes(llvm::ArrayRef<float> rowMajor) const;

  /// Takes basis `i` out of group `g`; later ones move up.
  void remove(int64_t g, int i);

  /// The weights, row-major, [grouping().numElements()].
  void decode(llvm::MutableArrayRef<float> weights) const;
  /// The same after rounding to the grid: what `round` stands for.
  void decodeRounded(const GridOptions &options,
                     llvm::MutableArrayRef<float> weights) const;
  /// The bases on the grid: the step makes the largest |W| `maxInteger`,
  /// coordinates are rounded to multiples of it, negative ones flip their
  /// basis, and those that round to 0 go with theirs.
  numerics::Bases round(const GridOptions &options) const;

  /// What changes in training.
  struct Arrays {
    std::vector<uint8_t> widths, codes;
    std::vector<Coordinates> coordinates;
  };
  Arrays save() const { return {widths, allCodes, coordinates}; }
  /// False if they do not fit the tensor.
  bool restore(Arrays arrays);

  std::vector<uint8_t> widths;          ///< [groups]
  std::vector<Coordinates> coordinates; ///< [groups], `widths[g]` each

private:
  std::vector<float> steps(const GridOptions &options) const;
  int64_t stepOf(int64_t g, size_t numSteps) const;

  numerics::Grouping groups;
  std::vector<int64_t> begin;       ///< [groups + 1]
  std::vector<int32_t> allElements; ///< [weights]
  std::vector<uint8_t> allCodes;    ///< [weights]
};

/// The sums of `width` coordinates by code, [2^width].
void sumsOf(llvm::ArrayRef<float> coordinates, int width, float *sums);

} // namespace subbit::training

#endif // SUBBIT_TRAINING_MULTIBIT_H
