//===- Phases.cpp - The phases from a model to the LLVM dialect -----------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Pipelines/Phases.h"
#include "dialects/Bitserial/Transforms/Passes.h"
#include "dialects/MBN/Transforms/Passes.h"
#include "lib/Conversion/Passes.h"
#include "lib/Emission/Passes.h"
#include "lib/Execution/Passes.h"
#include "mlir/Conversion/TosaToArith/TosaToArith.h"
#include "mlir/Conversion/TosaToLinalg/TosaToLinalg.h"
#include "mlir/Conversion/TosaToTensor/TosaToTensor.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace subbit;

static constexpr Phase kPhases[] = {
    {"model", "the imported model: mbn layers on floats, tosa"},
    {"quantized", "weights as binary bases, activations as levels"},
    {"fused", "layers on integers, thresholds between them"},
    {"bitserial", "packed binary products on tensors"},
    {"buffers", "the same on buffers"},
    {"loops", "vectorized loops on one scratch block"},
    {"llvm", "the LLVM dialect"},
    {"llvm-ir", "optimized LLVM IR"},
    {"asm", "assembly"},
};

ArrayRef<Phase> subbit::getPhases() { return kPhases; }

bool subbit::isPhase(StringRef name) {
  return llvm::any_of(kPhases,
                      [&](const Phase &phase) { return phase.name == name; });
}

/// Fine-tuning with quantized activations, on the data of `training`.
static OptimizeCoordinatesPassOptions
withActivations(const ALQPassOptions &training, int64_t epochs) {
  OptimizeCoordinatesPassOptions options;
  options.data = training.data;
  options.labels = training.labels;
  options.count = training.count;
  options.validation = training.validation;
  options.scale = training.scale;
  options.mean = training.mean;
  options.stddev = training.stddev;
  options.batch = training.batch;
  options.seed = training.seed;
  options.loss = training.loss;
  options.teacher = training.teacher;
  options.teacherWeight = training.teacherWeight;
  options.floatRate = training.floatRate;
  options.masked = training.masked;
  options.shared = training.shared;
  options.levelMomentum = training.levelMomentum;
  options.shift = training.shift;
  options.flip = training.flip;
  options.maxInteger = training.maxInteger;
  // A second run, with a checkpoint of its own.
  if (!training.checkpoint.empty())
    options.checkpoint = training.checkpoint + ".activations";
  options.resume = training.resume;
  if (!training.log.empty())
    options.log = training.log + ".activations";
  options.quiet = training.quiet;
  options.epochs = epochs;
  options.coordinateRate = training.coordinateRate;
  options.rateDecay = training.rateDecay;
  options.weightDecay = training.weightDecay;
  options.rounded = true;
  return options;
}

/// How pixels become the model's floats. An input that is stated is one of
/// pixels, whatever its numbers.
template <typename Options>
static void setInput(Options &options, const Recipe &recipe) {
  if (!recipe.input)
    return;
  options.scale = recipe.input->scale;
  options.mean = llvm::to_vector(recipe.input->mean);
  options.stddev = llvm::to_vector(recipe.input->std);
  if (options.mean.empty())
    options.mean = {0};
}

void subbit::addQuantizePasses(OpPassManager &manager, const Recipe &recipe) {
  // The first rule that matches counts: later ones find its layers sketched.
  for (const Recipe::Weights &rule : recipe.weights) {
    mbn::SketchPassOptions options;
    options.layers = rule.layers;
    options.group = rule.group;
    options.maxBits = rule.maxBits;
    options.tolerance = rule.tolerance;
    options.step = rule.step;
    options.maxInteger = rule.maxInteger;
    options.keepFloats =
        recipe.training && recipe.training->alq.basisStep != "bases";
    manager.addNestedPass<func::FuncOp>(mbn::createSketchPass(options));
  }
  ALQPassOptions training;
  if (recipe.training) {
    training = recipe.training->alq;
    setInput(training, recipe);
    training.masked = llvm::to_vector(recipe.training->masked);
    training.shared = llvm::to_vector(recipe.training->shared);
    manager.addPass(createALQPass(training));
    manager.addNestedPass<func::FuncOp>(mbn::createRemoveDeadChannelsPass());
  }
  if (recipe.activations) {
    QuantizeActivationsPassOptions options;
    options.bits = recipe.activations->bits;
    if (recipe.calibration) {
      options.calibration = recipe.calibration->file;
      options.count = recipe.calibration->count;
    }
    setInput(options, recipe);
    if (recipe.training && !recipe.calibration)
      options.calibration = training.data;
    manager.addPass(createQuantizeActivationsPass(options));
    if (recipe.training && recipe.training->activationEpochs > 0)
      manager.addPass(createOptimizeCoordinatesPass(
          withActivations(training, recipe.training->activationEpochs)));
  }
  if (recipe.exactNormalization)
    return;
  mbn::FoldNormalizationPassOptions options;
  options.exact = false;
  manager.addNestedPass<func::FuncOp>(
      mbn::createFoldNormalizationPass(options));
}

void subbit::addFusePasses(OpPassManager &manager) {
  manager.addNestedPass<func::FuncOp>(mbn::createFusePass());
  mbn::FoldNormalizationPassOptions options;
  options.rounding = false;
  manager.addNestedPass<func::FuncOp>(
      mbn::createFoldNormalizationPass(options));
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

void subbit::addBitserialPasses(OpPassManager &manager, bool trace,
                                bool explain) {
  ConvertMBNToBitserialPassOptions options;
  options.trace = trace;
  options.explain = explain;
  manager.addPass(createConvertMBNToBitserialPass(options));
  tosa::addTosaToLinalgPasses(manager, TosaToLinalgOptions(),
                              TosaToLinalgNamedOptions(),
                              /*validationOptions=*/std::nullopt);
  manager.addNestedPass<func::FuncOp>(createTosaToArithPass());
  manager.addNestedPass<func::FuncOp>(createTosaToTensorPass());
  manager.addNestedPass<func::FuncOp>(createConvertElementwiseToLinalgPass());
  manager.addPass(createCanonicalizerPass());
  manager.addNestedPass<func::FuncOp>(bitserial::createFuseEpiloguesPass());
  manager.addNestedPass<func::FuncOp>(bitserial::createChooseTasksPass());
  manager.addNestedPass<func::FuncOp>(bitserial::createChooseBandsPass());
  manager.addNestedPass<func::FuncOp>(bitserial::createFuseBandsPass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

void subbit::addBufferPasses(OpPassManager &manager) {
  manager.addPass(createPrepareEntryPass());
  manager.addPass(bufferization::createEmptyTensorEliminationPass());
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  manager.addPass(bufferization::createOneShotBufferizePass(options));
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createUnpackOncePass());
}

void subbit::addLoopPasses(OpPassManager &manager) {
  manager.addNestedPass<func::FuncOp>(createCopiesToLoopsPass());
  manager.addNestedPass<func::FuncOp>(createFoldFillsPass());
  manager.addPass(createPlanMemoryPass());
  manager.addNestedPass<func::FuncOp>(createVectorizeLinalgPass());
  manager.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  manager.addNestedPass<func::FuncOp>(bitserial::createLowerBitserialPass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createLoopInvariantCodeMotionPass());
}

void subbit::addLLVMPasses(OpPassManager &manager) {
  manager.addPass(createOutlineTasksPass());
  manager.addPass(createLowerToLLVMPass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

void subbit::registerPipelines() {
  PassPipelineRegistration<> fused("subbit-to-fused",
                                   "From a quantized module to a fused one",
                                   addFusePasses);
  PassPipelineRegistration<> bitserial(
      "subbit-to-bitserial", "From a fused module to packed products",
      [](OpPassManager &manager) {
        addBitserialPasses(manager, /*trace=*/false);
      });
  PassPipelineRegistration<> buffers(
      "subbit-to-buffers", "From packed products on tensors to buffers",
      addBufferPasses);
  PassPipelineRegistration<> loops(
      "subbit-to-loops", "From buffers to vectorized loops", addLoopPasses);
  PassPipelineRegistration<> llvm(
      "subbit-to-llvm", "From loops to the LLVM dialect", addLLVMPasses);
  PassPipelineRegistration<> codegen(
      "subbit-codegen",
      "From a fused module to the LLVM dialect, for the module's target",
      [](OpPassManager &manager) {
        addBitserialPasses(manager, /*trace=*/false);
        addBufferPasses(manager);
        addLoopPasses(manager);
        addLLVMPasses(manager);
      });
}
