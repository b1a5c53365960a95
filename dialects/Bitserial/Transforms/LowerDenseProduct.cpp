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
        buildTilePatches(b, source, tile.n, tile.first, tile.end, b.index(0));
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
    // As many outputs at a time as there is room for, and as divide them.
    int64_t step = std::max<int64_t>(1, kSums / vectors);
    while (outputs % step || 32 % step)
      --step;
    forEachOutput(
        b, op, tile, block, {}, step, [&](Value c, ValueRange, StoreFn store) {
          Values sums = sumOutputs(b, op, block, c, step);
          for (int64_t o = 0; o < step; ++o)
            store(b.add(c, o), block,
                  Values(ArrayRef<Value>(sums).slice(o * vectors, vectors)));
          return Values();
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
        Value weights = b.splat(loadWeights(b, op, at), type);
        for (int64_t v = 0; v < block.vectors; ++v)
          next.push_back(multiply(b, op.getSchedule(),
                                  state[o * block.vectors + v], patches[v],
                                  weights));
      }
      return next;
    });
  }

  static Value loadWeights(LoopBuilder &b, DenseProductOp op, Value at) {
    if (getElementTypeOrSelf(op.getWeights()).isInteger(32))
      return b.load(op.getWeights(), at);
    int64_t perWord = op.getSchedule().getPerWord();
    Value weights = b.loadVector(op.getWeights(), b.mul(at, perWord), perWord);
    Value word = vector::BitCastOp::create(b.b, b.loc, b.i32Vector(1), weights);
    return vector::ExtractOp::create(b.b, b.loc, word, 0);
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
