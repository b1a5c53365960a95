//===- Passes.h - Passes that lead to an object file ---------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EMISSION_PASSES_H
#define SUBBIT_EMISSION_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace subbit {

#define GEN_PASS_DECL
#include "lib/Emission/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "lib/Emission/Passes.h.inc"

/// On the arguments of `main`: the model's name of an input or output; marks
/// of outputs, of unpacked weights and of the scratch block.
constexpr llvm::StringLiteral kNameAttr = "mbn.name";
constexpr llvm::StringLiteral kOutputAttr = "subbit.output";
constexpr llvm::StringLiteral kWeightsAttr = "subbit.weights";
constexpr llvm::StringLiteral kScratchAttr = "subbit.scratch";
/// The function that unpacks weights once.
constexpr llvm::StringLiteral kInitFunction = "main.init";
/// On a linalg.generic that reduces: what results begin with, whatever their
/// buffer holds.
constexpr llvm::StringLiteral kStartAttr = "subbit.start";

} // namespace subbit

#endif // SUBBIT_EMISSION_PASSES_H
