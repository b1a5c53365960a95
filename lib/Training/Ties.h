//===- Ties.h - Weights trained together ---------------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TRAINING_TIES_H
#define SUBBIT_TRAINING_TIES_H

#include "lib/Training/Graph.h"
#include "llvm/ADT/ArrayRef.h"

namespace subbit::training {

/// The parameters behind the weights of a float layer: one for each weight
/// (dense), one for each that is not 0 (masked), or one for each value but 0
/// that weights have (shared; the values are centroids). Every weight keeps its
/// parameter's value and moments, so that all that is needed is the gradient.
class Ties {
public:
  Ties(Tie tie, llvm::ArrayRef<float> weights);

  int64_t numParameters() const { return parameters; }

  /// dl/dweight becomes, in the place of each weight, dl/dparameter: the sum
  /// over the weights that share it, and 0 for weights that stay 0.
  void collect(llvm::MutableArrayRef<float> gradient) const;

private:
  static constexpr int32_t kNone = -1;
  int64_t parameters = 0;
  std::vector<int32_t> parameterOf; ///< [weights]; empty where all are dense
};

} // namespace subbit::training

#endif // SUBBIT_TRAINING_TIES_H
