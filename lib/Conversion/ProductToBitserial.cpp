//===- ProductToBitserial.cpp - Quantized products as packed products -----===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/Weights.h"
#include "lib/Conversion/LinalgBuilders.h"
#include "lib/Conversion/MBNToBitserial.h"
#include "lib/Conversion/Schedules.h"
#include "lib/Numerics/Packing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace subbit;
using namespace subbit::bitserial;

namespace {

/// How X - zero is made of planes: the levels' own, and, where no code stands
/// for 0 but the convolution pays attention to the border, one more plane that
/// is set inside the image and has the multiplier -zero.
struct Planes {
  SmallVector<int64_t> multipliers;
  /// The index at positions outside the image.
  int64_t outside = 0;
  bool insidePlane = false;

  Planes(const numerics::Levels &levels, bool pads)
      : multipliers(levels.multipliers.begin(), levels.multipliers.end()) {
    if (levels.zeroIndex() >= 0)
      outside = levels.zeroIndex();
    else if (pads)
      insidePlane = true;
    if (insidePlane)
      multipliers.push_back(-levels.zero);
  }
  int64_t sum() const {
    int64_t total = 0;
    for (int64_t m : multipliers)
      total += m;
    return total;
  }
};

/// Lowers one product; holds what the steps share.
class ProductBuilder {
public:
  ProductBuilder(ConversionPatternRewriter &rewriter, Operation *op,
                 numerics::ConvGeometry geometry, mbn::ConstantOp weights,
                 const numerics::Levels &levels, bool explains)
      : explains(explains), b(rewriter), loc(op->getLoc()),
        layer(op->getAttrOfType<StringAttr>("layer").getValue()),
        conv(geometry), isMatmul(isa<mbn::MatmulOp>(op)),
        grouping(mbn::getGrouping(weights.getType())),
        rows(grouping,
             mbn::readBases(cast<mbn::BasesAttr>(weights.getValue()))),
        planes(levels, geometry.pads()), levels(levels) {}

  /// Chooses the schedule; fails after a message if the layer has one that does
  /// not fit.
  LogicalResult choose(Operation *op, mbn::ConstantOp weights,
                       const TargetInfo &target) {
    integers = mbn::decodeIntegers(weights).values;
    if (failed(chooseLayout(op, target)))
      return failure();
    chooseInit();
    return success();
  }

  /// Blocked sums of codes.
  BlockedSums build(Value codes) {
    if (schedule.isDense())
      return {buildDense(codes), schedule};
    if (schedule.inPixels() && schedule.getLanes() > 1)
      return {buildTiled(codes), schedule};
    Value patches = schedule.inPixels() ? packImage(codes) : packVector(codes);
    SmallVector<int64_t> shape;
    if (schedule.inPixels())
      shape = {conv.batch, conv.outputs, schedule.pad(geometry.getPositions())};
    else
      shape = {conv.batch, schedule.pad(conv.outputs)};
    Value empty = tensor::EmptyOp::create(b, loc, shape, b.getI32Type());
    Value words = constant("words", orUnused(packed.words));
    Value a = coordinates(), widths = constant("widths", packed.widths);
    Value start = constant("init", init), places = outputOrder();
    auto product = ProductOp::create(
        b, loc, empty.getType(), patches, words, a, widths, start, empty,
        places, b.getStringAttr(layer),
        b.getDenseI64ArrayAttr(planes.multipliers), geometry, schedule);
    return {product->getResult(0), schedule};
  }

  /// The same sums in the layer's own shape.
  Value unblock(Value sums) {
    auto type = cast<RankedTensorType>(sums.getType());
    auto slice = [&](Value v, ArrayRef<int64_t> sizes) -> Value {
      SmallVector<OpFoldResult> offsets(sizes.size(), b.getIndexAttr(0)),
          strides(sizes.size(), b.getIndexAttr(1)), dims;
      for (int64_t s : sizes)
        dims.push_back(b.getIndexAttr(s));
      return tensor::ExtractSliceOp::create(
          b, loc, RankedTensorType::get(sizes, type.getElementType()), v,
          offsets, dims, strides);
    };
    if (!schedule.inPixels())
      return slice(sums, {conv.batch, conv.outputs});
    int64_t positions = geometry.getPositions();
    Value plain = slice(sums, {conv.batch, conv.outputs, positions});
    Value empty = tensor::EmptyOp::create(
        b, loc, {conv.batch, positions, conv.outputs}, b.getI32Type());
    Value moved = linalg::TransposeOp::create(b, loc, plain, empty,
                                              ArrayRef<int64_t>{0, 2, 1})
                      ->getResult(0);
    if (isMatmul)
      return tensor::CollapseShapeOp::create(
          b, loc, moved, ArrayRef<ReassociationIndices>{{0, 1}, {2}});
    return tensor::ExpandShapeOp::create(
        b, loc,
        RankedTensorType::get(
            {conv.batch, conv.outputHeight(), conv.outputWidth(), conv.outputs},
            b.getI32Type()),
        moved, ArrayRef<ReassociationIndices>{{0}, {1, 2}, {3}});
  }

private:
  LogicalResult chooseLayout(Operation *op, const TargetInfo &target) {
    int64_t largest = 0;
    for (int16_t w : integers)
      largest = std::max<int64_t>(largest, std::abs(w));
    ArrayRef<int64_t> group = grouping.group();
    SmallVector<int64_t> groupDims{1, 1, group.back()};
    if (!isMatmul)
      groupDims = {group[1], group[2], group[3]};
    // With positions in lanes a batch takes the place of those of one image.
    GeometryAttr ofPositions =
        isMatmul
            ? makeGeometry({conv.channels, 1, conv.batch}, groupDims,
                           {conv.outputs, 1, conv.batch})
            : makeGeometry(
                  {conv.channels, conv.height + conv.padTop + conv.padBottom,
                   conv.width + conv.padLeft + conv.padRight},
                  groupDims,
                  {conv.outputs, conv.outputHeight(), conv.outputWidth()});
    numerics::PackedProduct blocked;
    int64_t padded = std::numeric_limits<int64_t>::max();
    if (isMatmul && target.lanes > 1) {
      blocked = numerics::packForLanes(rows, target.lanes, order);
      padded = blocked.words.size();
    }
    packed = numerics::packForPositions(rows);
    bool isSmall = packed.fitsInt8() &&
                   llvm::all_of(planes.multipliers,
                                [](int64_t m) { return std::abs(m) <= 255; });
    auto family = op->getAttrOfType<StringAttr>(kFamilyAttr);
    if (op->hasAttr(kFamilyAttr) &&
        (!family ||
         (family != "popcount" && family != "table" && family != "dense")))
      return op->emitError()
             << "layer '" << layer << "' has the family "
             << op->getAttr(kFamilyAttr)
             << ", expects \"popcount\", \"table\" or \"dense\"";
    ProductShape shape;
    shape.isVector = isMatmul;
    shape.geometry = ofPositions;
    shape.planes = planes.multipliers.size();
    shape.compact = packed.words.size();
    shape.padded = padded;
    shape.rows = packed.coordinates.size();
    shape.largestWeight = largest;
    shape.largestCode = largestCode();
    shape.hasSmallCoordinates = isSmall;
    if (family)
      shape.family = family.getValue();
    shape.unpacksOnce = op->getParentOfType<ModuleOp>()->hasAttr(kInitAttr);
    ScheduleChoice choice = chooseSchedule(target, shape);
    schedule = choice.schedule;
    unpacks = choice.unpacks;
    if (!schedule)
      return op->emitError()
             << "layer '" << layer << "' has no " << family.getValue()
             << " kernel for the target '" << target.name << "': "
             << (family == "dense"
                     ? "it needs an instruction that multiplies codes, weights "
                       "of a byte and a convolution of one group"
                     : "it needs x86 with SSSE3 and no popcount of vectors, "
                       "and coordinates of a byte");
    if (Attribute given = op->getAttr(kScheduleAttr)) {
      auto forced = dyn_cast<ScheduleAttr>(given);
      if (!forced || !fits(forced, target, isSmall, largest))
        return op->emitError()
               << "layer '" << layer << "' has the schedule " << given
               << ", which does not fit the target '" << target.name
               << "', or the layer; " << schedule << " would";
      schedule = forced;
      choice.reason = "it was asked for";
      unpacks = false;
    }
    if (explains)
      op->emitRemark() << "layer '" << layer << "' takes the "
                       << (schedule.isDense()      ? "dense"
                           : schedule.usesTables() ? "table"
                                                   : "popcount")
                       << " family, " << (unpacks ? "weights unpacked, " : "")
                       << schedule << ": " << choice.reason;
    if (!schedule.inPixels()) {
      packed = std::move(blocked);
      int64_t used = order.size();
      geometry = makeGeometry({conv.channels, 1, 1}, groupDims, {used, 1, 1});
      return success();
    }
    if (schedule.getPasses() > 1)
      packed = numerics::packForPositions(rows, schedule.getPasses());
    geometry = ofPositions;
    unpackedGroup.assign(ofPositions.getGroup().begin(),
                         ofPositions.getGroup().end());
    if (schedule.isDense())
      geometry = makeGeometry(ofPositions.getInput(), ofPositions.getKernel(),
                              ofPositions.getOutput());
    if (isMatmul) {
      positions = conv.batch;
      conv.batch = 1;
    }
    return success();
  }

  /// Whether the target has the instructions of a schedule that is asked for,
  /// and the layer what they need.
  bool fits(ScheduleAttr asked, const TargetInfo &target,
            bool hasSmallCoordinates, int64_t largestWeight) const {
    if (asked.getLanes() != schedule.getLanes())
      return false;
    if (!asked.inPixels() && !isMatmul)
      return false;
    if (asked.inPixels() &&
        asked.getScaling() !=
            symbolizeScaling(target.scaling).value_or(Scaling::None))
      return false;
    if (asked.isDense()) {
      StringRef count = stringifyCounting(asked.getCounting());
      return conv.groups == 1 &&
             (count == target.dot ||
              count == target.dotFor(largestCode(), largestWeight)) &&
             (asked.getPerWord() != 4 || largestWeight <= 127);
    }
    if (asked.usesTables())
      return target.hasTables && hasSmallCoordinates;
    return asked.getCounting() == Counting::Words ||
           asked.getCounting() == Counting::Bytes ||
           stringifyCounting(asked.getCounting()) == target.counting;
  }

  /// Outside of the image, if anything is.
  int64_t codeOutside() const { return conv.pads() ? levels.zero : 0; }
  /// Of the codes that are multiplied, and of those outside.
  int64_t largestCode() const {
    int64_t largest = 0;
    for (int64_t m : levels.multipliers)
      largest += m;
    return std::max(largest, codeOutside());
  }

  GeometryAttr makeGeometry(ArrayRef<int64_t> input, ArrayRef<int64_t> group,
                            ArrayRef<int64_t> output) {
    return GeometryAttr::get(
        b.getContext(), input,
        {conv.kernelHeight, conv.kernelWidth, conv.groupChannels()}, group,
        output, {conv.strideY, conv.strideX}, {conv.dilationY, conv.dilationX},
        conv.groups);
  }

  /// `sum_k beta_k b_k = popcount(w) - popcount(w ^ b)`: the first term of all
  /// rows and planes, and the zero point of positions that have a code for it.
  void chooseInit() {
    int64_t perOutput = integers.size() / rows.outputs();
    int64_t zero = levels.zero - (schedule.hasSignedCodes() ? 128 : 0);
    for (int64_t c = 0; c < rows.outputs(); ++c) {
      int64_t value =
          schedule.isDense() ? 0 : rows.weightedCount(c) * planes.sum();
      if (schedule.isDense() || !planes.insidePlane)
        for (int64_t k = 0; k < perOutput; ++k)
          value -= zero * integers[c * perOutput + k];
      // Wrap-around inside a sum does not matter.
      init.push_back(static_cast<int32_t>(static_cast<uint32_t>(value)));
    }
    if (!schedule.inPixels())
      init.resize(schedule.pad(conv.outputs), 0);
  }

  template <typename T>
  Value constant(StringRef name, const std::vector<T> &values) {
    return buildLayerConstant(
        b, loc, layer, name,
        mbn::makeElements<T>(b.getContext(),
                             {static_cast<int64_t>(values.size())}, values,
                             (layer + "." + name).str()));
  }

  Value coordinates() {
    if (!packed.fitsInt8())
      return constant("coordinates", orUnused(packed.coordinates));
    return constant("coordinates",
                    orUnused(std::vector<int8_t>(packed.coordinates.begin(),
                                                 packed.coordinates.end())));
  }

  /// Codes surrounded by `value`.
  Value pad(Value codes, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
            int64_t value) {
    auto type = cast<RankedTensorType>(codes.getType());
    SmallVector<int64_t> shape;
    SmallVector<OpFoldResult> lowAttrs, highAttrs;
    for (auto [d, l, h] : llvm::zip(type.getShape(), low, high)) {
      shape.push_back(d + l + h);
      lowAttrs.push_back(b.getIndexAttr(l));
      highAttrs.push_back(b.getIndexAttr(h));
    }
    Value padding = arith::ConstantOp::create(
        b, loc, b.getI8IntegerAttr(static_cast<int8_t>(value)));
    return tensor::PadOp::create(b, loc, type.clone(shape), codes, lowAttrs,
                                 highAttrs, padding);
  }

  Value transpose(Value codes, ArrayRef<int64_t> permutation) {
    auto type = cast<RankedTensorType>(codes.getType());
    SmallVector<int64_t> shape;
    for (int64_t p : permutation)
      shape.push_back(type.getDimSize(p));
    Value empty = tensor::EmptyOp::create(b, loc, shape, type.getElementType());
    return linalg::TransposeOp::create(b, loc, codes, empty, permutation)
        ->getResult(0);
  }

  ImageAttr makeImage() {
    SmallVector<int64_t> size{conv.height, conv.width};
    if (isMatmul)
      size = {1, positions};
    return ImageAttr::get(b.getContext(), size, {conv.padTop, conv.padLeft},
                          /*bits=*/8, planes.outside, planes.insidePlane);
  }

  /// Without lanes codes are read where they are.
  Value packImage(Value codes) {
    auto type = cast<RankedTensorType>(codes.getType());
    ReassociationIndices all;
    for (int64_t d = 0; d < type.getRank(); ++d)
      all.push_back(d);
    codes = tensor::CollapseShapeOp::create(
        b, loc, codes, ArrayRef<ReassociationIndices>{all});
    return pack(
        codes, {conv.batch, patchRows(), schedule.pad(geometry.getPositions())},
        makeImage());
  }

  /// Positions in lanes, from planes of bits.
  Value buildTiled(Value codes) {
    int64_t stored = planes.multipliers.size() - planes.insidePlane;
    int64_t pixels = isMatmul ? positions : conv.height * conv.width;
    codes = makeRank3(codes, pixels);
    auto empty = [&](ArrayRef<int64_t> shape) -> Value {
      return tensor::EmptyOp::create(b, loc, shape, b.getI32Type());
    };
    Value none =
        empty({conv.batch, stored,
               (conv.channels + numerics::kWordBits - 1) / numerics::kWordBits,
               pixels + roomBehindPlanes(schedule)});
    Value bits =
        PlanesOp::create(b, loc, none.getType(), codes, none)->getResult(0);
    TileLayout layout(geometry, schedule, planes.multipliers.size());
    Value sums = empty(
        {conv.batch, conv.outputs, schedule.pad(geometry.getPositions())});
    Value workspace = empty({layout.size});
    Value words = constant("words", orUnused(packed.words));
    Value a = coordinates(), groups = rowGroups();
    Value numRows = constant("rows", packed.rows);
    Value start = constant("init", init);
    auto product = TiledProductOp::create(
        b, loc, TypeRange{sums.getType(), workspace.getType()}, bits, words, a,
        groups, numRows, start, sums, workspace, Value(), Value(), Value(),
        b.getStringAttr(layer), b.getDenseI64ArrayAttr(planes.multipliers),
        geometry, schedule, makeImage());
    return product->getResult(0);
  }

  /// Positions in lanes, of codes by weights. Outside of the image is the code
  /// that stands for 0, which need not be one of the levels.
  Value buildDense(Value codes) {
    int64_t pixels = isMatmul ? positions : conv.height * conv.width;
    int64_t perWord = schedule.getPerWord();
    codes = makeRank3(codes, pixels);
    auto empty = [&](ArrayRef<int64_t> shape) -> Value {
      return tensor::EmptyOp::create(b, loc, shape, b.getI32Type());
    };
    TileLayout layout(geometry, schedule, /*planes=*/1);
    Value none = empty({conv.batch, 1, layout.channelWords,
                        pixels + roomBehindPlanes(schedule)});
    Value words =
        CodeWordsOp::create(
            b, loc, none.getType(), codes, none, b.getI64IntegerAttr(perWord),
            b.getDenseI64ArrayAttr(levels.multipliers),
            schedule.hasSignedCodes() ? b.getUnitAttr() : UnitAttr())
            ->getResult(0);
    Value values = unpacks ? unpackWeights() : storedWeights(layout.words);
    Value sums = empty(
        {conv.batch, conv.outputs, schedule.pad(geometry.getPositions())});
    Value workspace = empty({layout.size});
    SmallVector<int64_t> size{conv.height, conv.width};
    if (isMatmul)
      size = {1, positions};
    int64_t bits = 1;
    while (largestCode() >> bits)
      bits *= 2;
    auto image =
        ImageAttr::get(b.getContext(), size, {conv.padTop, conv.padLeft}, bits,
                       codeOutside(), /*marked=*/false);
    Value start = constant("init", init);
    return DenseProductOp::create(
               b, loc, TypeRange{sums.getType(), workspace.getType()}, words,
               values, start, sums, workspace, Value(), Value(), Value(),
               b.getStringAttr(layer), geometry, schedule, image)
        ->getResult(0);
  }

  /// The weights themselves, as many to a word as codes.
  Value storedWeights(int64_t words) {
    int64_t perWord = schedule.getPerWord();
    std::vector<int32_t> weights(conv.outputs * words, 0);
    int64_t perOutput = integers.size() / conv.outputs, bits = 32 / perWord;
    for (int64_t c = 0; c < conv.outputs; ++c)
      for (int64_t k = 0; k < perOutput; ++k) {
        uint32_t weight = static_cast<uint16_t>(integers[c * perOutput + k]);
        weight &= (uint32_t(1) << bits) - 1;
        weights[c * words + k / perWord] |=
            static_cast<int32_t>(weight << (k % perWord * bits));
      }
    return constant("integers", weights);
  }

  /// The same, of their bases.
  Value unpackWeights() {
    GeometryAttr groups =
        makeGeometry(geometry.getInput(), unpackedGroup, geometry.getOutput());
    TileLayout layout(geometry, schedule, /*planes=*/1);
    int64_t perWord = schedule.getPerWord();
    Value none = tensor::EmptyOp::create(
        b, loc, ArrayRef<int64_t>{conv.outputs * layout.words * perWord + 32},
        b.getIntegerType(32 / perWord));
    Value words = constant("words", orUnused(packed.words));
    Value a = coordinates(), widths = constant("widths", packed.widths);
    return UnpackOp::create(b, loc, none.getType(), words, a, widths, none,
                            groups)
        ->getResult(0);
  }

  /// [batch, positions, channels]
  Value makeRank3(Value codes, int64_t pixels) {
    auto type = RankedTensorType::get({conv.batch, pixels, conv.channels},
                                      b.getI8Type());
    if (isMatmul)
      return tensor::ExpandShapeOp::create(
          b, loc, type, codes, ArrayRef<ReassociationIndices>{{0, 1}, {2}});
    return tensor::CollapseShapeOp::create(
        b, loc, type, codes, ArrayRef<ReassociationIndices>{{0}, {1, 2}, {3}});
  }

  /// Null if lanes hold the outputs one after the other.
  Value outputOrder() {
    auto isPlace = [](auto place) {
      return place.value() == static_cast<int32_t>(place.index());
    };
    if (schedule.inPixels() || llvm::all_of(llvm::enumerate(order), isPlace))
      return Value();
    // Lanes without a row add 0, to any place.
    for (int32_t &place : order)
      place = place < conv.outputs ? place : 0;
    order.resize(schedule.pad(order.size()), 0);
    if (conv.outputs <= 1 << 15)
      return constant("order",
                      std::vector<int16_t>(order.begin(), order.end()));
    return constant("order", order);
  }

  /// The group of each row, in as few bytes as hold it.
  Value rowGroups() {
    std::vector<int32_t> groups = orUnused(packed.groups);
    if (geometry.getNumGroups() <= 1 << 8)
      return constant("groups",
                      std::vector<uint8_t>(groups.begin(), groups.end()));
    if (geometry.getNumGroups() <= 1 << 16)
      return constant("groups",
                      std::vector<int16_t>(groups.begin(), groups.end()));
    return constant("groups", groups);
  }

  /// A product without rows still has arrays, of one unused element.
  template <typename T> static std::vector<T> orUnused(std::vector<T> values) {
    if (values.empty())
      values.emplace_back();
    return values;
  }

  Value packVector(Value codes) {
    codes = pad(codes, {0, 0}, {0, numerics::kWordBits}, 0);
    return pack(codes, {conv.batch, patchRows()});
  }

  int64_t patchRows() {
    return geometry.getGroups() * geometry.getNumGroups() *
           planes.multipliers.size() * geometry.getWords();
  }

  Value pack(Value codes, ArrayRef<int64_t> shape, ImageAttr image = {}) {
    Value empty = tensor::EmptyOp::create(b, loc, shape, b.getI32Type());
    return PackOp::create(b, loc, empty.getType(), codes, empty, ValueRange(),
                          geometry, schedule,
                          b.getI64IntegerAttr(planes.multipliers.size()), image)
        ->getResult(0);
  }

  bool explains;
  ConversionPatternRewriter &b;
  Location loc;
  StringRef layer;
  numerics::ConvGeometry conv;
  bool isMatmul;
  numerics::Grouping grouping;
  numerics::ProductRows rows;
  Planes planes;
  const numerics::Levels &levels;
  ScheduleAttr schedule;
  GeometryAttr geometry;
  numerics::PackedProduct packed;
  /// The output of each lane, with outputs in lanes.
  std::vector<int32_t> order;
  std::vector<int32_t> init;
  /// The weights themselves.
  std::vector<int16_t> integers;
  /// Whether they are unpacked from their bases, and a group.
  bool unpacks = false;
  SmallVector<int64_t> unpackedGroup;
  int64_t positions = 0;
};

template <typename LayerOp>
struct ProductPattern : public OpConversionPattern<LayerOp> {
  ProductPattern(TypeConverter &converter, MLIRContext *context,
                 const TargetInfo &target, bool explains, BlockedSumsMap &sums,
                 bool &hasErrors)
      : OpConversionPattern<LayerOp>(converter, context, /*benefit=*/2),
        target(target), explains(explains), sums(sums), hasErrors(hasErrors) {}

  LogicalResult
  matchAndRewrite(LayerOp op, typename LayerOp::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op.isQuantized())
      return rewriter.notifyMatchFailure(op, "has float operands");
    mbn::ConstantOp weights = mbn::getWeightsConstant(op.getWeights());
    if (!weights || !isa<mbn::BasesAttr>(weights.getValue()))
      return rewriter.notifyMatchFailure(op, "weights have no binary bases");
    numerics::Levels levels = cast<mbn::MultiBitType>(op.getInput().getType())
                                  .getLevels()
                                  .toNumerics();
    ProductBuilder builder(rewriter, op, op.getGeometry(), weights, levels,
                           explains);
    if (failed(builder.choose(op, weights, target))) {
      // The reference's pattern would take over.
      hasErrors = true;
      return failure();
    }
    BlockedSums blocked = builder.build(adaptor.getInput());
    sums[op.getResult()] = blocked;
    rewriter.replaceOp(op, builder.unblock(blocked.value));
    return success();
  }

  const TargetInfo &target;
  bool explains;
  BlockedSumsMap &sums;
  bool &hasErrors;
};

} // namespace

void subbit::populateProductPatterns(TypeConverter &converter,
                                     RewritePatternSet &patterns,
                                     const TargetInfo &target, bool explains,
                                     BlockedSumsMap &sums, bool &hasErrors) {
  patterns.add<ProductPattern<mbn::Conv2DOp>, ProductPattern<mbn::MatmulOp>>(
      converter, patterns.getContext(), target, explains, sums, hasErrors);
}
