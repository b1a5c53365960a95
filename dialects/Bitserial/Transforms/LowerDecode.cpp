//===- LowerDecode.cpp - Weights from their bases as loops ----------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/LoopBuilder.h"

using namespace mlir;
using namespace subbit::bitserial;

namespace {

using Values = LoopBuilder::Values;

/// Weights of a tile of outputs, some of them at a time: their rows lie apart,
/// so that a word of each is loaded by itself.
struct LowerDecode : public OpRewritePattern<DecodeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DecodeOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getWords().getType()))
      return rewriter.notifyMatchFailure(op, "not on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    int64_t tile = cast<MemRefType>(op.getOutput().getType()).getDimSize(1);
    Value row = b.toIndex(b.load(op.getStarts(), op.getTile()));
    b.loop(b.index(0), b.index(tile), op.getLanes(), row,
           [&](Value t, ValueRange row) -> Values {
             return {decodeOutputs(b, op, t, row[0])};
           });
    rewriter.eraseOp(op);
    return success();
  }

private:
  static VectorType vectorOf(DecodeOp op, Type element) {
    return VectorType::get({static_cast<int64_t>(op.getLanes())}, element);
  }

  /// A vector of what `load` gives for each lane.
  static Value gather(LoopBuilder &b, DecodeOp op, Type element,
                      llvm::function_ref<Value(int64_t)> load) {
    SmallVector<Value> elements;
    for (int64_t i = 0; i < static_cast<int64_t>(op.getLanes()); ++i)
      elements.push_back(load(i));
    return vector::FromElementsOp::create(b.b, b.loc, vectorOf(op, element),
                                          elements);
  }

  static Value wide(LoopBuilder &b, Value x, bool isSigned) {
    Type i32 = b.b.getI32Type();
    return isSigned ? arith::ExtSIOp::create(b.b, b.loc, i32, x).getResult()
                    : arith::ExtUIOp::create(b.b, b.loc, i32, x).getResult();
  }

  /// The outputs from `t` on of the tile, whose first row is `row`; returns
  /// that of the outputs behind them.
  static Value decodeOutputs(LoopBuilder &b, DecodeOp op, Value t, Value row) {
    int64_t tile = cast<MemRefType>(op.getOutput().getType()).getDimSize(1);
    int64_t groups = op.getGeometry().getNumGroups();
    Value c = b.add(b.mul(op.getTile(), tile), t);
    VectorType integers = vectorOf(op, b.b.getI32Type());
    // The first row of each output.
    Values state = b.loop(
        op.getLanes(), ValueRange{row, b.zero(integers)},
        [&](Value i, ValueRange state) -> Values {
          Value rows = vector::InsertOp::create(b.b, b.loc, b.toI32(state[0]),
                                                state[1], i);
          Value first = b.mul(b.add(c, i), groups);
          Value next =
              b.loop(groups, state[0], [&](Value g, ValueRange sum) -> Values {
                Value width = b.load(op.getWidths(), b.add(first, g));
                return {b.add(sum[0], b.toIndex(width))};
              })[0];
          return {next, rows};
        });
    b.loop(groups, state[1], [&](Value group, ValueRange rows) -> Values {
      Value widths = gather(b, op, b.b.getI32Type(), [&](int64_t i) {
        Value at = b.add(b.mul(b.add(c, i), groups), group);
        return wide(b, b.load(op.getWidths(), at), /*isSigned=*/false);
      });
      decodeGroup(b, op, t, c, GroupBox(b, op.getGeometry(), group), rows[0],
                  widths);
      return {b.add(rows[0], widths)};
    });
    return state[0];
  }

  /// Row `k` of the result for each element of a group.
  static void forEachElement(LoopBuilder &b, DecodeOp op, const GroupBox &box,
                             Value first, Value end, const Values &state,
                             llvm::function_ref<Values(Value, ValueRange)> body,
                             Values *place) {
    GeometryAttr g = op.getGeometry();
    Values carried = *place;
    carried.append(state.begin(), state.end());
    carried = b.loop(first, end, 1, carried, [&](Value, ValueRange carried) {
      ValueRange at = carried.take_front(3);
      Value k = b.add(
          b.mul(b.add(b.mul(at[0], g.getKernel()[1]), at[1]), g.getKernel()[2]),
          at[2]);
      Values next = box.next(b, at);
      next.append(body(k, carried.drop_front(3)));
      return next;
    });
    place->assign(carried.begin(), carried.begin() + 3);
  }

  static void decodeGroup(LoopBuilder &b, DecodeOp op, Value t, Value c,
                          GroupBox box, Value rows, Value widths) {
    VectorType integers = cast<VectorType>(rows.getType());
    VectorType floats = vectorOf(op, b.b.getF32Type());
    int64_t words = op.getGeometry().getWords();
    Value count = box.count(b);
    Value width = vector::ReductionOp::create(
        b.b, b.loc, vector::CombiningKind::MAXUI, widths);
    Values begin(box.begin, box.begin + 3), place = begin;
    forEachElement(
        b, op, box, b.index(0), count, {},
        [&](Value k, ValueRange) -> Values {
          b.storeVector(b.zero(floats), op.getOutput(), {k, t});
          return {};
        },
        &place);
    b.loop(b.index(0), b.toIndex(width), 1, [&](Value i) {
      // Outputs with fewer rows read the first one, and add 0.
      Value number = b.splat(b.toI32(i), integers);
      Value isThere = arith::CmpIOp::create(
          b.b, b.loc, arith::CmpIPredicate::ult, number, widths);
      Value row = arith::SelectOp::create(
          b.b, b.loc, isThere, b.add(rows, number), b.zero(integers));
      Values numbers;
      for (int64_t l = 0; l < static_cast<int64_t>(op.getLanes()); ++l)
        numbers.push_back(
            b.toIndex(vector::ExtractOp::create(b.b, b.loc, row, l)));
      Value a = gather(b, op, b.b.getI32Type(), [&](int64_t l) {
        return wide(b, b.load(op.getCoordinates(), numbers[l]),
                    /*isSigned=*/true);
      });
      a = arith::SelectOp::create(b.b, b.loc, isThere, a, b.zero(integers));
      a = arith::SIToFPOp::create(b.b, b.loc, floats, a);
      Value minus = arith::NegFOp::create(b.b, b.loc, a);
      Values start = begin;
      b.loop(b.index(0), b.index(words), 1, start,
             [&](Value w, ValueRange at) -> Values {
               Value bits = gather(b, op, b.b.getI32Type(), [&](int64_t l) {
                 return b.load(op.getWords(),
                               b.add(b.mul(numbers[l], words), w));
               });
               Value first = b.mul(w, 32);
               Value end = b.most(first, b.least(b.add(first, 32), count));
               Values place(at);
               forEachElement(
                   b, op, box, first, end, {bits},
                   [&](Value k, ValueRange bits) -> Values {
                     Value isSet = arith::TruncIOp::create(
                         b.b, b.loc, vectorOf(op, b.b.getI1Type()), bits[0]);
                     Value term =
                         arith::SelectOp::create(b.b, b.loc, isSet, a, minus);
                     Value sum =
                         b.loadVector(op.getOutput(), {k, t}, floats, Value());
                     sum = arith::AddFOp::create(b.b, b.loc, sum, term);
                     b.storeVector(sum, op.getOutput(), {k, t});
                     return {arith::ShRUIOp::create(
                         b.b, b.loc, bits[0], b.splat(b.i32(1), integers))};
                   },
                   &place);
               return place;
             });
    });
    bool oneStep = cast<MemRefType>(op.getSteps().getType()).getDimSize(0) == 1;
    Value steps = oneStep ? b.splat(b.load(op.getSteps(), b.index(0)), floats)
                          : b.loadVector(op.getSteps(), {c}, floats, Value());
    place = begin;
    forEachElement(
        b, op, box, b.index(0), count, {},
        [&](Value k, ValueRange) -> Values {
          Value sum = b.loadVector(op.getOutput(), {k, t}, floats, Value());
          sum = arith::MulFOp::create(b.b, b.loc, sum, steps);
          b.storeVector(sum, op.getOutput(), {k, t});
          return {};
        },
        &place);
  }
};

/// Of each output one group after the other, which lie side by side: what a
/// vector writes past the end of one the next overwrites.
struct LowerUnpack : public OpRewritePattern<UnpackOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(UnpackOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getWords().getType()))
      return rewriter.notifyMatchFailure(op, "not on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    GeometryAttr g = op.getGeometry();
    int64_t groups = g.getNumGroups(), words = g.getWords();
    b.loop(g.getOutput()[0], b.index(0), [&](Value c, ValueRange row) {
      Value place = b.mul(c, op.getStride());
      return b.loop(groups, row, [&](Value group, ValueRange row) -> Values {
        Value width =
            b.toIndex(b.load(op.getWidths(), b.add(b.mul(c, groups), group)));
        GroupBox box(b, g, group);
        Value first =
            b.add(b.mul(box.begin[0], g.getKernel()[1]), box.begin[1]);
        first = b.add(b.mul(first, g.getKernel()[2]), box.begin[2]);
        first = b.add(place, first);
        Value used = b.divide(b.add(box.count(b), 31), b.index(32));
        b.loop(b.index(0), used, 1, [&](Value word) {
          Value weights = sumBases(b, op, row[0], width, word, words);
          b.storeVector(weights, op.getOutput(), b.add(first, b.mul(word, 32)));
        });
        return {b.add(row[0], width)};
      });
    });
    rewriter.eraseOp(op);
    return success();
  }

private:
  /// The 32 weights of a word: plus or minus each basis.
  static Value sumBases(LoopBuilder &b, UnpackOp op, Value row, Value width,
                        Value word, int64_t words) {
    Type element = getElementTypeOrSelf(op.getOutput());
    VectorType type = VectorType::get({32}, element);
    VectorType mask = VectorType::get({32}, b.b.getI1Type());
    return b.loop(
        b.index(0), width, 1, b.zero(type),
        [&](Value i, ValueRange sum) -> Values {
          Value at = b.add(row, i);
          Value bits = b.load(op.getWords(), b.add(b.mul(at, words), word));
          bits = b.splat(bits, 1);
          bits = vector::BitCastOp::create(b.b, b.loc, mask, bits);
          Value a = b.load(op.getCoordinates(), at);
          // Weights fit where they go; so do coordinates, or all but the last
          // bits of their sums are of no interest.
          unsigned from = a.getType().getIntOrFloatBitWidth();
          unsigned to = element.getIntOrFloatBitWidth();
          if (from < to)
            a = arith::ExtSIOp::create(b.b, b.loc, element, a);
          else if (from > to)
            a = arith::TruncIOp::create(b.b, b.loc, element, a);
          Value minus = b.sub(b.zero(a.getType()), a);
          Value signedA = arith::SelectOp::create(
              b.b, b.loc, bits, b.splat(a, type), b.splat(minus, type));
          return {b.add(sum[0], signedA)};
        })[0];
  }
};

} // namespace

void subbit::bitserial::populateDecodePatterns(RewritePatternSet &patterns) {
  patterns.add<LowerDecode, LowerUnpack>(patterns.getContext());
}
