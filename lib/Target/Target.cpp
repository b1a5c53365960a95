//===- Target.cpp - What a target can do ----------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Target/Target.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCSchedule.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include <mutex>

using namespace llvm;
using namespace subbit;

static void initializeTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeAllTargetInfos();
    InitializeAllTargets();
    InitializeAllTargetMCs();
    InitializeAllAsmPrinters();
    InitializeAllAsmParsers();
  });
}

static Error invalid(const Twine &message) {
  return createStringError(std::errc::invalid_argument, message.str().c_str());
}

static bool isCPU(const Triple &triple) {
  return triple.isX86() || triple.isAArch64() || triple.isARM() ||
         triple.isThumb() || triple.isRISCV() || triple.isPPC() ||
         triple.isMIPS() || triple.isSystemZ() || triple.isLoongArch() ||
         triple.isWasm();
}

static Expected<const Target *> lookup(const Triple &triple) {
  initializeTargets();
  std::string error;
  const Target *target = TargetRegistry::lookupTarget(triple, error);
  // GPUs and the like run no plain functions on plain memory.
  if (target && !isCPU(triple))
    return invalid("'" + triple.str() +
                   "' is no CPU that code is generated for; x86, ARM, RISC-V, "
                   "PowerPC, MIPS, SystemZ, LoongArch and WebAssembly are");
  if (!target)
    return invalid("unknown target triple '" + triple.str() +
                   "'; examples: x86_64-linux-gnu, aarch64-linux-gnu, "
                   "riscv64-linux-gnu");
  return target;
}

TargetSpec subbit::defaultTarget() { return {}; }

Expected<TargetSpec> subbit::resolveTarget(const TargetSpec &spec) {
  TargetSpec result;
  result.triple = Triple::normalize(
      spec.triple.empty() ? sys::getDefaultTargetTriple() : spec.triple);
  Triple triple(result.triple);
  auto target = lookup(triple);
  if (!target)
    return target.takeError();

  result.cpu = spec.cpu;
  SmallVector<std::string> features;
  if (spec.cpu == "native") {
    Triple host(sys::getDefaultTargetTriple());
    if (host.getArch() != triple.getArch())
      return invalid("-mcpu=native names this machine, which is no '" +
                     result.triple + "'; name the target's cpu");
    result.cpu = sys::getHostCPUName().str();
    for (const auto &feature : sys::getHostCPUFeatures())
      features.push_back((feature.second ? "+" : "-") + feature.first().str());
  }
  if (!spec.features.empty())
    features.push_back(spec.features);
  result.features = join(features, ",");

  // An unknown name is only a warning to LLVM; here it is an error.
  std::unique_ptr<MCSubtargetInfo> info(
      (*target)->createMCSubtargetInfo(triple, "", ""));
  if (!result.cpu.empty() && !info->isCPUStringValid(result.cpu))
    return invalid("unknown cpu '" + result.cpu + "' for '" + result.triple +
                   "'; llc-22 -mtriple=" + result.triple +
                   " -mcpu=help lists the known ones");
  SmallVector<StringRef> names;
  StringRef(result.features).split(names, ',', -1, /*KeepEmpty=*/false);
  for (StringRef name : names) {
    StringRef bare = name;
    bool known =
        (bare.consume_front("+") || bare.consume_front("-")) &&
        any_of(info->getAllProcessorFeatures(),
               [&](const SubtargetFeatureKV &kv) { return bare == kv.Key; });
    if (!known && spec.cpu != "native")
      return invalid("unknown feature '" + name + "' for '" + result.triple +
                     "'; write +NAME or -NAME, llc-22 -mtriple=" +
                     result.triple + " -mattr=help lists the known ones");
  }
  return result;
}

Expected<std::unique_ptr<TargetMachine>>
subbit::createTargetMachine(const TargetSpec &spec) {
  Triple triple(spec.triple);
  auto target = lookup(triple);
  if (!target)
    return target.takeError();
  TargetOptions options;
  options.AllowFPOpFusion = FPOpFusion::Strict;
  options.DataSections = true;
  options.FunctionSections = true;
  std::string features = spec.features;
  // Debian's toolchains for these targets use hard float; LLVM's default
  // cpu has none.
  if (triple.isRISCV64() && spec.cpu.empty())
    features = "+m,+a,+f,+d,+c" + (features.empty() ? "" : "," + features);
  if (triple.isRISCV()) {
    std::unique_ptr<MCSubtargetInfo> info(
        (*target)->createMCSubtargetInfo(triple, spec.cpu, features));
    // As gcc chooses for -march.
    StringRef floats = info->checkFeatures("+e")   ? "e"
                       : info->checkFeatures("+d") ? "d"
                       : info->checkFeatures("+f") ? "f"
                                                   : "";
    options.MCOptions.ABIName =
        ((triple.isRISCV64() ? "lp64" : "ilp32") + floats).str();
  }
  // Products of counts have sums of their own, whose latency nothing waits for;
  // LLVM would split multiply-adds to shorten it.
  if (triple.isX86())
    features += (features.empty() ? "" : ",") + std::string("+fast-dpwssd");
  bool bare = triple.isOSBinFormatELF() && triple.isOSUnknown();
  std::unique_ptr<TargetMachine> machine((*target)->createTargetMachine(
      triple, spec.cpu, features, options, bare ? Reloc::Static : Reloc::PIC_,
      std::nullopt, CodeGenOptLevel::Aggressive));
  if (!machine)
    return invalid("no code can be generated for '" + spec.triple + "'");
  return machine;
}

namespace {
/// Of the table of targets: the first row whose features a target has counts.
struct Row {
  const char *name;
  bool (*isArchitecture)(const Triple &);
  /// As in -mattr.
  const char *features;
  int64_t lanes;
  const char *scaling;
  int64_t registers;
  const char *counting;
  bool hasTables = false;

  bool fits(const Triple &triple, const MCSubtargetInfo &info) const {
    return isArchitecture(triple) && info.checkFeatures(features);
  }
};
} // namespace

static bool isX86(const Triple &triple) { return triple.isX86(); }
static bool isX86_64(const Triple &triple) { return triple.isX86_64(); }
static bool isAArch64(const Triple &triple) { return triple.isAArch64(); }
static bool isRISCV(const Triple &triple) { return triple.isRISCV(); }
static bool isRISCV64(const Triple &triple) { return triple.isRISCV64(); }
static bool isARM(const Triple &triple) {
  return triple.isARM() || triple.isThumb();
}
static bool isAny(const Triple &) { return true; }

// Scalable vectors of RVV are pairs of registers.
static constexpr Row kRows[] = {
    {"avx512-vpopcntdq", isX86, "+avx512vpopcntdq,+avx512bw", 16, "none", 32,
     "carries"},
    {"avx512-bitalg", isX86, "+avx512bitalg,+avx512bw", 16, "none", 32,
     "pmadd"},
    {"avx512", isX86, "+avx512bw", 16, "none", 32, "pmadd", true},
    {"avx2", isX86, "+avx2", 8, "none", 16, "pmadd", true},
    {"ssse3", isX86, "+ssse3", 4, "none", 16, "pmadd", true},
    {"sve", isAArch64, "+sve", 4, "offsets", 32, "words"},
    {"neon-dotprod", isAArch64, "+neon,+dotprod", 4, "none", 32, "udot"},
    {"neon", isAArch64, "+neon", 4, "none", 32, "uaddlp"},
    {"armv7-neon", isARM, "+neon", 4, "none", 16, "vpaddl"},
    {"zvbb", isRISCV64, "+v,+zvbb", 4, "pointers", 16, "words"},
    {"rvv", isRISCV64, "+v", 4, "pointers", 16, "bytes"},
    {"popcnt", isX86_64, "+popcnt", 1, "none", 16, "pairs"},
    {"zbb", isRISCV64, "+zbb", 1, "none", 16, "pairs"},
    {"zbb32", isRISCV, "+zbb", 1, "none", 16, "words"},
    {"scalar", isAny, "", 1, "none", 16, "bytes"},
};

namespace {
/// Instructions that multiply codes by weights; the first that a target has.
struct Dot {
  const char *name;
  bool (*isArchitecture)(const Triple &);
  const char *features;
  int64_t lanes;
  /// Of codes of at most four bits.
  bool isShort = false;
};
} // namespace

static constexpr Dot kDots[] = {
    {"dpbusd", isX86, "+avx512vnni", 16},
    {"dpbusd", isX86, "+avxvnni", 8},
    {"dpbusd", isX86, "+avx512vnni,+avx512vl", 8},
    {"pmaddubsw", isX86, "+avx512bw", 16, /*isShort=*/true},
    {"pmaddubsw", isX86, "+avx2", 8, /*isShort=*/true},
    {"pmaddubsw", isX86, "+ssse3", 4, /*isShort=*/true},
    {"pmaddwd", isX86, "+avx512bw", 16},
    {"pmaddwd", isX86, "+avx2", 8},
    {"pmaddwd", isX86, "+sse2", 4},
    {"usdot", isAArch64, "+i8mm", 4},
    {"sdot", isAArch64, "+dotprod", 4},
};

/// Whether a CPU takes longer for `slow` than for `fast`, instructions by
/// LLVM's names; not known of a CPU without a model.
static bool takesLonger(const TargetMachine &machine, StringRef slow,
                        StringRef fast) {
  const MCInstrInfo &instructions = *machine.getMCInstrInfo();
  const MCSubtargetInfo &info = *machine.getMCSubtargetInfo();
  const MCSchedModel &model = info.getSchedModel();
  if (!model.hasInstrSchedModel())
    return false;
  auto cycles = [&](StringRef name) {
    for (unsigned i = 0; i < instructions.getNumOpcodes(); ++i)
      if (instructions.getName(i) == name)
        return MCSchedModel::getReciprocalThroughput(
            info,
            *model.getSchedClassDesc(instructions.get(i).getSchedClass()));
    return 0.0;
  };
  return cycles(slow) > cycles(fast);
}

Expected<TargetInfo> subbit::describeTarget(const TargetSpec &spec) {
  auto machine = createTargetMachine(spec);
  if (!machine)
    return machine.takeError();
  const MCSubtargetInfo &info = *(*machine)->getMCSubtargetInfo();
  const Triple &triple = (*machine)->getTargetTriple();
  TargetInfo result;
  for (const Row &row : kRows)
    if (row.fits(triple, info)) {
      result.name = row.name;
      result.lanes = row.lanes;
      result.scaling = row.scaling;
      result.registers = row.registers;
      result.counting = row.counting;
      result.hasTables = row.hasTables;
      break;
    }
  for (const Dot &dot : kDots) {
    if (dot.lanes != result.lanes || result.scaling != "none" ||
        !dot.isArchitecture(triple) || !info.checkFeatures(dot.features))
      continue;
    if (result.shortDot.empty())
      result.shortDot = dot.name;
    if (result.dot.empty() && !dot.isShort)
      result.dot = dot.name;
  }
  result.hasFloatTables = triple.isX86() && result.lanes >= 8;
  result.countsSlowly = result.name == "avx512-vpopcntdq" &&
                        takesLonger(**machine, "VPOPCNTDZrr", "VPADDDZrr");
  result.pointerBytes = (*machine)->getPointerSize(0);
  if (result.lanes == 1)
    result.bufferAlignment = result.pointerBytes;
  return result;
}
