//===- FuseEpilogues.cpp - Codes while sums are in registers --------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/IR/Bitserial.h"
#include "dialects/Bitserial/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
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
                       ThresholdOp epilogue, Value residual) {
  return TiledProductOp::create(
      b, op.getLoc(), TypeRange{none.getType(), op.getWorkspace().getType()},
      op.getPlanes(), op.getWords(), op.getCoordinates(), op.getGroups(),
      op.getRows(), op.getInit(), none, op.getWorkspace(),
      epilogue.getThresholds(), residual, epilogue.getTerms(),
      op.getLayerAttr(), op.getMultipliersAttr(), op.getGeometry(),
      op.getSchedule(), op.getImageAttr());
}

Operation *createFused(OpBuilder &b, DenseProductOp op, Value none,
                       ThresholdOp epilogue, Value residual) {
  return DenseProductOp::create(
      b, op.getLoc(), TypeRange{none.getType(), op.getWorkspace().getType()},
      op.getPlanes(), op.getWeights(), op.getInit(), none, op.getWorkspace(),
      epilogue.getThresholds(), residual, epilogue.getTerms(),
      op.getLayerAttr(), op.getGeometry(), op.getSchedule(), op.getImageAttr());
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
    if (op.getSchedule() != product.getSchedule())
      return rewriter.notifyMatchFailure(op, "another schedule");
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
    Value residual = op.getResidual();
    if (residual && getElementTypeOrSelf(residual).isInteger(8))
      residual = createPlanes(rewriter, loc, residual, op,
                              sums.getDimSize(2) +
                                  roomBehindPlanes(product.getSchedule()));
    Operation *fused = createFused(rewriter, product, none, op, residual);
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    Value empty = tensor::EmptyOp::create(rewriter, loc,
                                          {batch, g.getPositions(), outputs},
                                          rewriter.getI8Type());
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
  /// Planes of a residual's codes, with a word for each of so many positions.
  static Value createPlanes(OpBuilder &b, Location loc, Value codes,
                            ThresholdOp op, int64_t room) {
    auto shape = cast<ShapedType>(codes.getType()).getShape();
    int64_t values =
        cast<ShapedType>(op.getTerms().getType()).getDimSize(1) - 2;
    bool isMatmul = shape.size() == 2;
    int64_t batch = isMatmul ? 1 : shape[0];
    auto type = RankedTensorType::get(
        {batch, isMatmul ? shape[0] : shape[1] * shape[2], shape.back()},
        b.getI8Type());
    if (isMatmul)
      codes = tensor::ExpandShapeOp::create(
          b, loc, type, codes, ArrayRef<ReassociationIndices>{{0, 1}, {2}});
    else
      codes = tensor::CollapseShapeOp::create(
          b, loc, type, codes,
          ArrayRef<ReassociationIndices>{{0}, {1, 2}, {3}});
    Value none = tensor::EmptyOp::create(
        b, loc, {batch, llvm::Log2_64(values), (shape.back() + 31) / 32, room},
        b.getI32Type());
    return PlanesOp::create(b, loc, none.getType(), codes, none)->getResult(0);
  }
};

/// What reshapes made of a value.
Value skipReshapes(Value value) {
  while (Operation *reshape = value.getDefiningOp()) {
    if (!isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(reshape))
      break;
    value = reshape->getOperand(0);
  }
  return value;
}

/// The zeros around an image, at its top, left, bottom and right, which windows
/// hold in part.
FailureOr<SmallVector<int64_t>> findPadding(tensor::PadOp op,
                                            ArrayRef<int64_t> window) {
  Value value = op.getConstantPaddingValue();
  ArrayRef<int64_t> low = op.getStaticLow(), high = op.getStaticHigh();
  if (!value || !matchPattern(value, m_Zero()) || low.size() != 4 ||
      !op.getLow().empty() || !op.getHigh().empty() || low[0] || high[0] ||
      low[3] || high[3])
    return failure();
  SmallVector<int64_t> pad{low[1], low[2], high[1], high[2]};
  for (auto [i, p] : llvm::enumerate(pad))
    if (p < 0 || p >= window[i % 2])
      return failure();
  return pad;
}

/// A maximum of codes that were planes.
struct FusePool : public OpRewritePattern<linalg::PoolingNhwcMaxUnsignedOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::PoolingNhwcMaxUnsignedOp op,
                                PatternRewriter &rewriter) const override {
    Value codes = op.getInputs()[0];
    auto window =
        cast<RankedTensorType>(op.getInputs()[1].getType()).getShape();
    DenseI64ArrayAttr pad;
    if (auto padded = codes.getDefiningOp<tensor::PadOp>()) {
      auto found = findPadding(padded, window);
      if (failed(found))
        return rewriter.notifyMatchFailure(op, "no padding by zeros");
      pad = rewriter.getDenseI64ArrayAttr(*found);
      codes = padded.getSource();
    }
    auto source = skipReshapes(codes).getDefiningOp<CodesOp>();
    auto fill = op.getOutputs()[0].getDefiningOp<linalg::FillOp>();
    if (!source || !fill || !matchPattern(fill.getInputs()[0], m_Zero()))
      return rewriter.notifyMatchFailure(op, "no codes of planes");
    auto image = cast<RankedTensorType>(codes.getType()).getShape();
    auto flat =
        cast<RankedTensorType>(source->getResult(0).getType()).getShape();
    if (flat[0] != image[0] || flat[1] != image[1] * image[2] ||
        flat[2] != image[3] ||
        llvm::any_of(op.getDilations().getValues<int64_t>(),
                     [](int64_t d) { return d != 1; }))
      return rewriter.notifyMatchFailure(op, "another image");
    auto strides = llvm::to_vector(op.getStrides().getValues<int64_t>());
    if (strides[1] > kShuffledStride)
      return rewriter.notifyMatchFailure(op, "the stride is too large");
    auto target = getTargetInfo(op->getParentOfType<ModuleOp>());
    if (failed(target))
      return failure();
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    auto in = cast<ShapedType>(source.getInput().getType()).getShape();
    int64_t positions = type.getDimSize(1) * type.getDimSize(2);
    int64_t lanes = target->lanes;
    if (in[3] < image[1] * image[2] + lanes * kShuffledStride)
      return rewriter.notifyMatchFailure(op, "no room behind the planes");
    Value none = tensor::EmptyOp::create(
        rewriter, loc,
        {in[0], in[1], in[2], positions + lanes * kShuffledStride},
        rewriter.getI32Type());
    Value pooled =
        PoolOp::create(rewriter, loc, none.getType(), source.getInput(), none,
                       rewriter.getDenseI64ArrayAttr({image[1], image[2]}),
                       rewriter.getDenseI64ArrayAttr(window),
                       rewriter.getDenseI64ArrayAttr(strides), pad,
                       rewriter.getI64IntegerAttr(lanes))
            ->getResult(0);
    Value empty = tensor::EmptyOp::create(
        rewriter, loc, {image[0], positions, image[3]}, rewriter.getI8Type());
    Value result =
        CodesOp::create(rewriter, loc, empty.getType(), pooled, empty)
            ->getResult(0);
    rewriter.replaceOpWithNewOp<tensor::ExpandShapeOp>(
        op, type, result, ArrayRef<ReassociationIndices>{{0}, {1, 2}, {3}});
    return success();
  }
};

/// What made codes of planes, unchanged but for their shape on the way; or
/// null.
CodesOp findCodes(Value codes) {
  auto source = skipReshapes(codes).getDefiningOp<CodesOp>();
  bool isWhole = source && source->getResult(0).getType() == codes.getType();
  return isWhole ? source : CodesOp();
}

/// Planes of codes that were planes.
struct FoldPlanes : public OpRewritePattern<PlanesOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PlanesOp op,
                                PatternRewriter &rewriter) const override {
    CodesOp source = findCodes(op.getInput());
    if (!source)
      return rewriter.notifyMatchFailure(op, "no codes of planes");
    auto have = cast<ShapedType>(source.getInput().getType()).getShape();
    auto want = cast<ShapedType>(op.getOutput().getType()).getShape();
    if (have.drop_back() != want.drop_back() || have.back() < want.back())
      return rewriter.notifyMatchFailure(op, "other planes, or more room");
    rewriter.replaceOp(op, source.getInput());
    return success();
  }
};

/// Words of codes that were planes.
struct FoldCodeWords : public OpRewritePattern<CodeWordsOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CodeWordsOp op,
                                PatternRewriter &rewriter) const override {
    CodesOp source = findCodes(op.getInput());
    if (!source)
      return rewriter.notifyMatchFailure(op, "no codes of planes");
    auto have = cast<ShapedType>(source.getInput().getType()).getShape();
    auto want = cast<ShapedType>(op.getOutput().getType()).getShape();
    if (have[1] != static_cast<int64_t>(op.getMultipliers().size()) ||
        have.back() < want.back())
      return rewriter.notifyMatchFailure(op, "other planes, or more room");
    rewriter.modifyOpInPlace(
        op, [&] { op.getInputMutable().assign(source.getInput()); });
    return success();
  }
};

struct FuseEpiloguesPass
    : public subbit::bitserial::impl::FuseEpiloguesPassBase<FuseEpiloguesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FuseThreshold<TiledProductOp>, FuseThreshold<DenseProductOp>,
                 FusePool, FoldPlanes, FoldCodeWords>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
