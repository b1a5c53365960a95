//===- PruneGroups.cpp - Drop the bases of groups of small weights --------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Passes.h"
#include "dialects/MBN/IR/Weights.h"
#include <numeric>

namespace my {
#define GEN_PASS_DEF_PRUNEGROUPSPASS
#include "Passes.h.inc"
} // namespace my

using namespace subbit;

namespace {
struct PruneGroupsPass : public my::impl::PruneGroupsPassBase<PruneGroupsPass> {
  using PruneGroupsPassBase::PruneGroupsPassBase;
  void runOnOperation() override;
};
} // namespace

/// Removes the bases of groups whose coordinates sum to less than `below`;
/// returns how many groups that were.
static int64_t prune(const numerics::Grouping &grouping, numerics::Bases &bases,
                     int64_t below) {
  std::vector<int16_t> coordinates;
  std::vector<uint32_t> signs;
  int64_t pruned = 0;
  auto coordinate = bases.coordinates.begin();
  auto word = bases.signs.begin();
  for (int64_t g = 0; g < grouping.numGroups(); ++g) {
    // Rows come in (group, basis) order.
    auto nextCoordinate = coordinate + bases.widths[g];
    auto nextWord = word + bases.widths[g] * grouping.groupWords(g);
    int64_t sum = std::accumulate(coordinate, nextCoordinate, int64_t(0));
    if (bases.widths[g] != 0 && sum < below) {
      bases.widths[g] = 0;
      ++pruned;
    } else {
      coordinates.insert(coordinates.end(), coordinate, nextCoordinate);
      signs.insert(signs.end(), word, nextWord);
    }
    coordinate = nextCoordinate;
    word = nextWord;
  }
  bases.coordinates = std::move(coordinates);
  bases.signs = std::move(signs);
  return pruned;
}

void PruneGroupsPass::runOnOperation() {
  if (below < 0) {
    emitError(getOperation()->getLoc())
        << "prune-groups: below must not be negative, found "
        << below.getValue();
    return signalPassFailure();
  }
  getOperation()->walk([&](mbn::ConstantOp op) {
    auto attr = mlir::dyn_cast<mbn::BasesAttr>(op.getValue());
    if (!attr)
      return;
    mbn::MultiBitType type = op.getType();
    numerics::Bases bases = mbn::readBases(attr);
    int64_t pruned = prune(mbn::getGrouping(type), bases, below);
    if (pruned == 0)
      return;
    op.emitRemark() << "prune-groups: " << pruned << " of "
                    << bases.widths.size() << " groups lose their bases";
    // The type states the range of bitwidths; the smallest is 0 now.
    op.setValueAttr(mbn::makeBases(&getContext(), bases, "pruned"));
    op.getResult().setType(mbn::MultiBitType::get(
        &getContext(), type.getShape(), type.getGroup(), 0, type.getMaxBits()));
  });
}
