"""flip-bit.py FILE SYMBOL OFFSET: writes FILE.flipped, a shared object whose
byte OFFSET of a read-only symbol has its lowest bit flipped."""

import subprocess
import sys

path, symbol, offset = sys.argv[1], sys.argv[2], int(sys.argv[3])
for line in subprocess.check_output(["llvm-nm", path], text=True).splitlines():
    fields = line.split()
    if fields[-1] == symbol:
        # The first segment, read-only data, is at address 0 of the file.
        position = int(fields[0], 16) + offset
        break
else:
    sys.exit(f"{path} has no symbol {symbol}")
with open(path, "rb") as file:
    data = bytearray(file.read())
data[position] ^= 1
with open(path + ".flipped", "wb") as file:
    file.write(data)
