//===- LowerTiledProduct.cpp - Tiled products as loops --------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/CountBits.h"
#include "dialects/Bitserial/Transforms/TiledResults.h"

using namespace mlir;
using namespace subbit::bitserial;

namespace {

using Values = LoopBuilder::Values;

/// Tiles of positions, whose patches are made first; positions in lanes, some
/// vectors of them in registers, one broadcast weight word for all.
struct LowerTiledProduct : public OpRewritePattern<TiledProductOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TiledProductOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getPlanes().getType()) ||
        op.getSchedule().usesTables())
      return rewriter.notifyMatchFailure(op, "not on buffers, or of tables");
    LoopBuilder b(rewriter, op.getLoc());
    forEachTask(b, op, [&](const Share &share) {
      forEachTile(b, op, share,
                  [&](const Tile &tile) { lowerTile(b, op, tile); });
    });
    rewriter.eraseOp(op);
    return success();
  }

private:
  static void lowerTile(LoopBuilder &b, TiledProductOp op, const Tile &tile) {
    forEachPass(
        b, op, tile.share, [&](const GroupPass &pass, ValueRange start) {
          buildPatches(b, sourceOf(op), tile, pass.number);
          // Behind the block, of which there is one where there are several
          // passes.
          Values end;
          forEachBlock(
              b, op.getSchedule(), tile.vectors, b.sub(tile.end, tile.first),
              [&](const PositionBlock &block) {
                end = forEachOutput(
                    b, op, tile, block, start, 1, pass.isLast,
                    [&](Value c, ValueRange state, StoreFn store) {
                      Values sums = loadSums(b, op, pass, block, c);
                      sums = sumRows(b, op, block, c, sums,
                                     rowsOf(b, op, pass, c), state, tile.tail);
                      Values next(ValueRange(sums).take_back(2));
                      sums.truncate(block.vectors);
                      finishSums(b, op, pass, block, c, sums, store);
                      return next;
                    });
              });
          return end;
        });
  }

  /// Where sums wait for the patches of the next pass.
  static Value placeOf(LoopBuilder &b, TiledProductOp op,
                       const PositionBlock &block, Value c, int64_t vector) {
    TileLayout layout = op.getLayout();
    return b.add(b.add(b.mul(c, layout.tile), layout.sums),
                 block.at(b, vector));
  }

  /// What the passes before left of the sums of an output.
  static Values loadSums(LoopBuilder &b, TiledProductOp op,
                         const GroupPass &pass, const PositionBlock &block,
                         Value c) {
    auto start = [&] { return startOf(b, op, c, block.vectors); };
    if (!pass.isFirst)
      return start();
    return b.choose(pass.isFirst, start, [&] {
      VectorType type = op.getSchedule().getVector(b.b.getI32Type());
      Values sums;
      for (int64_t v = 0; v < block.vectors; ++v)
        sums.push_back(b.loadVector(
            op.getWorkspace(), placeOf(b, op, block, c, v), type, block.mask));
      return sums;
    });
  }

  static void finishSums(LoopBuilder &b, TiledProductOp op,
                         const GroupPass &pass, const PositionBlock &block,
                         Value c, const Values &sums, StoreFn store) {
    if (!pass.isLast)
      return store(c, block, sums);
    auto finish = [&] {
      store(c, block, sums);
      return Values();
    };
    b.choose(pass.isLast, finish, [&] {
      for (int64_t v = 0; v < block.vectors; ++v)
        b.storeVector(sums[v], op.getWorkspace(), placeOf(b, op, block, c, v));
      return Values();
    });
  }

  /// Subtracts `rows` rows from the sums of output `c`. `state` is the number
  /// and the first word of the first row; behind the sums come those of the row
  /// after the last. Positions of a tail have a vector of sums each, of words,
  /// which are added to the lanes of the block's last vector.
  static Values sumRows(LoopBuilder &b, TiledProductOp op, PositionBlock block,
                        Value c, Values sums, Value rows, ValueRange state,
                        int64_t tail) {
    Value firstPatch = firstPatchOf(b, op, c, block.first), last;
    if (tail) {
      --block.vectors;
      last = sums.pop_back_val();
    }
    sums.append(state.begin(), state.end());
    sums.append(tail, b.zero(tailType(b, op)));
    Value begin = b.index(0), end = b.toIndex(rows);
    if (pairsRows(op)) {
      Value even = b.sub(end, b.remainder(end, b.index(2)));
      sums = b.loop(begin, even, 2, sums, [&](Value, ValueRange state) {
        return subtractRows(b, op, block, firstPatch, state, /*rows=*/2);
      });
      begin = even;
    }
    sums = b.loop(begin, end, 1, sums, [&](Value, ValueRange state) {
      Values next = subtractRows(b, op, block, firstPatch, state, /*rows=*/1);
      for (int64_t p = 0; p < tail; ++p)
        next.push_back(subtractTail(b, op, p, state, block));
      return next;
    });
    if (!tail)
      return sums;
    for (int64_t p = 0; p < tail; ++p)
      last = addToLane(b, last, p, sums[block.vectors + 2 + p]);
    sums.truncate(block.vectors + 2);
    sums.insert(sums.begin() + block.vectors, last);
    return sums;
  }

  static VectorType tailType(LoopBuilder &b, TiledProductOp op) {
    return b.i32Vector(
        std::min(op.getGeometry().getWords(), op.getSchedule().getLanes()));
  }

  /// The sums of position `p` of a tail, less a row.
  static Value subtractTail(LoopBuilder &b, TiledProductOp op, int64_t p,
                            ValueRange state, const PositionBlock &block) {
    TileLayout layout = op.getLayout();
    VectorType type = tailType(b, op);
    int64_t words = op.getGeometry().getWords(), lanes = type.getDimSize(0);
    int64_t planes = op.getMultipliers().size();
    Value row = state[block.vectors], firstWord = state[block.vectors + 1];
    Value sum = state[block.vectors + 2 + p];
    Value group = b.toIndex(b.load(op.getGroups(), row));
    Value patch = b.add(b.mul(group, planes * words),
                        layout.tailPatches + p * layout.patchRows);
    Value a = arith::ExtSIOp::create(b.b, b.loc, b.b.getI32Type(),
                                     b.load(op.getCoordinates(), row));
    for (auto [j, m] : llvm::enumerate(op.getMultipliers())) {
      Value count;
      for (int64_t w = 0; w < words; w += lanes) {
        Value weights = b.loadVector(op.getWords(), b.add(firstWord, w), lanes);
        Value bits =
            b.loadVector(op.getWorkspace(), b.add(patch, j * words + w), lanes);
        bits = arith::XOrIOp::create(b.b, b.loc, weights, bits);
        bits = math::CtPopOp::create(b.b, b.loc, bits);
        count = count ? b.add(count, bits) : bits;
      }
      Value factor = b.splat(b.mul(a, b.i32(-m)), type);
      sum = b.add(sum, b.mul(count, factor));
    }
    return sum;
  }

  /// Whether two rows at a time share what is loaded: they are of the same
  /// group, and a load is an instruction of its own.
  static bool pairsRows(TiledProductOp op) {
    ScheduleAttr schedule = op.getSchedule();
    return schedule.getScaling() == Scaling::Offsets &&
           schedule.getLanes() > 1 && op.getGeometry().getNumGroups() == 1;
  }

  /// Some rows of one group.
  static Values subtractRows(LoopBuilder &b, TiledProductOp op,
                             const PositionBlock &block, Value firstPatch,
                             ValueRange state, int64_t rows) {
    ScheduleAttr schedule = op.getSchedule();
    VectorType type = schedule.getVector(b.b.getI32Type());
    int64_t words = op.getGeometry().getWords(), tile = op.getLayout().tile;
    int64_t planes = op.getMultipliers().size();
    Value row = state[block.vectors], firstWord = state[block.vectors + 1];
    Value group = b.toIndex(b.load(op.getGroups(), row));
    Value patch = b.add(firstPatch, b.mul(group, planes * words * tile));
    bool hasOffsets = schedule.getScaling() == Scaling::Offsets;
    if (!hasOffsets)
      patch = hide(b, patch);
    Values coordinates;
    for (int64_t r = 0; r < rows; ++r)
      coordinates.push_back(b.load(op.getCoordinates(), b.add(row, r)));
    // Carries leave no registers for words of weights to wait in for the next
    // plane.
    bool loadsAnew = schedule.getCounting() == Counting::Carries;
    Value ofPlane = firstWord;
    int64_t lastPlane = 0;
    Values next = subtractRow(
        b, state.take_front(block.vectors), coordinates, op.getMultipliers(),
        words, schedule, [&](int64_t plane, Value word) {
          if (loadsAnew && plane != lastPlane)
            ofPlane = hide(b, firstWord);
          lastPlane = plane;
          Values weights;
          for (int64_t r = 0; r < rows; ++r) {
            Value at = b.add(b.add(ofPlane, word), r * words);
            weights.push_back(b.splat(b.load(op.getWords(), at), type));
          }
          Value at = b.add(patch, b.mul(b.add(word, plane * words), tile));
          // One address for all vectors, which the optimizer cannot split.
          if (hasOffsets)
            at = hide(b, at, /*bits=*/64);
          SmallVector<Compared> compared(rows * block.vectors);
          for (int64_t v = 0; v < block.vectors; ++v) {
            Value place = v ? b.add(at, b.mul(block.step, v)) : at;
            Value words =
                b.loadVector(op.getWorkspace(), place, type, block.mask);
            for (int64_t r = 0; r < rows; ++r)
              compared[r * block.vectors + v] = {weights[r], words};
          }
          return compared;
        });
    next.append({b.add(row, rows), b.add(firstWord, rows * words)});
    return next;
  }
};

} // namespace

void subbit::bitserial::populateTiledProductPatterns(
    RewritePatternSet &patterns) {
  patterns.add<LowerTiledProduct>(patterns.getContext());
}
