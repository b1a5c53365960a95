//===- Evaluation.cpp - Running networks over data sets -------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Execution/Evaluation.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <numeric>
#include <thread>

using namespace subbit;
using llvm::ArrayRef;
using llvm::Twine;

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

static llvm::SmallVector<int64_t, 4> withoutOnes(ArrayRef<int64_t> shape) {
  llvm::SmallVector<int64_t, 4> result;
  llvm::copy_if(shape, std::back_inserter(result),
                [](int64_t dim) { return dim != 1; });
  return result;
}

static llvm::Error checkShapes(ArrayRef<int64_t> input,
                               const DataArray &images) {
  if (input.empty() || input.front() < 1)
    return llvm::createStringError("the network's input has shape " +
                                   shapeToString(input) +
                                   ", expected a batch of images");
  auto expected = withoutOnes(input.drop_front());
  auto found = withoutOnes(
      ArrayRef<int64_t>(images.shape).drop_front(!images.shape.empty()));
  int64_t size = std::accumulate(expected.begin(), expected.end(), int64_t(1),
                                 std::multiplies<int64_t>());
  bool fits = expected == found || expected.size() < 2 || found.size() < 2;
  if (size == images.rowSize() && fits)
    return llvm::Error::success();
  return llvm::createStringError(
      "the data are " + images.describe() + ", which is " +
      Twine(images.rowSize()) +
      " elements per image; the network's input is a batch of " +
      shapeToString(input) + ", which is " + Twine(size) +
      " per image, channels first");
}

static llvm::Error
checkTypes(const TensorValue &input, const DataArray &images,
           const std::optional<Normalization> &normalization) {
  bool isFloat = images.type == DataArray::Type::Float32 ||
                 images.type == DataArray::Type::Float64;
  if (std::holds_alternative<std::vector<float>>(input.data)) {
    if (normalization || isFloat)
      return llvm::Error::success();
    return llvm::createStringError(
        "the network takes floats, the data are " + images.describe() +
        "; say by --scale, --mean and --std what makes one of the other (x = "
        "(pixel * scale - mean) / std), for pixels as they are --scale 1");
  }
  if (!std::holds_alternative<std::vector<uint8_t>>(input.data))
    return llvm::createStringError("the network takes int32, expected float32 "
                                   "or uint8");
  if (normalization)
    return llvm::createStringError(
        "--scale, --mean and --std do not apply: the network takes uint8, the "
        "model's recipe already states its input's normalization");
  if (images.type != DataArray::Type::UInt8)
    return llvm::createStringError(
        "the network takes raw uint8, the data are " + images.describe());
  return llvm::Error::success();
}

llvm::Expected<ImageBatches>
ImageBatches::create(const TensorValue &input, const DataArray &images,
                     const std::optional<Normalization> &normalization) {
  if (llvm::Error error = checkShapes(input.shape, images))
    return std::move(error);
  if (llvm::Error error = checkTypes(input, images, normalization))
    return std::move(error);
  ImageBatches batches;
  batches.input = input;
  batches.images = &images;
  batches.normalization = normalization.value_or(Normalization());
  // A flat input leaves it to the data to have channels.
  ArrayRef<int64_t> shape = ArrayRef<int64_t>(input.shape).drop_front();
  if (shape.size() != 3)
    shape = ArrayRef<int64_t>(images.shape).drop_front(!images.shape.empty());
  batches.imageShape.assign(shape.begin(), shape.end());
  // What is wrong with the normalization shows with every image.
  if (llvm::Error error = batches.fill(batches.input, 0, 0))
    return std::move(error);
  return batches;
}

llvm::Error ImageBatches::fill(TensorValue &batch, int64_t position,
                               int64_t row) const {
  int64_t size = images->rowSize();
  if (auto *values = std::get_if<std::vector<float>>(&batch.data))
    return normalize(
        normalization, *images, row, imageShape,
        llvm::MutableArrayRef<float>(*values).slice(position * size, size));
  auto *indices = std::get_if<std::vector<uint8_t>>(&batch.data);
  std::copy_n(images->bytes.begin() + row * size, size,
              indices->begin() + position * size);
  return llvm::Error::success();
}

TensorValue ImageBatches::get(int64_t i) const {
  TensorValue batch = input;
  for (int64_t position = 0; position < batchSize(); ++position)
    llvm::cantFail(fill(batch, position,
                        std::min(i * batchSize() + position, numImages() - 1)));
  return batch;
}

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

llvm::Error
subbit::parallelFor(int64_t count,
                    llvm::function_ref<llvm::Error(int64_t)> function) {
  std::atomic<int64_t> next = 0;
  std::mutex mutex;
  std::optional<llvm::Error> failure;
  auto work = [&] {
    for (int64_t i = next++; i < count; i = next++) {
      llvm::Error error = function(i);
      if (!error)
        continue;
      next = count;
      std::lock_guard<std::mutex> lock(mutex);
      if (failure)
        llvm::consumeError(std::move(error));
      else
        failure = std::move(error);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < std::thread::hardware_concurrency(); ++i)
    threads.emplace_back(work);
  work();
  for (std::thread &thread : threads)
    thread.join();
  return failure ? std::move(*failure) : llvm::Error::success();
}

RunTimes subbit::summarize(std::vector<double> microseconds) {
  llvm::sort(microseconds);
  return {microseconds[microseconds.size() / 2], microseconds.front()};
}

static double microsecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::micro>(
             std::chrono::steady_clock::now() - start)
      .count();
}

/// Copies the first `rows` of `batch` to row `row` of `all`.
static void copyRows(const TensorValue &batch, int64_t rows, TensorValue &all,
                     int64_t row) {
  int64_t size = batch.size() / batch.shape.front();
  std::visit(
      [&](auto &to) {
        auto &from = std::get<std::decay_t<decltype(to)>>(batch.data);
        std::copy_n(from.begin(), rows * size, to.begin() + row * size);
      },
      all.data);
}

/// Room for what `batch` is of one batch only.
static llvm::Expected<TensorValue> makeRows(const TensorValue &batch,
                                            const ImageBatches &batches) {
  if (batch.shape.empty() || batch.shape.front() != batches.batchSize())
    return llvm::createStringError("the network's output has shape " +
                                   shapeToString(batch.shape) +
                                   ", expected a first dimension of " +
                                   Twine(batches.batchSize()) + ", the batch");
  TensorValue all = batch;
  all.shape.front() = batches.numImages();
  int64_t size = batch.size() / batch.shape.front() * batches.numImages();
  std::visit([&](auto &values) { values.resize(size); }, all.data);
  return all;
}

llvm::Expected<RunResult>
subbit::runImages(llvm::function_ref<RunFunction()> makeFunction,
                  const ImageBatches &batches, bool parallel) {
  RunResult result;
  std::vector<double> times(batches.numBatches());
  auto runBatch = [&](const RunFunction &run, int64_t i) -> llvm::Error {
    TensorValue input = batches.get(i);
    auto start = std::chrono::steady_clock::now();
    auto outputs = run(input);
    times[i] = microsecondsSince(start);
    if (!outputs)
      return outputs.takeError();
    for (auto [n, output] : llvm::enumerate(*outputs)) {
      if (i == 0) {
        auto rows = makeRows(output, batches);
        if (!rows)
          return rows.takeError();
        result.outputs.push_back(std::move(*rows));
      }
      copyRows(output, batches.imagesIn(i), result.outputs[n],
               i * batches.batchSize());
    }
    return llvm::Error::success();
  };
  // The first batch says what the outputs are.
  RunFunction run = makeFunction();
  if (llvm::Error error = runBatch(run, 0))
    return std::move(error);
  if (parallel) {
    if (llvm::Error error =
            parallelFor(batches.numBatches() - 1, [&](int64_t i) {
              return runBatch(makeFunction(), i + 1);
            }))
      return std::move(error);
  } else {
    for (int64_t i = 1; i < batches.numBatches(); ++i)
      if (llvm::Error error = runBatch(run, i))
        return std::move(error);
  }
  result.times = summarize(std::move(times));
  return result;
}

llvm::Expected<RunTimes> subbit::benchmark(const RunFunction &run,
                                           const ImageBatches &batches) {
  constexpr double warmUp = 1e5, enough = 5e5;
  constexpr size_t most = 1000;
  std::vector<double> times;
  auto begin = std::chrono::steady_clock::now();
  bool warm = false;
  for (int64_t i = 0;; i = (i + 1) % batches.numBatches()) {
    TensorValue input = batches.get(i);
    auto start = std::chrono::steady_clock::now();
    if (auto outputs = run(input); !outputs)
      return outputs.takeError();
    times.push_back(microsecondsSince(start));
    double elapsed = microsecondsSince(begin);
    if (!warm && elapsed > warmUp) {
      warm = true;
      times.clear();
      begin = std::chrono::steady_clock::now();
      i = -1;
    } else if (warm &&
               times.size() >= static_cast<size_t>(batches.numBatches()) &&
               (times.size() >= most || elapsed > enough)) {
      return summarize(std::move(times));
    }
  }
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

std::vector<int64_t> subbit::classify(const TensorValue &scores) {
  int64_t rows = scores.shape.empty() ? 1 : scores.shape.front();
  int64_t size = rows == 0 ? 0 : scores.size() / rows;
  std::vector<int64_t> classes(rows, 0);
  std::visit(
      [&](auto &values) {
        for (int64_t row = 0; row < rows; ++row) {
          auto *score = values.data() + row * size;
          for (int64_t i = 1; i < size; ++i)
            if (auto best = score[classes[row]];
                score[i] > best || (best != best && score[i] == score[i]))
              classes[row] = i;
        }
      },
      scores.data);
  return classes;
}

llvm::Expected<double> subbit::top1(const TensorValue &scores,
                                    ArrayRef<int64_t> labels) {
  std::vector<int64_t> classes = classify(scores);
  if (classes.size() != labels.size() || labels.empty())
    return llvm::createStringError(Twine(labels.size()) + " labels for " +
                                   Twine(classes.size()) + " images");
  int64_t numClasses = scores.size() / static_cast<int64_t>(classes.size());
  int64_t right = 0;
  for (auto [i, label] : llvm::enumerate(labels)) {
    if (label < 0 || label >= numClasses)
      return llvm::createStringError(
          "image " + Twine(i) + " has label " + Twine(label) +
          ", the network's classes are 0 to " + Twine(numClasses - 1));
    right += classes[i] == label;
  }
  return 100.0 * right / labels.size();
}

DataArray subbit::toDataArray(const TensorValue &value) {
  static constexpr DataArray::Type types[] = {
      DataArray::Type::Float32, DataArray::Type::Int32, DataArray::Type::UInt8};
  DataArray array;
  array.type = types[value.data.index()];
  array.shape = value.shape;
  std::visit(
      [&](auto &values) {
        auto *bytes = reinterpret_cast<const char *>(values.data());
        array.bytes.assign(bytes, bytes + values.size() * sizeof(values[0]));
      },
      value.data);
  return array;
}
