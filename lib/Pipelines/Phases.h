//===- Phases.h - The phases from a model to the LLVM dialect - -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_PIPELINES_PHASES_H
#define SUBBIT_PIPELINES_PHASES_H

#include "lib/Pipelines/Recipe.h"
#include "mlir/Pass/PassManager.h"

namespace subbit {

/// One step of compilation: after it the module is at the level of its name.
struct Phase {
  llvm::StringRef name;
  llvm::StringRef summary;
};

/// All phases, in order: those of MLIR, then LLVM IR and assembly. The one list
/// behind --emit and --dump-phases-to.
llvm::ArrayRef<Phase> getPhases();

/// Whether there is a phase of this name.
bool isPhase(llvm::StringRef name);

/// Adds the passes of the phase "quantized": sketching and activation levels.
void addQuantizePasses(mlir::OpPassManager &manager, const Recipe &recipe);
/// "fused": layers on integers, with thresholds.
void addFusePasses(mlir::OpPassManager &manager);
/// "bitserial": packed products; options as of convert-mbn-to-bitserial.
void addBitserialPasses(mlir::OpPassManager &manager, bool trace,
                        bool explain = false);
/// "buffers": one-shot bufferization, everything on caller's memory.
void addBufferPasses(mlir::OpPassManager &manager);
/// "loops": scf, vector and arith on one scratch block.
void addLoopPasses(mlir::OpPassManager &manager);
/// "llvm": the LLVM dialect.
void addLLVMPasses(mlir::OpPassManager &manager);

/// Registers subbit-codegen, the phases after "fused", for pass pipelines.
void registerPipelines();

} // namespace subbit

#endif // SUBBIT_PIPELINES_PHASES_H
