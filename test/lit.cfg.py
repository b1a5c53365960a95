# The suite of text tests: FileCheck on IR, diagnostics, assembly and output.
#
# Features, for REQUIRES and UNSUPPORTED lines:
#   avx2, avx512     this CPU runs objects for AVX2, for AVX-512 with VPOPCNTDQ
#   qemu-aarch64,    a cross compiler and an emulator are installed
#   qemu-arm,
#   qemu-riscv64
#   qemu-x86_64      an emulator of other x86 CPUs is installed
#   qemu-zvbb        an emulator that knows RISC-V's Zvbb (scripts/fetch-qemu)
#   bare-arm,        the same for boards without an operating system
#   bare-riscv32
#   onnxruntime      a Python that has it, SUBBIT_ONNXRUNTIME_PYTHON or lit's own
#   sanitizers       the tools are built with sanitizers
#   torch            the tools can train
# Substitutions besides lit's own:
#   %cc %cxx %python %cmake %lit                  programs
#   %cc-aarch64 %run-aarch64 (-arm, -riscv64)     cross compiler, emulator
#   %run-zvbb                                     emulator of qemu-zvbb
#   %cc-bare-arm %run-bare-arm (-riscv32)         the same for boards
#   %examples %include %source %build             folders

import os
import re
import shutil
import subprocess
import sys

import lit.formats

config.name = "Subbit"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "lib"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.subbit_build_dir, "test")

tools = os.path.join(config.subbit_build_dir, "bin")
config.environment["PATH"] = os.pathsep.join(
    [tools, config.llvm_tools_dir, config.environment["PATH"]]
)


def cpu_flags():
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("flags"):
                    return set(line.split(":", 1)[1].split())
    except OSError:
        pass
    return set()


flags = cpu_flags()
if "avx2" in flags:
    config.available_features.add("avx2")
if {"avx512_vpopcntdq", "avx512_bitalg", "avx512_vnni"} <= flags:
    config.available_features.add("avx512")

for arch, system in (
    ("aarch64", "aarch64-linux-gnu"),
    ("arm", "arm-linux-gnueabihf"),
    ("riscv64", "riscv64-linux-gnu"),
):
    cross, emulator = system + "-gcc", "qemu-" + arch
    if shutil.which(cross) and shutil.which(emulator):
        config.available_features.add("qemu-" + arch)
    config.substitutions.append((r"%%cc-%s\b" % arch, cross + " -static"))
    config.substitutions.append((r"%%run-%s\b" % arch, emulator))

# Zvbb needs QEMU 8.2: what scripts/fetch-qemu has put into the build folder, or the
# installed one.
zvbb = os.path.join(
    config.subbit_source_dir, "build", "qemu", "usr", "bin", "qemu-riscv64"
)
if not os.path.exists(zvbb):
    zvbb = "qemu-riscv64"
if "qemu-riscv64" in config.available_features:
    text = subprocess.check_output([zvbb, "--version"], text=True)
    version = re.search(r"version (\d+)\.(\d+)", text)
    if version and tuple(map(int, version.groups())) >= (8, 2):
        config.available_features.add("qemu-zvbb")
config.substitutions.append((r"%run-zvbb\b", zvbb))

if shutil.which("qemu-x86_64"):
    config.available_features.add("qemu-x86_64")

# Boards without an operating system: C library and files through semihosting.
for arch, system, emulator in (
    ("arm", "arm-none-eabi", "qemu-system-arm"),
    ("riscv32", "riscv64-unknown-elf", "qemu-system-riscv32"),
):
    cross = system + "-gcc"
    library = "/usr/lib/picolibc/" + system
    if (
        shutil.which(cross)
        and shutil.which(emulator)
        and os.path.exists(library)
    ):
        config.available_features.add("bare-" + arch)
    config.substitutions.append(
        (
            r"%%cc-bare-%s\b" % arch,
            cross
            + " --specs=picolibc.specs --crt0=semihost --oslib=semihost"
            + " -DFILES -Wl,-z,noexecstack",
        )
    )
    config.substitutions.append(
        (
            r"%%run-bare-%s\b" % arch,
            "%s %s %s"
            % (
                sys.executable,
                os.path.join(
                    config.test_source_root, "Target", "Inputs", "bare-metal.py"
                ),
                emulator,
            ),
        )
    )

config.environment["LENET5"] = os.path.join(
    config.subbit_source_dir, "examples", "lenet5"
)

runtime_python = os.environ.get("SUBBIT_ONNXRUNTIME_PYTHON", sys.executable)
if not subprocess.call(
    [runtime_python, "-c", "import onnxruntime"], stderr=subprocess.DEVNULL
):
    config.available_features.add("onnxruntime")
config.substitutions.append((r"%onnxruntime-python\b", runtime_python))

if config.torch:
    config.available_features.add("torch")
if config.sanitizer:
    config.available_features.add("sanitizers")
    config.environment["ASAN_SYMBOLIZER_PATH"] = os.path.join(
        config.llvm_tools_dir, "llvm-symbolizer"
    )
    # LLVM's own libraries have no sanitizers, so what allocators and vectors in
    # its headers mark is known to one side only.
    config.environment["ASAN_OPTIONS"] = (
        "allow_user_poisoning=0:detect_container_overflow=0"
    )

for name, value in (
    ("cc", config.c_compiler),
    ("cxx", config.cxx_compiler),
    ("python", sys.executable),
    ("cmake", config.cmake),
    ("lit", os.path.join(config.llvm_tools_dir, "lit")),
    ("examples", os.path.join(config.subbit_source_dir, "examples")),
    ("include", os.path.join(config.subbit_source_dir, "include")),
    ("source", config.subbit_source_dir),
    ("build", config.subbit_build_dir),
):
    config.substitutions.append((r"%%%s\b" % name, value))
