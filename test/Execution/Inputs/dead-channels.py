"""dead-channels.py FOLDER SEED: writes net.mlir, a network of two convolutions and a
product, some of whose outputs have no bases, and x.npy, images for it. Everything is a
small multiple of 1/4, so that no sum is rounded."""

import os
import random
import sys

import numpy

folder, seed = sys.argv[1], int(sys.argv[2])
rng = random.Random(seed)


def weights(name, shape, group, dead):
    """Bases for groups that are whole outputs or parts of them; the text and its type."""
    outputs, size = shape[0], 1
    for n in group:
        size *= n
    per_output = 1
    for n, g in zip(shape, group):
        per_output *= n // g
    per_output //= outputs
    widths = [0 if output in dead else rng.choice([1, 1, 2]) for output in range(outputs)
              for _ in range(per_output)]
    bases = sum(widths)
    coordinates = [c for width in widths for c in [2, 1][:width]]
    signs = [rng.getrandbits(min(32, size - word)) for _ in range(bases)
             for word in range(0, size, 32)]
    kind = "!mbn.tensor<%sxf32, group = %s, bits = 0 to 2>" % (
        "x".join(map(str, shape)), "x".join(map(str, group)))
    tensor = "tensor<%sxf32>" % "x".join(map(str, shape))
    return "  %%%s_b = mbn.constant bases<widths = dense<%s> : tensor<%dxi8>, coordinates " \
        "= dense<%s> : tensor<%dxi16>, signs = dense<%s> : tensor<%dxi32>, steps = " \
        "dense<0.25> : tensor<1xf32>> : %s\n  %%%s = mbn.decode %%%s_b : %s -> %s\n" % (
            name, widths, len(widths), coordinates, bases, signs, len(signs), kind, name, name,
            kind, tensor)


def bias(name, outputs):
    values = [rng.randrange(-8, 9) / 4 for _ in range(outputs)]
    return "  %%%s = arith.constant dense<%s> : tensor<%dxf32>\n" % (name, values, outputs)


first, second = [{rng.randrange(6) for _ in range(2)} for _ in range(2)]
text = "func.func @main(%x: tensor<1x6x6x2xf32>) -> tensor<1x4xf32> {\n"
text += weights("w", [6, 3, 3, 2], [1, 3, 3, 2], first) + bias("wb", 6)
text += '''  %a = mbn.conv2d %x, %w bias %wb layer "first" pad [1, 1, 1, 1] : tensor<1x6x6x2xf32>, tensor<6x3x3x2xf32>, tensor<6xf32> -> tensor<1x6x6x6xf32>
  %ar = tosa.clamp %a {min_val = 0.0 : f32, max_val = 3.40282347E+38 : f32} : (tensor<1x6x6x6xf32>) -> tensor<1x6x6x6xf32>
'''
text += weights("v", [6, 1, 1, 6], [1, 1, 1, 6], second) + bias("vb", 6)
text += '''  %b = mbn.conv2d %ar, %v bias %vb layer "second" : tensor<1x6x6x6xf32>, tensor<6x1x1x6xf32>, tensor<6xf32> -> tensor<1x6x6x6xf32>
  %br = tosa.clamp %b {min_val = 0.0 : f32, max_val = 64.0 : f32} : (tensor<1x6x6x6xf32>) -> tensor<1x6x6x6xf32>
  %p = tosa.max_pool2d %br {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>} : (tensor<1x6x6x6xf32>) -> tensor<1x3x3x6xf32>
  %s = tosa.const_shape {values = dense<[1, 54]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %f = tosa.reshape %p, %s : (tensor<1x3x3x6xf32>, !tosa.shape<2>) -> tensor<1x54xf32>
'''
text += weights("u", [4, 54], [1, 54], set()) + bias("ub", 4)
text += '''  %y = mbn.matmul %f, %u bias %ub layer "third" : tensor<1x54xf32>, tensor<4x54xf32>, tensor<4xf32> -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}
'''
with open(os.path.join(folder, "net.mlir"), "w") as file:
    file.write(text)
images = numpy.random.default_rng(seed).integers(-8, 9, (5, 6, 6, 2))
numpy.save(os.path.join(folder, "x.npy"), (images / 4).astype("f4"))
