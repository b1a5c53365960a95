//===- Baselines.h - The same product by other libraries ------ -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_BENCHMARK_BASELINES_H
#define SUBBIT_BENCHMARK_BASELINES_H

#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>

namespace subbit {

/// The product of an m x k and a k x n matrix.
struct ProductSize {
  int64_t m, n, k;
};

struct Baseline {
  double microseconds = 0;
  /// The library, and the core or the instruction set that it chose.
  std::string library, core;
};

/// The best of OpenBLAS and oneDNN in float32, on one core. OpenBLAS is told to
/// use its AVX-512 kernels where the CPU has AVX-512, which it does not always
/// recognize. A convolution is compared without the patches that it would need.
/// Each library is loaded into a child process, so that its settings are its
/// own. Fails if neither is installed.
llvm::Expected<Baseline> timeFloatProduct(const ProductSize &size);

/// oneDNN's product of uint8 and int8; `restricted` to AVX-512 VNNI, or with
/// whatever it finds, which may not run in a virtual machine: that is an error,
/// too.
llvm::Expected<Baseline> timeInt8Product(const ProductSize &size,
                                         bool restricted);

} // namespace subbit

#endif // SUBBIT_BENCHMARK_BASELINES_H
