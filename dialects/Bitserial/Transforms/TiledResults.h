//===- TiledResults.h - Sums and codes of a tile -------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_TILEDRESULTS_H
#define SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_TILEDRESULTS_H

#include "dialects/Bitserial/Transforms/LowLevel.h"
#include "dialects/Bitserial/Transforms/Masks.h"
#include "dialects/Bitserial/Transforms/Tiles.h"

namespace subbit::bitserial {

/// A vector with the sum of another's lanes added to one of its lanes.
inline mlir::Value addToLane(LoopBuilder &b, mlir::Value vector, int64_t lane,
                             mlir::Value words) {
  mlir::Value sum = mlir::vector::ReductionOp::create(
      b.b, b.loc, mlir::vector::CombiningKind::ADD, words);
  mlir::Value none = b.zero(vector.getType());
  return b.add(vector,
               mlir::vector::InsertOp::create(b.b, b.loc, sum, none, lane));
}

/// The first sums of an output, in so many vectors.
template <typename Op>
LoopBuilder::Values startOf(LoopBuilder &b, Op op, mlir::Value c,
                            int64_t vectors) {
  mlir::VectorType type = op.getSchedule().getVector(b.b.getI32Type());
  return LoopBuilder::Values(vectors, b.splat(b.load(op.getInit(), c), type));
}

/// Vectors of sums whose comparisons are packed to one mask of 32 bits, or 0:
/// the thresholds say whether sums may be saturated.
template <typename Op> int64_t packedVectors(Op op) {
  auto type = llvm::cast<mlir::MemRefType>(op.getThresholds().getType());
  return type.getElementType().isInteger(16)
             ? op.getSchedule().getPackedVectors()
             : 0;
}

/// Whether comparisons become masks of bits. Those of 32 outputs wait where
/// their words of codes will be, and are transposed to these once all are
/// there. The mask of a vector, which only AVX-512 makes, is of 16 bits: that
/// of output `c` is half `c / 16 % 2` of lane `c % 16`. One of packed vectors
/// is word `c % 32` of theirs.
template <typename Op> bool hasMasks(Op op) {
  return packedVectors(op) || op.getSchedule().hasMaskRegisters();
}

template <typename Op>
void storeSums(LoopBuilder &b, Op op, const Tile &tile,
               const PositionBlock &block, mlir::Value c,
               llvm::ArrayRef<mlir::Value> sums) {
  for (int64_t v = 0; v < block.vectors; ++v)
    b.storeVector(sums[v], op.getOutput(),
                  {tile.n, c, b.add(tile.first, block.at(b, v))}, block.mask);
}

/// Where the words of codes are of plane `j` and vector `v` of a block.
inline LoopBuilder::Values wordsAt(LoopBuilder &b, const Tile &tile,
                                   const PositionBlock &block, mlir::Value word,
                                   int64_t j, int64_t v) {
  return {tile.n, b.index(j), word, b.add(tile.first, block.at(b, v))};
}

template <typename Op> int64_t planesOf(Op op) {
  return llvm::cast<mlir::MemRefType>(op.getOutput().getType()).getDimSize(1);
}

/// Words of codes of no output.
template <typename Op>
void clearCodes(LoopBuilder &b, Op op, const Tile &tile,
                const PositionBlock &block, mlir::Value word) {
  // Masks of all 32 outputs leave nothing of what was there.
  if (hasMasks(op) && op.getGeometry().getOutput()[0] % 32 == 0)
    return;
  mlir::Value none = b.zero(op.getSchedule().getVector(b.b.getI32Type()));
  for (int64_t j = 0; j < planesOf(op); ++j)
    for (int64_t v = 0; v < block.vectors; ++v)
      b.storeVector(none, op.getOutput(), wordsAt(b, tile, block, word, j, v),
                    block.mask);
}

/// Calls `body` for the first vector and the number of those whose masks lie
/// together.
template <typename Op>
void forEachMask(Op op, int64_t vectors,
                 llvm::function_ref<void(int64_t first, int64_t count)> body) {
  int64_t packed = packedVectors(op);
  for (int64_t v = 0, count; v < vectors; v += count) {
    count = packed && v + packed <= vectors ? packed : 1;
    body(v, count);
  }
}

/// The masks of 32 outputs become words of codes.
template <typename Op>
void transposeBlock(LoopBuilder &b, Op op, const Tile &tile,
                    const PositionBlock &block, mlir::Value word) {
  if (!hasMasks(op))
    return;
  mlir::VectorType type = op.getSchedule().getVector(b.b.getI32Type());
  for (int64_t j = 0; j < planesOf(op); ++j)
    forEachMask(op, block.vectors, [&](int64_t first, int64_t count) {
      auto at = [&](int64_t v) {
        return wordsAt(b, tile, block, word, j, first + v);
      };
      LoopBuilder::Values masks;
      for (int64_t v = 0; v < count; ++v)
        masks.push_back(b.loadVector(op.getOutput(), at(v), type, {}));
      for (auto [v, words] : llvm::enumerate(transposeMasks(b, masks)))
        b.storeVector(words, op.getOutput(), at(v));
    });
}

/// The floats that the residual of output `c` adds to a vector of sums: terms
/// of codes, chosen plane by plane, or other sums, rescaled. `at` is the
/// position, `bit` the output's in its word.
template <typename Op>
mlir::Value residualAt(LoopBuilder &b, Op op, mlir::Value n, mlir::Value c,
                       mlir::Value word, mlir::Value bit, mlir::Value at,
                       mlir::Value mask, mlir::ValueRange terms) {
  mlir::VectorType type = llvm::cast<mlir::VectorType>(bit.getType());
  auto shape =
      llvm::cast<mlir::MemRefType>(op.getResidual().getType()).getShape();
  if (shape.size() == 3) {
    mlir::Value sums = b.loadVector(op.getResidual(), {n, c, at}, type, mask);
    return rescaleSum(b, sums, terms[2], terms[3]);
  }
  mlir::Value none = b.zero(type);
  LoopBuilder::Values values(terms.drop_front(2));
  for (auto &value : values)
    value = b.splat(value, type.clone(b.b.getF32Type()));
  for (int64_t j = 0; j < shape[1]; ++j) {
    mlir::Value plane =
        b.loadVector(op.getResidual(), {n, b.index(j), word, at}, type, mask);
    plane = mlir::arith::AndIOp::create(b.b, b.loc, plane, bit);
    mlir::Value isSet = mlir::arith::CmpIOp::create(
        b.b, b.loc, mlir::arith::CmpIPredicate::ne, plane, none);
    for (size_t i = 0; 2 * i < values.size(); ++i)
      values[i] = mlir::arith::SelectOp::create(
          b.b, b.loc, isSet, values[2 * i + 1], values[2 * i]);
    values.truncate(values.size() / 2);
  }
  return values[0];
}

/// Sets a bit of the words at a place where `set` says so.
inline void setBits(LoopBuilder &b, mlir::Value set, mlir::Value bit,
                    mlir::Value memref, mlir::ValueRange at, mlir::Value mask) {
  auto type = llvm::cast<mlir::VectorType>(bit.getType());
  mlir::Value old = b.loadVector(memref, at, type, mask);
  mlir::Value with = mlir::arith::OrIOp::create(b.b, b.loc, old, bit);
  b.storeVector(mlir::arith::SelectOp::create(b.b, b.loc, set, with, old),
                memref, at, mask);
}

/// Whether the codes of sums, or of sums and residuals, have a bit in each
/// plane. In the highest it is whether the middle one of the thresholds is
/// reached, which chooses those of the next plane.
inline LoopBuilder::Values comparePlanes(LoopBuilder &b, mlir::Value sum,
                                         mlir::ValueRange thresholds,
                                         int64_t planes) {
  LoopBuilder::Values left(thresholds), sets(planes);
  auto type = llvm::cast<mlir::VectorType>(sum.getType());
  for (mlir::Value &t : left)
    t = b.splat(t, type.clone(t.getType()));
  for (int64_t j = planes; j-- > 0;) {
    size_t middle = left.size() / 2;
    sets[j] = isReached(b, sum, left[middle]);
    for (size_t k = 0; k < middle; ++k)
      left[k] = mlir::arith::SelectOp::create(b.b, b.loc, sets[j],
                                              left[middle + 1 + k], left[k]);
    left.truncate(middle);
  }
  return sets;
}

/// Stores the masks of output `c`.
template <typename Op>
void storeMasks(LoopBuilder &b, Op op, const Tile &tile,
                const PositionBlock &block, mlir::Value word,
                mlir::Value inWord, llvm::ArrayRef<mlir::Value> sums,
                mlir::ValueRange thresholds) {
  auto output = llvm::cast<mlir::MemRefType>(op.getOutput().getType());
  int64_t planeSize = output.getStridesAndOffset().first[1];
  int64_t planes = planesOf(op), lanes = op.getSchedule().getLanes();
  mlir::Value ofVector, ofPacked;
  forEachMask(op, block.vectors, [&](int64_t first, int64_t count) {
    mlir::Value &address = count == 1 ? ofVector : ofPacked;
    if (!address)
      address = addressOfMask(
          b, op.getOutput(),
          {tile.n, b.index(0), word, b.add(tile.first, block.first)}, inWord,
          count * lanes);
    auto some = sums.slice(first, count);
    llvm::SmallVector<LoopBuilder::Values> sets(planes);
    for (mlir::Value sum :
         count == 1 ? LoopBuilder::Values(some) : packSums(b, some))
      for (auto [j, set] :
           llvm::enumerate(comparePlanes(b, sum, thresholds, planes)))
        sets[j].push_back(set);
    for (int64_t j = planes; j-- > 0;)
      storeMask(b, makeMask(b, sets[j]), address,
                j * planeSize + first * lanes);
  });
}

/// The codes of output `c` become a bit in each plane.
template <typename Op>
void storeCodes(LoopBuilder &b, Op op, const Tile &tile,
                const PositionBlock &block, mlir::Value word, mlir::Value c,
                llvm::ArrayRef<mlir::Value> given) {
  mlir::VectorType type = op.getSchedule().getVector(b.b.getI32Type());
  auto rowOf = [&](mlir::Value table) {
    LoopBuilder::Values row;
    int64_t count = llvm::cast<mlir::MemRefType>(table.getType()).getDimSize(1);
    for (int64_t k = 0; k < count; ++k)
      row.push_back(b.load(table, {c, b.index(k)}));
    return row;
  };
  LoopBuilder::Values thresholds = rowOf(op.getThresholds());
  mlir::Value inWord = b.remainder(c, b.index(32));
  mlir::Value bit = b.splat(
      mlir::arith::ShLIOp::create(b.b, b.loc, b.i32(1), b.toI32(inWord)), type);
  mlir::Value first = b.add(tile.first, block.first);
  if (!hasMasks(op) && !op.getSchedule().isScalable())
    // The optimizer would keep the words for the next output on the stack, too.
    first = hide(b, first);
  auto at = [&](int64_t v) {
    return v ? b.add(first, b.mul(block.step, v)) : first;
  };
  LoopBuilder::Values sums(given);
  if (op.getResidual()) {
    LoopBuilder::Values terms = rowOf(op.getTerms());
    for (auto [v, sum] : llvm::enumerate(sums)) {
      sum = rescaleSum(b, sum, terms[0], terms[1]);
      mlir::Value r =
          residualAt(b, op, tile.n, c, word, bit, at(v), block.mask, terms);
      sum = mlir::arith::AddFOp::create(b.b, b.loc, sum, r);
    }
  }
  if (hasMasks(op)) {
    storeMasks(b, op, tile, block, word, inWord, sums, thresholds);
    return;
  }
  for (auto [v, sum] : llvm::enumerate(sums))
    for (auto [j, set] :
         llvm::enumerate(comparePlanes(b, sum, thresholds, planesOf(op))))
      setBits(b, set, bit, op.getOutput(), {tile.n, b.index(j), word, at(v)},
              block.mask);
}

/// Stores what becomes of the sums of output `c` in the vectors of a block.
using StoreFn = llvm::function_ref<void(
    mlir::Value c, const PositionBlock &block, LoopBuilder::Values sums)>;
/// Computes and stores the sums of an output, or of `step` from it on; returns
/// the state for the next ones.
using OutputFn = llvm::function_ref<LoopBuilder::Values(
    mlir::Value c, mlir::ValueRange state, StoreFn store)>;

/// Calls `body` for the outputs of a tile's share, by steps, so that their sums
/// or codes are stored: where passes over groups come one after the other, if
/// this is the last. Returns the state behind the last output.
template <typename Op>
LoopBuilder::Values forEachOutput(LoopBuilder &b, Op op, const Tile &tile,
                                  const PositionBlock &block,
                                  mlir::ValueRange start, int64_t step,
                                  mlir::Value isLast, OutputFn body) {
  const Share &share = tile.share;
  if (!op.getThresholds()) {
    auto store = [&](mlir::Value c, const PositionBlock &own,
                     const LoopBuilder::Values &sums) {
      storeSums(b, op, tile, own, c, sums);
    };
    return b.loop(share.firstOutput, share.endOutput, step, start,
                  [&](mlir::Value c, mlir::ValueRange state) {
                    return body(c, state, store);
                  });
  }
  mlir::Value firstWord = b.divide(share.firstOutput, b.index(32));
  mlir::Value endWord = b.divide(b.add(share.endOutput, 31), b.index(32));
  return b.loop(firstWord, endWord, 1, start,
                [&](mlir::Value word, mlir::ValueRange state) {
                  b.when(isLast, [&] { clearCodes(b, op, tile, block, word); });
                  auto store = [&](mlir::Value c, const PositionBlock &own,
                                   const LoopBuilder::Values &sums) {
                    storeCodes(b, op, tile, own, word, c, sums);
                  };
                  mlir::Value begin = b.mul(word, 32);
                  mlir::Value end = b.least(b.add(begin, 32), share.endOutput);
                  LoopBuilder::Values next =
                      b.loop(begin, end, step, state,
                             [&](mlir::Value c, mlir::ValueRange state) {
                               return body(c, state, store);
                             });
                  b.when(isLast,
                         [&] { transposeBlock(b, op, tile, block, word); });
                  return next;
                });
}

} // namespace subbit::bitserial

#endif // SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_TILEDRESULTS_H
