//===- Interpreter.cpp - Running a module exactly -------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Execution/Interpreter.h"
#include "dialects/MBN/IR/Weights.h"
#include "lib/Execution/InterpreterKernels.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace subbit;

static llvm::Error fail(Operation *op, const Twine &message) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "'" << op->getName() << "'";
  if (auto layer = op->getAttrOfType<StringAttr>("layer"))
    os << " (layer \"" << layer.getValue() << "\")";
  os << " " << message << ", at " << op->getLoc();
  return llvm::createStringError(text);
}

/// The tensor of a constant of a type that a TensorValue can hold.
static llvm::Expected<TensorValue> readConstant(Operation *op, Attribute attr) {
  auto shape = cast<RankedTensorType>(op->getResult(0).getType()).getShape();
  if (auto floats = mbn::readElements<float>(attr); succeeded(floats))
    return TensorValue{shape.vec(), std::move(*floats)};
  if (auto ints = mbn::readElements<int32_t>(attr); succeeded(ints))
    return TensorValue{shape.vec(), std::move(*ints)};
  return fail(op, "has missing or incomplete data");
}

llvm::Error Interpreter::addOperation(Operation *op,
                                      llvm::DenseMap<Value, int64_t> &slots) {
  if (auto ret = dyn_cast<func::ReturnOp>(op)) {
    for (Value value : ret.getOperands()) {
      auto slot = slots.find(value);
      if (slot == slots.end())
        return fail(op, "returns a value that is no tensor of f32, i32 or "
                        "levels");
      returned.push_back(slot->second);
    }
    return llvm::Error::success();
  }
  auto addConstant = [&](TensorValue value) {
    slots[op->getResult(0)] = numSlots;
    constants.emplace_back(numSlots++, std::move(value));
  };
  Attribute attr;
  if (matchPattern(op, m_Constant(&attr))) {
    // Weights, shapes and shifts are read by the kernels that use them.
    if (!isTensorValueType(op->getResult(0).getType()))
      return llvm::Error::success();
    auto value = readConstant(op, attr);
    if (!value)
      return value.takeError();
    addConstant(std::move(*value));
    return llvm::Error::success();
  }
  for (Value operand : op->getOperands())
    if (auto type = dyn_cast<mbn::MultiBitType>(operand.getType()))
      if (type.isWeights() && !mbn::getWeightsConstant(operand))
        return fail(op, "has weights that are no mbn.constant");
  if (op->getNumResults() != 1 ||
      !isTensorValueType(op->getResult(0).getType()))
    return fail(op, "has no rule in the interpreter");
  if (auto decode = dyn_cast<mbn::DecodeOp>(op))
    if (auto weights = mbn::getWeightsConstant(decode.getInput())) {
      addConstant(TensorValue{weights.getType().getShape().vec(),
                              mbn::decodeFloats(weights)});
      return llvm::Error::success();
    }
  Kernel kernel = interpreter::getMBNKernel(op);
  if (!kernel)
    kernel = interpreter::getTosaKernel(op);
  if (!kernel)
    return fail(op, "has no rule in the interpreter");
  Step step{std::move(kernel), op->getResult(0), {}, numSlots++, {}};
  for (Value operand : op->getOperands()) {
    auto slot = slots.find(operand);
    step.operands.push_back(slot == slots.end() ? -1 : slot->second);
  }
  slots[op->getResult(0)] = step.slot;
  steps.push_back(std::move(step));
  return llvm::Error::success();
}

void Interpreter::findLastUses() {
  std::vector<bool> kept(numSlots, false);
  for (size_t i = 0; i < arguments.size(); ++i)
    kept[i] = true;
  for (auto &[slot, value] : constants)
    kept[slot] = true;
  for (int64_t slot : returned)
    kept[slot] = true;
  for (Step &step : llvm::reverse(steps)) {
    auto visit = [&](int64_t slot) {
      if (slot < 0 || kept[slot])
        return;
      kept[slot] = true;
      step.dead.push_back(slot);
    };
    for (int64_t slot : step.operands)
      visit(slot);
    visit(step.slot); // a result that nobody uses
  }
}

llvm::Expected<Interpreter> Interpreter::create(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return llvm::createStringError("the module has no function 'main'");
  if (!main.getBody().hasOneBlock())
    return llvm::createStringError("function 'main' must have one block");
  Interpreter interpreter;
  llvm::DenseMap<Value, int64_t> slots;
  for (BlockArgument argument : main.getArguments()) {
    if (!isTensorValueType(argument.getType()))
      return llvm::createStringError(
          "argument " + Twine(argument.getArgNumber()) +
          " of 'main' is no statically shaped tensor of f32, i32 or levels");
    slots[argument] = interpreter.numSlots++;
    interpreter.arguments.push_back(argument);
    interpreter.argumentTypes.push_back(argument.getType());
  }
  for (Operation &op : main.getBody().front())
    if (llvm::Error error = interpreter.addOperation(&op, slots))
      return std::move(error);
  interpreter.findLastUses();
  return std::move(interpreter);
}

llvm::Expected<std::vector<TensorValue>>
Interpreter::run(ArrayRef<TensorValue> inputs, Observer observer) const {
  if (llvm::Error error = checkInputs(argumentTypes, inputs))
    return std::move(error);
  std::vector<TensorValue> owned(numSlots);
  std::vector<const TensorValue *> values(numSlots, nullptr);
  for (size_t i = 0; i < inputs.size(); ++i) {
    values[i] = &inputs[i];
    if (observer)
      observer(arguments[i], inputs[i]);
  }
  for (auto &[slot, value] : constants)
    values[slot] = &value;
  SmallVector<const TensorValue *, 4> operands;
  for (const Step &step : steps) {
    operands.clear();
    for (int64_t slot : step.operands)
      operands.push_back(slot < 0 ? nullptr : values[slot]);
    owned[step.slot] = step.kernel(operands);
    values[step.slot] = &owned[step.slot];
    if (observer)
      observer(step.result, owned[step.slot]);
    for (int64_t slot : step.dead)
      owned[slot] = TensorValue();
  }
  std::vector<TensorValue> results;
  for (int64_t slot : returned)
    results.push_back(*values[slot]);
  return results;
}
