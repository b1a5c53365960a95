//===- subbit-compile.cpp - Compile a model -------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/IR/Bitserial.h"
#include "lib/Pipelines/Compile.h"
#include "lib/Pipelines/Diagnostics.h"
#include "lib/Pipelines/OptionNames.h"
#include "lib/Pipelines/Phases.h"
#include "lib/Pipelines/Registration.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;
using namespace subbit;

static cl::OptionCategory files("Files"), compressing("Compression"),
    code("Code generation");

static cl::opt<std::string> model(cl::Positional, cl::Required,
                                  cl::desc("MODEL (.onnx, or MLIR)"),
                                  cl::value_desc("model"), cl::cat(files));
static cl::opt<std::string>
    output("o", cl::Required, cl::value_desc("PREFIX"), cl::cat(files),
           cl::desc("write PREFIX.o, PREFIX.h, which says how to call it, and "
                    "PREFIX.json"));
static cl::opt<std::string>
    emit("emit", cl::init("obj"), cl::value_desc("WHAT"), cl::cat(files),
         cl::desc("obj (default), so; onnx or a phase, then -o names one file: "
                  "model quantized fused bitserial buffers loops llvm llvm-ir "
                  "asm"));
static cl::opt<std::string> dump("dump-phases-to", cl::value_desc("DIR"),
                                 cl::desc("write the module after each phase"),
                                 cl::cat(files));
static cl::opt<bool> report(
    "report",
    cl::desc("print sizes and memory, and why each layer got its kernels"),
    cl::cat(files));
static cl::opt<int64_t> batch("batch", cl::init(1), cl::value_desc("N"),
                              cl::desc("batch size where the model leaves it "
                                       "open (default 1)"),
                              cl::cat(files));

static cl::opt<std::string>
    recipeFile("recipe", cl::value_desc("FILE"), cl::cat(compressing),
               cl::desc("how to compress, see docs/Recipe.md"));
static cl::opt<int64_t>
    weightBits("weight-bits", cl::value_desc("N"), cl::cat(compressing),
               cl::desc("binary bases per group of weights, 0 to 8"));
static cl::opt<int64_t>
    activationBits("activation-bits", cl::value_desc("N"), cl::cat(compressing),
                   cl::desc("bits of activations, 1 to 8; needs calibration"));
static cl::opt<std::string>
    calibration("calibration", cl::value_desc("FILE"), cl::cat(compressing),
                cl::desc("data to learn activation levels from (.npy, IDX, "
                         "CIFAR)"));

static cl::opt<std::string>
    trainData("train-data", cl::value_desc("FILE"), cl::cat(compressing),
              cl::desc("train the weights' bases on these (ALQ)"));
static cl::opt<std::string>
    trainLabels("train-labels", cl::value_desc("FILE"), cl::cat(compressing),
                cl::desc("their classes (CIFAR files bring them)"));
static cl::opt<std::string>
    checkpoint("checkpoint", cl::value_desc("FILE"), cl::cat(compressing),
               cl::desc("leave in FILE what training needs to go on"));
static cl::opt<bool> resume("resume", cl::cat(compressing),
                            cl::desc("go on from the checkpoint"));
static cl::opt<double>
    targetBits("target-bits", cl::value_desc("X"), cl::cat(compressing),
               cl::desc("train down to X bases per weight on average"));
static cl::opt<double>
    targetBytes("target-bytes", cl::value_desc("X"), cl::cat(compressing),
                cl::desc("to X bytes of weights, by the paper's formula"));
static cl::opt<double>
    targetRatio("target-ratio", cl::value_desc("X"), cl::cat(compressing),
                cl::desc("to 1/X of the float weights, by the same"));

static cl::opt<bool> exactNormalization(
    "exact-normalization", cl::cat(compressing),
    cl::desc("fold normalization only where nothing rounds"));

static cl::opt<bool>
    integerScores("integer-scores", cl::cat(compressing),
                  cl::desc("return int32 scores, without any float"));

static cl::opt<std::string> triple("mtriple", cl::value_desc("TRIPLE"),
                                   cl::desc("target, default this machine's"),
                                   cl::cat(code));
static cl::opt<std::string> cpu("mcpu", cl::value_desc("CPU"), cl::cat(code),
                                cl::desc("as in llc, or several: A,B+FEATURE; "
                                         "'native' is this machine"));
static cl::opt<std::string> features("mattr", cl::value_desc("+A,-B"),
                                     cl::desc("features, as in llc"),
                                     cl::cat(code));
static cl::opt<cl::boolOrDefault>
    trace("trace", cl::cat(code),
          cl::desc("call args->trace after each layer (default with so)"));

static const FreeOptionName freeThreads("threads");
static cl::opt<unsigned>
    threads("threads", cl::value_desc("N"), cl::cat(code),
            cl::desc("share a run out to N threads by args->parallel (1)"));

static cl::opt<bool>
    unpackOnce("init", cl::cat(code),
               cl::desc("unpack weights once, in NAME_init, not in each run"));

static void printVersion(raw_ostream &os) {
  os << "Subbit " SUBBIT_VERSION ", LLVM " LLVM_VERSION_STRING
     << ", default target " << sys::getDefaultTargetTriple() << "\n";
}

static Error invalid(const Twine &message) {
  return createStringError(message.str().c_str());
}

/// The value of an option that was given.
template <typename T> static std::optional<T> given(const cl::opt<T> &option) {
  if (option.getNumOccurrences())
    return option.getValue();
  return std::nullopt;
}

static Expected<CompileOptions> makeOptions() {
  if (Error error = checkOutput(output, emit))
    return std::move(error);
  if (report && emit != "obj" && emit != "so")
    return invalid("--report is of an object; --emit=" + emit + " makes none");
  if (threads.getNumOccurrences() &&
      (threads < 1 || threads > bitserial::kMostThreads))
    return invalid("--threads must be from 1 to " +
                   Twine(bitserial::kMostThreads));
  if (batch < 1)
    return invalid("--batch must be at least 1");
  auto recipe = makeRecipe(
      {recipeFile, given(weightBits), given(activationBits), calibration,
       trainData, trainLabels, checkpoint, resume, given(targetBits),
       given(targetBytes), given(targetRatio), exactNormalization});
  if (!recipe)
    return recipe.takeError();
  CompileOptions options;
  options.model = model;
  options.output = output;
  options.emit = emit;
  options.dumpPhasesTo = dump;
  options.report = report;
  options.integerScores = integerScores;
  options.target = {triple, cpu, features};
  options.recipe = *recipe;
  options.batch = batch;
  options.threads = threads;
  options.init = unpackOnce;
  options.trace = trace == cl::BOU_UNSET ? emit == "so" : trace == cl::BOU_TRUE;
  return options;
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions({&files, &compressing, &code});
  cl::getRegisteredOptions()["help-list"]->setHiddenFlag(cl::Hidden);
  cl::SetVersionPrinter(printVersion);
  cl::ParseCommandLineOptions(
      argc, argv,
      R"(Compiles a neural network into an object file, a C header and a report
  subbit-compile lenet5.onnx --recipe sketch.yaml -mcpu=native -o lenet5
  subbit-compile lenet5.onnx --weight-bits 2 --activation-bits 2 \
                 --calibration digits.npy --emit=so -o lenet5
  subbit-run lenet5.so --input digits.npy --labels labels.npy --compare
)");
  auto options = makeOptions();
  if (!options) {
    errs() << "subbit-compile: error: " << toString(options.takeError())
           << "\n";
    return 1;
  }
  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry);
  context.printOpOnDiagnostic(false);
  DiagnosticPrinter printer(context, "subbit-compile");
  return mlir::succeeded(compile(*options, context)) ? 0 : 1;
}
