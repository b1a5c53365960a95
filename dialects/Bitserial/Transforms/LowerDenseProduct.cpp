//===- LowerDenseProduct.cpp - Products of codes as loops -----------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/CountBits.h"
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
  static void lowerTile(LoopBuilder &b, DenseProductOp op, const Tile &tile) {
    int64_t vectors = tile.vectors;
    PositionBlock block{b.index(0), vectors,
                        b.index(op.getSchedule().getLanes()), Value()};
    PositionBlock full = block;
    if (tile.tail)
      --full.vectors;
    int64_t whole = full.vectors;
    int64_t step = denseOutputsAtOnce(op.getSchedule(), whole,
                                      op.getGeometry().getOutput()[0]);
    forEachOutput(
        b, op, tile, block, {}, step, /*isLast=*/{},
        [&](Value c, ValueRange, StoreFn store) {
          Values sums = sumOutputs(b, op, full, c, step);
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

  /// The sums of `step` outputs from `c` on, one output after the other.
  static Values sumOutputs(LoopBuilder &b, DenseProductOp op,
                           const PositionBlock &block, Value c, int64_t step) {
    Values sums;
    for (int64_t o = 0; o < step; ++o)
      sums.append(startOf(b, op, b.add(c, o), block.vectors));
    Value none = b.index(0), all = b.index(op.getLayout().words);
    if (op.getSchedule().getCounting() != Counting::Pmaddubsw)
      return addWords(b, op, block, c, sums, none, all, multiply);
    // Sums of 16 bits, as long as they fit.
    constexpr int64_t largestWeight = 128, largestSum = 32767;
    int64_t largestCode = (1 << op.getImage().getBits()) - 1;
    int64_t most = largestSum / (2 * largestCode * largestWeight);
    return b.loop(none, all, most, sums, [&](Value from, ValueRange state) {
      Value to = b.least(b.add(from, most), all);
      Values zeros(state.size(), b.zero(state[0].getType()));
      Values next =
          addWords(b, op, block, c, zeros, from, to, multiplyInHalves);
      for (auto [sum, halves] : llvm::zip(state, next))
        halves = addToWords(b, op.getSchedule(), sum, halves);
      return next;
    });
  }

  /// A sum of a vector, and words of codes times words of weights.
  using MultiplyFn = llvm::function_ref<Value(
      LoopBuilder &, ScheduleAttr, Value sum, Value codes, Value weights)>;

  /// Adds the words from `from` to `to` to sums of outputs from `c` on, which
  /// are in `state` one output after the other.
  static Values addWords(LoopBuilder &b, DenseProductOp op,
                         const PositionBlock &block, Value c, ValueRange state,
                         Value from, Value to, MultiplyFn accumulate) {
    TileLayout layout = op.getLayout();
    ScheduleAttr schedule = op.getSchedule();
    VectorType type = schedule.getVector(b.b.getI32Type());
    int64_t vectors = block.vectors, outputs = state.size() / vectors;
    return b.loop(from, to, 1, state, [&](Value word, ValueRange state) {
      Values next, patches;
      for (int64_t v = 0; v < vectors; ++v)
        patches.push_back(b.loadVector(
            op.getWorkspace(), b.add(b.mul(word, layout.tile), block.at(b, v)),
            type, Value()));
      for (int64_t o = 0; o < outputs; ++o) {
        Value at = b.add(b.mul(b.add(c, o), layout.words), word);
        Value weights = b.splat(
            vector::ExtractOp::create(b.b, b.loc, loadWeights(b, op, at, 1), 0),
            type);
        for (int64_t v = 0; v < vectors; ++v)
          next.push_back(accumulate(b, schedule, state[o * vectors + v],
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

  static Value as(LoopBuilder &b, ScheduleAttr schedule, Value vector,
                  unsigned bits) {
    return vector::BitCastOp::create(
        b.b, b.loc, schedule.getVector(b.b.getIntegerType(bits), 32 / bits),
        vector);
  }

  /// sum + codes * weights, for each word.
  static Value multiply(LoopBuilder &b, ScheduleAttr schedule, Value sum,
                        Value codes, Value weights) {
    auto call = [&](StringRef name) -> Value {
      Value x = as(b, schedule, codes, 8), y = as(b, schedule, weights, 8);
      return LLVM::CallIntrinsicOp::create(b.b, b.loc, sum.getType(),
                                           b.b.getStringAttr(name),
                                           ValueRange{sum, x, y})
          .getResult(0);
    };
    switch (schedule.getCounting()) {
    case Counting::Dpbusd:
      return call(schedule.getLanes() == 16 ? "llvm.x86.avx512.vpdpbusd.512"
                                            : "llvm.x86.avx512.vpdpbusd.256");
    case Counting::Usdot:
      return call("llvm.aarch64.neon.usdot.v4i32.v16i8");
    case Counting::Sdot:
      return call("llvm.aarch64.neon.sdot.v4i32.v16i8");
    case Counting::Pmaddubsw:
      return addToWords(
          b, schedule, sum,
          multiplyInHalves(b, schedule, b.zero(sum.getType()), codes, weights));
    default:
      return b.add(sum, multiplyPairs(b, as(b, schedule, codes, 16),
                                      as(b, schedule, weights, 16), schedule));
    }
  }

  /// The same for sums of the products of each half of a word, of 16 bits.
  static Value multiplyInHalves(LoopBuilder &b, ScheduleAttr schedule,
                                Value sum, Value codes, Value weights) {
    Value products = multiplyBytes(b, as(b, schedule, codes, 8),
                                   as(b, schedule, weights, 8), schedule);
    return as(b, schedule, b.add(as(b, schedule, sum, 16), products), 32);
  }

  /// Adds such sums of both halves to sums of words.
  static Value addToWords(LoopBuilder &b, ScheduleAttr schedule, Value sum,
                          Value halves) {
    return b.add(sum, addHalves(b, as(b, schedule, halves, 16), schedule));
  }
};

} // namespace

void subbit::bitserial::populateDenseProductPatterns(
    RewritePatternSet &patterns) {
  patterns.add<LowerDenseProduct>(patterns.getContext());
}
