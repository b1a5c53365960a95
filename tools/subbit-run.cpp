//===- subbit-run.cpp - Run a network on images ---------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Emission/Entry.h"
#include "lib/Execution/NetworkEvaluation.h"
#include "lib/Pipelines/Compile.h"
#include "lib/Pipelines/Diagnostics.h"
#include "lib/Pipelines/OptionNames.h"
#include "lib/Pipelines/Registration.h"
#include "lib/Training/EngineReference.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"

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
static const cl::cat in(category);
static cl::opt<std::string> networkPath(cl::Positional, cl::Required, in,
                                        cl::desc("PREFIX.so|MODEL"));
static cl::opt<std::string>
    inputPath("input", cl::Required, cl::value_desc("file"), in,
              cl::desc("Images: .npy, .npz[:NAME], IDX or CIFAR, gzipped\n"
                       "or not"));
static cl::opt<std::string>
    labelsPath("labels", cl::value_desc("file"), in,
               cl::desc("Their classes (CIFAR files bring them)"));
static cl::opt<unsigned> count("count", cl::value_desc("n"), in,
                               cl::desc("Take the first n images only"));
static cl::opt<float>
    scale("scale", cl::init(1), cl::value_desc("s"), in,
          cl::desc("Floats from pixels: x = (pixel * s - m) / d"));
static cl::list<float> mean("mean", cl::CommaSeparated,
                            cl::value_desc("m[,m...]"), in,
                            cl::desc("for all channels, or for each"));
static cl::list<float> deviation("std", cl::CommaSeparated,
                                 cl::value_desc("d[,d...]"), in,
                                 cl::desc("for all channels, or for each"));
static cl::opt<unsigned>
    batch("batch", cl::init(1), cl::value_desc("n"), in,
          cl::desc("Images per run of an ONNX model that leaves it open (1)"));
enum class ReferenceKind { None, Compiled, Torch };
static cl::opt<ReferenceKind> useReference(
    "reference", cl::ValueOptional, cl::init(ReferenceKind::None), in,
    cl::desc("Run the float meaning:"),
    cl::values(clEnumValN(ReferenceKind::Compiled, "compiled",
                          "compiled for this machine"),
               clEnumValN(ReferenceKind::Torch, "torch", "by libtorch"),
               clEnumValN(ReferenceKind::Compiled, "",
                          "the same as compiled")));
static cl::opt<bool>
    useInterpreter("interpret", in,
                   cl::desc("Run the exact interpreter, on all cores"));
static cl::opt<bool>
    compare("compare", in,
            cl::desc("PREFIX.so: count the values of each layer that differ\n"
                     "from the interpreter's; exit code 1 if any do. They\n"
                     "must have the same bits, or, behind a layer left in\n"
                     "float, be within 1e-4 of the layer's largest.\n"
                     "MODEL, or with --reference: compare the outputs, and\n"
                     "each product with that of the decoded floats, within\n"
                     "1e-5 * sum |w| * max |x|"));
static cl::opt<bool>
    timeRuns("benchmark", in,
             cl::desc("Measure latency by itself, after a warm-up"));
static cl::opt<bool>
    profile("profile", in,
            cl::desc("PREFIX.so: print the median time of each layer"));
static const FreeOptionName freeThreads("threads");
static cl::opt<unsigned> threads(
    "threads", cl::value_desc("n"), in,
    cl::desc("PREFIX.so: use up to n of the threads that it was compiled\n"
             "for (all)"));
static cl::opt<bool> json("json", in, cl::desc("Print one JSON object"));
static cl::opt<std::string> outputPath("output", cl::value_desc("file.npy"), in,
                                       cl::desc("Write the first output"));

static llvm::Expected<EvaluationOptions> readOptions(llvm::StringRef kind) {
  bool isReference = useReference != ReferenceKind::None;
  if (isReference && useInterpreter)
    return llvm::createStringError("give --reference or --interpret, not both");
  if (batch.getNumOccurrences() && (kind != ".onnx" || batch == 0))
    return llvm::createStringError(
        "--batch is 1 or more, and for ONNX models only");
  if (count.getNumOccurrences() && count == 0)
    return llvm::createStringError("--count is 1 or more; leave it out for all "
                                   "images");
  if (profile && (kind != ".so" || isReference || useInterpreter))
    return llvm::createStringError(
        "--profile measures the layers of a compiled network, PREFIX.so");
  EvaluationOptions options;
  if (threads.getNumOccurrences() &&
      (kind != ".so" || threads < 1 || threads > SUBBIT_MOST_THREADS))
    return llvm::createStringError(
        "--threads is from 1 to " + llvm::Twine(SUBBIT_MOST_THREADS) +
        ", and for compiled networks, PREFIX.so, only");
  if (threads.getNumOccurrences())
    options.threads = threads;
  options.profile = profile;
  options.benchmark = timeRuns;
  if (scale.getNumOccurrences() || !mean.empty() || !deviation.empty()) {
    options.normalization.emplace();
    options.normalization->scale = scale;
    if (!mean.empty())
      options.normalization->mean = mean;
    if (!deviation.empty())
      options.normalization->std = deviation;
  }
  std::optional<RunMode> asked;
  if (isReference || useInterpreter)
    asked = isReference ? RunMode::Reference : RunMode::Interpreter;
  if (useReference == ReferenceKind::Torch)
    options.makeReference = training::makeEngineReference;
  options.choose(kind == ".so", asked, compare);
  return options;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::SetVersionPrinter([](llvm::raw_ostream &os) {
    os << "Subbit " SUBBIT_VERSION ", LLVM " LLVM_VERSION_STRING "\n";
  });
  cl::ParseCommandLineOptions(argc, argv, kOverview);
  llvm::ExitOnError check("subbit-run: error: ");

  llvm::StringRef kind = llvm::sys::path::extension(networkPath);
  EvaluationOptions options = check(readOptions(kind));
  std::unique_ptr<CompiledNetwork> object;
  if (kind == ".so")
    object = check(CompiledNetwork::load(
        networkPath, toIdentifier(llvm::sys::path::stem(networkPath))));
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry);
  DiagnosticPrinter printer(context, "subbit-run");
  mlir::OwningOpRef<mlir::ModuleOp> module;
  if (!object)
    module = readModel(networkPath, context, batch);
  else if (options.mode != RunMode::Object || options.compareWith || profile)
    module = check(object->readModule(&context));
  if (!object && !module)
    return 1;
  // A model alone is interpreted as it is.
  mlir::OwningOpRef<mlir::ModuleOp> fused;
  if (module && (object || compare) && !(fused = makeFused(*module)))
    return 1;
  Dataset dataset = check(readDataset(inputPath, labelsPath, count));
  auto [report, outputs] =
      check(evaluate(object.get(), module.get(),
                     fused ? fused.get() : module.get(), dataset, options));
  if (!outputPath.empty())
    check(writeNpy(outputPath, toDataArray(outputs[0])));
  (json ? printJSON : printText)(report, llvm::outs());
  return report.layers && report.layers->differences() > 0;
}
