// RUN: subbit-opt %s -convert-mbn-to-linalg -split-input-file -verify-diagnostics

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 1, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>

// expected-note @below {{the weights come from here}}
func.func @matmul_weights_argument(%x: !x, %w: !w) -> tensor<1x2xi32> {
  // expected-error @below {{'mbn.matmul' op of layer "fc" needs its quantized weights from an mbn.constant in the same function; inline the function or take floats instead}}
  %y = mbn.matmul %x, %w layer "fc" : !x, !w -> tensor<1x2xi32>
  return %y : tensor<1x2xi32>
}

// -----

!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>

// expected-note @below {{the weights come from here}}
func.func @decode_weights_argument(%w: !w) -> tensor<2x4xf32> {
  // expected-error @below {{'mbn.decode' op needs its quantized weights from an mbn.constant in the same function; inline the function or take floats instead}}
  %y = mbn.decode %w : !w -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

!x = !mbn.tensor<1x1x4x1xf32, levels = #mbn.levels<step 0.5, zero 1, [1, 2]>>
!w = !mbn.tensor<2x1x2x1xf32, group = 1x1x2x1, bits = 8 to 8>

func.func private @weights() -> !w

func.func @conv2d_weights_from_call(%x: !x) -> tensor<1x1x3x2xi32> {
  // expected-note @below {{the weights come from here}}
  %w = call @weights() : () -> !w
  // expected-error @below {{'mbn.conv2d' op of layer "c" needs its quantized weights}}
  %y = mbn.conv2d %x, %w layer "c" : !x, !w -> tensor<1x1x3x2xi32>
  return %y : tensor<1x1x3x2xi32>
}
