//===- BitserialOps.cpp - Operations of the bitserial dialect -------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/IR/OpVerifiers.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace subbit;
using namespace subbit::bitserial;

#define GET_OP_CLASSES
#include "dialects/Bitserial/IR/BitserialOps.cpp.inc"

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
SUBBIT_EFFECTS(PlanesOp)
SUBBIT_EFFECTS(CodesOp)
SUBBIT_EFFECTS(PoolOp)
SUBBIT_EFFECTS(CodeWordsOp)
SUBBIT_EFFECTS(PackOp)
SUBBIT_EFFECTS(ProductOp)
SUBBIT_EFFECTS(TiledProductOp)
SUBBIT_EFFECTS(DenseProductOp)
SUBBIT_EFFECTS(BandOp)
SUBBIT_EFFECTS(ThresholdOp)
SUBBIT_EFFECTS(RescaleOp)
SUBBIT_EFFECTS(UnpackOp)
SUBBIT_EFFECTS(FloatProductOp)
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

Type subbit::bitserial::elementOf(Value value) {
  return cast<ShapedType>(value.getType()).getElementType();
}

int64_t subbit::bitserial::sizeOf(Value value) {
  return cast<ShapedType>(value.getType()).getNumElements();
}

LogicalResult subbit::bitserial::verifyElement(Operation *op, StringRef name,
                                               Value value,
                                               ArrayRef<int64_t> widths,
                                               bool isFloat) {
  Type type = elementOf(value);
  if (isFloat ? type.isF32() : llvm::any_of(widths, [&](int64_t width) {
        return type.isInteger(width);
      }))
    return success();
  return op->emitOpError() << "has " << name << " of element type " << type;
}

LogicalResult subbit::bitserial::verifyRank(Operation *op, StringRef name,
                                            Value value, int64_t rank) {
  int64_t found = cast<ShapedType>(value.getType()).getRank();
  if (found == rank)
    return success();
  return op->emitOpError() << "has " << name << " of rank " << found
                           << ", expects " << rank;
}

/// planes_c1, planes_c2
static LogicalResult verifyPlanes(Operation *op, Value codes, Value planes) {
  if (failed(verifyElement(op, "codes", codes, {8}, false)) ||
      failed(verifyElement(op, "planes", planes, {32}, false)) ||
      failed(verifyRank(op, "codes", codes, 3)) ||
      failed(verifyRank(op, "planes", planes, 4)))
    return failure();
  auto in = cast<ShapedType>(codes.getType()).getShape();
  auto out = cast<ShapedType>(planes.getType()).getShape();
  if (out[0] == in[0] && out[1] >= 1 && out[1] <= 8 &&
      out[2] == (in[2] + 31) / 32 && out[3] >= in[1])
    return success();
  return op->emitOpError() << "expects 1 to 8 planes of " << (in[2] + 31) / 32
                           << " words for each of " << in[1] << " positions";
}

LogicalResult PlanesOp::verify() {
  return verifyPlanes(*this, getInput(), getOutput());
}

LogicalResult CodesOp::verify() {
  return verifyPlanes(*this, getOutput(), getInput());
}

LogicalResult PoolOp::verify() {
  // pool_c1
  for (Value value : {getInput(), getOutput()})
    if (failed(verifyElement(*this, "planes", value, {32}, false)) ||
        failed(verifyRank(*this, "planes", value, 4)))
      return failure();
  auto in = cast<ShapedType>(getInput().getType()).getShape();
  auto out = cast<ShapedType>(getOutput().getType()).getShape();
  // pool_c2
  bool fits = getSize().size() == 2 && getWindow().size() == 2 &&
              getStride().size() == 2 && (!getPad() || getPad()->size() == 4);
  for (int d = 0; fits && d < 2; ++d) {
    int64_t before = getPadBefore(d), after = getPadAfter(d);
    fits = getWindow()[d] >= 1 && getStride()[d] >= 1 && getSize()[d] >= 1 &&
           before >= 0 && before < getWindow()[d] && after >= 0 &&
           after < getWindow()[d] &&
           before + getSize()[d] + after >= getWindow()[d];
  }
  if (!fits || in.drop_back() != out.drop_back() ||
      in[3] < getSize()[0] * getSize()[1] ||
      out[3] < getOutputSize(0) * getOutputSize(1)) {
    InFlightDiagnostic message = emitOpError();
    message << "expects windows of [" << getWindow() << "] in an image of ["
            << getSize();
    if (getPad())
      message << "] padded by less, not [" << *getPad();
    return message << "], and as many planes of their largest";
  }
  // pool_c3
  if (getLanes() < 1 || getLanes() > 1024)
    return emitOpError() << "expects 1 to 1024 lanes, found " << getLanes();
  // pool_c4
  if (Attribute attr = (*this)->getAttr(kTasksAttr)) {
    auto parts = dyn_cast<DenseI64ArrayAttr>(attr);
    if (!parts || parts.size() != 2 || parts[0] != 1 || parts[1] < 1 ||
        parts[1] > out[2])
      return emitOpError() << "expects " << kTasksAttr << " of one part and up "
                           << "to " << out[2] << " of words, found " << attr;
  }
  return success();
}

LogicalResult CodeWordsOp::verify() {
  // code_words_c1
  bool ofPlanes = getElementTypeOrSelf(getInput()).isInteger(32);
  if (failed(verifyElement(*this, "codes", getInput(), {8, 32}, false)) ||
      failed(verifyElement(*this, "words", getOutput(), {32}, false)) ||
      failed(verifyRank(*this, "codes", getInput(), ofPlanes ? 4 : 3)) ||
      failed(verifyRank(*this, "words", getOutput(), 4)))
    return failure();
  auto in = cast<ShapedType>(getInput().getType()).getShape();
  auto out = cast<ShapedType>(getOutput().getType()).getShape();
  int64_t codes = getCodes(), sum = 0;
  for (int64_t m : getMultipliers())
    sum += m;
  bool fits = (codes == 4 || codes == 2) && out[0] == in[0] && out[1] == 1 &&
              !getMultipliers().empty() && getMultipliers().size() <= 8 &&
              sum <= 255 &&
              llvm::all_of(getMultipliers(), [](int64_t m) { return m >= 1; });
  // code_words_c3
  if (ofPlanes) {
    int64_t planes = getMultipliers().size();
    if (fits && in[1] == planes && in[2] == (out[2] * codes + 31) / 32 &&
        in[3] >= out[3])
      return success();
    return emitOpError() << "expects words of 4 or 2 codes, multipliers of a "
                            "byte, and for each a plane with a word for 32 of "
                         << out[2] * codes << " channels and room for "
                         << out[3] << " positions";
  }
  // code_words_c2
  if (!fits || out[2] != (in[2] + codes - 1) / codes || out[3] < in[1])
    return emitOpError() << "expects words of 4 or 2 codes for " << in[2]
                         << " channels at " << in[1]
                         << " positions, and multipliers of a byte";
  return success();
}

LogicalResult PackOp::verify() {
  // pack_c1
  if (failed(verifyElement(*this, "codes", getInput(), {8}, false)) ||
      failed(verifyElement(*this, "patches", getOutput(), {32}, false)))
    return failure();
  // pack_c2
  int64_t planes = getPlanes();
  if (planes < 1 || planes > 8)
    return emitOpError() << "expects 1 to 8 planes, found " << planes;
  GeometryAttr g = getGeometry();
  int64_t rows = g.getGroups() * g.getNumGroups() * planes * g.getWords();
  auto shape = cast<ShapedType>(getOutput().getType()).getShape();
  size_t rank = getSchedule().inPixels() ? 3 : 2;
  if (shape.size() != rank || shape[1] != rows)
    return emitOpError() << "expects patches of rank " << rank << " with "
                         << rows << " rows";
  // pack_c3
  if (failed(verifyRank(*this, "codes", getInput(), rank == 3 ? 1 : 2)))
    return failure();
  // pack_c4
  bool inPixels = getSchedule().inPixels();
  if (inPixels != getImage().has_value() ||
      (inPixels && getSchedule().getLanes() != 1) ||
      (!getOrigin().empty() && (!inPixels || getOrigin().size() != 3)))
    return emitOpError() << "expects an image for positions, which have one "
                            "lane, and a place of three indices in it or none";
  // pack_c5
  if (g.getWords() % getSchedule().getWordsAtOnce())
    return emitOpError() << "expects pairs of words, found rows of "
                         << g.getWords();
  return success();
}

LogicalResult UnpackOp::verify() {
  // unpack_c1
  if (failed(verifyElement(*this, "words", getWords(), {32}, false)) ||
      failed(verifyElement(*this, "coordinates", getCoordinates(), {8, 16},
                           false)) ||
      failed(verifyElement(*this, "widths", getWidths(), {8}, false)) ||
      failed(verifyElement(*this, "a result", getOutput(), {8, 16}, false)))
    return failure();
  for (auto [name, value] : {std::pair<StringRef, Value>("words", getWords()),
                             {"coordinates", getCoordinates()},
                             {"widths", getWidths()},
                             {"a result", getOutput()}})
    if (failed(verifyRank(*this, name, value, 1)))
      return failure();
  // unpack_c2
  GeometryAttr g = getGeometry();
  if (!g.hasContiguousGroups())
    return emitOpError() << "expects groups whose elements lie side by side in "
                            "the kernel, found ["
                         << g.getGroup() << "] in [" << g.getKernel() << "]";
  // unpack_c3
  int64_t outputs = g.getOutput()[0], room = getStride() * outputs + 32;
  if (sizeOf(getOutput()) < room ||
      sizeOf(getWidths()) != outputs * g.getNumGroups())
    return emitOpError() << "expects " << outputs * g.getNumGroups()
                         << " widths and room for " << room
                         << " weights, found " << sizeOf(getWidths()) << " and "
                         << sizeOf(getOutput());
  return success();
}

LogicalResult DecodeOp::verify() {
  // decode_c1
  if (failed(verifyElement(*this, "words", getWords(), {32}, false)) ||
      failed(verifyElement(*this, "coordinates", getCoordinates(), {8, 16},
                           false)) ||
      failed(verifyElement(*this, "widths", getWidths(), {8}, false)) ||
      failed(verifyElement(*this, "starts", getStarts(), {32}, false)) ||
      failed(verifyElement(*this, "steps", getSteps(), {}, true)) ||
      failed(verifyElement(*this, "a result", getOutput(), {}, true)))
    return failure();
  // decode_c2
  if (failed(verifyRank(*this, "words", getWords(), 1)) ||
      failed(verifyRank(*this, "coordinates", getCoordinates(), 1)) ||
      failed(verifyRank(*this, "widths", getWidths(), 1)) ||
      failed(verifyRank(*this, "starts", getStarts(), 1)) ||
      failed(verifyRank(*this, "steps", getSteps(), 1)) ||
      failed(verifyRank(*this, "a result", getOutput(), 2)))
    return failure();
  // decode_c3
  int64_t outputs = cast<ShapedType>(getOutput().getType()).getDimSize(1);
  if (getLanes() == 0 || outputs % getLanes())
    return emitOpError() << getLanes() << " lanes do not divide " << outputs
                         << " outputs";
  return success();
}
