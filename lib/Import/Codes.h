//===- Codes.h - Integers that a graph computes --------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_LIB_IMPORT_CODES_H
#define SUBBIT_LIB_IMPORT_CODES_H

#include "dialects/MBN/IR/MBN.h"
#include "lib/Import/Importer.h"

// A tensor of integers is a value of codes, `tensor.value`, and the integer of
// each of its levels, `tensor.integers`. What a code stands for as a float, its
// levels' step and zero point, says whoever reads it: the codes are labelled.

namespace subbit::importer {

/// The codes of floats, and the integers of their levels. `thresholds` has the
/// shape [levels - 1] or [channels, levels - 1], channels being the last
/// dimension of the value; levels beyond the integers are never reached.
Tensor makeCodes(Importer &importer, Tensor floats,
                 llvm::ArrayRef<int64_t> shape,
                 llvm::ArrayRef<float> thresholds,
                 std::vector<int64_t> integers);

/// The type of codes of a tensor before anybody labels them: as many levels as
/// there are integers, or more, up to a power of two.
mlir::Type codesType(Importer &importer, llvm::ArrayRef<int64_t> shape,
                     size_t integers);

/// Input `input` with levels that stand for `scale * (q - zero)`, or without a
/// scale for `q - zero` in any units.
mlir::FailureOr<mlir::Value> labelCodes(Importer &importer, Node &node,
                                        int input, const Tensor &tensor,
                                        std::optional<float> scale,
                                        int64_t zero);

/// The same codes with other levels, as many as there were; `used` of them are
/// reached.
mlir::Value relabel(Importer &importer, mlir::Value codes, int64_t used,
                    mbn::LevelsAttr levels);

/// Gives the node input `input` with another integer for each level; they may
/// stay the same from one to the next, and must not fall.
mlir::LogicalResult mapIntegers(Importer &importer, Node &node, int input,
                                Tensor tensor,
                                llvm::ArrayRef<int64_t> integers);

/// `scale * (q - zero)` as floats.
mlir::FailureOr<Tensor> dequantizeCodes(Importer &importer, Node &node,
                                        int input, const Tensor &tensor,
                                        float scale, int64_t zero);

} // namespace subbit::importer

#endif // SUBBIT_LIB_IMPORT_CODES_H
