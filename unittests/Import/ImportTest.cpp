//===- ImportTest.cpp - What is imported ----------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "unittests/Import/TestModel.h"

using namespace subbit;
using namespace subbit::importer::test;

TestModel subbit::importer::test::makeLeNet() {
  TestModel m;
  m.input("image", {-1, 1, 8, 8});
  m.iota("w1", {2, 1, 3, 3});
  m.iota("b1", {2});
  m.iota("w2", {4, 18});
  m.iota("b2", {4});
  m.iota("w3", {4, 3});
  m.node("Conv", {"image", "w1", "b1"}, {"a"}).set("kernel_shape", Dims{3, 3});
  m.node("Relu", {"a"}, {"b"});
  m.node("MaxPool", {"b"}, {"c"})
      .set("kernel_shape", Dims{2, 2})
      .set("strides", Dims{2, 2});
  m.node("Flatten", {"c"}, {"d"});
  m.node("Gemm", {"d", "w2", "b2"}, {"e"}).set("transB", 1);
  m.node("Relu", {"e"}, {"f"});
  m.node("MatMul", {"f", "w3"}, {"g"});
  m.node("Softmax", {"g"}, {"y"});
  m.output("y", {-1, 3});
  return m;
}

/// x (of the shape) -> one node -> y.
static TestModel one(const Dims &shape, const char *op, int64_t opset = 13) {
  TestModel m(opset);
  m.input("x", shape);
  m.node(op, {"x"}, {"y"});
  m.output("y");
  return m;
}

static NodeRef last(TestModel &m) {
  return {m.graph.mutable_node(m.graph.node_size() - 1)};
}

TEST(Import, LeNet) {
  Imported r = importModel(makeLeNet(), {/*batch=*/3});
  ASSERT_TRUE(r.module) << r.message();
  auto main = r.ops<mlir::func::FuncOp>().front();
  EXPECT_EQ(main.getSymName(), "main");
  EXPECT_TRUE(contains(r.text(),
                       "%arg0: tensor<3x1x8x8xf32> {mbn.name = \"image\"}) -> "
                       "(tensor<3x3xf32> {mbn.name = \"y\"})"));
  EXPECT_TRUE(contains(r.text(), "layer \"n_a\""));
  EXPECT_TRUE(contains(r.text(), "tensor<3x6x6x2xf32>"));
  EXPECT_TRUE(r.ops<mlir::tosa::TransposeOp>().empty()) << r.text();
}

TEST(Import, WeightsAfterFlattenArePermuted) {
  Imported r = importModel(makeLeNet());
  ASSERT_TRUE(r.module) << r.message();
  auto gemm = r.ops<mbn::MatmulOp>()[0];
  std::vector<float> w = floatsOf(gemm.getWeights());
  ASSERT_EQ(w.size(), 72u);
  // The model counts [2 channels, 3, 3]; the value is [3, 3, 2].
  for (int o = 0; o < 4; ++o)
    for (int y = 0; y < 3; ++y)
      for (int x = 0; x < 3; ++x)
        for (int c = 0; c < 2; ++c)
          EXPECT_EQ(w[o * 18 + (y * 3 + x) * 2 + c],
                    o * 18 + c * 9 + y * 3 + x);
  // MatMul: [inputs, outputs] becomes [outputs, inputs].
  EXPECT_EQ(floatsOf(r.ops<mbn::MatmulOp>()[1].getWeights()),
            Floats({0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11}));
}

TEST(Import, ConvLaysWeightsOutAsOHWI) {
  TestModel m;
  m.input("x", {1, 2, 5, 5});
  m.iota("w", {1, 2, 2, 2});
  m.node("Conv", {"x", "w"}, {"y"});
  m.output("y", {1, 1, 4, 4});
  Imported r = importModel(m);
  ASSERT_TRUE(r.module) << r.message();
  auto conv = r.ops<mbn::Conv2DOp>().front();
  EXPECT_EQ(floatsOf(conv.getWeights()), Floats({0, 4, 1, 5, 2, 6, 3, 7}));
  // Two channels: a transpose at the input; one at the output: a reshape.
  ASSERT_EQ(r.ops<mlir::tosa::TransposeOp>().size(), 1u);
  EXPECT_EQ(r.ops<mlir::tosa::TransposeOp>()[0].getPerms(),
            llvm::ArrayRef<int32_t>({0, 2, 3, 1}));
  EXPECT_EQ(r.ops<mlir::tosa::ReshapeOp>().size(), 1u);
}

TEST(Import, ConvGeometry) {
  TestModel m;
  m.input("x", {1, 4, 9, 8});
  m.iota("w", {6, 2, 3, 2});
  m.node("Conv", {"x", "w"}, {"y"})
      .set("group", 2)
      .set("pads", Dims{1, 0, 2, 3})
      .set("strides", Dims{2, 3})
      .set("dilations", Dims{2, 1});
  m.output("y", {1, 6, 4, 4});
  EXPECT_IMPORTED(m, "pad [1, 0, 2, 3] stride [2, 3] dilation [2, 1] groups 2");
}

TEST(Import, ConvAutoPad) {
  for (auto [mode, pad, size] :
       {std::tuple("SAME_UPPER", "pad [0, 0, 1, 1] ", 4),
        std::tuple("SAME_LOWER", "pad [1, 1, 0, 0] ", 4),
        std::tuple("VALID", "layer \"n_y\" stride", 3)}) {
    TestModel m;
    m.input("x", {1, 1, 8, 8});
    m.iota("w", {1, 1, 3, 3});
    m.node("Conv", {"x", "w"}, {"y"})
        .set("auto_pad", mode)
        .set("strides", Dims{2, 2});
    m.output("y", {1, 1, size, size});
    EXPECT_IMPORTED(m, pad);
  }
}

TEST(Import, GemmScalesAndBroadcasts) {
  TestModel m;
  m.input("x", {1, 2});
  m.iota("w", {2, 3});
  m.floats("c", {1, 1}, {3});
  m.node("Gemm", {"x", "w", "c"}, {"y"}).set("alpha", 0.5f).set("beta", 2.0f);
  m.output("y", {1, 3});
  Imported r = importModel(m);
  ASSERT_TRUE(r.module) << r.message();
  auto gemm = r.ops<mbn::MatmulOp>().front();
  EXPECT_EQ(floatsOf(gemm.getWeights()), Floats({0, 1.5, 0.5, 2, 1, 2.5}));
  EXPECT_EQ(floatsOf(gemm.getBias()), Floats({6, 6, 6}));
}

TEST(Import, AddBecomesBias) {
  TestModel m;
  m.input("x", {1, 2});
  m.iota("w", {2, 3});
  m.iota("c", {3});
  m.node("MatMul", {"x", "w"}, {"a"});
  m.node("Add", {"c", "a"}, {"y"});
  m.output("y", {1, 3});
  Imported r = importModel(m);
  ASSERT_TRUE(r.module) << r.message();
  EXPECT_TRUE(r.ops<mlir::tosa::AddOp>().empty());
  EXPECT_EQ(floatsOf(r.ops<mbn::MatmulOp>()[0].getBias()), Floats({0, 1, 2}));
}

TEST(Import, AddOfSharedResultStays) {
  TestModel m;
  m.input("x", {1, 2});
  m.iota("w", {2, 3});
  m.iota("c", {3});
  m.node("MatMul", {"x", "w"}, {"a"});
  m.node("Identity", {"a"}, {"i"});
  m.node("Add", {"i", "c"}, {"y"});
  m.output("y");
  m.output("a");
  Imported r = importModel(m);
  ASSERT_TRUE(r.module) << r.message();
  EXPECT_EQ(r.ops<mlir::tosa::AddOp>().size(), 1u);
  EXPECT_FALSE(r.ops<mbn::MatmulOp>()[0].getBias());
}

TEST(Import, AddPerChannelOfConvolution) {
  TestModel m;
  m.input("x", {1, 1, 4, 4});
  m.iota("w", {2, 1, 3, 3});
  m.iota("c", {2, 1, 1});
  m.node("Conv", {"x", "w"}, {"a"});
  m.node("Add", {"a", "c"}, {"b"});
  m.node("Add", {"b", "c"}, {"d"});
  m.node("Add", {"d", "a2"}, {"y"});
  m.iota("a2", {2, 2});
  m.output("y", {1, 2, 2, 2});
  Imported r = importModel(m);
  ASSERT_TRUE(r.module) << r.message();
  EXPECT_TRUE(r.ops<mbn::Conv2DOp>()[0].getBias());
  ASSERT_EQ(r.ops<mlir::tosa::AddOp>().size(), 2u);
  EXPECT_TRUE(contains(r.text(), "(tensor<1x2x2x2xf32>, tensor<1x1x1x2xf32>)"));
  EXPECT_TRUE(contains(r.text(), "(tensor<1x2x2x2xf32>, tensor<1x2x2x1xf32>)"));
}

TEST(Import, BatchNormFollowsFlattenedOrder) {
  TestModel m;
  m.input("x", {2, 2, 1, 2});
  for (const char *name : {"s", "b", "m"})
    m.iota(name, {4});
  m.floats("v", {4}, {1, 2, 3, 4});
  m.node("MaxPool", {"x"}, {"p"}).set("kernel_shape", Dims{1, 1});
  m.node("Flatten", {"p"}, {"f"});
  m.node("BatchNormalization", {"f", "s", "b", "m", "v"}, {"y"});
  m.output("y", {2, 4});
  Imported r = importModel(m);
  ASSERT_TRUE(r.module) << r.message();
  auto norm = r.ops<mbn::BatchNormOp>().front();
  EXPECT_EQ(floatsOf(norm.getVariance()), Floats({1, 3, 2, 4}));
  EXPECT_EQ(norm.getLayer(), "n_y");
}

TEST(Import, PoolingCutsWhatNoWindowReaches) {
  TestModel m = one({1, 1, 8, 7}, "MaxPool");
  last(m).set("kernel_shape", Dims{3, 3}).set("strides", Dims{2, 2});
  EXPECT_IMPORTED(m, "tosa.slice %1, %2, %3 : (tensor<1x8x7x1xf32>, "
                     "!tosa.shape<4>, !tosa.shape<4>) -> tensor<1x7x7x1xf32>");
  // Padding goes first.
  last(m).set("pads", Dims{1, 1, 1, 1});
  EXPECT_IMPORTED(m, "{kernel = array<i64: 3, 3>, pad = array<i64: 1, 0, 1, "
                     "1>, stride = array<i64: 2, 2>} : (tensor<1x8x7x1xf32>) "
                     "-> tensor<1x4x4x1xf32>");
}

TEST(Import, AveragePooling) {
  TestModel m = one({1, 2, 6, 6}, "AveragePool");
  last(m)
      .set("kernel_shape", Dims{2, 2})
      .set("strides", Dims{2, 2})
      .set("count_include_pad", 1);
  m.graph.mutable_output(0)->Clear();
  TestModel::setType(m.graph.mutable_output(0), "y", {1, 2, 3, 3});
  EXPECT_IMPORTED(m, "tosa.avg_pool2d");
  EXPECT_IMPORTED(one({1, 2, 6, 5}, "GlobalAveragePool"),
                  "kernel = array<i64: 6, 5>");
}

TEST(Import, ReluAndClip) {
  EXPECT_IMPORTED(one({1, 4}, "Relu"),
                  "{max_val = 3.40282347E+38 : f32, min_val = 0.000000e+00");
  TestModel old = one({1, 4}, "Clip", 10);
  last(old).set("min", -1.0f).set("max", 2.0f);
  EXPECT_IMPORTED(old, "max_val = 2.000000e+00 : f32, min_val = -1.000000e+00");
  TestModel clip;
  clip.input("x", {1, 4});
  clip.floats("high", {}, {INFINITY});
  clip.node("Clip", {"x", "", "high"}, {"y"});
  clip.output("y");
  EXPECT_IMPORTED(clip, "max_val = 3.40282347E+38 : f32, min_val = -3.40");
}

TEST(Import, Softmax) {
  EXPECT_IMPORTED(one({2, 3, 4}, "Softmax"),
                  "tosa.reduce_max %arg0 {axis = 2 : i32}");
  EXPECT_IMPORTED(one({2, 3, 4}, "Softmax", 11), "tensor<2x12xf32>");
  TestModel m = one({2, 3, 4, 5}, "Softmax");
  last(m).set("axis", 1);
  EXPECT_IMPORTED(m, "{axis = 3 : i32} : (tensor<2x4x5x3xf32>)");
}

TEST(Import, DropoutAndIdentityVanish) {
  TestModel m;
  m.input("x", {1, 4});
  m.node("Dropout", {"x"}, {"a", "mask"}).set("ratio", 0.5f);
  m.node("Identity", {"a"}, {"y"});
  m.output("y");
  EXPECT_IMPORTED(m, "return %arg0");
}

TEST(Import, OldInitializersAreInputsToo) {
  TestModel m = makeLeNet();
  m.input("w1", {2, 1, 3, 3});
  EXPECT_IMPORTED(m,
                  "@main(%arg0: tensor<1x1x8x8xf32> {mbn.name = \"image\"})");
}

TEST(Import, ConstantsAreFolded) {
  TestModel m;
  m.input("x", {1, 2});
  m.iota("w", {1, 6});
  m.integers("s", {2, -1});
  auto constant = m.node("Constant", {}, {"c"});
  constant.attribute("value_floats", onnx::AttributeProto::FLOATS);
  for (float value : {7.0f, 8.0f})
    constant.proto->mutable_attribute(0)->add_floats(value);
  m.node("Reshape", {"w", "s"}, {"r"});
  m.node("Transpose", {"r"}, {"t"});
  m.node("Identity", {"t"}, {"i"});
  m.node("Gemm", {"x", "i", "c"}, {"y"}).set("transB", 1);
  m.graph.mutable_node(1)->mutable_input(0)->assign("w");
  m.graph.mutable_initializer(0)->set_dims(1, 6);
  m.output("y");
  // [3, 2] weights take two features and give three results.
  EXPECT_REFUSED(m, "input 'c' has shape 2, expected 3, 1x3 or a scalar");
  m.graph.mutable_node(0)->mutable_attribute(0)->add_floats(9.0f);
  Imported r = importModel(m);
  ASSERT_TRUE(r.module) << r.message();
  auto gemm = r.ops<mbn::MatmulOp>().front();
  EXPECT_EQ(floatsOf(gemm.getWeights()), Floats({0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(floatsOf(gemm.getBias()), Floats({7, 8, 9}));
}

TEST(Import, LayerNamesAreUnique) {
  TestModel m;
  m.input("x", {1, 2});
  m.iota("w", {2, 2});
  m.node("MatMul", {"x", "w"}, {"a"}).proto->set_name("fc");
  m.node("MatMul", {"a", "w"}, {"b"}).proto->set_name("fc");
  m.node("MatMul", {"b", "w"}, {"y"}).proto->set_name("");
  m.output("y");
  Imported r = importModel(m);
  ASSERT_TRUE(r.module) << r.message();
  auto layers = r.ops<mbn::MatmulOp>();
  EXPECT_EQ(layers[0].getLayer(), "fc");
  EXPECT_EQ(layers[1].getLayer(), "fc_1");
  EXPECT_EQ(layers[2].getLayer(), "y");
}

TEST(Import, LargeWeightsAreResources) {
  TestModel m;
  m.input("x", {1, 20});
  m.iota("w", {20, 20});
  m.node("MatMul", {"x", "w"}, {"y"});
  m.output("y");
  EXPECT_IMPORTED(m, "dense_resource<w>");
}
