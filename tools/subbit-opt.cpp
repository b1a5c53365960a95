//===- subbit-opt.cpp - Run passes on a module ----------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Pipelines/Registration.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using llvm::StringRef;

/// In the order in which subbit-compile runs them.
static constexpr StringRef kPasses[] = {
    "mbn-sketch",
    "mbn-alq",
    "mbn-prune-coordinates",
    "mbn-optimize-bases",
    "mbn-optimize-coordinates",
    "mbn-straight-through",
    "mbn-remove-dead-channels",
    "mbn-quantize-activations",
    "mbn-fuse",
    "mbn-fold-normalization",
    "mbn-integer-scores",
    "convert-mbn-to-linalg",
    "convert-mbn-to-bitserial",
    "fuse-epilogues",
    "choose-bands",
    "choose-tasks",
    "fuse-bands",
    "prepare-entry",
    "unpack-once",
    "copies-to-loops",
    "fold-fills",
    "plan-memory",
    "vectorize-linalg",
    "lower-bitserial",
    "outline-tasks",
    "lower-to-llvm",
};

/// One screen; --help-list has all of MLIR's options.
static void printHelp() {
  llvm::outs() << R"(OVERVIEW: Runs passes on a module and prints the result

  subbit-compile lenet5.onnx --emit=model -o lenet5.mlir
  subbit-opt lenet5.mlir --mbn-sketch=max-bits=2 --mbn-fuse --canonicalize
  subbit-opt lenet5.mlir --pass-pipeline='builtin.module(func.func(mbn-sketch{group=channel max-bits=2},mbn-fuse))'
  subbit-opt test.mlir --mbn-fuse --verify-diagnostics --split-input-file

USAGE: subbit-opt [options] FILE.mlir (or - for stdin)

OPTIONS:
  -o FILE                   write to a file instead of stdout
  --emit-bytecode           write bytecode instead of text
  --mlir-print-ir-after-all print the module after each pass
  --mlir-timing             time each pass
  --help-list               all options, with those of each pass
  --version

PASSES (docs/reference describes each with an example):
)";
  for (StringRef name : kPasses)
    llvm::outs() << "  --" << llvm::format("%-24s", name.data()) << " "
                 << mlir::PassInfo::lookup(name)->getPassDescription() << "\n";
  llvm::outs()
      << R"(  --subbit-codegen           convert-mbn-to-bitserial and all that follow it

MLIR's: --canonicalize --cse --one-shot-bufferize --convert-linalg-to-loops
)";
}

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  subbit::registerDialects(registry);
  subbit::registerPasses();
  for (StringRef arg : llvm::ArrayRef(argv, argc).drop_front())
    if (arg == "--help" || arg == "-help" || arg == "-h")
      return printHelp(), 0;
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Subbit's optimizer driver\n", registry));
}
