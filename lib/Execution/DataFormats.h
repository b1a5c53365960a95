//===- DataFormats.h - What the data file readers share ---------*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EXECUTION_DATAFORMATS_H
#define SUBBIT_EXECUTION_DATAFORMATS_H

#include "DataFiles.h"
#include "llvm/ADT/Twine.h"
#include <optional>

namespace subbit::dataformats {

/// No header may be longer than this: readers look at no more than a file's
/// first `headBytes` to learn its layout.
constexpr size_t headBytes = 1 << 16;

/// How a header says the elements are stored.
struct Layout {
  DataArray::Type type = DataArray::Type::UInt8;
  std::vector<int64_t> shape;
  bool bigEndian = false;
  /// Bytes before the first element, and of all elements.
  uint64_t offset = 0;
  uint64_t dataBytes = 0;
};

/// "PATH: MESSAGE".
llvm::Error fileError(llvm::StringRef path, const llvm::Twine &message);

/// The system's reason for a failure, as part of a message.
std::string reason(std::error_code error);

/// "28x28", "scalar" for rank 0; no more than the first 16 dimensions.
std::string shapeText(llvm::ArrayRef<int64_t> shape);

/// Bytes that such an array takes. Nothing if a dimension is negative, if there
/// are more than 64, which is numpy's limit, or if the product of those that
/// are not zero overflows, so that no partial product can.
std::optional<uint64_t> bytesOf(DataArray::Type type,
                                llvm::ArrayRef<int64_t> shape);

/// True for content that starts as numpy's `.npy` does.
bool isNpy(llvm::StringRef head);
/// The layout that the header of a `.npy` file announces.
llvm::Expected<Layout> parseNpyHeader(llvm::StringRef path,
                                      llvm::StringRef head);

/// True for content that starts as IDX does, with two zeros.
bool isIdx(llvm::StringRef head);
/// The layout that the header of an IDX file announces.
llvm::Expected<Layout> parseIdxHeader(llvm::StringRef path,
                                      llvm::StringRef head);

/// True for content that starts as gzip does.
bool isGzip(llvm::StringRef content);
/// The most bytes that a gzip file of this size can stand for: deflate spends
/// at least 2 bits on 258 bytes (RFC 1951).
uint64_t gzipBound(uint64_t compressedBytes);
/// Uncompresses `content` up to `limit` bytes. Checksums are verified once the
/// end is reached, so ask for one byte more than is expected.
llvm::Expected<std::vector<char>>
inflateGzip(llvm::StringRef path, llvm::StringRef content, uint64_t limit);

/// True for content that starts as a `.npz` archive does.
bool isNpz(llvm::StringRef content);
/// The `.npy` content of the array of this name, or of the only one where the
/// name is empty.
llvm::Expected<std::vector<char>> readNpzArray(llvm::StringRef path,
                                               llvm::StringRef content,
                                               llvm::StringRef name);

} // namespace subbit::dataformats

#endif // SUBBIT_EXECUTION_DATAFORMATS_H
