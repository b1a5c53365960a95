//===- LowerBitserial.cpp - Packed products to loops ----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/LoopBuilder.h"
#include "dialects/Bitserial/Transforms/Passes.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace subbit::bitserial {
#define GEN_PASS_DEF_LOWERBITSERIALPASS
#include "dialects/Bitserial/Transforms/Passes.h.inc"
} // namespace subbit::bitserial

using namespace mlir;
using namespace subbit::bitserial;

GroupBox::GroupBox(LoopBuilder &b, GeometryAttr geometry, Value group) {
  SmallVector<int64_t, 3> grid = geometry.getGrid();
  Value rest = group;
  for (int d = 2; d >= 0; --d) {
    int64_t kernel = geometry.getKernel()[d], box = geometry.getGroup()[d];
    if (grid[d] == 1) {
      begin[d] = b.index(0);
      size[d] = b.index(kernel);
      continue;
    }
    Value at = d ? b.remainder(rest, b.index(grid[d])) : rest;
    rest = b.divide(rest, b.index(grid[d]));
    begin[d] = b.mul(at, box);
    // Where a dimension does not divide, the last group is smaller.
    size[d] = b.index(box);
    if (kernel % box)
      size[d] = b.least(size[d], b.sub(b.index(kernel), begin[d]));
  }
}

Value GroupBox::count(LoopBuilder &b) {
  return b.mul(b.mul(size[0], size[1]), size[2]);
}

SmallVector<Value> GroupBox::position(LoopBuilder &b, Value k) {
  Value row = b.divide(k, size[2]);
  return {b.add(begin[0], b.divide(row, size[1])),
          b.add(begin[1], b.remainder(row, size[1])),
          b.add(begin[2], b.remainder(k, size[2]))};
}

SmallVector<Value> GroupBox::next(LoopBuilder &b, ValueRange at) const {
  auto reached = [&](Value x, int d) -> Value {
    return arith::CmpIOp::create(b.b, b.loc, arith::CmpIPredicate::eq, x,
                                 b.add(begin[d], size[d]));
  };
  auto select = [&](Value condition, Value x, Value y) -> Value {
    return arith::SelectOp::create(b.b, b.loc, condition, x, y);
  };
  Value c = b.add(at[2], 1), x = at[1], y = at[0];
  Value wraps = reached(c, 2);
  c = select(wraps, begin[2], c);
  x = select(wraps, b.add(x, 1), x);
  Value wrapsRow = reached(x, 1);
  x = select(wrapsRow, begin[1], x);
  y = select(wrapsRow, b.add(y, 1), y);
  return {y, x, c};
}

Value subbit::bitserial::loadCode(LoopBuilder &b, Value codes, Value at,
                                  int64_t bits) {
  int64_t perByte = 8 / bits;
  Value byte = b.load(codes, b.divide(at, b.index(perByte)));
  Value code = arith::ExtUIOp::create(b.b, b.loc, b.b.getI32Type(), byte);
  if (perByte == 1)
    return code;
  Value shift = b.toI32(b.mul(b.remainder(at, b.index(perByte)), bits));
  code = arith::ShRUIOp::create(b.b, b.loc, code, shift);
  return arith::AndIOp::create(b.b, b.loc, code, b.i32((1 << bits) - 1));
}

void subbit::bitserial::storeCode(LoopBuilder &b, Value code, Value codes,
                                  Value at, int64_t bits) {
  int64_t perByte = 8 / bits;
  Value place = b.divide(at, b.index(perByte));
  if (perByte > 1) {
    Value shift = b.toI32(b.mul(b.remainder(at, b.index(perByte)), bits));
    Value byte = arith::ExtUIOp::create(b.b, b.loc, b.b.getI32Type(),
                                        b.load(codes, place));
    auto shifted = [&](Value x) {
      return arith::ShLIOp::create(b.b, b.loc, x, shift);
    };
    Value others = arith::XOrIOp::create(
        b.b, b.loc, shifted(b.i32((1 << bits) - 1)), b.i32(-1));
    code = arith::OrIOp::create(b.b, b.loc,
                                arith::AndIOp::create(b.b, b.loc, byte, others),
                                shifted(code));
  }
  b.store(arith::TruncIOp::create(b.b, b.loc, b.b.getI8Type(), code), codes,
          place);
}

namespace {
struct LowerBitserialPass
    : public subbit::bitserial::impl::LowerBitserialPassBase<
          LowerBitserialPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populatePlanesPatterns(patterns);
    populatePoolPatterns(patterns);
    populatePackPatterns(patterns);
    subbit::bitserial::populateProductPatterns(patterns);
    populateTiledProductPatterns(patterns);
    populateTableProductPatterns(patterns);
    populateDenseProductPatterns(patterns);
    populateFloatProductPatterns(patterns);
    populateDecodePatterns(patterns);
    subbit::bitserial::populateEpiloguePatterns(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
    WalkResult left = getOperation().walk([](Operation *op) {
      if (!isa<BitserialDialect>(op->getDialect()) || isa<TraceOp>(op))
        return WalkResult::advance();
      op->emitError() << "'" << op->getName()
                      << "' is not on buffers; bufferize the module first";
      return WalkResult::interrupt();
    });
    if (left.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
