//===- EngineReference.cpp - A module by the engine ---------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/EngineReference.h"
#include "lib/Training/Engine.h"
#include "lib/Training/ModuleGraph.h"

using namespace mlir;
using namespace subbit;
using namespace subbit::training;

namespace {

struct EngineNetwork {
  Graph graph;
  std::unique_ptr<Engine> engine;
  std::vector<std::vector<float>> values; ///< [parameters]
  Type input, output;

  llvm::Expected<std::vector<TensorValue>> run(const TensorValue &input);
};

} // namespace

/// The floats that an input stands for: of codes their levels.
static std::vector<float> readInput(const TensorValue &input, Type type) {
  auto codes = dyn_cast<mbn::MultiBitType>(type);
  if (!codes)
    return input.floats().vec();
  numerics::Levels levels = codes.getLevels().toNumerics();
  std::vector<float> floats;
  for (uint8_t code : input.indices())
    floats.push_back(levels.value(code));
  return floats;
}

llvm::Expected<std::vector<TensorValue>>
EngineNetwork::run(const TensorValue &x) {
  if (llvm::Error error = checkInputs(input, x))
    return std::move(error);
  std::vector<float> inputs = readInput(x, input);
  std::vector<float *> parameters;
  for (std::vector<float> &value : values)
    parameters.push_back(value.data());
  TensorValue result = makeTensorValue(output);
  auto &floats = std::get<std::vector<float>>(result.data);
  Outcome outcome;
  std::string error;
  if (!engine->run({inputs.data(), x.shape.front()}, Loss::CrossEntropy,
                   parameters, {}, floats.data(), outcome, error))
    return llvm::createStringError(error);
  return std::vector<TensorValue>{std::move(result)};
}

llvm::Expected<RunFunction> training::makeEngineReference(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return llvm::createStringError("the module has no function 'main'");
  FailureOr<ModuleGraph> built = buildGraph(main);
  if (failed(built))
    return llvm::createStringError("the network cannot be run by libtorch");
  auto network = std::make_shared<EngineNetwork>();
  network->graph = built->graph;
  network->input = main.getArgumentTypes().front();
  network->output = main.getResultTypes().front();
  for (Value constant : built->constants)
    network->values.push_back(readValues(constant));
  std::string error;
  network->engine = makeEngine(network->graph, error);
  if (!network->engine)
    return llvm::createStringError(error);
  return [network](const TensorValue &input) { return network->run(input); };
}
