//===- LayoutTest.cpp - Orders of elements, against brute force -----------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Layout.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "unittests/Import/TestModel.h"
#include "llvm/ADT/DenseMap.h"
#include <random>

using namespace mlir;
using namespace subbit;
using namespace subbit::importer;
using namespace subbit::importer::test;

/// The elements with permuted dimensions.
static std::vector<float> permuteElements(const std::vector<float> &values,
                                          ArrayRef<int64_t> shape,
                                          ArrayRef<int64_t> order) {
  Shape sizes = permute(shape, order);
  std::vector<float> result;
  std::vector<int64_t> index(shape.size());
  for (size_t n = 0; n < values.size(); ++n) {
    int64_t rest = n, from = 0;
    for (size_t i = sizes.size(); i-- > 0; rest /= sizes[i])
      index[order[i]] = rest % sizes[i];
    for (size_t i = 0; i < shape.size(); ++i)
      from = from * shape[i] + index[i];
    result.push_back(values[from]);
  }
  return result;
}

/// Runs a function that only moves elements, clamps them to what they are, and
/// adds.
static std::vector<float> run(ModuleOp module, std::vector<float> argument) {
  auto main = *module.getOps<func::FuncOp>().begin();
  llvm::DenseMap<Value, std::vector<float>> values;
  values[main.getArgument(0)] = argument;
  for (Operation &op : main.getBody().front()) {
    if (isa<func::ReturnOp>(op))
      return values[op.getOperand(0)];
    std::vector<float> result;
    if (isa<arith::ConstantOp>(op))
      result = floatsOf(op.getResult(0));
    else if (!isa<tosa::ConstShapeOp>(op))
      result = values[op.getOperand(0)];
    if (auto transpose = dyn_cast<tosa::TransposeOp>(op))
      result = permuteElements(
          result, cast<ShapedType>(transpose.getInput1().getType()).getShape(),
          SmallVector<int64_t>(transpose.getPerms()));
    if (auto add = dyn_cast<tosa::AddOp>(op)) {
      // Operands of one shape, or one row for all.
      const std::vector<float> &addend = values[add.getInput2()];
      for (size_t i = 0; i < result.size(); ++i)
        result[i] += addend[i % addend.size()];
    }
    values[op.getResult(0)] = result;
  }
  return {};
}

/// A random factorization of the number into dimensions.
static Shape randomShape(int64_t count, std::mt19937 &random) {
  Shape shape = {1};
  for (int64_t prime = 2; count > 1; ++prime)
    for (; count % prime == 0; count /= prime) {
      if (random() % 2 && shape.size() < 5)
        shape.push_back(1);
      shape[random() % shape.size()] *= prime;
    }
  return shape;
}

TEST(Layout, RandomChainsOfShapeOperators) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    TestModel m;
    Shape shape = {int64_t(1 + random() % 3), int64_t(1 + random() % 4),
                   int64_t(1 + random() % 3), int64_t(2 + random() % 3)};
    int64_t count = *countElements(shape);
    m.input("v0", Dims(shape.begin(), shape.end()));
    std::vector<float> expected(count);
    std::iota(expected.begin(), expected.end(), 0.0f);
    std::vector<float> argument = expected;
    std::string current = "v0";
    for (int step = 1; step < 8; ++step) {
      std::string next = "v" + std::to_string(step);
      std::string constant = "c" + std::to_string(step);
      switch (random() % 5) {
      case 0: {
        Shape order = llvm::to_vector<4>(llvm::seq<int64_t>(0, shape.size()));
        std::shuffle(order.begin(), order.end(), random);
        m.node("Transpose", {current}, {next})
            .set("perm", Dims(order.begin(), order.end()));
        expected = permuteElements(expected, shape, order);
        shape = permute(shape, order);
        break;
      }
      case 1:
        shape = randomShape(count, random);
        m.integers(constant.c_str(),
                   std::vector<int64_t>(shape.begin(), shape.end()));
        m.node("Reshape", {current, constant}, {next});
        break;
      case 2:
        m.node("Flatten", {current}, {next});
        shape = {shape[0], count / shape[0]};
        break;
      case 3: {
        // As many addends as the last dimension, in its order.
        m.iota(constant.c_str(), {shape.back()});
        if (shape.size() == 4 && shape[1] > 1 && shape[2] * shape[3] > 1) {
          m.node("Identity", {current}, {next});
          break;
        }
        m.node("Add", {current, constant}, {next});
        for (int64_t i = 0; i < count; ++i)
          expected[i] += i % shape.back();
        break;
      }
      default:
        // Forces channels to be last.
        if (shape.size() == 4)
          m.node("MaxPool", {current}, {next}).set("kernel_shape", Dims{1, 1});
        else
          m.node("Relu", {current}, {next});
      }
      current = next;
    }
    m.output(current.c_str(), Dims(shape.begin(), shape.end()));
    Imported r = importModel(m);
    ASSERT_TRUE(r.module) << r.message();
    ASSERT_EQ(run(*r.module, argument), expected) << r.text();
  }
}

TEST(Layout, FeatureOrder) {
  Layout layout = Layout::permuted({2, 3, 4, 5}, {0, 2, 3, 1});
  EXPECT_FALSE(layout.isIdentity());
  auto order = layout.featureOrder(2, 60);
  ASSERT_TRUE(order);
  EXPECT_EQ(*order, permutedIndices({3, 4, 5}, {1, 2, 0}));
  // Here the batch would take a part of the image.
  EXPECT_FALSE(layout.featureOrder(6, 20));
  EXPECT_FALSE(Layout::permuted({2, 3}, {1, 0}).featureOrder(2, 3));
}

TEST(Layout, OneChannelOrOnePixelIsInOrder) {
  EXPECT_TRUE(Layout::permuted({3, 1, 4, 5}, {0, 2, 3, 1}).isIdentity());
  EXPECT_TRUE(Layout::permuted({3, 7, 1, 1}, {0, 2, 3, 1}).isIdentity());
}

TEST(Layout, FlattenedOutputIsBroughtIntoOrder) {
  TestModel m;
  m.input("x", {2, 2, 1, 2});
  m.node("MaxPool", {"x"}, {"p"}).set("kernel_shape", Dims{1, 1});
  m.node("Flatten", {"p"}, {"y"});
  m.output("y", {2, 4});
  Imported r = importModel(m);
  ASSERT_TRUE(r.module) << r.message();
  EXPECT_EQ(r.ops<tosa::TransposeOp>().size(), 2u) << r.text();
  EXPECT_EQ(run(*r.module, {0, 1, 2, 3, 4, 5, 6, 7}),
            (std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7}));
}
