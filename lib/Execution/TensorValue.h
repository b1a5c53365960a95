//===- TensorValue.h - Tensors as plain arrays ---------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EXECUTION_TENSORVALUE_H
#define SUBBIT_EXECUTION_TENSORVALUE_H

#include "mlir/IR/Types.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace subbit {

/// A tensor's shape and its elements, row-major. `float` stands for f32,
/// `int32_t` for i32, `uint8_t` for the level indices of an `!mbn.tensor`
/// activation.
struct TensorValue {
  std::vector<int64_t> shape;
  std::variant<std::vector<float>, std::vector<int32_t>, std::vector<uint8_t>>
      data;

  /// The elements, which must be of that type.
  llvm::ArrayRef<float> floats() const {
    return *std::get_if<std::vector<float>>(&data);
  }
  llvm::ArrayRef<int32_t> ints() const {
    return *std::get_if<std::vector<int32_t>>(&data);
  }
  llvm::ArrayRef<uint8_t> indices() const {
    return *std::get_if<std::vector<uint8_t>>(&data);
  }
  /// Number of stored elements.
  int64_t size() const;

  bool operator==(const TensorValue &other) const {
    return shape == other.shape && data == other.data;
  }
};

/// "2x3x4", "scalar" for rank 0.
std::string shapeToString(llvm::ArrayRef<int64_t> shape);

/// True for types that a TensorValue can hold: statically shaped f32 and i32
/// tensors, `!mbn.tensor` activations.
bool isTensorValueType(mlir::Type type);

/// A tensor of zeros of such a type.
TensorValue makeTensorValue(mlir::Type type);

/// Checks that `inputs` fit `types` in number, shape and element type, and that
/// level indices are levels. The message names the input and both sides.
llvm::Error checkInputs(llvm::ArrayRef<mlir::Type> types,
                        llvm::ArrayRef<TensorValue> inputs);

} // namespace subbit

#endif // SUBBIT_EXECUTION_TENSORVALUE_H
