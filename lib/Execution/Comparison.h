//===- Comparison.h - Comparing ways to run a network --------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EXECUTION_COMPARISON_H
#define SUBBIT_EXECUTION_COMPARISON_H

#include "lib/Execution/CompiledNetwork.h"
#include "lib/Execution/Evaluation.h"
#include "mlir/IR/BuiltinOps.h"

namespace subbit {

/// What the values of a layer or output are held to.
enum class Closeness {
  /// The same bits.
  Exact,
  /// 1e-4 of the largest magnitude: sums of floats have no fixed order.
  Rounded
};

/// How many of the first `count` elements differ from those at `found`, which
/// has the same element type and need not be aligned.
int64_t countDifferences(const TensorValue &expected, const void *found,
                         int64_t count, Closeness closeness);

struct ComparedValues {
  std::string name; ///< of the layer or output
  int64_t values = 0, differences = 0;
};

struct ObjectComparison {
  /// The traced layers in order; none if the object was compiled without
  /// tracing.
  std::vector<ComparedValues> layers;
  std::vector<ComparedValues> outputs;

  int64_t differences() const;
};

/// Runs all images by an object and by the interpreter on the module that the
/// object was compiled from, and compares layers and outputs: bit for bit,
/// unless their computation passes a layer that sums up floats.
llvm::Expected<ObjectComparison>
compareWithInterpreter(const CompiledNetwork &network, int32_t threads,
                       mlir::ModuleOp module, const ImageBatches &batches);

/// Two results that need not have the same bits.
struct OutputComparison {
  int64_t values = 0, differences = 0;
  /// Over all outputs.
  double largestDifference = 0;
  /// Percent of the images that have the same class by the first output.
  double sameClass = 100;
};

/// Fails if the shapes or element types differ.
llvm::Expected<OutputComparison>
compareOutputs(llvm::ArrayRef<TensorValue> expected,
               llvm::ArrayRef<TensorValue> found);

} // namespace subbit

#endif // SUBBIT_EXECUTION_COMPARISON_H
