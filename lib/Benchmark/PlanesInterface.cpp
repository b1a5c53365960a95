//===- PlanesInterface.cpp - Layers as they are in a network --------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Benchmark/PlanesInterface.h"
#include "dialects/Bitserial/IR/Bitserial.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/STLFunctionalExtras.h"

using namespace mlir;
using namespace subbit;

/// The value that reshapes alone made this one of.
static Value skipReshapes(Value value) {
  while (isa_and_nonnull<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(
      value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  return value;
}

/// Reshapes that nothing reads, and what made their operand if it is `first`.
static void eraseUnread(Value value, Operation *first) {
  while (Operation *op = value.getDefiningOp()) {
    if (!value.use_empty() ||
        !(op == first ||
          isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op)))
      return;
    value = op->getOperand(0);
    op->erase();
  }
}

/// The planes that words of codes could be made of.
static RankedTensorType planesType(bitserial::CodeWordsOp op) {
  auto codes = cast<ShapedType>(op.getInput().getType()).getShape();
  auto words = cast<ShapedType>(op.getOutput().getType());
  return RankedTensorType::get({codes[0], int64_t(op.getMultipliers().size()),
                                (codes[2] + 31) / 32, words.getDimSize(3)},
                               words.getElementType());
}

static void takePlanes(func::FuncOp main) {
  Operation *reader = nullptr;
  int64_t readers = 0;
  main.walk([&](Operation *op) {
    if (op->getNumOperands() == 0 || op->getNumResults() == 0 ||
        skipReshapes(op->getOperand(0)) != main.getArgument(0) ||
        isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op))
      return;
    ++readers;
    if (isa<bitserial::PlanesOp, bitserial::CodeWordsOp>(op))
      reader = op;
  });
  if (!reader || readers > 1)
    return;
  auto words = dyn_cast<bitserial::CodeWordsOp>(reader);
  Type type = words ? planesType(words) : reader->getResult(0).getType();
  DictionaryAttr attributes = main.getArgAttrDict(0);
  (void)main.insertArgument(1, type, attributes, reader->getLoc());
  Value read = reader->getOperand(0), planes = main.getArgument(1);
  if (words) {
    words.getInputMutable().assign(planes);
  } else {
    reader->getResult(0).replaceAllUsesWith(planes);
    reader->erase();
  }
  eraseUnread(read, nullptr);
  (void)main.eraseArgument(0);
}

static void returnPlanes(func::FuncOp main) {
  Operation *end = main.getBody().front().getTerminator();
  Value result = end->getOperand(0);
  auto codes = skipReshapes(result).getDefiningOp<bitserial::CodesOp>();
  if (!codes)
    return;
  end->setOperand(0, codes.getInput());
  eraseUnread(result, codes);
  main.setType(FunctionType::get(main.getContext(), main.getArgumentTypes(),
                                 end->getOperandTypes()));
}

void subbit::handOnPlanes(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  takePlanes(main);
  returnPlanes(main);
}

/// Calls `visit` with the place of each code, that of the first word with a bit
/// of it, and the bit's number. Words of further planes are `distance` on.
static void forEachCode(
    ArrayRef<int64_t> codes, ArrayRef<int64_t> planes,
    llvm::function_ref<void(int64_t code, int64_t word, int64_t bit)> visit) {
  int64_t channels = codes.back(), count = 1;
  for (int64_t size : codes)
    count *= size;
  int64_t positions = count / channels / planes[0];
  for (int64_t code = 0; code < count; ++code) {
    int64_t c = code % channels, position = code / channels;
    int64_t n = position / positions;
    visit(code,
          (n * planes[1] * planes[2] + c / 32) * planes[3] +
              position % positions,
          c % 32);
  }
}

TensorValue subbit::makePlanes(const TensorValue &codes,
                               ArrayRef<int64_t> shape) {
  std::vector<int32_t> words(shape[0] * shape[1] * shape[2] * shape[3]);
  forEachCode(codes.shape, shape, [&](int64_t code, int64_t word, int64_t bit) {
    for (int64_t j = 0; j < shape[1]; ++j)
      words[word + j * shape[2] * shape[3]] |=
          uint32_t(codes.indices()[code] >> j & 1) << bit;
  });
  return {shape.vec(), std::move(words)};
}

TensorValue subbit::makeCodes(const TensorValue &planes,
                              ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  std::vector<uint8_t> codes(count);
  ArrayRef<int64_t> from = planes.shape;
  forEachCode(shape, from, [&](int64_t code, int64_t word, int64_t bit) {
    for (int64_t j = 0; j < from[1]; ++j)
      codes[code] |= (planes.ints()[word + j * from[2] * from[3]] >> bit & 1)
                     << j;
  });
  return {shape.vec(), std::move(codes)};
}
