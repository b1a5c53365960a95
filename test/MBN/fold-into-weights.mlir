// Normalization that no encode follows becomes part of steps and bias. Factors are
// powers of two, so that the tables can be checked by hand.
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-fold-normalization{exact=false}))' -split-input-file -verify-diagnostics | FileCheck %s

!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>

// Twice the first output, -4 times the second: 2 * (y + 1) + 3 and -4 * (y - 1) + 3.
// CHECK-LABEL: func.func @batch_norm(
// CHECK: mbn.constant dense<values = dense<{{\[\[}}1, 2, 3, 4], [-4, -3, -2, -1]]> : tensor<2x4xi8>, steps = dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>>
// CHECK: %[[B:.*]] = arith.constant dense<[5.000000e+00, 7.000000e+00]> : tensor<2xf32>
// CHECK: %[[Y:.*]] = mbn.matmul %{{.*}}, %{{.*}} bias %[[B]] layer "fc"
// CHECK-NEXT: return %[[Y]]
func.func @batch_norm(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %q = mbn.constant dense<values = dense<[[1, 2, 3, 4], [4, 3, 2, 1]]> : tensor<2x4xi8>, steps = dense<0.5> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x4xf32>
  %b = arith.constant dense<[1.0, -1.0]> : tensor<2xf32>
  // expected-remark @+1 {{layer 'fc': what follows, from 'bn' on, is folded into its steps and bias, which rounds}}
  %y = mbn.matmul %x, %w bias %b layer "fc" : tensor<1x4xf32>, tensor<2x4xf32>, tensor<2xf32> -> tensor<1x2xf32>
  %s = arith.constant dense<[2.0, -4.0]> : tensor<2xf32>
  %t = arith.constant dense<3.0> : tensor<2xf32>
  %m = arith.constant dense<0.0> : tensor<2xf32>
  %v = arith.constant dense<1.0> : tensor<2xf32>
  %n = mbn.batch_norm %y scale %s bias %t mean %m variance %v epsilon 0.0 layer "bn" : tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
  return %n : tensor<1x2xf32>
}

// -----

!w = !mbn.tensor<2x4xf32, group = 1x2, bits = 0 to 1>

// (5 - y) * 2 / -4 - 1: half of y, minus 3.5. Both signs of the factors cancel. A
// clamp ends it.
// CHECK-LABEL: func.func @arithmetic(
// CHECK: mbn.constant bases<widths = dense<[1, 0, 1, 1]> : tensor<4xi8>, coordinates = dense<[3, 5, 7]> : tensor<3xi16>, signs = dense<[1, 2, 3]> : tensor<3xi32>, steps = dense<1.250000e-01> : tensor<1xf32>>
// CHECK: %[[B:.*]] = arith.constant dense<-3.500000e+00> : tensor<2xf32>
// CHECK: %[[Y:.*]] = mbn.matmul %{{.*}}, %{{.*}} bias %[[B]] layer "fc"
// CHECK-NEXT: %[[R:.*]] = tosa.clamp %[[Y]]
// CHECK-NEXT: return %[[R]]
func.func @arithmetic(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %q = mbn.constant bases<widths = dense<[1, 0, 1, 1]> : tensor<4xi8>, coordinates = dense<[3, 5, 7]> : tensor<3xi16>, signs = dense<[1, 2, 3]> : tensor<3xi32>, steps = dense<0.25> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x4xf32>
  // expected-remark @+1 {{layer 'fc': what follows, from 'tosa.sub' on, is folded into its steps and bias, which rounds}}
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  %five = arith.constant dense<5.0> : tensor<1x1xf32>
  %two = arith.constant dense<2.0> : tensor<1x1xf32>
  %four = arith.constant dense<-4.0> : tensor<1x2xf32>
  %one = arith.constant dense<1.0> : tensor<1x1xf32>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %a = tosa.sub %five, %y : (tensor<1x1xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %c = tosa.mul %a, %two, %shift : (tensor<1x2xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<1x2xf32>
  %d = arith.divf %c, %four : tensor<1x2xf32>
  %e = tosa.sub %d, %one : (tensor<1x2xf32>, tensor<1x1xf32>) -> tensor<1x2xf32>
  %r = tosa.clamp %e {min_val = 0.0 : f32, max_val = 3.40282347E+38 : f32} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  return %r : tensor<1x2xf32>
}

// -----

!w = !mbn.tensor<1x2xf32, group = 1x2, bits = 1 to 1>
!y = !mbn.tensor<1x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// An encode's thresholds take the chain exactly, later.
// CHECK-LABEL: func.func @encode_follows(
// CHECK: mbn.matmul
// CHECK-NEXT: tosa.add
// CHECK-NEXT: mbn.encode
func.func @encode_follows(%x: tensor<1x2xf32>) -> !y {
  %q = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<3> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<0.25> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x2xf32>
  %one = arith.constant dense<1.0> : tensor<1x1xf32>
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x2xf32>, tensor<1x2xf32> -> tensor<1x1xf32>
  %a = tosa.add %y, %one : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %e = mbn.encode %a : tensor<1x1xf32> -> !y
  return %e : !y
}

// -----

!w = !mbn.tensor<1x2xf32, group = 1x2, bits = 1 to 1>

// What is read twice stays; a zero factor gives a constant.
// CHECK-LABEL: func.func @read_twice(
// CHECK: %[[Y:.*]] = mbn.matmul
// CHECK: %[[N:.*]] = mbn.batch_norm %[[Y]]
// CHECK: return %[[Y]], %[[N]]
func.func @read_twice(%x: tensor<1x2xf32>) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %q = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<3> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<0.25> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x2xf32>
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x2xf32>, tensor<1x2xf32> -> tensor<1x1xf32>
  // expected-remark @+1 {{batch normalization 'bn' stays: something else reads what it normalizes}}
  %n = mbn.batch_norm %y scale %one bias %one mean %one variance %one epsilon 0.0 layer "bn" : tensor<1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
  return %y, %n : tensor<1x1xf32>, tensor<1x1xf32>
}

// -----

!w = !mbn.tensor<2x2xf32, group = 1x2, bits = 8 to 8>

// CHECK-LABEL: func.func @zero(
// CHECK: mbn.constant {{.*}} steps = dense<[0.000000e+00, 2.500000e-01]>
// CHECK: arith.constant dense<[7.000000e+00, 2.000000e+00]>
func.func @zero(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %q = mbn.constant dense<values = dense<[[1, 2], [3, -128]]> : tensor<2x2xi8>, steps = dense<0.25> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x2xf32>
  %b = arith.constant dense<5.0> : tensor<2xf32>
  // expected-remark @+1 {{folded into its steps and bias}}
  %y = mbn.matmul %x, %w bias %b layer "fc" : tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32> -> tensor<1x2xf32>
  %s = arith.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %t = arith.constant dense<[7.0, -3.0]> : tensor<2xf32>
  %m = arith.constant dense<0.0> : tensor<2xf32>
  %v = arith.constant dense<1.0> : tensor<2xf32>
  %n = mbn.batch_norm %y scale %s bias %t mean %m variance %v epsilon 0.0 layer "bn" : tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
  return %n : tensor<1x2xf32>
}

// -----

!w = !mbn.tensor<1x2xf32, group = 1x2, bits = 8 to 8>

// -128 has no negative in int8.
// CHECK-LABEL: func.func @not_negated(
// CHECK: tosa.mul
func.func @not_negated(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %q = mbn.constant dense<values = dense<[[1, -128]]> : tensor<1x2xi8>, steps = dense<0.25> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x2xf32>
  // expected-remark @+1 {{layer 'fc' does not take 'tosa.mul': its steps or bias would leave the range of floats, or its weights cannot be negated}}
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x2xf32>, tensor<1x2xf32> -> tensor<1x1xf32>
  %c = arith.constant dense<-1.0> : tensor<1x1xf32>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %n = tosa.mul %y, %c, %shift : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<1x1xf32>
  return %n : tensor<1x1xf32>
}

// -----

!w = !mbn.tensor<1x2xf32, group = 1x2, bits = 8 to 8>

// CHECK-LABEL: func.func @too_small(
// CHECK: tosa.mul
func.func @too_small(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %q = mbn.constant dense<values = dense<[[1, 2]]> : tensor<1x2xi8>, steps = dense<1.0e-30> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x2xf32>
  // expected-remark @+1 {{layer 'fc' does not take 'tosa.mul': its steps or bias would leave the range of floats}}
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x2xf32>, tensor<1x2xf32> -> tensor<1x1xf32>
  %c = arith.constant dense<1.0e-30> : tensor<1x1xf32>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %n = tosa.mul %y, %c, %shift : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<1x1xf32>
  return %n : tensor<1x1xf32>
}

// -----

!w = !mbn.tensor<2x2xf32, group = 1x2, bits = 8 to 8>

// Weight normalization, with a negative gain.
// CHECK-LABEL: func.func @weight_normalization(
// CHECK: mbn.constant dense<values = dense<{{\[\[}}1, 2], [-3, -4]]> : tensor<2x2xi8>, steps = dense<[5.000000e-01, 2.500000e-01]>
// CHECK-NOT: tosa.mul
func.func @weight_normalization(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %q = mbn.constant dense<values = dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>, steps = dense<0.25> : tensor<1xf32>> : !w
  %v = mbn.decode %q : !w -> tensor<2x2xf32>
  %g = arith.constant dense<[[2.0], [-1.0]]> : tensor<2x1xf32>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  // expected-remark @+1 {{weight normalization is folded into the weights' steps, which rounds}}
  %w = tosa.mul %v, %g, %shift : (tensor<2x2xf32>, tensor<2x1xf32>, tensor<1xi8>) -> tensor<2x2xf32>
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x2xf32>, tensor<2x2xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

!x = !mbn.tensor<1x4x4x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<4x1x1x1xf32, group = 1x1x1x1, bits = 1 to 1>

// A depthwise convolution takes the scales of its channels, from before pooling.
// CHECK-LABEL: func.func @depthwise(
// CHECK-SAME: %[[X:.*]]: !mbn
// CHECK: %[[D:.*]] = mbn.decode %[[X]]
// CHECK: %[[P:.*]] = tosa.max_pool2d %[[D]]
// CHECK: mbn.constant {{.*}} steps = dense<[5.000000e-01, 5.000000e-01, 1.000000e+00, 1.000000e+00]>
// CHECK: mbn.conv2d %[[P]],
func.func @depthwise(%x: !x) -> tensor<1x2x2x4xf32> {
  %d = mbn.decode %x : !x -> tensor<1x4x4x2xf32>
  %s = arith.constant dense<[[[[2.0, 4.0]]]]> : tensor<1x1x1x2xf32>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %m = tosa.mul %d, %s, %shift : (tensor<1x4x4x2xf32>, tensor<1x1x1x2xf32>, tensor<1xi8>) -> tensor<1x4x4x2xf32>
  %p = tosa.max_pool2d %m {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x4x4x2xf32>) -> tensor<1x2x2x2xf32>
  %q = mbn.constant bases<widths = dense<1> : tensor<4xi8>, coordinates = dense<1> : tensor<4xi16>, signs = dense<1> : tensor<4xi32>, steps = dense<0.25> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<4x1x1x1xf32>
  // expected-remark @+1 {{layer 'dw': the scales of its input's channels are folded into its steps, which rounds}}
  %y = mbn.conv2d %p, %w layer "dw" groups 2 : tensor<1x2x2x2xf32>, tensor<4x1x1x1xf32> -> tensor<1x2x2x4xf32>
  return %y : tensor<1x2x2x4xf32>
}

// -----

!x = !mbn.tensor<1x2x2x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>

// One scale of all inputs is taken by any layer, from before a reshape too.
// CHECK-LABEL: func.func @one_scale(
// CHECK-SAME: %[[X:.*]]: !mbn
// CHECK: %[[D:.*]] = mbn.decode %[[X]]
// CHECK: %[[P:.*]] = tosa.reshape %[[D]]
// CHECK: mbn.constant {{.*}} steps = dense<5.000000e-01>
// CHECK-NOT: tosa.mul
// CHECK: mbn.matmul %[[P]],
func.func @one_scale(%x: !x) -> tensor<2x2xf32> {
  %d = mbn.decode %x : !x -> tensor<1x2x2x2xf32>
  %shape = tosa.const_shape {values = dense<[2, 4]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %r = tosa.reshape %d, %shape : (tensor<1x2x2x2xf32>, !tosa.shape<2>) -> tensor<2x4xf32>
  %s = arith.constant dense<2.0> : tensor<1x1xf32>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %m = tosa.mul %r, %s, %shift : (tensor<2x4xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<2x4xf32>
  %q = mbn.constant dense<values = dense<3> : tensor<2x4xi8>, steps = dense<0.25> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x4xf32>
  // expected-remark @+1 {{layer 'fc': the scales of its input's channels are folded into its steps, which rounds}}
  %y = mbn.matmul %m, %w layer "fc" : tensor<2x4xf32>, tensor<2x4xf32> -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// -----

!w = !mbn.tensor<2x2xf32, group = 1x2, bits = 8 to 8>

// epsilon 0.5 / 0.25^2
// CHECK-LABEL: func.func @layer_norm(
// CHECK: mbn.constant {{.*}} steps = dense<1.000000e+00> : tensor<1xf32>
// CHECK: mbn.layer_norm {{.*}} epsilon 8.000000e+00
func.func @layer_norm(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %q = mbn.constant dense<values = dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>, steps = dense<0.25> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x2xf32>
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x2xf32>, tensor<2x2xf32> -> tensor<1x2xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  // expected-remark @+1 {{layer normalization 'ln' cancels the step of layer 'fc', which rounds}}
  %n = mbn.layer_norm %y scale %one bias %one epsilon 0.5 layer "ln" : tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>
  return %n : tensor<1x2xf32>
}

// -----

!w = !mbn.tensor<2x2xf32, group = 1x2, bits = 8 to 8>

// CHECK-LABEL: func.func @layer_norm_of_steps(
// CHECK: mbn.layer_norm {{.*}} epsilon 5.000000e-01
func.func @layer_norm_of_steps(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %q = mbn.constant dense<values = dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>, steps = dense<[0.25, 0.5]> : tensor<2xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x2xf32>
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x2xf32>, tensor<2x2xf32> -> tensor<1x2xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  // expected-remark @+1 {{layer normalization 'ln' keeps the steps of layer 'fc': they differ between outputs}}
  %n = mbn.layer_norm %y scale %one bias %one epsilon 0.5 layer "ln" : tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>
  return %n : tensor<1x2xf32>
}

// -----

!w = !mbn.tensor<2x2xf32, group = 1x2, bits = 8 to 8>

// CHECK-LABEL: func.func @layer_norm_of_bias(
// CHECK: mbn.layer_norm {{.*}} epsilon 5.000000e-01
func.func @layer_norm_of_bias(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %q = mbn.constant dense<values = dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>, steps = dense<0.25> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x2xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %y = mbn.matmul %x, %w bias %one layer "fc" : tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32> -> tensor<1x2xf32>
  // expected-remark @+1 {{layer normalization 'ln' keeps the steps of layer 'fc': the layer has a bias}}
  %n = mbn.layer_norm %y scale %one bias %one epsilon 0.5 layer "ln" : tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>
  return %n : tensor<1x2xf32>
}

// -----

!w = !mbn.tensor<1x2xf32, group = 1x2, bits = 1 to 1>
!y = !mbn.tensor<1x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// The encode of a concatenation becomes one of each part.
// CHECK-LABEL: func.func @encode_follows_concat(
// CHECK: mbn.matmul
// CHECK-NEXT: tosa.add
// CHECK-NEXT: tosa.concat
func.func @encode_follows_concat(%x: tensor<1x2xf32>) -> !y {
  %q = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<3> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<0.25> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x2xf32>
  %one = arith.constant dense<1.0> : tensor<1x1xf32>
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x2xf32>, tensor<1x2xf32> -> tensor<1x1xf32>
  %a = tosa.add %y, %one : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %c = tosa.concat %a, %a {axis = 1 : i32} : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x2xf32>
  %e = mbn.encode %c : tensor<1x2xf32> -> !y
  return %e : !y
}
