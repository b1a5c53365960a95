//===- Limit.h - What a CPU's instructions allow -------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_BENCHMARK_LIMIT_H
#define SUBBIT_BENCHMARK_LIMIT_H

#include "lib/Target/Target.h"
#include <memory>

namespace llvm::orc {
class LLJIT;
} // namespace llvm::orc

namespace subbit {

/// What is multiplied: bits by bits, codes of a byte by weights, or floats.
enum class LimitKind { Bits, Codes, Floats };

/// A loop of nothing but what multiplies and adds: an xor, a popcount and an
/// addition for each vector of binary multiply-adds, for codes of bytes what
/// multiplies them by weights, for floats a multiplication and an addition, as
/// results are rounded after each. Operands are in registers and hold random
/// bits; where bits are counted by tables (SSSE3, AVX2) a lookup takes what it
/// looks up from aligned memory. It is compiled for a target, which must be
/// this machine's, and called between the calls of what is compared with it.
class Limit {
public:
  /// Codes are multiplied by `dot`, a `count` of `#bitserial.schedule`.
  static llvm::Expected<Limit> compile(const TargetSpec &target, LimitKind kind,
                                       llvm::StringRef dot);
  Limit(Limit &&);
  ~Limit();

  /// Multiply-adds of the kind in a second of one short call.
  double measure() const;
  /// The instructions, for a reader.
  llvm::StringRef name() const { return description; }

private:
  Limit();
  std::unique_ptr<llvm::orc::LLJIT> jit;
  void (*function)(int64_t turns, void *memory) = nullptr;
  double perTurn = 0;
  bool isFloat = false;
  std::string description;
};

} // namespace subbit

#endif // SUBBIT_BENCHMARK_LIMIT_H
