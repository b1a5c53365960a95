//===- DataFiles.cpp - Images, labels and arrays from files ---------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DataFiles.h"
#include "DataFormats.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include <algorithm>

using namespace subbit;
using namespace subbit::dataformats;
using Type = DataArray::Type;

llvm::Error dataformats::fileError(llvm::StringRef path,
                                   const llvm::Twine &message) {
  return llvm::createStringError(path + ": " + message);
}

std::string dataformats::reason(std::error_code error) {
  std::string text = error.message();
  if (!text.empty())
    text[0] = llvm::toLower(text[0]);
  return text;
}

namespace {
/// An opened file, whose content may be compressed.
class DataFile {
public:
  static llvm::Expected<DataFile> open(llvm::StringRef path);

  /// The first bytes of the content, at most `headBytes` of them.
  llvm::StringRef head() const { return start; }
  /// The size of the content, for formats without a header; a gzip file only
  /// claims to have it.
  uint64_t claimedSize() const;
  /// All of the content, which must have `size` bytes to stand for `what`.
  llvm::Expected<llvm::StringRef> content(uint64_t size,
                                          const llvm::Twine &what);

  const std::string path;

private:
  DataFile(llvm::StringRef path, std::unique_ptr<llvm::MemoryBuffer> buffer)
      : path(path), buffer(std::move(buffer)) {}

  std::unique_ptr<llvm::MemoryBuffer> buffer;
  std::vector<char> inflated;
  llvm::StringRef start;
};
} // namespace

/// "FILE.npz:NAME" as the file and the name, which else is empty.
static std::pair<llvm::StringRef, llvm::StringRef>
splitArchivePath(llvm::StringRef path) {
  constexpr llvm::StringLiteral mark = ".npz:";
  size_t at = path.rfind(mark);
  if (at == llvm::StringRef::npos)
    return {path, ""};
  return {path.take_front(at + mark.size() - 1),
          path.drop_front(at + mark.size())};
}

llvm::Expected<DataFile> DataFile::open(llvm::StringRef fullPath) {
  auto [path, array] = splitArchivePath(fullPath);
  llvm::sys::fs::file_status status;
  std::error_code error = llvm::sys::fs::status(path, status);
  if (!error && !llvm::sys::fs::is_regular_file(status))
    return fileError(path, "is not a regular file; give the path of a .npy, "
                           ".npz, IDX or CIFAR-10 file");
  if (error)
    return fileError(path,
                     "cannot be opened: " + reason(error) + "; check the path");
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer)
    return fileError(path, "cannot be read: " + reason(buffer.getError()) +
                               "; check its permissions");

  if (isNpz((*buffer)->getBuffer())) {
    auto content = readNpzArray(path, (*buffer)->getBuffer(), array);
    if (!content)
      return content.takeError();
    *buffer = llvm::MemoryBuffer::getMemBufferCopy(
        llvm::StringRef(content->data(), content->size()));
  } else if (!array.empty()) {
    return fileError(path, "is no .npz archive, of which '" + array +
                               "' would be an array");
  }
  DataFile file(fullPath, std::move(*buffer));
  llvm::StringRef bytes = file.buffer->getBuffer();
  file.start = bytes.take_front(headBytes);
  if (isGzip(bytes)) {
    auto inflated = inflateGzip(path, bytes, headBytes);
    if (!inflated)
      return inflated.takeError();
    file.inflated = std::move(*inflated);
    file.start = {file.inflated.data(), file.inflated.size()};
  }
  if (file.start.empty())
    return fileError(path, "is empty; fetch or save it again");
  return file;
}

uint64_t DataFile::claimedSize() const {
  llvm::StringRef bytes = buffer->getBuffer();
  // gzip's last four bytes (RFC 1952).
  return isGzip(bytes) ? llvm::support::endian::read32le(bytes.end() - 4)
                       : bytes.size();
}

llvm::Expected<llvm::StringRef> DataFile::content(uint64_t size,
                                                  const llvm::Twine &what) {
  llvm::StringRef bytes = buffer->getBuffer();
  auto wrongSize = [&](const llvm::Twine &found) {
    return fileError(path, what + " takes " + llvm::Twine(size) +
                               " bytes with its header, but there are " +
                               found +
                               "; the file is cut off or damaged, "
                               "fetch or save it again");
  };
  bool compressed = isGzip(bytes);
  if (!compressed && bytes.size() != size)
    return wrongSize(llvm::Twine(bytes.size()));
  if (compressed && size > gzipBound(bytes.size()))
    return wrongSize("only " + llvm::Twine(bytes.size()) + " compressed ones");
  // A vector cannot report that there is no memory, so ask for it first: once
  // uncompressed, once as an array.
  uint64_t needed = compressed ? 2 * size : size;
  if (!llvm::WritableMemoryBuffer::getNewUninitMemBuffer(needed))
    return fileError(path, "there is no memory left for the " +
                               llvm::Twine(needed) +
                               " bytes it needs; split the file");
  if (!compressed)
    return bytes;

  // One more than expected shows whether there is more.
  auto result = inflateGzip(path, bytes, size + 1);
  if (!result)
    return result.takeError();
  if (result->size() != size)
    return wrongSize(result->size() > size ? llvm::Twine("more")
                                           : llvm::Twine(result->size()));
  inflated = std::move(*result);
  start = {inflated.data(), std::min(inflated.size(), headBytes)};
  return llvm::StringRef(inflated.data(), inflated.size());
}

bool dataformats::isIdx(llvm::StringRef head) {
  return head.size() >= 4 && head[0] == 0 && head[1] == 0;
}

static std::optional<Type> idxType(uint8_t code) {
  switch (code) {
  case 0x08:
    return Type::UInt8;
  case 0x09:
    return Type::Int8;
  case 0x0b:
    return Type::Int16;
  case 0x0c:
    return Type::Int32;
  case 0x0d:
    return Type::Float32;
  case 0x0e:
    return Type::Float64;
  default:
    return std::nullopt;
  }
}

llvm::Expected<Layout> dataformats::parseIdxHeader(llvm::StringRef path,
                                                   llvm::StringRef head) {
  uint8_t code = head[2], rank = head[3];
  std::optional<Type> type = idxType(code);
  if (!type)
    return fileError(path, "0x" + llvm::utohexstr(code, true, 2) +
                               " is no element type of IDX; use one of 0x08, "
                               "0x09, 0x0b, 0x0c, 0x0d, 0x0e, or .npy");
  if (rank == 0)
    return fileError(path, "an IDX file with 0 dimensions holds no rows; "
                           "write 1 dimension or more");
  Layout layout;
  layout.type = *type;
  layout.bigEndian = true;
  layout.offset = 4 + 4 * rank;
  if (head.size() < layout.offset)
    return fileError(path, "the file is cut off within its header of " +
                               llvm::Twine(layout.offset) + " bytes, after " +
                               llvm::Twine(head.size()) + "; fetch it again");
  for (unsigned i = 0; i < rank; ++i)
    layout.shape.push_back(
        llvm::support::endian::read32be(head.data() + 4 + 4 * i));
  return layout;
}

/// The elements of an array whose header has been read.
static llvm::Expected<DataArray> readElements(DataFile &file, Layout layout) {
  DataArray array;
  array.type = layout.type;
  array.shape = std::move(layout.shape);
  std::optional<uint64_t> size = bytesOf(array.type, array.shape);
  if (!size)
    return fileError(file.path, "the shape " + shapeText(array.shape) +
                                    " is impossible; use at most 64 "
                                    "dimensions, none negative, and a size "
                                    "that fits memory");
  auto content = file.content(layout.offset + *size, array.describe());
  if (!content)
    return content.takeError();
  llvm::StringRef elements = content->drop_front(layout.offset);
  array.bytes.assign(elements.begin(), elements.end());
  size_t step = DataArray::elementSize(array.type);
  if (layout.bigEndian && step > 1)
    for (size_t i = 0; i < array.bytes.size(); i += step)
      std::reverse(array.bytes.begin() + i, array.bytes.begin() + i + step);
  return array;
}

static bool isCifarName(llvm::StringRef path) {
  return path.ends_with_insensitive(".bin") ||
         path.ends_with_insensitive(".bin.gz");
}

/// CIFAR-10: per image one label and the planes red, green and blue.
static llvm::Expected<Dataset> readCifar(DataFile &file) {
  constexpr uint64_t pixels = 3 * 32 * 32, record = 1 + pixels;
  uint64_t size = file.claimedSize();
  if (size % record != 0)
    return fileError(file.path,
                     llvm::Twine(size) + " bytes are no multiple of " +
                         llvm::Twine(record) +
                         ", the size of a CIFAR-10 image with its label; fetch "
                         "CIFAR-10's binary version, or choose another name "
                         "than .bin for another format");
  uint64_t count = size / record;
  auto content = file.content(size, "a CIFAR-10 file of " + llvm::Twine(count) +
                                        " images");
  if (!content)
    return content.takeError();
  Dataset dataset;
  dataset.images.shape = {static_cast<int64_t>(count), 3, 32, 32};
  dataset.images.bytes.reserve(count * pixels);
  for (uint64_t i = 0; i < count; ++i) {
    llvm::StringRef image = content->substr(i * record, record);
    unsigned label = image.bytes_begin()[0];
    if (label > 9)
      return fileError(file.path, "image " + llvm::Twine(i) +
                                      " has the label " + llvm::Twine(label) +
                                      ", but CIFAR-10 has 0 to 9; fetch "
                                      "CIFAR-10's binary version");
    dataset.labels.push_back(label);
    dataset.images.bytes.insert(dataset.images.bytes.end(), image.begin() + 1,
                                image.end());
  }
  return dataset;
}

/// Reads a file of any format, with the labels that it brings.
static llvm::Expected<Dataset> readFile(llvm::StringRef path) {
  llvm::Expected<DataFile> file = DataFile::open(path);
  if (!file)
    return file.takeError();
  llvm::StringRef head = file->head();
  // A CIFAR file may start with any pixels, even with those of an IDX header.
  if (!isNpy(head) && isCifarName(path))
    return readCifar(*file);
  if (!isNpy(head) && !isIdx(head))
    return fileError(path, "starts with the bytes " +
                               llvm::toHex(head.take_front(4), true) +
                               ", which is neither .npy nor IDX; convert it "
                               "with numpy.save");
  llvm::Expected<Layout> layout =
      isNpy(head) ? parseNpyHeader(path, head) : parseIdxHeader(path, head);
  if (!layout)
    return layout.takeError();
  llvm::Expected<DataArray> array = readElements(*file, std::move(*layout));
  if (!array)
    return array.takeError();
  return Dataset{std::move(*array), {}};
}

llvm::Expected<DataArray> subbit::readArray(llvm::StringRef path) {
  llvm::Expected<Dataset> dataset = readFile(path);
  if (!dataset)
    return dataset.takeError();
  return std::move(dataset->images);
}

static llvm::Expected<std::vector<int64_t>> readLabels(llvm::StringRef path,
                                                       int64_t count) {
  llvm::Expected<DataArray> array = readArray(path);
  if (!array)
    return array.takeError();
  if (!array->isInteger())
    return fileError(path, "labels are integers, but this is " +
                               array->describe() +
                               "; save it with .astype('int64')");
  if (array->shape.empty() || array->numRows() != count ||
      array->rowSize() != 1)
    return fileError(path, "labels are one per image, but this is " +
                               array->describe() + " for " +
                               llvm::Twine(count) +
                               " images; give the labels of these images");
  std::vector<int64_t> labels(count);
  for (int64_t i = 0; i < count; ++i) {
    labels[i] = array->intAt(i);
    if (labels[i] < 0)
      return fileError(path, "label " + llvm::Twine(i) + " is " +
                                 llvm::Twine(labels[i]) +
                                 "; labels are class numbers from 0 on");
  }
  return labels;
}

llvm::Expected<Dataset> subbit::readDataset(llvm::StringRef path,
                                            llvm::StringRef labelsPath,
                                            int64_t count) {
  if (count < 0)
    return fileError(path, "cannot take " + llvm::Twine(count) +
                               " images; give a number, or 0 for all");
  llvm::Expected<Dataset> dataset = readFile(path);
  if (!dataset)
    return dataset.takeError();
  DataArray &images = dataset->images;
  if (images.shape.empty() || images.numElements() == 0)
    return fileError(path, "there are no images in " + images.describe() +
                               "; save them with a first dimension that "
                               "counts them");
  if (!labelsPath.empty()) {
    if (!dataset->labels.empty())
      return fileError(path, "brings its own labels; leave out " + labelsPath);
    auto labels = readLabels(labelsPath, images.numRows());
    if (!labels)
      return labels.takeError();
    dataset->labels = std::move(*labels);
  }
  if (count > 0 && count < images.numRows()) {
    images.bytes.resize(count * images.rowSize() *
                        DataArray::elementSize(images.type));
    images.shape[0] = count;
    if (!dataset->labels.empty())
      dataset->labels.resize(count);
  }
  return dataset;
}
