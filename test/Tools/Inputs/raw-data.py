"""raw-data.py FILE COUNT: the bytes of the first COUNT items of a .npy file or
a gzipped IDX file, to stdout."""

import gzip
import struct
import sys

import numpy

path, count = sys.argv[1], int(sys.argv[2])
if path.endswith(".npy"):
    array = numpy.load(path)
else:
    with gzip.open(path) as file:
        data = file.read()
    shape = struct.unpack(">%dI" % data[3], data[4 : 4 + 4 * data[3]])
    array = numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * data[3]).reshape(shape)
sys.stdout.buffer.write(array[:count].tobytes())
