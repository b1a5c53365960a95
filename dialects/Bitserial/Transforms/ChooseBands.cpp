//===- ChooseBands.cpp - Bands of little memory ---------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/Bands.h"
#include "dialects/Bitserial/Transforms/Passes.h"

namespace subbit::bitserial {
#define GEN_PASS_DEF_CHOOSEBANDSPASS
#include "dialects/Bitserial/Transforms/Passes.h.inc"
} // namespace subbit::bitserial

using namespace mlir;
using namespace subbit::bitserial;

namespace {
struct ChooseBandsPass
    : public subbit::bitserial::impl::ChooseBandsPassBase<ChooseBandsPass> {
  void runOnOperation() override;
};
} // namespace

/// Of `size` positions as few runs of at most `most` as there can be, of the
/// same length.
static int64_t evenRun(int64_t size, int64_t most) {
  int64_t runs = (size + most - 1) / most;
  return (size + runs - 1) / runs;
}

void ChooseBandsPass::runOnOperation() {
  auto target = getTargetInfo(getOperation()->getParentOfType<ModuleOp>());
  if (failed(target))
    return signalPassFailure();
  getOperation().walk([&](ProductOp product) {
    if (product->hasAttr(kBandAttr))
      return;
    auto chain = BandChain::match(product);
    if (!chain)
      return;
    // A sum, a count and a patch word for each position are in registers.
    int64_t most = target->registers / 4;
    SmallVector<int64_t, 2> window = chain->window, band = window;
    int64_t windows = std::max<int64_t>(1, most / (window[0] * window[1]));
    band[1] *= evenRun(chain->size[1], windows);
    product->setAttr(kBandAttr, DenseI64ArrayAttr::get(&getContext(), band));
    ++numBands;
  });
}
