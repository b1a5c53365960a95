//===- LowerFloatProduct.cpp - Products of floats as loops ----------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/LowLevel.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace subbit::bitserial;

namespace {

using Values = LoopBuilder::Values;

/// Outputs in lanes; the activations of an image serve for all of them.
class FloatProductBuilder {
public:
  FloatProductBuilder(LoopBuilder &b, FloatProductOp op)
      : b(b), op(op), schedule(op.getSchedule()), lanes(schedule.getLanes()),
        tables(op.getTables()) {}

  void build() {
    int64_t batch = cast<MemRefType>(op.getInput().getType()).getDimSize(0);
    int64_t blocks = schedule.pad(op.getGeometry().getOutput()[0]) / lanes;
    makeFactors();
    b.loop(batch, [&](Value n) {
      arrangeInput(n);
      if (schedule.usesTables())
        buildTables();
      b.loop(blocks, ValueRange{b.index(0), b.index(0)},
             [&](Value block, ValueRange state) {
               return sumBlock(n, block, state);
             });
    });
  }

private:
  /// Sums that do not wait for each other.
  static constexpr int64_t kChains = 4;
  /// Bits of a word whose signs are flipped in the body of a loop.
  static constexpr int64_t kSigns = 8;

  Value word(uint32_t value) { return b.i32(static_cast<int32_t>(value)); }

  /// The activations of each word of weights, 0 behind the last of a group.
  void arrangeInput(Value n) {
    GeometryAttr g = op.getGeometry();
    int64_t size = g.getGroup()[2], channels = g.getKernel()[2];
    Value none = b.zero(b.b.getF32Type());
    b.loop(tables.words * tables.stride,
           [&](Value i) { b.store(none, op.getWorkspace(), i); });
    b.loop(g.getNumGroups(), [&](Value group) {
      Value first = b.mul(group, size);
      Value count = b.least(b.sub(b.index(channels), first), b.index(size));
      b.loop(g.getWords(), [&](Value w) {
        Value begin = b.mul(w, 32);
        Value end = b.least(b.add(begin, 32), count);
        Value to = b.mul(b.add(b.mul(group, g.getWords()), w), tables.stride);
        b.loop(begin, end, 1, [&](Value k) {
          Value x = b.load(op.getInput(), {n, b.add(first, k)});
          b.store(x, op.getWorkspace(), b.add(to, b.sub(k, begin)));
        });
      });
    });
  }

  /// Entry `i` of a table: the sum of its activations, those whose bit in `i`
  /// is clear subtracted.
  void buildTables() {
    VectorType type = VectorType::get({lanes}, b.b.getF32Type());
    b.loop(tables.words * tables.fields, [&](Value t) {
      Value sum;
      for (int64_t k = 0; k < tables.bits; ++k) {
        SmallVector<float> signs;
        for (int64_t i = 0; i < lanes; ++i)
          signs.push_back(i >> k & 1 ? 1 : -1);
        Value factor = arith::ConstantOp::create(
            b.b, b.loc, DenseElementsAttr::get(type, ArrayRef<float>(signs)));
        Value x = b.splat(
            b.load(op.getWorkspace(), b.add(b.mul(t, tables.bits), k)), type);
        Value term = arith::MulFOp::create(b.b, b.loc, x, factor);
        sum = sum ? addFloats(sum, term) : term;
      }
      b.storeVector(sum, op.getWorkspace(),
                    b.add(b.mul(t, lanes), tables.tables));
    });
  }

  Value addFloats(Value x, Value y) {
    return arith::AddFOp::create(b.b, b.loc, x, y);
  }

  /// `state` is the number of the block's first row and its first word; those
  /// of the next block are returned.
  Values sumBlock(Value n, Value block, ValueRange state) {
    int64_t groups = op.getGeometry().getNumGroups();
    VectorType type = VectorType::get({lanes}, b.b.getF32Type());
    Values carried{b.zero(type), state[0], state[1]};
    carried = b.loop(groups, carried, [&](Value group, ValueRange state) {
      Value width =
          b.toIndex(b.load(op.getWidths(), b.add(b.mul(block, groups), group)));
      return b.loop(b.index(0), width, 1, state,
                    [&](Value, ValueRange state) -> Values {
                      int64_t words = op.getGeometry().getWords();
                      Value a = b.loadVector(op.getCoordinates(),
                                             b.mul(state[1], lanes), lanes);
                      a = arith::SIToFPOp::create(b.b, b.loc, type, a);
                      Value row = sumRow(b.mul(group, words), state[2]);
                      row = arith::MulFOp::create(b.b, b.loc, a, row);
                      return {addFloats(state[0], row), b.add(state[1], 1),
                              b.add(state[2], words * lanes)};
                    });
    });
    Value first = b.mul(block, lanes);
    bool oneStep = cast<MemRefType>(op.getSteps().getType()).getDimSize(0) == 1;
    Value steps = oneStep ? b.splat(b.load(op.getSteps(), b.index(0)), type)
                          : b.loadVector(op.getSteps(), first, lanes);
    Value result = arith::MulFOp::create(b.b, b.loc, carried[0], steps);
    // A step of 0 may make -0 of a sum; one that begins with 0 never is.
    result = addFloats(result, b.zero(type));
    if (!op.getOrder())
      b.storeVector(result, op.getOutput(), {n, first});
    for (int64_t i = 0; op.getOrder() && i < lanes; ++i) {
      Value place = b.toIndex(b.load(op.getOrder(), b.add(first, i)));
      Value sum = addFloats(b.load(op.getOutput(), {n, place}),
                            vector::ExtractOp::create(b.b, b.loc, result, i));
      b.store(sum, op.getOutput(), {n, place});
    }
    return {carried[1], carried[2]};
  }

  /// The signed activations of a row, whose words are from `firstWord` on and
  /// whose activations are those of word `place` on.
  Value sumRow(Value place, Value firstWord) {
    VectorType type = VectorType::get({lanes}, b.b.getF32Type());
    Values sums(kChains, b.zero(type));
    sums = b.loop(
        op.getGeometry().getWords(), sums, [&](Value w, ValueRange sums) {
          Value bits = b.loadVector(op.getWords(),
                                    b.add(firstWord, b.mul(w, lanes)), lanes);
          Value at = b.add(place, w);
          return schedule.usesTables() ? lookUpFields(bits, at, sums)
                                       : flipSigns(bits, at, sums);
        });
    return addFloats(addFloats(sums[0], sums[1]), addFloats(sums[2], sums[3]));
  }

  /// Multiplying halves of words, where fields do not cross them, leaves alone
  /// the ports that shift, which also look up.
  void makeFactors() {
    if (!schedule.usesTables() || 16 % tables.bits)
      return;
    VectorType halves = schedule.getVector(b.b.getIntegerType(16), 2);
    for (int64_t bit = tables.bits; bit < 16; bit += tables.bits) {
      Value factor = arith::ConstantOp::create(
          b.b, b.loc,
          DenseElementsAttr::get(halves, APInt(16, uint64_t(1) << (16 - bit))));
      // LLVM would make it a shift again.
      factors.push_back(pin(b, factor));
    }
  }

  /// Words whose lowest bits are the fields, one after the other.
  Values extractFields(Value bits) {
    auto type = cast<VectorType>(bits.getType());
    auto shifted = [&](int64_t count) -> Value {
      if (count == 0)
        return bits;
      return arith::ShRUIOp::create(b.b, b.loc, bits,
                                    b.splat(b.i32(count), type));
    };
    Values indices;
    Value half;
    for (int64_t f = 0; f < tables.fields; ++f) {
      int64_t inHalf = factors.empty() ? 0 : f % (factors.size() + 1);
      if (inHalf == 0) {
        half = shifted(f * tables.bits);
        indices.push_back(half);
        continue;
      }
      auto halves = cast<VectorType>(factors[0].getType());
      Value product =
          LLVM::CallIntrinsicOp::create(
              b.b, b.loc, halves,
              b.b.getStringAttr("llvm.x86.avx512.pmulhu.w.512"),
              ValueRange{vector::BitCastOp::create(b.b, b.loc, halves, half),
                         factors[inHalf - 1]})
              .getResult(0);
      indices.push_back(vector::BitCastOp::create(b.b, b.loc, type, product));
    }
    return indices;
  }

  /// Each field of the words picks an entry of its table.
  Values lookUpFields(Value bits, Value place, ValueRange sums) {
    VectorType floats = VectorType::get({lanes}, b.b.getF32Type());
    // The optimizer would load the tables of all words before the first row,
    // and store them again.
    Value at =
        hide(b, b.add(b.mul(place, tables.fields * lanes), tables.tables), 64);
    Values next(sums), indices = extractFields(bits);
    for (auto [f, index] : llvm::enumerate(indices)) {
      Value table =
          b.loadVector(op.getWorkspace(), b.add(at, f * lanes), lanes);
      StringRef name = lanes == 16 ? "llvm.x86.avx512.permvar.sf.512"
                                   : "llvm.x86.avx2.permps";
      Value entry = LLVM::CallIntrinsicOp::create(b.b, b.loc, floats,
                                                  b.b.getStringAttr(name),
                                                  ValueRange{table, index})
                        .getResult(0);
      next[f % kChains] = addFloats(next[f % kChains], entry);
    }
    return next;
  }

  /// Each bit that is clear flips the sign of its activation, the highest bit
  /// first, which is where a float has its sign.
  Values flipSigns(Value bits, Value place, ValueRange sums) {
    auto type = cast<VectorType>(bits.getType());
    auto floats = cast<VectorType>(sums[0].getType());
    auto constant = [&](uint32_t value) -> Value {
      return b.splat(word(value), type);
    };
    bits = arith::XOrIOp::create(b.b, b.loc, bits, constant(~uint32_t(0)));
    // The first bit of a short group is moved to the top.
    int64_t count = tables.fields;
    if (count < 32)
      bits = arith::ShLIOp::create(b.b, b.loc, bits, constant(32 - count));
    Value at = b.mul(place, tables.stride);
    Values state(sums);
    state.push_back(bits);
    auto flip = [&](Value last, int64_t steps, ValueRange state) {
      Values next(state);
      for (int64_t i = 0; i < steps; ++i) {
        Value x = b.load(op.getWorkspace(), b.sub(last, b.index(i)));
        x = arith::BitcastOp::create(b.b, b.loc, b.b.getI32Type(), x);
        Value sign = arith::AndIOp::create(b.b, b.loc, next[kChains],
                                           constant(0x80000000));
        Value flipped =
            arith::XOrIOp::create(b.b, b.loc, b.splat(x, type), sign);
        flipped = arith::BitcastOp::create(b.b, b.loc, floats, flipped);
        next[i % kChains] = addFloats(next[i % kChains], flipped);
        next[kChains] =
            arith::ShLIOp::create(b.b, b.loc, next[kChains], constant(1));
      }
      return next;
    };
    int64_t whole = count / kSigns * kSigns;
    Value last = b.add(at, count - 1);
    state = b.loop(b.index(0), b.index(whole), kSigns, state,
                   [&](Value i, ValueRange state) {
                     return flip(b.sub(last, i), kSigns, state);
                   });
    state = flip(b.sub(last, b.index(whole)), count - whole, state);
    state.pop_back();
    return state;
  }

  LoopBuilder &b;
  FloatProductOp op;
  ScheduleAttr schedule;
  int64_t lanes;
  SumTables tables;
  /// For each field of half a word what moves it to the lowest bits.
  Values factors;
};

struct LowerFloatProduct : public OpRewritePattern<FloatProductOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(FloatProductOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getInput().getType()))
      return rewriter.notifyMatchFailure(op, "not on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    FloatProductBuilder(b, op).build();
    rewriter.eraseOp(op);
    return success();
  }
};

} // namespace

void subbit::bitserial::populateFloatProductPatterns(
    RewritePatternSet &patterns) {
  patterns.add<LowerFloatProduct>(patterns.getContext());
}
