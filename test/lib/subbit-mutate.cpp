//===- subbit-mutate.cpp - Compile a network wrongly ----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Compiles a network with one deliberate error in the code of a layer, while
// the module that comes with the object stays right: comparisons must find it.

#include "dialects/Bitserial/IR/Bitserial.h"
#include "lib/Pipelines/Compile.h"
#include "lib/Pipelines/Diagnostics.h"
#include "lib/Pipelines/Registration.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include <cstring>

using namespace mlir;
using namespace subbit;
namespace cl = llvm::cl;

namespace {
enum class Mutation { FlipBit, SwapPlanes, DropRow, ShiftThreshold };
} // namespace

static cl::opt<std::string> model(cl::Positional, cl::Required);
static cl::opt<std::string> recipe("recipe");
static cl::opt<std::string> output("o", cl::Required);
static cl::opt<std::string> layer("layer", cl::Required);
static cl::opt<Mutation> kind(
    "kind", cl::Required,
    cl::values(clEnumValN(Mutation::FlipBit, "flip-bit", "one bit of a weight"),
               clEnumValN(Mutation::SwapPlanes, "swap-planes",
                          "two bit planes of the input"),
               clEnumValN(Mutation::DropRow, "drop-row", "a row counts as 0"),
               clEnumValN(Mutation::ShiftThreshold, "shift-threshold",
                          "one threshold is higher by 1")));
static cl::opt<std::string> cpu("mcpu");
static cl::opt<std::string> features("mattr");

static ArrayRef<char> getRawData(ElementsAttr value) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    return resource.getRawHandle().getBlob()->getData();
  return cast<DenseElementsAttr>(value).getRawData();
}

/// Replaces the first element of an array of the layer.
template <typename T>
static bool changeFirst(ModuleOp module, StringRef array, T (*change)(T)) {
  bool found = false;
  module->walk([&](bitserial::ConstantOp op) {
    if (op.getLayer() != layer || op.getName() != array)
      return;
    std::vector<char> data = getRawData(op.getValue()).vec();
    T first;
    std::memcpy(&first, data.data(), sizeof(T));
    first = change(first);
    std::memcpy(data.data(), &first, sizeof(T));
    op.setValueAttr(DenseElementsAttr::getFromRawBuffer(op.getType(), data));
    found = true;
  });
  return found;
}

template <typename Product> static bool swapPlanesOf(Product op) {
  auto planes = llvm::to_vector(op.getMultipliers());
  if (op.getLayer() != layer || planes.size() < 2)
    return false;
  std::swap(planes[0], planes[1]);
  op.setMultipliers(planes);
  return true;
}

static bool swapPlanes(ModuleOp module) {
  bool found = false;
  module->walk([&](bitserial::ProductOp op) { found |= swapPlanesOf(op); });
  module->walk(
      [&](bitserial::TiledProductOp op) { found |= swapPlanesOf(op); });
  return found;
}

static bool mutate(ModuleOp module) {
  switch (kind) {
  case Mutation::FlipBit:
    return changeFirst<int32_t>(module, "words",
                                [](int32_t x) { return x ^ 1; });
  case Mutation::SwapPlanes:
    return swapPlanes(module);
  case Mutation::DropRow:
    return changeFirst<int16_t>(module, "coordinates",
                                [](int16_t) { return int16_t(0); });
  case Mutation::ShiftThreshold:
    return changeFirst<int32_t>(module, "thresholds",
                                [](int32_t x) { return x + 1; });
  }
  llvm_unreachable("no other kind");
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv);
  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext context(registry);
  DiagnosticPrinter printer(context, "subbit-mutate");
  CompileOptions options;
  options.model = model;
  options.output = output;
  options.emit = "so";
  options.target = {"", cpu, features};
  options.trace = true;
  if (!recipe.empty()) {
    auto read = readRecipe(recipe);
    if (!read) {
      llvm::errs() << llvm::toString(read.takeError()) << "\n";
      return 1;
    }
    options.recipe = *read;
  }
  options.afterPhase = [](StringRef phase, ModuleOp module) -> LogicalResult {
    if (phase != "bitserial" || mutate(module))
      return success();
    return module.emitError()
           << "layer '" << layer.getValue() << "' has nothing to change";
  };
  return failed(compile(options, context));
}
