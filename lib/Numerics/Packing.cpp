//===- Packing.cpp - Rows of bases in the order of a kernel ---------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/Packing.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <numeric>

using namespace llvm;
using namespace subbit::numerics;

ProductRows::ProductRows(const Grouping &grouping, const Bases &bases)
    : numOutputs(grouping.numOutputs()), numGroups(grouping.groupsPerOutput()) {
  // A layer-wise group holds one slice per output; everything below treats a
  // group as a list of such slices.
  int64_t slices = grouping.isLayerWise() ? numOutputs : 1;
  numWords = 0;
  for (int64_t g = 0; g < numGroups; ++g)
    numWords = std::max(
        numWords, (grouping.groupSize(g) / slices + kWordBits - 1) / kWordBits);
  table.resize(numOutputs * numGroups);
  int64_t row = 0, word = 0;
  for (int64_t g = 0; g < grouping.numGroups(); ++g) {
    int64_t width = bases.widths[g], groupWords = grouping.groupWords(g);
    int64_t size = grouping.groupSize(g) / slices;
    for (int64_t slice = 0; slice < slices; ++slice) {
      std::vector<Row> &rows =
          slices == 1 ? table[g] : table[slice * numGroups + g];
      for (int64_t i = 0; i < width; ++i) {
        Row packed{bases.coordinates[row + i],
                   std::vector<uint32_t>(numWords, 0)};
        for (int64_t k = 0; k < size; ++k) {
          int64_t bit = slice * size + k;
          uint32_t value =
              bases.signs[word + i * groupWords + bit / kWordBits] >>
              (bit % kWordBits);
          packed.words[k / kWordBits] |= (value & 1) << (k % kWordBits);
        }
        rows.push_back(std::move(packed));
      }
      if (!bases.offsets.empty() && bases.offsets[g])
        rows.push_back({-bases.offsets[g], std::vector<uint32_t>(numWords, 0)});
    }
    row += width;
    word += width * groupWords;
  }
}

int64_t ProductRows::weightedCount(int64_t output) const {
  int64_t sum = 0;
  for (int64_t g = 0; g < numGroups; ++g)
    for (const Row &row : rows(output, g))
      for (uint32_t word : row.words)
        sum += row.coordinate * static_cast<int64_t>(llvm::popcount(word));
  return sum;
}

bool PackedProduct::fitsInt8() const {
  return all_of(coordinates, [](int16_t a) { return a >= -128 && a <= 127; });
}

PackedProduct subbit::numerics::packForPositions(const ProductRows &rows,
                                                 int64_t passes) {
  PackedProduct packed;
  int64_t passGroups = (rows.groups() + passes - 1) / passes;
  for (int64_t pass = 0; pass < passes; ++pass)
    for (int64_t c = 0; c < rows.outputs(); ++c) {
      int64_t firstRow = packed.groups.size(), first = pass * passGroups;
      for (int64_t g = first; g < std::min(first + passGroups, rows.groups());
           ++g) {
        packed.widths.push_back(rows.rows(c, g).size());
        for (const ProductRows::Row &row : rows.rows(c, g)) {
          packed.groups.push_back(g - first);
          packed.coordinates.push_back(row.coordinate);
          packed.words.insert(packed.words.end(), row.words.begin(),
                              row.words.end());
        }
      }
      packed.rows.push_back(packed.groups.size() - firstRow);
    }
  return packed;
}

/// Rows of all blocks of outputs in some order.
static int64_t countBlockRows(const ProductRows &rows, int64_t lanes,
                              ArrayRef<int32_t> order) {
  int64_t count = 0;
  for (int64_t first = 0; first < rows.outputs(); first += lanes)
    for (int64_t g = 0; g < rows.groups(); ++g) {
      size_t width = 0;
      for (int32_t c : order.slice(first).take_front(lanes))
        width = std::max(width, rows.rows(c, g).size());
      count += width;
    }
  return count;
}

std::vector<int32_t> subbit::numerics::orderForOutputs(const ProductRows &rows,
                                                       int64_t lanes) {
  std::vector<int32_t> given(rows.outputs());
  std::iota(given.begin(), given.end(), 0);
  auto widthsLess = [&](int32_t a, int32_t b) {
    for (int64_t g = 0; g < rows.groups(); ++g)
      if (rows.rows(a, g).size() != rows.rows(b, g).size())
        return rows.rows(a, g).size() < rows.rows(b, g).size();
    return false;
  };
  std::vector<int32_t> sorted = given;
  llvm::stable_sort(sorted, widthsLess);
  return countBlockRows(rows, lanes, sorted) <
                 countBlockRows(rows, lanes, given)
             ? sorted
             : given;
}

PackedProduct subbit::numerics::packForOutputs(const ProductRows &rows,
                                               int64_t lanes,
                                               ArrayRef<int32_t> order) {
  PackedProduct packed;
  for (int64_t first = 0; first < rows.outputs(); first += lanes) {
    ArrayRef<int32_t> block = order.slice(first).take_front(lanes);
    for (int64_t g = 0; g < rows.groups(); ++g) {
      size_t width = 0;
      for (int32_t c : block)
        width = std::max(width, rows.rows(c, g).size());
      packed.widths.push_back(width);
      for (size_t i = 0; i < width; ++i) {
        auto rowOf = [&](size_t lane) -> const ProductRows::Row * {
          return lane < block.size() && i < rows.rows(block[lane], g).size()
                     ? &rows.rows(block[lane], g)[i]
                     : nullptr;
        };
        for (int64_t lane = 0; lane < lanes; ++lane)
          packed.coordinates.push_back(rowOf(lane) ? rowOf(lane)->coordinate
                                                   : 0);
        for (int64_t w = 0; w < rows.words(); ++w)
          for (int64_t lane = 0; lane < lanes; ++lane)
            packed.words.push_back(rowOf(lane) ? rowOf(lane)->words[w] : 0);
      }
    }
  }
  return packed;
}

std::vector<int32_t> subbit::numerics::tileStarts(const ProductRows &rows,
                                                  int64_t tile) {
  std::vector<int32_t> starts;
  int64_t row = 0;
  for (int64_t c = 0; c < rows.outputs(); ++c) {
    if (c % tile == 0)
      starts.push_back(row);
    for (int64_t g = 0; g < rows.groups(); ++g)
      row += rows.rows(c, g).size();
  }
  return starts;
}

PackedProduct subbit::numerics::packRows(const ProductRows &rows, int64_t lanes,
                                         std::vector<int32_t> &outputs) {
  PackedProduct packed;
  outputs.clear();
  for (int64_t g = 0; g < rows.groups(); ++g) {
    std::vector<std::pair<int32_t, const ProductRows::Row *>> ofGroup;
    for (int64_t c = 0; c < rows.outputs(); ++c)
      for (const ProductRows::Row &row : rows.rows(c, g))
        ofGroup.emplace_back(c, &row);
    ofGroup.resize(alignTo(ofGroup.size(), lanes),
                   {static_cast<int32_t>(rows.outputs()), nullptr});
    for (size_t first = 0; first < ofGroup.size(); first += lanes) {
      for (int64_t other = 0; other < rows.groups(); ++other)
        packed.widths.push_back(other == g);
      auto block = ArrayRef(ofGroup).slice(first, lanes);
      for (auto [output, row] : block) {
        outputs.push_back(output);
        packed.coordinates.push_back(row ? row->coordinate : 0);
      }
      for (int64_t w = 0; w < rows.words(); ++w)
        for (auto [output, row] : block)
          packed.words.push_back(row ? row->words[w] : 0);
    }
  }
  return packed;
}

PackedProduct subbit::numerics::packForLanes(const ProductRows &rows,
                                             int64_t lanes,
                                             std::vector<int32_t> &outputs) {
  std::vector<int32_t> rowOutputs;
  PackedProduct byRows = packRows(rows, lanes, rowOutputs);
  outputs = orderForOutputs(rows, lanes);
  PackedProduct byOutputs = packForOutputs(rows, lanes, outputs);
  if (byRows.words.empty() ||
      8 * byOutputs.words.size() < 9 * byRows.words.size())
    return byOutputs;
  outputs = std::move(rowOutputs);
  return byRows;
}
