//===- VectorNest.cpp - Loops over vectors of results ---------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Emission/VectorNest.h"
#include "lib/Emission/Passes.h"
#include "mlir/Dialect/Affine/Utils.h"
#include <map>

using namespace mlir;
using namespace subbit;
using bitserial::LoopBuilder;

//===----------------------------------------------------------------------===//
// What can be vectorized
//===----------------------------------------------------------------------===//

/// Whether consecutive elements of the operand belong to consecutive values of
/// the vector dimension.
bool VectorNest::isLast(OpOperand &operand) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  return map.getNumResults() != 0 &&
         map.getResult(map.getNumResults() - 1) ==
             getAffineDimExpr(vectorDim, op.getContext());
}

/// The number of an entry of a table, as the integer that an index is made of.
static Value numberOf(memref::LoadOp load) {
  if (load.getIndices().size() != 1 || !load.getType().isIntOrFloat() ||
      !cast<MemRefType>(load.getMemRef().getType()).getLayout().isIdentity())
    return {};
  auto cast = load.getIndices()[0].getDefiningOp<arith::IndexCastUIOp>();
  bool fits = cast && load.getType().getIntOrFloatBitWidth() == 32 &&
              (cast.getIn().getType().isInteger(8) ||
               cast.getIn().getType().isInteger(32));
  return fits ? cast.getIn() : Value();
}

/// Whether an operation of the body is one on vectors, too, or loads entries of
/// a table by the numbers that a vector has.
bool VectorNest::isElementwise(Operation &op) {
  if (auto load = dyn_cast<memref::LoadOp>(op))
    return static_cast<bool>(numberOf(load));
  if (isa<arith::IndexCastUIOp>(op))
    return llvm::all_of(op.getUsers(), [](Operation *user) {
      auto load = dyn_cast<memref::LoadOp>(user);
      return load && numberOf(load);
    });
  return isa<linalg::YieldOp>(op) || op.hasTrait<OpTrait::ConstantLike>() ||
         (OpTrait::hasElementwiseMappableTraits(&op) &&
          llvm::all_of(op.getOperandTypes(),
                       [](Type type) { return type.isIntOrFloat(); }));
}

bool VectorNest::match() {
  if (!op.hasPureBufferSemantics() || op.getNumDpsInits() == 0 ||
      llvm::any_of(ranges, ShapedType::isDynamic) ||
      !llvm::all_of(*op.getBlock(), isElementwise))
    return false;
  AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (out.getNumResults() == 0)
    return false;
  auto last = dyn_cast<AffineDimExpr>(out.getResults().back());
  if (!last || isReduction(last.getPosition()))
    return false;
  vectorDim = last.getPosition();
  findRows();
  return llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    if (!type)
      return operand.get().getType().isIntOrFloat();
    if (!type.getElementType().isIntOrFloat())
      return false;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    bool alongVector = isLast(operand);
    if (alongVector && !type.isLastDimUnitStride())
      return false;
    if (!alongVector && op.isDpsInit(&operand))
      return false;
    ArrayRef<AffineExpr> others = map.getResults();
    return llvm::none_of(
        alongVector ? others.drop_back() : others,
        [&](AffineExpr expr) { return expr.isFunctionOfDim(vectorDim); });
  });
}

bool VectorNest::canVectorize(linalg::GenericOp op) {
  OpBuilder builder(op);
  return VectorNest(op, builder, /*lanes=*/1, Room()).match();
}

/// The innermost dimension of the results for all of which an operand along the
/// vectors is the same.
void VectorNest::findRows() {
  if (lanes == 1 || op.getNumReductionLoops() == 0)
    return;
  for (size_t dim = ranges.size(); dim-- > 0;) {
    if (dim == vectorDim || isReduction(dim) || ranges[dim] == 1)
      continue;
    for (OpOperand *in : op.getDpsInputOperands())
      if (isLast(*in) && !op.getMatchingIndexingMap(in).isFunctionOfDim(dim)) {
        rowDim = dim;
        shared = in;
        return;
      }
  }
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

void VectorNest::build() {
  SmallVector<size_t> rest;
  for (size_t dim = 0; dim < ranges.size(); ++dim)
    if (dim != vectorDim && dim != rowDim && !isReduction(dim))
      rest.push_back(dim);
  if (!rowDim)
    return buildParallel(rest, [&] {
      buildVectors([&](const Pieces &vectors) { buildPieces(vectors); });
    });
  // The shared operand changes seldom.
  AffineMap map = op.getMatchingIndexingMap(shared);
  llvm::stable_sort(rest, [&](size_t x, size_t y) {
    return map.isFunctionOfDim(x) && !map.isFunctionOfDim(y);
  });
  buildVectors([&](const Pieces &vectors) {
    buildParallel(rest, [&] { buildRows(vectors); });
  });
}

void VectorNest::buildParallel(ArrayRef<size_t> rest,
                               llvm::function_ref<void()> body) {
  if (rest.empty())
    return body();
  b.loop(ranges[rest.front()], [&](Value i) {
    dims[rest.front()] = i;
    buildParallel(rest.drop_front(), body);
  });
}

void VectorNest::buildVectors(llvm::function_ref<void(const Pieces &)> body) {
  int64_t block = room.vectors * lanes, size = ranges[vectorDim];
  int64_t whole = size / block * block;
  Pieces pieces;
  for (int64_t v = 0; v < room.vectors; ++v)
    pieces.push_back({0, v * lanes, lanes});
  if (whole)
    b.loop(b.index(0), b.index(whole), block, [&](Value base) {
      dims[vectorDim] = base;
      body(pieces);
    });
  // What is left: whole vectors, then ever smaller ones.
  pieces.clear();
  int64_t width = lanes;
  for (int64_t done = whole; done < size;) {
    while (width > size - done)
      width /= 2;
    pieces.push_back({0, done - whole, width});
    done += width;
  }
  if (pieces.empty())
    return;
  dims[vectorDim] = b.index(whole);
  body(pieces);
}

/// Blocks of as many rows as there is room for, or of half as many and more
/// that leave no rest.
void VectorNest::buildRows(const Pieces &vectors) {
  int64_t size = ranges[*rowDim];
  int64_t most = std::clamp<int64_t>(
      room.sums / static_cast<int64_t>(vectors.size()), 1, size);
  int64_t rows = most;
  while (size % rows != 0 && 2 * rows > most)
    --rows;
  if (size % rows != 0)
    rows = most;
  auto block = [&](Value first, int64_t rows) {
    dims[*rowDim] = first;
    Pieces pieces;
    for (int64_t row = 0; row < rows; ++row)
      for (Piece piece : vectors)
        pieces.push_back({row, piece.offset, piece.width});
    buildPieces(pieces);
  };
  int64_t whole = size / rows * rows;
  b.loop(b.index(0), b.index(whole), rows,
         [&](Value first) { block(first, rows); });
  if (whole < size)
    block(b.index(whole), size - whole);
}

void VectorNest::buildPieces(ArrayRef<Piece> pieces) {
  bool reduces = op.getNumReductionLoops() != 0;
  LoopBuilder::Values results;
  auto start = op->getAttrOfType<TypedAttr>(kStartAttr);
  auto begin = [&](OpOperand &out, Piece piece) -> Value {
    if (start)
      return splat(arith::ConstantOp::create(b.b, b.loc, start), piece.width);
    if (reduces || op.payloadUsesValueFromOperand(&out))
      return load(out, piece);
    return {};
  };
  for (OpOperand &out : op.getDpsInitsMutable())
    for (Piece piece : pieces)
      results.push_back(begin(out, piece));
  results = buildReduction(0, pieces, results);
  auto result = results.begin();
  for (OpOperand &out : op.getDpsInitsMutable())
    for (Piece piece : pieces)
      store(*result++, out, piece);
}

LoopBuilder::Values VectorNest::buildReduction(size_t dim,
                                               ArrayRef<Piece> pieces,
                                               ValueRange carried) {
  while (dim < ranges.size() && !isReduction(dim))
    ++dim;
  if (dim == ranges.size())
    return compute(pieces, carried);
  return b.loop(ranges[dim], carried, [&](Value i, ValueRange carried) {
    dims[dim] = i;
    return buildReduction(dim + 1, pieces, carried);
  });
}

//===----------------------------------------------------------------------===//
// The body
//===----------------------------------------------------------------------===//

LoopBuilder::Values VectorNest::compute(ArrayRef<Piece> pieces,
                                        ValueRange carried) {
  Block *body = op.getBlock();
  int64_t numOuts = op.getNumDpsInits();
  LoopBuilder::Values results(numOuts * pieces.size());
  // What several pieces read is loaded once.
  std::map<std::tuple<unsigned, int64_t, int64_t>, Value> loaded;
  auto loadOnce = [&](OpOperand &in, Piece piece) {
    AffineMap map = op.getMatchingIndexingMap(&in);
    if (!rowDim || !map.isFunctionOfDim(*rowDim))
      piece.row = 0;
    if (!isLast(in))
      piece.offset = 0, piece.width = 1;
    Value &value = loaded[{in.getOperandNumber(), piece.row, piece.offset}];
    if (!value)
      value = load(in, piece);
    return value;
  };
  for (auto [p, piece] : llvm::enumerate(pieces)) {
    int64_t width = piece.width;
    IRMapping map;
    for (OpOperand *in : op.getDpsInputOperands()) {
      Value value = loadOnce(*in, piece);
      map.map(op.getMatchingBlockArgument(in),
              isLast(*in) ? value : splat(value, width));
    }
    for (auto [o, out] : llvm::enumerate(op.getDpsInitsMutable()))
      if (Value value = carried[o * pieces.size() + p])
        map.map(op.getMatchingBlockArgument(&out), value);
    auto vectorOf = [&](Value value) {
      if (Value mapped = map.lookupOrNull(value))
        return mapped;
      Value vector = splat(value, width);
      map.map(value, vector);
      return vector;
    };
    for (Operation &inner : body->without_terminator()) {
      if (width > 1 && isa<arith::IndexCastUIOp>(inner))
        continue;
      if (auto entry = dyn_cast<memref::LoadOp>(inner); entry && width > 1) {
        map.map(entry.getResult(), gather(entry, vectorOf(numberOf(entry))));
        continue;
      }
      for (Value operand : inner.getOperands())
        vectorOf(operand);
      Operation *clone = b.b.clone(inner, map);
      for (auto [from, to] : llvm::zip(inner.getResults(), clone->getResults()))
        if (inner.hasTrait<OpTrait::ConstantLike>())
          map.map(from, splat(to, width));
        else if (width > 1)
          to.setType(VectorType::get({width}, to.getType()));
    }
    for (auto [o, value] :
         llvm::enumerate(body->getTerminator()->getOperands()))
      results[o * pieces.size() + p] = vectorOf(value);
  }
  return results;
}

Value VectorNest::gather(memref::LoadOp entry, Value numbers) {
  auto type = cast<VectorType>(numbers.getType());
  auto indices = type.clone(b.b.getI32Type());
  if (type.getElementTypeBitWidth() < 32)
    numbers = arith::ExtUIOp::create(b.b, b.loc, indices, numbers);
  auto result = type.clone(entry.getType());
  auto mask = type.clone(b.b.getI1Type());
  Value all =
      arith::ConstantOp::create(b.b, b.loc, DenseElementsAttr::get(mask, true));
  return vector::GatherOp::create(b.b, b.loc, result, entry.getMemRef(),
                                  ValueRange{b.index(0)}, numbers, all,
                                  b.zero(result));
}

LoopBuilder::Values VectorNest::indices(OpOperand &operand, Piece piece) {
  SmallVector<Value> values(dims);
  // Dimensions that nothing has set yet are not in this operand's map.
  for (Value &value : values)
    if (!value)
      value = dims[vectorDim];
  values[vectorDim] = b.add(dims[vectorDim], piece.offset);
  if (rowDim)
    values[*rowDim] = b.add(dims[*rowDim], piece.row);
  AffineMap map = op.getMatchingIndexingMap(&operand);
  LoopBuilder::Values result;
  for (AffineExpr expr : map.getResults())
    result.push_back(affine::expandAffineExpr(b.b, b.loc, expr, values, {}));
  return result;
}

Value VectorNest::load(OpOperand &operand, Piece piece) {
  Value memref = operand.get();
  if (!isa<MemRefType>(memref.getType()))
    return memref;
  LoopBuilder::Values at = indices(operand, piece);
  return piece.width == 1 ? b.load(memref, at)
                          : b.loadVector(memref, at, piece.width);
}

void VectorNest::store(Value value, OpOperand &operand, Piece piece) {
  LoopBuilder::Values at = indices(operand, piece);
  if (piece.width == 1)
    b.store(value, operand.get(), at);
  else
    b.storeVector(value, operand.get(), at);
}
