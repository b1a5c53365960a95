//===- CheckpointFile.cpp - Runs that stop and go on ----------------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Training/CheckpointFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/xxhash.h"
#include <cstring>

using namespace llvm;
using namespace subbit;
using namespace subbit::training;

/// The first bytes of a file, with the version of what follows: the hash of the
/// rest, then what a run depends on, then the checkpoint.
static constexpr StringLiteral kMagic = "subbit checkpoint 2\n";

namespace {

/// Appends values to a string.
class Writer {
public:
  template <typename T> void scalar(const T &value) {
    bytes.append(reinterpret_cast<const char *>(&value), sizeof(T));
  }
  template <typename T> void vector(const std::vector<T> &values) {
    scalar<uint64_t>(values.size());
    bytes.append(reinterpret_cast<const char *>(values.data()),
                 values.size() * sizeof(T));
  }
  void text(const std::string &value) {
    vector(std::vector<char>(value.begin(), value.end()));
  }
  template <typename T, typename Fn>
  void list(std::vector<T> &values, Fn fn, const T &) {
    scalar<uint64_t>(values.size());
    for (T &value : values)
      fn(value);
  }

  std::string bytes;
};

/// Takes them off again; `failed` where there are not enough.
class Reader {
public:
  explicit Reader(StringRef bytes) : bytes(bytes) {}

  template <typename T> void scalar(T &value) { take(&value, sizeof(T)); }
  template <typename T> void vector(std::vector<T> &values) {
    uint64_t size = 0;
    scalar(size);
    if (failed || size > bytes.size() / sizeof(T)) {
      failed = true;
      return;
    }
    values.resize(size);
    take(values.data(), size * sizeof(T));
  }
  void text(std::string &value) {
    std::vector<char> chars;
    vector(chars);
    value.assign(chars.begin(), chars.end());
  }
  template <typename T, typename Fn>
  void list(std::vector<T> &values, Fn fn, const T &empty) {
    uint64_t size = 0;
    scalar(size);
    values.clear();
    for (uint64_t i = 0; i < size && !failed; ++i) {
      values.push_back(empty);
      fn(values.back());
    }
  }

  bool failed = false;

private:
  void take(void *to, size_t size) {
    if (failed || size > bytes.size()) {
      failed = true;
      return;
    }
    std::memcpy(to, bytes.data(), size);
    bytes = bytes.drop_front(size);
  }

  StringRef bytes;
};

/// One description of what a checkpoint holds, for both.
template <typename Archive> struct Visitor {
  Archive &archive;
  const State &like;

  void moments(AMSGrad &state) {
    archive.vector(state.mean);
    archive.vector(state.square);
    archive.vector(state.largest);
    archive.scalar(state.steps);
  }
  void allMoments(std::vector<AMSGrad> &all) {
    archive.list(all, [&](AMSGrad &state) { moments(state); }, AMSGrad(0));
  }
  void state(State &state) {
    archive.list(
        state.values,
        [&](std::vector<float> &values) { archive.vector(values); },
        std::vector<float>());
    for (Tensor &tensor : state.tensors) {
      MultiBit::Arrays arrays = tensor.weights.save();
      archive.vector(arrays.widths);
      archive.vector(arrays.coordinates);
      archive.vector(arrays.codes);
      restore(tensor.weights, std::move(arrays));
    }
    for (ActivationLevels &activations : state.activations) {
      archive.scalar(activations.levels.step);
      archive.scalar(activations.levels.zero);
      archive.scalar(activations.levels.low);
      archive.vector(activations.levels.multipliers);
    }
  }
  void score(Score &score) {
    archive.scalar(score.loss);
    archive.scalar(score.accuracy);
  }
  void visit(Checkpoint &checkpoint) {
    state(checkpoint.trainer.state);
    allMoments(checkpoint.trainer.moments);
    archive.list(
        checkpoint.trainer.learned,
        [&](numerics::LevelsEstimator::Learned &learned) {
          archive.scalar(learned.lowest);
          archive.vector(learned.widths);
        },
        numerics::LevelsEstimator::Learned());
    archive.text(checkpoint.trainer.random);
    archive.scalar(checkpoint.trainer.epochs);
    archive.scalar(checkpoint.phase);
    archive.scalar(checkpoint.epoch);
    allMoments(checkpoint.moments);
    archive.list(
        checkpoint.floats,
        [&](std::vector<float> &values) { archive.vector(values); },
        std::vector<float>());
    uint8_t hasBest = checkpoint.best.has_value();
    archive.scalar(hasBest);
    if (hasBest) {
      if (!checkpoint.best)
        checkpoint.best = like;
      state(*checkpoint.best);
    }
    score(checkpoint.bestScore);
    archive.scalar(checkpoint.finished);
    archive.scalar(checkpoint.seconds);
  }

private:
  void restore(MultiBit &weights, MultiBit::Arrays arrays) {
    if constexpr (std::is_same_v<Archive, Reader>)
      archive.failed |= !weights.restore(std::move(arrays));
  }
};

} // namespace

Error training::writeCheckpoint(StringRef path, StringRef run,
                                const Checkpoint &checkpoint) {
  Writer writer;
  writer.text(run.str());
  Checkpoint copy = checkpoint;
  Visitor<Writer>{writer, checkpoint.trainer.state}.visit(copy);
  uint64_t hash = xxh3_64bits(writer.bytes);
  Error error = writeToOutput(path, [&](raw_ostream &os) {
    os << kMagic;
    os.write(reinterpret_cast<const char *>(&hash), sizeof(hash));
    os << writer.bytes;
    return Error::success();
  });
  if (!error)
    return Error::success();
  return createStringError("the checkpoint cannot be written: " +
                           toString(std::move(error)));
}

Expected<std::optional<Checkpoint>>
training::readCheckpoint(StringRef path, StringRef run, const State &like) {
  if (!sys::fs::exists(path))
    return std::nullopt;
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    return createStringError("checkpoint '" + path.str() +
                             "': " + buffer.getError().message());
  StringRef bytes = (*buffer)->getBuffer();
  uint64_t hash = 0;
  if (!bytes.consume_front(kMagic) || bytes.size() < sizeof(hash))
    return createStringError("'" + path.str() +
                             "' is no checkpoint of this version of Subbit");
  std::memcpy(&hash, bytes.data(), sizeof(hash));
  bytes = bytes.drop_front(sizeof(hash));
  Reader reader(bytes);
  std::string theirs;
  Checkpoint checkpoint;
  checkpoint.trainer.state = like;
  bool whole = hash == xxh3_64bits(bytes);
  if (whole)
    reader.text(theirs);
  if (whole && !reader.failed && theirs != run)
    return createStringError(
        "checkpoint '" + path.str() +
        "' is of another run: its network, data or options differ. Remove it, "
        "or name another file");
  if (whole)
    Visitor<Reader>{reader, like}.visit(checkpoint);
  if (!whole || reader.failed)
    return createStringError("checkpoint '" + path.str() +
                             "' is damaged; remove it to begin anew");
  return checkpoint;
}
