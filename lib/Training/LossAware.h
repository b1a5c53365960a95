//===- LossAware.h - Steps of loss-aware quantization --------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TRAINING_LOSSAWARE_H
#define SUBBIT_TRAINING_LOSSAWARE_H

#include "lib/Training/MultiBit.h"
#include <cmath>

namespace subbit::training {

/// The moments of AMSGrad, element by element: with `t` gradients observed and
/// rate `r`, `g = r / (1 - b1^t) * mean` is the gradient's estimate and `h =
/// (sqrt(largest) + eps) / sqrt(1 - b2^t)` that of the curvature; `g / h` is
/// AMSGrad's step. The maximum is of second moments before bias correction.
class AMSGrad {
public:
  static constexpr float kBeta1 = 0.9f, kBeta2 = 0.999f, kEpsilon = 1e-8f;

  explicit AMSGrad(int64_t size)
      : mean(size, 0), square(size, 0), largest(size, 0) {}

  /// Counts one more gradient; `observe` takes its elements from `first` on.
  void beginStep() { ++steps; }
  void observe(int64_t first, llvm::ArrayRef<float> gradients);
  /// Factors of this step: `g = gradientScale(rate) * mean[i]`,
  /// `h = curvatureScale() * (sqrt(largest[i]) + eps)`.
  float gradientScale(double rate) const;
  float curvatureScale() const;
  float curvature(int64_t i, float scale) const {
    return scale * (std::sqrt(largest[i]) + kEpsilon);
  }

  std::vector<float> mean, square, largest;
  int64_t steps = 0;
};

/// Moves plain parameters by AMSGrad.
void updatePlain(llvm::MutableArrayRef<float> values,
                 llvm::ArrayRef<float> gradient, AMSGrad &state, double rate);

/// Optimizes bases and coordinates of one tensor (Alg. 3 of the ALQ paper):
/// each weight's target is `w - g/h`, its code becomes the one whose sum is
/// nearest (Eq. 20), then coordinates minimize `sum h (target - w)^2` of the
/// group in closed form (Eq. 23). `gradient` is dl/dweight, row-major; `state`
/// has an element for each code.
void updateBases(MultiBit &weights, llvm::ArrayRef<float> gradient,
                 AMSGrad &state, double rate);

/// What straight-through training makes of the float weights of a group. The
/// first two keep the group's number of bases; the others, of which each is
/// published for whole layers, take one, or two of equal coordinates for the
/// values -a, 0 and a.
enum class Projection {
  Reconstruction, ///< nearest sums, then coordinates by least squares
  LossAware,      ///< the same, squares weighted by curvature
  BinaryConnect,  ///< sign(w)
  BWN,            ///< sign(w) times the mean of |w|
  LAB,            ///< sign(w) times the mean of |w| weighted by curvature
  TerConnect,     ///< sign(w), 0 up to 0.7 times the mean of |w|
  TWN,            ///< the same times the mean of |w| of the others
  LAT,            ///< 0 up to a / 2, `a` the weighted mean of |w| of the others
};

/// A step of the straight-through estimator: AMSGrad moves `floats`, which has
/// an element for each code as `state` does, by the gradient of the weights
/// that the bases stand for, dl/dweight, row-major; then the bases are what the
/// projection makes of `floats`.
void updateStraightThrough(MultiBit &weights,
                           llvm::MutableArrayRef<float> floats,
                           llvm::ArrayRef<float> gradient, AMSGrad &state,
                           double rate, Projection projection);

/// The same without a step: bases for `floats`. Curvatures are taken for equal.
void projectFloats(MultiBit &weights, llvm::ArrayRef<float> floats,
                   Projection projection);

/// Eq. 20 and 23 for one group: codes and coordinates, of any width, for given
/// targets and curvatures of its weights.
void projectGroup(llvm::MutableArrayRef<uint8_t> codes,
                  MultiBit::Coordinates &coordinates, int width,
                  llvm::ArrayRef<float> targets,
                  llvm::ArrayRef<float> curvatures);

/// dl/dcoordinate, [groups][8], from dl/dweight.
std::vector<float> coordinateGradient(MultiBit &weights,
                                      llvm::ArrayRef<float> gradient);

/// Optimizes coordinates (Alg. 4): AMSGrad with an L2 penalty. `state` has 8
/// elements per group.
void updateCoordinates(MultiBit &weights, llvm::ArrayRef<float> gradient,
                       AMSGrad &state, double rate, double decay);

/// One tensor that takes part in pruning and its coordinates' moments.
struct Prunable {
  MultiBit *weights;
  AMSGrad *state;
};

/// Removes coordinates, with their bases, until `target` are left in all
/// tensors together (Alg. 2): the loss rises by about `-g a + h a^2 / 2` for
/// coordinate `a`; each tensor offers its lowest `share` (0 to 1), more only
/// where all offers are too few, and the lowest of all offers go.
void prune(llvm::ArrayRef<Prunable> tensors, int64_t target, double share,
           double rate);

} // namespace subbit::training

#endif // SUBBIT_TRAINING_LOSSAWARE_H
