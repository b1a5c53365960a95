"""loops.py FILE: what the innermost loops with popcounts are made of, a line for
each: x86 assembly whose loops are single blocks."""

import re
import sys


KINDS = {
    "xor": r"vpxord\s",
    "of three": r"vpternlogd\s",
    "popcount": r"vpopcntd\s",
    "add": r"vpaddd\s",
    "multiply-add": r"vpdpwssd\s",
    "broadcast": r"vpbroadcastd\s",
    "load": r"vmovdqu\d+\s+-?\d*\((?!%rsp)",
    "other vector": r"v",
    "scalar": r"",
}


def kind(line):
    return next(name for name, pattern in KINDS.items() if re.match(pattern, line))


label, block = None, []
for line in open(sys.argv[1]):
    line = line.split("#")[0].strip()
    if re.match(r"[.\w$]+:", line):
        label, block = line[:-1], []
    elif line and not line.startswith("."):
        block.append(line)
    jumps = re.match(r"j\w+\s+(\S+)", line)
    if not jumps or jumps[1] != label or not any(map(re.compile("v?popcnt").match, block)):
        continue
    counts = ["%d %s" % (sum(kind(line) == name for line in block), name) for name in KINDS]
    print("loop:", ", ".join(counts + ["%d stack" % sum("(%rsp" in line for line in block)]))
