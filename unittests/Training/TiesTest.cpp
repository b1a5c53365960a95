//===- TiesTest.cpp - Tests of weights trained together -----------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/Ties.h"
#include <gtest/gtest.h>

using namespace subbit::training;

TEST(Ties, DenseWeightsKeepTheirGradients) {
  std::vector<float> weights{0, 1, 1}, gradient{3, 4, 5};
  Ties ties(Tie::None, weights);
  ties.collect(gradient);
  EXPECT_EQ(ties.numParameters(), 3);
  EXPECT_EQ(gradient, (std::vector<float>{3, 4, 5}));
}

TEST(Ties, MaskedWeightsHaveNoGradient) {
  std::vector<float> weights{0, 1, -0.0f, 1}, gradient{3, 4, 5, 6};
  Ties ties(Tie::Zeros, weights);
  ties.collect(gradient);
  EXPECT_EQ(ties.numParameters(), 2);
  EXPECT_EQ(gradient, (std::vector<float>{0, 4, 0, 6}));
}

TEST(Ties, SharedWeightsHaveTheSumOfTheirGradients) {
  std::vector<float> weights{2, 0, 1, 2, -1, 2}, gradient{1, 8, 3, 4, 5, -7};
  Ties ties(Tie::Values, weights);
  ties.collect(gradient);
  EXPECT_EQ(ties.numParameters(), 3);
  EXPECT_EQ(gradient, (std::vector<float>{-2, 0, 3, -2, 5, -2}));
}

TEST(Ties, NoWeights) {
  std::vector<float> none;
  Ties ties(Tie::Values, none);
  ties.collect(none);
  EXPECT_EQ(ties.numParameters(), 0);
}
