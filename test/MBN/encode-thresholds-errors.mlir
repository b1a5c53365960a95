// RUN: subbit-opt %s -split-input-file -verify-diagnostics

// encode_c2
func.func @too_few(%x: tensor<1x4xf32>) -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>> {
  // expected-error@below {{expects thresholds of type tensor<3xf32>, or one row for each channel; found 'tensor<2xf32>'}}
  %q = mbn.encode %x thresholds dense<0.0> : tensor<2xf32>
      : tensor<1x4xf32> -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>>
  return %q : !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>>
}

// -----

// encode_c2
func.func @other_channels(%x: tensor<1x4xf32>) -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>> {
  // expected-error@below {{expects thresholds of type tensor<1xf32>, or one row for each channel; found 'tensor<3x1xf32>'}}
  %q = mbn.encode %x thresholds dense<0.0> : tensor<3x1xf32>
      : tensor<1x4xf32> -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
  return %q : !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
}

// -----

// encode_c2
func.func @integers(%x: tensor<1x4xf32>) -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>> {
  // expected-error@below {{expects thresholds of type tensor<1xf32>, or one row for each channel; found 'tensor<1xi32>'}}
  %q = mbn.encode %x thresholds dense<0> : tensor<1xi32>
      : tensor<1x4xf32> -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
  return %q : !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
}

// -----

// encode_c3
func.func @falling(%x: tensor<1x4xf32>) -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>> {
  // expected-error@below {{expects thresholds that rise, found 2.500000e-01 after 5.000000e-01}}
  %q = mbn.encode %x thresholds dense<[0.5, 0.25, 1.0]> : tensor<3xf32>
      : tensor<1x4xf32> -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>>
  return %q : !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>>
}

// -----

// encode_c3
func.func @nan_in_front(%x: tensor<1x4xf32>) -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>> {
  // expected-error@below {{expects thresholds that rise, found 1}}
  %q = mbn.encode %x thresholds dense<[0.5, 0x7FC00000, 1.0]> : tensor<3xf32>
      : tensor<1x4xf32> -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>>
  return %q : !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>>
}
