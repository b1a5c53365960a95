//===- Ties.cpp - Weights trained together --------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/Ties.h"
#include <unordered_map>

using namespace subbit::training;

Ties::Ties(Tie tie, llvm::ArrayRef<float> weights) {
  if (tie == Tie::None) {
    parameters = weights.size();
    return;
  }
  std::unordered_map<float, int32_t> numbers;
  for (float weight : weights) {
    if (weight == 0)
      parameterOf.push_back(kNone);
    else if (tie == Tie::Zeros)
      parameterOf.push_back(parameters++);
    else
      parameterOf.push_back(
          numbers.try_emplace(weight, numbers.size()).first->second);
  }
  if (tie == Tie::Values)
    parameters = numbers.size();
}

void Ties::collect(llvm::MutableArrayRef<float> gradient) const {
  if (parameterOf.empty())
    return;
  std::vector<double> sums(parameters, 0);
  for (auto [g, parameter] : llvm::zip_equal(gradient, parameterOf))
    if (parameter != kNone)
      sums[parameter] += g;
  for (auto [g, parameter] : llvm::zip_equal(gradient, parameterOf))
    g = parameter == kNone ? 0 : static_cast<float>(sums[parameter]);
}
