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

/// Calls `body` for blocks of the positions `first` to `end`; of fixed vectors
/// there is one block, which may reach past the end.
void forEachBlock(LoopBuilder &b, ScheduleAttr schedule, mlir::Value first,
                  mlir::Value end, llvm::function_ref<void(const PositionBlock &)> body);

/// Fills the workspace with the patches of the positions from `first` to `end`
/// of image `n`. Rows are `tile` words long.
void buildTilePatches(LoopBuilder &b, TiledProductOp op, mlir::Value n,
                      mlir::Value first, mlir::Value end);

} // namespace subbit::bitserial

#endif // SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_TILEPATCHES_H
