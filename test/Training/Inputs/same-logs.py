#!/usr/bin/env python3
"""same-logs.py A B: whether two logs of training differ in anything but seconds."""

import json
import sys

logs = []
for path in sys.argv[1:3]:
    with open(path) as file:
        logs.append([json.loads(line) for line in file])
for log in logs:
    for number, epoch in enumerate(log, 1):
        assert epoch["epoch"] == number and epoch.pop("seconds") >= 0, epoch
        assert set(epoch["layer_bits"]) == {"hidden", "scores"}, epoch
assert logs[0] == logs[1]
print("%d epochs, the same" % len(logs[0]))
