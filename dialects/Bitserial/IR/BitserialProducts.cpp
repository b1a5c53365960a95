//===- BitserialProducts.cpp - Verifiers of products ----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Products, and what becomes of their sums.

#include "dialects/Bitserial/IR/OpVerifiers.h"

using namespace mlir;
using namespace subbit;
using namespace subbit::bitserial;

/// One class for each of `size` rows or columns.
static bool fits(std::optional<ArrayRef<int64_t>> classes, int64_t size) {
  return classes && static_cast<int64_t>(classes->size()) == size &&
         llvm::all_of(*classes, [&](int64_t c) { return c >= 0 && c < size; });
}

/// threshold_c3, rescale_c3
static LogicalResult verifyBorder(Operation *op, ScheduleAttr schedule,
                                  Value result,
                                  std::optional<ArrayRef<int64_t>> rows,
                                  std::optional<ArrayRef<int64_t>> columns) {
  if (!rows && !columns)
    return success();
  auto shape = cast<ShapedType>(result.getType()).getShape();
  if (!schedule.inPixels() || shape.size() != 4 || !fits(rows, shape[1]) ||
      !fits(columns, shape[2]))
    return op->emitOpError() << "expects a border with one class per row and "
                                "column of a result of rank 4";
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
  // product_c3
  int64_t rank = getSchedule().inPixels() ? 3 : 2;
  if (failed(verifyRank(*this, "patches", getPatches(), rank)) ||
      failed(verifyRank(*this, "sums", getOutput(), rank)) ||
      failed(verifyRank(*this, "words", getWords(), 1)) ||
      failed(verifyRank(*this, "coordinates", getCoordinates(), 1)) ||
      failed(verifyRank(*this, "widths", getWidths(), 1)) ||
      failed(verifyRank(*this, "init", getInit(), 1)))
    return failure();
  // product_c4
  if (getMultipliers().empty() ||
      (getSchedule().inPixels() && getSchedule().getLanes() != 1) ||
      getSchedule().usesTables())
    return emitOpError() << "expects at least one multiplier, positions "
                            "without lanes, and no tables";
  // product_c5
  if (!getOrder())
    return success();
  if (failed(verifyElement(*this, "an order", getOrder(), {16, 32}, false)) ||
      failed(verifyRank(*this, "an order", getOrder(), 1)))
    return failure();
  int64_t lanes = getSchedule().pad(g.getOutput()[0]);
  int64_t sums = cast<ShapedType>(getOutput().getType()).getShape().back();
  if (getSchedule().inPixels() || sizeOf(getOrder()) != lanes ||
      sizeOf(getInit()) != sums)
    return emitOpError() << "expects an order of " << lanes << " lanes and "
                         << sums << " numbers of init, for outputs in lanes";
  return success();
}

/// threshold_c4: thresholds are integers or, with a residual, floats, whose
/// terms are rows of 4 numbers or of 2 and one for each code.
template <typename Op>
static LogicalResult verifyThresholds(Op op, int64_t outputs, bool ofSums) {
  Value residual = op.getResidual(), terms = op.getTerms();
  if (!residual != !terms)
    return op.emitOpError() << "expects terms beside a residual";
  SmallVector<int64_t, 2> widths{32};
  if (op.getSchedule().getPackedVectors())
    widths.push_back(16);
  if (failed(verifyElement(op, "thresholds", op.getThresholds(), widths,
                           static_cast<bool>(residual))))
    return failure();
  if (!residual)
    return success();
  if (failed(verifyElement(op, "terms", terms, {}, true)) ||
      failed(verifyRank(op, "terms", terms, 2)))
    return failure();
  auto shape = cast<ShapedType>(terms.getType()).getShape();
  int64_t values = shape[1] - 2;
  bool fits = ofSums ? values == 2
                     : values >= 2 && values <= 256 &&
                           llvm::isPowerOf2_64(static_cast<uint64_t>(values));
  if (fits && shape[0] == outputs)
    return success();
  return op.emitOpError() << "expects " << outputs << " rows of terms, of "
                          << (ofSums ? "4" : "2 and a power of two")
                          << ", found " << shape[0] << " of " << shape[1];
}

/// What tiled_product_c3 asks of a residual beside results of shape `out`.
template <typename Op>
static LogicalResult verifyResidual(Op op, ArrayRef<int64_t> out) {
  int64_t outputs = op.getGeometry().getOutput()[0];
  auto residual = cast<ShapedType>(op.getResidual().getType());
  bool ofSums = residual.getRank() == 3;
  if (!ofSums && failed(verifyRank(op, "a residual", op.getResidual(), 4)))
    return failure();
  if (failed(verifyElement(op, "a residual", op.getResidual(), {32}, false)) ||
      failed(verifyThresholds(op, outputs, ofSums)))
    return failure();
  auto in = residual.getShape();
  int64_t positions = op.getSchedule().pad(op.getGeometry().getPositions());
  bool fits = in[0] == out[0] && in.back() >= positions;
  if (ofSums)
    fits &= in[1] == outputs;
  else
    fits &= in[2] == out[2] &&
            cast<ShapedType>(op.getTerms().getType()).getDimSize(1) - 2 ==
                int64_t(1) << std::min<int64_t>(in[1], 16);
  if (fits)
    return success();
  return op.emitOpError() << "expects a residual of " << outputs
                          << " outputs that holds " << positions
                          << " positions, and a term for each of its codes";
}

/// What tiled_product_c3 and c5 ask for.
template <typename Op> static LogicalResult verifyTiles(Op op) {
  int64_t thresholds = 0;
  if (op.getThresholds()) {
    if (failed(verifyRank(op, "thresholds", op.getThresholds(), 2)))
      return failure();
    thresholds = cast<ShapedType>(op.getThresholds().getType()).getDimSize(1);
  }
  if (failed(verifyRank(op, "planes", op.getPlanes(), 4)) ||
      failed(verifyRank(op, "a result", op.getOutput(), thresholds ? 4 : 3)) ||
      failed(verifyRank(op, "a workspace", op.getWorkspace(), 1)))
    return failure();
  if (auto result = dyn_cast<MemRefType>(op.getOutput().getType())) {
    SmallVector<int64_t> strides;
    int64_t offset;
    if (failed(result.getStridesAndOffset(strides, offset)) ||
        llvm::is_contained(strides, ShapedType::kDynamic))
      return op.emitOpError() << "expects a result of known strides";
  }
  GeometryAttr g = op.getGeometry();
  ScheduleAttr schedule = op.getSchedule();
  ImageAttr image = op.getImage();
  int64_t outputs = g.getOutput()[0], perWord = schedule.getPerWord();
  auto in = cast<ShapedType>(op.getPlanes().getType()).getShape();
  auto out = cast<ShapedType>(op.getOutput().getType()).getShape();
  if (in[3] < image.getSize()[0] * image.getSize()[1] ||
      in[2] != (g.getInput()[0] + perWord - 1) / perWord)
    return op.emitOpError()
           << "expects planes that hold an image of [" << image.getSize()
           << "] and " << g.getInput()[0] << " channels";
  bool fitsCodes = !thresholds || ((thresholds == 1 || thresholds == 3 ||
                                    thresholds == 7 || thresholds == 15) &&
                                   out[2] == (outputs + 31) / 32 &&
                                   thresholds == (int64_t(1) << out[1]) - 1);
  if (!fitsCodes || out[0] != in[0] || (!thresholds && out[1] != outputs) ||
      out.back() < schedule.pad(g.getPositions()))
    return op.emitOpError()
           << "expects a result that holds whole blocks of " << g.getPositions()
           << " positions of " << outputs
           << " outputs, and thresholds for codes of 1 to 4 bits";
  if ((op.getResidual() || op.getTerms()) && !thresholds)
    return op.emitOpError() << "expects thresholds beside a residual";
  if (thresholds &&
      failed(op.getResidual() ? verifyResidual(op, out)
                              : verifyThresholds(op, outputs, false)))
    return failure();
  if (Attribute attr = op->getAttr(kTasksAttr)) {
    auto parts = dyn_cast<DenseI64ArrayAttr>(attr);
    int64_t tiles = op.getLayout().numTiles, words = (outputs + 31) / 32;
    if (!parts || parts.size() != 2 || parts[0] < 1 || parts[1] < 1 ||
        parts[0] > tiles || parts[1] > words)
      return op.emitOpError() << "expects " << kTasksAttr << " of up to "
                              << tiles << " parts of tiles and up to " << words
                              << " of outputs, found " << attr;
  }
  int64_t size = op.getLayout().sizeFor(getTasks(op).count());
  if (sizeOf(op.getWorkspace()) != size)
    return op.emitOpError() << "expects a workspace of " << size
                            << " words, found " << sizeOf(op.getWorkspace());
  return success();
}

LogicalResult TiledProductOp::verify() {
  // tiled_product_c1
  for (auto [name, value] : {std::pair<StringRef, Value>("planes", getPlanes()),
                             {"words", getWords()},
                             {"rows", getRows()},
                             {"init", getInit()},
                             {"a result", getOutput()},
                             {"a workspace", getWorkspace()}})
    if (failed(verifyElement(*this, name, value, {32}, false)))
      return failure();
  if (failed(verifyElement(*this, "coordinates", getCoordinates(), {8, 16},
                           false)) ||
      failed(verifyElement(*this, "groups", getGroups(), {8, 16, 32}, false)))
    return failure();
  for (auto [name, value] : {std::pair<StringRef, Value>("words", getWords()),
                             {"rows", getRows()},
                             {"coordinates", getCoordinates()},
                             {"groups", getGroups()},
                             {"init", getInit()}})
    if (failed(verifyRank(*this, name, value, 1)))
      return failure();
  // tiled_product_c4
  GeometryAttr g = getGeometry();
  ScheduleAttr schedule = getSchedule();
  if (!schedule.inPixels() || schedule.isDense() ||
      (schedule.getLanes() == 1 && !schedule.isScalable()))
    return emitOpError() << "expects a schedule for positions with lanes";
  if (schedule.getPasses() > 1 &&
      (!getLayout().isAligned || g.getGroups() > 1 ||
       schedule.getPasses() > g.getNumGroups()))
    return emitOpError()
           << "expects groups of whole words, in one group of the "
              "convolution, for "
           << schedule.getPasses() << " passes";
  if (schedule.usesTables() && (!cast<ShapedType>(getCoordinates().getType())
                                     .getElementType()
                                     .isInteger(8) ||
                                !llvm::all_of(getMultipliers(), [](int64_t m) {
                                  return std::abs(m) <= 255;
                                })))
    return emitOpError() << "expects coordinates of i8 and multipliers of at "
                            "most 255 for tables";
  // tiled_product_c3, tiled_product_c5
  if (failed(verifyTiles(*this)))
    return failure();
  // tiled_product_c2
  int64_t outputs = g.getOutput()[0];
  int64_t planes = cast<ShapedType>(getPlanes().getType()).getDimSize(1);
  int64_t stored = getMultipliers().size() - getImage().getMarked();
  if (sizeOf(getRows()) != outputs * schedule.getPasses() ||
      sizeOf(getInit()) != outputs ||
      sizeOf(getGroups()) != sizeOf(getCoordinates()) || stored != planes)
    return emitOpError() << "expects rows and an init for each of " << outputs
                         << " outputs, a group for each coordinate, and "
                         << "multipliers for " << planes << " planes";
  return success();
}

LogicalResult DenseProductOp::verify() {
  // dense_product_c1
  for (auto [name, value] : {std::pair<StringRef, Value>("planes", getPlanes()),
                             {"init", getInit()},
                             {"a result", getOutput()},
                             {"a workspace", getWorkspace()}})
    if (failed(verifyElement(*this, name, value, {32}, false)))
      return failure();
  if (failed(
          verifyElement(*this, "weights", getWeights(), {8, 16, 32}, false)) ||
      failed(verifyRank(*this, "weights", getWeights(), 1)) ||
      failed(verifyRank(*this, "init", getInit(), 1)))
    return failure();
  // dense_product_c4
  GeometryAttr g = getGeometry();
  ScheduleAttr schedule = getSchedule();
  if (!schedule.isDense() || schedule.isScalable() ||
      schedule.getPasses() > 1 || g.getGroup() != g.getKernel() ||
      g.getGroups() > 1)
    return emitOpError() << "expects a schedule that multiplies codes, in one "
                            "pass, and the kernel as one group";
  if (schedule.getCounting() == Counting::Pmaddubsw && getImage().getBits() > 4)
    return emitOpError() << "expects codes of at most 4 bits, whose products "
                            "fit 16 bits, found "
                         << getImage().getBits();
  // dense_product_c3, dense_product_c5
  if (failed(verifyTiles(*this)))
    return failure();
  // dense_product_c2
  int64_t outputs = g.getOutput()[0];
  int64_t words = outputs * getLayout().words;
  int64_t bits = getElementTypeOrSelf(getWeights()).getIntOrFloatBitWidth();
  bool fitsWeights = bits == 32 ? sizeOf(getWeights()) == words
                                : bits * schedule.getPerWord() == 32 &&
                                      sizeOf(getWeights()) * bits >= 32 * words;
  if (sizeOf(getInit()) != outputs || !fitsWeights)
    return emitOpError() << "expects an init and " << getLayout().words
                         << " words of weights for each of " << outputs
                         << " outputs";
  return success();
}

LogicalResult BandOp::verify() {
  // band_c1
  if (failed(verifyElement(*this, "patches", getPatches(), {32}, false)) ||
      failed(verifyElement(*this, "words", getWords(), {32}, false)) ||
      failed(verifyElement(*this, "init", getInit(), {32}, false)) ||
      failed(
          verifyElement(*this, "thresholds", getThresholds(), {32}, false)) ||
      failed(verifyElement(*this, "codes", getOutput(), {8}, false)) ||
      failed(verifyElement(*this, "coordinates", getCoordinates(), {8, 16},
                           false)) ||
      failed(verifyElement(*this, "widths", getWidths(), {8}, false)))
    return failure();
  // band_c3
  if (failed(verifyRank(*this, "patches", getPatches(), 3)) ||
      failed(verifyRank(*this, "thresholds", getThresholds(),
                        getRows() ? 4 : 2)) ||
      failed(verifyRank(*this, "codes", getOutput(), 1)) ||
      failed(verifyRank(*this, "words", getWords(), 1)) ||
      failed(verifyRank(*this, "coordinates", getCoordinates(), 1)) ||
      failed(verifyRank(*this, "widths", getWidths(), 1)) ||
      failed(verifyRank(*this, "init", getInit(), 1)))
    return failure();
  if (getOrigin().size() != 3)
    return emitOpError() << "expects a place of three indices";
  // band_c2
  GeometryAttr g = getGeometry();
  int64_t outputs = g.getOutput()[0];
  auto table = cast<ShapedType>(getThresholds().getType()).getShape();
  int64_t thresholds = table[table.size() - 2];
  if (sizeOf(getWidths()) != outputs * g.getNumGroups() ||
      thresholds != outputs || getMultipliers().empty())
    return emitOpError() << "expects " << outputs * g.getNumGroups()
                         << " widths, " << outputs
                         << " rows of thresholds and a multiplier";
  // band_c4
  ScheduleAttr schedule = getSchedule();
  if (!schedule.inPixels() || schedule.getLanes() != 1 ||
      schedule.getVectors() != g.getPositions())
    return emitOpError() << "expects a vector of one lane for each of its "
                         << g.getPositions() << " positions";
  // band_c5
  ArrayRef<int64_t> pool = getPool(), size = getImage().getSize();
  for (int d = 0; d < 2; ++d)
    if (pool.size() != 2 || pool[d] < 1 || g.getOutput()[d + 1] % pool[d] ||
        g.getOutput()[d + 1] / pool[d] > size[d])
      return emitOpError() << "expects windows that divide the band and a band "
                              "that the image holds";
  auto areIn = [](ArrayRef<int64_t> classes, int64_t count) {
    return llvm::all_of(classes, [&](int64_t c) { return c < count; });
  };
  if ((getRows() || getColumns()) &&
      (!fits(getRows(), size[0] * pool[0]) ||
       !fits(getColumns(), size[1] * pool[1]) || !areIn(*getRows(), table[0]) ||
       !areIn(*getColumns(), table[1])))
    return emitOpError() << "expects a border with one class per row and "
                            "column of the image before pooling";
  return success();
}

LogicalResult ThresholdOp::verify() {
  // threshold_c1
  if (failed(verifyElement(*this, "sums", getInput(), {32}, false)) ||
      failed(verifyElement(*this, "codes", getOutput(), {8}, false)))
    return failure();
  // threshold_c2
  if (failed(verifyRank(*this, "sums", getInput(),
                        getSchedule().inPixels() ? 3 : 2)) ||
      failed(
          verifyRank(*this, "thresholds", getThresholds(), getRows() ? 4 : 2)))
    return failure();
  if (failed(verifyBorder(*this, getSchedule(), getOutput(), getRows(),
                          getColumns())))
    return failure();
  auto codes = cast<ShapedType>(getOutput().getType());
  auto table = cast<ShapedType>(getThresholds().getType()).getShape();
  if ((codes.getRank() != 2 && codes.getRank() != 4) ||
      (getSchedule().inPixels() &&
       table.drop_back().back() != codes.getShape().back()))
    return emitOpError() << "expects codes of rank 2 or 4, and a row of "
                            "thresholds for each output";
  // threshold_c4
  bool ofSums = false;
  if (getResidual()) {
    auto residual = cast<ShapedType>(getResidual().getType());
    auto sums = cast<ShapedType>(getInput().getType()).getShape();
    ofSums = residual.getElementType().isInteger(32);
    bool fits = getSchedule().inPixels() && !getRows();
    if (ofSums)
      fits &= residual.getRank() == 3 &&
              residual.getShape().drop_back() == sums.drop_back() &&
              residual.getShape().back() >= sums.back();
    else
      fits &= residual.getElementType().isInteger(8) &&
              residual.getShape() == codes.getShape();
    if (!fits)
      return emitOpError() << "expects a residual of codes in the result's "
                              "shape or of as many sums, without a border";
  }
  return verifyThresholds(*this, codes.getShape().back(), ofSums);
}

LogicalResult RescaleOp::verify() {
  // rescale_c1
  if (failed(verifyElement(*this, "sums", getInput(), {32}, false)) ||
      failed(verifyElement(*this, "a scale", getScale(), {}, true)) ||
      failed(verifyElement(*this, "a base", getBase(), {}, true)) ||
      failed(verifyElement(*this, "a result", getOutput(), {}, true)))
    return failure();
  // rescale_c2
  if (failed(verifyRank(*this, "sums", getInput(),
                        getSchedule().inPixels() ? 3 : 2)) ||
      failed(verifyRank(*this, "a base", getBase(), getRows() ? 3 : 1)))
    return failure();
  if (getScale().getType() != getBase().getType() &&
      failed(verifyRank(*this, "a scale", getScale(), 1)))
    return failure();
  return verifyBorder(*this, getSchedule(), getOutput(), getRows(),
                      getColumns());
}

LogicalResult FloatProductOp::verify() {
  // float_product_c1
  for (auto [name, value] :
       {std::pair<StringRef, Value>("an input", getInput()),
        {"steps", getSteps()},
        {"a result", getOutput()},
        {"a workspace", getWorkspace()}})
    if (failed(verifyElement(*this, name, value, {}, true)))
      return failure();
  if (failed(verifyElement(*this, "words", getWords(), {32}, false)) ||
      failed(verifyElement(*this, "coordinates", getCoordinates(), {8, 16},
                           false)) ||
      failed(verifyElement(*this, "widths", getWidths(), {8}, false)))
    return failure();
  // float_product_c3
  for (auto [name, value] : {std::pair<StringRef, Value>("words", getWords()),
                             {"coordinates", getCoordinates()},
                             {"widths", getWidths()},
                             {"steps", getSteps()},
                             {"a workspace", getWorkspace()}})
    if (failed(verifyRank(*this, name, value, 1)))
      return failure();
  if (failed(verifyRank(*this, "an input", getInput(), 2)) ||
      failed(verifyRank(*this, "a result", getOutput(), 2)))
    return failure();
  GeometryAttr g = getGeometry();
  ScheduleAttr schedule = getSchedule();
  // float_product_c4
  Counting counting = schedule.getCounting();
  int64_t channels = g.getKernel()[2];
  if (schedule.inPixels() || schedule.getLanes() < 2 ||
      (counting != Counting::Words && counting != Counting::Tables) ||
      g.getKernel()[0] * g.getKernel()[1] * g.getPositions() * g.getGroups() !=
          1)
    return emitOpError() << "expects a schedule for outputs in lanes, by words "
                            "or tables, and channels alone";
  auto in = cast<ShapedType>(getInput().getType()).getShape();
  auto out = cast<ShapedType>(getOutput().getType()).getShape();
  int64_t padded = schedule.pad(g.getOutput()[0]);
  if (in[1] != channels || out[0] != in[0] || (!getOrder() && out[1] != padded))
    return emitOpError() << "expects an input of " << channels
                         << " channels and a result of " << padded
                         << " outputs for each image";
  // float_product_c2
  int64_t expected = padded / schedule.getLanes() * g.getNumGroups();
  int64_t steps = sizeOf(getSteps());
  if (sizeOf(getWidths()) != expected || (steps != 1 && steps != padded))
    return emitOpError() << "expects " << expected << " widths and 1 or "
                         << padded << " steps, found " << sizeOf(getWidths())
                         << " and " << steps;
  // float_product_c5
  if (sizeOf(getWorkspace()) != getTables().size)
    return emitOpError() << "expects a workspace of " << getTables().size
                         << " floats, found " << sizeOf(getWorkspace());
  // float_product_c6
  if (!getOrder())
    return success();
  if (failed(verifyElement(*this, "an order", getOrder(), {16, 32}, false)) ||
      failed(verifyRank(*this, "an order", getOrder(), 1)))
    return failure();
  if (sizeOf(getOrder()) != padded)
    return emitOpError() << "expects an order of " << padded << " outputs";
  return success();
}
