//===- Bands.h - What a band computes ------------------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_BANDS_H
#define SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_BANDS_H

#include "dialects/Bitserial/IR/Bitserial.h"

namespace subbit::bitserial {

/// The most positions of a band: all of them are in registers.
constexpr int64_t kMostPositions = 16;

/// The operations from codes to codes around one product, of one use each, that
/// can be computed band by band: pack, product, threshold, and perhaps a
/// maximum over windows that lie side by side.
struct BandChain {
  PackOp pack;
  ProductOp product;
  ThresholdOp threshold;
  /// What the chain gives: `[batch, height, width, outputs]` or, of a matrix
  /// product, `[batch, outputs]`.
  mlir::Value result;
  /// Height and width of a window of the maximum, if a band can hold one.
  llvm::SmallVector<int64_t, 2> window = {1, 1};
  /// Images, and rows and columns of the result of one; the batch of a matrix
  /// product counts as columns.
  int64_t images = 1;
  llvm::SmallVector<int64_t, 2> size;

  /// The chain around a product; none if the product has lanes, something else
  /// reads its sums, or a residual is added to them.
  static std::optional<BandChain> match(ProductOp product);
};

} // namespace subbit::bitserial

#endif // SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_BANDS_H
