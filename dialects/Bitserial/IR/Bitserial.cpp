//===- Bitserial.cpp - The bitserial dialect ------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/IR/Bitserial.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace subbit;
using namespace subbit::bitserial;

#include "dialects/Bitserial/IR/BitserialDialect.cpp.inc"
#include "dialects/Bitserial/IR/BitserialEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Bitserial/IR/BitserialAttributes.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/Bitserial/IR/BitserialOps.cpp.inc"

void BitserialDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Bitserial/IR/BitserialAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Bitserial/IR/BitserialOps.cpp.inc"
      >();
}

TargetSpec bitserial::getTargetSpec(ModuleOp module) {
  auto attr = module->getAttrOfType<TargetAttr>(kTargetAttr);
  if (!attr)
    return defaultTarget();
  return {attr.getTriple().str(), attr.getCpu().str(),
          attr.getFeatures().str()};
}

SmallVector<int64_t, 3> GeometryAttr::getGrid() const {
  SmallVector<int64_t, 3> grid;
  for (auto [kernel, group] : llvm::zip(getKernel(), getGroup()))
    grid.push_back((kernel + group - 1) / group);
  return grid;
}

int64_t GeometryAttr::getNumGroups() const {
  int64_t count = 1;
  for (int64_t n : getGrid())
    count *= n;
  return count;
}

int64_t GeometryAttr::getWords() const {
  int64_t size = 1;
  for (int64_t n : getGroup())
    size *= n;
  return (size + 31) / 32;
}

//===----------------------------------------------------------------------===//
// Effects: destination-style operations read their operands and write the
// output, on buffers only.
//===----------------------------------------------------------------------===//

static void
addEffects(DestinationStyleOpInterface op,
           SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
               &effects) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    if (!op.isDpsInit(&operand))
      effects.emplace_back(MemoryEffects::Read::get(), &operand);
    else
      effects.emplace_back(MemoryEffects::Write::get(), &operand);
  }
}

#define SUBBIT_EFFECTS(Op)                                                     \
  void Op::getEffects(                                                         \
      SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>      \
          &effects) {                                                          \
    addEffects(*this, effects);                                                \
  }
SUBBIT_EFFECTS(PackOp)
SUBBIT_EFFECTS(ProductOp)
SUBBIT_EFFECTS(ThresholdOp)
SUBBIT_EFFECTS(RescaleOp)
SUBBIT_EFFECTS(DecodeOp)
#undef SUBBIT_EFFECTS

// Whoever watches sees the values, so a trace is never removed.
void TraceOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  effects.emplace_back(MemoryEffects::Read::get());
  effects.emplace_back(MemoryEffects::Write::get());
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

static Type elementOf(Value value) {
  return cast<ShapedType>(value.getType()).getElementType();
}

static int64_t sizeOf(Value value) {
  return cast<ShapedType>(value.getType()).getNumElements();
}

static LogicalResult verifyElement(Operation *op, StringRef name, Value value,
                                   ArrayRef<int64_t> widths, bool isFloat) {
  Type type = elementOf(value);
  if (isFloat ? type.isF32() : llvm::any_of(widths, [&](int64_t width) {
        return type.isInteger(width);
      }))
    return success();
  return op->emitOpError() << "has " << name << " of element type " << type;
}

LogicalResult PackOp::verify() {
  // pack_c1
  if (failed(verifyElement(*this, "codes", getInput(), {8}, false)) ||
      failed(verifyElement(*this, "patches", getOutput(), {32}, false)))
    return failure();
  // pack_c2
  GeometryAttr g = getGeometry();
  int64_t rows = g.getGroups() * g.getNumGroups() * getPlanes() * g.getWords();
  auto shape = cast<ShapedType>(getOutput().getType()).getShape();
  size_t rank = getSchedule().inPixels() ? 3 : 2;
  if (shape.size() != rank || shape[1] != rows)
    return emitOpError() << "expects patches of rank " << rank << " with "
                         << rows << " rows";
  return success();
}

LogicalResult ProductOp::verify() {
  // product_c1
  if (failed(verifyElement(*this, "patches", getPatches(), {32}, false)) ||
      failed(verifyElement(*this, "words", getWords(), {32}, false)) ||
      failed(verifyElement(*this, "init", getInit(), {32}, false)) ||
      failed(verifyElement(*this, "sums", getOutput(), {32}, false)) ||
      failed(verifyElement(*this, "coordinates", getCoordinates(), {8, 16},
                           false)) ||
      failed(verifyElement(*this, "widths", getWidths(), {8}, false)))
    return failure();
  // product_c2
  GeometryAttr g = getGeometry();
  int64_t outputs = g.getOutput()[0];
  if (!getSchedule().inPixels())
    outputs = getSchedule().pad(outputs) / getSchedule().getLanes();
  int64_t expected = outputs * g.getNumGroups();
  if (sizeOf(getWidths()) != expected)
    return emitOpError() << "expects " << expected << " widths, found "
                         << sizeOf(getWidths());
  return success();
}

LogicalResult ThresholdOp::verify() {
  // threshold_c1
  if (failed(verifyElement(*this, "sums", getInput(), {32}, false)) ||
      failed(verifyElement(*this, "thresholds", getThresholds(), {32}, false)))
    return failure();
  return verifyElement(*this, "codes", getOutput(), {8}, false);
}

LogicalResult RescaleOp::verify() {
  // rescale_c1
  if (failed(verifyElement(*this, "sums", getInput(), {32}, false)) ||
      failed(verifyElement(*this, "a scale", getScale(), {}, true)) ||
      failed(verifyElement(*this, "a base", getBase(), {}, true)))
    return failure();
  return verifyElement(*this, "a result", getOutput(), {}, true);
}

LogicalResult DecodeOp::verify() {
  // decode_c1
  if (failed(verifyElement(*this, "words", getWords(), {32}, false)) ||
      failed(verifyElement(*this, "coordinates", getCoordinates(), {8, 16},
                           false)) ||
      failed(verifyElement(*this, "widths", getWidths(), {8}, false)) ||
      failed(verifyElement(*this, "starts", getStarts(), {32}, false)) ||
      failed(verifyElement(*this, "steps", getSteps(), {}, true)))
    return failure();
  return verifyElement(*this, "a result", getOutput(), {}, true);
}
