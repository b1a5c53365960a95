//===- VectorizeLinalg.cpp - Vector loops for what is left of linalg ------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Emission/Passes.h"
#include "lib/Emission/VectorNest.h"
#include "lib/Target/Target.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"

namespace subbit {
#define GEN_PASS_DEF_VECTORIZELINALGPASS
#include "lib/Emission/Passes.h.inc"
} // namespace subbit

using namespace mlir;
using namespace subbit;

/// Dimensions of a result that lie one behind the other in all operands become
/// one, so that vectors need not end with the innermost. Returns the operation
/// as it is where that cannot be.
static linalg::GenericOp flatten(RewriterBase &rewriter, linalg::GenericOp op) {
  ReassociationIndices parallel;
  SmallVector<ReassociationIndices> dims;
  for (auto [dim, type] : llvm::enumerate(op.getIteratorTypesArray())) {
    bool isReduction = linalg::isReductionIterator(type);
    if (!isReduction && dim == parallel.size())
      parallel.push_back(dim);
    else if (isReduction)
      dims.push_back({static_cast<int64_t>(dim)});
    else
      return op;
  }
  dims.insert(dims.begin(), parallel);
  bool isContiguous = llvm::all_of(op->getOperandTypes(), [](Type type) {
    auto memref = dyn_cast<MemRefType>(type);
    return !isa<ShapedType>(type) || (memref && memref.hasStaticShape() &&
                                      memref.getLayout().isIdentity());
  });
  auto isPermutation = [](AffineMap map) {
    return map.isProjectedPermutation();
  };
  if (parallel.size() < 2 || op.hasIndexSemantics() || !isContiguous ||
      !llvm::all_of(op.getIndexingMapsArray(), isPermutation) ||
      !op.hasPureBufferSemantics() ||
      !linalg::areDimSequencesPreserved(op.getIndexingMapsArray(), dims))
    return op;
  auto collapsed = linalg::collapseOpIterationDims(op, dims, rewriter);
  if (failed(collapsed))
    return op;
  if (Attribute start = op->getAttr(kStartAttr))
    collapsed->collapsedOp->setAttr(kStartAttr, start);
  rewriter.eraseOp(op);
  return cast<linalg::GenericOp>(collapsed->collapsedOp);
}

namespace {
struct VectorizeLinalgPass
    : public subbit::impl::VectorizeLinalgPassBase<VectorizeLinalgPass> {
  void runOnOperation() override;
};
} // namespace

void VectorizeLinalgPass::runOnOperation() {
  IRRewriter rewriter(&getContext());
  auto module = getOperation()->getParentOfType<ModuleOp>();
  auto target = bitserial::getTargetInfo(module);
  if (failed(target))
    return signalPassFailure();
  SmallVector<linalg::LinalgOp> ops;
  getOperation().walk([&](linalg::LinalgOp op) { ops.push_back(op); });
  for (linalg::LinalgOp op : ops) {
    rewriter.setInsertionPoint(op);
    auto generic = dyn_cast<linalg::GenericOp>(*op);
    if (!generic) {
      FailureOr<linalg::GenericOp> made =
          linalg::generalizeNamedOp(rewriter, op);
      if (failed(made))
        continue;
      generic = *made;
      rewriter.setInsertionPoint(generic);
    }
    if (target->lanes > 1) {
      generic = flatten(rewriter, generic);
      rewriter.setInsertionPoint(generic);
    }
    VectorNest nest(generic, rewriter, target->lanes,
                    {target->registers / 8, target->registers * 3 / 4});
    if (!nest.match()) {
      if (!generic->hasAttr(kStartAttr))
        continue;
      generic->emitError() << "has '" << kStartAttr
                           << "', but no loops over vectors of results";
      return signalPassFailure();
    }
    nest.build();
    rewriter.eraseOp(generic);
  }
}
