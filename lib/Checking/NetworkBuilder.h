//===- NetworkBuilder.h - Builds random networks -------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_CHECKING_NETWORKBUILDER_H
#define SUBBIT_CHECKING_NETWORKBUILDER_H

#include "dialects/MBN/IR/MBN.h"
#include "lib/Numerics/Interpreter.h"
#include "lib/Numerics/Random.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace subbit {

/// Integers of this magnitude are exact in float32, with a bit to spare.
constexpr double kExact = 1 << 23;

/// A float tensor and what is known of its elements: all are multiples of
/// `unit`, a power of two, or anything if that is 0; none is above `bound`,
/// many are of the magnitude `typical`.
struct Floats {
  mlir::Value value;
  double unit, bound, typical;

  llvm::ArrayRef<int64_t> shape() const {
    return llvm::cast<mlir::RankedTensorType>(value.getType()).getShape();
  }
  bool isExact() const { return unit > 0 && bound < kExact * unit; }
};

/// Builds `main` from its argument to its results.
class NetworkBuilder {
public:
  NetworkBuilder(Random &random, mlir::MLIRContext *context)
      : random(random), b(context), loc(mlir::UnknownLoc::get(context)) {}
  mlir::OwningOpRef<mlir::ModuleOp> build();

private:
  Floats makeInput(mlir::func::FuncOp main);
  void finish(const Floats &last);

  Floats makeLayer(const Floats &input);
  Floats makeLayer(const Floats &input, const numerics::ConvGeometry &geometry);
  numerics::ConvGeometry makeGeometry(llvm::ArrayRef<int64_t> input);
  mlir::Value makeSums(mlir::Value codes);
  mlir::Value createProduct(mlir::Type result, mlir::Value input,
                            mlir::Value weights, mlir::Value bias,
                            const numerics::ConvGeometry &geometry);
  Floats residual(const Floats &input);
  Floats makeShared(const Floats &input);
  Floats concatenate(const Floats &input);

  Floats requantize(const Floats &x);
  mlir::ElementsAttr makeThresholds(const Floats &x, int64_t columns);
  mlir::Value encode(const Floats &x);
  Floats decode(mlir::Value codes);

  Floats activate(Floats x);
  Floats clamp(const Floats &x);
  Floats normalize(const Floats &x);
  Floats compute(const Floats &x);
  Floats maxPool(const Floats &x);
  Floats averagePool(const Floats &x);
  Floats reshape(const Floats &x, llvm::ArrayRef<int64_t> shape);
  Floats transpose(const Floats &x);

  mlir::RankedTensorType floatType(llvm::ArrayRef<int64_t> shape) {
    return mlir::RankedTensorType::get(shape, b.getF32Type());
  }
  mlir::Value floatConstant(llvm::ArrayRef<int64_t> shape,
                            llvm::ArrayRef<float> values) {
    return mlir::arith::ConstantOp::create(
        b, loc, mlir::DenseElementsAttr::get(floatType(shape), values));
  }
  std::string layerName() { return "layer" + std::to_string(numLayers++); }

  Random &random;
  mlir::OpBuilder b;
  mlir::Location loc;
  int64_t numLayers = 0;
  llvm::SmallVector<mlir::Value> outputs;
};

} // namespace subbit

#endif // SUBBIT_CHECKING_NETWORKBUILDER_H
