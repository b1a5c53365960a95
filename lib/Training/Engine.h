//===- Engine.h - Losses and gradients of a network ----------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TRAINING_ENGINE_H
#define SUBBIT_TRAINING_ENGINE_H

#include "lib/Training/Graph.h"
#include <memory>

namespace subbit::training {

/// Of scores for each class: the last two take the right class's to be 1, and
/// the others' -1 (squared hinge) or 0.
enum class Loss { CrossEntropy, SquaredHinge, MeanSquaredError };

/// Rows of data on plain arrays, which the caller keeps.
struct Batch {
  const float *inputs = nullptr; ///< [rows, input shape]
  int64_t rows = 0;
  /// [rows], classes; null where outputs are wanted and no loss.
  const int64_t *labels = nullptr;
  /// A teacher's scores, [rows, classes], or null: this part of the loss, 0 to
  /// 1, is the cross-entropy to their softmax instead.
  const float *teacher = nullptr;
  double teacherWeight = 0;
};

struct Outcome {
  double loss = 0;     ///< mean over the rows
  int64_t correct = 0; ///< rows whose largest output is their label's
};

/// Evaluates a graph and differentiates it. It is implemented in a library of
/// its own, by libtorch; nothing throws across this interface.
class Engine {
public:
  virtual ~Engine() = default;

  /// Evaluates one batch, parts of it on several threads, with parameter `i` of
  /// the graph at `parameters[i]`. Where `gradients` is not empty this is a
  /// step of training: batches give their own statistics, whose running
  /// averages are written to the statistics among the parameters, and
  /// dl/dparameter to `gradients[i]` where that is not null; of levels,
  /// kActivationSamples of the values that they are to stand for instead, from
  /// all over the batch's first part. `outputs`, where not null, takes the
  /// network's outputs, [rows, ...]. False, and a message, where it cannot be
  /// evaluated.
  virtual bool run(const Batch &batch, Loss loss,
                   const std::vector<float *> &parameters,
                   const std::vector<float *> &gradients, float *outputs,
                   Outcome &outcome, std::string &error) = 0;
};

/// What the library exports, by the name of kEngineSymbol.
using MakeEngine = Engine *(const Graph &graph, std::string &error);
constexpr char kEngineSymbol[] = "subbitMakeEngine";

/// Loads the library, once, and makes an engine of a graph; null, and a message
/// that names the missing package, where there is none. The core of OpenBLAS is
/// chosen from the CPU's features first, unless OPENBLAS_CORETYPE is set.
std::unique_ptr<Engine> makeEngine(const Graph &graph, std::string &error);

} // namespace subbit::training

#endif // SUBBIT_TRAINING_ENGINE_H
