//===- MBNToBitserial.cpp - Quantized layers as packed products -----------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Conversion/MBNToBitserial.h"
#include "dialects/MBN/IR/Weights.h"
#include "lib/Conversion/LinalgBuilders.h"
#include "lib/Conversion/MBNToLinalg.h"
#include "lib/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"

namespace subbit {
#define GEN_PASS_DEF_CONVERTMBNTOBITSERIALPASS
#include "lib/Conversion/Passes.h.inc"
} // namespace subbit

using namespace mlir;
using namespace subbit;
using namespace subbit::bitserial;

StringRef subbit::getLayerOfSums(Value sums) {
  Operation *product = sums.getDefiningOp();
  if (auto layer =
          product ? product->getAttrOfType<StringAttr>("layer") : StringAttr())
    return layer.getValue();
  return "sums";
}

Value subbit::buildLayerConstant(OpBuilder &builder, Location loc,
                                 StringRef layer, StringRef name,
                                 ElementsAttr value) {
  return bitserial::ConstantOp::create(builder, loc, value.getType(),
                                       builder.getStringAttr(layer),
                                       builder.getStringAttr(name), value);
}

/// A product whose result is no sum of integers.
static bool isFloatLayer(Operation *op) {
  return isa<mbn::Conv2DOp, mbn::MatmulOp>(op) &&
         getElementTypeOrSelf(op->getResult(0)).isF32();
}

SmallVector<TracedValue> subbit::getTracedValues(func::FuncOp func) {
  SmallVector<TracedValue> values;
  func.walk([&](Operation *op) {
    if (isa<mbn::ThresholdOp, mbn::RescaleOp>(op))
      values.push_back(
          {op->getResult(0), getLayerOfSums(op->getOperand(0)).str()});
    else if (isFloatLayer(op))
      values.push_back(
          {op->getResult(0), op->getAttrOfType<StringAttr>("layer").str()});
  });
  return values;
}

namespace {
struct ConvertMBNToBitserialPass
    : public subbit::impl::ConvertMBNToBitserialPassBase<
          ConvertMBNToBitserialPass> {
  using ConvertMBNToBitserialPassBase::ConvertMBNToBitserialPassBase;
  void runOnOperation() override;

private:
  LogicalResult checkLayers();
  void insertTraces();
};
} // namespace

/// Array names in the object are made of layer names, so these must differ.
LogicalResult ConvertMBNToBitserialPass::checkLayers() {
  llvm::StringMap<Operation *> layers;
  WalkResult result = getOperation().walk([&](Operation *op) {
    if (!isa<mbn::MBNDialect>(op->getDialect()))
      return WalkResult::advance();
    auto layer = op->getAttrOfType<StringAttr>("layer");
    if (!layer)
      return WalkResult::advance();
    auto [it, isNew] = layers.insert({layer.getValue(), op});
    if (isNew)
      return WalkResult::advance();
    InFlightDiagnostic error = op->emitError()
                               << "layer name '" << layer.getValue()
                               << "' is used twice; give every layer its own";
    error.attachNote(it->second->getLoc()) << "first used here";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

void ConvertMBNToBitserialPass::runOnOperation() {
  ModuleOp module = getOperation();
  MLIRContext &context = getContext();
  if (failed(checkLayers()) || failed(checkWeightsAreConstant(module)))
    return signalPassFailure();
  auto target = getTargetInfo(module);
  if (failed(target))
    return signalPassFailure();
  if (trace) {
    module.walk([&](func::FuncOp func) {
      for (auto [i, traced] : llvm::enumerate(getTracedValues(func))) {
        Operation *op = traced.value.getDefiningOp();
        auto number = IntegerAttr::get(IntegerType::get(&context, 64),
                                       static_cast<int64_t>(i));
        if (!isFloatLayer(op)) {
          op->setAttr("mbn.trace", number);
          continue;
        }
        OpBuilder builder(&context);
        builder.setInsertionPointAfter(op);
        auto trace = bitserial::TraceOp::create(
            builder, op->getLoc(), traced.value.getType(),
            builder.getStringAttr(traced.layer), number, traced.value);
        traced.value.replaceAllUsesExcept(trace->getResult(0), trace);
      }
    });
  }

  BlockedSumsMap sums;
  bool hasErrors = false;
  TypeConverter converter;
  populateMBNToLinalgTypeConversions(converter);
  RewritePatternSet patterns(&context);
  populateMBNToLinalgPatterns(converter, patterns);
  populateFloatLayerPatterns(converter, patterns, *target);
  populateProductPatterns(converter, patterns, *target, explain, sums,
                          hasErrors);
  populateEpiloguePatterns(converter, patterns, sums);
  populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns,
                                                                 converter);
  populateReturnOpTypeConversionPattern(patterns, converter);
  ConversionTarget conversion(context);
  conversion.addIllegalDialect<mbn::MBNDialect>();
  conversion.addLegalOp<mbn::ConstantOp>();
  // Upstream's lowering would make products write with gaps.
  conversion.addIllegalOp<tosa::ConcatOp>();
  conversion.addDynamicallyLegalOp<mbn::DecodeOp>(
      [](mbn::DecodeOp op) { return op.getInput().getType().isWeights(); });
  conversion.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) {
    return converter.isSignatureLegal(op.getFunctionType()) &&
           converter.isLegal(&op.getBody());
  });
  conversion.addDynamicallyLegalOp<func::ReturnOp>(
      [&](Operation *op) { return converter.isLegal(op); });
  conversion.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  if (failed(applyPartialConversion(module, conversion, std::move(patterns))) ||
      hasErrors)
    return signalPassFailure();

  // Layers have read their weights where they were; what is left of them is
  // either dead or has no meaning here.
  SmallVector<Operation *> left;
  module.walk([&](Operation *op) {
    if (isa<mbn::MBNDialect>(op->getDialect()))
      left.push_back(op);
  });
  for (Operation *op : llvm::reverse(left)) {
    if (op->use_empty()) {
      op->erase();
      continue;
    }
    op->emitError() << "weights are used by something that is no layer; "
                       "nothing can be generated for that";
    return signalPassFailure();
  }
}
