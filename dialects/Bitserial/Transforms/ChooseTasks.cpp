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
  void choose(PoolOp pool, int64_t threads);
  bool share(Operation *op, Tasks tasks);
};
} // namespace

/// The largest of `parts` shares of `units`, which hold `size` of them, but the
/// last one what is left of `total`; as a part of this.
static double largestShare(int64_t parts, int64_t units, int64_t size,
                           int64_t total) {
  int64_t largest = 0;
  for (int64_t part = 0; part < parts; ++part) {
    int64_t begin = part * units / parts, end = (part + 1) * units / parts;
    largest = std::max(largest, std::min(end * size, total) - begin * size);
  }
  return double(largest) / total;
}

/// Tiles or words of outputs, for each share of which all patches are made
/// again: what leaves threads less to wait for.
static Tasks divide(int64_t threads, const TileLayout &layout,
                    int64_t positions, int64_t outputs) {
  constexpr double patches = 0.05;
  int64_t words = (outputs + 31) / 32;
  Tasks ofTiles{std::min(layout.numTiles, threads), 1};
  Tasks ofOutputs{1, std::min(words, threads)};
  double byTiles =
      largestShare(ofTiles.tiles, layout.numTiles, layout.tile, positions);
  double byOutputs = patches + (1 - patches) * largestShare(ofOutputs.outputs,
                                                            words, 32, outputs);
  return byTiles <= byOutputs ? ofTiles : ofOutputs;
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
  Tasks tasks =
      divide(threads, layout, product.getGeometry().getPositions(), outputs);
  if (!share(product, tasks))
    return;
  OpBuilder b(product);
  Value workspace = tensor::EmptyOp::create(
      b, product.getLoc(), {layout.sizeFor(tasks.count())}, b.getI32Type());
  product.getWorkspaceMutable().assign(workspace);
  product->getResult(1).setType(workspace.getType());
}

/// Words of planes.
void ChooseTasksPass::choose(PoolOp pool, int64_t threads) {
  auto planes = cast<ShapedType>(pool.getOutput().getType()).getShape();
  int64_t vectors = (pool.getOutputSize(1) + pool.getLanes() - 1) /
                    pool.getLanes() * planes[2] * pool.getOutputSize(0);
  constexpr int64_t perPlane = 8;
  int64_t each =
      perPlane * planes[1] * pool.getWindow()[0] * pool.getWindow()[1];
  if (!pool->hasAttr(kTasksAttr) && each * vectors >= fewest)
    share(pool, {1, std::min(planes[2], threads)});
}

bool ChooseTasksPass::share(Operation *op, Tasks tasks) {
  if (tasks.count() == 1)
    return false;
  op->setAttr(kTasksAttr, DenseI64ArrayAttr::get(&getContext(),
                                                 {tasks.tiles, tasks.outputs}));
  ++numShared;
  return true;
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
    if (auto pool = dyn_cast<PoolOp>(op))
      choose(pool, threads);
  });
}
