func.func @main(%x: tensor<2x1x1x3xf32> {mbn.name = "image"}) -> (tensor<2x2xf32> {mbn.name = "scores"}) {
  %shape = tosa.const_shape {values = dense<[2, 3]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %flat = tosa.reshape %x, %shape : (tensor<2x1x1x3xf32>, !tosa.shape<2>) -> tensor<2x3xf32>
  %w = arith.constant dense<[[1.0, 0.0, 0.0], [0.0, 0.5, 1.0]]> : tensor<2x3xf32>
  %y = mbn.matmul %flat, %w layer "fc" : tensor<2x3xf32>, tensor<2x3xf32> -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}
