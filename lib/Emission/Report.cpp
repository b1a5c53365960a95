//===- Report.cpp - Sizes of a compiled network ---------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Emission/Report.h"
#include "dialects/Bitserial/IR/Bitserial.h"
#include "dialects/MBN/IR/Weights.h"
#include "include/subbit/Description.h"
#include "lib/Emission/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace subbit;

template <typename LayerOp> static LayerSize getLayerSize(LayerOp op) {
  LayerSize size;
  size.layer = op.getLayer().str();
  size.arithmetic = op.isQuantized() ? "integer" : "float";
  Value weights = op.getWeights();
  if (auto decode = weights.template getDefiningOp<mbn::DecodeOp>())
    weights = decode.getInput();
  mbn::ConstantOp constant = mbn::getWeightsConstant(weights);
  int64_t left = constant
                     ? constant.getType().getNumElements()
                     : cast<ShapedType>(weights.getType()).getNumElements();
  size.weights = left;
  if (auto all =
          op->template getAttrOfType<IntegerAttr>(mbn::kModelWeightsAttr))
    size.weights = all.getInt();
  if (!constant) {
    size.signs = size.formulaBits = 32 * left;
    return size;
  }
  numerics::Grouping grouping = mbn::getGrouping(constant.getType());
  size.groups = grouping.numGroups();
  if (auto attr = dyn_cast<mbn::BasesAttr>(constant.getValue())) {
    numerics::Bases bases = mbn::readBases(attr);
    for (auto [g, width] : llvm::enumerate(bases.widths))
      size.signs += width * grouping.groupSize(g);
    size.formulaBits =
        numerics::formulaBits(grouping, bases, constant.getType().getMaxBits());
  } else {
    size.signs = size.formulaBits = 8 * left;
  }
  return size;
}

std::vector<LayerSize> subbit::getLayerSizes(ModuleOp module) {
  std::vector<LayerSize> layers;
  module.walk([&](Operation *op) {
    // The ones of a pooling are no weights of the model.
    if (op->hasAttr(mbn::kPoolingAttr))
      return;
    if (auto conv = dyn_cast<mbn::Conv2DOp>(op))
      layers.push_back(getLayerSize(conv));
    else if (auto matmul = dyn_cast<mbn::MatmulOp>(op))
      layers.push_back(getLayerSize(matmul));
  });
  return layers;
}

void subbit::addArrayLayers(ModuleOp module, const Entry &entry,
                            unsigned version,
                            llvm::StringMap<std::string> &layers) {
  module.walk([&](memref::GlobalOp global) {
    auto layer = global->getAttrOfType<StringAttr>(bitserial::kLayerAttr);
    layers[arraySymbol(entry, global.getSymName(), version)] =
        layer ? layer.str() : std::string();
  });
}

int64_t subbit::addExactSizes(std::vector<LayerSize> &layers,
                              const llvm::StringMap<std::string> &arrays,
                              const llvm::StringMap<int64_t> &symbols) {
  int64_t other = 0;
  for (const auto &array : arrays) {
    int64_t bytes = symbols.lookup(array.first());
    auto layer = llvm::find_if(layers, [&](const LayerSize &size) {
      return size.layer == array.second;
    });
    (layer == layers.end() ? other : layer->exactBytes) += bytes;
  }
  return other;
}

static double ratio(double a, double b) { return b > 0 ? a / b : 0; }

static llvm::json::Array describe(ArrayRef<EntryTensor> tensors) {
  llvm::json::Array list;
  for (const EntryTensor &tensor : tensors) {
    StringRef type = tensor.type == SUBBIT_F32   ? "float32"
                     : tensor.type == SUBBIT_I32 ? "int32"
                                                 : "uint8";
    list.push_back(
        llvm::json::Object{{"name", tensor.name},
                           {"field", tensor.identifier},
                           {"type", type},
                           {"shape", llvm::json::Array(tensor.shape)},
                           {"bytes", tensor.bytes}});
  }
  return list;
}

static LayerSize addUp(ArrayRef<LayerSize> layers) {
  LayerSize total;
  for (const LayerSize &layer : layers) {
    total.weights += layer.weights;
    total.groups += layer.groups;
    total.signs += layer.signs;
    total.formulaBits += layer.formulaBits;
    total.exactBytes += layer.exactBytes;
  }
  return total;
}

llvm::json::Value
subbit::makeReport(const Entry &entry, const TargetSpec &target,
                   ArrayRef<LayerSize> layers, int64_t otherBytes,
                   const std::optional<ObjectMemory> &memory) {
  LayerSize total = addUp(layers);
  llvm::json::Array list;
  for (const LayerSize &layer : layers) {
    list.push_back(llvm::json::Object{
        {"layer", layer.layer},
        {"arithmetic", layer.arithmetic},
        {"weights", layer.weights},
        {"groups", layer.groups},
        {"average_bits", layer.averageBits()},
        {"formula_bits", layer.formulaBits},
        {"exact_bytes", layer.exactBytes},
        {"ratio", ratio(32.0 * layer.weights, layer.formulaBits)},
        {"exact_ratio", ratio(4.0 * layer.weights, layer.exactBytes)}});
  }
  llvm::json::Object report{
      {"name", entry.name},
      {"abi_version", SUBBIT_ABI_VERSION},
      {"target", llvm::json::Object{{"triple", target.triple},
                                    {"cpu", target.cpu},
                                    {"features", target.features}}},
      {"inputs", describe(entry.inputs)},
      {"outputs", describe(entry.outputs)},
      {"scratch_bytes", entry.scratchBytes},
      {"scratch_alignment", entry.scratchAlignment},
      {"unpacked_bytes", entry.weightsBytes},
      {"layers", std::move(list)},
      {"weights", total.weights},
      {"groups", total.groups},
      {"average_bits", total.averageBits()},
      {"formula_bits", total.formulaBits},
      {"exact_bytes", total.exactBytes},
      {"other_bytes", otherBytes},
      {"ratio", ratio(32.0 * total.weights, total.formulaBits)},
      {"exact_ratio", ratio(4.0 * total.weights, total.exactBytes)}};
  if (memory) {
    report["flash_bytes"] = memory->flashBytes;
    report["ram_bytes"] =
        entry.scratchBytes + entry.weightsBytes + memory->ramBytes;
    report["stack_bytes"] = memory->stackBytes;
  }
  return report;
}

void subbit::printReport(const Entry &entry, ArrayRef<LayerSize> layers,
                         int64_t otherBytes, const ObjectMemory &memory,
                         llvm::raw_ostream &os) {
  auto line = [&](const LayerSize &size) {
    os << llvm::formatv("{0,-24}{1,10}{2,8:f2}{3,10}{4,8:f2}\n", size.layer,
                        size.weights, size.averageBits(), size.exactBytes,
                        ratio(4.0 * size.weights, size.exactBytes));
  };
  os << llvm::formatv("{0,-24}{1,10}{2,8}{3,10}{4,8}\n", "layer", "weights",
                      "bits", "bytes", "ratio");
  for (const LayerSize &layer : layers)
    line(layer);
  LayerSize total = addUp(layers);
  total.layer = "all";
  line(total);
  os << llvm::formatv("\nflash {0,8} bytes: weights {1}, other constants {2}, "
                      "code and tables {3}\n",
                      memory.flashBytes, total.exactBytes, otherBytes,
                      memory.flashBytes - total.exactBytes - otherBytes)
     << llvm::formatv("RAM   {0,8} bytes: scratch {1}, variables {2}",
                      entry.scratchBytes + entry.weightsBytes + memory.ramBytes,
                      entry.scratchBytes, memory.ramBytes);
  if (entry.hasInit)
    os << ", unpacked weights " << entry.weightsBytes;
  os << "\n" << llvm::formatv("stack {0,8} bytes\n", memory.stackBytes);
}
