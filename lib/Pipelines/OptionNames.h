//===- OptionNames.h - Names that LLVM's options have --------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_PIPELINES_OPTIONNAMES_H
#define SUBBIT_PIPELINES_OPTIONNAMES_H

#include "llvm/Support/CommandLine.h"

namespace subbit {

/// Declared before an option whose name one of LLVM's libraries has taken for
/// an option of its own, which no tool of ours offers.
struct FreeOptionName {
  explicit FreeOptionName(llvm::StringRef name) {
    auto &options = llvm::cl::getRegisteredOptions();
    if (auto found = options.find(name); found != options.end())
      found->second->removeArgument();
  }
};

} // namespace subbit

#endif // SUBBIT_PIPELINES_OPTIONNAMES_H
