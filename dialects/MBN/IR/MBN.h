//===- MBN.h - The mbn dialect -------------------------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_MBN_IR_MBN_H
#define SUBBIT_DIALECTS_MBN_IR_MBN_H

#include "lib/Numerics/Interpreter.h"
#include "lib/Numerics/Levels.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/MBN/IR/MBNDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/MBN/IR/MBNAttributes.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/MBN/IR/MBNTypes.h.inc"
#define GET_OP_CLASSES
#include "dialects/MBN/IR/MBNOps.h.inc"

namespace subbit::mbn {

/// Marks products that stand for average pooling: their weights are all 1 and
/// none of the model's.
constexpr llvm::StringLiteral kPoolingAttr = "mbn.pooling";
/// On a layer: weights of the model's layer, some of which are gone.
constexpr llvm::StringLiteral kModelWeightsAttr = "mbn.model_weights";

/// The float weights that an mbn.constant was sketched from, for training that
/// moves them.
constexpr llvm::StringLiteral kFloatsAttr = "mbn.floats";

} // namespace subbit::mbn

#endif // SUBBIT_DIALECTS_MBN_IR_MBN_H
