"""carries.py SCHEDULE...: products of rows of many lengths, the positions of which are in
so many vectors; SCHEDULE is `words x vectors x positions x planes`."""

import sys

import numpy as np

random = np.random.default_rng(7)


def layer(number, words, vectors, positions, planes):
    """Two groups for each of three outputs, of which one has no base and one has only
    weights that differ from all codes of 0."""
    channels, outputs, groups = 32 * words - 5, 3, 2
    widths = random.integers(0, 4, outputs * groups)
    widths[:3] = [0, 3, 1]
    rows = int(widths.sum())
    signs = random.integers(0, 2**32, (rows, words), dtype=np.uint32)
    signs[:2] = 2**32 - 1
    signs[:, -1] &= (1 << (32 - 5)) - 1
    coordinates = random.integers(1, 128, rows)
    if number % 3 == 2:
        # More than 8 bits.
        coordinates[-1] = 300
    multipliers = [1 << j for j in range(planes)]
    weights = "!w%d" % number
    kinds = """!x{n} = !mbn.tensor<1x1x{p}x{c}xf32, levels = #mbn.levels<step 1.0, zero 0, {m}>>
!w{n} = !mbn.tensor<{o}x1x2x{c}xf32, group = 1x1x1x{c}, bits = 0 to 3>
""".format(n=number, p=positions + 1, c=channels, m=multipliers, o=outputs)
    constant = """  %w{n} = mbn.constant bases<widths = dense<{widths}> : tensor<{g}xi8>, coordinates = dense<{a}> : tensor<{r}xi16>,
      signs = dense<"0x{signs}"> : tensor<{s}xi32>, steps = dense<1.0> : tensor<1xf32>> : !w{n}
""".format(n=number, widths=list(map(int, widths)), g=outputs * groups,
           a=list(map(int, coordinates)), r=rows,
           signs=signs.tobytes().hex().upper(), s=signs.size)
    code = """  %from{n} = tosa.const_shape {{values = dense<[0, 0, 0, {n}]> : tensor<4xindex>}} : () -> !tosa.shape<4>
  %size{n} = tosa.const_shape {{values = dense<[1, 1, {p1}, {c}]> : tensor<4xindex>}} : () -> !tosa.shape<4>
  %part{n} = tosa.slice %x, %from{n}, %size{n} : (!x, !tosa.shape<4>, !tosa.shape<4>) -> tensor<1x1x{p1}x{c}xf32>
  %c{n} = mbn.encode %part{n} : tensor<1x1x{p1}x{c}xf32> -> !x{n}
  %s{n} = mbn.conv2d %c{n}, %w{n} layer "layer{n}" {{bitserial.schedule = #bitserial.schedule<pixels, lanes = 16, vectors = {v}, count = carries>}} : !x{n}, !w{n} -> tensor<1x1x{p}x{o}xi32>
  %y{n} = mbn.rescale %s{n}, %one, %one : tensor<1x1x{p}x{o}xi32>, tensor<{o}xf32>, tensor<{o}xf32> -> tensor<1x1x{p}x{o}xf32>
""".format(n=number, p=positions, p1=positions + 1, c=channels, v=vectors, o=outputs)
    return kinds, constant + code, "tensor<1x1x%dx%dxf32>" % (positions, outputs)


shapes = [tuple(map(int, a.split("x"))) for a in sys.argv[1:]]
width = max(p for _, _, p, _ in shapes) + 1
depth = max(32 * w for w, _, _, _ in shapes) + len(shapes)
layers = [layer(i, *shape) for i, shape in enumerate(shapes)]
print("".join(kinds for kinds, _, _ in layers) +
      "!x = tensor<1x1x%dx%dxf32>" % (width, depth))
results = ", ".join("%s {mbn.name = \"layer%d\"}" % (kind, i)
                    for i, (_, _, kind) in enumerate(layers))
print("func.func @main(%%x: !x {mbn.name = \"image\"}) -> (%s) {" % results)
print("  %one = arith.constant dense<1.0> : tensor<3xf32>")
print("".join(code for _, code, _ in layers) + "  return %s : %s\n}" % (
    ", ".join("%%y%d" % i for i in range(len(layers))),
    ", ".join(kind for _, _, kind in layers)))
