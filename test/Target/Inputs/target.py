"""target.py FIRST COUNT DIRECTORY COMPILER RUN... -- OPTIONS...: so many random
networks, of seeds from FIRST on, examples/lenet5 on 100 digits and the network of
residual.py, compiled with the options of subbit-compile, linked with runner.c by the C compiler's command, and run by a
command that the program's path is put behind (an emulator, or nothing): their
first outputs have the interpreter's bits. COMPILER and RUN are one argument each.
LENET5 in the environment is the example's folder."""

import gzip
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
runner = os.path.join(os.path.dirname(__file__), "runner.c")
link = shlex.split(compiler) + ["-std=c11", "-DNETWORK=cross", runner, path("cross.o"), "-o", path("runner")]
values = 0


def check(name, model, arguments, runs, data, interpreted, bytes):
    """The object of a model against the interpreter, on so many batches of a file."""
    interpret = ["subbit-run", interpreted, "--interpret", "--input", data, "--output", path("y.npy")]
    if not name.startswith("the network of seed"):
        interpret += ["--count", str(runs)]
    found = subprocess.run(interpret, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if "expected a first dimension" in found.stderr:
        return False
    if found.returncode:
        sys.exit(found.stderr)
    expected = np.load(path("y.npy"))
    subprocess.run(["subbit-compile", model, *arguments, "-o", path("cross"), *options], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(link, check=True)
    result = subprocess.run(shlex.split(emulator) + [path("runner")], input=bytes, stdout=subprocess.PIPE)
    if result.returncode:
        sys.exit("%s fails with code %d" % (name, result.returncode))
    size, each = expected.nbytes // runs, len(result.stdout) // runs
    for i in range(runs):
        if result.stdout[i * each : i * each + size] != expected.tobytes()[i * size : (i + 1) * size]:
            sys.exit("%s gives something else" % name)
    global values
    values += expected.size
    return True


seed, left = int(first), int(count)
while left:
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
    data = x.reshape([-1] + shape[2:])
    np.save(path("x.npy"), data)
    name = "the network of seed %d" % seed
    interpreted = path("network.mlir")
    # Networks whose result is no batch of outputs are not for subbit-run.
    left -= check(name, interpreted, ["--exact-normalization"], 3, path("x.npy"), interpreted, x.tobytes())
    seed += 1

example = os.environ["LENET5"]
recipe = ["--recipe", os.path.join(example, "sketch.yaml")]
model = os.path.join(example, "lenet5.onnx")
digits = os.path.join(example, "digits-idx3-ubyte.gz")
subprocess.run(["subbit-compile", model, *recipe, "--emit=fused", "-o", path("fused.mlir")], **quiet)
pixels = gzip.open(digits).read()[16 : 16 + 100 * 784]
check("LeNet-5", model, recipe, 100, digits, path("fused.mlir"), pixels)

model = path("residual.mlir")
script = os.path.join(os.path.dirname(__file__), "residual.py")
subprocess.run([sys.executable, script], check=True, stdout=open(model, "w"))
bases = ["--weight-bits=3"]
subprocess.run(["subbit-compile", model, *bases, "--emit=fused", "-o", path("fused.mlir")], **quiet)
x = np.random.default_rng(1).normal(size=(10, 7, 9, 40)).astype(np.float32)
np.save(path("x.npy"), x)
check("the network of residual sums", model, bases, len(x), path("x.npy"), path("fused.mlir"), x.tobytes())
print("%s networks, LeNet-5 and residual sums, %d values, no difference" % (count, values))
