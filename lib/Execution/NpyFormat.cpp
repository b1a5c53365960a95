//===- NpyFormat.cpp - numpy's .npy files, read and written ---------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DataFormats.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

using namespace subbit;
using namespace subbit::dataformats;
using Type = DataArray::Type;

namespace {
constexpr llvm::StringLiteral magic = "\x93NUMPY";

struct TypeCode {
  Type type;
  llvm::StringLiteral code;
};
constexpr TypeCode typeCodes[] = {{Type::Bool, "b1"},    {Type::UInt8, "u1"},
                                  {Type::Int8, "i1"},    {Type::Int16, "i2"},
                                  {Type::Int32, "i4"},   {Type::Int64, "i8"},
                                  {Type::Float32, "f4"}, {Type::Float64, "f8"}};

/// Parser of the Python dictionary that describes the array:
///   {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class HeaderParser {
public:
  HeaderParser(llvm::StringRef path, llvm::StringRef text)
      : path(path), rest(text) {}

  llvm::Expected<Layout> parse();

private:
  llvm::Error malformed() const;
  llvm::Error parseEntry();
  llvm::Error parseType();
  llvm::Error parseOrder();
  llvm::Error parseShape();

  bool consume(llvm::StringRef token) {
    rest = rest.ltrim();
    return rest.consume_front(token);
  }
  /// A quoted string without escapes, which numpy needs none of.
  std::optional<llvm::StringRef> string() {
    rest = rest.ltrim();
    if (rest.empty() || (rest[0] != '\'' && rest[0] != '"'))
      return std::nullopt;
    size_t end = rest.find(rest[0], 1);
    if (end == llvm::StringRef::npos)
      return std::nullopt;
    llvm::StringRef value = rest.slice(1, end);
    rest = rest.drop_front(end + 1);
    return value;
  }

  llvm::StringRef path;
  llvm::StringRef rest;
  Layout layout;
  bool hasType = false, hasOrder = false, hasShape = false;
};
} // namespace

/// A piece of a file for a message: short, and of printable characters.
static std::string quote(llvm::StringRef text) {
  std::string quoted;
  llvm::raw_string_ostream os(quoted);
  os << '\'';
  llvm::printEscapedString(text.take_front(24), os);
  os << (text.size() > 24 ? "...'" : "'");
  return quoted;
}

llvm::Error HeaderParser::malformed() const {
  return fileError(path, "the header is not as numpy writes it, from " +
                             quote(rest.ltrim()) +
                             " on; save it again with numpy.save");
}

llvm::Expected<Layout> HeaderParser::parse() {
  if (!consume("{"))
    return malformed();
  while (!consume("}")) {
    if (llvm::Error error = parseEntry())
      return std::move(error);
    if (!consume(",") && !rest.ltrim().starts_with("}"))
      return malformed();
  }
  if (!rest.trim().empty())
    return malformed();
  llvm::StringRef missing = !hasType    ? "descr"
                            : !hasOrder ? "fortran_order"
                            : !hasShape ? "shape"
                                        : "";
  if (!missing.empty())
    return fileError(path, "the header lacks '" + missing +
                               "'; save it again with numpy.save");
  return layout;
}

llvm::Error HeaderParser::parseEntry() {
  llvm::StringRef start = rest;
  std::optional<llvm::StringRef> key = string();
  if (key && consume(":")) {
    if (key == "descr" && !std::exchange(hasType, true))
      return parseType();
    if (key == "fortran_order" && !std::exchange(hasOrder, true))
      return parseOrder();
    if (key == "shape" && !std::exchange(hasShape, true))
      return parseShape();
  }
  rest = start;
  return malformed();
}

llvm::Error HeaderParser::parseType() {
  if (rest.ltrim().starts_with("["))
    return fileError(path, "an array of records is not supported; save each "
                           "field as an array of its own");
  std::optional<llvm::StringRef> descr = string();
  if (!descr)
    return malformed();
  for (const TypeCode &known : typeCodes) {
    if (descr->drop_front(!descr->empty()) != known.code)
      continue;
    bool isByte = DataArray::elementSize(known.type) == 1;
    if (descr->front() == '<' || (descr->front() == '|' && isByte)) {
      layout.type = known.type;
      return llvm::Error::success();
    }
    if (descr->front() == '>')
      return fileError(path, "big-endian elements " + quote(*descr) +
                                 " are not supported; save it with "
                                 "numpy.save after .astype('<" +
                                 known.code + "')");
  }
  return fileError(path, "elements of type " + quote(*descr) +
                             " are not supported; save it with numpy.save "
                             "after .astype to float32, float64, uint8, int8, "
                             "int16, int32, int64 or bool");
}

llvm::Error HeaderParser::parseOrder() {
  if (consume("False"))
    return llvm::Error::success();
  if (consume("True"))
    return fileError(path, "fortran order is not supported; save it with "
                           "numpy.ascontiguousarray");
  return malformed();
}

llvm::Error HeaderParser::parseShape() {
  if (!consume("("))
    return malformed();
  while (!consume(")")) {
    int64_t dim;
    rest = rest.ltrim();
    if (rest.consumeInteger(10, dim))
      return malformed();
    layout.shape.push_back(dim);
    if (!consume(",") && !rest.ltrim().starts_with(")"))
      return malformed();
  }
  return llvm::Error::success();
}

bool dataformats::isNpy(llvm::StringRef head) {
  return head.starts_with(magic);
}

llvm::Expected<Layout> dataformats::parseNpyHeader(llvm::StringRef path,
                                                   llvm::StringRef head) {
  llvm::StringRef rest = head.drop_front(magic.size());
  auto cutOff = [&] {
    return fileError(path, "the file is cut off within its header, after " +
                               llvm::Twine(head.size()) +
                               " bytes; save it again with numpy.save");
  };
  if (rest.size() < 2)
    return cutOff();
  unsigned major = rest.bytes_begin()[0], minor = rest.bytes_begin()[1];
  if (major < 1 || major > 3 || minor != 0)
    return fileError(path, "version " + llvm::Twine(major) + "." +
                               llvm::Twine(minor) +
                               " of .npy is not supported; save it with "
                               "numpy.lib.format.write_array, version (1, 0)");
  rest = rest.drop_front(2);
  size_t lengthBytes = major == 1 ? 2 : 4;
  if (rest.size() < lengthBytes)
    return cutOff();
  uint64_t length = major == 1 ? llvm::support::endian::read16le(rest.data())
                               : llvm::support::endian::read32le(rest.data());
  uint64_t offset = magic.size() + 2 + lengthBytes + length;
  if (offset > headBytes)
    return fileError(path, "a header of " + llvm::Twine(length) +
                               " bytes is too long; save it again with "
                               "numpy.save");
  if (offset > head.size())
    return cutOff();

  auto layout = HeaderParser(path, rest.substr(lengthBytes, length)).parse();
  if (layout)
    layout->offset = offset;
  return layout;
}

static std::string headerFor(const DataArray &array) {
  llvm::StringRef code;
  for (const TypeCode &known : typeCodes)
    if (known.type == array.type)
      code = known.code;
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "{'descr': '" << (DataArray::elementSize(array.type) == 1 ? '|' : '<')
     << code << "', 'fortran_order': False, 'shape': (";
  llvm::interleaveComma(array.shape, os);
  os << (array.shape.size() == 1 ? "," : "") << "), }";
  // numpy aligns the elements to 64 bytes.
  constexpr size_t prefix = magic.size() + 4;
  os.indent(63 - (prefix + text.size()) % 64) << '\n';

  char length[2];
  llvm::support::endian::write16le(length, text.size());
  return (magic + llvm::StringRef("\1\0", 2) + llvm::StringRef(length, 2) +
          text)
      .str();
}

llvm::Error subbit::writeNpy(llvm::StringRef path, const DataArray &array) {
  namespace fs = llvm::sys::fs;
  if (bytesOf(array.type, array.shape) != array.bytes.size())
    return fileError(path, "cannot write " + array.describe() + " from " +
                               llvm::Twine(array.bytes.size()) +
                               " bytes; give as many as the shape takes");
  // Renaming would replace a device, such as /dev/null, by a file.
  if (fs::exists(path) && !fs::is_regular_file(path))
    return fileError(path, "cannot write over what is not a regular file; "
                           "choose another name");

  auto cannotWrite = [&](std::error_code error) {
    return fileError(path, "cannot write " + llvm::Twine(array.bytes.size()) +
                               " bytes here: " + reason(error) +
                               "; check the directory and its free space");
  };
  // Only the suffix is a pattern: a '%' in the path stands for itself.
  llvm::SmallString<16> suffix;
  fs::createUniquePath(".%%%%%%%%.tmp", suffix, /*MakeAbsolute=*/false);
  std::string temporary = (path + suffix).str();
  std::error_code error;
  llvm::raw_fd_ostream os(temporary, error, fs::CD_CreateNew);
  if (error)
    return cannotWrite(error);
  llvm::sys::RemoveFileOnSignal(temporary);
  os << headerFor(array);
  os.write(array.bytes.data(), array.bytes.size());
  os.close();
  error = os.error();
  os.clear_error();
  if (!error)
    error = fs::rename(temporary, path);
  if (error)
    fs::remove(temporary);
  llvm::sys::DontRemoveFileOnSignal(temporary);
  if (error)
    return cannotWrite(error);
  return llvm::Error::success();
}
