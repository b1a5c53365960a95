//===- Baselines.cpp - The same product by other libraries ----------------===//
//
// Part of Subbit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lib/Benchmark/Baselines.h"
#include "lib/Target/Host.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/Twine.h"
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace subbit;

static constexpr const char *kOpenBLAS = "libopenblas.so.0";
static constexpr const char *kOneDNN = "libdnnl.so.2";
/// How long a product is measured.
static constexpr double kSeconds = 0.3;

namespace {
/// What a child process tells.
struct Message {
  double microseconds = -1;
  char core[64] = {};
};
} // namespace

/// The fastest of repeated calls.
static double measure(llvm::function_ref<void()> call) {
  using Clock = std::chrono::steady_clock;
  auto seconds = [](Clock::time_point since) {
    return std::chrono::duration<double>(Clock::now() - since).count();
  };
  call();
  double fastest = 1e30;
  for (auto begin = Clock::now(); seconds(begin) < kSeconds;) {
    auto start = Clock::now();
    call();
    fastest = std::min(fastest, seconds(start));
  }
  return fastest * 1e6;
}

/// Runs `body` in a child process; none if the child does not answer.
static bool runInChild(llvm::function_ref<Message()> body, Message &message) {
  int ends[2];
  if (pipe(ends))
    return false;
  pid_t child = fork();
  if (child == 0) {
    setenv("OMP_NUM_THREADS", "1", 1);
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    Message found = body();
    bool written = write(ends[1], &found, sizeof(found)) == sizeof(found);
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  bool answered =
      child > 0 && read(ends[0], &message, sizeof(message)) == sizeof(message);
  close(ends[0]);
  int status = 0;
  if (child > 0)
    waitpid(child, &status, 0);
  return answered && message.microseconds >= 0;
}

template <typename Function>
static Function *find(void *library, const char *name) {
  return library ? reinterpret_cast<Function *>(dlsym(library, name)) : nullptr;
}

static Message timeOpenBLAS(const ProductSize &size) {
  Message message;
  chooseOpenBLASCore();
  void *library = dlopen(kOpenBLAS, RTLD_NOW | RTLD_LOCAL);
  auto *sgemm = find<void(int, int, int, int, int, int, float, const float *,
                          int, const float *, int, float, float *, int)>(
      library, "cblas_sgemm");
  auto *core = find<char *()>(library, "openblas_get_corename");
  if (!sgemm || !core)
    return message;
  std::vector<float> a(size.m * size.k, 0.5f), b(size.k * size.n, 0.25f),
      c(size.m * size.n);
  constexpr int rowMajor = 101, plain = 111;
  message.microseconds = measure([&] {
    sgemm(rowMajor, plain, plain, size.m, size.n, size.k, 1, a.data(), size.k,
          b.data(), size.n, 0, c.data(), size.n);
  });
  std::strncpy(message.core, core(), sizeof(message.core) - 1);
  return message;
}

/// oneDNN's name for what it uses.
static void nameISA(void *library, Message &message) {
  auto *effective = find<int()>(library, "dnnl_get_effective_cpu_isa");
  int isa = effective ? effective() : 0;
  const char *name = isa >= 0x3e7  ? "avx512_core_amx"
                     : isa >= 0xe7 ? "avx512_core_bf16"
                     : isa >= 0x67 ? "avx512_core_vnni"
                     : isa >= 0x27 ? "avx512_core"
                     : isa >= 0x7  ? "avx2"
                                   : "sse41";
  std::strncpy(message.core, name, sizeof(message.core) - 1);
}

static void *loadOneDNN(bool restricted) {
  if (restricted)
    setenv("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_VNNI", 1);
  return dlopen(kOneDNN, RTLD_NOW | RTLD_LOCAL);
}

static Message timeOneDNNFloat(const ProductSize &size) {
  Message message;
  void *library = loadOneDNN(/*restricted=*/true);
  auto *sgemm =
      find<int(char, char, int64_t, int64_t, int64_t, float, const float *,
               int64_t, const float *, int64_t, float, float *, int64_t)>(
          library, "dnnl_sgemm");
  if (!sgemm)
    return message;
  std::vector<float> a(size.m * size.k, 0.5f), b(size.k * size.n, 0.25f),
      c(size.m * size.n);
  message.microseconds = measure([&] {
    sgemm('N', 'N', size.m, size.n, size.k, 1, a.data(), size.k, b.data(),
          size.n, 0, c.data(), size.n);
  });
  nameISA(library, message);
  return message;
}

static Message timeOneDNNInt8(const ProductSize &size, bool restricted) {
  Message message;
  void *library = loadOneDNN(restricted);
  auto *gemm =
      find<int(char, char, char, int64_t, int64_t, int64_t, float,
               const uint8_t *, int64_t, uint8_t, const int8_t *, int64_t,
               int8_t, float, int32_t *, int64_t, const int32_t *)>(
          library, "dnnl_gemm_u8s8s32");
  if (!gemm)
    return message;
  std::vector<uint8_t> a(size.m * size.k, 3);
  std::vector<int8_t> b(size.k * size.n, -2);
  std::vector<int32_t> c(size.m * size.n);
  int32_t offset = 0;
  message.microseconds = measure([&] {
    gemm('N', 'N', 'F', size.m, size.n, size.k, 1, a.data(), size.k, 0,
         b.data(), size.n, 0, 0, c.data(), size.n, &offset);
  });
  nameISA(library, message);
  return message;
}

llvm::Expected<Baseline> subbit::timeFloatProduct(const ProductSize &size) {
  Baseline best;
  auto consider = [&](const char *library, const Message &message) {
    if (best.library.empty() || message.microseconds < best.microseconds)
      best = {message.microseconds, library, message.core};
  };
  Message message;
  if (runInChild([&] { return timeOpenBLAS(size); }, message))
    consider("OpenBLAS", message);
  message = {};
  if (runInChild([&] { return timeOneDNNFloat(size); }, message))
    consider("oneDNN", message);
  if (!best.library.empty())
    return best;
  return llvm::createStringError(
      "--compare-float needs OpenBLAS or oneDNN: apt-get install "
      "libopenblas0-pthread libdnnl2");
}

llvm::Expected<Baseline> subbit::timeInt8Product(const ProductSize &size,
                                                 bool restricted) {
  Message message;
  if (runInChild([&] { return timeOneDNNInt8(size, restricted); }, message))
    return Baseline{message.microseconds, "oneDNN", message.core};
  return llvm::createStringError(
      "--compare-int8 needs oneDNN: apt-get install libdnnl2");
}
