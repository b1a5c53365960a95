"""raw-data.py FILE COUNT: the bytes of the first COUNT items of a .npy file or
a gzipped IDX file, to stdout."""

import ast
import gzip
import struct
import sys

path, count = sys.argv[1], int(sys.argv[2])
if path.endswith(".npy"):
    with open(path, "rb") as file:
        content = file.read()
    start = 10 + struct.unpack("<H", content[8:10])[0]
    items = ast.literal_eval(content[10:start].decode())["shape"][0]
else:
    with gzip.open(path) as file:
        content = file.read()
    start = 4 + 4 * content[3]
    items = struct.unpack(">I", content[4:8])[0]
data = content[start:]
sys.stdout.buffer.write(data[: len(data) // items * count])
