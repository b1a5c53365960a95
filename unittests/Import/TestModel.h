//===- TestModel.h - Small ONNX models for tests -------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_UNITTESTS_IMPORT_TESTMODEL_H
#define SUBBIT_UNITTESTS_IMPORT_TESTMODEL_H

#include "dialects/MBN/IR/MBN.h"
#include "dialects/MBN/IR/Weights.h"
#include "lib/Import/ONNXImport.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Diagnostics.h"
#include "onnx/onnx_pb.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <numeric>

namespace subbit::importer::test {

using Dims = std::vector<int64_t>;
using Floats = std::vector<float>;

/// A node to which attributes are added.
struct NodeRef {
  onnx::NodeProto *proto;

  onnx::AttributeProto *attribute(const char *name,
                                  onnx::AttributeProto::AttributeType type) {
    onnx::AttributeProto *attr = proto->add_attribute();
    attr->set_name(name);
    attr->set_type(type);
    return attr;
  }
  NodeRef &set(const char *name, int64_t value) {
    attribute(name, onnx::AttributeProto::INT)->set_i(value);
    return *this;
  }
  NodeRef &set(const char *name, int value) {
    return set(name, int64_t(value));
  }
  NodeRef &set(const char *name, float value) {
    attribute(name, onnx::AttributeProto::FLOAT)->set_f(value);
    return *this;
  }
  NodeRef &set(const char *name, const char *value) {
    attribute(name, onnx::AttributeProto::STRING)->set_s(value);
    return *this;
  }
  NodeRef &set(const char *name, const Dims &values) {
    onnx::AttributeProto *attr = attribute(name, onnx::AttributeProto::INTS);
    for (int64_t value : values)
      attr->add_ints(value);
    return *this;
  }
};

/// A model under construction.
struct TestModel {
  onnx::ModelProto proto;
  onnx::GraphProto &graph = *proto.mutable_graph();

  explicit TestModel(int64_t opset = 13) {
    proto.set_ir_version(8);
    proto.add_opset_import()->set_version(opset);
  }

  static void setType(onnx::ValueInfoProto *value, const char *name,
                      const Dims &dims) {
    value->set_name(name);
    auto *type = value->mutable_type()->mutable_tensor_type();
    type->set_elem_type(onnx::TensorProto::FLOAT);
    type->mutable_shape();
    for (int64_t dim : dims)
      if (dim == -1)
        type->mutable_shape()->add_dim()->set_dim_param("batch");
      else
        type->mutable_shape()->add_dim()->set_dim_value(dim);
  }
  /// A dimension of -1 is an open one.
  onnx::ValueInfoProto *input(const char *name, const Dims &dims) {
    onnx::ValueInfoProto *value = graph.add_input();
    setType(value, name, dims);
    return value;
  }
  onnx::ValueInfoProto *output(const char *name) {
    onnx::ValueInfoProto *value = graph.add_output();
    value->set_name(name);
    value->mutable_type()->mutable_tensor_type()->set_elem_type(
        onnx::TensorProto::FLOAT);
    return value;
  }
  onnx::ValueInfoProto *output(const char *name, const Dims &dims) {
    onnx::ValueInfoProto *value = graph.add_output();
    setType(value, name, dims);
    return value;
  }

  onnx::TensorProto *floats(const char *name, const Dims &dims,
                            const std::vector<float> &values) {
    onnx::TensorProto *tensor = graph.add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    for (int64_t dim : dims)
      tensor->add_dims(dim);
    tensor->set_raw_data(values.data(), values.size() * sizeof(float));
    return tensor;
  }
  /// Elements 0, 1, 2, ...
  onnx::TensorProto *iota(const char *name, const Dims &dims) {
    int64_t count = 1;
    for (int64_t dim : dims)
      count *= dim;
    std::vector<float> values(count);
    std::iota(values.begin(), values.end(), 0.0f);
    return floats(name, dims, values);
  }
  onnx::TensorProto *integers(const char *name,
                              const std::vector<int64_t> &values) {
    onnx::TensorProto *tensor = graph.add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::INT64);
    tensor->add_dims(values.size());
    for (int64_t value : values)
      tensor->add_int64_data(value);
    return tensor;
  }

  /// The node's name is that of its first output with an `n_` before it.
  NodeRef node(const char *op, const std::vector<std::string> &inputs,
               const std::vector<std::string> &outputs) {
    onnx::NodeProto *added = graph.add_node();
    added->set_op_type(op);
    added->set_name("n_" + outputs.front());
    for (const std::string &name : inputs)
      added->add_input(name);
    for (const std::string &name : outputs)
      added->add_output(name);
    return {added};
  }
};

/// What an import gave: a module or messages.
struct Imported {
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<std::string> messages;

  std::string text() const {
    std::string result;
    llvm::raw_string_ostream os(result);
    if (module)
      (*module)->print(os);
    return result;
  }
  /// All messages, for an expectation's output.
  std::string message() const {
    std::string result;
    for (const std::string &text : messages)
      result += text + "\n";
    return result;
  }
  template <typename Op> std::vector<Op> ops() const {
    std::vector<Op> found;
    if (module)
      (*module)->walk([&](Op op) { found.push_back(op); });
    return found;
  }
};

/// Writes the bytes to a temporary file and imports it.
inline Imported importBytes(llvm::StringRef bytes, ImportOptions options = {}) {
  Imported result;
  result.context = std::make_unique<mlir::MLIRContext>(
      mlir::MLIRContext::Threading::DISABLED);
  mlir::ScopedDiagnosticHandler handler(
      result.context.get(), [&](mlir::Diagnostic &diagnostic) {
        result.messages.push_back(diagnostic.str());
      });
  llvm::SmallString<128> path;
  int fd;
  if (llvm::sys::fs::createTemporaryFile("subbit-import", "onnx", fd, path)) {
    ADD_FAILURE() << "no temporary file";
    return result;
  }
  llvm::raw_fd_ostream(fd, /*shouldClose=*/true) << bytes;
  result.module = importONNX(path, *result.context, options);
  llvm::sys::fs::remove(path);
  return result;
}

inline Imported importModel(const TestModel &model,
                            ImportOptions options = {}) {
  return importBytes(model.proto.SerializeAsString(), options);
}

/// The elements of an `arith.constant`.
inline std::vector<float> floatsOf(mlir::Value value) {
  auto values = mbn::getConstantFloats(value);
  return mlir::succeeded(values) ? *values : std::vector<float>();
}

inline testing::AssertionResult contains(llvm::StringRef text,
                                         llvm::StringRef part) {
  if (text.contains(part))
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << "expected '" << part.str() << "' in:\n"
                                     << text.str();
}

/// A small network with a convolution, pooling and two fully connected layers.
TestModel makeLeNet();

/// Exactly one message, with this text.
#define EXPECT_REFUSED(model, ...)                                             \
  do {                                                                         \
    Imported refused = importModel(model);                                     \
    EXPECT_FALSE(refused.module);                                              \
    ASSERT_EQ(refused.messages.size(), 1u) << refused.message();               \
    EXPECT_TRUE(contains(refused.messages[0], __VA_ARGS__));                   \
  } while (false)

/// A module whose text has this in it.
#define EXPECT_IMPORTED(model, ...)                                            \
  do {                                                                         \
    Imported imported = importModel(model);                                    \
    ASSERT_TRUE(imported.module) << imported.message();                        \
    EXPECT_TRUE(contains(imported.text(), __VA_ARGS__));                       \
  } while (false)

} // namespace subbit::importer::test

#endif // SUBBIT_UNITTESTS_IMPORT_TESTMODEL_H
