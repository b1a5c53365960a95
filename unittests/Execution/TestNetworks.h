//===- TestNetworks.h - Networks that tests run --------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_UNITTESTS_EXECUTION_TESTNETWORKS_H
#define SUBBIT_UNITTESTS_EXECUTION_TESTNETWORKS_H

#include "lib/Execution/TensorValue.h"
#include "lib/Numerics/Interpreter.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include <random>
#include <string>

namespace subbit::test {

/// A module read from text; aborts the test program if it does not parse.
class Network {
public:
  explicit Network(llvm::StringRef text);
  mlir::ModuleOp operator*() { return *module; }
  /// What the interpreter gives for some inputs.
  std::vector<TensorValue> interpret(llvm::ArrayRef<TensorValue> inputs);
  /// What the reference gives for some inputs.
  std::vector<TensorValue> reference(llvm::ArrayRef<TensorValue> inputs);

private:
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

TensorValue floats(std::vector<int64_t> shape, std::vector<float> values);
TensorValue ints(std::vector<int64_t> shape, std::vector<int32_t> values);
TensorValue indices(std::vector<int64_t> shape, std::vector<uint8_t> values);

std::vector<float> randomFloats(std::mt19937 &random, int64_t count);

/// The message of a failed result, "" if it did not fail.
template <typename T> std::string messageOf(llvm::Expected<T> result) {
  return result ? "" : llvm::toString(result.takeError());
}

/// One convolution at each level of the IR, as text. The weights have a group
/// per kernel with 0 to 3 bases, an offset in every third group, and a step per
/// output.
struct Convolution {
  numerics::ConvGeometry geometry;
  /// Levels of the input: "step 0.25, zero 1, [1, 2]".
  std::string levels = "step 0.25, zero 0, [1, 2]";
  unsigned seed = 1;

  /// Decoded operands, floats out.
  std::string quantized() const;
  /// Integer sums, rescaled; no border, for levels with low 0.
  std::string fused() const;
  std::vector<int64_t> inputShape() const {
    return {geometry.batch, geometry.height, geometry.width, geometry.channels};
  }

private:
  std::string text(bool fused) const;
};

/// Convolutions of ordinary and awkward geometry, by name.
struct NamedGeometry {
  const char *name;
  numerics::ConvGeometry geometry;
};
extern const std::vector<NamedGeometry> kGeometries;

} // namespace subbit::test

#endif // SUBBIT_UNITTESTS_EXECUTION_TESTNETWORKS_H
