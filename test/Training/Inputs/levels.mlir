// For points.py: levels that lie far below the values.
!w = !mbn.tensor<3x8xf32, group = 1x8, bits = 0 to 1>
!c = !mbn.tensor<1x3xf32, levels = #mbn.levels<step 0.125, zero 0, [1, 2]>>
func.func @main(%x: tensor<1x8xf32>) -> tensor<1x3xf32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<3xi8>, coordinates = dense<[100, 90, 80]> : tensor<3xi16>, signs = dense<[1, 34, 68]> : tensor<3xi32>, steps = dense<0.01> : tensor<1xf32>> : !w
  %wd = mbn.decode %w : !w -> tensor<3x8xf32>
  %y = mbn.matmul %x, %wd layer "hidden" : tensor<1x8xf32>, tensor<3x8xf32> -> tensor<1x3xf32>
  %r = tosa.clamp %y {min_val = 0.0 : f32, max_val = 3.40282347E+38 : f32} : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %q = mbn.encode %r : tensor<1x3xf32> -> !c
  %d = mbn.decode %q : !c -> tensor<1x3xf32>
  %v = arith.constant dense<[[0.9, -0.2, 0.1], [0.1, 0.8, -0.3], [-0.2, 0.1, 0.7]]> : tensor<3x3xf32>
  %z = mbn.matmul %d, %v layer "scores" : tensor<1x3xf32>, tensor<3x3xf32> -> tensor<1x3xf32>
  return %z : tensor<1x3xf32>
}
