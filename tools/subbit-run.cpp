//===- subbit-run.cpp - Run a network on images ---------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Emission/Entry.h"
#include "lib/Execution/NetworkEvaluation.h"
#include "lib/Import/ONNXImport.h"
#include "lib/Pipelines/Registration.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"

using namespace subbit;
namespace cl = llvm::cl;

static constexpr const char *kOverview =
    R"(Runs a network over images; prints how many it classifies right and how fast.

  subbit-run lenet5.so --input images.gz --labels labels.gz --compare
  subbit-run lenet5.onnx --input images.npy --labels labels.npy \
             --scale 0.00392156862745098 --mean 0.1307 --std 0.3081

PREFIX.so is what subbit-compile --emit=so made; a MODEL (.onnx, .mlir or
.mlirbc) is run by --reference. A network that takes floats needs float images,
or pixels and --scale, --mean or --std; one whose recipe states its input's
normalization takes the pixels alone.
)";

static cl::OptionCategory category("Options");
static cl::opt<std::string> networkPath(cl::Positional, cl::Required,
                                        cl::desc("PREFIX.so|MODEL"),
                                        cl::cat(category));
static cl::opt<std::string>
    inputPath("input", cl::Required, cl::value_desc("file"),
              cl::desc("Images: .npy, IDX or CIFAR, gzipped or not"),
              cl::cat(category));
static cl::opt<std::string>
    labelsPath("labels", cl::value_desc("file"),
               cl::desc("Classes of the images (CIFAR files bring theirs)"),
               cl::cat(category));
static cl::opt<unsigned> count("count", cl::value_desc("n"),
                               cl::desc("Run the first n images only"),
                               cl::cat(category));
static cl::opt<float>
    scale("scale", cl::init(1), cl::value_desc("s"),
          cl::desc("Floats from pixels: x = (pixel * s - m) / d"),
          cl::cat(category));
static cl::list<float> mean("mean", cl::CommaSeparated,
                            cl::value_desc("m[,m...]"),
                            cl::desc("for all channels, or one per channel"),
                            cl::cat(category));
static cl::list<float> deviation("std", cl::CommaSeparated,
                                 cl::value_desc("d[,d...]"),
                                 cl::desc("for all channels, or one per "
                                          "channel"),
                                 cl::cat(category));
static cl::opt<unsigned> batch("batch", cl::init(1), cl::value_desc("n"),
                               cl::desc("Batch of an ONNX model (1)"),
                               cl::cat(category));
static cl::opt<bool>
    useReference("reference",
                 cl::desc("Run the float meaning, compiled for this machine\n"
                          "(what a MODEL is run by anyway)"),
                 cl::cat(category));
static cl::opt<bool> useInterpreter("interpret",
                                    cl::desc("Run the exact interpreter, on "
                                             "all cores"),
                                    cl::cat(category));
static cl::opt<bool>
    compare("compare",
            cl::desc("PREFIX.so: count the values of each layer that differ\n"
                     "from the interpreter's; exit code 1 if any do. Bits\n"
                     "count; behind layers left in float, 1e-4 of the\n"
                     "largest value. With --reference, or for a MODEL:\n"
                     "compare outputs with the reference's, report only"),
            cl::cat(category));
static cl::opt<bool>
    timeRuns("benchmark", cl::desc("Measure latency apart, after a warm-up"),
             cl::cat(category));
static cl::opt<bool> json("json", cl::desc("Print one JSON object"),
                          cl::cat(category));
static cl::opt<std::string> outputPath("output", cl::value_desc("file.npy"),
                                       cl::desc("Write the first output"),
                                       cl::cat(category));

/// The options' part of the evaluation, or what is wrong with them.
static llvm::Expected<EvaluationOptions> readOptions(bool isObject) {
  if (useReference && useInterpreter)
    return llvm::createStringError("--reference and --interpret exclude each "
                                   "other");
  if (batch == 0)
    return llvm::createStringError("--batch is 0, expected at least 1");
  if (batch.getNumOccurrences() &&
      llvm::sys::path::extension(networkPath) != ".onnx")
    return llvm::createStringError("--batch is for ONNX models, '" +
                                   networkPath + "' has its batch");
  EvaluationOptions options;
  options.benchmark = timeRuns;
  if (scale.getNumOccurrences() || !mean.empty() || !deviation.empty()) {
    options.normalization.emplace();
    options.normalization->scale = scale;
    if (!mean.empty())
      options.normalization->mean = mean;
    if (!deviation.empty())
      options.normalization->std = deviation;
  }
  RunMode asked = useReference                 ? RunMode::Reference
                  : useInterpreter || isObject ? RunMode::Interpreter
                                               : RunMode::Reference;
  if (isObject && (compare || !(useReference || useInterpreter)))
    options.mode = RunMode::Object;
  else
    options.mode = asked;
  if (compare)
    options.compareWith = isObject                      ? asked
                          : asked == RunMode::Reference ? RunMode::Interpreter
                                                        : RunMode::Reference;
  return options;
}

static llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
readModel(mlir::MLIRContext &context) {
  llvm::StringRef extension = llvm::sys::path::extension(networkPath);
  mlir::OwningOpRef<mlir::ModuleOp> module;
  if (extension == ".onnx")
    module = importONNX(networkPath, context, {batch});
  else if (extension == ".mlir" || extension == ".mlirbc")
    module = mlir::parseSourceFile<mlir::ModuleOp>(networkPath, &context);
  else
    return llvm::createStringError("'" + networkPath +
                                   "' ends in none of .so, .onnx, .mlir and "
                                   ".mlirbc");
  if (!module)
    return llvm::createStringError("'" + networkPath + "' cannot be read");
  return std::move(module);
}

/// Returns whether a comparison that must find no differences found some.
static llvm::Expected<bool> runTool() {
  bool isObject = llvm::sys::path::extension(networkPath) == ".so";
  auto options = readOptions(isObject);
  if (!options)
    return options.takeError();
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry);
  std::unique_ptr<CompiledNetwork> object;
  if (isObject) {
    auto stem = llvm::sys::path::stem(networkPath);
    auto loaded = CompiledNetwork::load(networkPath, toIdentifier(stem));
    if (!loaded)
      return loaded.takeError();
    object = std::move(*loaded);
  }
  mlir::OwningOpRef<mlir::ModuleOp> module;
  if (options->mode != RunMode::Object || options->compareWith) {
    auto read = object ? object->readModule(&context) : readModel(context);
    if (!read)
      return read.takeError();
    module = std::move(*read);
  }
  auto dataset = readDataset(inputPath, labelsPath, count);
  if (!dataset)
    return dataset.takeError();
  auto evaluation = evaluate(object.get(), module ? *module : mlir::ModuleOp(),
                             *dataset, *options);
  if (!evaluation)
    return evaluation.takeError();
  if (!outputPath.empty())
    if (auto error = writeNpy(outputPath, toDataArray(evaluation->outputs[0])))
      return std::move(error);
  auto print = json ? printJSON : printText;
  print(evaluation->report, llvm::outs());
  auto &layers = evaluation->report.layers;
  return layers && layers->differences() > 0;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::SetVersionPrinter([](llvm::raw_ostream &os) {
    os << "Subbit " SUBBIT_VERSION ", LLVM " LLVM_VERSION_STRING "\n";
  });
  cl::ParseCommandLineOptions(argc, argv, kOverview);
  auto differs = runTool();
  if (differs)
    return *differs;
  llvm::WithColor::error(llvm::errs(), "subbit-run")
      << llvm::toString(differs.takeError()) << "\n";
  return 1;
}
