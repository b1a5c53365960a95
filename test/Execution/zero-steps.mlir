// Weights whose step is 0 make 0, never -0, of what is below 0.
// RUN: %python %S/Inputs/npy.py %t.npy '<f4' 1x5 -1 -2 -0.5 -3 -1
// RUN: subbit-run %s --interpret --input %t.npy --output %t.expected.npy
// RUN: subbit-compile %s -mcpu=nehalem --emit=so -o %t && subbit-run %t.so --input %t.npy --output %t.found.npy
// RUN: cmp %t.expected.npy %t.found.npy
!w = !mbn.tensor<8x5xf32, group = 1x5, bits = 0 to 1>
func.func @main(%x: tensor<1x5xf32> {mbn.name = "x"}) -> (tensor<1x8xf32> {mbn.name = "y"}) {
  %q = mbn.constant bases<widths = dense<1> : tensor<8xi8>, coordinates = dense<2> : tensor<8xi16>, signs = dense<[31, 31, 7, 0, 1, 2, 4, 31]> : tensor<8xi32>, steps = dense<[0.5, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]> : tensor<8xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<8x5xf32>
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x5xf32>, tensor<8x5xf32> -> tensor<1x8xf32>
  return %y : tensor<1x8xf32>
}
