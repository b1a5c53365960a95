"""Writes a network of residual sums, of codes of 2, 1 and 4 bits, of the sums of another
convolution, and in matrix products. All numbers are about 1, so that each part counts. The
input is encoded by 255 thresholds."""

import random
import struct

random.seed(3)
number = 0


def kind(shape, levels=None):
    shape = "x".join(map(str, shape)) + "xf32"
    if not levels:
        return "tensor<%s>" % shape
    step, multipliers = levels
    return "!mbn.tensor<%s, levels = #mbn.levels<step %r, zero 0, %r>>" % (shape, step, multipliers)


def constant(shape):
    global number
    number += 1
    size = 1
    for d in shape:
        size *= d
    spread = (shape[0] / size) ** 0.5
    data = struct.pack("<%df" % size, *(random.gauss(0, spread) for _ in range(size)))
    print('  %%w%d = arith.constant dense<"0x%s"> : %s' % (number, data.hex().upper(), kind(shape)))
    return "%%w%d" % number


def conv(x, shape, outputs, kernel=3, stride=1):
    pad = kernel // 2
    w = [outputs, kernel, kernel, shape[3]]
    size = [(d + 2 * pad - kernel) // stride + 1 for d in shape[1:3]]
    result = [shape[0], *size, outputs]
    weights = constant(w)
    print('  %%s%d = mbn.conv2d %s, %s layer "conv%d" pad [%d, %d, %d, %d] stride [%d, %d] '
          "dilation [1, 1] groups 1 : %s, %s -> %s"
          % (number, x, weights, number, *[pad] * 4, stride, stride, kind(shape), kind(w),
             kind(result)))
    return "%%s%d" % number, result


def matmul(x, shape, outputs):
    w = [outputs, shape[1]]
    weights = constant(w)
    print('  %%s%d = mbn.matmul %s, %s layer "fc%d" : %s, %s -> %s'
          % (number, x, weights, number, kind(shape), kind(w), kind([shape[0], outputs])))
    return "%%s%d" % number, [shape[0], outputs]


def quantize(x, shape, step, multipliers):
    """The floats of the codes."""
    name = "%q" + x[1:]
    codes = kind(shape, (step, multipliers))
    print("  %s_codes = mbn.encode %s : %s -> %s" % (name, x, kind(shape), codes))
    print("  %s = mbn.decode %s_codes : %s -> %s" % (name, name, codes, kind(shape)))
    return name, shape


def add(x, y, shape):
    name = "%a" + x[1:]
    print("  %s = tosa.add %s, %s : (%s, %s) -> %s" % (name, x, y, *[kind(shape)] * 3))
    return name


def reshape(x, old, new):
    name = "%r" + x[1:]
    print("  %s_shape = tosa.const_shape {values = dense<%r> : tensor<%dxindex>} : () -> "
          "!tosa.shape<%d>" % (name, new, len(new), len(new)))
    print("  %s = tosa.reshape %s, %s_shape : (%s, !tosa.shape<%d>) -> %s"
          % (name, x, name, kind(old), len(new), kind(new)))
    return name, new


bits = {1: (1.5, [1]), 2: (0.75, [1, 2]), 4: (0.25, [1, 2, 4, 8]),
        8: (0.02, [1, 2, 4, 8, 16, 32, 64, 128])}
print('func.func @main(%x: tensor<1x7x9x40xf32> {mbn.name = "x"}) -> '
      '(tensor<1x4x5x5xf32> {mbn.name = "y"}) {')
x, shape = quantize("%x", [1, 7, 9, 40], *bits[8])
skip, _ = quantize(*conv(x, shape, 40), *bits[2])
x, _ = quantize(*conv(skip, shape, 40), *bits[2])
x, _ = conv(x, shape, 40)
skip, _ = quantize(add(skip, x, shape), shape, *bits[1])
x, _ = quantize(*conv(skip, shape, 40), *bits[4])
x, _ = conv(x, shape, 40)
skip, _ = quantize(add(x, skip, shape), shape, *bits[4])
x, _ = quantize(*conv(skip, shape, 33, stride=2), *bits[1])
x, _ = conv(x, _, 33)
y, shape = conv(skip, shape, 33, kernel=1, stride=2)
skip, _ = quantize(add(x, y, shape), shape, *bits[4])
x, _ = conv(skip, shape, 33)
skip, _ = quantize(add(x, skip, shape), shape, *bits[2])
skip, flat = reshape(skip, shape, [20, 33])
x, _ = quantize(*matmul(skip, flat, 33), *bits[2])
x, _ = matmul(x, flat, 33)
x, _ = quantize(add(x, skip, flat), flat, *bits[2])
x, _ = reshape(x, flat, shape)
x, shape = conv(x, shape, 5, kernel=1)
print("  return %s : %s\n}" % (x, kind(shape)))
