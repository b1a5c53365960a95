//===- Entry.h - The C interface of a compiled network -------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EMISSION_ENTRY_H
#define SUBBIT_EMISSION_ENTRY_H

#include "lib/Target/Versions.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/Module.h"
#include <string>
#include <vector>

namespace subbit {

/// An input or output of the entry function.
struct EntryTensor {
  /// The model's name, and the same as a unique C identifier.
  std::string name, identifier;
  int32_t type; ///< SUBBIT_F32, SUBBIT_I32 or SUBBIT_U8
  std::vector<int64_t> shape;
  int64_t bytes;
};

/// What the entry function, the header and the description say.
struct Entry {
  std::string name; ///< a C identifier
  std::vector<EntryTensor> inputs, outputs;
  int64_t scratchBytes = 0, scratchAlignment = 1;
  /// Whether weights are unpacked once, and the bytes of what they become.
  bool hasInit = false;
  int64_t weightsBytes = 0;
  int64_t traces = 0;
  /// Tasks that a run may share out; with more than one it takes a hook.
  int64_t threads = 1;
  /// What a CPU must have for each version, where there are several.
  llvm::SmallVector<CPUTests> versions;
};

/// `text` as a C identifier: other characters become underscores.
std::string toIdentifier(llvm::StringRef text);

/// The symbol that an array of version `version`'s module has in the object.
std::string arraySymbol(const Entry &entry, llvm::StringRef array,
                        unsigned version = 0);

/// Reads the interface off `main` after plan-memory; fails with a message for
/// element types that C has no name for.
mlir::FailureOr<Entry> getEntry(mlir::ModuleOp module, llvm::StringRef name);

/// Gives the symbols of version `version`'s translated module names that no
/// other version's have: arrays are NAME.layer.array, `main` and what
/// unpacks weights NAME.main and NAME.main.init.
void nameSymbols(llvm::Module &module, const Entry &entry,
                 unsigned version = 0);

/// Adds `NAME_run`, `NAME_init`, `NAME_description` and the trace function to
/// the named module of all versions; everything but the interface becomes
/// internal.
void buildEntry(llvm::Module &module, const Entry &entry);

/// Adds `NAME_module` and `NAME_module_size`, the bytes of a module.
void embedModule(llvm::Module &module, const Entry &entry,
                 llvm::StringRef bytecode);

/// The generated header, C and C++.
std::string makeHeader(const Entry &entry);

} // namespace subbit

#endif // SUBBIT_EMISSION_ENTRY_H
