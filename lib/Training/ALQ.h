//===- ALQ.h - Adaptive loss-aware quantization --------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TRAINING_ALQ_H
#define SUBBIT_TRAINING_ALQ_H

#include "lib/Training/Trainer.h"
#include <map>

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
  double prune = 0.4; ///< of the size in each round, without a target
  double share = 0.5; ///< of its bases that a tensor offers at most
  int64_t basisEpochs = 2, coordinateEpochs = 3;
  int64_t finalEpochs = 3; ///< of coordinates, with rounding in the loop
  /// In place of Alg. 3, where given.
  std::optional<Projection> straightThrough;
  int64_t straightThroughEpochs = 0; ///< behind the rounds, loss-aware
  double basisRate = 1e-3, coordinateRate = 1e-4, pruneRate = 1e-4;
  double straightThroughRate = 1e-4; ///< of the epochs behind the rounds
  double rateDecay = 0.8;            ///< of a rate from one epoch to the next
  double weightDecay = 1e-6;         ///< L2 of coordinates
  Target target;
};

/// Epochs of one kind, with moments of their own.
struct Phase {
  enum class Kind { Pruning, Bases, StraightThrough, Coordinates, Rounded };
  Kind kind;
  int64_t epochs = 1;
  double goal = 0; ///< of Pruning: the measure of the target at its end
  /// Of StraightThrough.
  Projection projection = Projection::LossAware;
  double rate = 1e-3;

  llvm::StringRef name() const;
};

/// What is known after an epoch.
struct Progress {
  llvm::StringRef phase;
  int64_t epoch, epochs; ///< this one, from 1, and all of them
  Score training, validation;
  double averageBits, ratio;
  std::map<std::string, double>
      layerBits; ///< mean bits of each layer's weights
  double bytes;  ///< of all weights, by the formula
  int64_t bases;
  double seconds; ///< since the beginning
};

/// All that a run needs to go on as if it had not stopped.
struct Checkpoint {
  TrainerState trainer;
  size_t phase = 0;
  int64_t epoch = 0; ///< of the phase
  std::vector<AMSGrad> moments;
  /// [tensors], in the order of codes: of a phase that is straight-through.
  std::vector<std::vector<float>> floats;
  std::optional<State> best;
  Score bestScore;
  int64_t finished = 0; ///< epochs of all phases
  double seconds = 0;
};

/// Runs phases of the paper's steps over whole epochs. Where there are
/// validation data the best state since the last pruning is kept.
class ALQ {
public:
  using Listener = std::function<void(const Progress &)>;
  /// Called before the first epoch and after each one; an error ends training.
  using Keeper = std::function<llvm::Error(const Checkpoint &)>;

  ALQ(Trainer &trainer, const ALQOptions &options, Listener listener,
      Keeper keeper = {});

  /// Alg. 5: recovery, rounds of pruning, bases and coordinates, the grid. The
  /// size falls by the same factor in each round; nothing is pruned where it is
  /// at its goal.
  std::vector<Phase> plan() const;

  /// An error if options are out of range, or the target cannot be met.
  llvm::Error check(llvm::ArrayRef<Phase> phases) const;

  /// Runs phases, from a checkpoint of them on if there is one; ends early
  /// where the trainer is told to stop. Then the trainer's state is the best.
  /// An error if the target cannot be met, or of an epoch.
  llvm::Error run(llvm::ArrayRef<Phase> phases,
                  std::optional<Checkpoint> from = std::nullopt);

  /// The target's value of what it counts, mean bases of a weight or bits of
  /// the formula, or what `ALQOptions::prune` leaves of it.
  double goal() const;

private:
  llvm::Error checkOptions() const;
  llvm::Error checkTarget(llvm::ArrayRef<Phase> phases) const;
  /// What is left of the measure without any basis.
  double leastMeasure() const;
  double measure() const;
  /// The phase that looks for bases.
  Phase basisPhase(int64_t epochs) const;
  void beginPhase(const Phase &phase);
  void update(const Phase &phase, llvm::ArrayRef<std::vector<float>> gradients,
              int64_t step);
  void prune(const Phase &phase, int64_t step);
  llvm::Error keep();
  llvm::Error endEpoch(const Phase &phase, const Score &training);

  Trainer &trainer;
  ALQOptions options;
  Listener listener;
  Keeper keeper;
  Checkpoint at; ///< its `trainer` is set when it is handed on
  int64_t epochs = 0;
  double pruneFrom = 0; ///< the measure when the phase began
  double began;         ///< seconds of a steady clock
};

} // namespace subbit::training

#endif // SUBBIT_TRAINING_ALQ_H
