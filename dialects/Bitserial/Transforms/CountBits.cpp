//===- CountBits.cpp - Counting bits as a target can ----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/CountBits.h"
#include "dialects/Bitserial/Transforms/LowLevel.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace subbit::bitserial;

/// Popcounts of a row that are no loop; fewer without vectors, which are for
/// machines of little memory.
static constexpr int64_t kStraightPopcounts = 32;
static constexpr int64_t kStraightScalars = 8;
/// In the body of a loop over longer rows.
static constexpr int64_t kLoopPopcounts = 16;
static constexpr int64_t kLoopVectorPopcounts = 32;

namespace {

/// What word `word` compares, in as many vectors of words as there are counts.
using WordFn = llvm::function_ref<SmallVector<Compared>(Value word)>;

/// Counts, each of which is of `weight` bits.
struct Counts {
  LoopBuilder::Values counts;
  int64_t weight = 1;
};

/// The bits that differ.
Value differs(LoopBuilder &b, const Compared &words) {
  return arith::XOrIOp::create(b.b, b.loc, words.weights, words.activations);
}

/// The sum of two counts, the first of which may be null, for 0.
Value addCount(LoopBuilder &b, Value acc, Value count) {
  return acc ? b.add(acc, count) : count;
}

/// More bits of one byte in each word would not fit 8 bits.
static constexpr int64_t kByteWords = 31;
/// Or of a nibble, four.
static constexpr int64_t kNibbleWords = 3;

/// Whether counts are kept in the bytes of words.
bool countsInBytes(ScheduleAttr schedule) {
  Counting counting = schedule.getCounting();
  return counting != Counting::Words && counting != Counting::Udot &&
         counting != Counting::Pairs && counting != Counting::Carries;
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

/// Each element of `x` times that of the factors, neighbours added.
Value callPairs(LoopBuilder &b, StringRef name, Value x, Value factors,
                VectorType type) {
  SmallVector<Value> operands{x};
  if (factors)
    operands.push_back(factors);
  return LLVM::CallIntrinsicOp::create(b.b, b.loc, type,
                                       b.b.getStringAttr(name), operands)
      .getResult(0);
}

Value ones(LoopBuilder &b, VectorType type) {
  Attribute one = b.b.getIntegerAttr(type.getElementType(), 1);
  return arith::ConstantOp::create(b.b, b.loc,
                                   DenseElementsAttr::get(type, one));
}

/// The sums of neighbouring bytes, in 16 bits.
Value addBytes(LoopBuilder &b, Value bytes, ScheduleAttr schedule) {
  Value factors;
  if (schedule.getCounting() == Counting::Pmadd)
    factors = ones(b, cast<VectorType>(bytes.getType()));
  return callPairs(b, pairInstructions(schedule).first, bytes, factors,
                   schedule.getVector(b.b.getIntegerType(16), 2));
}

/// The sum of the four bytes of each word, in it.
Value sumBytes(LoopBuilder &b, Value bytes, ScheduleAttr schedule) {
  if (schedule.getCounting() == Counting::Bytes)
    return addFields(b, addFields(b, bytes, 0x00ff00ff, 8), 0xffff, 16);
  return addHalves(b, addBytes(b, bytes, schedule), schedule);
}

/// The sum of the bytes of each word is added to it; a null sum is 0.
Value addDot(LoopBuilder &b, Value sum, Value bytes, ScheduleAttr schedule) {
  VectorType words = schedule.getVector(b.b.getI32Type());
  SmallVector<Value> operands{sum ? sum : b.zero(words), bytes,
                              ones(b, cast<VectorType>(bytes.getType()))};
  return LLVM::CallIntrinsicOp::create(
             b.b, b.loc, words,
             b.b.getStringAttr("llvm.aarch64.neon.udot.v4i32.v16i8"), operands)
      .getResult(0);
}

/// SVE's exclusive or, count and addition as one piece, which needs a register
/// besides the sum: apart, LLVM would do all of a word's exclusive ors first,
/// count to other registers, at the cost of an instruction that prepares each,
/// and keep sums in memory.
Value addDifference(LoopBuilder &b, Value sum, const Compared &words,
                    ScheduleAttr schedule) {
  auto type = cast<VectorType>(words.weights.getType());
  VectorType lanes = schedule.getVector(b.b.getI1Type());
  Value all = arith::ConstantOp::create(
      b.b, b.loc, DenseElementsAttr::get(lanes, b.b.getBoolAttr(true)));
  auto create = [&](Type result, ValueRange operands, StringRef text,
                    StringRef constraints) -> Value {
    return LLVM::InlineAsmOp::create(
               b.b, b.loc, TypeRange{result}, operands, text, constraints,
               /*has_side_effects=*/false, /*is_align_stack=*/false,
               LLVM::TailCallKind::None, LLVM::AsmDialectAttr(), ArrayAttr())
        .getResult(0);
  };
  if (!sum)
    return create(type, {words.weights, words.activations, all},
                  "eor $0.d, $1.d, $2.d\n\tcnt $0.s, $3/m, $0.s",
                  "=w,w,w,@3Upl");
  auto both = LLVM::LLVMStructType::getLiteral(b.b.getContext(), {type, type});
  Value result = create(both, {words.weights, words.activations, all, sum},
                        "eor $1.d, $2.d, $3.d\n\tcnt $1.s, $4/m, $1.s\n\t"
                        "add $0.s, $0.s, $1.s",
                        "=w,=&w,w,w,@3Upl,0");
  return LLVM::ExtractValueOp::create(b.b, b.loc, result, ArrayRef<int64_t>{0});
}

/// Adds the bits of `words` words from `first` on to counts; null counts are 0.
LoopBuilder::Values addWords(LoopBuilder &b, Value first, int64_t words,
                             ScheduleAttr schedule, LoopBuilder::Values acc,
                             WordFn compare) {
  for (int64_t w = 0; w < words; ++w) {
    SmallVector<Compared> compared = compare(b.add(first, w));
    if (schedule.getScaling() == Scaling::Offsets) {
      for (auto [count, word] : llvm::zip_equal(acc, compared))
        count = addDifference(b, count, word, schedule);
      continue;
    }
    LoopBuilder::Values bits;
    for (const Compared &word : compared)
      bits.push_back(differs(b, word));
    for (auto [count, set] : llvm::zip_equal(acc, bits)) {
      Value added = popcount(b, set, schedule);
      count = schedule.getCounting() == Counting::Udot
                  ? addDot(b, count, added, schedule)
                  : addCount(b, count, added);
    }
  }
  return acc;
}

/// The same where no instruction counts: in fields of two bits, then of four,
/// up to three words of them, then of bytes.
LoopBuilder::Values addFieldsOfWords(LoopBuilder &b, Value first, int64_t words,
                                     LoopBuilder::Values acc, WordFn compare) {
  for (int64_t w = 0; w < words; w += kNibbleWords) {
    LoopBuilder::Values nibbles(acc.size(), Value());
    for (int64_t u = w; u < std::min(w + kNibbleWords, words); ++u)
      for (auto [nibble, word] :
           llvm::zip_equal(nibbles, compare(b.add(first, u)))) {
        Value bits = differs(b, word);
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
                               WordFn compare) {
  bool inFields = schedule.getCounting() == Counting::Bytes;
  auto add = [&](Value word, int64_t count, ValueRange acc) {
    if (inFields)
      return addFieldsOfWords(b, word, count, LoopBuilder::Values(acc),
                              compare);
    return addWords(b, word, count, schedule, LoopBuilder::Values(acc),
                    compare);
  };
  LoopBuilder::Values acc(counts, Value());
  int64_t looped = 0;
  if (words * counts >
      (schedule.getLanes() > 1 ? kStraightPopcounts : kStraightScalars)) {
    int64_t popcounts = schedule.getLanes() == 1 || schedule.isScalable()
                            ? kLoopPopcounts
                            : kLoopVectorPopcounts;
    int64_t chunk = std::max<int64_t>(1, popcounts / counts);
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

/// A function of three bits for each bit of vectors of words, by its truth
/// table: x86's vpternlogd.
Value ternary(LoopBuilder &b, Value x, Value y, Value z, int32_t table) {
  return LLVM::CallIntrinsicOp::create(
             b.b, b.loc, x.getType(),
             b.b.getStringAttr("llvm.x86.avx512.pternlog.d.512"),
             ValueRange{x, y, z, b.i32(table)})
      .getResult(0);
}

/// Adds the bits of two words from `first` on to those that are kept, bit by
/// bit: what is carried counts twice.
void addPair(LoopBuilder &b, Value first, MutableArrayRef<Value> kept,
             MutableArrayRef<Value> carried, WordFn compare) {
  SmallVector<Compared> words = compare(first);
  SmallVector<Compared> others = compare(b.add(first, 1));
  for (auto [bits, count, word, other] :
       llvm::zip_equal(kept, carried, words, others)) {
    Value half = arith::XOrIOp::create(b.b, b.loc, bits, differs(b, word));
    Value sum = arith::XOrIOp::create(b.b, b.loc, half, differs(b, other));
    // half ? ~sum : bits
    constexpr int32_t carry = 0x3a;
    Value carries = ternary(b, half, sum, bits, carry);
    count = addCount(b, count, math::CtPopOp::create(b.b, b.loc, carries));
    bits = sum;
  }
}

/// Counts by carry-save adders: three instructions add two words to the bits
/// that are kept, and carries alone are counted then; counting each word takes
/// six for two.
SmallVector<Counts> countCarries(LoopBuilder &b, int64_t words, int64_t counts,
                                 WordFn compare) {
  LoopBuilder::Values state;
  for (const Compared &word : compare(b.index(0)))
    state.push_back(differs(b, word));
  state.append(counts, Value());
  auto add = [&](Value first, int64_t pairs, ValueRange state) {
    LoopBuilder::Values next(state);
    MutableArrayRef<Value> all(next);
    for (int64_t i = 0; i < pairs; ++i)
      addPair(b, b.add(first, 2 * i), all.take_front(counts),
              all.drop_front(counts), compare);
    return next;
  };
  int64_t pairs = (words - 1) / 2, looped = 0;
  int64_t chunk = std::max<int64_t>(1, kLoopVectorPopcounts / counts / 2);
  if (pairs > chunk) {
    looped = pairs / chunk * chunk;
    std::fill(state.begin() + counts, state.end(), b.zero(state[0].getType()));
    state = b.loop(
        b.index(1), b.index(1 + 2 * looped), 2 * chunk, state,
        [&](Value word, ValueRange args) { return add(word, chunk, args); });
    disableUnrolling(state.front().getDefiningOp());
  }
  state = add(b.index(1 + 2 * looped), pairs - looped, state);
  LoopBuilder::Values once, twice(ArrayRef(state).drop_front(counts));
  for (Value bits : ArrayRef(state).take_front(counts))
    once.push_back(math::CtPopOp::create(b.b, b.loc, bits));
  if (words % 2 == 0)
    for (auto [count, word] :
         llvm::zip_equal(once, compare(b.index(words - 1))))
      count = b.add(count, math::CtPopOp::create(b.b, b.loc, differs(b, word)));
  if (!pairs)
    return {{once, 1}};
  return {{once, 1}, {twice, 2}};
}

/// Calls `body` for the bytes of up to `kByteWords` words at a time.
void forEachBytes(LoopBuilder &b, int64_t words, ScheduleAttr schedule,
                  int64_t counts, WordFn compare,
                  llvm::function_ref<void(const LoopBuilder::Values &)> body) {
  for (int64_t first = 0; first < words; first += kByteWords)
    body(countWords(b, first, std::min(kByteWords, words - first), schedule,
                    counts, compare));
}

/// Counts the bits of all words of a row, in 32-bit lanes.
SmallVector<Counts> countRow(LoopBuilder &b, int64_t words,
                             ScheduleAttr schedule, int64_t counts,
                             WordFn compare) {
  if (schedule.getCounting() == Counting::Carries)
    return countCarries(b, words, counts, compare);
  if (!countsInBytes(schedule)) {
    LoopBuilder::Values total =
        countWords(b, 0, words, schedule, counts, compare);
    if (schedule.getCounting() == Counting::Pairs)
      for (Value &count : total)
        count = arith::TruncIOp::create(
            b.b, b.loc, schedule.getVector(b.b.getI32Type()), count);
    return {{total}};
  }
  LoopBuilder::Values total(counts, Value());
  forEachBytes(b, words, schedule, counts, compare,
               [&](const LoopBuilder::Values &bytes) {
                 for (auto [sum, part] : llvm::zip_equal(total, bytes))
                   sum = addCount(b, sum, sumBytes(b, part, schedule));
               });
  return {{total}};
}

/// Whether counts of so many words, and coordinates times a multiplier, fit 16
/// bits, which LLVM does not see where counts come from a loop.
bool fitsHalf(int64_t words, Type coordinate, int64_t multiplier) {
  constexpr int64_t most = std::numeric_limits<int16_t>::max();
  return words * 32 <= most && coordinate.isInteger(8) &&
         std::abs(multiplier) * 128 <= most;
}

/// The product of words whose values fit 16 bits.
Value multiplyHalves(LoopBuilder &b, Value x, Value y, ScheduleAttr schedule) {
  VectorType halves = schedule.getVector(b.b.getIntegerType(16), 2);
  auto split = [&](Value words) -> Value {
    return vector::BitCastOp::create(b.b, b.loc, halves, words);
  };
  // The upper half of a count is 0.
  return multiplyPairs(b, split(x), split(y), schedule);
}

} // namespace

Value subbit::bitserial::multiplyPairs(LoopBuilder &b, Value x, Value factors,
                                       ScheduleAttr schedule) {
  return callPairs(b, pairInstructions(schedule).second, x, factors,
                   schedule.getVector(b.b.getI32Type()));
}

Value subbit::bitserial::addHalves(LoopBuilder &b, Value halves,
                                   ScheduleAttr schedule) {
  Value factors;
  if (schedule.getCounting() == Counting::Pmadd ||
      schedule.getCounting() == Counting::Pmaddubsw)
    factors = ones(b, cast<VectorType>(halves.getType()));
  return callPairs(b, pairInstructions(schedule).second, halves, factors,
                   schedule.getVector(b.b.getI32Type()));
}

Value subbit::bitserial::multiplyBytes(LoopBuilder &b, Value x, Value factors,
                                       ScheduleAttr schedule) {
  return callPairs(b, pairInstructions(schedule).first, x, factors,
                   schedule.getVector(b.b.getI16Type(), 2));
}

/// `coordinate * -multiplier`, in 32 bits.
static Value makeFactor(LoopBuilder &b, Value coordinate, int64_t multiplier) {
  Type wide = b.b.getI32Type();
  auto vector = dyn_cast<VectorType>(coordinate.getType());
  if (vector)
    wide = vector.clone(wide);
  coordinate = arith::ExtSIOp::create(b.b, b.loc, wide, coordinate);
  if (multiplier == -1)
    return coordinate;
  Value scale = b.i32(-multiplier);
  if (vector)
    scale = b.splat(scale, cast<VectorType>(wide));
  return b.mul(coordinate, scale);
}

LoopBuilder::Values
subbit::bitserial::subtractRow(LoopBuilder &b, ValueRange acc,
                               ValueRange coordinates,
                               ArrayRef<int64_t> multipliers, int64_t words,
                               ScheduleAttr schedule, CompareFn compare) {
  LoopBuilder::Values sums(acc);
  Type narrow = getElementTypeOrSelf(coordinates[0].getType());
  auto type = cast<VectorType>(sums[0].getType());
  if (schedule.getLanes() == 1) {
    // Without vectors one multiplication for all planes is less code.
    LoopBuilder::Values totals(sums.size(), Value());
    for (auto [j, m] : llvm::enumerate(multipliers)) {
      SmallVector<Counts> parts =
          countRow(b, words, schedule, sums.size(),
                   [&, j = j](Value word) { return compare(j, word); });
      for (auto [total, count] : llvm::zip_equal(totals, parts[0].counts))
        total = addCount(
            b, total, m == 1 ? count : b.mul(count, b.splat(b.i32(m), type)));
    }
    Value factor = b.splat(makeFactor(b, coordinates[0], -1), type);
    for (auto [sum, total] : llvm::zip_equal(sums, totals))
      sum = b.sub(sum, b.mul(total, factor));
    return sums;
  }
  bool isAVX512 = schedule.getLanes() == 16 && !schedule.isScalable() &&
                  !countsInBytes(schedule);
  bool multipliesHalves = schedule.getCounting() == Counting::Pmadd &&
                          schedule.inPixels() && narrow.isInteger(8);
  for (auto [j, m] : llvm::enumerate(multipliers)) {
    auto bits = [&, j = j](Value word) { return compare(j, word); };
    if (multipliesHalves) {
      // The last sum of bytes is one of products anyway.
      VectorType halves = schedule.getVector(b.b.getIntegerType(16), 2);
      Value factor = makeFactor(b, coordinates[0], m);
      factor = b.splat(
          arith::TruncIOp::create(b.b, b.loc, halves.getElementType(), factor),
          halves);
      forEachBytes(b, words, schedule, sums.size(), bits,
                   [&](const LoopBuilder::Values &bytes) {
                     for (auto [sum, part] : llvm::zip_equal(sums, bytes))
                       sum = b.add(sum,
                                   multiplyPairs(b, addBytes(b, part, schedule),
                                                 factor, schedule));
                   });
      continue;
    }
    for (const auto &[counts, weight] :
         countRow(b, words, schedule, sums.size() * coordinates.size(), bits)) {
      bool isShort = isAVX512 && fitsHalf(words, narrow, m * weight);
      for (auto [row, coordinate] : llvm::enumerate(coordinates)) {
        Value factor = makeFactor(b, coordinate, m * weight);
        if (!isa<VectorType>(factor.getType()))
          factor = b.splat(factor, type);
        for (auto [v, sum] : llvm::enumerate(sums)) {
          Value count = counts[row * sums.size() + v];
          sum = b.add(sum, isShort ? multiplyHalves(b, count, factor, schedule)
                                   : b.mul(count, factor));
        }
      }
    }
  }
  return sums;
}
