//===- Host.h - Choices by the CPU that a tool runs on -------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_TARGET_HOST_H
#define SUBBIT_TARGET_HOST_H

namespace subbit {

/// Tells OpenBLAS which core to take, from the features of this CPU, before it
/// is loaded: Debian's takes some CPUs with AVX-512 for much older ones. Leaves
/// OPENBLAS_CORETYPE as it is where somebody has set it.
void chooseOpenBLASCore();

} // namespace subbit

#endif // SUBBIT_TARGET_HOST_H
