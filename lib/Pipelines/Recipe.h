//===- Recipe.h - How a model is to be compressed ------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_PIPELINES_RECIPE_H
#define SUBBIT_PIPELINES_RECIPE_H

#include "lib/Training/Passes.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace subbit {

/// A recipe as docs/Recipe.md describes it.
struct Recipe {
  /// Normalization of 8-bit pixels: x = (pixel * scale - mean) / std.
  struct Input {
    double scale = 1;
    std::vector<double> mean, std;
  };
  /// How the weights of some layers are sketched; the first rule whose glob
  /// matches counts.
  struct Weights {
    std::string layers = "*", group = "auto", step = "per-output";
    int64_t maxBits = 3, maxInteger = 127;
    double tolerance = 0;
  };
  struct Activations {
    int64_t bits = 2;
  };
  struct Calibration {
    std::string file;
    int64_t count = 500;
  };
  /// What mbn-alq is told, but the input's normalization; then, where
  /// activations are quantized, epochs of coordinates with them.
  struct Training {
    ALQPassOptions alq;
    std::vector<std::string> masked, shared; ///< globs, as of the passes
    int64_t activationEpochs = 3;
  };

  int64_t version = 1;
  std::optional<Input> input;
  std::vector<Weights> weights;
  std::optional<Activations> activations;
  std::optional<Calibration> calibration;
  std::optional<Training> training;
  /// Fold normalization only where no value changes.
  bool exactNormalization = false;
};

/// What a command line says instead of a recipe, or over one.
struct RecipeOptions {
  std::string file; ///< of the recipe; none if empty
  std::optional<int64_t> weightBits, activationBits;
  std::string calibration;                        ///< none if empty
  std::string trainData, trainLabels, checkpoint; ///< none if empty
  bool resume = false;
  std::optional<double> targetBits, targetBytes, targetRatio;
  bool exactNormalization = false;
};
/// The recipe with the options on top; errors name the option.
llvm::Expected<Recipe> makeRecipe(const RecipeOptions &options);

/// Reads a YAML file. Unknown keys and values out of range are errors that name
/// the line; paths in it are made relative to the file.
llvm::Expected<Recipe> readRecipe(llvm::StringRef path);

} // namespace subbit

#endif // SUBBIT_PIPELINES_RECIPE_H
