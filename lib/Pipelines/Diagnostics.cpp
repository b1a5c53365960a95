//===- Diagnostics.cpp - Messages of the tools ----------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Pipelines/Diagnostics.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace subbit;

static StringRef severityName(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Note:
    return "note";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Error:
    return "error";
  case DiagnosticSeverity::Remark:
    return "remark";
  }
  llvm_unreachable("unknown severity");
}

DiagnosticPrinter::DiagnosticPrinter(MLIRContext &context, StringRef tool)
    : ScopedDiagnosticHandler(&context), tool(tool) {
  setHandler([this](Diagnostic &diagnostic) {
    print(diagnostic);
    for (const Diagnostic &note : diagnostic.getNotes())
      print(note);
    return success();
  });
}

void DiagnosticPrinter::print(const Diagnostic &diagnostic) {
  auto file = diagnostic.getLocation()->findInstanceOf<FileLineColLoc>();
  if (file && file.getLine())
    llvm::errs() << file.getFilename().getValue() << ":" << file.getLine()
                 << ":" << file.getColumn();
  else if (file)
    llvm::errs() << file.getFilename().getValue();
  else
    llvm::errs() << tool;
  llvm::errs() << ": " << severityName(diagnostic.getSeverity()) << ": "
               << diagnostic << "\n";
}
