//===- LowerToLLVM.cpp - To the LLVM dialect in one conversion ------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/IR/Bitserial.h"
#include "lib/Emission/Passes.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace subbit {
#define GEN_PASS_DEF_LOWERTOLLVMPASS
#include "lib/Emission/Passes.h.inc"
} // namespace subbit

using namespace mlir;
using namespace subbit;

namespace {
struct LowerToLLVMPass
    : public subbit::impl::LowerToLLVMPassBase<LowerToLLVMPass> {
  void runOnOperation() override;

private:
  LogicalResult lowerHooks();
  void lowerTraces(ArrayRef<bitserial::TraceOp> traces, Value args);
  LogicalResult convertToLLVM(const TargetInfo &target);
};
} // namespace

/// fma(a, b, c) -> a * b + c: a call of libm where the target has none.
static LogicalResult splitFma(math::FmaOp op, PatternRewriter &rewriter) {
  Value product =
      arith::MulFOp::create(rewriter, op.getLoc(), op.getA(), op.getB());
  rewriter.replaceOpWithNewOp<arith::AddFOp>(op, product, op.getC());
  return success();
}

/// floor(x) by way of integers: a call of libm where the target has none. From
/// 2^23 on, floats are whole.
static LogicalResult expandFloor(math::FloorOp op, PatternRewriter &rewriter) {
  Type type = op.getType();
  if (!getElementTypeOrSelf(type).isF32())
    return rewriter.notifyMatchFailure(op, "is not of float32");
  Location loc = op.getLoc();
  auto constant = [&](float value) -> Value {
    TypedAttr attr = rewriter.getF32FloatAttr(value);
    if (auto shaped = dyn_cast<ShapedType>(type))
      attr = DenseElementsAttr::get(shaped, attr);
    return arith::ConstantOp::create(rewriter, loc, attr);
  };
  auto less = [&](Value a, Value b) -> Value {
    return arith::CmpFOp::create(rewriter, loc, arith::CmpFPredicate::OLT, a,
                                 b);
  };
  Value x = op.getOperand(), one = constant(1);
  Type integers = rewriter.getI32Type();
  if (auto shaped = dyn_cast<ShapedType>(type))
    integers = shaped.clone(integers);
  Value truncated = arith::SIToFPOp::create(
      rewriter, loc, type, arith::FPToSIOp::create(rewriter, loc, integers, x));
  Value below = arith::SubFOp::create(rewriter, loc, truncated, one);
  Value whole = arith::SelectOp::create(rewriter, loc, less(x, truncated),
                                        below, truncated);
  // -0 stays itself.
  Value floor =
      arith::SelectOp::create(rewriter, loc, less(whole, x), whole, x);
  Value magnitude = math::AbsFOp::create(rewriter, loc, x);
  rewriter.replaceOpWithNewOp<arith::SelectOp>(
      op, less(magnitude, constant(0x1p23f)), floor, x);
  return success();
}

/// maximumf(a, b), minimumf(a, b) -> comparisons: calls of libm where floats
/// are no instructions. A NaN stays one, and +0 is greater than -0.
template <typename Op>
static LogicalResult expandExtreme(Op op, PatternRewriter &rewriter) {
  constexpr bool isMaximum = std::is_same_v<Op, arith::MaximumFOp>;
  Type type = op.getType();
  if (!getElementTypeOrSelf(type).isF32())
    return rewriter.notifyMatchFailure(op, "is not of float32");
  Location loc = op.getLoc();
  Value a = op.getLhs(), b = op.getRhs();
  auto compare = [&](arith::CmpFPredicate predicate, Value x, Value y) {
    return arith::CmpFOp::create(rewriter, loc, predicate, x, y);
  };
  auto predicate =
      isMaximum ? arith::CmpFPredicate::OGT : arith::CmpFPredicate::OLT;
  Value result =
      arith::SelectOp::create(rewriter, loc, compare(predicate, a, b), a, b);
  // Equal floats have equal bits, or are zeros of both signs.
  Type integers = rewriter.getI32Type();
  if (auto shaped = dyn_cast<ShapedType>(type))
    integers = shaped.clone(integers);
  Value x = arith::BitcastOp::create(rewriter, loc, integers, a);
  Value y = arith::BitcastOp::create(rewriter, loc, integers, b);
  Value bits = isMaximum
                   ? arith::AndIOp::create(rewriter, loc, x, y).getResult()
                   : arith::OrIOp::create(rewriter, loc, x, y).getResult();
  Value zero = arith::BitcastOp::create(rewriter, loc, type, bits);
  result = arith::SelectOp::create(
      rewriter, loc, compare(arith::CmpFPredicate::OEQ, a, b), zero, result);
  rewriter.replaceOpWithNewOp<arith::SelectOp>(
      op, compare(arith::CmpFPredicate::UNO, a, a), a, result);
  return success();
}

/// What the entry defines is called with the argument block, which `main` takes
/// as one more argument.
LogicalResult LowerToLLVMPass::lowerHooks() {
  SmallVector<bitserial::TraceOp> traces;
  SmallVector<bitserial::RunTasksOp> tasks;
  getOperation().walk([&](bitserial::TraceOp op) { traces.push_back(op); });
  getOperation().walk([&](bitserial::RunTasksOp op) { tasks.push_back(op); });
  if (traces.empty() && tasks.empty())
    return success();
  auto main = getOperation().lookupSymbol<func::FuncOp>("main");
  if (!main)
    return emitError(getOperation().getLoc())
           << "traces and tasks need a function 'main'";
  for (bitserial::RunTasksOp op : tasks)
    if (!getOperation().lookupSymbol<func::FuncOp>(op.getTask()))
      return op.emitError() << "there is no function '" << op.getTask() << "'";
  auto pointer = LLVM::LLVMPointerType::get(&getContext());
  unsigned number = main.getNumArguments();
  if (failed(main.insertArgument(number, pointer, {}, main.getLoc())))
    return failure();
  Value args = main.getArgument(number);
  lowerTraces(traces, args);
  OpBuilder builder(&getContext());
  for (bitserial::RunTasksOp op : tasks) {
    builder.setInsertionPointToEnd(getOperation().getBody());
    auto callee = func::FuncOp::create(
        builder, op.getLoc(), (op.getTask() + ".run").str(),
        builder.getFunctionType({pointer, builder.getI32Type()}, {}));
    callee.setPrivate();
    builder.setInsertionPoint(op);
    Value count = arith::ConstantIntOp::create(
        builder, op.getLoc(), static_cast<int64_t>(op.getCount()), 32);
    func::CallOp::create(builder, op.getLoc(), callee, ValueRange{args, count});
    op->erase();
  }
  return success();
}

/// `bitserial.trace` to a call of a function that the entry defines.
void LowerToLLVMPass::lowerTraces(ArrayRef<bitserial::TraceOp> traces,
                                  Value args) {
  if (traces.empty())
    return;
  auto main = traces.front()->getParentOfType<func::FuncOp>();
  OpBuilder builder(&getContext());
  auto pointer = args.getType();
  builder.setInsertionPointToEnd(getOperation().getBody());
  auto callee = func::FuncOp::create(
      builder, main.getLoc(), "subbit.trace",
      builder.getFunctionType({pointer, builder.getI32Type(), pointer}, {}));
  callee.setPrivate();
  for (bitserial::TraceOp trace : traces) {
    builder.setInsertionPoint(trace);
    Location loc = trace.getLoc();
    Value address = memref::ExtractAlignedPointerAsIndexOp::create(
        builder, loc, trace.getOutput());
    Value word = arith::IndexCastUIOp::create(builder, loc,
                                              builder.getI64Type(), address);
    Value values = LLVM::IntToPtrOp::create(builder, loc, pointer, word);
    Value id = arith::ConstantIntOp::create(
        builder, loc, static_cast<int64_t>(trace.getNumber()), 32);
    func::CallOp::create(builder, loc, callee, ValueRange{args, id, values});
    trace->erase();
  }
}

LogicalResult LowerToLLVMPass::convertToLLVM(const TargetInfo &target) {
  MLIRContext &context = getContext();
  ModuleOp module = getOperation();
  RewritePatternSet first(&context);
  // No libm: exp and its kin become polynomials with a stated bound.
  populateMathPolynomialApproximationPatterns(first,
                                              [](StringRef) { return true; });
  first.add(splitFma);
  first.add(expandFloor);
  if (target.lanes == 1) {
    first.add(expandExtreme<arith::MaximumFOp>);
    first.add(expandExtreme<arith::MinimumFOp>);
  }
  memref::populateExpandOpsPatterns(first);
  memref::populateExpandStridedMetadataPatterns(first);
  if (failed(applyPatternsGreedily(module, std::move(first))))
    return failure();
  RewritePatternSet lower(&context);
  ConversionTarget flow(context);
  populateAffineToStdConversionPatterns(lower);
  populateSCFToControlFlowConversionPatterns(lower);
  flow.addIllegalDialect<affine::AffineDialect, scf::SCFDialect>();
  flow.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  if (failed(applyPartialConversion(module, flow, std::move(lower))))
    return failure();

  LowerToLLVMOptions options(&context);
  options.overrideIndexBitwidth(target.pointerBytes * 8);
  options.useBarePtrCallConv = true;
  LLVMTypeConverter converter(&context, options);
  RewritePatternSet patterns(&context);
  arith::populateArithToLLVMConversionPatterns(converter, patterns);
  arith::populateExpandBFloat16Patterns(patterns);
  cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
  populateFinalizeMemRefToLLVMConversionPatterns(converter, patterns);
  populateFuncToLLVMConversionPatterns(converter, patterns);
  populateMathToLLVMConversionPatterns(converter, patterns);
  populateVectorToLLVMConversionPatterns(converter, patterns);
  ub::populateUBToLLVMConversionPatterns(converter, patterns);
  LLVMConversionTarget conversion(context);
  conversion.addLegalOp<ModuleOp>();
  return applyFullConversion(module, conversion, std::move(patterns));
}

void LowerToLLVMPass::runOnOperation() {
  auto target = bitserial::getTargetInfo(getOperation());
  if (failed(target) || failed(lowerHooks()))
    return signalPassFailure();
  // The entry has been read off the arguments.
  getOperation().walk(
      [](func::FuncOp function) { function.removeArgAttrsAttr(); });
  if (failed(convertToLLVM(*target)))
    signalPassFailure();
}
