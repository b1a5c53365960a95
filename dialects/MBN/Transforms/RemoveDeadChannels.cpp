//===- RemoveDeadChannels.cpp - Outputs without bases go ------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "dialects/MBN/Transforms/Chain.h"
#include "dialects/MBN/Transforms/Passes.h"
#include "lib/Numerics/KeepChannels.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace subbit;

namespace subbit::mbn {
#define GEN_PASS_DEF_REMOVEDEADCHANNELSPASS
#include "dialects/MBN/Transforms/Passes.h.inc"
} // namespace subbit::mbn

using namespace subbit::mbn;

namespace {

using Mask = SmallVector<bool>;

/// The weights of a layer: bases behind a decode, or floats.
struct LayerWeights {
  ConstantOp bases; ///< null for floats
  std::vector<float> floats;
  SmallVector<int64_t> shape;
};

/// What lies between a layer and those that take its outputs.
struct Path {
  SmallVector<Operation *> between;
  SmallVector<Operation *> consumers;
  /// How often the channels are repeated along the last dimension at the end.
  int64_t repeats = 1;
  /// What a dead output is there, for each output of the layer.
  std::vector<float> constants;
};

struct RemoveDeadChannelsPass
    : public mbn::impl::RemoveDeadChannelsPassBase<RemoveDeadChannelsPass> {
  using RemoveDeadChannelsPassBase::RemoveDeadChannelsPassBase;
  void runOnOperation() override;

private:
  bool removeFrom(Operation *layer);
};

ArrayRef<int64_t> shapeOf(Value value) {
  if (auto type = dyn_cast<MultiBitType>(value.getType()))
    return type.getShape();
  return cast<RankedTensorType>(value.getType()).getShape();
}

bool isPlainLayer(Operation *op) {
  auto conv = dyn_cast<Conv2DOp>(op);
  return isa<MatmulOp>(op) || (conv && conv.getGroups() == 1);
}

Value biasOf(Operation *layer) {
  return layer->getNumOperands() > 2 ? layer->getOperand(2) : Value();
}

FailureOr<LayerWeights> weightsOf(Operation *layer) {
  LayerWeights weights;
  Value value = layer->getOperand(1);
  weights.shape = SmallVector<int64_t>(shapeOf(value));
  if (auto decode = value.getDefiningOp<DecodeOp>()) {
    weights.bases = getWeightsConstant(decode.getInput());
    if (!weights.bases || !isa<BasesAttr>(weights.bases.getValue()))
      return failure();
    weights.floats = decodeFloats(weights.bases);
    return weights;
  }
  auto floats = getConstantFloats(value);
  if (failed(floats))
    return failure();
  weights.floats = *floats;
  return weights;
}

/// Which outputs have any weight but 0.
Mask liveOutputs(const LayerWeights &weights) {
  Mask live(weights.shape.front(), false);
  size_t perOutput = weights.floats.size() / live.size();
  for (auto [i, w] : llvm::enumerate(weights.floats))
    if (w != 0)
      live[i / perOutput] = true;
  return live;
}

/// Channels [.., C] become [.., repeats * C] in the same order.
bool isFlattening(tosa::ReshapeOp op, int64_t channels) {
  ArrayRef<int64_t> from = shapeOf(op.getInput1()), to = shapeOf(op);
  return from.front() == to.front() && to.back() % channels == 0 &&
         from.back() == channels;
}

/// Follows the outputs of a layer to the layers that take them; fails where
/// something else does.
FailureOr<Path> findPath(Operation *layer) {
  Path path;
  Value value = layer->getResult(0);
  int64_t channels = shapeOf(value).back();
  path.constants.assign(channels, 0);
  if (Value bias = biasOf(layer)) {
    auto floats = getConstantFloats(bias);
    if (failed(floats))
      return failure();
    path.constants = *floats;
  }
  while (true) {
    bool toLayers = llvm::all_of(value.getUses(), [&](OpOperand &use) {
      return isPlainLayer(use.getOwner()) && use.getOperandNumber() == 0;
    });
    if (toLayers) {
      for (Operation *user : value.getUsers())
        path.consumers.push_back(user);
      return path;
    }
    if (!value.hasOneUse())
      return failure();
    Operation *user = *value.getUsers().begin();
    Value x;
    if (auto reshape = dyn_cast<tosa::ReshapeOp>(user)) {
      if (path.repeats != 1 || !isFlattening(reshape, channels))
        return failure();
      path.repeats = shapeOf(reshape).back() / channels;
    } else if (auto encode = dyn_cast<EncodeOp>(user)) {
      if (encode.getThresholds() || !encode.getResult().hasOneUse() ||
          !isa<DecodeOp>(*encode.getResult().getUsers().begin()))
        return failure();
      numerics::Levels levels =
          encode.getResult().getType().getLevels().toNumerics();
      std::vector<float> thresholds = levels.thresholds();
      for (float &constant : path.constants)
        constant = levels.value(numerics::encode(constant, thresholds));
    } else if (auto step = getChainStep(user, x); succeeded(step)) {
      // Constants of single elements of what was flattened have no channel.
      if (x != value ||
          (path.repeats != 1 && step->kind != ChainStep::Kind::Clamp))
        return failure();
      for (auto [c, constant] : llvm::enumerate(path.constants))
        constant = step->apply(constant, c);
    } else if (!isa<tosa::MaxPool2dOp, tosa::AvgPool2dOp, DecodeOp>(user)) {
      return failure();
    }
    path.between.push_back(user);
    value = user->getResult(0);
  }
}

bool isPadded(Operation *layer) {
  auto conv = dyn_cast<Conv2DOp>(layer);
  return conv && llvm::any_of(conv.getPad(), [](int64_t pad) { return pad; });
}

Mask repeat(const Mask &keep, int64_t repeats) {
  Mask all;
  for (int64_t r = 0; r < repeats; ++r)
    all.append(keep.begin(), keep.end());
  return all;
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

Value makeFloats(OpBuilder &builder, Location loc, ArrayRef<int64_t> shape,
                 const std::vector<float> &values, StringRef name) {
  return arith::ConstantOp::create(
      builder, loc,
      makeElements<float>(builder.getContext(), shape, values, name));
}

StringRef layerName(Operation *layer) {
  return layer->getAttrOfType<StringAttr>("layer").getValue();
}

/// What a layer keeps of its weights; nothing where its groups would be none.
std::optional<numerics::GroupedBases> keptBases(const LayerWeights &weights,
                                                const Mask &outputs,
                                                const Mask &inputs) {
  ConstantOp constant = weights.bases;
  return numerics::keepChannels(
      {getGrouping(constant.getType()),
       readBases(cast<BasesAttr>(constant.getValue()))},
      outputs, inputs);
}

void replaceWeights(Operation *layer, const LayerWeights &weights,
                    const Mask &outputs, const Mask &inputs) {
  OpBuilder builder(layer);
  Location loc = layer->getOperand(1).getLoc();
  // What reports count against.
  if (!layer->hasAttr(kModelWeightsAttr))
    layer->setAttr(kModelWeightsAttr,
                   builder.getI64IntegerAttr(weights.floats.size()));
  if (weights.bases) {
    auto kept = keptBases(weights, outputs, inputs);
    ConstantOp old = weights.bases;
    MultiBitType type = old.getType();
    auto newType = MultiBitType::get(
        builder.getContext(), kept->grouping.shape(), kept->grouping.group(),
        type.getMinBits(), type.getMaxBits());
    Value constant = ConstantOp::create(
        builder, loc, newType,
        makeBases(builder.getContext(), kept->bases, layerName(layer)));
    layer->setOperand(
        1, DecodeOp::create(builder, loc, newType.getDecodedType(), constant));
    return;
  }
  SmallVector<int64_t> shape = weights.shape;
  shape.front() = llvm::count(outputs, true);
  shape.back() = llvm::count(inputs, true);
  layer->setOperand(
      1, makeFloats(builder, loc, shape,
                    numerics::keepChannels(weights.floats, outputs, inputs),
                    layerName(layer)));
}

/// A constant of one element per channel, along its last dimension, keeps some.
void narrowConstant(OpOperand &operand, const Mask &keep) {
  auto floats = getConstantFloats(operand.get());
  if (failed(floats))
    return;
  SmallVector<int64_t> shape(shapeOf(operand.get()));
  if (shape.empty() || shape.back() != static_cast<int64_t>(keep.size()))
    return;
  shape.back() = llvm::count(keep, true);
  OpBuilder builder(operand.getOwner());
  operand.set(makeFloats(builder, operand.get().getLoc(), shape,
                         numerics::keepChannels(*floats, Mask{true}, keep),
                         "channels"));
}

/// The result's last dimension gets another size.
void narrowResult(Operation *op, int64_t size) {
  Value result = op->getResult(0);
  SmallVector<int64_t> shape(shapeOf(result));
  shape.back() = size;
  if (auto type = dyn_cast<MultiBitType>(result.getType()))
    result.setType(MultiBitType::get(shape, type.getLevels()));
  else
    result.setType(
        RankedTensorType::get(shape, getElementTypeOrSelf(result.getType())));
}

void narrowBetween(Operation *op, const Mask &keep, int64_t repeats) {
  int64_t kept = llvm::count(keep, true);
  if (auto reshape = dyn_cast<tosa::ReshapeOp>(op)) {
    SmallVector<int64_t> shape(shapeOf(reshape));
    shape.back() = repeats * kept;
    OpBuilder builder(op);
    auto type = tosa::shapeType::get(op->getContext(), shape.size());
    op->setOperand(
        1, tosa::ConstShapeOp::create(builder, op->getLoc(), type,
                                      builder.getIndexTensorAttr(shape)));
    return narrowResult(op, repeats * kept);
  }
  for (OpOperand &operand : op->getOpOperands())
    narrowConstant(operand, keep);
  bool flat =
      shapeOf(op->getResult(0)).back() != static_cast<int64_t>(keep.size());
  narrowResult(op, (flat ? repeats : 1) * kept);
}

/// Adds what dead inputs gave to each output of a layer.
void addToBias(Operation *layer, const LayerWeights &weights,
               const Mask &inputs, const std::vector<float> &constants) {
  int64_t outputs = weights.shape.front();
  std::vector<double> sums(outputs, 0);
  size_t perOutput = weights.floats.size() / outputs;
  for (auto [i, w] : llvm::enumerate(weights.floats)) {
    size_t input = i % inputs.size();
    if (!inputs[input])
      sums[i / perOutput] +=
          static_cast<double>(w) * constants[input % constants.size()];
  }
  if (llvm::all_of(sums, [](double sum) { return sum == 0; }))
    return;
  std::vector<float> bias(outputs, 0);
  if (Value old = biasOf(layer))
    bias = *getConstantFloats(old);
  for (auto [value, sum] : llvm::zip(bias, sums))
    value = static_cast<float>(value + sum);
  OpBuilder builder(layer);
  Value constant = makeFloats(builder, layer->getLoc(), {outputs}, bias,
                              (layerName(layer) + ".bias").str());
  if (biasOf(layer))
    layer->setOperand(2, constant);
  else
    layer->insertOperands(2, constant);
}

} // namespace

bool RemoveDeadChannelsPass::removeFrom(Operation *layer) {
  auto weights = weightsOf(layer);
  if (failed(weights) || !weights->bases ||
      !isa<RankedTensorType>(layer->getResult(0).getType()))
    return false;
  Mask keep = liveOutputs(*weights);
  if (llvm::all_of(keep, [](bool live) { return live; }))
    return false;
  FailureOr<Path> path = findPath(layer);
  if (failed(path) || path->consumers.empty())
    return false;

  SmallVector<LayerWeights> taken;
  for (Operation *consumer : path->consumers) {
    auto theirs = weightsOf(consumer);
    if (failed(theirs) ||
        (biasOf(consumer) && failed(getConstantFloats(biasOf(consumer)))))
      return false;
    taken.push_back(*theirs);
    if (!isPadded(consumer))
      continue;
    int64_t kept = 0;
    for (auto [live, constant] : llvm::zip(keep, path->constants))
      if (!live && constant != 0) {
        live = true;
        ++kept;
      }
    if (kept)
      layer->emitRemark() << "layer '" << layerName(layer) << "' keeps " << kept
                          << " outputs without bases: layer '"
                          << layerName(consumer)
                          << "' pads, where their constants are not 0";
  }
  // A layer has at least one output.
  if (llvm::none_of(keep, [](bool live) { return live; }))
    keep.front() = true;
  int64_t gone = llvm::count(keep, false);
  if (gone == 0)
    return false;
  Mask inputs = repeat(keep, path->repeats);
  Mask allInputs(weights->shape.back(), true);
  if (!keptBases(*weights, keep, allInputs))
    return false;
  for (auto [consumer, theirs] : llvm::zip(path->consumers, taken)) {
    if (!theirs.bases ||
        keptBases(theirs, Mask(theirs.shape.front(), true), inputs))
      continue;
    layer->emitRemark() << "layer '" << layerName(layer) << "' keeps " << gone
                        << " outputs without bases: groups of layer '"
                        << layerName(consumer)
                        << "' would not be of one size any more";
    return false;
  }

  replaceWeights(layer, *weights, keep, allInputs);
  if (biasOf(layer))
    narrowConstant(layer->getOpOperand(2), keep);
  narrowResult(layer, llvm::count(keep, true));
  for (Operation *op : path->between)
    narrowBetween(op, keep, path->repeats);
  for (auto [consumer, theirs] : llvm::zip(path->consumers, taken)) {
    addToBias(consumer, theirs, inputs, path->constants);
    replaceWeights(consumer, theirs, Mask(theirs.shape.front(), true), inputs);
  }
  layer->emitRemark() << "layer '" << layerName(layer) << "' loses " << gone
                      << " of " << keep.size()
                      << " outputs, which have no bases";
  numChannels += gone;
  return true;
}

void RemoveDeadChannelsPass::runOnOperation() {
  SmallVector<Operation *> layers;
  getOperation().walk([&](Operation *op) {
    if (isPlainLayer(op))
      layers.push_back(op);
  });
  for (bool changed = true; changed;) {
    changed = false;
    for (Operation *layer : layers)
      changed |= removeFrom(layer);
  }
  // Constants that nothing takes any more.
  SmallVector<Operation *> operations;
  getOperation().walk([&](Operation *op) { operations.push_back(op); });
  for (Operation *op : llvm::reverse(operations))
    if (isOpTriviallyDead(op))
      op->erase();
}
