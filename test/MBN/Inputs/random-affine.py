"""random-affine.py SEED PREFIX: a layer with binary bases and random operations
behind it, PREFIX.mlir, with factors and addends that are negative, zero, tiny and
huge; inputs, PREFIX-x.npy; what it gives by a direct evaluation in double,
PREFIX-y.npy; and for each output what rounding may make of it, PREFIX-bound.npy."""

import sys

import numpy as np

random = np.random.default_rng(int(sys.argv[1]))
inputs, outputs, count = 24, 9, 20
f32 = np.float32


def text(values):
    """A constant's elements, by their bits."""
    return "dense<\"0x%s\">" % np.asarray(values, f32).tobytes().hex().upper()


def numbers():
    """A number for each output, or one for all."""
    size = outputs if random.random() < 0.7 else 1
    values = random.normal(0, 2, size)
    extreme = random.random(size) < 0.2
    values[extreme] *= random.choice([0, 1e-9, 1e9, 1e-15, 1e15], size)[extreme]
    return values.astype(f32)


signs = random.integers(0, 2**inputs, outputs)
coordinates = random.integers(1, 128, outputs)
steps = np.abs(random.normal(0, 0.1, outputs)).astype(f32) + f32(1e-3)
bias = random.normal(0, 1, outputs).astype(f32)
bits = signs[:, None] >> np.arange(inputs) & 1
weights = (coordinates[:, None] * (2 * bits - 1)) * steps[:, None].astype(np.float64)
x = random.normal(0, 1, (count, inputs)).astype(f32)
y = x.astype(np.float64) @ weights.T + bias
bound = np.abs(x).astype(np.float64) @ np.abs(weights).T + np.abs(bias)

t = "tensor<1x%dxf32>" % outputs
lines = []
value = "%y"
for i in range(random.integers(1, 6)):
    kind, v, name = random.integers(5), numbers(), "%%c%d" % i
    own = "tensor<1x%dxf32>" % len(v)
    if kind == 0:
        scale, shift, mean, variance = (np.resize(numbers(), outputs) for _ in range(4))
        variance = np.abs(variance) + f32(1e-3)
        c = "tensor<%dxf32>" % outputs
        names = []
        for k, array in enumerate((scale, shift, mean, variance)):
            names.append("%s_%d" % (name, k))
            lines.append("%s = arith.constant %s : %s" % (names[-1], text(array), c))
        lines.append(
            "%%z%d = mbn.batch_norm %s scale %s bias %s mean %s variance %s epsilon 1.0e-5 layer \"bn%d\" : %s, %s"
            % (i, value, *names, i, t, ", ".join([c] * 4)))
        factor = scale.astype(np.float64) / np.sqrt(variance.astype(np.float64) + 1e-5)
        y, bound = (y - mean) * factor + shift, (bound + np.abs(mean)) * np.abs(factor) + np.abs(shift)
    else:
        lines.append("%s = arith.constant %s : %s" % (name, text(v), own))
        op = ("tosa.add", "tosa.sub", "tosa.sub", "tosa.mul")[kind - 1]
        operands, types = [value, name], [t, own]
        if kind == 3:
            operands.reverse(), types.reverse()
        if kind == 4:
            operands.append("%shift"), types.append("tensor<1xi8>")
        lines.append("%%z%d = %s %s : (%s) -> %s" % (i, op, ", ".join(operands), ", ".join(types), t))
        v = v.astype(np.float64)
        y = (y + v, y - v, v - y, y * v)[kind - 1]
        bound = bound * np.abs(v) if kind == 4 else bound + np.abs(v)
    value = "%%z%d" % i

w = "!mbn.tensor<%dx%dxf32, group = 1x%d, bits = 1 to 1>" % (outputs, inputs, inputs)
with open(sys.argv[2] + ".mlir", "w") as file:
    file.write("""func.func @main(%%x: tensor<1x%dxf32>) -> %s {
  %%q = mbn.constant bases<widths = dense<1> : tensor<%dxi8>, coordinates = dense<%s> : tensor<%dxi16>,
      signs = dense<%s> : tensor<%dxi32>, steps = %s : tensor<%dxf32>> : %s
  %%w = mbn.decode %%q : %s -> tensor<%dx%dxf32>
  %%b = arith.constant %s : tensor<%dxf32>
  %%shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %%y = mbn.matmul %%x, %%w bias %%b layer "fc" : tensor<1x%dxf32>, tensor<%dx%dxf32>, tensor<%dxf32> -> %s
  %s
  return %s : %s
}
""" % (inputs, t, outputs, list(coordinates), outputs, list(signs), outputs, text(steps), outputs, w, w,
       outputs, inputs, text(bias), outputs, inputs, outputs, inputs, outputs, t, "\n  ".join(lines), value, t))
np.save(sys.argv[2] + "-x.npy", x)
np.save(sys.argv[2] + "-y.npy", y)
np.save(sys.argv[2] + "-bound.npy", bound)
