"""pixel-rows.py [BITS]: a convolution with random weights of one bit in groups of a
pixel's 128 channels, and activations of so many bits, one if not given."""

import sys

import numpy as np

bits = int(sys.argv[1]) if len(sys.argv) > 1 else 1

random = np.random.default_rng(3)
rows, words = 16 * 9, 4
signs = random.integers(0, 2**32, rows * words, dtype=np.uint32).tobytes().hex().upper()
print("""!x = !mbn.tensor<1x16x16x128xf32, levels = #mbn.levels<step 1.0, zero 0, %s>>
!w = !mbn.tensor<16x3x3x128xf32, group = 1x1x1x128, bits = 1 to 1>
func.func @main(%%x: !x) -> tensor<1x16x16x16xf32> {
  %%w = mbn.constant bases<widths = dense<1> : tensor<%dxi8>, coordinates = dense<%s> : tensor<%dxi16>,
      signs = dense<"0x%s"> : tensor<%dxi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %%one = arith.constant dense<1.0> : tensor<16xf32>
  %%s = mbn.conv2d %%x, %%w layer "conv" pad [1, 1, 1, 1] : !x, !w -> tensor<1x16x16x16xi32>
  %%y = mbn.rescale %%s, %%one, %%one : tensor<1x16x16x16xi32>, tensor<16xf32>, tensor<16xf32> -> tensor<1x16x16x16xf32>
  return %%y : tensor<1x16x16x16xf32>
}""" % ([1 << j for j in range(bits)], rows, list(random.integers(1, 100, rows)), rows, signs, rows * words))
