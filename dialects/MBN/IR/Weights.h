//===- Weights.h - The weights behind a constant -------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_MBN_IR_WEIGHTS_H
#define SUBBIT_DIALECTS_MBN_IR_WEIGHTS_H

#include "dialects/MBN/IR/MBN.h"
#include "lib/Numerics/Bases.h"

namespace subbit::mbn {

/// Copies an elements attribute (dense, splat or resource) to a plain array;
/// fails, without a message, if its element type is not `T`'s or a resource
/// blob is missing or too short. `T` is float, int8_t, uint8_t, int16_t,
/// int32_t, uint32_t or int64_t.
template <typename T>
mlir::FailureOr<std::vector<T>> readElements(mlir::Attribute attr);

/// An elements attribute of the given shape: dense where it is small enough to
/// read, a resource blob (which lives as long as the context) otherwise.
template <typename T>
mlir::ElementsAttr makeElements(mlir::MLIRContext *context,
                                llvm::ArrayRef<int64_t> shape,
                                llvm::ArrayRef<T> values, llvm::StringRef name);

/// The grouping of a weights type.
numerics::Grouping getGrouping(MultiBitType type);

/// The arrays of a `#mbn.bases` of a verified constant.
numerics::Bases readBases(BasesAttr attr);
/// The attribute of such arrays; `name` names large blobs.
BasesAttr makeBases(mlir::MLIRContext *context, const numerics::Bases &bases,
                    llvm::StringRef name);

/// Integers and steps of any verified constant's value, row-major.
struct IntegerWeights {
  std::vector<int16_t> values;
  std::vector<float> steps; ///< [1] or [outputs]
  float step(int64_t output) const {
    return steps.size() == 1 ? steps[0] : steps[output];
  }
};
IntegerWeights decodeIntegers(ConstantOp op);
/// The largest |S| of one output's sums, `sum_k |W_k| * max|X - zero|`.
int64_t maxSum(const IntegerWeights &weights, int64_t outputs, int64_t output,
               const numerics::Levels &levels);
/// The largest over all outputs.
int64_t maxSum(const IntegerWeights &weights, int64_t outputs,
               const numerics::Levels &levels);
/// The constant's value with the outputs negated for which `outputs` is true;
/// null if that cannot be expressed: -128 has no int8 negative, a layer-wise
/// offset has one sign.
mlir::Attribute negateOutputs(ConstantOp op, llvm::ArrayRef<bool> outputs);
/// A constant's value with other steps, [1] or [outputs].
mlir::Attribute replaceSteps(mlir::Attribute value,
                             llvm::ArrayRef<float> steps);
/// The floats that a constant stands for.
std::vector<float> decodeFloats(ConstantOp op);

/// The constant that defines a value, looking through nothing; null if none.
ConstantOp getWeightsConstant(mlir::Value value);
/// Float values of an `arith.constant` or `tosa.const`; fails if the value is
/// no constant or a blob is incomplete.
mlir::FailureOr<std::vector<float>> getConstantFloats(mlir::Value value);

} // namespace subbit::mbn

#endif // SUBBIT_DIALECTS_MBN_IR_WEIGHTS_H
