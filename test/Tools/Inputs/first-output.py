"""first-output.py FILE FIRST ALL: of every ALL bytes the first FIRST."""

import sys

data = open(sys.argv[1], "rb").read()
first, size = int(sys.argv[2]), int(sys.argv[3])
for i in range(0, len(data), size):
    sys.stdout.buffer.write(data[i : i + first])
