//===- MBNFolds.cpp - Folds of the mbn dialect ----------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/MBN.h"

using namespace mlir;
using namespace subbit::mbn;

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

// encode(decode(q)) -> q, when the levels are the same and no two of them
// round to the same float.
OpFoldResult EncodeOp::fold(FoldAdaptor) {
  auto decode = getInput().getDefiningOp<DecodeOp>();
  if (!decode || decode.getInput().getType() != getType())
    return {};
  subbit::numerics::Levels levels = getType().getLevels().toNumerics();
  std::vector<float> thresholds = getThresholdValues();
  llvm::ArrayRef<float> rows = thresholds;
  for (; !rows.empty(); rows = rows.drop_front(levels.count() - 1))
    for (int64_t i = 0; i < levels.count(); ++i)
      if (subbit::numerics::encode(levels.value(i),
                                   rows.take_front(levels.count() - 1)) != i)
        return {};
  return decode.getInput();
}

// reshape(x) -> x, when the shape stays
// reshape(reshape(x)) -> reshape(x)
OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  if (auto inner = getInput().getDefiningOp<ReshapeOp>()) {
    getInputMutable().assign(inner.getInput());
    return getResult();
  }
  return {};
}

// transpose(x, identity) -> x
OpFoldResult TransposeOp::fold(FoldAdaptor) {
  for (auto [i, p] : llvm::enumerate(getPermutation()))
    if (p != static_cast<int64_t>(i))
      return {};
  return getInput();
}
