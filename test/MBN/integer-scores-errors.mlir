// RUN: subbit-opt %s -mbn-integer-scores -split-input-file -verify-diagnostics

func.func @no_layer(%x: tensor<1x2xf32>) -> (tensor<1x2xf32> {mbn.name = "y"}) {
  // expected-error @+1 {{output 'y' has no integer scores: no layer with quantized inputs gives it}}
  return %x : tensor<1x2xf32>
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<1x4xf32, group = 1x4, bits = 8 to 8>

func.func @parameters(%x: !x, %base: tensor<1xf32>) -> tensor<1x1xf32> {
  %q = mbn.constant dense<values = dense<1> : tensor<1x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %scale = arith.constant dense<1.0> : tensor<1xf32>
  %s = mbn.matmul %x, %q layer "fc" : !x, !w -> tensor<1x1xi32>
  // expected-error @+1 {{output 'output0' has no integer scores: it is not what a layer with constant weights gives}}
  %y = mbn.rescale %s, %scale, %base : tensor<1x1xi32>, tensor<1xf32>, tensor<1xf32> -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<1x4xf32, group = 1x4, bits = 8 to 8>

func.func @infinite(%x: !x) -> tensor<1x1xf32> {
  %q = mbn.constant dense<values = dense<1> : tensor<1x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %scale = arith.constant dense<0x7F800000> : tensor<1xf32>
  %s = mbn.matmul %x, %q layer "fc" : !x, !w -> tensor<1x1xi32>
  // expected-error @+1 {{output 'output0' has no integer scores: its scales are not finite}}
  %y = mbn.rescale %s, %scale, %scale : tensor<1x1xi32>, tensor<1xf32>, tensor<1xf32> -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
