//===- Evaluation.h - Running networks over data sets --------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EXECUTION_EVALUATION_H
#define SUBBIT_EXECUTION_EVALUATION_H

#include "lib/Execution/DataFiles.h"
#include "lib/Execution/TensorValue.h"
#include <functional>
#include <optional>

namespace subbit {

/// A network with one input, however it is run. Not called by two threads at
/// once.
using RunFunction = std::function<llvm::Expected<std::vector<TensorValue>>(
    const TensorValue &)>;

/// The images of a data set as a network takes them: in batches of its first
/// dimension, the last one filled up with the last image.
class ImageBatches {
public:
  /// `input` is a tensor as the network takes it; its elements do not matter.
  /// Floats come from floats as they are, or from any numbers by way of a
  /// normalization; level indices come from uint8. An image and the input must
  /// have the same dimensions, where ones do not count and either may be flat.
  /// `images` must outlive the batches.
  static llvm::Expected<ImageBatches>
  create(const TensorValue &input, const DataArray &images,
         const std::optional<Normalization> &normalization);

  int64_t numImages() const { return images->numRows(); }
  /// Images per batch.
  int64_t batchSize() const { return input.shape.front(); }
  int64_t numBatches() const {
    return (numImages() + batchSize() - 1) / batchSize();
  }
  /// The images of batch `i` that do not just fill it up.
  int64_t imagesIn(int64_t i) const {
    return std::min(batchSize(), numImages() - i * batchSize());
  }
  /// The input of batch `i`.
  TensorValue get(int64_t i) const;

private:
  llvm::Error fill(TensorValue &batch, int64_t position, int64_t row) const;

  TensorValue input;
  const DataArray *images = nullptr;
  Normalization normalization;
  /// The shape that tells normalization the channels.
  llvm::SmallVector<int64_t, 4> imageShape;
};

/// Calls `function` for 0 to `count - 1` on all cores. Fails with the error of
/// one call that failed; others may not be made then.
llvm::Error parallelFor(int64_t count,
                        llvm::function_ref<llvm::Error(int64_t)> function);

/// Microseconds of single runs, of one batch each.
struct RunTimes {
  double median = 0, minimum = 0;
};
/// Of at least one run.
RunTimes summarize(std::vector<double> microseconds);

struct RunResult {
  /// [images, ...]
  std::vector<TensorValue> outputs;
  RunTimes times;
};

/// Runs all images. Makes one function, or one for each of several threads at
/// work. Fails if a run does, or if the first dimension of an output is not the
/// batch.
llvm::Expected<RunResult>
runImages(llvm::function_ref<RunFunction()> makeFunction,
          const ImageBatches &batches, bool parallel = false);

/// Times runs over the images after a warm-up, in this thread: every batch at
/// least once, and as many as fit into half a second, but no more than 1000.
llvm::Expected<RunTimes> benchmark(const RunFunction &run,
                                   const ImageBatches &batches);

/// The class of each row of `scores` ([rows, ...]): its largest element, the
/// first one of equals.
std::vector<int64_t> classify(const TensorValue &scores);

/// Percent of the rows of `scores` whose class is the label. Fails if a label
/// is no class.
llvm::Expected<double> top1(const TensorValue &scores,
                            llvm::ArrayRef<int64_t> labels);

/// The same elements as a file holds them.
DataArray toDataArray(const TensorValue &value);

} // namespace subbit

#endif // SUBBIT_EXECUTION_EVALUATION_H
