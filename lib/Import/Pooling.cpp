//===- Pooling.cpp - MaxPool, AveragePool and the global ones -------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/MBN.h"
#include "lib/Import/Importer.h"
#include "lib/Import/Window.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"

using namespace mlir;
using namespace subbit;
using namespace subbit::importer;

static FailureOr<Tensor> readImage(Importer &importer, Node &node,
                                   bool average) {
  FailureOr<Tensor> input = importer.tensor(node, 0);
  if (succeeded(input) && (average || !input->isCodes()))
    input = importer.data(node, 0);
  if (succeeded(input) && input->rank() != 4)
    return node.inputError(0)
           << "has rank " << input->rank()
           << ", only two-dimensional pooling (rank 4) is supported";
  return input;
}

/// TOSA wants strides that divide evenly: what no window reaches is taken off
/// the padding first, then off the image.
static Value trim(Importer &importer, Value image, Window &window) {
  auto shape =
      llvm::to_vector(cast<RankedTensorType>(image.getType()).getShape());
  for (int dim : {0, 1}) {
    int64_t used =
        (window.output[dim] - 1) * window.stride[dim] + window.kernel[dim];
    int64_t excess =
        shape[dim + 1] + window.pad[dim] + window.pad[dim + 2] - used;
    int64_t fromPad = std::min(excess, window.pad[dim + 2]);
    window.pad[dim + 2] -= fromPad;
    shape[dim + 1] -= excess - fromPad;
  }
  RankedTensorType type = importer.floatType(shape);
  if (type == image.getType())
    return image;
  Value start = importer.shapeConstant({0, 0, 0, 0});
  Value size = importer.shapeConstant(shape);
  return tosa::SliceOp::create(importer.builder(), type, image, start, size);
}

static LogicalResult buildPool(Importer &importer, Node &node,
                               const Tensor &input, Window window,
                               bool average) {
  Shape shape = {input.shape[0], input.shape[1], window.output[0],
                 window.output[1]};
  if (failed(importer.checkSize(node, shape)))
    return failure();
  auto &b = importer.builder();
  Shape order = channelsLast(4);
  if (input.isCodes()) {
    Value image = importer.materialize(input, order);
    auto type = cast<mbn::MultiBitType>(image.getType());
    Tensor result = Importer::makeTensor(
        mbn::MaxPool2DOp::create(b, type.cloneWithShape(permute(shape, order)),
                                 image, b.getDenseI64ArrayAttr(window.kernel),
                                 b.getDenseI64ArrayAttr(window.stride),
                                 b.getDenseI64ArrayAttr(window.pad)),
        shape, order);
    result.integers = input.integers;
    return importer.setResult(node, std::move(result));
  }
  Value image = trim(importer, importer.materialize(input, order), window);
  RankedTensorType type = importer.floatType(permute(shape, order));
  // TOSA orders paddings [top, bottom, left, right].
  Shape pad = {window.pad[0], window.pad[2], window.pad[1], window.pad[3]};
  Value result;
  if (average)
    result = tosa::AvgPool2dOp::create(
        b, type, image, b.getDenseI64ArrayAttr(window.kernel),
        b.getDenseI64ArrayAttr(window.stride), b.getDenseI64ArrayAttr(pad),
        TypeAttr::get(b.getF32Type()));
  else
    result = tosa::MaxPool2dOp::create(b, type, image, window.kernel,
                                       window.stride, pad);
  return importer.setResult(node, Importer::makeTensor(result, shape, order));
}

static LogicalResult convertPool(Importer &importer, Node &node, bool average) {
  FailureOr<Tensor> input = readImage(importer, node, average);
  if (failed(input) ||
      failed(node.expectInt("ceil_mode", 0, "pad the input instead")))
    return failure();
  FailureOr<Window> window =
      readWindow(node, ArrayRef<int64_t>(input->shape).drop_front(2));
  if (failed(window))
    return failure();
  if (window->dilation != Shape{1, 1})
    return node.attributeError("dilations", listString(window->dilation))
           << "expected [1, 1]";
  for (auto [i, pad] : llvm::enumerate(window->pad))
    if (pad >= window->kernel[i % 2])
      return node.attributeError("pads", listString(window->pad))
             << "expected paddings smaller than the kernel, "
             << listString(window->kernel);
  if (!average) {
    node.ignore({"storage_order"});
    return buildPool(importer, node, *input, *window, /*average=*/false);
  }
  FailureOr<int64_t> countPad = node.getInt("count_include_pad", 0);
  if (failed(countPad))
    return failure();
  if (*countPad != 0 && window->pad != Shape{0, 0, 0, 0})
    return node.attributeError("count_include_pad", Twine(*countPad))
           << "expected 0 where there is padding";
  return buildPool(importer, node, *input, *window, /*average=*/true);
}

static LogicalResult convertMaxPool(Importer &importer, Node &node) {
  return convertPool(importer, node, /*average=*/false);
}

static LogicalResult convertAveragePool(Importer &importer, Node &node) {
  return convertPool(importer, node, /*average=*/true);
}

static LogicalResult convertGlobalAveragePool(Importer &importer, Node &node) {
  FailureOr<Tensor> input = readImage(importer, node, /*average=*/true);
  if (failed(input))
    return failure();
  Window window;
  window.kernel = {input->shape[2], input->shape[3]};
  window.stride = {1, 1};
  window.pad = {0, 0, 0, 0};
  window.output = {1, 1};
  return buildPool(importer, node, *input, window, /*average=*/true);
}

void importer::registerPooling(OperatorTable &table) {
  table["MaxPool"] = {convertMaxPool, 1, 1};
  table["AveragePool"] = {convertAveragePool, 1, 1};
  table["GlobalAveragePool"] = {convertGlobalAveragePool, 1, 1};
}
