// RUN: my-opt %s -prune-groups=below=4 | FileCheck %s
// RUN: my-opt %s -prune-groups=below=4 -verify-diagnostics -o /dev/null

// CHECK-LABEL: @one_of_two_groups
// CHECK: mbn.constant bases<widths = dense<[0, 1]> : tensor<2xi8>
// CHECK-SAME: coordinates = dense<9> : tensor<1xi16>
// CHECK-SAME: signs = dense<3> : tensor<1xi32>
// CHECK-SAME: : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 1>
func.func @one_of_two_groups() -> tensor<2x3xf32> {
  // expected-remark@below {{prune-groups: 1 of 2 groups lose their bases}}
  %w = mbn.constant bases<widths = dense<1> : tensor<2xi8>,
      coordinates = dense<[1, 9]> : tensor<2xi16>,
      signs = dense<[5, 3]> : tensor<2xi32>,
      steps = dense<0.5> : tensor<1xf32>>
      : !mbn.tensor<2x3xf32, group = 1x3, bits = 1 to 1>
  %f = mbn.decode %w : !mbn.tensor<2x3xf32, group = 1x3, bits = 1 to 1> -> tensor<2x3xf32>
  return %f : tensor<2x3xf32>
}

// The sum of a group's coordinates counts: 3 + 1 is not below 4, 2 + 1 is.
// CHECK-LABEL: @sum_of_coordinates
// CHECK: mbn.constant bases<widths = dense<[2, 0]> : tensor<2xi8>
// CHECK-SAME: coordinates = dense<[3, 1]> : tensor<2xi16>
func.func @sum_of_coordinates() -> tensor<2x3xf32> {
  // expected-remark@below {{prune-groups: 1 of 2 groups lose their bases}}
  %w = mbn.constant bases<widths = dense<2> : tensor<2xi8>,
      coordinates = dense<[3, 1, 2, 1]> : tensor<4xi16>,
      signs = dense<[5, 3, 1, 2]> : tensor<4xi32>,
      steps = dense<0.5> : tensor<1xf32>>
      : !mbn.tensor<2x3xf32, group = 1x3, bits = 2 to 2>
  %f = mbn.decode %w : !mbn.tensor<2x3xf32, group = 1x3, bits = 2 to 2> -> tensor<2x3xf32>
  return %f : tensor<2x3xf32>
}

// Nothing is small here: the type stays as it is.
// CHECK-LABEL: @no_small_group
// CHECK: !mbn.tensor<1x3xf32, group = 1x3, bits = 1 to 1>
func.func @no_small_group() -> tensor<1x3xf32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>,
      coordinates = dense<4> : tensor<1xi16>,
      signs = dense<5> : tensor<1xi32>,
      steps = dense<0.5> : tensor<1xf32>>
      : !mbn.tensor<1x3xf32, group = 1x3, bits = 1 to 1>
  %f = mbn.decode %w : !mbn.tensor<1x3xf32, group = 1x3, bits = 1 to 1> -> tensor<1x3xf32>
  return %f : tensor<1x3xf32>
}

// CHECK-LABEL: @no_bases
// CHECK: mbn.constant dense<values = dense<1> : tensor<1x3xi8>
func.func @no_bases() -> tensor<1x3xf32> {
  %w = mbn.constant dense<values = dense<1> : tensor<1x3xi8>,
      steps = dense<0.5> : tensor<1xf32>>
      : !mbn.tensor<1x3xf32, group = 1x3, bits = 8 to 8>
  %f = mbn.decode %w : !mbn.tensor<1x3xf32, group = 1x3, bits = 8 to 8> -> tensor<1x3xf32>
  return %f : tensor<1x3xf32>
}
