//===- EvaluationTest.cpp - Tests of running data sets --------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Execution/NetworkEvaluation.h"
#include "unittests/Execution/TestNetworks.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"
#include <atomic>
#include <cmath>
#include <dlfcn.h>

using namespace subbit;
using namespace subbit::test;

namespace {

DataArray bytes(std::vector<int64_t> shape) {
  DataArray array;
  array.shape = std::move(shape);
  array.bytes.resize(array.numElements());
  for (size_t i = 0; i < array.bytes.size(); ++i)
    array.bytes[i] = static_cast<char>(i);
  return array;
}

std::string batchError(const TensorValue &input, const DataArray &images,
                       std::optional<Normalization> normalization = {}) {
  return messageOf(ImageBatches::create(input, images, normalization));
}

TensorValue zeros(std::vector<int64_t> shape) {
  int64_t size = 1;
  for (int64_t dim : shape)
    size *= dim;
  return floats(std::move(shape), std::vector<float>(size));
}

//===----------------------------------------------------------------------===//
// Batches
//===----------------------------------------------------------------------===//

TEST(ImageBatches, LastBatchRepeatsTheLastImage) {
  DataArray images = bytes({5, 1, 2});
  auto batches = llvm::cantFail(
      ImageBatches::create(indices({2, 2}, {0, 0, 0, 0}), images, {}));
  EXPECT_EQ(batches.numImages(), 5);
  EXPECT_EQ(batches.batchSize(), 2);
  ASSERT_EQ(batches.numBatches(), 3);
  EXPECT_EQ(batches.imagesIn(1), 2);
  EXPECT_EQ(batches.imagesIn(2), 1);
  EXPECT_EQ(batches.get(1), indices({2, 2}, {4, 5, 6, 7}));
  EXPECT_EQ(batches.get(2), indices({2, 2}, {8, 9, 8, 9}));
}

TEST(ImageBatches, NormalizesPerChannelOfAFlatInput) {
  DataArray images = bytes({2, 2, 1, 2});
  Normalization normalization{2, {1, 0}, {1, 4}};
  for (std::vector<int64_t> shape :
       {std::vector<int64_t>{1, 4}, std::vector<int64_t>{1, 2, 1, 2}}) {
    auto batches = llvm::cantFail(
        ImageBatches::create(zeros(shape), images, normalization));
    EXPECT_EQ(batches.get(1), floats(shape, {7, 9, 3, 3.5}));
  }
}

TEST(ImageBatches, FloatsAreLeftAlone) {
  DataArray images = toDataArray(floats({2, 2}, {0.1f, -2, 1e-30f, 4}));
  auto batches =
      llvm::cantFail(ImageBatches::create(zeros({1, 2}), images, {}));
  EXPECT_EQ(batches.get(1), floats({1, 2}, {1e-30f, 4}));
}

TEST(ImageBatches, ErrorsNameBothShapes) {
  DataArray images = bytes({4, 3, 5});
  EXPECT_EQ(batchError(indices({2, 1, 4, 4}, std::vector<uint8_t>(32)), images),
            "the data are uint8 4x3x5, which is 15 elements per image; the "
            "network's input is a batch of 2x1x4x4, which is 16 per image, "
            "channels first");
  // As many elements, but rows are columns: silence would be wrong results.
  EXPECT_NE(batchError(indices({1, 1, 5, 3}, std::vector<uint8_t>(15)), images),
            "");
  EXPECT_EQ(batchError(indices({1, 15}, std::vector<uint8_t>(15)), images), "");
  EXPECT_EQ(batchError(zeros({}), images),
            "the network's input has shape scalar, expected a batch of images");
}

TEST(ImageBatches, ErrorsNameTypes) {
  DataArray pixels = bytes({4, 2});
  DataArray numbers = toDataArray(zeros({4, 2}));
  TensorValue codes = indices({1, 2}, {0, 0});
  EXPECT_NE(batchError(zeros({1, 2}), pixels).find("--scale"),
            std::string::npos);
  EXPECT_EQ(batchError(zeros({1, 2}), pixels, Normalization()), "");
  EXPECT_EQ(batchError(codes, numbers),
            "the network takes raw uint8, the data are float32 4x2");
  EXPECT_NE(batchError(codes, pixels, Normalization())
                .find("already states its input's normalization"),
            std::string::npos);
  EXPECT_EQ(batchError(ints({1, 2}, {0, 0}), pixels),
            "the network takes int32, expected float32 or uint8");
  EXPECT_NE(batchError(zeros({1, 2}), pixels, Normalization{1, {0}, {0}}), "");
}

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

TEST(RunImages, DropsTheSurplusOfTheLastBatch) {
  DataArray images = bytes({5, 2});
  auto batches = llvm::cantFail(
      ImageBatches::create(indices({2, 2}, {0, 0, 0, 0}), images, {}));
  auto sums =
      [](const TensorValue &input) -> llvm::Expected<std::vector<TensorValue>> {
    auto x = input.indices();
    return std::vector<TensorValue>{ints({2, 1}, {x[0] + x[1], x[2] + x[3]}),
                                    input};
  };
  for (bool parallel : {false, true}) {
    RunResult result = llvm::cantFail(
        runImages([&] { return RunFunction(sums); }, batches, parallel));
    ASSERT_EQ(result.outputs.size(), 2u);
    EXPECT_EQ(result.outputs[0], ints({5, 1}, {1, 5, 9, 13, 17}));
    EXPECT_EQ(result.outputs[1],
              indices({5, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    EXPECT_LE(result.times.minimum, result.times.median);
  }
}

TEST(RunImages, OutputsMustHaveTheBatch) {
  DataArray images = bytes({4, 2});
  auto batches = llvm::cantFail(
      ImageBatches::create(indices({2, 2}, {0, 0, 0, 0}), images, {}));
  auto run =
      [](const TensorValue &) -> llvm::Expected<std::vector<TensorValue>> {
    return std::vector<TensorValue>{zeros({1, 3})};
  };
  EXPECT_EQ(messageOf(runImages([&] { return RunFunction(run); }, batches)),
            "the network's output has shape 1x3, expected a first dimension of "
            "2, the batch");
}

TEST(ParallelFor, CallsAllAndReturnsAnError) {
  std::atomic<int64_t> sum = 0;
  EXPECT_FALSE(parallelFor(100, [&](int64_t i) {
    sum += i;
    return llvm::Error::success();
  }));
  EXPECT_EQ(sum, 4950);
  EXPECT_EQ(llvm::toString(parallelFor(
                100, [&](int64_t) { return llvm::createStringError("no"); })),
            "no");
  EXPECT_FALSE(parallelFor(
      0, [&](int64_t) { return llvm::createStringError("called"); }));
}

TEST(RunTimes, MedianAndMinimum) {
  RunTimes times = summarize({5, 1, 9, 3, 7});
  EXPECT_EQ(times.median, 5);
  EXPECT_EQ(times.minimum, 1);
}

//===----------------------------------------------------------------------===//
// Classes
//===----------------------------------------------------------------------===//

TEST(Top1, TiesAreTheFirstClass) {
  EXPECT_EQ(classify(ints({3, 3}, {0, 2, 2, 5, 5, 5, -3, -2, -1})),
            (std::vector<int64_t>{1, 0, 2}));
  // A number is larger than none.
  EXPECT_EQ(classify(floats({2, 2}, {NAN, -1, -1, NAN})),
            (std::vector<int64_t>{1, 0}));
}

TEST(Top1, PercentOfTheLabels) {
  TensorValue scores = floats({4, 2}, {1, 0, 0, 1, 1, 1, 0, 1});
  EXPECT_EQ(llvm::cantFail(top1(scores, {0, 1, 0, 0})), 75.0);
}

TEST(Top1, LabelsAreChecked) {
  TensorValue scores = zeros({2, 3});
  EXPECT_EQ(messageOf(top1(scores, {0, 3})),
            "image 1 has label 3, the network's classes are 0 to 2");
  EXPECT_NE(messageOf(top1(scores, {-1, 0})), "");
  EXPECT_NE(messageOf(top1(scores, {0})), "");
}

//===----------------------------------------------------------------------===//
// Comparisons
//===----------------------------------------------------------------------===//

TEST(CountDifferences, ExactMeansBits) {
  float found[] = {1, -0.0f, NAN, 4};
  TensorValue expected = floats({4}, {1, 0.0f, NAN, std::nextafter(4.0f, 5.f)});
  EXPECT_EQ(countDifferences(expected, found, 4, Closeness::Exact), 2);
  EXPECT_EQ(countDifferences(expected, found, 3, Closeness::Exact), 1);
  uint8_t codes[] = {3, 2, 1};
  EXPECT_EQ(
      countDifferences(indices({3}, {1, 2, 3}), codes, 3, Closeness::Rounded),
      2);
}

TEST(CountDifferences, RoundedIsRelativeToTheLargest) {
  float found[] = {1000.05f, 0.09f, 0.2f, NAN, INFINITY, 5};
  TensorValue expected = floats({6}, {1000, 0, 0, NAN, INFINITY, NAN});
  EXPECT_EQ(countDifferences(expected, found, 6, Closeness::Rounded), 2);
}

TEST(CompareOutputs, CountsClassesAndDifferences) {
  OutputComparison comparison = llvm::cantFail(compareOutputs(
      {floats({2, 2}, {0, 1, 2, 0})}, {floats({2, 2}, {0, 1, 2, 2.5})}));
  EXPECT_EQ(comparison.values, 4);
  EXPECT_EQ(comparison.differences, 1);
  EXPECT_EQ(comparison.largestDifference, 2.5);
  EXPECT_EQ(comparison.sameClass, 50.0);
  EXPECT_EQ(messageOf(compareOutputs({zeros({1, 2})}, {zeros({1, 3})})),
            "outputs of shape 1x2 and 1x3 cannot be compared");
}

TEST(Evaluate, ReferenceEqualsInterpreter) {
  Convolution convolution;
  convolution.geometry = kGeometries.front().geometry;
  Network network(convolution.fused());
  Dataset dataset;
  dataset.images = bytes(convolution.inputShape());
  for (char &code : dataset.images.bytes)
    code &= 3;
  EvaluationOptions options;
  options.choose(/*isObject=*/false, RunMode::Interpreter, /*compare=*/true);
  EXPECT_EQ(options.compareWith, RunMode::Reference);
  Evaluation evaluation =
      llvm::cantFail(evaluate(nullptr, *network, *network, dataset, options));
  EXPECT_EQ(evaluation.report.images, dataset.images.numRows());
  ASSERT_TRUE(evaluation.report.outputs);
  EXPECT_EQ(evaluation.report.outputs->differences, 0);
  EXPECT_EQ(evaluation.report.outputs->sameClass, 100.0);
}

//===----------------------------------------------------------------------===//
// Shared objects
//===----------------------------------------------------------------------===//

std::string loadError(llvm::StringRef path) {
  return messageOf(CompiledNetwork::load(path, "network"));
}

TEST(CompiledNetwork, RefusesWhatIsNoSharedObject) {
  EXPECT_EQ(loadError("/no/such/network.so"),
            "'/no/such/network.so' cannot be read: No such file or directory");
  llvm::SmallString<128> path;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("network", "so", path));
  auto remove = llvm::make_scope_exit([&] { llvm::sys::fs::remove(path); });
  for (llvm::StringRef content : {"", "this is a text\n",
                                  "\x7f"
                                  "ELF"}) {
    std::error_code error;
    llvm::raw_fd_ostream(path, error) << content;
    EXPECT_NE(loadError(path).find("is no shared object: "), std::string::npos)
        << loadError(path);
  }
}

TEST(CompiledNetwork, RefusesSharedObjectsWithoutTheNetwork) {
  // The library that a function of LLVM is in holds no network.
  Dl_info info;
  ASSERT_NE(dladdr(reinterpret_cast<void *>(&llvm::errs), &info), 0);
  EXPECT_NE(loadError(info.dli_fname).find("has no symbol 'network_run'"),
            std::string::npos)
      << loadError(info.dli_fname);
}

} // namespace
