"""Writes a module of float layers whose outputs are more than a block of vectors takes:
blocks that divide them (96 and 160), and none that does (70), for one and for several
groups. Weights are multiples of 1/8 that no sum rounds."""

import random
import struct
import sys

random.seed(5)


def constant(name, shape):
    size = 1
    for d in shape:
        size *= d
    data = struct.pack("<%df" % size, *(random.randint(-8, 8) / 8 for _ in range(size)))
    kind = "tensor<%sxf32>" % "x".join(map(str, shape))
    print('  %%%s = arith.constant dense<"0x%s"> : %s' % (name, data.hex().upper(), kind))
    return kind


def conv(number, x, shape, outputs, kernel, groups, pad):
    n, height, width, channels = shape
    w = constant("w%d" % number, [outputs, kernel, kernel, channels // groups])
    b = constant("b%d" % number, [outputs])
    result = [n, height + 2 * pad - kernel + 1, width + 2 * pad - kernel + 1, outputs]
    types = ["tensor<%sxf32>" % "x".join(map(str, s)) for s in (shape, result)]
    print('  %%y%d = mbn.conv2d %s, %%w%d bias %%b%d layer "conv%d" pad [%d, %d, %d, %d] '
          "stride [1, 1] dilation [1, 1] groups %d : %s, %s, %s -> %s"
          % (number, x, number, number, number, pad, pad, pad, pad, groups, types[0], w, b,
             types[1]))
    return "%%y%d" % number, result


def matmul(number, x, shape, outputs):
    w = constant("w%d" % number, [outputs, shape[1]])
    result = [shape[0], outputs]
    print('  %%y%d = mbn.matmul %s, %%w%d layer "fc%d" : tensor<%dx%dxf32>, %s -> '
          "tensor<%dx%dxf32>" % (number, x, number, number, *shape, w, *result))
    return "%%y%d" % number, result


batch = int(sys.argv[1])
print('func.func @main(%%x: tensor<%dx5x7x6xf32> {mbn.name = "x"}) -> (tensor<%dx70xf32> '
      '{mbn.name = "y"}) {' % (batch, batch))
x, shape = conv(0, "%x", [batch, 5, 7, 6], 96, 3, 1, 1)
x, shape = conv(1, x, shape, 64, 1, 2, 0)
x, shape = conv(2, x, shape, 70, 3, 1, 0)
size = shape[1] * shape[2] * shape[3]
print("  %%s = tosa.const_shape {values = dense<[%d, %d]> : tensor<2xindex>} : () -> "
      "!tosa.shape<2>" % (batch, size))
print("  %%f = tosa.reshape %s, %%s : (tensor<%sxf32>, !tosa.shape<2>) -> tensor<%dx%dxf32>"
      % (x, "x".join(map(str, shape)), batch, size))
x, shape = matmul(3, "%f", [batch, size], 160)
x, shape = matmul(4, x, shape, 70)
print("  return %s : tensor<%dx%dxf32>\n}" % (x, *shape))
