"""bare-metal.py EMULATOR... PROGRAM: runs a program that has semihosting on an
emulated board. Its files "input" and "output" are stdin and stdout; the exit code
is its own."""

import os
import subprocess
import sys
import tempfile

*emulator, program = sys.argv[1:]
program = os.path.abspath(program)
with tempfile.TemporaryDirectory() as directory:
    with open(os.path.join(directory, "input"), "wb") as file:
        file.write(sys.stdin.buffer.read())
    command = emulator + ["-nographic", "-semihosting-config", "enable=on,target=native", "-kernel", program]
    code = subprocess.call(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    output = os.path.join(directory, "output")
    if os.path.exists(output):
        with open(output, "rb") as file:
            sys.stdout.buffer.write(file.read())
sys.exit(code)
