//===- Sketch.cpp - Structured sketching of weights -----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/Sketch.h"
#include "llvm/Support/Parallel.h"
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

using namespace llvm;
using namespace subbit::numerics;

namespace {

constexpr int kMaxBases = 8;

/// The bases of one group while it is being sketched. Codes hold the sign bits
/// of an element, bit i for basis i, so that sums depend on a code alone.
struct GroupSketch {
  int bases = 0;
  std::array<double, kMaxBases> alpha{};
  std::vector<uint8_t> codes;

  double sum(uint8_t code) const {
    double s = 0;
    for (int i = 0; i < bases; ++i)
      s += (code >> i) & 1 ? alpha[i] : -alpha[i];
    return s;
  }
};

double squaredNorm(ArrayRef<float> w) {
  double norm = 0;
  for (float x : w)
    norm += static_cast<double>(x) * x;
  return norm;
}

/// B'B and B'w, the normal equations of a group's coordinates.
struct NormalEquations {
  double gram[kMaxBases][kMaxBases] = {};
  double right[kMaxBases] = {};

  NormalEquations(const GroupSketch &g, ArrayRef<float> w);
  /// |w - B alpha|^2 - |w|^2.
  double error(ArrayRef<double> alpha) const;
};

NormalEquations::NormalEquations(const GroupSketch &g, ArrayRef<float> w) {
  int n = g.bases;
  // Elements of equal code first, so that the work per element is constant.
  std::array<int64_t, 1 << kMaxBases> count;
  std::array<double, 1 << kMaxBases> sums;
  std::fill_n(count.begin(), 1 << n, 0);
  std::fill_n(sums.begin(), 1 << n, 0);
  for (size_t k = 0; k < w.size(); ++k) {
    ++count[g.codes[k]];
    sums[g.codes[k]] += w[k];
  }
  for (int code = 0; code < (1 << n); ++code) {
    if (!count[code])
      continue;
    for (int i = 0; i < n; ++i) {
      double sign = (code >> i) & 1 ? 1 : -1;
      right[i] += sign * sums[code];
      for (int j = 0; j < n; ++j)
        gram[i][j] += ((code >> j) & 1 ? sign : -sign) * count[code];
    }
  }
}

double NormalEquations::error(ArrayRef<double> alpha) const {
  double e = 0;
  for (size_t i = 0; i < alpha.size(); ++i) {
    double product = -2 * right[i];
    for (size_t j = 0; j < alpha.size(); ++j)
      product += gram[i][j] * alpha[j];
    e += alpha[i] * product;
  }
  return e;
}

/// Solves (B'B) alpha = B'w. Correlations of bases are integers, exact in
/// double; bases are independent (Theorem A.1), so plain elimination works.
void solveCoordinates(GroupSketch &g, ArrayRef<float> w) {
  int n = g.bases;
  NormalEquations normal(g, w);
  double a[kMaxBases][kMaxBases + 1];
  for (int i = 0; i < n; ++i) {
    std::copy_n(normal.gram[i], n, a[i]);
    a[i][n] = normal.right[i];
  }
  for (int i = 0; i < n; ++i) {
    int pivot = i;
    for (int r = i + 1; r < n; ++r)
      if (std::abs(a[r][i]) > std::abs(a[pivot][i]))
        pivot = r;
    std::swap(a[i], a[pivot]);
    if (a[i][i] == 0)
      return; // Dependent bases: the last coordinates stay.
    for (int r = 0; r < n; ++r) {
      if (r == i)
        continue;
      double f = a[r][i] / a[i][i];
      for (int c = i; c <= n; ++c)
        a[r][c] -= f * a[i][c];
    }
  }
  for (int i = 0; i < n; ++i)
    g.alpha[i] = a[i][n] / a[i][i];
}

/// Makes coordinates positive and orders bases by falling coordinate.
void canonicalize(GroupSketch &g) {
  std::array<int, kMaxBases> order{};
  std::iota(order.begin(), order.begin() + g.bases, 0);
  uint8_t flip = 0;
  for (int i = 0; i < g.bases; ++i)
    if (g.alpha[i] < 0) {
      flip |= 1 << i;
      g.alpha[i] = -g.alpha[i];
    }
  std::sort(order.begin(), order.begin() + g.bases, [&](int x, int y) {
    return g.alpha[x] != g.alpha[y] ? g.alpha[x] > g.alpha[y] : x < y;
  });
  std::array<uint8_t, 256> map{};
  std::array<double, kMaxBases> alpha{};
  for (int code = 0; code < (1 << g.bases); ++code)
    for (int i = 0; i < g.bases; ++i)
      if (((code ^ flip) >> order[i]) & 1)
        map[code] |= 1 << i;
  for (int i = 0; i < g.bases; ++i)
    alpha[i] = g.alpha[order[i]];
  g.alpha = alpha;
  for (uint8_t &code : g.codes)
    code = map[code];
}

/// Alg. 1.
void sketchInto(GroupSketch &g, ArrayRef<float> w,
                const SketchOptions &options) {
  g.bases = 0;
  g.codes.assign(w.size(), 0);
  double norm = squaredNorm(w), error = norm;
  int limit = std::min<int64_t>(
      {options.maxBits, kMaxBases, static_cast<int64_t>(w.size())});
  while (g.bases < limit && error > options.tolerance * norm && error > 0) {
    for (size_t k = 0; k < w.size(); ++k)
      if (w[k] - g.sum(g.codes[k]) >= 0)
        g.codes[k] |= 1 << g.bases;
    g.alpha[g.bases++] = 0;
    solveCoordinates(g, w);
    error = 0;
    for (size_t k = 0; k < w.size(); ++k) {
      double e = w[k] - g.sum(g.codes[k]);
      error += e * e;
    }
    // Rounding leaves a residue of an exact sketch; it is no basis.
    if (error <= 1e-14 * norm)
      break;
  }
  canonicalize(g);
}

/// Rounds coordinates to integers in units of `step` and refines them by steps
/// of one while that lowers the group's squared error.
void roundToGrid(GroupSketch &g, ArrayRef<float> w, double step,
                 int64_t maxInteger) {
  NormalEquations normal(g, w);
  double norm = squaredNorm(w);
  for (int i = 0; i < g.bases; ++i)
    g.alpha[i] = std::round(g.alpha[i] / step);
  // The largest |W| is bounded by the sum of the coordinates.
  auto total = [&] {
    return std::accumulate(g.alpha.begin(), g.alpha.begin() + g.bases, 0.0);
  };
  while (total() > maxInteger)
    *std::max_element(g.alpha.begin(), g.alpha.begin() + g.bases) -= 1;
  auto error = [&] {
    std::array<double, kMaxBases> scaled;
    for (int i = 0; i < g.bases; ++i)
      scaled[i] = g.alpha[i] * step;
    return normal.error(ArrayRef<double>(scaled.data(), g.bases));
  };
  // Rounding could fake a smaller gain, and the search go in circles.
  double least = 1e-12 * norm;
  double best = error();
  // On a coarse grid correlated bases may leave more than there was, and no
  // single step leads out of that: better to begin with none.
  if (best > 0) {
    g.alpha.fill(0);
    best = 0;
  }
  for (bool better = true; better;) {
    better = false;
    for (int i = 0; i < g.bases; ++i)
      for (double change : {1.0, -1.0}) {
        g.alpha[i] += change;
        double e = std::numeric_limits<double>::infinity();
        if (g.alpha[i] >= 0 && total() <= maxInteger)
          e = error();
        if (e < best - least) {
          best = e;
          better = true;
        } else {
          g.alpha[i] -= change;
        }
      }
  }
  canonicalize(g);
  // Coordinates that are 0 now, the last ones, go with their basis.
  while (g.bases && g.alpha[g.bases - 1] == 0)
    --g.bases;
  for (uint8_t &code : g.codes)
    code &= (1 << g.bases) - 1;
}

/// A bound of |sum| over the elements of the group, reached by one whose signs
/// all agree.
double largest(const GroupSketch &g) {
  double total = 0;
  for (int i = 0; i < g.bases; ++i)
    total += std::abs(g.alpha[i]);
  return total;
}

/// One output's (or, layer-wise, the whole tensor's) groups.
struct OutputSketch {
  std::vector<GroupSketch> groups;
  double scale = 0;
};

void gather(const Grouping &grouping, ArrayRef<float> weights, int64_t g,
            std::vector<float> &values) {
  values.resize(grouping.groupSize(g));
  grouping.forEachElement(
      g, [&](int64_t k, int64_t element) { values[k] = weights[element]; });
}

} // namespace

SketchedGroup subbit::numerics::sketchGroup(ArrayRef<float> weights,
                                            const SketchOptions &options) {
  GroupSketch g;
  sketchInto(g, weights, options);
  SketchedGroup result;
  for (int i = 0; i < g.bases; ++i) {
    result.coordinates.push_back(g.alpha[i]);
    result.rows.emplace_back();
    for (uint8_t code : g.codes)
      result.rows.back().push_back((code >> i) & 1 ? 1 : -1);
  }
  return result;
}

Bases subbit::numerics::sketch(const Grouping &grouping,
                               ArrayRef<float> weights,
                               const SketchOptions &options) {
  int64_t perOutput = grouping.groupsPerOutput();
  int64_t outputs = grouping.numGroups() / perOutput;
  std::vector<OutputSketch> sketches(outputs);
  parallelFor(0, outputs, [&](size_t o) {
    std::vector<float> values;
    OutputSketch &output = sketches[o];
    output.groups.resize(perOutput);
    for (int64_t i = 0; i < perOutput; ++i) {
      gather(grouping, weights, o * perOutput + i, values);
      sketchInto(output.groups[i], values, options);
      output.scale = std::max(output.scale, largest(output.groups[i]));
    }
  });

  Bases bases;
  bool perOutputStep = options.stepPerOutput && !grouping.isLayerWise();
  double layerScale = 0;
  for (const OutputSketch &output : sketches)
    layerScale = std::max(layerScale, output.scale);
  std::vector<float> steps(outputs);
  for (int64_t o = 0; o < outputs; ++o) {
    float step =
        (perOutputStep ? sketches[o].scale : layerScale) / options.maxInteger;
    // A step that is no normal float stands for nothing.
    steps[o] = std::isnormal(step) ? step : 0;
  }
  bases.steps = perOutputStep ? steps : std::vector<float>{steps[0]};

  parallelFor(0, outputs, [&](size_t o) {
    std::vector<float> values;
    for (int64_t i = 0; i < perOutput; ++i) {
      GroupSketch &g = sketches[o].groups[i];
      if (steps[o] == 0) {
        g.bases = 0;
        continue;
      }
      gather(grouping, weights, o * perOutput + i, values);
      roundToGrid(g, values, steps[o], options.maxInteger);
    }
  });

  for (int64_t g = 0; g < grouping.numGroups(); ++g) {
    const GroupSketch &group = sketches[g / perOutput].groups[g % perOutput];
    bases.widths.push_back(group.bases);
    int64_t words = grouping.groupWords(g);
    for (int i = 0; i < group.bases; ++i) {
      bases.coordinates.push_back(static_cast<int16_t>(group.alpha[i]));
      size_t first = bases.signs.size();
      bases.signs.resize(first + words, 0);
      for (size_t k = 0; k < group.codes.size(); ++k)
        bases.signs[first + k / kWordBits] |=
            static_cast<uint32_t>((group.codes[k] >> i) & 1) << (k % kWordBits);
    }
  }
  return bases;
}
