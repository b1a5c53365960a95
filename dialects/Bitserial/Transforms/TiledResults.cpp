//===- TiledResults.cpp - Words of codes from masks -----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/TiledResults.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace subbit::bitserial;

static Value constant(LoopBuilder &b, ArrayRef<uint32_t> lanes) {
  auto value = DenseElementsAttr::get(b.i32Vector(kMaskLanes), lanes);
  return arith::ConstantOp::create(b.b, b.loc, value);
}

/// `x` where a mask has a bit, elsewhere `y`.
static Value choose(LoopBuilder &b, ArrayRef<uint32_t> mask, Value x, Value y) {
  auto inverted = llvm::map_to_vector(mask, [](uint32_t m) { return ~m; });
  x = arith::AndIOp::create(b.b, b.loc, x, constant(b, mask));
  y = arith::AndIOp::create(b.b, b.loc, y, constant(b, inverted));
  return arith::OrIOp::create(b.b, b.loc, x, y);
}

/// Of the rows in the lanes of `x`, blocks of `size` x `size` bits change
/// places with their neighbours across the diagonal.
static Value swapBlocks(LoopBuilder &b, Value x, unsigned size, uint32_t low) {
  SmallVector<int64_t> neighbours;
  SmallVector<uint32_t> left, right, own;
  for (unsigned lane = 0; lane < kMaskLanes; ++lane) {
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

/// 32 rows of 16 bits, two in each lane, transposed: rows `i` and `i + 16` must
/// be in lane `i`. See H. S. Warren, Hacker's Delight, 7-3.
static Value transpose(LoopBuilder &b, Value rows) {
  constexpr std::pair<unsigned, uint32_t> steps[] = {
      {8, 0x00ff00ff}, {4, 0x0f0f0f0f}, {2, 0x33333333}, {1, 0x55555555}};
  for (auto [size, low] : steps)
    rows = swapBlocks(b, rows, size, low);
  return rows;
}

Value subbit::bitserial::addressOfMasks(LoopBuilder &b, Value memref,
                                        ValueRange at, Value bit) {
  auto base = memref::ExtractStridedMetadataOp::create(b.b, b.loc, memref);
  Value word = base.getOffset();
  for (auto [index, stride] : llvm::zip(at, base.getStrides()))
    word = b.add(word, b.mul(index, stride));
  Value lane = b.remainder(bit, b.index(kMaskLanes));
  Value isUpper = b.divide(bit, b.index(kMaskLanes));
  Value byte = b.add(b.mul(b.add(word, lane), 4), b.mul(isUpper, 2));
  Value start =
      memref::ExtractAlignedPointerAsIndexOp::create(b.b, b.loc, memref);
  // One address for all vectors, which the optimizer cannot split.
  return hide(b, b.add(start, byte), /*bits=*/64);
}

void subbit::bitserial::storeMask(LoopBuilder &b, Value mask, Value address,
                                  int64_t words) {
  Value half = vector::BitCastOp::create(
      b.b, b.loc, VectorType::get({1}, b.b.getI16Type()), mask);
  half = vector::ExtractOp::create(b.b, b.loc, half, 0);
  // A memref of words has no elements of 16 bits.
  address = arith::IndexCastOp::create(b.b, b.loc, b.b.getI64Type(),
                                       b.add(address, 4 * words));
  auto pointer = LLVM::LLVMPointerType::get(b.b.getContext());
  address = LLVM::IntToPtrOp::create(b.b, b.loc, pointer, address);
  LLVM::StoreOp::create(b.b, b.loc, half, address, /*alignment=*/2);
}

Value subbit::bitserial::loadMasks(LoopBuilder &b, Value memref,
                                   ValueRange at) {
  return transpose(b, b.loadVector(memref, at, kMaskLanes));
}
