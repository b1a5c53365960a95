//===- Passes.cpp - Passes that train the module --------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/Passes.h"
#include "lib/Training/TrainModule.h"
#include "llvm/ADT/StringSwitch.h"

namespace subbit {
#define GEN_PASS_DEF_ALQPASS
#define GEN_PASS_DEF_OPTIMIZEBASESPASS
#define GEN_PASS_DEF_OPTIMIZECOORDINATESPASS
#define GEN_PASS_DEF_PRUNECOORDINATESPASS
#define GEN_PASS_DEF_STRAIGHTTHROUGHPASS
#include "lib/Training/Passes.h.inc"
} // namespace subbit

using namespace mlir;
using namespace subbit;
using namespace subbit::training;

namespace {

/// What passes that train have in common; `Base` has their options.
template <typename Base> struct TrainingPass : public Base {
  using Base::Base;

protected:
  FailureOr<TrainingSettings> settings();
  Target target();
  /// Whether `max-integer` is rounded down to an even number.
  bool evenGrid = false;
  /// Trains the module in the phases that `plan` gives.
  void train(const ALQOptions &options,
             llvm::function_ref<std::vector<Phase>(const ALQ &)> plan);
};

template <typename Base>
FailureOr<TrainingSettings> TrainingPass<Base>::settings() {
  TrainingSettings settings;
  settings.data = this->data;
  settings.labels = this->labels;
  settings.count = this->count;
  settings.validation = this->validation;
  settings.pixels =
      this->scale != 1 || !this->mean.empty() || !this->stddev.empty();
  settings.normalization.scale = static_cast<float>(this->scale);
  if (!this->mean.empty())
    settings.normalization.mean = {this->mean.begin(), this->mean.end()};
  if (!this->stddev.empty())
    settings.normalization.std = {this->stddev.begin(), this->stddev.end()};
  settings.maxInteger = this->maxInteger;
  if (evenGrid)
    settings.maxInteger -= settings.maxInteger % 2;
  settings.masked = {this->masked.begin(), this->masked.end()};
  settings.shared = {this->shared.begin(), this->shared.end()};
  settings.checkpoint = this->checkpoint;
  settings.resume = this->resume;
  settings.log = this->log;
  settings.quiet = this->quiet;
  settings.teacher = this->teacher;
  settings.teacherWeight = this->teacherWeight;
  settings.trainer.batch = this->batch;
  settings.trainer.seed = this->seed;
  settings.trainer.floatRate = this->floatRate;
  settings.trainer.levelMomentum = this->levelMomentum;
  settings.trainer.shift = this->shift;
  settings.trainer.flip = this->flip;
  if (this->loss == "squared-hinge")
    settings.trainer.loss = Loss::SquaredHinge;
  else if (this->loss == "mean-squared-error")
    settings.trainer.loss = Loss::MeanSquaredError;
  else if (this->loss != "cross-entropy")
    return emitError(this->getOperation().getLoc())
           << "loss '" << this->loss
           << "' is none; choose cross-entropy, squared-hinge or "
              "mean-squared-error";
  return settings;
}

template <typename Base> Target TrainingPass<Base>::target() {
  auto given = [](double value) {
    return value != -1 ? std::optional<double>(value) : std::nullopt;
  };
  return {given(this->targetBits), given(this->targetRatio),
          given(this->targetBytes)};
}

template <typename Base>
void TrainingPass<Base>::train(
    const ALQOptions &options,
    llvm::function_ref<std::vector<Phase>(const ALQ &)> plan) {
  FailureOr<TrainingSettings> told = settings();
  if (failed(told))
    return this->signalPassFailure();
  FailureOr<int64_t> bases =
      trainModule(this->getOperation(), *told, options, plan);
  if (failed(bases))
    return this->signalPassFailure();
  this->numBases += *bases;
}

struct ALQPass : public TrainingPass<subbit::impl::ALQPassBase<ALQPass>> {
  using TrainingPass::TrainingPass;

  void runOnOperation() override {
    ALQOptions options;
    options.recoveryEpochs = recoveryEpochs;
    options.rounds = rounds;
    options.prune = prune;
    options.share = share;
    options.basisEpochs = basisEpochs;
    options.coordinateEpochs = coordinateEpochs;
    options.finalEpochs = finalEpochs;
    if (basisStep == "reconstruction") {
      options.straightThrough = Projection::Reconstruction;
    } else if (basisStep == "loss-aware") {
      options.straightThrough = Projection::LossAware;
    } else if (basisStep != "bases") {
      emitError(getOperation().getLoc())
          << "basis-step '" << basisStep
          << "' is none; choose bases, reconstruction or loss-aware";
      return signalPassFailure();
    }
    options.straightThroughEpochs = straightThroughEpochs;
    options.basisRate = basisRate;
    options.straightThroughRate = straightThroughRate;
    options.coordinateRate = coordinateRate;
    options.pruneRate = pruneRate;
    options.rateDecay = rateDecay;
    options.weightDecay = weightDecay;
    options.target = target();
    train(options, [](const ALQ &alq) { return alq.plan(); });
  }
};

struct PruneCoordinatesPass
    : public TrainingPass<
          subbit::impl::PruneCoordinatesPassBase<PruneCoordinatesPass>> {
  using TrainingPass::TrainingPass;

  void runOnOperation() override {
    ALQOptions options;
    options.rounds = 1;
    options.prune = prune;
    options.share = share;
    options.pruneRate = pruneRate;
    options.target = target();
    train(options, [](const ALQ &alq) -> std::vector<Phase> {
      return {{Phase::Kind::Pruning, 1, alq.goal()}};
    });
  }
};

struct OptimizeBasesPass
    : public TrainingPass<
          subbit::impl::OptimizeBasesPassBase<OptimizeBasesPass>> {
  using TrainingPass::TrainingPass;

  void runOnOperation() override {
    ALQOptions options;
    options.basisRate = basisRate;
    options.rateDecay = rateDecay;
    train(options, [&](const ALQ &) -> std::vector<Phase> {
      return {{Phase::Kind::Bases, epochs}};
    });
  }
};

struct StraightThroughPass
    : public TrainingPass<
          subbit::impl::StraightThroughPassBase<StraightThroughPass>> {
  using TrainingPass::TrainingPass;

  void runOnOperation() override {
    auto kind = llvm::StringSwitch<std::optional<Projection>>(projection)
                    .Case("reconstruction", Projection::Reconstruction)
                    .Case("loss-aware", Projection::LossAware)
                    .Case("binary-connect", Projection::BinaryConnect)
                    .Case("bwn", Projection::BWN)
                    .Case("lab", Projection::LAB)
                    .Case("ter-connect", Projection::TerConnect)
                    .Case("twn", Projection::TWN)
                    .Case("lat", Projection::LAT)
                    .Default(std::nullopt);
    if (!kind) {
      emitError(getOperation().getLoc())
          << "projection '" << projection
          << "' is none; choose reconstruction, loss-aware, binary-connect, "
             "bwn, lab, ter-connect, twn or lat";
      return signalPassFailure();
    }
    // Two equal coordinates stay equal where the grid has their sum.
    bool isTernary = *kind == Projection::TerConnect ||
                     *kind == Projection::TWN || *kind == Projection::LAT;
    if (isTernary && maxInteger == 1) {
      emitError(getOperation().getLoc())
          << "max-integer must be at least 2 for ternary weights, found 1";
      return signalPassFailure();
    }
    ALQOptions options;
    options.rateDecay = rateDecay;
    options.straightThroughRate = rate;
    evenGrid = isTernary;
    train(options, [&](const ALQ &) -> std::vector<Phase> {
      return {{Phase::Kind::StraightThrough, epochs, 0, *kind, rate}};
    });
  }
};

struct OptimizeCoordinatesPass
    : public TrainingPass<
          subbit::impl::OptimizeCoordinatesPassBase<OptimizeCoordinatesPass>> {
  using TrainingPass::TrainingPass;

  void runOnOperation() override {
    ALQOptions options;
    options.coordinateRate = coordinateRate;
    options.rateDecay = rateDecay;
    options.weightDecay = weightDecay;
    train(options, [&](const ALQ &) -> std::vector<Phase> {
      return {
          {rounded ? Phase::Kind::Rounded : Phase::Kind::Coordinates, epochs}};
    });
  }
};

} // namespace
