//===- Passes.h - Passes of the mbn dialect ------------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_MBN_TRANSFORMS_PASSES_H
#define SUBBIT_DIALECTS_MBN_TRANSFORMS_PASSES_H

#include "dialects/MBN/IR/MBN.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace subbit::mbn {

#define GEN_PASS_DECL
#include "dialects/MBN/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dialects/MBN/Transforms/Passes.h.inc"

/// The shape of a group by name (see `mbn-sketch`) for weights of a shape;
/// fails for an unknown name or one that does not fit the rank.
mlir::FailureOr<llvm::SmallVector<int64_t>>
groupShape(llvm::StringRef name, llvm::ArrayRef<int64_t> weights);

} // namespace subbit::mbn

#endif // SUBBIT_DIALECTS_MBN_TRANSFORMS_PASSES_H
