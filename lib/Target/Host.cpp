//===- Host.cpp - Choices by the CPU that a tool runs on ------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Target/Host.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include <cstdlib>

void subbit::chooseOpenBLASCore() {
  auto features = llvm::sys::getHostCPUFeatures();
  if (features.lookup("avx512f") && features.lookup("avx512bw") &&
      features.lookup("avx512vl") && features.lookup("avx512dq"))
    setenv("OPENBLAS_CORETYPE", "SKYLAKEX", /*overwrite=*/0);
}
