//===- LowerPool.cpp - Maxima on planes as loops --------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/LoopBuilder.h"
#include "llvm/ADT/Sequence.h"
#include <algorithm>
#include <optional>

using namespace mlir;
using namespace subbit::bitserial;

namespace {

/// Vectors of positions of one row; the last reaches into the next row, or into
/// the room behind the planes.
struct LowerPool : public OpRewritePattern<PoolOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PoolOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getInput().getType()))
      return rewriter.notifyMatchFailure(op, "not on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    auto out = cast<MemRefType>(op.getOutput().getType()).getShape();
    // A row's last vector reaches into the next row, which comes later.
    auto words = [&](Value begin, Value end) {
      b.loop(out[0], [&](Value n) {
        b.loop(begin, end, 1, [&](Value word) {
          b.loop(op.getOutputSize(0), [&](Value y) {
            forEachVector(b, op,
                          [&](Value x, std::optional<int64_t> knownColumn) {
                            LoopBuilder::Values most =
                                largest(b, op, n, word, y, x, knownColumn);
                            Value at = b.add(b.mul(y, op.getOutputSize(1)), x);
                            for (int64_t j = 0; j < out[1]; ++j)
                              b.storeVector(most[j], op.getOutput(),
                                            {n, b.index(j), word, at});
                          });
          });
        });
      });
    };
    int64_t tasks = getTasks(op).outputs;
    if (tasks == 1)
      words(b.index(0), b.index(out[2]));
    else
      b.tasks(tasks, [&](Value number) {
        auto from = [&](Value i) {
          return b.divide(b.mul(i, out[2]), b.index(tasks));
        };
        words(from(number), from(b.add(number, 1)));
      });
    rewriter.eraseOp(op);
    return success();
  }

private:
  /// Calls `body` for the first column of each vector of a row of results,
  /// which is known where windows reach out of the image.
  static void forEachVector(
      LoopBuilder &b, PoolOp op,
      llvm::function_ref<void(Value x, std::optional<int64_t> knownColumn)>
          body) {
    int64_t lanes = op.getLanes(), columns = op.getOutputSize(1);
    auto isInside = [&](int64_t x) {
      int64_t first = x * op.getStride()[1] - op.getPadBefore(1);
      int64_t blocks = std::min(x + lanes, columns) - 1 - x;
      return first >= 0 &&
             first + blocks * op.getStride()[1] + op.getWindow()[1] <=
                 op.getSize()[1];
    };
    int64_t x = 0, end;
    for (; x < columns && !isInside(x); x += lanes)
      body(b.index(x), x);
    for (end = x; end < columns && isInside(end);)
      end += lanes;
    b.loop(b.index(x), b.index(std::min(end, columns)), lanes,
           [&](Value x) { body(x, std::nullopt); });
    for (; end < columns; end += lanes)
      body(b.index(end), end);
  }

  /// What is out of the image is as the place in it that is nearest, which the
  /// window has as well.
  static LoopBuilder::Values largest(LoopBuilder &b, PoolOp op, Value n,
                                     Value word, Value y, Value x,
                                     std::optional<int64_t> knownColumn) {
    int64_t planes = cast<MemRefType>(op.getOutput().getType()).getDimSize(1);
    int64_t height = op.getSize()[0], width = op.getSize()[1];
    int64_t lanes = op.getLanes();
    LoopBuilder::Values most;
    for (int64_t dy = 0; dy < op.getWindow()[0]; ++dy)
      for (int64_t dx = 0; dx < op.getWindow()[1]; ++dx) {
        Value row = b.add(b.mul(y, op.getStride()[0]), dy);
        if (op.getPad()) {
          row = b.sub(row, b.index(op.getPadBefore(0)));
          row = b.least(b.most(row, b.index(0)), b.index(height - 1));
        }
        int64_t first = dx - op.getPadBefore(1), from = 0;
        Value column;
        if (knownColumn) {
          first += *knownColumn * op.getStride()[1];
          from = std::clamp<int64_t>(first, 0, width - 1);
          column = b.index(from);
        } else {
          column = b.add(b.mul(x, op.getStride()[1]), first);
        }
        Value at = b.add(b.mul(row, width), column);
        SmallVector<int64_t> taken;
        for (int64_t i = 0; i < lanes; ++i) {
          int64_t place = i * op.getStride()[1];
          if (knownColumn)
            place = std::clamp<int64_t>(first + place, 0, width - 1) - from;
          taken.push_back(place);
        }
        LoopBuilder::Values codes;
        for (int64_t j = 0; j < planes; ++j)
          codes.push_back(load(b, op, {n, b.index(j), word, at}, taken));
        most = most.empty() ? codes : larger(b, most, codes);
      }
    return most;
  }

  /// The words at so many places behind one.
  static Value load(LoopBuilder &b, PoolOp op, ValueRange at,
                    ArrayRef<int64_t> taken) {
    int64_t lanes = op.getLanes();
    Value all = b.loadVector(op.getInput(), at, lanes * op.getStride()[1]);
    if (llvm::equal(taken, llvm::seq<int64_t>(0, lanes)) &&
        op.getStride()[1] == 1)
      return all;
    return vector::ShuffleOp::create(b.b, b.loc, all, all, taken);
  }

  /// Of two codes in planes the larger, for each bit of the words: where the
  /// higher planes are the same this plane decides, elsewhere they have.
  static LoopBuilder::Values larger(LoopBuilder &b, ArrayRef<Value> x,
                                    ArrayRef<Value> y) {
    auto And = [&](Value p, Value q) -> Value {
      return arith::AndIOp::create(b.b, b.loc, p, q);
    };
    auto Or = [&](Value p, Value q) -> Value {
      return arith::OrIOp::create(b.b, b.loc, p, q);
    };
    auto Xor = [&](Value p, Value q) -> Value {
      return arith::XOrIOp::create(b.b, b.loc, p, q);
    };
    // Bits where a higher plane differed, and where it was set in x.
    Value differed, first;
    LoopBuilder::Values result(x.size());
    for (size_t j = x.size(); j-- > 0;) {
      Value both = Or(x[j], y[j]), differs = Xor(x[j], y[j]);
      if (!differed) {
        result[j] = both;
        differed = differs;
        first = And(differs, x[j]);
        continue;
      }
      // first ? x : y
      Value decided = Xor(y[j], And(first, differs));
      result[j] = Xor(both, And(differed, Xor(both, decided)));
      Value isNew = And(differs, Xor(differed, Or(differed, differs)));
      first = Or(first, And(isNew, x[j]));
      differed = Or(differed, differs);
    }
    return result;
  }
};

} // namespace

void subbit::bitserial::populatePoolPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerPool>(patterns.getContext());
}
