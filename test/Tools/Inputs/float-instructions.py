"""Counts the instructions of x86 assembly, from stdin, that compute with floats;
moves, which integers use too, are not counted."""

import re
import sys

FLOAT = re.compile(
    r"\s+v?((add|sub|mul|div|max|min|sqrt|rcp14|rsqrt14|cmp\w*|u?comi|rndscale|round"
    r"|reduce|range|fixupimm|getexp|getmant|scalef|fn?m(add|sub|addsub|subadd)\d+)"
    r"[ps][sd]|u?comis[sd]|cvt\w+)\s"
)
POPCOUNT = re.compile(r"\s+v?popcnt")

lines = sys.stdin.read().splitlines()
last = max((i for i, line in enumerate(lines) if POPCOUNT.match(line)), default=0)
print("before the last popcount:", sum(bool(FLOAT.match(x)) for x in lines[:last]))
print("behind it:", sum(bool(FLOAT.match(x)) for x in lines[last:]))
