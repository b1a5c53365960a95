//===- Tensors.cpp - Arrays of ONNX tensors -------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Importer.h"
#include "llvm/Support/Endian.h"
#include <cmath>

using namespace mlir;
using namespace subbit::importer;
using onnx::TensorProto;

using ErrorFn = function_ref<InFlightDiagnostic()>;

static std::string typeName(int32_t type) {
  if (TensorProto::DataType_IsValid(type))
    return TensorProto::DataType_Name(static_cast<TensorProto::DataType>(type));
  return std::to_string(type);
}

/// The size in bytes of an element in `raw_data`; 0 if the type is refused.
static size_t elementSize(int32_t type) {
  switch (type) {
  case TensorProto::FLOAT:
  case TensorProto::INT32:
    return 4;
  case TensorProto::INT64:
    return 8;
  case TensorProto::BOOL:
  case TensorProto::INT8:
  case TensorProto::UINT8:
    return 1;
  default:
    return 0;
  }
}

/// Types that older versions of the format do not name.
enum : int32_t { kUInt4 = 21, kInt4 = 22, kUInt2 = 25, kInt2 = 26 };

/// The bits of an element of which several share a byte; 0 for other types.
static int64_t packedBits(int32_t type) {
  if (type == kUInt4 || type == kInt4)
    return 4;
  return type == kUInt2 || type == kInt2 ? 2 : 0;
}

/// Elements of few bits, the first in the lowest ones.
static void unpack(ArrayRef<uint8_t> bytes, int64_t count, int32_t type,
                   ConstantArray &array) {
  int64_t bits = packedBits(type), perByte = 8 / bits;
  bool isSigned = type == kInt4 || type == kInt2;
  for (int64_t i = 0; i < count; ++i) {
    uint64_t value = bytes[i / perByte] >> (i % perByte * bits) &
                     ((uint64_t(1) << bits) - 1);
    array.integers.push_back(isSigned ? llvm::SignExtend64(value, bits)
                                      : static_cast<int64_t>(value));
  }
}

/// Refuses anything but as many elements as the shape has.
static LogicalResult expectCount(uint64_t found, int64_t expected,
                                 ArrayRef<int64_t> shape, StringRef unit,
                                 ErrorFn error) {
  if (found == static_cast<uint64_t>(expected))
    return success();
  return error() << "has " << found << " " << unit << ", expected " << expected
                 << " for its shape " << toString(shape);
}

/// Reads elements that share bytes, raw or one byte for each number.
static LogicalResult readPacked(const TensorProto &proto, int64_t count,
                                ArrayRef<int64_t> shape, ConstantArray &array,
                                ErrorFn error) {
  std::vector<uint8_t> bytes(proto.int32_data().begin(),
                             proto.int32_data().end());
  if (proto.has_raw_data())
    bytes.assign(proto.raw_data().begin(), proto.raw_data().end());
  int64_t expected =
      llvm::divideCeil(count * packedBits(proto.data_type()), int64_t(8));
  if (failed(
          expectCount(bytes.size(), expected, shape, "bytes of data", error)))
    return failure();
  unpack(bytes, count, proto.data_type(), array);
  return success();
}

static void readRaw(const TensorProto &proto, int64_t count,
                    ConstantArray &array) {
  namespace endian = llvm::support::endian;
  const char *data = proto.raw_data().data();
  for (int64_t i = 0; i < count; ++i)
    switch (proto.data_type()) {
    case TensorProto::FLOAT:
      array.floats.push_back(
          llvm::bit_cast<float>(endian::read32le(data + 4 * i)));
      break;
    case TensorProto::INT32:
      array.integers.push_back(
          static_cast<int32_t>(endian::read32le(data + 4 * i)));
      break;
    case TensorProto::INT64:
      array.integers.push_back(
          static_cast<int64_t>(endian::read64le(data + 8 * i)));
      break;
    case TensorProto::INT8:
      array.integers.push_back(static_cast<int8_t>(data[i]));
      break;
    case TensorProto::UINT8:
      array.integers.push_back(static_cast<uint8_t>(data[i]));
      break;
    default:
      array.integers.push_back(data[i] != 0);
    }
}

static LogicalResult readFields(const TensorProto &proto, int64_t count,
                                ArrayRef<int64_t> shape, ConstantArray &array,
                                ErrorFn error) {
  auto copy = [&](const auto &from, auto &to) -> LogicalResult {
    if (failed(expectCount(from.size(), count, shape, "elements", error)))
      return failure();
    to.assign(from.begin(), from.end());
    return success();
  };
  if (array.isFloat)
    return copy(proto.float_data(), array.floats);
  if (proto.data_type() == TensorProto::INT64)
    return copy(proto.int64_data(), array.integers);
  return copy(proto.int32_data(), array.integers);
}

/// The group of `--emit=onnx`, "group = 1x5x5x1"; empty for other texts.
static Shape readGroup(StringRef text) {
  Shape group;
  if (!text.consume_front("group = "))
    return group;
  SmallVector<StringRef> sizes;
  text.split(sizes, 'x');
  for (StringRef size : sizes)
    if (size.getAsInteger(10, group.emplace_back()))
      return Shape();
  return group;
}

FailureOr<std::pair<Shape, ConstantArray>>
subbit::importer::readTensor(const TensorProto &proto, StringRef fallbackName,
                             ErrorFn error) {
  if (proto.data_location() == TensorProto::EXTERNAL ||
      proto.external_data_size() > 0)
    return error() << "has its data in another file; save the model with its "
                      "weights inside";
  if (proto.has_segment())
    return error() << "is stored in segments, which is not supported";
  size_t size = elementSize(proto.data_type());
  if (size == 0 && packedBits(proto.data_type()) == 0)
    return error() << "has element type " << typeName(proto.data_type())
                   << ", expected FLOAT, INT64, INT32, INT8, UINT8, INT4, "
                      "UINT4 or BOOL; convert the model to float32";

  Shape shape(proto.dims().begin(), proto.dims().end());
  if (shape.size() > kMaxRank)
    return error() << "has rank " << shape.size() << ", expected at most "
                   << kMaxRank;
  for (int64_t dim : shape)
    if (dim < 0)
      return error() << "has a negative dimension in its shape "
                     << toString(shape);
  std::optional<int64_t> count = countElements(shape);
  if (!count)
    return error() << "has shape " << toString(shape)
                   << ", which is more than the limit of " << kMaxElements
                   << " elements";

  ConstantArray array;
  array.name = proto.name().empty() ? fallbackName.str() : proto.name();
  array.isFloat = proto.data_type() == TensorProto::FLOAT;
  array.elementType = proto.data_type();
  array.group = readGroup(proto.doc_string());
  if (packedBits(proto.data_type())) {
    if (failed(readPacked(proto, *count, shape, array, error)))
      return failure();
  } else if (proto.has_raw_data()) {
    if (failed(expectCount(proto.raw_data().size(), *count * size, shape,
                           "bytes of data", error)))
      return failure();
    readRaw(proto, *count, array);
  } else if (failed(readFields(proto, *count, shape, array, error))) {
    return failure();
  }
  for (auto [i, value] : llvm::enumerate(array.floats))
    if (!std::isfinite(value)) {
      array.firstNonFinite = i;
      break;
    }
  return std::make_pair(shape, std::move(array));
}
