//===- LowerProduct.cpp - Binary products as loops ------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/CountBits.h"

using namespace mlir;
using namespace subbit::bitserial;

namespace {

/// A block of positions without lanes: so many from one on.
struct Block {
  Value n, position;
  int64_t count;

  Value at(LoopBuilder &b, int64_t v) const { return b.add(position, v); }
};

/// Word `row` of the patches of a block's positions.
template <typename Op>
LoopBuilder::Values loadPatches(LoopBuilder &b, Op op, const Block &block,
                                Value row) {
  LoopBuilder::Values patches;
  for (int64_t v = 0; v < block.count; ++v)
    patches.push_back(b.loadVector(
        op.getPatches(), {block.n, row, block.at(b, v)}, /*lanes=*/1));
  return patches;
}

/// Two words side by side as one, the first at an even place.
Value loadPair(LoopBuilder &b, Value words, Value at) {
  Value pair = vector::LoadOp::create(b.b, b.loc, b.i32Vector(2), words, at,
                                      /*nontemporal=*/false, llvm::Align(8));
  return vector::BitCastOp::create(
      b.b, b.loc, VectorType::get({1}, b.b.getI64Type()), pair);
}

/// Words `row` and `row + 1` of the patches of a block's positions.
template <typename Op>
LoopBuilder::Values loadPatchPairs(LoopBuilder &b, Op op, const Block &block,
                                   Value row) {
  auto shape = cast<MemRefType>(op.getPatches().getType()).getShape();
  Value all = b.flatten(op.getPatches());
  Value first = b.mul(b.add(b.mul(block.n, shape[1]), row), shape[2]);
  LoopBuilder::Values patches;
  for (int64_t v = 0; v < block.count; ++v)
    patches.push_back(loadPair(b, all, b.add(first, b.mul(block.at(b, v), 2))));
  return patches;
}

/// One row (one basis of one group). `state` holds the accumulators, the row's
/// number and its first word.
template <typename Op>
LoopBuilder::Values sumRow(LoopBuilder &b, Op op, const Block &block,
                           Value patch, ValueRange state) {
  ScheduleAttr schedule = op.getSchedule();
  int64_t words = op.getGeometry().getWords();
  int64_t atOnce = schedule.getWordsAtOnce();
  Value rowNumber = state[block.count], firstWord = state[block.count + 1];
  LoopBuilder::Values next = subtractRow(
      b, state.take_front(block.count), b.load(op.getCoordinates(), rowNumber),
      op.getMultipliers(), words / atOnce, schedule,
      [&](int64_t plane, Value step) {
        Value word = b.mul(step, atOnce);
        Value at = b.add(firstWord, word);
        Value row = b.add(b.add(patch, plane * words), word);
        Value weights = atOnce == 2 ? loadPair(b, op.getWords(), at)
                                    : b.splat(b.load(op.getWords(), at), 1);
        SmallVector<Compared> compared;
        for (Value patch : atOnce == 2 ? loadPatchPairs(b, op, block, row)
                                       : loadPatches(b, op, block, row))
          compared.push_back({weights, patch});
        return compared;
      });
  next.append({b.add(rowNumber, 1), b.add(firstWord, words)});
  return next;
}

/// One output of a block: `state` holds the number and the first word of its
/// first row; to the sums, vectors of them, come those of the next output.
template <typename Op>
LoopBuilder::Values sumOutput(LoopBuilder &b, Op op, const Block &block,
                              Value c, ValueRange state) {
  GeometryAttr g = op.getGeometry();
  int64_t words = g.getWords(), groups = g.getNumGroups();
  int64_t planes = op.getMultipliers().size();
  Value firstPatch = b.index(0);
  if (g.getGroups() > 1)
    firstPatch = b.mul(b.divide(c, b.index(g.getOutput()[0] / g.getGroups())),
                       groups * planes * words);
  VectorType type = op.getSchedule().getVector(b.b.getI32Type());
  LoopBuilder::Values carried(block.count,
                              b.splat(b.load(op.getInit(), c), type));
  carried.append({state[0], state[1]});
  return b.loop(groups, carried, [&](Value group, ValueRange state) {
    Value width =
        b.toIndex(b.load(op.getWidths(), b.add(b.mul(c, groups), group)));
    Value patch = b.add(firstPatch, b.mul(group, planes * words));
    return b.loop(b.index(0), width, 1, state, [&](Value, ValueRange state) {
      return sumRow(b, op, block, patch, state);
    });
  });
}

/// Positions without lanes, some of them in registers.
struct ProductPixels : public OpRewritePattern<ProductOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ProductOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getSchedule().inPixels() ||
        !isa<MemRefType>(op.getPatches().getType()))
      return rewriter.notifyMatchFailure(op, "not positions on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    int64_t count = op.getSchedule().getVectors();
    int64_t batch = cast<MemRefType>(op.getPatches().getType()).getDimSize(0);
    int64_t padded = op.getSchedule().pad(op.getGeometry().getPositions());
    b.loop(batch, [&](Value n) {
      b.loop(b.index(0), b.index(padded), count,
             [&](Value position) { sumBlock(b, op, {n, position, count}); });
    });
    rewriter.eraseOp(op);
    return success();
  }

private:
  static void sumBlock(LoopBuilder &b, ProductOp op, const Block &block) {
    b.loop(op.getGeometry().getOutput()[0], ValueRange{b.index(0), b.index(0)},
           [&](Value c, ValueRange state) {
             LoopBuilder::Values sums = sumOutput(b, op, block, c, state);
             for (int64_t v = 0; v < block.count; ++v)
               b.storeVector(sums[v], op.getOutput(),
                             {block.n, c, block.at(b, v)});
             return LoopBuilder::Values{sums[block.count],
                                        sums[block.count + 1]};
           });
  }
};

/// The positions of a band in registers, one after the other. Codes rise with
/// sums, so that the largest sum of a window gives the window's code, unless
/// its positions have thresholds of their own.
struct BandPositions : public OpRewritePattern<BandOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BandOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getPatches().getType()))
      return rewriter.notifyMatchFailure(op, "not on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    ArrayRef<int64_t> output = op.getGeometry().getOutput();
    int64_t positions = op.getGeometry().getPositions();
    int64_t count =
        cast<MemRefType>(op.getThresholds().getType()).getShape().back();
    LoopBuilder::Values classes = classesOf(b, op, count * output[0]);
    Value table = b.flatten(op.getThresholds());
    Block block{b.index(0), b.index(0), positions};
    b.loop(output[0], ValueRange{b.index(0), b.index(0)},
           [&](Value c, ValueRange state) {
             LoopBuilder::Values vectors = sumOutput(b, op, block, c, state);
             LoopBuilder::Values sums;
             for (int64_t v = 0; v < positions; ++v)
               sums.push_back(
                   vector::ExtractOp::create(b.b, b.loc, vectors[v], 0));
             Value first = b.mul(c, count);
             for (int64_t y = 0; y < output[1]; y += op.getPool()[0])
               for (int64_t x = 0; x < output[2]; x += op.getPool()[1]) {
                 LoopBuilder::Values window = windowOf(op, sums, y, x);
                 LoopBuilder::Values own = windowOf(op, classes, y, x);
                 Value code;
                 if (own.empty())
                   code = countThresholds(b, largest(b, window), table, first,
                                          count);
                 for (size_t i = 0; i < own.size(); ++i)
                   window[i] = countThresholds(b, window[i], table,
                                               b.add(first, own[i]), count);
                 if (!own.empty())
                   code = largest(b, window);
                 storeCode(b, b.toI32(code), op.getOutput(),
                           codeAt(b, op, y, x, c), op.getImage().getBits());
               }
             return LoopBuilder::Values{vectors[positions],
                                        vectors[positions + 1]};
           });
    rewriter.eraseOp(op);
    return success();
  }

private:
  /// The class of row or column `at`.
  static Value classOf(LoopBuilder &b, ArrayRef<int64_t> classes, Value at) {
    Value result = b.index(classes[0]);
    for (size_t i = 1; i < classes.size(); ++i) {
      if (classes[i] == classes[i - 1])
        continue;
      Value reached = arith::CmpIOp::create(
          b.b, b.loc, arith::CmpIPredicate::uge, at, b.index(i));
      result = arith::SelectOp::create(b.b, b.loc, reached, b.index(classes[i]),
                                       result);
    }
    return result;
  }

  /// Where the thresholds of each position's class begin; empty without a
  /// border.
  static LoopBuilder::Values classesOf(LoopBuilder &b, BandOp op,
                                       int64_t tableSize) {
    if (!op.getRows())
      return {};
    ArrayRef<int64_t> rows = *op.getRows(), columns = *op.getColumns();
    // The last class may be one of columns that no window has.
    int64_t columnClasses =
        cast<MemRefType>(op.getThresholds().getType()).getDimSize(1);
    ArrayRef<int64_t> output = op.getGeometry().getOutput();
    Value top = b.mul(op.getOrigin()[1], op.getPool()[0]);
    Value left = b.mul(op.getOrigin()[2], op.getPool()[1]);
    LoopBuilder::Values result;
    for (int64_t y = 0; y < output[1]; ++y) {
      Value row = b.mul(classOf(b, rows, b.add(top, y)), columnClasses);
      for (int64_t x = 0; x < output[2]; ++x) {
        Value both = b.add(row, classOf(b, columns, b.add(left, x)));
        result.push_back(b.mul(both, tableSize));
      }
    }
    return result;
  }

  /// The values of the window at `y`, `x` of those of all positions.
  static LoopBuilder::Values windowOf(BandOp op, ArrayRef<Value> values,
                                      int64_t y, int64_t x) {
    LoopBuilder::Values window;
    if (values.empty())
      return window;
    for (int64_t dy = 0; dy < op.getPool()[0]; ++dy)
      for (int64_t dx = 0; dx < op.getPool()[1]; ++dx)
        window.push_back(
            values[(y + dy) * op.getGeometry().getOutput()[2] + x + dx]);
    return window;
  }

  static Value largest(LoopBuilder &b, ArrayRef<Value> values) {
    Value result = values[0];
    for (Value value : values.drop_front())
      result = b.most(result, value);
    return result;
  }

  /// The place of output `c`'s code of the window at `y`, `x`.
  static Value codeAt(LoopBuilder &b, BandOp op, int64_t y, int64_t x,
                      Value c) {
    ArrayRef<int64_t> size = op.getImage().getSize();
    Value row = b.add(b.mul(op.getOrigin()[0], size[0]), op.getOrigin()[1]);
    row = b.add(row, y / op.getPool()[0]);
    Value column = b.add(op.getOrigin()[2], x / op.getPool()[1]);
    Value pixel = b.add(b.mul(row, size[1]), column);
    return b.add(b.mul(pixel, op.getGeometry().getOutput()[0]), c);
  }
};

/// Outputs in lanes, one broadcast activation word for a vector of them.
struct ProductOutputs : public OpRewritePattern<ProductOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ProductOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getSchedule().inPixels() ||
        !isa<MemRefType>(op.getPatches().getType()))
      return rewriter.notifyMatchFailure(op, "not outputs on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    GeometryAttr g = op.getGeometry();
    int64_t lanes = op.getSchedule().getLanes();
    int64_t words = g.getWords(), groups = g.getNumGroups();
    int64_t planes = op.getMultipliers().size();
    int64_t blocks = op.getSchedule().pad(g.getOutput()[0]) / lanes;
    int64_t batch = cast<MemRefType>(op.getPatches().getType()).getDimSize(0);
    int64_t chains = words % kChains == 0 ? kChains : 1;
    VectorType type = b.i32Vector(lanes);
    b.loop(batch, [&](Value n) {
      if (op.getOrder())
        b.loop(cast<MemRefType>(op.getInit().getType()).getDimSize(0),
               [&](Value c) {
                 b.store(b.load(op.getInit(), c), op.getOutput(), {n, c});
               });
      b.loop(blocks, ValueRange{b.index(0), b.index(0)},
             [&](Value blockNumber, ValueRange state) {
               Value first = b.mul(blockNumber, lanes);
               LoopBuilder::Values carried(chains, b.zero(type));
               if (!op.getOrder())
                 carried[0] = b.loadVector(op.getInit(), first, lanes);
               carried.append({state[0], state[1]});
               carried =
                   b.loop(groups, carried, [&](Value group, ValueRange state) {
                     Value width = b.toIndex(
                         b.load(op.getWidths(),
                                b.add(b.mul(blockNumber, groups), group)));
                     Value patch = b.mul(group, planes * words);
                     return b.loop(b.index(0), width, 1, state,
                                   [&](Value, ValueRange state) {
                                     return row(b, op, n, patch, state);
                                   });
                   });
               Value sums = carried[0];
               for (int64_t i = 1; i < chains; ++i)
                 sums = b.add(sums, carried[i]);
               store(b, op, n, first, sums);
               return LoopBuilder::Values{carried[chains], carried[chains + 1]};
             });
    });
    rewriter.eraseOp(op);
    return success();
  }

private:
  /// Additions that do not wait for each other: every so manieth word is added
  /// to one of them.
  static constexpr int64_t kChains = 4;

  /// `state` is a sum for each chain, the number of the row and its first word.
  static LoopBuilder::Values row(LoopBuilder &b, ProductOp op, Value n,
                                 Value patch, ValueRange state) {
    int64_t lanes = op.getSchedule().getLanes();
    int64_t words = op.getGeometry().getWords(), chains = state.size() - 2;
    Value rowNumber = state[chains], firstWord = state[chains + 1];
    Value coordinates =
        b.loadVector(op.getCoordinates(), b.mul(rowNumber, lanes), lanes);
    LoopBuilder::Values next = subtractRow(
        b, state.take_front(chains), coordinates, op.getMultipliers(),
        words / chains, op.getSchedule(), [&](int64_t plane, Value step) {
          Value word = b.mul(step, chains);
          SmallVector<Compared> compared;
          for (int64_t i = 0; i < chains; ++i) {
            Value place = b.add(word, i);
            Value weights = b.loadVector(
                op.getWords(), b.add(firstWord, b.mul(place, lanes)), lanes);
            Value at = b.add(b.add(patch, place), plane * words);
            Value activations =
                b.splat(b.load(op.getPatches(), {n, at}), lanes);
            compared.push_back({weights, activations});
          }
          return compared;
        });
    next.append({b.add(rowNumber, 1), b.add(firstWord, words * lanes)});
    return next;
  }

  /// To the block's outputs, or added to the places of its lanes.
  static void store(LoopBuilder &b, ProductOp op, Value n, Value first,
                    Value sums) {
    if (!op.getOrder()) {
      b.storeVector(sums, op.getOutput(), {n, first});
      return;
    }
    for (int64_t i = 0; i < op.getSchedule().getLanes(); ++i) {
      Value place = b.toIndex(b.load(op.getOrder(), b.add(first, i)));
      Value sum = vector::ExtractOp::create(b.b, b.loc, sums, i);
      sum = b.add(b.load(op.getOutput(), {n, place}), sum);
      b.store(sum, op.getOutput(), {n, place});
    }
  }
};

} // namespace

void subbit::bitserial::populateProductPatterns(RewritePatternSet &patterns) {
  patterns.add<ProductPixels, BandPositions, ProductOutputs>(
      patterns.getContext());
}
