//===- MBNDialect.cpp - The mbn dialect -----------------------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialects/MBN/IR/MBN.h"

using namespace mlir;
using namespace subbit::mbn;

#include "dialects/MBN/IR/MBNDialect.cpp.inc"

void MBNDialect::initialize() {
  registerAttributes();
  registerTypes();
  addOperations<
#define GET_OP_LIST
#include "dialects/MBN/IR/MBNOps.cpp.inc"
      >();
}
