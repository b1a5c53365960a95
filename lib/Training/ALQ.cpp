//===- ALQ.cpp - Adaptive loss-aware quantization -------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/ALQ.h"
#include "llvm/Support/Format.h"
#include <chrono>
#include <cmath>

using namespace llvm;
using namespace subbit;
using namespace subbit::training;

/// Part of an epoch of pruning in which moments grow before anything goes.
static constexpr double kWarmUp = 0.1;

static double now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// 32 bits for each weight of the model.
static double floatBits(const Graph &graph) {
  double bits = 0;
  for (const Parameter &parameter : graph.parameters)
    if (parameter.role == Role::Weights)
      bits += 32.0 * parameter.modelSize;
  return bits;
}

StringRef Phase::name() const {
  switch (kind) {
  case Kind::Pruning:
    return "pruning";
  case Kind::Bases:
    return "bases";
  case Kind::StraightThrough:
    return "straight-through";
  case Kind::Coordinates:
    return "coordinates";
  case Kind::Rounded:
    return "rounded";
  }
  llvm_unreachable("no such kind of phase");
}

ALQ::ALQ(Trainer &trainer, const ALQOptions &options, Listener listener,
         Keeper keeper)
    : trainer(trainer), options(options), listener(std::move(listener)),
      keeper(std::move(keeper)), began(now()) {}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

double ALQ::measure() const {
  const State &state = trainer.getState();
  return options.target.bits ? state.averageBits()
                             : state.formulaBits(trainer.getGraph());
}

double ALQ::goal() const {
  const Target &target = options.target;
  if (target.bits)
    return *target.bits;
  if (target.ratio)
    return floatBits(trainer.getGraph()) / *target.ratio;
  if (target.bytes)
    return *target.bytes * 8;
  return std::max(measure() * std::pow(1 - options.prune, options.rounds),
                  leastMeasure());
}

double ALQ::leastMeasure() const {
  State empty = trainer.getState();
  for (Tensor &tensor : empty.tensors)
    std::fill(tensor.weights.widths.begin(), tensor.weights.widths.end(), 0);
  return options.target.bits ? empty.averageBits()
                             : empty.formulaBits(trainer.getGraph());
}

Error ALQ::checkOptions() const {
  const Target &target = options.target;
  if (target.bits.has_value() + target.ratio.has_value() +
          target.bytes.has_value() >
      1)
    return createStringError("several targets are given; give one of "
                             "target-bits, target-ratio and target-bytes");
  for (std::optional<double> value : {target.bits, target.ratio, target.bytes})
    if (value && !(*value > 0 && std::isfinite(*value)))
      return createStringError("the target must be a positive number, found %g",
                               *value);
  auto isRate = [](double rate) { return rate >= 0 && std::isfinite(rate); };
  if (!(options.share > 0 && options.share <= 1))
    return createStringError("share must be above 0 and at most 1");
  if (!(options.prune >= 0 && options.prune < 1))
    return createStringError("prune must be at least 0 and below 1");
  if (!isRate(options.basisRate) || !isRate(options.coordinateRate) ||
      !isRate(options.pruneRate) || !isRate(options.rateDecay) ||
      !isRate(options.weightDecay) || !isRate(options.straightThroughRate))
    return createStringError("rates and decays must not be negative");
  return Error::success();
}

Error ALQ::checkTarget(ArrayRef<Phase> phases) const {
  if (trainer.getState().tensors.empty())
    return createStringError("no layer has binary bases to train; sketch them "
                             "first (mbn-sketch, or weights in the recipe)");
  double least = leastMeasure();
  bool meets = all_of(phases, [&](const Phase &phase) {
    return phase.kind != Phase::Kind::Pruning || phase.goal >= least;
  });
  if (meets)
    return Error::success();
  std::string smallest;
  raw_string_ostream text(smallest);
  if (options.target.ratio)
    text << "a ratio of "
         << format("%.1f", floatBits(trainer.getGraph()) / least);
  else if (options.target.bytes)
    text << static_cast<int64_t>(std::ceil(least / 8)) << " bytes";
  else
    text << "0 bits";
  return createStringError("the target cannot be met: without any basis this "
                           "network has " +
                           smallest);
}

//===----------------------------------------------------------------------===//
// Phases
//===----------------------------------------------------------------------===//

Phase ALQ::basisPhase(int64_t epochs) const {
  if (options.straightThrough)
    return {Phase::Kind::StraightThrough, epochs, 0, *options.straightThrough,
            options.basisRate};
  return {Phase::Kind::Bases, epochs};
}

std::vector<Phase> ALQ::plan() const {
  std::vector<Phase> phases{basisPhase(options.recoveryEpochs)};
  double start = measure(), end = goal();
  for (int64_t round = 1; round <= options.rounds; ++round) {
    double part = static_cast<double>(round) / options.rounds;
    double value =
        round == options.rounds ? end : start * std::pow(end / start, part);
    if (start > end)
      phases.push_back({Phase::Kind::Pruning, 1, value});
    phases.push_back(basisPhase(options.basisEpochs));
    phases.push_back({Phase::Kind::Coordinates, options.coordinateEpochs});
  }
  phases.push_back({Phase::Kind::StraightThrough, options.straightThroughEpochs,
                    0, Projection::LossAware, options.straightThroughRate});
  phases.push_back({Phase::Kind::Rounded, options.finalEpochs});
  return phases;
}

void ALQ::beginPhase(const Phase &phase) {
  at.moments.clear();
  at.floats.clear();
  for (Tensor &tensor : trainer.getState().tensors) {
    MultiBit &weights = tensor.weights;
    bool byWeight = phase.kind == Phase::Kind::Bases ||
                    phase.kind == Phase::Kind::StraightThrough;
    at.moments.emplace_back(byWeight
                                ? weights.numElements()
                                : weights.numGroups() * MultiBit::kMaxBases);
    if (phase.kind != Phase::Kind::StraightThrough || phase.epochs == 0)
      continue;
    std::vector<float> floats = tensor.floats;
    // Those of the model, unless bases have been trained since.
    if (floats.empty() || at.finished > 0) {
      floats.resize(weights.numElements());
      weights.decode(floats);
    }
    at.floats.push_back(weights.inOrderOfCodes(floats));
    projectFloats(weights, at.floats.back(), phase.projection);
  }
}

/// After a batch.
void ALQ::update(const Phase &phase, ArrayRef<std::vector<float>> gradients,
                 int64_t step) {
  double decay = std::pow(options.rateDecay, at.epoch);
  for (auto [i, tensor] : enumerate(trainer.getState().tensors)) {
    AMSGrad &moments = at.moments[i];
    const std::vector<float> &gradient = gradients[tensor.parameter];
    switch (phase.kind) {
    case Phase::Kind::Bases:
      updateBases(tensor.weights, gradient, moments, options.basisRate * decay);
      break;
    case Phase::Kind::StraightThrough:
      updateStraightThrough(tensor.weights, at.floats[i], gradient, moments,
                            phase.rate * decay, phase.projection);
      break;
    case Phase::Kind::Coordinates:
    case Phase::Kind::Rounded:
      updateCoordinates(tensor.weights, gradient, moments,
                        options.coordinateRate * decay, options.weightDecay);
      break;
    case Phase::Kind::Pruning:
      moments.beginStep();
      moments.observe(0, coordinateGradient(tensor.weights, gradient));
      break;
    }
  }
  if (phase.kind == Phase::Kind::Pruning)
    prune(phase, step);
}

/// The measure falls in equal parts, to the phase's goal after the last batch.
void ALQ::prune(const Phase &phase, int64_t step) {
  State &state = trainer.getState();
  std::vector<Prunable> tensors;
  for (auto [tensor, moments] : zip(state.tensors, at.moments))
    tensors.push_back({&tensor.weights, &moments});
  int64_t steps = trainer.stepsPerEpoch() * phase.epochs;
  int64_t done = trainer.stepsPerEpoch() * at.epoch + step + 1;
  double part = (static_cast<double>(done) / steps - kWarmUp) / (1 - kWarmUp);
  double aim = pruneFrom + (phase.goal - pruneFrom) * std::max(part, 0.0);
  // Groups differ in size, so it takes a few approaches.
  for (double is; (is = measure()) > aim && state.numBases() > 0;) {
    int64_t bases = state.numBases();
    int64_t left = std::min<int64_t>(std::ceil(bases * (aim / is)), bases - 1);
    training::prune(tensors, left, options.share, options.pruneRate);
  }
}

/// Scores the epoch, keeps the state if it is the best, and says so.
Error ALQ::endEpoch(const Phase &phase, const Score &training) {
  auto validation = trainer.validate();
  if (!validation)
    return validation.takeError();
  // What was larger is no candidate any more.
  if (!at.best || phase.kind == Phase::Kind::Pruning ||
      validation->accuracy > at.bestScore.accuracy ||
      (validation->accuracy == at.bestScore.accuracy &&
       validation->loss < at.bestScore.loss)) {
    at.best = trainer.getState();
    at.bestScore = *validation;
  }
  ++at.finished;
  ++at.epoch;
  at.seconds = now() - began;
  const State &state = trainer.getState();
  if (listener) {
    const Graph &graph = trainer.getGraph();
    double bits = state.formulaBits(graph);
    Progress progress{phase.name(),
                      at.finished,
                      epochs,
                      training,
                      *validation,
                      state.averageBits(),
                      floatBits(graph) / bits,
                      {},
                      bits / 8,
                      state.numBases(),
                      at.seconds};
    for (const Tensor &tensor : state.tensors)
      progress.layerBits[graph.parameters[tensor.parameter].name] =
          tensor.weights.averageBits();
    listener(progress);
  }
  return keep();
}

Error ALQ::keep() {
  if (!keeper)
    return Error::success();
  at.trainer = trainer.save();
  return keeper(at);
}

Error ALQ::check(ArrayRef<Phase> phases) const {
  if (Error error = checkOptions())
    return error;
  for (const Phase &phase : phases)
    if (phase.epochs < 0)
      return createStringError("epochs must not be negative");
  return checkTarget(phases);
}

Error ALQ::run(ArrayRef<Phase> phases, std::optional<Checkpoint> from) {
  if (Error error = check(phases))
    return error;
  epochs = 0;
  for (const Phase &phase : phases)
    epochs += phase.epochs;
  if (from) {
    at = std::move(*from);
    trainer.restore(std::move(at.trainer));
    began = now() - at.seconds;
  }
  if (Error error = keep())
    return error;
  for (; at.phase < phases.size() && !trainer.isStopped(); ++at.phase) {
    const Phase &phase = phases[at.phase];
    if (at.epoch == 0)
      beginPhase(phase);
    pruneFrom = measure();
    while (at.epoch < phase.epochs) {
      auto score =
          trainer.epoch(phase.name(), phase.kind == Phase::Kind::Rounded,
                        [&](ArrayRef<std::vector<float>> gradients,
                            int64_t step) { update(phase, gradients, step); });
      if (!score)
        return score.takeError();
      if (trainer.isStopped())
        break;
      if (Error error = endEpoch(phase, *score))
        return error;
    }
    at.epoch = 0;
  }
  if (at.best)
    trainer.getState() = *at.best;
  return Error::success();
}
