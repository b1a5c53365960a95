//===- InterpreterTosa.cpp - Rules for the tosa dialect -------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "lib/Execution/InterpreterKernels.h"
#include "lib/Numerics/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>
#include <numeric>

using namespace mlir;
using namespace subbit;
using namespace subbit::interpreter;

static std::vector<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape().vec();
}

/// True if operand and result are statically shaped f32 tensors: the rules that
/// compute are for floats only.
static bool isFloat(Operation *op) {
  auto fits = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type && type.hasStaticShape() && type.getElementType().isF32();
  };
  return fits(op->getOperand(0)) && fits(op->getResult(0));
}

/// The strides of a row-major tensor.
static std::vector<int64_t> stridesOf(ArrayRef<int64_t> shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (int64_t d = static_cast<int64_t>(shape.size()) - 2; d >= 0; --d)
    strides[d] = strides[d + 1] * shape[d + 1];
  return strides;
}

/// Calls `fn(index)` for every multi-dimensional index of a shape, row-major.
template <typename Fn>
static void forEachIndex(ArrayRef<int64_t> shape, Fn fn) {
  int64_t count = 1;
  for (int64_t dim : shape)
    count *= dim;
  std::vector<int64_t> index(shape.size(), 0);
  for (int64_t i = 0; i < count; ++i) {
    fn(ArrayRef<int64_t>(index));
    for (int64_t d = static_cast<int64_t>(shape.size()) - 1; d >= 0; --d) {
      if (++index[d] < shape[d])
        break;
      index[d] = 0;
    }
  }
}

//===----------------------------------------------------------------------===//
// Moving elements
//===----------------------------------------------------------------------===//

TensorValue interpreter::reshape(const TensorValue &input,
                                 ArrayRef<int64_t> shape) {
  return {shape.vec(), input.data};
}

/// Result element `i` is the input's element `offset(i)`, or `fill` where that
/// is negative.
template <typename Fn>
static TensorValue gather(const TensorValue &input, ArrayRef<int64_t> shape,
                          const TensorValue *fill, Fn offset) {
  TensorValue result{shape.vec(), {}};
  std::visit(
      [&](auto &source) {
        using Vector = std::decay_t<decltype(source)>;
        Vector values;
        forEachIndex(shape, [&](ArrayRef<int64_t> index) {
          int64_t at = offset(index);
          values.push_back(at >= 0 ? source[at]
                                   : (*std::get_if<Vector>(&fill->data))[0]);
        });
        result.data = std::move(values);
      },
      input.data);
  return result;
}

TensorValue interpreter::transpose(const TensorValue &input,
                                   ArrayRef<int64_t> permutation) {
  std::vector<int64_t> strides = stridesOf(input.shape), shape;
  for (int64_t p : permutation)
    shape.push_back(input.shape[p]);
  return gather(input, shape, nullptr, [&](ArrayRef<int64_t> index) {
    int64_t at = 0;
    for (auto [i, p] : llvm::enumerate(permutation))
      at += index[i] * strides[p];
    return at;
  });
}

TensorValue interpreter::window(const TensorValue &input,
                                ArrayRef<int64_t> begin,
                                ArrayRef<int64_t> shape,
                                const TensorValue *fill) {
  std::vector<int64_t> strides = stridesOf(input.shape);
  return gather(input, shape, fill, [&](ArrayRef<int64_t> index) -> int64_t {
    int64_t at = 0;
    for (size_t d = 0; d < index.size(); ++d) {
      int64_t i = begin[d] + index[d];
      if (i < 0 || i >= input.shape[d])
        return -1;
      at += i * strides[d];
    }
    return at;
  });
}

static Kernel sliceKernel(tosa::SliceOp op) {
  SmallVector<int64_t> begin;
  if (!tosa::getConstShapeValues(op.getStart().getDefiningOp(), begin))
    return {};
  return [begin, shape = shapeOf(op)](Operands in) {
    return window(*in[0], begin, shape, nullptr);
  };
}

static Kernel padKernel(tosa::PadOp op) {
  SmallVector<int64_t> padding, begin;
  if (!tosa::getConstShapeValues(op.getPadding().getDefiningOp(), padding))
    return {};
  for (size_t i = 0; i < padding.size(); i += 2)
    begin.push_back(-padding[i]);
  return [begin, shape = shapeOf(op)](Operands in) {
    return window(*in[0], begin, shape, in[2]);
  };
}

//===----------------------------------------------------------------------===//
// Elementwise operations
//===----------------------------------------------------------------------===//

template <typename Fn> static Kernel unaryKernel(Fn fn) {
  return [fn](Operands in) {
    std::vector<float> values;
    values.reserve(in[0]->size());
    for (float x : in[0]->floats())
      values.push_back(fn(x));
    return TensorValue{in[0]->shape, std::move(values)};
  };
}

/// Dimensions of size 1 are repeated.
template <typename Fn> static Kernel binaryKernel(Operation *op, Fn fn) {
  if (!isFloat(op))
    return {};
  return [shape = shapeOf(op->getResult(0)), fn](Operands in) {
    ArrayRef<float> a = in[0]->floats(), b = in[1]->floats();
    std::vector<float> values;
    if (in[0]->shape == in[1]->shape) {
      for (size_t i = 0; i < a.size(); ++i)
        values.push_back(fn(a[i], b[i]));
      return TensorValue{shape, std::move(values)};
    }
    auto broadcastStrides = [&](const TensorValue &tensor) {
      std::vector<int64_t> strides = stridesOf(tensor.shape);
      for (size_t d = 0; d < strides.size(); ++d)
        strides[d] = tensor.shape[d] == 1 ? 0 : strides[d];
      return strides;
    };
    std::vector<int64_t> sa = broadcastStrides(*in[0]),
                         sb = broadcastStrides(*in[1]);
    forEachIndex(shape, [&](ArrayRef<int64_t> index) {
      int64_t i = 0, j = 0;
      for (size_t d = 0; d < index.size(); ++d)
        i += index[d] * sa[d], j += index[d] * sb[d];
      values.push_back(fn(a[i], b[j]));
    });
    return TensorValue{shape, std::move(values)};
  };
}

TensorValue interpreter::concat(Operands parts, ArrayRef<int64_t> shape,
                                int64_t axis) {
  int64_t outer = 1;
  for (int64_t size : shape.take_front(axis))
    outer *= size;
  TensorValue result{shape.vec(), {}};
  std::visit(
      [&](const auto &first) {
        using Vector = std::decay_t<decltype(first)>;
        Vector values;
        for (int64_t o = 0; o < outer; ++o)
          for (const TensorValue *part : parts) {
            const auto &from = std::get<Vector>(part->data);
            int64_t size = from.size() / outer;
            values.insert(values.end(), from.begin() + o * size,
                          from.begin() + (o + 1) * size);
          }
        result.data = std::move(values);
      },
      parts.front()->data);
  return result;
}

static Kernel clampKernel(tosa::ClampOp op) {
  auto low = dyn_cast<FloatAttr>(op.getMinVal());
  auto high = dyn_cast<FloatAttr>(op.getMaxVal());
  if (!isFloat(op) || !low || !high)
    return {};
  float lo = low.getValue().convertToFloat(),
        hi = high.getValue().convertToFloat();
  bool ignoreNaN = op.getNanMode() == tosa::NanPropagationMode::IGNORE;
  return unaryKernel([lo, hi, ignoreNaN](float x) {
    if (std::isnan(x))
      return ignoreNaN ? lo : x;
    return x > lo ? (x < hi ? x : hi) : lo;
  });
}

//===----------------------------------------------------------------------===//
// Windows and reductions
//===----------------------------------------------------------------------===//

template <typename OpT> static numerics::PoolGeometry poolGeometry(OpT op) {
  std::vector<int64_t> in = shapeOf(op.getInput());
  numerics::PoolGeometry g;
  g.batch = in[0], g.height = in[1], g.width = in[2], g.channels = in[3];
  g.kernelY = op.getKernel()[0], g.kernelX = op.getKernel()[1];
  g.strideY = op.getStride()[0], g.strideX = op.getStride()[1];
  // tosa orders paddings [top, bottom, left, right].
  g.padTop = op.getPad()[0], g.padBottom = op.getPad()[1];
  g.padLeft = op.getPad()[2], g.padRight = op.getPad()[3];
  return g;
}

/// Folds `fn` over one axis in order, beginning with the first element.
template <typename Fn>
static Kernel reduceKernel(Operation *op, int64_t axis, Fn fn) {
  if (!isFloat(op))
    return {};
  return [axis, fn](Operands in) {
    std::vector<int64_t> shape = in[0]->shape;
    int64_t length = shape[axis], inner = stridesOf(shape)[axis];
    shape[axis] = 1;
    ArrayRef<float> x = in[0]->floats();
    std::vector<float> values;
    for (size_t base = 0; base < x.size(); base += length * inner)
      for (int64_t i = 0; i < inner; ++i) {
        float folded = x[base + i];
        for (int64_t k = 1; k < length; ++k)
          folded = fn(folded, x[base + k * inner + i]);
        values.push_back(folded);
      }
    return TensorValue{std::move(shape), std::move(values)};
  };
}

Kernel interpreter::getTosaKernel(Operation *op) {
  return llvm::TypeSwitch<Operation *, Kernel>(op)
      .Case([](tosa::ClampOp op) { return clampKernel(op); })
      .Case([](tosa::AddOp op) { return binaryKernel(op, std::plus<float>()); })
      .Case(
          [](tosa::SubOp op) { return binaryKernel(op, std::minus<float>()); })
      .Case([](tosa::MulOp op) {
        return binaryKernel(op, std::multiplies<float>());
      })
      .Case([](tosa::ExpOp op) {
        return isFloat(op) ? unaryKernel([](float x) { return std::exp(x); })
                           : Kernel();
      })
      .Case([](tosa::ReciprocalOp op) {
        return isFloat(op) ? unaryKernel([](float x) { return 1 / x; })
                           : Kernel();
      })
      .Case([](tosa::IdentityOp op) {
        return [](Operands in) { return *in[0]; };
      })
      .Case([](tosa::ReshapeOp op) {
        return [shape = shapeOf(op)](Operands in) {
          return reshape(*in[0], shape);
        };
      })
      .Case([](tosa::TransposeOp op) {
        std::vector<int64_t> permutation(op.getPerms().begin(),
                                         op.getPerms().end());
        return [permutation](Operands in) {
          return transpose(*in[0], permutation);
        };
      })
      .Case([](arith::DivFOp op) {
        return binaryKernel(op, std::divides<float>());
      })
      .Case([](tosa::SliceOp op) { return sliceKernel(op); })
      .Case([](tosa::ConcatOp op) -> Kernel {
        if (!isFloat(op))
          return {};
        return [shape = shapeOf(op), axis = op.getAxis()](Operands in) {
          return concat(in, shape, axis);
        };
      })
      .Case([](tosa::PadOp op) { return padKernel(op); })
      .Case([](tosa::MaxPool2dOp op) -> Kernel {
        if (!isFloat(op) ||
            op.getNanMode() != tosa::NanPropagationMode::PROPAGATE)
          return {};
        return [g = poolGeometry(op), shape = shapeOf(op)](Operands in) {
          return TensorValue{shape, numerics::maxPool(g, in[0]->floats())};
        };
      })
      .Case([](tosa::AvgPool2dOp op) -> Kernel {
        if (!isFloat(op))
          return {};
        return [g = poolGeometry(op), shape = shapeOf(op)](Operands in) {
          return TensorValue{shape, numerics::averagePool(g, in[0]->floats())};
        };
      })
      .Case([](tosa::ReduceMaxOp op) -> Kernel {
        if (op.getNanMode() != tosa::NanPropagationMode::PROPAGATE)
          return {};
        return reduceKernel(op, op.getAxis(), [](float a, float b) {
          return std::isnan(a) || a > b ? a : b;
        });
      })
      .Case([](tosa::ReduceSumOp op) {
        return reduceKernel(op, op.getAxis(), std::plus<float>());
      })
      .Default([](Operation *) { return Kernel(); });
}
