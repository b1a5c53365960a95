#!/usr/bin/env python3
"""wrong-data.py FOLDER: arrays that do not fit the points of points.py."""

import sys

import numpy as np

points = np.zeros((300, 8), "<f4")
points[4, 2] = np.nan
classes = np.arange(300, dtype="<i4") % 3
classes[7] = 3
for name, array in {
    "narrow": np.zeros((20, 7), "<f4"),
    "narrow-classes": np.zeros(20, "<i4"),
    "bytes": np.zeros((300, 8), "|u1"),
    "nan": points,
    "high": classes,
    "few": np.zeros(299, "<i4"),
}.items():
    np.save("%s/%s.npy" % (sys.argv[1], name), array)
