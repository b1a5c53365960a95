//===- Engine.cpp - Loading the library that differentiates ---------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/Engine.h"
#include "lib/Target/Host.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <cstdlib>
#include <dlfcn.h>

using namespace subbit;
using namespace subbit::training;

static void prepareBlas() {
  chooseOpenBLASCore();
  // Batches are split among threads; OpenBLAS's own would only wait.
  setenv("OPENBLAS_NUM_THREADS", "1", /*overwrite=*/0);
}

/// The library is beside the tool's own ones.
static std::string libraryPath() {
  static int here;
  llvm::SmallString<256> path(
      llvm::sys::fs::getMainExecutable("subbit", &here));
  llvm::sys::path::remove_filename(path);
  llvm::sys::path::append(path, "..", "lib", "libSubbitTorch.so");
  return std::string(path);
}

std::unique_ptr<Engine> subbit::training::makeEngine(const Graph &graph,
                                                     std::string &error) {
  static MakeEngine *make = nullptr;
  if (!make) {
    std::string path = libraryPath();
    if (!llvm::sys::fs::exists(path)) {
      error = "this needs libtorch, which this build of Subbit has not: "
              "install libtorch-dev, then configure and build again";
      return nullptr;
    }
    prepareBlas();
    void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
      error = std::string("this needs libtorch, which cannot be loaded: ") +
              dlerror() + "; install libtorch-dev";
      return nullptr;
    }
    make = reinterpret_cast<MakeEngine *>(dlsym(library, kEngineSymbol));
    if (!make) {
      error = "'" + path + "' is not of this version of Subbit; build it again";
      return nullptr;
    }
  }
  return std::unique_ptr<Engine>(make(graph, error));
}
