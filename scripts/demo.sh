#!/usr/bin/env bash
#
# Builds Subbit, compiles LeNet-5 twice, as it is and with quantized weights and
# activations, and prints accuracy, sizes and latency of both.
#
# Usage: scripts/demo.sh [--data DIR] [--no-install] [-j N]
#   --data DIR     all 10,000 test digits: DIR holds t10k-images-idx3-ubyte.gz
#                  and t10k-labels-idx1-ubyte.gz; 1,000 digits are bundled
#   --no-install   take the dependencies as they are
#   -j N           build with N jobs at a time
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

example=$root/examples/lenet5
images=$example/digits-idx3-ubyte.gz
labels=$example/labels-idx1-ubyte.gz
install=true
jobs=()
while [ $# -gt 0 ]; do
  case "$1" in
    --data)
      data=$(cd "${2:?--data needs a folder}" && pwd)
      images=$data/t10k-images-idx3-ubyte.gz
      labels=$data/t10k-labels-idx1-ubyte.gz
      shift ;;
    --no-install) install=false ;;
    -j) jobs=(-j "${2:?-j needs a number}"); shift ;;
    -j*) jobs=("$1") ;;
    -h|--help) sed -n '3,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "demo.sh: unknown option '$1'; --help lists the known ones" >&2; exit 1 ;;
  esac
  shift
done
for file in "$images" "$labels"; do
  if [ ! -r "$file" ]; then
    echo "demo.sh: cannot read '$file'" >&2
    exit 1
  fi
done

if $install; then
  "$root/scripts/install-dependencies"
fi
cd "$root"
cmake --preset default
cmake --build --preset default "${jobs[@]}"

bin=$root/build/bin
out=$root/build/demo
mkdir -p "$out"

# The float network takes normalized pixels; the recipe of the quantized one
# states that normalization, so its object takes the pixels themselves.
"$bin/subbit-compile" "$example/lenet5.onnx" -mcpu=native --emit=so -o "$out/lenet5_float"
quantize=("$example/lenet5.onnx" --recipe "$example/sketch.yaml"
          --calibration "$example/calibration-idx3-ubyte.gz" -mcpu=native)
"$bin/subbit-compile" "${quantize[@]}" --emit=so -o "$out/lenet5"
"$bin/subbit-compile" "${quantize[@]}" --emit=obj -o "$out/lenet5"

"$bin/subbit-run" "$out/lenet5_float.so" --input "$images" --labels "$labels" \
  --scale 255 --mean 0.1307 --std 0.3081 --json > "$out/float-run.json"
"$bin/subbit-run" "$out/lenet5.so" --input "$images" --labels "$labels" \
  --json > "$out/run.json"

python3 - "$out" <<'TABLE'
import json
import sys


def load(name):
    with open("%s/%s" % (sys.argv[1], name)) as file:
        return json.load(file)


def cpu():
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown CPU"


def row(what, *columns):
    print("%-28s%18s%18s" % ((what,) + columns))


original, compiled, sizes = load("float-run.json"), load("run.json"), load("lenet5.json")
weights = sum(layer["weights"] for layer in sizes["layers"])
print()
print("LeNet-5 on %d test digits, one at a time, one thread of: %s"
      % (compiled["images"], cpu()))
print()
row("", "float", "compiled")
row("top-1", "%.2f %%" % original["top1"], "%.2f %%" % compiled["top1"])
row("median latency", "%.1f us" % original["median_us"], "%.1f us" % compiled["median_us"])
row("weights, by formula", "%.1f kB" % (weights * 4 / 1000),
    "%.1f kB" % (sizes["formula_bits"] / 8000))
row("weights, bytes in the object", "%.1f kB" % (weights * 4 / 1000),
    "%.1f kB" % (sizes["exact_bytes"] / 1000))
row("smaller, by formula", "", "%.1f x" % sizes["ratio"])
row("smaller, exact", "", "%.1f x" % sizes["exact_ratio"])
print()
print("kB = 1000 bytes. The formula is the ALQ paper's: bases, 32 bits per coordinate,")
print("a bitwidth per group. The object: %s/lenet5.o, its header lenet5.h." % sys.argv[1])
TABLE
