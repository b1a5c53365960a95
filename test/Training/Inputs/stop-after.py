#!/usr/bin/env python3
"""stop-after.py SIGNAL LINES COMMAND...: runs the command, passes its stderr on, and
sends it the signal (KILL, INT) after so many lines. Prints its exit code."""

import signal
import subprocess
import sys

process = subprocess.Popen(sys.argv[3:], stderr=subprocess.PIPE, text=True)
for number, line in enumerate(process.stderr, 1):
    sys.stderr.write(line)
    if number == int(sys.argv[2]):
        process.send_signal(getattr(signal, "SIG" + sys.argv[1]))
print("exit code", process.wait())
