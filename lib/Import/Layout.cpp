//===- Layout.cpp - The order of a value's elements -----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Layout.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace subbit::importer;
using llvm::ArrayRef;

std::optional<int64_t>
subbit::importer::countElements(ArrayRef<int64_t> shape) {
  if (shape.size() > kMaxRank)
    return std::nullopt;
  int64_t count = 1;
  for (int64_t size : shape)
    if (size < 0 || llvm::MulOverflow(count, size, count) ||
        count > kMaxElements)
      return std::nullopt;
  return count;
}

static std::string join(ArrayRef<int64_t> values, llvm::StringRef separator) {
  return llvm::join(
      llvm::map_range(values, [](int64_t v) { return std::to_string(v); }),
      separator);
}

std::string subbit::importer::toString(ArrayRef<int64_t> shape) {
  return shape.empty() ? "scalar" : join(shape, "x");
}

std::string subbit::importer::listString(ArrayRef<int64_t> values) {
  return "[" + join(values, ", ") + "]";
}

Shape subbit::importer::permute(ArrayRef<int64_t> shape,
                                ArrayRef<int64_t> order) {
  if (order.empty())
    return Shape(shape);
  Shape permuted;
  for (int64_t dim : order)
    permuted.push_back(shape[dim]);
  return permuted;
}

/// The row-major stride of each dimension.
static Shape stridesOf(ArrayRef<int64_t> shape) {
  Shape strides(shape.size(), 1);
  for (size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * shape[i];
  return strides;
}

/// The ONNX indices of all elements of row-major factors.
static std::vector<int64_t> listIndices(ArrayRef<Layout::Factor> factors) {
  std::vector<int64_t> indices = {0};
  for (const Layout::Factor &factor : factors) {
    std::vector<int64_t> next;
    next.reserve(indices.size() * factor.size);
    for (int64_t base : indices)
      for (int64_t i = 0; i < factor.size; ++i)
        next.push_back(base + i * factor.stride);
    indices = std::move(next);
  }
  return indices;
}

Shape subbit::importer::padded(ArrayRef<int64_t> shape, size_t rank) {
  Shape result(rank - shape.size(), 1);
  result.append(shape.begin(), shape.end());
  return result;
}

std::vector<int64_t> subbit::importer::broadcastIndices(ArrayRef<int64_t> from,
                                                        ArrayRef<int64_t> to) {
  Shape sizes = padded(from, to.size());
  Shape strides = stridesOf(sizes);
  Layout::Factors factors;
  for (auto [size, stride, result] : llvm::zip_equal(sizes, strides, to))
    factors.push_back({result, size == 1 ? 0 : stride});
  return listIndices(factors);
}

std::vector<int64_t>
subbit::importer::permutedIndices(ArrayRef<int64_t> shape,
                                  ArrayRef<int64_t> order) {
  Shape sizes = permute(shape, order);
  Shape strides = permute(stridesOf(shape), order);
  Layout::Factors factors;
  for (auto [size, stride] : llvm::zip_equal(sizes, strides))
    factors.push_back({size, stride});
  return listIndices(factors);
}

Layout::Layout(Factors all) {
  for (const Factor &factor : all) {
    if (factor.size == 1)
      continue;
    if (!factors.empty() &&
        factors.back().stride == factor.size * factor.stride) {
      factors.back().size *= factor.size;
      factors.back().stride = factor.stride;
    } else {
      factors.push_back(factor);
    }
  }
}

Layout Layout::permuted(ArrayRef<int64_t> shape, ArrayRef<int64_t> order) {
  Shape sizes = permute(shape, order);
  Shape strides = permute(stridesOf(shape), order);
  Factors factors;
  for (auto [size, stride] : llvm::zip_equal(sizes, strides))
    factors.push_back({size, stride});
  return Layout(std::move(factors));
}

std::optional<Layout::Factors> Layout::cut(ArrayRef<int64_t> shape) const {
  Shape strides = stridesOf(shape);
  int64_t count = shape.empty() ? 1 : strides[0] * shape[0];
  Factors whole = factors;
  if (whole.empty() && count > 1)
    whole.push_back({count, 1});
  Factors pieces;
  for (const Factor &factor : whole) {
    // From the outermost border inside the factor to the innermost one.
    int64_t end = factor.size * factor.stride;
    for (int64_t stride : strides) {
      if (stride <= factor.stride || stride >= end)
        continue;
      if (end % stride != 0)
        return std::nullopt;
      pieces.push_back({end / stride, stride});
      end = stride;
    }
    if (end % factor.stride != 0)
      return std::nullopt;
    pieces.push_back({end / factor.stride, factor.stride});
  }
  return pieces;
}

/// The dimension of the shape in which a piece of `Layout::cut` lies.
static size_t dimensionOf(const Layout::Factor &piece,
                          ArrayRef<int64_t> strides, ArrayRef<int64_t> shape) {
  for (size_t dim = 0; dim < shape.size(); ++dim)
    if (shape[dim] > 1 && strides[dim] <= piece.stride &&
        piece.stride < strides[dim] * shape[dim])
      return dim;
  return 0;
}

std::optional<Layout> Layout::transposed(ArrayRef<int64_t> shape,
                                         ArrayRef<int64_t> order) const {
  std::optional<Factors> pieces = cut(shape);
  if (!pieces)
    return std::nullopt;
  Shape strides = stridesOf(shape);
  Shape newStrides = stridesOf(permute(shape, order));
  for (Factor &piece : *pieces) {
    size_t dim = dimensionOf(piece, strides, shape);
    size_t newDim =
        llvm::find(order, static_cast<int64_t>(dim)) - order.begin();
    piece.stride = piece.stride / strides[dim] * newStrides[newDim];
  }
  return Layout(std::move(*pieces));
}

std::optional<std::vector<int64_t>>
Layout::featureOrder(int64_t batch, int64_t features) const {
  std::optional<Factors> pieces = cut({batch, features});
  if (!pieces)
    return std::nullopt;
  ArrayRef<Factor> rest = *pieces;
  if (batch > 1) {
    if (rest.empty() || !(rest.front() == Factor{batch, features}))
      return std::nullopt;
    rest = rest.drop_front();
  }
  if (llvm::any_of(rest, [&](const Factor &f) { return f.stride >= features; }))
    return std::nullopt;
  return listIndices(rest);
}
