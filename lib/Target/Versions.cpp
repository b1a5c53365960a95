//===- Versions.cpp - Several x86 versions in one object ------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Target/Versions.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;
using namespace subbit;

Expected<SmallVector<TargetSpec>>
subbit::resolveVersions(const TargetSpec &spec) {
  SmallVector<StringRef> names;
  StringRef(spec.cpu).split(names, ',');
  SmallVector<TargetSpec> versions;
  for (StringRef name : names) {
    if (name.empty() && names.size() > 1)
      return createStringError("-mcpu=" + spec.cpu + " has an empty name");
    SmallVector<StringRef> parts;
    name.split(parts, '+');
    std::string features = spec.features;
    for (StringRef feature : ArrayRef(parts).drop_front())
      features += (features.empty() ? "+" : ",+") + feature.str();
    auto version = resolveTarget({spec.triple, parts[0].str(), features});
    if (!version)
      return version.takeError();
    Triple triple(version->triple);
    if (names.size() > 1 && (!triple.isX86_64() || !triple.isOSBinFormatELF()))
      return createStringError(
          "-mcpu=" + spec.cpu +
          " names several versions, which only x86-64 has; "
          "give '" +
          version->triple + "' one cpu");
    versions.push_back(std::move(*version));
  }
  return versions;
}

namespace {
struct Feature {
  const char *name;
  uint32_t leaf, subleaf;
  unsigned reg, bit;
};
} // namespace

/// Features of LLVM that it generates code for unasked, and where CPUID has
/// them (Intel's and AMD's manuals, instruction CPUID).
static constexpr Feature kFeatures[] = {
    {"sse3", 1, 0, 2, 0},
    {"pclmul", 1, 0, 2, 1},
    {"ssse3", 1, 0, 2, 9},
    {"fma", 1, 0, 2, 12},
    {"cx16", 1, 0, 2, 13},
    {"sse4.1", 1, 0, 2, 19},
    {"sse4.2", 1, 0, 2, 20},
    {"movbe", 1, 0, 2, 22},
    {"popcnt", 1, 0, 2, 23},
    {"avx", 1, 0, 2, 28},
    {"f16c", 1, 0, 2, 29},
    {"bmi", 7, 0, 1, 3},
    {"avx2", 7, 0, 1, 5},
    {"bmi2", 7, 0, 1, 8},
    {"avx512f", 7, 0, 1, 16},
    {"avx512dq", 7, 0, 1, 17},
    {"adx", 7, 0, 1, 19},
    {"avx512ifma", 7, 0, 1, 21},
    {"avx512cd", 7, 0, 1, 28},
    {"avx512bw", 7, 0, 1, 30},
    {"avx512vl", 7, 0, 1, 31},
    {"avx512vbmi", 7, 0, 2, 1},
    {"avx512vbmi2", 7, 0, 2, 6},
    {"gfni", 7, 0, 2, 8},
    {"vaes", 7, 0, 2, 9},
    {"vpclmulqdq", 7, 0, 2, 10},
    {"avx512vnni", 7, 0, 2, 11},
    {"avx512bitalg", 7, 0, 2, 12},
    {"avx512vpopcntdq", 7, 0, 2, 14},
    {"avx512vp2intersect", 7, 0, 3, 8},
    {"avx512fp16", 7, 0, 3, 23},
    {"avxvnni", 7, 1, 0, 4},
    {"avx512bf16", 7, 1, 0, 5},
    {"avxifma", 7, 1, 0, 23},
    {"avxvnniint8", 7, 1, 3, 4},
    {"avxneconvert", 7, 1, 3, 5},
    {"avxvnniint16", 7, 1, 3, 10},
    {"sahf", 0x80000001, 0, 2, 0},
    {"lzcnt", 0x80000001, 0, 2, 5},
    {"sse4a", 0x80000001, 0, 2, 6},
    {"xop", 0x80000001, 0, 2, 11},
    {"fma4", 0x80000001, 0, 2, 16},
    {"tbm", 0x80000001, 0, 2, 21},
};

/// Features of the same kind that need more than a bit of CPUID.
static constexpr const char *kUntested[] = {
    "egpr", "ndd",       "ccmp", "nf",      "zu",
    "cf",   "push2pop2", "ppx",  "avx10.1", "avx10.2"};

bool CPUTests::askNoMoreThan(const CPUTests &other) const {
  return (xcr0 & ~other.xcr0) == 0 && all_of(cpuid, [&](const CPUIDTest &test) {
           return any_of(other.cpuid, [&](const CPUIDTest &theirs) {
             return test.leaf == theirs.leaf &&
                    test.subleaf == theirs.subleaf && test.reg == theirs.reg &&
                    (test.mask & ~theirs.mask) == 0;
           });
         });
}

static bool hasFeature(const TargetMachine &machine, StringRef feature) {
  const MCSubtargetInfo &info = *machine.getMCSubtargetInfo();
  return any_of(
      info.getAllProcessorFeatures(), [&](const SubtargetFeatureKV &kv) {
        return feature == kv.Key && info.getFeatureBits().test(kv.Value);
      });
}

Expected<CPUTests> subbit::getCPUTests(const TargetSpec &spec) {
  auto machine = createTargetMachine(spec);
  if (!machine)
    return machine.takeError();
  auto has = [&](StringRef feature) { return hasFeature(**machine, feature); };
  for (const char *feature : kUntested)
    if (has(feature))
      return createStringError("cpu '" + spec.cpu + "' has '" + feature +
                               "', which no test at run time is known for; add "
                               "-mattr=-" +
                               feature);
  CPUTests tests;
  for (const Feature &feature : kFeatures) {
    if (!has(feature.name))
      continue;
    auto same = find_if(tests.cpuid, [&](const CPUIDTest &test) {
      return test.leaf == feature.leaf && test.subleaf == feature.subleaf &&
             test.reg == feature.reg;
    });
    if (same == tests.cpuid.end()) {
      tests.cpuid.push_back({feature.leaf, feature.subleaf, feature.reg, 0});
      same = &tests.cpuid.back();
    }
    same->mask |= uint32_t(1) << feature.bit;
  }
  // Registers are only there if the operating system saves them: 128 and 256
  // bits; masks and both halves of 512 bits.
  if (has("avx"))
    tests.xcr0 |= 0x6;
  if (has("avx512f"))
    tests.xcr0 |= 0xe6;
  return tests;
}

Error subbit::checkRunsHere(const TargetSpec &spec) {
  auto machine = createTargetMachine(spec);
  if (!machine)
    return machine.takeError();
  Triple host(sys::getDefaultTargetTriple());
  if (host.getArch() != (*machine)->getTargetTriple().getArch())
    return createStringError("code for '" + spec.triple +
                             "' does not run on this machine, which is '" +
                             host.str() + "'");
  StringMap<bool> here = sys::getHostCPUFeatures();
  for (const Feature &feature : kFeatures)
    if (hasFeature(**machine, feature.name) && !here.lookup(feature.name))
      return createStringError("this machine has no '" + Twine(feature.name) +
                               "', which code for cpu '" + spec.cpu +
                               "' may use; name another -mcpu or add -mattr=-" +
                               feature.name);
  return Error::success();
}
