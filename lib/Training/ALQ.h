//===- ALQ.h - Adaptive loss-aware quantization --------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TRAINING_ALQ_H
#define SUBBIT_TRAINING_ALQ_H

#include "lib/Training/Trainer.h"

namespace subbit::training {

/// When pruning has taken enough; one of them, or none.
struct Target {
  std::optional<double> bits;  ///< bases per weight, on average
  std::optional<double> ratio; ///< 32 bits per weight over the formula's bits
  std::optional<double> bytes; ///< of the formula
};

struct ALQOptions {
  int64_t recoveryEpochs = 1; ///< of bases, before anything is pruned
  int64_t rounds = 4;
  double prune = 0.4; ///< of the bases in each round, without a target
  double share = 0.5; ///< of its bases that a tensor offers at most
  int64_t basisEpochs = 2, coordinateEpochs = 3;
  int64_t finalEpochs = 3; ///< of coordinates, with rounding in the loop
  double basisRate = 1e-3, coordinateRate = 1e-4, pruneRate = 1e-4;
  double rateDecay = 0.8;    ///< of a rate from one epoch to the next
  double weightDecay = 1e-6; ///< L2 of coordinates
  Target target;
};

/// What is known after an epoch.
struct Progress {
  llvm::StringRef phase;
  int64_t epoch, epochs; ///< this one, from 1, and all of them
  Score training, validation;
  double averageBits, ratio;
  int64_t bases;
  double seconds; ///< since the beginning
};
using Listener = std::function<void(const Progress &)>;

/// The steps of the paper, each over whole epochs and each with moments of its
/// own; and all of them in order (Alg. 5). Where there are validation data the
/// best state since the last pruning is kept.
class ALQ {
public:
  ALQ(Trainer &trainer, const ALQOptions &options, Listener listener);

  /// Alg. 2: prunes in equal parts over one epoch, until the measure of the
  /// target is `value`.
  llvm::Error prune(double value);
  /// Alg. 3.
  llvm::Error optimizeBases(int64_t epochs);
  /// Alg. 4; with `rounded` the loss is that of weights on the grid.
  llvm::Error optimizeCoordinates(int64_t epochs, bool rounded);
  /// Alg. 5. An error if the target cannot be met.
  llvm::Error run();

  /// Fails, and says the smallest, where not even a network without bases meets
  /// the target.
  llvm::Error checkTarget();
  /// What the target counts: mean bases of a weight, or bits of the formula. It
  /// falls as bases go.
  double measure();
  /// The target's value of `measure`, or what `ALQOptions::prune` leaves.
  double goal();
  /// Restores the best state, rounded.
  void finish();
  void countEpochs(int64_t epochs) { allEpochs = epochs; }

private:
  llvm::Error endEpoch(llvm::StringRef phase, const Score &training);
  double rateOf(double rate, int64_t epoch) const;

  Trainer &trainer;
  ALQOptions options;
  Listener listener;
  int64_t epoch = 0, allEpochs = 0;
  std::optional<State> best;
  Score bestScore;
  double began; ///< seconds of a steady clock
};

} // namespace subbit::training

#endif // SUBBIT_TRAINING_ALQ_H
