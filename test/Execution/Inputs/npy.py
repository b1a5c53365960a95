"""Writes a .npy file: npy.py FILE TYPE SHAPE VALUE... with the values repeated
until the array is full; TYPE is <f4 or |u1, SHAPE is 2x3."""

import struct
import sys

path, dtype, shape, *values = sys.argv[1:]
dims = tuple(int(d) for d in shape.split("x"))
size = 1
for d in dims:
    size *= d
numbers = [float(v) if dtype == "<f4" else int(v) for v in values]
numbers = [numbers[i % len(numbers)] for i in range(size)]
header = repr({"descr": dtype, "fortran_order": False, "shape": dims})
header += " " * (-(len(header) + 11) % 64) + "\n"
with open(path, "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
    file.write(header.encode())
    file.write(struct.pack(f"<{size}{'f' if dtype == '<f4' else 'B'}", *numbers))
