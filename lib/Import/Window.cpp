//===- Window.cpp - Kernels that move over an image -----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Import/Window.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace subbit::importer;

static LogicalResult readKernel(Node &node, ArrayRef<int64_t> weightsKernel,
                                Window &window) {
  bool given = node.find("kernel_shape");
  if (!given && weightsKernel.empty())
    return node.error() << "attribute 'kernel_shape' is missing";
  FailureOr<Shape> kernel =
      node.getInts("kernel_shape", 1, kMaxExtent,
                   weightsKernel.empty() ? Shape{1, 1} : Shape(weightsKernel));
  if (failed(kernel))
    return failure();
  if (!weightsKernel.empty() && ArrayRef<int64_t>(*kernel) != weightsKernel)
    return node.attributeError("kernel_shape", listString(*kernel))
           << "expected " << listString(weightsKernel)
           << " as its weights have";
  window.kernel = *kernel;
  return success();
}

/// Sets the paddings by `auto_pad`.
static LogicalResult readAutoPad(Node &node, StringRef mode,
                                 ArrayRef<int64_t> image, Window &window) {
  if (mode != "VALID" && mode != "SAME_UPPER" && mode != "SAME_LOWER")
    return node.attributeError("auto_pad", mode)
           << "expected NOTSET, VALID, SAME_UPPER or SAME_LOWER";
  if (llvm::any_of(window.pad, [](int64_t pad) { return pad != 0; }))
    return node.attributeError("auto_pad", mode)
           << "expected no 'pads' next to it";
  if (mode == "VALID")
    return success();
  for (int dim : {0, 1}) {
    int64_t output = llvm::divideCeil(image[dim], window.stride[dim]);
    int64_t extent = window.dilation[dim] * (window.kernel[dim] - 1) + 1;
    int64_t total = std::max<int64_t>(0, (output - 1) * window.stride[dim] +
                                             extent - image[dim]);
    int64_t less = total / 2, more = total - less;
    bool upper = mode == "SAME_UPPER";
    window.pad[dim] = upper ? less : more;
    window.pad[dim + 2] = upper ? more : less;
  }
  return success();
}

FailureOr<Window>
subbit::importer::readWindow(Node &node, ArrayRef<int64_t> image,
                             ArrayRef<int64_t> weightsKernel) {
  Window window;
  if (failed(readKernel(node, weightsKernel, window)))
    return failure();
  FailureOr<Shape> stride = node.getInts("strides", 1, kMaxExtent, {1, 1});
  FailureOr<Shape> dilation, pad;
  if (failed(stride) ||
      failed(dilation = node.getInts("dilations", 1, kMaxExtent, {1, 1})) ||
      failed(pad = node.getInts("pads", 0, kMaxExtent, {0, 0, 0, 0})))
    return failure();
  window.stride = *stride, window.dilation = *dilation, window.pad = *pad;

  FailureOr<std::string> mode = node.getString("auto_pad", "NOTSET");
  if (failed(mode) || (*mode != "NOTSET" && !mode->empty() &&
                       failed(readAutoPad(node, *mode, image, window))))
    return failure();

  for (int dim : {0, 1}) {
    int64_t extent = window.dilation[dim] * (window.kernel[dim] - 1) + 1;
    int64_t padded = image[dim] + window.pad[dim] + window.pad[dim + 2];
    if (extent > padded)
      return node.error() << "its kernel covers " << extent
                          << (dim == 0 ? " rows" : " columns")
                          << ", more than the " << padded
                          << " of the padded image";
    window.output.push_back((padded - extent) / window.stride[dim] + 1);
  }
  return window;
}
