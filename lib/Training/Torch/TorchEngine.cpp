//===- TorchEngine.cpp - Gradients by libtorch ----------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/Engine.h"
#include <ATen/Parallel.h>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <malloc.h>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <torch/torch.h>
#include <torch/version.h>

using namespace subbit::training;
using at::Tensor;

namespace {

//===----------------------------------------------------------------------===//
// One function for each kind of node
//===----------------------------------------------------------------------===//

using Operands = std::vector<Tensor>;
using Rule = Tensor (*)(const Node &node, const Operands &in, bool training);

at::IntArrayRef integers(const Node &node, size_t begin, size_t count) {
  return at::IntArrayRef(node.integers).slice(begin, count);
}

// libtorch's images are NCHW; a permuted view of NHWC is what it calls
// channels last, and nothing is copied.
Tensor toNCHW(const Tensor &x) { return x.permute({0, 3, 1, 2}); }
Tensor toNHWC(const Tensor &x) { return x.permute({0, 2, 3, 1}); }

/// Positions outside the image take `value`; pads are (t, b, l, r).
Tensor padImage(const Tensor &x, at::IntArrayRef pad, double value) {
  if (pad[0] == 0 && pad[1] == 0 && pad[2] == 0 && pad[3] == 0)
    return x;
  return at::constant_pad_nd(x, {pad[2], pad[3], pad[0], pad[1]}, value);
}

Tensor convolution(const Node &node, const Operands &in, bool) {
  at::IntArrayRef pad = integers(node, 0, 4);
  Tensor x = toNCHW(in[0]);
  std::array<int64_t, 2> both{0, 0};
  if (pad[0] == pad[1] && pad[2] == pad[3])
    both = {pad[0], pad[2]};
  else
    x = padImage(x, pad, 0);
  Tensor bias = in.size() > 2 ? in[2] : Tensor();
  return toNHWC(at::conv2d(x, toNCHW(in[1]), bias, integers(node, 4, 2), both,
                           integers(node, 6, 2), node.integers[8]));
}

Tensor product(const Node &, const Operands &in, bool) {
  return at::linear(in[0], in[1],
                    in.size() > 2 ? c10::optional<Tensor>(in[2])
                                  : c10::nullopt);
}

Tensor normalization(const Node &node, const Operands &in, bool training) {
  constexpr double momentum = 0.1;
  int64_t last = in[0].dim() - 1;
  Tensor x = last == 1 ? in[0] : in[0].movedim(last, 1);
  Tensor y = at::batch_norm(x, in[1], in[2], in[3], in[4], training, momentum,
                            node.floats[0], /*cudnn_enabled=*/false);
  return last == 1 ? y : y.movedim(1, last);
}

Tensor clamp(const Node &node, const Operands &in, bool) {
  float least = node.floats[0], most = node.floats[1];
  if (least == 0 && most == std::numeric_limits<float>::max())
    return at::relu(in[0]);
  return at::clamp(in[0], least, most);
}

Tensor maxPool(const Node &node, const Operands &in, bool) {
  Tensor x = padImage(toNCHW(in[0]), integers(node, 4, 4),
                      -std::numeric_limits<double>::infinity());
  return toNHWC(at::max_pool2d(x, integers(node, 0, 2), integers(node, 2, 2)));
}

Tensor averagePool(const Node &node, const Operands &in, bool) {
  at::IntArrayRef pad = integers(node, 4, 4);
  auto pool = [&](const Tensor &x) {
    return at::avg_pool2d(padImage(x, pad, 0), integers(node, 0, 2),
                          integers(node, 2, 2));
  };
  Tensor x = toNCHW(in[0]), y = pool(x);
  if (pad != at::IntArrayRef({0, 0, 0, 0}))
    y = y / pool(at::ones_like(x).slice(0, 0, 1).slice(1, 0, 1));
  return toNHWC(y);
}

Tensor reshape(const Node &node, const Operands &in, bool) {
  std::vector<int64_t> shape(node.integers);
  shape[0] = in[0].size(0);
  return in[0].reshape(shape);
}

Tensor transpose(const Node &node, const Operands &in, bool) {
  return in[0].permute(node.integers);
}

Tensor pad(const Node &node, const Operands &in, bool) {
  std::vector<int64_t> pads; // the last dimension first
  for (size_t d = node.integers.size() / 2; d-- > 0;) {
    pads.push_back(node.integers[2 * d]);
    pads.push_back(node.integers[2 * d + 1]);
  }
  return at::constant_pad_nd(in[0], pads, node.floats[0]);
}

Tensor slice(const Node &node, const Operands &in, bool) {
  Tensor x = in[0];
  for (size_t d = 0; d < node.integers.size() / 2; ++d)
    x = x.narrow(d + 1, node.integers[2 * d], node.integers[2 * d + 1]);
  return x;
}

Tensor concat(const Node &node, const Operands &in, bool) {
  return at::cat(in, node.integers[0]);
}

Tensor add(const Node &, const Operands &in, bool) { return in[0] + in[1]; }
Tensor subtract(const Node &, const Operands &in, bool) {
  return in[0] - in[1];
}
Tensor multiply(const Node &, const Operands &in, bool) {
  return in[0] * in[1];
}
Tensor exponential(const Node &, const Operands &in, bool) {
  return at::exp(in[0]);
}
Tensor reciprocal(const Node &, const Operands &in, bool) {
  return at::reciprocal(in[0]);
}
Tensor reduceSum(const Node &node, const Operands &in, bool) {
  return at::sum(in[0], node.integers, /*keepdim=*/true);
}
Tensor reduceMax(const Node &node, const Operands &in, bool) {
  return at::amax(in[0], node.integers, /*keepdim=*/true);
}

Tensor quantize(const Node &node, const Operands &in, bool) {
  size_t count = (node.floats.size() + 1) / 2;
  Tensor levels = at::tensor(at::ArrayRef<float>(node.floats).slice(0, count));
  Tensor thresholds = at::tensor(at::ArrayRef<float>(node.floats).slice(count));
  Tensor index = at::bucketize(in[0].detach().contiguous(), thresholds,
                               /*out_int32=*/false, /*right=*/true);
  Tensor nearest = levels.index_select(0, index.flatten()).view(index.sizes());
  Tensor clamped = at::clamp(in[0], levels[0].item<float>(),
                             levels[count - 1].item<float>());
  return clamped + (nearest - clamped).detach();
}

Rule ruleOf(Kind kind) {
  switch (kind) {
  case Kind::Convolution:
    return convolution;
  case Kind::Product:
    return product;
  case Kind::Normalization:
    return normalization;
  case Kind::Clamp:
    return clamp;
  case Kind::MaxPool:
    return maxPool;
  case Kind::AveragePool:
    return averagePool;
  case Kind::Reshape:
    return reshape;
  case Kind::Transpose:
    return transpose;
  case Kind::Pad:
    return pad;
  case Kind::Slice:
    return slice;
  case Kind::Concat:
    return concat;
  case Kind::Add:
    return add;
  case Kind::Subtract:
    return subtract;
  case Kind::Multiply:
    return multiply;
  case Kind::Exponential:
    return exponential;
  case Kind::Reciprocal:
    return reciprocal;
  case Kind::ReduceSum:
    return reduceSum;
  case Kind::ReduceMax:
    return reduceMax;
  case Kind::Quantize:
    return quantize;
  }
  throw std::logic_error("no such kind of node");
}

//===----------------------------------------------------------------------===//
// Losses
//===----------------------------------------------------------------------===//

Tensor lossOf(Loss loss, const Tensor &outputs, const Tensor &labels,
              const Tensor &targets) {
  switch (loss) {
  case Loss::CrossEntropy: {
    Tensor hard =
        labels.defined() ? at::cross_entropy_loss(outputs, labels) : Tensor();
    if (!targets.defined())
      return hard;
    Tensor soft = at::cross_entropy_loss(outputs, at::softmax(targets, 1));
    return hard.defined() ? (hard + soft) / 2 : soft;
  }
  case Loss::SquaredHinge: {
    Tensor signs = at::full_like(outputs, -1);
    signs.scatter_(1, labels.unsqueeze(1), 1.0);
    return at::clamp_min(1 - signs * outputs, 0).square().mean();
  }
  case Loss::MeanSquaredError:
    return at::mse_loss(outputs, targets);
  }
  throw std::logic_error("no such loss");
}

//===----------------------------------------------------------------------===//
// The engine
//===----------------------------------------------------------------------===//

/// A thread that waits for work. libtorch itself runs most of a backward pass
/// on one core, so parts of a batch are given to threads instead.
class Worker {
public:
  Worker() : thread([this] { work(); }) {}
  ~Worker() {
    start([] {});
    wait();
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

class TorchEngine : public Engine {
public:
  explicit TorchEngine(const Graph &graph);

  bool run(const Batch &batch, Loss loss,
           const std::vector<float *> &parameters,
           const std::vector<float *> &gradients, float *outputs,
           Outcome &outcome, std::string &error) override;

  std::string describe() const override {
    return "libtorch " TORCH_VERSION ", " + std::to_string(workers.size() + 1) +
           " threads";
  }

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
    part.batch = {
        batch.inputs + first * inputSize, std::min(share, batch.rows - first),
        batch.labels ? batch.labels + first : nullptr,
        batch.targets ? batch.targets + first * graph.outputSize : nullptr};
    if (outputs)
      part.outputs = outputs + first * graph.outputSize;
    part.gradients = gradients;
    if (first > 0) {
      part.own.resize(gradients.size());
      for (size_t i = 0; i < gradients.size(); ++i)
        if (gradients[i]) {
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
  std::vector<int64_t> shape{batch.rows};
  shape.insert(shape.end(), graph.inputShape.begin(), graph.inputShape.end());
  values[graph.input] = view(batch.inputs, shape, at::kFloat);
  for (size_t i = 0; i < graph.parameters.size(); ++i) {
    const Parameter &parameter = graph.parameters[i];
    Tensor &tensor = values[parameter.value];
    tensor = view(parameters[i], parameter.shape, at::kFloat);
    if (!training || !part.gradients[i])
      continue;
    tensor.requires_grad_();
    tensor.mutable_grad() =
        view(part.gradients[i], parameter.shape, at::kFloat).zero_();
  }
  for (const Node &node : graph.nodes) {
    Operands operands;
    for (int operand : node.operands)
      operands.push_back(values[operand]);
    try {
      values[node.result] = ruleOf(node.kind)(node, operands, training);
    } catch (const c10::Error &e) {
      throw std::runtime_error("'" + node.name +
                               "': " + e.what_without_backtrace());
    }
  }
  Tensor result = values[graph.output];
  Tensor labels, targets;
  if (batch.labels)
    labels = view(batch.labels, {batch.rows}, at::kLong);
  if (batch.targets)
    targets = view(batch.targets, result.sizes().vec(), at::kFloat);
  Tensor total = lossOf(loss, result, labels, targets) *
                 (static_cast<double>(batch.rows) / allRows);
  part.outcome.loss = total.item<double>();
  if (batch.labels)
    part.outcome.correct =
        result.detach().argmax(1).eq(labels).sum().item<int64_t>();
  if (part.outputs)
    view(part.outputs, result.sizes().vec(), at::kFloat).copy_(result.detach());
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
