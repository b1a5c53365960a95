//===- BenchmarkReport.h - What a benchmark found ------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_BENCHMARK_BENCHMARKREPORT_H
#define SUBBIT_BENCHMARK_BENCHMARKREPORT_H

#include "lib/Benchmark/Benchmark.h"

namespace subbit {

/// A few lines for people.
void printText(const BenchmarkResult &result, llvm::raw_ostream &os);

/// One JSON object: `us`, `median_us`, `gbmacs`, `limit_gbmacs`, `limit`,
/// `percent_of_limit`, `family`, `target`, `cpu`; with comparisons `float_us`,
/// `float_library`, `float_core`, `int8_us`, `int8_isa` and
/// `int8_unrestricted_us`, null where that does not run.
void printJSON(const BenchmarkResult &result, llvm::raw_ostream &os);

} // namespace subbit

#endif // SUBBIT_BENCHMARK_BENCHMARKREPORT_H
