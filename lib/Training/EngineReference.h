//===- EngineReference.h - A module by the engine ------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TRAINING_ENGINEREFERENCE_H
#define SUBBIT_TRAINING_ENGINEREFERENCE_H

#include "lib/Execution/Evaluation.h"
#include "mlir/IR/BuiltinOps.h"

namespace subbit::training {

/// Evaluates `main`, of one input and one output of floats, with what training
/// computes losses by: a reference whose layers are libtorch's. Fails where an
/// operation has no gradient there, which the module's context is told, or
/// where the library is missing.
llvm::Expected<RunFunction> makeEngineReference(mlir::ModuleOp module);

} // namespace subbit::training

#endif // SUBBIT_TRAINING_ENGINEREFERENCE_H
