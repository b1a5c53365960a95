func.func @main(%x: tensor<1x16xf32> {mbn.name = "x"})
    -> (tensor<1x16xf32> {mbn.name = "y"}) {
  %y = tosa.FUNCTION %x : (tensor<1x16xf32>) -> tensor<1x16xf32>
  return %y : tensor<1x16xf32>
}
