//===- ONNXImport.h - Reading ONNX models --------------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_LIB_IMPORT_ONNXIMPORT_H
#define SUBBIT_LIB_IMPORT_ONNXIMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace subbit {

struct ImportOptions {
  /// The size of a leading dimension that the model leaves open.
  int64_t batch = 1;
};

/// Reads an ONNX model (opset 7 to 21) into a module with one function, `main`:
/// `mbn` layers and `tosa` operators on NHWC float tensors, weights as
/// `arith.constant` in OHWI or [outputs, inputs]. Arguments and results have
/// the model's shapes and carry its names as `mbn.name`. Loads the dialects it
/// needs into the context. What cannot be imported is reported through the
/// context's diagnostics, one message that names the node; the result is null.
mlir::OwningOpRef<mlir::ModuleOp> importONNX(llvm::StringRef path,
                                             mlir::MLIRContext &context,
                                             const ImportOptions &options = {});

} // namespace subbit

#endif // SUBBIT_LIB_IMPORT_ONNXIMPORT_H
