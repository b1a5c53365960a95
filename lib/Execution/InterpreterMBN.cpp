//===- InterpreterMBN.cpp - Rules for the mbn dialect ---------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "lib/Execution/InterpreterKernels.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace subbit;
using namespace subbit::interpreter;

static std::vector<int64_t> shapeOf(Value value) {
  if (auto type = dyn_cast<mbn::MultiBitType>(value.getType()))
    return type.getShape().vec();
  return cast<RankedTensorType>(value.getType()).getShape().vec();
}

static Kernel encodeKernel(mbn::EncodeOp op) {
  std::vector<float> thresholds = op.getThresholdValues();
  int64_t rows = op.getNumThresholdRows(), columns = thresholds.size() / rows;
  return [thresholds, rows, columns](Operands in) {
    std::vector<uint8_t> indices;
    indices.reserve(in[0]->size());
    int64_t row = 0;
    for (float x : in[0]->floats()) {
      indices.push_back(numerics::encode(
          x, ArrayRef<float>(thresholds).slice(row * columns, columns)));
      row = row + 1 == rows ? 0 : row + 1;
    }
    return TensorValue{in[0]->shape, std::move(indices)};
  };
}

static Kernel decodeKernel(mbn::DecodeOp op) {
  // Weights are decoded when the interpreter is made.
  numerics::Levels levels = op.getInput().getType().getLevels().toNumerics();
  std::vector<float> table;
  for (int64_t i = 0; i < levels.count(); ++i)
    table.push_back(levels.value(i));
  return [table](Operands in) {
    std::vector<float> values;
    values.reserve(in[0]->size());
    for (uint8_t index : in[0]->indices())
      values.push_back(table[index]);
    return TensorValue{in[0]->shape, std::move(values)};
  };
}

/// conv2d and matmul, float and quantized.
template <typename OpT> static Kernel layerKernel(OpT op) {
  numerics::ConvGeometry geometry = op.getGeometry();
  std::vector<int64_t> shape = shapeOf(op.getResult());
  if (!op.isQuantized())
    return [geometry, shape](Operands in) {
      ArrayRef<float> bias;
      if (in.size() == 3)
        bias = in[2]->floats();
      return TensorValue{shape, numerics::convolve(geometry, in[0]->floats(),
                                                   in[1]->floats(), bias)};
    };
  auto type = cast<mbn::MultiBitType>(op.getInput().getType());
  numerics::Levels levels = type.getLevels().toNumerics();
  std::vector<int16_t> weights =
      mbn::decodeIntegers(mbn::getWeightsConstant(op.getWeights())).values;
  return [geometry, shape, levels, weights](Operands in) {
    return TensorValue{
        shape, numerics::convolve(geometry, in[0]->indices(), levels, weights)};
  };
}

static Kernel batchNormKernel(mbn::BatchNormOp op) {
  float epsilon = op.getEpsilon().convertToFloat();
  return [epsilon](Operands in) {
    size_t channels = in[1]->size();
    std::vector<numerics::BatchNorm> norms;
    for (size_t c = 0; c < channels; ++c)
      norms.push_back(numerics::BatchNorm::get(
          in[1]->floats()[c], in[2]->floats()[c], in[3]->floats()[c],
          in[4]->floats()[c], epsilon));
    std::vector<float> y;
    y.reserve(in[0]->size());
    for (auto [i, x] : llvm::enumerate(in[0]->floats()))
      y.push_back(norms[i % channels].apply(x));
    return TensorValue{in[0]->shape, std::move(y)};
  };
}

static Kernel layerNormKernel(mbn::LayerNormOp op) {
  float epsilon = op.getEpsilon().convertToFloat();
  return [epsilon](Operands in) {
    size_t channels = in[1]->size();
    std::vector<float> y(in[0]->size());
    for (size_t i = 0; i < y.size(); i += channels)
      numerics::layerNorm(in[0]->floats().slice(i, channels), in[1]->floats(),
                          in[2]->floats(), epsilon,
                          MutableArrayRef<float>(y).slice(i, channels));
    return TensorValue{in[0]->shape, std::move(y)};
  };
}

namespace {
/// The row of a table for element `i` of a tensor: channels, within the border
/// class of the position if there is a border.
class TableRows {
public:
  TableRows(Value tensor, mbn::BorderAttr border) {
    std::vector<int64_t> shape = shapeOf(tensor);
    channels = shape.back();
    if (!border)
      return;
    rows = border.getRows().vec();
    columns = border.getColumns().vec();
    columnClasses = border.getNumColumnClasses();
  }
  int64_t operator()(int64_t i) const {
    int64_t channel = i % channels;
    if (rows.empty())
      return channel;
    int64_t position = i / channels, x = position % columns.size(),
            y = position / columns.size() % rows.size();
    return (rows[y] * columnClasses + columns[x]) * channels + channel;
  }

private:
  int64_t channels, columnClasses = 1;
  std::vector<int64_t> rows, columns;
};
} // namespace

static Kernel rescaleKernel(mbn::RescaleOp op) {
  TableRows row(op.getInput(), op.getBorderAttr());
  bool scaleAtBorder = op.getScale().getType().getRank() > 1;
  return [row, scaleAtBorder](Operands in) {
    ArrayRef<float> scale = in[1]->floats(), base = in[2]->floats();
    std::vector<float> y;
    y.reserve(in[0]->size());
    for (auto [i, sum] : llvm::enumerate(in[0]->ints()))
      y.push_back(numerics::rescale(
          sum, scale[scaleAtBorder ? row(i) : i % scale.size()], base[row(i)]));
    return TensorValue{in[0]->shape, std::move(y)};
  };
}

static Kernel scoreKernel() {
  return [](Operands in) {
    ArrayRef<int32_t> factor = in[1]->ints(), addend = in[2]->ints();
    std::vector<int32_t> y;
    y.reserve(in[0]->size());
    for (auto [i, sum] : llvm::enumerate(in[0]->ints())) {
      size_t c = i % factor.size();
      int64_t score = int64_t(sum) * factor[c] + addend[c];
      y.push_back(static_cast<int32_t>(static_cast<uint32_t>(score)));
    }
    return TensorValue{in[0]->shape, std::move(y)};
  };
}

static Kernel thresholdKernel(mbn::ThresholdOp op) {
  TableRows row(op.getInput(), op.getBorderAttr());
  int64_t count = op.getType().getLevels().getNumLevels() - 1;
  return [row, count](Operands in) {
    ArrayRef<int32_t> thresholds = in[1]->ints();
    std::vector<uint8_t> indices;
    indices.reserve(in[0]->size());
    for (auto [i, sum] : llvm::enumerate(in[0]->ints()))
      indices.push_back(
          numerics::threshold(sum, thresholds.slice(row(i) * count, count)));
    return TensorValue{in[0]->shape, std::move(indices)};
  };
}

static Kernel maxPoolKernel(mbn::MaxPool2DOp op) {
  std::vector<int64_t> in = shapeOf(op.getInput()), out = shapeOf(op);
  numerics::PoolGeometry g;
  g.batch = in[0], g.height = in[1], g.width = in[2], g.channels = in[3];
  g.kernelY = op.getKernel()[0], g.kernelX = op.getKernel()[1];
  g.strideY = op.getStride()[0], g.strideX = op.getStride()[1];
  g.padTop = op.getPad()[0], g.padLeft = op.getPad()[1];
  g.padBottom = op.getPad()[2], g.padRight = op.getPad()[3];
  return [g, out](Operands in) {
    return TensorValue{out, numerics::maxPool(g, in[0]->indices())};
  };
}

Kernel interpreter::getMBNKernel(Operation *op) {
  return llvm::TypeSwitch<Operation *, Kernel>(op)
      .Case([](mbn::EncodeOp op) { return encodeKernel(op); })
      .Case([](mbn::DecodeOp op) { return decodeKernel(op); })
      .Case([](mbn::Conv2DOp op) { return layerKernel(op); })
      .Case([](mbn::MatmulOp op) { return layerKernel(op); })
      .Case([](mbn::BatchNormOp op) { return batchNormKernel(op); })
      .Case([](mbn::LayerNormOp op) { return layerNormKernel(op); })
      .Case([](mbn::RescaleOp op) { return rescaleKernel(op); })
      .Case([](mbn::ScoreOp) { return scoreKernel(); })
      .Case([](mbn::ThresholdOp op) { return thresholdKernel(op); })
      .Case([](mbn::MaxPool2DOp op) { return maxPoolKernel(op); })
      .Case([](mbn::ReshapeOp op) {
        std::vector<int64_t> shape = shapeOf(op);
        return [shape](Operands in) { return reshape(*in[0], shape); };
      })
      .Case([](mbn::ConcatOp op) {
        return [shape = shapeOf(op), axis = static_cast<int64_t>(op.getAxis())](
                   Operands in) { return concat(in, shape, axis); };
      })
      .Case([](mbn::TransposeOp op) {
        std::vector<int64_t> permutation(op.getPermutation());
        return [permutation](Operands in) {
          return transpose(*in[0], permutation);
        };
      })
      .Default([](Operation *) { return Kernel(); });
}
