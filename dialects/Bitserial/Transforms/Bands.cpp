//===- Bands.cpp - What a band computes -----------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/Bands.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace subbit::bitserial;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

/// A maximum over windows side by side, of which a band can hold one.
static bool isPlain(linalg::PoolingNhwcMaxUnsignedOp pooling) {
  ArrayRef<int64_t> window = shapeOf(pooling.getInputs()[1]);
  auto strides = pooling.getStrides().getValues<int64_t>();
  auto dilations = pooling.getDilations().getValues<int64_t>();
  return window[0] * window[1] <= kMostPositions && window[0] == strides[0] &&
         window[1] == strides[1] && dilations[0] == 1 && dilations[1] == 1;
}

std::optional<BandChain> BandChain::match(ProductOp product) {
  BandChain chain;
  chain.product = product;
  ScheduleAttr schedule = product.getSchedule();
  if (!schedule.inPixels() || schedule.getLanes() != 1 ||
      product->getNumResults() != 1 || !product->hasOneUse())
    return std::nullopt;
  chain.pack = product.getPatches().getDefiningOp<PackOp>();
  if (!chain.pack || !chain.pack->hasOneUse() || !chain.pack.getImage() ||
      !chain.pack.getOrigin().empty())
    return std::nullopt;
  chain.threshold = dyn_cast<ThresholdOp>(*product->user_begin());
  if (!chain.threshold || chain.threshold->getNumResults() != 1 ||
      chain.threshold.getResidual() ||
      !getElementTypeOrSelf(chain.threshold.getThresholds()).isInteger(32))
    return std::nullopt;

  chain.result = chain.threshold->getResult(0);
  if (chain.result.hasOneUse()) {
    auto pooling = dyn_cast<linalg::PoolingNhwcMaxUnsignedOp>(
        *chain.result.getUsers().begin());
    if (pooling && pooling.getInputs()[0] == chain.result && isPlain(pooling)) {
      chain.result = pooling->getResult(0);
      chain.window.assign(shapeOf(pooling.getInputs()[1]));
    }
  }
  ArrayRef<int64_t> shape = shapeOf(chain.result);
  if (shape.size() == 4) {
    chain.images = shape[0];
    chain.size = {shape[1], shape[2]};
  } else {
    chain.size = {1, shape[0]};
  }
  return chain;
}
