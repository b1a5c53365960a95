//===- OutputFiles.cpp - Files that appear whole or not at all ------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Pipelines/OutputFiles.h"
#include "lib/Emission/Object.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace subbit;

static Error cannotWrite(StringRef path, std::error_code error) {
  return createStringError("cannot write '" + path.str() +
                           "': " + error.message());
}

OutputFiles::~OutputFiles() {
  for (const File &file : files)
    sys::fs::remove(file.temporary);
}

Expected<std::string> OutputFiles::makeTemporary(StringRef path,
                                                 StringRef content) {
  // A device or a directory is no file to replace.
  if (sys::fs::exists(path) && !sys::fs::is_regular_file(path))
    return createStringError("cannot write '" + path.str() +
                             "': it is no regular file");
  std::string temporary =
      (path + "." + Twine(sys::Process::getProcessId()) + ".tmp").str();
  int descriptor;
  if (std::error_code error = sys::fs::openFileForWrite(temporary, descriptor))
    return cannotWrite(path, error);
  files.push_back({temporary, path.str()});
  raw_fd_ostream os(descriptor, /*shouldClose=*/true);
  os << content;
  os.close();
  if (os.has_error()) {
    std::error_code error = os.error();
    os.clear_error();
    return cannotWrite(path, error);
  }
  return temporary;
}

Error OutputFiles::add(StringRef path, StringRef content) {
  return makeTemporary(path, content).takeError();
}

Error OutputFiles::addLinked(StringRef path, StringRef object) {
  auto temporary = makeTemporary(path, object);
  if (!temporary)
    return temporary.takeError();
  // The object lies where the shared one will; lld replaces it.
  std::string linked = *temporary + ".so";
  if (Error error = linkShared(*temporary, linked)) {
    sys::fs::remove(linked);
    return createStringError("cannot link '" + path.str() +
                             "': " + toString(std::move(error)));
  }
  if (std::error_code error = sys::fs::rename(linked, *temporary))
    return cannotWrite(path, error);
  return Error::success();
}

Error OutputFiles::keep() {
  while (!files.empty()) {
    const File &file = files.back();
    if (std::error_code error = sys::fs::rename(file.temporary, file.path))
      return cannotWrite(file.path, error);
    files.pop_back();
  }
  return Error::success();
}

Error subbit::writeFile(StringRef path, StringRef content) {
  if (path == "-") {
    outs() << content;
    outs().flush();
    return Error::success();
  }
  OutputFiles files;
  if (Error error = files.add(path, content))
    return error;
  return files.keep();
}
