//===- JIT.h - Running a module's reference ------------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EXECUTION_JIT_H
#define SUBBIT_EXECUTION_JIT_H

#include "lib/Execution/TensorValue.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Types.h"
#include <memory>
#include <vector>

namespace mlir {
class ExecutionEngine;
} // namespace mlir

namespace subbit {

/// `main` of a module, compiled for this machine as the float reference:
/// convert-mbn-to-linalg, then plain loops with strict float semantics. It is
/// much faster than the interpreter on float layers, exact on fused ones, and
/// shares nothing with the kernels.
class ReferenceFunction {
public:
  /// Compiles a copy of the module. Fails with what the passes reported.
  static llvm::Expected<std::unique_ptr<ReferenceFunction>>
  compile(mlir::ModuleOp module);
  ~ReferenceFunction();

  /// Fails if the inputs do not fit the arguments. Re-entrant.
  llvm::Expected<std::vector<TensorValue>>
  run(llvm::ArrayRef<TensorValue> inputs) const;

  /// The types that inputs have to fit; see checkInputs.
  llvm::ArrayRef<mlir::Type> inputTypes() const { return argumentTypes; }

private:
  ReferenceFunction();

  std::unique_ptr<mlir::ExecutionEngine> engine;
  void (*function)(void **) = nullptr;
  std::vector<mlir::Type> argumentTypes, resultTypes;
};

} // namespace subbit

#endif // SUBBIT_EXECUTION_JIT_H
