//===- ModuleGraph.h - The graph of a module's main ----------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TRAINING_MODULEGRAPH_H
#define SUBBIT_TRAINING_MODULEGRAPH_H

#include "dialects/MBN/IR/MBN.h"
#include "lib/Training/Graph.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace subbit::training {

/// A graph and the IR that it was made of.
struct ModuleGraph {
  Graph graph;
  /// The float tensor of each parameter: the result of an `arith.constant`, a
  /// `tosa.const`, or of an `mbn.decode` of an `mbn.constant`; of levels that
  /// of the `mbn.encode`, whose type has them.
  std::vector<mlir::Value> constants;
  /// The layer whose weights a parameter is; null for others.
  std::vector<mlir::Operation *> layers;
};

/// Builds the graph of `main`, which takes one tensor, of floats or of pixels
/// that are decoded, and returns one of floats. An operation that has no
/// gradient here is an error that names it.
mlir::FailureOr<ModuleGraph> buildGraph(mlir::func::FuncOp main);

/// The constant of bases behind a constant of a graph; null where it has none.
mbn::ConstantOp basesOf(mlir::Value constant);

/// The floats that a constant of a graph stands for.
std::vector<float> readValues(mlir::Value constant);

} // namespace subbit::training

#endif // SUBBIT_TRAINING_MODULEGRAPH_H
