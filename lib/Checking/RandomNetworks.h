//===- RandomNetworks.h - Random networks of all structures --- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_CHECKING_RANDOMNETWORKS_H
#define SUBBIT_CHECKING_RANDOMNETWORKS_H

#include "lib/Execution/TensorValue.h"
#include "lib/Numerics/Random.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace subbit {

/// A small network at the level "quantized", of one to four layers on images
/// of up to 13 x 13 positions or on vectors: every structure of weights, levels
/// and geometry, activations between the layers, residual adds, layers left in
/// float, several outputs.
///
/// Every sum is exact in float32, whatever its order: steps are powers of two,
/// the rest are multiples of small ones, and no sum needs more than 24 bits.
/// So all ways to run the network give the same bits.
mlir::OwningOpRef<mlir::ModuleOp> makeRandomNetwork(Random &random,
                                                    mlir::MLIRContext *context);

/// Values for the arguments of such a network.
std::vector<TensorValue> makeRandomInputs(Random &random,
                                          mlir::ModuleOp module);

} // namespace subbit

#endif // SUBBIT_CHECKING_RANDOMNETWORKS_H
