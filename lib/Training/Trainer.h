//===- Trainer.h - Epochs over data --------------------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TRAINING_TRAINER_H
#define SUBBIT_TRAINING_TRAINER_H

#include "lib/Numerics/Levels.h"
#include "lib/Numerics/Random.h"
#include "lib/Training/Engine.h"
#include "lib/Training/LossAware.h"
#include "lib/Training/Ties.h"
#include "llvm/Support/Error.h"
#include <functional>
#include <optional>

namespace subbit::training {

/// Rows of a data set as the network takes them.
struct Data {
  std::vector<float> inputs;   ///< [rows, input]
  std::vector<int64_t> labels; ///< [rows]
  int64_t rows() const { return labels.size(); }
};

struct TrainerOptions {
  int64_t batch = 128;
  uint64_t seed = 1;
  Loss loss = Loss::CrossEntropy;
  /// AMSGrad's rate for what has no bases: biases, normalization, float
  /// weights.
  double floatRate = 1e-4;
  /// Weight of the past in the running averages of levels, 0 to 1; with 1 they
  /// stay.
  double levelMomentum = 0.99;
  /// Images of [channels, height, width] are moved by up to this many positions
  /// in either direction, and mirrored; positions that become free are as dark
  /// as `background`, one value per channel.
  int64_t shift = 0;
  bool flip = false;
  std::vector<float> background;
};

/// A tensor of weights that is trained as bases, and the parameter it is.
struct Tensor {
  size_t parameter;
  MultiBit weights;
  GridOptions grid;
  /// What the bases were sketched from, row-major, where that is known.
  std::vector<float> floats = {};
};

/// Levels of activations, and the parameter that they are.
struct ActivationLevels {
  size_t parameter;
  numerics::Levels levels;
};

/// What the parameter holds: levels, rising, and the thresholds between them.
std::vector<float> valuesOf(const numerics::Levels &levels);

/// Loss (a mean) and share of rows that are classified right.
struct Score {
  double loss = 0, accuracy = 0;
};

/// What was trained: parameters without bases, and the tensors with them.
struct State {
  std::vector<std::vector<float>> values; ///< [parameters]
  std::vector<Tensor> tensors;
  std::vector<ActivationLevels> activations;

  int64_t numBases() const;
  /// The ALQ paper's size of all weights, plain ones with 32 bits.
  int64_t formulaBits(const Graph &graph) const;
  double averageBits() const;
};

/// All that a trainer's next epoch depends on but its data.
struct TrainerState {
  State state;
  std::vector<AMSGrad> moments; ///< of parameters, empty where not trained so
  std::vector<numerics::LevelsEstimator::Learned> learned; ///< [activations]
  std::string random;
  int64_t epochs = 0;
};

/// A network whose scores are learned from, with its constants.
struct Teacher {
  Graph graph;
  std::unique_ptr<Engine> engine;
  std::vector<std::vector<float>> values; ///< [parameters]
};

/// Trains a network on plain arrays, one epoch at a time. Bases are evaluated
/// as `State::tensors` decodes them; scores are of weights rounded to the grid.
class Trainer {
public:
  Trainer(Graph graph, std::unique_ptr<Engine> engine, Data train,
          Data validation, State state, const TrainerOptions &options);

  /// From now on this part of the loss of training, 0 to 1, is the
  /// cross-entropy to the softmax of the teacher's scores. It takes the same
  /// inputs and gives as many outputs.
  void learnFrom(Teacher teacher, double weight);

  /// Called after each batch, with the gradient of every parameter.
  using Update = llvm::function_ref<void(
      llvm::ArrayRef<std::vector<float>> gradients, int64_t step)>;

  /// One pass over the training data in a new order; `update` moves the
  /// tensors. With `rounded` the loss is that of rounded weights. Stops, with
  /// an error that says where, at a loss that is no number.
  llvm::Expected<Score> epoch(llvm::StringRef phase, bool rounded,
                              Update update);
  /// Of the rounded weights on the validation data, or on the training data
  /// where there are no others.
  llvm::Expected<Score> validate();

  TrainerState save() const;
  void restore(TrainerState saved);

  /// Once this is true, an epoch ends after its batch, and none begins.
  void stopWhen(std::function<bool()> condition) {
    shouldStop = std::move(condition);
  }
  bool isStopped() const { return shouldStop && shouldStop(); }

  /// Batches of an epoch.
  int64_t stepsPerEpoch() const;

  const Graph &getGraph() const { return graph; }
  State &getState() { return state; }
  const State &getState() const { return state; }

private:
  void fillBatch(llvm::ArrayRef<int64_t> rows);
  void decode(bool rounded);
  void followActivations();
  llvm::Error askTeacher(Batch &batch);

  Graph graph;
  std::unique_ptr<Engine> engine;
  Data train, validation;
  State state;
  TrainerOptions options;
  Random random;
  std::vector<AMSGrad> moments;                      ///< see TrainerState
  std::vector<Ties> ties;                            ///< [parameters]
  std::vector<numerics::LevelsEstimator> estimators; ///< [activations]
  std::function<bool()> shouldStop;
  std::vector<float> inputs;
  std::vector<int64_t> labels;
  std::optional<Teacher> teacher;
  double teacherWeight = 0;
  std::vector<float> teacherScores;
  std::vector<std::vector<float>> gradients;
  int64_t epochs = 0;
};

} // namespace subbit::training

#endif // SUBBIT_TRAINING_TRAINER_H
