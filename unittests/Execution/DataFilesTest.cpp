//===- DataFilesTest.cpp - Arrays, images and labels from files -----------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "unittests/Execution/DataFilesTest.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cmath>
#include <cstring>

using namespace subbit;
using namespace subbit::test;

static void expectArray(llvm::Expected<DataArray> array, Type type, Ints shape,
                        std::vector<Floats> rows) {
  ASSERT_TRUE(!!array) << llvm::toString(array.takeError());
  EXPECT_EQ(array->type, type);
  EXPECT_EQ(array->shape, shape);
  ASSERT_EQ(array->numRows(), static_cast<int64_t>(rows.size()));
  for (size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(array->rowAsFloat(i), rows[i]);
}

TEST_F(DataFiles, NpyElementTypes) {
  auto read = [&](llvm::StringRef descr, std::string data) {
    return readArray(write("a.npy", npy(descr, "(2,)", data)));
  };
  expectArray(read("|b1", bytes({2, 0})), Type::Bool, {2}, {{1}, {0}});
  expectArray(read("|u1", bytes({7, 255})), Type::UInt8, {2}, {{7}, {255}});
  expectArray(read("|i1", bytes({7, 255})), Type::Int8, {2}, {{7}, {-1}});
  expectArray(read("<i2", bytes({0, 1, 255, 255})), Type::Int16, {2},
              {{256}, {-1}});
  expectArray(read("<i4", bytes({0, 0, 1, 0, 255, 255, 255, 255})), Type::Int32,
              {2}, {{65536}, {-1}});
  expectArray(
      read("<i8", bytes({1, 0, 0, 0, 0, 0, 0, 0}) + std::string(8, '\xff')),
      Type::Int64, {2}, {{1}, {-1}});
  expectArray(read("<f4", bytes({0, 0, 128, 63, 0, 0, 0, 192})), Type::Float32,
              {2}, {{1}, {-2}});
  expectArray(
      read("<f8", bytes({0, 0, 0, 0, 0, 0, 240, 63, 0, 0, 0, 0, 0, 0, 0, 192})),
      Type::Float64, {2}, {{1}, {-2}});
}

TEST_F(DataFiles, NpyHeaderVariants) {
  llvm::StringRef other =
      "{\"shape\":(1, 2),'fortran_order':False,'descr':'|u1'}   \n";
  for (char version : {1, 2, 3})
    expectArray(readArray(write("a.npy", npy(other, "\1\2", version))),
                Type::UInt8, {1, 2}, {{1, 2}});
  expectArray(readArray(write("a.npy", npy("|u1", "()", "\5"))), Type::UInt8,
              {}, {{5}});
  expectArray(readArray(write("a.npy", npy("|u1", "(0, 3)", ""))), Type::UInt8,
              {0, 3}, {});
  // The content decides, not the name.
  expectArray(readArray(write("a.bin", gzip(npy("|u1", "(1,)", "\5")))),
              Type::UInt8, {1}, {{5}});
}

TEST_F(DataFiles, IdxElementTypes) {
  expectArray(readArray(write("a", idx)), Type::UInt8, {2, 1, 3},
              {{1, 2, 255}, {4, 5, 6}});
  expectArray(readArray(write("a.gz", gzip(idx))), Type::UInt8, {2, 1, 3},
              {{1, 2, 255}, {4, 5, 6}});
  auto read = [&](int type, std::string data) {
    return readArray(write("a", bytes({0, 0, type, 1, 0, 0, 0, 1}) + data));
  };
  expectArray(read(0x09, "\xff"), Type::Int8, {1}, {{-1}});
  expectArray(read(0x0b, "\1\2"), Type::Int16, {1}, {{258}});
  expectArray(read(0x0c, "\1\2\3\4"), Type::Int32, {1}, {{16909060}});
  expectArray(read(0x0d, bytes({192, 0, 0, 0})), Type::Float32, {1}, {{-2}});
  expectArray(read(0x0e, bytes({192, 0, 0, 0, 0, 0, 0, 0})), Type::Float64, {1},
              {{-2}});
}

TEST_F(DataFiles, Cifar) {
  std::string file = cifar(3);
  for (bool compressed : {false, true}) {
    std::string name = write(compressed ? "a.bin.gz" : "a.bin",
                             compressed ? gzip(file) : file);
    auto all = readDataset(name, "", 0);
    ASSERT_TRUE(!!all) << llvm::toString(all.takeError());
    EXPECT_EQ(all->images.shape, Ints({3, 3, 32, 32}));
    EXPECT_EQ(all->labels, Ints({0, 1, 2}));
    EXPECT_EQ(all->images.rowAsFloat(2), Floats(3072, 102));
  }
  // Pixels that look like an IDX header.
  file.replace(1, 3, bytes({0, 8, 1}));
  expectArray(readArray(write("a.bin", file.substr(0, 3073))), Type::UInt8,
              {1, 3, 32, 32}, {[] {
                Floats row(3072, 100);
                row[0] = 0, row[1] = 8, row[2] = 1;
                return row;
              }()});
}

TEST_F(DataFiles, DatasetWithLabels) {
  std::string images = write("images", idx);
  for (llvm::StringRef shape : {"(2,)", "(2, 1)"}) {
    std::string labels = write("labels.npy", npy("|u1", shape, "\3\4"));
    auto all = readDataset(images, labels, 0);
    ASSERT_TRUE(!!all) << llvm::toString(all.takeError());
    EXPECT_EQ(all->labels, Ints({3, 4}));
    auto one = readDataset(images, labels, 1);
    ASSERT_TRUE(!!one) << llvm::toString(one.takeError());
    EXPECT_EQ(one->labels, Ints({3}));
    expectArray(std::move(one->images), Type::UInt8, {1, 1, 3}, {{1, 2, 255}});
  }
  auto unlabelled = readDataset(images, "", 5);
  ASSERT_TRUE(!!unlabelled) << llvm::toString(unlabelled.takeError());
  EXPECT_EQ(unlabelled->images.numRows(), 2);
  EXPECT_TRUE(unlabelled->labels.empty());
}

TEST_F(DataFiles, WrittenFilesReadBack) {
  for (Ints shape : {Ints{}, Ints{3}, Ints{2, 3}, Ints{0, 2}, Ints(64, 1)}) {
    DataArray array{Type::Int16, shape, {}};
    for (int64_t i = 0; i < 2 * array.numElements(); ++i)
      array.bytes.push_back(i);
    ASSERT_FALSE(!!writeNpy(path("a.npy"), array));
    auto copy = readArray(path("a.npy"));
    ASSERT_TRUE(!!copy) << llvm::toString(copy.takeError());
    EXPECT_EQ(copy->shape, shape);
    EXPECT_EQ(copy->bytes, array.bytes);
    auto file = llvm::MemoryBuffer::getFile(path("a.npy"));
    EXPECT_EQ(((*file)->getBufferSize() - array.bytes.size()) % 64, 0u);
  }
  ASSERT_FALSE(!!writeNpy(path("b.npy"), {Type::Float32, {1}, {1, 2, 3, 4}}));
  auto file = llvm::MemoryBuffer::getFile(path("b.npy"));
  std::string header =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
  header.resize(117, ' ');
  EXPECT_EQ((*file)->getBuffer(), npy(header + "\n", "\1\2\3\4"));
  // Nothing is left beside them.
  std::error_code ec;
  int files = 0;
  for (llvm::sys::fs::directory_iterator it(dir, ec), end; it != end && !ec;
       it.increment(ec))
    ++files;
  EXPECT_EQ(files, 2);
}

// Names of temporary files are made from patterns of '%'.
TEST_F(DataFiles, WritesPathsWithPercentSigns) {
  ASSERT_FALSE(llvm::sys::fs::create_directory(path("50%")));
  ASSERT_FALSE(!!writeNpy(path("50%/a%%.npy"), {Type::UInt8, {1}, {7}}));
  expectArray(readArray(path("50%/a%%.npy")), Type::UInt8, {1}, {{7}});
}

static llvm::Expected<Floats> normalized(const Normalization &normalization,
                                         const DataArray &images, int64_t row,
                                         Ints shape) {
  Floats out(images.rowSize());
  if (auto error = normalize(normalization, images, row, shape, out))
    return std::move(error);
  return out;
}

TEST_F(DataFiles, NormalizePerChannel) {
  DataArray images{Type::UInt8, {2, 2, 1, 2}, {9, 9, 9, 9, 1, 2, 3, '\xff'}};
  Normalization one{0.5f, {1}, {2}};
  EXPECT_EQ(*normalized(one, images, 1, {2, 1, 2}),
            Floats({-0.25f, 0, 0.25f, 63.25f}));
  Normalization two{2, {1, 3}, {1, -2}};
  EXPECT_EQ(*normalized(two, images, 1, {2, 1, 2}),
            Floats({1, 3, -1.5f, -253.5f}));
  // Images without a channel dimension fit a model that has one.
  DataArray gray{Type::UInt8, {1, 2, 2}, {1, 2, 3, 4}};
  EXPECT_EQ(*normalized(one, gray, 0, {1, 2, 2}),
            Floats({-0.25f, 0, 0.25f, 0.5f}));
}

TEST_F(DataFiles, NormalizeRoundsEveryStep) {
  DataArray images{Type::UInt8, {1, 256}, {}};
  for (int i = 0; i < 256; ++i)
    images.bytes.push_back(i);
  Normalization imagenet{1.0f / 255, {0.485f}, {0.229f}};
  Floats out = *normalized(imagenet, images, 0, {1, 16, 16});
  bool fusionDiffers = false;
  for (int i = 0; i < 256; ++i) {
    // The double product is exact, so each cast is that step's rounding.
    float scaled = static_cast<float>(double(i) * double(imagenet.scale));
    float centered = static_cast<float>(double(scaled) - double(0.485f));
    EXPECT_EQ(out[i], centered / 0.229f);
    fusionDiffers |= centered != std::fma(i, imagenet.scale, -0.485f);
  }
  EXPECT_TRUE(fusionDiffers);
}

TEST_F(DataFiles, NoNormalizationKeepsFloats) {
  Floats values = {-0.0f, 1e-45f, INFINITY, NAN, 3.4e38f, 0.1f};
  DataArray images{Type::Float32, {1, 6}, std::vector<char>(24)};
  std::memcpy(images.bytes.data(), values.data(), 24);
  Floats out = *normalized({}, images, 0, {6});
  EXPECT_EQ(std::memcmp(out.data(), values.data(), 24), 0);
}
