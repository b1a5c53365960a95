//===- Compile.h - From a model file to an object file -------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_PIPELINES_COMPILE_H
#define SUBBIT_PIPELINES_COMPILE_H

#include "lib/Pipelines/Recipe.h"
#include "lib/Target/Target.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include <functional>

namespace subbit {

struct CompileOptions {
  /// An ONNX model (.onnx) or a module at any level up to "fused".
  std::string model;
  /// For a phase or "onnx" the file to write, "-" for stdout; for "obj" and
  /// "so" the prefix of the files, whose base name names the network.
  std::string output;
  /// "obj", "so", "onnx" or a phase.
  std::string emit = "obj";
  /// Where to write each phase, NUMBER-NAME; nowhere if empty.
  std::string dumpPhasesTo;
  TargetSpec target;
  /// What the recipe and the command line ask for together.
  Recipe recipe;
  int64_t batch = 1;
  /// Print sizes and memory of an object.
  bool report = false;
  /// Return integers where the network returns a layer's floats.
  bool integerScores = false;
  /// Hand each layer's result to the caller's trace function.
  bool trace = false;
  /// Threads that a run may use, 1 to 64, through the caller's hook; 0 for what
  /// the module says, or one.
  int64_t threads = 0;
  /// Unpack weights once, in NAME_init, not in each run.
  bool init = false;
  /// Called after each phase of MLIR, by name; may look at the module or change
  /// it, and says itself why it fails.
  std::function<mlir::LogicalResult(llvm::StringRef phase, mlir::ModuleOp)>
      afterPhase;
};

/// Fails with a message for a name of `CompileOptions::output` or a value of
/// `CompileOptions::emit` that are none.
llvm::Error checkOutput(llvm::StringRef output, llvm::StringRef emit);

/// Reads a model into a module; null after a message in the context's
/// diagnostics.
mlir::OwningOpRef<mlir::ModuleOp>
readModel(llvm::StringRef path, mlir::MLIRContext &context, int64_t batch);

/// A fused copy of a module of any level up to "fused". Null after a message;
/// remarks are swallowed.
mlir::OwningOpRef<mlir::ModuleOp> makeFused(mlir::ModuleOp module);

/// Compiles; files appear whole or not at all. Messages go to the context's
/// diagnostics.
mlir::LogicalResult compile(const CompileOptions &options,
                            mlir::MLIRContext &context);

} // namespace subbit

#endif // SUBBIT_PIPELINES_COMPILE_H
