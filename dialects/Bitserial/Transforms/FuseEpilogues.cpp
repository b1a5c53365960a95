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

/// A product's sums that thresholds alone read become planes of codes.
struct FuseThreshold : public OpRewritePattern<ThresholdOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ThresholdOp op,
                                PatternRewriter &rewriter) const override {
    auto product = op.getInput().getDefiningOp<TiledProductOp>();
    if (!product || product.getThresholds() || !op.getInput().hasOneUse())
      return rewriter.notifyMatchFailure(op, "no sums of its own");
    if (op.getRows())
      return rewriter.notifyMatchFailure(op, "positions differ in thresholds");
    int64_t count =
        cast<ShapedType>(op.getThresholds().getType()).getShape().back();
    int64_t planes = 1;
    while ((int64_t(1) << planes) - 1 < count)
      ++planes;
    if (planes > kMostPlanes || (int64_t(1) << planes) - 1 != count)
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
    auto fused = TiledProductOp::create(
        rewriter, loc,
        TypeRange{none.getType(), product.getWorkspace().getType()},
        product.getPlanes(), product.getWords(), product.getCoordinates(),
        product.getGroups(), product.getRows(), product.getInit(), none,
        product.getWorkspace(), op.getThresholds(), product.getLayerAttr(),
        product.getMultipliersAttr(), g, product.getSchedule(),
        product.getImageAttr());
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

private:
  /// More thresholds are searched, not all compared.
  static constexpr int64_t kMostPlanes = 4;
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
    patterns.add<FuseThreshold, FoldPlanes>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
