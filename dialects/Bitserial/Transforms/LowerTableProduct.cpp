//===- LowerTableProduct.cpp - Products by tables as loops ----------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/CountBits.h"
#include "dialects/Bitserial/Transforms/TiledResults.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace subbit::bitserial;

/// More words would count more bits than a byte holds.
static constexpr int64_t kWordsOfByte = 7;

namespace {

using Values = LoopBuilder::Values;

/// Four bits of weights pick the table `x -> popcount(w ^ x)` of all four bits
/// of activations, of which a vector holds one position in each byte. Bytes
/// count a row; sums are in the workspace, since blocks of four times as many
/// positions as lanes would take all registers.
struct LowerTableProduct : public OpRewritePattern<TiledProductOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TiledProductOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getPlanes().getType()) ||
        !op.getSchedule().usesTables())
      return rewriter.notifyMatchFailure(op, "not on buffers, or no tables");
    LoopBuilder b(rewriter, op.getLoc());
    forEachTask(b, op, [&](const Share &share) {
      storeTables(b, op);
      forEachTile(b, op, share,
                  [&](const Tile &tile) { lowerTile(b, op, tile); });
    });
    rewriter.eraseOp(op);
    return success();
  }

private:
  static void storeTables(LoopBuilder &b, TiledProductOp op) {
    for (uint32_t w = 0; w < 16; ++w) {
      SmallVector<int32_t> table(4, 0);
      for (uint32_t x = 0; x < 16; ++x)
        table[x / 4] |= llvm::popcount(w ^ x) << (x % 4 * 8);
      Value words = arith::ConstantOp::create(
          b.b, b.loc,
          DenseElementsAttr::get(b.i32Vector(4), ArrayRef<int32_t>(table)));
      b.storeVector(words, op.getWorkspace(),
                    b.index(op.getLayout().tables + w * 4));
    }
  }

  static void lowerTile(LoopBuilder &b, TiledProductOp op, const Tile &tile) {
    ScheduleAttr schedule = op.getSchedule();
    TileLayout layout = op.getLayout();
    int64_t vectors = tile.vectors;
    PositionBlock block{b.index(0), vectors, b.index(schedule.getLanes()),
                        Value()};
    forEachPass(
        b, op, tile.share, [&](const GroupPass &pass, ValueRange start) {
          buildTilePatches(b, sourceOf(op), tile.n, tile.first, tile.end,
                           pass.number);
          return forEachOutput(
              b, op, tile, block, start, 1, pass.isLast,
              [&](Value c, ValueRange state, StoreFn store) {
                // Sums that wait for the next pass have a place for each
                // output.
                Value sums = b.index(layout.sums);
                if (pass.isLast)
                  sums = b.add(b.mul(c, layout.tile), layout.sums);
                b.when(pass.isFirst,
                       [&] { startSums(b, op, c, sums, vectors); });
                Values next = sumRows(b, op, c, rowsOf(b, op, pass, c), sums,
                                      vectors, Values(state));
                b.when(pass.isLast,
                       [&] { storeAll(b, op, c, sums, vectors, store); });
                return next;
              });
        });
  }

  static VectorType words(LoopBuilder &b, TiledProductOp op) {
    return op.getSchedule().getVector(b.b.getI32Type());
  }

  static void startSums(LoopBuilder &b, TiledProductOp op, Value c, Value sums,
                        int64_t vectors) {
    Value init = startOf(b, op, c, /*vectors=*/1)[0];
    for (int64_t v = 0; v < vectors; ++v)
      b.storeVector(init, op.getWorkspace(),
                    b.add(sums, v * op.getSchedule().getLanes()));
  }

  /// The results of an output, some vectors at a time.
  static void storeAll(LoopBuilder &b, TiledProductOp op, Value c, Value sums,
                       int64_t vectors, StoreFn store) {
    int64_t lanes = op.getSchedule().getLanes();
    b.loop(b.index(0), b.index(vectors * lanes), 4 * lanes, [&](Value first) {
      PositionBlock block{first, 4, b.index(lanes), Value()};
      Values own;
      for (int64_t v = 0; v < block.vectors; ++v)
        own.push_back(b.loadVector(op.getWorkspace(),
                                   b.add(sums, block.at(b, v)), words(b, op),
                                   Value()));
      store(c, block, own);
    });
  }

  /// Subtracts `rows` rows from the sums of output `c`. `state` is the number
  /// and the first word of the first row; those of the row after the last are
  /// returned.
  static Values sumRows(LoopBuilder &b, TiledProductOp op, Value c, Value rows,
                        Value sums, int64_t vectors, const Values &state) {
    Value firstPatch = firstPatchOf(b, op, c, b.index(0));
    return b.loop(b.index(0), b.toIndex(rows), 1, state,
                  [&](Value, ValueRange state) {
                    return sumRow(b, op, firstPatch, sums, vectors, state);
                  });
  }

  static Values sumRow(LoopBuilder &b, TiledProductOp op, Value firstPatch,
                       Value sums, int64_t vectors, ValueRange state) {
    int64_t rowWords = op.getGeometry().getWords();
    int64_t tile = op.getLayout().tile;
    int64_t rowsOfWord = op.getSchedule().getRowsPerWord();
    Value row = state[0], firstWord = state[1];
    Value group = b.toIndex(b.load(op.getGroups(), row));
    int64_t planes = op.getMultipliers().size();
    Value patch =
        b.add(firstPatch, b.mul(group, planes * rowWords * rowsOfWord * tile));
    expandWeights(b, op, firstWord);
    Value coordinate = arith::ExtSIOp::create(b.b, b.loc, b.b.getI32Type(),
                                              b.load(op.getCoordinates(), row));
    // The optimizer would rather keep sums on the stack than where they are.
    sums = hide(b, sums);
    ArrayRef<int64_t> multipliers = op.getMultipliers();
    for (int64_t j = 0; j < planes;) {
      auto some = multipliers.slice(j, planesAtOnce(op.getSchedule(),
                                                    multipliers.drop_front(j),
                                                    vectors / 4));
      Value factor = b.mul(coordinate, b.i32(some.size() == 1 ? -some[0] : -1));
      for (int64_t first = 0; first < rowWords; first += kWordsOfByte) {
        int64_t count = std::min(kWordsOfByte, rowWords - first);
        Value at = b.add(patch, j * rowWords * rowsOfWord * tile);
        Values bytes =
            countWords(b, op, at, first, count, some.size(), vectors / 4);
        for (int64_t v = 0; v < vectors / 4; ++v) {
          Values ofPlanes;
          for (size_t k = 0; k < some.size(); ++k)
            ofPlanes.push_back(bytes[k * (vectors / 4) + v]);
          addProducts(b, op, ofPlanes, some, factor,
                      b.add(sums, v * 4 * op.getSchedule().getLanes()));
        }
      }
      j += some.size();
    }
    return {b.add(row, 1), b.add(firstWord, rowWords)};
  }

  /// How many of the first planes have registers for their counts, in so many
  /// vectors of bytes each, and multipliers whose sums with bytes fit 16 bits.
  static int64_t planesAtOnce(ScheduleAttr schedule,
                              ArrayRef<int64_t> multipliers, int64_t vectors) {
    int64_t counts = schedule.getLanes() == 16 ? 16 : 8, sum = 0;
    int64_t most = std::max<int64_t>(1, counts / vectors);
    // A factor is a byte with a sign, and a byte counts up to 224.
    static_assert(kWordsOfByte * 32 * INT8_MAX <= INT16_MAX);
    multipliers = multipliers.take_front(most);
    for (auto [j, m] : llvm::enumerate(multipliers))
      if ((sum += std::abs(m)) > INT8_MAX)
        return std::max<int64_t>(1, j);
    return multipliers.size();
  }

  /// Bytes say where the table of each four bits of a row begins: of the lower
  /// halves of all its bytes, then of the upper ones.
  static void expandWeights(LoopBuilder &b, TiledProductOp op,
                            Value firstWord) {
    int64_t rowWords = op.getGeometry().getWords();
    int64_t offsets = op.getLayout().offsets;
    int64_t size = std::min<int64_t>(8, rowWords & -rowWords);
    VectorType type = b.i32Vector(size);
    auto constant = [&](uint32_t value) -> Value {
      return arith::ConstantOp::create(
          b.b, b.loc, DenseElementsAttr::get(type, APInt(32, value)));
    };
    // A table has 16 bytes.
    Value mask = constant(0xf0f0f0f0), four = constant(4);
    for (int64_t w = 0; w < rowWords; w += size) {
      Value bits = b.loadVector(op.getWords(), b.add(firstWord, w), size);
      Value low = arith::ShLIOp::create(b.b, b.loc, bits, four);
      low = arith::AndIOp::create(b.b, b.loc, low, mask);
      Value high = arith::AndIOp::create(b.b, b.loc, bits, mask);
      b.storeVector(low, op.getWorkspace(), b.index(offsets + w));
      b.storeVector(high, op.getWorkspace(), b.index(offsets + rowWords + w));
    }
  }

  /// The counts of `count` words from `first` on of some planes of a row, whose
  /// patches are at `patch`, in so many vectors of bytes for each.
  static Values countWords(LoopBuilder &b, TiledProductOp op, Value patch,
                           int64_t first, int64_t count, int64_t planes,
                           int64_t vectors) {
    ScheduleAttr schedule = op.getSchedule();
    TileLayout layout = op.getLayout();
    int64_t rowWords = op.getGeometry().getWords(), lanes = schedule.getLanes();
    int64_t planeSize = rowWords * schedule.getRowsPerWord() * layout.tile;
    VectorType bytes = schedule.getVector(b.b.getI8Type(), 4);
    Values none(planes * vectors, b.zero(bytes));
    Value offsets = addressOf(b, op.getWorkspace(), b.index(layout.offsets));
    Value tables = addressOf(b, op.getWorkspace(), b.index(layout.tables));
    auto addWord = [&](Value word, ValueRange acc) {
      Values sums(acc);
      // One address, which the optimizer cannot split.
      Value patches = hide(
          b, b.add(patch, b.mul(word, schedule.getRowsPerWord() * layout.tile)),
          /*bits=*/64);
      for (int64_t half = 0; half < 2; ++half) {
        Value ofWord = b.add(offsets, b.mul(b.add(word, half * rowWords), 4));
        for (int64_t byte = 0; byte < 4; ++byte) {
          Value offset = loadAt(b, b.add(ofWord, byte), b.b.getI8Type());
          Value table = loadTable(b, op, b.add(tables, b.toIndex(offset)));
          Value at = b.add(patches, (half * 4 + byte) * layout.tile / 4);
          for (auto [i, sum] : llvm::enumerate(sums)) {
            int64_t place = i / vectors * planeSize + i % vectors * lanes;
            Value x = b.loadVector(op.getWorkspace(), b.add(at, place),
                                   words(b, op), Value());
            x = vector::BitCastOp::create(b.b, b.loc, bytes, x);
            sum = pin(b, b.add(sum, lookUp(b, schedule, table, x)));
          }
        }
      }
      return sums;
    };
    Values sums =
        b.loop(b.index(first), b.index(first + count), 1, none, addWord);
    disableUnrolling(sums.front().getDefiningOp());
    return sums;
  }

  /// The table at an address, in each 16 bytes of a vector.
  static Value loadTable(LoopBuilder &b, TiledProductOp op, Value address) {
    Value table = loadAt(b, address, b.i32Vector(4));
    SmallVector<int64_t> repeated;
    for (int64_t i = 0; i < op.getSchedule().getLanes(); ++i)
      repeated.push_back(i % 4);
    return vector::ShuffleOp::create(b.b, b.loc, table, table, repeated);
  }

  static Value lookUp(LoopBuilder &b, ScheduleAttr schedule, Value table,
                      Value x) {
    auto type = cast<VectorType>(x.getType());
    table = vector::BitCastOp::create(b.b, b.loc, type, table);
    StringRef name = schedule.getLanes() == 4   ? "llvm.x86.ssse3.pshuf.b.128"
                     : schedule.getLanes() == 8 ? "llvm.x86.avx2.pshuf.b"
                                                : "llvm.x86.avx512.pshuf.b.512";
    return LLVM::CallIntrinsicOp::create(
               b.b, b.loc, type, b.b.getStringAttr(name), ValueRange{table, x})
        .getResult(0);
  }

  /// The bytes of each plane times its multiplier, added, times the factor, are
  /// added to the sum of their position: bytes `s` of the lanes belong to
  /// vector `s` at `sums`. The factor of one plane has its multiplier in it.
  static void addProducts(LoopBuilder &b, TiledProductOp op, ValueRange bytes,
                          ArrayRef<int64_t> multipliers, Value factor,
                          Value sums) {
    ScheduleAttr schedule = op.getSchedule();
    VectorType type = words(b, op);
    VectorType halves = schedule.getVector(b.b.getIntegerType(16), 2);
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantOp::create(
          b.b, b.loc, DenseElementsAttr::get(halves, APInt(16, value)));
    };
    // One of two neighbouring bytes times a factor.
    auto multiplyOne = [&](Value x, int64_t factor, bool isOdd) -> Value {
      APInt pair(16, uint64_t(uint8_t(factor)) << (isOdd ? 8 : 0));
      Value factors = arith::ConstantOp::create(
          b.b, b.loc, DenseElementsAttr::get(halves, pair));
      factors = vector::BitCastOp::create(b.b, b.loc, x.getType(), factors);
      return multiplyBytes(b, x, factors, schedule);
    };
    Value even, odd;
    for (auto [ofPlane, m] : llvm::zip(bytes, multipliers)) {
      Value low, high;
      if (bytes.size() > 1 && m != 1) {
        low = multiplyOne(ofPlane, m, /*isOdd=*/false);
        high = multiplyOne(ofPlane, m, /*isOdd=*/true);
      } else {
        Value x = vector::BitCastOp::create(b.b, b.loc, halves, ofPlane);
        low = arith::AndIOp::create(b.b, b.loc, x, constant(0xff));
        high = arith::ShRUIOp::create(b.b, b.loc, x, constant(8));
      }
      even = even ? b.add(even, low) : low;
      odd = odd ? b.add(odd, high) : high;
    }
    auto factors = [&](Value word) -> Value {
      return vector::BitCastOp::create(b.b, b.loc, halves, b.splat(word, type));
    };
    Value low =
        factors(arith::AndIOp::create(b.b, b.loc, factor, b.i32(0xffff)));
    Value high = factors(arith::ShLIOp::create(b.b, b.loc, factor, b.i32(16)));
    for (int64_t s = 0; s < 4; ++s) {
      Value at = b.add(sums, s * schedule.getLanes());
      Value sum = b.loadVector(op.getWorkspace(), at, type, Value());
      Value product =
          multiplyPairs(b, s % 2 ? odd : even, s < 2 ? low : high, schedule);
      b.storeVector(b.add(sum, product), op.getWorkspace(), at);
    }
  }
};

} // namespace

void subbit::bitserial::populateTableProductPatterns(
    RewritePatternSet &patterns) {
  patterns.add<LowerTableProduct>(patterns.getContext());
}
