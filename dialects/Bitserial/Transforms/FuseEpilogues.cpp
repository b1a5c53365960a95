//===- FuseEpilogues.cpp - Codes while sums are in registers --------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/IR/Bitserial.h"
#include "dialects/Bitserial/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace subbit::bitserial {
#define GEN_PASS_DEF_FUSEEPILOGUESPASS
#include "dialects/Bitserial/Transforms/Passes.h.inc"
} // namespace subbit::bitserial

using namespace mlir;
using namespace subbit::bitserial;

namespace {

/// More thresholds are searched, not all compared.
constexpr int64_t kMostPlanes = 4;

/// The planes of codes that so many thresholds tell apart; 0 if these cannot be
/// compared one by one.
int64_t planesOf(ThresholdOp op) {
  int64_t count =
      cast<ShapedType>(op.getThresholds().getType()).getShape().back();
  for (int64_t planes = 1; planes <= kMostPlanes; ++planes)
    if ((int64_t(1) << planes) - 1 == count)
      return planes;
  return 0;
}

Operation *createFused(OpBuilder &b, TiledProductOp op, Value none,
                       Value thresholds) {
  return TiledProductOp::create(
      b, op.getLoc(), TypeRange{none.getType(), op.getWorkspace().getType()},
      op.getPlanes(), op.getWords(), op.getCoordinates(), op.getGroups(),
      op.getRows(), op.getInit(), none, op.getWorkspace(), thresholds,
      op.getLayerAttr(), op.getMultipliersAttr(), op.getGeometry(),
      op.getSchedule(), op.getImageAttr());
}

Operation *createFused(OpBuilder &b, DenseProductOp op, Value none,
                       Value thresholds) {
  return DenseProductOp::create(
      b, op.getLoc(), TypeRange{none.getType(), op.getWorkspace().getType()},
      op.getPlanes(), op.getWeights(), op.getInit(), none, op.getWorkspace(),
      thresholds, op.getLayerAttr(), op.getGeometry(), op.getSchedule(),
      op.getImageAttr());
}

/// A product's sums that thresholds alone read become planes of codes.
template <typename Product>
struct FuseThreshold : public OpRewritePattern<ThresholdOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ThresholdOp op,
                                PatternRewriter &rewriter) const override {
    auto product = op.getInput().getDefiningOp<Product>();
    if (!product || product.getThresholds() || !op.getInput().hasOneUse())
      return rewriter.notifyMatchFailure(op, "no sums of its own");
    if (op.getRows())
      return rewriter.notifyMatchFailure(op, "positions differ in thresholds");
    int64_t planes = planesOf(op);
    if (!planes)
      return rewriter.notifyMatchFailure(op, "too many thresholds");

    Location loc = op.getLoc();
    GeometryAttr g = product.getGeometry();
    auto sums = cast<ShapedType>(product.getOutput().getType());
    int64_t batch = sums.getDimSize(0), outputs = g.getOutput()[0];
    Value none = tensor::EmptyOp::create(
        rewriter, loc,
        {batch, planes, (outputs + 31) / 32,
         sums.getDimSize(2) + roomBehindPlanes(product.getSchedule())},
        rewriter.getI32Type());
    Operation *fused =
        createFused(rewriter, product, none, op.getThresholds());
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Value empty = tensor::EmptyOp::create(
        rewriter, loc, {batch, g.getPositions(), outputs}, rewriter.getI8Type());
    Value codes = CodesOp::create(rewriter, loc, empty.getType(),
                                  fused->getResult(0), empty)
                      ->getResult(0);
    // A matrix product has its batch where an image has positions.
    if (type.getRank() == 2)
      codes = tensor::CollapseShapeOp::create(
          rewriter, loc, type, codes,
          ArrayRef<ReassociationIndices>{{0, 1}, {2}});
    else
      codes = tensor::ExpandShapeOp::create(
          rewriter, loc, type, codes,
          ArrayRef<ReassociationIndices>{{0}, {1, 2}, {3}});
    rewriter.replaceOp(op, codes);
    return success();
  }
};

/// Planes of codes that were planes.
struct FoldPlanes : public OpRewritePattern<PlanesOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PlanesOp op,
                                PatternRewriter &rewriter) const override {
    Value codes = op.getInput();
    while (Operation *reshape = codes.getDefiningOp()) {
      if (!isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(reshape))
        break;
      codes = reshape->getOperand(0);
    }
    auto source = codes.getDefiningOp<CodesOp>();
    if (!source || codes.getType() != op.getInput().getType())
      return rewriter.notifyMatchFailure(op, "no codes of planes");
    auto have = cast<ShapedType>(source.getInput().getType()).getShape();
    auto want = cast<ShapedType>(op.getOutput().getType()).getShape();
    if (have.drop_back() != want.drop_back() || have.back() < want.back())
      return rewriter.notifyMatchFailure(op, "other planes, or more room");
    rewriter.replaceOp(op, source.getInput());
    return success();
  }
};

struct FuseEpiloguesPass
    : public subbit::bitserial::impl::FuseEpiloguesPassBase<FuseEpiloguesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FuseThreshold<TiledProductOp>,
                 FuseThreshold<DenseProductOp>, FoldPlanes>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
