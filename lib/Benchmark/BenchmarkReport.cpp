//===- BenchmarkReport.cpp - What a benchmark found -----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Benchmark/BenchmarkReport.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace llvm;
using namespace subbit;

static json::Object makeObject(const BenchmarkResult &result) {
  json::Object object{{"us", result.microseconds},
                      {"median_us", result.medianMicroseconds},
                      {"gbmacs", result.gbmacs},
                      {"limit_gbmacs", result.limitGbmacs},
                      {"limit", result.limit},
                      {"percent_of_limit", result.percentOfLimit()},
                      {"threads", result.threads},
                      {"family", result.family},
                      {"target", result.target},
                      {"cpu", result.cpu}};
  if (result.inFloat) {
    object["float_us"] = result.inFloat->microseconds;
    object["float_library"] = result.inFloat->library;
    object["float_core"] = result.inFloat->core;
  }
  if (result.inInt8) {
    object["int8_us"] = result.inInt8->microseconds;
    object["int8_isa"] = result.inInt8->core;
    object["int8_unrestricted_us"] = nullptr;
    if (result.inInt8Unrestricted) {
      object["int8_unrestricted_us"] = result.inInt8Unrestricted->microseconds;
      object["int8_unrestricted_isa"] = result.inInt8Unrestricted->core;
    }
  }
  return object;
}

void subbit::printJSON(const BenchmarkResult &result, raw_ostream &os) {
  os << formatv("{0:2}\n", json::Value(makeObject(result)));
}

static void printBaseline(raw_ostream &os, StringRef kind,
                          const std::optional<Baseline> &baseline,
                          double microseconds) {
  if (baseline)
    os << kind << ": "
       << format("%.2f us, %.2f times as long (", baseline->microseconds,
                 baseline->microseconds / microseconds)
       << baseline->library << ", " << baseline->core << ")\n";
}

void subbit::printText(const BenchmarkResult &result, raw_ostream &os) {
  os << format("%.2f us (median %.2f), %.0f useful ", result.microseconds,
               result.medianMicroseconds, result.gbmacs)
     << (result.isBinary ? "binary " : "") << "GMAC/s\n"
     << format("%.1f %% of the limit of %.0f (", result.percentOfLimit(),
               result.limitGbmacs)
     << result.limit << (result.threads > 1 ? ", each thread)\n" : ")\n")
     << "family " << result.family << ", target " << result.target << ", cpu "
     << result.cpu << "\n";
  printBaseline(os, "float", result.inFloat, result.microseconds);
  printBaseline(os, "int8", result.inInt8, result.microseconds);
  printBaseline(os, "int8, unrestricted", result.inInt8Unrestricted,
                result.microseconds);
}
