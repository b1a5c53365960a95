//===- InterpreterTest.cpp - Tests of the interpreter ---------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Execution/Interpreter.h"
#include "unittests/Execution/TestNetworks.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace subbit;
using namespace subbit::test;

static constexpr float kInfinity = std::numeric_limits<float>::infinity();
static constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

//===----------------------------------------------------------------------===//
// Values by hand
//===----------------------------------------------------------------------===//

// Levels 0, 0.5, 1, 1.5; thresholds 0.25, 0.75, 1.25.
TEST(Interpreter, EncodeTiesGoUpAndNaNIsLevelZero) {
  Network network(R"(
    !x = !mbn.tensor<7xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
    func.func @main(%x: tensor<7xf32>) -> !x {
      %y = mbn.encode %x : tensor<7xf32> -> !x
      return %y : !x
    })");
  TensorValue x =
      floats({7}, {kNaN, -kInfinity, 0.2499f, 0.25f, 0.75f, 1.25f, kInfinity});
  EXPECT_EQ(network.interpret(x)[0], indices({7}, {0, 0, 0, 1, 2, 3, 3}));
}

TEST(Interpreter, DecodeLevelsWithZeroAndLow) {
  Network network(R"(
    !x = !mbn.tensor<4xf32, levels = #mbn.levels<step 0.5, zero 1, low 0.25, [1, 3]>>
    func.func @main(%x: !x) -> tensor<4xf32> {
      %y = mbn.decode %x : !x -> tensor<4xf32>
      return %y : tensor<4xf32>
    })");
  EXPECT_EQ(network.interpret(indices({4}, {0, 1, 2, 3}))[0],
            floats({4}, {-0.25f, 0.25f, 1.25f, 1.75f}));
}

// W = [3 - 1, 3 + 1, 0] * 0.5 with an offset of 1 on the second group.
TEST(Interpreter, DecodeWeights) {
  Network network(R"(
    !w = !mbn.tensor<1x3xf32, group = 1x2, bits = 0 to 2>
    #w = #mbn.bases<widths = dense<[2, 0]> : tensor<2xi8>,
                    coordinates = dense<[3, 1]> : tensor<2xi16>,
                    signs = dense<[3, 2]> : tensor<2xi32>,
                    offsets = dense<[0, 1]> : tensor<2xi16>,
                    steps = dense<0.5> : tensor<1xf32>>
    func.func @main() -> tensor<1x3xf32> {
      %w = mbn.constant #w : !w
      %y = mbn.decode %w : !w -> tensor<1x3xf32>
      return %y : tensor<1x3xf32>
    })");
  EXPECT_EQ(network.interpret({})[0], floats({1, 3}, {1, 2, 0.5f}));
}

// X - 1 = [-1, 1]; W = [[2, 3], [-4, 5]]
TEST(Interpreter, QuantizedMatmul) {
  Network network(R"(
    !x = !mbn.tensor<1x2xf32, levels = #mbn.levels<step 0.5, zero 1, [1, 2]>>
    !w = !mbn.tensor<2x2xf32, group = 1x2, bits = 8 to 8>
    #w = #mbn.dense<values = dense<[[2, 3], [-4, 5]]> : tensor<2x2xi8>,
                    steps = dense<1.0> : tensor<1xf32>>
    func.func @main(%x: !x) -> tensor<1x2xi32> {
      %w = mbn.constant #w : !w
      %y = mbn.matmul %x, %w layer "fc" : !x, !w -> tensor<1x2xi32>
      return %y : tensor<1x2xi32>
    })");
  EXPECT_EQ(network.interpret(indices({1, 2}, {0, 2}))[0],
            ints({1, 2}, {1, 9}));
}

// Outside the image nothing is added, though code 0 stands for -1 there.
TEST(Interpreter, QuantizedConvolutionPadsWithNothing) {
  Network network(R"(
    !x = !mbn.tensor<1x1x2x1xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
    !w = !mbn.tensor<1x1x2x1xf32, group = 1x1x2x1, bits = 8 to 8>
    #w = #mbn.dense<values = dense<[[[[10], [1]]]]> : tensor<1x1x2x1xi8>,
                    steps = dense<1.0> : tensor<1xf32>>
    func.func @main(%x: !x) -> tensor<1x1x3x1xi32> {
      %w = mbn.constant #w : !w
      %y = mbn.conv2d %x, %w layer "c" pad [0, 1, 0, 1] : !x, !w -> tensor<1x1x3x1xi32>
      return %y : tensor<1x1x3x1xi32>
    })");
  EXPECT_EQ(network.interpret(indices({1, 1, 2, 1}, {1, 0}))[0],
            ints({1, 1, 3, 1}, {1, 9, -10}));
}

TEST(Interpreter, FloatConvolutionWithBias) {
  Network network(R"(
    func.func @main(%x: tensor<1x1x3x1xf32>) -> tensor<1x1x2x1xf32> {
      %w = arith.constant dense<[[[[2.0], [3.0]]]]> : tensor<1x1x2x1xf32>
      %b = arith.constant dense<0.5> : tensor<1xf32>
      %y = mbn.conv2d %x, %w bias %b layer "c" : tensor<1x1x3x1xf32>, tensor<1x1x2x1xf32>, tensor<1xf32> -> tensor<1x1x2x1xf32>
      return %y : tensor<1x1x2x1xf32>
    })");
  EXPECT_EQ(network.interpret(floats({1, 1, 3, 1}, {1, 2, 4}))[0],
            floats({1, 1, 2, 1}, {8.5f, 16.5f}));
}

TEST(Interpreter, BatchNorm) {
  Network network(R"(
    func.func @main(%x: tensor<2x2xf32>, %s: tensor<2xf32>, %b: tensor<2xf32>, %m: tensor<2xf32>, %v: tensor<2xf32>) -> tensor<2x2xf32> {
      %y = mbn.batch_norm %x scale %s bias %b mean %m variance %v epsilon 1.0 layer "bn" : tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
      return %y : tensor<2x2xf32>
    })");
  EXPECT_EQ(network.interpret({floats({2, 2}, {1, 2, 3, 4}),
                               floats({2}, {2, 4}), floats({2}, {10, 20}),
                               floats({2}, {1, 2}), floats({2}, {3, 15})})[0],
            floats({2, 2}, {10, 20, 12, 22}));
}

// Mean 2, variance 1.
TEST(Interpreter, LayerNorm) {
  Network network(R"(
    func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
      %s = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
      %b = arith.constant dense<[0.5, 0.0]> : tensor<2xf32>
      %y = mbn.layer_norm %x scale %s bias %b epsilon 0.0 layer "ln" : tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>
      return %y : tensor<1x2xf32>
    })");
  EXPECT_EQ(network.interpret(floats({1, 2}, {1, 3}))[0],
            floats({1, 2}, {-1.5f, 3}));
}

TEST(Interpreter, RescaleMakesZerosPositive) {
  Network network(R"(
    func.func @main(%s: tensor<1x4xi32>, %scale: tensor<4xf32>) -> tensor<1x4xf32> {
      %base = arith.constant dense<[-0.0, 0.0, 1.0, 0.0]> : tensor<4xf32>
      %y = mbn.rescale %s, %scale, %base : tensor<1x4xi32>, tensor<4xf32>, tensor<4xf32> -> tensor<1x4xf32>
      return %y : tensor<1x4xf32>
    })");
  TensorValue y =
      network.interpret({ints({1, 4}, {0, 1, -3, 1}),
                         floats({4}, {-1, 0x1p-101f, 0.5f, 0x1p-100f})})[0];
  EXPECT_EQ(y, floats({1, 4}, {0, 0, -0.5f, 0x1p-100f}));
  EXPECT_FALSE(std::signbit(y.floats()[0]));
}

TEST(Interpreter, RescaleAndThresholdWithBorder) {
  Network network(R"(
    !y = !mbn.tensor<1x2x3x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
    func.func @main(%s: tensor<1x2x3x1xi32>) -> (tensor<1x2x3x1xf32>, !y) {
      %scale = arith.constant dense<2.0> : tensor<1xf32>
      %base = arith.constant dense<[[[10.0], [20.0]], [[30.0], [40.0]]]> : tensor<2x2x1xf32>
      %t = arith.constant dense<[[[[1]], [[2]]], [[[3]], [[-2147483648]]]]> : tensor<2x2x1x1xi32>
      %f = mbn.rescale %s, %scale, %base border <rows = [0, 1], columns = [0, 1, 0]>
          : tensor<1x2x3x1xi32>, tensor<1xf32>, tensor<2x2x1xf32> -> tensor<1x2x3x1xf32>
      %y = mbn.threshold %s, %t border <rows = [0, 1], columns = [0, 1, 0]>
          : tensor<1x2x3x1xi32>, tensor<2x2x1x1xi32> -> !y
      return %f, %y : tensor<1x2x3x1xf32>, !y
    })");
  auto results = network.interpret(ints({1, 2, 3, 1}, {1, 1, 0, 2, -7, 3}));
  EXPECT_EQ(results[0], floats({1, 2, 3, 1}, {12, 22, 10, 34, 26, 36}));
  EXPECT_EQ(results[1], indices({1, 2, 3, 1}, {1, 0, 0, 0, 1, 1}));
}

TEST(Interpreter, CodesToCodes) {
  Network network(R"(
    #l = #mbn.levels<step 1.0, zero 0, [1, 2]>
    !x = !mbn.tensor<1x2x3x1xf32, levels = #l>
    !p = !mbn.tensor<1x1x2x1xf32, levels = #l>
    !t = !mbn.tensor<1x3x2x1xf32, levels = #l>
    !r = !mbn.tensor<6xf32, levels = #l>
    func.func @main(%x: !x) -> (!p, !r) {
      %p = mbn.max_pool2d %x kernel [2, 2] stride [2, 2] pad [0, 1, 0, 0] : !x -> !p
      %t = mbn.transpose %x [0, 2, 1, 3] : !x -> !t
      %r = mbn.reshape %t : !t -> !r
      return %p, %r : !p, !r
    })");
  auto results = network.interpret(indices({1, 2, 3, 1}, {0, 1, 2, 1, 3, 0}));
  EXPECT_EQ(results[0], indices({1, 1, 2, 1}, {1, 3}));
  EXPECT_EQ(results[1], indices({6}, {0, 1, 1, 3, 2, 0}));
}

//===----------------------------------------------------------------------===//
// tosa
//===----------------------------------------------------------------------===//

TEST(Interpreter, TosaMovesElements) {
  Network network(R"(
    func.func @main(%x: tensor<2x3xf32>) -> (tensor<3x2xf32>, tensor<2x2xf32>, tensor<4x3xf32>, tensor<6xf32>) {
      %t = tosa.transpose %x {perms = array<i32: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
      %start = tosa.const_shape {values = dense<[0, 1]> : tensor<2xindex>} : () -> !tosa.shape<2>
      %size = tosa.const_shape {values = dense<[2, 2]> : tensor<2xindex>} : () -> !tosa.shape<2>
      %s = tosa.slice %x, %start, %size : (tensor<2x3xf32>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<2x2xf32>
      %padding = tosa.const_shape {values = dense<[1, 1, 0, 0]> : tensor<4xindex>} : () -> !tosa.shape<4>
      %fill = "tosa.const"() {values = dense<9.0> : tensor<1xf32>} : () -> tensor<1xf32>
      %p = tosa.pad %x, %padding, %fill : (tensor<2x3xf32>, !tosa.shape<4>, tensor<1xf32>) -> tensor<4x3xf32>
      %shape = tosa.const_shape {values = dense<6> : tensor<1xindex>} : () -> !tosa.shape<1>
      %r = tosa.reshape %x, %shape : (tensor<2x3xf32>, !tosa.shape<1>) -> tensor<6xf32>
      %i = tosa.identity %r : (tensor<6xf32>) -> tensor<6xf32>
      return %t, %s, %p, %i : tensor<3x2xf32>, tensor<2x2xf32>, tensor<4x3xf32>, tensor<6xf32>
    })");
  auto results = network.interpret(floats({2, 3}, {1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(results[0], floats({3, 2}, {1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(results[1], floats({2, 2}, {2, 3, 5, 6}));
  EXPECT_EQ(results[2], floats({4, 3}, {9, 9, 9, 1, 2, 3, 4, 5, 6, 9, 9, 9}));
  EXPECT_EQ(results[3], floats({6}, {1, 2, 3, 4, 5, 6}));
}

TEST(Interpreter, TosaComputes) {
  Network network(R"(
    func.func @main(%x: tensor<2x2xf32>, %y: tensor<1x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x1xf32>, tensor<1x2xf32>, tensor<2x2xf32>) {
      %shift = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
      %c = tosa.clamp %x {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<2x2xf32>) -> tensor<2x2xf32>
      %a = tosa.add %x, %y : (tensor<2x2xf32>, tensor<1x2xf32>) -> tensor<2x2xf32>
      %s = tosa.sub %y, %x : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
      %m = tosa.mul %x, %x, %shift : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<1xi8>) -> tensor<2x2xf32>
      %max = tosa.reduce_max %x {axis = 1 : i32} : (tensor<2x2xf32>) -> tensor<2x1xf32>
      %sum = tosa.reduce_sum %x {axis = 0 : i32} : (tensor<2x2xf32>) -> tensor<1x2xf32>
      %r = tosa.reciprocal %x : (tensor<2x2xf32>) -> tensor<2x2xf32>
      return %c, %a, %s, %m, %max, %sum, %r : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x1xf32>, tensor<1x2xf32>, tensor<2x2xf32>
    })");
  auto results = network.interpret(
      {floats({2, 2}, {-2, 1, 4, 8}), floats({1, 2}, {10, 20})});
  EXPECT_EQ(results[0], floats({2, 2}, {0, 1, 4, 6}));
  EXPECT_EQ(results[1], floats({2, 2}, {8, 21, 14, 28}));
  EXPECT_EQ(results[2], floats({2, 2}, {12, 19, 6, 12}));
  EXPECT_EQ(results[3], floats({2, 2}, {4, 1, 16, 64}));
  EXPECT_EQ(results[4], floats({2, 1}, {1, 8}));
  EXPECT_EQ(results[5], floats({1, 2}, {2, 9}));
  EXPECT_EQ(results[6], floats({2, 2}, {-0.5f, 1, 0.25f, 0.125f}));
}

// The mean counts positions inside the image only.
TEST(Interpreter, TosaPools) {
  Network network(R"(
    func.func @main(%x: tensor<1x2x2x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x2x2x1xf32>) {
      %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
      %m = tosa.max_pool2d %x {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x2x2x1xf32>) -> tensor<1x1x1x1xf32>
      %a = tosa.avg_pool2d %x, %z, %z {acc_type = f32, kernel = array<i64: 2, 2>, pad = array<i64: 1, 0, 0, 1>, stride = array<i64: 1, 1>} : (tensor<1x2x2x1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x2x2x1xf32>
      return %m, %a : tensor<1x1x1x1xf32>, tensor<1x2x2x1xf32>
    })");
  auto results = network.interpret(floats({1, 2, 2, 1}, {1, 2, 3, 4}));
  EXPECT_EQ(results[0], floats({1, 1, 1, 1}, {4}));
  EXPECT_EQ(results[1], floats({1, 2, 2, 1}, {1.5f, 2, 2.5f, 3}));
}

//===----------------------------------------------------------------------===//
// Levels of the IR agree
//===----------------------------------------------------------------------===//

TEST(Interpreter, FusedAgreesWithQuantized) {
  std::pair<const char *, unsigned> cases[] = {
      {"step 0.25, zero 0, [1, 2]", 4},
      {"step 0.5, zero 1, [2]", 2},
      {"step 0.125, zero 100, [1, 2, 4, 8, 16, 32, 64, 128]", 256}};
  for (auto &[name, geometry] : kGeometries)
    for (auto &[levels, count] : cases) {
      Convolution conv{geometry, levels};
      std::mt19937 random(7);
      std::vector<uint8_t> x(geometry.inputSize());
      for (uint8_t &index : x)
        index = random() % count;
      TensorValue input = indices(conv.inputShape(), x);
      TensorValue a = Network(conv.quantized()).interpret(input)[0];
      TensorValue b = Network(conv.fused()).interpret(input)[0];
      ASSERT_EQ(a.shape, b.shape);
      // |W| is at most 27 + 2, |X - zero| at most 155, steps below 2 and 0.5.
      float bound = 1e-5f * (5 + geometry.kernelSize() * 29 * 2 * 155 * 0.125f);
      for (int64_t i = 0; i < a.size(); ++i)
        ASSERT_NEAR(a.floats()[i], b.floats()[i], bound) << name << " " << i;
    }
}

//===----------------------------------------------------------------------===//
// Messages, observation
//===----------------------------------------------------------------------===//

static const char *kIdentity = R"(
  !x = !mbn.tensor<2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
  func.func @main(%a: tensor<2x3xf32>, %b: !x) -> (tensor<2x3xf32>, !x) {
    return %a, %b : tensor<2x3xf32>, !x
  })";

TEST(Interpreter, WrongInputs) {
  Network network(kIdentity);
  Interpreter interpreter = cantFail(Interpreter::create(*network));
  TensorValue a = floats({2, 3}, std::vector<float>(6)),
              b = indices({2}, {0, 1});
  auto message = [&](llvm::ArrayRef<TensorValue> inputs) {
    return messageOf(interpreter.run(inputs));
  };
  EXPECT_EQ(message({a, b}), "");
  EXPECT_EQ(message({a}), "the model takes 2 inputs, found 1");
  EXPECT_EQ(message({b, b}),
            "input 0 holds level indices (u8), the model expects f32");
  EXPECT_EQ(message({a, ints({2}, {0, 1})}),
            "input 1 holds i32, the model expects level indices (u8)");
  EXPECT_EQ(message({floats({3, 2}, std::vector<float>(6)), b}),
            "input 0 has shape 3x2, the model expects 2x3");
  EXPECT_EQ(message({floats({2, 3}, {1}), b}),
            "input 0 holds 1 elements, its shape has 6");
  EXPECT_EQ(message({a, indices({2}, {0, 2})}),
            "input 1 has level index 2 at element 1, the model's levels are 0 "
            "to 1");
}

TEST(Interpreter, WrongModules) {
  auto message = [](llvm::StringRef text) {
    Network network(text);
    return messageOf(Interpreter::create(*network));
  };
  EXPECT_EQ(message("func.func @other() { return }"),
            "the module has no function 'main'");
  EXPECT_EQ(message("func.func private @main()"),
            "function 'main' must have one block");
  EXPECT_EQ(message("func.func @main(%x: tensor<?xf32>) { return }"),
            "argument 0 of 'main' is no statically shaped tensor of f32, i32 "
            "or levels");
  EXPECT_NE(message(R"(func.func @main(%x: tensor<1xf32>) -> tensor<1xf32> {
                         %y = tosa.tanh %x : (tensor<1xf32>) -> tensor<1xf32>
                         return %y : tensor<1xf32>
                       })")
                .find("'tosa.tanh' has no rule in the interpreter, at "),
            std::string::npos);
  EXPECT_NE(message(R"(func.func @main() {
                         "other.op"() : () -> ()
                         return
                       })")
                .find("'other.op' has no rule in the interpreter"),
            std::string::npos);
}

TEST(Interpreter, ObserverSeesArgumentsAndResultsInOrder) {
  Network network(R"(
    func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
      %c = arith.constant dense<1.0> : tensor<2xf32>
      %a = tosa.add %x, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      %unused = tosa.sub %x, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      %b = tosa.add %a, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      return %b : tensor<2xf32>
    })");
  Interpreter interpreter = cantFail(Interpreter::create(*network));
  std::vector<float> seen;
  auto observer = [&](mlir::Value, const TensorValue &value) {
    seen.push_back(value.floats()[1]);
  };
  auto results = cantFail(interpreter.run(floats({2}, {1, 2}), observer));
  EXPECT_EQ(seen, (std::vector<float>{2, 3, 1, 6}));
  EXPECT_EQ(results[0], floats({2}, {4, 6}));
}
