//===- my-opt.cpp - Subbit's dialects and passes, and one more ------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Passes.h"
#include "lib/Pipelines/Registration.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  subbit::registerDialects(registry);
  subbit::registerPasses();
  my::registerMyPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Subbit's passes and my own\n", registry));
}
