#w = #mbn.dense<values = dense<[[1, 0, 0], [0, 1, 1]]> : tensor<2x3xi8>, steps = dense<1.0> : tensor<1xf32>>
!w = !mbn.tensor<2x3xf32, group = 1x3, bits = 8 to 8>
!x = !mbn.tensor<1x3xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2, 4, 8, 16, 32, 64, 128]>>
func.func @main(%x: !x) -> tensor<1x2xf32> {
  %w = mbn.constant #w : !w
  %scale = arith.constant dense<0.5> : tensor<2xf32>
  %base = arith.constant dense<0.25> : tensor<2xf32>
  %s = mbn.matmul %x, %w layer "fc" : !x, !w -> tensor<1x2xi32>
  %y = mbn.rescale %s, %scale, %base : tensor<1x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
