//===- MBNToLinalg.cpp - The mbn dialect as linalg on tensors -------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Conversion/MBNToLinalg.h"
#include "dialects/MBN/IR/Weights.h"
#include "lib/Conversion/LinalgBuilders.h"
#include "lib/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace subbit {
#define GEN_PASS_DEF_CONVERTMBNTOLINALGPASS
#include "lib/Conversion/Passes.h.inc"
} // namespace subbit

using namespace mlir;
using namespace subbit;

namespace {
struct ConvertMBNToLinalgPass
    : public subbit::impl::ConvertMBNToLinalgPassBase<ConvertMBNToLinalgPass> {
  void runOnOperation() override;

private:
  LogicalResult convert();
  void finishWeights();
  void countLayers();
};
} // namespace

LogicalResult subbit::checkWeightsAreConstant(Operation *root) {
  bool valid = true;
  root->walk([&](Operation *op) {
    if (!isa<mbn::Conv2DOp, mbn::MatmulOp, mbn::DecodeOp>(op))
      return;
    for (Value operand : op->getOperands()) {
      auto type = dyn_cast<mbn::MultiBitType>(operand.getType());
      if (!type || type.isActivation() || mbn::getWeightsConstant(operand))
        continue;
      InFlightDiagnostic error = op->emitOpError();
      if (auto layer = op->getAttrOfType<StringAttr>("layer"))
        error << "of layer \"" << layer.getValue() << "\" ";
      error << "needs its quantized weights from an mbn.constant in the same "
               "function; inline the function or take floats instead";
      error.attachNote(operand.getLoc()) << "the weights come from here";
      valid = false;
    }
  });
  return success(valid);
}

LogicalResult ConvertMBNToLinalgPass::convert() {
  MLIRContext &context = getContext();
  TypeConverter converter;
  populateMBNToLinalgTypeConversions(converter);
  RewritePatternSet patterns(&context);
  populateMBNToLinalgPatterns(converter, patterns);
  populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns,
                                                                 converter);
  populateCallOpTypeConversionPattern(patterns, converter);
  populateReturnOpTypeConversionPattern(patterns, converter);

  ConversionTarget target(context);
  target.addIllegalDialect<mbn::MBNDialect>();
  // Layers read them where they are; finishWeights replaces what is left.
  target.addLegalOp<mbn::ConstantOp>();
  target.addDynamicallyLegalOp<mbn::DecodeOp>(
      [](mbn::DecodeOp op) { return op.getInput().getType().isWeights(); });
  target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) {
    return converter.isSignatureLegal(op.getFunctionType()) &&
           converter.isLegal(&op.getBody());
  });
  target.addDynamicallyLegalOp<func::CallOp, func::ReturnOp>(
      [&](Operation *op) { return converter.isLegal(op); });
  target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  return applyPartialConversion(getOperation(), target, std::move(patterns));
}

/// Decoded weights that no layer has read become constants; the rest goes.
void ConvertMBNToLinalgPass::finishWeights() {
  SmallVector<mbn::DecodeOp> decodes;
  SmallVector<mbn::ConstantOp> constants;
  getOperation().walk([&](mbn::DecodeOp op) { decodes.push_back(op); });
  getOperation().walk([&](mbn::ConstantOp op) { constants.push_back(op); });
  for (mbn::DecodeOp decode : decodes) {
    if (!decode->use_empty()) {
      OpBuilder builder(decode);
      mbn::ConstantOp constant = mbn::getWeightsConstant(decode.getInput());
      decode.getResult().replaceAllUsesWith(buildConstant(
          builder, decode.getLoc(),
          mbn::makeElements<float>(&getContext(), constant.getType().getShape(),
                                   mbn::decodeFloats(constant), "weights")));
    }
    decode->erase();
  }
  for (mbn::ConstantOp constant : constants)
    if (constant->use_empty())
      constant->erase();
}

void ConvertMBNToLinalgPass::countLayers() {
  getOperation().walk([&](Operation *op) {
    bool fused = op->getNumOperands() != 0 &&
                 isa<mbn::MultiBitType>(op->getOperand(0).getType());
    if (isa<mbn::Conv2DOp, mbn::MatmulOp, mbn::BatchNormOp, mbn::LayerNormOp>(
            op))
      ++(fused ? numFusedLayers : numFloatLayers);
  });
}

void ConvertMBNToLinalgPass::runOnOperation() {
  if (failed(checkWeightsAreConstant(getOperation())))
    return signalPassFailure();
  countLayers();
  if (failed(convert()))
    return signalPassFailure();
  finishWeights();
}
