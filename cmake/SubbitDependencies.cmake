# Finds what Subbit is built on. Everything that is missing is collected and
# reported in one message with the Debian packages to install.
set(SUBBIT_MISSING "")

function(subbit_require found what package)
  if(NOT ${found})
    set(SUBBIT_MISSING "${SUBBIT_MISSING}\n  ${what}: apt-get install ${package}" PARENT_SCOPE)
  endif()
endfunction()

set(SUBBIT_LLVM_PREFIX "/usr/lib/llvm-22" CACHE PATH "Where LLVM and MLIR 22 are installed")
find_package(MLIR CONFIG QUIET HINTS "${SUBBIT_LLVM_PREFIX}/lib/cmake/mlir")
if(MLIR_FOUND AND NOT LLVM_VERSION_MAJOR EQUAL 22)
  set(MLIR_FOUND FALSE)
endif()
subbit_require(MLIR_FOUND "LLVM and MLIR 22" "libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools")

find_package(Protobuf QUIET)
subbit_require(Protobuf_FOUND "protobuf" "libprotobuf-dev")
find_package(ONNX CONFIG QUIET)
subbit_require(ONNX_FOUND "the ONNX message definitions" "libonnx-dev")
find_package(ZLIB QUIET)
subbit_require(ZLIB_FOUND "zlib" "zlib1g-dev")
find_package(GTest QUIET)
subbit_require(GTest_FOUND "GoogleTest" "libgtest-dev")
find_program(SUBBIT_LIT NAMES lit-22 lit HINTS "${SUBBIT_LLVM_PREFIX}/bin")
subbit_require(SUBBIT_LIT "lit" "llvm-22-tools")
find_program(SUBBIT_FILECHECK NAMES FileCheck FileCheck-22 HINTS "${SUBBIT_LLVM_PREFIX}/bin")
subbit_require(SUBBIT_FILECHECK "FileCheck" "llvm-22-tools")
if(LLVM_USE_LINKER STREQUAL "lld")
  find_program(SUBBIT_LLD NAMES ld.lld HINTS "${SUBBIT_LLVM_PREFIX}/bin")
  subbit_require(SUBBIT_LLD "lld" "lld-22")
endif()


# libtorch, for training alone: without it the tools say so when they are asked to.
set(SUBBIT_TORCH_PREFIX "" CACHE PATH
    "Another libtorch than the system's, such as the folder 'torch' of PyTorch's wheel (2.7 or newer)")
if(SUBBIT_TORCH_PREFIX)
  set(subbit_torch_search PATHS "${SUBBIT_TORCH_PREFIX}" PATH_SUFFIXES include lib NO_DEFAULT_PATH)
endif()
find_path(SUBBIT_TORCH_INCLUDE torch/csrc/api/include/torch/torch.h ${subbit_torch_search})
find_library(SUBBIT_TORCH_LIBRARY torch_cpu ${subbit_torch_search})
find_library(SUBBIT_C10_LIBRARY c10 ${subbit_torch_search})
if(SUBBIT_TORCH_PREFIX AND NOT (SUBBIT_TORCH_INCLUDE AND SUBBIT_TORCH_LIBRARY AND SUBBIT_C10_LIBRARY))
  message(FATAL_ERROR "SUBBIT_TORCH_PREFIX '${SUBBIT_TORCH_PREFIX}' has no libtorch: no "
                      "include/torch and lib/libtorch_cpu.so in it")
endif()
if(SUBBIT_TORCH_INCLUDE AND SUBBIT_TORCH_LIBRARY AND SUBBIT_C10_LIBRARY)
  set(SUBBIT_HAVE_TORCH TRUE)
  # Headers of version 2 want C++20, which those of version 1 do not know.
  file(STRINGS "${SUBBIT_TORCH_INCLUDE}/torch/csrc/api/include/torch/version.h"
       subbit_torch_major REGEX "TORCH_VERSION_MAJOR +1")
  if(subbit_torch_major)
    set(SUBBIT_TORCH_STANDARD 17)
  else()
    set(SUBBIT_TORCH_STANDARD 20)
  endif()
else()
  message(STATUS "No libtorch: Subbit is built without training (apt-get install libtorch-dev)")
endif()

if(NOT SUBBIT_MISSING STREQUAL "")
  message(FATAL_ERROR "Subbit cannot be configured, these are missing:${SUBBIT_MISSING}\n"
                      "scripts/install-dependencies installs all of them on Debian 12.")
endif()

list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
include(TableGen)
include(AddLLVM)
include(AddMLIR)
include(HandleLLVMOptions)
separate_arguments(LLVM_DEFINITIONS_LIST NATIVE_COMMAND ${LLVM_DEFINITIONS})
add_definitions(${LLVM_DEFINITIONS_LIST})
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
# libstdc++ 12 uses its own deprecated functions in std::stable_sort.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-deprecated-declarations>)
endif()
