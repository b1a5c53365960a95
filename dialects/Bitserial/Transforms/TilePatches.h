//===- TilePatches.h - The patches of a tile of positions ----- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_TILEPATCHES_H
#define SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_TILEPATCHES_H

#include "dialects/Bitserial/Transforms/LoopBuilder.h"

namespace subbit::bitserial {

/// So many vectors of positions from one on, under a mask where there are not
/// as many positions.
struct PositionBlock {
  mlir::Value first;
  int64_t vectors;
  /// Positions of one vector, as an index.
  mlir::Value step;
  mlir::Value mask;

  mlir::Value at(LoopBuilder &b, int64_t v) const {
    return v ? b.add(first, b.mul(step, v)) : first;
  }
};

/// Calls `body` for blocks of the positions of a tile, which count from its
/// first, up to `end`; of fixed vectors there is one block, of `vectors`, which
/// may reach past the end.
void forEachBlock(LoopBuilder &b, ScheduleAttr schedule, int64_t vectors,
                  mlir::Value end,
                  llvm::function_ref<void(const PositionBlock &)> body);

/// What patches are made of, of a tiled or a dense product.
struct TileSource {
  mlir::Value planes, workspace;
  GeometryAttr geometry;
  ScheduleAttr schedule;
  ImageAttr image;
  TileLayout layout;
  /// Planes of the patches, one more than are stored of a marked image.
  int64_t numPlanes;
};

/// Fills the workspace with the patches of the positions from `first` to `end`
/// of image `n`, for the groups of a pass. Rows are `tile` words long.
void buildTilePatches(LoopBuilder &b, const TileSource &source, mlir::Value n,
                      mlir::Value first, mlir::Value end, mlir::Value pass);

} // namespace subbit::bitserial

#endif // SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_TILEPATCHES_H
