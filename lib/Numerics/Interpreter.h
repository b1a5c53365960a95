//===- Interpreter.h - The arithmetic, in plain loops -----------*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// docs/Arithmetic.md as code. Every kernel equals these functions bit for bit;
// they share no code with packing, lowering or kernels.
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_NUMERICS_INTERPRETER_H
#define SUBBIT_NUMERICS_INTERPRETER_H

#include "lib/Numerics/Levels.h"
#include "llvm/ADT/ArrayRef.h"
#include <array>
#include <cstdint>
#include <vector>

namespace subbit::numerics {

/// Input [batch, height, width, channels], weights [outputs, kernelHeight,
/// kernelWidth, channels / groups]. A matrix product is a convolution of
/// 1 x 1 positions.
struct ConvGeometry {
  int64_t batch = 1, height = 1, width = 1, channels = 1;
  int64_t outputs = 1, kernelHeight = 1, kernelWidth = 1;
  int64_t padTop = 0, padLeft = 0, padBottom = 0, padRight = 0;
  int64_t strideY = 1, strideX = 1, dilationY = 1, dilationX = 1;
  int64_t groups = 1;

  int64_t outputHeight() const {
    return (height + padTop + padBottom - dilationY * (kernelHeight - 1) - 1) /
               strideY +
           1;
  }
  int64_t outputWidth() const {
    return (width + padLeft + padRight - dilationX * (kernelWidth - 1) - 1) /
               strideX +
           1;
  }
  int64_t groupChannels() const { return channels / groups; }
  /// Weights of one output.
  int64_t kernelSize() const {
    return kernelHeight * kernelWidth * groupChannels();
  }
  int64_t inputSize() const { return batch * height * width * channels; }
  int64_t outputSize() const {
    return batch * outputHeight() * outputWidth() * outputs;
  }
  bool pads() const { return padTop || padLeft || padBottom || padRight; }
};

/// The border classes of a padding convolution: one number per output row and
/// column; two rows share a class when the same kernel rows fall inside the
/// image. Classes are numbered by first occurrence.
struct BorderClasses {
  std::vector<int64_t> rows, columns;
  int64_t numRows = 1, numColumns = 1;
};
BorderClasses borderClasses(const ConvGeometry &geometry);

/// For each (row class, column class, output) the sum of `value(k)` over the
/// weights `k` whose position is inside the image, in double, in order of k.
/// `weights` holds outputs * kernelSize values.
std::vector<double> sumInside(const ConvGeometry &geometry,
                              const BorderClasses &classes,
                              llvm::ArrayRef<int16_t> weights);

/// S = sum_k W_k (X_k - zero) over the positions inside the image.
/// `indices` are level indices; result [batch, height', width', outputs].
std::vector<int32_t> convolve(const ConvGeometry &geometry,
                              llvm::ArrayRef<uint8_t> indices,
                              const Levels &levels,
                              llvm::ArrayRef<int16_t> weights);

/// The float product: sums in float32 in order of the kernel's elements, plus
/// the bias ([outputs], or empty).
std::vector<float> convolve(const ConvGeometry &geometry,
                            llvm::ArrayRef<float> input,
                            llvm::ArrayRef<float> weights,
                            llvm::ArrayRef<float> bias);

/// -0 becomes +0, a magnitude below 2^-100 becomes 0; NaN stays.
float canonicalize(float y);

/// canonicalize(fl(fl(scale * fl(sum)) + base)), never fused.
float rescale(int32_t sum, float scale, float base);

/// scale = fl(step_c * step).
float productScale(float weightStep, float levelStep);

/// base = fl(bias + (step_c * low) * sumW), from doubles, left to right.
float productBase(float bias, float weightStep, float low, double sumW);

/// The number of thresholds that are <= sum; `thresholds` do not fall.
int64_t threshold(int32_t sum, llvm::ArrayRef<int32_t> thresholds);

/// fl(fl(x * s) + t) with s = fl(scale / sqrt(variance + epsilon)) and
/// t = fl(bias - mean * s'), s' before rounding, all from doubles.
struct BatchNorm {
  float s, t;
  static BatchNorm get(float scale, float bias, float mean, float variance,
                       float epsilon);
  float apply(float x) const;
};

/// Layer normalization of one row of `n` floats, sums in float32 in order.
void layerNorm(llvm::ArrayRef<float> x, llvm::ArrayRef<float> scale,
               llvm::ArrayRef<float> bias, float epsilon,
               llvm::MutableArrayRef<float> y);

/// Pooling windows over [batch, height, width, channels].
struct PoolGeometry {
  int64_t batch = 1, height = 1, width = 1, channels = 1;
  int64_t kernelY = 1, kernelX = 1, strideY = 1, strideX = 1;
  int64_t padTop = 0, padLeft = 0, padBottom = 0, padRight = 0;
  int64_t outputHeight() const {
    return (height + padTop + padBottom - kernelY) / strideY + 1;
  }
  int64_t outputWidth() const {
    return (width + padLeft + padRight - kernelX) / strideX + 1;
  }
};

/// The largest value inside the image of each window (indices or floats; a NaN
/// in a window gives NaN).
std::vector<uint8_t> maxPool(const PoolGeometry &geometry,
                             llvm::ArrayRef<uint8_t> input);
std::vector<float> maxPool(const PoolGeometry &geometry,
                           llvm::ArrayRef<float> input);
/// The mean of each window's values inside the image.
std::vector<float> averagePool(const PoolGeometry &geometry,
                               llvm::ArrayRef<float> input);

} // namespace subbit::numerics

#endif // SUBBIT_NUMERICS_INTERPRETER_H
