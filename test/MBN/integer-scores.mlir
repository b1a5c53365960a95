// RUN: subbit-opt %s -mbn-integer-scores -split-input-file | FileCheck %s

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>

// Sums reach 3 * 10 and 3 * 4; the largest score is 0.75 * 30 + 0.25 in units: 2^26
// times that has 31 bits. The other output's factor is negative.
// CHECK-LABEL: func.func @scores(
// CHECK-SAME: -> (tensor<1x2xi32> {mbn.name = "y"})
// CHECK: %[[S:.*]] = mbn.matmul
// CHECK-DAG: %[[F:.*]] = arith.constant dense<[50331648, -33554432]> : tensor<2xi32>
// CHECK-DAG: %[[A:.*]] = arith.constant dense<[16777216, 0]> : tensor<2xi32>
// CHECK-NOT: mbn.rescale
// CHECK: %[[Y:.*]] = mbn.score %[[S]], %[[F]], %[[A]] : tensor<1x2xi32>, tensor<2xi32>, tensor<2xi32>
// CHECK: return %[[Y]] : tensor<1x2xi32>
func.func @scores(%x: !x) -> (tensor<1x2xf32> {mbn.name = "y"}) {
  %q = mbn.constant dense<values = dense<[[1, 2, 3, 4], [1, -1, 1, -1]]> : tensor<2x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %scale = arith.constant dense<[0.75, -0.5]> : tensor<2xf32>
  %base = arith.constant dense<[0.25, 0.0]> : tensor<2xf32>
  %s = mbn.matmul %x, %q layer "fc" : !x, !w -> tensor<1x2xi32>
  %y = mbn.rescale %s, %scale, %base : tensor<1x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<1x4xf32, group = 1x4, bits = 8 to 8>

// Weights that are all 0 leave the addend, as large as it gets.
// CHECK-LABEL: func.func @no_weights(
// CHECK: arith.constant dense<-1073741824> : tensor<1xi32>
func.func @no_weights(%x: !x) -> tensor<1x1xf32> {
  %q = mbn.constant dense<values = dense<0> : tensor<1x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %scale = arith.constant dense<0.0> : tensor<1xf32>
  %base = arith.constant dense<-0.125> : tensor<1xf32>
  %s = mbn.matmul %x, %q layer "fc" : !x, !w -> tensor<1x1xi32>
  %y = mbn.rescale %s, %scale, %base : tensor<1x1xi32>, tensor<1xf32>, tensor<1xf32> -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
