//===- LowLevel.cpp - Past memrefs and the optimizer ----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/LowLevel.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace subbit::bitserial;

void subbit::bitserial::disableUnrolling(Operation *loop) {
  MLIRContext *context = loop->getContext();
  auto unroll = LLVM::LoopUnrollAttr::get(context, BoolAttr::get(context, true),
                                          {}, {}, {}, {}, {}, {});
  loop->setAttr("loop_annotation", LLVM::LoopAnnotationAttr::get(
                                       context, {}, {}, {}, unroll, {}, {}, {},
                                       {}, {}, {}, {}, {}, {}, {}, {}));
}

Value subbit::bitserial::pin(LoopBuilder &b, Value vector) {
  return LLVM::InlineAsmOp::create(
             b.b, b.loc, TypeRange{vector.getType()}, ValueRange{vector}, "",
             "=v,0", /*has_side_effects=*/false, /*is_align_stack=*/false,
             LLVM::TailCallKind::None, LLVM::AsmDialectAttr(), ArrayAttr())
      .getResult(0);
}

Value subbit::bitserial::hide(LoopBuilder &b, Value index, unsigned bits) {
  Type type = b.b.getIntegerType(bits);
  Value number = arith::IndexCastUIOp::create(b.b, b.loc, type, index);
  auto asmOp = LLVM::InlineAsmOp::create(
      b.b, b.loc, TypeRange{type}, ValueRange{number}, "", "=r,0",
      /*has_side_effects=*/true, /*is_align_stack=*/false,
      LLVM::TailCallKind::None, LLVM::AsmDialectAttr(), ArrayAttr());
  return b.toIndex(asmOp.getResult(0));
}

Value subbit::bitserial::addressOf(LoopBuilder &b, Value memref,
                                   ValueRange at) {
  auto base = memref::ExtractStridedMetadataOp::create(b.b, b.loc, memref);
  Value place = base.getOffset();
  for (auto [index, stride] : llvm::zip(at, base.getStrides()))
    place = b.add(place, b.mul(index, stride));
  auto type = cast<MemRefType>(memref.getType());
  Value start =
      memref::ExtractAlignedPointerAsIndexOp::create(b.b, b.loc, memref);
  return b.add(start, b.mul(place, type.getElementTypeBitWidth() / 8));
}

static Value toPointer(LoopBuilder &b, Value address) {
  address = arith::IndexCastOp::create(b.b, b.loc, b.b.getI64Type(), address);
  return LLVM::IntToPtrOp::create(
      b.b, b.loc, LLVM::LLVMPointerType::get(b.b.getContext()), address);
}

Value subbit::bitserial::loadAt(LoopBuilder &b, Value address, Type type) {
  return LLVM::LoadOp::create(b.b, b.loc, type, toPointer(b, address),
                              /*alignment=*/1);
}

void subbit::bitserial::storeAt(LoopBuilder &b, Value value, Value address) {
  unsigned bytes = value.getType().getIntOrFloatBitWidth() / 8;
  LLVM::StoreOp::create(b.b, b.loc, value, toPointer(b, address),
                        /*alignment=*/bytes);
}
