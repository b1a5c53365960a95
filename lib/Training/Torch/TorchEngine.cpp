//===- TorchEngine.cpp - Gradients by libtorch ----------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/Torch/TorchCalls.h"
#include <ATen/Parallel.h>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <limits>
#include <malloc.h>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <torch/torch.h>

using namespace subbit::training;
using at::Tensor;

namespace {

//===----------------------------------------------------------------------===//
// The engine
//===----------------------------------------------------------------------===//

/// A thread that waits for work. libtorch itself runs most of a backward pass
/// on one core, so parts of a batch are given to threads instead.
class Worker {
public:
  Worker() : thread([this] { work(); }) {}
  ~Worker() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      ends = true;
    }
    changed.notify_all();
    thread.join();
  }
  void start(std::function<void()> job) {
    {
      std::lock_guard<std::mutex> lock(mutex);
      pending = std::move(job);
    }
    changed.notify_all();
  }
  void wait() {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return !pending; });
  }

private:
  void work() {
    at::set_num_threads(1);
    std::unique_lock<std::mutex> lock(mutex);
    while (true) {
      changed.wait(lock, [&] { return pending || ends; });
      if (ends)
        return;
      lock.unlock();
      pending();
      lock.lock();
      pending = nullptr;
      changed.notify_all();
    }
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::function<void()> pending;
  bool ends = false;
  std::thread thread; ///< last: it uses the others
};

/// The array itself as a tensor.
template <typename T>
Tensor view(const T *data, std::vector<int64_t> shape, at::ScalarType type) {
  return at::from_blob(const_cast<T *>(data), shape, at::dtype(type));
}

/// Elements from all over the tensor; see kActivationSamples.
void sample(const Tensor &x, float *to) {
  Tensor flat = x.detach().contiguous();
  const float *from = flat.data_ptr<float>();
  int64_t size = flat.numel();
  // Multiples of the golden ratio, which no number of channels divides.
  constexpr double kGolden = 0.6180339887498949;
  for (int64_t k = 0; k < kActivationSamples; ++k)
    if (size <= kActivationSamples)
      to[k] = k < size ? from[k] : std::numeric_limits<float>::quiet_NaN();
    else
      to[k] = from[static_cast<int64_t>(std::fmod(k * kGolden, 1.0) * size)];
}

class TorchEngine : public Engine {
public:
  explicit TorchEngine(const Graph &graph);

  bool run(const Batch &batch, Loss loss,
           const std::vector<float *> &parameters,
           const std::vector<float *> &gradients, float *outputs,
           Outcome &outcome, std::string &error) override;

private:
  /// Some rows of a batch, and what they give; the loss is their part of the
  /// mean over all.
  struct Part {
    Batch batch;
    float *outputs = nullptr;
    std::vector<std::vector<float>> own; ///< gradients, of all but the first
    std::vector<float *> gradients;
    Outcome outcome;
    std::string error;
  };
  void runPart(Part &part, int64_t allRows, Loss loss,
               const std::vector<float *> &parameters);
  void evaluate(Part &part, int64_t allRows, Loss loss,
                const std::vector<float *> &parameters);

  Graph graph;
  /// Statistics of a batch are those of all of its rows.
  bool hasStatistics = false;
  std::vector<std::unique_ptr<Worker>> workers;
};

TorchEngine::TorchEngine(const Graph &graph) : graph(graph) {
  // Activations come and go with each batch: their memory stays with the
  // process instead of being mapped, and cleared, each time.
  mallopt(M_MMAP_THRESHOLD, 32 << 20); // the largest that it takes
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  for (const Node &node : graph.nodes)
    hasStatistics |= node.kind == Kind::Normalization;
  // What libtorch takes for the number of cores may be 1.
  const char *asked = std::getenv("OMP_NUM_THREADS");
  int threads = asked ? std::atoi(asked) : std::thread::hardware_concurrency();
  at::set_num_threads(std::max(threads, 1));
  for (int i = 1; i < threads; ++i)
    workers.push_back(std::make_unique<Worker>());
}

bool TorchEngine::run(const Batch &batch, Loss loss,
                      const std::vector<float *> &parameters,
                      const std::vector<float *> &gradients, float *outputs,
                      Outcome &outcome, std::string &error) {
  bool training = !gradients.empty();
  size_t threads = training && hasStatistics ? 1 : workers.size() + 1;
  int64_t share = (batch.rows + threads - 1) / threads;
  int64_t inputSize = 1;
  for (int64_t dim : graph.inputShape)
    inputSize *= dim;
  std::vector<Part> parts;
  for (int64_t first = 0; first < batch.rows; first += share) {
    Part part;
    part.batch = batch;
    part.batch.inputs += first * inputSize;
    part.batch.rows = std::min(share, batch.rows - first);
    if (batch.labels)
      part.batch.labels += first;
    if (batch.teacher)
      part.batch.teacher += first * graph.outputSize;
    if (outputs)
      part.outputs = outputs + first * graph.outputSize;
    part.gradients = gradients;
    if (first > 0) {
      part.own.resize(gradients.size());
      for (size_t i = 0; i < gradients.size(); ++i)
        if (graph.parameters[i].role == Role::Levels) {
          part.gradients[i] = nullptr;
        } else if (gradients[i]) {
          part.own[i].resize(graph.parameters[i].size());
          part.gradients[i] = part.own[i].data();
        }
    }
    parts.push_back(std::move(part));
  }
  if (parts.size() > 1)
    at::set_num_threads(1);
  for (size_t p = 1; p < parts.size(); ++p)
    workers[p - 1]->start(
        [&, p] { runPart(parts[p], batch.rows, loss, parameters); });
  runPart(parts[0], batch.rows, loss, parameters);
  outcome = parts[0].outcome;
  error = parts[0].error;
  for (size_t p = 1; p < parts.size(); ++p) {
    workers[p - 1]->wait();
    const Part &part = parts[p];
    outcome.loss += part.outcome.loss;
    outcome.correct += part.outcome.correct;
    if (error.empty())
      error = part.error;
    // In this order, so that sums are the same each time.
    for (size_t i = 0; i < part.own.size(); ++i)
      for (size_t k = 0; k < part.own[i].size(); ++k)
        gradients[i][k] += part.own[i][k];
  }
  if (parts.size() > 1)
    at::set_num_threads(workers.size() + 1);
  return error.empty();
}

void TorchEngine::runPart(Part &part, int64_t allRows, Loss loss,
                          const std::vector<float *> &parameters) {
  try {
    evaluate(part, allRows, loss, parameters);
  } catch (const c10::Error &e) {
    part.error = e.what_without_backtrace();
  } catch (const std::exception &e) {
    part.error = e.what();
  }
}

void TorchEngine::evaluate(Part &part, int64_t allRows, Loss loss,
                           const std::vector<float *> &parameters) {
  const Batch &batch = part.batch;
  bool training = !part.gradients.empty();
  at::AutoGradMode enable(training);
  std::vector<Tensor> values(graph.numValues);
  std::map<int, float *> samples; // by the value of their levels
  std::vector<int64_t> shape{batch.rows};
  shape.insert(shape.end(), graph.inputShape.begin(), graph.inputShape.end());
  values[graph.input] = view(batch.inputs, shape, at::kFloat);
  for (size_t i = 0; i < graph.parameters.size(); ++i) {
    const Parameter &parameter = graph.parameters[i];
    Tensor &tensor = values[parameter.value];
    tensor = view(parameters[i], parameter.shape, at::kFloat);
    if (!training || !part.gradients[i])
      continue;
    if (parameter.role == Role::Levels) {
      samples[parameter.value] = part.gradients[i];
      continue;
    }
    tensor.requires_grad_();
    tensor.mutable_grad() =
        view(part.gradients[i], parameter.shape, at::kFloat).zero_();
  }
  for (const Node &node : graph.nodes) {
    std::vector<Tensor> operands;
    for (int operand : node.operands)
      operands.push_back(values[operand]);
    if (node.kind == Kind::Quantize)
      if (auto wanted = samples.find(node.operands[1]); wanted != samples.end())
        sample(operands[0], wanted->second);
    try {
      values[node.result] = callNode(node, operands, training);
    } catch (const c10::Error &e) {
      throw std::runtime_error("'" + node.name +
                               "': " + e.what_without_backtrace());
    }
  }
  Tensor result = values[graph.output];
  if (part.outputs)
    view(part.outputs, result.sizes().vec(), at::kFloat).copy_(result.detach());
  if (!batch.labels)
    return;
  Tensor labels = view(batch.labels, {batch.rows}, at::kLong);
  Tensor teacher;
  if (batch.teacher)
    teacher = view(batch.teacher, result.sizes().vec(), at::kFloat);
  Tensor total = callLoss(loss, result, labels, teacher, batch.teacherWeight) *
                 (static_cast<double>(batch.rows) / allRows);
  part.outcome.loss = total.item<double>();
  part.outcome.correct =
      result.detach().argmax(1).eq(labels).sum().item<int64_t>();
  if (training && total.requires_grad())
    total.backward();
}

} // namespace

extern "C" __attribute__((visibility("default"))) Engine *
subbitMakeEngine(const Graph &graph, std::string &error) {
  try {
    return new TorchEngine(graph);
  } catch (const std::exception &e) {
    error = e.what();
    return nullptr;
  }
}
