//===- Node.h - A node of an ONNX graph ----------------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_LIB_IMPORT_NODE_H
#define SUBBIT_LIB_IMPORT_NODE_H

#include "lib/Import/Layout.h"
#include "mlir/IR/Diagnostics.h"
#include "onnx/onnx_pb.h"
#include "llvm/ADT/StringSet.h"

namespace subbit::importer {

/// Strides, kernels, paddings above this are refused, so that no size
/// overflows.
constexpr int64_t kMaxExtent = int64_t(1) << 20;

/// A node while it is imported: its attributes are read with a check of their
/// types and ranges, and those that nobody asked for are refused.
class Node {
public:
  Node(const onnx::NodeProto &proto, mlir::Location file);

  /// The node's name, or its first output's where it has none.
  llvm::StringRef name() const { return nodeName; }
  llvm::StringRef op() const { return proto.op_type(); }
  /// The operator with its domain, unless that is the default one.
  std::string qualifiedOp() const;
  const onnx::NodeProto &getProto() const { return proto; }
  bool hasInput(int i) const {
    return i < proto.input_size() && !proto.input(i).empty();
  }
  const onnx::AttributeProto *find(llvm::StringRef attribute);

  /// `node '<name>' (<op>): `, to be continued.
  mlir::InFlightDiagnostic error() const;
  /// `attribute '<attribute>' has value '<value>', `, to be continued.
  mlir::InFlightDiagnostic attributeError(llvm::StringRef attribute,
                                          const llvm::Twine &value) const;
  /// `input '<name>' `, to be continued.
  mlir::InFlightDiagnostic inputError(int i) const;

  mlir::FailureOr<int64_t> getInt(llvm::StringRef attribute, int64_t usual);
  mlir::FailureOr<float> getFloat(llvm::StringRef attribute, float usual);
  mlir::FailureOr<std::string> getString(llvm::StringRef attribute,
                                         llvm::StringRef usual);
  /// As many integers as `usual` has, within the range.
  mlir::FailureOr<Shape> getInts(llvm::StringRef attribute, int64_t least,
                                 int64_t most, llvm::ArrayRef<int64_t> usual);
  /// Refuses any value but the expected one, which is also the default.
  mlir::LogicalResult expectInt(llvm::StringRef attribute, int64_t expected,
                                const llvm::Twine &remedy);
  /// A dimension, counted from the end where it is negative; `end` is allowed
  /// where `inclusive`.
  mlir::FailureOr<int64_t> getAxis(int64_t usual, int64_t rank,
                                   bool inclusive = false);
  /// These attributes do not matter to inference.
  void ignore(std::initializer_list<llvm::StringRef> attributes);

  /// Refuses attributes that were not asked for.
  mlir::LogicalResult finish() const;

private:
  /// The attribute if it is there; refuses one of another type.
  mlir::FailureOr<const onnx::AttributeProto *>
  get(llvm::StringRef attribute, onnx::AttributeProto::AttributeType type);

  const onnx::NodeProto &proto;
  mlir::Location file;
  llvm::StringRef nodeName;
  llvm::StringSet<> known;
};

} // namespace subbit::importer

#endif // SUBBIT_LIB_IMPORT_NODE_H
