//===- Reductions.cpp - ReduceSum, ReduceMax, ReduceL2 --------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Sums and maxima along a dimension, and what is known beforehand.

#include "lib/Import/Importer.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include <cmath>

using namespace mlir;
using namespace subbit;
using namespace subbit::importer;

namespace {
/// The dimensions that a node reduces, sorted, and whether they stay as 1.
struct Reduction {
  Shape axes;
  bool keeps;
};
} // namespace

static FailureOr<Reduction> readReduction(Importer &importer, Node &node,
                                          int64_t rank) {
  FailureOr<int64_t> keeps = node.getInt("keepdims", 1);
  if (failed(keeps) ||
      failed(node.expectInt("noop_with_empty_axes", 0, "give axes")))
    return failure();
  FailureOr<Shape> axes = readAxes(
      importer, node, rank, llvm::to_vector<4>(llvm::seq<int64_t>(0, rank)));
  if (failed(axes))
    return failure();
  return Reduction{*axes, *keeps != 0};
}

/// ReduceSum of comparisons or floats, ReduceMax of floats.
template <typename Op>
static LogicalResult convertReduce(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.tensor(node, 0);
  if (failed(input))
    return failure();
  FailureOr<Reduction> reduction = readReduction(importer, node, input->rank());
  if (failed(reduction))
    return failure();
  auto &[axes, keeps] = *reduction;
  if (input->comparison && std::is_same_v<Op, tosa::ReduceSumOp>)
    return countReached(importer, node, *input, axes, keeps);
  if (failed(input = importer.data(node, 0)))
    return failure();
  if (axes.size() != 1 || !keeps)
    return node.error() << "reduces along " << listString(axes)
                        << " with keepdims " << keeps
                        << ", expected one dimension and keepdims 1";
  auto &b = importer.builder();
  Shape shape = input->shape;
  shape[axes.front()] = 1;
  Value result =
      Op::create(b, importer.floatType(shape), importer.materialize(*input),
                 b.getI32IntegerAttr(axes.front()));
  return importer.setResult(node, Importer::makeTensor(result, shape));
}

/// The norms of constant weights, which weight normalization divides by.
static LogicalResult convertReduceL2(Importer &importer, Node &node) {
  FailureOr<Parameter> input = importer.parameter(node, 0);
  if (failed(input))
    return failure();
  int64_t rank = input->shape.size();
  FailureOr<Reduction> reduction = readReduction(importer, node, rank);
  if (failed(reduction))
    return failure();
  Shape kept = input->shape, shape;
  for (int64_t axis : reduction->axes)
    kept[axis] = 1;
  for (int64_t i = 0; i < rank; ++i)
    if (reduction->keeps || !llvm::is_contained(reduction->axes, i))
      shape.push_back(kept[i]);
  std::vector<double> squares(*countElements(kept));
  for (auto [x, i] :
       llvm::zip_equal(input->values, broadcastIndices(kept, input->shape)))
    squares[i] += double(x) * x;
  ConstantArray array;
  array.name = node.getProto().output(0);
  array.isFloat = true;
  for (double sum : squares) {
    array.floats.push_back(static_cast<float>(std::sqrt(sum)));
    if (!std::isfinite(array.floats.back()) && !array.firstNonFinite)
      array.firstNonFinite = array.floats.size() - 1;
  }
  Tensor result;
  result.shape = std::move(shape);
  result.constant = std::make_shared<const ConstantArray>(std::move(array));
  return importer.setResult(node, std::move(result));
}

void importer::registerReductions(OperatorTable &table) {
  table["ReduceSum"] = {convertReduce<tosa::ReduceSumOp>, 1, 2};
  table["ReduceMax"] = {convertReduce<tosa::ReduceMaxOp>, 1, 2};
  table["ReduceL2"] = {convertReduceL2, 1, 2};
}
