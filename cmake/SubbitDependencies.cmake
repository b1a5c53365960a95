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
subbit_require(Protobuf_FOUND "protobuf" "libprotobuf-dev protobuf-compiler")
find_package(ONNX CONFIG QUIET)
subbit_require(ONNX_FOUND "the ONNX message definitions" "libonnx-dev")
find_package(ZLIB QUIET)
subbit_require(ZLIB_FOUND "zlib" "zlib1g-dev")
find_package(GTest QUIET)
subbit_require(GTest_FOUND "GoogleTest" "libgtest-dev")
find_program(SUBBIT_LIT NAMES lit-22 lit)
subbit_require(SUBBIT_LIT "lit" "llvm-22-tools")

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
