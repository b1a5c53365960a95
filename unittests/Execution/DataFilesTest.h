//===- DataFilesTest.h - Data files to test with ----------------*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_UNITTESTS_EXECUTION_DATAFILESTEST_H
#define SUBBIT_UNITTESTS_EXECUTION_DATAFILESTEST_H

#include "lib/Execution/DataFiles.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"
#include <zlib.h>

namespace subbit::test {

using Type = DataArray::Type;
using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;

/// Tests with a directory of their own.
struct DataFiles : testing::Test {
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("subbit-data", dir));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(dir); }

  std::string path(llvm::StringRef name) const {
    llvm::SmallString<128> path(dir);
    llvm::sys::path::append(path, name);
    return path.str().str();
  }
  std::string write(llvm::StringRef name, llvm::StringRef bytes) const {
    std::error_code error;
    llvm::raw_fd_ostream(path(name), error) << bytes;
    EXPECT_FALSE(error);
    return path(name);
  }
  /// What is said about an unreadable array, without the file's directory.
  std::string arrayError(llvm::StringRef name, llvm::StringRef bytes) const {
    return error(readArray(write(name, bytes)));
  }
  template <typename T> std::string error(llvm::Expected<T> result) const {
    return result ? "no error" : error(result.takeError());
  }
  std::string error(llvm::Error error) const {
    std::string text = llvm::toString(std::move(error));
    EXPECT_NE(text.back(), '.');
    EXPECT_EQ(text.find('\n'), std::string::npos);
    llvm::StringRef rest = text;
    rest.consume_front((dir + "/").str());
    return rest.str();
  }

  llvm::SmallString<128> dir;
};

/// A `.npy` file with this header and these elements.
inline std::string npy(llvm::StringRef header, llvm::StringRef data,
                       char version = 1) {
  std::string file = "\x93NUMPY";
  file += {version, 0, static_cast<char>(header.size()),
           static_cast<char>(header.size() >> 8)};
  if (version > 1)
    file += {0, 0};
  return file + header.str() + data.str();
}

inline std::string npy(llvm::StringRef descr, llvm::StringRef shape,
                       llvm::StringRef data) {
  return npy(("{'descr': '" + descr +
              "', 'fortran_order': False, 'shape': " + shape + ", }\n")
                 .str(),
             data);
}

inline std::string bytes(std::initializer_list<int> values) {
  return std::string(values.begin(), values.end());
}

inline std::string gzip(const std::string &text) {
  std::string result(text.size() + 64, 0);
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(text.data()));
  stream.avail_in = text.size();
  stream.next_out = reinterpret_cast<Bytef *>(result.data());
  stream.avail_out = result.size();
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

/// 2 images of 1x3.
inline const std::string idx =
    bytes({0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 255, 4, 5, 6});

/// Images `i` of label `i % 10` whose pixels are `100 + i`.
inline std::string cifar(int images) {
  std::string file;
  for (int i = 0; i < images; ++i)
    file += std::string(1, i % 10) + std::string(3072, 100 + i);
  return file;
}

} // namespace subbit::test

#endif // SUBBIT_UNITTESTS_EXECUTION_DATAFILESTEST_H
