// Every layer that is left in float gives a remark with its name and the reason.
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-fuse))' -split-input-file -verify-diagnostics | FileCheck %s

!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>

// CHECK-LABEL: func.func @float_input(
// CHECK: mbn.decode
// CHECK: mbn.matmul {{.*}} -> tensor<1x2xf32>
func.func @float_input(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %q = mbn.constant dense<values = dense<1> : tensor<2x4xi8>, steps = dense<2.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x4xf32>
  // expected-remark @below {{layer 'first fc' runs in float: its input is not quantized}}
  %y = mbn.matmul %x, %w layer "first fc" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

!x = !mbn.tensor<1x3x3x1xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>

// CHECK-LABEL: func.func @float_weights(
// CHECK: mbn.conv2d {{.*}} -> tensor<1x3x3x1xf32>
func.func @float_weights(%x: !x) -> tensor<1x3x3x1xf32> {
  %w = arith.constant dense<1.0> : tensor<1x1x1x1xf32>
  %d = mbn.decode %x : !x -> tensor<1x3x3x1xf32>
  // expected-remark @below {{layer 'conv' runs in float: its weights are not quantized}}
  %y = mbn.conv2d %d, %w layer "conv" : tensor<1x3x3x1xf32>, tensor<1x1x1x1xf32> -> tensor<1x3x3x1xf32>
  return %y : tensor<1x3x3x1xf32>
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>

// CHECK-LABEL: func.func @computed_bias(
// CHECK: mbn.matmul {{.*}} -> tensor<1x2xf32>
func.func @computed_bias(%x: !x, %b: tensor<2xf32>) -> tensor<1x2xf32> {
  %q = mbn.constant dense<values = dense<1> : tensor<2x4xi8>, steps = dense<2.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x4xf32>
  %d = mbn.decode %x : !x -> tensor<1x4xf32>
  // expected-remark @below {{layer 'fc' runs in float: its bias is no constant or its sums overflow int32}}
  %y = mbn.matmul %d, %w bias %b layer "fc" : tensor<1x4xf32>, tensor<2x4xf32>, tensor<2xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

!x = !mbn.tensor<1x258xf32, levels = #mbn.levels<step 1.0, zero 255, [1]>>
!w = !mbn.tensor<1x258xf32, group = 1x258, bits = 0 to 1>

// CHECK-LABEL: func.func @overflow(
// CHECK: mbn.matmul {{.*}} -> tensor<1x1xf32>
func.func @overflow(%x: !x) -> tensor<1x1xf32> {
  %q = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<32767> : tensor<1xi16>, signs = dense<0> : tensor<9xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x258xf32>
  %d = mbn.decode %x : !x -> tensor<1x258xf32>
  // expected-remark @below {{layer 'fc' runs in float: its bias is no constant or its sums overflow int32}}
  %y = mbn.matmul %d, %w layer "fc" : tensor<1x258xf32>, tensor<1x258xf32> -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>

// Weights that something else made are none that a layer could take.
// CHECK-LABEL: func.func @weights_argument(
// CHECK: mbn.matmul {{.*}} -> tensor<1x2xf32>
func.func @weights_argument(%x: !x, %q: !w) -> tensor<1x2xf32> {
  %w = mbn.decode %q : !w -> tensor<2x4xf32>
  %d = mbn.decode %x : !x -> tensor<1x4xf32>
  // expected-remark @below {{layer 'fc' runs in float: its weights are not quantized}}
  %y = mbn.matmul %d, %w layer "fc" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// In a model that nobody quantized that is no surprise.
// CHECK-LABEL: func.func @no_remark(
func.func @no_remark(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %w = arith.constant dense<1.0> : tensor<2x4xf32>
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
