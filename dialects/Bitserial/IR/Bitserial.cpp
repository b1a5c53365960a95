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
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace subbit;
using namespace subbit::bitserial;

#include "dialects/Bitserial/IR/BitserialDialect.cpp.inc"
#include "dialects/Bitserial/IR/BitserialEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Bitserial/IR/BitserialAttributes.cpp.inc"

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

FailureOr<TargetInfo> bitserial::getTargetInfo(ModuleOp module) {
  auto spec = resolveTarget(getTargetSpec(module));
  auto target = spec ? describeTarget(*spec)
                     : llvm::Expected<TargetInfo>(spec.takeError());
  if (!target)
    return emitError(module.getLoc()) << llvm::toString(target.takeError());
  return *target;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

LogicalResult ScheduleAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   Orientation orientation, int64_t lanes,
                                   int64_t vectors, Counting counting,
                                   Scaling scaling, int64_t passes) {
  // schedule_c1
  if (lanes < 1 || lanes > 1024 || vectors < 1 || vectors > 1024)
    return emitError() << "lanes and vectors must be from 1 to 1024, found "
                       << lanes << " and " << vectors;
  // schedule_c2
  bool isKnown =
      counting == Counting::Uaddlp || counting == Counting::Vpaddl ||
              counting == Counting::Udot
          ? lanes == 4
      : counting == Counting::Pmadd || counting == Counting::Pmaddwd ||
              counting == Counting::Pmaddubsw || counting == Counting::Tables
          ? lanes == 4 || lanes == 8 || lanes == 16
      : counting == Counting::Usdot || counting == Counting::Sdot ? lanes == 4
      : counting == Counting::Dpbusd ? lanes == 8 || lanes == 16
                                     : true;
  if (!isKnown)
    return emitError() << "no instruction " << stringifyCounting(counting)
                       << " sums the bytes of " << lanes << " lanes";
  if (counting == Counting::Carries && lanes != 16)
    return emitError() << "no instruction finds the carries of " << lanes
                       << " lanes; 16 have one";
  // schedule_c3
  if (counting == Counting::Pairs &&
      (orientation != Orientation::Pixels || lanes != 1))
    return emitError() << "pairs of words are of positions without lanes";
  if (scaling != Scaling::None &&
      (orientation != Orientation::Pixels ||
       (counting != Counting::Words && counting != Counting::Bytes)))
    return emitError()
           << "scalable vectors are of positions, and their bits are "
              "counted in words or bytes";
  // schedule_c4
  bool isTiled = orientation == Orientation::Pixels && lanes > 1 &&
                 scaling == Scaling::None;
  if (passes < 1 || passes > 1024 || (passes > 1 && !isTiled))
    return emitError() << "there are 1 to 1024 passes, several of positions in "
                          "lanes of fixed vectors only, found "
                       << passes;
  // schedule_c5
  bool isDense = counting == Counting::Dpbusd || counting == Counting::Usdot ||
                 counting == Counting::Sdot || counting == Counting::Pmaddwd ||
                 counting == Counting::Pmaddubsw;
  bool inPixels = orientation == Orientation::Pixels;
  bool isTables = counting == Counting::Tables;
  if (isDense && !inPixels)
    return emitError() << "codes are multiplied at positions in lanes only";
  if (isTables && !inPixels && lanes == 4)
    return emitError() << "tables are of 8 or 16 lanes of outputs";
  if (isTables && inPixels && vectors % 4 != 0)
    return emitError() << "the bytes of a vector are positions of tables, so "
                          "there are a multiple of 4 vectors, found "
                       << vectors;
  return success();
}

LogicalResult GeometryAttr::verify(
    function_ref<InFlightDiagnostic()> emitError, ArrayRef<int64_t> input,
    ArrayRef<int64_t> kernel, ArrayRef<int64_t> group, ArrayRef<int64_t> output,
    ArrayRef<int64_t> stride, ArrayRef<int64_t> dilation, int64_t groups) {
  // geometry_c1
  auto verifyDims = [&](StringRef name, ArrayRef<int64_t> dims,
                        size_t rank) -> LogicalResult {
    if (dims.size() == rank && llvm::all_of(dims, [](int64_t d) {
          return d >= 1 && d <= (int64_t(1) << 31);
        }))
      return success();
    return emitError() << name << " must have " << rank
                       << " positive dimensions, found [" << dims << "]";
  };
  if (failed(verifyDims("input", input, 3)) ||
      failed(verifyDims("kernel", kernel, 3)) ||
      failed(verifyDims("group", group, 3)) ||
      failed(verifyDims("output", output, 3)) ||
      failed(verifyDims("stride", stride, 2)) ||
      failed(verifyDims("dilation", dilation, 2)))
    return failure();
  if (groups < 1)
    return emitError() << "groups must be positive, found " << groups;
  // geometry_c2
  for (auto [g, k] : llvm::zip(group, kernel))
    if (g > k)
      return emitError() << "group [" << group << "] is larger than kernel ["
                         << kernel << "]";
  // geometry_c3
  if (input[0] % groups || input[0] / groups != kernel[2])
    return emitError() << "the input has " << input[0] << " channels, "
                       << groups << " groups of " << kernel[2] << " are taken";
  if (output[0] % groups)
    return emitError() << groups << " groups do not divide " << output[0]
                       << " outputs";
  return success();
}

LogicalResult ImageAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                ArrayRef<int64_t> size, ArrayRef<int64_t> pad,
                                int64_t bits, int64_t outside, bool) {
  // image_c1
  auto isIn = [](ArrayRef<int64_t> dims, int64_t least) {
    return dims.size() == 2 && llvm::all_of(dims, [&](int64_t d) {
             return d >= least && d <= (int64_t(1) << 31);
           });
  };
  if (!isIn(size, 1) || !isIn(pad, 0))
    return emitError() << "an image needs a height and a width, and padding "
                          "that is not negative, found ["
                       << size << "] and [" << pad << "]";
  // image_c2
  if ((bits != 1 && bits != 2 && bits != 4 && bits != 8) || outside < 0 ||
      outside >> bits)
    return emitError() << "codes have 1, 2, 4 or 8 bits, found " << bits
                       << " and a code " << outside;
  return success();
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

bool GeometryAttr::hasContiguousGroups() const {
  ArrayRef<int64_t> kernel = getKernel(), group = getGroup();
  if (group[2] < kernel[2])
    return group[0] == 1 && group[1] == 1;
  return group[0] == 1 || group[1] == kernel[1];
}

int64_t GeometryAttr::getWords() const {
  int64_t size = 1;
  for (int64_t n : getGroup())
    size *= n;
  return (size + 31) / 32;
}

int64_t bitserial::roomBehindPlanes(ScheduleAttr schedule) {
  return schedule.getLanes() * kShuffledStride;
}

/// Of tiles of scalable vectors.
static constexpr int64_t kScalableTile = 128;

/// Each position of a tail has sums of its own in registers.
static constexpr int64_t kMostTail = 4;

TileLayout::TileLayout(GeometryAttr g, ScheduleAttr schedule, int64_t planes) {
  int64_t block = schedule.getLanes() * schedule.getVectors();
  tile = schedule.isScalable()
             ? std::min((g.getPositions() + block - 1) / block * block,
                        std::max(block, kScalableTile))
             : block;
  int64_t passes = schedule.getPasses();
  passGroups = (g.getNumGroups() + passes - 1) / passes;
  ArrayRef<int64_t> kernel = g.getKernel(), group = g.getGroup();
  int64_t perWord = schedule.getPerWord();
  words = (group[0] * group[1] * group[2] + perWord - 1) / perWord;
  patchRows =
      g.getGroups() * passGroups * planes * words * schedule.getRowsPerWord();
  channelWords = (g.getInput()[0] + perWord - 1) / perWord;
  bool isWhole = g.getGroups() == 1 || kernel[2] % perWord == 0;
  bool isWordwise = group[2] % perWord == 0 ||
                    (group[2] == kernel[2] && group[0] * group[1] == 1);
  isAligned = isWhole && isWordwise;
  for (auto [k, size] : llvm::zip(kernel, group))
    isAligned &= k % size == 0;
  int64_t rows = patchRows;
  if (!isAligned)
    rows += kernel[0] * kernel[1] * planes * channelWords;
  sums = rows * tile + schedule.getLanes();
  if (schedule.usesTables()) {
    // The rows have room behind the last one, which keeps what follows aligned.
    unexpanded = sums;
    tables = unexpanded + tile + schedule.getLanes();
    offsets = tables + kTableWords;
    sums = offsets + (2 * words + schedule.getLanes() - 1) /
                         schedule.getLanes() * schedule.getLanes();
  }
  // A vector of words of one position takes as many instructions as about two
  // words of a vector of positions do, and its sums take registers.
  int64_t lanes = schedule.getLanes(), rest = g.getPositions() % tile;
  bool fillsLanes =
      words % lanes == 0 || (!schedule.isDense() && lanes % words == 0);
  Counting counting = schedule.getCounting();
  bool hasWholeWords = counting == Counting::Words ||
                       counting == Counting::Carries || schedule.isDense();
  if (hasWholeWords && !schedule.isScalable() && lanes > 1 &&
      g.getGroups() == 1 && fillsLanes && rest > lanes && rest % lanes != 0 &&
      rest % lanes <= std::min(words / 4, kMostTail)) {
    tail = rest % lanes;
    tailPatches = sums;
    sums += (tail * patchRows + lanes - 1) / lanes * lanes;
  }
  int64_t waiting = passes > 1 ? g.getOutput()[0] : schedule.usesTables();
  size = sums + waiting * tile;
  numTiles = (g.getPositions() + tile - 1) / tile;
}

int64_t TileLayout::partSize() const {
  // While one core reads the end of its part it fetches what lies behind, as
  // far as some pages, which must not be what another one writes.
  constexpr int64_t line = 64 / sizeof(int32_t), apart = 256 * line;
  return (size + line - 1) / line * line + apart;
}

int64_t bitserial::denseOutputsAtOnce(ScheduleAttr schedule, int64_t vectors,
                                      int64_t outputs) {
  Counting counting = schedule.getCounting();
  bool isNeon = counting == Counting::Usdot || counting == Counting::Sdot;
  int64_t registers = isNeon || schedule.getLanes() == 16 ? 32 : 16;
  // A word of each position, one of weights, and products if they are not added
  // by the same instruction.
  bool adds = isNeon || counting == Counting::Dpbusd;
  int64_t others = vectors + (adds ? 1 : 2);
  int64_t step = std::max<int64_t>(1, (registers - others) / vectors);
  while (outputs % step || 32 % step)
    --step;
  return step;
}

Tasks bitserial::getTasks(Operation *product) {
  auto attr = product->getAttrOfType<DenseI64ArrayAttr>(kTasksAttr);
  return attr ? Tasks{attr[0], attr[1]} : Tasks();
}

SumTables::SumTables(GeometryAttr g, ScheduleAttr schedule) {
  int64_t lanes = schedule.getLanes();
  bits = schedule.usesTables() ? llvm::Log2_64(lanes) : 1;
  // A group of less than a word has no other fields.
  int64_t inWord = std::min<int64_t>(32, g.getGroup()[2]);
  fields = (inWord + bits - 1) / bits;
  stride = fields * bits;
  words = g.getNumGroups() * g.getWords();
  tables = (words * stride + lanes - 1) / lanes * lanes;
  size = tables + (schedule.usesTables() ? words * fields * lanes : 0);
}
