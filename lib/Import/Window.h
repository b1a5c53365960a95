//===- Window.h - Kernels that move over an image ------------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_LIB_IMPORT_WINDOW_H
#define SUBBIT_LIB_IMPORT_WINDOW_H

#include "lib/Import/Node.h"

namespace subbit::importer {

/// The geometry of a convolution or pooling; [vertical, horizontal], paddings
/// [top, left, bottom, right].
struct Window {
  Shape kernel, stride, dilation, pad;
  Shape output; ///< rows and columns of the result
};

/// Reads `kernel_shape`, `strides`, `dilations`, `pads` and `auto_pad` for an
/// image of rows x columns. The kernel is `weightsKernel` if that is not empty,
/// and must be given otherwise.
mlir::FailureOr<Window> readWindow(Node &node, llvm::ArrayRef<int64_t> image,
                                   llvm::ArrayRef<int64_t> weightsKernel = {});

} // namespace subbit::importer

#endif // SUBBIT_LIB_IMPORT_WINDOW_H
