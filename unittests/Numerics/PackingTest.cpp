//===- PackingTest.cpp - Tests of kernel layouts --------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/Packing.h"
#include "gtest/gtest.h"

using namespace subbit::numerics;

using Ints = std::vector<int32_t>;

/// Outputs of three groups of 4 weights, with so many bases each; row r has the
/// coordinate r + 1 and the word r % 16.
static ProductRows makeRows(std::vector<uint8_t> widths) {
  int64_t outputs = widths.size() / 3;
  Grouping grouping({outputs, 12}, {1, 4});
  Bases bases;
  for (uint8_t width : widths)
    for (int64_t i = 0; i < width; ++i) {
      bases.coordinates.push_back(bases.coordinates.size() + 1);
      bases.signs.push_back(bases.signs.size() % 16);
    }
  bases.widths = std::move(widths);
  bases.steps = {1};
  return ProductRows(grouping, bases);
}

TEST(Packing, NamesTheGroupOfEachRow) {
  PackedProduct packed =
      packForPositions(makeRows({2, 0, 1, 0, 0, 0, 0, 1, 0}));
  EXPECT_EQ(packed.rows, Ints({3, 0, 1}));
  EXPECT_EQ(packed.groups, Ints({0, 0, 2, 1}));
  EXPECT_EQ(packed.widths, std::vector<uint8_t>({2, 0, 1, 0, 0, 0, 0, 1, 0}));
  EXPECT_EQ(packed.coordinates, std::vector<int16_t>({1, 2, 3, 4}));
}

TEST(Packing, PassesTakeTheirGroupsOfAllOutputs) {
  // Groups 0 and 1, then group 2, counted from 0 again.
  PackedProduct packed = packForPositions(makeRows({2, 0, 1, 0, 1, 1}), 2);
  EXPECT_EQ(packed.rows, Ints({2, 1, 1, 1}));
  EXPECT_EQ(packed.groups, Ints({0, 0, 1, 0, 0}));
  EXPECT_EQ(packed.coordinates, std::vector<int16_t>({1, 2, 4, 3, 5}));
  EXPECT_EQ(packed.words, std::vector<uint32_t>({0, 1, 3, 2, 4}));
}

TEST(Packing, OutputsOfTheSameWidthsShareABlock) {
  ProductRows rows = makeRows({2, 0, 0, 0, 1, 0, 2, 0, 0, 0, 1, 0});
  Ints order = orderForOutputs(rows, 2);
  EXPECT_EQ(order, Ints({1, 3, 0, 2}));
  PackedProduct packed = packForOutputs(rows, 2, order);
  EXPECT_EQ(packed.widths, std::vector<uint8_t>({0, 1, 0, 2, 0, 0}));
  EXPECT_EQ(packed.coordinates, std::vector<int16_t>({3, 6, 1, 4, 2, 5}));
}

TEST(Packing, KeepsAnOrderThatSortingDoesNotImprove) {
  EXPECT_EQ(orderForOutputs(makeRows({1, 0, 0, 0, 0, 0}), 2), Ints({0, 1}));
}

TEST(Packing, RowsFillLanes) {
  // Three rows of group 0, none of group 1, one of group 2.
  ProductRows rows = makeRows({2, 0, 0, 1, 0, 0, 0, 0, 1});
  Ints outputs;
  PackedProduct packed = packRows(rows, 2, outputs);
  EXPECT_EQ(outputs, Ints({0, 0, 1, 3, 2, 3}));
  EXPECT_EQ(packed.widths, std::vector<uint8_t>({1, 0, 0, 1, 0, 0, 0, 0, 1}));
  EXPECT_EQ(packed.coordinates, std::vector<int16_t>({1, 2, 3, 0, 4, 0}));
  EXPECT_EQ(packed.words, std::vector<uint32_t>({0, 1, 2, 0, 3, 0}));
  EXPECT_TRUE(packRows(makeRows({0, 0, 0}), 2, outputs).words.empty());
  EXPECT_TRUE(outputs.empty());
}

TEST(Packing, LanesHoldWhatStoresLess) {
  Ints outputs;
  // Two outputs of the same widths; rows would store as much.
  EXPECT_EQ(packForLanes(makeRows({1, 0, 0, 1, 0, 0}), 2, outputs).words.size(),
            2u);
  EXPECT_EQ(outputs, Ints({0, 1}));
  // Each output has another group.
  EXPECT_EQ(packForLanes(makeRows({2, 0, 0, 0, 2, 0}), 2, outputs).words.size(),
            4u);
  EXPECT_EQ(outputs, Ints({0, 0, 1, 1}));
  packForLanes(makeRows({0, 0, 0}), 2, outputs);
  EXPECT_EQ(outputs, Ints({0}));
}

TEST(Packing, PadsBlocksOfFewerOutputs) {
  ProductRows rows = makeRows({1, 0, 0, 2, 0, 0, 0, 0, 1});
  PackedProduct packed = packForOutputs(rows, 2, Ints({0, 1, 2}));
  EXPECT_EQ(packed.widths, std::vector<uint8_t>({2, 0, 0, 0, 0, 1}));
  EXPECT_EQ(packed.coordinates, std::vector<int16_t>({1, 2, 0, 3, 4, 0}));
}
