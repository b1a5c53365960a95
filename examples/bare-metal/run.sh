#!/usr/bin/env bash
#
# Links a network for boards without an operating system, and runs it on digits in
# their emulators: their classes, then what the image takes of flash and RAM.
#
# Usage: run.sh [--model FILE] [--recipe FILE] [--digits N] [--plugin FILE]
#               [--tools DIR] [--output DIR] [BOARD...]
#   BOARD          cortex-m4 (mps2-an386), cortex-m0 (microbit, 16 KiB of RAM),
#                  rv32 (virt); default all three
#   --model FILE   default ../lenet5/lenet5.onnx
#   --recipe FILE  default ../lenet5/sketch.yaml
#   --digits N     default 20
#   --plugin FILE  a plugin of QEMU, for example one that counts instructions
#   --tools DIR    where subbit-compile is, default ../../build/bin
#   --output DIR   default ../../build/bare-metal
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

model=$here/../lenet5/lenet5.onnx
recipe=$here/../lenet5/sketch.yaml
digits=20
plugin=()
tools=$here/../../build/bin
output=$here/../../build/bare-metal
boards=()
while [ $# -gt 0 ]; do
  case "$1" in
    --model) model=${2:?--model needs a file}; shift ;;
    --recipe) recipe=${2:?--recipe needs a file}; shift ;;
    --digits) digits=${2:?--digits needs a number}; shift ;;
    --plugin) plugin=(-plugin "${2:?--plugin needs a file}"); shift ;;
    --tools) tools=${2:?--tools needs a folder}; shift ;;
    --output) output=${2:?--output needs a folder}; shift ;;
    -h|--help) sed -n '3,16s/^# \{0,1\}//p' "$0"; exit 0 ;;
    cortex-m4|cortex-m0|rv32) boards+=("$1") ;;
    *) echo "run.sh: '$1' is neither a board nor an option; --help lists them" >&2; exit 1 ;;
  esac
  shift
done
[ ${#boards[@]} -gt 0 ] || boards=(cortex-m4 cortex-m0 rv32)

# What differs from board to board: the target of subbit-compile, the C compiler's,
# the memory map, the emulator.
describe() {
  case "$1" in
    cortex-m4)
      # Its floats stay unused: only the last layer's scores would take them.
      target=(-mtriple=thumbv7em-none-eabi -mcpu=cortex-m4 -mattr=-fpregs)
      cc=(arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -mfloat-abi=soft)
      flash=0 flash_size=4M ram=0x20000000 ram_size=4M
      emulator=(qemu-system-arm -M mps2-an386) ;;
    cortex-m0)
      target=(-mtriple=thumbv6m-none-eabi -mcpu=cortex-m0)
      cc=(arm-none-eabi-gcc -mcpu=cortex-m0 -mthumb)
      flash=0 flash_size=256K ram=0x20000000 ram_size=16K
      emulator=(qemu-system-arm -M microbit) ;;
    rv32)
      target=(-mtriple=riscv32-unknown-elf -mattr=+m,+a,+c)
      cc=(riscv64-unknown-elf-gcc -march=rv32imac -mabi=ilp32)
      flash=0x80000000 flash_size=4M ram=0x80400000 ram_size=4M
      emulator=(qemu-system-riscv32 -M virt -bios none) ;;
  esac
}

if [ ! -x "$tools/subbit-compile" ]; then
  echo "run.sh: no subbit-compile in '$tools'; scripts/demo.sh builds it, --tools says where it is" >&2
  exit 1
fi
mkdir -p "$output"
python3 "$here/digits.py" "$here/../lenet5" "$digits" > "$output/digits.h"
for board in "${boards[@]}"; do
  describe "$board"
  "$tools/subbit-compile" "$model" --recipe "$recipe" "${target[@]}" -o "$output/network" 2> "$output/remarks" ||
    { cat "$output/remarks" >&2; exit 1; }
  score=float
  grep -q 'int32_t \*.*output' "$output/network.h" && score=int32_t
  # The stack below the top of RAM is not part of the image.
  "${cc[@]}" -std=c11 -Os -Wall -Werror -DSCORE=$score -I "$output" \
    --specs=picolibc.specs --crt0=semihost --oslib=semihost -Wl,-z,noexecstack \
    "-Wl,--defsym=__flash=$flash,--defsym=__flash_size=$flash_size" \
    "-Wl,--defsym=__ram=$ram,--defsym=__ram_size=$ram_size" -Wl,--defsym=__stack_size=1K \
    "$here/main.c" "$output/network.o" -o "$output/$board.elf"
  echo "$board: $("${emulator[@]}" ${plugin[@]+"${plugin[@]}"} -nographic \
    -semihosting-config enable=on,target=native -kernel "$output/$board.elf" 2>&1 < /dev/null)"
  "${cc[0]%gcc}size" "$output/$board.elf" "$output/network.o" | awk -v name="$board" '
    NR == 2 { image = $1 + $2; ram = $2 + $3 }
    NR == 3 { printf "%s: flash %d bytes, of them the network %d; RAM %d bytes, of them the stack 1024\n", name, image, $1 + $2, ram }'
done
