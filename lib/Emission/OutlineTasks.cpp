//===- OutlineTasks.cpp - Functions that threads run --------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/IR/Bitserial.h"
#include "lib/Emission/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

namespace subbit {
#define GEN_PASS_DEF_OUTLINETASKSPASS
#include "lib/Emission/Passes.h.inc"
} // namespace subbit

using namespace mlir;
using namespace subbit;

namespace {
struct OutlineTasksPass
    : public subbit::impl::OutlineTasksPassBase<OutlineTasksPass> {
  void runOnOperation() override;

private:
  LogicalResult outline(scf::ForallOp forall, func::FuncOp main,
                        unsigned number);
};
} // namespace

/// Clones what `value` is computed by to the builder, unless that is done.
/// Fails for what cannot be computed twice.
static LogicalResult cloneInto(OpBuilder &b, Value value, IRMapping &mapping) {
  if (mapping.contains(value))
    return success();
  Operation *op = value.getDefiningOp();
  if (!op || op->getNumRegions() || !isMemoryEffectFree(op))
    return failure();
  for (Value operand : op->getOperands())
    if (failed(cloneInto(b, operand, mapping)))
      return failure();
  b.clone(*op, mapping);
  return success();
}

LogicalResult OutlineTasksPass::outline(scf::ForallOp forall, func::FuncOp main,
                                        unsigned number) {
  if (forall.getRank() != 1 || !forall.getOutputs().empty() ||
      !forall.isNormalized() ||
      ShapedType::isDynamic(forall.getStaticUpperBound().front()))
    return forall.emitError() << "expects tasks from 0 to a number, and no "
                                 "results";
  Location loc = forall.getLoc();
  OpBuilder b(main);
  SmallVector<Type> types(main.getArgumentTypes());
  types.push_back(b.getIndexType());
  auto task = func::FuncOp::create(b, loc, ("main.task" + Twine(number)).str(),
                                   b.getFunctionType(types, {}));
  task.setPrivate();
  b.setInsertionPointToStart(task.addEntryBlock());
  IRMapping mapping;
  for (auto [from, to] :
       llvm::zip(main.getArguments(), task.getArguments().drop_back()))
    mapping.map(from, to);
  mapping.map(forall.getInductionVar(0), task.getArguments().back());
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(forall.getRegion(), captured);
  for (Value value : captured)
    if (failed(cloneInto(b, value, mapping)))
      return forall.emitError()
             << "a task takes a value that it cannot compute "
                "by itself";
  for (Operation &op : forall.getBody()->without_terminator())
    b.clone(op, mapping);
  func::ReturnOp::create(b, loc);
  b.setInsertionPoint(forall);
  bitserial::RunTasksOp::create(b, loc, task.getSymName(),
                                forall.getStaticUpperBound().front());
  forall.erase();
  ++numTasks;
  return success();
}

void OutlineTasksPass::runOnOperation() {
  auto main = getOperation().lookupSymbol<func::FuncOp>("main");
  if (!main)
    return;
  SmallVector<scf::ForallOp> all;
  main.walk([&](scf::ForallOp forall) { all.push_back(forall); });
  for (auto [i, forall] : llvm::enumerate(all))
    if (failed(outline(forall, main, i)))
      return signalPassFailure();
}
