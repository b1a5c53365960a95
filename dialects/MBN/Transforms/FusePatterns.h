//===- FusePatterns.h - Patterns of mbn-fuse ------------------ -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_MBN_TRANSFORMS_FUSEPATTERNS_H
#define SUBBIT_DIALECTS_MBN_TRANSFORMS_FUSEPATTERNS_H

#include "mlir/IR/PatternMatch.h"

namespace subbit::mbn {

/// `encode(chain(rescale(S)))` to `threshold(S)`.
void populateThresholdPatterns(mlir::RewritePatternSet &patterns);

} // namespace subbit::mbn

#endif // SUBBIT_DIALECTS_MBN_TRANSFORMS_FUSEPATTERNS_H
