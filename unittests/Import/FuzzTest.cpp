//===- FuzzTest.cpp - Damaged files never crash ---------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "unittests/Import/TestModel.h"
#include <random>

using namespace subbit;
using namespace subbit::importer::test;

/// A module without a message, or one or more messages without a module.
static void expectAnswer(const std::string &bytes) {
  Imported r = importBytes(bytes);
  EXPECT_EQ(static_cast<bool>(r.module), r.messages.empty()) << r.message();
  EXPECT_LE(r.messages.size(), 1u) << r.message();
}

TEST(Fuzz, Truncation) {
  std::string bytes = makeLeNet().proto.SerializeAsString();
  for (size_t size = 0; size < bytes.size(); ++size)
    expectAnswer(bytes.substr(0, size));
}

TEST(Fuzz, BitFlips) {
  std::string bytes = makeLeNet().proto.SerializeAsString();
  std::mt19937 random(1);
  for (int round = 0; round < 6000; ++round) {
    std::string damaged = bytes;
    for (int flips = 1 + random() % 3; flips > 0; --flips)
      damaged[random() % damaged.size()] ^= 1 << random() % 8;
    expectAnswer(damaged);
  }
}

/// Integers anywhere in the model become extreme.
TEST(Fuzz, ExtremeNumbers) {
  std::mt19937 random(2);
  const int64_t extremes[] = {0,         1,         -1,       2,
                              7,         1 << 20,   1 << 30,  int64_t(1) << 31,
                              1LL << 62, INT64_MAX, INT64_MIN};
  for (int round = 0; round < 3000; ++round) {
    TestModel m = makeLeNet();
    auto extreme = [&] { return extremes[random() % std::size(extremes)]; };
    auto *node = m.graph.mutable_node(random() % m.graph.node_size());
    auto *tensor =
        m.graph.mutable_initializer(random() % m.graph.initializer_size());
    switch (random() % 5) {
    case 0:
      tensor->set_dims(random() % tensor->dims_size(), extreme());
      break;
    case 1:
      m.graph.mutable_input(0)
          ->mutable_type()
          ->mutable_tensor_type()
          ->mutable_shape()
          ->mutable_dim(random() % 4)
          ->set_dim_value(extreme());
      break;
    case 2:
      node->set_op_type(m.graph.node(random() % m.graph.node_size()).op_type());
      break;
    case 3:
      NodeRef{node}.set(random() % 2 ? "pads" : "strides",
                        random() % 2 ? Dims{extreme(), extreme()}
                                     : Dims{extreme(), 0, 0, extreme()});
      break;
    default:
      for (auto &attribute : *node->mutable_attribute()) {
        attribute.set_i(extreme());
        if (attribute.ints_size() > 0)
          attribute.set_ints(0, extreme());
      }
    }
    expectAnswer(m.proto.SerializeAsString());
  }
}
