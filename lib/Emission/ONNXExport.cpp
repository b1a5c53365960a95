//===- ONNXExport.cpp - Fused modules as ONNX models ----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Emission/ONNXExport.h"
#include "dialects/MBN/IR/MBN.h"
#include "dialects/MBN/IR/Weights.h"
#include "lib/Emission/ONNXGraph.h"
#include "lib/Numerics/Interpreter.h"
#include "lib/Numerics/Quantizer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace subbit;
using onnx::TensorProto;

namespace {

/// Writes the operations of `main` one by one. Tensors keep their shapes;
/// convolutions and pooling, which want channels in front, are between two
/// transpositions.
class Exporter : private ONNXGraph {
public:
  llvm::Expected<std::string> run(ModuleOp module);

private:
  LogicalResult write(Operation *op);
  Name writeLayer(Operation *op, Value input, Value weights, Value bias,
                  StringRef layer, mbn::Conv2DOp conv);
  Name writeProduct(Name x, mbn::ConstantOp packed, ArrayRef<int16_t> weights,
                    const numerics::Levels &levels, mbn::Conv2DOp conv,
                    Name name);
  Name writeFloatWeights(Value weights);
  Name writeEncode(mbn::EncodeOp op);
  Name writeTable(Value table, mbn::BorderAttr border);
  Name writeCodes(Name x, Name table, int64_t rank,
                  const numerics::Levels &levels);
  Name writeThreshold(mbn::ThresholdOp op);
  Name writePool(Operation *op, StringRef kind, ArrayRef<int64_t> kernel,
                 ArrayRef<int64_t> stride, ArrayRef<int64_t> pad);
  Name writeNorm(mbn::BatchNormOp op);
  Name writeConstant(Value value);

  /// Says the group of weights, which nothing but reading them back needs.
  void setGroup(mbn::ConstantOp weights);
  Name get(Value value);

  llvm::DenseMap<Value, Name> names;
};

} // namespace

static ArrayRef<int64_t> shapeOf(Value value) {
  if (auto type = dyn_cast<mbn::MultiBitType>(value.getType()))
    return type.getShape();
  return cast<RankedTensorType>(value.getType()).getShape();
}

static numerics::Levels levelsOf(Value value) {
  return cast<mbn::MultiBitType>(value.getType()).getLevels().toNumerics();
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

void Exporter::setGroup(mbn::ConstantOp weights) {
  std::string text = "group = ";
  llvm::raw_string_ostream os(text);
  llvm::interleave(weights.getType().getGroup(), os, "x");
  setConstantText(text);
}

std::string Exporter::get(Value value) {
  Name &name = names[value];
  if (name.empty())
    name = writeConstant(value);
  return name;
}

/// Floats of a constant, or of decoded weights.
std::string Exporter::writeConstant(Value value) {
  if (auto decode = value.getDefiningOp<mbn::DecodeOp>()) {
    mbn::ConstantOp weights = mbn::getWeightsConstant(decode.getInput());
    return floats(shapeOf(value), mbn::decodeFloats(weights));
  }
  auto values = mbn::getConstantFloats(value);
  return succeeded(values) ? floats(shapeOf(value), *values) : "";
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

static constexpr int64_t kChannelsFirst[] = {0, 3, 1, 2},
                         kChannelsLast[] = {0, 2, 3, 1};

/// Weights [outputs, ...] in ONNX's order: [outputs, channels, height, width],
/// or [inputs, outputs].
template <typename T>
static std::vector<T> moveWeights(ArrayRef<T> values, ArrayRef<int64_t> shape,
                                  SmallVectorImpl<int64_t> &moved) {
  int64_t outputs = shape[0], size = values.size() / outputs;
  std::vector<T> result(values.size());
  if (shape.size() == 2) {
    moved.assign({shape[1], outputs});
    for (int64_t o = 0; o < outputs; ++o)
      for (int64_t i = 0; i < size; ++i)
        result[i * outputs + o] = values[o * size + i];
    return result;
  }
  int64_t window = shape[1] * shape[2], channels = shape[3];
  moved.assign({outputs, channels, shape[1], shape[2]});
  for (int64_t o = 0; o < outputs; ++o)
    for (int64_t p = 0; p < window; ++p)
      for (int64_t c = 0; c < channels; ++c)
        result[(o * channels + c) * window + p] =
            values[(o * window + p) * channels + c];
  return result;
}

static void
setWindow(mbn::Conv2DOp op,
          llvm::function_ref<void(StringRef, ArrayRef<int64_t>)> set) {
  set("pads", op.getPad()); // top, left, bottom, right
  set("strides", op.getStride());
  set("dilations", op.getDilation());
}

/// Sums of an image or of features, for weights that fit int8 or uint8.
std::string Exporter::writeProduct(Name x, mbn::ConstantOp packed,
                                   ArrayRef<int16_t> weights,
                                   const numerics::Levels &levels,
                                   mbn::Conv2DOp conv, Name name) {
  std::vector<uint8_t> bytes(weights.begin(), weights.end());
  SmallVector<int64_t> moved;
  bytes = moveWeights<uint8_t>(bytes, packed.getType().getShape(), moved);
  bool isSigned =
      llvm::all_of(weights, [](int16_t w) { return llvm::isInt<8>(w); });
  Name w = constant<uint8_t>(isSigned ? TensorProto::INT8 : TensorProto::UINT8,
                             moved, bytes);
  setGroup(packed);
  auto zeroCode = static_cast<uint8_t>(levels.zero);
  Name zero = constant<uint8_t>(TensorProto::UINT8, {}, zeroCode);
  Name result = node(conv ? "ConvInteger" : "MatMulInteger", {x, w, zero});
  setNodeName(name);
  if (conv) {
    setWindow(conv, [&](StringRef name, ArrayRef<int64_t> v) { set(name, v); });
    set("group", conv.getGroups());
  }
  return result;
}

/// Weights of a float layer; quantized ones as int8 with the steps of their
/// outputs, where they fit.
std::string Exporter::writeFloatWeights(Value weights) {
  ArrayRef<int64_t> shape = shapeOf(weights);
  SmallVector<int64_t> moved;
  auto decode = weights.getDefiningOp<mbn::DecodeOp>();
  if (!decode)
    if (auto found = mbn::getConstantFloats(weights); succeeded(found)) {
      std::vector<float> values = moveWeights<float>(*found, shape, moved);
      return floats(moved, values);
    }
  mbn::ConstantOp packed = mbn::getWeightsConstant(decode.getInput());
  mbn::IntegerWeights integers = mbn::decodeIntegers(packed);
  // A step of 0 is no scale of ONNX.
  bool fits = llvm::all_of(integers.values,
                           [](int16_t w) { return llvm::isInt<8>(w); }) &&
              llvm::all_of(integers.steps, [](float s) { return s > 0; });
  if (!fits) {
    std::vector<float> values =
        moveWeights<float>(mbn::decodeFloats(packed), shape, moved);
    return floats(moved, values);
  }
  std::vector<int8_t> bytes(integers.values.begin(), integers.values.end());
  bytes = moveWeights<int8_t>(bytes, shape, moved);
  Name w = constant<int8_t>(TensorProto::INT8, moved, bytes);
  setGroup(packed);
  bool perOutput = integers.steps.size() > 1;
  int64_t outputs = shape[0];
  Name scale = perOutput ? floats({outputs}, integers.steps)
                         : floats({}, integers.steps);
  Name result = node("DequantizeLinear", {w, scale});
  if (perOutput)
    set("axis", shape.size() == 2 ? 1 : 0);
  return result;
}

std::string Exporter::writeLayer(Operation *op, Value input, Value weights,
                                 Value bias, StringRef layer,
                                 mbn::Conv2DOp conv) {
  Name x = get(input);
  if (conv)
    x = transpose(x, kChannelsFirst);
  Name result;
  if (isa<mbn::MultiBitType>(input.getType())) {
    numerics::Levels levels = levelsOf(input);
    mbn::ConstantOp packed = mbn::getWeightsConstant(weights);
    std::vector<int16_t> values = mbn::decodeIntegers(packed).values;
    bool fits =
        llvm::all_of(values, [](int16_t w) { return llvm::isInt<8>(w); });
    if (fits) {
      result = writeProduct(x, packed, values, levels, conv, layer.str());
    } else {
      // 256 * high + low, the low ones as uint8.
      std::vector<int16_t> low, high;
      for (int16_t w : values) {
        low.push_back(w & 255);
        high.push_back((w - low.back()) / 256);
      }
      result =
          writeProduct(x, packed, low, levels, conv, (layer + ".low").str());
      Name upper =
          writeProduct(x, packed, high, levels, conv, (layer + ".high").str());
      Name factor = constant<int32_t>(TensorProto::INT32, {}, int32_t(256));
      result = node("Add", {result, node("Mul", {upper, factor})});
      setNodeName(layer.str());
    }
  } else {
    SmallVector<Name> inputs = {x, writeFloatWeights(weights)};
    if (conv && bias)
      inputs.push_back(get(bias));
    result = node(conv ? "Conv" : "MatMul", inputs);
    setNodeName(layer.str());
    if (conv) {
      setWindow(conv,
                [&](StringRef name, ArrayRef<int64_t> v) { set(name, v); });
      set("group", conv.getGroups());
    }
  }
  Name sums = isa<mbn::MultiBitType>(input.getType()) ? (layer + ".sums").str()
                                                      : Name();
  Name name = node(conv ? "Transpose" : "Identity", {result}, sums);
  if (conv)
    set("perm", kChannelsLast);
  return bias && !conv ? node("Add", {name, get(bias)}) : name;
}

//===----------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------===//

/// The codes of values by a table of thresholds: how many are reached.
std::string Exporter::writeCodes(Name x, Name table, int64_t rank,
                                 const numerics::Levels &levels) {
  Name wide = node("Unsqueeze", {x, integers(rank)});
  Name reached = node("GreaterOrEqual", {wide, table});
  Name index =
      node("ReduceSum", {convert(reached, TensorProto::INT32), integers(rank)});
  set("keepdims", 0);
  std::vector<uint8_t> codes;
  bool same = true;
  for (int64_t i = 0; i < levels.count(); ++i) {
    codes.push_back(levels.code(i));
    same &= codes.back() == i;
  }
  if (same)
    return convert(index, TensorProto::UINT8);
  return node(
      "Gather",
      {constant<uint8_t>(TensorProto::UINT8, {levels.count()}, codes), index});
}

/// QuantizeLinear where its thresholds are the same, and comparisons elsewhere.
std::string Exporter::writeEncode(mbn::EncodeOp op) {
  numerics::Levels levels = levelsOf(op.getResult());
  std::vector<float> values = op.getThresholdValues();
  int64_t rows = op.getNumThresholdRows();
  numerics::Quantizer quantizer;
  quantizer.kind = numerics::Quantizer::Kind::Rounded;
  quantizer.scale = levels.step;
  quantizer.zero = static_cast<float>(levels.zero);
  quantizer.high = levels.count() - 1;
  bool isUniform = levels.code(quantizer.high) == quantizer.high;
  if (rows == 1 && isUniform && quantizer.thresholds() == values) {
    Name x = get(op.getInput());
    Name step = constant<float>(TensorProto::FLOAT, {}, levels.step);
    auto bound = [&](int64_t code) {
      return constant<uint8_t>(TensorProto::UINT8, {},
                               static_cast<uint8_t>(code));
    };
    Name result = node("QuantizeLinear", {x, step, bound(levels.zero)});
    if (levels.planes() == 8)
      return result;
    return node("Clip", {result, bound(0), bound(quantizer.high)});
  }
  SmallVector<int64_t> shape{static_cast<int64_t>(values.size()) / rows};
  if (rows > 1)
    shape.insert(shape.begin(), rows);
  return writeCodes(get(op.getInput()), floats(shape, values),
                    op.getType().getRank(), levels);
}

/// Floats for each channel, or for each position by its border class.
std::string Exporter::writeTable(Value table, mbn::BorderAttr border) {
  std::vector<float> values = *mbn::getConstantFloats(table);
  SmallVector<int64_t> shape(shapeOf(table));
  if (shape.size() > 1) {
    std::vector<float> expanded;
    for (int64_t row : border.getRows())
      for (int64_t column : border.getColumns()) {
        auto from = values.begin() + (row * shape[1] + column) * shape[2];
        expanded.insert(expanded.end(), from, from + shape[2]);
      }
    values = std::move(expanded);
    shape[0] = border.getRows().size();
    shape[1] = border.getColumns().size();
  }
  return floats(shape, values);
}

std::string Exporter::writeThreshold(mbn::ThresholdOp op) {
  auto values = *mbn::readElements<int32_t>(
      cast<arith::ConstantOp>(op.getThresholds().getDefiningOp()).getValue());
  ArrayRef<int64_t> own = shapeOf(op.getThresholds());
  SmallVector<int64_t> shape(own);
  mbn::BorderAttr border = op.getBorderAttr();
  if (border) {
    // One row of thresholds for each position.
    int64_t columns = own[1], size = own[2] * own[3];
    std::vector<int32_t> expanded;
    for (int64_t row : border.getRows())
      for (int64_t column : border.getColumns()) {
        auto from = values.begin() + (row * columns + column) * size;
        expanded.insert(expanded.end(), from, from + size);
      }
    values = std::move(expanded);
    shape[0] = border.getRows().size();
    shape[1] = border.getColumns().size();
  }
  Name table = constant<int32_t>(TensorProto::INT32, shape, values);
  return writeCodes(get(op.getInput()), table, shapeOf(op.getInput()).size(),
                    levelsOf(op.getResult()));
}

std::string Exporter::writePool(Operation *op, StringRef kind,
                                ArrayRef<int64_t> kernel,
                                ArrayRef<int64_t> stride,
                                ArrayRef<int64_t> pad) {
  Name result = node(kind, {transpose(get(op->getOperand(0)), kChannelsFirst)});
  set("kernel_shape", kernel);
  set("strides", stride);
  set("pads", pad);
  return transpose(result, kChannelsLast);
}

std::string Exporter::writeNorm(mbn::BatchNormOp op) {
  std::vector<float> params[4], s, t;
  for (auto [param, value] :
       llvm::zip_equal(params, op->getOperands().drop_front()))
    param = *mbn::getConstantFloats(value);
  for (size_t c = 0; c < params[0].size(); ++c) {
    auto norm = numerics::BatchNorm::get(params[0][c], params[1][c],
                                         params[2][c], params[3][c],
                                         op.getEpsilon().convertToFloat());
    s.push_back(norm.s);
    t.push_back(norm.t);
  }
  int64_t channels = s.size();
  Name scaled = node("Mul", {get(op.getInput()), floats({channels}, s)});
  return node("Add", {scaled, floats({channels}, t)});
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

LogicalResult Exporter::write(Operation *op) {
  if (op->hasTrait<OpTrait::ConstantLike>() || isa<tosa::ConstShapeOp>(op))
    return success();
  auto names = [&](ValueRange values) {
    SmallVector<Name> result;
    for (Value value : values)
      result.push_back(get(value));
    return result;
  };
  auto axes = [&](int64_t axis) { return integers(axis); };
  auto result =
      llvm::TypeSwitch<Operation *, FailureOr<Name>>(op)
          .Case([&](mbn::Conv2DOp op) {
            return writeLayer(op, op.getInput(), op.getWeights(), op.getBias(),
                              op.getLayer(), op);
          })
          .Case([&](mbn::MatmulOp op) {
            return writeLayer(op, op.getInput(), op.getWeights(), op.getBias(),
                              op.getLayer(), nullptr);
          })
          .Case([&](mbn::EncodeOp op) { return writeEncode(op); })
          .Case([&](mbn::DecodeOp op) -> FailureOr<Name> {
            // Weights are decoded where they are read.
            if (op.getInput().getType().isWeights())
              return Name();
            numerics::Levels levels = levelsOf(op.getInput());
            Name step = constant<float>(TensorProto::FLOAT, {}, levels.step);
            Name zero = constant<uint8_t>(TensorProto::UINT8, {},
                                          static_cast<uint8_t>(levels.zero));
            Name y = node("DequantizeLinear", {get(op.getInput()), step, zero});
            if (levels.low == 0)
              return y;
            return node("Add", {y, constant<float>(TensorProto::FLOAT, {},
                                                   levels.low)});
          })
          .Case([&](mbn::ThresholdOp op) { return writeThreshold(op); })
          .Case([&](mbn::RescaleOp op) {
            mbn::BorderAttr border = op.getBorderAttr();
            Name y =
                node("Mul", {convert(get(op.getInput()), TensorProto::FLOAT),
                             writeTable(op.getScale(), border)});
            return node("Add", {y, writeTable(op.getBase(), border)});
          })
          .Case([&](mbn::BatchNormOp op) { return writeNorm(op); })
          .Case([&](mbn::LayerNormOp op) {
            Name y = node("LayerNormalization", names(op.getOperands()));
            set("axis", -1);
            setFloat("epsilon", op.getEpsilon().convertToFloat());
            setNodeName(op.getLayer());
            requireOpset(17);
            return y;
          })
          .Case([&](mbn::MaxPool2DOp op) {
            return writePool(op, "MaxPool", op.getKernel(), op.getStride(),
                             op.getPad());
          })
          .Case([&](tosa::MaxPool2dOp op) {
            ArrayRef<int64_t> p = op.getPad(); // top, bottom, left, right
            return writePool(op, "MaxPool", op.getKernel(), op.getStride(),
                             {p[0], p[2], p[1], p[3]});
          })
          .Case([&](tosa::AvgPool2dOp op) {
            ArrayRef<int64_t> p = op.getPad();
            return writePool(op, "AveragePool", op.getKernel(), op.getStride(),
                             {p[0], p[2], p[1], p[3]});
          })
          .Case<mbn::ReshapeOp, tosa::ReshapeOp>([&](Operation *op) {
            return node("Reshape", {get(op->getOperand(0)),
                                    integers(shapeOf(op->getResult(0)))});
          })
          .Case([&](mbn::TransposeOp op) {
            return transpose(get(op.getInput()), op.getPermutation());
          })
          .Case([&](tosa::TransposeOp op) {
            return transpose(get(op.getInput1()),
                             llvm::to_vector_of<int64_t>(op.getPerms()));
          })
          .Case([&](tosa::ClampOp op) -> FailureOr<Name> {
            auto least = dyn_cast<FloatAttr>(op.getMinValAttr());
            auto most = dyn_cast<FloatAttr>(op.getMaxValAttr());
            if (!least || !most)
              return failure();
            auto bound = [&](FloatAttr attr) {
              return constant<float>(
                  TensorProto::FLOAT, {},
                  static_cast<float>(attr.getValueAsDouble()));
            };
            return node("Clip",
                        {get(op.getInput()), bound(least), bound(most)});
          })
          .Case([&](tosa::MulOp op) {
            return node("Mul", {get(op.getInput1()), get(op.getInput2())});
          })
          .Case([&](tosa::AddOp op) {
            return node("Add", names(op.getOperands()));
          })
          .Case([&](tosa::SubOp op) {
            return node("Sub", names(op.getOperands()));
          })
          .Case([&](arith::DivFOp op) {
            return node("Div", names(op.getOperands()));
          })
          .Case([&](tosa::ExpOp op) {
            return node("Exp", names(op->getOperands()));
          })
          .Case([&](tosa::ReciprocalOp op) {
            return node("Reciprocal", names(op->getOperands()));
          })
          .Case([&](tosa::ReduceSumOp op) {
            return node("ReduceSum", {get(op.getInput()), axes(op.getAxis())});
          })
          .Case([&](tosa::ReduceMaxOp op) {
            Name y = node("ReduceMax", {get(op.getInput())});
            set("axes", ArrayRef<int64_t>(op.getAxis()));
            return y;
          })
          .Case([&](tosa::SliceOp op) -> FailureOr<Name> {
            SmallVector<int64_t> starts, sizes, ends;
            if (!tosa::getConstShapeValues(op.getStart().getDefiningOp(),
                                           starts) ||
                !tosa::getConstShapeValues(op.getSize().getDefiningOp(), sizes))
              return failure();
            for (auto [start, size] : llvm::zip_equal(starts, sizes))
              ends.push_back(start + size);
            return node("Slice", {get(op.getInput1()), integers(starts),
                                  integers(ends)});
          })
          .Case([&](tosa::PadOp op) -> FailureOr<Name> {
            SmallVector<int64_t> padding, pads;
            auto fill = mbn::getConstantFloats(op.getPadConst());
            if (!tosa::getConstShapeValues(op.getPadding().getDefiningOp(),
                                           padding) ||
                failed(fill) || fill->size() != 1)
              return failure();
            for (size_t end : {0, 1})
              for (size_t i = end; i < padding.size(); i += 2)
                pads.push_back(padding[i]);
            return node("Pad", {get(op.getInput1()), integers(pads),
                                floats({}, *fill)});
          })
          .Case([&](mbn::ConcatOp op) {
            Name y = node("Concat", names(op.getOperands()));
            set("axis", op.getAxis());
            return y;
          })
          .Case([&](tosa::ConcatOp op) {
            Name y = node("Concat", names(op.getOperands()));
            set("axis", op.getAxis());
            return y;
          })
          .Default([](Operation *) { return failure(); });
  if (failed(result))
    return failure();
  if (!result->empty())
    this->names[op->getResult(0)] = *result;
  return success();
}

static void setType(onnx::ValueInfoProto *info, Value value, StringRef name) {
  info->set_name(name.str());
  auto *type = info->mutable_type()->mutable_tensor_type();
  type->set_elem_type(
      isa<mbn::MultiBitType>(value.getType()) ? TensorProto::UINT8
      : cast<RankedTensorType>(value.getType()).getElementType().isF32()
          ? TensorProto::FLOAT
          : TensorProto::INT32);
  for (int64_t size : shapeOf(value))
    type->mutable_shape()->add_dim()->set_dim_value(size);
}

/// Whether weights or parameters are known: numbers, or bases, decoded or not.
static bool isKnown(Value value) {
  if (auto decode = value.getDefiningOp<mbn::DecodeOp>())
    value = decode.getInput();
  Operation *op = value.getDefiningOp();
  return isa_and_nonnull<mbn::ConstantOp, arith::ConstantOp, tosa::ConstOp>(op);
}

/// Refuses what cannot be written so that it can be read back: weights and
/// parameters that are computed, and arguments and results without a type.
static llvm::Error checkExportable(func::FuncOp main) {
  if (main.isExternal() || main.getNumResults() == 0)
    return llvm::createStringError("'main' has no results, which ONNX calls "
                                   "for");
  auto isWeights = [](Type type) {
    auto codes = dyn_cast<mbn::MultiBitType>(type);
    return codes && codes.isWeights();
  };
  for (Type type : main.getArgumentTypes()) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (isWeights(type) || (tensor && !tensor.getElementType().isF32()))
      return llvm::createStringError("'main' takes weights or integers, which "
                                     "cannot be written as ONNX; floats and "
                                     "codes can");
  }
  if (llvm::any_of(main.getResultTypes(), isWeights))
    return llvm::createStringError("'main' returns weights, which cannot be "
                                   "written as ONNX; decode them");
  if (main.walk([](mbn::ScoreOp) { return WalkResult::interrupt(); })
          .wasInterrupted())
    return llvm::createStringError(
        "integer scores cannot be written as ONNX; leave out "
        "mbn-integer-scores, which --integer-scores asks for");
  std::string unknown;
  main.walk([&](Operation *op) {
    if (!isa<mbn::Conv2DOp, mbn::MatmulOp, mbn::BatchNormOp, mbn::LayerNormOp,
             mbn::RescaleOp, mbn::ThresholdOp>(op) ||
        llvm::all_of(op->getOperands().drop_front(), isKnown))
      return;
    auto layer = op->getAttrOfType<StringAttr>("layer");
    unknown = (layer ? "layer '" + layer.getValue() + "'"
                     : "'" + op->getName().getStringRef() + "'")
                  .str();
  });
  if (!unknown.empty())
    return llvm::createStringError(
        unknown + " has weights or parameters that are no constants, which "
                  "cannot be written as ONNX");
  return llvm::Error::success();
}

llvm::Expected<std::string> Exporter::run(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return llvm::createStringError("the module has no function 'main'");
  if (llvm::Error error = checkExportable(main))
    return std::move(error);
  auto nameOf = [](DictionaryAttr attrs, StringRef usual) {
    auto name = attrs ? attrs.getAs<StringAttr>("mbn.name") : StringAttr();
    return name ? name.str() : usual.str();
  };
  for (auto [i, argument] : llvm::enumerate(main.getArguments())) {
    Name name = nameOf(main.getArgAttrDict(i), "input" + std::to_string(i));
    setType(graph().add_input(), argument, name);
    names[argument] = name;
    // A caller gives the numbers of levels.
    if (isa<mbn::MultiBitType>(argument.getType())) {
      numerics::Levels levels = levelsOf(argument);
      std::vector<uint8_t> codes;
      for (int64_t k = 0; k < levels.count(); ++k)
        codes.push_back(levels.code(k));
      if (codes.back() == 255 && codes.size() == 256)
        continue;
      Name table =
          constant<uint8_t>(TensorProto::UINT8, {levels.count()}, codes);
      names[argument] =
          node("Gather", {table, convert(name, TensorProto::INT32)});
    }
  }
  Block &body = main.getBody().front();
  for (Operation &op : body.without_terminator())
    if (failed(write(&op)))
      return llvm::createStringError("'" + op.getName().getStringRef() +
                                     "' has no counterpart in ONNX; objects "
                                     "(--emit=obj, so) have it");
  for (auto [i, value] : llvm::enumerate(body.getTerminator()->getOperands())) {
    Name name = nameOf(main.getResultAttrDict(i), "output" + std::to_string(i));
    // Codes leave as numbers of levels.
    Name result = get(value);
    if (isa<mbn::MultiBitType>(value.getType())) {
      numerics::Levels levels = levelsOf(value);
      std::vector<uint8_t> indices(256);
      for (int64_t k = 0; k < levels.count(); ++k)
        indices[levels.code(k)] = k;
      result =
          node("Gather", {constant<uint8_t>(TensorProto::UINT8, {256}, indices),
                          convert(result, TensorProto::INT32)});
    }
    node("Identity", {result}, name);
    setType(graph().add_output(), value, name);
  }
  return serialize();
}

llvm::Expected<std::string> subbit::exportONNX(ModuleOp module) {
  return Exporter().run(module);
}
