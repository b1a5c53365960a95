//===- BenchmarkLayer.cpp - Layers without a model ------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Benchmark/BenchmarkLayer.h"
#include "dialects/Bitserial/IR/Bitserial.h"
#include "dialects/MBN/IR/Weights.h"
#include "dialects/MBN/Transforms/Passes.h"
#include "lib/Numerics/Bases.h"
#include "lib/Numerics/Random.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <cmath>

using namespace mlir;
using namespace subbit;

/// The most bases of a group, and the largest coordinate.
static constexpr int64_t kMostBases = 4, kLargestCoordinate = 16;

namespace {

/// Binomial(kMostBases, p)
int64_t drawBases(Random &random, double p) {
  constexpr int64_t one = int64_t(1) << 32;
  int64_t count = 0;
  for (int64_t i = 0; i < kMostBases; ++i)
    count += static_cast<double>(random.from(0, one - 1)) < p * one;
  return count;
}

class LayerBuilder {
public:
  LayerBuilder(const BenchmarkLayer &layer, MLIRContext *context)
      : layer(layer), g(layer.geometry), random(layer.seed), b(context),
        loc(b.getUnknownLoc()) {}

  llvm::Expected<BenchmarkNetwork> build() {
    if (llvm::Error error = check())
      return std::move(error);
    SmallVector<int64_t> weightShape{g.outputs, g.channels};
    if (!layer.isMatmul)
      weightShape = {g.outputs, g.kernelHeight, g.kernelWidth,
                     g.groupChannels()};
    FailureOr<SmallVector<int64_t>> group =
        mbn::groupShape(layer.group, weightShape);
    if (failed(group))
      return llvm::createStringError(
          "--group '" + layer.group +
          "' does not fit the weights; choose channel, kernel or pixel "
          "(convolutions), sub-channel(K) with K from 1 to the channels, "
          "layer or auto");
    b.getContext()
        ->loadDialect<arith::ArithDialect, func::FuncDialect, mbn::MBNDialect,
                      bitserial::BitserialDialect>();
    if (!layer.schedule.empty()) {
      schedule = parseAttribute(layer.schedule, b.getContext());
      if (!schedule)
        return llvm::createStringError(
            "--schedule '" + layer.schedule +
            "' is no attribute; example: #bitserial.schedule<pixels, lanes = "
            "16, vectors = 8>");
    }
    network.module = ModuleOp::create(loc);
    b.setInsertionPointToEnd(network.module->getBody());
    drawWeights(weightShape, *group);
    makeFunction();
    return std::move(network);
  }

private:
  llvm::Error check() {
    auto invalid = [](const llvm::Twine &message) {
      return llvm::createStringError(message);
    };
    for (auto [name, value] : {std::pair("heights of input", g.height),
                               {"widths of input", g.width},
                               {"channels", g.channels},
                               {"--outputs", g.outputs},
                               {"--batch", g.batch},
                               {"--kernel", g.kernelHeight},
                               {"--stride", g.strideY},
                               {"--dilation", g.dilationY},
                               {"--groups", g.groups}})
      if (value < 1 || value > (int64_t(1) << 20))
        return invalid(llvm::Twine(name) + " must be from 1 to 2^20, found " +
                       llvm::Twine(value));
    if (g.padTop < 0 || g.padTop >= g.kernelHeight * g.dilationY)
      return invalid("--pad must be from 0 to the kernel's extent, found " +
                     llvm::Twine(g.padTop));
    if (layer.floatActivations &&
        !(layer.family.empty() && layer.schedule.empty() && layer.encodes))
      return invalid(
          "--family, --schedule and --fused-encode are of codes; "
          "leave them out, or --float-activations and --float-weights");
    if (g.channels % g.groups || g.outputs % g.groups)
      return invalid("--groups must divide channels and outputs, found " +
                     llvm::Twine(g.groups));
    if (g.outputHeight() < 1 || g.outputWidth() < 1)
      return invalid("the kernel is larger than the padded input");
    if (!(layer.weightBits >= 0) || layer.weightBits > kMostBases)
      return invalid("--weight-bits must be from 0 to 4, found " +
                     llvm::Twine(std::to_string(layer.weightBits)));
    if (layer.activationBits < 1 || layer.activationBits > 8)
      return invalid("--activation-bits must be from 1 to 8, found " +
                     llvm::Twine(layer.activationBits));
    constexpr double kLargestLayer = 1 << 30;
    for (double elements : {double(g.outputs) * g.kernelSize(),
                            double(g.batch) * g.height * g.width * g.channels,
                            double(layer.positions()) * g.outputs})
      if (elements > kLargestLayer)
        return invalid("the layer has a tensor of more than 2^30 elements");
    // Sums are int32.
    if (double(g.kernelSize()) * kMostBases * kLargestCoordinate *
            (1 << layer.activationBits) >
        double(1 << 30))
      return invalid("sums of this layer could overflow; take fewer channels "
                     "or bits");
    return llvm::Error::success();
  }

  void drawWeights(ArrayRef<int64_t> shape, ArrayRef<int64_t> group) {
    numerics::Grouping grouping(shape, group);
    for (int64_t i = 0; i < grouping.numGroups(); ++i) {
      int64_t size = grouping.groupSize(i), words = grouping.groupWords(i);
      int64_t width =
          std::min(size, drawBases(random, layer.weightBits / kMostBases));
      bases.widths.push_back(width);
      network.basisWeights += width * size;
      for (int64_t row = 0; row < width; ++row) {
        bases.coordinates.push_back(random.from(1, kLargestCoordinate));
        variance +=
            double(bases.coordinates.back()) * bases.coordinates.back() * size;
        for (int64_t word = 0; word < words; ++word) {
          int64_t left = size - word * numerics::kWordBits;
          uint32_t mask = left >= numerics::kWordBits
                              ? ~uint32_t(0)
                              : (uint32_t(1) << left) - 1;
          bases.signs.push_back(
              static_cast<uint32_t>(random.from(0, UINT32_MAX)) & mask);
        }
      }
    }
    bases.steps = {0x1p-8f};
    network.binaryMultiplyAdds =
        double(network.basisWeights) * double(layer.positions()) *
        (layer.floatActivations ? 1 : layer.activationBits);
    type = mbn::MultiBitType::get(b.getContext(), shape, group, 0, kMostBases);
  }

  SmallVector<int64_t> inputShape() const {
    if (layer.isMatmul)
      return {g.batch, g.channels};
    return {g.batch, g.height, g.width, g.channels};
  }
  SmallVector<int64_t> outputShape() const {
    if (layer.isMatmul)
      return {g.batch, g.outputs};
    return {g.batch, g.outputHeight(), g.outputWidth(), g.outputs};
  }

  Value makeFloatWeights() {
    std::vector<float> values;
    for (int64_t i = 0; i < type.getNumElements(); ++i)
      values.push_back(static_cast<float>(random.from(-127, 127)) / 128);
    return arith::ConstantOp::create(
        b, loc,
        mbn::makeElements<float>(b.getContext(), type.getShape(), values,
                                 "weights"));
  }

  Value createProduct(Type element, Value input, Value weights) {
    auto result = RankedTensorType::get(outputShape(), element);
    if (layer.isMatmul)
      return mbn::MatmulOp::create(b, loc, result, input, weights, Value(),
                                   "layer");
    return mbn::Conv2DOp::create(
        b, loc, result, input, weights, Value(), "layer",
        ArrayRef<int64_t>{g.padTop, g.padLeft, g.padBottom, g.padRight},
        ArrayRef<int64_t>{g.strideY, g.strideX},
        ArrayRef<int64_t>{g.dilationY, g.dilationX}, g.groups);
  }

  /// Evenly spread where sums are about normally distributed.
  Value makeThresholds(int64_t count) {
    double deviation =
        std::sqrt(variance / g.outputs) * ((1 << layer.activationBits) - 1) / 2;
    std::vector<int32_t> values;
    for (int64_t c = 0; c < g.outputs; ++c)
      for (int64_t k = 0; k < count; ++k)
        values.push_back(static_cast<int32_t>(
            std::lround(deviation * (2.0 * (k + 1) / (count + 1) - 1)) +
            c % 8));
    return arith::ConstantOp::create(
        b, loc,
        mbn::makeElements<int32_t>(b.getContext(), {g.outputs, count}, values,
                                   "thresholds"));
  }

  void makeFunction() {
    Type inputType, outputType;
    SmallVector<int64_t> multipliers;
    for (int64_t j = 0; j < layer.activationBits; ++j)
      multipliers.push_back(int64_t(1) << j);
    numerics::Levels levels;
    levels.step = 1;
    levels.multipliers.assign(multipliers.begin(), multipliers.end());
    auto levelsAttr = mbn::LevelsAttr::get(b.getContext(), levels);
    if (layer.floatActivations) {
      inputType = RankedTensorType::get(inputShape(), b.getF32Type());
      outputType = RankedTensorType::get(outputShape(), b.getF32Type());
    } else {
      inputType = mbn::MultiBitType::get(inputShape(), levelsAttr);
      outputType = layer.encodes
                       ? Type(mbn::MultiBitType::get(outputShape(), levelsAttr))
                       : RankedTensorType::get(outputShape(), b.getI32Type());
    }
    auto main = func::FuncOp::create(
        b, loc, "main", b.getFunctionType({inputType}, {outputType}));
    Block *block = main.addEntryBlock();
    main.setArgAttr(0, "mbn.name", b.getStringAttr("input"));
    main.setResultAttr(0, "mbn.name", b.getStringAttr("output"));
    b.setInsertionPointToStart(block);
    Value weights, result;
    if (layer.floatWeights)
      weights = makeFloatWeights();
    else
      weights = mbn::ConstantOp::create(
          b, loc, type, mbn::makeBases(b.getContext(), bases, "weights"));
    if (layer.floatWeights) {
      result = createProduct(b.getF32Type(), block->getArgument(0), weights);
    } else if (layer.floatActivations) {
      Value decoded =
          mbn::DecodeOp::create(b, loc, type.getDecodedType(), weights);
      result = createProduct(b.getF32Type(), block->getArgument(0), decoded);
    } else {
      Value sums =
          createProduct(b.getI32Type(), block->getArgument(0), weights);
      int64_t count = (int64_t(1) << layer.activationBits) - 1;
      if (!layer.family.empty())
        sums.getDefiningOp()->setAttr(bitserial::kFamilyAttr,
                                      b.getStringAttr(layer.family));
      if (schedule)
        sums.getDefiningOp()->setAttr(bitserial::kScheduleAttr, schedule);
      result = sums;
      if (layer.encodes)
        result = mbn::ThresholdOp::create(
            b, loc, outputType, sums, makeThresholds(count), mbn::BorderAttr());
    }
    func::ReturnOp::create(b, loc, result);

    TensorValue input = makeTensorValue(inputType);
    // Floats are integers, but for powers of two, and so are their sums.
    network.sumsAreExact =
        127 * kMostBases * kLargestCoordinate * g.kernelSize() < 1 << 24;
    if (auto *floats = std::get_if<std::vector<float>>(&input.data))
      for (float &x : *floats)
        x = static_cast<float>(random.from(-127, 127)) / 128;
    else
      for (uint8_t &x : std::get<std::vector<uint8_t>>(input.data))
        x = random.from(0, (int64_t(1) << layer.activationBits) - 1);
    network.inputs.push_back(std::move(input));
  }

  const BenchmarkLayer &layer;
  const numerics::ConvGeometry &g;
  Random random;
  OpBuilder b;
  Location loc;
  mbn::MultiBitType type;
  numerics::Bases bases;
  Attribute schedule;
  double variance = 0;
  BenchmarkNetwork network;
};

} // namespace

llvm::Expected<BenchmarkNetwork>
subbit::makeBenchmarkNetwork(const BenchmarkLayer &layer,
                             MLIRContext *context) {
  return LayerBuilder(layer, context).build();
}
