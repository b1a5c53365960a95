//===- Interpreter.h - Running a module exactly --------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EXECUTION_INTERPRETER_H
#define SUBBIT_EXECUTION_INTERPRETER_H

#include "lib/Execution/TensorValue.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <functional>
#include <vector>

namespace subbit {

/// Runs `main` of a module on plain arrays, by the functions of lib/Numerics:
/// model, quantized and fused modules. It shares no code with the lowerings,
/// which are compared with it.
///
/// The module must outlive the interpreter and stay as it is. Weights are
/// decoded once; `run` is re-entrant.
class Interpreter {
public:
  /// Called with the values of `main`'s arguments and of every operation that
  /// is no constant, in order.
  using Observer = llvm::function_ref<void(mlir::Value, const TensorValue &)>;

  /// Fails if there is no `main` of one block, or naming the first operation
  /// that there is no rule for.
  static llvm::Expected<Interpreter> create(mlir::ModuleOp module);

  /// Fails if the inputs do not fit the arguments. Values are freed after
  /// their last use.
  llvm::Expected<std::vector<TensorValue>>
  run(llvm::ArrayRef<TensorValue> inputs, Observer observer = nullptr) const;

  /// The types that inputs have to fit; see checkInputs.
  llvm::ArrayRef<mlir::Type> inputTypes() const { return argumentTypes; }

private:
  /// Computes one operation. Operands that carry no tensor (weights, shapes)
  /// are null.
  using Kernel =
      std::function<TensorValue(llvm::ArrayRef<const TensorValue *>)>;
  struct Step {
    Kernel kernel;
    mlir::Value result;
    llvm::SmallVector<int64_t, 4> operands; ///< slots, -1 for none
    int64_t slot;
    llvm::SmallVector<int64_t, 2> dead; ///< slots last used here
  };

  llvm::Error addOperation(mlir::Operation *op,
                           llvm::DenseMap<mlir::Value, int64_t> &slots);
  void findLastUses();

  std::vector<mlir::Value> arguments;
  std::vector<mlir::Type> argumentTypes;
  /// Slots hold the arguments, then the constants and results as they come.
  int64_t numSlots = 0;
  std::vector<std::pair<int64_t, TensorValue>> constants;
  std::vector<Step> steps;
  llvm::SmallVector<int64_t, 2> returned;
};

} // namespace subbit

#endif // SUBBIT_EXECUTION_INTERPRETER_H
