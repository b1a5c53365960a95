//===- Tiles.h - Tasks, tiles and passes of products ---------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_TILES_H
#define SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_TILES_H

#include "dialects/Bitserial/Transforms/LoopBuilder.h"
#include "dialects/Bitserial/Transforms/TilePatches.h"

namespace subbit::bitserial {

/// What one task computes of a product: some tiles of each image, some outputs.
/// These begin at a multiple of 32, and end at one or with the last.
struct Share {
  mlir::Value firstTile, endTile, firstOutput, endOutput;
  /// Whether there are outputs before the first.
  bool isSecond = false;
};

/// One tile of positions, and where its results go.
struct Tile {
  mlir::Value n;          ///< image
  mlir::Value first, end; ///< positions
  Share share;
  int64_t vectors; ///< of positions
  int64_t tail;    ///< positions of the last vector, where they are few
};

/// Calls `body` for each task of a product, with its share. While a task is
/// built the product has the task's part of the workspace.
template <typename Op>
void forEachTask(LoopBuilder &b, Op op,
                 llvm::function_ref<void(const Share &)> body) {
  Tasks tasks = getTasks(op);
  TileLayout layout = op.getLayout();
  int64_t outputs = op.getGeometry().getOutput()[0];
  if (tasks.count() == 1) {
    body({b.index(0), b.index(layout.numTiles), b.index(0), b.index(outputs)});
    return;
  }
  auto part = [&](mlir::Value i, int64_t size, int64_t parts) {
    return b.divide(b.mul(i, size), b.index(parts));
  };
  b.tasks(tasks.count(), [&](mlir::Value number) {
    mlir::Value tiles = b.divide(number, b.index(tasks.outputs));
    mlir::Value words = b.remainder(number, b.index(tasks.outputs));
    Share share{part(tiles, layout.numTiles, tasks.tiles),
                part(b.add(tiles, 1), layout.numTiles, tasks.tiles), b.index(0),
                b.index(outputs), tasks.outputs > 1};
    if (share.isSecond) {
      int64_t size = (outputs + 31) / 32;
      share.firstOutput = b.mul(part(words, size, tasks.outputs), 32);
      mlir::Value end = b.mul(part(b.add(words, 1), size, tasks.outputs), 32);
      share.endOutput = b.least(end, b.index(outputs));
    }
    mlir::Value all = op.getWorkspace();
    mlir::OpFoldResult from = b.mul(number, layout.partSize());
    mlir::OpFoldResult size = b.b.getIndexAttr(layout.size);
    mlir::OpFoldResult stride = b.b.getIndexAttr(1);
    op.getWorkspaceMutable().assign(
        mlir::memref::SubViewOp::create(b.b, b.loc, all, from, size, stride));
    body(share);
    op.getWorkspaceMutable().assign(all);
  });
}

/// Calls `body` for each tile of a share. Of fixed vectors the last tile may
/// need fewer, of which the last may have so few positions that they are its
/// tail.
template <typename Op>
void forEachTile(LoopBuilder &b, Op op, const Share &share,
                 llvm::function_ref<void(const Tile &)> body) {
  int64_t positions = op.getGeometry().getPositions();
  int64_t batch =
      llvm::cast<mlir::MemRefType>(op.getPlanes().getType()).getDimSize(0);
  TileLayout layout = op.getLayout();
  int64_t tile = layout.tile;
  ScheduleAttr schedule = op.getSchedule();
  int64_t rest = positions % tile, whole = positions;
  int64_t vectors = schedule.padVectors(rest);
  bool hasShortTile = !schedule.isScalable() && rest != 0 &&
                      (vectors < schedule.getVectors() || layout.tail);
  if (hasShortTile)
    whole -= rest;
  bool hasAll = getTasks(op).tiles == 1;
  b.loop(batch, [&](mlir::Value n) {
    mlir::Value first = b.index(0), end = b.index(whole);
    if (!hasAll) {
      first = b.mul(share.firstTile, tile);
      end = b.least(b.mul(share.endTile, tile), end);
    }
    b.loop(first, end, tile, [&](mlir::Value first) {
      mlir::Value end = b.least(b.add(first, tile), b.index(positions));
      body({n, first, end, share, schedule.getVectors(), 0});
    });
    if (!hasShortTile)
      return;
    auto shortTile = [&] {
      body(
          {n, b.index(whole), b.index(positions), share, vectors, layout.tail});
    };
    if (hasAll) {
      shortTile();
      return;
    }
    b.when(b.equals(share.endTile, layout.numTiles), shortTile);
  });
}

/// The patches of a tile. Those of the tail are copied, so that the words of a
/// row lie side by side.
inline void buildPatches(LoopBuilder &b, const TileSource &source,
                         const Tile &tile, mlir::Value pass) {
  buildTilePatches(b, source, tile.n, tile.first, tile.end, pass);
  const TileLayout &layout = source.layout;
  int64_t first = (tile.vectors - 1) * source.schedule.getLanes();
  for (int64_t p = 0; p < tile.tail; ++p)
    b.loop(layout.patchRows, [&](mlir::Value row) {
      mlir::Value from = b.add(b.mul(row, layout.tile), first + p);
      mlir::Value to = b.add(row, layout.tailPatches + p * layout.patchRows);
      b.store(b.load(source.workspace, from), source.workspace, to);
    });
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

/// The number and the first word of the first row of output `c`, of all passes.
inline LoopBuilder::Values rowsBefore(LoopBuilder &b, TiledProductOp op,
                                      mlir::Value c) {
  mlir::Value row =
      b.loop(b.index(0), c, 1, b.index(0),
             [&](mlir::Value i, mlir::ValueRange sum) -> LoopBuilder::Values {
               return {b.add(sum[0], b.toIndex(b.load(op.getRows(), i)))};
             })[0];
  return {row, b.mul(row, op.getGeometry().getWords())};
}

/// The same for the first output of a share in a pass, where `state` is what
/// all outputs before it would have left.
inline LoopBuilder::Values rowsOfShare(LoopBuilder &b, TiledProductOp op,
                                       const Share &share, mlir::Value pass,
                                       mlir::ValueRange state) {
  if (!share.isSecond)
    return LoopBuilder::Values(state);
  int64_t outputs = op.getGeometry().getOutput()[0];
  return rowsBefore(b, op, b.add(b.mul(pass, outputs), share.firstOutput));
}

/// One of the passes over the groups of a product; where there is but one,
/// nobody asks whether it is the first or the last.
struct GroupPass {
  mlir::Value number;
  mlir::Value isFirst, isLast;
};

/// Calls `body` for each pass with the state for its first output of a share;
/// it returns that behind the last output.
inline void forEachPass(
    LoopBuilder &b, TiledProductOp op, const Share &share,
    llvm::function_ref<LoopBuilder::Values(const GroupPass &, mlir::ValueRange)>
        body) {
  int64_t passes = op.getSchedule().getPasses();
  mlir::Value none = b.index(0);
  LoopBuilder::Values start{none, none};
  if (passes == 1) {
    body({none, {}, {}}, rowsOfShare(b, op, share, none, start));
    return;
  }
  b.loop(passes, start, [&](mlir::Value number, mlir::ValueRange state) {
    GroupPass pass{number, b.equals(number, 0), b.equals(number, passes - 1)};
    return body(pass, rowsOfShare(b, op, share, number, state));
  });
}

/// The number of rows of output `c` in a pass.
inline mlir::Value rowsOf(LoopBuilder &b, TiledProductOp op,
                          const GroupPass &pass, mlir::Value c) {
  int64_t outputs = op.getGeometry().getOutput()[0];
  return b.load(op.getRows(), b.add(b.mul(pass.number, outputs), c));
}

} // namespace subbit::bitserial

#endif // SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_TILES_H
