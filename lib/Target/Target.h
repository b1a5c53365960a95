//===- Target.h - What a target can do ------------------------ -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TARGET_TARGET_H
#define SUBBIT_TARGET_TARGET_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>
#include <string>

namespace subbit {

/// A target as `llc` names it. An empty triple is the host's; the cpu "native"
/// is the host's with its features; an empty cpu is the triple's baseline.
struct TargetSpec {
  std::string triple;
  std::string cpu;
  std::string features;
};

/// What code generation knows about a target: one row of the table in
/// Target.cpp.
struct TargetInfo {
  /// The row's name: "avx512-vpopcntdq", "avx2", "neon", "scalar", ...
  std::string name;
  /// Lanes of i32 in one vector register; 1 without vectors.
  int64_t lanes = 1;
  /// How vectors grow with the CPU's: a `scaling` of `#bitserial.schedule`.
  std::string scaling = "none";
  /// Vector registers, of such vectors.
  int64_t registers = 16;
  /// How bits are counted: a `count` of `#bitserial.schedule`.
  std::string counting = "words";
  /// Whether an instruction counts the bits of each word of a vector.
  bool countsWords() const {
    return counting == "words" || counting == "carries";
  }
  /// Whether 16 bytes of a vector index a table, where no instruction counts
  /// bits of vectors.
  bool hasTables = false;
  /// Whether the lanes of a vector of floats index another.
  bool hasFloatTables = false;
  /// How codes are multiplied by weights: such a `count`, or empty. Codes of at
  /// most four bits may have another.
  std::string dot, shortDot;
  /// The one for codes and weights of such size.
  llvm::StringRef dotFor(int64_t largestCode, int64_t largestWeight) const {
    return largestCode < 16 && largestWeight <= 127 ? shortDot : dot;
  }
  /// Whether only some of the pipes that a vector's other instructions have
  /// count its bits, by LLVM's model of the CPU.
  bool countsSlowly = false;
  /// Bytes of a pointer and of `index`.
  int64_t pointerBytes = 8;
  /// Alignment of buffers in scratch memory: a cache line where there are
  /// vectors, otherwise no byte more than a pointer's.
  int64_t bufferAlignment = 64;
};

/// Fills in the triple (normalized), the host's cpu and features where asked
/// for. Fails for an unknown triple, cpu or feature, with the known ones or how
/// to list them in the message.
llvm::Expected<TargetSpec> resolveTarget(const TargetSpec &spec);

/// The target machine of a resolved target: full optimization, no fused
/// multiply-add; position independent code, except where there is no operating
/// system, so that tables of pointers are read-only there.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const TargetSpec &spec);

/// The row of the target table that a resolved target gets.
llvm::Expected<TargetInfo> describeTarget(const TargetSpec &spec);

/// The target code is generated for when none is named.
TargetSpec defaultTarget();

} // namespace subbit

#endif // SUBBIT_TARGET_TARGET_H
