//===- TilePatches.cpp - The patches of a tile of positions ---------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/TilePatches.h"
#include "dialects/Bitserial/Transforms/LowLevel.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace subbit::bitserial;

namespace {

/// Vectors of so many words, unless they are scalable, are x86's from AVX2 on,
/// which loads them under a mask.
constexpr int64_t kMaskedLanes = 8;

/// The lanes of positions from `first` on that are below `end`. Of all ways to
/// say so this one becomes a single instruction of SVE.
Value maskBelow(LoopBuilder &b, Value first, Value end, ScheduleAttr schedule) {
  VectorType type = schedule.getVector(b.b.getI1Type());
  Type i64 = b.b.getI64Type();
  SmallVector<Value> operands;
  for (Value x : {first, end})
    operands.push_back(arith::IndexCastUIOp::create(b.b, b.loc, i64, x));
  return LLVM::CallIntrinsicOp::create(
             b.b, b.loc, type, b.b.getStringAttr("llvm.get.active.lane.mask"),
             operands)
      .getResult(0);
}

/// Calls `body(x, mask)` for single vectors of the positions `first` to `end`;
/// without a mask the last one may reach past the end.
void forEachVector(LoopBuilder &b, ScheduleAttr schedule, Value first,
                   Value end, llvm::function_ref<void(Value, Value)> body) {
  if (!schedule.isScalable()) {
    b.loop(first, end, schedule.getLanes(), [&](Value x) { body(x, Value()); });
    return;
  }
  Value vscale = vector::VectorScaleOp::create(b.b, b.loc);
  b.loop(first, end, b.mul(vscale, schedule.getLanes()),
         [&](Value x) { body(x, maskBelow(b, x, end, schedule)); });
}

/// Builds what the patches of one tile are made of.
class TileBuilder {
public:
  TileBuilder(LoopBuilder &b, const TileSource &tile, Value n, Value first,
              Value end, Value pass)
      : b(b), g(tile.geometry), schedule(tile.schedule), image(tile.image),
        layout(tile.layout), planes(tile.numPlanes),
        perWord(tile.schedule.getPerWord()), n(n), first(first), end(end),
        pass(pass), workspace(tile.workspace) {
    stored = cast<MemRefType>(tile.planes.getType()).getShape();
    source = b.flatten(tile.planes);
  }

  /// The planes' words at each position of the kernel, row by row.
  void buildWords() {
    if (isShifted()) {
      b.loop(b.index(0), b.sub(end, first), schedule.getLanes(), [&](Value x) {
        ShiftedPositions positions(b, schedule, b.add(first, x),
                                   g.getOutput()[2], rowsOfVector());
        forEachRow([&](const Row &row) { buildShifted(row, x, positions); });
      });
      return;
    }
    // Rows are written in their order: a vector that reaches past the end of
    // one is overwritten by the next.
    forEachRow([&](const Row &row) { buildRow(row); });
  }

  /// The patches of any groups, element by element.
  void buildGroups() {
    b.loop(g.getGroups(), [&](Value convGroup) {
      b.loop(g.getNumGroups(), [&](Value group) {
        GroupBox box(b, g, group);
        Value number = b.add(b.mul(convGroup, g.getNumGroups()), group);
        b.loop(planes, [&](Value plane) {
          Value row = b.add(b.mul(number, planes), plane);
          auto build = [&](const PositionBlock &block) {
            buildGroup(box, b.mul(convGroup, g.getKernel()[2]), plane,
                       b.mul(row, layout.words), block);
          };
          if (schedule.usesTables())
            forEachBytes([&](Value x) {
              build({x, 4, b.index(schedule.getLanes()), Value()});
            });
          else
            forEachBlock(b, schedule, schedule.getVectors(), b.sub(end, first),
                         build);
        });
      });
    });
  }

private:
  /// A row of words: where it is, and what it holds.
  struct Row {
    Value number;
    /// The position of the kernel.
    Value ky, kx;
    /// Of the planes, or of the one that tells the inside.
    Value plane, word;
    bool isStored;
  };

  void forEachRow(llvm::function_ref<void(const Row &)> body) {
    ArrayRef<int64_t> kernel = g.getKernel(), group = g.getGroup();
    if (!layout.isAligned) {
      b.loop(kernel[0], [&](Value ky) {
        b.loop(kernel[1], [&](Value kx) {
          forEachPlane([&](Value plane, bool isStored) {
            b.loop(layout.channelWords, [&](Value word) {
              body({wordRow(ky, kx, plane, word), ky, kx, plane, word,
                    isStored});
            });
          });
        });
      });
      return;
    }
    SmallVector<int64_t, 3> grid = g.getGrid();
    int64_t groupWords = (group[2] + perWord - 1) / perWord;
    int64_t wordsPerConvGroup = layout.channelWords / g.getGroups();
    Value firstGroup = b.mul(pass, layout.passGroups);
    Value endGroup = b.least(b.add(firstGroup, layout.passGroups),
                             b.index(g.getNumGroups()));
    b.loop(g.getGroups(), [&](Value convGroup) {
      b.loop(firstGroup, endGroup, 1, [&](Value number) {
        auto place = [&](Value x, int d) -> Value {
          return grid[d] == 1 ? b.index(0) : b.remainder(x, b.index(grid[d]));
        };
        Value rest = b.divide(number, b.index(grid[2]));
        Value top = b.mul(b.divide(rest, b.index(grid[1])), group[0]);
        Value left = b.mul(place(rest, 1), group[1]);
        Value firstWord = b.add(b.mul(convGroup, wordsPerConvGroup),
                                b.mul(place(number, 2), groupWords));
        Value patch = b.add(b.mul(convGroup, layout.passGroups),
                            b.sub(number, firstGroup));
        forEachPlane([&](Value plane, bool isStored) {
          Value first = b.mul(b.add(b.mul(patch, planes), plane), layout.words);
          b.loop(group[0], [&](Value y) {
            b.loop(group[1], [&](Value x) {
              b.loop(groupWords, [&](Value word) {
                Value at = b.add(b.mul(y, group[1]), x);
                at = b.add(b.mul(at, groupWords), word);
                body({b.add(first, at), b.add(top, y), b.add(left, x), plane,
                      b.add(firstWord, word), isStored});
              });
            });
          });
        });
      });
    });
  }

  /// Rows of the result that a vector of positions may be in; 1 where sources
  /// are as far from their positions in all rows, as results are as wide as the
  /// image.
  int64_t rowsOfVector() const {
    int64_t width = g.getOutput()[2];
    if (width == image.getSize()[1])
      return 1;
    return (schedule.getLanes() + width - 2) / width + 1;
  }

  /// Whether vectors of a row are loaded as they are, under masks that leave
  /// out what is beside the image, and once for each row of the result.
  bool isShifted() const {
    constexpr int64_t mostRows = 3;
    return !schedule.isScalable() && schedule.getLanes() >= kMaskedLanes &&
           !schedule.usesTables() && g.getStride()[0] == 1 &&
           g.getStride()[1] == 1 && rowsOfVector() <= mostRows;
  }

  /// A vector of positions of the result.
  struct ShiftedPositions {
    ShiftedPositions(LoopBuilder &b, ScheduleAttr schedule, Value position,
                     int64_t width, int64_t rowsOfVector) {
      VectorType type = schedule.getVector(b.b.getI32Type());
      auto lanes = llvm::to_vector(llvm::seq<int32_t>(0, type.getDimSize(0)));
      Value numbers = arith::ConstantOp::create(
          b.b, b.loc, DenseElementsAttr::get(type, ArrayRef<int32_t>(lanes)));
      // Never a constant: of a load under a constant mask of one lane, whose
      // word was stored from the bits of a comparison, LLVM 22 takes the bytes
      // that were compared.
      first = hide(b, position);
      numbers = b.add(numbers, b.splat(b.toI32(first), type));
      Value widths = b.splat(b.i32(width), type);
      columns = b.remainder(numbers, widths);
      rows = b.divide(numbers, widths);
      firstRow = b.divide(first, b.index(width));
      for (int64_t i = 0; i < rowsOfVector && rowsOfVector > 1; ++i)
        inRow.push_back(
            arith::CmpIOp::create(b.b, b.loc, arith::CmpIPredicate::eq, rows,
                                  b.splat(b.toI32(b.add(firstRow, i)), type)));
    }
    Value first, firstRow, columns, rows;
    /// The lanes of each row, where there may be several.
    LoopBuilder::Values inRow;
  };

  /// A vector of a row, `x` from its first position on.
  void buildShifted(const Row &row, Value x,
                    const ShiftedPositions &positions) {
    VectorType type = schedule.getVector(b.b.getI32Type());
    ArrayRef<int64_t> size = image.getSize();
    int64_t narrower = size[1] - g.getOutput()[2];
    Value dx =
        b.sub(b.mul(row.kx, g.getDilation()[1]), b.index(image.getPad()[1]));
    Value dy =
        b.sub(b.mul(row.ky, g.getDilation()[0]), b.index(image.getPad()[0]));
    // Of a number that is negative or too large, as one without a sign.
    auto isBelow = [&](Value numbers, Value distance, int64_t end) -> Value {
      Value moved = b.add(numbers, b.splat(b.toI32(distance), type));
      return arith::CmpIOp::create(b.b, b.loc, arith::CmpIPredicate::ult, moved,
                                   b.splat(b.i32(end), type));
    };
    auto both = [&](Value p, Value q) -> Value {
      return arith::AndIOp::create(b.b, b.loc, p, q);
    };
    Value mask = both(isBelow(positions.columns, dx, size[1]),
                      isBelow(positions.rows, dy, size[0]));
    Value words;
    if (row.isStored) {
      Value from = b.add(positions.first, b.mul(positions.firstRow, narrower));
      from = b.add(from, b.add(b.mul(dy, size[1]), dx));
      from = b.add(firstOf(row), from);
      words = b.splat(outsideWord(row.plane, row.word), type);
      for (int64_t i = 0; i < rowsOfVector(); ++i)
        words = vector::MaskedLoadOp::create(
            b.b, b.loc, type, source, b.add(from, i * narrower),
            positions.inRow.empty() ? mask : both(mask, positions.inRow[i]),
            words);
    } else {
      words = arith::SelectOp::create(
          b.b, b.loc, mask, b.splat(channelMask(row.word), type), b.zero(type));
    }
    b.storeVector(words, workspace, b.add(b.mul(row.number, layout.tile), x));
  }

  /// Where the words of a row's plane begin.
  Value firstOf(const Row &row) {
    Value from = b.add(b.mul(n, stored[1]), row.plane);
    return b.mul(b.add(b.mul(from, layout.channelWords), row.word), stored[3]);
  }

  /// Of the columns of the result those whose source is inside the image.
  struct Columns {
    Value begin, end;
  };
  Columns insideColumns(Value left) {
    int64_t stride = g.getStride()[1], pad = image.getPad()[1];
    auto columnsBefore = [&](int64_t x) {
      Value distance = b.sub(b.index(x + pad + stride - 1), left);
      distance = b.divide(b.most(distance, b.index(0)), b.index(stride));
      return b.least(distance, b.index(g.getOutput()[2]));
    };
    return {columnsBefore(0), columnsBefore(image.getSize()[1])};
  }

  /// The bits of a word that are channels.
  Value channelMask(Value word) {
    int64_t rest = g.getInput()[0] % perWord * (32 / perWord);
    if (rest == 0)
      return b.i32(-1);
    Value isLast =
        arith::CmpIOp::create(b.b, b.loc, arith::CmpIPredicate::eq, word,
                              b.index(layout.channelWords - 1));
    return arith::SelectOp::create(b.b, b.loc, isLast,
                                   b.i32((int64_t(1) << rest) - 1), b.i32(-1));
  }

  Value outsideWord(Value plane, Value word) {
    if (schedule.isDense()) {
      uint32_t fields = perWord == 4 ? 0x01010101 : 0x00010001;
      uint32_t outside =
          image.getOutside() ^ (schedule.hasSignedCodes() ? 0x80 : 0);
      if (!outside)
        return b.i32(0);
      return arith::AndIOp::create(
          b.b, b.loc, b.i32(static_cast<int32_t>(fields * outside)),
          channelMask(word));
    }
    if (!image.getOutside())
      return b.i32(0);
    Value bit = arith::ShRUIOp::create(b.b, b.loc, b.i32(image.getOutside()),
                                       b.toI32(plane));
    bit = arith::AndIOp::create(b.b, b.loc, bit, b.i32(1));
    return arith::AndIOp::create(b.b, b.loc, b.sub(b.i32(0), bit),
                                 channelMask(word));
  }

  /// The planes that are stored, then the one that tells the inside.
  void forEachPlane(llvm::function_ref<void(Value, bool)> body) {
    b.loop(stored[1], [&](Value plane) { body(plane, true); });
    if (image.getMarked())
      body(b.index(stored[1]), false);
  }

  /// The row behind the patches that holds a word of the planes.
  Value wordRow(Value ky, Value kx, Value plane, Value word) {
    Value row = b.add(b.mul(ky, g.getKernel()[1]), kx);
    row = b.add(b.mul(row, planes), plane);
    return b.add(b.add(b.mul(row, layout.channelWords), word),
                 layout.patchRows);
  }

  /// Calls `body` for the first position of each vector of bytes.
  void forEachBytes(llvm::function_ref<void(Value)> body) {
    b.loop(b.index(0), b.sub(end, first), 4 * schedule.getLanes(), body);
  }

  /// The bits of the row for it become those of word row `row` of the patches.
  void expandRow(Value row) {
    VectorType type = schedule.getVector(b.b.getI32Type());
    forEachBytes([&](Value x) {
      LoopBuilder::Values words;
      for (int64_t v = 0; v < 4; ++v)
        words.push_back(b.loadVector(
            workspace, b.add(x, layout.unexpanded + v * schedule.getLanes()),
            type, Value()));
      expand(words, row, x);
    });
  }

  /// Four bits of each of four vectors of words become a vector of bytes. Byte
  /// `s` of a lane is vector `s`: sums of bytes are apart without a shuffle.
  /// First come the lower halves of the words' four bytes, then the upper ones.
  void expand(ArrayRef<Value> words, Value row, Value x) {
    auto type = cast<VectorType>(words[0].getType());
    auto constant = [&](uint32_t value) -> Value {
      return arith::ConstantOp::create(
          b.b, b.loc, DenseElementsAttr::get(type, APInt(32, value)));
    };
    auto keep = [&](Value x, uint32_t mask) -> Value {
      return arith::AndIOp::create(b.b, b.loc, x, constant(mask));
    };
    auto up = [&](Value x, uint32_t bits) -> Value {
      return arith::ShLIOp::create(b.b, b.loc, x, constant(bits));
    };
    auto down = [&](Value x, uint32_t bits) -> Value {
      return arith::ShRUIOp::create(b.b, b.loc, x, constant(bits));
    };
    auto join = [&](Value x, Value y) -> Value {
      return arith::OrIOp::create(b.b, b.loc, x, y);
    };
    // Bytes 0 and 2 of two vectors, and bytes 1 and 3.
    constexpr uint32_t even = 0x00ff00ff, odd = 0xff00ff00;
    Value pairs[2][2];
    for (int i = 0; i < 2; ++i) {
      Value low = words[2 * i], high = words[2 * i + 1];
      Value lowEven = keep(low, even), highEven = up(keep(high, even), 8);
      pairs[i][0] = join(lowEven, highEven);
      Value lowOdd = keep(down(low, 8), even), highOdd = keep(high, odd);
      pairs[i][1] = join(lowOdd, highOdd);
    }
    int64_t bytesOfRow = layout.tile / 4;
    Value at = b.add(b.mul(row, 2 * layout.tile), b.divide(x, b.index(4)));
    for (int byte = 0; byte < 4; ++byte) {
      Value low = pairs[0][byte % 2], high = pairs[1][byte % 2];
      if (byte < 2) {
        low = keep(low, 0xffff);
        high = up(high, 16);
      } else {
        low = down(low, 16);
        high = keep(high, 0xffff0000);
      }
      Value bytes = join(low, high);
      constexpr uint32_t half = 0x0f0f0f0f;
      b.storeVector(keep(bytes, half), workspace, b.add(at, byte * bytesOfRow));
      b.storeVector(keep(down(bytes, 4), half), workspace,
                    b.add(at, (4 + byte) * bytesOfRow));
    }
  }

  /// One row of words, which of tables is expanded to one of bytes: by runs of
  /// positions that share a row of the result.
  void buildRow(const Row &row) {
    if (schedule.usesTables() && layout.isAligned) {
      buildRuns(row, b.index(layout.unexpanded));
      expandRow(row.number);
    } else {
      buildRuns(row, b.mul(row.number, layout.tile));
    }
  }

  void buildRuns(const Row &row, Value start) {
    int64_t width = g.getOutput()[2];
    Value top = b.mul(row.ky, g.getDilation()[0]);
    Value left = b.mul(row.kx, g.getDilation()[1]);
    Columns columns = insideColumns(left);
    Value outside = row.isStored ? outsideWord(row.plane, row.word) : b.i32(0);
    Value inside = row.isStored ? Value() : channelMask(row.word);
    Value from = b.add(firstOf(row), b.sub(left, b.index(image.getPad()[1])));
    Value firstRow = b.divide(first, b.index(width));
    Value endRow = b.divide(b.add(end, width - 1), b.index(width));
    b.loop(firstRow, endRow, 1, [&](Value y) {
      Value rowStart = b.mul(y, width);
      // Positions count from the row's first, which goes to `to`.
      Value x0 = b.most(b.sub(first, rowStart), b.index(0));
      Value x1 = b.least(b.sub(end, rowStart), b.index(width));
      Value to = b.sub(b.add(start, rowStart), first);
      Value iy = b.sub(b.add(b.mul(y, g.getStride()[0]), top),
                       b.index(image.getPad()[0]));
      Value isInside =
          arith::CmpIOp::create(b.b, b.loc, arith::CmpIPredicate::ult, iy,
                                b.index(image.getSize()[0]));
      auto inRow = [&](Value column, Value least) -> Value {
        Value x = b.least(b.most(column, least), x1);
        return arith::SelectOp::create(b.b, b.loc, isInside, x, x1);
      };
      Value begin = inRow(columns.begin, x0), stop = inRow(columns.end, begin);
      fill(to, x0, begin, outside);
      if (inside)
        fill(to, begin, stop, inside);
      else
        copy(to, b.add(from, b.mul(iy, image.getSize()[1])), begin, stop);
      fill(to, stop, x1, outside);
    });
  }

  void fill(Value to, Value begin, Value stop, Value word) {
    VectorType type = schedule.getVector(b.b.getI32Type());
    Value words = b.splat(word, type);
    forEachVector(b, schedule, begin, stop, [&](Value x, Value mask) {
      b.storeVector(words, workspace, b.add(to, x), mask);
    });
  }

  /// The words at `from + stride * x` for each position x.
  void copy(Value to, Value from, Value begin, Value stop) {
    int64_t stride = g.getStride()[1], lanes = schedule.getLanes();
    VectorType type = schedule.getVector(b.b.getI32Type());
    if (stride > 1 && (schedule.isScalable() || stride > kShuffledStride)) {
      b.loop(begin, stop, 1, [&](Value x) {
        b.store(b.load(source, b.add(from, b.mul(x, stride))), workspace,
                b.add(to, x));
      });
      return;
    }
    forEachVector(b, schedule, begin, stop, [&](Value x, Value mask) {
      Value at = b.add(from, b.mul(x, stride)), words;
      if (stride == 1) {
        words = b.loadVector(source, at, type, mask);
      } else {
        Value all = b.loadVector(source, at, lanes * stride);
        SmallVector<int64_t> taken;
        for (int64_t i = 0; i < lanes; ++i)
          taken.push_back(i * stride);
        words = vector::ShuffleOp::create(b.b, b.loc, all, all, taken);
      }
      b.storeVector(words, workspace, b.add(to, x), mask);
    });
  }

  /// Each word of a group: one bit after the other of words at its positions of
  /// the kernel.
  void buildGroup(const GroupBox &box, Value channels, Value plane, Value row,
                  const PositionBlock &block) {
    VectorType type = schedule.getVector(b.b.getI32Type());
    Value count = b.mul(b.mul(box.size[0], box.size[1]), box.size[2]);
    // The group's next element.
    LoopBuilder::Values place(box.begin, box.begin + 3);
    b.loop(layout.words, place, [&](Value word, ValueRange place) {
      Value firstElement = b.mul(word, perWord);
      Value elements = b.least(b.most(b.sub(count, firstElement), b.index(0)),
                               b.index(perWord));
      LoopBuilder::Values state(block.vectors, b.zero(type));
      state.append(place.begin(), place.end());
      state = b.loop(
          b.index(0), elements, 1, state, [&](Value field, ValueRange state) {
            ValueRange at = state.take_back(3);
            Value c = b.add(channels, at[2]);
            Value from = b.add(b.mul(wordRow(at[0], at[1], plane,
                                             b.divide(c, b.index(perWord))),
                                     layout.tile),
                               block.first);
            Value place = b.remainder(c, b.index(perWord));
            LoopBuilder::Values next;
            for (int64_t v = 0; v < block.vectors; ++v) {
              Value words =
                  b.loadVector(workspace, b.add(from, b.mul(block.step, v)),
                               type, block.mask);
              next.push_back(schedule.isDense()
                                 ? setField(words, place, state[v], field)
                                 : setBits(words, bitOf(place, type), state[v],
                                           bitOf(field, type)));
            }
            next.append(box.next(b, at));
            return next;
          });
      if (schedule.usesTables()) {
        expand(ArrayRef<Value>(state).take_front(4), b.add(row, word),
               block.first);
        return LoopBuilder::Values(ValueRange(state).take_back(3));
      }
      Value to = b.add(b.mul(b.add(row, word), layout.tile), block.first);
      for (int64_t v = 0; v < block.vectors; ++v)
        b.storeVector(state[v], workspace, b.add(to, b.mul(block.step, v)),
                      block.mask);
      return LoopBuilder::Values(ValueRange(state).take_back(3));
    });
  }

  Value bitOf(Value number, VectorType type) {
    return b.splat(arith::ShLIOp::create(b.b, b.loc, b.i32(1), b.toI32(number)),
                   type);
  }

  /// `acc | set` where `words & mask`
  Value setBits(Value words, Value mask, Value acc, Value set) {
    Value masked = arith::AndIOp::create(b.b, b.loc, words, mask);
    Value isSet = arith::CmpIOp::create(b.b, b.loc, arith::CmpIPredicate::ne,
                                        masked, b.zero(masked.getType()));
    Value with = arith::OrIOp::create(b.b, b.loc, acc, set);
    return arith::SelectOp::create(b.b, b.loc, isSet, with, acc);
  }

  /// `acc` with field `place` of the words in its field `field`.
  Value setField(Value words, Value place, Value acc, Value field) {
    auto type = cast<VectorType>(words.getType());
    int64_t bits = 32 / perWord;
    auto shift = [&](Value number) {
      return b.splat(b.toI32(b.mul(number, bits)), type);
    };
    words = arith::ShRUIOp::create(b.b, b.loc, words, shift(place));
    words = arith::AndIOp::create(
        b.b, b.loc, words, b.splat(b.i32((int64_t(1) << bits) - 1), type));
    words = arith::ShLIOp::create(b.b, b.loc, words, shift(field));
    return arith::OrIOp::create(b.b, b.loc, acc, words);
  }

  LoopBuilder &b;
  GeometryAttr g;
  ScheduleAttr schedule;
  ImageAttr image;
  TileLayout layout;
  int64_t planes;
  /// Elements of a word.
  int64_t perWord;
  Value n, first, end, pass, workspace;
  /// The planes' shape and their words.
  ArrayRef<int64_t> stored;
  Value source;
};

} // namespace

void subbit::bitserial::forEachBlock(
    LoopBuilder &b, ScheduleAttr schedule, int64_t vectors, Value end,
    llvm::function_ref<void(const PositionBlock &)> body) {
  int64_t lanes = schedule.getLanes();
  Value first = b.index(0);
  if (!schedule.isScalable()) {
    body({first, vectors, b.index(lanes), Value()});
    return;
  }
  // Whole blocks, then vector by vector, the last of which is masked.
  Value vscale = vector::VectorScaleOp::create(b.b, b.loc);
  Value step = b.mul(vscale, lanes), blockStep = b.mul(step, vectors);
  Value whole = b.sub(end, b.remainder(end, blockStep));
  b.loop(first, whole, blockStep,
         [&](Value at) { body({at, vectors, step, Value()}); });
  b.loop(whole, end, step, [&](Value at) {
    body({at, 1, step, maskBelow(b, at, end, schedule)});
  });
}

void subbit::bitserial::buildTilePatches(LoopBuilder &b,
                                         const TileSource &source, Value n,
                                         Value first, Value end, Value pass) {
  TileBuilder builder(b, source, n, first, end, pass);
  builder.buildWords();
  if (!source.layout.isAligned)
    builder.buildGroups();
}
