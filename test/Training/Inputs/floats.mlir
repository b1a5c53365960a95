// One layer of floats for points.py.
func.func @main(%x: tensor<1x8xf32>) -> tensor<1x3xf32> {
  %w = arith.constant dense<[[0.9, -0.2, 0.1, 0.0, 0.3, -0.4, 0.2, 0.1], [0.1, 0.8, -0.3, 0.2, 0.1, 0.3, -0.1, 0.2], [-0.2, 0.1, 0.7, 0.3, -0.1, 0.1, 0.2, -0.3]]> : tensor<3x8xf32>
  %y = mbn.matmul %x, %w layer "hidden" : tensor<1x8xf32>, tensor<3x8xf32> -> tensor<1x3xf32>
  %v = arith.constant dense<[[0.9, -0.2, 0.1], [0.1, 0.8, -0.3], [-0.2, 0.1, 0.7]]> : tensor<3x3xf32>
  %r = tosa.clamp %y {min_val = 0.0 : f32, max_val = 3.40282347E+38 : f32} : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %z = mbn.matmul %r, %v layer "scores" : tensor<1x3xf32>, tensor<3x3xf32> -> tensor<1x3xf32>
  return %z : tensor<1x3xf32>
}
