//===- TestNetworks.cpp - Networks that tests run -------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "unittests/Execution/TestNetworks.h"
#include "dialects/MBN/IR/MBN.h"
#include "lib/Execution/Interpreter.h"
#include "lib/Execution/JIT.h"
#include "lib/Numerics/Bases.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;
using namespace subbit;
using namespace subbit::test;

test::Network::Network(StringRef text) {
  context.loadDialect<arith::ArithDialect, func::FuncDialect, tosa::TosaDialect,
                      mbn::MBNDialect>();
  context.allowUnregisteredDialects();
  module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    llvm::report_fatal_error("the test's module does not parse");
}

std::vector<TensorValue>
test::Network::interpret(ArrayRef<TensorValue> inputs) {
  Interpreter interpreter = cantFail(Interpreter::create(*module));
  return cantFail(interpreter.run(inputs));
}

std::vector<TensorValue>
test::Network::reference(ArrayRef<TensorValue> inputs) {
  return cantFail(cantFail(ReferenceFunction::compile(*module))->run(inputs));
}

TensorValue test::floats(std::vector<int64_t> shape,
                         std::vector<float> values) {
  return {std::move(shape), std::move(values)};
}

TensorValue test::ints(std::vector<int64_t> shape,
                       std::vector<int32_t> values) {
  return {std::move(shape), std::move(values)};
}

TensorValue test::indices(std::vector<int64_t> shape,
                          std::vector<uint8_t> values) {
  return {std::move(shape), std::move(values)};
}

std::vector<float> test::randomFloats(std::mt19937 &random, int64_t count) {
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float &value : values)
    value = normal(random);
  return values;
}

/// "dense<[1, 2]> : tensor<2xTYPE>"
template <typename T>
static std::string dense(const std::vector<T> &values, StringRef type) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "dense<" << (values.empty() ? "" : "[");
  llvm::interleaveComma(values, os, [&](T value) {
    if constexpr (std::is_floating_point_v<T>)
      os << llvm::format("%.9e", value);
    else
      os << int64_t(value);
  });
  os << (values.empty() ? "" : "]") << "> : tensor<" << values.size() << "x"
     << type << ">";
  return text;
}

std::string Convolution::quantized() const { return text(false); }
std::string Convolution::fused() const { return text(true); }

std::string Convolution::text(bool fused) const {
  std::mt19937 random(seed);
  const numerics::ConvGeometry &g = geometry;
  numerics::Grouping grouping(
      {g.outputs, g.kernelHeight, g.kernelWidth, g.groupChannels()},
      {1, g.kernelHeight, g.kernelWidth, 1});
  std::vector<int64_t> widths, coordinates, signs, offsets;
  for (int64_t i = 0; i < grouping.numGroups(); ++i) {
    int64_t size = grouping.groupSize(i);
    widths.push_back(std::min<int64_t>(random() % 4, size));
    offsets.push_back(i % 3 == 0 ? int64_t(random() % 5) - 2 : 0);
    for (int64_t basis = 0; basis < widths.back(); ++basis) {
      coordinates.push_back(1 + random() % 9);
      for (int64_t word = 0; word < grouping.groupWords(i); ++word) {
        int64_t bits = std::min<int64_t>(size - 32 * word, 32);
        signs.push_back(
            static_cast<int32_t>(random() & ((uint64_t(1) << bits) - 1)));
      }
    }
  }
  std::vector<float> steps, bias = randomFloats(random, g.outputs);
  for (int64_t c = 0; c < g.outputs; ++c)
    steps.push_back(float(1 + random() % 100) / 64);

  std::string result;
  llvm::raw_string_ostream os(result);
  std::string in = shapeToString(inputShape());
  std::string out =
      shapeToString({g.batch, g.outputHeight(), g.outputWidth(), g.outputs});
  std::string weights = shapeToString(grouping.shape());
  std::string perOutput = "tensor<" + std::to_string(g.outputs) + "xf32>";
  os << "!x = !mbn.tensor<" << in << "xf32, levels = #mbn.levels<" << levels
     << ">>\n!w = !mbn.tensor<" << weights
     << "xf32, group = " << shapeToString(grouping.group())
     << ", bits = 0 to 3>\n#w = #mbn.bases<widths = " << dense(widths, "i8")
     << ", coordinates = " << dense(coordinates, "i16")
     << ", signs = " << dense(signs, "i32")
     << ", offsets = " << dense(offsets, "i16")
     << ", steps = " << dense(steps, "f32") << ">\n"
     << "func.func @main(%x: !x) -> tensor<" << out << "xf32> {\n"
     << "  %w = mbn.constant #w : !w\n"
     << "  %bias = arith.constant " << dense(bias, "f32") << "\n";
  std::string geometryText;
  llvm::raw_string_ostream(geometryText)
      << " layer \"conv\" pad [" << g.padTop << ", " << g.padLeft << ", "
      << g.padBottom << ", " << g.padRight << "] stride [" << g.strideY << ", "
      << g.strideX << "] dilation [" << g.dilationY << ", " << g.dilationX
      << "] groups " << g.groups << " : ";
  if (fused) {
    double step = 0;
    StringRef(levels).substr(5).split(',').first.getAsDouble(step);
    for (float &s : steps)
      s = numerics::productScale(s, step);
    os << "  %scale = arith.constant " << dense(steps, "f32") << "\n"
       << "  %s = mbn.conv2d %x, %w" << geometryText << "!x, !w -> tensor<"
       << out << "xi32>\n"
       << "  %y = mbn.rescale %s, %scale, %bias : tensor<" << out << "xi32>, "
       << perOutput << ", " << perOutput << " -> tensor<" << out << "xf32>\n";
  } else {
    os << "  %fx = mbn.decode %x : !x -> tensor<" << in << "xf32>\n"
       << "  %fw = mbn.decode %w : !w -> tensor<" << weights << "xf32>\n"
       << "  %y = mbn.conv2d %fx, %fw bias %bias" << geometryText << "tensor<"
       << in << "xf32>, tensor<" << weights << "xf32>, " << perOutput
       << " -> tensor<" << out << "xf32>\n";
  }
  os << "  return %y : tensor<" << out << "xf32>\n}\n";
  return result;
}

/// A geometry from lists: [batch, height, width, channels], [outputs, kernel
/// height, kernel width], [top, left, bottom, right], strides, dilations.
static numerics::ConvGeometry
geometryOf(ArrayRef<int64_t> in, ArrayRef<int64_t> kernel,
           ArrayRef<int64_t> pad, ArrayRef<int64_t> stride,
           ArrayRef<int64_t> dilation, int64_t groups) {
  numerics::ConvGeometry g;
  g.batch = in[0], g.height = in[1], g.width = in[2], g.channels = in[3];
  g.outputs = kernel[0], g.kernelHeight = kernel[1], g.kernelWidth = kernel[2];
  g.padTop = pad[0], g.padLeft = pad[1], g.padBottom = pad[2],
  g.padRight = pad[3];
  g.strideY = stride[0], g.strideX = stride[1];
  g.dilationY = dilation[0], g.dilationX = dilation[1];
  g.groups = groups;
  return g;
}

const std::vector<NamedGeometry> test::kGeometries = {
    {"one_element",
     geometryOf({1, 1, 1, 1}, {1, 1, 1}, {0, 0, 0, 0}, {1, 1}, {1, 1}, 1)},
    {"plain",
     geometryOf({1, 7, 6, 3}, {5, 3, 3}, {0, 0, 0, 0}, {1, 1}, {1, 1}, 1)},
    {"batch_asymmetric_pad_stride",
     geometryOf({2, 7, 9, 3}, {4, 3, 2}, {1, 0, 2, 1}, {2, 3}, {1, 1}, 1)},
    {"dilation",
     geometryOf({1, 9, 8, 2}, {3, 3, 2}, {2, 1, 2, 1}, {1, 2}, {2, 3}, 1)},
    {"groups",
     geometryOf({1, 5, 5, 6}, {9, 3, 3}, {1, 1, 1, 1}, {1, 1}, {1, 1}, 3)},
    {"depthwise",
     geometryOf({1, 6, 5, 7}, {7, 3, 3}, {1, 1, 1, 1}, {2, 1}, {1, 1}, 7)},
    {"depthwise_two_outputs_each",
     geometryOf({1, 5, 5, 3}, {6, 3, 3}, {0, 1, 0, 1}, {1, 1}, {1, 1}, 3)},
    {"large_kernel",
     geometryOf({1, 8, 8, 2}, {2, 7, 7}, {3, 3, 3, 3}, {2, 2}, {1, 1}, 1)},
};
