//===- BenchmarkLayer.h - Layers without a model -------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_BENCHMARK_BENCHMARKLAYER_H
#define SUBBIT_BENCHMARK_BENCHMARKLAYER_H

#include "dialects/MBN/IR/MBN.h"
#include "lib/Execution/TensorValue.h"
#include "lib/Numerics/Interpreter.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"

namespace subbit {

/// What is said of a layer on the command line.
struct BenchmarkLayer {
  numerics::ConvGeometry geometry;
  /// A matrix product: `geometry` has the batch, channels and outputs alone.
  bool isMatmul = false;
  /// Bases per group, on average, and their groups as a recipe names them.
  double weightBits = 1;
  std::string group = "auto";
  /// Activations and results are codes of so many bits, or floats.
  int64_t activationBits = 1;
  bool floatActivations = false;
  /// Weights are floats too, without bases.
  bool floatWeights = false;
  /// Whether thresholds make codes of the sums.
  bool encodes = true;
  uint64_t seed = 1;
  /// A `#bitserial.schedule` to take instead of the chosen one.
  std::string schedule;
  /// "popcount" or "dense" to take instead of the better one.
  std::string family;

  /// Output positions, or the batch.
  int64_t positions() const {
    return geometry.batch * geometry.outputHeight() * geometry.outputWidth();
  }
  /// Multiply-adds of the layer with plain weights.
  double multiplyAdds() const {
    return double(positions()) * geometry.outputs * geometry.kernelSize();
  }
};

/// A network of that one layer.
struct BenchmarkNetwork {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<TensorValue> inputs;
  /// Bases times weights, summed over all groups.
  int64_t basisWeights = 0;
  /// Useful multiply-adds of one bit by one bit; an activation that is a float
  /// counts as one.
  double binaryMultiplyAdds = 0;
  /// Whether floats hold every sum of float activations, in any order.
  bool sumsAreExact = false;
};

/// The number of bases of each group is drawn from Binomial(4, bits / 4), signs
/// and inputs evenly, and thresholds split the sums that are to be expected
/// evenly. Fails with a message for a layer that cannot be.
llvm::Expected<BenchmarkNetwork>
makeBenchmarkNetwork(const BenchmarkLayer &layer, mlir::MLIRContext *context);

} // namespace subbit

#endif // SUBBIT_BENCHMARK_BENCHMARKLAYER_H
