//===- TrainModule.h - Training the constants of a module ----- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TRAINING_TRAINMODULE_H
#define SUBBIT_TRAINING_TRAINMODULE_H

#include "lib/Execution/DataFiles.h"
#include "lib/Training/ALQ.h"
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
  /// Globs over names of float layers whose weights that are 0 stay so, and of
  /// those whose equal weights stay equal as well.
  std::vector<std::string> masked, shared;
  /// Where each epoch leaves what a run needs to go on, and whether to go on
  /// from there; none if empty.
  std::string checkpoint;
  bool resume = false;
  /// Gets a line of JSON for each epoch; none if empty.
  std::string log;
  bool quiet = false;
  /// A module, as MLIR, whose scores are learned from, and their part of the
  /// loss; none if empty.
  std::string teacher;
  double teacherWeight = 0.5;
  TrainerOptions trainer;
};

/// Trains the module's main in the phases that `plan` gives, and writes the
/// state back: bases on the grid, and floats. Ctrl-C ends training with the
/// best state so far. Messages go to the module's context; the module changes
/// only where all went well. Returns the number of bases.
mlir::FailureOr<int64_t>
trainModule(mlir::ModuleOp module, const TrainingSettings &settings,
            const ALQOptions &options,
            llvm::function_ref<std::vector<Phase>(const ALQ &)> plan);

} // namespace subbit::training

#endif // SUBBIT_TRAINING_TRAINMODULE_H
