//===- Sketch.h - Structured sketching of weights ---------------*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_NUMERICS_SKETCH_H
#define SUBBIT_NUMERICS_SKETCH_H

#include "lib/Numerics/Bases.h"

namespace subbit::numerics {

struct SketchOptions {
  /// Largest number of bases per group, 0 to 8.
  int64_t maxBits = 3;
  /// A group is done when |e|^2 / |w|^2 falls below this.
  double tolerance = 0;
  /// One step per output, or one for the layer.
  bool stepPerOutput = true;
  /// The largest |W| of an output (or layer) after rounding, at most 127.
  int64_t maxInteger = 127;
};

/// One group in floats: `rows[i]` are the signs of basis `i` as +-1, ordered by
/// falling coordinate.
struct SketchedGroup {
  std::vector<double> coordinates;
  std::vector<std::vector<int8_t>> rows;
};

/// Alg. 1 of the ALQ paper on one group: repeatedly takes the signs of the
/// residual (sign(0) = +1) as the next basis and solves all coordinates by
/// least squares. Negative coordinates flip their basis. Never more bases than
/// weights. An all-zero group gets no basis.
SketchedGroup sketchGroup(llvm::ArrayRef<float> weights,
                          const SketchOptions &options);

/// Sketches every group of a tensor and rounds to the grid: the step is chosen
/// so that the largest |W| of an output (or of the layer) is
/// `options.maxInteger`, coordinates become integers in units of it (those that
/// round to 0 go with their basis), and integer coordinates are refined
/// by steps of one where that lowers the group's error, without exceeding
/// `maxInteger`. All weights must be finite. Outputs without any weight but 0
/// get step 0 when steps are per output.
Bases sketch(const Grouping &grouping, llvm::ArrayRef<float> weights,
             const SketchOptions &options);

} // namespace subbit::numerics

#endif // SUBBIT_NUMERICS_SKETCH_H
