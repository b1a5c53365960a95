"""Runs a command on inputs that may be wrong, @ being the input:

  wrong-inputs.py FOLDER COMMAND... -- FILE...
  wrong-inputs.py FOLDER COMMAND... --damage N FILE

The second form takes N copies of one file, cut off or with a bit flipped, in
turns; a third of the damages is in the first 2000 bytes. Each run must accept
its input (exit code 0), or refuse it: exit code 1, a message with "error:", and
nothing left in FOLDER, where the command writes."""

import collections
import os
import random
import shutil
import subprocess
import sys
import tempfile


def fail(name, reason, message):
    sys.exit(f"{name}: {reason}\n{message}")


def run(folder, command, path, name):
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    result = subprocess.run(
        [path if word == "@" else word for word in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    message = result.stderr.decode(errors="replace")
    if result.returncode not in (0, 1) or "Sanitizer" in message:
        fail(name, f"exit code {result.returncode}", message)
    if result.returncode == 0:
        return "accepted", message
    if "error:" not in message:
        fail(name, "refused without a message", message)
    if os.listdir(folder):
        fail(name, f"refused, but left {os.listdir(folder)}", message)
    return "refused", message


def damage(content, number, rng):
    """A damaged copy and what was done to it."""
    content = bytearray(content)
    offset = rng.randrange(min(2000, len(content)) if number % 3 else len(content))
    if number % 4 == 0:
        return content[:offset], f"cut off at {offset}"
    content[offset] ^= 1 << rng.randrange(8)
    return content, f"bit flipped in byte {offset}"


def main(folder, *arguments):
    if "--damage" in arguments:
        end = arguments.index("--damage")
        number, path = int(arguments[end + 1]), arguments[end + 2]
        with open(path, "rb") as file:
            content = file.read()
        rng = random.Random(int(os.environ.get("SEED", 1)))
        counts = collections.Counter()
        with tempfile.TemporaryDirectory() as copies:
            copy = os.path.join(copies, os.path.basename(path))
            for i in range(number):
                damaged, name = damage(content, i, rng)
                with open(copy, "wb") as file:
                    file.write(damaged)
                verdict, _ = run(folder, arguments[:end], copy, name)
                counts[verdict] += 1
        print(f"{counts['accepted']} accepted, {counts['refused']} refused")
        return
    end = arguments.index("--")
    for path in arguments[end + 1 :]:
        name = os.path.basename(path)
        verdict, message = run(folder, arguments[:end], path, name)
        lines = [line for line in message.splitlines() if "remark:" not in line]
        print(f"{name}: {verdict}: {' | '.join(lines)}")


main(*sys.argv[1:])
