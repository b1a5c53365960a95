//===- Shape.cpp - Flatten, Reshape, Transpose, Constant ------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Importer.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace mlir;
using namespace subbit;
using namespace subbit::importer;

/// Another shape costs nothing: the layout relates row-major indices.
static LogicalResult setShape(Importer &importer, Node &node, Tensor tensor,
                              ArrayRef<int64_t> shape) {
  if (failed(importer.checkSize(node, shape)))
    return failure();
  tensor.shape = Shape(shape);
  return importer.setResult(node, std::move(tensor));
}

static LogicalResult convertFlatten(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.movable(node, 0);
  if (failed(input))
    return failure();
  FailureOr<int64_t> axis = node.getAxis(1, input->rank(), /*inclusive=*/true);
  if (failed(axis))
    return failure();
  Shape shape = {1, 1};
  for (auto [dim, size] : llvm::enumerate(input->shape))
    shape[static_cast<int64_t>(dim) < *axis ? 0 : 1] *= size;
  return setShape(importer, node, *input, shape);
}

static LogicalResult convertReshape(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.movable(node, 0);
  FailureOr<Shape> requested;
  FailureOr<int64_t> allowZero;
  if (failed(input) || failed(requested = importer.integers(node, 1)) ||
      failed(allowZero = node.getInt("allowzero", 0)))
    return failure();

  if (requested->size() > kMaxRank)
    return node.inputError(1)
           << "has " << requested->size()
           << " elements, expected a rank of at most " << kMaxRank;
  auto shapeError = [&] {
    return node.error() << "cannot reshape " << toString(input->shape) << " to "
                        << listString(*requested) << ": ";
  };
  Shape shape = *requested;
  std::optional<size_t> open;
  for (auto [dim, size] : llvm::enumerate(shape)) {
    if (size == 0 && *allowZero == 0) {
      if (dim >= input->shape.size())
        return shapeError() << "dimension " << dim
                            << " is 0, but the input has none to copy";
      size = input->shape[dim];
    } else if (size == -1 && !open) {
      open = dim;
      size = 1;
    } else if (size < 0) {
      return shapeError() << "dimension " << dim << " is " << size
                          << (size == -1 ? " like one before it"
                                         : ", expected -1 or more");
    }
  }
  std::optional<int64_t> count = countElements(shape);
  int64_t expected = *countElements(input->shape);
  if (count && open && *count > 0 && expected % *count == 0) {
    shape[*open] = expected / *count;
    count = expected;
  }
  if (count != expected)
    return shapeError() << "the numbers of elements disagree";
  return setShape(importer, node, *input, shape);
}

static LogicalResult convertTranspose(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.movable(node, 0);
  if (failed(input))
    return failure();
  Shape order;
  for (int64_t dim = input->rank(); dim-- > 0;)
    order.push_back(dim);
  FailureOr<Shape> perm = node.getInts("perm", 0, input->rank() - 1, order);
  if (failed(perm))
    return failure();
  if (llvm::SmallDenseSet<int64_t>(perm->begin(), perm->end()).size() !=
      perm->size())
    return node.attributeError("perm", listString(*perm))
           << "expected each dimension once";

  Tensor result = *input;
  result.shape = permute(input->shape, *perm);
  if (input->constant) {
    ConstantArray array = *input->constant;
    for (auto [to, from] :
         llvm::enumerate(permutedIndices(input->shape, *perm))) {
      if (array.isFloat)
        array.floats[to] = input->constant->floats[from];
      if (!array.steps.empty())
        array.steps[to] = input->constant->steps[from];
      if (!array.isFloat)
        array.integers[to] = input->constant->integers[from];
    }
    result.constant = std::make_shared<const ConstantArray>(std::move(array));
  } else if (auto layout = input->layout.transposed(input->shape, *perm)) {
    result.layout = *layout;
  } else if (input->isSums()) {
    return node.inputError(0) << "holds int32 sums in another order, which "
                                 "cannot be permuted; put a Cast in front";
  } else {
    result =
        Importer::makeTensor(importer.materialize(*input, *perm), result.shape);
    result.integers = input->integers;
  }
  return importer.setResult(node, std::move(result));
}

/// The value of a `Constant` that is not given as a tensor.
static FailureOr<std::pair<Shape, ConstantArray>>
readPlainConstant(Node &node, const onnx::AttributeProto &attribute) {
  ConstantArray array;
  array.name = node.getProto().output(0);
  StringRef kind = attribute.name();
  array.isFloat = kind.starts_with("value_float");
  if (kind == "value_float" && attribute.has_f())
    array.floats = {attribute.f()};
  else if (kind == "value_floats")
    array.floats.assign(attribute.floats().begin(), attribute.floats().end());
  else if (kind == "value_int" && attribute.has_i())
    array.integers = {attribute.i()};
  else if (kind == "value_ints")
    array.integers.assign(attribute.ints().begin(), attribute.ints().end());
  else
    return node.error() << "attribute '" << kind
                        << "' is not supported, expected 'value', "
                           "'value_float', 'value_floats', 'value_int' or "
                           "'value_ints'";
  for (auto [i, value] : llvm::enumerate(array.floats))
    if (!std::isfinite(value) && !array.firstNonFinite)
      array.firstNonFinite = i;
  Shape shape;
  if (kind.ends_with("s"))
    shape.push_back(array.floats.size() + array.integers.size());
  return std::make_pair(shape, std::move(array));
}

static LogicalResult convertConstant(Importer &importer, Node &node) {
  const onnx::NodeProto &proto = node.getProto();
  if (proto.attribute_size() != 1)
    return node.error() << "has " << proto.attribute_size()
                        << " attributes, expected one, its value";
  const onnx::AttributeProto &attribute = proto.attribute(0);
  node.ignore({attribute.name()});
  auto read = attribute.name() == "value"
                  ? readTensor(attribute.t(), proto.output(0),
                               [&] { return node.error() << "its value "; })
                  : readPlainConstant(node, attribute);
  if (failed(read))
    return failure();
  Tensor tensor;
  tensor.shape = read->first;
  tensor.constant =
      std::make_shared<const ConstantArray>(std::move(read->second));
  return importer.setResult(node, std::move(tensor));
}

void importer::registerShape(OperatorTable &table) {
  table["Flatten"] = {convertFlatten, 1, 1};
  table["Reshape"] = {convertReshape, 2, 2};
  table["Transpose"] = {convertTranspose, 1, 1};
  table["Constant"] = {convertConstant, 0, 0};
}
