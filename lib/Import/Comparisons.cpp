//===- Comparisons.cpp - Thresholds as comparisons ------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Codes as --emit=onnx writes them: how many of a table of thresholds a float
// or a sum reaches.

#include "lib/Import/Codes.h"
#include "lib/Import/Integers.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace subbit;
using namespace subbit::importer;

static LogicalResult convertGreaterOrEqual(Importer &importer, Node &node) {
  FailureOr<Tensor> input = importer.tensor(node, 0), table;
  if (failed(input) || failed(table = importer.tensor(node, 1)))
    return failure();
  if (!input->isSums() && failed(input = importer.data(node, 0)))
    return failure();
  if (input->constant)
    *input = Importer::makeTensor(importer.materialize(*input), input->shape);
  if (!table->constant || table->constant->isFloat == input->isSums())
    return node.inputError(1) << "is no constant of the same element type";
  Shape shape = padded(table->shape, std::max(table->rank(), input->rank()));
  bool fits = input->rank() >= 2 && table->rank() >= 1 &&
              static_cast<int64_t>(shape.size()) == input->rank() &&
              input->shape.back() == 1;
  for (int64_t i = 0; fits && i + 1 < input->rank(); ++i)
    fits = shape[i] == 1 || shape[i] == input->shape[i];
  if (!fits)
    return node.error() << "compares " << toString(input->shape) << " with "
                        << toString(table->shape)
                        << ", expected an operand whose last dimension is 1 "
                           "and thresholds along it";
  if (shape.back() < 1 || shape.back() > 255)
    return node.inputError(1) << "has " << shape.back()
                              << " thresholds, expected 1 to 255 (8 bits)";
  auto comparison = std::make_shared<Comparison>();
  comparison->operandShape = input->shape;
  comparison->tableShape = shape;
  comparison->table = table->constant;
  Tensor result = *input;
  result.shape.back() = shape.back();
  result.comparison = std::move(comparison);
  if (failed(importer.checkSize(node, result.shape)))
    return failure();
  return importer.setResult(node, std::move(result));
}

/// Codes of floats; thresholds may differ along one dimension.
static FailureOr<Tensor> thresholdFloats(Importer &importer, Node &node,
                                         const Tensor &floats,
                                         const ConstantArray &table,
                                         ArrayRef<int64_t> shape) {
  size_t rank = floats.rank(), channel = rank - 1;
  for (size_t dim = 0; dim < rank; ++dim)
    if (shape[dim] > 1)
      channel = dim;
  int64_t reached = shape.back();
  size_t rows = table.floats.size() / reached;
  if (static_cast<int64_t>(rows) != shape[channel])
    return node.error() << "has thresholds of shape "
                        << toString(shape.drop_back())
                        << ", expected that they differ along one dimension";
  int64_t columns = llvm::PowerOf2Ceil(reached + 1) - 1;
  std::vector<float> sorted;
  for (size_t r = 0; r < rows; ++r) {
    std::vector<float> row(table.floats.begin() + r * reached,
                           table.floats.begin() + (r + 1) * reached);
    // NaNs are never reached, and come last.
    llvm::erase_if(row, [](float x) { return std::isnan(x); });
    llvm::sort(row);
    row.resize(columns, std::numeric_limits<float>::quiet_NaN());
    sorted.insert(sorted.end(), row.begin(), row.end());
  }
  std::vector<int64_t> integers(reached + 1);
  std::iota(integers.begin(), integers.end(), 0);
  if (rows == 1)
    return makeCodes(importer, floats, columns, sorted, std::move(integers));
  // The dimension that has its own thresholds comes last.
  Shape order;
  for (size_t dim = 0; dim < rank; ++dim)
    if (dim != channel)
      order.push_back(dim);
  order.push_back(channel);
  Tensor moved = Importer::makeTensor(importer.materialize(floats, order),
                                      floats.shape, order);
  return makeCodes(importer, std::move(moved),
                   {static_cast<int64_t>(rows), columns}, sorted,
                   std::move(integers));
}

LogicalResult importer::countReached(Importer &importer, Node &node,
                                     const Tensor &input,
                                     ArrayRef<int64_t> axes, bool keeps) {
  if (axes.size() != 1 || axes[0] != input.rank() - 1 || keeps)
    return node.error() << "counts comparisons along " << listString(axes)
                        << ", expected the last dimension and keepdims 0";
  const Comparison &comparison = *input.comparison;
  Tensor operand = input;
  operand.comparison = nullptr;
  operand.shape = comparison.operandShape;
  operand.shape.pop_back();
  auto build = operand.isSums() ? thresholdSums : thresholdFloats;
  FailureOr<Tensor> result =
      build(importer, node, operand, *comparison.table, comparison.tableShape);
  if (failed(result))
    return failure();
  return importer.setResult(node, std::move(*result));
}

void importer::registerComparisons(OperatorTable &table) {
  table["GreaterOrEqual"] = {convertGreaterOrEqual, 2, 2};
}
