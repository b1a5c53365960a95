//===- PrepareEntry.cpp - Let main write to the caller's memory -----------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Emission/Passes.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace subbit {
#define GEN_PASS_DEF_COPIESTOLOOPSPASS
#define GEN_PASS_DEF_PREPAREENTRYPASS
#include "lib/Emission/Passes.h.inc"
} // namespace subbit

using namespace mlir;
using namespace subbit;

namespace {
struct PrepareEntryPass
    : public subbit::impl::PrepareEntryPassBase<PrepareEntryPass> {
  void runOnOperation() override;

private:
  LogicalResult checkOperations();
  void separateDestinations();
};

struct CopiesToLoopsPass
    : public subbit::impl::CopiesToLoopsPassBase<CopiesToLoopsPass> {
  void runOnOperation() override {
    WalkResult result = getOperation().walk([](memref::CopyOp copy) {
      if (!isa<MemRefType>(copy.getSource().getType()) ||
          !isa<MemRefType>(copy.getTarget().getType())) {
        copy.emitError() << "copies between buffers of unknown rank";
        return WalkResult::interrupt();
      }
      OpBuilder builder(copy);
      linalg::makeMemRefCopyOp(builder, copy.getLoc(), copy.getSource(),
                               copy.getTarget());
      copy->erase();
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace

/// Names what bufferization would refuse without a name, or what would leave
/// the object with a symbol that nothing defines.
LogicalResult PrepareEntryPass::checkOperations() {
  auto isTensor = [](Type type) { return isa<TensorType>(type); };
  WalkResult result = getOperation().walk([&](Operation *op) {
    if (auto function = dyn_cast<func::FuncOp>(op);
        function && function.isDeclaration()) {
      op->emitError() << "function '" << function.getName()
                      << "' has no body; a network calls nothing outside of "
                         "its module";
      return WalkResult::interrupt();
    }
    bool onTensors = llvm::any_of(op->getOperandTypes(), isTensor) ||
                     llvm::any_of(op->getResultTypes(), isTensor);
    if (onTensors && !isa<bufferization::BufferizableOpInterface>(op)) {
      op->emitError() << "operation '" << op->getName()
                      << "' cannot be compiled; lower it to linalg first";
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

/// Equal destinations have become one, which would live, or be copied, from the
/// first use to the last: each use gets its own, just before it.
void PrepareEntryPass::separateDestinations() {
  auto separate = [](Operation *op) {
    if (op->hasOneUse())
      return;
    OpBuilder builder(op);
    for (OpOperand &use : llvm::make_early_inc_range(op->getUses())) {
      builder.setInsertionPoint(use.getOwner());
      use.set(builder.clone(*op)->getResult(0));
    }
    op->erase();
  };
  // Fills first, as each copy is one more use of what it fills.
  getOperation().walk([&](linalg::FillOp fill) { separate(fill); });
  getOperation().walk([&](tensor::EmptyOp empty) { separate(empty); });
}

void PrepareEntryPass::runOnOperation() {
  auto main = getOperation().lookupSymbol<func::FuncOp>("main");
  if (!main || main.isDeclaration() ||
      !llvm::hasSingleElement(main.getBody())) {
    emitError(getOperation().getLoc())
        << "the module has no function 'main' of one block";
    return signalPassFailure();
  }
  for (Type type : llvm::concat<const Type>(main.getArgumentTypes(),
                                            main.getResultTypes())) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape()) {
      main.emitError() << "main takes or returns " << type
                       << "; only statically shaped tensors can be compiled";
      return signalPassFailure();
    }
    if (tensor.getNumElements() == 0) {
      main.emitError() << "main takes or returns " << type
                       << ", which has no elements";
      return signalPassFailure();
    }
  }
  if (failed(checkOperations()))
    return signalPassFailure();
  separateDestinations();

  OpBuilder builder(&getContext());
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    main.setArgAttr(i, bufferization::BufferizationDialect::kWritableAttrName,
                    builder.getBoolAttr(false));
  Operation *terminator = main.getBody().front().getTerminator();
  builder.setInsertionPoint(terminator);
  for (auto [i, result] : llvm::enumerate(terminator->getOperands())) {
    auto type = cast<RankedTensorType>(result.getType());
    unsigned number = main.getNumArguments();
    SmallVector<NamedAttribute> attrs{
        builder.getNamedAttr(kOutputAttr, builder.getUnitAttr())};
    if (Attribute name = main.getResultAttr(i, kNameAttr))
      attrs.push_back(builder.getNamedAttr(kNameAttr, name));
    if (failed(main.insertArgument(
            number, MemRefType::get(type.getShape(), type.getElementType()),
            builder.getDictionaryAttr(attrs), result.getLoc())))
      return signalPassFailure();
    bufferization::MaterializeInDestinationOp::create(
        builder, result.getLoc(), TypeRange(), result, main.getArgument(number),
        /*restrict=*/true, /*writable=*/true);
  }
  terminator->setOperands({});
  llvm::BitVector erased(main.getNumResults(), true);
  if (failed(main.eraseResults(erased)))
    return signalPassFailure();
}
