//===- LowerDenseProduct.cpp - Products of codes as loops -----------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/TiledResults.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace subbit::bitserial;

namespace {

using Values = LoopBuilder::Values;

/// Words of codes by words of weights: some outputs at a time, so that each
/// word of patches serves for all of them.
struct LowerDenseProduct : public OpRewritePattern<DenseProductOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DenseProductOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getPlanes().getType()))
      return rewriter.notifyMatchFailure(op, "not on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    forEachTask(b, op, [&](const Share &share) {
      TileSource source{op.getPlanes(),   op.getWorkspace(), op.getGeometry(),
                        op.getSchedule(), op.getImage(),     op.getLayout(),
                        /*numPlanes=*/1};
      forEachTile(b, op, share, [&](const Tile &tile) {
        buildPatches(b, source, tile, b.index(0));
        lowerTile(b, op, tile);
      });
    });
    rewriter.eraseOp(op);
    return success();
  }

private:
  /// Sums in registers.
  static constexpr int64_t kSums = 24;

  static void lowerTile(LoopBuilder &b, DenseProductOp op, const Tile &tile) {
    int64_t outputs = op.getGeometry().getOutput()[0], vectors = tile.vectors;
    PositionBlock block{b.index(0), vectors,
                        b.index(op.getSchedule().getLanes()), Value()};
    int64_t whole = tile.tail ? vectors - 1 : vectors;
    // As many outputs at a time as there is room for, and as divide them.
    int64_t step = std::max<int64_t>(1, kSums / whole);
    while (outputs % step || 32 % step)
      --step;
    forEachOutput(
        b, op, tile, block, {}, step, [&](Value c, ValueRange, StoreFn store) {
          Values sums = sumOutputs(b, op, block, c, step, whole);
          Values tails(tile.tail * step);
          for (int64_t p = 0; p < tile.tail; ++p)
            llvm::copy(sumTail(b, op, p, c, step), tails.begin() + p * step);
          for (int64_t o = 0; o < step; ++o) {
            Values ofOutput(ArrayRef<Value>(sums).slice(o * whole, whole));
            if (tile.tail) {
              Value last = startOf(b, op, b.add(c, o), 1)[0];
              for (int64_t p = 0; p < tile.tail; ++p)
                last = addToLane(b, last, p, tails[p * step + o]);
              ofOutput.push_back(last);
            }
            store(b.add(c, o), block, ofOutput);
          }
          return Values();
        });
  }

  /// The sums of `step` outputs from `c` on, in the block's first vectors.
  static Values sumOutputs(LoopBuilder &b, DenseProductOp op,
                           const PositionBlock &block, Value c, int64_t step,
                           int64_t vectors) {
    TileLayout layout = op.getLayout();
    VectorType type = op.getSchedule().getVector(b.b.getI32Type());
    Values sums;
    for (int64_t o = 0; o < step; ++o)
      sums.append(startOf(b, op, b.add(c, o), vectors));
    return b.loop(layout.words, sums, [&](Value word, ValueRange state) {
      Values next, patches;
      for (int64_t v = 0; v < vectors; ++v)
        patches.push_back(b.loadVector(
            op.getWorkspace(), b.add(b.mul(word, layout.tile), block.at(b, v)),
            type, Value()));
      for (int64_t o = 0; o < step; ++o) {
        Value at = b.add(b.mul(b.add(c, o), layout.words), word);
        Value weights = b.splat(
            vector::ExtractOp::create(b.b, b.loc, loadWeights(b, op, at, 1), 0),
            type);
        for (int64_t v = 0; v < vectors; ++v)
          next.push_back(multiply(b, op.getSchedule(), state[o * vectors + v],
                                  patches[v], weights));
      }
      return next;
    });
  }

  /// For position `p` of a tail and `step` outputs from `c` on, words in lanes:
  /// vectors whose lanes add up to the sums.
  static Values sumTail(LoopBuilder &b, DenseProductOp op, int64_t p, Value c,
                        int64_t step) {
    TileLayout layout = op.getLayout();
    ScheduleAttr schedule = op.getSchedule();
    int64_t lanes = schedule.getLanes();
    VectorType type = schedule.getVector(b.b.getI32Type());
    Values sums(step, b.zero(type));
    return b.loop(b.index(0), b.index(layout.words), lanes, sums,
                  [&](Value word, ValueRange state) {
                    Value patch = b.loadVector(
                        op.getWorkspace(),
                        b.add(word, layout.tailPatches + p * layout.patchRows),
                        lanes);
                    Values next;
                    for (int64_t o = 0; o < step; ++o) {
                      Value at = b.add(b.mul(b.add(c, o), layout.words), word);
                      next.push_back(multiply(b, schedule, state[o], patch,
                                              loadWeights(b, op, at, lanes)));
                    }
                    return next;
                  });
  }

  /// A vector of `words` words of weights from a place on.
  static Value loadWeights(LoopBuilder &b, DenseProductOp op, Value at,
                           int64_t words) {
    if (getElementTypeOrSelf(op.getWeights()).isInteger(32))
      return b.loadVector(op.getWeights(), at, words);
    int64_t perWord = op.getSchedule().getPerWord();
    Value weights =
        b.loadVector(op.getWeights(), b.mul(at, perWord), words * perWord);
    return vector::BitCastOp::create(b.b, b.loc, b.i32Vector(words), weights);
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
    case Counting::Sdot:
      return call("llvm.aarch64.neon.sdot.v4i32.v16i8",
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

void subbit::bitserial::populateDenseProductPatterns(
    RewritePatternSet &patterns) {
  patterns.add<LowerDenseProduct>(patterns.getContext());
}
