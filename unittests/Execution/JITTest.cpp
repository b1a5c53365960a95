//===- JITTest.cpp - Tests of the compiled reference ----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Execution/JIT.h"
#include "unittests/Execution/TestNetworks.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace subbit;
using namespace subbit::test;

/// Floats within a bound, everything else equal.
static void expectNear(const std::vector<TensorValue> &a,
                       const std::vector<TensorValue> &b, float bound) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t r = 0; r < a.size(); ++r) {
    if (!std::holds_alternative<std::vector<float>>(a[r].data)) {
      EXPECT_EQ(a[r], b[r]) << "result " << r;
      continue;
    }
    ASSERT_EQ(a[r].shape, b[r].shape);
    for (int64_t i = 0; i < a[r].size(); ++i) {
      float x = a[r].floats()[i], y = b[r].floats()[i];
      if (std::isnan(x) && std::isnan(y))
        continue;
      ASSERT_NEAR(x, y, bound) << "result " << r << ", element " << i;
    }
  }
}

static std::vector<uint8_t> randomIndices(std::mt19937 &random, int64_t count,
                                          unsigned levels) {
  std::vector<uint8_t> values(count);
  for (uint8_t &value : values)
    value = random() % levels;
  return values;
}

// Constant weights, which are transposed at compile time.
TEST(Reference, QuantizedConvolutions) {
  for (auto &[name, geometry] : kGeometries) {
    SCOPED_TRACE(name);
    Convolution conv{geometry};
    std::mt19937 random(3);
    TensorValue x = indices(conv.inputShape(),
                            randomIndices(random, geometry.inputSize(), 4));
    Network network(conv.quantized());
    // |w| is at most 29 * 100/64, |x| at most 0.75.
    float bound = 1e-5f * (5 + geometry.kernelSize() * 46 * 0.75f);
    expectNear(network.interpret(x), network.reference(x), bound);
  }
}

TEST(Reference, FusedConvolutionsAreExact) {
  std::pair<const char *, unsigned> cases[] = {
      {"step 1.0, zero 1, [2]", 2},
      {"step 0.25, zero 2, [1, 2]", 4},
      {"step 0.125, zero 255, [1, 2, 4, 8, 16, 32, 64, 128]", 256}};
  for (auto &[name, geometry] : kGeometries)
    for (auto &[levels, count] : cases) {
      SCOPED_TRACE(name);
      Convolution conv{geometry, levels, /*seed=*/5};
      std::mt19937 random(4);
      TensorValue x =
          indices(conv.inputShape(),
                  randomIndices(random, geometry.inputSize(), count));
      Network network(conv.fused());
      EXPECT_EQ(network.interpret(x), network.reference(x));
    }
}

// Weights that are arguments are transposed at run time.
TEST(Reference, ConvolutionWithWeightsAsArgument) {
  Network network(R"(
    func.func @main(%x: tensor<2x5x6x4xf32>, %w: tensor<6x3x2x2xf32>) -> tensor<2x3x5x6xf32> {
      %y = mbn.conv2d %x, %w layer "c" pad [1, 0, 1, 0] stride [2, 1] groups 2 : tensor<2x5x6x4xf32>, tensor<6x3x2x2xf32> -> tensor<2x3x5x6xf32>
      return %y : tensor<2x3x5x6xf32>
    })");
  std::mt19937 random(5);
  std::vector<TensorValue> inputs = {
      floats({2, 5, 6, 4}, randomFloats(random, 240)),
      floats({6, 3, 2, 2}, randomFloats(random, 72))};
  expectNear(network.interpret(inputs), network.reference(inputs), 1e-3f);
}

TEST(Reference, Matmul) {
  Network network(R"(
    !x = !mbn.tensor<3x5xf32, levels = #mbn.levels<step 0.5, zero 1, [1, 2]>>
    !w = !mbn.tensor<2x5xf32, group = 1x2, bits = 8 to 8>
    #w = #mbn.dense<values = dense<[[2, 3, -1, 0, 127], [-4, 5, 0, -128, 9]]> : tensor<2x5xi8>,
                    steps = dense<[1.0, 0.5]> : tensor<2xf32>>
    func.func @main(%f: tensor<3x5xf32>, %v: tensor<4x5xf32>, %b: tensor<4xf32>) -> (tensor<3x2xi32>, tensor<3x2xf32>, tensor<3x4xf32>, tensor<2x5xf32>) {
      %w = mbn.constant #w : !w
      %x = mbn.encode %f : tensor<3x5xf32> -> !x
      %s = mbn.matmul %x, %w layer "fused" : !x, !w -> tensor<3x2xi32>
      %d = mbn.decode %x : !x -> tensor<3x5xf32>
      %e = mbn.decode %w : !w -> tensor<2x5xf32>
      %y = mbn.matmul %d, %e layer "decoded" : tensor<3x5xf32>, tensor<2x5xf32> -> tensor<3x2xf32>
      %z = mbn.matmul %f, %v bias %b layer "arguments" : tensor<3x5xf32>, tensor<4x5xf32>, tensor<4xf32> -> tensor<3x4xf32>
      return %s, %y, %z, %e : tensor<3x2xi32>, tensor<3x2xf32>, tensor<3x4xf32>, tensor<2x5xf32>
    })");
  std::mt19937 random(6);
  std::vector<TensorValue> inputs = {floats({3, 5}, randomFloats(random, 15)),
                                     floats({4, 5}, randomFloats(random, 20)),
                                     floats({4}, randomFloats(random, 4))};
  expectNear(network.interpret(inputs), network.reference(inputs), 1e-3f);
}

TEST(Reference, EncodeTiesAndNaN) {
  Network network(R"(
    !x = !mbn.tensor<6xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
    !y = !mbn.tensor<6xf32, levels = #mbn.levels<step 0.01, zero 3, low 0.25, [1, 2, 4, 8, 16, 32, 64, 128]>>
    func.func @main(%x: tensor<6xf32>) -> (!x, !y, tensor<6xf32>) {
      %a = mbn.encode %x : tensor<6xf32> -> !x
      %b = mbn.encode %x : tensor<6xf32> -> !y
      %c = mbn.decode %b : !y -> tensor<6xf32>
      return %a, %b, %c : !x, !y, tensor<6xf32>
    })");
  TensorValue x = floats({6}, {std::numeric_limits<float>::quiet_NaN(), 0.25f,
                               0.75f, 1.25f, 1e30f, -1e30f});
  auto results = network.reference(x);
  EXPECT_EQ(results, network.interpret(x));
  EXPECT_EQ(results[0], indices({6}, {0, 1, 2, 3, 3, 0}));
}

TEST(Reference, Normalization) {
  std::string body = R"(
      %y = mbn.batch_norm %x scale %s bias %b mean %m variance %v epsilon 1.0e-5 layer "bn" : tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
      %z = mbn.layer_norm %x scale %s bias %b epsilon 1.0e-5 layer "ln" : tensor<2x3x4xf32>, tensor<4xf32>, tensor<4xf32>
      return %y, %z : tensor<2x3x4xf32>, tensor<2x3x4xf32>
    })";
  Network arguments(R"(
    func.func @main(%x: tensor<2x3x4xf32>, %s: tensor<4xf32>, %b: tensor<4xf32>, %m: tensor<4xf32>, %v: tensor<4xf32>) -> (tensor<2x3x4xf32>, tensor<2x3x4xf32>) {)" +
                    body);
  Network constants(R"(
    func.func @main(%x: tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<2x3x4xf32>) {
      %s = arith.constant dense<[1.1, -0.3, 0.0, 2.7]> : tensor<4xf32>
      %b = arith.constant dense<[0.7, 0.1, -3.3, 1.3]> : tensor<4xf32>
      %m = arith.constant dense<[0.3, 0.9, 1.7, -0.6]> : tensor<4xf32>
      %v = arith.constant dense<[0.9, 1.3, 0.01, 5.1]> : tensor<4xf32>)" +
                    body);
  std::mt19937 random(8);
  TensorValue x = floats({2, 3, 4}, randomFloats(random, 24));
  std::vector<TensorValue> inputs = {x, floats({4}, {1.1f, -0.3f, 0, 2.7f}),
                                     floats({4}, {0.7f, 0.1f, -3.3f, 1.3f}),
                                     floats({4}, {0.3f, 0.9f, 1.7f, -0.6f}),
                                     floats({4}, {0.9f, 1.3f, 0.01f, 5.1f})};
  auto expected = constants.interpret(x);
  EXPECT_EQ(expected[0], constants.reference(x)[0]);
  EXPECT_EQ(expected[0], arguments.reference(inputs)[0]);
  expectNear(expected, constants.reference(x), 1e-4f);
}

TEST(Reference, RescaleThresholdPoolReshapeTranspose) {
  Network network(R"(
    #l = #mbn.levels<step 0.5, zero 0, [1, 2]>
    !y = !mbn.tensor<1x3x4x2xf32, levels = #l>
    !p = !mbn.tensor<1x2x2x2xf32, levels = #l>
    !t = !mbn.tensor<1x2x2x2xf32, levels = #l>
    !r = !mbn.tensor<2x4xf32, levels = #l>
    func.func @main(%s: tensor<1x3x4x2xi32>, %scale: tensor<2xf32>, %base: tensor<2x3x2xf32>, %t: tensor<2x3x2x3xi32>) -> (tensor<1x3x4x2xf32>, tensor<1x3x4x2xf32>, !y, !y, !r) {
      %b = arith.constant dense<[0.5, -0.0]> : tensor<2xf32>
      %k = arith.constant dense<[[-5, 0, 5], [-2147483648, 1, 2147483647]]> : tensor<2x3xi32>
      %f = mbn.rescale %s, %scale, %b : tensor<1x3x4x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x3x4x2xf32>
      %g = mbn.rescale %s, %scale, %base border <rows = [0, 1, 0], columns = [0, 1, 1, 2]> : tensor<1x3x4x2xi32>, tensor<2xf32>, tensor<2x3x2xf32> -> tensor<1x3x4x2xf32>
      %x = mbn.threshold %s, %k : tensor<1x3x4x2xi32>, tensor<2x3xi32> -> !y
      %y = mbn.threshold %s, %t border <rows = [0, 1, 0], columns = [0, 1, 1, 2]> : tensor<1x3x4x2xi32>, tensor<2x3x2x3xi32> -> !y
      %p = mbn.max_pool2d %x kernel [2, 2] stride [2, 2] pad [1, 0, 0, 0] : !y -> !p
      %q = mbn.transpose %p [0, 3, 1, 2] : !p -> !t
      %r = mbn.reshape %q : !t -> !r
      return %f, %g, %x, %y, %r : tensor<1x3x4x2xf32>, tensor<1x3x4x2xf32>, !y, !y, !r
    })");
  std::mt19937 random(9);
  std::vector<int32_t> sums(24), thresholds(36);
  for (int32_t &sum : sums)
    sum = static_cast<int32_t>(random() % 21) - 10;
  for (size_t i = 0; i < thresholds.size(); ++i)
    thresholds[i] = static_cast<int32_t>(random() % 5) - 8 + 5 * (i % 3);
  std::vector<TensorValue> inputs = {
      ints({1, 3, 4, 2}, sums), floats({2}, {-0x1p-101f, -0.1f}),
      floats({2, 3, 2}, randomFloats(random, 12)),
      ints({2, 3, 2, 3}, thresholds)};
  EXPECT_EQ(network.interpret(inputs), network.reference(inputs));
}

TEST(Reference, TosaOperations) {
  Network network(R"(
    func.func @main(%x: tensor<1x4x4x2xf32>) -> tensor<1x10xf32> {
      %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
      %shift = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
      %k = "tosa.const"() {values = dense<[[[[0.5, -1.0]]]]> : tensor<1x1x1x2xf32>} : () -> tensor<1x1x1x2xf32>
      %a = tosa.clamp %x {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
      %b = tosa.max_pool2d %a {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x4x4x2xf32>) -> tensor<1x2x2x2xf32>
      %c = tosa.avg_pool2d %b, %z, %z {acc_type = f32, kernel = array<i64: 2, 2>, pad = array<i64: 1, 0, 1, 0>, stride = array<i64: 1, 1>} : (tensor<1x2x2x2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x2x2x2xf32>
      %d = tosa.add %c, %k : (tensor<1x2x2x2xf32>, tensor<1x1x1x2xf32>) -> tensor<1x2x2x2xf32>
      %e = tosa.mul %d, %k, %shift : (tensor<1x2x2x2xf32>, tensor<1x1x1x2xf32>, tensor<1xi8>) -> tensor<1x2x2x2xf32>
      %f = tosa.transpose %e {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
      %shape = tosa.const_shape {values = dense<[1, 8]> : tensor<2xindex>} : () -> !tosa.shape<2>
      %g = tosa.reshape %f, %shape : (tensor<1x2x2x2xf32>, !tosa.shape<2>) -> tensor<1x8xf32>
      %padding = tosa.const_shape {values = dense<[0, 0, 1, 2]> : tensor<4xindex>} : () -> !tosa.shape<4>
      %h = tosa.pad %g, %padding, %z : (tensor<1x8xf32>, !tosa.shape<4>, tensor<1xf32>) -> tensor<1x11xf32>
      %start = tosa.const_shape {values = dense<[0, 1]> : tensor<2xindex>} : () -> !tosa.shape<2>
      %size = tosa.const_shape {values = dense<[1, 10]> : tensor<2xindex>} : () -> !tosa.shape<2>
      %i = tosa.slice %h, %start, %size : (tensor<1x11xf32>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<1x10xf32>
      %max = tosa.reduce_max %i {axis = 1 : i32} : (tensor<1x10xf32>) -> tensor<1x1xf32>
      %j = tosa.sub %i, %max : (tensor<1x10xf32>, tensor<1x1xf32>) -> tensor<1x10xf32>
      %l = tosa.exp %j : (tensor<1x10xf32>) -> tensor<1x10xf32>
      %sum = tosa.reduce_sum %l {axis = 1 : i32} : (tensor<1x10xf32>) -> tensor<1x1xf32>
      %inverse = tosa.reciprocal %sum : (tensor<1x1xf32>) -> tensor<1x1xf32>
      %m = tosa.mul %l, %inverse, %shift : (tensor<1x10xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<1x10xf32>
      %n = tosa.identity %m : (tensor<1x10xf32>) -> tensor<1x10xf32>
      return %n : tensor<1x10xf32>
    })");
  std::mt19937 random(10);
  TensorValue x = floats({1, 4, 4, 2}, randomFloats(random, 32));
  expectNear(network.interpret(x), network.reference(x), 1e-6f);
}

// Results that are arguments or constants, or the same value twice.
TEST(Reference, ResultsThatNothingComputes) {
  Network network(R"(
    !x = !mbn.tensor<2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
    func.func @main(%a: !x, %b: tensor<2xf32>) -> (!x, tensor<2xf32>, tensor<2xi32>, tensor<2xf32>) {
      %c = arith.constant dense<[3, 4]> : tensor<2xi32>
      return %a, %b, %c, %b : !x, tensor<2xf32>, tensor<2xi32>, tensor<2xf32>
    })");
  std::vector<TensorValue> inputs = {indices({2}, {0, 1}), floats({2}, {5, 6})};
  auto results = network.reference(inputs);
  EXPECT_EQ(results, network.interpret(inputs));
}

// The inputs are not used as buffers for results.
TEST(Reference, InputsStayAsTheyAre) {
  Network network(R"(
    func.func @main(%x: tensor<3xf32>) -> tensor<3xf32> {
      %y = tosa.add %x, %x : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
      %z = tosa.clamp %y {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<3xf32>) -> tensor<3xf32>
      return %z : tensor<3xf32>
    })");
  auto reference = cantFail(ReferenceFunction::compile(*network));
  TensorValue x = floats({3}, {-1, 2, 4}), copy = x;
  auto first = cantFail(reference->run(x)),
       second = cantFail(reference->run(x));
  EXPECT_EQ(x, copy);
  EXPECT_EQ(first, second);
  EXPECT_EQ(first[0], floats({3}, {0, 4, 6}));
}

TEST(Reference, Messages) {
  auto message = [](llvm::StringRef text) {
    Network network(text);
    return messageOf(ReferenceFunction::compile(*network));
  };
  EXPECT_EQ(message("func.func @other() { return }"),
            "the module has no function 'main'");
  EXPECT_EQ(message("func.func @main(%x: tensor<?xf32>) { return }"),
            "arguments and results of 'main' must be statically shaped tensors "
            "of f32, i32 or levels");
  Network network("func.func @main(%x: tensor<2xf32>) { return }");
  auto reference = cantFail(ReferenceFunction::compile(*network));
  EXPECT_EQ(messageOf(reference->run(ints({2}, {1, 2}))),
            "input 0 holds i32, the model expects f32");
  // An operation that no pass knows.
  EXPECT_EQ(message(R"(func.func @main(%x: tensor<1xf32>) -> tensor<1xf32> {
                         %y = "other.op"(%x) : (tensor<1xf32>) -> tensor<1xf32>
                         return %y : tensor<1xf32>
                       })")
                .rfind("the reference cannot be compiled: ", 0),
            0u);
}
