"""networks.py FIRST COUNT DIRECTORY COMPILER RUN... -- OPTIONS...: random networks
of these seeds, compiled with the options of subbit-compile, linked with RUNNER.c
of the tests by the C compiler's command, and run by a command that the program's
path is put behind (an emulator, or nothing): their first outputs have the
interpreter's bits. COMPILER and RUN are one argument each."""

import os
import re
import shlex
import subprocess
import sys

import numpy as np

first, count, directory, compiler, emulator = sys.argv[1:6]
options = sys.argv[sys.argv.index("--") + 1 :]
os.makedirs(directory, exist_ok=True)
path = lambda name: os.path.join(directory, name)
quiet = dict(check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
values = 0

for seed in range(int(first), int(first) + int(count)):
    subprocess.run(["subbit-check", "--networks", "1", "--seed", str(seed), "-mcpu=x86-64", "--keep", directory], **quiet)
    text = open(path("network.mlir")).read()
    signature = re.search(r"@main\(%\w+: (?:!mbn\.)?tensor<((?:\d+x)+)f32(?:, levels = #mbn.levels<[^[]*\[([^\]]*)\])?", text)
    shape = [3] + [int(size) for size in signature.group(1).split("x")[:-1]]
    random = np.random.default_rng(seed)
    if signature.group(2):
        x = random.integers(0, 2 ** (signature.group(2).count(",") + 1), shape).astype(np.uint8)
    else:
        # Of few bits, so that layers left in float sum them exactly.
        x = (random.integers(-64, 65, shape) / 32).astype(np.float32)
    np.save(path("x.npy"), x.reshape([-1] + shape[2:]))
    subprocess.run(["subbit-run", path("network.mlir"), "--interpret", "--input", path("x.npy"), "--output", path("y.npy")], **quiet)
    expected = np.load(path("y.npy"))
    compile = ["subbit-compile", path("network.mlir"), "--exact-normalization", "-o", path("cross"), *options]
    subprocess.run(compile, **quiet)
    subprocess.run(shlex.split(compiler) + ["-DNETWORK=cross", path("cross.o"), "-o", path("runner")], check=True)
    result = subprocess.run(shlex.split(emulator) + [path("runner")], input=x.tobytes(), stdout=subprocess.PIPE, check=True).stdout
    size, each = expected.nbytes // 3, len(result) // 3
    for i in range(3):
        if result[i * each : i * each + size] != expected.tobytes()[i * size : (i + 1) * size]:
            sys.exit("the network of seed %d gives something else" % seed)
    values += expected.size
print("%s networks, %d values, no difference" % (count, values))
