//===- Dispatch.h - Choosing a version at run time ------------ -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EMISSION_DISPATCH_H
#define SUBBIT_EMISSION_DISPATCH_H

#include "lib/Target/Versions.h"
#include "llvm/IR/IRBuilder.h"

namespace subbit {

/// Adds the internal function `i32 NAME.version()` to an x86-64 module: 1 plus
/// the number of the last version whose tests the CPU passes, or -1 if it
/// passes none's. The CPU is asked at the first call; an internal atomic word,
/// `NAME.chosen`, keeps the answer.
llvm::Function *buildVersionChoice(llvm::Module &module, llvm::StringRef name,
                                   llvm::ArrayRef<CPUTests> versions);

} // namespace subbit

#endif // SUBBIT_EMISSION_DISPATCH_H
