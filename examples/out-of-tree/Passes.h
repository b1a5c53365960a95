//===- Passes.h - Passes built outside of Subbit's tree ------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef MYPASSES_PASSES_H
#define MYPASSES_PASSES_H

#include "dialects/MBN/IR/MBN.h"
#include "mlir/Pass/Pass.h"

namespace my {

#define GEN_PASS_DECL
#include "Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "Passes.h.inc"

} // namespace my

#endif // MYPASSES_PASSES_H
