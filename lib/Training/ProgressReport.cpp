//===- ProgressReport.cpp - What a run says of itself ---------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/ProgressReport.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace subbit;
using namespace subbit::training;

static void print(const Progress &p) {
  double left = p.seconds / p.epoch * (p.epochs - p.epoch);
  errs() << format("%3d/%d %-11s loss %.4f accuracy %.2f %%, validation %.4f "
                   "%.2f %%, %.3f bits, %.1f kB, ratio %.1f, %d bases, %.0f s, "
                   "%.0f s left\n",
                   static_cast<int>(p.epoch), static_cast<int>(p.epochs),
                   p.phase.str().c_str(), p.training.loss,
                   100 * p.training.accuracy, p.validation.loss,
                   100 * p.validation.accuracy, p.averageBits, p.bytes / 1000,
                   p.ratio, static_cast<int>(p.bases), p.seconds, left);
}

static json::Value toJSON(const Progress &p) {
  json::Object layerBits;
  for (const auto &[layer, bits] : p.layerBits)
    layerBits[layer] = bits;
  return json::Object{{"epoch", p.epoch},
                      {"epochs", p.epochs},
                      {"phase", p.phase},
                      {"loss", p.training.loss},
                      {"accuracy", p.training.accuracy},
                      {"validation_loss", p.validation.loss},
                      {"validation_accuracy", p.validation.accuracy},
                      {"average_bits", p.averageBits},
                      {"layer_bits", std::move(layerBits)},
                      {"formula_bytes", p.bytes},
                      {"ratio", p.ratio},
                      {"bases", p.bases},
                      {"seconds", p.seconds}};
}

/// The first lines of a file; none where there is no file.
static std::string firstLines(StringRef path, int64_t count) {
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return "";
  StringRef all = (*buffer)->getBuffer(), rest = all;
  for (int64_t i = 0; i < count; ++i)
    rest = rest.split('\n').second;
  return all.drop_back(rest.size()).str();
}

Expected<ALQ::Listener> training::makeListener(bool quiet, StringRef log,
                                               int64_t finished) {
  std::shared_ptr<raw_fd_ostream> file;
  if (!log.empty()) {
    std::string kept = firstLines(log, finished);
    std::error_code error;
    file = std::make_shared<raw_fd_ostream>(log, error);
    if (error)
      return createStringError("cannot write log '" + log.str() +
                               "': " + error.message());
    *file << kept;
  }
  if (quiet && !file)
    return ALQ::Listener();
  return [quiet, file](const Progress &progress) {
    if (!quiet)
      print(progress);
    if (!file)
      return;
    *file << toJSON(progress) << "\n";
    file->flush();
  };
}
