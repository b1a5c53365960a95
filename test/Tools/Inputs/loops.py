"""loops.py FILE: what the innermost loops with popcounts are made of, a line for
each: x86 assembly whose loops are single blocks."""

import re
import sys


def count(block, pattern):
    return sum(bool(re.match(pattern, line)) for line in block)


label, block = None, []
for line in open(sys.argv[1]):
    line = line.split("#")[0].strip()
    if re.match(r"[.\w$]+:", line):
        label, block = line[:-1], []
    elif line and not line.startswith("."):
        block.append(line)
    jumps = re.match(r"j\w+\s+(\S+)", line)
    if not jumps or jumps[1] != label or not count(block, r"v?popcnt"):
        continue
    print(
        "loop:",
        count(block, r"vpxord\s+-?\d*\([^)]+\), "), "xor of memory,",
        count(block, r"vpopcntd\s+%"), "popcount,",
        count(block, r"vpaddd\s+%"), "add,",
        count(block, r"vpbroadcastd\s"), "broadcast,",
        count(block, r"(?!vp(xor|opcnt|add|broadcast)d\b)v"), "other vector,",
        count(block, r".*\(%rsp"), "stack,",
        count(block, r"[^v]"), "scalar",
    )
