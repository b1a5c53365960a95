func.func @main(%x: tensor<1x4xf32> {mbn.name = "x"}) -> (tensor<1x2xf32> {mbn.name = "y"}) {
  %w1 = arith.constant dense<[[4.0, -4.0, 2.0, -2.0], [8.0, 8.0, -8.0, 8.0]]> : tensor<2x4xf32>
  %h = mbn.matmul %x, %w1 layer "fc1" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  %r = tosa.clamp %h {min_val = 0.0 : f32, max_val = 3.4e+38 : f32} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %w2 = arith.constant dense<[[4.0, -4.0], [3.0, 1.0]]> : tensor<2x2xf32>
  %y = mbn.matmul %r, %w2 layer "fc2" : tensor<1x2xf32>, tensor<2x2xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
