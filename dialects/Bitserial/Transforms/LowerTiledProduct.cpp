//===- LowerTiledProduct.cpp - Tiled products as loops --------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/CountBits.h"
#include "dialects/Bitserial/Transforms/TilePatches.h"

using namespace mlir;
using namespace subbit::bitserial;

namespace {

/// Tiles of positions, whose patches are made first; positions in lanes, some
/// vectors of them in registers, one broadcast weight word for all.
struct LowerTiledProduct : public OpRewritePattern<TiledProductOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TiledProductOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getPlanes().getType()))
      return rewriter.notifyMatchFailure(op, "not on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    int64_t positions = op.getGeometry().getPositions();
    int64_t batch = cast<MemRefType>(op.getPlanes().getType()).getDimSize(0);
    int64_t tile = op.getLayout().tile;
    ScheduleAttr schedule = op.getSchedule();
    // Of fixed vectors the last tile may need fewer.
    int64_t rest = positions % tile, whole = positions;
    int64_t vectors = (rest + schedule.getLanes() - 1) / schedule.getLanes();
    bool hasShortTile = !schedule.isScalable() && rest != 0 &&
                        vectors < schedule.getVectors();
    if (hasShortTile)
      whole -= rest;
    b.loop(batch, [&](Value n) {
      b.loop(b.index(0), b.index(whole), tile, [&](Value first) {
        Value end = b.least(b.add(first, tile), b.index(positions));
        lowerTile(b, op, n, first, end, schedule.getVectors());
      });
      if (hasShortTile)
        lowerTile(b, op, n, b.index(whole), b.index(positions), vectors);
    });
    rewriter.eraseOp(op);
    return success();
  }

private:
  using Values = LoopBuilder::Values;

  static void lowerTile(LoopBuilder &b, TiledProductOp op, Value n, Value first,
                        Value end, int64_t vectors) {
    if (op.getSchedule().getPasses() > 1) {
      lowerPasses(b, op, n, first, end, vectors);
      return;
    }
    buildTilePatches(b, op, n, first, end, b.index(0));
    Values start{b.index(0), b.index(0)};
    forEachBlock(
        b, op.getSchedule(), vectors, b.sub(end, first),
        [&](const PositionBlock &block) {
          auto sumsOf = [&](Value c, ValueRange state) {
            return sumRows(b, op, block, c, startOf(b, op, c, block.vectors),
                           b.load(op.getRows(), c), state);
          };
          if (op.getThresholds())
            encodeBlock(b, op, n, first, block, start, sumsOf);
          else
            storeBlock(b, op, n, first, block, start, sumsOf);
        });
  }

  /// Sums wait in the workspace for the patches of the next pass.
  static void lowerPasses(LoopBuilder &b, TiledProductOp op, Value n,
                          Value first, Value end, int64_t vectors) {
    ScheduleAttr schedule = op.getSchedule();
    TileLayout layout = op.getLayout();
    int64_t outputs = op.getGeometry().getOutput()[0];
    VectorType type = schedule.getVector(b.b.getI32Type());
    PositionBlock block{b.index(0), vectors, b.index(schedule.getLanes()),
                        Value()};
    auto place = [&](Value c, int64_t v) -> Value {
      return b.add(b.add(b.mul(c, layout.tile), layout.sums), block.at(b, v));
    };
    auto load = [&](Value c) {
      Values sums;
      for (int64_t v = 0; v < vectors; ++v)
        sums.push_back(
            b.loadVector(op.getWorkspace(), place(c, v), type, Value()));
      return sums;
    };
    auto store = [&](Value c, ValueRange sums) {
      for (int64_t v = 0; v < vectors; ++v)
        b.storeVector(sums[v], op.getWorkspace(), place(c, v));
    };
    b.loop(outputs,
           [&](Value c) { store(c, startOf(b, op, c, block.vectors)); });
    Values start{b.index(0), b.index(0)};
    b.loop(schedule.getPasses(), start, [&](Value pass, ValueRange state) {
      buildTilePatches(b, op, n, first, end, pass);
      return b.loop(outputs, state, [&](Value c, ValueRange state) {
        Value rows = b.load(op.getRows(), b.add(b.mul(pass, outputs), c));
        Values sums = sumRows(b, op, block, c, load(c), rows, state);
        store(c, sums);
        return Values(ValueRange(sums).take_back(2));
      });
    });
    auto sumsOf = [&](Value c, ValueRange) { return load(c); };
    if (op.getThresholds())
      encodeBlock(b, op, n, first, block, {}, sumsOf);
    else
      storeBlock(b, op, n, first, block, {}, sumsOf);
  }

  /// The sums of output `c` in so many vectors, and the state of the next.
  using SumsFn = llvm::function_ref<Values(Value c, ValueRange state)>;

  static void storeBlock(LoopBuilder &b, TiledProductOp op, Value n,
                         Value first, const PositionBlock &block,
                         ValueRange start, SumsFn sumsOf) {
    b.loop(op.getGeometry().getOutput()[0], start,
           [&](Value c, ValueRange state) {
             Values sums = sumsOf(c, state);
             for (int64_t v = 0; v < block.vectors; ++v)
               b.storeVector(sums[v], op.getOutput(),
                             {n, c, b.add(first, block.at(b, v))}, block.mask);
             return Values(ValueRange(sums).drop_front(block.vectors));
           });
  }

  /// Words of 32 outputs' codes are put together in the result.
  static void encodeBlock(LoopBuilder &b, TiledProductOp op, Value n,
                          Value first, const PositionBlock &block,
                          ValueRange start, SumsFn sumsOf) {
    int64_t outputs = op.getGeometry().getOutput()[0];
    auto planes = cast<MemRefType>(op.getOutput().getType()).getShape();
    VectorType type = op.getSchedule().getVector(b.b.getI32Type());
    Value none = b.zero(type);
    b.loop(planes[2], start, [&](Value word, ValueRange state) {
             for (int64_t j = 0; j < planes[1]; ++j)
               for (int64_t v = 0; v < block.vectors; ++v)
                 b.storeVector(none, op.getOutput(),
                               {n, b.index(j), word,
                                b.add(first, block.at(b, v))},
                               block.mask);
             Value begin = b.mul(word, 32);
             Value end = b.least(b.add(begin, 32), b.index(outputs));
             return b.loop(begin, end, 1, state, [&](Value c, ValueRange state) {
               Values sums = sumsOf(c, state);
               encode(b, op, n, first, block, word, c, sums);
               return Values(ValueRange(sums).drop_front(block.vectors));
             });
           });
  }

  /// The codes of output `c` become a bit in each plane: plane j of the number
  /// of thresholds that are reached is the parity of those that are numbered
  /// by multiples of 2^j.
  static void encode(LoopBuilder &b, TiledProductOp op, Value n, Value first,
                     const PositionBlock &block, Value word, Value c,
                     ArrayRef<Value> sums) {
    VectorType type = op.getSchedule().getVector(b.b.getI32Type());
    int64_t count =
        cast<MemRefType>(op.getThresholds().getType()).getDimSize(1);
    int64_t planes = cast<MemRefType>(op.getOutput().getType()).getDimSize(1);
    Values thresholds;
    for (int64_t k = 0; k < count; ++k)
      thresholds.push_back(
          b.splat(b.load(op.getThresholds(), {c, b.index(k)}), type));
    Value bit = b.splat(
        arith::ShLIOp::create(b.b, b.loc, b.i32(1),
                              b.toI32(b.remainder(c, b.index(32)))),
        type);
    for (int64_t v = 0; v < block.vectors; ++v) {
      Values reached;
      for (Value t : thresholds)
        reached.push_back(arith::CmpIOp::create(
            b.b, b.loc, arith::CmpIPredicate::sge, sums[v], t));
      for (int64_t j = 0; j < planes; ++j) {
        Value set;
        for (int64_t k = 1 << j; k <= count; k += 1 << j)
          set = set ? arith::XOrIOp::create(b.b, b.loc, set, reached[k - 1])
                          .getResult()
                    : reached[k - 1];
        Values at{n, b.index(j), word, b.add(first, block.at(b, v))};
        Value old = b.loadVector(op.getOutput(), at, type, block.mask);
        Value with = arith::OrIOp::create(b.b, b.loc, old, bit);
        b.storeVector(arith::SelectOp::create(b.b, b.loc, set, with, old),
                      op.getOutput(), at, block.mask);
      }
    }
  }

  static Values startOf(LoopBuilder &b, TiledProductOp op, Value c,
                        int64_t vectors) {
    VectorType type = op.getSchedule().getVector(b.b.getI32Type());
    return Values(vectors, b.splat(b.load(op.getInit(), c), type));
  }

  /// Subtracts `rows` rows from the sums of output `c`. `state` is the number
  /// and the first word of the first row; behind the sums come those of the row
  /// after the last.
  static Values sumRows(LoopBuilder &b, TiledProductOp op,
                        const PositionBlock &block, Value c, Values sums,
                        Value rows, ValueRange state) {
    GeometryAttr g = op.getGeometry();
    TileLayout layout = op.getLayout();
    Value firstPatch = block.first;
    if (g.getGroups() > 1)
      firstPatch = b.add(
          firstPatch,
          b.mul(b.divide(c, b.index(g.getOutput()[0] / g.getGroups())),
                layout.patchRows / g.getGroups() * layout.tile));
    sums.append(state.begin(), state.end());
    return b.loop(b.index(0), b.toIndex(rows), 1, sums,
                  [&](Value, ValueRange state) {
                    return sumRow(b, op, block, firstPatch, state);
                  });
  }

  static Values sumRow(LoopBuilder &b, TiledProductOp op, const PositionBlock &block,
                       Value firstPatch, ValueRange state) {
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
    Values next = subtractRow(
        b, state.take_front(block.vectors), b.load(op.getCoordinates(), row),
        op.getMultipliers(), words, schedule,
        [&](int64_t plane, Value word) {
          Value weights =
              b.splat(b.load(op.getWords(), b.add(firstWord, word)), type);
          Value at = b.add(patch, b.mul(b.add(word, plane * words), tile));
          // One address for all vectors, which the optimizer cannot split.
          if (hasOffsets)
            at = hide(b, at, /*bits=*/64);
          Values bits;
          for (int64_t v = 0; v < block.vectors; ++v) {
            Value place = v ? b.add(at, b.mul(block.step, v)) : at;
            Value words =
                b.loadVector(op.getWorkspace(), place, type, block.mask);
            bits.push_back(
                arith::XOrIOp::create(b.b, b.loc, weights, words));
          }
          return bits;
        });
    next.append({b.add(row, 1), b.add(firstWord, words)});
    return next;
  }
};

} // namespace

void subbit::bitserial::populateTiledProductPatterns(
    RewritePatternSet &patterns) {
  patterns.add<LowerTiledProduct>(patterns.getContext());
}
