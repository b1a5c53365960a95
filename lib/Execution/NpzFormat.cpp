//===- NpzFormat.cpp - Arrays of numpy's archives -------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DataFormats.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include <zlib.h>

using namespace subbit;
using namespace subbit::dataformats;
using llvm::support::endian::read16le;
using llvm::support::endian::read32le;

namespace {

/// A file of the archive, as its directory says.
struct Member {
  llvm::StringRef name;
  uint16_t method;
  uint32_t checksum;
  uint64_t compressed, size, header;
};

constexpr uint16_t kStored = 0, kDeflated = 8;
/// Where a size or a place is too large for the old form of the directory.
constexpr uint32_t kElsewhere = 0xffffffff;

} // namespace

bool dataformats::isNpz(llvm::StringRef content) {
  return content.starts_with("PK\3\4") || content.starts_with("PK\5\6");
}

static llvm::Error cutOff(llvm::StringRef path) {
  return fileError(path, "the archive is cut off or damaged; fetch or save it "
                         "again");
}

/// The arrays of the archive (PKWARE's APPNOTE, 4.3).
static llvm::Expected<std::vector<Member>> listMembers(llvm::StringRef path,
                                                       llvm::StringRef bytes) {
  constexpr size_t endSize = 22, entrySize = 46;
  size_t end = bytes.rfind("PK\5\6");
  if (end == llvm::StringRef::npos || bytes.size() - end < endSize)
    return cutOff(path);
  uint64_t count = read16le(bytes.data() + end + 10);
  uint64_t at = read32le(bytes.data() + end + 16);
  std::vector<Member> members;
  for (uint64_t i = 0; i < count; ++i) {
    if (at > bytes.size() || bytes.size() - at < entrySize ||
        !bytes.drop_front(at).starts_with("PK\1\2"))
      return cutOff(path);
    const char *entry = bytes.data() + at;
    uint64_t nameSize = read16le(entry + 28);
    uint64_t behind = uint64_t(read16le(entry + 30)) + read16le(entry + 32);
    if (bytes.size() - at - entrySize < nameSize + behind)
      return cutOff(path);
    Member member{{entry + entrySize, nameSize}, read16le(entry + 10),
                  read32le(entry + 16),          read32le(entry + 20),
                  read32le(entry + 24),          read32le(entry + 42)};
    at += entrySize + nameSize + behind;
    if (!member.name.consume_back(".npy"))
      continue;
    if (member.compressed == kElsewhere || member.size == kElsewhere ||
        member.header == kElsewhere)
      return fileError(path, "array '" + member.name +
                                 "' takes 4 GiB or more; save it as .npy");
    members.push_back(member);
  }
  return members;
}

/// Whether `data` are deflated bytes of `result`, `size` of them.
static bool inflateRaw(llvm::StringRef data, size_t size,
                       std::vector<char> &result) {
  z_stream stream = {};
  // Without a header, of the largest window.
  if (inflateInit2(&stream, -15) != Z_OK)
    return false;
  // One more than expected shows whether there is more.
  result.resize(size + 1);
  stream.next_out = reinterpret_cast<Bytef *>(result.data());
  stream.avail_out = size + 1;
  // zlib's interface predates const; it does not write to its input.
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(data.data()));
  stream.avail_in = data.size();
  bool ends = inflate(&stream, Z_FINISH) == Z_STREAM_END;
  result.resize(size);
  size_t found = stream.total_out;
  inflateEnd(&stream);
  return ends && found == size;
}

static llvm::Expected<Member>
findMember(llvm::StringRef path, llvm::StringRef bytes, llvm::StringRef name) {
  auto members = listMembers(path, bytes);
  if (!members)
    return members.takeError();
  std::string names;
  for (const Member &member : *members) {
    if (member.name == name || (name.empty() && members->size() == 1))
      return member;
    names += (names.empty() ? "'" : ", '") + member.name.str() + "'";
  }
  if (members->empty())
    return fileError(path, "holds no array");
  std::string example = path.str() + ":" + members->front().name.str();
  if (name.empty())
    return fileError(path,
                     "holds the arrays " + names + "; name one: " + example);
  return fileError(path, "holds no array '" + name + "', but " + names);
}

llvm::Expected<std::vector<char>>
dataformats::readNpzArray(llvm::StringRef path, llvm::StringRef bytes,
                          llvm::StringRef name) {
  auto member = findMember(path, bytes, name);
  if (!member)
    return member.takeError();
  constexpr size_t headerSize = 30;
  uint64_t header = member->header;
  if (header > bytes.size() || bytes.size() - header < headerSize ||
      !bytes.drop_front(header).starts_with("PK\3\4"))
    return cutOff(path);
  uint64_t skipped = headerSize + read16le(bytes.data() + header + 26) +
                     read16le(bytes.data() + header + 28);
  if (bytes.size() - header < skipped + member->compressed)
    return cutOff(path);
  llvm::StringRef data = bytes.substr(header + skipped, member->compressed);
  if (member->method == kStored && data.size() != member->size)
    return cutOff(path);
  if (member->method != kStored && member->method != kDeflated)
    return fileError(path, "array '" + member->name +
                               "' is compressed in a way that numpy does not "
                               "use; save it with numpy.savez");
  // What it claims is bounded before memory is taken.
  if (member->size > gzipBound(data.size()) + data.size())
    return cutOff(path);
  // A vector cannot report that there is no memory, so ask for it first: once
  // here, twice where it becomes an array.
  if (!llvm::WritableMemoryBuffer::getNewUninitMemBuffer(3 * member->size))
    return fileError(path, "there is no memory left for array '" +
                               member->name + "'; split it");
  std::vector<char> result(data.begin(), data.end());
  if (member->method == kDeflated && !inflateRaw(data, member->size, result))
    return cutOff(path);
  uint32_t checksum =
      crc32_z(0, reinterpret_cast<const Bytef *>(result.data()), result.size());
  if (checksum != member->checksum)
    return cutOff(path);
  return result;
}
