//===- MBNDialect.cpp - The mbn dialect -----------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/MBN.h"
#include "mlir/Bytecode/BytecodeImplementation.h"

using namespace mlir;
using namespace subbit::mbn;

#include "dialects/MBN/IR/MBNDialect.cpp.inc"

namespace {

/// Weights in bytecode. As the text that attributes are without an encoding,
/// their arrays would lose the data that the module holds apart.
class MBNBytecodeInterface : public BytecodeDialectInterface {
public:
  explicit MBNBytecodeInterface(Dialect *dialect)
      : BytecodeDialectInterface(dialect) {}

  LogicalResult writeAttribute(Attribute attr,
                               DialectBytecodeWriter &writer) const override {
    if (auto bases = dyn_cast<BasesAttr>(attr)) {
      writer.writeVarInt(kBases);
      writer.writeAttribute(bases.getWidths());
      writer.writeAttribute(bases.getCoordinates());
      writer.writeAttribute(bases.getSigns());
      writer.writeOptionalAttribute(bases.getOffsets());
      writer.writeAttribute(bases.getSteps());
      return success();
    }
    if (auto dense = dyn_cast<DenseAttr>(attr)) {
      writer.writeVarInt(kDense);
      writer.writeAttribute(dense.getValues());
      writer.writeAttribute(dense.getSteps());
      return success();
    }
    return failure();
  }

  Attribute readAttribute(DialectBytecodeReader &reader) const override {
    uint64_t kind;
    ElementsAttr values, coordinates, signs, offsets, steps;
    if (failed(reader.readVarInt(kind)))
      return {};
    if (kind == kBases) {
      if (failed(reader.readAttribute(values)) ||
          failed(reader.readAttribute(coordinates)) ||
          failed(reader.readAttribute(signs)) ||
          failed(reader.readOptionalAttribute(offsets)) ||
          failed(reader.readAttribute(steps)))
        return {};
      return BasesAttr::get(getContext(), values, coordinates, signs, offsets,
                            steps);
    }
    if (kind == kDense) {
      if (failed(reader.readAttribute(values)) ||
          failed(reader.readAttribute(steps)))
        return {};
      return DenseAttr::get(getContext(), values, steps);
    }
    reader.emitError() << "unknown attribute " << kind << " of dialect mbn";
    return {};
  }

private:
  enum Kind : uint64_t { kBases = 0, kDense = 1 };
};

} // namespace

void MBNDialect::initialize() {
  addInterfaces<MBNBytecodeInterface>();
  registerAttributes();
  registerTypes();
  addOperations<
#define GET_OP_LIST
#include "dialects/MBN/IR/MBNOps.cpp.inc"
      >();
}
