//===- FoldFills.cpp - Reductions that begin with a constant --------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Emission/Passes.h"
#include "lib/Emission/VectorNest.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace subbit {
#define GEN_PASS_DEF_FOLDFILLSPASS
#include "lib/Emission/Passes.h.inc"
} // namespace subbit

using namespace mlir;
using namespace subbit;

/// What a buffer is a view of.
static Value getRoot(Value value) {
  while (auto view = value.getDefiningOp<ViewLikeOpInterface>())
    value = view.getViewSource();
  return value;
}

/// Whether the operation, or one inside of it, has a view of a buffer.
static bool mentions(Operation *op, Value root) {
  return op
      ->walk([&](Operation *inner) {
        for (Value operand : inner->getOperands())
          if (getRoot(operand) == root)
            return WalkResult::interrupt();
        return WalkResult::advance();
      })
      .wasInterrupted();
}

/// The operation of the same block that next reads or writes the buffer.
static Operation *getNext(Operation *op, Value root) {
  for (op = op->getNextNode(); op; op = op->getNextNode())
    if (!isa<ViewLikeOpInterface>(op) && mentions(op, root))
      return op;
  return nullptr;
}

namespace {
struct FoldFillsPass : public subbit::impl::FoldFillsPassBase<FoldFillsPass> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::FillOp> fills;
    getOperation().walk([&](linalg::FillOp op) { fills.push_back(op); });
    for (linalg::FillOp fill : fills)
      fold(rewriter, fill);
  }

private:
  void fold(IRRewriter &rewriter, linalg::FillOp fill);
};
} // namespace

void FoldFillsPass::fold(IRRewriter &rewriter, linalg::FillOp fill) {
  Attribute start;
  Value output = fill.getOutputs()[0];
  Value root = getRoot(output);
  if (!matchPattern(fill.getInputs()[0], m_Constant(&start)) ||
      !root.getDefiningOp<memref::AllocOp>())
    return;
  auto op = dyn_cast_or_null<linalg::LinalgOp>(getNext(fill, root));
  if (!op || op.getNumDpsInits() != 1 || op.getNumReductionLoops() == 0 ||
      op.getDpsInitOperand(0)->get() != output)
    return;
  for (OpOperand *in : op.getDpsInputOperands())
    if (getRoot(in->get()) == root)
      return;
  rewriter.setInsertionPoint(op);
  auto generic = dyn_cast<linalg::GenericOp>(*op);
  if (!generic) {
    FailureOr<linalg::GenericOp> made = linalg::generalizeNamedOp(rewriter, op);
    if (failed(made))
      return;
    generic = *made;
  }
  // All of the buffer is written, and by loops that know of it.
  AffineMap map = generic.getMatchingIndexingMap(generic.getDpsInitOperand(0));
  if (!map.isProjectedPermutation() || !VectorNest::canVectorize(generic))
    return;
  generic->setAttr(kStartAttr, start);
  rewriter.eraseOp(fill);
  ++numFolded;
}
