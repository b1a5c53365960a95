//===- EvaluationReport.h - What an evaluation found ---------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EXECUTION_EVALUATIONREPORT_H
#define SUBBIT_EXECUTION_EVALUATIONREPORT_H

#include "lib/Execution/Comparison.h"

namespace subbit {

/// Median microseconds from the end of the traced layer before to the end of
/// this one.
struct LayerTime {
  std::string layer;
  double microseconds = 0;
};

struct EvaluationReport {
  int64_t images = 0;
  /// Images per run, which the times are of.
  int64_t batch = 1;
  RunTimes times;
  /// With a profile; the last one is what follows the last layer.
  std::vector<LayerTime> profile;
  /// Percent, if there were labels.
  std::optional<double> top1;
  std::optional<ObjectComparison> layers;
  std::optional<OutputComparison> outputs;
};

/// A few lines for people.
void printText(const EvaluationReport &report, llvm::raw_ostream &os);

/// One JSON object: `images`, `batch`, `median_us`, `min_us`, `top1` (null
/// without labels); `profile`, of `layer` and `us`, if there is one. With a
/// comparison `differences` and `layers`; `outputs` with one of an object and
/// the interpreter; `values`, `same_values`, `same_class` and
/// `largest_difference`, of the outputs, with one of the reference.
void printJSON(const EvaluationReport &report, llvm::raw_ostream &os);

} // namespace subbit

#endif // SUBBIT_EXECUTION_EVALUATIONREPORT_H
