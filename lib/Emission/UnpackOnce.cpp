//===- UnpackOnce.cpp - Weights unpacked once -----------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/IR/Bitserial.h"
#include "lib/Emission/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace subbit {
#define GEN_PASS_DEF_UNPACKONCEPASS
#include "lib/Emission/Passes.h.inc"
} // namespace subbit

using namespace mlir;
using namespace subbit;

namespace {

struct UnpackOncePass
    : public subbit::impl::UnpackOncePassBase<UnpackOncePass> {
  void runOnOperation() override;
};

/// An operation that unpacks to a buffer of its own, and where this goes.
struct Unpacked {
  bitserial::UnpackOp op;
  memref::AllocOp alloc;
  int64_t offset;
};

} // namespace

static bool writes(Operation *op, Value buffer) {
  auto interface = dyn_cast<MemoryEffectOpInterface>(op);
  SmallVector<MemoryEffects::EffectInstance> effects;
  if (interface)
    interface.getEffectsOnValue(buffer, effects);
  return llvm::any_of(effects, [](const MemoryEffects::EffectInstance &effect) {
    return isa<MemoryEffects::Write>(effect.getEffect());
  });
}

/// What `main` unpacks, each result aligned; `bytes` are those of all.
static FailureOr<SmallVector<Unpacked>>
collect(func::FuncOp main, int64_t alignment, int64_t &bytes) {
  SmallVector<Unpacked> all;
  auto isConstant = [](Value value) {
    return value.getDefiningOp<memref::GetGlobalOp>() != nullptr;
  };
  WalkResult result = main.walk([&](bitserial::UnpackOp op) -> WalkResult {
    auto alloc = op.getOutput().getDefiningOp<memref::AllocOp>();
    bool isOwn =
        alloc && llvm::none_of(alloc->getUsers(), [&](Operation *user) {
          return user != op && writes(user, alloc.getResult());
        });
    if (!isOwn || !isConstant(op.getWords()) ||
        !isConstant(op.getCoordinates()) || !isConstant(op.getWidths()))
      return op.emitError() << "cannot be done once: it unpacks what is no "
                               "constant, or to no buffer of its own";
    all.push_back({op, alloc, bytes});
    MemRefType type = alloc.getType();
    bytes += type.getNumElements() * (type.getElementTypeBitWidth() / 8);
    bytes = llvm::alignTo(bytes, alignment);
    return WalkResult::advance();
  });
  if (result.wasInterrupted())
    return failure();
  return all;
}

void UnpackOncePass::runOnOperation() {
  ModuleOp module = getOperation();
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!module->hasAttr(bitserial::kInitAttr) || !main)
    return;
  if (Operation *other = module.lookupSymbol(kInitFunction)) {
    other->emitError() << "'" << kInitFunction
                       << "' is the name of what unpacks weights; give the "
                          "function another";
    return signalPassFailure();
  }
  auto target = bitserial::getTargetInfo(module);
  if (failed(target))
    return signalPassFailure();
  int64_t bytes = 0;
  auto all = collect(main, target->bufferAlignment, bytes);
  if (failed(all))
    return signalPassFailure();

  Location loc = main.getLoc();
  OpBuilder b(&getContext());
  auto type = MemRefType::get({bytes}, b.getI8Type());
  auto attrs =
      b.getDictionaryAttr(b.getNamedAttr(kWeightsAttr, b.getUnitAttr()));
  unsigned number = main.getNumArguments();
  if (failed(main.insertArgument(number, type, attrs, loc)))
    return signalPassFailure();
  b.setInsertionPointAfter(main);
  auto init = func::FuncOp::create(b, loc, kInitFunction,
                                   b.getFunctionType({type}, {}));
  init.setArgAttrs(0, attrs);
  Block *body = init.addEntryBlock();
  auto view = [&](Unpacked unpacked, Value block) -> Value {
    Location loc = unpacked.alloc.getLoc();
    Value offset = arith::ConstantIndexOp::create(b, loc, unpacked.offset);
    return memref::ViewOp::create(b, loc, unpacked.alloc.getType(), block,
                                  offset, ValueRange());
  };
  for (Unpacked unpacked : *all) {
    b.setInsertionPointToEnd(body);
    IRMapping mapping;
    for (Value operand : {unpacked.op.getWords(), unpacked.op.getCoordinates(),
                          unpacked.op.getWidths()})
      if (!mapping.contains(operand))
        b.clone(*operand.getDefiningOp(), mapping);
    mapping.map(unpacked.alloc.getResult(),
                view(unpacked, init.getArgument(0)));
    b.clone(*unpacked.op, mapping);
    b.setInsertionPoint(unpacked.alloc);
    unpacked.alloc.replaceAllUsesWith(view(unpacked, main.getArgument(number)));
    unpacked.op->erase();
    unpacked.alloc->erase();
    ++numUnpacked;
  }
  b.setInsertionPointToEnd(body);
  func::ReturnOp::create(b, loc);
}
