//===- NetworkEvaluation.h - Evaluating a network ------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EXECUTION_NETWORKEVALUATION_H
#define SUBBIT_EXECUTION_NETWORKEVALUATION_H

#include "lib/Execution/CompiledNetwork.h"
#include "lib/Execution/EvaluationReport.h"

namespace subbit {

/// The ways to run a network.
enum class RunMode {
  Object,     ///< the compiled object
  Reference,  ///< the float meaning of its module
  Interpreter ///< its module, by the exact interpreter
};

/// Makes what runs the float meaning of a module.
using ReferenceFactory =
    std::function<llvm::Expected<RunFunction>(mlir::ModuleOp)>;

struct EvaluationOptions {
  RunMode mode = RunMode::Reference;
  /// Another way whose results are compared: layer by layer with the
  /// interpreter if these are the object and the interpreter. With the
  /// reference the outputs are compared, and the products one by one.
  std::optional<RunMode> compareWith;
  /// Measure times apart from the run that gives the results.
  bool benchmark = false;
  /// Measure the time of each layer of an object that has a trace.
  bool profile = false;
  std::optional<Normalization> normalization;
  /// Most threads of an object that was compiled for several.
  int32_t threads = SUBBIT_MOST_THREADS;
  /// By default the reference is compiled for this machine.
  ReferenceFactory makeReference;

  /// Sets `mode` and `compareWith` for an object or a module that was not
  /// compiled. By default objects are run as such, modules by the reference;
  /// a comparison is one of the object with what is asked for, the interpreter
  /// by default, or one of a module's reference and interpreter.
  void choose(bool isObject, std::optional<RunMode> asked, bool compare);
};

struct Evaluation {
  EvaluationReport report;
  /// [images, ...]
  std::vector<TensorValue> outputs;
};

/// Runs a network over a data set. `object` is null for a module that was not
/// compiled. The reference runs `module`, the interpreter runs `fused`, which
/// is the same network with products of integers; both are null for an object
/// if nothing needs them.
llvm::Expected<Evaluation> evaluate(const CompiledNetwork *object,
                                    mlir::ModuleOp module, mlir::ModuleOp fused,
                                    const Dataset &dataset,
                                    const EvaluationOptions &options);

} // namespace subbit

#endif // SUBBIT_EXECUTION_NETWORKEVALUATION_H
