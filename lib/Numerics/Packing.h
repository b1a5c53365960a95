//===- Packing.h - Rows of bases in the order of a kernel ----- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_NUMERICS_PACKING_H
#define SUBBIT_NUMERICS_PACKING_H

#include "lib/Numerics/Bases.h"

namespace subbit::numerics {

/// The rows of all outputs, one list per output and group: what every kernel
/// layout is made from. An offset `o` is one more row of clear words with the
/// coordinate `-o`, since `-a * popcount(0 ^ b) = o * popcount(b)`.
class ProductRows {
public:
  struct Row {
    int32_t coordinate;
    std::vector<uint32_t> words; ///< `words()` of them
  };

  ProductRows(const Grouping &grouping, const Bases &bases);

  int64_t outputs() const { return numOutputs; }
  /// Groups of one output.
  int64_t groups() const { return numGroups; }
  /// Words of every row: those of the largest group.
  int64_t words() const { return numWords; }
  llvm::ArrayRef<Row> rows(int64_t output, int64_t group) const {
    return table[output * numGroups + group];
  }
  /// sum over an output's rows of `coordinate * popcount(words)`.
  int64_t weightedCount(int64_t output) const;

private:
  int64_t numOutputs, numGroups, numWords;
  std::vector<std::vector<Row>> table;
};

/// Arrays as a kernel reads them, one row after the other.
struct PackedProduct {
  std::vector<uint32_t> words;
  std::vector<int16_t> coordinates;
  std::vector<uint8_t> widths;
  /// By packForPositions: the group of each row, the rows of each pass and
  /// output.
  std::vector<int32_t> groups, rows;
  /// True if every coordinate fits int8.
  bool fitsInt8() const;
};

/// Rows in (output, group, basis) order; a width per output and group. With
/// several passes the groups of the first come for all outputs, then those of
/// the second: `(groups + passes - 1) / passes` in each, counted from its
/// first.
PackedProduct packForPositions(const ProductRows &rows, int64_t passes = 1);

/// Rows in lanes, whatever outputs they are of: blocks of `lanes` rows of one
/// group, each block with a width for each group, 1 for its own. `outputs` gets
/// the output of each lane, and the number of outputs where there is no row.
PackedProduct packRows(const ProductRows &rows, int64_t lanes,
                       std::vector<int32_t> &outputs);

/// An order of the outputs in which blocks of `lanes` need little padding:
/// outputs with the same widths are neighbours.
std::vector<int32_t> orderForOutputs(const ProductRows &rows, int64_t lanes);

/// Blocks of `lanes` outputs, taken in `order`: rows in (block, group, basis)
/// order, each word and coordinate repeated for the lanes; a width per block
/// and group, the largest of the block's outputs (what is missing has
/// coordinate 0).
PackedProduct packForOutputs(const ProductRows &rows, int64_t lanes,
                             llvm::ArrayRef<int32_t> order);

/// Outputs in lanes, or rows where these store clearly less: what belongs to
/// each lane takes memory too. `outputs` gets the output of each lane, as many
/// as there are outputs in the former case.
PackedProduct packForLanes(const ProductRows &rows, int64_t lanes,
                           std::vector<int32_t> &outputs);

/// First row of each tile of `tile` outputs in the order of packForPositions.
std::vector<int32_t> tileStarts(const ProductRows &rows, int64_t tile);

} // namespace subbit::numerics

#endif // SUBBIT_NUMERICS_PACKING_H
