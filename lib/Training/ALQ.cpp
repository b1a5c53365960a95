//===- ALQ.cpp - Adaptive loss-aware quantization -------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/ALQ.h"
#include <chrono>
#include <cmath>

using namespace llvm;
using namespace subbit;
using namespace subbit::training;

/// 32 bits for each weight of the network.
static double floatBits(const Graph &graph) {
  double bits = 0;
  for (const Parameter &parameter : graph.parameters)
    if (parameter.role == Role::Weights)
      bits += 32 * parameter.size();
  return bits;
}

static double now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

ALQ::ALQ(Trainer &trainer, const ALQOptions &options, Listener listener)
    : trainer(trainer), options(options), listener(std::move(listener)),
      began(now()) {}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

double ALQ::measure() {
  State &state = trainer.getState();
  if (options.target.bits)
    return state.averageBits();
  return state.formulaBits(trainer.getGraph());
}

double ALQ::goal() {
  const Target &target = options.target;
  if (target.bits)
    return *target.bits;
  if (target.ratio)
    return floatBits(trainer.getGraph()) / *target.ratio;
  if (target.bytes)
    return *target.bytes * 8;
  return measure() * std::pow(1 - options.prune, options.rounds);
}

Error ALQ::checkTarget() {
  if (trainer.getState().tensors.empty())
    return createStringError("no layer has binary bases to train; sketch them "
                             "first (mbn-sketch, or weights in the recipe)");
  State empty = trainer.getState();
  for (Tensor &tensor : empty.tensors)
    std::fill(tensor.weights.widths.begin(), tensor.weights.widths.end(), 0);
  double least = options.target.bits ? empty.averageBits()
                                     : empty.formulaBits(trainer.getGraph());
  if (goal() >= least)
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
// Steps
//===----------------------------------------------------------------------===//

double ALQ::rateOf(double rate, int64_t epoch) const {
  return rate * std::pow(options.rateDecay, epoch);
}

/// Scores the epoch, keeps the state if it is the best, and says so.
Error ALQ::endEpoch(StringRef phase, const Score &training) {
  auto validation = trainer.validate();
  if (!validation)
    return validation.takeError();
  if (!best || validation->accuracy > bestScore.accuracy ||
      (validation->accuracy == bestScore.accuracy &&
       validation->loss < bestScore.loss)) {
    best = trainer.getState();
    bestScore = *validation;
  }
  State &state = trainer.getState();
  ++epoch;
  if (listener)
    listener(
        {phase, epoch, std::max(epoch, allEpochs), training, *validation,
         state.averageBits(),
         floatBits(trainer.getGraph()) / state.formulaBits(trainer.getGraph()),
         state.numBases(), now() - began});
  return Error::success();
}

Error ALQ::optimizeBases(int64_t epochs) {
  State &state = trainer.getState();
  std::vector<AMSGrad> moments;
  for (Tensor &tensor : state.tensors)
    moments.emplace_back(tensor.weights.numElements());
  for (int64_t e = 0; e < epochs; ++e) {
    auto score = trainer.epoch(
        "bases", /*rounded=*/false,
        [&](ArrayRef<std::vector<float>> gradients, int64_t) {
          for (auto [tensor, state] : zip(state.tensors, moments))
            updateBases(tensor.weights, gradients[tensor.parameter], state,
                        rateOf(options.basisRate, e));
        });
    if (!score)
      return score.takeError();
    if (Error error = endEpoch("bases", *score))
      return error;
  }
  return Error::success();
}

Error ALQ::optimizeCoordinates(int64_t epochs, bool rounded) {
  State &state = trainer.getState();
  std::vector<AMSGrad> moments;
  for (Tensor &tensor : state.tensors)
    moments.emplace_back(tensor.weights.numGroups() * MultiBit::kMaxBases);
  StringRef phase = rounded ? "rounded" : "coordinates";
  for (int64_t e = 0; e < epochs; ++e) {
    auto score = trainer.epoch(
        phase, rounded, [&](ArrayRef<std::vector<float>> gradients, int64_t) {
          for (auto [tensor, state] : zip(state.tensors, moments))
            updateCoordinates(tensor.weights, gradients[tensor.parameter],
                              state, rateOf(options.coordinateRate, e),
                              options.weightDecay);
        });
    if (!score)
      return score.takeError();
    if (Error error = endEpoch(phase, *score))
      return error;
  }
  return Error::success();
}

Error ALQ::prune(double value) {
  // Moments grow with the gradients before anything goes.
  constexpr double kWarmUp = 0.1;
  State &state = trainer.getState();
  std::vector<AMSGrad> moments;
  std::vector<Prunable> tensors;
  for (Tensor &tensor : state.tensors)
    moments.emplace_back(tensor.weights.numGroups() * MultiBit::kMaxBases);
  for (auto [tensor, state] : zip(state.tensors, moments))
    tensors.push_back({&tensor.weights, &state});
  double start = measure();
  int64_t steps = trainer.stepsPerEpoch();
  auto score = trainer.epoch(
      "pruning", /*rounded=*/false,
      [&](ArrayRef<std::vector<float>> gradients, int64_t step) {
        for (auto [tensor, state] : zip(state.tensors, moments)) {
          std::vector<float> gradient =
              coordinateGradient(tensor.weights, gradients[tensor.parameter]);
          state.beginStep();
          for (size_t i = 0; i < gradient.size(); ++i)
            state.observe(i, gradient[i]);
        }
        double done =
            (static_cast<double>(step + 1) / steps - kWarmUp) / (1 - kWarmUp);
        double aim = start + (value - start) * std::max(done, 0.0);
        // Groups differ in size, so it takes a few approaches.
        for (double is; (is = measure()) > aim && state.numBases() > 0;) {
          int64_t bases = state.numBases();
          int64_t left =
              std::min<int64_t>(std::ceil(bases * (aim / is)), bases - 1);
          training::prune(tensors, left, options.share, options.pruneRate);
        }
      });
  if (!score)
    return score.takeError();
  // What was larger is no candidate any more.
  best.reset();
  return endEpoch("pruning", *score);
}

//===----------------------------------------------------------------------===//
// Alg. 5
//===----------------------------------------------------------------------===//

Error ALQ::run() {
  if (Error error = checkTarget())
    return error;
  allEpochs =
      options.recoveryEpochs + options.finalEpochs +
      options.rounds * (1 + options.basisEpochs + options.coordinateEpochs);
  if (Error error = optimizeBases(options.recoveryEpochs))
    return error;
  double start = measure(), end = goal();
  for (int64_t round = 0; round < options.rounds && start > end; ++round) {
    // The same factor in each round.
    double part = static_cast<double>(round + 1) / options.rounds;
    if (Error error = prune(round + 1 == options.rounds
                                ? end
                                : start * std::pow(end / start, part)))
      return error;
    if (Error error = optimizeBases(options.basisEpochs))
      return error;
    if (Error error = optimizeCoordinates(options.coordinateEpochs,
                                          /*rounded=*/false))
      return error;
  }
  return optimizeCoordinates(options.finalEpochs, /*rounded=*/true);
}

void ALQ::finish() {
  if (best)
    trainer.getState() = *best;
}
