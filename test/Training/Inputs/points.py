#!/usr/bin/env python3
"""points.py IMAGES LABELS [ROWS]: rows of 8 floats, three classes, as .npy files. The
class is the largest of the first three; the others do not matter."""

import sys

import numpy as np

random = np.random.RandomState(1)
rows = int(sys.argv[3]) if len(sys.argv) > 3 else 300
points = random.uniform(-1, 1, (rows, 8)).astype("<f4")
np.save(sys.argv[1], points)
np.save(sys.argv[2], points[:, :3].argmax(1).astype("<i4"))
