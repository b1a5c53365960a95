//===- Versions.h - Several x86 versions in one object -------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TARGET_VERSIONS_H
#define SUBBIT_TARGET_VERSIONS_H

#include "lib/Target/Target.h"
#include "llvm/ADT/SmallVector.h"

namespace subbit {

/// The versions of a target whose cpu is a list: names separated by commas,
/// each with features behind a '+' ("x86-64-v2,x86-64-v4+avx512vpopcntdq"),
/// resolved. One name is one version. Fails as resolveTarget does, and for
/// several versions of anything but x86-64.
llvm::Expected<llvm::SmallVector<TargetSpec>>
resolveVersions(const TargetSpec &spec);

/// Bits of a register that CPUID sets.
struct CPUIDTest {
  uint32_t leaf, subleaf;
  unsigned reg; ///< 0 to 3: eax, ebx, ecx, edx
  uint32_t mask;
};

/// What must be true for a CPU to run a version's code.
struct CPUTests {
  llvm::SmallVector<CPUIDTest> cpuid;
  /// State that the operating system must save: bits of XCR0.
  uint32_t xcr0 = 0;

  /// Whether every CPU that passes the other tests passes these.
  bool askNoMoreThan(const CPUTests &other) const;
};

/// The tests for every feature of a resolved x86-64 target that code generation
/// makes use of. Fails for features that no test is known for.
llvm::Expected<CPUTests> getCPUTests(const TargetSpec &spec);

/// Fails if this machine has not all features that code generation for a
/// resolved target makes use of, and names the first that is missing.
llvm::Error checkRunsHere(const TargetSpec &spec);

} // namespace subbit

#endif // SUBBIT_TARGET_VERSIONS_H
