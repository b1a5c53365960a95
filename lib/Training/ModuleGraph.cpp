//===- ModuleGraph.cpp - The graph of a module's main ---------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/ModuleGraph.h"
#include "dialects/MBN/IR/Weights.h"
#include "lib/Training/Trainer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Utils/ConversionUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace subbit;
using namespace subbit::training;

namespace {

class GraphBuilder {
public:
  explicit GraphBuilder(func::FuncOp main) : main(main) {}
  FailureOr<ModuleGraph> build();

private:
  LogicalResult addInput();
  LogicalResult add(Operation *op);
  LogicalResult addNode(Kind kind, Operation *op, ValueRange operands,
                        std::vector<int64_t> integers = {},
                        std::vector<float> floats = {});
  FailureOr<int> valueOf(Value value, Operation *user, Role role);

  // One rule for each operation.
  LogicalResult add(mbn::Conv2DOp op);
  LogicalResult add(mbn::MatmulOp op);
  LogicalResult add(mbn::BatchNormOp op);
  LogicalResult add(mbn::EncodeOp op);
  LogicalResult add(mbn::DecodeOp op);
  LogicalResult add(tosa::ClampOp op);
  LogicalResult add(tosa::ReshapeOp op);
  LogicalResult add(tosa::TransposeOp op);
  LogicalResult add(tosa::PadOp op);
  LogicalResult add(tosa::SliceOp op);
  LogicalResult add(tosa::ConcatOp op);
  template <typename OpT> LogicalResult addPool(OpT op, Kind kind);
  template <typename OpT> LogicalResult addReduction(OpT op, Kind kind);

  func::FuncOp main;
  int64_t batch = 1;
  ModuleGraph result;
  DenseMap<Value, int> numbers;
};

ArrayRef<int64_t> shapeOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

std::string nameOf(Operation *op) {
  if (auto layer = op->getAttrOfType<StringAttr>("layer"))
    return layer.str();
  return op->getName().getStringRef().str();
}

/// True for what takes part as a parameter: see ModuleGraph::constants.
bool isParameter(Value value) {
  if (auto decode = value.getDefiningOp<mbn::DecodeOp>())
    return bool(mbn::getWeightsConstant(decode.getInput()));
  return succeeded(mbn::getConstantFloats(value));
}

} // namespace

LogicalResult GraphBuilder::addInput() {
  if (main.getNumArguments() != 1 || main.getNumResults() != 1)
    return main.emitError() << "has " << main.getNumArguments()
                            << " inputs and " << main.getNumResults()
                            << " outputs; training is for networks with one of "
                               "each";
  BlockArgument input = main.getArgument(0);
  ArrayRef<int64_t> shape;
  if (auto floats = dyn_cast<RankedTensorType>(input.getType());
      floats && floats.getElementType().isF32())
    shape = floats.getShape();
  else if (auto pixels = dyn_cast<mbn::MultiBitType>(input.getType()))
    shape = pixels.getShape();
  if (shape.size() < 2)
    return main.emitError() << "takes " << input.getType()
                            << "; training needs rows of floats or pixels";
  Type scores = main.getResultTypes().front();
  auto floats = dyn_cast<RankedTensorType>(scores);
  if (!floats || !floats.getElementType().isF32() || floats.getRank() == 0)
    return main.emitError()
           << "returns " << scores << "; rows of floats are needed";
  batch = shape.front();
  Graph &graph = result.graph;
  graph.inputShape = shape.drop_front().vec();
  graph.input = graph.numValues++;
  numbers[input] = graph.input;
  return success();
}

/// The number of a value, which is a new parameter where it is a constant that
/// nothing used before.
FailureOr<int> GraphBuilder::valueOf(Value value, Operation *user, Role role) {
  auto known = numbers.find(value);
  if (known != numbers.end())
    return known->second;
  if (!isParameter(value))
    return user->emitError() << "'" << nameOf(user)
                             << "' takes a value that training cannot compute";
  Graph &graph = result.graph;
  Parameter parameter;
  parameter.value = graph.numValues++;
  parameter.role = role;
  parameter.name = nameOf(user);
  parameter.shape = shapeOf(value).vec();
  parameter.modelSize = parameter.size();
  if (auto all = user->getAttrOfType<IntegerAttr>(mbn::kModelWeightsAttr))
    parameter.modelSize = all.getInt();
  graph.parameters.push_back(parameter);
  result.constants.push_back(value);
  result.layers.push_back(role == Role::Weights ? user : nullptr);
  numbers[value] = parameter.value;
  return parameter.value;
}

/// The role that a constant has as this operand.
static Role roleOf(Operation *op, unsigned operand) {
  if (isa<mbn::Conv2DOp, mbn::MatmulOp>(op))
    return operand == 1 ? Role::Weights : Role::Trained;
  if (isa<mbn::BatchNormOp>(op))
    return operand >= 3 ? Role::Statistic : Role::Trained;
  return Role::Fixed;
}

LogicalResult GraphBuilder::addNode(Kind kind, Operation *op,
                                    ValueRange operands,
                                    std::vector<int64_t> integers,
                                    std::vector<float> floats) {
  Node node{kind, nameOf(op), {}, 0, std::move(integers), std::move(floats)};
  for (auto [i, operand] : llvm::enumerate(operands)) {
    FailureOr<int> value = valueOf(operand, op, roleOf(op, i));
    if (failed(value))
      return failure();
    node.operands.push_back(*value);
  }
  node.result = numbers[op->getResult(0)] = result.graph.numValues++;
  result.graph.nodes.push_back(std::move(node));
  return success();
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

LogicalResult GraphBuilder::add(mbn::Conv2DOp op) {
  // Here pads are (t, l, b, r).
  ArrayRef<int64_t> pad = op.getPad();
  std::vector<int64_t> integers{pad[0], pad[2], pad[1], pad[3]};
  llvm::append_range(integers, op.getStride());
  llvm::append_range(integers, op.getDilation());
  integers.push_back(op.getGroups());
  return addNode(Kind::Convolution, op, op->getOperands(), integers);
}

LogicalResult GraphBuilder::add(mbn::MatmulOp op) {
  return addNode(Kind::Product, op, op->getOperands());
}

LogicalResult GraphBuilder::add(mbn::BatchNormOp op) {
  return addNode(Kind::Normalization, op, op->getOperands(), {},
                 {op.getEpsilon().convertToFloat()});
}

LogicalResult GraphBuilder::add(mbn::EncodeOp op) {
  if (op.getThresholds())
    return op.emitError() << "with thresholds of its own has no gradient here";
  Graph &graph = result.graph;
  int64_t count = op.getResult().getType().getLevels().toNumerics().count();
  Parameter levels;
  levels.value = graph.numValues++;
  levels.role = Role::Levels;
  levels.name = nameOf(op);
  levels.shape = {2 * count - 1};
  // Types of other users would have to follow.
  levels.isFrozen = !llvm::all_of(op->getUsers(), llvm::IsaPred<mbn::DecodeOp>);
  if (failed(addNode(Kind::Quantize, op, op->getOperands())))
    return failure();
  graph.nodes.back().operands.push_back(levels.value);
  graph.parameters.push_back(levels);
  result.constants.push_back(op.getResult());
  result.layers.push_back(nullptr);
  return success();
}

/// Values are the floats that codes stand for, so decoding is nothing.
LogicalResult GraphBuilder::add(mbn::DecodeOp op) {
  if (isParameter(op.getResult()))
    return success();
  FailureOr<int> value = valueOf(op.getInput(), op, Role::Fixed);
  if (failed(value))
    return failure();
  numbers[op.getResult()] = *value;
  return success();
}

LogicalResult GraphBuilder::add(tosa::ClampOp op) {
  auto least = dyn_cast<FloatAttr>(op.getMinVal());
  auto most = dyn_cast<FloatAttr>(op.getMaxVal());
  if (!least || !most)
    return op.emitError() << "of integers has no gradient";
  return addNode(
      Kind::Clamp, op, op.getInput(), {},
      {least.getValue().convertToFloat(), most.getValue().convertToFloat()});
}

LogicalResult GraphBuilder::add(tosa::ReshapeOp op) {
  if (shapeOf(op).empty() || shapeOf(op).front() != batch ||
      shapeOf(op.getInput1()).front() != batch)
    return op.emitError() << "mixes the rows of a batch, which training cannot";
  return addNode(Kind::Reshape, op, op.getInput1(), shapeOf(op).vec());
}

LogicalResult GraphBuilder::add(tosa::TransposeOp op) {
  if (op.getPerms().front() != 0)
    return op.emitError() << "mixes the rows of a batch, which training cannot";
  return addNode(Kind::Transpose, op, op.getInput1(),
                 {op.getPerms().begin(), op.getPerms().end()});
}

LogicalResult GraphBuilder::add(tosa::PadOp op) {
  SmallVector<int64_t> padding;
  auto value = mbn::getConstantFloats(op.getPadConst());
  if (!tosa::getConstShapeValues(op.getPadding().getDefiningOp(), padding) ||
      failed(value) || padding[0] || padding[1])
    return op.emitError() << "pads by values that are no constants, or rows of "
                             "a batch, which training cannot";
  return addNode(Kind::Pad, op, op.getInput1(),
                 {padding.begin(), padding.end()}, {value->front()});
}

LogicalResult GraphBuilder::add(tosa::SliceOp op) {
  SmallVector<int64_t> start;
  ArrayRef<int64_t> size = shapeOf(op);
  if (!tosa::getConstShapeValues(op.getStart().getDefiningOp(), start) ||
      start[0] != 0 || size[0] != batch)
    return op.emitError() << "takes rows out of a batch, which training cannot";
  std::vector<int64_t> integers;
  for (size_t d = 1; d < size.size(); ++d) {
    integers.push_back(start[d]);
    integers.push_back(size[d]);
  }
  return addNode(Kind::Slice, op, op.getInput1(), integers);
}

LogicalResult GraphBuilder::add(tosa::ConcatOp op) {
  if (op.getAxis() == 0)
    return op.emitError() << "mixes the rows of a batch, which training cannot";
  return addNode(Kind::Concat, op, op->getOperands(), {op.getAxis()});
}

template <typename OpT> LogicalResult GraphBuilder::addPool(OpT op, Kind kind) {
  std::vector<int64_t> integers(op.getKernel());
  llvm::append_range(integers, op.getStride());
  llvm::append_range(integers, op.getPad());
  return addNode(kind, op, op.getInput(), integers);
}

template <typename OpT>
LogicalResult GraphBuilder::addReduction(OpT op, Kind kind) {
  if (op.getAxis() == 0)
    return op.emitError() << "mixes the rows of a batch, which training cannot";
  return addNode(kind, op, op.getInput(), {int64_t(op.getAxis())});
}

LogicalResult GraphBuilder::add(Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<mbn::Conv2DOp, mbn::MatmulOp, mbn::BatchNormOp, mbn::EncodeOp,
            mbn::DecodeOp, tosa::ClampOp, tosa::ReshapeOp, tosa::TransposeOp,
            tosa::PadOp, tosa::SliceOp, tosa::ConcatOp>(
          [&](auto op) { return add(op); })
      .Case([&](tosa::MaxPool2dOp op) { return addPool(op, Kind::MaxPool); })
      .Case(
          [&](tosa::AvgPool2dOp op) { return addPool(op, Kind::AveragePool); })
      .Case([&](tosa::ReduceSumOp op) {
        return addReduction(op, Kind::ReduceSum);
      })
      .Case([&](tosa::ReduceMaxOp op) {
        return addReduction(op, Kind::ReduceMax);
      })
      .Case([&](tosa::AddOp op) {
        return addNode(Kind::Add, op, op->getOperands());
      })
      .Case([&](tosa::SubOp op) {
        return addNode(Kind::Subtract, op, op->getOperands());
      })
      .Case([&](tosa::MulOp op) {
        return addNode(Kind::Multiply, op, {op.getInput1(), op.getInput2()});
      })
      .Case([&](tosa::ExpOp op) {
        return addNode(Kind::Exponential, op, op.getInput1());
      })
      .Case([&](tosa::ReciprocalOp op) {
        return addNode(Kind::Reciprocal, op, op.getInput1());
      })
      .Case([&](mbn::ConstantOp) { return success(); })
      .Default([&](Operation *op) -> LogicalResult {
        if (op->hasTrait<OpTrait::ConstantLike>() ||
            isa<tosa::ConstOp, tosa::ConstShapeOp>(op))
          return success();
        return op->emitError()
               << "operation '" << op->getName()
               << "' has no gradient in Subbit; train before it is made";
      });
}

FailureOr<ModuleGraph> GraphBuilder::build() {
  if (failed(addInput()))
    return failure();
  Block &block = main.getBody().front();
  for (Operation &op : block.without_terminator())
    if (failed(add(&op)))
      return failure();
  Operation *terminator = block.getTerminator();
  FailureOr<int> output =
      valueOf(terminator->getOperand(0), terminator, Role::Fixed);
  if (failed(output))
    return failure();
  result.graph.output = *output;
  for (int64_t dim : shapeOf(terminator->getOperand(0)).drop_front())
    result.graph.outputSize *= dim;
  return std::move(result);
}

FailureOr<ModuleGraph> subbit::training::buildGraph(func::FuncOp main) {
  return GraphBuilder(main).build();
}

mbn::ConstantOp subbit::training::basesOf(Value constant) {
  auto decode = constant.getDefiningOp<mbn::DecodeOp>();
  return decode ? mbn::getWeightsConstant(decode.getInput()) : nullptr;
}

std::vector<float> subbit::training::readValues(Value constant) {
  if (auto codes = dyn_cast<mbn::MultiBitType>(constant.getType()))
    return valuesOf(codes.getLevels().toNumerics());
  if (mbn::ConstantOp bases = basesOf(constant))
    return mbn::decodeFloats(bases);
  return *mbn::getConstantFloats(constant);
}
