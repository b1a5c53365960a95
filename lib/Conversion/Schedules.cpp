//===- Schedules.cpp - How products are laid out and blocked --------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Conversion/Schedules.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace subbit;
using namespace subbit::bitserial;

/// Summing the bytes of a row costs about as much as three words do.
static constexpr int64_t kWordsOfBytes = 3;
/// Fewer words have no carries that save counts. A row ends in two
/// multiply-adds to the same sums, whose latency a block of fewer vectors of
/// words would show.
static constexpr int64_t kFewestWordsOfCarries = 3, kFewestCarried = 8;
/// Fewer vectors of a block would read each word of weights too often, which
/// serves for all planes.
static int64_t fewestVectors(Counting counting, int64_t planes) {
  return planes > 1 && counting != Counting::Tables ? 2 : 4;
}
/// Of codes that are multiplied, with so many outputs, which divide a word.
static constexpr int64_t kFewestDenseVectors = 3, kOutputsOfFewVectors = 8;
/// Patches of one pass: what caches of 32 or 48 KiB serve well.
static constexpr int64_t kMostPatchBytes = 40 << 10;
/// CPUs of that kind have 32 KiB, which tables and sums share.
static constexpr int64_t kMostTablePatchBytes = 28 << 10;
/// Weights in the caller's memory that the second cache serves well, with all
/// that a run needs besides; unpacked once, as many as pay where it does not.
static constexpr int64_t kMostUnpackedBytes = 1 << 20;
static constexpr int64_t kMostUnpackedOnceBytes = 1 << 22;
/// Sums are stored and loaded anew for each pass.
static constexpr int64_t kMostPasses = 8;

static int64_t vectorsOfBlock(int64_t positions, int64_t lanes) {
  constexpr int64_t most = 8;
  return std::min(most, (positions + lanes - 1) / lanes);
}

static Counting chooseCounting(const TargetInfo &target, GeometryAttr g) {
  Counting counting =
      symbolizeCounting(target.counting).value_or(Counting::Words);
  int64_t words = g.getWords();
  auto isShort = [&] {
    switch (counting) {
    case Counting::Pairs:
      return words % 2 != 0;
    case Counting::Udot:
      return false;
    case Counting::Carries:
      return words < kFewestWordsOfCarries ||
             words * vectorsOfBlock(g.getPositions(), target.lanes) <
                 kFewestCarried;
    default:
      return words <= kWordsOfBytes;
    }
  };
  return isShort() ? Counting::Words : counting;
}

/// Instructions for a vector of words: one that multiplies codes counts twice,
/// as it has fewer ports than the others.
static double costOf(Counting counting) {
  switch (counting) {
  case Counting::Pmadd:
  case Counting::Bytes:
    return 8.7;
  case Counting::Uaddlp:
  case Counting::Vpaddl:
  case Counting::Udot:
    return 4.2;
  case Counting::Tables:
    return 7.3;
  case Counting::Dpbusd:
  case Counting::Usdot:
  case Counting::Sdot:
    return 2.2;
  case Counting::Pmaddubsw:
    return 2.6;
  case Counting::Pmaddwd:
    return 3.2;
  case Counting::Carries:
    return 3.5;
  default:
    return 3.2;
  }
}

static std::string count(double instructions) {
  return std::to_string(std::llround(instructions)) + " instructions";
}

static bool fitsFirstCache(const TileLayout &layout) {
  return layout.patchRows * layout.tile * int64_t(sizeof(int32_t)) <=
         kMostPatchBytes;
}

/// Words of patches for a vector of positions and one plane are copied, or made
/// element by element.
static double costOfPatches(GeometryAttr g, ScheduleAttr schedule,
                            double perCopy, double perElement) {
  TileLayout layout(g, schedule, /*planes=*/1);
  ArrayRef<int64_t> kernel = g.getKernel();
  return layout.isAligned ? perCopy * layout.patchRows
                          : perElement * kernel[0] * kernel[1] * kernel[2];
}
/// What copying a word, or making an element, takes for one of the vectors of a
/// block, and what once for all.
static double costOfCopy(int64_t vectors) { return 1.75 + 10.0 / vectors; }
static double costOfElement(int64_t vectors) { return 3 + 12.0 / vectors; }

/// What a store takes, in instructions: a cycle has as many stores however long
/// vectors are, but three instructions of 256 bits for two of 512.
static double costOfStore(int64_t lanes) { return lanes == 16 ? 1 : 2.3; }

/// Instructions that count the bits of a vector of positions, for all outputs.
static double costOfBits(const TargetInfo &target, const ProductShape &shape,
                         Counting counting) {
  GeometryAttr g = shape.geometry;
  int64_t lanes = target.lanes;
  auto schedule =
      ScheduleAttr::get(g.getContext(), Orientation::Pixels, lanes, 1,
                        Counting::Words, Scaling::None, /*passes=*/1);
  // Counting in 32 bits needs a popcount of such, else it is the longest way.
  double perWord = counting == Counting::Words && !target.countsWords()
                       ? 2 * costOf(Counting::Pmadd)
                       : costOf(counting);
  double perRow = counting == Counting::Carries ? 0 : 2;
  double rows = shape.compact * perWord + perRow * shape.rows;
  int64_t block = vectorsOfBlock(g.getPositions(), lanes);
  if (counting != Counting::Tables)
    return shape.planes *
           (rows + costOfStore(lanes) * costOfPatches(g, schedule,
                                                      costOfCopy(block),
                                                      costOfElement(block)));
  // Vectors are of bytes, of which the last may be empty in part, and each word
  // of a patch becomes eight. The tables of a row are found for all vectors.
  constexpr double perTables = 42, perCopy = 12, perElement = 10;
  double vectors = (g.getPositions() + lanes - 1) / lanes;
  double whole = (g.getPositions() + 4 * lanes - 1) / (4 * lanes) * 4;
  return shape.planes * (rows * whole / vectors +
                         costOfPatches(g, schedule, perCopy, perElement)) +
         perTables * shape.rows / vectors;
}

/// Instructions that multiply the codes of a vector of positions, for all
/// outputs. `whole` has the kernel as one group.
static double costOfCodes(const TargetInfo &target, const ProductShape &shape,
                          GeometryAttr whole, ScheduleAttr schedule) {
  TileLayout layout(whole, schedule, /*planes=*/1);
  double perWord = costOf(schedule.getCounting());
  // Relative to counting, for which there is a pipe less.
  constexpr double relative = 0.6;
  if (target.countsSlowly)
    perWord *= relative;
  // Patches may be in the second cache.
  bool isFar = !fitsFirstCache(layout);
  // Fewer outputs at a time than there are registers for load as much, and few
  // products wait for each other.
  constexpr double ragged = 1.4, raggedAndFar = 1.6, inFlight = 6;
  int64_t outputs = whole.getOutput()[0], vectors = schedule.getVectors();
  int64_t atOnce = denseOutputsAtOnce(schedule, vectors, outputs);
  double waiting = inFlight / (atOnce * vectors);
  if (atOnce < denseOutputsAtOnce(schedule, vectors, /*outputs=*/32))
    waiting = std::max(waiting, isFar ? raggedAndFar : ragged);
  perWord *= std::max(1.0, waiting);
  // Words of codes are made of planes, for the whole image, and copied to
  // patches.
  int64_t lanes = schedule.getLanes();
  ArrayRef<int64_t> image = whole.getInput();
  double perPosition =
      double(image[1] * image[2]) / std::max(lanes, whole.getPositions());
  double words = (2.0 + shape.planes) * image[0] * perPosition;
  int64_t block = vectorsOfBlock(whole.getPositions(), lanes);
  constexpr double far = 3;
  double patches =
      (isFar ? far : 1) *
      costOfPatches(whole, schedule, costOfCopy(block), costOfElement(block));
  return outputs * layout.words * perWord +
         costOfStore(lanes) * (words + patches);
}

/// The schedule that multiplies codes, if there is one and it is the better.
static ScheduleChoice chooseDense(const TargetInfo &target,
                                  const ProductShape &shape,
                                  Counting counting) {
  std::optional<Counting> dot =
      symbolizeCounting(target.dotFor(shape.largestCode, shape.largestWeight));
  GeometryAttr g = shape.geometry;
  if (!dot)
    return {{}, "no instruction multiplies codes"};
  if (g.getGroups() > 1)
    return {{}, "codes are multiplied in convolutions of one group only"};
  int64_t lanes = target.lanes, most = target.registers * 3 / 16;
  int64_t vectors = (g.getPositions() + lanes - 1) / lanes;
  auto blocked = [&](int64_t most) {
    int64_t blocks = (vectors + most - 1) / most;
    return ScheduleAttr::get(g.getContext(), Orientation::Pixels, lanes,
                             (vectors + blocks - 1) / blocks, *dot,
                             Scaling::None, /*passes=*/1);
  };
  // The kernel is one group.
  auto whole = GeometryAttr::get(g.getContext(), g.getInput(), g.getKernel(),
                                 g.getKernel(), g.getOutput(), g.getStride(),
                                 g.getDilation(), g.getGroups());
  ScheduleAttr schedule = blocked(most);
  TileLayout layout(whole, schedule, /*planes=*/1);
  // Patches from the second cache serve twice as many outputs of half as many
  // positions; of a last vector of few positions no vector is made.
  if (most > kFewestDenseVectors && !fitsFirstCache(layout) &&
      g.getOutput()[0] % kOutputsOfFewVectors == 0 &&
      !(layout.tail && vectors == kFewestDenseVectors + 1))
    schedule = blocked(kFewestDenseVectors);
  bool fitsBytes = shape.largestWeight <= 127;
  if (schedule.getPerWord() == 4 && !fitsBytes)
    return {{}, "weights do not fit a byte"};
  int64_t weights = g.getKernel()[0] * g.getKernel()[1] * g.getKernel()[2];
  int64_t words = (weights + schedule.getPerWord() - 1) / schedule.getPerWord();
  int64_t stored = g.getOutput()[0] * words;
  constexpr int64_t littleWords = 1024;
  bool takesLittle = stored <= std::max(littleWords, 2 * shape.compact);
  bool unpacks = !takesLittle && g.hasContiguousGroups() &&
                 stored * 4 <= (shape.unpacksOnce ? kMostUnpackedOnceBytes
                                                  : kMostUnpackedBytes);
  if (shape.family == "dense")
    return {schedule, "the dense family was asked for", unpacks};
  if (!takesLittle && !unpacks)
    return {{},
            llvm::formatv("weights of a byte would take {0} words of memory, "
                          "bases take {1}",
                          stored, shape.compact)
                .str()};
  double ofBits = costOfBits(target, shape, counting);
  double ofCodes = costOfCodes(target, shape, whole, schedule);
  // A word of bases becomes 32 weights, for all positions.
  if (unpacks && !shape.unpacksOnce)
    ofCodes += (stored / 4.0 + 6.0 * shape.compact) / vectors;
  std::string byCodes = "multiplying codes takes " + count(ofCodes);
  std::string byBits = "counting bits takes " + count(ofBits);
  if (ofCodes < ofBits)
    return {schedule, "for a vector of positions " + byCodes + ", " + byBits,
            unpacks};
  return {{}, "for a vector of positions " + byBits + ", " + byCodes};
}

static bool usesTables(const TargetInfo &target, const ProductShape &shape,
                       Counting counting) {
  if (!target.hasTables || !shape.hasSmallCoordinates)
    return false;
  if (!shape.family.empty())
    return shape.family == "table";
  return costOfBits(target, shape, Counting::Tables) <
         costOfBits(target, shape, counting);
}

ScheduleChoice subbit::chooseSchedule(const TargetInfo &target,
                                      const ProductShape &shape) {
  MLIRContext *context = shape.geometry.getContext();
  int64_t lanes = target.lanes, positions = shape.geometry.getPositions();
  Scaling scaling = symbolizeScaling(target.scaling).value_or(Scaling::None);
  Counting counting = chooseCounting(target, shape.geometry);
  // Blocks of ragged outputs may mostly store padding.
  if (shape.family != "dense" && shape.family != "table" && shape.isVector &&
      lanes > 1 && positions < lanes / 2 && shape.padded <= 2 * shape.compact)
    // One vector of sums would wait for the bits that carries leave.
    return {ScheduleAttr::get(context, Orientation::Outputs, lanes, 1,
                              counting == Counting::Carries ? Counting::Words
                                                            : counting,
                              Scaling::None, /*passes=*/1),
            "there are too few positions to fill lanes"};
  if (usesTables(target, shape, counting))
    counting = Counting::Tables;
  else if (shape.family == "table")
    return {};
  std::string reason = shape.family.empty() ? "the target has no vectors"
                                            : "the " + shape.family.str() +
                                                  " family was asked for";
  if (lanes > 1 && (shape.family.empty() || shape.family == "dense")) {
    ScheduleChoice dense = chooseDense(target, shape, counting);
    if (dense.schedule)
      return dense;
    reason = dense.reason;
  }
  if (shape.family == "dense")
    return {};
  if (counting == Counting::Tables && shape.family.empty())
    reason = "no instruction counts the bits of vectors; " + reason;
  // Accumulators of a block and of a row, plus a weight word and temporaries,
  // stay in registers; blocks share the positions evenly. Of scalable vectors
  // nobody knows how many there are: as many as fit, so that each word of
  // weights serves for all.
  const int64_t unit = counting == Counting::Tables ? 4 : 1;
  auto blocked = [&](int64_t most, int64_t passes) {
    auto single = ScheduleAttr::get(context, Orientation::Pixels, lanes, unit,
                                    counting, scaling, passes);
    int64_t vectors = single.padVectors(positions) / unit;
    int64_t blocks = (vectors + most - 1) / most;
    return ScheduleAttr::get(context, Orientation::Pixels, lanes,
                             (vectors + blocks - 1) / blocks * unit, counting,
                             scaling, passes);
  };
  // Loads through pointers are early, and take registers until they are used.
  int64_t most = target.registers / (scaling == Scaling::Pointers ? 5 : 4);
  // Tables serve for several planes, two at least.
  if (counting == Counting::Tables)
    most = target.registers / (shape.planes > 1 ? 4 : 2);
  ScheduleAttr schedule = blocked(most, 1);
  if (lanes == 1 || scaling != Scaling::None)
    return {schedule, reason};

  const int64_t bytes =
      counting == Counting::Tables ? kMostTablePatchBytes : kMostPatchBytes;
  const int64_t room = bytes / sizeof(int32_t);
  auto fits = [&](ScheduleAttr schedule) {
    TileLayout layout(shape.geometry, schedule, shape.planes);
    return layout.patchRows * layout.tile <= room;
  };
  auto inPasses = [&](int64_t most) -> ScheduleAttr {
    TileLayout layout(shape.geometry, blocked(most, 1), shape.planes);
    int64_t groups = shape.geometry.getNumGroups();
    if (layout.isAligned && shape.geometry.getGroups() == 1)
      for (int64_t passes = 2; passes <= std::min(kMostPasses, groups);
           ++passes)
        if (ScheduleAttr several = blocked(most, passes); fits(several))
          return several;
    return {};
  };
  // A table serves for a block: passes rather than fewer vectors.
  if (counting == Counting::Tables && !fits(schedule))
    if (ScheduleAttr several = inPasses(most))
      return {several, reason};
  const int64_t fewest = fewestVectors(counting, shape.planes);
  for (; most >= fewest; --most) {
    schedule = blocked(most, 1);
    if (fits(schedule))
      return {schedule, reason};
  }
  if (ScheduleAttr several = inPasses(fewest))
    return {several, reason};
  return {schedule, reason};
}
