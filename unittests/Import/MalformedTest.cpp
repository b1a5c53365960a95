//===- MalformedTest.cpp - Models that are damaged or unsupported ---------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "unittests/Import/TestModel.h"

using namespace subbit;
using namespace subbit::importer::test;

TEST(Malformed, NoModel) {
  for (const char *bytes :
       {"", "hello, this is no model", "\xff\xff\xff\xff"}) {
    Imported r = importBytes(bytes);
    EXPECT_FALSE(r.module);
    EXPECT_EQ(r.messages.size(), 1u);
  }
  mlir::MLIRContext context;
  int messages = 0;
  mlir::ScopedDiagnosticHandler handler(
      &context, [&](mlir::Diagnostic &) { ++messages; });
  EXPECT_FALSE(importONNX("/nonexistent/model.onnx", context));
  EXPECT_EQ(messages, 1);
}

TEST(Malformed, Model) {
  TestModel noGraph;
  noGraph.proto.clear_graph();
  EXPECT_REFUSED(noGraph, "it has no graph");
  EXPECT_REFUSED(TestModel(), "the graph has no outputs");
  for (int64_t opset : {0, 6, 22}) {
    TestModel m = makeLeNet();
    m.proto.mutable_opset_import(0)->set_version(opset);
    EXPECT_REFUSED(m, "the model uses opset " + std::to_string(opset) +
                          ", expected 7 to 21");
  }
  Imported batch = importModel(makeLeNet(), {/*batch=*/0});
  EXPECT_FALSE(batch.module);
  EXPECT_EQ(batch.message(), "the batch is 0, expected 1 to 2147483648\n");
}

TEST(Malformed, Inputs) {
  auto input = [](const Dims &dims) {
    TestModel m;
    m.input("x", dims);
    m.node("Relu", {"x"}, {"y"});
    m.output("y");
    return m;
  };
  EXPECT_REFUSED(input({1, -1}), "input 'x' has unknown dimension 1 ('batch'); "
                                 "only the first one, the batch, may be");
  EXPECT_REFUSED(input({1, 0}), "input 'x' has dimension 1 of size 0");
  EXPECT_REFUSED(input({-2, 1}), "input 'x' has dimension 0 of size -2");
  EXPECT_REFUSED(input({}), "input 'x' has no shape");
  EXPECT_REFUSED(input({1 << 30, 1 << 30, 1 << 30}), "expected at most rank 6");
  TestModel type = input({1, 2});
  type.graph.mutable_input(0)
      ->mutable_type()
      ->mutable_tensor_type()
      ->set_elem_type(onnx::TensorProto::INT64);
  EXPECT_REFUSED(type, "input 'x' has element type INT64, expected FLOAT");
  TestModel twice = input({1, 2});
  twice.input("x", {1, 2});
  EXPECT_REFUSED(twice, "there are two graph inputs 'x'");
}

TEST(Malformed, Outputs) {
  TestModel m = makeLeNet();
  m.output("z");
  EXPECT_REFUSED(m, "output 'z' is not defined by any node");
  TestModel twice = makeLeNet();
  twice.output("y");
  EXPECT_REFUSED(twice, "there are two graph outputs 'y'");
  TestModel shape = makeLeNet();
  shape.graph.mutable_output(0)->Clear();
  TestModel::setType(shape.graph.mutable_output(0), "y", {-1, 7});
  EXPECT_REFUSED(shape, "output 'y' is declared as ?x7, but the graph computes "
                        "1x3");
  TestModel integers = makeLeNet();
  integers.integers("i", {1});
  integers.output("i");
  EXPECT_REFUSED(integers, "output 'i' is a constant that holds integers");
}

TEST(Malformed, Nodes) {
  TestModel unknown = makeLeNet();
  unknown.node("Foo", {"y"}, {"z"}).proto->set_domain("com.example");
  EXPECT_REFUSED(unknown, "node 'n_z' (com.example.Foo): operator is not "
                          "supported (domain 'com.example')");
  TestModel order = makeLeNet();
  order.graph.mutable_node()->SwapElements(1, 2);
  EXPECT_REFUSED(order, "node 'n_c' (MaxPool): input 'b' is not defined: no "
                        "graph input, initializer or earlier node");
  TestModel cycle;
  cycle.input("x", {1, 2});
  cycle.node("Add", {"x", "y"}, {"y"});
  cycle.output("y");
  EXPECT_REFUSED(cycle, "node 'n_y' (Add): input 'y' is not defined");
  TestModel twice = makeLeNet();
  twice.node("Relu", {"g"}, {"y"});
  EXPECT_REFUSED(twice, "output 'y' is defined twice");
  TestModel inputs = makeLeNet();
  inputs.graph.mutable_node(0)->mutable_input()->RemoveLast();
  inputs.graph.mutable_node(0)->mutable_input()->RemoveLast();
  EXPECT_REFUSED(inputs, "node 'n_a' (Conv): has 1 inputs, expected 2 to 3");
  TestModel empty = makeLeNet();
  empty.graph.mutable_node(0)->set_input(0, "");
  EXPECT_REFUSED(empty, "node 'n_a' (Conv): input 0 is missing");
  TestModel outputs = makeLeNet();
  outputs.graph.mutable_node(0)->clear_output();
  EXPECT_REFUSED(outputs, "node 'n_a' (Conv): has no output");
  TestModel constant = makeLeNet();
  constant.node("Constant", {}, {"z"}).set("value_string", "text");
  EXPECT_REFUSED(constant, "attribute 'value_string' is not supported");
}

/// The model whose first initializer, 'w1' of 2x1x3x3, was changed.
static TestModel changed(llvm::function_ref<void(onnx::TensorProto &)> change) {
  TestModel m = makeLeNet();
  change(*m.graph.mutable_initializer(0));
  return m;
}

TEST(Malformed, Initializers) {
  using onnx::TensorProto;
  EXPECT_REFUSED(changed([](TensorProto &t) { t.set_dims(0, 3); }),
                 "initializer 'w1' has 72 bytes of data, expected 108 for its "
                 "shape 3x1x3x3");
  EXPECT_REFUSED(changed([](TensorProto &t) { t.set_dims(0, -2); }),
                 "has a negative dimension in its shape -2x1x3x3");
  EXPECT_REFUSED(changed([](TensorProto &t) {
                   t.set_dims(0, int64_t(1) << 62);
                   t.set_dims(1, 4);
                 }),
                 "which is more than the limit of 2147483648 elements");
  EXPECT_REFUSED(changed([](TensorProto &t) { t.clear_raw_data(); }),
                 "has 0 elements, expected 18");
  EXPECT_REFUSED(changed([](TensorProto &t) {
                   for (int i = 0; i < 4; ++i)
                     t.add_dims(1);
                 }),
                 "has rank 8, expected at most 6");
  for (auto type : {TensorProto::DOUBLE, TensorProto::FLOAT16})
    EXPECT_REFUSED(changed([&](TensorProto &t) { t.set_data_type(type); }),
                   "has element type " + TensorProto::DataType_Name(type) +
                       ", expected FLOAT, INT64, INT32, INT8, UINT8, INT4, "
                       "UINT4 or BOOL");
  EXPECT_REFUSED(changed([](TensorProto &t) { t.set_data_type(1000); }),
                 "has element type 1000");
  EXPECT_REFUSED(
      changed(
          [](TensorProto &t) { t.set_data_location(TensorProto::EXTERNAL); }),
      "initializer 'w1' has its data in another file; save the model with its "
      "weights inside");
  EXPECT_REFUSED(changed([](TensorProto &t) { t.mutable_segment(); }),
                 "is stored in segments");
  EXPECT_REFUSED(changed([](TensorProto &t) { t.clear_name(); }),
                 "an initializer has no name");
  EXPECT_REFUSED(changed([](TensorProto &t) { t.set_name("b1"); }),
                 "there are two initializers 'b1'");
  EXPECT_REFUSED(
      changed([](TensorProto &t) { t.set_data_type(TensorProto::INT32); }),
      "node 'n_a' (Conv): input 'w1' holds integers");
  for (float value : {NAN, INFINITY})
    EXPECT_REFUSED(changed([&](TensorProto &t) {
                     std::memcpy(t.mutable_raw_data()->data() + 20, &value, 4);
                   }),
                   "input 'w1' is not finite: element 5 of 'w1' is NaN or "
                   "infinite");
  TestModel sparse = makeLeNet();
  sparse.graph.add_sparse_initializer();
  EXPECT_REFUSED(sparse, "the graph has sparse initializers");
}

TEST(Malformed, EmptyWeights) {
  EXPECT_REFUSED(changed([](onnx::TensorProto &t) {
                   t.set_dims(0, 0);
                   t.clear_raw_data();
                 }),
                 "input 'w1' has no elements, its shape is 0x1x3x3");
}
