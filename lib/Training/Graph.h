//===- Graph.h - A network as a list of calls ----------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TRAINING_GRAPH_H
#define SUBBIT_TRAINING_GRAPH_H

#include <cstdint>
#include <string>
#include <vector>

namespace subbit::training {

/// What a node computes on tensors of floats. Images are NHWC, weights of
/// convolutions OHWI, those of matrix products [outputs, inputs].
enum class Kind {
  Convolution,   ///< x, w, [bias]; pad (t, b, l, r), stride, dilation, groups
  Product,       ///< x, w, [bias]
  Normalization, ///< x, scale, bias, mean, variance over the last dimension;
                 ///< epsilon. Batch statistics while training
  Clamp,         ///< x; least, most
  MaxPool,       ///< x; kernel, stride, pad (t, b, l, r)
  AveragePool,   ///< the same; positions outside do not count
  Reshape,       ///< x; shape, its first dimension the batch
  Transpose,     ///< x; permutation
  Pad,           ///< x; low and high of each dimension; value
  Slice,         ///< x; start and size of each dimension but the first
  Concat,        ///< all operands; axis
  Add,           ///< x, y; broadcast
  Subtract,      ///< x, y
  Multiply,      ///< x, y
  Exponential,   ///< x
  Reciprocal,    ///< x
  ReduceSum,     ///< x; axis, which stays with one element
  ReduceMax,     ///< the same
  Quantize,      ///< x, levels; to the nearest level. The gradient passes
                 ///< between the lowest and the highest level
};

struct Node {
  Kind kind;
  /// The layer or operation, for messages.
  std::string name;
  std::vector<int> operands; ///< values
  int result = 0;            ///< value
  std::vector<int64_t> integers;
  std::vector<float> floats;
};

/// How a constant of the network is treated.
enum class Role {
  Weights,   ///< of a convolution or product
  Trained,   ///< biases, scales
  Statistic, ///< mean or variance of a batch normalization: follows the batches
  Levels,    ///< of activations, rising, then the thresholds between them
  Fixed,     ///< none of these
};

/// Which weights of a float layer are trained together.
enum class Tie {
  None,   ///< each is a parameter: dense
  Zeros,  ///< those that are 0 stay 0: masked
  Values, ///< and equal ones stay equal: shared
};

struct Parameter {
  int value = 0;
  Role role = Role::Fixed;
  Tie tie = Tie::None; ///< of Weights without bases
  std::string name;
  std::vector<int64_t> shape;
  bool isFrozen = false; ///< stays as it is, whatever its role
  /// Of weights: how many the model's layer had, before dead outputs went.
  int64_t modelSize = 0;

  int64_t size() const {
    int64_t product = 1;
    for (int64_t dim : shape)
      product *= dim;
    return product;
  }
};

/// What a step of training tells of the activations that levels stand for,
/// where there are as many; NaN behind them.
constexpr int64_t kActivationSamples = 4096;

/// A network of one input and one output. Values are numbered; each is the
/// input, a parameter or the result of one node, and nodes come in order.
struct Graph {
  int numValues = 0;
  int input = 0, output = 0;
  std::vector<int64_t> inputShape; ///< of one row, without the batch
  int64_t outputSize = 1;          ///< elements of one row of the output
  std::vector<Parameter> parameters;
  std::vector<Node> nodes;
};

} // namespace subbit::training

#endif // SUBBIT_TRAINING_GRAPH_H
