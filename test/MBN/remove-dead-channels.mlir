// RUN: subbit-opt %s -mbn-remove-dead-channels -split-input-file -verify-diagnostics | FileCheck %s

!a = !mbn.tensor<3x4xf32, group = 1x2, bits = 0 to 2>
!b = !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 1>

// The second output is min(2, 1.5) = 1.5 for every input; its weights in fc2 are
// -1 and 4, so -1.5 and 6 are what it gave.
// CHECK-LABEL: func.func @constant_goes_to_the_bias(
// CHECK-DAG: %[[W:.*]] = mbn.constant bases<widths = dense<[1, 2, 0, 1]> : tensor<4xi8>, coordinates = dense<[3, 2, 1, 4]> : tensor<4xi16>, signs = dense<[1, 2, 3, 1]> : tensor<4xi32>, steps = dense<5.000000e-01> : tensor<1xf32>> : !mbn.tensor<2x4xf32, group = 1x2, bits = 0 to 2>
// CHECK-DAG: %[[BIAS:.*]] = arith.constant dense<[5.000000e-01, -1.000000e+00]> : tensor<2xf32>
// CHECK: %[[Y:.*]] = mbn.matmul %{{.*}}, %{{.*}} bias %[[BIAS]] layer "fc1" {mbn.model_weights = 12 : i64}
// CHECK: %[[R:.*]] = tosa.clamp %[[Y]] {{.*}} -> tensor<1x2xf32>
// CHECK-DAG: %[[V:.*]] = mbn.constant bases<widths = dense<1> : tensor<2xi8>, coordinates = dense<[1, 2]> : tensor<2xi16>, signs = dense<[3, 0]> : tensor<2xi32>, steps = dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>> : !mbn.tensor<2x2xf32, group = 1x2, bits = 0 to 1>
// CHECK-DAG: %[[SUM:.*]] = arith.constant dense<[-1.500000e+00, 6.000000e+00]> : tensor<2xf32>
// CHECK: mbn.matmul %[[R]], %{{.*}} bias %[[SUM]] layer "fc2" {mbn.model_weights = 6 : i64}
func.func @constant_goes_to_the_bias(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %w = mbn.constant bases<widths = dense<[1, 2, 0, 0, 0, 1]> : tensor<6xi8>, coordinates = dense<[3, 2, 1, 4]> : tensor<4xi16>, signs = dense<[1, 2, 3, 1]> : tensor<4xi32>, steps = dense<0.5> : tensor<1xf32>> : !a
  %wd = mbn.decode %w : !a -> tensor<3x4xf32>
  %bias = arith.constant dense<[0.5, 2.0, -1.0]> : tensor<3xf32>
  // expected-remark @+1 {{layer 'fc1' loses 1 of 3 outputs, which have no bases}}
  %y = mbn.matmul %x, %wd bias %bias layer "fc1" : tensor<1x4xf32>, tensor<3x4xf32>, tensor<3xf32> -> tensor<1x3xf32>
  %r = tosa.clamp %y {min_val = 0.0 : f32, max_val = 1.5 : f32} : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %v = mbn.constant bases<widths = dense<[1, 1]> : tensor<2xi8>, coordinates = dense<[1, 2]> : tensor<2xi16>, signs = dense<[5, 2]> : tensor<2xi32>, steps = dense<[1.0, 2.0]> : tensor<2xf32>> : !b
  %vd = mbn.decode %v : !b -> tensor<2x3xf32>
  %z = mbn.matmul %r, %vd layer "fc2" : tensor<1x3xf32>, tensor<2x3xf32> -> tensor<1x2xf32>
  return %z : tensor<1x2xf32>
}

// -----

!a = !mbn.tensor<2x1x1x1xf32, group = 1x1x1x1, bits = 0 to 1>
!b = !mbn.tensor<2x8xf32, group = 1x4, bits = 0 to 1>

// Through arithmetic, codes, pooling and flattening, which puts the channels of each position
// side by side.
// CHECK-LABEL: func.func @through_pooling_and_flattening(
// CHECK: mbn.conv2d {{.*}} layer "conv" {{.*}} -> tensor<1x4x4x1xf32>
// CHECK: mbn.encode {{.*}} -> !mbn.tensor<1x4x4x1xf32, levels
// CHECK: tosa.max_pool2d {{.*}} -> tensor<1x2x2x1xf32>
// CHECK: tosa.reshape {{.*}} -> tensor<1x4xf32>
// CHECK: mbn.constant {{.*}}signs = dense<[3, 2, 1, 1]> {{.*}} : !mbn.tensor<2x4xf32, group = 1x2, bits = 0 to 1>
// CHECK: mbn.matmul {{.*}} layer "fc1" {mbn.model_weights = 16 : i64}
func.func @through_pooling_and_flattening(%x: tensor<1x4x4x1xf32>) -> tensor<1x2xf32> {
  %w = mbn.constant bases<widths = dense<[1, 0]> : tensor<2xi8>, coordinates = dense<3> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<0.5> : tensor<1xf32>> : !a
  %wd = mbn.decode %w : !a -> tensor<2x1x1x1xf32>
  %bias = arith.constant dense<[0.5, -2.0]> : tensor<2xf32>
  // expected-remark @+1 {{layer 'conv' loses 1 of 2 outputs}}
  %y = mbn.conv2d %x, %wd bias %bias layer "conv" : tensor<1x4x4x1xf32>, tensor<2x1x1x1xf32>, tensor<2xf32> -> tensor<1x4x4x2xf32>
  %half = arith.constant dense<0.5> : tensor<1x4x4x2xf32>
  %sum = tosa.add %y, %half : (tensor<1x4x4x2xf32>, tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %q = mbn.encode %sum : tensor<1x4x4x2xf32> -> !mbn.tensor<1x4x4x2xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
  %d = mbn.decode %q : !mbn.tensor<1x4x4x2xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>> -> tensor<1x4x4x2xf32>
  %p = tosa.max_pool2d %d {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x4x4x2xf32>) -> tensor<1x2x2x2xf32>
  %shape = tosa.const_shape {values = dense<[1, 8]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %flat = tosa.reshape %p, %shape : (tensor<1x2x2x2xf32>, !tosa.shape<2>) -> tensor<1x8xf32>
  %v = mbn.constant bases<widths = dense<1> : tensor<4xi8>, coordinates = dense<[1, 2, 3, 4]> : tensor<4xi16>, signs = dense<[5, 4, 1, 9]> : tensor<4xi32>, steps = dense<1.0> : tensor<1xf32>> : !b
  %vd = mbn.decode %v : !b -> tensor<2x8xf32>
  %z = mbn.matmul %flat, %vd layer "fc1" : tensor<1x8xf32>, tensor<2x8xf32> -> tensor<1x2xf32>
  return %z : tensor<1x2xf32>
}

// -----

!a = !mbn.tensor<3x1x1x2xf32, group = 1x1x1x2, bits = 0 to 1>
!b = !mbn.tensor<1x3x3x3xf32, group = 1x1x1x3, bits = 0 to 1>

// Of two dead outputs the one whose constant is 0 goes; beyond the border there
// are zeros, not ones.
// CHECK-LABEL: func.func @padding(
// CHECK: mbn.conv2d {{.*}} layer "conv1" {{.*}} -> tensor<1x4x4x2xf32>
func.func @padding(%x: tensor<1x4x4x2xf32>) -> tensor<1x4x4x1xf32> {
  %w = mbn.constant bases<widths = dense<[1, 0, 0]> : tensor<3xi8>, coordinates = dense<3> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<0.5> : tensor<1xf32>> : !a
  %wd = mbn.decode %w : !a -> tensor<3x1x1x2xf32>
  %bias = arith.constant dense<[0.5, -2.0, 1.0]> : tensor<3xf32>
  // expected-remark @+2 {{layer 'conv1' keeps 1 outputs without bases: layer 'conv2' pads, where their constants are not 0}}
  // expected-remark @+1 {{layer 'conv1' loses 1 of 3 outputs}}
  %y = mbn.conv2d %x, %wd bias %bias layer "conv1" : tensor<1x4x4x2xf32>, tensor<3x1x1x2xf32>, tensor<3xf32> -> tensor<1x4x4x3xf32>
  %r = tosa.clamp %y {min_val = 0.0 : f32, max_val = 3.40282347E+38 : f32} : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
  %v = mbn.constant bases<widths = dense<1> : tensor<9xi8>, coordinates = dense<1> : tensor<9xi16>, signs = dense<5> : tensor<9xi32>, steps = dense<1.0> : tensor<1xf32>> : !b
  %vd = mbn.decode %v : !b -> tensor<1x3x3x3xf32>
  %z = mbn.conv2d %r, %vd layer "conv2" pad [1, 1, 1, 1] : tensor<1x4x4x3xf32>, tensor<1x3x3x3xf32> -> tensor<1x4x4x1xf32>
  return %z : tensor<1x4x4x1xf32>
}

// -----

!a = !mbn.tensor<4x2xf32, group = 1x2, bits = 0 to 1>
!b = !mbn.tensor<1x4xf32, group = 1x2, bits = 0 to 1>

// Slices of two weights would become one of one and then one of two.
// CHECK-LABEL: func.func @groups_of_different_sizes(
// CHECK: mbn.matmul {{.*}} layer "fc1" : tensor<1x2xf32>, tensor<4x2xf32> -> tensor<1x4xf32>
func.func @groups_of_different_sizes(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = mbn.constant bases<widths = dense<[0, 1, 1, 1]> : tensor<4xi8>, coordinates = dense<3> : tensor<3xi16>, signs = dense<1> : tensor<3xi32>, steps = dense<0.5> : tensor<1xf32>> : !a
  %wd = mbn.decode %w : !a -> tensor<4x2xf32>
  // expected-remark @+1 {{layer 'fc1' keeps 1 outputs without bases: groups of layer 'fc2' would not be of one size any more}}
  %y = mbn.matmul %x, %wd layer "fc1" : tensor<1x2xf32>, tensor<4x2xf32> -> tensor<1x4xf32>
  %v = mbn.constant bases<widths = dense<1> : tensor<2xi8>, coordinates = dense<1> : tensor<2xi16>, signs = dense<2> : tensor<2xi32>, steps = dense<1.0> : tensor<1xf32>> : !b
  %vd = mbn.decode %v : !b -> tensor<1x4xf32>
  %z = mbn.matmul %y, %vd layer "fc2" : tensor<1x4xf32>, tensor<1x4xf32> -> tensor<1x1xf32>
  return %z : tensor<1x1xf32>
}

// -----

!a = !mbn.tensor<2x2xf32, group = 1x2, bits = 0 to 1>

// Results of the network, and what something else reads too, stay.
// CHECK-LABEL: func.func @others(
// CHECK: mbn.matmul {{.*}} layer "fc1" : tensor<1x2xf32>, tensor<2x2xf32> -> tensor<1x2xf32>
// CHECK: mbn.matmul {{.*}} layer "fc2" : tensor<1x2xf32>, tensor<2x2xf32> -> tensor<1x2xf32>
func.func @others(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = mbn.constant bases<widths = dense<[0, 1]> : tensor<2xi8>, coordinates = dense<3> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<0.5> : tensor<1xf32>> : !a
  %wd = mbn.decode %w : !a -> tensor<2x2xf32>
  %y = mbn.matmul %x, %wd layer "fc1" : tensor<1x2xf32>, tensor<2x2xf32> -> tensor<1x2xf32>
  %z = mbn.matmul %y, %wd layer "fc2" : tensor<1x2xf32>, tensor<2x2xf32> -> tensor<1x2xf32>
  %s = tosa.add %y, %z : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  return %s : tensor<1x2xf32>
}
