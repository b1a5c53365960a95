//===- LowerTiledProduct.cpp - Tiled products as loops --------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/CountBits.h"
#include "dialects/Bitserial/Transforms/TilePatches.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace subbit::bitserial;

namespace {

using Values = LoopBuilder::Values;

/// The sums of an output in so many vectors, and the state of the next output.
using SumsFn = llvm::function_ref<Values(Value c, ValueRange state)>;

//===----------------------------------------------------------------------===//
// Tiles and results
//===----------------------------------------------------------------------===//

/// Calls `body(n, first, end, vectors)` for each tile of positions. Of fixed
/// vectors the last tile may need fewer.
template <typename Op>
void forEachTile(LoopBuilder &b, Op op,
                 llvm::function_ref<void(Value, Value, Value, int64_t)> body) {
  int64_t positions = op.getGeometry().getPositions();
  int64_t batch = cast<MemRefType>(op.getPlanes().getType()).getDimSize(0);
  int64_t tile = op.getLayout().tile;
  ScheduleAttr schedule = op.getSchedule();
  int64_t rest = positions % tile, whole = positions;
  int64_t vectors = (rest + schedule.getLanes() - 1) / schedule.getLanes();
  bool hasShortTile =
      !schedule.isScalable() && rest != 0 && vectors < schedule.getVectors();
  if (hasShortTile)
    whole -= rest;
  b.loop(batch, [&](Value n) {
    b.loop(b.index(0), b.index(whole), tile, [&](Value first) {
      Value end = b.least(b.add(first, tile), b.index(positions));
      body(n, first, end, schedule.getVectors());
    });
    if (hasShortTile)
      body(n, b.index(whole), b.index(positions), vectors);
  });
}

template <typename Op>
Values startOf(LoopBuilder &b, Op op, Value c, int64_t vectors) {
  VectorType type = op.getSchedule().getVector(b.b.getI32Type());
  return Values(vectors, b.splat(b.load(op.getInit(), c), type));
}

/// Where the results of a block go: image `n`, the tile's first position.
struct Place {
  Value n, first;
};

template <typename Op>
void storeSums(LoopBuilder &b, Op op, const Place &place,
               const PositionBlock &block, Value c, ArrayRef<Value> sums) {
  for (int64_t v = 0; v < block.vectors; ++v)
    b.storeVector(sums[v], op.getOutput(),
                  {place.n, c, b.add(place.first, block.at(b, v))}, block.mask);
}

/// Words of codes of no output.
template <typename Op>
void clearCodes(LoopBuilder &b, Op op, const Place &place,
                const PositionBlock &block, Value word) {
  Value none = b.zero(op.getSchedule().getVector(b.b.getI32Type()));
  int64_t planes = cast<MemRefType>(op.getOutput().getType()).getDimSize(1);
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
                const PositionBlock &block, Value word, Value c,
                ArrayRef<Value> sums) {
  VectorType type = op.getSchedule().getVector(b.b.getI32Type());
  int64_t count = cast<MemRefType>(op.getThresholds().getType()).getDimSize(1);
  int64_t planes = cast<MemRefType>(op.getOutput().getType()).getDimSize(1);
  Values thresholds;
  for (int64_t k = 0; k < count; ++k)
    thresholds.push_back(
        b.splat(b.load(op.getThresholds(), {c, b.index(k)}), type));
  Value bit =
      b.splat(arith::ShLIOp::create(b.b, b.loc, b.i32(1),
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
      Values at{place.n, b.index(j), word, b.add(place.first, block.at(b, v))};
      Value old = b.loadVector(op.getOutput(), at, type, block.mask);
      Value with = arith::OrIOp::create(b.b, b.loc, old, bit);
      b.storeVector(arith::SelectOp::create(b.b, b.loc, set, with, old),
                    op.getOutput(), at, block.mask);
    }
  }
}

/// Stores the sums, or the codes, of all outputs in groups of `step`, whose
/// vectors `sumsOf` returns one output after the other.
template <typename Op>
void forEachOutput(LoopBuilder &b, Op op, const Place &place,
                   const PositionBlock &block, ValueRange start, int64_t step,
                   SumsFn sumsOf) {
  int64_t outputs = op.getGeometry().getOutput()[0];
  auto finish = [&](Value word, Value c, ArrayRef<Value> sums) {
    for (int64_t o = 0; o < step; ++o) {
      ArrayRef<Value> own = sums.slice(o * block.vectors, block.vectors);
      if (op.getThresholds())
        storeCodes(b, op, place, block, word, b.add(c, o), own);
      else
        storeSums(b, op, place, block, b.add(c, o), own);
    }
    return Values(sums.drop_front(step * block.vectors));
  };
  if (!op.getThresholds()) {
    b.loop(b.index(0), b.index(outputs), step, start,
           [&](Value c, ValueRange state) {
             return finish(Value(), c, sumsOf(c, state));
           });
    return;
  }
  int64_t words = cast<MemRefType>(op.getOutput().getType()).getDimSize(2);
  b.loop(words, start, [&](Value word, ValueRange state) {
    clearCodes(b, op, place, block, word);
    Value begin = b.mul(word, 32);
    Value end = b.least(b.add(begin, 32), b.index(outputs));
    return b.loop(begin, end, step, state, [&](Value c, ValueRange state) {
      return finish(word, c, sumsOf(c, state));
    });
  });
}

//===----------------------------------------------------------------------===//
// Products of bits
//===----------------------------------------------------------------------===//

/// Tiles of positions, whose patches are made first; positions in lanes, some
/// vectors of them in registers, one broadcast weight word for all.
struct LowerTiledProduct : public OpRewritePattern<TiledProductOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TiledProductOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getPlanes().getType()))
      return rewriter.notifyMatchFailure(op, "not on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    forEachTile(b, op, [&](Value n, Value first, Value end, int64_t vectors) {
      lowerTile(b, op, {n, first}, end, vectors);
    });
    rewriter.eraseOp(op);
    return success();
  }

private:
  static TileSource sourceOf(TiledProductOp op) {
    return {op.getPlanes(),
            op.getWorkspace(),
            op.getGeometry(),
            op.getSchedule(),
            op.getImage(),
            op.getLayout(),
            static_cast<int64_t>(op.getMultipliers().size())};
  }

  static void lowerTile(LoopBuilder &b, TiledProductOp op, const Place &place,
                        Value end, int64_t vectors) {
    if (op.getSchedule().getPasses() > 1) {
      lowerPasses(b, op, place, end, vectors);
      return;
    }
    buildTilePatches(b, sourceOf(op), place.n, place.first, end, b.index(0));
    Values start{b.index(0), b.index(0)};
    forEachBlock(b, op.getSchedule(), vectors, b.sub(end, place.first),
                 [&](const PositionBlock &block) {
                   auto sumsOf = [&](Value c, ValueRange state) {
                     Values sums = startOf(b, op, c, block.vectors);
                     Value rows = b.load(op.getRows(), c);
                     return sumRows(b, op, block, c, sums, rows, state);
                   };
                   forEachOutput(b, op, place, block, start, 1, sumsOf);
                 });
  }

  /// Sums wait in the workspace for the patches of the next pass.
  static void lowerPasses(LoopBuilder &b, TiledProductOp op, const Place &place,
                          Value end, int64_t vectors) {
    ScheduleAttr schedule = op.getSchedule();
    TileLayout layout = op.getLayout();
    int64_t outputs = op.getGeometry().getOutput()[0];
    VectorType type = schedule.getVector(b.b.getI32Type());
    PositionBlock block{b.index(0), vectors, b.index(schedule.getLanes()),
                        Value()};
    auto at = [&](Value c, int64_t v) -> Value {
      return b.add(b.add(b.mul(c, layout.tile), layout.sums), block.at(b, v));
    };
    auto load = [&](Value c) {
      Values sums;
      for (int64_t v = 0; v < vectors; ++v)
        sums.push_back(
            b.loadVector(op.getWorkspace(), at(c, v), type, Value()));
      return sums;
    };
    auto store = [&](Value c, ValueRange sums) {
      for (int64_t v = 0; v < vectors; ++v)
        b.storeVector(sums[v], op.getWorkspace(), at(c, v));
    };
    b.loop(outputs,
           [&](Value c) { store(c, startOf(b, op, c, block.vectors)); });
    Values start{b.index(0), b.index(0)};
    b.loop(schedule.getPasses(), start, [&](Value pass, ValueRange state) {
      buildTilePatches(b, sourceOf(op), place.n, place.first, end, pass);
      return b.loop(outputs, state, [&](Value c, ValueRange state) {
        Value rows = b.load(op.getRows(), b.add(b.mul(pass, outputs), c));
        Values sums = sumRows(b, op, block, c, load(c), rows, state);
        store(c, sums);
        return Values(ValueRange(sums).take_back(2));
      });
    });
    forEachOutput(b, op, place, block, {}, 1,
                  [&](Value c, ValueRange) { return load(c); });
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
      firstPatch =
          b.add(firstPatch,
                b.mul(b.divide(c, b.index(g.getOutput()[0] / g.getGroups())),
                      layout.patchRows / g.getGroups() * layout.tile));
    sums.append(state.begin(), state.end());
    return b.loop(b.index(0), b.toIndex(rows), 1, sums,
                  [&](Value, ValueRange state) {
                    return sumRow(b, op, block, firstPatch, state);
                  });
  }

  static Values sumRow(LoopBuilder &b, TiledProductOp op,
                       const PositionBlock &block, Value firstPatch,
                       ValueRange state) {
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
        op.getMultipliers(), words, schedule, [&](int64_t plane, Value word) {
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
            bits.push_back(arith::XOrIOp::create(b.b, b.loc, weights, words));
          }
          return bits;
        });
    next.append({b.add(row, 1), b.add(firstWord, words)});
    return next;
  }
};

//===----------------------------------------------------------------------===//
// Products of codes
//===----------------------------------------------------------------------===//

/// The same with words of codes: some outputs at a time, so that each word of
/// patches serves for all of them.
struct LowerDenseProduct : public OpRewritePattern<DenseProductOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DenseProductOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getPlanes().getType()))
      return rewriter.notifyMatchFailure(op, "not on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    TileSource source{op.getPlanes(),   op.getWorkspace(), op.getGeometry(),
                      op.getSchedule(), op.getImage(),     op.getLayout(),
                      /*numPlanes=*/1};
    forEachTile(b, op, [&](Value n, Value first, Value end, int64_t vectors) {
      buildTilePatches(b, source, n, first, end, b.index(0));
      lowerTile(b, op, {n, first}, vectors);
    });
    rewriter.eraseOp(op);
    return success();
  }

private:
  /// Sums in registers.
  static constexpr int64_t kSums = 24;

  static void lowerTile(LoopBuilder &b, DenseProductOp op, const Place &place,
                        int64_t vectors) {
    int64_t outputs = op.getGeometry().getOutput()[0];
    PositionBlock block{b.index(0), vectors,
                        b.index(op.getSchedule().getLanes()), Value()};
    // As many outputs at a time as there is room for, and as divide them.
    int64_t step = std::max<int64_t>(1, kSums / vectors);
    while (outputs % step || 32 % step)
      --step;
    forEachOutput(b, op, place, block, {}, step, [&](Value c, ValueRange) {
      return sumOutputs(b, op, block, c, step);
    });
  }

  static Values sumOutputs(LoopBuilder &b, DenseProductOp op,
                           const PositionBlock &block, Value c, int64_t step) {
    TileLayout layout = op.getLayout();
    VectorType type = op.getSchedule().getVector(b.b.getI32Type());
    Values sums;
    for (int64_t o = 0; o < step; ++o)
      sums.append(startOf(b, op, b.add(c, o), block.vectors));
    return b.loop(layout.words, sums, [&](Value word, ValueRange state) {
      Values next, patches;
      for (int64_t v = 0; v < block.vectors; ++v)
        patches.push_back(b.loadVector(
            op.getWorkspace(), b.add(b.mul(word, layout.tile), block.at(b, v)),
            type, Value()));
      for (int64_t o = 0; o < step; ++o) {
        Value at = b.add(b.mul(b.add(c, o), layout.words), word);
        Value weights = b.splat(b.load(op.getWeights(), at), type);
        for (int64_t v = 0; v < block.vectors; ++v)
          next.push_back(multiply(b, op.getSchedule(),
                                  state[o * block.vectors + v], patches[v],
                                  weights));
      }
      return next;
    });
  }

  /// sum + codes * weights, for each word.
  static Value multiply(LoopBuilder &b, ScheduleAttr schedule, Value sum,
                        Value codes, Value weights) {
    auto type = cast<VectorType>(sum.getType());
    auto call = [&](StringRef name, ValueRange operands) -> Value {
      return LLVM::CallIntrinsicOp::create(b.b, b.loc, type,
                                           b.b.getStringAttr(name), operands)
          .getResult(0);
    };
    auto as = [&](Value words, unsigned bits) -> Value {
      return vector::BitCastOp::create(
          b.b, b.loc, schedule.getVector(b.b.getIntegerType(bits), 32 / bits),
          words);
    };
    bool isWide = schedule.getLanes() == 16;
    switch (schedule.getCounting()) {
    case Counting::Dpbusd:
      return call(isWide ? "llvm.x86.avx512.vpdpbusd.512"
                         : "llvm.x86.avx512.vpdpbusd.256",
                  {sum, as(codes, 8), as(weights, 8)});
    case Counting::Usdot:
      return call("llvm.aarch64.neon.usdot.v4i32.v16i8",
                  {sum, as(codes, 8), as(weights, 8)});
    default:
      return b.add(sum,
                   call(isWide ? "llvm.x86.avx512.pmaddw.d.512"
                        : schedule.getLanes() == 8 ? "llvm.x86.avx2.pmadd.wd"
                                                   : "llvm.x86.sse2.pmadd.wd",
                        {as(codes, 16), as(weights, 16)}));
    }
  }
};

} // namespace

void subbit::bitserial::populateTiledProductPatterns(
    RewritePatternSet &patterns) {
  patterns.add<LowerTiledProduct, LowerDenseProduct>(patterns.getContext());
}
