//===- VectorNest.h - Loops over vectors of results ----------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EMISSION_VECTORNEST_H
#define SUBBIT_EMISSION_VECTORNEST_H

#include "dialects/Bitserial/Transforms/LoopBuilder.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include <optional>

namespace subbit {

/// Some consecutive results: `width` of them from `offset` on, `row` places
/// from the first along the dimension of rows.
struct Piece {
  int64_t row, offset, width;
};

/// What of a block's results fits registers.
struct Room {
  /// Vectors along a row, and of all its rows.
  int64_t vectors, sums;
};

/// Loops for one operation: those over results, the innermost by vectors, then
/// those over what is reduced, which carry vectors of results. Each result sees
/// its operands in the order of the scalar loops, so its bits are the same.
///
/// Where an operand along the vectors, such as weights, serves for several
/// results, a block has some rows of them, and what is read of that operand
/// stays in the caches for all blocks of the same vectors.
///
/// A table that the body loads from by an integer of 8 or 32 bits is gathered
/// from.
///
/// With `kStartAttr` results begin with that, not with what the buffer holds.
class VectorNest {
public:
  VectorNest(mlir::linalg::GenericOp op, mlir::OpBuilder &builder,
             int64_t lanes, Room room)
      : op(op), b(builder, op.getLoc()), lanes(lanes), room(room),
        ranges(op.getStaticLoopRanges()), dims(ranges.size()) {}

  /// Chooses the dimension that vectors lie along; false if there is none.
  bool match();
  /// Whether there is one, whatever the vectors.
  static bool canVectorize(mlir::linalg::GenericOp op);
  void build();

private:
  using Pieces = llvm::SmallVector<Piece>;
  using Values = bitserial::LoopBuilder::Values;

  bool isLast(mlir::OpOperand &operand);
  static bool isElementwise(mlir::Operation &op);
  void findRows();

  void buildParallel(llvm::ArrayRef<size_t> rest,
                     llvm::function_ref<void()> body);
  void buildVectors(llvm::function_ref<void(const Pieces &)> body);
  void buildRows(const Pieces &vectors);
  void buildPieces(llvm::ArrayRef<Piece> pieces);
  Values buildReduction(size_t dim, llvm::ArrayRef<Piece> pieces,
                        mlir::ValueRange carried);
  Values compute(llvm::ArrayRef<Piece> pieces, mlir::ValueRange carried);

  /// Entries of a table by a vector of their numbers.
  mlir::Value gather(mlir::memref::LoadOp entry, mlir::Value numbers);
  Values indices(mlir::OpOperand &operand, Piece piece);
  mlir::Value load(mlir::OpOperand &operand, Piece piece);
  void store(mlir::Value value, mlir::OpOperand &operand, Piece piece);
  mlir::Value splat(mlir::Value scalar, int64_t width) {
    return width == 1 ? scalar : b.splat(scalar, width);
  }
  bool isReduction(size_t dim) {
    return mlir::linalg::isReductionIterator(op.getIteratorTypesArray()[dim]);
  }

  mlir::linalg::GenericOp op;
  bitserial::LoopBuilder b;
  int64_t lanes;
  Room room;
  llvm::SmallVector<int64_t> ranges;
  /// The loops' variables; those of `vectorDim` and `rowDim` are where the
  /// pieces begin.
  llvm::SmallVector<mlir::Value> dims;
  size_t vectorDim = 0;
  std::optional<size_t> rowDim;
  /// The operand that is the same for all rows of a block.
  mlir::OpOperand *shared = nullptr;
};

} // namespace subbit

#endif // SUBBIT_EMISSION_VECTORNEST_H
