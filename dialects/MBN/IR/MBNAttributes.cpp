//===- MBNAttributes.cpp - Attributes of the mbn dialect ------------------===//
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
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace subbit;
using namespace subbit::mbn;

#define GET_ATTRDEF_CLASSES
#include "dialects/MBN/IR/MBNAttributes.cpp.inc"

void MBNDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/MBN/IR/MBNAttributes.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// LevelsAttr
//===----------------------------------------------------------------------===//

/// Parses a float32 that was printed with nine significant digits, which is
/// enough to give the same float32 back.
static ParseResult parseFloat32(AsmParser &parser, APFloat &value) {
  double parsed;
  if (parser.parseFloat(parsed))
    return failure();
  value = APFloat(static_cast<float>(parsed));
  return success();
}

static void printFloat32(AsmPrinter &printer, const APFloat &value) {
  SmallString<32> text;
  llvm::raw_svector_ostream os(text);
  os << llvm::format("%.9g", value.convertToFloat());
  if (!StringRef(text).contains_insensitive('e') &&
      !StringRef(text).contains('.'))
    os << ".0";
  else if (!StringRef(text).contains('.')) {
    // The lexer wants a point before an exponent.
    text.insert(text.begin() + StringRef(text).find('e'), '0');
    text.insert(text.begin() + StringRef(text).find('e') - 1, '.');
  }
  printer << text;
}

Attribute LevelsAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  APFloat step(0.0f), low(0.0f);
  int64_t zero = 0;
  SmallVector<int64_t> multipliers;
  if (parser.parseLess() || parser.parseKeyword("step") ||
      parseFloat32(parser, step) || parser.parseComma() ||
      parser.parseKeyword("zero") || parser.parseInteger(zero) ||
      parser.parseComma())
    return {};
  if (succeeded(parser.parseOptionalKeyword("low")) &&
      (parseFloat32(parser, low) || parser.parseComma()))
    return {};
  if (parser.parseCommaSeparatedList(
          AsmParser::Delimiter::Square,
          [&] { return parser.parseInteger(multipliers.emplace_back()); }) ||
      parser.parseGreater())
    return {};
  return parser.getChecked<LevelsAttr>(loc, parser.getContext(), step, zero,
                                       low, multipliers);
}

void LevelsAttr::print(AsmPrinter &printer) const {
  printer << "<step ";
  printFloat32(printer, getStep());
  printer << ", zero " << getZero() << ", ";
  if (!getLow().isPosZero()) {
    printer << "low ";
    printFloat32(printer, getLow());
    printer << ", ";
  }
  printer << "[";
  llvm::interleaveComma(getMultipliers(), printer);
  printer << "]>";
}

LogicalResult LevelsAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 APFloat step, int64_t zero, APFloat low,
                                 ArrayRef<int64_t> multipliers) {
  // levels_c1
  if (multipliers.empty() || multipliers.size() > 8)
    return emitError() << "expected 1 to 8 multipliers, found "
                       << multipliers.size();
  // levels_c2
  int64_t sum = 0;
  for (int64_t m : multipliers) {
    if (m <= sum)
      return emitError() << "multiplier " << m
                         << " must exceed the sum of the smaller ones, " << sum;
    if (m > 255 - sum)
      return emitError() << "the sum of the multipliers must be at most 255";
    sum += m;
  }
  // levels_c3
  if (!step.isFinite() || step.isZero() || step.isNegative())
    return emitError() << "step must be finite and positive, found "
                       << step.convertToDouble();
  if (!low.isFinite())
    return emitError() << "low must be finite, found " << low.convertToDouble();
  // levels_c4
  if (zero < 0 || zero > 255)
    return emitError() << "zero must be from 0 to 255, found " << zero;
  return success();
}

numerics::Levels LevelsAttr::toNumerics() const {
  return {getStep().convertToFloat(), getZero(), getLow().convertToFloat(),
          std::vector<int64_t>(getMultipliers())};
}

LevelsAttr LevelsAttr::get(MLIRContext *context,
                           const numerics::Levels &levels) {
  return get(context, APFloat(levels.step), levels.zero, APFloat(levels.low),
             levels.multipliers);
}

//===----------------------------------------------------------------------===//
// BorderAttr
//===----------------------------------------------------------------------===//

static int64_t countClasses(ArrayRef<int64_t> classes) {
  return classes.empty() ? 0 : *llvm::max_element(classes) + 1;
}

int64_t BorderAttr::getNumRowClasses() const { return countClasses(getRows()); }

int64_t BorderAttr::getNumColumnClasses() const {
  return countClasses(getColumns());
}

LogicalResult BorderAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> rows,
                                 ArrayRef<int64_t> columns) {
  // border_c1
  for (ArrayRef<int64_t> classes : {rows, columns}) {
    int64_t size = classes.size();
    SmallVector<bool> seen(size, false);
    int64_t distinct = 0;
    for (int64_t c : classes) {
      if (c < 0 || c >= size)
        return emitError() << "border class " << c << " is not from 0 to "
                           << size - 1;
      distinct += !seen[c];
      seen[c] = true;
    }
    if (size == 0 || distinct != countClasses(classes))
      return emitError() << "every border class below the largest must occur";
  }
  return success();
}
