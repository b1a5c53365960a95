#!/usr/bin/env bash
#
# Builds Subbit, compiles LeNet-5 twice, as it is and with quantized weights and
# activations, and prints accuracy, sizes and latency of both.
#
# Usage: scripts/demo.sh [--data DIR] [--no-install] [--tools DIR] [-j N]
#   --data DIR     all 10,000 test digits: DIR holds t10k-images-idx3-ubyte.gz
#                  and t10k-labels-idx1-ubyte.gz; 1,000 digits are bundled
#   --no-install   take the dependencies as they are
#   --tools DIR    take subbit-compile and subbit-run from DIR, build nothing; the
#                  results go to DIR/../demo, not to build/demo
#   -j N           build with N jobs at a time
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

example=$root/examples/lenet5
images=$example/digits-idx3-ubyte.gz
labels=$example/labels-idx1-ubyte.gz
install=true
tools=
jobs=()
while [ $# -gt 0 ]; do
  case "$1" in
    --data)
      data=$(realpath -m "${2:?--data needs a folder}")
      images=$data/t10k-images-idx3-ubyte.gz
      labels=$data/t10k-labels-idx1-ubyte.gz
      shift ;;
    --no-install) install=false ;;
    --tools) tools=$(realpath -s "${2:?--tools needs a folder}"); shift ;;
    -j) jobs=(-j "${2:?-j needs a number}"); shift ;;
    -j*) jobs=("$1") ;;
    -h|--help) sed -n '3,13s/^# \{0,1\}//p' "$0"; exit 0 ;;
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

if [ -z "$tools" ]; then
  if $install; then
    "$root/scripts/install-dependencies"
  fi
  cd "$root"
  cmake --preset default
  cmake --build --preset default "${jobs[@]}" --target subbit-compile subbit-run
  tools=$root/build/bin
fi
out=$(dirname "$tools")/demo
mkdir -p "$out"

# The float network takes normalized pixels; the recipe of the quantized one
# states that normalization, so its object takes the pixels themselves.
normalize=(--scale 0.00392156862745098 --mean 0.1307 --std 0.3081)
"$tools/subbit-compile" "$example/lenet5.onnx" -mcpu=native --emit=so -o "$out/lenet5_float"
"$tools/subbit-compile" "$example/lenet5.onnx" --recipe "$example/sketch.yaml" \
  -mcpu=native --emit=so -o "$out/lenet5"

run() {
  "$tools/subbit-run" "$1" --input "$images" --labels "$labels" --benchmark --json "${@:2}"
}
run "$out/lenet5_float.so" "${normalize[@]}" > "$out/float-run.json"
run "$out/lenet5.so" > "$out/run.json"

python3 - "$out" <<'TABLE'
import json
import os
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


def row(what, unit, digits, *values):
    columns = ("%*.*f %-2s" % (9, digits, value, unit) for value in values)
    print(("%-30s" % what + "".join(columns)).rstrip())


runs = load("float-run.json"), load("run.json")
sizes = load("lenet5_float.json"), load("lenet5.json")
print()
print("LeNet-5, %d test digits, %d weights; %s, one thread, one image at a time"
      % (runs[0]["images"], sizes[0]["weights"], cpu()))
print()
print("%-30s%12s%12s" % ("", "float", "quantized"))
row("top-1", "%", 2, *(run["top1"] for run in runs))
row("median latency", "us", 1, *(run["median_us"] for run in runs))
row("weights, by formula", "kB", 1, *(size["formula_bits"] / 8000 for size in sizes))
row("weights, stored in the object", "kB", 1, *(size["exact_bytes"] / 1000 for size in sizes))
row("float size / size, by formula", "", 2, *(size["ratio"] for size in sizes))
row("float size / size, stored", "", 2, *(size["exact_ratio"] for size in sizes))
print()
print("kB = 1000 bytes. By formula: 32 bits per float; for the bases, the count of the")
print("ALQ paper (docs/Arithmetic.md). Stored: with thresholds, biases and padding.")
print("Objects, headers and reports are in %s." % os.path.relpath(sys.argv[1]))
TABLE
