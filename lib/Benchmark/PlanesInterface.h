//===- PlanesInterface.h - Layers as they are in a network ---- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_BENCHMARK_PLANESINTERFACE_H
#define SUBBIT_BENCHMARK_PLANESINTERFACE_H

#include "lib/Execution/TensorValue.h"
#include "mlir/IR/BuiltinOps.h"

namespace subbit {

/// Between the layers of a network codes are handed on as planes of bits, not
/// as bytes. Changes `main` of a module of the phase "bitserial" to take planes
/// where it makes them of its argument, and to return those that it makes codes
/// of.
void handOnPlanes(mlir::ModuleOp module);

/// Codes `[..., channels]` as `bitserial.planes` makes them, of the shape
/// `[batch, planes, words, positions]`, which may have room for more positions.
TensorValue makePlanes(const TensorValue &codes, llvm::ArrayRef<int64_t> shape);

/// The inverse of `makePlanes`.
TensorValue makeCodes(const TensorValue &planes, llvm::ArrayRef<int64_t> shape);

} // namespace subbit

#endif // SUBBIT_BENCHMARK_PLANESINTERFACE_H
