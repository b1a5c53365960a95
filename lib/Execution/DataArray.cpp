//===- DataArray.cpp - Elements of an array, and their normalization ------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DataFiles.h"
#include "DataFormats.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <cassert>
#include <cmath>

using namespace subbit;
using namespace subbit::dataformats;
using Type = DataArray::Type;

int64_t DataArray::elementSize(Type type) {
  switch (type) {
  case Type::Bool:
  case Type::UInt8:
  case Type::Int8:
    return 1;
  case Type::Int16:
    return 2;
  case Type::Int32:
  case Type::Float32:
    return 4;
  case Type::Int64:
  case Type::Float64:
    return 8;
  }
  llvm_unreachable("all types are covered");
}

llvm::StringRef DataArray::typeName(Type type) {
  switch (type) {
  case Type::Bool:
    return "bool";
  case Type::UInt8:
    return "uint8";
  case Type::Int8:
    return "int8";
  case Type::Int16:
    return "int16";
  case Type::Int32:
    return "int32";
  case Type::Int64:
    return "int64";
  case Type::Float32:
    return "float32";
  case Type::Float64:
    return "float64";
  }
  llvm_unreachable("all types are covered");
}

std::string DataArray::describe() const {
  return (typeName(type) + " " + shapeText(shape)).str();
}

bool DataArray::isInteger() const {
  return type != Type::Bool && type != Type::Float32 && type != Type::Float64;
}

static int64_t product(llvm::ArrayRef<int64_t> factors) {
  int64_t result = 1;
  for (int64_t factor : factors)
    result *= factor;
  return result;
}

int64_t DataArray::numElements() const { return product(shape); }

int64_t DataArray::rowSize() const {
  return product(llvm::ArrayRef<int64_t>(shape).drop_front(!shape.empty()));
}

template <typename T> static T load(const DataArray &array, int64_t i) {
  return llvm::support::endian::read<T, llvm::support::unaligned>(
      array.bytes.data() + i * sizeof(T), llvm::endianness::little);
}

int64_t DataArray::intAt(int64_t i) const {
  assert(i >= 0 && i < numElements() && "no such element");
  switch (type) {
  case Type::Bool:
    return bytes[i] != 0;
  case Type::UInt8:
    return load<uint8_t>(*this, i);
  case Type::Int8:
    return load<int8_t>(*this, i);
  case Type::Int16:
    return load<int16_t>(*this, i);
  case Type::Int32:
    return load<int32_t>(*this, i);
  case Type::Int64:
    return load<int64_t>(*this, i);
  case Type::Float32:
  case Type::Float64:
    break;
  }
  llvm_unreachable("floats are no integers");
}

std::vector<float> DataArray::rowAsFloat(int64_t i) const {
  assert(i >= 0 && i < numRows() && "no such row");
  int64_t size = rowSize();
  std::vector<float> row(size);
  for (int64_t j = 0; j < size; ++j) {
    int64_t at = i * size + j;
    if (type == Type::Float32)
      row[j] = load<float>(*this, at);
    else if (type == Type::Float64)
      row[j] = static_cast<float>(load<double>(*this, at));
    else
      row[j] = static_cast<float>(intAt(at));
  }
  return row;
}

std::string dataformats::shapeText(llvm::ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(shape.take_front(16), os, "x");
  if (shape.size() > 16)
    os << "x...";
  return text;
}

std::optional<uint64_t> dataformats::bytesOf(Type type,
                                             llvm::ArrayRef<int64_t> shape) {
  int64_t bound = DataArray::elementSize(type);
  if (shape.size() > 64)
    return std::nullopt;
  for (int64_t dim : shape)
    if (dim < 0 || (dim > 0 && llvm::MulOverflow(bound, dim, bound)))
      return std::nullopt;
  return llvm::is_contained(shape, 0) ? 0 : bound;
}

static llvm::Error fail(const llvm::Twine &message) {
  return llvm::createStringError("normalization: " + message);
}

static std::string text(float value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%g", value);
  return text;
}

static llvm::Error checkPerChannel(llvm::StringRef name,
                                   llvm::ArrayRef<float> values,
                                   int64_t channels) {
  if (values.size() != 1 && static_cast<int64_t>(values.size()) != channels)
    return fail(name + " has " + llvm::Twine(values.size()) +
                " numbers, but the image has " + llvm::Twine(channels) +
                " channels; give one number, or one per channel");
  for (auto [i, value] : llvm::enumerate(values))
    if (!std::isfinite(value))
      return fail(name + " of channel " + llvm::Twine(i) + " is " +
                  text(value) + "; give a finite number");
  return llvm::Error::success();
}

llvm::Error subbit::normalize(const Normalization &normalization,
                              const DataArray &images, int64_t row,
                              llvm::ArrayRef<int64_t> shape,
                              llvm::MutableArrayRef<float> out) {
  int64_t size = images.rowSize();
  std::optional<uint64_t> bytes = bytesOf(Type::UInt8, shape);
  if (!bytes || *bytes != static_cast<uint64_t>(size) ||
      out.size() != static_cast<size_t>(size))
    return fail("one row of the data, " + images.describe() + ", has " +
                llvm::Twine(size) + " elements, which do not fill the shape " +
                shapeText(shape) + " and " + llvm::Twine(out.size()) +
                " floats; give images of the model's input shape");
  if (row < 0 || row >= images.numRows())
    return fail("there is no image " + llvm::Twine(row) + " in " +
                images.describe() + "; the first is image 0");

  int64_t channels = shape.size() == 3 ? shape.front() : 1;
  if (!std::isfinite(normalization.scale))
    return fail("scale is " + text(normalization.scale) +
                "; give a finite number");
  if (llvm::Error error = checkPerChannel("mean", normalization.mean, channels))
    return error;
  if (llvm::Error error = checkPerChannel("std", normalization.std, channels))
    return error;
  for (auto [i, value] : llvm::enumerate(normalization.std))
    if (value == 0)
      return fail("std of channel " + llvm::Twine(i) +
                  " is 0, by which nothing can be divided; give another "
                  "number, or 1 to leave the channel as it is");

  std::vector<float> pixels = images.rowAsFloat(row);
  int64_t plane = channels == 0 ? 0 : size / channels;
  for (int64_t i = 0; i < size; ++i) {
    int64_t channel = i / plane;
    float mean =
        normalization.mean[normalization.mean.size() == 1 ? 0 : channel];
    float deviation =
        normalization.std[normalization.std.size() == 1 ? 0 : channel];
    float scaled = pixels[i] * normalization.scale;
    float centered = scaled - mean;
    out[i] = centered / deviation;
  }
  return llvm::Error::success();
}
