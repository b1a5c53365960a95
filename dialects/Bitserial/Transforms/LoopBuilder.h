//===- LoopBuilder.h - Loops on buffers, tersely -------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_LOOPBUILDER_H
#define SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_LOOPBUILDER_H

#include "dialects/Bitserial/IR/Bitserial.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"

namespace subbit::bitserial {

/// Builds index arithmetic, loops and vector code at the insertion point.
class LoopBuilder {
public:
  using Value = mlir::Value;
  using Values = llvm::SmallVector<mlir::Value>;

  LoopBuilder(mlir::OpBuilder &builder, mlir::Location loc)
      : b(builder), loc(loc) {}

  Value index(int64_t v) {
    return mlir::arith::ConstantIndexOp::create(b, loc, v);
  }
  Value i32(int64_t v) {
    return mlir::arith::ConstantIntOp::create(b, loc, v, 32);
  }
  Value add(Value x, Value y) {
    return mlir::arith::AddIOp::create(b, loc, x, y);
  }
  Value add(Value x, int64_t y) { return y ? add(x, index(y)) : x; }
  Value sub(Value x, Value y) {
    return mlir::arith::SubIOp::create(b, loc, x, y);
  }
  Value mul(Value x, Value y) {
    return mlir::arith::MulIOp::create(b, loc, x, y);
  }
  Value mul(Value x, int64_t y) { return y == 1 ? x : mul(x, index(y)); }
  Value divide(Value x, Value y) {
    return mlir::arith::DivUIOp::create(b, loc, x, y);
  }
  Value remainder(Value x, Value y) {
    return mlir::arith::RemUIOp::create(b, loc, x, y);
  }
  Value least(Value x, Value y) {
    return mlir::arith::MinSIOp::create(b, loc, x, y);
  }
  Value most(Value x, Value y) {
    return mlir::arith::MaxSIOp::create(b, loc, x, y);
  }
  Value toIndex(Value x) {
    return mlir::arith::IndexCastUIOp::create(b, loc, b.getIndexType(), x);
  }
  Value toI32(Value index) {
    return mlir::arith::IndexCastUIOp::create(b, loc, b.getI32Type(), index);
  }

  /// for (i = from; i < to; i += step) body(i)
  void loop(Value from, Value to, int64_t step,
            llvm::function_ref<void(Value)> body) {
    loop(from, to, step, {}, [&](Value i, mlir::ValueRange) {
      body(i);
      return Values();
    });
  }
  void loop(Value from, Value to, Value step,
            llvm::function_ref<void(Value)> body) {
    mlir::scf::ForOp::create(
        b, loc, from, to, step, mlir::ValueRange(),
        [&](mlir::OpBuilder &, mlir::Location, Value i, mlir::ValueRange) {
          body(i);
          mlir::scf::YieldOp::create(b, loc);
        });
  }
  void loop(int64_t count, llvm::function_ref<void(Value)> body) {
    loop(index(0), index(count), 1, body);
  }
  /// The same with numbers that several threads may take.
  void tasks(int64_t count, llvm::function_ref<void(Value)> body) {
    mlir::OpFoldResult size = b.getIndexAttr(count);
    mlir::scf::ForallOp::create(
        b, loc, size, mlir::ValueRange(), std::nullopt,
        [&](mlir::OpBuilder &, mlir::Location, mlir::ValueRange numbers) {
          body(numbers[0]);
          mlir::scf::InParallelOp::create(b, loc);
        });
  }
  /// The same with loop-carried values: the body returns the next ones.
  Values loop(Value from, Value to, int64_t step, mlir::ValueRange carried,
              llvm::function_ref<Values(Value, mlir::ValueRange)> body) {
    auto op = mlir::scf::ForOp::create(
        b, loc, from, to, index(step), carried,
        [&](mlir::OpBuilder &, mlir::Location, Value i, mlir::ValueRange args) {
          // The nested builder is this one at another insertion point.
          mlir::scf::YieldOp::create(b, loc, body(i, args));
        });
    return Values(op.getResults());
  }
  Values loop(int64_t count, mlir::ValueRange carried,
              llvm::function_ref<Values(Value, mlir::ValueRange)> body) {
    return loop(index(0), index(count), 1, carried, body);
  }

  Value equals(Value x, int64_t y) {
    return mlir::arith::CmpIOp::create(b, loc, mlir::arith::CmpIPredicate::eq,
                                       x, index(y));
  }
  /// if (condition) body(); without a condition always.
  void when(Value condition, llvm::function_ref<void()> body) {
    if (!condition)
      return body();
    mlir::scf::IfOp::create(b, loc, condition,
                            [&](mlir::OpBuilder &, mlir::Location) {
                              body();
                              mlir::scf::YieldOp::create(b, loc);
                            });
  }
  /// condition ? first() : second(), of which one alone is computed.
  Values choose(Value condition, llvm::function_ref<Values()> first,
                llvm::function_ref<Values()> second) {
    auto yield = [&](llvm::function_ref<Values()> values) {
      return [this, values](mlir::OpBuilder &, mlir::Location) {
        mlir::scf::YieldOp::create(b, loc, values());
      };
    };
    auto op =
        mlir::scf::IfOp::create(b, loc, condition, yield(first), yield(second));
    return Values(op.getResults());
  }

  Value load(Value memref, mlir::ValueRange at) {
    return mlir::memref::LoadOp::create(b, loc, memref, at);
  }
  void store(Value value, Value memref, mlir::ValueRange at) {
    mlir::memref::StoreOp::create(b, loc, value, memref, at);
  }
  Value loadVector(Value memref, mlir::ValueRange at, int64_t lanes) {
    auto element =
        llvm::cast<mlir::MemRefType>(memref.getType()).getElementType();
    return mlir::vector::LoadOp::create(
        b, loc, mlir::VectorType::get({lanes}, element), memref, at);
  }
  /// The same for vectors of any type; lanes outside of a mask, where there is
  /// one, are not read, and are 0.
  Value loadVector(Value memref, mlir::ValueRange at, mlir::VectorType type,
                   Value mask) {
    if (!mask)
      return mlir::vector::LoadOp::create(b, loc, type, memref, at);
    return mlir::vector::MaskedLoadOp::create(b, loc, type, memref, at, mask,
                                              zero(type));
  }
  void storeVector(Value value, Value memref, mlir::ValueRange at, Value mask) {
    if (mask)
      mlir::vector::MaskedStoreOp::create(b, loc, memref, at, mask, value);
    else
      storeVector(value, memref, at);
  }
  void storeVector(Value value, Value memref, mlir::ValueRange at) {
    mlir::vector::StoreOp::create(b, loc, value, memref, at);
  }
  mlir::VectorType i8Vector(int64_t lanes) {
    return mlir::VectorType::get({lanes}, b.getI8Type());
  }
  mlir::VectorType i32Vector(int64_t lanes) {
    return mlir::VectorType::get({lanes}, b.getI32Type());
  }
  Value splat(Value scalar, int64_t lanes) {
    return splat(scalar, mlir::VectorType::get({lanes}, scalar.getType()));
  }
  Value splat(Value scalar, mlir::VectorType type) {
    return mlir::vector::BroadcastOp::create(b, loc, type, scalar);
  }
  Value zero(mlir::Type type) {
    return mlir::arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
  }
  /// All elements in one dimension. The layout must be the identity.
  Value flatten(Value memref) {
    int64_t rank = llvm::cast<mlir::MemRefType>(memref.getType()).getRank();
    if (rank == 1)
      return memref;
    mlir::ReassociationIndices all;
    for (int64_t d = 0; d < rank; ++d)
      all.push_back(d);
    return mlir::memref::CollapseShapeOp::create(
        b, loc, memref, llvm::ArrayRef<mlir::ReassociationIndices>{all});
  }

  mlir::OpBuilder &b;
  mlir::Location loc;
};

/// Code `at` of codes of `bits` bits each, that lie as an image says: an i32.
mlir::Value loadCode(LoopBuilder &b, mlir::Value codes, mlir::Value at,
                     int64_t bits);
/// Stores the lowest `bits` bits of an i32; the other codes of its byte stay.
void storeCode(LoopBuilder &b, mlir::Value code, mlir::Value codes,
               mlir::Value at, int64_t bits);
/// Number of the `count` thresholds from `first` on that are reached: an index.
mlir::Value countThresholds(LoopBuilder &b, mlir::Value sum, mlir::Value table,
                            mlir::Value first, int64_t count);
/// Whether `sum >= threshold`, integers or floats, of which a NaN reaches no
/// threshold and none reaches a NaN. One of 16 bits is reached by a sum,
/// saturated to 16 bits, that is greater than it.
mlir::Value isReached(LoopBuilder &b, mlir::Value sum, mlir::Value threshold);
/// `rescale` of a sum or of a vector of sums, by scale and base of f32.
mlir::Value rescaleSum(LoopBuilder &b, mlir::Value sum, mlir::Value scale,
                       mlir::Value base);

/// Patterns of `lower-bitserial`, by subject.
void populatePlanesPatterns(mlir::RewritePatternSet &patterns);
void populatePoolPatterns(mlir::RewritePatternSet &patterns);
void populatePackPatterns(mlir::RewritePatternSet &patterns);
void populateProductPatterns(mlir::RewritePatternSet &patterns);
void populateTiledProductPatterns(mlir::RewritePatternSet &patterns);
void populateTableProductPatterns(mlir::RewritePatternSet &patterns);
void populateDenseProductPatterns(mlir::RewritePatternSet &patterns);
void populateFloatProductPatterns(mlir::RewritePatternSet &patterns);
void populateDecodePatterns(mlir::RewritePatternSet &patterns);
void populateEpiloguePatterns(mlir::RewritePatternSet &patterns);

/// Where a group of weights begins and how large it is along height, width and
/// channels, from its number.
struct GroupBox {
  mlir::Value begin[3], size[3];
  GroupBox(LoopBuilder &b, GeometryAttr geometry, mlir::Value group);
  /// Number of weights.
  mlir::Value count(LoopBuilder &b);
  /// Element `k` of the box as a position along height, width and channels of
  /// the kernel.
  llvm::SmallVector<mlir::Value> position(LoopBuilder &b, mlir::Value k);
  /// The position of the element behind the one at `at`.
  llvm::SmallVector<mlir::Value> next(LoopBuilder &b,
                                      mlir::ValueRange at) const;
};

} // namespace subbit::bitserial

#endif // SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_LOOPBUILDER_H
