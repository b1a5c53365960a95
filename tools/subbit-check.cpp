//===- subbit-check.cpp - Check the compiler on random networks -----------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/IR/Bitserial.h"
#include "lib/Checking/NetworkCheck.h"
#include "lib/Checking/RandomNetworks.h"
#include "lib/Pipelines/Diagnostics.h"
#include "lib/Pipelines/OptionNames.h"
#include "lib/Pipelines/Registration.h"
#include "lib/Target/Target.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/PrettyStackTrace.h"

using namespace llvm;
using namespace subbit;

static cl::OptionCategory checking("Checking"), code("Code generation");

static cl::opt<int64_t> networks("networks", cl::init(100), cl::value_desc("N"),
                                 cl::cat(checking),
                                 cl::desc("how many networks (default 100)"));
static cl::opt<uint64_t> seed("seed", cl::init(1), cl::value_desc("N"),
                              cl::cat(checking),
                              cl::desc("of the first network, the others "
                                       "follow (default 1)"));
static cl::opt<std::string>
    keep("keep", cl::value_desc("DIR"), cl::cat(checking),
         cl::desc("where to work and to leave the last network, network.mlir"));
static cl::opt<std::string> cpu("mcpu", cl::value_desc("CPU"), cl::cat(code),
                                cl::desc("as in subbit-compile"));
static cl::opt<std::string> features("mattr", cl::value_desc("+A,-B"),
                                     cl::desc("as in subbit-compile"),
                                     cl::cat(code));

static const FreeOptionName freeThreads("threads");
static cl::opt<unsigned>
    threads("threads", cl::init(1), cl::value_desc("N"), cl::cat(code),
            cl::desc("share products out to N threads (default 1)"));

static cl::opt<bool> unpackOnce("init", cl::cat(code),
                                cl::desc("as in subbit-compile"));

/// Checks one network; says what is wrong and shows the network.
static bool check(uint64_t seed, StringRef directory,
                  const mlir::DialectRegistry &registry) {
  PrettyStackTraceFormat trace("checking the random network of --seed %llu",
                               static_cast<unsigned long long>(seed));
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);
  DiagnosticPrinter printer(context, "subbit-check");
  Random random(seed);
  mlir::OwningOpRef<mlir::ModuleOp> module =
      makeRandomNetwork(random, &context);
  std::vector<std::vector<TensorValue>> inputs;
  for (int i = 0; i < 2; ++i)
    inputs.push_back(makeRandomInputs(random, *module));
  Error error = checkNetwork(
      *module, {{"", cpu, features}, threads, unpackOnce}, directory, inputs);
  if (!error)
    return true;
  errs() << "subbit-check: error: --seed " << seed << ": "
         << toString(std::move(error)) << "\n";
  mlir::OpPrintingFlags flags;
  module->print(errs(), flags.elideLargeElementsAttrs(4));
  return false;
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions({&checking, &code});
  cl::ParseCommandLineOptions(
      argc, argv,
      "Subbit checks itself on random networks\n\n"
      "Each network must have the same results, bit for bit, in the "
      "interpreter\nbefore and after each pass, in the reference and "
      "compiled.\n");
  if (auto target = resolveTarget({"", cpu, features}); !target) {
    errs() << "subbit-check: error: " << toString(target.takeError()) << "\n";
    return 1;
  }
  if (threads < 1 || threads > bitserial::kMostThreads) {
    errs() << "subbit-check: error: --threads must be from 1 to "
           << bitserial::kMostThreads << ", found " << threads << "\n";
    return 1;
  }
  SmallString<128> directory(keep);
  std::error_code failure =
      keep.empty() ? sys::fs::createUniqueDirectory("subbit-check", directory)
                   : sys::fs::create_directories(directory);
  if (failure) {
    errs() << "subbit-check: error: cannot make a directory: "
           << failure.message() << "\n";
    return 1;
  }
  mlir::DialectRegistry registry;
  registerDialects(registry);
  bool right = true;
  int64_t checked = 0;
  for (; checked < networks && right; ++checked)
    right = check(seed + checked, directory, registry);
  if (keep.empty())
    sys::fs::remove_directories(directory);
  if (right)
    outs() << checked << " networks, no difference\n";
  return right ? 0 : 1;
}
