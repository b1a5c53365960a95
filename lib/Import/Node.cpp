//===- Node.cpp - A node of an ONNX graph ---------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Node.h"
#include <cmath>

using namespace mlir;
using namespace subbit::importer;
using onnx::AttributeProto;

Node::Node(const onnx::NodeProto &proto, Location file)
    : proto(proto), file(file), nodeName(proto.name()) {
  if (nodeName.empty() && proto.output_size() > 0)
    nodeName = proto.output(0);
}

std::string Node::qualifiedOp() const {
  if (proto.domain().empty() || proto.domain() == "ai.onnx")
    return proto.op_type();
  return proto.domain() + "." + proto.op_type();
}

InFlightDiagnostic Node::error() const {
  return emitError(file) << "node '" << nodeName << "' (" << qualifiedOp()
                         << "): ";
}

InFlightDiagnostic Node::attributeError(StringRef attribute,
                                        const Twine &value) const {
  return error() << "attribute '" << attribute << "' has value '" << value
                 << "', ";
}

InFlightDiagnostic Node::inputError(int i) const {
  return error() << "input '" << proto.input(i) << "' ";
}

const AttributeProto *Node::find(StringRef attribute) {
  known.insert(attribute);
  for (const AttributeProto &candidate : proto.attribute())
    if (candidate.name() == attribute)
      return &candidate;
  return nullptr;
}

FailureOr<const AttributeProto *>
Node::get(StringRef attribute, AttributeProto::AttributeType type) {
  const AttributeProto *found = find(attribute);
  // The oldest models do not say the type.
  if (found && found->type() != type &&
      found->type() != AttributeProto::UNDEFINED)
    return error() << "attribute '" << attribute << "' has type "
                   << AttributeProto::AttributeType_Name(found->type())
                   << ", expected " << AttributeProto::AttributeType_Name(type);
  return found;
}

FailureOr<int64_t> Node::getInt(StringRef attribute, int64_t usual) {
  auto found = get(attribute, AttributeProto::INT);
  if (failed(found))
    return failure();
  return *found ? (*found)->i() : usual;
}

FailureOr<float> Node::getFloat(StringRef attribute, float usual) {
  auto found = get(attribute, AttributeProto::FLOAT);
  if (failed(found))
    return failure();
  float value = *found ? (*found)->f() : usual;
  if (!std::isfinite(value))
    return attributeError(attribute, std::to_string(value))
           << "expected a finite number";
  return value;
}

FailureOr<std::string> Node::getString(StringRef attribute, StringRef usual) {
  auto found = get(attribute, AttributeProto::STRING);
  if (failed(found))
    return failure();
  return *found ? (*found)->s() : usual.str();
}

FailureOr<Shape> Node::getInts(StringRef attribute, int64_t least, int64_t most,
                               ArrayRef<int64_t> usual) {
  auto found = get(attribute, AttributeProto::INTS);
  if (failed(found))
    return failure();
  if (!*found)
    return Shape(usual);
  Shape values((*found)->ints().begin(), (*found)->ints().end());
  if (values.size() != usual.size())
    return error() << "attribute '" << attribute << "' has " << values.size()
                   << " values, expected " << usual.size();
  for (int64_t value : values)
    if (value < least || value > most)
      return attributeError(attribute, Twine(value))
             << "expected " << least << " to " << most;
  return values;
}

LogicalResult Node::expectInt(StringRef attribute, int64_t expected,
                              const Twine &remedy) {
  FailureOr<int64_t> value = getInt(attribute, expected);
  if (failed(value))
    return failure();
  if (*value != expected)
    return attributeError(attribute, Twine(*value))
           << "expected " << expected << "; " << remedy;
  return success();
}

FailureOr<int64_t> Node::getAxis(int64_t usual, int64_t rank, bool inclusive) {
  FailureOr<int64_t> axis = getInt("axis", usual);
  if (failed(axis))
    return failure();
  int64_t most = inclusive ? rank : rank - 1;
  if (*axis < -rank || *axis > most)
    return attributeError("axis", Twine(*axis))
           << "expected " << -rank << " to " << most << " for an input of rank "
           << rank;
  return *axis < 0 ? *axis + rank : *axis;
}

void Node::ignore(std::initializer_list<StringRef> attributes) {
  for (StringRef attribute : attributes)
    known.insert(attribute);
}

LogicalResult Node::finish() const {
  for (const AttributeProto &attribute : proto.attribute())
    if (!known.contains(attribute.name()))
      return error() << "attribute '" << attribute.name()
                     << "' is not supported; remove it or simplify the model";
  return success();
}
