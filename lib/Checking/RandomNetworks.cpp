//===- RandomNetworks.cpp - Random networks to check the compiler ---------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Checking/RandomNetworks.h"
#include "dialects/MBN/IR/Weights.h"
#include "lib/Checking/NetworkBuilder.h"
#include "lib/Checking/RandomTensors.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include <cmath>

using namespace mlir;
using namespace subbit;

/// Images with more elements are not flattened for a matrix product.
static constexpr int64_t kLargestVector = 800;
/// Float inputs are multiples of this up to `kInputBound`.
static constexpr double kInputUnit = 0.125, kInputBound = 4;

//===----------------------------------------------------------------------===//
// Codes and floats
//===----------------------------------------------------------------------===//

/// Rising thresholds of its own for each channel or for all, some of them never
/// reached.
ElementsAttr NetworkBuilder::makeThresholds(const Floats &x, int64_t columns) {
  int64_t rows = random.chance(50) ? x.shape().back() : 1;
  std::vector<float> values;
  for (int64_t r = 0; r < rows; ++r) {
    std::vector<float> row;
    for (int64_t i = 0; i < columns; ++i)
      row.push_back(x.typical * random.from(-200, 200) / 100.0);
    llvm::sort(row);
    if (random.chance(30))
      row.back() = std::numeric_limits<float>::quiet_NaN();
    values.insert(values.end(), row.begin(), row.end());
  }
  SmallVector<int64_t> shape{columns};
  if (rows > 1)
    shape.insert(shape.begin(), rows);
  return mbn::makeElements<float>(b.getContext(), shape, values, "thresholds");
}

Value NetworkBuilder::encode(const Floats &x) {
  numerics::Levels levels = makeRandomLevels(random, x.typical);
  auto type = mbn::MultiBitType::get(
      x.shape(), mbn::LevelsAttr::get(b.getContext(), levels));
  ElementsAttr thresholds;
  if (random.chance(30))
    thresholds = makeThresholds(x, levels.count() - 1);
  return mbn::EncodeOp::create(b, loc, type, x.value, thresholds);
}

Floats NetworkBuilder::decode(Value codes) {
  auto type = cast<mbn::MultiBitType>(codes.getType());
  numerics::Levels levels = type.getLevels().toNumerics();
  double bound = 0;
  for (int64_t i : {int64_t(0), levels.count() - 1})
    bound = std::max<double>(bound, std::abs(levels.value(i)));
  // Intermediate products are exact too.
  bound = std::max<double>(bound, levels.step * levels.maxMagnitude());
  Value value = mbn::DecodeOp::create(b, loc, type.getDecodedType(), codes);
  return {value, levels.step / 2, bound, std::max(bound / 2, 1e-6)};
}

Floats NetworkBuilder::requantize(const Floats &x) { return decode(encode(x)); }

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

numerics::ConvGeometry NetworkBuilder::makeGeometry(ArrayRef<int64_t> input) {
  numerics::ConvGeometry g;
  g.batch = input[0];
  g.channels = input.back();
  g.outputs = random.chance(20) ? random.from(17, 40) : random.from(1, 9);
  if (input.size() == 2)
    return g;
  g.height = input[1], g.width = input[2];
  auto axis = [&](int64_t size, int64_t &kernel, int64_t &before,
                  int64_t &after, int64_t &stride, int64_t &dilation) {
    kernel = random.from(1, 4);
    dilation = random.chance(25) ? 2 : 1;
    stride = random.chance(30) ? random.from(2, 3) : 1;
    int64_t extent = (kernel - 1) * dilation + 1;
    before = random.chance(50) ? random.from(0, extent) : 0;
    after = random.chance(50) ? random.from(0, extent) : 0;
    if (size + before + after < extent)
      kernel = 1;
  };
  axis(g.height, g.kernelHeight, g.padTop, g.padBottom, g.strideY, g.dilationY);
  axis(g.width, g.kernelWidth, g.padLeft, g.padRight, g.strideX, g.dilationX);
  if (random.chance(20)) {
    // Depthwise, or any divisor.
    g.groups = g.channels;
    if (random.chance(50))
      while (g.channels % (g.groups = random.from(1, g.channels)))
        ;
    g.outputs = g.groups * random.from(1, g.groups > 8 ? 2 : 4);
  }
  return g;
}

SmallVector<int64_t> weightShape(const numerics::ConvGeometry &g,
                                 bool isMatmul) {
  if (isMatmul)
    return {g.outputs, g.channels};
  return {g.outputs, g.kernelHeight, g.kernelWidth, g.groupChannels()};
}

SmallVector<int64_t> resultShape(const numerics::ConvGeometry &g,
                                 bool isMatmul) {
  if (isMatmul)
    return {g.batch, g.outputs};
  return {g.batch, g.outputHeight(), g.outputWidth(), g.outputs};
}

Value NetworkBuilder::createProduct(Type result, Value input, Value weights,
                                    Value bias,
                                    const numerics::ConvGeometry &g) {
  if (cast<RankedTensorType>(result).getRank() == 2)
    return mbn::MatmulOp::create(b, loc, result, input, weights, bias,
                                 layerName());
  return mbn::Conv2DOp::create(
      b, loc, result, input, weights, bias, layerName(),
      ArrayRef<int64_t>{g.padTop, g.padLeft, g.padBottom, g.padRight},
      ArrayRef<int64_t>{g.strideY, g.strideX},
      ArrayRef<int64_t>{g.dilationY, g.dilationX}, g.groups);
}

Floats NetworkBuilder::makeLayer(const Floats &input) {
  return makeLayer(input, makeGeometry(input.shape()));
}

Floats NetworkBuilder::makeLayer(const Floats &input,
                                 const numerics::ConvGeometry &g) {
  bool isMatmul = input.shape().size() == 2;
  SmallVector<int64_t> shape = weightShape(g, isMatmul);
  // Some bits are left for the bias.
  double room = kExact / 4 * input.unit / (input.bound * g.kernelSize());
  auto largest = static_cast<int64_t>(std::min(room, 32767.0));
  assert(largest > 0 && "the layer is too large to be exact");
  if (random.chance(70))
    largest = std::min<int64_t>(largest, random.oneOf({8, 127, 255}));
  RandomWeights weights =
      makeRandomWeights(random, b.getContext(), shape, largest);
  auto constant = mbn::ConstantOp::create(
      b, loc, weights.type,
      mbn::makeBases(b.getContext(), weights.bases, "weights"));
  std::vector<float> floats = mbn::decodeFloats(constant);

  double squares = 0, most = 0, leastStep = 1;
  for (float w : floats) {
    squares += w * w;
    most = std::max<double>(most, std::abs(w));
  }
  for (float step : weights.bases.steps)
    if (step > 0)
      leastStep = std::min<double>(leastStep, step);
  Floats result;
  result.unit = leastStep * input.unit;
  result.bound = most * g.kernelSize() * input.bound;
  result.typical =
      std::sqrt(squares / g.outputs + leastStep * leastStep) * input.typical;

  Value bias;
  if (random.chance(60)) {
    std::vector<float> values;
    auto range = static_cast<int64_t>(
        std::clamp(result.typical / result.unit, 1.0, kExact / 8));
    double biasBound = 0;
    for (int64_t c = 0; c < g.outputs; ++c) {
      double unit = weights.bases.step(c) > 0
                        ? weights.bases.step(c) * input.unit
                        : result.unit;
      values.push_back(unit * random.from(-range, range));
      biasBound = std::max(biasBound, unit * range);
    }
    result.bound += biasBound;
    bias = floatConstant({g.outputs}, values);
  }
  // Weights that nobody quantized keep the layer in float.
  Value decoded =
      random.chance(8)
          ? floatConstant(shape, floats)
          : mbn::DecodeOp::create(b, loc, floatType(shape), constant);
  result.value = createProduct(floatType(resultShape(g, isMatmul)), input.value,
                               decoded, bias, g);
  return result;
}

/// A layer whose integer sums are what it returns.
Value NetworkBuilder::makeSums(Value codes) {
  auto type = cast<mbn::MultiBitType>(codes.getType());
  numerics::ConvGeometry g = makeGeometry(type.getShape());
  bool isMatmul = type.getRank() == 2;
  int64_t magnitude = std::max<int64_t>(
      1, type.getLevels().toNumerics().maxMagnitude() * g.kernelSize());
  RandomWeights weights = makeRandomWeights(
      random, b.getContext(), weightShape(g, isMatmul),
      std::min<int64_t>(32767,
                        std::numeric_limits<int32_t>::max() / magnitude));
  Value constant = mbn::ConstantOp::create(
      b, loc, weights.type,
      mbn::makeBases(b.getContext(), weights.bases, "weights"));
  return createProduct(
      RankedTensorType::get(resultShape(g, isMatmul), b.getI32Type()), codes,
      constant, {}, g);
}

/// The sum of two branches of the same shape, of codes or of what layers give.
Floats NetworkBuilder::residual(const Floats &input) {
  numerics::ConvGeometry g = makeGeometry(input.shape());
  Floats left = makeLayer(input, g), right = makeLayer(input, g);
  if (random.chance(70))
    left = requantize(clamp(left));
  if (random.chance(40))
    right = requantize(right);
  Value sum = tosa::AddOp::create(b, loc, left.value.getType(), left.value,
                                  right.value);
  return {sum, std::min(left.unit, right.unit), left.bound + right.bound,
          left.typical + right.typical};
}

/// A layer of whose result codes are made that nothing but the caller reads,
/// beside what follows.
Floats NetworkBuilder::makeShared(const Floats &input) {
  Floats result = makeLayer(input);
  if (random.chance(10))
    outputs.push_back(requantize(result).value);
  return result;
}

/// Two branches of the same shape side by side, as floats or as codes of the
/// same levels.
Floats NetworkBuilder::concatenate(const Floats &input) {
  numerics::ConvGeometry g = makeGeometry(input.shape());
  Floats left = clamp(makeLayer(input, g)), right = makeLayer(input, g);
  if (random.chance(50)) {
    Value codes = encode(left);
    Value others = mbn::EncodeOp::create(b, loc, codes.getType(), right.value);
    left = decode(codes);
    right = decode(others);
  }
  SmallVector<int64_t> shape(left.shape());
  int64_t axis = random.from(0, shape.size() - 1);
  shape[axis] *= 2;
  Value both = tosa::ConcatOp::create(b, loc, floatType(shape),
                                      ValueRange{left.value, right.value},
                                      b.getI32IntegerAttr(axis));
  return {both, std::min(left.unit, right.unit),
          std::max(left.bound, right.bound),
          std::max(left.typical, right.typical)};
}

//===----------------------------------------------------------------------===//
// The whole
//===----------------------------------------------------------------------===//

Floats NetworkBuilder::makeInput(func::FuncOp main) {
  SmallVector<int64_t> shape;
  if (random.chance(30)) {
    shape = {random.chance(50) ? 1 : random.from(2, 20),
             random.chance(50) ? random.from(1, 40) : random.from(41, 300)};
  } else {
    int64_t channels = random.chance(50)
                           ? random.from(1, 6)
                           : random.oneOf<int64_t>({8, 16, 31, 32, 33, 40, 65});
    shape = {random.chance(80) ? 1 : random.from(2, 3), random.from(1, 13),
             random.from(1, 13), channels};
  }
  Floats input{{}, kInputUnit, kInputBound, kInputBound / 2};
  bool isCodes = random.chance(40);
  Type type = floatType(shape);
  if (isCodes)
    type = mbn::MultiBitType::get(
        shape, mbn::LevelsAttr::get(b.getContext(),
                                    makeRandomLevels(random, input.typical)));
  Block *block = main.addEntryBlock();
  main.setFunctionType(b.getFunctionType({type}, {}));
  input.value = block->addArgument(type, loc);
  main.setArgAttr(0, "mbn.name", b.getStringAttr("input"));
  b.setInsertionPointToStart(block);
  if (isCodes)
    return decode(input.value);
  return random.chance(75) ? requantize(input) : input;
}

void NetworkBuilder::finish(const Floats &last) {
  switch (random.from(0, 3)) {
  case 0:
    outputs.push_back(makeSums(encode(last)));
    break;
  case 1:
    outputs.push_back(requantize(last).value);
    break;
  default:
    outputs.push_back(last.value);
  }
}

OwningOpRef<ModuleOp> NetworkBuilder::build() {
  b.getContext()
      ->loadDialect<arith::ArithDialect, func::FuncDialect, mbn::MBNDialect,
                    tosa::TosaDialect>();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  b.setInsertionPointToEnd(module->getBody());
  auto main = func::FuncOp::create(b, loc, "main", b.getFunctionType({}, {}));
  Floats x = makeInput(main);
  for (int64_t i = random.from(1, 3); i > 0; --i) {
    ArrayRef<int64_t> in = x.shape();
    int64_t flat = cast<RankedTensorType>(x.value.getType()).getNumElements();
    if (in.size() == 4 && flat / in[0] <= kLargestVector && random.chance(20)) {
      x = reshape(x, {in[0], flat / in[0]});
    } else if (random.chance(5)) {
      x = transpose(x);
    }
    x = random.chance(15)   ? residual(x)
        : random.chance(10) ? concatenate(x)
                            : activate(makeShared(x));
    if (random.chance(15))
      x = maxPool(x);
    if (random.chance(10))
      outputs.push_back(x.value);
    if (i == 1)
      break;
    if (!x.isExact() || x.bound > 1024 * x.unit || random.chance(80))
      x = requantize(x);
    if (random.chance(25))
      x = maxPool(x);
    if (random.chance(20)) {
      x = averagePool(x);
      if (!x.isExact() || x.bound > 1024 * x.unit || random.chance(70))
        x = requantize(x);
    }
  }
  finish(x);
  func::ReturnOp::create(b, loc, outputs);
  main.setFunctionType(b.getFunctionType(main.getArgumentTypes(),
                                         ValueRange(outputs).getTypes()));
  for (size_t i = 0; i < outputs.size(); ++i)
    main.setResultAttr(i, "mbn.name",
                       b.getStringAttr("output" + std::to_string(i)));
  return module;
}

OwningOpRef<ModuleOp> subbit::makeRandomNetwork(Random &random,
                                                MLIRContext *context) {
  return NetworkBuilder(random, context).build();
}

std::vector<TensorValue> subbit::makeRandomInputs(Random &random,
                                                  ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  std::vector<TensorValue> inputs;
  for (Type type : main.getArgumentTypes()) {
    TensorValue input = makeTensorValue(type);
    if (auto *floats = std::get_if<std::vector<float>>(&input.data)) {
      int64_t range = kInputBound / kInputUnit;
      for (float &x : *floats)
        x = kInputUnit * random.from(-range, range);
    } else {
      int64_t count = cast<mbn::MultiBitType>(type).getLevels().getNumLevels();
      for (uint8_t &x : std::get<std::vector<uint8_t>>(input.data))
        x = random.from(0, count - 1);
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}
