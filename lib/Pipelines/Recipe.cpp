//===- Recipe.cpp - How a model is to be compressed -----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Pipelines/Recipe.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLTraits.h"
#include <limits>

using namespace llvm;
using namespace subbit;

LLVM_YAML_IS_SEQUENCE_VECTOR(subbit::Recipe::Weights)

/// The version of a recipe of which nothing has been read.
static constexpr int64_t kNoVersion = std::numeric_limits<int64_t>::min();

namespace llvm::yaml {

template <> struct MappingTraits<Recipe::Input> {
  static void mapping(IO &io, Recipe::Input &input) {
    io.mapOptional("scale", input.scale);
    io.mapOptional("mean", input.mean);
    io.mapOptional("std", input.std);
  }
};

template <> struct MappingTraits<Recipe::Weights> {
  static void mapping(IO &io, Recipe::Weights &weights) {
    io.mapOptional("layers", weights.layers);
    io.mapOptional("group", weights.group);
    io.mapOptional("max-bits", weights.maxBits);
    io.mapOptional("tolerance", weights.tolerance);
    io.mapOptional("step", weights.step);
    io.mapOptional("max-integer", weights.maxInteger);
  }
  static std::string validate(IO &, Recipe::Weights &weights) {
    if (weights.maxBits < 0 || weights.maxBits > 8)
      return "max-bits must be from 0 to 8";
    if (weights.maxInteger < 1 || weights.maxInteger > 127)
      return "max-integer must be from 1 to 127";
    if (!(weights.tolerance >= 0 && weights.tolerance <= 1))
      return "tolerance must be from 0 to 1";
    if (weights.step != "per-output" && weights.step != "per-layer")
      return "step must be per-output or per-layer";
    return "";
  }
};

template <> struct MappingTraits<Recipe::Activations> {
  static void mapping(IO &io, Recipe::Activations &activations) {
    io.mapRequired("bits", activations.bits);
  }
  static std::string validate(IO &, Recipe::Activations &activations) {
    return activations.bits >= 1 && activations.bits <= 8
               ? ""
               : "bits must be from 1 to 8";
  }
};

template <> struct MappingTraits<Recipe::Calibration> {
  static void mapping(IO &io, Recipe::Calibration &calibration) {
    io.mapRequired("file", calibration.file);
    io.mapOptional("count", calibration.count);
  }
  static std::string validate(IO &, Recipe::Calibration &calibration) {
    return calibration.count >= 0 ? "" : "count must not be negative";
  }
};

template <> struct MappingTraits<Recipe::Training> {
  static void mapping(IO &io, Recipe::Training &training) {
    ALQPassOptions &alq = training.alq;
    io.mapOptional("data", alq.data);
    io.mapOptional("labels", alq.labels);
    io.mapOptional("count", alq.count);
    io.mapOptional("validation", alq.validation);
    io.mapOptional("batch", alq.batch);
    io.mapOptional("seed", alq.seed);
    io.mapOptional("loss", alq.loss);
    io.mapOptional("teacher", alq.teacher);
    io.mapOptional("teacher-weight", alq.teacherWeight);
    io.mapOptional("float-rate", alq.floatRate);
    io.mapOptional("masked", training.masked);
    io.mapOptional("shared", training.shared);
    io.mapOptional("level-momentum", alq.levelMomentum);
    io.mapOptional("shift", alq.shift);
    io.mapOptional("flip", alq.flip);
    io.mapOptional("max-integer", alq.maxInteger);
    io.mapOptional("recovery-epochs", alq.recoveryEpochs);
    io.mapOptional("rounds", alq.rounds);
    io.mapOptional("prune", alq.prune);
    io.mapOptional("share", alq.share);
    io.mapOptional("basis-epochs", alq.basisEpochs);
    io.mapOptional("coordinate-epochs", alq.coordinateEpochs);
    io.mapOptional("final-epochs", alq.finalEpochs);
    io.mapOptional("basis-step", alq.basisStep);
    io.mapOptional("straight-through-epochs", alq.straightThroughEpochs);
    io.mapOptional("basis-rate", alq.basisRate);
    io.mapOptional("straight-through-rate", alq.straightThroughRate);
    io.mapOptional("coordinate-rate", alq.coordinateRate);
    io.mapOptional("prune-rate", alq.pruneRate);
    io.mapOptional("rate-decay", alq.rateDecay);
    io.mapOptional("weight-decay", alq.weightDecay);
    io.mapOptional("target-bits", alq.targetBits);
    io.mapOptional("target-ratio", alq.targetRatio);
    io.mapOptional("target-bytes", alq.targetBytes);
    io.mapOptional("checkpoint", alq.checkpoint);
    io.mapOptional("log", alq.log);
    io.mapOptional("activation-epochs", training.activationEpochs);
  }
  static std::string validate(IO &, Recipe::Training &training) {
    const ALQPassOptions &alq = training.alq;
    for (int64_t count :
         {training.activationEpochs, alq.recoveryEpochs, alq.basisEpochs,
          alq.coordinateEpochs, alq.finalEpochs, alq.straightThroughEpochs,
          alq.rounds, alq.shift, alq.count, alq.validation})
      if (count < 0)
        return "epochs, rounds, shift, count and validation must not be "
               "negative";
    if (alq.batch < 1)
      return "batch must be at least 1";
    if (alq.maxInteger < 1 || alq.maxInteger > 127)
      return "max-integer must be from 1 to 127";
    if (!(alq.share > 0 && alq.share <= 1))
      return "share must be above 0 and at most 1";
    return alq.prune >= 0 && alq.prune < 1
               ? ""
               : "prune must be at least 0 and below 1";
  }
};

template <> struct MappingTraits<Recipe> {
  static void mapping(IO &io, Recipe &recipe) {
    io.mapRequired("version", recipe.version);
    io.mapOptional("input", recipe.input);
    io.mapOptional("weights", recipe.weights);
    io.mapOptional("activations", recipe.activations);
    io.mapOptional("calibration", recipe.calibration);
    io.mapOptional("training", recipe.training);
    io.mapOptional("exact-normalization", recipe.exactNormalization);
  }
  static std::string validate(IO &, Recipe &recipe) {
    // Without a document there is no place that an error could name.
    return recipe.version == 1 || recipe.version == kNoVersion
               ? ""
               : "version must be 1";
  }
};

} // namespace llvm::yaml

Expected<Recipe> subbit::readRecipe(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return createStringError("recipe '" + path.str() +
                             "': " + buffer.getError().message());
  Recipe recipe;
  std::string message;
  yaml::Input input(
      MemoryBufferRef((*buffer)->getBuffer(), path), nullptr,
      [](const SMDiagnostic &diagnostic, void *context) {
        std::string &text = *static_cast<std::string *>(context);
        if (!text.empty())
          return;
        raw_string_ostream(text)
            << diagnostic.getFilename() << ":" << diagnostic.getLineNo() << ": "
            << diagnostic.getMessage();
      },
      &message);
  recipe.version = kNoVersion;
  input >> recipe;
  if (recipe.version == kNoVersion && message.empty())
    message = path.str() + ": the recipe is empty; it begins with 'version: 1'";
  if (input.error() || !message.empty())
    return createStringError(message.empty() ? path.str() + ": no valid recipe"
                                             : message);
  auto resolve = [&](std::string &file) {
    if (file.empty() || sys::path::is_absolute(file))
      return;
    SmallString<256> absolute(sys::path::parent_path(path));
    sys::path::append(absolute, file);
    file = std::string(absolute);
  };
  if (recipe.calibration)
    resolve(recipe.calibration->file);
  if (recipe.training) {
    resolve(recipe.training->alq.data);
    resolve(recipe.training->alq.labels);
    resolve(recipe.training->alq.teacher);
    resolve(recipe.training->alq.checkpoint);
    resolve(recipe.training->alq.log);
  }
  return recipe;
}

llvm::Expected<Recipe> subbit::makeRecipe(const RecipeOptions &options) {
  Recipe recipe;
  if (!options.file.empty()) {
    auto read = readRecipe(options.file);
    if (!read)
      return read.takeError();
    recipe = *read;
  }
  recipe.exactNormalization |= options.exactNormalization;
  if (auto bits = options.weightBits) {
    if (*bits < 0 || *bits > 8)
      return llvm::createStringError("--weight-bits must be from 0 to 8");
    if (recipe.weights.empty())
      recipe.weights.emplace_back();
    for (Recipe::Weights &rule : recipe.weights)
      rule.maxBits = *bits;
  }
  if (auto bits = options.activationBits) {
    if (*bits < 1 || *bits > 8)
      return llvm::createStringError("--activation-bits must be from 1 to 8");
    recipe.activations = Recipe::Activations{*bits};
  }
  if (!options.calibration.empty()) {
    if (!recipe.calibration)
      recipe.calibration.emplace();
    recipe.calibration->file = options.calibration;
    if (!recipe.activations)
      return llvm::createStringError(
          "--calibration has no use without --activation-bits or a recipe "
          "with activations");
  }
  bool trains = !options.trainData.empty() || !options.trainLabels.empty() ||
                options.targetBits || options.targetBytes ||
                options.targetRatio || !options.checkpoint.empty();
  if (trains && !recipe.training)
    recipe.training.emplace();
  if (trains) {
    ALQPassOptions &alq = recipe.training->alq;
    if (!options.trainData.empty()) {
      alq.data = options.trainData;
      alq.labels = options.trainLabels;
    } else if (!options.trainLabels.empty()) {
      return llvm::createStringError(
          "--train-labels are of --train-data, which is not given");
    }
    if (!options.checkpoint.empty())
      alq.checkpoint = options.checkpoint;
    for (std::optional<double> target :
         {options.targetBits, options.targetBytes, options.targetRatio})
      if (target && !(*target > 0))
        return llvm::createStringError("--target-bits, --target-bytes and "
                                       "--target-ratio must be positive");
    // The command line's target is the only one.
    if (options.targetBits || options.targetBytes || options.targetRatio)
      alq.targetBits = alq.targetBytes = alq.targetRatio = -1;
    if (options.targetBits)
      alq.targetBits = *options.targetBits;
    if (options.targetBytes)
      alq.targetBytes = *options.targetBytes;
    if (options.targetRatio)
      alq.targetRatio = *options.targetRatio;
  }
  if (options.resume) {
    if (!recipe.training || recipe.training->alq.checkpoint.empty())
      return llvm::createStringError(
          "--resume goes on from a checkpoint, and none is named; give "
          "--checkpoint FILE as well");
    recipe.training->alq.resume = true;
  }
  if (recipe.training && recipe.weights.empty())
    recipe.weights.emplace_back();
  return recipe;
}
