//===- KeepChannelsTest.cpp - Tests of weights without some channels ------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/KeepChannels.h"
#include <gtest/gtest.h>
#include <random>

using namespace subbit::numerics;

namespace {

GroupedBases randomBases(std::vector<int64_t> shape, std::vector<int64_t> group,
                         bool stepPerOutput, bool offsets) {
  std::mt19937 random(1);
  GroupedBases all{Grouping(shape, group), {}};
  for (int64_t g = 0; g < all.grouping.numGroups(); ++g) {
    all.bases.widths.push_back(random() % 4);
    if (offsets)
      all.bases.offsets.push_back(int16_t(random() % 5) - 2);
    for (int i = 0; i < all.bases.widths.back(); ++i) {
      all.bases.coordinates.push_back(1 + random() % 20);
      for (int64_t w = 0; w < all.grouping.groupWords(g); ++w)
        all.bases.signs.push_back(random());
    }
  }
  for (int64_t c = 0; c < (stepPerOutput ? shape[0] : 1); ++c)
    all.bases.steps.push_back(0.25f * (c + 1));
  return all;
}

/// Whether each weight that is kept is what it was.
void expectSameWeights(const GroupedBases &all, std::vector<bool> outputs,
                       std::vector<bool> inputs) {
  llvm::SmallVector<bool> o(outputs.begin(), outputs.end()),
      i(inputs.begin(), inputs.end());
  auto kept = keepChannels(all, o, i);
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(decodeFloats(kept->grouping, kept->bases),
            keepChannels(decodeFloats(all.grouping, all.bases), o, i));
}

TEST(KeepChannels, KeepsWeightsAsTheyWere) {
  for (bool steps : {false, true})
    for (bool offsets : {false, true}) {
      // Kernels, positions, channels and slices of a convolution.
      for (std::vector<int64_t> group :
           {std::vector<int64_t>{1, 2, 2, 1}, {1, 1, 1, 6}, {1, 2, 2, 6}})
        expectSameWeights(randomBases({3, 2, 2, 6}, group, steps, offsets),
                          {true, false, true},
                          {false, true, true, false, true, true});
      expectSameWeights(randomBases({3, 2, 2, 6}, {1, 2, 2, 3}, steps, offsets),
                        {true, true, true},
                        {false, true, true, true, false, true});
      // A slice that vanishes, and a last one that is smaller.
      expectSameWeights(randomBases({2, 70}, {1, 40}, steps, offsets),
                        {true, true}, [] {
                          std::vector<bool> keep(70, true);
                          std::fill_n(keep.begin(), 40, false);
                          return keep;
                        }());
      expectSameWeights(randomBases({2, 7}, {1, 3}, steps, offsets),
                        {false, true},
                        {true, false, true, false, true, true, true});
    }
}

TEST(KeepChannels, OfAWholeLayer) {
  expectSameWeights(randomBases({4, 5}, {4, 5}, false, false),
                    {true, false, true, true},
                    {true, false, false, true, true});
}

TEST(KeepChannels, GroupsOfSeveralSizesAreNone) {
  GroupedBases all = randomBases({2, 6}, {1, 2}, false, false);
  llvm::SmallVector<bool> both{true, true}, none{false, false};
  EXPECT_FALSE(keepChannels(all, both, {true, false, true, true, true, true}));
  EXPECT_FALSE(keepChannels(all, both, {true, true, true, false, true, true}));
  EXPECT_TRUE(keepChannels(all, both, {true, true, true, true, true, false}));
  EXPECT_FALSE(keepChannels(all, none, {true, true, true, true, true, true}));
}

} // namespace
