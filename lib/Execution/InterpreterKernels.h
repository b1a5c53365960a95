//===- InterpreterKernels.h - Rules of the interpreter -------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Each function gives the kernel of one operation, or null if it has no rule
// for it. Kernels read everything but operand values when they are made.
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EXECUTION_INTERPRETERKERNELS_H
#define SUBBIT_EXECUTION_INTERPRETERKERNELS_H

#include "lib/Execution/TensorValue.h"
#include "mlir/IR/Operation.h"
#include <functional>

namespace subbit::interpreter {

using Operands = llvm::ArrayRef<const TensorValue *>;
using Kernel = std::function<TensorValue(Operands)>;

Kernel getMBNKernel(mlir::Operation *op);
Kernel getTosaKernel(mlir::Operation *op);

/// The same elements with the result's shape.
TensorValue reshape(const TensorValue &input, llvm::ArrayRef<int64_t> shape);
/// Dimension `i` of the result is dimension `permutation[i]` of the input.
TensorValue transpose(const TensorValue &input,
                      llvm::ArrayRef<int64_t> permutation);
/// The parts, which lie one behind the other along `axis`, in the result's
/// order.
TensorValue concat(Operands parts, llvm::ArrayRef<int64_t> shape, int64_t axis);
/// `input[begin + i]` at `i`, `fill[0]` outside of it (`fill` may be null if
/// there is no outside).
TensorValue window(const TensorValue &input, llvm::ArrayRef<int64_t> begin,
                   llvm::ArrayRef<int64_t> shape, const TensorValue *fill);

} // namespace subbit::interpreter

#endif // SUBBIT_EXECUTION_INTERPRETERKERNELS_H
