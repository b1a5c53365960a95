"""long-rows.py [swap]: a convolution and a matrix product with random weights whose
rows have more words than a byte can count the bits of; the product's result comes
first, with swap the convolution's."""

import sys

import numpy as np

random = np.random.default_rng(3)


def constant(name, shape, words):
    rows = shape[0] * 2
    size = int(np.prod(shape[1:]))
    kind = "!mbn.tensor<%sxf32, group = 1x%s, bits = 2 to 2>" % ("x".join(map(str, shape)), "x".join(map(str, shape[1:])))
    signs = random.integers(0, 2**32, (rows, words), dtype=np.uint32)
    if size % 32:
        signs[:, -1] &= (1 << size % 32) - 1
    # Some rows are all ones: with codes of 0 each bit differs.
    signs[:2] = 2**32 - 1 if size % 32 == 0 else signs[:2]
    return """  %%%s = mbn.constant bases<widths = dense<2> : tensor<%dxi8>, coordinates = dense<%s> : tensor<%dxi16>,
      signs = dense<"0x%s"> : tensor<%dxi32>, steps = dense<1.0> : tensor<1xf32>> : %s
""" % (name, shape[0], list(random.integers(1, 100, rows)), rows, signs.tobytes().hex().upper(), rows * words, kind), kind


names, types = ["%z", "%y"], ["tensor<1x21xf32>", "tensor<1x9x7x19xf32>"]
if "swap" in sys.argv:
    names.reverse()
    types.reverse()
conv, conv_kind = constant("v", (19, 3, 3, 128), 36)
product, product_kind = constant("w", (21, 2100), 66)
print("""!x = !mbn.tensor<1x9x7x128xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!y = !mbn.tensor<1x2100xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!z = !mbn.tensor<1x9x7x19xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!v = %s
!w = %s
func.func @main(%%x: tensor<1x9x7x128xf32>) -> (%s) {
%s%s  %%one = arith.constant dense<1.0> : tensor<19xf32>
  %%more = arith.constant dense<1.0> : tensor<21xf32>
  %%c = mbn.encode %%x : tensor<1x9x7x128xf32> -> !x
  %%s = mbn.conv2d %%c, %%v layer "conv" pad [1, 1, 1, 1] : !x, !v -> tensor<1x9x7x19xi32>
  %%y = mbn.rescale %%s, %%one, %%one : tensor<1x9x7x19xi32>, tensor<19xf32>, tensor<19xf32> -> tensor<1x9x7x19xf32>
  %%flat = tosa.const_shape {values = dense<[1, 8064]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %%f = tosa.reshape %%x, %%flat : (tensor<1x9x7x128xf32>, !tosa.shape<2>) -> tensor<1x8064xf32>
  %%start = tosa.const_shape {values = dense<[0, 100]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %%size = tosa.const_shape {values = dense<[1, 2100]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %%p = tosa.slice %%f, %%start, %%size : (tensor<1x8064xf32>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<1x2100xf32>
  %%d = mbn.encode %%p : tensor<1x2100xf32> -> !y
  %%t = mbn.matmul %%d, %%w layer "fc" : !y, !w -> tensor<1x21xi32>
  %%z = mbn.rescale %%t, %%more, %%more : tensor<1x21xi32>, tensor<21xf32>, tensor<21xf32> -> tensor<1x21xf32>
  return %s : %s
}""" % (conv_kind, product_kind, ", ".join(types), conv, product, ", ".join(names),
        ", ".join(types)))
