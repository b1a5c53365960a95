//===- Trainer.cpp - Epochs over data -------------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/Trainer.h"
#include <cmath>
#include <numeric>

using namespace llvm;
using namespace subbit;
using namespace subbit::training;

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

int64_t State::numBases() const {
  int64_t bases = 0;
  for (const Tensor &tensor : tensors)
    bases += tensor.weights.numBases();
  return bases;
}

double State::averageBits() const {
  double bits = 0;
  int64_t weights = 0;
  for (const Tensor &tensor : tensors) {
    bits += tensor.weights.averageBits() * tensor.weights.numElements();
    weights += tensor.weights.numElements();
  }
  return bits / weights;
}

int64_t State::formulaBits(const Graph &graph) const {
  int64_t bits = 0;
  for (const Parameter &parameter : graph.parameters)
    if (parameter.role == Role::Weights)
      bits += 32 * parameter.size();
  for (const Tensor &tensor : tensors) {
    const MultiBit &weights = tensor.weights;
    int64_t most =
        *std::max_element(weights.widths.begin(), weights.widths.end());
    numerics::Bases bases;
    bases.widths = weights.widths;
    bits += numerics::formulaBits(weights.grouping(), bases,
                                  std::max<int64_t>(most, 1)) -
            32 * weights.numElements();
  }
  return bits;
}

//===----------------------------------------------------------------------===//
// Trainer
//===----------------------------------------------------------------------===//

Trainer::Trainer(Graph graph, std::unique_ptr<Engine> engine, Data train,
                 Data validation, State state, const TrainerOptions &options)
    : graph(std::move(graph)), engine(std::move(engine)),
      train(std::move(train)), validation(std::move(validation)),
      state(std::move(state)), options(options), random(options.seed),
      gradients(this->graph.parameters.size()) {
  for (auto [i, parameter] : enumerate(this->graph.parameters)) {
    bool hasBases = any_of(this->state.tensors, [&, i = i](const Tensor &t) {
      return t.parameter == i;
    });
    bool trained = !parameter.isFrozen && (parameter.role == Role::Trained ||
                                           parameter.role == Role::Weights);
    moments.emplace_back(trained && !hasBases ? parameter.size() : 0);
    ties.emplace_back(parameter.tie, this->state.values[i]);
    if (trained)
      gradients[i].resize(parameter.size());
  }
  for (ActivationLevels &activations : this->state.activations) {
    estimators.emplace_back(activations.levels, options.levelMomentum);
    if (options.levelMomentum < 1 &&
        !this->graph.parameters[activations.parameter].isFrozen)
      gradients[activations.parameter].resize(kActivationSamples);
  }
}

int64_t Trainer::stepsPerEpoch() const {
  // One row alone has no statistics; it goes to the batch before.
  int64_t rest = train.rows() % options.batch;
  int64_t whole = train.rows() / options.batch;
  return std::max<int64_t>(1, whole + (rest > 1));
}

TrainerState Trainer::save() const {
  TrainerState saved{state, moments, {}, random.save(), epochs};
  for (const numerics::LevelsEstimator &estimator : estimators)
    saved.learned.push_back(estimator.save());
  return saved;
}

void Trainer::restore(TrainerState saved) {
  state = std::move(saved.state);
  moments = std::move(saved.moments);
  random.restore(saved.random);
  epochs = saved.epochs;
  for (auto [estimator, learned] : zip_equal(estimators, saved.learned))
    estimator.restore(std::move(learned));
}

std::vector<float> subbit::training::valuesOf(const numerics::Levels &levels) {
  std::vector<float> values;
  for (int64_t i = 0; i < levels.count(); ++i)
    values.push_back(levels.value(i));
  append_range(values, levels.thresholds());
  return values;
}

/// Levels move to where the batch's activations are.
void Trainer::followActivations() {
  for (auto [activations, estimator] : zip(state.activations, estimators)) {
    const std::vector<float> &samples = gradients[activations.parameter];
    if (samples.empty())
      continue;
    estimator.observe(samples);
    activations.levels = estimator.finish();
  }
}

void Trainer::decode(bool rounded) {
  for (const ActivationLevels &activations : state.activations)
    llvm::copy(valuesOf(activations.levels),
               state.values[activations.parameter].begin());
  for (const Tensor &tensor : state.tensors) {
    std::vector<float> &values = state.values[tensor.parameter];
    if (rounded)
      tensor.weights.decodeRounded(tensor.grid, values);
    else
      tensor.weights.decode(values);
  }
}

/// Copies an image moved by (dy, dx), and mirrored.
static void moveImage(ArrayRef<float> from, ArrayRef<int64_t> shape, int64_t dy,
                      int64_t dx, bool mirror, ArrayRef<float> background,
                      float *to) {
  int64_t height = shape[1], width = shape[2];
  for (int64_t c = 0; c < shape[0]; ++c)
    for (int64_t y = 0; y < height; ++y)
      for (int64_t x = 0; x < width; ++x) {
        int64_t sy = y - dy, sx = (mirror ? width - 1 - x : x) - dx;
        bool inside = sy >= 0 && sy < height && sx >= 0 && sx < width;
        *to++ = inside ? from[(c * height + sy) * width + sx] : background[c];
      }
}

void Trainer::fillBatch(ArrayRef<int64_t> rows) {
  int64_t size = train.inputs.size() / train.rows();
  inputs.resize(rows.size() * size);
  labels.resize(rows.size());
  for (auto [i, row] : enumerate(rows)) {
    ArrayRef<float> image = ArrayRef(train.inputs).slice(row * size, size);
    labels[i] = train.labels[row];
    if (options.shift == 0 && !options.flip) {
      llvm::copy(image, inputs.begin() + i * size);
      continue;
    }
    int64_t dy = random.from(-options.shift, options.shift);
    int64_t dx = random.from(-options.shift, options.shift);
    bool mirror = options.flip && random.chance(50);
    moveImage(image, graph.inputShape, dy, dx, mirror, options.background,
              inputs.data() + i * size);
  }
}

void Trainer::learnFrom(Teacher from, double weight) {
  teacher = std::move(from);
  teacherWeight = weight;
}

Error Trainer::askTeacher(Batch &batch) {
  if (!teacher)
    return Error::success();
  std::vector<float *> values;
  for (std::vector<float> &value : teacher->values)
    values.push_back(value.data());
  teacherScores.resize(batch.rows * graph.outputSize);
  Outcome outcome;
  std::string error;
  if (!teacher->engine->run(batch, options.loss, values, {},
                            teacherScores.data(), outcome, error))
    return createStringError("the teacher: " + error);
  batch.teacher = teacherScores.data();
  batch.teacherWeight = teacherWeight;
  return Error::success();
}

Expected<Score> Trainer::epoch(StringRef phase, bool rounded, Update update) {
  ++epochs;
  std::vector<int64_t> order(train.rows());
  std::iota(order.begin(), order.end(), 0);
  for (int64_t i = train.rows() - 1; i > 0; --i)
    std::swap(order[i], order[random.from(0, i)]);
  std::vector<float *> values, targets;
  for (auto [value, gradient] : zip(state.values, gradients)) {
    values.push_back(value.data());
    targets.push_back(gradient.empty() ? nullptr : gradient.data());
  }
  Score score;
  int64_t steps = stepsPerEpoch(), begin = 0;
  for (int64_t step = 0; step < steps && !isStopped(); ++step) {
    int64_t rows = step + 1 < steps ? options.batch : train.rows() - begin;
    fillBatch(ArrayRef(order).slice(begin, rows));
    begin += rows;
    decode(rounded);
    Batch batch{inputs.data(), rows, labels.data()};
    if (Error error = askTeacher(batch))
      return std::move(error);
    Outcome outcome;
    std::string error;
    if (!engine->run(batch, options.loss, values, targets, nullptr, outcome,
                     error))
      return createStringError("training: " + error);
    if (!std::isfinite(outcome.loss))
      return createStringError(
          "the loss is %g in step %lld of epoch %lld (%s); lower the learning "
          "rates",
          outcome.loss, static_cast<long long>(step),
          static_cast<long long>(epochs), phase.str().c_str());
    score.loss += outcome.loss * rows;
    score.accuracy += outcome.correct;
    update(gradients, step);
    followActivations();
    for (auto [i, state] : enumerate(moments))
      if (!state.mean.empty()) {
        ties[i].collect(gradients[i]);
        updatePlain(this->state.values[i], gradients[i], state,
                    options.floatRate);
      }
  }
  score.loss /= train.rows();
  score.accuracy /= train.rows();
  return score;
}

Expected<Score> Trainer::validate() {
  // Larger batches need no more memory than a step of training does.
  constexpr int64_t kRows = 500;
  const Data &data = validation.rows() ? validation : train;
  int64_t size = data.inputs.size() / data.rows();
  decode(/*rounded=*/true);
  std::vector<float *> values;
  for (std::vector<float> &value : state.values)
    values.push_back(value.data());
  Score score;
  for (int64_t first = 0; first < data.rows(); first += kRows) {
    int64_t rows = std::min(kRows, data.rows() - first);
    Batch batch{data.inputs.data() + first * size, rows,
                data.labels.data() + first};
    Outcome outcome;
    std::string error;
    if (!engine->run(batch, options.loss, values, {}, nullptr, outcome, error))
      return createStringError("validation: " + error);
    score.loss += outcome.loss * rows;
    score.accuracy += outcome.correct;
  }
  score.loss /= data.rows();
  score.accuracy /= data.rows();
  if (!std::isfinite(score.loss))
    return createStringError("the loss on the validation data is %g after "
                             "epoch %lld; lower the learning rates",
                             score.loss, static_cast<long long>(epochs));
  return score;
}
