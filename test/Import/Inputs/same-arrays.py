"""same-arrays.py A.npy B.npy: whether they hold the same numbers."""

import sys

import numpy

a, b = (numpy.load(path) for path in sys.argv[1:3])
different = numpy.count_nonzero(a.ravel() != b.ravel()) if a.size == b.size else a.size
print("%d of %d differ, %d values" % (different, a.size, len(numpy.unique(b))))
sys.exit(different != 0)
