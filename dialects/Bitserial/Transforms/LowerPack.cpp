//===- LowerPack.cpp - Bit patches as loops -------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/LoopBuilder.h"

using namespace mlir;
using namespace subbit::bitserial;

/// Strides up to this are taken out of one longer vector by a shuffle.
static constexpr int64_t kShuffledStride = 4;

namespace {

/// Codes at `lanes` positions that are `stride` apart, as i32.
Value loadStrided(LoopBuilder &b, Value codes, Value at, int64_t lanes,
                  int64_t stride) {
  Value bytes;
  if (stride == 1) {
    bytes = b.loadVector(codes, at, lanes);
  } else if (stride <= kShuffledStride && lanes > 1) {
    Value all = b.loadVector(codes, at, lanes * stride);
    SmallVector<int64_t> mask;
    for (int64_t i = 0; i < lanes; ++i)
      mask.push_back(i * stride);
    bytes = vector::ShuffleOp::create(b.b, b.loc, all, all, mask);
  } else {
    SmallVector<Value> elements;
    for (int64_t i = 0; i < lanes; ++i)
      elements.push_back(b.load(codes, b.add(at, i * stride)));
    bytes = vector::FromElementsOp::create(
        b.b, b.loc, VectorType::get({lanes}, b.b.getI8Type()), elements);
  }
  return arith::ExtUIOp::create(b.b, b.loc, b.i32Vector(lanes), bytes);
}

/// Positions in lanes: for each word of each group, a vector of positions at a
/// time, one bit after the other. A vector that reaches past the end of a row
/// of positions holds what the next row overwrites.
struct PackPixels : public OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PackOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getSchedule().inPixels() ||
        !isa<MemRefType>(op.getInput().getType()))
      return rewriter.notifyMatchFailure(op, "not positions on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    GeometryAttr g = op.getGeometry();
    int64_t lanes = op.getSchedule().getLanes(), planes = op.getPlanes();
    int64_t words = g.getWords(), groups = g.getNumGroups();
    auto shape = cast<MemRefType>(op.getInput().getType()).getShape();
    ArrayRef<int64_t> out = g.getOutput();
    Value codes = b.flatten(op.getInput());

    b.loop(shape[0], [&](Value n) {
      b.loop(g.getGroups(), [&](Value convGroup) {
        Value channels = b.mul(convGroup, g.getKernel()[2]);
        b.loop(groups, [&](Value group) {
          GroupBox box(b, g, group);
          Value firstRow =
              b.mul(b.add(b.mul(convGroup, groups), group), planes * words);
          b.loop(words, [&](Value word) {
            Value firstBit = b.mul(word, 32);
            Value bits = b.least(b.sub(box.count(b), firstBit), b.index(32));
            b.loop(out[1], [&](Value oy) {
              b.loop(b.index(0), b.index(out[2]), lanes, [&](Value ox) {
                LoopBuilder::Values none(planes, b.zero(b.i32Vector(lanes)));
                LoopBuilder::Values packed = b.loop(
                    b.index(0), bits, 1, none, [&](Value bit, ValueRange acc) {
                      SmallVector<Value> k =
                          box.position(b, b.add(firstBit, bit));
                      Value y = b.add(b.mul(oy, g.getStride()[0]),
                                      b.mul(k[0], g.getDilation()[0]));
                      Value x = b.add(b.mul(ox, g.getStride()[1]),
                                      b.mul(k[1], g.getDilation()[1]));
                      Value c =
                          b.add(b.mul(n, shape[1]), b.add(channels, k[2]));
                      Value at = b.add(
                          b.mul(b.add(b.mul(c, shape[2]), y), shape[3]), x);
                      Value v =
                          loadStrided(b, codes, at, lanes, g.getStride()[1]);
                      return insertBit(b, v, bit, acc, lanes);
                    });
                Value position = b.add(b.mul(oy, out[2]), ox);
                for (int64_t j = 0; j < planes; ++j) {
                  Value row = b.add(b.add(firstRow, word), j * words);
                  b.storeVector(packed[j], op.getOutput(), {n, row, position});
                }
              });
            });
          });
        });
      });
    });
    rewriter.eraseOp(op);
    return success();
  }

  /// Plane j of the codes becomes bit `bit` of the words `acc[j]`.
  static LoopBuilder::Values insertBit(LoopBuilder &b, Value codes, Value bit,
                                       ValueRange acc, int64_t lanes) {
    Value shift = b.splat(b.toI32(bit), lanes);
    Value one = b.splat(b.i32(1), lanes);
    LoopBuilder::Values next;
    for (auto [j, word] : llvm::enumerate(acc)) {
      Value plane = codes;
      if (j)
        plane =
            arith::ShRUIOp::create(b.b, b.loc, codes, b.splat(b.i32(j), lanes));
      plane = arith::AndIOp::create(b.b, b.loc, plane, one);
      plane = arith::ShLIOp::create(b.b, b.loc, plane, shift);
      next.push_back(arith::OrIOp::create(b.b, b.loc, word, plane));
    }
    return next;
  }
};

/// Outputs in lanes: a word is 32 neighbouring codes' bits, compared all at
/// once. Codes of the next group are masked off.
struct PackVector : public OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PackOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getSchedule().inPixels() ||
        !isa<MemRefType>(op.getInput().getType()))
      return rewriter.notifyMatchFailure(op, "not a vector on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    GeometryAttr g = op.getGeometry();
    int64_t planes = op.getPlanes(), words = g.getWords();
    int64_t inputs = g.getKernel()[2], groupSize = g.getGroup()[2];
    auto bytes = VectorType::get({32}, b.b.getI8Type());
    auto wordType = VectorType::get({1}, b.b.getI32Type());
    int64_t batch = cast<MemRefType>(op.getInput().getType()).getDimSize(0);
    b.loop(batch, [&](Value n) {
      b.loop(g.getNumGroups(), [&](Value group) {
        GroupBox box(b, g, group);
        b.loop(words, [&](Value word) {
          Value bit = b.mul(word, 32);
          // The last group may have fewer words than its row.
          Value at =
              b.least(b.add(b.mul(group, groupSize), bit), b.index(inputs));
          Value left = b.most(b.sub(box.size[2], bit), b.index(0));
          Value all = arith::CmpIOp::create(
              b.b, b.loc, arith::CmpIPredicate::sge, left, b.index(32));
          Value some =
              b.sub(arith::ShLIOp::create(b.b, b.loc, b.i32(1),
                                          b.toI32(b.least(left, b.index(31)))),
                    b.i32(1));
          Value mask =
              arith::SelectOp::create(b.b, b.loc, all, b.i32(-1), some);
          Value codes = b.loadVector(op.getInput(), {n, at}, 32);
          for (int64_t j = 0; j < planes; ++j) {
            Value plane = arith::ConstantOp::create(
                b.b, b.loc,
                DenseElementsAttr::get(
                    bytes, b.b.getI8IntegerAttr(static_cast<int8_t>(1 << j))));
            Value set = arith::CmpIOp::create(
                b.b, b.loc, arith::CmpIPredicate::ne,
                arith::AndIOp::create(b.b, b.loc, codes, plane), b.zero(bytes));
            Value packed = vector::BitCastOp::create(b.b, b.loc, wordType, set);
            Value value = vector::ExtractOp::create(b.b, b.loc, packed, 0);
            value = arith::AndIOp::create(b.b, b.loc, value, mask);
            Value row =
                b.add(b.add(b.mul(group, planes * words), word), j * words);
            b.store(value, op.getOutput(), {n, row});
          }
        });
      });
    });
    rewriter.eraseOp(op);
    return success();
  }
};

} // namespace

void subbit::bitserial::populatePackPatterns(RewritePatternSet &patterns) {
  patterns.add<PackPixels, PackVector>(patterns.getContext());
}
