//===- LayerComparison.cpp - Integer products against floats --------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Execution/LayerComparison.h"
#include "dialects/MBN/IR/MBN.h"
#include "dialects/MBN/IR/Weights.h"
#include "dialects/MBN/Transforms/Passes.h"
#include "lib/Execution/Evaluation.h"
#include "lib/Execution/Interpreter.h"
#include "lib/Execution/JIT.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Pass/PassManager.h"
#include <cmath>
#include <mutex>

using namespace mlir;
using namespace subbit;

namespace {

/// One product: its float meaning, and the integers with their scale.
struct ProductPair {
  std::string layer;
  OwningOpRef<ModuleOp> integers;
  std::unique_ptr<ReferenceFunction> reference;
  std::optional<Interpreter> interpreter;
  /// How far apart the results may be, for each output.
  std::vector<double> bounds;
};

} // namespace

/// A module whose `main` decodes codes and weights and multiplies floats.
template <typename Product>
static OwningOpRef<ModuleOp> makeFloatProduct(Product op,
                                              mbn::ConstantOp weights) {
  Location loc = op.getLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  auto b = OpBuilder::atBlockBegin(module->getBody());
  auto codes = cast<mbn::MultiBitType>(op.getInput().getType());
  auto result = RankedTensorType::get(cast<ShapedType>(op.getType()).getShape(),
                                      b.getF32Type());
  auto main = func::FuncOp::create(b, loc, "main",
                                   b.getFunctionType({codes}, {result}));
  b.setInsertionPointToStart(main.addEntryBlock());
  Value packed = b.clone(*weights.getOperation())->getResult(0);
  Value w =
      mbn::DecodeOp::create(b, loc, weights.getType().getDecodedType(), packed);
  Value x = mbn::DecodeOp::create(b, loc, codes.getDecodedType(),
                                  main.getArgument(0));
  IRMapping map;
  map.map(op.getInput(), x);
  map.map(op.getWeights(), w);
  Operation *product = b.clone(*op.getOperation(), map);
  product->getResult(0).setType(result);
  func::ReturnOp::create(b, loc, product->getResults());
  return module;
}

/// 1e-5 * sum_k |w_k| * max|x| for each output.
static std::vector<double> findBounds(mbn::ConstantOp weights,
                                      const numerics::Levels &levels) {
  double largest = 0;
  for (int64_t i = 0; i < levels.count(); ++i)
    largest = std::max<double>(largest, std::abs(levels.value(i)));
  std::vector<float> floats = mbn::decodeFloats(weights);
  std::vector<double> bounds(weights.getType().getShape()[0]);
  int64_t size = floats.size() / bounds.size();
  for (auto [c, bound] : llvm::enumerate(bounds)) {
    for (float w : ArrayRef<float>(floats).slice(c * size, size))
      bound += std::abs(w);
    bound *= 1e-5 * largest;
  }
  return bounds;
}

template <typename Product>
static llvm::Expected<ProductPair> makePair(Product op) {
  mbn::ConstantOp weights = mbn::getWeightsConstant(op.getWeights());
  if (!weights)
    return llvm::createStringError("layer '" + op.getLayer() +
                                   "': its weights are no constant");
  ProductPair pair;
  pair.layer = op.getLayer().str();
  pair.bounds =
      findBounds(weights, cast<mbn::MultiBitType>(op.getInput().getType())
                              .getLevels()
                              .toNumerics());
  OwningOpRef<ModuleOp> floats = makeFloatProduct(op, weights);
  auto reference = ReferenceFunction::compile(*floats);
  if (!reference)
    return reference.takeError();
  pair.reference = std::move(*reference);
  pair.integers = std::move(floats);
  PassManager manager(op.getContext());
  manager.addNestedPass<func::FuncOp>(mbn::createFusePass());
  if (failed(manager.run(*pair.integers)))
    return llvm::createStringError("layer '" + op.getLayer() +
                                   "' cannot be fused again");
  auto interpreter = Interpreter::create(*pair.integers);
  if (!interpreter)
    return interpreter.takeError();
  pair.interpreter.emplace(std::move(*interpreter));
  return pair;
}

/// Counts the values of the first `images` of a batch that are too far apart.
static llvm::Error compare(const ProductPair &pair, const TensorValue &codes,
                           int64_t images, ComparedValues &compared) {
  auto expected = pair.interpreter->run({codes});
  if (!expected)
    return expected.takeError();
  auto found = pair.reference->run({codes});
  if (!found)
    return found.takeError();
  ArrayRef<float> exact = expected->front().floats();
  int64_t count = exact.size() / codes.shape.front() * images;
  for (int64_t i = 0; i < count; ++i) {
    double difference = std::abs(double(exact[i]) - found->front().floats()[i]);
    compared.differences +=
        !(difference <= pair.bounds[i % pair.bounds.size()]);
  }
  compared.values += count;
  return llvm::Error::success();
}

llvm::Expected<std::vector<ComparedValues>>
subbit::compareProductsWithReference(ModuleOp fused,
                                     const ImageBatches &batches) {
  auto interpreter = Interpreter::create(fused);
  if (!interpreter)
    return interpreter.takeError();
  std::vector<ProductPair> pairs;
  llvm::DenseMap<Value, SmallVector<size_t>> pairsOf;
  llvm::Error error = llvm::Error::success();
  auto add = [&](auto op) -> WalkResult {
    if (!op.isQuantized())
      return WalkResult::advance();
    auto pair = makePair(op);
    if (!pair) {
      error = llvm::joinErrors(std::move(error), pair.takeError());
      return WalkResult::interrupt();
    }
    pairsOf[op.getInput()].push_back(pairs.size());
    pairs.push_back(std::move(*pair));
    return WalkResult::advance();
  };
  fused.walk([&](Operation *op) {
    if (auto conv = dyn_cast<mbn::Conv2DOp>(op))
      return add(conv);
    if (auto matmul = dyn_cast<mbn::MatmulOp>(op))
      return add(matmul);
    return WalkResult::advance();
  });
  if (error)
    return std::move(error);

  std::vector<ComparedValues> result;
  for (const ProductPair &pair : pairs)
    result.push_back({pair.layer});
  std::mutex mutex;
  error = parallelFor(batches.numBatches(), [&](int64_t i) {
    std::vector<ComparedValues> compared(pairs.size());
    llvm::Error failure = llvm::Error::success();
    auto outputs = interpreter->run(
        batches.get(i), [&](Value value, const TensorValue &codes) {
          for (size_t p : pairsOf.lookup(value))
            failure = llvm::joinErrors(
                std::move(failure),
                compare(pairs[p], codes, batches.imagesIn(i), compared[p]));
        });
    if (!outputs)
      return llvm::joinErrors(std::move(failure), outputs.takeError());
    std::lock_guard<std::mutex> lock(mutex);
    for (auto [sum, values] : llvm::zip_equal(result, compared)) {
      sum.values += values.values;
      sum.differences += values.differences;
    }
    return failure;
  });
  if (error)
    return std::move(error);
  return result;
}
