//===- Quantizer.h - Quantizers of other tools ---------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_NUMERICS_QUANTIZER_H
#define SUBBIT_NUMERICS_QUANTIZER_H

#include "lib/Numerics/Levels.h"
#include <optional>
#include <string>

namespace subbit::numerics {

enum class Rounding { HalfEven, HalfUp, HalfDown, Up, Down, Ceil, Floor };

/// "ROUND" or "HALF_EVEN", "CEIL", ... in any case; none for other names. Up is
/// away from zero, down towards it.
std::optional<Rounding> parseRounding(llvm::StringRef name);

/// Rounds to an integer, exactly.
float roundTo(float x, Rounding rounding);

/// A map from floats to integers `low .. high` that does not fall, step by step
/// as the operator computes it in float32; integer `q` stands for
/// `fl((q - zero) * scale)`.
struct Quantizer {
  /// The order of its steps.
  enum class Kind {
    Clamped,  ///< x / scale + zero, clamped, then rounded (QONNX Quant)
    Rounded,  ///< x / scale, rounded, plus zero, then clamped (ONNX)
    Bipolar,  ///< x / scale + zero >= 0 ? 1 : -1
    Truncated ///< x / inputScale + inputZero, rounded half to even, over
              ///< divisor, clamped, then rounded (QONNX Trunc)
  };
  Kind kind = Kind::Clamped;
  float scale = 1, zero = 0;
  int64_t low = 0, high = 1;
  Rounding rounding = Rounding::HalfEven;
  float inputScale = 1, inputZero = 0, divisor = 1; ///< of Truncated

  /// The integer of a float; -1 or 1 for Bipolar.
  int64_t quantize(float x) const;
  float dequantize(int64_t q) const {
    return (static_cast<float>(q) - zero) * scale;
  }
  /// Number of integers.
  int64_t count() const { return kind == Kind::Bipolar ? 2 : high - low + 1; }
  /// The number of an integer, from 0.
  int64_t index(int64_t q) const {
    return kind == Kind::Bipolar ? q > 0 : q - low;
  }

  /// All integers in order, at most 256.
  std::vector<int64_t> integers() const;

  /// Levels of which the first `count()` stand for the integers, in order; none
  /// if there are more than 256, `zero` is no integer or `scale` not positive,
  /// or levels cannot express the zero point.
  std::optional<Levels> levels() const;
  /// The smallest float of each integer but the first, and NaN, which no float
  /// reaches, for levels beyond the last, up to a power of two. By bisection
  /// over the ordered floats.
  std::vector<float> thresholds() const;
};

/// Levels of which the first stand for `fl((q - zero) * scale)` of these
/// integers, which rise; none if there are no 2 to 256, or levels cannot
/// express their differences or the zero point.
std::optional<Levels> levelsOfIntegers(llvm::ArrayRef<int64_t> integers,
                                       float scale, int64_t zero);

/// The smallest float, infinities included, whose index is above `k`, for each
/// `k < size`; NaN where there is none. `index` must not fall.
std::vector<float>
findFloatThresholds(int64_t size, llvm::function_ref<int64_t(float)> index);

} // namespace subbit::numerics

#endif // SUBBIT_NUMERICS_QUANTIZER_H
