//===- MBNToBitserial.h - Quantized layers as packed products - -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_CONVERSION_MBNTOBITSERIAL_H
#define SUBBIT_CONVERSION_MBNTOBITSERIAL_H

#include "dialects/Bitserial/IR/Bitserial.h"
#include "dialects/MBN/IR/MBN.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/DialectConversion.h"

namespace subbit {

/// The blocked sums of each product, by the result of the layer they belong to:
/// what consumes sums reads these, whatever else does reads a plain copy.
struct BlockedSums {
  mlir::Value value;
  bitserial::ScheduleAttr schedule;
};
using BlockedSumsMap = llvm::DenseMap<mlir::Value, BlockedSums>;

/// Quantized conv2d and matmul. Sets `hasErrors`, after a message, for a layer
/// whose attributes ask for what cannot be.
void populateProductPatterns(mlir::TypeConverter &converter,
                             mlir::RewritePatternSet &patterns,
                             const TargetInfo &target, bool explains,
                             BlockedSumsMap &sums, bool &hasErrors);

/// rescale and threshold of products.
void populateEpiloguePatterns(mlir::TypeConverter &converter,
                              mlir::RewritePatternSet &patterns,
                              BlockedSumsMap &sums);

/// Float conv2d and matmul whose constants are stored per layer. Of packed
/// weights matrix products take activations as they are signed, with outputs in
/// lanes; for convolutions they are decoded by tiles.
void populateFloatLayerPatterns(mlir::TypeConverter &converter,
                                mlir::RewritePatternSet &patterns,
                                const TargetInfo &target);

/// The layer results that an object with tracing hands to the caller, in order:
/// those of `mbn.threshold` and `mbn.rescale`, and of layers left in float.
struct TracedValue {
  mlir::Value value;
  std::string layer;
};
llvm::SmallVector<TracedValue> getTracedValues(mlir::func::FuncOp func);

/// The name of the layer that an operation on sums belongs to.
llvm::StringRef getLayerOfSums(mlir::Value sums);

/// A constant that the object stores for a layer.
mlir::Value buildLayerConstant(mlir::OpBuilder &builder, mlir::Location loc,
                               llvm::StringRef layer, llvm::StringRef name,
                               mlir::ElementsAttr value);

} // namespace subbit

#endif // SUBBIT_CONVERSION_MBNTOBITSERIAL_H
