//===- Object.cpp - From the LLVM dialect to files ------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Emission/Object.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/DataExtractor.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"

using namespace llvm;
using namespace subbit;

/// Flash is what small machines have least of.
static bool isSmall(const TargetMachine &machine) {
  return machine.getPointerSize(0) < 8;
}

Expected<std::unique_ptr<Module>> subbit::translate(mlir::ModuleOp module,
                                                    LLVMContext &context,
                                                    TargetMachine &machine) {
  std::unique_ptr<Module> result =
      mlir::translateModuleToLLVMIR(module, context);
  if (!result)
    return createStringError("the module cannot be translated to LLVM IR");
  result->setTargetTriple(machine.getTargetTriple());
  result->setDataLayout(machine.createDataLayout());
  for (Function &function : *result)
    if (!function.isDeclaration()) {
      function.addFnAttr("target-cpu", machine.getTargetCPU());
      function.addFnAttr("target-features", machine.getTargetFeatureString());
      // Vectors are as wide as the target table says, not as LLVM prefers.
      function.addFnAttr("prefer-vector-width", "512");
      function.addFnAttr("min-legal-vector-width", "512");
      if (isSmall(machine))
        function.addFnAttr(Attribute::OptimizeForSize);
    }
  return result;
}

void subbit::optimize(Module &module, TargetMachine &machine) {
  PassBuilder builder(&machine);
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager calls;
  ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(calls);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, calls, modules);
  auto level = isSmall(machine) ? OptimizationLevel::Os : OptimizationLevel::O3;
  builder.buildPerModuleDefaultPipeline(level).run(module, modules);
}

Expected<SmallVector<char, 0>>
subbit::emitCode(Module &module, TargetMachine &machine, bool assembly) {
  SmallVector<char, 0> bytes;
  raw_svector_ostream os(bytes);
  machine.Options.EmitStackSizeSection = !assembly;
  legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, os, nullptr,
                                  assembly ? CodeGenFileType::AssemblyFile
                                           : CodeGenFileType::ObjectFile))
    return createStringError("the target cannot emit this kind of file");
  passes.run(module);
  return bytes;
}

Expected<StringMap<int64_t>> subbit::symbolSizes(ArrayRef<char> object) {
  auto file = object::ObjectFile::createObjectFile(
      MemoryBufferRef(StringRef(object.data(), object.size()), "object"));
  if (!file)
    return file.takeError();
  StringMap<int64_t> sizes;
  if (!isa<object::ELFObjectFileBase>(**file))
    return sizes;
  for (const object::SymbolRef &symbol : (*file)->symbols()) {
    auto name = symbol.getName();
    if (!name)
      return name.takeError();
    sizes[*name] = object::ELFSymbolRef(symbol).getSize();
  }
  return sizes;
}

/// Finds the largest frame of each kind of function, of which one is on the
/// stack at a time: versions of `main`, tasks. A section of stack sizes has a
/// function's address, which is a relocation, then its frame's size.
static Error addFrames(const object::ObjectFile &file,
                       const object::SectionRef &section,
                       StringMap<int64_t> &largest) {
  // Functions have sections of their own, whose names say which they are.
  DenseMap<uint64_t, StringRef> functions;
  for (const object::SectionRef &other : file.sections()) {
    auto target = other.getRelocatedSection();
    if (!target)
      return target.takeError();
    if (*target == file.section_end() || **target != section)
      continue;
    for (const object::RelocationRef &relocation : other.relocations()) {
      auto of = relocation.getSymbol()->getSection();
      if (!of)
        return of.takeError();
      auto name = (*of)->getName();
      if (!name)
        return name.takeError();
      functions[relocation.getOffset()] = *name;
    }
  }
  auto content = section.getContents();
  if (!content)
    return content.takeError();
  DataExtractor data(*content, file.isLittleEndian(), file.getBytesInAddress());
  DataExtractor::Cursor at(0);
  while (at && !data.eof(at)) {
    StringRef function = functions.lookup(at.tell());
    data.getAddress(at);
    int64_t frame = data.getULEB128(at);
    // NAME.main.task1.v2 is of the kind of NAME.main.task0; NAME.version has
    // returned before `main` is called.
    std::string kind = function.str();
    erase_if(kind, isDigit);
    StringRef name(kind);
    if (name.consume_back(".v") || name.consume_back(".version"))
      kind =
          function.ends_with(".version") ? (name + ".main").str() : name.str();
    int64_t &of = largest[kind];
    of = std::max(of, frame);
  }
  return at.takeError();
}

Expected<std::optional<ObjectMemory>>
subbit::measureMemory(ArrayRef<char> object) {
  auto file = object::ObjectFile::createObjectFile(
      MemoryBufferRef(StringRef(object.data(), object.size()), "object"));
  if (!file)
    return file.takeError();
  if (!isa<object::ELFObjectFileBase>(**file))
    return std::nullopt;
  ObjectMemory memory;
  StringMap<int64_t> frames;
  for (object::ELFSectionRef section : (*file)->sections()) {
    uint64_t flags = section.getFlags();
    if (flags & ELF::SHF_ALLOC)
      (flags & ELF::SHF_WRITE ? memory.ramBytes : memory.flashBytes) +=
          section.getSize();
    auto name = section.getName();
    if (!name)
      return name.takeError();
    if (*name != ".stack_sizes")
      continue;
    if (Error error = addFrames(**file, section, frames))
      return std::move(error);
  }
  for (const auto &kind : frames)
    memory.stackBytes += kind.second;
  return memory;
}

Error subbit::linkShared(StringRef object, StringRef output) {
  ErrorOr<std::string> linker = sys::findProgramByName("ld.lld-22");
  if (!linker)
    linker = sys::findProgramByName("ld.lld");
  if (!linker)
    linker = sys::findProgramByName("ld.lld", {"/usr/lib/llvm-22/bin"});
  if (!linker)
    return createStringError("ld.lld is missing, which links shared objects: "
                             "apt-get install lld-22");
  std::string message;
  // A path that begins with '-' would be an option.
  SmallString<256> from(object), to(output);
  sys::fs::make_absolute(from);
  sys::fs::make_absolute(to);
  std::optional<StringRef> redirects[] = {StringRef(""), std::nullopt,
                                          std::nullopt};
  // Undefined symbols (memcpy and its kin) are the C library's.
  if (sys::ExecuteAndWait(
          *linker, {*linker, "-shared", "-z", "noexecstack", from, "-o", to},
          std::nullopt, redirects, 0, 0, &message))
    return createStringError(message.empty() ? *linker + " failed" : message);
  return Error::success();
}
