//===- QuantizeActivations.cpp - Levels learned on calibration data -------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "lib/Execution/DataFiles.h"
#include "lib/Execution/JIT.h"
#include "lib/Execution/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include <cmath>

namespace subbit {
#define GEN_PASS_DEF_QUANTIZEACTIVATIONSPASS
#include "lib/Execution/Passes.h.inc"
} // namespace subbit

using namespace mlir;
using namespace subbit;

/// Images whose activations are learned from at a time.
static constexpr int64_t kLearnedImages = 32;
/// The model's own input keeps this many bits: it has no ReLU before it, and
/// its first layer is small.
static constexpr int64_t kInputBits = 8;

namespace {

/// A float value that gets levels.
struct Site {
  Value value;
  int64_t bits;
  /// Levels start at exactly 0.
  bool exactZero;
  /// The first layer that takes it.
  StringAttr layer;
};

struct QuantizeActivationsPass
    : public subbit::impl::QuantizeActivationsPassBase<
          QuantizeActivationsPass> {
  using QuantizeActivationsPassBase::QuantizeActivationsPassBase;
  void runOnOperation() override;

private:
  bool takesPixels() const {
    return scale != 1 || !mean.empty() || !stddev.empty();
  }
  LogicalResult checkOptions();
  FailureOr<numerics::Levels> pixelLevels();
  LogicalResult makePixelInput(func::FuncOp main);
  SmallVector<Site> findSites(func::FuncOp main);
  FailureOr<std::vector<numerics::Levels>> learn(func::FuncOp main,
                                                 ArrayRef<Site> sites);
  FailureOr<std::vector<TensorValue>> loadInputs(func::FuncOp main);
  void insertLevels(const Site &site, const numerics::Levels &levels);
};

} // namespace

LogicalResult QuantizeActivationsPass::checkOptions() {
  Location loc = getOperation().getLoc();
  if (bits < 1 || bits > 8)
    return emitError(loc) << "activation bits must be from 1 to 8, found "
                          << bits.getValue();
  if (count < 0)
    return emitError(loc) << "count must not be negative, found "
                          << count.getValue();
  return success();
}

//===----------------------------------------------------------------------===//
// Pixels
//===----------------------------------------------------------------------===//

/// The levels of 8-bit pixels: (pixel * scale - mean) / std as step and low.
FailureOr<numerics::Levels> QuantizeActivationsPass::pixelLevels() {
  Location loc = getOperation().getLoc();
  auto single = [&](ArrayRef<double> values, double usual,
                    StringRef name) -> FailureOr<double> {
    for (double v : values)
      if (v != values.front())
        return emitError(loc)
               << "the input's " << name << " differs between channels ("
               << values.front() << " and " << v
               << "); an activation tensor has one set of levels: give float "
                  "input, or one value for all channels";
    return values.empty() ? usual : values.front();
  };
  FailureOr<double> m = single(mean, 0, "mean"), d = single(stddev, 1, "std");
  if (failed(m) || failed(d))
    return failure();
  numerics::Levels levels;
  levels.step = static_cast<float>(scale / *d);
  levels.low = static_cast<float>(-*m / *d);
  if (!std::isfinite(levels.step) || levels.step <= 0 ||
      !std::isfinite(levels.low))
    return emitError(loc) << "the input's scale " << scale.getValue()
                          << ", mean " << *m << " and std " << *d
                          << " give no levels; scale and std must be positive";
  if (levels.low == 0)
    levels.low = 0; // no -0
  for (int64_t j = 0; j < 8; ++j)
    levels.multipliers.push_back(int64_t(1) << j);
  return levels;
}

/// Changes main's argument to the tensor of its pixels.
LogicalResult QuantizeActivationsPass::makePixelInput(func::FuncOp main) {
  if (main.getNumArguments() != 1 ||
      !isa<RankedTensorType>(main.getArgument(0).getType()))
    return main.emitError()
           << "an input of pixels needs a model with one float input; for one "
              "that takes bytes already leave out 'input' of the recipe";
  FailureOr<numerics::Levels> levels = pixelLevels();
  if (failed(levels))
    return failure();
  BlockArgument input = main.getArgument(0);
  auto floats = cast<RankedTensorType>(input.getType());
  auto type = mbn::MultiBitType::get(
      floats.getShape(), mbn::LevelsAttr::get(&getContext(), *levels));
  OpBuilder builder(&main.getBody().front(), main.getBody().front().begin());
  input.setType(type);
  auto decode = mbn::DecodeOp::create(builder, input.getLoc(), floats, input);
  input.replaceAllUsesExcept(decode, decode);
  main.setFunctionType(builder.getFunctionType(
      main.getBody().front().getArgumentTypes(), main.getResultTypes()));
  return success();
}

//===----------------------------------------------------------------------===//
// Sites
//===----------------------------------------------------------------------===//

/// Where a layer's input is made: pooling, reshaping and transposing commute
/// with the encode.
static Value findSource(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<tosa::MaxPool2dOp, tosa::ReshapeOp, tosa::TransposeOp>(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

static bool isNonNegative(Value value) {
  auto clamp = value.getDefiningOp<tosa::ClampOp>();
  auto least = clamp ? dyn_cast<FloatAttr>(clamp.getMinValAttr()) : FloatAttr();
  return least && least.getValueAsDouble() >= 0;
}

SmallVector<Site> QuantizeActivationsPass::findSites(func::FuncOp main) {
  SmallVector<Site> sites;
  main.walk([&](Operation *op) {
    if (!isa<mbn::Conv2DOp, mbn::MatmulOp>(op))
      return;
    auto weights = op->getOperand(1).getDefiningOp<mbn::DecodeOp>();
    if (!weights || !mbn::getWeightsConstant(weights.getInput()))
      return;
    Value source = findSource(op->getOperand(0));
    if (source.getDefiningOp<mbn::DecodeOp>() ||
        llvm::any_of(sites, [&](Site &s) { return s.value == source; }))
      return;
    bool isInput = isa<BlockArgument>(source);
    sites.push_back(
        {source, isInput ? std::max<int64_t>(bits, kInputBits) : bits,
         isNonNegative(source), op->getAttrOfType<StringAttr>("layer")});
  });
  return sites;
}

//===----------------------------------------------------------------------===//
// Learning
//===----------------------------------------------------------------------===//

/// The calibration data as inputs of main, one per batch.
FailureOr<std::vector<TensorValue>>
QuantizeActivationsPass::loadInputs(func::FuncOp main) {
  Location loc = getOperation().getLoc();
  auto fail = [&](llvm::Error error) {
    emitError(loc) << "calibration: " << llvm::toString(std::move(error));
    return failure();
  };
  if (calibration.empty())
    return emitError(loc)
           << "activations are quantized on calibration data, and none is "
              "given; name a file with --calibration FILE or in the recipe";
  auto data = readDataset(calibration, "", count);
  if (!data)
    return fail(data.takeError());
  Type type = main.getArgument(0).getType();
  TensorValue input = makeTensorValue(type);
  int64_t batch = input.shape.front(), size = input.size() / batch;
  if (data->images.rowSize() != size)
    return emitError(loc) << "calibration: '" << calibration << "' is "
                          << data->images.describe() << ", the model takes "
                          << shapeToString(input.shape);
  bool floats = data->images.type == DataArray::Type::Float32 ||
                data->images.type == DataArray::Type::Float64;
  if (takesPixels() && data->images.type != DataArray::Type::UInt8)
    return emitError(loc) << "calibration: the model takes 8-bit pixels, '"
                          << calibration << "' is " << data->images.describe();
  if (!takesPixels() && !floats)
    return emitError(loc)
           << "calibration: '" << calibration << "' is "
           << data->images.describe()
           << ", the model takes floats; state the input's normalization in "
              "the recipe or give float data";
  std::vector<TensorValue> inputs;
  for (int64_t first = 0; first + batch <= data->images.numRows();
       first += batch) {
    for (int64_t i = 0; i < batch; ++i) {
      if (takesPixels()) {
        auto &bytes = std::get<std::vector<uint8_t>>(input.data);
        std::copy_n(data->images.bytes.begin() + (first + i) * size, size,
                    bytes.begin() + i * size);
      } else {
        std::vector<float> row = data->images.rowAsFloat(first + i);
        llvm::copy(row,
                   std::get<std::vector<float>>(input.data).begin() + i * size);
      }
    }
    inputs.push_back(input);
  }
  if (inputs.empty())
    return emitError(loc) << "calibration: '" << calibration << "' has "
                          << data->images.numRows()
                          << " rows, less than one batch of " << batch;
  return inputs;
}

FailureOr<std::vector<numerics::Levels>>
QuantizeActivationsPass::learn(func::FuncOp main, ArrayRef<Site> sites) {
  FailureOr<std::vector<TensorValue>> inputs = loadInputs(main);
  if (failed(inputs))
    return failure();
  // A copy of the module whose main returns the values at the sites.
  OwningOpRef<ModuleOp> copy = ModuleOp::create(main.getLoc());
  IRMapping mapping;
  OpBuilder builder = OpBuilder::atBlockBegin(copy->getBody());
  auto probe = cast<func::FuncOp>(builder.clone(*main, mapping));
  Operation *terminator = probe.getBody().front().getTerminator();
  SmallVector<Value> results;
  for (const Site &site : sites)
    results.push_back(mapping.lookup(site.value));
  terminator->setOperands(results);
  probe.removeResAttrsAttr();
  probe.setFunctionType(builder.getFunctionType(
      probe.getArgumentTypes(), ValueRange(results).getTypes()));

  auto reference = ReferenceFunction::compile(*copy);
  if (!reference) {
    emitError(main.getLoc()) << llvm::toString(reference.takeError());
    return failure();
  }
  std::vector<numerics::LevelsEstimator> estimators;
  for (const Site &site : sites)
    estimators.emplace_back(site.bits, site.exactZero);
  std::vector<std::vector<float>> learned(sites.size());
  int64_t perLearning =
      std::max<int64_t>(1, kLearnedImages / inputs->front().shape.front());
  for (auto [number, input] : llvm::enumerate(*inputs)) {
    auto values = (*reference)->run(input);
    if (!values) {
      emitError(main.getLoc()) << llvm::toString(values.takeError());
      return failure();
    }
    bool last = number + 1 == inputs->size();
    bool full = static_cast<int64_t>(number + 1) % perLearning == 0;
    for (size_t s = 0; s < sites.size(); ++s) {
      ArrayRef<float> floats = (*values)[s].floats();
      if (!llvm::all_of(floats, [](float x) { return std::isfinite(x); }))
        return emitError(main.getLoc())
               << "calibration: the input of layer '"
               << sites[s].layer.getValue() << "' is NaN or infinite in batch "
               << number << " of '" << calibration
               << "'; look at its data and at the weights before this layer";
      learned[s].insert(learned[s].end(), floats.begin(), floats.end());
      if (!full && !last)
        continue;
      estimators[s].observe(learned[s]);
      learned[s].clear();
    }
  }
  std::vector<numerics::Levels> levels;
  for (const numerics::LevelsEstimator &estimator : estimators)
    levels.push_back(estimator.finish());
  return levels;
}

void QuantizeActivationsPass::insertLevels(const Site &site,
                                           const numerics::Levels &levels) {
  OpBuilder builder(&getContext());
  builder.setInsertionPointAfterValue(site.value);
  auto type = cast<RankedTensorType>(site.value.getType());
  auto quantized = mbn::MultiBitType::get(
      type.getShape(), mbn::LevelsAttr::get(&getContext(), levels));
  Location loc = site.value.getLoc();
  auto encode = mbn::EncodeOp::create(builder, loc, quantized, site.value);
  Value decoded = mbn::DecodeOp::create(builder, loc, type, encode);
  Value original = site.value;
  original.replaceAllUsesExcept(decoded, encode);
  ++numTensors;
}

void QuantizeActivationsPass::runOnOperation() {
  auto main = getOperation().lookupSymbol<func::FuncOp>("main");
  if (!main || main.isDeclaration()) {
    emitError(getOperation().getLoc()) << "the module has no function 'main'";
    return signalPassFailure();
  }
  if (failed(checkOptions()) || (takesPixels() && failed(makePixelInput(main))))
    return signalPassFailure();
  SmallVector<Site> sites = findSites(main);
  if (sites.empty()) {
    if (!takesPixels())
      emitWarning(main.getLoc())
          << "activations stay floats: no layer that takes floats has "
             "quantized weights; quantize them first";
    return;
  }
  if (main.getNumArguments() != 1) {
    main.emitError() << "has " << main.getNumArguments()
                     << " inputs; calibration data is for models with one";
    return signalPassFailure();
  }
  FailureOr<std::vector<numerics::Levels>> levels = learn(main, sites);
  if (failed(levels))
    return signalPassFailure();
  for (auto [site, learned] : llvm::zip(sites, *levels))
    insertLevels(site, learned);
}
