//===- KeepChannels.cpp - Weights without some channels -------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/KeepChannels.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace subbit::numerics;

/// The size of groups along a dimension when some elements are kept: that of
/// the first that does not vanish, which the others must have too, but the
/// last.
static std::optional<int64_t> keptSize(ArrayRef<bool> keep, int64_t size) {
  int64_t first = 0, last = 0, total = keep.size();
  for (int64_t begin = 0; begin < total; begin += size) {
    int64_t kept =
        count(keep.slice(begin, std::min(size, total - begin)), true);
    if (kept == 0)
      continue;
    // A smaller one must be the last.
    if (first && (last != first || kept > first))
      return std::nullopt;
    first = first ? first : kept;
    last = kept;
  }
  if (!first)
    return std::nullopt;
  return first;
}

std::optional<GroupedBases>
subbit::numerics::keepChannels(const GroupedBases &all, ArrayRef<bool> outputs,
                               ArrayRef<bool> inputs) {
  const Grouping &grouping = all.grouping;
  const Bases &bases = all.bases;
  SmallVector<int64_t, 4> shape(grouping.shape()), group(grouping.group());
  auto outputSize = keptSize(outputs, group.front());
  auto inputSize = keptSize(inputs, group.back());
  if (!outputSize || !inputSize)
    return std::nullopt;
  shape.front() = count(outputs, true);
  shape.back() = count(inputs, true);
  group.front() = *outputSize;
  group.back() = *inputSize;

  GroupedBases kept{Grouping(shape, group), {}};
  int64_t row = 0, word = 0;
  for (int64_t g = 0; g < grouping.numGroups(); ++g) {
    int64_t width = bases.widths[g], words = grouping.groupWords(g);
    SmallVector<int64_t> places;
    grouping.forEachElement(g, [&](int64_t k, int64_t element) {
      if (outputs[element / grouping.elementsPerOutput()] &&
          inputs[element % inputs.size()])
        places.push_back(k);
    });
    if (!places.empty()) {
      kept.bases.widths.push_back(width);
      if (!bases.offsets.empty())
        kept.bases.offsets.push_back(bases.offsets[g]);
      for (int64_t i = 0; i < width; ++i) {
        kept.bases.coordinates.push_back(bases.coordinates[row + i]);
        size_t begin = kept.bases.signs.size();
        kept.bases.signs.resize(
            begin + (places.size() + kWordBits - 1) / kWordBits, 0);
        for (auto [k, place] : enumerate(places)) {
          uint32_t bits = bases.signs[word + i * words + place / kWordBits];
          kept.bases.signs[begin + k / kWordBits] |=
              ((bits >> (place % kWordBits)) & 1) << (k % kWordBits);
        }
      }
    }
    row += width;
    word += width * words;
  }
  kept.bases.steps = bases.steps;
  if (bases.steps.size() > 1) {
    kept.bases.steps.clear();
    for (auto [step, keep] : zip(bases.steps, outputs))
      if (keep)
        kept.bases.steps.push_back(step);
  }
  return kept;
}

std::vector<float> subbit::numerics::keepChannels(ArrayRef<float> values,
                                                  ArrayRef<bool> outputs,
                                                  ArrayRef<bool> inputs) {
  std::vector<float> kept;
  size_t perOutput = values.size() / outputs.size();
  for (size_t i = 0; i < values.size(); ++i)
    if (outputs[i / perOutput] && inputs[i % inputs.size()])
      kept.push_back(values[i]);
  return kept;
}
