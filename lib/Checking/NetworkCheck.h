//===- NetworkCheck.h - Checking the compiler on one network -- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_CHECKING_NETWORKCHECK_H
#define SUBBIT_CHECKING_NETWORKCHECK_H

#include "lib/Execution/TensorValue.h"
#include "lib/Target/Target.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"

namespace subbit {

/// How many elements of the results differ in their bits, and the first one as
/// text; results of other shapes differ in all elements.
struct Difference {
  int64_t count = 0;
  std::string first;
};
Difference compareBits(llvm::ArrayRef<TensorValue> expected,
                       llvm::ArrayRef<TensorValue> found);

/// How a network is compiled.
struct CheckedObject {
  /// Must be this machine's.
  TargetSpec target;
  /// With several, every product is shared out to them that can be.
  int64_t threads = 1;
  /// Unpack weights once.
  bool init = false;
};

/// Runs a compiled module; the files go to `directory`.
llvm::Expected<std::vector<std::vector<TensorValue>>>
runCompiled(mlir::ModuleOp module, const CheckedObject &object,
            llvm::StringRef directory,
            llvm::ArrayRef<std::vector<TensorValue>> inputs);

/// Runs passes on the module, interprets it after each of them, and compares
/// the results with those before; the error names the first pass that changed
/// one.
llvm::Error
checkPasses(mlir::ModuleOp module,
            llvm::function_ref<void(mlir::OpPassManager &)> addPasses,
            llvm::ArrayRef<std::vector<TensorValue>> inputs);

/// Checks that a network at the level "quantized" has the same results, bit for
/// bit, in the interpreter, in the interpreter after each pass of the phase
/// "fused", in the reference, compiled, and (but for the sign of zeros) after
/// it was written as ONNX and read back. The error names the pass or the way of
/// running that gave something else.
llvm::Error checkNetwork(mlir::ModuleOp module, const CheckedObject &object,
                         llvm::StringRef directory,
                         llvm::ArrayRef<std::vector<TensorValue>> inputs);

} // namespace subbit

#endif // SUBBIT_CHECKING_NETWORKCHECK_H
