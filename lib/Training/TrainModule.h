//===- TrainModule.h - Training the constants of a module ----- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TRAINING_TRAINMODULE_H
#define SUBBIT_TRAINING_TRAINMODULE_H

#include "lib/Execution/DataFiles.h"
#include "lib/Training/Trainer.h"
#include "mlir/IR/BuiltinOps.h"

namespace subbit::training {

/// What a pass that trains is told about its data and its steps.
struct TrainingSettings {
  std::string data, labels;
  int64_t count = 0;      ///< rows to use, 0 for all
  int64_t validation = 0; ///< the last of these
  /// Whether the data are pixels, which `normalization` makes floats of.
  bool pixels = false;
  Normalization normalization;
  int64_t maxInteger = 127;
  TrainerOptions trainer;
};

/// Makes a trainer of the module's main, lets `train` move its state, and
/// writes the state back: bases on the grid, and floats. Messages go to the
/// module's context; the module changes only where all went well.
mlir::LogicalResult
trainModule(mlir::ModuleOp module, const TrainingSettings &settings,
            llvm::function_ref<llvm::Error(Trainer &)> train);

} // namespace subbit::training

#endif // SUBBIT_TRAINING_TRAINMODULE_H
