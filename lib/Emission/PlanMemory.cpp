//===- PlanMemory.cpp - One scratch block for all buffers -----------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/Bitserial/IR/Bitserial.h"
#include "lib/Emission/Passes.h"
#include "mlir/Analysis/FlatLinearValueConstraints.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include <map>
#include <random>

namespace subbit {
#define GEN_PASS_DEF_PLANMEMORYPASS
#include "lib/Emission/Passes.h.inc"
} // namespace subbit

using namespace mlir;
using namespace subbit;

/// Orders of buffers that are tried, and the work that all of them may take.
static constexpr size_t kAttempts = 1000, kWork = 20000000;

namespace {

/// A buffer, when it is live (positions in main's block, both ends included)
/// and where it lies.
struct Buffer {
  memref::AllocOp alloc;
  int64_t bytes = 0;
  /// Those that the operation which first writes this buffer reads last,
  /// element by element: this one may lie over them, but not begin behind them.
  SmallVector<const Buffer *> overwrites = {};
  int64_t begin = 0, end = 0;
  int64_t offset = 0;
  /// Whether loops or choices hand it on under other names than views.
  bool isHandedOn = false;

  bool mayOverwrite(const Buffer *other) const {
    return llvm::is_contained(overwrites, other);
  }
};

struct PlanMemoryPass
    : public subbit::impl::PlanMemoryPassBase<PlanMemoryPass> {
  void runOnOperation() override;

private:
  LogicalResult collect(func::FuncOp main);
  void findLifetime(Buffer &buffer, Block *block);
  void findOverwritten(Operation &op);
  int64_t lowerBound() const;
  int64_t place(ArrayRef<Buffer *> order);
  void choosePlan();

  int64_t roundUp(int64_t bytes) const {
    return llvm::alignTo(bytes, alignment);
  }

  int64_t alignment = 1;
  SmallVector<Buffer> buffers;
  DenseMap<Operation *, int64_t> order;
};

} // namespace

LogicalResult PlanMemoryPass::collect(func::FuncOp main) {
  WalkResult result = main.walk([&](Operation *op) -> WalkResult {
    if (isa<memref::AllocaOp, memref::DeallocOp, memref::ReallocOp>(op))
      return op->emitError() << "cannot be placed in scratch memory";
    auto alloc = dyn_cast<memref::AllocOp>(op);
    if (!alloc)
      return WalkResult::advance();
    MemRefType type = alloc.getType();
    Type element = type.getElementType();
    if (!type.hasStaticShape() || !type.getLayout().isIdentity() ||
        !element.isIntOrIndexOrFloat())
      return op->emitError() << "has no static size: " << type;
    unsigned bits = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
    buffers.push_back(
        {alloc, roundUp(type.getNumElements() * ((bits + 7) / 8))});
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

/// Follows the buffer through views and loop-carried values. A use inside a
/// nested region counts for the operation of main's block that holds it, so a
/// buffer allocated in a loop lives as long as the loop.
void PlanMemoryPass::findLifetime(Buffer &buffer, Block *block) {
  auto position = [&](Operation *op) {
    return order.lookup(block->findAncestorOpInBlock(*op));
  };
  buffer.begin = std::numeric_limits<int64_t>::max();
  buffer.end = position(buffer.alloc);
  SmallVector<Value> work{buffer.alloc.getResult()};
  DenseSet<Value> seen{buffer.alloc.getResult()};
  auto follow = [&](Value value) {
    if (isa<MemRefType>(value.getType()) && seen.insert(value).second)
      work.push_back(value);
  };
  while (!work.empty()) {
    Value value = work.pop_back_val();
    for (OpOperand &use : value.getUses()) {
      Operation *user = use.getOwner();
      buffer.end = std::max(buffer.end, position(user));
      if (!isa<ViewLikeOpInterface>(user)) {
        buffer.begin = std::min(buffer.begin, position(user));
        buffer.isHandedOn |=
            isa<scf::YieldOp>(user) ||
            llvm::any_of(user->getResultTypes(), llvm::IsaPred<MemRefType>);
      }
      // A loop may hand any of its buffers on to any other.
      if (isa<scf::YieldOp>(user))
        user = user->getParentOp();
      if (auto loop = dyn_cast<LoopLikeOpInterface>(user)) {
        for (Value arg : loop.getRegionIterArgs())
          follow(arg);
      }
      // Views, casts and whatever else gives a buffer for a buffer.
      for (Value result : user->getResults())
        follow(result);
    }
  }
}

/// The allocation that `value` is, whole and in its order of elements.
static Value getWhole(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<memref::CollapseShapeOp, memref::ExpandShapeOp, memref::CastOp>(
            op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

/// Whether an operation over windows needs for element `x` of the result no
/// element of the operand before that numbered `x`: each dimension of the
/// operand is read from where the result's index is, times a stride, on, and is
/// no smaller. Other operands are the same for all results, so that these come
/// in their order.
static bool isReadAhead(linalg::LinalgOp op, OpOperand *operand,
                        OpOperand *init) {
  for (OpOperand *other : op.getDpsInputOperands())
    for (auto [dim, type] : llvm::enumerate(op.getIteratorTypesArray()))
      if (other != operand && linalg::isParallelIterator(type) &&
          op.getMatchingIndexingMap(other).isFunctionOfDim(dim))
        return false;
  AffineMap map = op.getMatchingIndexingMap(operand);
  AffineMap out = op.getMatchingIndexingMap(init);
  auto from = cast<MemRefType>(operand->get().getType()).getShape();
  auto to = cast<MemRefType>(init->get().getType()).getShape();
  if (from.size() != to.size())
    return false;
  for (unsigned d = 0; d < from.size(); ++d) {
    auto dim = cast<AffineDimExpr>(out.getResult(d));
    SmallVector<int64_t> factors;
    if (failed(getFlattenedAffineExpr(map.getResult(d), map.getNumDims(),
                                      /*numSymbols=*/0, &factors)) ||
        factors.size() != map.getNumDims() + 1 || from[d] < to[d])
      return false;
    for (auto [i, factor] : llvm::enumerate(factors)) {
      bool isOwn = i == dim.getPosition();
      bool isOther = i < map.getNumDims() && !isOwn &&
                     linalg::isParallelIterator(op.getIteratorTypesArray()[i]);
      if (factor < isOwn || (isOther && factor != 0))
        return false;
    }
  }
  return true;
}

/// An elementwise operation reads each element before it writes the element of
/// the same number, which takes no more bytes: a result that begins nowhere
/// behind its operand never covers an element still to be read. So it is with
/// windows whose results are computed one after the other.
void PlanMemoryPass::findOverwritten(Operation &op) {
  auto linalg = dyn_cast<linalg::LinalgOp>(op);
  if (!linalg || linalg.getNumDpsInits() != 1 ||
      (linalg.getNumReductionLoops() != 0 && !op.hasAttr(kStartAttr)))
    return;
  OpOperand *init = linalg.getDpsInitOperand(0);
  AffineMap out = linalg.getMatchingIndexingMap(init);
  // Results come in their order: that of the loops over them.
  bool isInOrder = out.isProjectedPermutation() &&
                   llvm::is_sorted(out.getResults(), [](auto x, auto y) {
                     return cast<AffineDimExpr>(x).getPosition() <
                            cast<AffineDimExpr>(y).getPosition();
                   });
  if (!isa<MemRefType>(init->get().getType()) || !isInOrder ||
      out.getNumResults() != linalg.getNumParallelLoops() ||
      (linalg.getNumReductionLoops() == 0 &&
       linalg.payloadUsesValueFromOperand(init)))
    return;
  auto isElementwise = [&](OpOperand *operand) {
    if (!isa<MemRefType>(operand->get().getType()))
      return false;
    if (linalg.getNumReductionLoops() == 0)
      return linalg.getMatchingIndexingMap(operand).isIdentity() &&
             out.isIdentity();
    return isReadAhead(linalg, operand, init);
  };
  auto find = [&](OpOperand *operand) {
    Value whole = getWhole(operand->get());
    return llvm::find_if(buffers, [&](Buffer &buffer) {
      return buffer.alloc.getResult() == whole;
    });
  };
  auto bitsOf = [](Buffer &buffer) -> unsigned {
    Type element = buffer.alloc.getType().getElementType();
    return element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  };
  // Not also read in another order, or by the region.
  auto isReadOnceAs = [&](OpOperand *operand) {
    Value whole = getWhole(operand->get());
    return !op.walk([&](Operation *reader) {
                for (OpOperand &other : reader->getOpOperands()) {
                  Value root = other.get();
                  while (auto view = root.getDefiningOp<ViewLikeOpInterface>())
                    root = view.getViewSource();
                  if (root == whole && &other != operand)
                    return WalkResult::interrupt();
                }
                return WalkResult::advance();
              }).wasInterrupted();
  };
  auto result = find(init);
  if (result == buffers.end() || result->isHandedOn ||
      result->begin != order.lookup(&op))
    return;
  for (OpOperand *input : linalg.getDpsInputOperands()) {
    if (!isElementwise(input) || !isReadOnceAs(input))
      continue;
    auto operand = find(input);
    if (operand != buffers.end() && operand != result && !operand->isHandedOn &&
        operand->end == result->begin && bitsOf(*result) <= bitsOf(*operand))
      result->overwrites.push_back(operand);
  }
}

/// The most bytes that are live at one time: no plan has fewer. A result may
/// lie over one operand at most as a whole.
int64_t PlanMemoryPass::lowerBound() const {
  std::map<int64_t, int64_t> changes;
  for (const Buffer &buffer : buffers) {
    changes[buffer.begin + !buffer.overwrites.empty()] += buffer.bytes;
    changes[buffer.end + 1] -= buffer.bytes;
  }
  int64_t live = 0, most = 0;
  for (auto [time, change] : changes)
    most = std::max(most, live += change);
  return most;
}

/// The buffer's offset, or the lowest one above it, at which both may lie.
static int64_t lowestBeside(const Buffer &buffer, const Buffer &other) {
  bool together = buffer.begin <= other.end && other.begin <= buffer.end;
  if (!together || buffer.offset + buffer.bytes <= other.offset ||
      other.offset + other.bytes <= buffer.offset)
    return buffer.offset;
  if (buffer.mayOverwrite(&other) && buffer.offset <= other.offset)
    return buffer.offset;
  if (other.mayOverwrite(&buffer))
    return std::max(buffer.offset, other.offset);
  return other.offset + other.bytes;
}

/// In this order, each buffer at the lowest offset where nothing that lives at
/// the same time lies; returns the bytes of all.
int64_t PlanMemoryPass::place(ArrayRef<Buffer *> order) {
  SmallVector<Buffer *> placed; // by offset
  int64_t total = 0;
  for (Buffer *buffer : order) {
    buffer->offset = 0;
    // What was no obstacle to a lower offset may be one to a higher.
    for (bool rises = true; rises;) {
      rises = false;
      for (Buffer *other : placed) {
        int64_t least = lowestBeside(*buffer, *other);
        rises |= least > buffer->offset;
        buffer->offset = least;
      }
    }
    auto at = llvm::upper_bound(placed, buffer, [](Buffer *a, Buffer *b) {
      return a->offset < b->offset;
    });
    placed.insert(at, buffer);
    total = std::max(total, buffer->offset + buffer->bytes);
  }
  return total;
}

/// Tries orders until one gives the lower bound. On a chain, where each buffer
/// lives together with its neighbours only, every other one first gives it:
/// those begin at 0, and the rest lie on top of the larger of two.
void PlanMemoryPass::choosePlan() {
  int64_t bound = lowerBound();
  SmallVector<Buffer *> byTime, best, order;
  for (Buffer &buffer : buffers)
    byTime.push_back(&buffer);
  llvm::stable_sort(byTime,
                    [](Buffer *a, Buffer *b) { return a->begin < b->begin; });
  int64_t least = std::numeric_limits<int64_t>::max();
  auto attempt = [&] {
    int64_t total = place(order);
    if (total < least) {
      least = total;
      best = order;
    }
    return least == bound;
  };
  auto search = [&] {
    order = byTime;
    llvm::stable_sort(order,
                      [](Buffer *a, Buffer *b) { return a->bytes > b->bytes; });
    if (attempt())
      return;
    order.clear();
    for (size_t first : {0, 1})
      for (size_t i = first; i < byTime.size(); i += 2)
        order.push_back(byTime[i]);
    if (attempt())
      return;
    // Others like the best so far: two buffers change places.
    std::mt19937 random(1);
    size_t count = buffers.size();
    size_t attempts = std::min<size_t>(kAttempts, kWork / (count * count) + 1);
    for (size_t i = 0; i < attempts; ++i) {
      order = best;
      std::swap(order[random() % count], order[random() % count]);
      if (attempt())
        return;
    }
  };
  search();
  place(best);
}

void PlanMemoryPass::runOnOperation() {
  auto main = getOperation().lookupSymbol<func::FuncOp>("main");
  if (!main || main.isDeclaration()) {
    emitError(getOperation().getLoc()) << "the module has no function 'main'";
    return signalPassFailure();
  }
  auto target = bitserial::getTargetInfo(getOperation());
  if (failed(target))
    return signalPassFailure();
  alignment = target->bufferAlignment;
  buffers.clear();
  order.clear();
  if (failed(collect(main)))
    return signalPassFailure();
  Block *block = &main.getBody().front();
  for (auto [i, op] : llvm::enumerate(*block))
    order[&op] = i;
  for (Buffer &buffer : buffers)
    findLifetime(buffer, block);
  for (Operation &op : *block)
    findOverwritten(op);
  if (!buffers.empty())
    choosePlan();

  int64_t total = 0;
  for (const Buffer &buffer : buffers)
    total = std::max(total, buffer.offset + buffer.bytes);
  numBuffers = buffers.size();
  numBytes = total;
  OpBuilder builder(&getContext());
  unsigned number = main.getNumArguments();
  if (failed(main.insertArgument(number,
                                 MemRefType::get({total}, builder.getI8Type()),
                                 builder.getDictionaryAttr(builder.getNamedAttr(
                                     kScratchAttr, builder.getUnitAttr())),
                                 main.getLoc())))
    return signalPassFailure();
  Value scratch = main.getArgument(number);
  for (Buffer &buffer : buffers) {
    // Again for each, as the first operation may be an allocation.
    builder.setInsertionPointToStart(block);
    Location loc = buffer.alloc.getLoc();
    Value offset = arith::ConstantIndexOp::create(builder, loc, buffer.offset);
    Value view = memref::ViewOp::create(builder, loc, buffer.alloc.getType(),
                                        scratch, offset, ValueRange());
    buffer.alloc.replaceAllUsesWith(view);
    buffer.alloc->erase();
  }
}
