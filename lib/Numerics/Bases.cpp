//===- Bases.cpp - Grouped binary bases on plain arrays -------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Numerics/Bases.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace llvm;
using namespace subbit::numerics;

Grouping::Grouping(ArrayRef<int64_t> shape, ArrayRef<int64_t> group)
    : tensorShape(shape), groupShape(group), elements(1), groups(1) {
  for (auto [dim, size] : zip(shape, group)) {
    gridShape.push_back((dim + size - 1) / size);
    elements *= dim;
    groups *= gridShape.back();
  }
}

void Grouping::box(int64_t g, SmallVectorImpl<int64_t> &begin,
                   SmallVectorImpl<int64_t> &size) const {
  size_t rank = tensorShape.size();
  begin.resize(rank);
  size.resize(rank);
  for (size_t d = rank; d-- > 0;) {
    begin[d] = g % gridShape[d] * groupShape[d];
    size[d] = std::min(groupShape[d], tensorShape[d] - begin[d]);
    g /= gridShape[d];
  }
}

int64_t Grouping::groupSize(int64_t g) const {
  SmallVector<int64_t, 4> begin, size;
  box(g, begin, size);
  int64_t n = 1;
  for (int64_t s : size)
    n *= s;
  return n;
}

void Grouping::forEachElement(int64_t g,
                              function_ref<void(int64_t, int64_t)> fn) const {
  SmallVector<int64_t, 4> begin, size, stride(tensorShape.size(), 1);
  box(g, begin, size);
  size_t rank = tensorShape.size();
  for (size_t d = rank - 1; d-- > 0;)
    stride[d] = stride[d + 1] * tensorShape[d + 1];
  int64_t first = 0, total = 1;
  for (size_t d = 0; d < rank; ++d) {
    first += begin[d] * stride[d];
    total *= size[d];
  }
  SmallVector<int64_t, 4> at(rank, 0);
  for (int64_t k = 0, element = first; k < total; ++k) {
    fn(k, element);
    for (size_t d = rank; d-- > 0;) {
      element += stride[d];
      if (++at[d] < size[d])
        break;
      element -= size[d] * stride[d];
      at[d] = 0;
    }
  }
}

std::vector<int16_t> subbit::numerics::decodeIntegers(const Grouping &grouping,
                                                      const Bases &bases) {
  std::vector<int16_t> values(grouping.numElements(), 0);
  int64_t row = 0, word = 0;
  for (int64_t g = 0; g < grouping.numGroups(); ++g) {
    int64_t width = bases.widths[g], words = grouping.groupWords(g);
    int16_t offset = bases.offsets.empty() ? 0 : bases.offsets[g];
    if (width || offset)
      grouping.forEachElement(g, [&](int64_t k, int64_t element) {
        int32_t value = offset;
        for (int64_t i = 0; i < width; ++i) {
          uint32_t bits = bases.signs[word + i * words + k / kWordBits];
          int32_t a = bases.coordinates[row + i];
          value += (bits >> (k % kWordBits)) & 1 ? a : -a;
        }
        values[element] = static_cast<int16_t>(value);
      });
    row += width;
    word += width * words;
  }
  return values;
}

std::vector<float> subbit::numerics::decodeFloats(const Grouping &grouping,
                                                  const Bases &bases) {
  std::vector<int16_t> integers = decodeIntegers(grouping, bases);
  std::vector<float> values(integers.size());
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = bases.step(i / grouping.elementsPerOutput()) * integers[i];
  return values;
}

int64_t subbit::numerics::formulaBits(const Grouping &grouping,
                                      const Bases &bases, int64_t maxBits) {
  int64_t bits = grouping.numGroups() * Log2_64_Ceil(maxBits + 1);
  for (int64_t g = 0; g < grouping.numGroups(); ++g)
    bits += bases.widths[g] * (grouping.groupSize(g) + 32);
  if (!bases.offsets.empty())
    bits += 32 * grouping.numGroups();
  return bits;
}
