//===- CompiledNetwork.h - Running compiled networks ---------- -*- C++ -*-===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SUBBIT_EXECUTION_COMPILEDNETWORK_H
#define SUBBIT_EXECUTION_COMPILEDNETWORK_H

#include "lib/Execution/TensorValue.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "subbit/Description.h"
#include "subbit/Threads.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <memory>
#include <mutex>

namespace subbit {

/// A shared object made by `subbit-compile --emit=so`, loaded into this process
/// and used through its description alone.
class CompiledNetwork {
public:
  /// Called with the number and the values of each traced layer.
  using Trace = llvm::function_ref<void(int32_t, const void *)>;

  /// Bytes that are aligned, and not zero: a network must not count on zeros
  /// that nobody wrote.
  class AlignedMemory {
  public:
    AlignedMemory() = default;
    AlignedMemory(size_t bytes, size_t alignment);
    void *data() const { return aligned; }

  private:
    std::unique_ptr<char[]> memory;
    void *aligned = nullptr;
  };

  /// The memory that a network works in, and the threads that it works with:
  /// as many as it was compiled for, or fewer where so many are asked for. One
  /// run at a time may use it.
  class Scratch {
  public:
    explicit Scratch(const subbit_description &description,
                     int32_t mostThreads = SUBBIT_MOST_THREADS);
    void *data() const { return memory.data(); }
    /// Null where there is one thread, the caller's.
    subbit_threads *threads() const { return pool.get(); }

  private:
    AlignedMemory memory;
    std::unique_ptr<subbit_threads, void (*)(subbit_threads *)> pool;
  };

  /// Loads the network `name` (a C identifier) from a file. Fails for files
  /// that are no complete ELF shared object for this machine, that lack the
  /// network's symbols, or whose description is of another ABI version or
  /// contradicts itself.
  static llvm::Expected<std::unique_ptr<CompiledNetwork>>
  load(llvm::StringRef path, llvm::StringRef name);
  ~CompiledNetwork();
  CompiledNetwork(const CompiledNetwork &) = delete;
  CompiledNetwork &operator=(const CompiledNetwork &) = delete;

  const subbit_description &getDescription() const { return *description; }

  /// The quantized module that the network was compiled from. Fails if the file
  /// has none, or one that the context's dialects cannot read.
  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>>
  readModule(mlir::MLIRContext *context) const;

  /// A run whose memory is ready, to be repeated.
  class Call {
  public:
    /// Runs the network once.
    llvm::Error run() const;
    /// Overwritten by the next run.
    llvm::ArrayRef<TensorValue> outputs() const { return results; }

  private:
    friend class CompiledNetwork;
    void setTrace(void (*function)(void *, int32_t, const void *),
                  void *context);
    const CompiledNetwork *network;
    std::vector<TensorValue> results;
    std::vector<intptr_t> arguments;
  };
  /// Inputs and scratch memory must outlive the call. The first one unpacks
  /// weights if that is done once. Fails if the inputs do not fit the
  /// description, or no version of the object the CPU.
  llvm::Expected<Call> prepare(llvm::ArrayRef<TensorValue> inputs,
                               const Scratch &scratch) const;

  /// Runs the network once. Fails if the inputs do not fit the description.
  /// Re-entrant.
  llvm::Expected<std::vector<TensorValue>>
  run(llvm::ArrayRef<TensorValue> inputs, const Scratch &scratch,
      Trace trace = nullptr) const;

private:
  CompiledNetwork(llvm::StringRef path, llvm::StringRef name)
      : path(path), name(name) {}
  llvm::Expected<void *> find(llvm::StringRef suffix) const;
  llvm::Error checkDescription() const;
  llvm::Error unpackWeights() const;
  llvm::Error checkInputs(llvm::ArrayRef<TensorValue> inputs) const;
  llvm::Error fail(const llvm::Twine &message) const;

  std::string path, name;
  void *library = nullptr;
  int (*function)(const void *) = nullptr;
  const subbit_description *description = nullptr;
  /// What all runs read, from the first one on.
  mutable std::once_flag isUnpacked;
  mutable AlignedMemory weights;
  mutable int initCode = 0;
};

/// A tensor of zeros as a description states it.
TensorValue makeTensorValue(const subbit_tensor &tensor);

} // namespace subbit

#endif // SUBBIT_EXECUTION_COMPILEDNETWORK_H
