//===- Benchmark.cpp - Timing a layer beside the limit --------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Benchmark/Benchmark.h"
#include "dialects/Bitserial/IR/Bitserial.h"
#include "lib/Benchmark/Limit.h"
#include "lib/Benchmark/PlanesInterface.h"
#include "lib/Execution/CompiledNetwork.h"
#include "lib/Execution/Interpreter.h"
#include "lib/Pipelines/Compile.h"
#include "lib/Pipelines/OutputFiles.h"
#include "lib/Target/Versions.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>

using namespace mlir;
using namespace subbit;

/// The fewest calls that are measured.
static constexpr size_t kFewestCalls = 20;
/// Layers of more useful multiply-adds are not interpreted.
static constexpr double kMostChecked = 4e9;

namespace {
/// A directory that goes away with its owner.
struct TemporaryDirectory {
  llvm::SmallString<128> path;
  ~TemporaryDirectory() {
    if (!path.empty())
      llvm::sys::fs::remove_directories(path);
  }
};
} // namespace

static llvm::Expected<std::unique_ptr<CompiledNetwork>>
compileNetwork(ModuleOp module, const BenchmarkOptions &options,
               StringRef directory, BenchmarkResult &result) {
  std::string &family = result.family;
  std::string prefix = (directory + "/layer").str(), text;
  llvm::raw_string_ostream os(text);
  module->print(os);
  if (llvm::Error error = writeFile(prefix + ".mlir", text))
    return std::move(error);
  CompileOptions compilation;
  compilation.model = prefix + ".mlir";
  compilation.output = prefix;
  compilation.emit = "so";
  compilation.target = options.target;
  compilation.threads = options.threads;
  compilation.init = options.init;
  compilation.afterPhase = [&](StringRef phase, ModuleOp module) {
    if (phase != "bitserial")
      return success();
    handOnPlanes(module);
    module.walk([&](Operation *op) {
      result.threads =
          std::max(result.threads, bitserial::getTasks(op).count());
      if (auto product = dyn_cast<bitserial::TiledProductOp>(op))
        family = product.getSchedule().usesTables() ? "table" : "popcount";
      else if (isa<bitserial::ProductOp>(op))
        family = "popcount";
      else if (auto product = dyn_cast<bitserial::DenseProductOp>(op)) {
        family = "dense";
        result.dot = stringifyCounting(product.getSchedule().getCounting());
      } else if (auto product = dyn_cast<bitserial::FloatProductOp>(op))
        family = product.getSchedule().usesTables() ? "table" : "float";
      else if (isa<bitserial::DecodeOp>(op))
        family = "float";
    });
    return success();
  };
  if (failed(compile(compilation, *module.getContext())))
    return llvm::createStringError("the layer cannot be compiled");
  return CompiledNetwork::load(prefix + ".so", "layer");
}

/// Codes as the layer takes them, which may be planes.
static std::vector<TensorValue>
makeInputs(const BenchmarkNetwork &network,
           const subbit_description &description) {
  const TensorValue &codes = network.inputs[0];
  const subbit_tensor &input = description.inputs[0];
  if (input.type != SUBBIT_I32)
    return network.inputs;
  return {makePlanes(codes, ArrayRef(input.shape, input.rank))};
}

/// The results must be those of the interpreter.
static llvm::Error checkResults(const BenchmarkNetwork &network,
                                const CompiledNetwork::Call &call) {
  auto interpreter = Interpreter::create(*network.module);
  if (!interpreter)
    return interpreter.takeError();
  auto expected = interpreter->run(network.inputs);
  if (!expected)
    return expected.takeError();
  TensorValue result = call.outputs()[0];
  if (std::holds_alternative<std::vector<uint8_t>>((*expected)[0].data) &&
      std::holds_alternative<std::vector<int32_t>>(result.data))
    result = makeCodes(result, (*expected)[0].shape);
  if ((*expected)[0].data != result.data)
    return llvm::createStringError(
        "the compiled layer differs from the interpreter; please report this "
        "with the command");
  return llvm::Error::success();
}

/// The product of all positions' patches and the weights of all outputs.
static llvm::Error compareWithLibraries(const BenchmarkLayer &layer,
                                        const BenchmarkOptions &options,
                                        BenchmarkResult &result) {
  const numerics::ConvGeometry &g = layer.geometry;
  ProductSize size{layer.positions(), g.outputs, g.kernelSize()};
  if ((options.compareFloat || options.compareInt8) && g.groups > 1)
    return llvm::createStringError(
        "a convolution of several groups is no product to compare with");
  if (options.compareFloat) {
    auto baseline = timeFloatProduct(size);
    if (!baseline)
      return baseline.takeError();
    result.inFloat = *baseline;
  }
  if (options.compareInt8) {
    auto baseline = timeInt8Product(size, /*restricted=*/true);
    if (!baseline)
      return baseline.takeError();
    result.inInt8 = *baseline;
    auto unrestricted = timeInt8Product(size, /*restricted=*/false);
    if (unrestricted)
      result.inInt8Unrestricted = *unrestricted;
    else
      llvm::consumeError(unrestricted.takeError());
  }
  return llvm::Error::success();
}

llvm::Expected<BenchmarkResult>
subbit::runBenchmark(const BenchmarkLayer &layer,
                     const BenchmarkOptions &options, MLIRContext &context) {
  auto target = resolveTarget(options.target);
  if (!target)
    return target.takeError();
  if (llvm::Error error = checkRunsHere(*target))
    return std::move(error);
  auto info = describeTarget(*target);
  if (!info)
    return info.takeError();
  auto network = makeBenchmarkNetwork(layer, &context);
  if (!network)
    return network.takeError();
  BenchmarkResult result;
  TemporaryDirectory directory;
  if (std::error_code error =
          llvm::sys::fs::createUniqueDirectory("subbit-bench", directory.path))
    return llvm::createStringError("cannot make a directory: " +
                                   error.message());
  auto compiled =
      compileNetwork(*network->module, options, directory.path, result);
  if (!compiled)
    return compiled.takeError();
  LimitKind kind = LimitKind::Bits;
  if (result.family == "dense")
    kind = LimitKind::Codes;
  if (layer.floatWeights) {
    kind = LimitKind::Floats;
    result.family = "float";
  }
  result.isBinary = kind == LimitKind::Bits;
  auto limit = Limit::compile(*target, kind, result.dot);
  if (!limit)
    return limit.takeError();

  CompiledNetwork::Scratch scratch((*compiled)->getDescription());
  std::vector<TensorValue> inputs =
      makeInputs(*network, (*compiled)->getDescription());
  auto call = (*compiled)->prepare(inputs, scratch);
  if (!call)
    return call.takeError();
  if (llvm::Error error = call->run())
    return std::move(error);
  // Floats in another order give the same bits where no sum is rounded; those
  // by floats keep the order.
  bool isExact =
      layer.floatWeights || !layer.floatActivations || network->sumsAreExact;
  double useful =
      result.isBinary ? network->binaryMultiplyAdds : layer.multiplyAdds();
  if (isExact && useful <= kMostChecked)
    if (llvm::Error error = checkResults(*network, *call))
      return std::move(error);

  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  double fastest = limit->measure();
  auto begin = Clock::now();
  auto seconds = [](auto from) {
    return std::chrono::duration<double>(Clock::now() - from).count();
  };
  while (times.size() < kFewestCalls || seconds(begin) < options.seconds) {
    auto start = Clock::now();
    if (llvm::Error error = call->run())
      return std::move(error);
    times.push_back(seconds(start));
    // Seldom enough to take little of the time, as the clock comes and goes.
    constexpr double longCall = 2e-4;
    if (times.size() % 8 == 0 || times.back() > longCall)
      fastest = std::max(fastest, limit->measure());
  }
  llvm::sort(times);
  result.cpu = target->cpu.empty() ? "generic" : target->cpu;
  result.target = info->name;
  result.microseconds = times.front() * 1e6;
  result.medianMicroseconds = times[times.size() / 2] * 1e6;
  result.gbmacs = useful / times.front() * 1e-9;
  result.limitGbmacs = fastest * 1e-9;
  result.limit = limit->name().str();
  if (llvm::Error error = compareWithLibraries(layer, options, result))
    return std::move(error);
  return result;
}
