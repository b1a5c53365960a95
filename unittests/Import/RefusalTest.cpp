//===- RefusalTest.cpp - What each operator refuses -----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "unittests/Import/TestModel.h"

using namespace subbit;
using namespace subbit::importer::test;

/// A convolution of 1x4x6x6 by 2x2x3x3 in two groups.
struct ConvModel : TestModel {
  NodeRef conv{nullptr};
  ConvModel() {
    input("x", {1, 4, 6, 6});
    iota("w", {2, 2, 3, 3});
    iota("b", {2});
    conv = node("Conv", {"x", "w", "b"}, {"y"});
    output("y");
  }
  /// Two groups unless the test sets its own.
  ConvModel &grouped() {
    conv.set("group", 2);
    return *this;
  }
};

TEST(Refusal, Conv) {
  ConvModel autoPad;
  autoPad.grouped().conv.set("auto_pad", "FOO");
  EXPECT_REFUSED(autoPad, "node 'n_y' (Conv): attribute 'auto_pad' has value "
                          "'FOO', expected NOTSET, VALID, SAME_UPPER or "
                          "SAME_LOWER");
  ConvModel both;
  both.grouped().conv.set("auto_pad", "VALID").set("pads", Dims{1, 1, 1, 1});
  EXPECT_REFUSED(both, "expected no 'pads' next to it");
  for (int64_t group : {0, -1, 3}) {
    ConvModel m;
    m.conv.set("group", group);
    EXPECT_REFUSED(m, "attribute 'group' has value '" + std::to_string(group) +
                          "', expected a positive divisor of the 2 outputs");
  }
  EXPECT_REFUSED(ConvModel(), "input 'x' has 4 channels, the weights (2x2x3x3) "
                              "take 2 in each of 1 groups");
  ConvModel stride;
  stride.grouped().conv.set("strides", Dims{0, 1});
  EXPECT_REFUSED(stride, "attribute 'strides' has value '0', expected 1 to ");
  ConvModel pads;
  pads.grouped().conv.set("pads", Dims{0, 0, 0, -1});
  EXPECT_REFUSED(pads, "attribute 'pads' has value '-1', expected 0 to ");
  ConvModel count;
  count.grouped().conv.set("pads", Dims{0, 0});
  EXPECT_REFUSED(count, "attribute 'pads' has 2 values, expected 4");
  ConvModel dilation;
  dilation.grouped().conv.set("dilations", Dims{1, 1 << 20});
  EXPECT_REFUSED(dilation, "its kernel covers 2097153 columns, more than the 6 "
                           "of the padded image");
  ConvModel kernel;
  kernel.grouped().conv.set("kernel_shape", Dims{5, 5});
  EXPECT_REFUSED(kernel, "attribute 'kernel_shape' has value '[5, 5]', "
                         "expected [3, 3] as its weights have");
  ConvModel type;
  type.grouped().conv.set("strides", 2.0f);
  EXPECT_REFUSED(type, "attribute 'strides' has type FLOAT, expected INTS");
  ConvModel unknown;
  unknown.grouped().conv.set("wibble", 2);
  EXPECT_REFUSED(unknown, "attribute 'wibble' is not supported");
  ConvModel bias;
  bias.grouped().graph.mutable_initializer(1)->set_dims(0, 1);
  bias.graph.mutable_initializer(1)->mutable_raw_data()->resize(4);
  EXPECT_REFUSED(bias, "input 'b' has shape 1, expected 2, one element per "
                       "channel");
  ConvModel large;
  large.grouped().conv.set("pads", Dims{1 << 20, 1 << 20, 1 << 20, 1 << 20});
  EXPECT_REFUSED(large, "its result has shape 1x2x2097156x2097156, expected");
}

TEST(Refusal, ConvRanks) {
  TestModel line;
  line.input("x", {1, 2, 8});
  line.iota("w", {2, 2, 3});
  line.node("Conv", {"x", "w"}, {"y"});
  line.output("y");
  EXPECT_REFUSED(line, "input 'x' has rank 3, only two-dimensional "
                       "convolutions (rank 4) are supported");
  TestModel weights;
  weights.input("x", {1, 2, 8, 8});
  weights.iota("w", {2, 2, 3});
  weights.node("Conv", {"x", "w"}, {"y"});
  weights.output("y");
  EXPECT_REFUSED(weights, "input 'w' has rank 3, expected 4 for the weights");
}

/// x [1, 2] by w [2, 3] with c.
static TestModel gemm(const char *op, const Dims &x, const Dims &w,
                      const Dims &c = {}) {
  TestModel m;
  m.input("x", x);
  m.iota("w", w);
  if (c.empty()) {
    m.node(op, {"x", "w"}, {"y"});
  } else {
    m.iota("c", c);
    m.node(op, {"x", "w", "c"}, {"y"});
  }
  m.output("y");
  return m;
}

TEST(Refusal, Gemm) {
  TestModel transA = gemm("Gemm", {1, 2}, {2, 3});
  NodeRef{transA.graph.mutable_node(0)}.set("transA", 1);
  EXPECT_REFUSED(transA, "attribute 'transA' has value '1', expected 0");
  TestModel transB = gemm("Gemm", {1, 2}, {2, 3});
  NodeRef{transB.graph.mutable_node(0)}.set("transB", 2);
  EXPECT_REFUSED(transB, "attribute 'transB' has value '2', expected 0 or 1");
  TestModel alpha = gemm("Gemm", {1, 2}, {2, 3});
  NodeRef{alpha.graph.mutable_node(0)}.set("alpha", NAN);
  EXPECT_REFUSED(alpha, "attribute 'alpha' has value 'nan', expected a finite");
  TestModel overflow = gemm("Gemm", {1, 2}, {2, 3});
  NodeRef{overflow.graph.mutable_node(0)}.set("alpha", 3e38f);
  EXPECT_REFUSED(overflow, "which makes a weight infinite");
  EXPECT_REFUSED(gemm("Gemm", {3, 2}, {2, 3}, {3, 3}),
                 "input 'c' has shape 3x3, expected 3, 1x3 or a scalar");
  EXPECT_REFUSED(gemm("Gemm", {1, 4}, {2, 3}),
                 "input 'x' has 4 features, the weights take 2");
  EXPECT_REFUSED(gemm("Gemm", {1, 1, 2}, {2, 3}),
                 "input 'x' has rank 3, expected 2");
}

TEST(Refusal, MatMul) {
  EXPECT_REFUSED(gemm("MatMul", {1, 2, 2}, {2, 3}),
                 "node 'n_y' (MatMul): input 'x' has rank 3, expected 2");
  EXPECT_REFUSED(gemm("MatMul", {1, 2}, {1, 2, 3}),
                 "input 'w' has rank 3, expected 2");
  TestModel computed;
  computed.input("x", {2, 2});
  computed.node("MatMul", {"x", "x"}, {"y"});
  computed.output("y");
  EXPECT_REFUSED(computed, "input 'x' is computed by the graph, expected an "
                           "initializer or a constant");
}

static TestModel pool(const char *op, const Dims &kernel) {
  TestModel m;
  m.input("x", {1, 2, 5, 6});
  m.node(op, {"x"}, {"y"}).set("kernel_shape", kernel);
  m.output("y");
  return m;
}

TEST(Refusal, Pooling) {
  auto with = [](auto value, const char *name, const char *op = "MaxPool") {
    TestModel m = pool(op, {2, 2});
    NodeRef{m.graph.mutable_node(0)}.set(name, value);
    return m;
  };
  EXPECT_REFUSED(with(1, "ceil_mode"),
                 "attribute 'ceil_mode' has value '1', expected 0");
  EXPECT_REFUSED(with(Dims{2, 2}, "dilations"),
                 "attribute 'dilations' has value '[2, 2]', expected [1, 1]");
  EXPECT_REFUSED(with(Dims{2, 0, 0, 0}, "pads"),
                 "expected paddings smaller than the kernel, [2, 2]");
  EXPECT_REFUSED(pool("MaxPool", {1 << 20, 1}), "its kernel covers 1048576");
  EXPECT_REFUSED(pool("MaxPool", {int64_t(1) << 40, 1}),
                 "attribute 'kernel_shape' has value '1099511627776'");
  EXPECT_REFUSED(pool("MaxPool", {3}),
                 "attribute 'kernel_shape' has 1 values, expected 2");
  TestModel padded = with(1, "count_include_pad", "AveragePool");
  NodeRef{padded.graph.mutable_node(0)}.set("pads", Dims{0, 0, 1, 1});
  EXPECT_REFUSED(padded, "attribute 'count_include_pad' has value '1', "
                         "expected 0 where there is padding");
  TestModel missing = pool("MaxPool", {2, 2});
  missing.graph.mutable_node(0)->clear_attribute();
  EXPECT_REFUSED(missing, "attribute 'kernel_shape' is missing");
  TestModel indices = pool("MaxPool", {2, 2});
  indices.graph.mutable_node(0)->add_output("i");
  indices.output("i");
  EXPECT_REFUSED(indices, "output 'i' is used, only the first one");
  TestModel flat;
  flat.input("x", {1, 2, 5});
  flat.node("GlobalAveragePool", {"x"}, {"y"});
  flat.output("y");
  EXPECT_REFUSED(flat, "input 'x' has rank 3, only two-dimensional pooling");
}

static TestModel norm() {
  TestModel m;
  m.input("x", {1, 2});
  for (const char *name : {"s", "b", "m"})
    m.iota(name, {2});
  m.floats("v", {2}, {1, 2});
  m.node("BatchNormalization", {"x", "s", "b", "m", "v"}, {"y"});
  m.output("y");
  return m;
}

TEST(Refusal, BatchNormalization) {
  TestModel training = norm();
  NodeRef{training.graph.mutable_node(0)}.set("training_mode", 1);
  EXPECT_REFUSED(training, "attribute 'training_mode' has value '1', expected "
                           "0; export the model for inference");
  TestModel outputs = norm();
  outputs.graph.mutable_node(0)->add_output("mean");
  EXPECT_REFUSED(outputs, "output 'mean' belongs to training");
  TestModel epsilon = norm();
  NodeRef{epsilon.graph.mutable_node(0)}.set("epsilon", -1.0f);
  EXPECT_REFUSED(epsilon, "attribute 'epsilon' has value '-1.000000'");
  TestModel variance = norm();
  float negative[] = {1, -1};
  variance.graph.mutable_initializer(3)->set_raw_data(negative, 8);
  EXPECT_REFUSED(variance, "input 'v' has the variance -1");
  TestModel channels = norm();
  channels.graph.mutable_input(0)->Clear();
  TestModel::setType(channels.graph.mutable_input(0), "x", {1, 3});
  EXPECT_REFUSED(channels, "input 's' has shape 2, expected 3, one element per "
                           "channel");
  TestModel rank = norm();
  rank.graph.mutable_input(0)->Clear();
  TestModel::setType(rank.graph.mutable_input(0), "x", {2});
  EXPECT_REFUSED(rank, "input 'x' has rank 1, expected at least 2");
}

TEST(Refusal, Elementwise) {
  TestModel add;
  add.input("x", {1, 3});
  add.iota("c", {2});
  add.node("Add", {"x", "c"}, {"y"});
  add.output("y");
  EXPECT_REFUSED(add, "node 'n_y' (Add): its operands have shapes 1x3 and 2, "
                      "which do not broadcast");
  TestModel integers;
  integers.input("x", {1, 3});
  integers.integers("c", {2});
  integers.node("Add", {"x", "c"}, {"y"});
  integers.output("y");
  EXPECT_REFUSED(integers, "input 'c' holds integers, expected floats");
  TestModel clip;
  clip.input("x", {1, 3});
  clip.floats("low", {}, {2});
  clip.floats("high", {}, {1});
  clip.node("Clip", {"x", "low", "high"}, {"y"});
  clip.output("y");
  EXPECT_REFUSED(clip, "its lower bound 2.000000e+00 is above its upper bound");
  clip.graph.mutable_node(0)->set_input(1, "x");
  EXPECT_REFUSED(clip, "input 'x' is no float constant of one element");
  TestModel dropout;
  dropout.input("x", {1, 3});
  dropout.floats("r", {}, {0.5f});
  dropout.integers("t", {1});
  dropout.node("Dropout", {"x", "r", "t"}, {"y"});
  dropout.output("y");
  EXPECT_REFUSED(dropout, "input 't' turns training on");
}

TEST(Refusal, Shapes) {
  auto reshape = [](const std::vector<int64_t> &shape) {
    TestModel m;
    m.input("x", {2, 6});
    m.integers("s", shape);
    m.node("Reshape", {"x", "s"}, {"y"});
    m.output("y");
    return m;
  };
  EXPECT_REFUSED(reshape({5, -1}), "cannot reshape 2x6 to [5, -1]: the numbers "
                                   "of elements disagree");
  EXPECT_REFUSED(reshape({-1, -1}), "dimension 1 is -1 like one before it");
  EXPECT_REFUSED(reshape({-2, 6}), "dimension 0 is -2, expected -1 or more");
  EXPECT_REFUSED(reshape({2, 6, 0}),
                 "dimension 2 is 0, but the input has none");
  EXPECT_REFUSED(reshape({int64_t(1) << 62, int64_t(1) << 62}), "disagree");
  EXPECT_REFUSED(reshape({1, 1, 1, 1, 1, 1, 12}), "a rank of at most 6");
  TestModel zero = reshape({0, 6});
  NodeRef{zero.graph.mutable_node(0)}.set("allowzero", 1);
  EXPECT_REFUSED(zero, "the numbers of elements disagree");
  TestModel computed = reshape({12});
  computed.graph.mutable_node(0)->set_input(1, "x");
  EXPECT_REFUSED(computed, "input 'x' is computed by the graph, expected a "
                           "constant");
  auto transpose = [](const Dims &perm) {
    TestModel m;
    m.input("x", {2, 6});
    m.node("Transpose", {"x"}, {"y"}).set("perm", perm);
    m.output("y");
    return m;
  };
  EXPECT_REFUSED(transpose({0, 0}), "'perm' has value '[0, 0]', expected each");
  EXPECT_REFUSED(transpose({0, 2}), "'perm' has value '2', expected 0 to 1");
  EXPECT_REFUSED(transpose({0}), "'perm' has 1 values, expected 2");
  TestModel flatten;
  flatten.input("x", {2, 6});
  flatten.node("Flatten", {"x"}, {"y"}).set("axis", 3);
  flatten.output("y");
  EXPECT_REFUSED(flatten, "attribute 'axis' has value '3', expected -2 to 2");
  TestModel softmax;
  softmax.input("x", {2, 6});
  softmax.node("Softmax", {"x"}, {"y"}).set("axis", 2);
  softmax.output("y");
  EXPECT_REFUSED(softmax, "attribute 'axis' has value '2', expected -2 to 1");
}
