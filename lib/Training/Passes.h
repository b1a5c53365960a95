//===- Passes.h - Passes that train the module ---------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TRAINING_PASSES_H
#define SUBBIT_TRAINING_PASSES_H

#include "dialects/MBN/IR/MBN.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace subbit {

#define GEN_PASS_DECL
#include "lib/Training/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "lib/Training/Passes.h.inc"

} // namespace subbit

#endif // SUBBIT_TRAINING_PASSES_H
