//===- TorchCalls.h - Nodes and losses as calls of libtorch --- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TRAINING_TORCH_TORCHCALLS_H
#define SUBBIT_TRAINING_TORCH_TORCHCALLS_H

#include "lib/Training/Engine.h"
#include <ATen/ATen.h>

namespace subbit::training {

/// Computes one node. While training, batch normalizations take the statistics
/// of the batch and move their running ones. Throws what libtorch throws.
at::Tensor callNode(const Node &node, const std::vector<at::Tensor> &operands,
                    bool training);

/// The mean loss of a batch of outputs, [rows, classes]. `teacher` is undefined
/// where there is none.
at::Tensor callLoss(Loss loss, const at::Tensor &outputs,
                    const at::Tensor &labels, const at::Tensor &teacher,
                    double teacherWeight);

} // namespace subbit::training

#endif // SUBBIT_TRAINING_TORCH_TORCHCALLS_H
