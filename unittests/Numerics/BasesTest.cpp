//===- BasesTest.cpp - Grouped binary bases on plain arrays ---------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/Bases.h"
#include "gtest/gtest.h"
#include <numeric>
#include <random>

using namespace subbit::numerics;

namespace {

using Shape = std::vector<int64_t>;

std::vector<int64_t> elementsOf(const Grouping &grouping, int64_t g) {
  std::vector<int64_t> elements;
  grouping.forEachElement(g, [&](int64_t k, int64_t element) {
    EXPECT_EQ(k, static_cast<int64_t>(elements.size()));
    elements.push_back(element);
  });
  return elements;
}

TEST(Grouping, pixel_wise) {
  Grouping grouping({2, 2, 3, 4}, {1, 1, 1, 4});
  EXPECT_EQ(grouping.numElements(), 48);
  EXPECT_EQ(grouping.numOutputs(), 2);
  EXPECT_EQ(grouping.elementsPerOutput(), 24);
  EXPECT_EQ(grouping.numGroups(), 12);
  EXPECT_EQ(grouping.groupsPerOutput(), 6);
  EXPECT_FALSE(grouping.isLayerWise());
  EXPECT_EQ(elementsOf(grouping, 7), (Shape{28, 29, 30, 31}));
}

TEST(Grouping, kernel_wise) {
  Grouping grouping({2, 2, 2, 3}, {1, 2, 2, 1});
  EXPECT_EQ(grouping.numGroups(), 6);
  EXPECT_EQ(elementsOf(grouping, 1), (Shape{1, 4, 7, 10}));
  EXPECT_EQ(elementsOf(grouping, 3), (Shape{12, 15, 18, 21}));
}

// 5 in slices of 2: the last one has a single element.
TEST(Grouping, last_group_is_smaller) {
  Grouping grouping({3, 5}, {1, 2});
  EXPECT_EQ(grouping.numGroups(), 9);
  EXPECT_EQ(grouping.groupSize(0), 2);
  EXPECT_EQ(grouping.groupSize(2), 1);
  EXPECT_EQ(elementsOf(grouping, 2), Shape{4});
  EXPECT_EQ(elementsOf(grouping, 4), (Shape{7, 8}));
}

TEST(Grouping, corner_is_smaller_in_every_dimension) {
  Grouping grouping({3, 3, 3, 3}, {2, 2, 2, 2});
  EXPECT_EQ(grouping.numGroups(), 16);
  EXPECT_EQ(grouping.groupSize(0), 16);
  EXPECT_EQ(grouping.groupSize(15), 1);
  EXPECT_EQ(elementsOf(grouping, 15), Shape{80});
  EXPECT_EQ(elementsOf(grouping, 7), (Shape{26, 53}));
  EXPECT_TRUE(grouping.isLayerWise());
  EXPECT_EQ(grouping.groupsPerOutput(), 8);
}

TEST(Grouping, layer_wise) {
  Grouping grouping({3, 4}, {3, 4});
  EXPECT_TRUE(grouping.isLayerWise());
  EXPECT_EQ(grouping.numGroups(), 1);
  EXPECT_EQ(grouping.groupsPerOutput(), 1);
  EXPECT_EQ(grouping.elementsPerOutput(), 4);
  EXPECT_EQ(elementsOf(grouping, 0).size(), 12u);
}

TEST(Grouping, one_element) {
  Grouping grouping({1}, {1});
  EXPECT_EQ(grouping.numGroups(), 1);
  EXPECT_EQ(elementsOf(grouping, 0), Shape{0});
}

TEST(Grouping, group_larger_than_the_tensor) {
  Grouping grouping({2, 3}, {1, 7});
  EXPECT_EQ(grouping.numGroups(), 2);
  EXPECT_EQ(grouping.groupSize(1), 3);
}

TEST(Grouping, words) {
  for (auto [n, words] : {std::pair{1, 1}, {31, 1}, {32, 1}, {33, 2}, {64, 2}})
    EXPECT_EQ(Grouping({1, n}, {1, n}).groupWords(0), words);
}

// Every element belongs to exactly one group, whatever does not divide.
TEST(Grouping, random_groupings_are_partitions) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    Shape shape, group;
    for (unsigned d = 0, rank = 1 + random() % 4; d < rank; ++d) {
      shape.push_back(1 + random() % 6);
      group.push_back(1 + random() % shape.back());
    }
    Grouping grouping(shape, group);
    std::vector<int> seen(grouping.numElements());
    for (int64_t g = 0; g < grouping.numGroups(); ++g) {
      EXPECT_EQ(static_cast<int64_t>(elementsOf(grouping, g).size()),
                grouping.groupSize(g));
      for (int64_t element : elementsOf(grouping, g))
        ++seen[element];
    }
    EXPECT_EQ(seen, std::vector<int>(grouping.numElements(), 1));
  }
}

TEST(Bases, decode) {
  // Group 0: two bases, group 1: none, group 2: one, group 3: none.
  Grouping grouping({2, 4}, {1, 3});
  Bases bases;
  bases.widths = {2, 0, 1, 0};
  bases.coordinates = {5, 2, 7};
  bases.signs = {0b011, 0b101, 0b100};
  bases.steps = {0.5f, 0.25f};
  EXPECT_EQ(decodeIntegers(grouping, bases),
            (std::vector<int16_t>{7, 3, -3, 0, -7, -7, 7, 0}));
  EXPECT_EQ(
      decodeFloats(grouping, bases),
      (std::vector<float>{3.5f, 1.5f, -1.5f, 0, -1.75f, -1.75f, 1.75f, 0}));
  bases.steps = {2};
  EXPECT_EQ(decodeFloats(grouping, bases),
            (std::vector<float>{14, 6, -6, 0, -14, -14, 14, 0}));
}

// An offset holds for groups without bases too.
TEST(Bases, offsets) {
  Grouping grouping({1, 4}, {1, 2});
  Bases bases;
  bases.widths = {1, 0};
  bases.coordinates = {3};
  bases.signs = {0b10};
  bases.offsets = {-1, 4};
  bases.steps = {1};
  EXPECT_EQ(decodeIntegers(grouping, bases),
            (std::vector<int16_t>{-4, 2, 4, 4}));
}

TEST(Bases, no_bases_at_all) {
  Grouping grouping({2, 3}, {1, 3});
  Bases bases;
  bases.widths = {0, 0};
  bases.steps = {0};
  EXPECT_EQ(decodeIntegers(grouping, bases), std::vector<int16_t>(6, 0));
  EXPECT_EQ(decodeFloats(grouping, bases), std::vector<float>(6, 0));
}

// Tail bits of the last word belong to nobody.
TEST(Bases, groups_of_more_than_a_word) {
  Grouping grouping({1, 35}, {1, 35});
  Bases bases;
  bases.widths = {1};
  bases.coordinates = {1};
  bases.signs = {0x80000001, 0xfffffffa};
  bases.steps = {1};
  std::vector<int16_t> expected(35, -1);
  for (int k : {0, 31, 33})
    expected[k] = 1;
  EXPECT_EQ(decodeIntegers(grouping, bases), expected);
}

TEST(Bases, eight_bases_and_layer_wise_groups) {
  Grouping grouping({2, 2}, {2, 2});
  Bases bases;
  bases.widths = {8};
  bases.coordinates = {64, 32, 16, 8, 4, 2, 1, 1};
  for (int i = 0; i < 8; ++i)
    bases.signs.push_back(i == 0 ? 0b1011 : 0b0011);
  bases.steps = {1};
  EXPECT_EQ(decodeIntegers(grouping, bases),
            (std::vector<int16_t>{128, 128, -128, 0}));
}

TEST(Bases, formula_bits) {
  Grouping grouping({2, 5}, {1, 3});
  Bases bases;
  bases.widths = {3, 0, 1, 2};
  bases.steps = {1};
  // Sizes 3, 2, 3, 2; the table takes 2 bits a group for up to 3 bases.
  int64_t rows = 3 * (3 + 32) + 1 * (3 + 32) + 2 * (2 + 32);
  EXPECT_EQ(formulaBits(grouping, bases, 3), rows + 4 * 2);
  EXPECT_EQ(formulaBits(grouping, bases, 4), rows + 4 * 3);
  EXPECT_EQ(formulaBits(grouping, bases, 8), rows + 4 * 4);
  bases.offsets = {0, 0, 0, 0};
  EXPECT_EQ(formulaBits(grouping, bases, 3), rows + 4 * 2 + 4 * 32);
}

} // namespace
