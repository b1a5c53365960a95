//===- Layout.h - The order of a value's elements ------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_LIB_IMPORT_LAYOUT_H
#define SUBBIT_LIB_IMPORT_LAYOUT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace subbit::importer {

using Shape = llvm::SmallVector<int64_t, 4>;

/// Tensors of the graph stay below this, so that no size overflows.
constexpr int64_t kMaxElements = int64_t(1) << 31;
constexpr size_t kMaxRank = 6;

/// The number of elements; none if a dimension is negative, the rank above
/// `kMaxRank` or the number above `kMaxElements`.
std::optional<int64_t> countElements(llvm::ArrayRef<int64_t> shape);
/// As in `1x3x32x32`.
std::string toString(llvm::ArrayRef<int64_t> shape);
/// As in `[1, 2]`.
std::string listString(llvm::ArrayRef<int64_t> values);
/// Dimension `i` of the result is dimension `order[i]` of `shape`; an empty
/// order leaves it as it is.
Shape permute(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> order);
/// For each element of the permuted tensor, row-major, its row-major index in
/// the tensor of the given shape.
std::vector<int64_t> permutedIndices(llvm::ArrayRef<int64_t> shape,
                                     llvm::ArrayRef<int64_t> order);

/// The shape with ones in front.
Shape padded(llvm::ArrayRef<int64_t> shape, size_t rank);
/// For each element of the shape `to`, row-major, the index of the element of
/// `from` that broadcasting puts there.
std::vector<int64_t> broadcastIndices(llvm::ArrayRef<int64_t> from,
                                      llvm::ArrayRef<int64_t> to);

/// The order in which the elements of an ONNX tensor lie in the value that
/// holds them. It relates row-major indices only, so it survives any reshape of
/// either side.
class Layout {
public:
  /// `size` elements that are `stride` apart in the ONNX tensor.
  struct Factor {
    int64_t size, stride;
    bool operator==(const Factor &other) const {
      return size == other.size && stride == other.stride;
    }
  };
  using Factors = llvm::SmallVector<Factor, 4>;

  /// ONNX order.
  Layout() = default;
  /// The value is the ONNX tensor of this shape with permuted dimensions.
  static Layout permuted(llvm::ArrayRef<int64_t> shape,
                         llvm::ArrayRef<int64_t> order);

  /// True if the value holds the elements in ONNX order.
  bool isIdentity() const { return factors.size() <= 1; }
  bool operator==(const Layout &other) const {
    return (isIdentity() && other.isIdentity()) || factors == other.factors;
  }
  bool operator!=(const Layout &other) const { return !(*this == other); }

  /// The value's dimensions, outermost first, each inside one dimension of the
  /// shape; none if they cannot be cut so. No size is 1.
  std::optional<Factors> cut(llvm::ArrayRef<int64_t> shape) const;

  /// The layout of the same value after the tensor's dimensions were permuted.
  std::optional<Layout> transposed(llvm::ArrayRef<int64_t> shape,
                                   llvm::ArrayRef<int64_t> order) const;

  /// For a tensor [batch, features] whose batch is outermost in the value: for
  /// each feature of the value its index in the tensor. None otherwise.
  std::optional<std::vector<int64_t>> featureOrder(int64_t batch,
                                                   int64_t features) const;

private:
  explicit Layout(Factors factors);

  /// Of the value, outermost first, none of size 1; neighbours that are one
  /// factor in both orders are merged.
  Factors factors;
};

} // namespace subbit::importer

#endif // SUBBIT_LIB_IMPORT_LAYOUT_H
