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

/// Bytes in, products of integers, thresholds, codes side by side, floats out.
static TestModel makeIntegers() {
  TestModel m;
  m.input("x", {1, 1, 6, 6})
      ->mutable_type()
      ->mutable_tensor_type()
      ->set_elem_type(onnx::TensorProto::UINT8);
  auto constant = [&](const char *name, int32_t type, const Dims &dims,
                      const Dims &values) {
    onnx::TensorProto *tensor = m.graph.add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(type);
    for (int64_t dim : dims)
      tensor->add_dims(dim);
    for (int64_t value : values)
      if (type == onnx::TensorProto::INT64)
        tensor->add_int64_data(value);
      else
        tensor->add_int32_data(value);
  };
  constant("list", onnx::TensorProto::UINT8, {4}, {0, 1, 3, 4});
  constant("zero", onnx::TensorProto::UINT8, {}, {1});
  constant("low", onnx::TensorProto::INT8, {2, 1, 2, 2},
           {1, -2, 3, -4, 5, 6, -7, 8});
  constant("high", onnx::TensorProto::INT8, {2, 1, 2, 2},
           {0, 1, 0, 0, -1, 0, 2, 0});
  constant("factor", onnx::TensorProto::INT32, {}, {256});
  constant("axis", onnx::TensorProto::INT64, {1}, {4});
  constant("table", onnx::TensorProto::INT32, {2, 3}, {-9, 5, 40, 1, 2, 3});
  constant("lower", onnx::TensorProto::UINT8, {}, {1});
  constant("upper", onnx::TensorProto::UINT8, {}, {2});
  constant("matrix", onnx::TensorProto::INT8, {100, 1}, Dims(100, 3));
  m.floats("scale", {}, {0.5f});
  m.node("Cast", {"x"}, {"index"}).set("to", 6);
  m.node("Gather", {"list", "index"}, {"codes"});
  m.node("ConvInteger", {"codes", "low", "zero"}, {"lows"});
  m.node("ConvInteger", {"codes", "high", "zero"}, {"highs"});
  m.node("Mul", {"highs", "factor"}, {"scaled"});
  m.node("Add", {"lows", "scaled"}, {"sums"});
  m.node("Transpose", {"sums"}, {"last"}).set("perm", Dims{0, 2, 3, 1});
  m.node("Unsqueeze", {"last", "axis"}, {"wide"});
  m.node("GreaterOrEqual", {"wide", "table"}, {"reached"});
  m.node("Cast", {"reached"}, {"ones"}).set("to", 6);
  m.node("ReduceSum", {"ones", "axis"}, {"count"}).set("keepdims", 0);
  m.node("Cast", {"count"}, {"bytes"}).set("to", 2);
  m.node("Clip", {"bytes", "lower", "upper"}, {"clipped"});
  m.node("Transpose", {"clipped"}, {"first"}).set("perm", Dims{0, 3, 1, 2});
  m.node("MaxPool", {"first"}, {"pooled"}).set("kernel_shape", Dims{1, 1});
  m.node("Concat", {"pooled", "first"}, {"both"}).set("axis", 1);
  m.node("Flatten", {"both"}, {"flat"});
  m.node("MatMulInteger", {"flat", "matrix", "zero"}, {"product"});
  m.node("Cast", {"product"}, {"real"}).set("to", 1);
  m.node("Mul", {"real", "scale"}, {"y"});
  m.output("y");
  m.node("DequantizeLinear", {"flat", "scale", "zero"}, {"decoded"});
  m.node("ReduceMax", {"decoded"}, {"most"}).set("axes", Dims{1});
  m.output("most");
  return m;
}

TEST(Fuzz, TheModelsAreGood) {
  for (const TestModel &m : {makeLeNet(), makeIntegers()}) {
    Imported r = importBytes(m.proto.SerializeAsString());
    EXPECT_TRUE(r.module) << r.message();
  }
}

TEST(Fuzz, Truncation) {
  for (const TestModel &m : {makeLeNet(), makeIntegers()}) {
    std::string bytes = m.proto.SerializeAsString();
    for (size_t size = 0; size < bytes.size(); ++size)
      expectAnswer(bytes.substr(0, size));
  }
}

TEST(Fuzz, BitFlips) {
  const std::string models[] = {makeLeNet().proto.SerializeAsString(),
                                makeIntegers().proto.SerializeAsString()};
  std::mt19937 random(1);
  for (int round = 0; round < 6000; ++round) {
    const std::string &bytes = models[round % 2];
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
  for (int round = 0; round < 4000; ++round) {
    TestModel m = round % 2 ? makeLeNet() : makeIntegers();
    auto extreme = [&] { return extremes[random() % std::size(extremes)]; };
    auto *node = m.graph.mutable_node(random() % m.graph.node_size());
    auto *tensor =
        m.graph.mutable_initializer(random() % m.graph.initializer_size());
    switch (random() % 5) {
    case 0:
      if (tensor->dims_size() > 0)
        tensor->set_dims(random() % tensor->dims_size(), extreme());
      else if (tensor->int32_data_size() > 0)
        tensor->set_int32_data(0, extreme());
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
