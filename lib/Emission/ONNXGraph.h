//===- ONNXGraph.h - An ONNX model while it is written -------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_LIB_EMISSION_ONNXGRAPH_H
#define SUBBIT_LIB_EMISSION_ONNXGRAPH_H

#include "onnx/onnx_pb.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

namespace subbit {

/// A model of opset 13, or the one that its nodes ask for, while these are
/// written, one after the other.
class ONNXGraph {
public:
  /// Of a tensor.
  using Name = std::string;

  ONNXGraph();

  /// Adds a node with one result, named after it.
  Name node(llvm::StringRef op, llvm::ArrayRef<Name> inputs, Name result = "");
  /// Sets an attribute of the last node.
  void set(llvm::StringRef name, int64_t value);
  void set(llvm::StringRef name, llvm::ArrayRef<int64_t> values);
  void setFloat(llvm::StringRef name, float value);
  /// The last node came with this version of the operators.
  void requireOpset(int64_t version);
  void setNodeName(llvm::StringRef name);

  template <typename T>
  Name constant(onnx::TensorProto::DataType type, llvm::ArrayRef<int64_t> shape,
                llvm::ArrayRef<T> values) {
    return addConstant(type, shape, values.data(), values.size() * sizeof(T));
  }
  Name floats(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<float> values) {
    return constant<float>(onnx::TensorProto::FLOAT, shape, values);
  }
  Name integers(llvm::ArrayRef<int64_t> values) {
    return constant<int64_t>(onnx::TensorProto::INT64,
                             {static_cast<int64_t>(values.size())}, values);
  }
  /// Describes the last constant.
  void setConstantText(llvm::StringRef text);

  Name convert(Name value, onnx::TensorProto::DataType type);
  Name transpose(Name value, llvm::ArrayRef<int64_t> order);

  onnx::GraphProto &graph() { return *model.mutable_graph(); }
  /// The bytes of the file; fails if they are more than the format allows.
  llvm::Expected<std::string> serialize() const;

private:
  Name addConstant(onnx::TensorProto::DataType type,
                   llvm::ArrayRef<int64_t> shape, const void *data,
                   size_t size);
  Name unique() { return "t" + std::to_string(count++); }

  onnx::ModelProto model;
  int64_t count = 0;
};

} // namespace subbit

#endif // SUBBIT_LIB_EMISSION_ONNXGRAPH_H
