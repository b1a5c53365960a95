//===- Fuse.cpp - Let layers take quantized operands ----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "dialects/MBN/Transforms/Passes.h"
#include "lib/Numerics/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace subbit;

namespace subbit::mbn {
#define GEN_PASS_DEF_FUSEPASS
#include "dialects/MBN/Transforms/Passes.h.inc"
} // namespace subbit::mbn

using namespace subbit::mbn;

namespace {

/// The quantized activation behind a float value, or null.
Value getCodes(Value value) {
  auto decode = value.getDefiningOp<DecodeOp>();
  if (!decode || !decode.getInput().getType().isActivation())
    return {};
  return decode.getInput();
}

/// The constant weights behind a float value, or null.
mbn::ConstantOp getWeights(Value value) {
  auto decode = value.getDefiningOp<DecodeOp>();
  return decode ? getWeightsConstant(decode.getInput()) : mbn::ConstantOp();
}

/// Whether a value is decoded codes times a scale for each channel.
bool isScaledCodes(Value value) {
  auto op = value.getDefiningOp<tosa::MulOp>();
  return op && (getCodes(op.getInput1()) || getCodes(op.getInput2()));
}

ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

//===----------------------------------------------------------------------===//
// Codes to codes
//===----------------------------------------------------------------------===//

/// Replaces `op`, whose operand is decoded, by `decode(NewOp(codes, args...))`
/// of the same shape.
template <typename NewOp, typename... Args>
LogicalResult moveToCodes(Operation *op, PatternRewriter &rewriter,
                          Args &&...args) {
  Value codes = getCodes(op->getOperand(0));
  if (!codes)
    return rewriter.notifyMatchFailure(op, "operand is not decoded");
  auto type = cast<MultiBitType>(codes.getType())
                  .cloneWithShape(shapeOf(op->getResult(0)));
  Value result = NewOp::create(rewriter, op->getLoc(), type, codes,
                               std::forward<Args>(args)...);
  rewriter.replaceOpWithNewOp<DecodeOp>(op, op->getResult(0).getType(), result);
  return success();
}

// max_pool(decode(x)) -> decode(max_pool(x)): decode rises with the code.
struct MovePool : public OpRewritePattern<tosa::MaxPool2dOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tosa::MaxPool2dOp op,
                                PatternRewriter &rewriter) const override {
    ArrayRef<int64_t> p = op.getPad(); // top, bottom, left, right
    return moveToCodes<MaxPool2DOp>(
        op, rewriter, rewriter.getDenseI64ArrayAttr(op.getKernel()),
        rewriter.getDenseI64ArrayAttr(op.getStride()),
        rewriter.getDenseI64ArrayAttr({p[0], p[2], p[1], p[3]}));
  }
};

// reshape(decode(x)) -> decode(reshape(x))
struct MoveReshape : public OpRewritePattern<tosa::ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tosa::ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    if (shapeOf(op).empty())
      return rewriter.notifyMatchFailure(op, "codes have at least rank 1");
    return moveToCodes<mbn::ReshapeOp>(op, rewriter);
  }
};

// transpose(decode(x)) -> decode(transpose(x))
struct MoveTranspose : public OpRewritePattern<tosa::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tosa::TransposeOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<int64_t> permutation(op.getPerms().begin(),
                                     op.getPerms().end());
    return moveToCodes<mbn::TransposeOp>(
        op, rewriter, rewriter.getDenseI64ArrayAttr(permutation));
  }
};

// concat(decode(x), ...) -> decode(concat(x, ...)) of the same levels
struct MoveConcat : public OpRewritePattern<tosa::ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tosa::ConcatOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> codes;
    for (Value operand : op.getOperands()) {
      codes.push_back(getCodes(operand));
      if (!codes.back() ||
          cast<MultiBitType>(codes.back().getType()).getLevels() !=
              cast<MultiBitType>(codes[0].getType()).getLevels())
        return rewriter.notifyMatchFailure(op, "levels differ");
    }
    if (codes.empty())
      return rewriter.notifyMatchFailure(op, "no operands");
    auto type =
        cast<MultiBitType>(codes[0].getType()).cloneWithShape(shapeOf(op));
    Value result =
        ConcatOp::create(rewriter, op.getLoc(), type, codes, op.getAxis());
    rewriter.replaceOpWithNewOp<DecodeOp>(op, op.getType(), result);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

/// Scale, base and border of a product's rescale, as docs/Arithmetic.md says.
Value createRescale(PatternRewriter &rewriter, Location loc, Value sums,
                    const numerics::ConvGeometry &geometry,
                    mbn::ConstantOp weights, const numerics::Levels &levels,
                    ArrayRef<float> bias, StringRef layer) {
  IntegerWeights integers = decodeIntegers(weights);
  bool border = levels.low != 0 && geometry.pads();
  numerics::BorderClasses classes;
  // Without a border every position has the whole kernel inside.
  numerics::ConvGeometry inside = geometry;
  if (border) {
    classes = numerics::borderClasses(geometry);
  } else {
    inside.padTop = inside.padLeft = inside.padBottom = inside.padRight = 0;
    inside.height = (inside.kernelHeight - 1) * inside.dilationY + 1;
    inside.width = (inside.kernelWidth - 1) * inside.dilationX + 1;
    classes.rows = classes.columns = {0};
  }
  std::vector<double> sumW =
      numerics::sumInside(inside, classes, integers.values);
  std::vector<float> scale, base;
  for (int64_t c = 0; c < geometry.outputs; ++c)
    scale.push_back(numerics::productScale(integers.step(c), levels.step));
  for (size_t i = 0; i < sumW.size(); ++i) {
    int64_t c = i % geometry.outputs;
    base.push_back(numerics::productBase(
        bias.empty() ? 0 : bias[c], integers.step(c), levels.low, sumW[i]));
  }
  MLIRContext *context = rewriter.getContext();
  SmallVector<int64_t> baseShape{geometry.outputs};
  BorderAttr attr;
  if (border) {
    baseShape = {classes.numRows, classes.numColumns, geometry.outputs};
    attr = BorderAttr::get(context, classes.rows, classes.columns);
  }
  auto constant = [&](ArrayRef<int64_t> shape, ArrayRef<float> values,
                      StringRef name) -> Value {
    return arith::ConstantOp::create(
        rewriter, loc,
        cast<TypedAttr>(makeElements<float>(context, shape, values,
                                            (layer + "." + name).str())));
  };
  auto type = RankedTensorType::get(shapeOf(sums), rewriter.getF32Type());
  return RescaleOp::create(rewriter, loc, type, sums,
                           constant({geometry.outputs}, scale, "scale"),
                           constant(baseShape, base, "base"), attr);
}

// layer(decode(x), decode(w), bias) -> rescale(layer(x, w), scale, base)
template <typename LayerOp>
struct FuseLayer : public OpRewritePattern<LayerOp> {
  using OpRewritePattern<LayerOp>::OpRewritePattern;
  LogicalResult matchAndRewrite(LayerOp op,
                                PatternRewriter &rewriter) const override {
    Value codes = getCodes(op.getInput());
    mbn::ConstantOp weights = getWeights(op.getWeights());
    if (!codes || !weights)
      return rewriter.notifyMatchFailure(op, "operands are not decoded");
    FailureOr<std::vector<float>> bias = std::vector<float>();
    if (op.getBias())
      bias = getConstantFloats(op.getBias());
    if (failed(bias))
      return rewriter.notifyMatchFailure(op, "bias is no constant");
    numerics::Levels levels =
        cast<MultiBitType>(codes.getType()).getLevels().toNumerics();
    if (maxSum(decodeIntegers(weights), op.getGeometry().outputs, levels) >
        std::numeric_limits<int32_t>::max())
      return rewriter.notifyMatchFailure(op, "sums could overflow int32");

    auto type = RankedTensorType::get(shapeOf(op), rewriter.getI32Type());
    OperationState state(op.getLoc(), op->getName());
    state.addOperands({codes, weights});
    state.addAttributes(op->getAttrs());
    state.addTypes(type);
    auto product = cast<LayerOp>(rewriter.create(state));
    rewriter.replaceOp(op, createRescale(rewriter, op.getLoc(), product,
                                         op.getGeometry(), weights, levels,
                                         *bias, op.getLayer()));
    return success();
  }
};

/// The operation's own name, or one that no layer has yet.
std::string findLayerName(Operation *op) {
  llvm::StringSet<> taken;
  op->getParentOfType<func::FuncOp>().walk([&](Operation *other) {
    if (auto layer = other->getAttrOfType<StringAttr>("layer"))
      taken.insert(layer.getValue());
  });
  auto loc = dyn_cast<NameLoc>(op->getLoc());
  std::string base = loc ? loc.getName().str() : "average_pool", name = base;
  for (int64_t i = 2; taken.contains(name); ++i)
    name = base + "_" + std::to_string(i);
  return name;
}

// average_pool(decode(x)) -> rescale(conv2d(x, ones)): the sum of a window's
// codes is an integer, which is multiplied by step / size once.
struct FuseAveragePool : public OpRewritePattern<tosa::AvgPool2dOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tosa::AvgPool2dOp op,
                                PatternRewriter &rewriter) const override {
    Value codes = getCodes(op.getInput());
    if (!codes)
      return rewriter.notifyMatchFailure(op, "operand is not decoded");
    MLIRContext *context = getContext();
    Location loc = op.getLoc();
    numerics::Levels levels =
        cast<MultiBitType>(codes.getType()).getLevels().toNumerics();
    int64_t channels = shapeOf(op.getInput()).back();
    int64_t height = op.getKernel()[0], width = op.getKernel()[1];
    if (levels.maxMagnitude() * height * width >
        std::numeric_limits<int32_t>::max())
      return rewriter.notifyMatchFailure(op, "sums could overflow int32");

    SmallVector<int64_t> shape{channels, height, width, 1};
    numerics::Grouping grouping(shape, {1, height, width, 1});
    numerics::Bases ones;
    ones.widths.assign(channels, 1);
    ones.coordinates.assign(channels, 1);
    ones.signs.assign(channels * grouping.groupWords(0), 0);
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t k = 0; k < height * width; ++k)
        ones.signs[c * grouping.groupWords(0) + k / numerics::kWordBits] |=
            uint32_t(1) << (k % numerics::kWordBits);
    ones.steps = {1};
    auto type = MultiBitType::get(context, shape, {1, height, width, 1}, 1, 1);
    Value weights = mbn::ConstantOp::create(rewriter, loc, type,
                                            makeBases(context, ones, "ones"));
    std::string layer = findLayerName(op);
    ArrayRef<int64_t> p = op.getPad(); // top, bottom, left, right
    auto sums = Conv2DOp::create(
        rewriter, loc,
        RankedTensorType::get(shapeOf(op), rewriter.getI32Type()), codes,
        weights, Value(), layer, ArrayRef<int64_t>{p[0], p[2], p[1], p[3]},
        op.getStride(), ArrayRef<int64_t>{1, 1}, channels);
    sums->setAttr(kPoolingAttr, rewriter.getUnitAttr());

    // Windows at the border have fewer elements.
    numerics::ConvGeometry geometry = sums.getGeometry();
    numerics::BorderClasses classes;
    std::vector<double> counts(channels, height * width);
    SmallVector<int64_t> tableShape{channels};
    BorderAttr border;
    if (geometry.pads()) {
      classes = numerics::borderClasses(geometry);
      counts = numerics::sumInside(
          geometry, classes,
          std::vector<int16_t>(channels * height * width, 1));
      tableShape = {classes.numRows, classes.numColumns, channels};
      border = BorderAttr::get(context, classes.rows, classes.columns);
    }
    std::vector<float> scale, base(counts.size(), levels.low);
    for (double count : counts)
      scale.push_back(static_cast<float>(double(levels.step) / count));
    auto constant = [&](ArrayRef<float> values, StringRef what) -> Value {
      return arith::ConstantOp::create(
          rewriter, loc,
          cast<TypedAttr>(makeElements<float>(context, tableShape, values,
                                              (layer + "." + what).str())));
    };
    rewriter.replaceOpWithNewOp<RescaleOp>(op, op.getType(), sums,
                                           constant(scale, "scale"),
                                           constant(base, "base"), border);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

struct FusePass : public mbn::impl::FusePassBase<FusePass> {
  using FusePassBase::FusePassBase;
  void runOnOperation() override;
  template <typename LayerOp> void report(LayerOp op);
};

} // namespace

template <typename LayerOp> void FusePass::report(LayerOp op) {
  if (op.isQuantized()) {
    ++numProducts;
    return;
  }
  ++numFloat;
  StringRef why =
      !getWeights(op.getWeights()) ? "its weights are not quantized"
      : isScaledCodes(op.getInput())
          ? "its input's channels have scales of their own, and its "
            "outputs mix them"
      : !getCodes(op.getInput())
          ? "its input is not quantized"
          : "its bias is no constant or its sums overflow int32";
  op.emitRemark() << "layer '" << op.getLayer() << "' runs in float: " << why;
}

void FusePass::runOnOperation() {
  RewritePatternSet patterns(&getContext());
  patterns.add<MovePool, MoveReshape, MoveTranspose, MoveConcat,
               FuseLayer<Conv2DOp>, FuseLayer<MatmulOp>, FuseAveragePool>(
      &getContext());
  if (failed(applyPatternsGreedily(getOperation(), std::move(patterns)))) {
    emitError(getOperation().getLoc()) << "fusion does not come to an end";
    return signalPassFailure();
  }
  // A model that nobody quantized is no surprise in float.
  bool quantized = false;
  getOperation().walk([&](Operation *op) {
    quantized |= isa<EncodeOp, DecodeOp, ThresholdOp, mbn::ConstantOp>(op);
  });
  if (!quantized)
    return;
  getOperation().walk([&](Conv2DOp op) { report(op); });
  getOperation().walk([&](MatmulOp op) { report(op); });
}
