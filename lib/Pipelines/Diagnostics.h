//===- Diagnostics.h - Messages of the tools ------------------ -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_PIPELINES_DIAGNOSTICS_H
#define SUBBIT_PIPELINES_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"

namespace subbit {

/// Prints a context's diagnostics to stderr as users of a tool expect them:
/// `FILE:LINE:COL: error: message`, or `TOOL: error: message` where a message
/// comes from no place in a file. Notes follow their message.
class DiagnosticPrinter : public mlir::ScopedDiagnosticHandler {
public:
  DiagnosticPrinter(mlir::MLIRContext &context, llvm::StringRef tool);

private:
  void print(const mlir::Diagnostic &diagnostic);
  std::string tool;
};

} // namespace subbit

#endif // SUBBIT_PIPELINES_DIAGNOSTICS_H
