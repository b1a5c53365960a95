#!/usr/bin/env bash
#
# Builds Subbit and runs all of its tests. The last line says how many passed
# and failed; the exit code is 0 if none failed.
#
# Usage: scripts/test.sh [--preset NAME] [--no-install] [-j N] [LIT-OPTION...]
#   --preset NAME   default, debug or sanitize (address and undefined behaviour)
#   --no-install    take the dependencies as they are
#   -j N            build and test with N jobs at a time
#   LIT-OPTION      handed to lit: --filter REGEX, -v, ...
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

preset=default
install=true
jobs=()
options=()
while [ $# -gt 0 ]; do
  case "$1" in
    --preset) preset=${2:?--preset needs a name}; shift ;;
    --no-install) install=false ;;
    -j) jobs=(-j "${2:?-j needs a number}"); shift ;;
    -j*) jobs=("$1") ;;
    -h|--help) sed -n '3,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) options+=("$1") ;;
  esac
  shift
done

if $install; then
  "$root/scripts/install-dependencies"
  # Without it a test is skipped, and counted as such.
  "$root/scripts/fetch-qemu" || echo "test.sh: no newer QEMU; what needs it is skipped" >&2
fi
cd "$root"
cmake --preset "$preset"
cmake --build --preset "$preset" "${jobs[@]}"

build=build
[ "$preset" = default ] || build=build-$preset
results=$build/test-results.json
rm -f "$results"
code=0
lit-22 -s -v "${jobs[@]}" --output "$results" "${options[@]}" "$build/test" || code=$?

# The numbers come from lit's own record; without one nothing was tested.
python3 - "$results" "$code" <<'SUMMARY'
import json
import sys

try:
    with open(sys.argv[1]) as file:
        codes = [test["code"] for test in json.load(file)["tests"]
                 if test["code"] != "EXCLUDED"]
except (OSError, ValueError) as error:
    print("no results: %s" % error)
    codes = ["UNRESOLVED"]
passed = sum(code in ("PASS", "XFAIL", "FLAKYPASS") for code in codes)
skipped = sum(code in ("UNSUPPORTED", "SKIPPED") for code in codes)
failed = len(codes) - passed - skipped
# lit itself failed: no tests, or a broken configuration.
if failed == 0 and (passed == 0 or sys.argv[2] != "0"):
    failed = 1
print("%d passed, %d failed" % (passed, failed)
      + (", %d skipped" % skipped if skipped else ""))
sys.exit(1 if failed else 0)
SUMMARY
