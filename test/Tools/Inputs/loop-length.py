"""loop-length.py FILE PATTERN: the instructions of each innermost loop that has an
instruction which PATTERN matches, and how many these are."""

import re
import sys

label, block = None, []
for line in open(sys.argv[1]):
    line = re.split(r"\s(?:#|//)", line)[0].strip()
    if re.match(r"[.\w$]+:", line):
        label, block = line[:-1], []
        continue
    if not line or line[0] in ".#/":
        continue
    block.append(line)
    if not re.search(r"^(?:j|b)\S*\s.*%s$" % re.escape(str(label)), line):
        continue
    counts = sum(bool(re.match(sys.argv[2], one)) for one in block)
    if counts:
        print("loop: %d instructions, %d counts, %.2f each" % (len(block), counts, len(block) / counts))
