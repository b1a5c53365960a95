"""bands.py SIZE WINDOW: a convolution of SIZE x SIZE codes without one for 0, so that
each border has thresholds of its own, and the largest of windows side by side."""

import sys

size, window = map(int, sys.argv[1:])
pooled = size // window
print("""!x = !mbn.tensor<1x{0}x{0}x1xf32, levels = #mbn.levels<step 1.0, zero 0, low 1.0, [1]>>
!w = !mbn.tensor<1x3x3x1xf32, group = 1x3x3x1, bits = 0 to 1>
!c = !mbn.tensor<1x{0}x{0}x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2, 4, 8]>>
!p = !mbn.tensor<1x{1}x{1}x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2, 4, 8]>>
func.func @main(%x: !x {{mbn.name = "x"}}) -> !p {{
  %q = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<1> : tensor<1xi16>, signs = dense<511> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x3x3x1xf32>
  %d = mbn.decode %x : !x -> tensor<1x{0}x{0}x1xf32>
  %y = mbn.conv2d %d, %w layer "conv" pad [1, 1, 1, 1] : tensor<1x{0}x{0}x1xf32>, tensor<1x3x3x1xf32> -> tensor<1x{0}x{0}x1xf32>
  %c = mbn.encode %y : tensor<1x{0}x{0}x1xf32> -> !c
  %p = mbn.max_pool2d %c kernel [{2}, {2}] stride [{2}, {2}] pad [0, 0, 0, 0] : !c -> !p
  return %p : !p
}}""".format(size, pooled, window))
