// Two layers for points.py: the second one hands the first three hidden values on.
!a = !mbn.tensor<6x8xf32, group = 1x4, bits = 0 to 2>
!b = !mbn.tensor<3x6xf32, group = 1x6, bits = 0 to 2>
func.func @main(%x: tensor<1x8xf32>) -> tensor<1x3xf32> {
  %w = mbn.constant bases<widths = dense<2> : tensor<12xi8>, coordinates = dense<[8, 6, 2, 1, 8, 5, 2, 1, 8, 5, 2, 1, 2, 1, 3, 1, 2, 1, 2, 1, 2, 1, 2, 1]> : tensor<24xi16>, signs = dense<[1, 9, 3, 5, 2, 10, 3, 5, 4, 12, 3, 5, 3, 5, 6, 9, 3, 5, 6, 9, 3, 5, 6, 9]> : tensor<24xi32>, steps = dense<0.0625> : tensor<1xf32>> : !a
  %wd = mbn.decode %w : !a -> tensor<6x8xf32>
  %bias = arith.constant dense<[0.5, 0.5, 0.5, 0.0, 0.0, 0.0]> : tensor<6xf32>
  %y = mbn.matmul %x, %wd bias %bias layer "hidden" : tensor<1x8xf32>, tensor<6x8xf32>, tensor<6xf32> -> tensor<1x6xf32>
  %r = tosa.clamp %y {min_val = 0.0 : f32, max_val = 3.40282347E+38 : f32} : (tensor<1x6xf32>) -> tensor<1x6xf32>
  %v = mbn.constant bases<widths = dense<2> : tensor<3xi8>, coordinates = dense<[4, 1, 4, 1, 4, 1]> : tensor<6xi16>, signs = dense<[1, 33, 2, 34, 4, 36]> : tensor<6xi32>, steps = dense<0.25> : tensor<1xf32>> : !b
  %vd = mbn.decode %v : !b -> tensor<3x6xf32>
  %z = mbn.matmul %r, %vd layer "scores" : tensor<1x6xf32>, tensor<3x6xf32> -> tensor<1x3xf32>
  return %z : tensor<1x3xf32>
}
