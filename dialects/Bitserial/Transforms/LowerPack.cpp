//===- LowerPack.cpp - Bit patches as loops -------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/LoopBuilder.h"

using namespace mlir;
using namespace subbit::bitserial;

namespace {

/// Positions one after the other, codes where they are: a group's elements in
/// their order, each of which may be outside the image.
struct PackImage : public OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PackOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getImage() || !isa<MemRefType>(op.getInput().getType()))
      return rewriter.notifyMatchFailure(op, "no image on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    GeometryAttr g = op.getGeometry();
    int64_t groups = g.getNumGroups();
    int64_t rows = op.getPlanes() * g.getWords();
    Value origin[3] = {b.index(0), b.index(0), b.index(0)};
    if (!op.getOrigin().empty())
      llvm::copy(op.getOrigin(), origin);
    int64_t batch = cast<MemRefType>(op.getOutput().getType()).getDimSize(0);
    b.loop(batch, [&](Value n) {
      b.loop(g.getOutput()[1], [&](Value oy) {
        b.loop(g.getOutput()[2], [&](Value ox) {
          Place place{n, b.add(b.mul(oy, g.getOutput()[2]), ox),
                      b.add(origin[0], n),
                      top(b, g, op, 0, b.add(origin[1], oy)),
                      top(b, g, op, 1, b.add(origin[2], ox))};
          b.loop(g.getGroups(), [&](Value convGroup) {
            b.loop(groups, [&](Value group) {
              Value number = b.add(b.mul(convGroup, groups), group);
              packGroup(b, op, place, b.mul(convGroup, g.getKernel()[2]),
                        GroupBox(b, g, group), b.mul(number, rows));
            });
          });
        });
      });
    });
    rewriter.eraseOp(op);
    return success();
  }

private:
  struct Place {
    /// Where the patch goes: batch and position.
    Value n, position;
    /// Where it comes from: batch, and the row and the column of the kernel's
    /// first element, which may be negative.
    Value image, y, x;
  };

  static Value top(LoopBuilder &b, GeometryAttr g, PackOp op, int d, Value at) {
    Value y = b.mul(at, g.getStride()[d]);
    int64_t pad = op.getImage()->getPad()[d];
    return pad ? b.sub(y, b.index(pad)) : y;
  }

  static void packGroup(LoopBuilder &b, PackOp op, const Place &place,
                        Value channels, GroupBox box, Value firstRow) {
    GeometryAttr g = op.getGeometry();
    ImageAttr image = *op.getImage();
    int64_t planes = op.getPlanes(), words = g.getWords();
    ArrayRef<int64_t> size = image.getSize();
    // The last group may have fewer words than its rows.
    b.loop(planes * words, [&](Value row) {
      storeWord(b, op, place, b.add(firstRow, row), b.i32(0));
    });
    bool mayBeOutside =
        g.getInput()[1] != size[0] || g.getInput()[2] != size[1];
    auto isIn = [&](Value at, int64_t count) -> Value {
      return arith::CmpIOp::create(b.b, b.loc, arith::CmpIPredicate::ult, at,
                                   b.index(count));
    };
    LoopBuilder::Values state(planes, b.i32(0));
    state.append({b.i32(0), firstRow});
    b.loop(b.index(0), box.size[0], 1, state, [&](Value h, ValueRange state) {
      Value y =
          b.add(place.y, b.mul(b.add(box.begin[0], h), g.getDilation()[0]));
      return b.loop(
          b.index(0), box.size[1], 1, state, [&](Value w, ValueRange state) {
            Value x = b.add(place.x,
                            b.mul(b.add(box.begin[1], w), g.getDilation()[1]));
            Value pixel =
                b.add(b.mul(b.add(b.mul(place.image, size[0]), y), size[1]), x);
            pixel = b.add(b.mul(pixel, g.getInput()[0]), channels);
            Value inside;
            if (mayBeOutside) {
              inside = arith::AndIOp::create(b.b, b.loc, isIn(y, size[0]),
                                             isIn(x, size[1]));
              pixel = arith::SelectOp::create(b.b, b.loc, inside, pixel,
                                              b.index(0));
            }
            pixel = b.add(pixel, box.begin[2]);
            return b.loop(
                b.index(0), box.size[2], 1, state,
                [&](Value c, ValueRange state) {
                  Value code = loadCode(b, op.getInput(), b.add(pixel, c),
                                        image.getBits());
                  if (image.getMarked())
                    code = arith::OrIOp::create(b.b, b.loc, code,
                                                b.i32(1 << (planes - 1)));
                  if (inside)
                    code = arith::SelectOp::create(b.b, b.loc, inside, code,
                                                   b.i32(image.getOutside()));
                  return insert(b, op, place, code, state);
                });
          });
    });
  }

  static void storeWord(LoopBuilder &b, PackOp op, const Place &place,
                        Value row, Value word) {
    if (op.getSchedule().getWordsAtOnce() == 1) {
      b.store(word, op.getOutput(), {place.n, row, place.position});
      return;
    }
    // Behind the first word of the same position.
    auto shape = cast<MemRefType>(op.getOutput().getType()).getShape();
    Value second = b.remainder(row, b.index(2));
    Value first = b.add(b.mul(place.n, shape[1]), b.sub(row, second));
    Value at = b.add(b.mul(first, shape[2]), b.mul(place.position, 2));
    b.store(word, b.flatten(op.getOutput()), b.add(at, second));
  }

  /// `state` holds the planes' words, the next bit in them, and the first
  /// word's row. Words are stored with each bit, so nothing is left for the
  /// end.
  static LoopBuilder::Values insert(LoopBuilder &b, PackOp op,
                                    const Place &place, Value code,
                                    ValueRange state) {
    int64_t planes = op.getPlanes(), words = op.getGeometry().getWords();
    Value bit = state[planes], row = state[planes + 1];
    LoopBuilder::Values next;
    for (int64_t j = 0; j < planes; ++j) {
      Value plane =
          j ? arith::ShRUIOp::create(b.b, b.loc, code, b.i32(j)) : code;
      plane = arith::AndIOp::create(b.b, b.loc, plane, b.i32(1));
      plane = arith::ShLIOp::create(b.b, b.loc, plane, bit);
      next.push_back(arith::OrIOp::create(b.b, b.loc, state[j], plane));
      storeWord(b, op, place, b.add(row, j * words), next.back());
    }
    bit = b.add(bit, b.i32(1));
    if (words == 1) {
      next.append({bit, row});
      return next;
    }
    Value isFull = arith::CmpIOp::create(b.b, b.loc, arith::CmpIPredicate::eq,
                                         bit, b.i32(32));
    auto select = [&](Value full, Value other) -> Value {
      return arith::SelectOp::create(b.b, b.loc, isFull, full, other);
    };
    for (Value &word : next)
      word = select(b.i32(0), word);
    next.append({select(b.i32(0), bit), select(b.add(row, 1), row)});
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
  patterns.add<PackImage, PackVector>(patterns.getContext());
}
