//===- Object.h - From the LLVM dialect to files -------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EMISSION_OBJECT_H
#define SUBBIT_EMISSION_OBJECT_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"

namespace subbit {

/// Translates a module in the LLVM dialect for a target machine.
llvm::Expected<std::unique_ptr<llvm::Module>>
translate(mlir::ModuleOp module, llvm::LLVMContext &context,
          llvm::TargetMachine &machine);

/// LLVM's usual optimizations at level 3.
void optimize(llvm::Module &module, llvm::TargetMachine &machine);

/// An object file, with a section of stack sizes where it is ELF, or assembly.
llvm::Expected<llvm::SmallVector<char, 0>>
emitCode(llvm::Module &module, llvm::TargetMachine &machine, bool assembly);

/// Bytes of each symbol of an object file.
llvm::Expected<llvm::StringMap<int64_t>>
symbolSizes(llvm::ArrayRef<char> object);

/// What an ELF object takes of a machine's memory.
struct ObjectMemory {
  int64_t flashBytes = 0; ///< code and constants
  int64_t ramBytes = 0;   ///< variables
  /// The frames of all functions, which call each other in a row, none twice;
  /// of several versions the largest. What the C library's functions take is
  /// not known here.
  int64_t stackBytes = 0;
};
/// None for objects of other formats.
llvm::Expected<std::optional<ObjectMemory>>
measureMemory(llvm::ArrayRef<char> object);

/// Links an object file into a shared object with lld. Fails if lld is missing
/// or refuses.
llvm::Error linkShared(llvm::StringRef object, llvm::StringRef output);

} // namespace subbit

#endif // SUBBIT_EMISSION_OBJECT_H
