//===- LowerPlanes.cpp - Codes and planes as loops ------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/LoopBuilder.h"

using namespace mlir;
using namespace subbit::bitserial;

namespace {

/// Codes and their planes, `channels` of them at each position.
struct PlanesShape {
  int64_t batch, positions, channels, planes, words;

  PlanesShape(Value codes, Value planesOfCodes) {
    auto in = cast<MemRefType>(codes.getType()).getShape();
    auto out = cast<MemRefType>(planesOfCodes.getType()).getShape();
    batch = in[0], positions = in[1], channels = in[2];
    planes = out[1], words = out[2];
  }
  /// Of word `w`.
  int64_t channelsOf(int64_t w) const {
    return std::min<int64_t>(32, channels - 32 * w);
  }
};

Value splatByte(LoopBuilder &b, VectorType type, int64_t value) {
  return arith::ConstantOp::create(
      b.b, b.loc,
      DenseElementsAttr::get(type,
                             b.b.getI8IntegerAttr(static_cast<int8_t>(value))));
}

struct LowerPlanes : public OpRewritePattern<PlanesOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PlanesOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getInput().getType()))
      return rewriter.notifyMatchFailure(op, "not on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    PlanesShape shape(op.getInput(), op.getOutput());
    Value codes = b.flatten(op.getInput());
    // 32 codes are read at once, which may reach into those behind, but not
    // behind the last.
    int64_t size = shape.batch * shape.positions * shape.channels;
    int64_t last = 32 * (shape.words - 1) + 32;
    int64_t whole = std::max<int64_t>(0, (size - last) / shape.channels + 1);
    if (size < last)
      whole = 0;
    b.loop(shape.batch, [&](Value n) {
      Value first = b.mul(n, shape.positions);
      Value end = b.least(b.most(b.sub(b.index(whole), first), b.index(0)),
                          b.index(shape.positions));
      b.loop(b.index(0), end, 1, [&](Value position) {
        Value at = b.mul(b.add(first, position), shape.channels);
        for (int64_t w = 0; w < shape.words; ++w)
          storeWord(b, op, shape, codes, b.add(at, 32 * w), n, w, position);
      });
      b.loop(end, b.index(shape.positions), 1, [&](Value position) {
        Value at = b.mul(b.add(first, position), shape.channels);
        for (int64_t w = 0; w < shape.words; ++w)
          storeBits(b, op, shape, codes, b.add(at, 32 * w), n, w, position);
      });
    });
    rewriter.eraseOp(op);
    return success();
  }

private:
  static void storeWord(LoopBuilder &b, PlanesOp op, const PlanesShape &shape,
                        Value codes, Value at, Value n, int64_t w,
                        Value position) {
    VectorType bytes = b.i8Vector(32);
    Value all = b.loadVector(codes, at, 32);
    for (int64_t j = 0; j < shape.planes; ++j) {
      Value bits = arith::AndIOp::create(b.b, b.loc, all,
                                         splatByte(b, bytes, int64_t(1) << j));
      Value set = arith::CmpIOp::create(b.b, b.loc, arith::CmpIPredicate::ne,
                                        bits, b.zero(bytes));
      Value packed = vector::BitCastOp::create(b.b, b.loc, b.i32Vector(1), set);
      Value word = vector::ExtractOp::create(b.b, b.loc, packed, 0);
      if (shape.channelsOf(w) < 32)
        word = arith::AndIOp::create(
            b.b, b.loc, word, b.i32((int64_t(1) << shape.channelsOf(w)) - 1));
      b.store(word, op.getOutput(), {n, b.index(j), b.index(w), position});
    }
  }

  static void storeBits(LoopBuilder &b, PlanesOp op, const PlanesShape &shape,
                        Value codes, Value at, Value n, int64_t w,
                        Value position) {
    LoopBuilder::Values none(shape.planes, b.i32(0));
    LoopBuilder::Values words =
        b.loop(shape.channelsOf(w), none, [&](Value channel, ValueRange acc) {
          Value code = arith::ExtUIOp::create(
              b.b, b.loc, b.b.getI32Type(), b.load(codes, b.add(at, channel)));
          LoopBuilder::Values next;
          for (auto [j, word] : llvm::enumerate(acc)) {
            Value bit = code;
            if (j)
              bit = arith::ShRUIOp::create(b.b, b.loc, code, b.i32(j));
            bit = arith::AndIOp::create(b.b, b.loc, bit, b.i32(1));
            bit = arith::ShLIOp::create(b.b, b.loc, bit, b.toI32(channel));
            next.push_back(arith::OrIOp::create(b.b, b.loc, word, bit));
          }
          return next;
        });
    for (int64_t j = 0; j < shape.planes; ++j)
      b.store(words[j], op.getOutput(), {n, b.index(j), b.index(w), position});
  }
};

struct LowerCodes : public OpRewritePattern<CodesOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CodesOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getInput().getType()))
      return rewriter.notifyMatchFailure(op, "not on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    PlanesShape shape(op.getOutput(), op.getInput());
    Value codes = b.flatten(op.getOutput());
    b.loop(shape.batch, [&](Value n) {
      b.loop(shape.positions, [&](Value position) {
        Value pixel = b.add(b.mul(n, shape.positions), position);
        Value at = b.mul(pixel, shape.channels);
        for (int64_t w = 0; w < shape.words; ++w) {
          Value all = codesOf(b, op, shape, n, w, position);
          int64_t first = 0;
          // Whole bytes of what is left, in as few pieces as there can be.
          for (int64_t size = 32; size > 0; size /= 2) {
            if (!(shape.channelsOf(w) & size))
              continue;
            Value piece = all;
            if (size < 32)
              piece = vector::ShuffleOp::create(
                  b.b, b.loc, all, all,
                  llvm::to_vector(llvm::seq(first, first + size)));
            b.storeVector(piece, codes, b.add(at, 32 * w + first));
            first += size;
          }
        }
      });
    });
    rewriter.eraseOp(op);
    return success();
  }

private:
  static Value codesOf(LoopBuilder &b, CodesOp op, const PlanesShape &shape,
                       Value n, int64_t w, Value position) {
    VectorType bytes = b.i8Vector(32);
    Value sum;
    for (int64_t j = 0; j < shape.planes; ++j) {
      Value word = b.load(op.getInput(), {n, b.index(j), b.index(w), position});
      Value set = vector::BitCastOp::create(
          b.b, b.loc, VectorType::get({32}, b.b.getI1Type()), b.splat(word, 1));
      Value bits = arith::SelectOp::create(
          b.b, b.loc, set, splatByte(b, bytes, int64_t(1) << j), b.zero(bytes));
      sum =
          sum ? arith::OrIOp::create(b.b, b.loc, sum, bits).getResult() : bits;
    }
    return sum;
  }
};

/// Of bytes a word at a time, or, of single channels, a vector of positions.
struct LowerCodeWords : public OpRewritePattern<CodeWordsOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CodeWordsOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getInput().getType()))
      return rewriter.notifyMatchFailure(op, "not on buffers");
    if (!getElementTypeOrSelf(op.getInput()).isInteger(8))
      return rewriter.notifyMatchFailure(op, "of planes");
    LoopBuilder b(rewriter, op.getLoc());
    auto in = cast<MemRefType>(op.getInput().getType()).getShape();
    int64_t positions = in[1], channels = in[2], perWord = op.getCodes();
    Value codes = b.flatten(op.getInput());
    b.loop(in[0], [&](Value n) {
      Value first = b.mul(n, positions);
      int64_t whole = channels == 1 ? positions / kLanes * kLanes : 0;
      b.loop(b.index(0), b.index(whole), kLanes, [&](Value position) {
        Value values = valuesOf(
            b, op, b.loadVector(codes, b.add(first, position), kLanes), 32);
        b.storeVector(values, op.getOutput(),
                      {n, b.index(0), b.index(0), position});
      });
      b.loop(b.index(whole), b.index(positions), 1, [&](Value position) {
        Value at = b.mul(b.add(first, position), channels);
        b.loop(channels / kLanes, [&](Value chunk) {
          storeWords(
              b, op,
              b.loadVector(codes, b.add(at, b.mul(chunk, kLanes)), kLanes), n,
              b.mul(chunk, kLanes / perWord), position);
        });
        if (int64_t rest = channels % kLanes)
          storeWords(b, op,
                     b.loadVector(codes, b.add(at, channels - rest), rest), n,
                     b.index(channels / kLanes * (kLanes / perWord)), position);
      });
    });
    rewriter.eraseOp(op);
    return success();
  }

private:
  static constexpr int64_t kLanes = 16;

  /// The words of some channels of a position, from word `first` on.
  static void storeWords(LoopBuilder &b, CodeWordsOp op, Value codes, Value n,
                         Value first, Value position) {
    int64_t perWord = op.getCodes();
    Value values = valuesOf(b, op, codes, 32 / perWord);
    auto type = cast<VectorType>(values.getType());
    int64_t count = type.getNumElements();
    int64_t words = (count + perWord - 1) / perWord;
    if (count % perWord) {
      SmallVector<int64_t> taken;
      for (int64_t i = 0; i < words * perWord; ++i)
        taken.push_back(std::min(i, count));
      values =
          vector::ShuffleOp::create(b.b, b.loc, values, b.zero(type), taken);
    }
    values = vector::BitCastOp::create(b.b, b.loc, b.i32Vector(words), values);
    for (int64_t w = 0; w < words; ++w)
      b.store(vector::ExtractOp::create(b.b, b.loc, values, w), op.getOutput(),
              {n, b.index(0), b.add(first, w), position});
  }

  /// What a vector of indices stands for, in so many bits; the lowest eight
  /// hold a signed code.
  static Value valuesOf(LoopBuilder &b, CodeWordsOp op, Value indices,
                        unsigned bits) {
    Value codes = codesOf(b, op, indices, bits);
    if (!op.getIsSigned())
      return codes;
    auto type = cast<VectorType>(codes.getType());
    Value top = arith::ConstantOp::create(
        b.b, b.loc, DenseElementsAttr::get(type, APInt(bits, 0x80)));
    return arith::XOrIOp::create(b.b, b.loc, codes, top);
  }

  static Value codesOf(LoopBuilder &b, CodeWordsOp op, Value indices,
                       unsigned bits) {
    VectorType type =
        VectorType::get(cast<VectorType>(indices.getType()).getShape(),
                        b.b.getIntegerType(bits));
    Value wide = indices;
    if (bits > 8)
      wide = arith::ExtUIOp::create(b.b, b.loc, type, indices);
    ArrayRef<int64_t> multipliers = op.getMultipliers();
    bool isIdentity = true;
    for (auto [j, m] : llvm::enumerate(multipliers))
      isIdentity &= m == int64_t(1) << j;
    if (isIdentity)
      return wide;
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantOp::create(
          b.b, b.loc, DenseElementsAttr::get(type, APInt(bits, value)));
    };
    Value sum;
    for (auto [j, m] : llvm::enumerate(multipliers)) {
      Value bit = arith::ShRUIOp::create(b.b, b.loc, wide, constant(j));
      bit = arith::AndIOp::create(b.b, b.loc, bit, constant(1));
      bit = b.mul(bit, constant(m));
      sum = sum ? b.add(sum, bit) : bit;
    }
    return sum;
  }
};

/// Of planes a vector of positions, for the channels of a word of planes.
struct LowerCodeWordsOfPlanes : public OpRewritePattern<CodeWordsOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CodeWordsOp op,
                                PatternRewriter &rewriter) const override {
    auto input = dyn_cast<MemRefType>(op.getInput().getType());
    if (!input || !input.getElementType().isInteger(32))
      return rewriter.notifyMatchFailure(op, "not on buffers, or of bytes");
    LoopBuilder b(rewriter, op.getLoc());
    auto out = cast<MemRefType>(op.getOutput().getType()).getShape();
    int64_t perPlane = 32 / op.getCodes(), words = out[2] / perPlane;
    int64_t lanes = std::min<int64_t>(kLanes, out[3]);
    b.loop(out[0], [&](Value n) {
      auto vector = [&](Value position) {
        b.loop(words, [&](Value word) {
          storeWords(b, op, n, word, perPlane, position, lanes);
        });
        if (int64_t rest = out[2] % perPlane)
          storeWords(b, op, n, b.index(words), rest, position, lanes);
      };
      int64_t whole = out[3] / lanes * lanes;
      b.loop(b.index(0), b.index(whole), lanes, vector);
      // The last vector takes some positions again.
      if (whole < out[3])
        vector(b.index(out[3] - lanes));
    });
    rewriter.eraseOp(op);
    return success();
  }

private:
  static constexpr int64_t kLanes = 16;

  /// The first `count` words of the channels of word `word` of the planes.
  static void storeWords(LoopBuilder &b, CodeWordsOp op, Value n, Value word,
                         int64_t count, Value position, int64_t lanes) {
    int64_t perWord = op.getCodes();
    LoopBuilder::Values planes;
    for (size_t j = 0; j < op.getMultipliers().size(); ++j)
      planes.push_back(
          b.loadVector(op.getInput(), {n, b.index(j), word, position}, lanes));
    Value first = b.mul(word, 32 / perWord);
    for (int64_t w = 0; w < count; ++w)
      b.storeVector(valuesOf(b, op, planes, w * perWord), op.getOutput(),
                    {n, b.index(0), b.add(first, w), position});
  }

  /// The codes whose bits begin with bit `first` of the planes, in their
  /// fields.
  static Value valuesOf(LoopBuilder &b, CodeWordsOp op, ArrayRef<Value> planes,
                        int64_t first) {
    auto constant = [&](uint32_t value) -> Value {
      return arith::ConstantOp::create(
          b.b, b.loc,
          DenseElementsAttr::get(cast<VectorType>(planes[0].getType()),
                                 APInt(32, value)));
    };
    bool isOfBytes = op.getCodes() == 4;
    uint32_t ones = isOfBytes ? 0x01010101 : 0x00010001;
    // Copies of the bits, each moved so that another is in its field's lowest.
    uint32_t copies = isOfBytes ? 1 | 1 << 7 | 1 << 14 | 1 << 21 : 1 | 1 << 15;
    Value sum;
    for (auto [plane, m] : llvm::zip_equal(planes, op.getMultipliers())) {
      Value bits = plane;
      if (first)
        bits = arith::ShRUIOp::create(b.b, b.loc, bits, constant(first));
      bits =
          arith::AndIOp::create(b.b, b.loc, bits, constant(isOfBytes ? 15 : 3));
      bits = b.mul(bits, constant(copies));
      bits = arith::AndIOp::create(b.b, b.loc, bits, constant(ones));
      bits = b.mul(bits, constant(m));
      sum = sum ? b.add(sum, bits) : bits;
    }
    if (op.getIsSigned())
      sum = arith::XOrIOp::create(b.b, b.loc, sum, constant(0x80 * ones));
    return sum;
  }
};

} // namespace

void subbit::bitserial::populatePlanesPatterns(RewritePatternSet &patterns) {
  patterns.add<LowerPlanes, LowerCodes, LowerCodeWords, LowerCodeWordsOfPlanes>(
      patterns.getContext());
}
