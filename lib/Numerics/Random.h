//===- Random.h - Numbers that a seed gives ------------------- -*- C++
//-*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_NUMERICS_RANDOM_H
#define SUBBIT_NUMERICS_RANDOM_H

#include <cstdint>
#include <initializer_list>
#include <random>
#include <sstream>
#include <string>

namespace subbit {

/// Random numbers that a seed gives on every platform, which those of the
/// standard library's distributions are not.
class Random {
public:
  explicit Random(uint64_t seed) : engine(seed) {}

  /// From `least` to `most`, both included.
  int64_t from(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(
                       engine() % static_cast<uint64_t>(most - least + 1));
  }
  bool chance(int64_t percent) { return from(0, 99) < percent; }
  template <typename T> T oneOf(std::initializer_list<T> values) {
    return values.begin()[from(0, static_cast<int64_t>(values.size()) - 1)];
  }

  /// Its state as text, and back.
  std::string save() const {
    std::ostringstream text;
    text << engine;
    return text.str();
  }
  void restore(const std::string &saved) {
    std::istringstream text(saved);
    text >> engine;
  }

private:
  std::mt19937_64 engine;
};

} // namespace subbit

#endif // SUBBIT_NUMERICS_RANDOM_H
