//===- Benchmark.h - Timing a layer beside the limit ---------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_BENCHMARK_BENCHMARK_H
#define SUBBIT_BENCHMARK_BENCHMARK_H

#include "lib/Benchmark/Baselines.h"
#include "lib/Benchmark/BenchmarkLayer.h"
#include "lib/Target/Target.h"
#include <optional>

namespace subbit {

/// What was measured. All in one run, by turns.
struct BenchmarkResult {
  std::string cpu;     ///< what code was generated for
  std::string target;  ///< its row in the table of targets
  std::string family;  ///< of kernels
  llvm::StringRef dot; ///< how the dense family multiplies codes
  /// Whether multiply-adds of single bits are counted.
  bool isBinary = true;
  double microseconds = 0, medianMicroseconds = 0;
  /// 10^9 useful binary multiply-adds in a second (of the dense family those of
  /// codes and weights, or of floats), and what the instructions named by
  /// `limit` allow.
  double gbmacs = 0, limitGbmacs = 0;
  std::string limit;
  /// The equivalent product by other libraries, where it was asked for.
  std::optional<Baseline> inFloat, inInt8;
  /// With every instruction set that oneDNN finds; none if that does not run.
  std::optional<Baseline> inInt8Unrestricted;
  /// That the layer is shared out to; the limit is that of one core, and each
  /// takes one.
  int64_t threads = 1;
  double percentOfLimit() const {
    return 100 * gbmacs / (threads * limitGbmacs);
  }
};

struct BenchmarkOptions {
  /// Must be this machine's.
  TargetSpec target;
  /// How long to measure, at least.
  double seconds = 0.5;
  /// For the layer; libraries are compared by one.
  int64_t threads = 1;
  bool compareFloat = false, compareInt8 = false;
  /// Weights are unpacked before anything is timed, where they are unpacked.
  bool init = true;
};

/// Compiles the layer, checks its results against the interpreter's, measures.
llvm::Expected<BenchmarkResult> runBenchmark(const BenchmarkLayer &layer,
                                             const BenchmarkOptions &options,
                                             mlir::MLIRContext &context);

} // namespace subbit

#endif // SUBBIT_BENCHMARK_BENCHMARK_H
