//===- ONNXExport.h - Fused modules as ONNX models ------------ -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EMISSION_ONNXEXPORT_H
#define SUBBIT_EMISSION_ONNXEXPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace subbit {

/// A fused module as a serialized model of standard ONNX (opset 13), which any
/// runtime can execute. Codes are uint8 tensors of `X`; a product of quantized
/// operands is a ConvInteger or MatMulInteger, its int32 tensor named
/// `<layer>.sums`; weights of more than 8 bits are two of them. Thresholds are
/// comparisons that are counted. Layers left in float multiply floats that
/// DequantizeLinear makes.
///
/// Fails for an operation that has no counterpart, by name.
llvm::Expected<std::string> exportONNX(mlir::ModuleOp module);

} // namespace subbit

#endif // SUBBIT_EMISSION_ONNXEXPORT_H
