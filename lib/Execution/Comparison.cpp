//===- Comparison.cpp - Comparing ways to run a network -------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Execution/Comparison.h"
#include "dialects/MBN/IR/MBN.h"
#include "lib/Conversion/MBNToBitserial.h"
#include "lib/Execution/Interpreter.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "llvm/ADT/DenseSet.h"
#include <cmath>
#include <cstring>
#include <mutex>

using namespace mlir;
using namespace subbit;

static int64_t elementSize(const TensorValue &value) {
  return std::holds_alternative<std::vector<uint8_t>>(value.data) ? 1 : 4;
}

static const char *bytesOf(const TensorValue &value) {
  return std::visit(
      [](auto &values) {
        return reinterpret_cast<const char *>(values.data());
      },
      value.data);
}

/// Floats that no computation of another order gives.
static int64_t countFar(ArrayRef<float> expected, const char *found) {
  float largest = 0;
  for (float value : expected)
    if (std::isfinite(value))
      largest = std::max(largest, std::abs(value));
  int64_t differences = 0;
  for (float value : expected) {
    float other;
    std::memcpy(&other, found, sizeof(float));
    found += sizeof(float);
    bool same = value == other || (std::isnan(value) && std::isnan(other));
    differences += !same && !(std::abs(value - other) <= 1e-4f * largest);
  }
  return differences;
}

int64_t subbit::countDifferences(const TensorValue &expected, const void *found,
                                 int64_t count, Closeness closeness) {
  auto *other = static_cast<const char *>(found);
  auto *floats = std::get_if<std::vector<float>>(&expected.data);
  if (closeness == Closeness::Rounded && floats)
    return countFar(ArrayRef<float>(*floats).take_front(count), other);
  const char *bytes = bytesOf(expected);
  int64_t size = elementSize(expected);
  int64_t differences = 0;
  for (int64_t i = 0; i < count; ++i)
    differences += std::memcmp(bytes + i * size, other + i * size, size) != 0;
  return differences;
}

//===----------------------------------------------------------------------===//
// Object and interpreter
//===----------------------------------------------------------------------===//

int64_t ObjectComparison::differences() const {
  int64_t sum = 0;
  for (const ComparedValues &compared : llvm::concat<const ComparedValues>(
           llvm::ArrayRef(layers), llvm::ArrayRef(outputs)))
    sum += compared.differences;
  return sum;
}

/// True for operations whose floats compiled code computes in another order, or
/// by another formula.
static bool isRounded(Operation &op) {
  if (isa<mbn::Conv2DOp, mbn::MatmulOp>(op))
    return cast<ShapedType>(op.getResult(0).getType()).getElementType().isF32();
  return isa<mbn::BatchNormOp, mbn::LayerNormOp, tosa::AvgPool2dOp,
             tosa::ReduceSumOp, tosa::ReduceProductOp, tosa::ExpOp, tosa::LogOp,
             tosa::PowOp, tosa::ErfOp, tosa::TanhOp, tosa::SigmoidOp,
             tosa::RsqrtOp, tosa::ReciprocalOp>(op);
}

/// The values of `main` whose computation passes such an operation.
static llvm::DenseSet<Value> findRounded(func::FuncOp main) {
  llvm::DenseSet<Value> rounded;
  main.walk([&](Operation *op) {
    bool inherited = llvm::any_of(op->getOperands(),
                                  [&](Value v) { return rounded.contains(v); });
    if (op->getNumResults() && (inherited || isRounded(*op)))
      rounded.insert(op->result_begin(), op->result_end());
  });
  return rounded;
}

namespace {

/// The comparison of one object, batch by batch, by several threads at once.
class ObjectComparer {
public:
  static llvm::Expected<ObjectComparer>
  create(const CompiledNetwork &network, int32_t threads, ModuleOp module);
  llvm::Error compareBatch(const TensorValue &input, int64_t images,
                           ObjectComparison &comparison) const;

  /// All layers and outputs, nothing compared yet.
  ObjectComparison start;

private:
  ObjectComparer(const CompiledNetwork &network, int32_t threads,
                 Interpreter interpreter)
      : network(network), threads(threads),
        interpreter(std::move(interpreter)) {}

  /// A layer result: its number, size and demand.
  struct Layer {
    int64_t number, bytes;
    Closeness closeness;
  };

  const CompiledNetwork &network;
  int32_t threads;
  Interpreter interpreter;
  llvm::DenseMap<Value, Layer> layers;
  std::vector<int64_t> layerBytes;
  std::vector<Closeness> outputs;
};

} // namespace

llvm::Expected<ObjectComparer>
ObjectComparer::create(const CompiledNetwork &network, int32_t threads,
                       ModuleOp module) {
  auto interpreter = Interpreter::create(module);
  if (!interpreter)
    return interpreter.takeError();
  ObjectComparer comparer(network, threads, std::move(*interpreter));
  auto main = module.lookupSymbol<func::FuncOp>("main");
  llvm::DenseSet<Value> rounded = findRounded(main);
  auto closeness = [&](Value value) {
    return rounded.contains(value) ? Closeness::Rounded : Closeness::Exact;
  };

  const subbit_description &description = network.getDescription();
  SmallVector<TracedValue> traced = getTracedValues(main);
  if (description.traces != 0 && description.traces != traced.size())
    return llvm::createStringError(
        "the object traces " + Twine(description.traces) +
        " layers, the module in it has " + Twine(traced.size()) +
        "; compile the model again");
  if (description.traces != 0)
    for (auto [number, layer] : llvm::enumerate(traced)) {
      TensorValue zeros = makeTensorValue(layer.value.getType());
      int64_t bytes = zeros.size() * elementSize(zeros);
      comparer.layers[layer.value] = {static_cast<int64_t>(number), bytes,
                                      closeness(layer.value)};
      comparer.layerBytes.push_back(bytes);
      comparer.start.layers.push_back({layer.layer});
    }

  auto results = main.getBody().front().getTerminator()->getOperands();
  if (results.size() != description.num_outputs)
    return llvm::createStringError(
        "the object has " + Twine(description.num_outputs) +
        " outputs, the module in it " + Twine(results.size()));
  for (auto [i, result] : llvm::enumerate(results)) {
    comparer.outputs.push_back(closeness(result));
    comparer.start.outputs.push_back({description.outputs[i].name});
  }
  return comparer;
}

/// Compares what belongs to the first `images` of a batch.
static void compare(const TensorValue &expected, const void *found,
                    int64_t images, int64_t batch, Closeness closeness,
                    ComparedValues &compared) {
  int64_t count = expected.size();
  if (!expected.shape.empty() && expected.shape.front() == batch)
    count = count / batch * images;
  compared.values += count;
  compared.differences += countDifferences(expected, found, count, closeness);
}

llvm::Error ObjectComparer::compareBatch(const TensorValue &input,
                                         int64_t images,
                                         ObjectComparison &comparison) const {
  std::vector<std::vector<char>> traced(layerBytes.size());
  bool known = true;
  auto outputsOfObject = network.run(
      input, CompiledNetwork::Scratch(network.getDescription(), threads),
      [&](int32_t number, const void *values) {
        known &= number >= 0 && static_cast<size_t>(number) < traced.size();
        if (known) {
          auto *bytes = static_cast<const char *>(values);
          traced[number].assign(bytes, bytes + layerBytes[number]);
        }
      });
  if (!outputsOfObject)
    return outputsOfObject.takeError();
  for (auto [i, bytes] : llvm::enumerate(traced))
    if (!known || bytes.size() != static_cast<size_t>(layerBytes[i]))
      return llvm::createStringError("the object does not trace the layers "
                                     "that it announces; compile the model "
                                     "again");

  int64_t batch = input.shape.front();
  auto outputsExpected =
      interpreter.run(input, [&](Value value, const TensorValue &expected) {
        auto found = layers.find(value);
        if (found == layers.end())
          return;
        const Layer &layer = found->second;
        compare(expected, traced[layer.number].data(), images, batch,
                layer.closeness, comparison.layers[layer.number]);
      });
  if (!outputsExpected)
    return outputsExpected.takeError();
  for (auto [i, expected] : llvm::enumerate(*outputsExpected)) {
    const TensorValue &found = (*outputsOfObject)[i];
    if (expected.shape != found.shape ||
        expected.data.index() != found.data.index())
      return llvm::createStringError(
          "output " + Twine(i) + " has shape " + shapeToString(found.shape) +
          " in the object, " + shapeToString(expected.shape) +
          " in the module in it, or another element type");
    compare(expected, bytesOf(found), images, batch, outputs[i],
            comparison.outputs[i]);
  }
  return llvm::Error::success();
}

static void add(std::vector<ComparedValues> &sums,
                const std::vector<ComparedValues> &values) {
  for (auto [sum, value] : llvm::zip_equal(sums, values)) {
    sum.values += value.values;
    sum.differences += value.differences;
  }
}

llvm::Expected<ObjectComparison>
subbit::compareWithInterpreter(const CompiledNetwork &network, int32_t threads,
                               ModuleOp module, const ImageBatches &batches) {
  auto comparer = ObjectComparer::create(network, threads, module);
  if (!comparer)
    return comparer.takeError();
  ObjectComparison result = comparer->start;
  std::mutex mutex;
  llvm::Error error = parallelFor(batches.numBatches(), [&](int64_t i) {
    ObjectComparison comparison = comparer->start;
    llvm::Error error =
        comparer->compareBatch(batches.get(i), batches.imagesIn(i), comparison);
    std::lock_guard<std::mutex> lock(mutex);
    add(result.layers, comparison.layers);
    add(result.outputs, comparison.outputs);
    return error;
  });
  if (error)
    return std::move(error);
  return result;
}

//===----------------------------------------------------------------------===//
// Outputs alone
//===----------------------------------------------------------------------===//

llvm::Expected<OutputComparison>
subbit::compareOutputs(ArrayRef<TensorValue> expected,
                       ArrayRef<TensorValue> found) {
  OutputComparison result;
  if (expected.size() != found.size())
    return llvm::createStringError(Twine(expected.size()) + " outputs and " +
                                   Twine(found.size()) + " cannot be compared");
  for (auto [a, b] : llvm::zip_equal(expected, found)) {
    if (a.shape != b.shape || a.data.index() != b.data.index())
      return llvm::createStringError(
          "outputs of shape " + shapeToString(a.shape) + " and " +
          shapeToString(b.shape) + " cannot be compared");
    result.values += a.size();
    result.differences +=
        countDifferences(a, bytesOf(b), a.size(), Closeness::Exact);
    std::visit(
        [&, &b = b](auto &values) {
          auto &others = std::get<std::decay_t<decltype(values)>>(b.data);
          for (auto [x, y] : llvm::zip_equal(values, others))
            result.largestDifference = std::max(
                result.largestDifference, std::abs(static_cast<double>(x) - y));
        },
        a.data);
  }
  if (expected.empty())
    return result;
  std::vector<int64_t> classes = classify(expected[0]);
  std::vector<int64_t> others = classify(found[0]);
  int64_t same = 0;
  for (auto [a, b] : llvm::zip_equal(classes, others))
    same += a == b;
  if (!classes.empty())
    result.sameClass = 100.0 * same / classes.size();
  return result;
}
