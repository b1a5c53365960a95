//===- NetworkCheckTest.cpp - Tests that checks can fail ------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Checking/NetworkCheck.h"
#include "lib/Checking/RandomNetworks.h"
#include "lib/Pipelines/Registration.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/Passes.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace subbit;

namespace {

class NetworkCheckTest : public testing::Test {
protected:
  NetworkCheckTest() { context.appendDialectRegistry(makeRegistry()); }
  static DialectRegistry makeRegistry() {
    DialectRegistry registry;
    registerDialects(registry);
    return registry;
  }
  OwningOpRef<ModuleOp> random(uint64_t seed) {
    Random numbers(seed);
    auto module = makeRandomNetwork(numbers, &context);
    inputs = {makeRandomInputs(numbers, *module)};
    return module;
  }
  MLIRContext context;
  std::vector<std::vector<TensorValue>> inputs;
};

/// Returns the reciprocal of the first result instead of itself.
struct InvertResult
    : public PassWrapper<InvertResult, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(InvertResult)
  StringRef getArgument() const override { return "invert-result"; }
  void runOnOperation() override {
    getOperation()->walk([](func::ReturnOp op) {
      OpBuilder b(op);
      Value result = op.getOperand(0);
      op.setOperand(0, tosa::ReciprocalOp::create(b, op.getLoc(),
                                                  result.getType(), result));
    });
  }
};

TEST_F(NetworkCheckTest, NamesThePassThatChangesAResult) {
  auto module = parseSourceString<ModuleOp>(
      "func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {"
      "  %y = tosa.add %x, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>"
      "  return %y : tensor<2xf32> }",
      &context);
  ASSERT_TRUE(module);
  TensorValue input;
  input.shape = {2};
  input.data = std::vector<float>{0.25f, -3};
  llvm::Error error =
      checkPasses(*module,
                  [](OpPassManager &manager) {
                    manager.addPass(createCSEPass());
                    manager.addPass(std::make_unique<InvertResult>());
                    manager.addPass(createCanonicalizerPass());
                  },
                  {{input}});
  EXPECT_EQ(llvm::toString(std::move(error)),
            "pass invert-result changes 2 values: output 0, element 0 of 2: "
            "expected 0.500000, found 2.000000");
}

TEST_F(NetworkCheckTest, PassesThatKeepTheResultsAreRight) {
  auto module = random(3);
  llvm::Error error = checkPasses(
      *module, [](OpPassManager &manager) { manager.addPass(createCSEPass()); },
      inputs);
  EXPECT_FALSE(error) << llvm::toString(std::move(error));
}

TEST_F(NetworkCheckTest, ComparesBits) {
  auto value = [](std::vector<int64_t> shape, std::vector<float> data) {
    TensorValue tensor;
    tensor.shape = std::move(shape);
    tensor.data = std::move(data);
    return tensor;
  };
  // Zeros of other signs are other bits.
  EXPECT_EQ(compareBits({value({2}, {0, 1})}, {value({2}, {-0.0f, 1})}).count,
            1);
  EXPECT_EQ(compareBits({value({2}, {0, 1})}, {value({2}, {0, 1})}).count, 0);
  EXPECT_EQ(compareBits({value({2}, {0, 1})}, {value({2, 1}, {0, 1})}).count,
            2);
  EXPECT_EQ(compareBits({value({2}, {0, 1})}, {}).count, 2);
}

TEST(RandomNetworksTest, SeedsGiveTheSameNetworks) {
  auto text = [](uint64_t seed) {
    DialectRegistry registry;
    registerDialects(registry);
    MLIRContext context(registry);
    Random random(seed);
    std::string result;
    llvm::raw_string_ostream(result) << *makeRandomNetwork(random, &context);
    return result;
  };
  EXPECT_EQ(text(7), text(7));
  EXPECT_NE(text(7), text(8));
}

} // namespace
