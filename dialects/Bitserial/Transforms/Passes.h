//===- Passes.h - Passes of the bitserial dialect ------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_PASSES_H
#define SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_PASSES_H

#include "dialects/Bitserial/IR/Bitserial.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"

namespace subbit::bitserial {

#define GEN_PASS_DECL
#include "dialects/Bitserial/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dialects/Bitserial/Transforms/Passes.h.inc"

} // namespace subbit::bitserial

#endif // SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_PASSES_H
