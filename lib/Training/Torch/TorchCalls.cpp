//===- TorchCalls.cpp - Nodes and losses as calls of libtorch -------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/Torch/TorchCalls.h"
#include <limits>
#include <stdexcept>

using namespace subbit;
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

Tensor quantize(const Node &, const Operands &in, bool) {
  int64_t count = (in[1].size(0) + 1) / 2;
  Tensor levels = in[1].narrow(0, 0, count);
  Tensor thresholds = in[1].narrow(0, count, count - 1);
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

} // namespace

Tensor training::callNode(const Node &node, const std::vector<Tensor> &operands,
                          bool training) {
  return ruleOf(node.kind)(node, operands, training);
}

//===----------------------------------------------------------------------===//
// Losses
//===----------------------------------------------------------------------===//

static Tensor lossOf(Loss loss, const Tensor &outputs, const Tensor &labels) {
  auto oneHot = [&](double others) {
    Tensor wanted = at::full_like(outputs, others);
    return wanted.scatter_(1, labels.unsqueeze(1), 1.0);
  };
  switch (loss) {
  case Loss::CrossEntropy:
    return at::cross_entropy_loss(outputs, labels);
  case Loss::SquaredHinge:
    return at::clamp_min(1 - oneHot(-1) * outputs, 0).square().mean();
  case Loss::MeanSquaredError:
    return at::mse_loss(outputs, oneHot(0));
  }
  throw std::logic_error("no such loss");
}

Tensor training::callLoss(Loss loss, const Tensor &outputs,
                          const Tensor &labels, const Tensor &teacher,
                          double teacherWeight) {
  Tensor own = lossOf(loss, outputs, labels);
  if (!teacher.defined())
    return own;
  Tensor theirs = at::cross_entropy_loss(outputs, at::softmax(teacher, 1));
  return (1 - teacherWeight) * own + teacherWeight * theirs;
}
