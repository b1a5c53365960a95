//===- ChooseTasks.cpp - What several threads compute -------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/Passes.h"

namespace subbit::bitserial {
#define GEN_PASS_DEF_CHOOSETASKSPASS
#include "dialects/Bitserial/Transforms/Passes.h.inc"
} // namespace subbit::bitserial

using namespace mlir;
using namespace subbit::bitserial;

namespace {
struct ChooseTasksPass
    : public subbit::bitserial::impl::ChooseTasksPassBase<ChooseTasksPass> {
  using ChooseTasksPassBase::ChooseTasksPassBase;
  void runOnOperation() override;

private:
  template <typename Op>
  void choose(Op product, int64_t threads, int64_t words);
};
} // namespace

/// Tiles where threads get about as many each; else words of outputs, for each
/// of which all patches are made again, or whichever of both there are more of.
static Tasks divide(int64_t threads, int64_t tiles, int64_t words) {
  constexpr double mostIdle = 0.15;
  int64_t slots = (tiles + threads - 1) / threads * threads;
  if (slots - tiles <= mostIdle * tiles)
    return {threads, 1};
  Tasks ofTiles{std::min(tiles, threads), 1};
  Tasks ofOutputs{1, std::min(words, threads)};
  return ofTiles.count() > ofOutputs.count() ? ofTiles : ofOutputs;
}

/// `words` are those of weights that a vector of positions meets.
template <typename Op>
void ChooseTasksPass::choose(Op product, int64_t threads, int64_t words) {
  TileLayout layout = product.getLayout();
  int64_t outputs = product.getGeometry().getOutput()[0];
  ScheduleAttr schedule = product.getSchedule();
  // Of scalable vectors nobody knows how many words they hold: the fewest.
  int64_t vectors =
      product.getGeometry().getPositions() / schedule.getLanes() + 1;
  constexpr int64_t perWord = 3;
  if (product->hasAttr(kTasksAttr) || perWord * words * vectors < fewest)
    return;
  Tasks tasks = divide(threads, layout.numTiles, (outputs + 31) / 32);
  if (tasks.count() == 1)
    return;
  product->setAttr(
      kTasksAttr,
      DenseI64ArrayAttr::get(&getContext(), {tasks.tiles, tasks.outputs}));
  OpBuilder b(product);
  Value workspace = tensor::EmptyOp::create(
      b, product.getLoc(), {layout.sizeFor(tasks.count())}, b.getI32Type());
  product.getWorkspaceMutable().assign(workspace);
  product->getResult(1).setType(workspace.getType());
  ++numShared;
}

void ChooseTasksPass::runOnOperation() {
  auto module = getOperation()->getParentOfType<ModuleOp>();
  auto attr = module->getAttrOfType<IntegerAttr>(kThreadsAttr);
  if (!attr)
    return;
  int64_t threads = attr.getInt();
  if (threads < 1 || threads > kMostThreads) {
    emitError(module.getLoc()) << kThreadsAttr << " must be from 1 to "
                               << kMostThreads << ", found " << threads;
    return signalPassFailure();
  }
  if (threads == 1)
    return;
  auto sizeOf = [](Value value) {
    return cast<ShapedType>(value.getType()).getNumElements();
  };
  getOperation().walk([&](Operation *op) {
    if (auto tiled = dyn_cast<TiledProductOp>(op))
      choose(tiled, threads,
             sizeOf(tiled.getWords()) * tiled.getMultipliers().size());
    if (auto dense = dyn_cast<DenseProductOp>(op))
      choose(dense, threads,
             dense.getLayout().words * dense.getGeometry().getOutput()[0]);
  });
}
