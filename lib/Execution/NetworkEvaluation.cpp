//===- NetworkEvaluation.cpp - Evaluating a network -----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Execution/NetworkEvaluation.h"
#include "lib/Conversion/MBNToBitserial.h"
#include "lib/Execution/Interpreter.h"
#include "lib/Execution/JIT.h"
#include "lib/Execution/LayerComparison.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <chrono>

using namespace mlir;
using namespace subbit;

void EvaluationOptions::choose(bool isObject, std::optional<RunMode> asked,
                               bool compare) {
  mode = asked.value_or(isObject ? RunMode::Object : RunMode::Reference);
  if (!compare)
    return;
  if (isObject) {
    mode = RunMode::Object;
    compareWith = asked.value_or(RunMode::Interpreter);
  } else {
    compareWith =
        mode == RunMode::Reference ? RunMode::Interpreter : RunMode::Reference;
  }
}

static llvm::Expected<RunFunction> compileReference(ModuleOp module) {
  auto compiled = ReferenceFunction::compile(module);
  if (!compiled)
    return compiled.takeError();
  std::shared_ptr<ReferenceFunction> reference = std::move(*compiled);
  return
      [reference](const TensorValue &input) { return reference->run(input); };
}

namespace {

/// A network and what was made to run it.
class Network {
public:
  Network(const CompiledNetwork *object, ModuleOp module, ModuleOp fused,
          const EvaluationOptions &options)
      : object(object), module(module), fused(fused), threads(options.threads),
        makeReference(options.makeReference ? options.makeReference
                                            : compileReference) {}

  /// Zeros of the shape and type of the only input.
  llvm::Expected<TensorValue> makeInput();
  llvm::Error prepare(RunMode mode);
  RunFunction makeFunction(RunMode mode) const;
  llvm::Expected<RunResult> run(RunMode mode, const ImageBatches &batches);

private:
  const CompiledNetwork *object;
  ModuleOp module, fused;
  std::optional<Interpreter> interpreter;
  int32_t threads;
  ReferenceFactory makeReference;
  RunFunction reference;
};

} // namespace

static llvm::Error checkOneInput(size_t inputs) {
  if (inputs == 1)
    return llvm::Error::success();
  return llvm::createStringError("the network has " + Twine(inputs) +
                                 " inputs, expected one, of images");
}

llvm::Expected<TensorValue> Network::makeInput() {
  if (object) {
    const subbit_description &description = object->getDescription();
    if (llvm::Error error = checkOneInput(description.num_inputs))
      return std::move(error);
    return makeTensorValue(description.inputs[0]);
  }
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return llvm::createStringError("the module has no function 'main'");
  if (llvm::Error error = checkOneInput(main.getNumArguments()))
    return std::move(error);
  if (!isTensorValueType(main.getArgumentTypes()[0]))
    return llvm::createStringError("the argument of 'main' is no statically "
                                   "shaped tensor of f32, i32 or levels");
  return makeTensorValue(main.getArgumentTypes()[0]);
}

llvm::Error Network::prepare(RunMode mode) {
  if (mode == RunMode::Interpreter && !interpreter) {
    auto created = Interpreter::create(fused);
    if (!created)
      return created.takeError();
    interpreter.emplace(std::move(*created));
  }
  if (mode == RunMode::Reference && !reference) {
    auto made = makeReference(module);
    if (!made)
      return made.takeError();
    reference = std::move(*made);
  }
  return llvm::Error::success();
}

RunFunction Network::makeFunction(RunMode mode) const {
  switch (mode) {
  case RunMode::Object: {
    auto scratch = std::make_shared<CompiledNetwork::Scratch>(
        object->getDescription(), threads);
    return [this, scratch](const TensorValue &input) {
      return object->run(input, *scratch);
    };
  }
  case RunMode::Reference:
    return reference;
  case RunMode::Interpreter:
    return [this](const TensorValue &input) { return interpreter->run(input); };
  }
  llvm_unreachable("all modes are covered");
}

/// Latency is that of one run at a time; nobody asks for the interpreter's.
llvm::Expected<RunResult> Network::run(RunMode mode,
                                       const ImageBatches &batches) {
  if (llvm::Error error = prepare(mode))
    return std::move(error);
  return runImages([&] { return makeFunction(mode); }, batches,
                   /*parallel=*/mode == RunMode::Interpreter);
}

/// Times between the calls of an object's trace function.
static llvm::Expected<std::vector<LayerTime>>
profileLayers(const CompiledNetwork &object, ModuleOp fused,
              const ImageBatches &batches, int32_t threads) {
  constexpr int64_t fewestRuns = 100;
  SmallVector<TracedValue> traced =
      getTracedValues(fused.lookupSymbol<func::FuncOp>("main"));
  if (object.getDescription().traces != traced.size())
    return llvm::createStringError(
        "--profile needs an object with a trace for each layer; compile it "
        "with --emit=so and without --trace=false");
  CompiledNetwork::Scratch scratch(object.getDescription(), threads);
  std::vector<std::vector<double>> times(traced.size() + 1);
  using Clock = std::chrono::steady_clock;
  int64_t runs = std::max(fewestRuns, batches.numBatches());
  for (int64_t i = 0; i < runs; ++i) {
    TensorValue input = batches.get(i % batches.numBatches());
    auto last = Clock::now();
    auto take = [&](int32_t number, const void *) {
      auto now = Clock::now();
      std::chrono::duration<double, std::micro> elapsed = now - last;
      times[number].push_back(elapsed.count());
      last = Clock::now();
    };
    auto outputs = object.run(input, scratch, take);
    if (!outputs)
      return outputs.takeError();
    take(traced.size(), nullptr);
  }
  std::vector<LayerTime> profile;
  for (auto [i, layerTimes] : llvm::enumerate(times))
    profile.push_back({i < traced.size() ? traced[i].layer : "(rest)",
                       summarize(std::move(layerTimes)).median});
  return profile;
}

llvm::Expected<Evaluation> subbit::evaluate(const CompiledNetwork *object,
                                            ModuleOp module, ModuleOp fused,
                                            const Dataset &dataset,
                                            const EvaluationOptions &options) {
  Network network(object, module, fused, options);
  auto input = network.makeInput();
  if (!input)
    return input.takeError();
  auto batches =
      ImageBatches::create(*input, dataset.images, options.normalization);
  if (!batches)
    return batches.takeError();
  auto result = network.run(options.mode, *batches);
  if (!result)
    return result.takeError();
  if (result->outputs.empty())
    return llvm::createStringError("the network has no outputs");

  Evaluation evaluation;
  EvaluationReport &report = evaluation.report;
  report.images = batches->numImages();
  report.batch = batches->batchSize();
  report.times = result->times;
  if (!dataset.labels.empty()) {
    auto percent = top1(result->outputs[0], dataset.labels);
    if (!percent)
      return percent.takeError();
    report.top1 = *percent;
  }
  if (options.benchmark) {
    auto times = benchmark(network.makeFunction(options.mode), *batches);
    if (!times)
      return times.takeError();
    report.times = *times;
  }
  if (options.profile) {
    auto profile = profileLayers(*object, fused, *batches, options.threads);
    if (!profile)
      return profile.takeError();
    report.profile = std::move(*profile);
  }

  if (options.mode == RunMode::Object &&
      options.compareWith == RunMode::Interpreter) {
    auto comparison =
        compareWithInterpreter(*object, options.threads, fused, *batches);
    if (!comparison)
      return comparison.takeError();
    report.layers = std::move(*comparison);
  } else if (options.compareWith) {
    auto other = network.run(*options.compareWith, *batches);
    if (!other)
      return other.takeError();
    auto comparison = compareOutputs(other->outputs, result->outputs);
    if (!comparison)
      return comparison.takeError();
    report.outputs = std::move(*comparison);
    auto products = compareProductsWithReference(fused, *batches);
    if (!products)
      return products.takeError();
    report.layers = {std::move(*products), {}};
  }
  evaluation.outputs = std::move(result->outputs);
  return evaluation;
}
