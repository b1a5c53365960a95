"""within.py FOUND.npy EXPECTED.npy BOUND.npy: exit code 1 if a value differs from
the expected one by more than 1e-5 times its bound."""

import sys

import numpy as np

found, expected, bound = (np.load(path) for path in sys.argv[1:])
worst = (np.abs(found.reshape(expected.shape) - expected) / np.maximum(bound, 1e-30)).max()
print("worst difference %.1e" % worst)
sys.exit(int(not worst < 1e-5))
