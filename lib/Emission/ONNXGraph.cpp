//===- ONNXGraph.cpp - An ONNX model while it is written ------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Emission/ONNXGraph.h"

using namespace subbit;
using llvm::ArrayRef;
using llvm::StringRef;
using onnx::TensorProto;

ONNXGraph::ONNXGraph() {
  model.set_ir_version(8);
  model.set_producer_name("subbit");
  model.add_opset_import()->set_version(13);
  graph().set_name("main");
}

std::string ONNXGraph::node(StringRef op, ArrayRef<Name> inputs, Name result) {
  onnx::NodeProto *proto = graph().add_node();
  proto->set_op_type(op.str());
  for (const Name &input : inputs)
    proto->add_input(input);
  if (result.empty())
    result = unique();
  proto->set_name(result);
  proto->add_output(result);
  return result;
}

static onnx::NodeProto &lastNode(onnx::GraphProto &graph) {
  return *graph.mutable_node(graph.node_size() - 1);
}

void ONNXGraph::setNodeName(StringRef name) {
  lastNode(graph()).set_name(name.str());
}

void ONNXGraph::set(StringRef name, int64_t value) {
  onnx::AttributeProto *attribute = lastNode(graph()).add_attribute();
  attribute->set_name(name.str());
  attribute->set_type(onnx::AttributeProto::INT);
  attribute->set_i(value);
}

void ONNXGraph::setFloat(StringRef name, float value) {
  onnx::AttributeProto *attribute = lastNode(graph()).add_attribute();
  attribute->set_name(name.str());
  attribute->set_type(onnx::AttributeProto::FLOAT);
  attribute->set_f(value);
}

void ONNXGraph::requireOpset(int64_t version) {
  onnx::OperatorSetIdProto *opset = model.mutable_opset_import(0);
  opset->set_version(std::max<int64_t>(opset->version(), version));
}

void ONNXGraph::set(StringRef name, ArrayRef<int64_t> values) {
  onnx::AttributeProto *attribute = lastNode(graph()).add_attribute();
  attribute->set_name(name.str());
  attribute->set_type(onnx::AttributeProto::INTS);
  for (int64_t value : values)
    attribute->add_ints(value);
}

std::string ONNXGraph::addConstant(TensorProto::DataType type,
                                   ArrayRef<int64_t> shape, const void *data,
                                   size_t size) {
  TensorProto *proto = graph().add_initializer();
  proto->set_name(unique());
  proto->set_data_type(type);
  for (int64_t dim : shape)
    proto->add_dims(dim);
  proto->set_raw_data(data, size);
  return proto->name();
}

void ONNXGraph::setConstantText(StringRef text) {
  graph()
      .mutable_initializer(graph().initializer_size() - 1)
      ->set_doc_string(text.str());
}

std::string ONNXGraph::convert(Name value, TensorProto::DataType type) {
  Name result = node("Cast", {value});
  set("to", type);
  return result;
}

std::string ONNXGraph::transpose(Name value, ArrayRef<int64_t> order) {
  Name result = node("Transpose", {value});
  set("perm", order);
  return result;
}

llvm::Expected<std::string> ONNXGraph::serialize() const {
  std::string bytes;
  if (!model.SerializeToString(&bytes))
    return llvm::createStringError("the model is larger than the 2 GiB that an "
                                   "ONNX file can have");
  return bytes;
}
