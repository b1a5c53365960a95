//===- Interpreter.cpp - The arithmetic, in plain loops -------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/Interpreter.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>

using namespace llvm;
using namespace subbit::numerics;

/// Classes of positions along one dimension by which kernel positions fall
/// inside the image.
static std::vector<int64_t> classify(int64_t outputs, int64_t size,
                                     int64_t kernel, int64_t pad,
                                     int64_t stride, int64_t dilation,
                                     int64_t &count) {
  std::map<std::vector<bool>, int64_t> known;
  std::vector<int64_t> classes;
  for (int64_t o = 0; o < outputs; ++o) {
    std::vector<bool> inside;
    for (int64_t k = 0; k < kernel; ++k) {
      int64_t at = o * stride - pad + k * dilation;
      inside.push_back(at >= 0 && at < size);
    }
    classes.push_back(known.insert({inside, known.size()}).first->second);
  }
  count = known.size();
  return classes;
}

BorderClasses subbit::numerics::borderClasses(const ConvGeometry &g) {
  BorderClasses classes;
  classes.rows = classify(g.outputHeight(), g.height, g.kernelHeight, g.padTop,
                          g.strideY, g.dilationY, classes.numRows);
  classes.columns = classify(g.outputWidth(), g.width, g.kernelWidth, g.padLeft,
                             g.strideX, g.dilationX, classes.numColumns);
  return classes;
}

std::vector<double> subbit::numerics::sumInside(const ConvGeometry &g,
                                                const BorderClasses &classes,
                                                ArrayRef<int16_t> weights) {
  std::vector<double> sums(classes.numRows * classes.numColumns * g.outputs, 0);
  for (int64_t row = 0; row < classes.numRows; ++row)
    for (int64_t column = 0; column < classes.numColumns; ++column) {
      int64_t oy = llvm::find(classes.rows, row) - classes.rows.begin();
      int64_t ox =
          llvm::find(classes.columns, column) - classes.columns.begin();
      for (int64_t c = 0; c < g.outputs; ++c) {
        double sum = 0;
        const int16_t *w = weights.data() + c * g.kernelSize();
        for (int64_t ky = 0; ky < g.kernelHeight; ++ky)
          for (int64_t kx = 0; kx < g.kernelWidth; ++kx) {
            int64_t y = oy * g.strideY - g.padTop + ky * g.dilationY;
            int64_t x = ox * g.strideX - g.padLeft + kx * g.dilationX;
            bool inside = y >= 0 && y < g.height && x >= 0 && x < g.width;
            for (int64_t i = 0; i < g.groupChannels(); ++i, ++w)
              sum += inside ? *w : 0;
          }
        sums[(row * classes.numColumns + column) * g.outputs + c] = sum;
      }
    }
  return sums;
}

/// Calls `fn(in, w, channels)` for each kernel position of output channel `c`
/// at (oy, ox) of image `n` that is inside the image: offsets of the first of
/// `channels` contiguous inputs and weights.
template <typename Fn>
static void forEachPosition(const ConvGeometry &g, int64_t n, int64_t oy,
                            int64_t ox, int64_t c, Fn fn) {
  int64_t channels = g.groupChannels(), group = c / (g.outputs / g.groups);
  for (int64_t ky = 0; ky < g.kernelHeight; ++ky) {
    int64_t y = oy * g.strideY - g.padTop + ky * g.dilationY;
    if (y < 0 || y >= g.height)
      continue;
    for (int64_t kx = 0; kx < g.kernelWidth; ++kx) {
      int64_t x = ox * g.strideX - g.padLeft + kx * g.dilationX;
      if (x < 0 || x >= g.width)
        continue;
      fn(((n * g.height + y) * g.width + x) * g.channels + group * channels,
         c * g.kernelSize() + (ky * g.kernelWidth + kx) * channels, channels);
    }
  }
}

std::vector<int32_t> subbit::numerics::convolve(const ConvGeometry &g,
                                                ArrayRef<uint8_t> indices,
                                                const Levels &levels,
                                                ArrayRef<int16_t> weights) {
  // X - zero of every input, once.
  std::vector<int16_t> table, inputs;
  for (int64_t i = 0; i < levels.count(); ++i)
    table.push_back(levels.code(i) - levels.zero);
  inputs.reserve(indices.size());
  for (uint8_t index : indices) {
    assert(index < table.size() && "index has no level");
    inputs.push_back(table[index]);
  }
  std::vector<int32_t> sums;
  sums.reserve(g.outputSize());
  // The outputs of a group see the same inputs, so these are laid out once, in
  // the order of the weights and 0 outside the image; then an output is one
  // long loop, which compilers vectorize.
  int64_t size = g.kernelSize(), perGroup = g.outputs / g.groups;
  std::vector<int16_t> window(size);
  for (int64_t n = 0; n < g.batch; ++n)
    for (int64_t oy = 0; oy < g.outputHeight(); ++oy)
      for (int64_t ox = 0; ox < g.outputWidth(); ++ox)
        for (int64_t c = 0; c < g.outputs; ++c) {
          if (c % perGroup == 0) {
            std::fill(window.begin(), window.end(), 0);
            forEachPosition(
                g, n, oy, ox, c, [&](int64_t in, int64_t w, int64_t channels) {
                  std::copy_n(&inputs[in], channels, &window[w - c * size]);
                });
          }
          const int16_t *x = window.data(), *k = weights.data() + c * size;
          // Unsigned: wrap-around inside a sum is no error.
          uint32_t sum = 0;
          for (int64_t i = 0; i < size; ++i)
            sum += static_cast<uint32_t>(static_cast<int32_t>(x[i]) * k[i]);
          sums.push_back(static_cast<int32_t>(sum));
        }
  return sums;
}

std::vector<float> subbit::numerics::convolve(const ConvGeometry &g,
                                              ArrayRef<float> input,
                                              ArrayRef<float> weights,
                                              ArrayRef<float> bias) {
  std::vector<float> result;
  result.reserve(g.outputSize());
  for (int64_t n = 0; n < g.batch; ++n)
    for (int64_t oy = 0; oy < g.outputHeight(); ++oy)
      for (int64_t ox = 0; ox < g.outputWidth(); ++ox)
        for (int64_t c = 0; c < g.outputs; ++c) {
          float sum = 0;
          forEachPosition(g, n, oy, ox, c,
                          [&](int64_t in, int64_t w, int64_t channels) {
                            for (int64_t i = 0; i < channels; ++i)
                              sum += input[in + i] * weights[w + i];
                          });
          result.push_back(bias.empty() ? sum : sum + bias[c]);
        }
  return result;
}

float subbit::numerics::canonicalize(float y) {
  return std::abs(y) < 0x1p-100f ? 0.0f : y;
}

float subbit::numerics::rescale(int32_t sum, float scale, float base) {
  float product = scale * static_cast<float>(sum);
  return canonicalize(product + base);
}

float subbit::numerics::productScale(float weightStep, float levelStep) {
  return weightStep * levelStep;
}

float subbit::numerics::productBase(float bias, float weightStep, float low,
                                    double sumW) {
  double offset = static_cast<double>(weightStep) * low;
  return static_cast<float>(bias + offset * sumW);
}

int64_t subbit::numerics::threshold(int32_t sum, ArrayRef<int32_t> thresholds) {
  return llvm::count_if(thresholds, [&](int32_t t) { return t <= sum; });
}

BatchNorm BatchNorm::get(float scale, float bias, float mean, float variance,
                         float epsilon) {
  double s = scale / std::sqrt(static_cast<double>(variance) + epsilon);
  return {static_cast<float>(s), static_cast<float>(bias - mean * s)};
}

float BatchNorm::apply(float x) const {
  float product = x * s;
  return product + t;
}

void subbit::numerics::layerNorm(ArrayRef<float> x, ArrayRef<float> scale,
                                 ArrayRef<float> bias, float epsilon,
                                 MutableArrayRef<float> y) {
  float n = x.size(), sum = 0, squares = 0;
  for (float v : x)
    sum += v;
  float mean = sum / n;
  for (float v : x)
    squares += (v - mean) * (v - mean);
  float factor = 1 / std::sqrt(squares / n + epsilon);
  for (size_t i = 0; i < x.size(); ++i)
    y[i] = (x[i] - mean) * factor * scale[i] + bias[i];
}

/// Calls `fn(input offset)` for each position inside the image of each window
/// and channel, between `begin()` and `end(output index)`.
template <typename Begin, typename Fn, typename End>
static void forEachWindow(const PoolGeometry &g, Begin begin, Fn fn, End end) {
  int64_t index = 0;
  for (int64_t n = 0; n < g.batch; ++n)
    for (int64_t oy = 0; oy < g.outputHeight(); ++oy)
      for (int64_t ox = 0; ox < g.outputWidth(); ++ox)
        for (int64_t c = 0; c < g.channels; ++c, ++index) {
          begin();
          for (int64_t ky = 0; ky < g.kernelY; ++ky)
            for (int64_t kx = 0; kx < g.kernelX; ++kx) {
              int64_t y = oy * g.strideY - g.padTop + ky;
              int64_t x = ox * g.strideX - g.padLeft + kx;
              if (y >= 0 && y < g.height && x >= 0 && x < g.width)
                fn(((n * g.height + y) * g.width + x) * g.channels + c);
            }
          end(index);
        }
}

std::vector<uint8_t> subbit::numerics::maxPool(const PoolGeometry &g,
                                               ArrayRef<uint8_t> input) {
  std::vector<uint8_t> result(g.batch * g.outputHeight() * g.outputWidth() *
                              g.channels);
  uint8_t most = 0;
  forEachWindow(
      g, [&] { most = 0; }, [&](int64_t i) { most = std::max(most, input[i]); },
      [&](int64_t index) { result[index] = most; });
  return result;
}

std::vector<float> subbit::numerics::maxPool(const PoolGeometry &g,
                                             ArrayRef<float> input) {
  std::vector<float> result(g.batch * g.outputHeight() * g.outputWidth() *
                            g.channels);
  float most = 0;
  forEachWindow(
      g, [&] { most = -std::numeric_limits<float>::infinity(); },
      [&](int64_t i) {
        if (input[i] > most || std::isnan(input[i]))
          most = input[i];
      },
      [&](int64_t index) { result[index] = most; });
  return result;
}

std::vector<float> subbit::numerics::averagePool(const PoolGeometry &g,
                                                 ArrayRef<float> input) {
  std::vector<float> result(g.batch * g.outputHeight() * g.outputWidth() *
                            g.channels);
  float sum = 0, count = 0;
  forEachWindow(
      g, [&] { sum = count = 0; },
      [&](int64_t i) {
        sum += input[i];
        ++count;
      },
      [&](int64_t index) { result[index] = sum / count; });
  return result;
}
