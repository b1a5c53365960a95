//===- DataFiles.h - Images, labels and arrays from files -------*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EXECUTION_DATAFILES_H
#define SUBBIT_EXECUTION_DATAFILES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>
#include <vector>

namespace subbit {

/// An array as a file holds it: element type, shape and elements.
struct DataArray {
  enum class Type { Bool, UInt8, Int8, Int16, Int32, Int64, Float32, Float64 };

  Type type = Type::UInt8;
  /// Rank 0 is a scalar. The first dimension counts rows: images, labels.
  std::vector<int64_t> shape;
  /// The elements, row-major and little-endian, `numElements()` times
  /// `elementSize(type)` bytes.
  std::vector<char> bytes;

  /// Bytes of one element.
  static int64_t elementSize(Type type);
  /// numpy's name of a type: "uint8".
  static llvm::StringRef typeName(Type type);
  /// Type and shape for messages: "uint8 60000x28x28", "float32 scalar".
  std::string describe() const;

  /// True for the signed and unsigned integers; bool is none.
  bool isInteger() const;
  /// Product of the dimensions, 1 for a scalar.
  int64_t numElements() const;
  /// First dimension, 1 for a scalar.
  int64_t numRows() const { return shape.empty() ? 1 : shape.front(); }
  /// Elements per row: the product of all dimensions but the first.
  int64_t rowSize() const;
  /// The `rowSize()` elements of row `i`, which must be below `numRows()`, each
  /// rounded once to float.
  std::vector<float> rowAsFloat(int64_t i) const;
  /// Element `i` in row-major order, which must be below `numElements()`, of an
  /// array of integers or bools.
  int64_t intAt(int64_t i) const;
};

/// Images and what they show.
struct Dataset {
  /// [N, ...], any element type.
  DataArray images;
  /// [N] non-negative class numbers; empty if the files bring none.
  std::vector<int64_t> labels;
};

/// Reads one array. The format is recognized by content, except for CIFAR:
///  - `.npy`, versions 1 to 3: f4 f8 u1 i1 i2 i4 i8 b1, little-endian, C order;
///  - `.npz`, archives of these: FILE.npz where they hold one array, or
///    FILE.npz:NAME;
///  - IDX as MNIST ships it (magic 0x0000TTNN, big-endian), all its types;
///  - CIFAR-10 binaries, named `.bin` or `.bin.gz`: the images alone, as
///    uint8 [N, 3, 32, 32].
/// Each may be gzipped, whatever its name. Only regular files are read. A file
/// must hold exactly what its header announces, which is checked before memory
/// is taken, and bounds what is uncompressed.
///
/// Every error names the file, what was found in it and what to do about it.
llvm::Expected<DataArray> readArray(llvm::StringRef path);

/// Reads images of any format of `readArray`, at least one, and their labels:
/// from `labelsPath`, one integer per image (shape [N] or [N, 1]), or from the
/// CIFAR file itself; no labels if `labelsPath` is empty. Keeps the first
/// `count` images, all of them if `count` is 0 or more than there are.
llvm::Expected<Dataset> readDataset(llvm::StringRef path,
                                    llvm::StringRef labelsPath, int64_t count);

/// Writes `array` as `.npy` version 1.0. The file appears under its name when
/// it is complete; an error leaves what was there before.
llvm::Error writeNpy(llvm::StringRef path, const DataArray &array);

/// What turns a pixel into a model's input: `(pixel * scale - mean) / std`.
struct Normalization {
  float scale = 1;
  /// One for all channels, or one per channel.
  std::vector<float> mean{0};
  std::vector<float> std{1};
};

/// Writes row `row` of `images` to `out` as floats, each step of
/// `x = (pixel * scale - mean) / std` rounded to float on its own. The default
/// normalization leaves floats unchanged.
///
/// `shape` is that of one image and must have as many elements as a row, as
/// must `out`. CHW has C channels, every other rank has one. Errors: a shape
/// that does not fit, a row that does not exist, lists that are neither one
/// long nor one per channel, a `std` of zero, numbers that are not finite.
llvm::Error normalize(const Normalization &normalization,
                      const DataArray &images, int64_t row,
                      llvm::ArrayRef<int64_t> shape,
                      llvm::MutableArrayRef<float> out);

} // namespace subbit

#endif // SUBBIT_EXECUTION_DATAFILES_H
