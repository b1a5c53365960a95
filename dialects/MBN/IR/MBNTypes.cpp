//===- MBNTypes.cpp - Types of the mbn dialect ----------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/MBN.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace subbit::mbn;

#define GET_TYPEDEF_CLASSES
#include "dialects/MBN/IR/MBNTypes.cpp.inc"

void MBNDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/MBN/IR/MBNTypes.cpp.inc"
      >();
}

Type MultiBitType::parse(AsmParser &parser) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<int64_t> shape, group;
  Type elementType;
  if (parser.parseLess() ||
      parser.parseDimensionList(shape, /*allowDynamic=*/false) ||
      parser.parseType(elementType) || parser.parseComma())
    return {};
  int64_t minBits = 0, maxBits = 0;
  LevelsAttr levels;
  if (succeeded(parser.parseOptionalKeyword("levels"))) {
    if (parser.parseEqual() || parser.parseAttribute(levels))
      return {};
  } else if (parser.parseKeyword("group") || parser.parseEqual() ||
             parser.parseDimensionList(group, /*allowDynamic=*/false,
                                       /*withTrailingX=*/false) ||
             parser.parseComma() || parser.parseKeyword("bits") ||
             parser.parseEqual() || parser.parseInteger(minBits) ||
             parser.parseKeyword("to") || parser.parseInteger(maxBits)) {
    return {};
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<MultiBitType>(loc, parser.getContext(), shape,
                                         elementType, group, minBits, maxBits,
                                         levels);
}

void MultiBitType::print(AsmPrinter &printer) const {
  printer << "<";
  for (int64_t d : getShape())
    printer << d << "x";
  printer << getElementType() << ", ";
  if (isActivation()) {
    printer << "levels = " << getLevels();
  } else {
    printer << "group = ";
    llvm::interleave(getGroup(), printer, "x");
    printer << ", bits = " << getMinBits() << " to " << getMaxBits();
  }
  printer << ">";
}

LogicalResult MultiBitType::verify(function_ref<InFlightDiagnostic()> emitError,
                                   ArrayRef<int64_t> shape, Type elementType,
                                   ArrayRef<int64_t> group, int64_t minBits,
                                   int64_t maxBits, LevelsAttr levels) {
  // type_c1
  if (!elementType.isF32())
    return emitError() << "expected element type f32, found " << elementType;
  if (shape.empty())
    return emitError() << "expected at least one dimension";
  int64_t elements = 1;
  for (int64_t d : shape) {
    if (d <= 0)
      return emitError() << "dimensions must be positive, found " << d;
    if (d > (int64_t(1) << 40) / elements)
      return emitError() << "the tensor has more than 2^40 elements";
    elements *= d;
  }
  // type_c5
  if (levels)
    return group.empty()
               ? success()
               : emitError() << "levels and a group exclude each other";
  // type_c2
  if (group.size() != shape.size())
    return emitError() << "the group has rank " << group.size()
                       << ", the tensor rank " << shape.size();
  for (auto [g, d] : llvm::zip(group, shape))
    if (g < 1 || g > d)
      return emitError() << "group dimension " << g << " is not from 1 to "
                         << d;
  // type_c3
  if (group[0] != 1 && group[0] != shape[0])
    return emitError() << "a group spans 1 output or all " << shape[0]
                       << ", found " << group[0];
  // type_c4
  if (minBits < 0 || minBits > maxBits || maxBits > 8)
    return emitError() << "bits must satisfy 0 <= min <= max <= 8, found "
                       << minBits << " to " << maxBits;
  return success();
}

int64_t MultiBitType::getNumElements() const {
  return ShapedType::getNumElements(getShape());
}

RankedTensorType MultiBitType::getDecodedType() const {
  return RankedTensorType::get(getShape(), getElementType());
}

MultiBitType MultiBitType::cloneWithShape(ArrayRef<int64_t> shape) const {
  return get(getContext(), shape, getElementType(), getGroup(), getMinBits(),
             getMaxBits(), getLevels());
}
