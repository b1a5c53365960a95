//===- LowerEpilogue.cpp - What follows a product as loops ----------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/Transforms/LoopBuilder.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace subbit::bitserial;

/// Up to this many thresholds are compared one after the other; above, a
/// binary search takes fewer steps.
static constexpr int64_t kComparedThresholds = 15;

namespace {

/// A range of rows or columns that share a border class.
struct Run {
  int64_t begin, end, border;
};

SmallVector<Run> runsOf(std::optional<ArrayRef<int64_t>> classes,
                        int64_t size) {
  if (!classes || classes->empty())
    return {{0, size, 0}};
  SmallVector<Run> runs;
  for (auto [i, c] : llvm::enumerate(*classes)) {
    int64_t at = i;
    if (runs.empty() || runs.back().border != c)
      runs.push_back({at, at, c});
    runs.back().end = at + 1;
  }
  return runs;
}

/// How sums lie in their buffer and results in theirs, both as flat buffers.
struct Layout {
  bool pixels;
  int64_t batch, height = 1, width = 1, outputs, padded;

  /// `sums` is [batch, outputs, padded] or [batch, padded]; `result` is
  /// [batch, height, width, outputs] or [batch, outputs]. In a matrix product
  /// with the batch in lanes the positions are the result's batch.
  Layout(ScheduleAttr schedule, Value sums, Value result)
      : pixels(schedule.inPixels()) {
    auto in = cast<MemRefType>(sums.getType()).getShape();
    auto out = cast<MemRefType>(result.getType()).getShape();
    batch = in[0];
    padded = in.back();
    outputs = out.back();
    if (out.size() == 4) {
      height = out[1];
      width = out[2];
    } else if (pixels) {
      width = out[0];
    }
  }
  int64_t positions() const { return height * width; }
  Value sumAt(LoopBuilder &b, Value n, Value c, Value position) const {
    if (!pixels)
      return b.add(b.mul(n, padded), c);
    return b.add(b.mul(b.add(b.mul(n, outputs), c), padded), position);
  }
  Value resultAt(LoopBuilder &b, Value n, Value c, Value position) const {
    return b.add(b.mul(b.add(b.mul(n, positions()), position), outputs), c);
  }
};

/// Calls `body(n, c, position, border)` for every sum, by runs of positions of
/// one border class; `border` numbers the class, row-major.
void forEachSum(LoopBuilder &b, const Layout &layout,
                std::optional<ArrayRef<int64_t>> rows,
                std::optional<ArrayRef<int64_t>> columns,
                llvm::function_ref<void(Value, Value, Value, int64_t)> body) {
  int64_t columnClasses = 1;
  SmallVector<Run> columnRuns = runsOf(columns, layout.width);
  for (const Run &run : columnRuns)
    columnClasses = std::max(columnClasses, run.border + 1);
  b.loop(layout.batch, [&](Value n) {
    for (const Run &row : runsOf(rows, layout.height))
      for (const Run &column : columnRuns)
        b.loop(b.index(row.begin), b.index(row.end), 1, [&](Value y) {
          b.loop(b.index(column.begin), b.index(column.end), 1, [&](Value x) {
            Value position = b.add(b.mul(y, layout.width), x);
            b.loop(layout.outputs, [&](Value c) {
              body(n, c, position, row.border * columnClasses + column.border);
            });
          });
        });
  });
}

/// index + (sum >= threshold)
Value countReached(LoopBuilder &b, Value index, Value sum, Value threshold) {
  Value reached = isReached(b, sum, threshold);
  Value one = arith::ExtUIOp::create(b.b, b.loc, index.getType(), reached);
  return b.add(index, one);
}

} // namespace

Value subbit::bitserial::isReached(LoopBuilder &b, Value sum, Value threshold) {
  if (getElementTypeOrSelf(sum).isF32())
    return arith::CmpFOp::create(b.b, b.loc, arith::CmpFPredicate::OGE, sum,
                                 threshold);
  bool isPacked = getElementTypeOrSelf(threshold).isInteger(16);
  if (sum.getType() != threshold.getType()) {
    threshold = arith::ExtSIOp::create(b.b, b.loc, sum.getType(), threshold);
    Value most = b.i32(INT16_MAX);
    if (auto type = dyn_cast<VectorType>(sum.getType()))
      most = b.splat(most, type);
    sum = b.least(sum, most);
  }
  return arith::CmpIOp::create(b.b, b.loc,
                               isPacked ? arith::CmpIPredicate::sgt
                                        : arith::CmpIPredicate::sge,
                               sum, threshold);
}

/// A binary search: there is a power of two of levels.
Value subbit::bitserial::countThresholds(LoopBuilder &b, Value sum, Value table,
                                         Value first, int64_t count) {
  Value index = b.index(0);
  for (int64_t step = (count + 1) / 2; step > 0; step /= 2) {
    Value t = b.load(table, b.add(b.add(first, index), step - 1));
    Value reached = isReached(b, sum, t);
    index =
        arith::SelectOp::create(b.b, b.loc, reached, b.add(index, step), index);
  }
  return index;
}

Value subbit::bitserial::rescaleSum(LoopBuilder &b, Value sum, Value scale,
                                    Value base) {
  Type type = b.b.getF32Type();
  auto constant = [&](float value) -> Value {
    TypedAttr attr = b.b.getF32FloatAttr(value);
    if (auto vector = dyn_cast<VectorType>(type))
      attr = DenseElementsAttr::get(vector, Attribute(attr));
    return arith::ConstantOp::create(b.b, b.loc, attr);
  };
  if (auto vector = dyn_cast<VectorType>(sum.getType())) {
    type = vector.clone(type);
    scale = b.splat(scale, cast<VectorType>(type));
    base = b.splat(base, cast<VectorType>(type));
  }
  Value y = arith::SIToFPOp::create(b.b, b.loc, type, sum);
  y = arith::MulFOp::create(b.b, b.loc, scale, y);
  y = arith::AddFOp::create(b.b, b.loc, y, base);
  // -0 becomes +0 and tiny magnitudes 0; a NaN stays.
  Value magnitude = math::AbsFOp::create(b.b, b.loc, y);
  Value tiny = arith::CmpFOp::create(b.b, b.loc, arith::CmpFPredicate::OLT,
                                     magnitude, constant(0x1p-100f));
  return arith::SelectOp::create(b.b, b.loc, tiny, constant(0), y);
}

namespace {

struct LowerThreshold : public OpRewritePattern<ThresholdOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ThresholdOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getInput().getType()))
      return rewriter.notifyMatchFailure(op, "not on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    Layout layout(op.getSchedule(), op.getInput(), op.getOutput());
    if (op.getResidual())
      lowerResidual(b, op, layout);
    else if (!layout.pixels)
      lowerOutputs(b, op, layout);
    else if (!op.getRows() && countOf(op, layout) <= kComparedThresholds)
      lowerPixels(b, op, layout);
    else
      lowerSearch(b, op, layout);
    rewriter.eraseOp(op);
    return success();
  }

private:
  static int64_t countOf(ThresholdOp op, const Layout &layout) {
    auto shape = cast<MemRefType>(op.getThresholds().getType()).getShape();
    return layout.pixels ? shape.back() : shape.front();
  }

  /// Vectors of positions against one output's thresholds; the codes of a
  /// vector go to one place each, channels being innermost.
  static void lowerPixels(LoopBuilder &b, ThresholdOp op,
                          const Layout &layout) {
    int64_t lanes = op.getSchedule().getLanes(), count = countOf(op, layout);
    Value sums = b.flatten(op.getInput()), result = b.flatten(op.getOutput());
    b.loop(layout.batch, [&](Value n) {
      b.loop(layout.outputs, [&](Value c) {
        SmallVector<Value> thresholds;
        for (int64_t k = 0; k < count; ++k)
          thresholds.push_back(b.load(op.getThresholds(), {c, b.index(k)}));
        auto encode = [&](Value position, int64_t width) {
          Value sum =
              b.loadVector(sums, layout.sumAt(b, n, c, position), width);
          Value index = b.zero(b.i32Vector(width));
          for (Value t : thresholds)
            index = countReached(b, index, sum, b.splat(t, width));
          Value codes = arith::TruncIOp::create(
              b.b, b.loc, VectorType::get({width}, b.b.getI8Type()), index);
          for (int64_t i = 0; i < width; ++i)
            b.store(vector::ExtractOp::create(b.b, b.loc, codes, i), result,
                    layout.resultAt(b, n, c, b.add(position, i)));
        };
        int64_t whole = layout.positions() / lanes * lanes;
        b.loop(b.index(0), b.index(whole), lanes,
               [&](Value position) { encode(position, lanes); });
        b.loop(b.index(whole), b.index(layout.positions()), 1,
               [&](Value position) { encode(position, 1); });
      });
    });
  }

  /// Vectors of outputs against as many thresholds at a time.
  static void lowerOutputs(LoopBuilder &b, ThresholdOp op,
                           const Layout &layout) {
    int64_t lanes = op.getSchedule().getLanes(), count = countOf(op, layout);
    auto encode = [&](Value n, Value c, int64_t width) {
      Value sum = b.loadVector(op.getInput(), {n, c}, width);
      Value index =
          b.loop(count, b.zero(b.i32Vector(width)),
                 [&](Value k, ValueRange acc) -> LoopBuilder::Values {
                   Value t = b.loadVector(op.getThresholds(), {k, c}, width);
                   return {countReached(b, acc[0], sum, t)};
                 })[0];
      Value codes = arith::TruncIOp::create(
          b.b, b.loc, VectorType::get({width}, b.b.getI8Type()), index);
      b.storeVector(codes, op.getOutput(), {n, c});
    };
    int64_t whole = layout.outputs / lanes * lanes;
    b.loop(layout.batch, [&](Value n) {
      b.loop(b.index(0), b.index(whole), lanes,
             [&](Value c) { encode(n, c, lanes); });
      b.loop(b.index(whole), b.index(layout.outputs), 1,
             [&](Value c) { encode(n, c, 1); });
    });
  }

  /// A float per sum and residual, and its thresholds one after the other.
  static void lowerResidual(LoopBuilder &b, ThresholdOp op, Layout layout) {
    Layout other = layout;
    auto residualType = cast<MemRefType>(op.getResidual().getType());
    bool ofSums = residualType.getElementType().isInteger(32);
    other.padded = residualType.getShape().back();
    Value sums = b.flatten(op.getInput()), result = b.flatten(op.getOutput());
    Value residual = b.flatten(op.getResidual());
    forEachSum(
        b, layout, {}, {}, [&](Value n, Value c, Value position, int64_t) {
          auto term = [&](Value i) { return b.load(op.getTerms(), {c, i}); };
          Value at = layout.resultAt(b, n, c, position);
          Value sum = b.load(sums, layout.sumAt(b, n, c, position));
          Value y = rescaleSum(b, sum, term(b.index(0)), term(b.index(1)));
          Value r;
          if (ofSums) {
            r = b.load(residual, other.sumAt(b, n, c, position));
            r = rescaleSum(b, r, term(b.index(2)), term(b.index(3)));
          } else {
            r = term(b.add(b.toIndex(b.load(residual, at)), 2));
          }
          y = arith::AddFOp::create(b.b, b.loc, y, r);
          Value code =
              b.loop(countOf(op, layout), b.i32(0),
                     [&](Value k, ValueRange state) -> LoopBuilder::Values {
                       return {countReached(
                           b, state[0], y, b.load(op.getThresholds(), {c, k}))};
                     })[0];
          code = arith::TruncIOp::create(b.b, b.loc, b.b.getI8Type(), code);
          b.store(code, result, at);
        });
  }

  /// A search per sum.
  static void lowerSearch(LoopBuilder &b, ThresholdOp op,
                          const Layout &layout) {
    int64_t count = countOf(op, layout);
    Value sums = b.flatten(op.getInput()), result = b.flatten(op.getOutput());
    Value table = b.flatten(op.getThresholds());
    forEachSum(b, layout, op.getRows(), op.getColumns(),
               [&](Value n, Value c, Value position, int64_t border) {
                 Value sum = b.load(sums, layout.sumAt(b, n, c, position));
                 Value first =
                     b.add(b.mul(c, count), border * layout.outputs * count);
                 Value index = countThresholds(b, sum, table, first, count);
                 Value code = arith::IndexCastUIOp::create(
                     b.b, b.loc, b.b.getI8Type(), index);
                 b.store(code, result, layout.resultAt(b, n, c, position));
               });
  }
};

/// The columns of a square of so many vectors: halves are interleaved until
/// each element has changed its row for its column.
LoopBuilder::Values transpose(LoopBuilder &b, LoopBuilder::Values rows) {
  int64_t size = rows.size();
  SmallVector<int64_t> low, high;
  for (int64_t i = 0; i < size; ++i) {
    low.push_back(i / 2 + i % 2 * size);
    high.push_back(low.back() + size / 2);
  }
  for (int64_t step = 1; step < size; step *= 2) {
    LoopBuilder::Values next;
    for (int64_t i = 0; i < size / 2; ++i)
      for (ArrayRef<int64_t> taken : {low, high})
        next.push_back(vector::ShuffleOp::create(b.b, b.loc, rows[i],
                                                 rows[i + size / 2], taken));
    rows = next;
  }
  return rows;
}

struct LowerRescale : public OpRewritePattern<RescaleOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(RescaleOp op,
                                PatternRewriter &rewriter) const override {
    if (!isa<MemRefType>(op.getInput().getType()))
      return rewriter.notifyMatchFailure(op, "not on buffers");
    LoopBuilder b(rewriter, op.getLoc());
    Layout layout(op.getSchedule(), op.getInput(), op.getOutput());
    ScheduleAttr schedule = op.getSchedule();
    int64_t lanes = schedule.getLanes();
    constexpr int64_t mostLanes = 16;
    bool hasSquares =
        lanes > 1 && lanes <= mostLanes && llvm::isPowerOf2_64(lanes) &&
        !schedule.isScalable() && layout.outputs >= lanes &&
        layout.padded >= (layout.positions() + lanes - 1) / lanes * lanes;
    if (layout.pixels && hasSquares && !op.getRows())
      lowerSquares(b, op, layout);
    else
      lowerEach(b, op, layout);
    rewriter.eraseOp(op);
    return success();
  }

private:
  static void lowerEach(LoopBuilder &b, RescaleOp op, const Layout &layout) {
    Value sums = b.flatten(op.getInput()), result = b.flatten(op.getOutput());
    Value base = b.flatten(op.getBase()), scale = b.flatten(op.getScale());
    bool scaleAtBorder =
        cast<MemRefType>(op.getScale().getType()).getRank() > 1;
    forEachSum(b, layout, op.getRows(), op.getColumns(),
               [&](Value n, Value c, Value position, int64_t border) {
                 Value sum = b.load(sums, layout.sumAt(b, n, c, position));
                 Value entry = b.add(c, border * layout.outputs);
                 Value y = rescaleSum(b, sum,
                                      b.load(scale, scaleAtBorder ? entry : c),
                                      b.load(base, entry));
                 b.store(y, result, layout.resultAt(b, n, c, position));
               });
  }

  /// As many positions as outputs at a time. Sums are there for whole vectors
  /// of positions; the last outputs are taken again with some before them.
  static void lowerSquares(LoopBuilder &b, RescaleOp op, const Layout &layout) {
    int64_t lanes = op.getSchedule().getLanes();
    Value sums = b.flatten(op.getInput()), result = b.flatten(op.getOutput());
    auto square = [&](Value n, Value c, Value position, int64_t count) {
      LoopBuilder::Values columns;
      for (int64_t i = 0; i < lanes; ++i) {
        Value output = b.add(c, i);
        Value sum =
            b.loadVector(sums, layout.sumAt(b, n, output, position), lanes);
        columns.push_back(rescaleSum(b, sum, b.load(op.getScale(), output),
                                     b.load(op.getBase(), output)));
      }
      LoopBuilder::Values rows = transpose(b, columns);
      for (int64_t i = 0; i < count; ++i)
        b.storeVector(rows[i], result,
                      layout.resultAt(b, n, c, b.add(position, i)));
    };
    int64_t positions = layout.positions();
    b.loop(layout.batch, [&](Value n) {
      auto outputs = [&](Value c) {
        int64_t whole = positions / lanes * lanes;
        b.loop(b.index(0), b.index(whole), lanes,
               [&](Value position) { square(n, c, position, lanes); });
        if (whole < positions)
          square(n, c, b.index(whole), positions - whole);
      };
      int64_t whole = layout.outputs / lanes * lanes;
      b.loop(b.index(0), b.index(whole), lanes, outputs);
      if (whole < layout.outputs)
        outputs(b.index(layout.outputs - lanes));
    });
  }
};

} // namespace

void subbit::bitserial::populateEpiloguePatterns(RewritePatternSet &patterns) {
  patterns.add<LowerThreshold, LowerRescale>(patterns.getContext());
}
