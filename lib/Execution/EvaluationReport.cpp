//===- EvaluationReport.cpp - What an evaluation found --------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Execution/EvaluationReport.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace subbit;

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static void printTable(const ObjectComparison &comparison,
                       llvm::raw_ostream &os) {
  size_t width = 5;
  for (const ComparedValues &line : comparison.layers)
    width = std::max(width, line.name.size());
  for (const ComparedValues &line : comparison.outputs)
    width = std::max(width, line.name.size() + 7);
  os << "\n"
     << llvm::left_justify("layer", width) << llvm::right_justify("values", 14)
     << llvm::right_justify("differences", 14) << "\n";
  auto print = [&](const std::string &name, const ComparedValues &line) {
    os << llvm::left_justify(name, width)
       << llvm::format_decimal(line.values, 14)
       << llvm::format_decimal(line.differences, 14) << "\n";
  };
  for (const ComparedValues &line : comparison.layers)
    print(line.name, line);
  for (const ComparedValues &line : comparison.outputs)
    print("output " + line.name, line);
}

static void printProfile(const std::vector<LayerTime> &profile,
                         llvm::raw_ostream &os) {
  size_t width = 5;
  double total = 0;
  for (const LayerTime &line : profile) {
    width = std::max(width, line.layer.size());
    total += line.microseconds;
  }
  os << "\n"
     << llvm::left_justify("layer", width) << llvm::right_justify("us", 10)
     << llvm::right_justify("%", 7) << "\n";
  for (const LayerTime &line : profile)
    os << llvm::left_justify(line.layer, width)
       << llvm::format("%10.2f%7.1f\n", line.microseconds,
                       100 * line.microseconds / std::max(total, 1e-9));
}

void subbit::printText(const EvaluationReport &report, llvm::raw_ostream &os) {
  os << "images   " << report.images << "\n";
  if (report.top1)
    os << "top-1    " << llvm::format("%.2f %%\n", *report.top1);
  os << "latency  "
     << llvm::format("%.1f us median, %.1f us minimum", report.times.median,
                     report.times.minimum)
     << " (batch " << report.batch << ")\n";
  if (report.outputs)
    os << "same     " << llvm::format("%.2f %%", report.outputs->sameClass)
       << " of the classes, "
       << report.outputs->values - report.outputs->differences << " of "
       << report.outputs->values << " values, largest difference "
       << llvm::format("%.3g\n", report.outputs->largestDifference);
  if (!report.profile.empty())
    printProfile(report.profile, os);
  if (report.layers)
    printTable(*report.layers, os);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

/// A number that a person can read, too.
static void printNumber(llvm::json::OStream &json, llvm::StringRef key,
                        double value) {
  json.attributeBegin(key);
  // JSON has no infinities and no NaN.
  if (std::isfinite(value))
    json.rawValue(
        [&](llvm::raw_ostream &os) { os << llvm::format("%.9g", value); });
  else
    json.value(nullptr);
  json.attributeEnd();
}

static void printLines(llvm::json::OStream &json, llvm::StringRef key,
                       llvm::StringRef nameKey,
                       const std::vector<ComparedValues> &lines) {
  json.attributeArray(key, [&] {
    for (const ComparedValues &line : lines)
      json.object([&] {
        json.attribute(nameKey, line.name);
        json.attribute("values", line.values);
        json.attribute("differences", line.differences);
      });
  });
}

void subbit::printJSON(const EvaluationReport &report, llvm::raw_ostream &os) {
  llvm::json::OStream json(os, /*IndentSize=*/2);
  json.object([&] {
    json.attribute("images", report.images);
    json.attribute("batch", report.batch);
    printNumber(json, "median_us", report.times.median);
    printNumber(json, "min_us", report.times.minimum);
    if (report.top1)
      printNumber(json, "top1", *report.top1);
    else
      json.attribute("top1", nullptr);
    if (!report.profile.empty())
      json.attributeArray("profile", [&] {
        for (const LayerTime &line : report.profile)
          json.object([&] {
            json.attribute("layer", line.layer);
            printNumber(json, "us", line.microseconds);
          });
      });
    if (report.layers) {
      json.attribute("differences", report.layers->differences());
      printLines(json, "layers", "layer", report.layers->layers);
      if (!report.outputs)
        printLines(json, "outputs", "output", report.layers->outputs);
    }
    if (report.outputs) {
      json.attribute("values", report.outputs->values);
      json.attribute("same_values",
                     report.outputs->values - report.outputs->differences);
      printNumber(json, "same_class", report.outputs->sameClass);
      printNumber(json, "largest_difference",
                  report.outputs->largestDifference);
    }
  });
  os << "\n";
}
