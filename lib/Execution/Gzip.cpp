//===- Gzip.cpp - Uncompressing gzip files within bounds ------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DataFormats.h"
#include <algorithm>
#include <zlib.h>

using namespace subbit;

bool dataformats::isGzip(llvm::StringRef content) {
  return content.starts_with("\x1f\x8b");
}

uint64_t dataformats::gzipBound(uint64_t compressedBytes) {
  return compressedBytes * 1032;
}

namespace {
/// zlib's state, released on every way out.
struct Inflater {
  z_stream stream = {};
  // 15: the largest window; 16: expect a gzip header.
  bool ready = inflateInit2(&stream, 15 + 16) == Z_OK;
  ~Inflater() {
    if (ready)
      inflateEnd(&stream);
  }
};
} // namespace

llvm::Expected<std::vector<char>>
dataformats::inflateGzip(llvm::StringRef path, llvm::StringRef content,
                         uint64_t limit) {
  constexpr size_t step = 1 << 20;
  Inflater inflater;
  if (!inflater.ready)
    return fileError(path, "there is no memory left to uncompress it; "
                           "uncompress it with gunzip first");

  z_stream &stream = inflater.stream;
  std::vector<char> result;
  result.reserve(std::min(limit, gzipBound(content.size())));
  llvm::StringRef rest = content;
  while (result.size() < limit) {
    size_t before = result.size();
    size_t room = std::min<uint64_t>(limit - before, step);
    size_t given = std::min(rest.size(), step);
    result.resize(before + room);
    stream.next_out = reinterpret_cast<Bytef *>(result.data() + before);
    stream.avail_out = room;
    // zlib's interface predates const; it does not write to its input.
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(rest.data()));
    stream.avail_in = given;
    int status = inflate(&stream, Z_NO_FLUSH);
    result.resize(before + room - stream.avail_out);
    rest = rest.drop_front(given - stream.avail_in);

    if (status == Z_STREAM_END) {
      if (rest.empty())
        break;
      // Concatenated gzip files stand for their concatenated contents.
      if (isGzip(rest) && inflateReset(&stream) == Z_OK)
        continue;
      return fileError(path, llvm::Twine(rest.size()) +
                                 " bytes follow the end of the gzip data; "
                                 "compress the file again with gzip");
    }
    if (status == Z_BUF_ERROR ||
        (status == Z_OK && rest.empty() && stream.avail_out > 0))
      return fileError(path, "the gzip data is cut off after " +
                                 llvm::Twine(content.size()) +
                                 " bytes; fetch the file again");
    if (status != Z_OK)
      return fileError(path, "the gzip data is corrupt at byte " +
                                 llvm::Twine(content.size() - rest.size()) +
                                 " (" +
                                 (stream.msg ? stream.msg : "no reason given") +
                                 "); fetch the file again");
  }
  return result;
}
