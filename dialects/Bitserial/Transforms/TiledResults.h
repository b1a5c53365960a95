//===- TiledResults.h - Tiles and results of products --------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_TILEDRESULTS_H
#define SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_TILEDRESULTS_H

#include "dialects/Bitserial/Transforms/TilePatches.h"

// Shared by the products whose results come tile by tile of positions.
namespace subbit::bitserial {

/// Calls `body(n, first, end, vectors, tail)` for each tile of positions. Of
/// fixed vectors the last tile may need fewer, of which the last may have so
/// few positions that they are its tail.
template <typename Op>
void forEachTile(LoopBuilder &b, Op op,
                 llvm::function_ref<void(mlir::Value, mlir::Value, mlir::Value,
                                         int64_t, int64_t)>
                     body) {
  int64_t positions = op.getGeometry().getPositions();
  int64_t batch =
      llvm::cast<mlir::MemRefType>(op.getPlanes().getType()).getDimSize(0);
  int64_t tile = op.getLayout().tile;
  ScheduleAttr schedule = op.getSchedule();
  int64_t rest = positions % tile, whole = positions;
  int64_t vectors = schedule.padVectors(rest);
  bool hasShortTile = !schedule.isScalable() && rest != 0 &&
                      (vectors < schedule.getVectors() || op.getLayout().tail);
  if (hasShortTile)
    whole -= rest;
  b.loop(batch, [&](mlir::Value n) {
    b.loop(b.index(0), b.index(whole), tile, [&](mlir::Value first) {
      mlir::Value end = b.least(b.add(first, tile), b.index(positions));
      body(n, first, end, schedule.getVectors(), 0);
    });
    if (hasShortTile)
      body(n, b.index(whole), b.index(positions), vectors, op.getLayout().tail);
  });
}

template <typename Op>
LoopBuilder::Values startOf(LoopBuilder &b, Op op, mlir::Value c,
                            int64_t vectors) {
  mlir::VectorType type = op.getSchedule().getVector(b.b.getI32Type());
  return LoopBuilder::Values(vectors, b.splat(b.load(op.getInit(), c), type));
}

/// Where the results of a block go: image `n`, the tile's first position.
struct Place {
  mlir::Value n, first;
};

template <typename Op>
void storeSums(LoopBuilder &b, Op op, const Place &place,
               const PositionBlock &block, mlir::Value c,
               llvm::ArrayRef<mlir::Value> sums) {
  for (int64_t v = 0; v < block.vectors; ++v)
    b.storeVector(sums[v], op.getOutput(),
                  {place.n, c, b.add(place.first, block.at(b, v))}, block.mask);
}

/// Words of codes of no output.
template <typename Op>
void clearCodes(LoopBuilder &b, Op op, const Place &place,
                const PositionBlock &block, mlir::Value word) {
  mlir::Value none = b.zero(op.getSchedule().getVector(b.b.getI32Type()));
  int64_t planes =
      llvm::cast<mlir::MemRefType>(op.getOutput().getType()).getDimSize(1);
  for (int64_t j = 0; j < planes; ++j)
    for (int64_t v = 0; v < block.vectors; ++v)
      b.storeVector(
          none, op.getOutput(),
          {place.n, b.index(j), word, b.add(place.first, block.at(b, v))},
          block.mask);
}

/// The codes of output `c` become a bit in each plane: plane j of the number of
/// thresholds that are reached is the parity of those that are numbered by
/// multiples of 2^j.
template <typename Op>
void storeCodes(LoopBuilder &b, Op op, const Place &place,
                const PositionBlock &block, mlir::Value word, mlir::Value c,
                llvm::ArrayRef<mlir::Value> sums) {
  mlir::VectorType type = op.getSchedule().getVector(b.b.getI32Type());
  int64_t count =
      llvm::cast<mlir::MemRefType>(op.getThresholds().getType()).getDimSize(1);
  int64_t planes =
      llvm::cast<mlir::MemRefType>(op.getOutput().getType()).getDimSize(1);
  LoopBuilder::Values thresholds;
  for (int64_t k = 0; k < count; ++k)
    thresholds.push_back(
        b.splat(b.load(op.getThresholds(), {c, b.index(k)}), type));
  mlir::Value bit =
      b.splat(mlir::arith::ShLIOp::create(b.b, b.loc, b.i32(1),
                                          b.toI32(b.remainder(c, b.index(32)))),
              type);
  for (int64_t v = 0; v < block.vectors; ++v) {
    LoopBuilder::Values reached;
    for (mlir::Value t : thresholds)
      reached.push_back(mlir::arith::CmpIOp::create(
          b.b, b.loc, mlir::arith::CmpIPredicate::sge, sums[v], t));
    for (int64_t j = 0; j < planes; ++j) {
      mlir::Value set;
      for (int64_t k = 1 << j; k <= count; k += 1 << j)
        set = set ? mlir::arith::XOrIOp::create(b.b, b.loc, set, reached[k - 1])
                        .getResult()
                  : reached[k - 1];
      LoopBuilder::Values at{place.n, b.index(j), word,
                             b.add(place.first, block.at(b, v))};
      mlir::Value old = b.loadVector(op.getOutput(), at, type, block.mask);
      mlir::Value with = mlir::arith::OrIOp::create(b.b, b.loc, old, bit);
      b.storeVector(mlir::arith::SelectOp::create(b.b, b.loc, set, with, old),
                    op.getOutput(), at, block.mask);
    }
  }
}

/// What the patches of a product of bits are made of.
inline TileSource sourceOf(TiledProductOp op) {
  return {op.getPlanes(),
          op.getWorkspace(),
          op.getGeometry(),
          op.getSchedule(),
          op.getImage(),
          op.getLayout(),
          static_cast<int64_t>(op.getMultipliers().size())};
}

/// Where in a row the patches of the convolution group of output `c` begin,
/// for positions from `first` on.
inline mlir::Value firstPatchOf(LoopBuilder &b, TiledProductOp op,
                                mlir::Value c, mlir::Value first) {
  GeometryAttr g = op.getGeometry();
  if (g.getGroups() == 1)
    return first;
  TileLayout layout = op.getLayout();
  mlir::Value group = b.divide(c, b.index(g.getOutput()[0] / g.getGroups()));
  return b.add(first,
               b.mul(group, layout.patchRows / g.getGroups() * layout.tile));
}

/// Stores what becomes of the sums of output `c` in the vectors of a block.
using StoreFn = llvm::function_ref<void(
    mlir::Value c, const PositionBlock &block, LoopBuilder::Values sums)>;
/// Computes and stores the sums of an output, or of `step` from it on; returns
/// the state for the next ones.
using OutputFn = llvm::function_ref<LoopBuilder::Values(
    mlir::Value c, mlir::ValueRange state, StoreFn store)>;

/// Calls `body` for all outputs, by steps, so that their sums or codes are
/// stored.
template <typename Op>
void forEachOutput(LoopBuilder &b, Op op, const Place &place,
                   const PositionBlock &block, mlir::ValueRange start,
                   int64_t step, OutputFn body) {
  int64_t outputs = op.getGeometry().getOutput()[0];
  if (!op.getThresholds()) {
    auto store = [&](mlir::Value c, const PositionBlock &own,
                     const LoopBuilder::Values &sums) {
      storeSums(b, op, place, own, c, sums);
    };
    b.loop(b.index(0), b.index(outputs), step, start,
           [&](mlir::Value c, mlir::ValueRange state) {
             return body(c, state, store);
           });
    return;
  }
  int64_t words =
      llvm::cast<mlir::MemRefType>(op.getOutput().getType()).getDimSize(2);
  b.loop(words, start, [&](mlir::Value word, mlir::ValueRange state) {
    clearCodes(b, op, place, block, word);
    auto store = [&](mlir::Value c, const PositionBlock &own,
                     const LoopBuilder::Values &sums) {
      storeCodes(b, op, place, own, word, c, sums);
    };
    mlir::Value begin = b.mul(word, 32);
    mlir::Value end = b.least(b.add(begin, 32), b.index(outputs));
    return b.loop(begin, end, step, state,
                  [&](mlir::Value c, mlir::ValueRange state) {
                    return body(c, state, store);
                  });
  });
}

} // namespace subbit::bitserial

#endif // SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_TILEDRESULTS_H
