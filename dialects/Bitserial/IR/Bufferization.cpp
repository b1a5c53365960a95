//===- Bufferization.cpp - Bufferization of the bitserial dialect ---------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "dialects/Bitserial/IR/Bitserial.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace subbit::bitserial;

namespace {

/// A destination-style operation reads its operands and writes its output; what
/// the output held before matters to few.
template <typename OpTy, bool ReadsOutput = false, bool WritesOutput = true>
struct DestinationModel
    : public DstBufferizableOpInterfaceExternalModel<
          DestinationModel<OpTy, ReadsOutput, WritesOutput>, OpTy> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    return ReadsOutput ||
           !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }

  bool bufferizesToMemoryWrite(Operation *op, OpOperand &operand,
                               const AnalysisState &) const {
    return WritesOutput &&
           cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(op);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      if (!isa<TensorType>(operand.getType())) {
        operands.push_back(operand);
        continue;
      }
      FailureOr<Value> buffer = getBuffer(rewriter, operand, options, state);
      if (failed(buffer))
        return failure();
      operands.push_back(*buffer);
    }
    OperationState newOp(op->getLoc(), op->getName());
    newOp.addOperands(operands);
    newOp.addAttributes(op->getAttrs());
    Operation *created = rewriter.create(newOp);
    auto destination = cast<DestinationStyleOpInterface>(created);
    SmallVector<Value> results(destination.getDpsInits());
    replaceOpWithBufferizedValues(rewriter, op, results);
    return success();
  }
};

/// The symbol of a layer's array, in the characters of C identifiers and dots,
/// and whether it is there already: layers "a/b" and "a_b" have symbols of
/// their own, and so have arrays of one name with other elements.
std::pair<std::string, bool> getSymbol(ModuleOp module, ConstantOp constant) {
  StringRef layer = constant.getLayer(), array = constant.getName();
  std::string base;
  for (char c : layer)
    base += llvm::isAlnum(c) || c == '.' || c == '_' ? c : '_';
  for (int number = 1;; ++number) {
    std::string symbol = base;
    if (number > 1)
      symbol += "_" + std::to_string(number);
    symbol += "." + array.str();
    auto global = module.lookupSymbol<memref::GlobalOp>(symbol);
    if (!global)
      return {symbol, false};
    if (global->getAttrOfType<StringAttr>(kLayerAttr) == layer &&
        global.getInitialValueAttr() == constant.getValue())
      return {symbol, true};
  }
}

/// A constant becomes a global of its own and a view of it.
struct ConstantModel
    : public BufferizableOpInterface::ExternalModel<ConstantModel, ConstantOp> {
  bool isWritable(Operation *, Value, const AnalysisState &) const {
    return false;
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &,
                          BufferizationState &state) const {
    auto constant = cast<ConstantOp>(op);
    auto module = op->getParentOfType<ModuleOp>();
    auto tensorType = cast<RankedTensorType>(constant.getType());
    auto type =
        MemRefType::get(tensorType.getShape(), tensorType.getElementType());
    auto [name, isThere] = getSymbol(module, constant);
    if (!isThere) {
      OpBuilder::InsertionGuard guard(rewriter);
      rewriter.setInsertionPointToStart(module.getBody());
      auto global = memref::GlobalOp::create(
          rewriter, op->getLoc(), name, rewriter.getStringAttr("private"), type,
          constant.getValue(), /*constant=*/true,
          /*alignment=*/rewriter.getI64IntegerAttr(64));
      global->setAttr(kLayerAttr, constant.getLayerAttr());
    }
    rewriter.setInsertionPoint(op);
    Value buffer =
        memref::GetGlobalOp::create(rewriter, op->getLoc(), type, name);
    replaceOpWithBufferizedValues(rewriter, op, buffer);
    return success();
  }
};

} // namespace

void subbit::bitserial::registerBufferizableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, BitserialDialect *) {
    PlanesOp::attachInterface<DestinationModel<PlanesOp>>(*context);
    CodesOp::attachInterface<DestinationModel<CodesOp>>(*context);
    PoolOp::attachInterface<DestinationModel<PoolOp>>(*context);
    CodeWordsOp::attachInterface<DestinationModel<CodeWordsOp>>(*context);
    PackOp::attachInterface<DestinationModel<PackOp>>(*context);
    ProductOp::attachInterface<DestinationModel<ProductOp>>(*context);
    TiledProductOp::attachInterface<DestinationModel<TiledProductOp>>(*context);
    DenseProductOp::attachInterface<DestinationModel<DenseProductOp>>(*context);
    UnpackOp::attachInterface<DestinationModel<UnpackOp>>(*context);
    FloatProductOp::attachInterface<DestinationModel<FloatProductOp>>(*context);
    BandOp::attachInterface<DestinationModel<BandOp, true>>(*context);
    ThresholdOp::attachInterface<DestinationModel<ThresholdOp>>(*context);
    RescaleOp::attachInterface<DestinationModel<RescaleOp>>(*context);
    DecodeOp::attachInterface<DestinationModel<DecodeOp>>(*context);
    TraceOp::attachInterface<DestinationModel<TraceOp, true, false>>(*context);
    ConstantOp::attachInterface<ConstantModel>(*context);
  });
}
