//===- Compile.cpp - From a model file to an object file ------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Pipelines/Compile.h"
#include "dialects/Bitserial/IR/Bitserial.h"
#include "dialects/MBN/Transforms/Passes.h"
#include "lib/Emission/Entry.h"
#include "lib/Emission/ONNXExport.h"
#include "lib/Emission/Object.h"
#include "lib/Emission/Report.h"
#include "lib/Import/ONNXImport.h"
#include "lib/Pipelines/OutputFiles.h"
#include "lib/Pipelines/Phases.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace mlir;
using namespace subbit;

llvm::Error subbit::checkOutput(StringRef output, StringRef emit) {
  if (emit != "obj" && emit != "so" && emit != "onnx" && !isPhase(emit))
    return llvm::createStringError(
        "--emit=" + emit +
        " is neither obj, so, onnx nor a phase; --help lists them");
  StringRef name = llvm::sys::path::filename(output);
  bool writesOneFile = emit != "obj" && emit != "so";
  bool names = name != "" && name != "." && name != ".." &&
               !llvm::sys::path::is_separator(output.back());
  if (names && (name != "-" || writesOneFile))
    return llvm::Error::success();
  return llvm::createStringError("-o '" + output + "' names no file; " +
                                 (writesOneFile
                                      ? "give a path, or - for the terminal"
                                      : "give a path and the network's name"));
}

OwningOpRef<ModuleOp> subbit::readModel(StringRef path, MLIRContext &context,
                                        int64_t batch) {
  if (path.ends_with(".onnx"))
    return importONNX(path, context, {batch});
  if (llvm::sys::fs::is_directory(path)) {
    emitError(UnknownLoc::get(&context))
        << "cannot read '" << path << "': it is a directory";
    return {};
  }
  // Bytecode has to be aligned.
  auto buffer = llvm::MemoryBuffer::getFile(
      path, /*IsText=*/false, /*RequiresNullTerminator=*/true,
      /*IsVolatile=*/false, llvm::Align(64));
  if (!buffer) {
    emitError(UnknownLoc::get(&context))
        << "cannot read '" << path << "': " << buffer.getError().message();
    return {};
  }
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(*buffer), llvm::SMLoc());
  auto module = parseSourceFile<ModuleOp>(sources, &context);
  if (!module)
    return {};
  auto main = module->lookupSymbol<func::FuncOp>("main");
  if (!main || main.isDeclaration()) {
    emitError(module->getLoc())
        << "the module has no function 'main', which a network is";
    return {};
  }
  return module;
}

OwningOpRef<ModuleOp> subbit::makeFused(ModuleOp module) {
  OwningOpRef<ModuleOp> fused = module.clone();
  ScopedDiagnosticHandler handler(
      module.getContext(), [](Diagnostic &diagnostic) {
        return success(diagnostic.getSeverity() == DiagnosticSeverity::Remark);
      });
  PassManager manager(module.getContext());
  addFusePasses(manager);
  if (failed(manager.run(*fused)))
    return {};
  return fused;
}

namespace {

/// One run of the compiler; phases in order, each of which may be the last.
class Compilation {
public:
  Compilation(const CompileOptions &options, MLIRContext &context)
      : options(options), context(context), loc(UnknownLoc::get(&context)) {}

  LogicalResult run();

private:
  /// Runs passes and dumps the result; true if this was the last phase.
  FailureOr<bool> phase(StringRef name,
                        llvm::function_ref<void(OpPassManager &)> passes);
  /// Dumps the text of a phase and writes it if it is the one asked for.
  FailureOr<bool> finishPhase(StringRef name, StringRef text);
  LogicalResult setTarget();
  void setModuleTarget(const TargetSpec &target);
  /// Lowers the fused module for a version and adds it to the linked one; true
  /// if a phase of it was asked for.
  FailureOr<bool> lower(unsigned version);
  LogicalResult emit();
  LogicalResult emitFiles(llvm::Module &llvmModule,
                          llvm::TargetMachine &machine);
  LogicalResult fail(llvm::Error error) {
    return emitError(loc) << llvm::toString(std::move(error));
  }

  const CompileOptions &options;
  MLIRContext &context;
  Location loc;
  OwningOpRef<ModuleOp> module;
  /// Mostly one.
  SmallVector<TargetSpec> versions;
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> linked;
  /// The phases of all versions but the last are not shown.
  bool isShown = true;
  Entry entry;
  std::vector<LayerSize> layers;
  llvm::StringMap<std::string> arrays;
  std::string bytecode;
  unsigned phaseNumber = 0;
};

} // namespace

FailureOr<bool> Compilation::finishPhase(StringRef name, StringRef text) {
  if (!options.dumpPhasesTo.empty()) {
    SmallString<256> path(options.dumpPhasesTo);
    bool isModule = name != "llvm-ir" && name != "asm";
    llvm::sys::path::append(path, std::to_string(phaseNumber) + "-" +
                                      name.str() +
                                      (isModule        ? ".mlir"
                                       : name == "asm" ? ".s"
                                                       : ".ll"));
    if (llvm::Error error = writeFile(path, text))
      return fail(std::move(error));
  }
  ++phaseNumber;
  if (options.emit != name)
    return false;
  if (llvm::Error error = writeFile(options.output, text))
    return fail(std::move(error));
  return true;
}

FailureOr<bool>
Compilation::phase(StringRef name,
                   llvm::function_ref<void(OpPassManager &)> passes) {
  PassManager manager(&context);
  passes(manager);
  if (failed(manager.run(*module)) ||
      (options.afterPhase && failed(options.afterPhase(name, *module))))
    return failure();
  if (!isShown)
    return false;
  std::string text;
  if (options.emit == name || !options.dumpPhasesTo.empty()) {
    llvm::raw_string_ostream os(text);
    module->print(os);
    os << "\n";
  }
  return finishPhase(name, text);
}

/// The command line's target, or the module's own, or this machine's baseline.
LogicalResult Compilation::setTarget() {
  context.loadDialect<bitserial::BitserialDialect>();
  TargetSpec spec = options.target;
  if (spec.triple.empty() && spec.cpu.empty() && spec.features.empty())
    spec = bitserial::getTargetSpec(*module);
  auto resolved = resolveVersions(spec);
  if (!resolved)
    return fail(resolved.takeError());
  versions = *resolved;
  setModuleTarget(versions[0]);
  if (options.threads)
    (*module)->setAttr(bitserial::kThreadsAttr,
                       Builder(&context).getI64IntegerAttr(options.threads));
  if (options.init)
    (*module)->setAttr(bitserial::kInitAttr, UnitAttr::get(&context));
  return success();
}

void Compilation::setModuleTarget(const TargetSpec &target) {
  (*module)->setAttr(bitserial::kTargetAttr,
                     bitserial::TargetAttr::get(&context, target.triple,
                                                target.cpu, target.features));
}

LogicalResult Compilation::run() {
  if (!options.dumpPhasesTo.empty())
    if (std::error_code error =
            llvm::sys::fs::create_directories(options.dumpPhasesTo))
      return emitError(loc) << "cannot make '" << options.dumpPhasesTo
                            << "': " << error.message();
  // The target is checked before the work begins.
  if (auto resolved = resolveVersions(options.target); !resolved)
    return fail(resolved.takeError());
  module = readModel(options.model, context, options.batch);
  if (!module || failed(setTarget()))
    return failure();

  auto isLast = phase("model", [](OpPassManager &) {});
  if (failed(isLast) || *isLast)
    return LogicalResult(isLast);
  isLast = phase("quantized", [&](OpPassManager &manager) {
    addQuantizePasses(manager, options.recipe);
  });
  if (failed(isLast) || *isLast)
    return LogicalResult(isLast);
  // What is compared with the object later: as quantized as it gets before the
  // compiler's own steps, but with what its user asked for.
  auto embed = [&]() -> LogicalResult {
    llvm::raw_string_ostream os(bytecode);
    if (failed(writeBytecodeToFile(*module, os)))
      return emitError(loc) << "the module cannot be written as bytecode";
    return success();
  };
  if (options.emit == "so" && !options.integerScores && failed(embed()))
    return failure();
  isLast = phase("fused", [&](OpPassManager &manager) {
    addFusePasses(manager);
    if (options.integerScores)
      manager.addNestedPass<func::FuncOp>(mbn::createIntegerScoresPass());
  });
  if (failed(isLast) || *isLast)
    return LogicalResult(isLast);
  if (options.emit == "so" && options.integerScores && failed(embed()))
    return failure();
  if (options.emit == "onnx") {
    auto model = exportONNX(*module);
    if (!model)
      return fail(model.takeError());
    if (llvm::Error error = writeFile(options.output, *model))
      return fail(std::move(error));
    return success();
  }
  layers = getLayerSizes(*module);
  OwningOpRef<ModuleOp> fused;
  if (versions.size() > 1)
    fused = module->clone();
  for (unsigned i = 0; i < versions.size(); ++i) {
    if (i)
      module = fused->clone();
    isShown = i + 1 == versions.size();
    setModuleTarget(versions[i]);
    isLast = lower(i);
    if (failed(isLast) || *isLast)
      return LogicalResult(isLast);
  }
  return emit();
}

FailureOr<bool> Compilation::lower(unsigned version) {
  auto isLast = phase("bitserial", [&](OpPassManager &manager) {
    addBitserialPasses(manager, options.trace, options.report);
  });
  if (failed(isLast) || *isLast)
    return isLast;
  isLast = phase("buffers", addBufferPasses);
  if (failed(isLast) || *isLast)
    return isLast;
  isLast = phase("loops", addLoopPasses);
  if (failed(isLast) || *isLast)
    return isLast;
  auto found = getEntry(
      *module, toIdentifier(llvm::sys::path::filename(options.output)));
  if (failed(found))
    return failure();
  // The caller's memory serves for all versions.
  found->scratchBytes = std::max(found->scratchBytes, entry.scratchBytes);
  found->scratchAlignment =
      std::max(found->scratchAlignment, entry.scratchAlignment);
  found->weightsBytes = std::max(found->weightsBytes, entry.weightsBytes);
  found->versions = std::move(entry.versions);
  entry = std::move(*found);
  if (versions.size() > 1) {
    auto tests = getCPUTests(versions[version]);
    if (!tests)
      return fail(tests.takeError());
    for (auto [i, earlier] : llvm::enumerate(entry.versions))
      if (tests->askNoMoreThan(earlier))
        return emitError(loc)
               << "version '" << versions[i].cpu << "' would never run: '"
               << versions[version].cpu
               << "', which stands behind it, needs no more; list the least "
                  "first";
    entry.versions.push_back(std::move(*tests));
  }
  addArrayLayers(*module, entry, version, arrays);
  isLast = phase("llvm", addLLVMPasses);
  if (failed(isLast) || *isLast)
    return isLast;

  auto machine = createTargetMachine(versions[version]);
  if (!machine)
    return fail(machine.takeError());
  auto translated = translate(*module, llvmContext, **machine);
  if (!translated)
    return fail(translated.takeError());
  nameSymbols(**translated, entry, version);
  if (!linked)
    linked = std::move(*translated);
  else if (llvm::Linker::linkModules(*linked, std::move(*translated)))
    return emitError(loc) << "the versions cannot be linked";
  return false;
}

LogicalResult Compilation::emit() {
  // What chooses between versions runs on every CPU of the kind.
  TargetSpec target = versions[0];
  if (versions.size() > 1)
    target.cpu = target.features = "";
  auto machine = createTargetMachine(target);
  if (!machine)
    return fail(machine.takeError());
  buildEntry(*linked, entry);
  if (options.emit == "so")
    embedModule(*linked, entry, bytecode);
  optimize(*linked, **machine);

  std::string text;
  llvm::raw_string_ostream os(text);
  linked->print(os, nullptr);
  auto isLast = finishPhase("llvm-ir", text);
  if (failed(isLast) || *isLast)
    return LogicalResult(isLast);
  if (options.emit == "asm" || !options.dumpPhasesTo.empty()) {
    // Code generation changes the module, so assembly gets a copy.
    std::unique_ptr<llvm::Module> copy = llvm::CloneModule(*linked);
    auto assembly = emitCode(*copy, **machine, /*assembly=*/true);
    if (!assembly)
      return fail(assembly.takeError());
    isLast = finishPhase("asm", StringRef(assembly->data(), assembly->size()));
    if (failed(isLast) || *isLast)
      return LogicalResult(isLast);
  }
  return emitFiles(*linked, **machine);
}

LogicalResult Compilation::emitFiles(llvm::Module &llvmModule,
                                     llvm::TargetMachine &machine) {
  auto object = emitCode(llvmModule, machine, /*assembly=*/false);
  if (!object)
    return fail(object.takeError());
  auto symbols = symbolSizes(*object);
  if (!symbols)
    return fail(symbols.takeError());
  int64_t other = addExactSizes(layers, arrays, *symbols);
  auto memory = measureMemory(*object);
  if (!memory)
    return fail(memory.takeError());
  if (options.report && !*memory)
    return emitError(loc) << "--report measures ELF objects, which those for '"
                          << versions[0].triple << "' are not";
  TargetSpec reported = versions[0];
  if (versions.size() > 1)
    reported.cpu = options.target.cpu;
  std::string report;
  llvm::raw_string_ostream(report) << llvm::formatv(
      "{0:2}\n", makeReport(entry, reported, layers, other, *memory));

  OutputFiles files;
  StringRef bytes(object->data(), object->size());
  llvm::Error error = options.emit == "so"
                          ? files.addLinked(options.output + ".so", bytes)
                          : files.add(options.output + ".o", bytes);
  if (!error)
    error = files.add(options.output + ".h", makeHeader(entry));
  if (!error)
    error = files.add(options.output + ".json", report);
  if (!error)
    error = files.keep();
  if (error)
    return fail(std::move(error));
  if (options.report)
    printReport(entry, layers, other, **memory, llvm::outs());
  return success();
}

LogicalResult subbit::compile(const CompileOptions &options,
                              MLIRContext &context) {
  return Compilation(options, context).run();
}
