#!/usr/bin/env python3
"""loss-falls.py LOG: whether the last epoch's loss is below that of the first."""

import re
import sys

losses = [float(x) for x in re.findall(r"loss ([0-9.]+)", open(sys.argv[1]).read())]
if len(losses) < 2 or not losses[-1] < losses[0]:
    sys.exit("losses: %s" % losses)
