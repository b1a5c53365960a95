//===- DataFilesErrorsTest.cpp - Data files that are refused --------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "unittests/Execution/DataFilesTest.h"
#include <cmath>
#include <random>

using namespace subbit;
using namespace subbit::test;

TEST_F(DataFiles, no_write) {
  DataArray array{Type::Int16, {2}, {1, 2, 3}};
  EXPECT_EQ(error(writeNpy(path("a.npy"), array)),
            "a.npy: cannot write int16 2 from 3 bytes; give as many as the "
            "shape takes");
  array.bytes.push_back(4);
  EXPECT_EQ(error(writeNpy(path("none/a.npy"), array)),
            "none/a.npy: cannot write 4 bytes here: no such file or directory; "
            "check the directory and its free space");
  EXPECT_EQ(error(writeNpy("/dev/null", array)),
            "/dev/null: cannot write over what is not a regular file; choose "
            "another name");
}

TEST_F(DataFiles, no_npy) {
  EXPECT_EQ(arrayError("a.npy", npy("{'descr': '<f4', 'fortran_order': True, "
                                    "'shape': (1, 1)}",
                                    "1234")),
            "a.npy: fortran order is not supported; save it with "
            "numpy.ascontiguousarray");
  EXPECT_EQ(arrayError("a.npy", npy(">f4", "(1,)", "1234")),
            "a.npy: big-endian elements '>f4' are not supported; save it with "
            "numpy.save after .astype('<f4')");
  EXPECT_EQ(arrayError("a.npy", npy("|O", "(1,)", "1234")),
            "a.npy: elements of type '|O' are not supported; save it with "
            "numpy.save after .astype to float32, float64, uint8, int8, int16, "
            "int32, int64 or bool");
  EXPECT_EQ(arrayError("a.npy", npy("{'descr': [('x', '<f4')], }", "")),
            "a.npy: an array of records is not supported; save each field as "
            "an array of its own");
  EXPECT_EQ(arrayError("a.npy", npy("{'descr': '<f4', 'shape': (1,)}", "")),
            "a.npy: the header lacks 'fortran_order'; save it again with "
            "numpy.save");
  EXPECT_EQ(arrayError("a.npy", npy("<i4", "(2, 3)", "1234")),
            "a.npy: int32 2x3 takes 94 bytes with its header, but there are "
            "74; the file is cut off or damaged, fetch or save it again");
  EXPECT_EQ(arrayError("a.npy", npy("|u1", "(1,)", "12")),
            "a.npy: uint8 1 takes 69 bytes with its header, but there are 70; "
            "the file is cut off or damaged, fetch or save it again");
  EXPECT_EQ(arrayError("a.npy", npy("{}", "", 4)),
            "a.npy: version 4.0 of .npy is not supported; save it with "
            "numpy.lib.format.write_array, version (1, 0)");
  EXPECT_EQ(arrayError("a.npy", "\x93NUMPY\1"),
            "a.npy: the file is cut off within its header, after 7 bytes; save "
            "it again with numpy.save");
  EXPECT_EQ(
      arrayError("a.npy", "\x93NUMPY\2" + bytes({0, 255, 255, 255, 255, '{'})),
      "a.npy: a header of 4294967295 bytes is too long; save it again "
      "with numpy.save");
  for (llvm::StringRef header :
       {"", "{", "{,}", "{'descr'}", "{'descr': 4}", "{'descr': '<f4}",
        "{'descr': '<f4' 'shape': ()}", "{'shape': 3}", "{'shape': (3 4)}",
        "{'shape': (3", "{'shape': (x,)}", "{'fortran_order': 0}",
        "{'shape': (99999999999999999999,)}", "{'color': 'red'}",
        "{'shape': (), 'shape': ()}", "\n\x01\xff{"})
    EXPECT_TRUE(llvm::StringRef(arrayError("a.npy", npy(header, "")))
                    .starts_with("a.npy: the header is not as numpy writes it"))
        << header.str();
}

TEST_F(DataFiles, no_impossible_sizes) {
  EXPECT_EQ(arrayError("a.npy", npy("<f4", "(4611686018427387904, 4)", "")),
            "a.npy: the shape 4611686018427387904x4 is impossible; use at most "
            "64 dimensions, none negative, and a size that fits memory");
  // No elements, but rows whose size overflows.
  std::string ones = "(";
  for (int i = 0; i < 1000; ++i)
    ones += "1,";
  for (std::string shape :
       {std::string("(0, 4611686018427387904, 4)"), std::string("(-1,)"),
        std::string("(-2, -2)"), ones + ")"})
    EXPECT_NE(arrayError("a.npy", npy("|u1", shape, "")).find("is impossible"),
              std::string::npos)
        << shape;
  EXPECT_EQ(arrayError("a", bytes({0, 0, 8, 2, 127, 255, 255, 255, 127, 255,
                                   255, 255, 1})),
            "a: uint8 2147483647x2147483647 takes 4611686014132420621 bytes "
            "with its header, but there are 13; the file is cut off or "
            "damaged, fetch or save it again");
  EXPECT_EQ(arrayError("a.gz", gzip(bytes({0, 0, 8, 1, 127, 0, 0, 0}))),
            "a.gz: uint8 2130706432 takes 2130706440 bytes with its header, "
            "but there are only 28 compressed ones; the file is cut off or "
            "damaged, fetch or save it again");
}

TEST_F(DataFiles, no_idx) {
  EXPECT_EQ(arrayError("a", bytes({0, 0, 7, 1, 0, 0, 0, 0})),
            "a: 0x07 is no element type of IDX; use one of 0x08, 0x09, 0x0b, "
            "0x0c, 0x0d, 0x0e, or .npy");
  EXPECT_EQ(arrayError("a", bytes({0, 0, 8, 0, 1})),
            "a: an IDX file with 0 dimensions holds no rows; write 1 dimension "
            "or more");
  EXPECT_EQ(arrayError("a", bytes({0, 0, 8, 255, 1})),
            "a: the file is cut off within its header of 1024 bytes, after 5; "
            "fetch it again");
}

TEST_F(DataFiles, no_cifar) {
  EXPECT_EQ(arrayError("a.bin", cifar(2) + "x"),
            "a.bin: 6147 bytes are no multiple of 3073, the size of a CIFAR-10 "
            "image with its label; fetch CIFAR-10's binary version, or choose "
            "another name than .bin for another format");
  std::string wrong = cifar(2);
  wrong[3073] = '\xc8';
  EXPECT_EQ(arrayError("a.bin", wrong),
            "a.bin: image 1 has the label 200, but CIFAR-10 has 0 to 9; fetch "
            "CIFAR-10's binary version");
  EXPECT_EQ(error(readDataset(write("a.bin", cifar(1)), "l.npy", 0)),
            "a.bin: brings its own labels; leave out l.npy");
}

TEST_F(DataFiles, no_known_format) {
  EXPECT_EQ(arrayError("a.npy", ""), "a.npy: is empty; fetch or save it again");
  EXPECT_EQ(arrayError("a.gz", gzip("")),
            "a.gz: is empty; fetch or save it again");
  EXPECT_EQ(arrayError("a.png", "\x89PNG..."),
            "a.png: starts with the bytes 89504e47, which is neither .npy nor "
            "IDX; convert it with numpy.save");
  EXPECT_EQ(arrayError("a", std::string(1, 0)),
            "a: starts with the bytes 00, which is neither .npy nor IDX; "
            "convert it with numpy.save");
  EXPECT_EQ(arrayError("a.npz", "PK\3\4"),
            "a.npz: the archive is cut off or damaged; fetch or save it again");
  EXPECT_EQ(error(readArray(path("none"))),
            "none: cannot be opened: no such file or directory; check the "
            "path");
  for (const char *name : {"/dev/zero", "/"})
    EXPECT_EQ(error(readArray(name)),
              std::string(name) + ": is not a regular file; give the path of a "
                                  ".npy, .npz, IDX or CIFAR-10 file");
}

TEST_F(DataFiles, no_gzip) {
  std::string good = gzip(idx);
  EXPECT_EQ(arrayError("a", good.substr(0, 20)),
            "a: the gzip data is cut off after 20 bytes; fetch the file again");
  // Only the checksum is missing.
  EXPECT_EQ(arrayError("a", good.substr(0, good.size() - 8)),
            "a: the gzip data is cut off after 31 bytes; fetch the file again");
  EXPECT_EQ(arrayError("a", good + "x"),
            "a: 1 bytes follow the end of the gzip data; compress the file "
            "again with gzip");
  std::string flipped = good;
  flipped[flipped.size() - 8] ^= 1;
  EXPECT_EQ(arrayError("a", flipped),
            "a: the gzip data is corrupt at byte 35 (incorrect data check); "
            "fetch the file again");
}

TEST_F(DataFiles, no_gzip_bomb) {
  // More than was announced is not uncompressed.
  EXPECT_EQ(arrayError("a", gzip(idx + std::string(1 << 24, 0))),
            "a: uint8 2x1x3 takes 22 bytes with its header, but there are "
            "more; the file is cut off or damaged, fetch or save it again");
  std::string bomb = gzip(std::string(3073 << 10, 0));
  bomb.replace(bomb.size() - 4, 4, bytes({1, 12, 0, 0}));
  EXPECT_EQ(arrayError("a.bin", bomb),
            "a.bin: a CIFAR-10 file of 1 images takes 3073 bytes with its "
            "header, but there are more; the file is cut off or damaged, fetch "
            "or save it again");
}

TEST_F(DataFiles, no_labels) {
  std::string images = write("images", idx);
  auto labels = [&](std::string file) {
    return error(readDataset(images, write("l.npy", file), 0));
  };
  EXPECT_EQ(labels(npy("<f4", "(2,)", "12345678")),
            "l.npy: labels are integers, but this is float32 2; save it with "
            ".astype('int64')");
  EXPECT_EQ(labels(npy("|u1", "(3,)", "123")),
            "l.npy: labels are one per image, but this is uint8 3 for 2 "
            "images; give the labels of these images");
  EXPECT_EQ(labels(npy("|u1", "(2, 2)", "1234")),
            "l.npy: labels are one per image, but this is uint8 2x2 for 2 "
            "images; give the labels of these images");
  EXPECT_EQ(labels(npy("|u1", "()", "1")),
            "l.npy: labels are one per image, but this is uint8 scalar for 2 "
            "images; give the labels of these images");
  EXPECT_EQ(labels(npy("|i1", "(2,)", "\1\xfe")),
            "l.npy: label 1 is -2; labels are class numbers from 0 on");
}

TEST_F(DataFiles, no_images) {
  EXPECT_EQ(error(readDataset(write("a.npy", npy("|u1", "()", "1")), "", 0)),
            "a.npy: there are no images in uint8 scalar; save them with a "
            "first dimension that counts them");
  EXPECT_EQ(error(readDataset(write("a.npy", npy("|u1", "(0, 2)", "")), "", 0)),
            "a.npy: there are no images in uint8 0x2; save them with a first "
            "dimension that counts them");
  EXPECT_EQ(error(readDataset(write("a", idx), "", -1)),
            "a: cannot take -1 images; give a number, or 0 for all");
}

TEST_F(DataFiles, no_normalization) {
  DataArray images{Type::UInt8, {1, 2, 1, 2}, {1, 2, 3, 4}};
  auto refuse = [&](Normalization normalization, Ints shape = {2, 1, 2},
                    int64_t row = 0) {
    Floats out(4);
    return error(normalize(normalization, images, row, shape, out));
  };
  EXPECT_EQ(refuse({1, {0, 0, 0}, {1}}),
            "normalization: mean has 3 numbers, but the image has 2 channels; "
            "give one number, or one per channel");
  EXPECT_EQ(refuse({1, {0}, {}}),
            "normalization: std has 0 numbers, but the image has 2 channels; "
            "give one number, or one per channel");
  EXPECT_EQ(refuse({1, {0}, {1, 0}}),
            "normalization: std of channel 1 is 0, by which nothing can be "
            "divided; give another number, or 1 to leave the channel as it is");
  EXPECT_EQ(refuse({1, {0}, {1, INFINITY}}),
            "normalization: std of channel 1 is inf; give a finite number");
  EXPECT_EQ(refuse({NAN, {0}, {1}}),
            "normalization: scale is nan; give a finite number");
  EXPECT_EQ(refuse({}, {3, 1, 2}),
            "normalization: one row of the data, uint8 1x2x1x2, has 4 "
            "elements, which do not fill the shape 3x1x2 and 4 floats; give "
            "images of the model's input shape");
  EXPECT_NE(refuse({}, {-2, 1, -2}).find("do not fill"), std::string::npos);
  EXPECT_EQ(refuse({}, {2, 1, 2}, 1),
            "normalization: there is no image 1 in uint8 1x2x1x2; the first is "
            "image 0");
}

// Damaged files are refused or read, and what is read is consistent.
TEST_F(DataFiles, no_crash_on_damaged_files) {
  std::string array = npy("<i2", "(2, 3)", "123456789012");
  std::pair<const char *, std::string> files[] = {
      {"a.npy", array},    {"b.gz", gzip(array)}, {"c", idx},
      {"d.gz", gzip(idx)}, {"e.bin", cifar(1)},   {"f.bin.gz", gzip(cifar(2))}};
  std::mt19937 random(1);
  unsigned read = 0, refused = 0;
  for (int round = 0; round < 1000; ++round)
    for (auto &[name, file] : files) {
      std::string damaged = file;
      if (random() % 4 == 0)
        damaged.resize(random() % file.size());
      for (unsigned flips = random() % 4; flips > 0 && !damaged.empty();
           --flips)
        damaged[random() % std::min<size_t>(damaged.size(), 128)] ^=
            1 << random() % 8;
      std::string path = write(name, damaged);
      auto dataset = readDataset(path, round % 2 ? path : "", 1);
      if (!dataset) {
        ++refused;
        EXPECT_NE(error(dataset.takeError()), "");
        continue;
      }
      ++read;
      const DataArray &images = dataset->images;
      EXPECT_EQ(images.bytes.size(),
                images.numElements() * DataArray::elementSize(images.type));
      EXPECT_EQ(images.rowAsFloat(0).size(),
                static_cast<size_t>(images.rowSize()));
    }
  EXPECT_GT(read, 100u);
  EXPECT_GT(refused, 1000u);
}
