//===- Bitserial.h - The bitserial dialect -------------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_DIALECTS_BITSERIAL_IR_BITSERIAL_H
#define SUBBIT_DIALECTS_BITSERIAL_IR_BITSERIAL_H

#include "lib/Target/Target.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Bitserial/IR/BitserialDialect.h.inc"
#include "dialects/Bitserial/IR/BitserialEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Bitserial/IR/BitserialAttributes.h.inc"
namespace subbit::bitserial {

/// Strides up to this are taken out of one longer vector by a shuffle.
constexpr int64_t kShuffledStride = 4;
/// Words behind the positions of planes that a vector may reach.
int64_t roomBehindPlanes(ScheduleAttr schedule);

/// Words of the 16 tables of 16 bytes, one for each four bits of weights.
constexpr int64_t kTableWords = 64;

/// How the workspace of a tiled product is used: rows of one word for each
/// position of a tile.
struct TileLayout {
  TileLayout(GeometryAttr geometry, ScheduleAttr schedule, int64_t planes);

  /// Positions of a tile: a block, or of scalable vectors a fixed number.
  int64_t tile;
  /// `[convolution group][group][plane][word]`, of the groups of one pass.
  int64_t patchRows;
  /// Groups of weights of a pass; the last may have fewer.
  int64_t passGroups;
  /// Whether each word of a group is one of the planes' words, at one position
  /// of the kernel. Where not, patches are made of such words, which have rows
  /// of their own behind the patches: `[kernel position][plane][word]`.
  bool isAligned;
  /// Words of one row of a group.
  int64_t words;
  /// Words that hold the channels of a position.
  int64_t channelWords;
  /// Of tables: a row of words whose bits become the bytes of patches, the
  /// tables, and for a row of weights a byte for each four bits of it, where
  /// the table that they take begins.
  int64_t unexpanded = 0, tables = 0, offsets = 0;
  /// Positions that the last vector of an image's last tile has, where they are
  /// few: words are in lanes for them, row after row from `tailPatches` on, one
  /// position after the other.
  int64_t tail = 0, tailPatches = 0;
  /// Where the sums of a block lie that wait for the next pass, an output after
  /// the other, behind the rows and what a vector may reach past the last; of
  /// tables with one pass, those of one output.
  int64_t sums;
  /// Words of the whole workspace.
  int64_t size;
  /// Words of a workspace of which each of several tasks has a part.
  int64_t sizeFor(int64_t tasks) const {
    return (tasks - 1) * partSize() + size;
  }
  /// From one part to the next: whole cache lines, apart from each other.
  int64_t partSize() const;
  /// Tiles of an image.
  int64_t numTiles;
};

/// Outputs of a dense product whose sums have registers, each for so many
/// vectors of positions; they divide `outputs`, and the bits of a word.
int64_t denseOutputsAtOnce(ScheduleAttr schedule, int64_t vectors,
                           int64_t outputs);

/// How the workspace of a product of floats is used: first the activations,
/// those of each word of weights from a place of their own on, then the tables.
struct SumTables {
  SumTables(GeometryAttr geometry, ScheduleAttr schedule);

  /// Bits of weights that index a table; 1 without tables.
  int64_t bits;
  /// Fields of so many bits in a word of weights; 0 is behind its last bits.
  int64_t fields;
  /// Activations of a word.
  int64_t stride;
  /// Words of all groups.
  int64_t words;
  /// Where the tables begin, and floats of the whole workspace.
  int64_t tables, size;
};

} // namespace subbit::bitserial

#define GET_OP_CLASSES
#include "dialects/Bitserial/IR/BitserialOps.h.inc"

namespace subbit::bitserial {

/// The module attribute that names the target.
constexpr llvm::StringLiteral kTargetAttr = "bitserial.target";
/// On a layer: the schedule that its product gets instead of the chosen one.
constexpr llvm::StringLiteral kScheduleAttr = "bitserial.schedule";
/// On a layer: the family of kernels to take, "popcount" or "dense".
constexpr llvm::StringLiteral kFamilyAttr = "bitserial.family";
/// On a product: the rows and columns, before pooling, of the bands that its
/// layer is computed in.
constexpr llvm::StringLiteral kBandAttr = "bitserial.band";
/// On the module: how many threads a run may use; see `choose-tasks`.
constexpr llvm::StringLiteral kThreadsAttr = "bitserial.threads";
constexpr int64_t kMostThreads = 64;
/// On the module: weights are unpacked once, in a function of its own; see
/// `unpack-once`.
constexpr llvm::StringLiteral kInitAttr = "bitserial.init";
/// On a tiled or dense product or a maximum: the parts that its tiles (of a
/// maximum one) and its words of 32 outputs are divided into; a task has one of
/// each.
constexpr llvm::StringLiteral kTasksAttr = "bitserial.tasks";
/// On a memref.global: the layer whose array it holds.
constexpr llvm::StringLiteral kLayerAttr = "bitserial.layer";

/// What the module's code is generated for; the default target if it names
/// none.
TargetSpec getTargetSpec(mlir::ModuleOp module);

/// The target table's row for it; fails with a message at the module if there
/// is no such target.
mlir::FailureOr<TargetInfo> getTargetInfo(mlir::ModuleOp module);

/// What kTasksAttr says, or one task.
struct Tasks {
  int64_t tiles = 1, outputs = 1;
  int64_t count() const { return tiles * outputs; }
};
Tasks getTasks(mlir::Operation *product);

/// Lets one-shot bufferization handle the dialect's operations.
void registerBufferizableOpInterfaceExternalModels(
    mlir::DialectRegistry &registry);

} // namespace subbit::bitserial

#endif // SUBBIT_DIALECTS_BITSERIAL_IR_BITSERIAL_H
