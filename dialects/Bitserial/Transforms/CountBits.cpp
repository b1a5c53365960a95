//===- CountBits.cpp - Counting bits as a target can ----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/CountBits.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace subbit::bitserial;

/// Popcounts of a row that are no loop; fewer without vectors, which are for
/// machines of little memory.
static constexpr int64_t kStraightPopcounts = 32;
static constexpr int64_t kStraightScalars = 8;
/// In the body of a loop over longer rows.
static constexpr int64_t kLoopPopcounts = 16;

namespace {

/// More bits of one byte in each word would not fit 8 bits.
static constexpr int64_t kByteWords = 31;
/// Or of a nibble, four.
static constexpr int64_t kNibbleWords = 3;

/// Whether counts are kept in the bytes of words.
bool countsInBytes(ScheduleAttr schedule) {
  Counting counting = schedule.getCounting();
  return counting != Counting::Words && counting != Counting::Udot &&
         counting != Counting::Pairs;
}

/// How many bits of a vector of words are set, in each word or byte.
Value popcount(LoopBuilder &b, Value bits, ScheduleAttr schedule) {
  if (countsInBytes(schedule) || schedule.getCounting() == Counting::Udot)
    bits = vector::BitCastOp::create(
        b.b, b.loc, schedule.getVector(b.b.getI8Type(), 4), bits);
  return math::CtPopOp::create(b.b, b.loc, bits);
}

/// (x >> shift) & mask, in words.
Value fields(LoopBuilder &b, Value x, uint32_t mask, unsigned shift) {
  auto splat = [&](uint32_t value) -> Value {
    return arith::ConstantOp::create(
        b.b, b.loc,
        DenseElementsAttr::get(cast<VectorType>(x.getType()),
                               APInt(32, value)));
  };
  if (shift)
    x = arith::ShRUIOp::create(b.b, b.loc, x, splat(shift));
  return arith::AndIOp::create(b.b, b.loc, x, splat(mask));
}

/// The sums of neighbouring fields of `shift` bits.
Value addFields(LoopBuilder &b, Value x, uint32_t mask, unsigned shift) {
  return b.add(fields(b, x, mask, 0), fields(b, x, mask, shift));
}

/// The instructions that add neighbours, to 16 and to 32 bits.
std::pair<StringRef, StringRef> pairInstructions(ScheduleAttr schedule) {
  if (schedule.getCounting() == Counting::Uaddlp)
    return {"llvm.aarch64.neon.uaddlp.v8i16.v16i8",
            "llvm.aarch64.neon.uaddlp.v4i32.v8i16"};
  if (schedule.getCounting() == Counting::Vpaddl)
    return {"llvm.arm.neon.vpaddlu.v8i16.v16i8",
            "llvm.arm.neon.vpaddlu.v4i32.v8i16"};
  switch (schedule.getLanes()) {
  case 4:
    return {"llvm.x86.ssse3.pmadd.ub.sw.128", "llvm.x86.sse2.pmadd.wd"};
  case 8:
    return {"llvm.x86.avx2.pmadd.ub.sw", "llvm.x86.avx2.pmadd.wd"};
  default:
    return {"llvm.x86.avx512.pmaddubs.w.512", "llvm.x86.avx512.pmaddw.d.512"};
  }
}

/// The sum of the four bytes of each word, in it.
Value sumBytes(LoopBuilder &b, Value bytes, ScheduleAttr schedule) {
  VectorType halves = schedule.getVector(b.b.getIntegerType(16), 2);
  VectorType words = schedule.getVector(b.b.getI32Type());
  if (schedule.getCounting() == Counting::Bytes)
    return addFields(b, addFields(b, bytes, 0x00ff00ff, 8), 0xffff, 16);
  auto [toHalves, toWords] = pairInstructions(schedule);
  auto call = [&](StringRef name, Value x, VectorType type) -> Value {
    SmallVector<Value> operands{x};
    // Products with ones.
    if (schedule.getCounting() == Counting::Pmadd) {
      auto vector = cast<VectorType>(x.getType());
      auto one = b.b.getIntegerAttr(vector.getElementType(), 1);
      operands.push_back(arith::ConstantOp::create(
          b.b, b.loc, DenseElementsAttr::get(vector, Attribute(one))));
    }
    return LLVM::CallIntrinsicOp::create(b.b, b.loc, type,
                                         b.b.getStringAttr(name), operands)
        .getResult(0);
  };
  return call(toWords, call(toHalves, bytes, halves), words);
}

/// The sum of the bytes of each word is added to it; a null sum is 0.
Value addDot(LoopBuilder &b, Value sum, Value bytes, ScheduleAttr schedule) {
  VectorType words = schedule.getVector(b.b.getI32Type());
  Value ones = arith::ConstantOp::create(
      b.b, b.loc,
      DenseElementsAttr::get(cast<VectorType>(bytes.getType()), APInt(8, 1)));
  return LLVM::CallIntrinsicOp::create(
             b.b, b.loc, words,
             b.b.getStringAttr("llvm.aarch64.neon.udot.v4i32.v16i8"),
             ValueRange{sum ? sum : b.zero(words), bytes, ones})
      .getResult(0);
}

/// Lets LLVM keep the loop as it is.
void disableUnrolling(Operation *loop) {
  MLIRContext *context = loop->getContext();
  auto unroll = LLVM::LoopUnrollAttr::get(context, BoolAttr::get(context, true),
                                          {}, {}, {}, {}, {}, {});
  loop->setAttr("llvm.loop_annotation",
                LLVM::LoopAnnotationAttr::get(context, {}, {}, {}, unroll, {},
                                              {}, {}, {}, {}, {}, {}, {}, {},
                                              {}, {}));
}

/// Adds the bits of `words` words from `first` on to counts; null counts are 0.
LoopBuilder::Values addWords(LoopBuilder &b, Value first, int64_t words,
                             ScheduleAttr schedule, LoopBuilder::Values acc,
                             DiffersFn differs) {
  for (int64_t w = 0; w < words; ++w)
    for (auto [count, bits] : llvm::zip_equal(acc, differs(b.add(first, w)))) {
      Value added = popcount(b, bits, schedule);
      count = schedule.getCounting() == Counting::Udot
                  ? addDot(b, count, added, schedule)
                  : addCount(b, count, added);
    }
  return acc;
}

/// The same where no instruction counts: in fields of two bits, then of four,
/// up to three words of them, then of bytes.
LoopBuilder::Values addFieldsOfWords(LoopBuilder &b, Value first, int64_t words,
                                     LoopBuilder::Values acc,
                                     DiffersFn differs) {
  for (int64_t w = 0; w < words; w += kNibbleWords) {
    LoopBuilder::Values nibbles(acc.size(), Value());
    for (int64_t u = w; u < std::min(w + kNibbleWords, words); ++u)
      for (auto [nibble, bits] :
           llvm::zip_equal(nibbles, differs(b.add(first, u)))) {
        // Of two bits x and y, 2x + y - x.
        Value pairs = b.sub(bits, fields(b, bits, 0x55555555, 1));
        nibble = addCount(b, nibble, addFields(b, pairs, 0x33333333, 2));
      }
    for (auto [count, nibble] : llvm::zip_equal(acc, nibbles))
      count = addCount(b, count, addFields(b, nibble, 0x0f0f0f0f, 4));
  }
  return acc;
}

/// Counts over words of a row. Long rows loop over chunks, which stay a loop:
/// unrolled, more counts would be in flight than there are registers.
LoopBuilder::Values countWords(LoopBuilder &b, int64_t first, int64_t words,
                               ScheduleAttr schedule, int64_t counts,
                               DiffersFn differs) {
  bool inFields = schedule.getCounting() == Counting::Bytes;
  auto add = [&](Value word, int64_t count, ValueRange acc) {
    if (inFields)
      return addFieldsOfWords(b, word, count, LoopBuilder::Values(acc),
                              differs);
    return addWords(b, word, count, schedule, LoopBuilder::Values(acc),
                    differs);
  };
  LoopBuilder::Values acc(counts, Value());
  int64_t looped = 0;
  if (words * counts >
      (schedule.getLanes() > 1 ? kStraightPopcounts : kStraightScalars)) {
    int64_t chunk = std::max<int64_t>(1, kLoopPopcounts / counts);
    if (inFields)
      chunk = std::min(words, kNibbleWords);
    looped = words / chunk * chunk;
    VectorType type = schedule.getVector(b.b.getI32Type());
    if (countsInBytes(schedule) && !inFields)
      type = schedule.getVector(b.b.getI8Type(), 4);
    if (schedule.getCounting() == Counting::Pairs)
      type = schedule.getVector(b.b.getI64Type());
    LoopBuilder::Values zeros(counts, b.zero(type));
    acc = b.loop(
        b.index(first), b.index(first + looped), chunk, zeros,
        [&](Value word, ValueRange args) { return add(word, chunk, args); });
    disableUnrolling(acc.front().getDefiningOp());
  }
  return add(b.index(first + looped), words - looped, acc);
}

} // namespace

Value subbit::bitserial::addCount(LoopBuilder &b, Value acc, Value count) {
  return acc ? b.add(acc, count) : count;
}

LoopBuilder::Values subbit::bitserial::countRow(LoopBuilder &b, int64_t words,
                                                ScheduleAttr schedule,
                                                int64_t counts,
                                                DiffersFn differs) {
  if (!countsInBytes(schedule)) {
    LoopBuilder::Values total =
        countWords(b, 0, words, schedule, counts, differs);
    if (schedule.getCounting() == Counting::Pairs)
      for (Value &count : total)
        count = arith::TruncIOp::create(
            b.b, b.loc, schedule.getVector(b.b.getI32Type()), count);
    return total;
  }
  LoopBuilder::Values total(counts, Value());
  for (int64_t first = 0; first < words; first += kByteWords) {
    LoopBuilder::Values bytes =
        countWords(b, first, std::min(kByteWords, words - first), schedule,
                   counts, differs);
    for (auto [sum, part] : llvm::zip_equal(total, bytes))
      sum = addCount(b, sum, sumBytes(b, part, schedule));
  }
  return total;
}
