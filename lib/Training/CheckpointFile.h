//===- CheckpointFile.h - Runs that stop and go on ------------ -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TRAINING_CHECKPOINTFILE_H
#define SUBBIT_TRAINING_CHECKPOINTFILE_H

#include "lib/Training/ALQ.h"

namespace subbit::training {

/// Writes a checkpoint; the file appears under its name when it is complete.
/// `run` says all that a run depends on.
llvm::Error writeCheckpoint(llvm::StringRef path, llvm::StringRef run,
                            const Checkpoint &checkpoint);

/// Reads one back: nothing if there is no such file, an error if it is damaged,
/// or of another run. `like` is a state of the run's network.
llvm::Expected<std::optional<Checkpoint>>
readCheckpoint(llvm::StringRef path, llvm::StringRef run, const State &like);

} // namespace subbit::training

#endif // SUBBIT_TRAINING_CHECKPOINTFILE_H
