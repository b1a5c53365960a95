//===- Masks.cpp - Words of codes from masks ------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/Masks.h"
#include "dialects/Bitserial/Transforms/LowLevel.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace subbit::bitserial;

using Values = LoopBuilder::Values;

static Value constant(LoopBuilder &b, ArrayRef<uint32_t> lanes) {
  auto value = DenseElementsAttr::get(b.i32Vector(lanes.size()), lanes);
  return arith::ConstantOp::create(b.b, b.loc, value);
}

/// `x` where a mask has a bit, elsewhere `y`.
static Value choose(LoopBuilder &b, ArrayRef<uint32_t> mask, Value x, Value y) {
  auto inverted = llvm::map_to_vector(mask, [](uint32_t m) { return ~m; });
  x = arith::AndIOp::create(b.b, b.loc, x, constant(b, mask));
  y = arith::AndIOp::create(b.b, b.loc, y, constant(b, inverted));
  return arith::OrIOp::create(b.b, b.loc, x, y);
}

static int64_t lanesOf(Value x) {
  return cast<VectorType>(x.getType()).getDimSize(0);
}

/// Of the rows in the lanes of `x`, blocks of `size` x `size` bits change
/// places with their neighbours across the diagonal.
static Value swapInside(LoopBuilder &b, Value x, unsigned size, uint32_t low) {
  SmallVector<int64_t> neighbours;
  SmallVector<uint32_t> left, right, own;
  for (unsigned lane = 0; lane < lanesOf(x); ++lane) {
    bool isUpper = lane & size;
    neighbours.push_back(lane ^ size);
    left.push_back(isUpper ? 32 - size : size);
    right.push_back(isUpper ? size : 32 - size);
    own.push_back(isUpper ? ~low : low);
  }
  Value y = vector::ShuffleOp::create(b.b, b.loc, x, x, neighbours);
  Value rotated = arith::OrIOp::create(
      b.b, b.loc, arith::ShLIOp::create(b.b, b.loc, y, constant(b, left)),
      arith::ShRUIOp::create(b.b, b.loc, y, constant(b, right)));
  return choose(b, own, x, rotated);
}

/// The same of rows in the lanes of two vectors.
static void swapAcross(LoopBuilder &b, Value &upper, Value &lower,
                       unsigned size, uint32_t low) {
  auto all = [&](uint32_t word) {
    return SmallVector<uint32_t>(lanesOf(upper), word);
  };
  Value bits = constant(b, all(size));
  Value fromLower = arith::ShLIOp::create(b.b, b.loc, lower, bits);
  Value fromUpper = arith::ShRUIOp::create(b.b, b.loc, upper, bits);
  upper = choose(b, all(low), upper, fromLower);
  lower = choose(b, all(low), fromUpper, lower);
}

/// The order of positions that packing leaves, quarters of 128 bits of all
/// vectors in turn, undone.
static Values unpackWords(LoopBuilder &b, const Values &words) {
  int64_t lanes = lanesOf(words[0]), count = words.size();
  Values result;
  for (int64_t v = 0; v < count; ++v) {
    SmallVector<int64_t> order;
    int64_t from = 4 * v / lanes, second = from;
    for (int64_t l = 0; l < lanes; ++l) {
      int64_t word = l / 4 * 4 * count + 4 * v + l % 4;
      if (l == lanes / 2)
        second = word / lanes;
      order.push_back(word % lanes + (word / lanes == from ? 0 : lanes));
    }
    result.push_back(vector::ShuffleOp::create(b.b, b.loc, words[from],
                                               words[second], order));
  }
  return result;
}

// Rows of 32 bits are transposed by blocks of 16 and less; where a lane holds
// the halves of two rows, 16 apart, by those of 8 and less. See H. S. Warren,
// Hacker's Delight, 7-3.
Values subbit::bitserial::transposeMasks(LoopBuilder &b, Values masks) {
  constexpr std::pair<unsigned, uint32_t> steps[] = {{16, 0x0000ffff},
                                                     {8, 0x00ff00ff},
                                                     {4, 0x0f0f0f0f},
                                                     {2, 0x33333333},
                                                     {1, 0x55555555}};
  unsigned lanes = lanesOf(masks[0]);
  for (auto [size, low] : steps) {
    if (size < lanes) {
      for (Value &x : masks)
        x = swapInside(b, x, size, low);
      continue;
    }
    unsigned apart = size / lanes;
    for (size_t i = 0; i + apart < masks.size(); ++i)
      if (!(i & apart))
        swapAcross(b, masks[i], masks[i + apart], size, low);
  }
  return masks.size() == 1 ? masks : unpackWords(b, masks);
}

static Value call(LoopBuilder &b, StringRef name, Type type, ValueRange args) {
  return LLVM::CallIntrinsicOp::create(b.b, b.loc, type,
                                       b.b.getStringAttr(name), args)
      .getResult(0);
}

Values subbit::bitserial::packSums(LoopBuilder &b, ArrayRef<Value> sums) {
  int64_t lanes = lanesOf(sums[0]);
  auto type = VectorType::get({2 * lanes}, b.b.getI16Type());
  StringRef name =
      lanes == 16 ? "llvm.x86.avx512.packssdw.512" : "llvm.x86.avx2.packssdw";
  Values packed;
  for (size_t v = 0; v < sums.size(); v += 2)
    packed.push_back(call(b, name, type, {sums[v], sums[v + 1]}));
  return packed;
}

Value subbit::bitserial::makeMask(LoopBuilder &b, ArrayRef<Value> sets) {
  if (sets.size() == 2) {
    auto halves = VectorType::get({lanesOf(sets[0])}, b.b.getI16Type());
    Values wide;
    for (Value set : sets)
      wide.push_back(arith::ExtSIOp::create(b.b, b.loc, halves, set));
    Value bytes = call(b, "llvm.x86.avx2.packsswb",
                       b.i8Vector(2 * lanesOf(sets[0])), wide);
    return call(b, "llvm.x86.avx2.pmovmskb", b.b.getI32Type(), bytes);
  }
  auto type = VectorType::get({1}, b.b.getIntegerType(lanesOf(sets[0])));
  Value mask = vector::BitCastOp::create(b.b, b.loc, type, sets[0]);
  return vector::ExtractOp::create(b.b, b.loc, mask, 0);
}

Value subbit::bitserial::addressOfMask(LoopBuilder &b, Value memref,
                                       ValueRange at, Value bit,
                                       int64_t lanes) {
  Value lane = b.remainder(bit, b.index(lanes));
  Value isUpper = b.divide(bit, b.index(lanes));
  Value byte = b.add(b.mul(lane, 4), b.mul(isUpper, 2));
  // One address for all vectors, which the optimizer cannot split.
  return hide(b, b.add(addressOf(b, memref, at), byte), /*bits=*/64);
}

void subbit::bitserial::storeMask(LoopBuilder &b, Value mask, Value address,
                                  int64_t words) {
  storeAt(b, mask, b.add(address, 4 * words));
}
