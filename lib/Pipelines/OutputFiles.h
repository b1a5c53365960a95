//===- OutputFiles.h - Files that appear whole or not at all -- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_PIPELINES_OUTPUTFILES_H
#define SUBBIT_PIPELINES_OUTPUTFILES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace subbit {

/// Writes a file by way of a temporary one; "-" is stdout.
llvm::Error writeFile(llvm::StringRef path, llvm::StringRef content);

/// Files that are written beside their final names and renamed together; what
/// has not been kept is removed.
class OutputFiles {
public:
  ~OutputFiles();
  llvm::Error add(llvm::StringRef path, llvm::StringRef content);
  /// A shared object linked from an object file's bytes.
  llvm::Error addLinked(llvm::StringRef path, llvm::StringRef object);
  llvm::Error keep();

private:
  llvm::Expected<std::string> makeTemporary(llvm::StringRef path,
                                            llvm::StringRef content);
  struct File {
    std::string temporary, path;
  };
  std::vector<File> files;
};

} // namespace subbit

#endif // SUBBIT_PIPELINES_OUTPUTFILES_H
