//===- EngineTest.cpp - Tests of losses and gradients ---------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/Engine.h"
#include "dialects/MBN/IR/MBN.h"
#include "lib/Training/ModuleGraph.h"
#include "lib/Training/Trainer.h"
#include "unittests/Execution/TestNetworks.h"
#include "llvm/Support/FileSystem.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace subbit;
using namespace subbit::test;
using namespace subbit::training;

namespace {

/// A network, its engine and the arrays of its parameters.
class Engines {
public:
  explicit Engines(llvm::StringRef text) : network(text) {
    auto main = (*network).lookupSymbol<mlir::func::FuncOp>("main");
    auto built = buildGraph(main);
    EXPECT_TRUE(mlir::succeeded(built));
    graph = built->graph;
    for (auto [constant, parameter] :
         llvm::zip(built->constants, graph.parameters)) {
      if (parameter.role == Role::Levels) {
        auto type = llvm::cast<mbn::MultiBitType>(constant.getType());
        values.push_back(valuesOf(type.getLevels().toNumerics()));
        continue;
      }
      mlir::DenseElementsAttr attr =
          constant.getDefiningOp()->getAttrOfType<mlir::DenseElementsAttr>(
              "value");
      if (!attr)
        attr = constant.getDefiningOp()->getAttrOfType<mlir::DenseElementsAttr>(
            "values");
      values.emplace_back(attr.getValues<float>().begin(),
                          attr.getValues<float>().end());
    }
    engine = makeEngine(graph, error);
  }

  Outcome run(llvm::ArrayRef<float> inputs, int64_t rows, Loss loss,
              std::vector<std::vector<float>> *gradients, bool training,
              float *outputs = nullptr) {
    std::vector<float *> pointers, targets;
    for (std::vector<float> &value : values)
      pointers.push_back(value.data());
    if (training)
      targets.resize(values.size());
    if (gradients) {
      gradients->clear();
      for (const auto &[value, parameter] : llvm::zip(values, graph.parameters))
        gradients->emplace_back(
            parameter.role == Role::Levels ? kActivationSamples : value.size());
      for (auto [i, gradient] : llvm::enumerate(*gradients))
        if (graph.parameters[i].role != Role::Statistic)
          targets[i] = gradient.data();
    }
    Batch batch{inputs.data(), rows, labels.data()};
    if (!teacher.empty())
      batch.teacher = teacher.data();
    batch.teacherWeight = 0.3;
    Outcome outcome;
    EXPECT_TRUE(
        engine->run(batch, loss, pointers, targets, outputs, outcome, error))
        << error;
    return outcome;
  }

  Network network;
  Graph graph;
  std::vector<std::vector<float>> values;
  std::vector<int64_t> labels;
  std::vector<float> teacher; ///< its scores
  std::unique_ptr<Engine> engine;
  std::string error;
};

struct TestNetwork {
  const char *name, *text;
};
void PrintTo(const TestNetwork &network, std::ostream *os) {
  *os << network.name;
}

/// Every operation that has a gradient, in one network or another.
const TestNetwork kNetworks[] = {
    {"Layers",
     R"(func.func @main(%x: tensor<3x6x5x2xf32>) -> tensor<3x4xf32> {
      %w = arith.constant dense<[[[[0.3, -0.2], [0.5, 0.1]], [[-0.4, 0.7], [0.2, 0.6]]], [[[0.1, 0.2], [-0.3, 0.8]], [[0.9, -0.5], [0.3, 0.4]]]]> : tensor<2x2x2x2xf32>
      %b = arith.constant dense<[0.1, -0.3]> : tensor<2xf32>
      %y = mbn.conv2d %x, %w bias %b layer "conv" pad [1, 0, 0, 1] stride [2, 1] : tensor<3x6x5x2xf32>, tensor<2x2x2x2xf32>, tensor<2xf32> -> tensor<3x3x5x2xf32>
      %s = arith.constant dense<[0.9, 1.2]> : tensor<2xf32>
      %t = arith.constant dense<[0.2, 0.1]> : tensor<2xf32>
      %m = arith.constant dense<[0.05, -0.1]> : tensor<2xf32>
      %v = arith.constant dense<[0.7, 1.3]> : tensor<2xf32>
      %n = mbn.batch_norm %y scale %s bias %t mean %m variance %v epsilon 1.0e-5 layer "bn" : tensor<3x3x5x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
      %r = tosa.clamp %n {min_val = -0.75 : f32, max_val = 1.25 : f32} : (tensor<3x3x5x2xf32>) -> tensor<3x3x5x2xf32>
      %p = tosa.max_pool2d %r {kernel = array<i64: 2, 2>, pad = array<i64: 1, 0, 0, 1>, stride = array<i64: 2, 2>} : (tensor<3x3x5x2xf32>) -> tensor<3x2x3x2xf32>
      %shape = tosa.const_shape {values = dense<[3, 12]> : tensor<2xindex>} : () -> !tosa.shape<2>
      %flat = tosa.reshape %p, %shape : (tensor<3x2x3x2xf32>, !tosa.shape<2>) -> tensor<3x12xf32>
      %fc = arith.constant dense<[[0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8, 0.9, -1.0, 1.1, -1.2], [0.2, 0.1, -0.3, 0.3, 0.5, 0.6, -0.2, 0.4, 0.3, 0.2, 0.1, 0.7], [-0.5, 0.2, 0.6, 0.1, -0.7, 0.2, 0.3, 0.8, -0.2, 0.4, 0.9, 0.1], [0.3, 0.3, 0.1, -0.1, 0.2, -0.9, 0.4, 0.2, 0.5, -0.6, 0.2, 0.3]]> : tensor<4x12xf32>
      %z = mbn.matmul %flat, %fc layer "fc" : tensor<3x12xf32>, tensor<4x12xf32> -> tensor<3x4xf32>
      return %z : tensor<3x4xf32>
    })"},
    {"Elements",
     R"(func.func @main(%x: tensor<3x2x6x6xf32>) -> tensor<3x4xf32> {
      %t = tosa.transpose %x {perms = array<i32: 0, 2, 3, 1>} : (tensor<3x2x6x6xf32>) -> tensor<3x6x6x2xf32>
      %pads = tosa.const_shape {values = dense<[0, 0, 1, 0, 0, 1, 0, 0]> : tensor<8xindex>} : () -> !tosa.shape<8>
      %zero = "tosa.const"() {values = dense<0.5> : tensor<1xf32>} : () -> tensor<1xf32>
      %padded = tosa.pad %t, %pads, %zero : (tensor<3x6x6x2xf32>, !tosa.shape<8>, tensor<1xf32>) -> tensor<3x7x7x2xf32>
      %from = tosa.const_shape {values = dense<[0, 1, 2, 0]> : tensor<4xindex>} : () -> !tosa.shape<4>
      %size = tosa.const_shape {values = dense<[3, 4, 4, 2]> : tensor<4xindex>} : () -> !tosa.shape<4>
      %part = tosa.slice %padded, %from, %size : (tensor<3x7x7x2xf32>, !tosa.shape<4>, !tosa.shape<4>) -> tensor<3x4x4x2xf32>
      %izp = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
      %avg = tosa.avg_pool2d %part, %izp, %izp {acc_type = f32, kernel = array<i64: 2, 2>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 2, 2>} : (tensor<3x4x4x2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<3x3x3x2xf32>
      %scale = "tosa.const"() {values = dense<[[[[1.5, -0.5]]]]> : tensor<1x1x1x2xf32>} : () -> tensor<1x1x1x2xf32>
      %shift = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
      %scaled = tosa.mul %avg, %scale, %shift : (tensor<3x3x3x2xf32>, tensor<1x1x1x2xf32>, tensor<1xi8>) -> tensor<3x3x3x2xf32>
      %sum = tosa.add %scaled, %avg : (tensor<3x3x3x2xf32>, tensor<3x3x3x2xf32>) -> tensor<3x3x3x2xf32>
      %less = tosa.sub %sum, %scale : (tensor<3x3x3x2xf32>, tensor<1x1x1x2xf32>) -> tensor<3x3x3x2xf32>
      %both = tosa.concat %less, %avg {axis = 3 : i32} : (tensor<3x3x3x2xf32>, tensor<3x3x3x2xf32>) -> tensor<3x3x3x4xf32>
      %most = tosa.reduce_max %both {axis = 1 : i32} : (tensor<3x3x3x4xf32>) -> tensor<3x1x3x4xf32>
      %all = tosa.reduce_sum %most {axis = 2 : i32} : (tensor<3x1x3x4xf32>) -> tensor<3x1x1x4xf32>
      %shape = tosa.const_shape {values = dense<[3, 4]> : tensor<2xindex>} : () -> !tosa.shape<2>
      %flat = tosa.reshape %all, %shape : (tensor<3x1x1x4xf32>, !tosa.shape<2>) -> tensor<3x4xf32>
      %e = tosa.exp %flat : (tensor<3x4xf32>) -> tensor<3x4xf32>
      %r = tosa.reciprocal %e : (tensor<3x4xf32>) -> tensor<3x4xf32>
      return %r : tensor<3x4xf32>
    })"},
    {"Levels",
     R"(!c = !mbn.tensor<3x3xf32, levels = #mbn.levels<step 0.5, zero 1, low 0.25, [1, 2]>>
    func.func @main(%x: tensor<3x3xf32>) -> tensor<3x4xf32> {
      %q = mbn.encode %x : tensor<3x3xf32> -> !c
      %d = mbn.decode %q : !c -> tensor<3x3xf32>
      %w = arith.constant dense<[[0.5, -0.25, 0.125], [1.0, 0.5, -0.5], [0.3, 0.2, 0.1], [-0.6, 0.4, 0.2]]> : tensor<4x3xf32>
      %b = arith.constant dense<[0.1, 0.2, 0.3, 0.4]> : tensor<4xf32>
      %y = mbn.matmul %d, %w bias %b layer "fc" : tensor<3x3xf32>, tensor<4x3xf32>, tensor<4xf32> -> tensor<3x4xf32>
      return %y : tensor<3x4xf32>
    })"},
    {"Groups",
     R"(func.func @main(%x: tensor<3x5x5x4xf32>) -> tensor<3x4xf32> {
      %w = arith.constant dense<[[[[0.3, -0.2], [0.5, 0.1]]], [[[-0.4, 0.7], [0.2, 0.6]]], [[[0.1, 0.2], [-0.3, 0.8]]], [[[0.9, -0.5], [0.3, 0.4]]]]> : tensor<4x1x2x2xf32>
      %y = mbn.conv2d %x, %w layer "groups" pad [0, 1, 0, 1] dilation [1, 2] groups 2 : tensor<3x5x5x4xf32>, tensor<4x1x2x2xf32> -> tensor<3x5x5x4xf32>
      %a = tosa.reduce_sum %y {axis = 1 : i32} : (tensor<3x5x5x4xf32>) -> tensor<3x1x5x4xf32>
      %b = tosa.reduce_max %a {axis = 2 : i32} : (tensor<3x1x5x4xf32>) -> tensor<3x1x1x4xf32>
      %shape = tosa.const_shape {values = dense<[3, 4]> : tensor<2xindex>} : () -> !tosa.shape<2>
      %z = tosa.reshape %b, %shape : (tensor<3x1x1x4xf32>, !tosa.shape<2>) -> tensor<3x4xf32>
      return %z : tensor<3x4xf32>
    })"}};

class EngineTest : public ::testing::TestWithParam<TestNetwork> {
protected:
  void SetUp() override {
    network = std::make_unique<Engines>(GetParam().text);
    if (!network->engine)
      GTEST_SKIP() << network->error;
    int64_t size = 1;
    for (int64_t dim : network->graph.inputShape)
      size *= dim;
    std::mt19937 random(1);
    inputs = randomFloats(random, 3 * size);
    network->labels = {2, 0, 3};
  }

  std::unique_ptr<Engines> network;
  std::vector<float> inputs;
};

TEST_P(EngineTest, EvaluatesAsTheInterpreter) {
  std::vector<int64_t> shape{3};
  llvm::append_range(shape, network->graph.inputShape);
  std::vector<float> outputs(12);
  network->run(inputs, 3, Loss::CrossEntropy, nullptr, false, outputs.data());
  TensorValue expected = network->network.interpret(floats(shape, inputs))[0];
  for (size_t i = 0; i < outputs.size(); ++i)
    EXPECT_NEAR(outputs[i], expected.floats()[i],
                1e-5 * (1 + std::abs(outputs[i])));
}

TEST_P(EngineTest, GradientsAgreeWithCentralDifferences) {
  for (Loss loss :
       {Loss::CrossEntropy, Loss::SquaredHinge, Loss::MeanSquaredError}) {
    // The last one beside a teacher's.
    if (loss == Loss::MeanSquaredError)
      network->teacher = {1, 0, -1, 2, 0.5, 3, 0, 0, -2, 1, 1, 0.25};
    std::vector<std::vector<float>> gradients;
    network->run(inputs, 3, loss, &gradients, true);
    for (auto [p, parameter] : llvm::enumerate(network->graph.parameters)) {
      if (parameter.role == Role::Statistic || parameter.role == Role::Levels)
        continue;
      for (size_t i = 0; i < network->values[p].size(); ++i) {
        float &value = network->values[p][i];
        float kept = value;
        constexpr float step = 3e-4f; // too short to meet a kink
        value = kept + step;
        double above = network->run(inputs, 3, loss, nullptr, true).loss;
        value = kept - step;
        double below = network->run(inputs, 3, loss, nullptr, true).loss;
        value = kept;
        EXPECT_NEAR((above - below) / (2 * step), gradients[p][i],
                    2e-3 + 0.03 * std::abs(gradients[p][i]))
            << parameter.name << " " << i;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, EngineTest, ::testing::ValuesIn(kNetworks),
                         [](const auto &info) { return info.param.name; });

TEST(Engine, StatisticsFollowTheBatches) {
  Engines network(kNetworks[0].text);
  if (!network.engine)
    GTEST_SKIP() << network.error;
  network.labels = {0, 1, 2};
  std::vector<float> inputs(3 * 60, 0);
  std::vector<std::vector<float>> before = network.values, gradients;
  network.run(inputs, 3, Loss::CrossEntropy, nullptr, false);
  EXPECT_EQ(network.values, before);
  network.run(inputs, 3, Loss::CrossEntropy, &gradients, true);
  for (auto [p, parameter] : llvm::enumerate(network.graph.parameters)) {
    if (parameter.role != Role::Statistic) {
      EXPECT_EQ(network.values[p], before[p]);
      continue;
    }
    // Everywhere the convolution gives its bias, so the variance is 0.
    bool mean = before[p][0] < 0.5f;
    float bias[] = {0.1f, -0.3f};
    for (int c = 0; c < 2; ++c)
      EXPECT_NEAR(network.values[p][c],
                  0.9f * before[p][c] + 0.1f * (mean ? bias[c] : 0), 1e-6);
  }
}

/// Instead of a gradient levels get the values that they stand for.
TEST(Engine, SamplesActivations) {
  Engines network(kNetworks[2].text);
  if (!network.engine)
    GTEST_SKIP() << network.error;
  for (int64_t rows : {3, 9000}) {
    std::mt19937 random(2);
    std::vector<float> inputs = randomFloats(random, 3 * rows);
    network.labels.assign(rows, 1);
    std::vector<std::vector<float>> gradients;
    network.run(inputs, rows, Loss::CrossEntropy, &gradients, true);
    const Parameter *levels = nullptr;
    for (auto [parameter, samples] :
         llvm::zip(network.graph.parameters, gradients)) {
      if (parameter.role != Role::Levels)
        continue;
      levels = &parameter;
      int64_t found = 0;
      for (float sample : samples)
        if (!std::isnan(sample)) {
          ++found;
          EXPECT_TRUE(llvm::is_contained(inputs, sample));
        }
      // Of one thread's part of the rows, but never more than there is room.
      EXPECT_GE(found, std::min<int64_t>(rows, kActivationSamples));
    }
    EXPECT_TRUE(levels);
  }
}

/// No channel is left out where rows are many.
TEST(Engine, SamplesAllChannels) {
  Engines network(kNetworks[2].text);
  if (!network.engine)
    GTEST_SKIP() << network.error;
  // Every so many elements, as many as are asked for, would be one channel.
  constexpr int64_t rows = 3 * 8192;
  std::vector<float> inputs(3 * rows);
  for (size_t i = 0; i < inputs.size(); ++i)
    inputs[i] = i % 3;
  network.labels.assign(rows, 1);
  std::vector<std::vector<float>> gradients;
  network.run(inputs, rows, Loss::CrossEntropy, &gradients, true);
  for (auto [parameter, samples] :
       llvm::zip(network.graph.parameters, gradients))
    if (parameter.role == Role::Levels)
      for (float channel : {0, 1, 2})
        EXPECT_NEAR(llvm::count(samples, channel), kActivationSamples / 3, 100);
}

/// 0.7 of the labels' loss and 0.3 of the cross-entropy to the teacher's
/// softmax.
TEST(Engine, LearnsFromATeacher) {
  Engines network(kNetworks[2].text);
  if (!network.engine)
    GTEST_SKIP() << network.error;
  network.labels = {0, 1, 2};
  std::vector<float> inputs(9, -10), outputs(12);
  double alone =
      network.run(inputs, 3, Loss::CrossEntropy, nullptr, false, outputs.data())
          .loss;
  network.teacher.assign(12, 0); // a softmax of a quarter each
  double expected = 0;
  for (int row = 0; row < 3; ++row) {
    double sum = 0, mean = 0;
    for (int c = 0; c < 4; ++c) {
      sum += std::exp(outputs[4 * row + c]);
      mean += outputs[4 * row + c] / 4;
    }
    expected += (std::log(sum) - mean) / 3;
  }
  EXPECT_NEAR(network.run(inputs, 3, Loss::CrossEntropy, nullptr, false).loss,
              0.7 * alone + 0.3 * expected, 1e-5);
}

TEST(Engine, CountsWhatIsRight) {
  Engines network(kNetworks[2].text);
  if (!network.engine)
    GTEST_SKIP() << network.error;
  std::vector<float> inputs(9, 0), outputs(12);
  network.labels = {3, 3, 3};
  network.run(inputs, 3, Loss::CrossEntropy, nullptr, false, outputs.data());
  int64_t best =
      std::max_element(outputs.begin(), outputs.begin() + 4) - outputs.begin();
  network.labels = {best, (best + 1) % 4, best};
  EXPECT_EQ(network.run(inputs, 3, Loss::CrossEntropy, nullptr, false).correct,
            2);
}

} // namespace
