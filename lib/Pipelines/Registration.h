//===- Registration.h - Dialects and passes of every tool ----- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_PIPELINES_REGISTRATION_H
#define SUBBIT_PIPELINES_REGISTRATION_H

#include "mlir/IR/DialectRegistry.h"

namespace subbit {

/// The dialects that modules of any level use, with what bufferization,
/// tiling and translation need to know about them.
void registerDialects(mlir::DialectRegistry &registry);

/// Subbit's passes and the upstream ones that its pipelines are made of, by
/// name, for tools that take a pass pipeline.
void registerPasses();

} // namespace subbit

#endif // SUBBIT_PIPELINES_REGISTRATION_H
