//===- Chain.h - Monotone operations as plain functions ------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_MBN_TRANSFORMS_CHAIN_H
#define SUBBIT_DIALECTS_MBN_TRANSFORMS_CHAIN_H

#include "dialects/MBN/IR/MBN.h"
#include "lib/Numerics/Interpreter.h"

namespace subbit::mbn {

/// One monotone step of a chain: a function of one float with constants, one
/// for all channels (the last dimension) or one for each.
struct ChainStep {
  enum class Kind {
    Clamp,
    Norm,
    Add,
    Subtract,
    SubtractFrom,
    Multiply,
    Divide
  };
  Kind kind;
  float least = 0, most = 0;                   ///< of Clamp
  std::vector<numerics::BatchNorm> norms = {}; ///< of Norm
  std::vector<float> constants = {};           ///< of the others

  float constant(int64_t channel) const {
    return constants[constants.size() == 1 ? 0 : channel];
  }
  /// As the unfolded operation computes it.
  float apply(float x, int64_t channel) const;
  /// Whether the result falls where x rises.
  bool falls(int64_t channel) const;
};

/// The step that an operation is, `x` its operand that is no constant; fails if
/// it is none, or its constants are not finite.
mlir::FailureOr<ChainStep> getChainStep(mlir::Operation *op, mlir::Value &x);

} // namespace subbit::mbn

#endif // SUBBIT_DIALECTS_MBN_TRANSFORMS_CHAIN_H
