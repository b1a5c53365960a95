// RUN: subbit-opt %s -split-input-file | subbit-opt -split-input-file | FileCheck %s
// RUN: subbit-opt %s -split-input-file -canonicalize | FileCheck %s --check-prefix=FOLD
// RUN: subbit-opt %s -split-input-file -convert-mbn-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: @bipolar
// CHECK: mbn.encode %{{.*}} thresholds dense<0.000000e+00> : tensor<1xf32> : tensor<1x4xf32> -> !mbn.tensor
func.func @bipolar(%x: tensor<1x4xf32>) -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>> {
  %q = mbn.encode %x thresholds dense<0.0> : tensor<1xf32>
      : tensor<1x4xf32> -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
  return %q : !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
}

// -----

// A row for each channel; a NaN is never reached, and ends its row.
// CHECK-LABEL: @channels
// CHECK: mbn.encode %{{.*}} thresholds dense<{{.*}}> : tensor<2x3xf32>
// LINALG-LABEL: @channels
// LINALG: linalg.generic
// LINALG-SAME: ins(%{{.*}}, %{{.*}} : tensor<5x2xf32>, tensor<2x3xf32>)
// LINALG: arith.cmpf oge
func.func @channels(%x: tensor<5x2xf32>) -> !mbn.tensor<5x2xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>> {
  %q = mbn.encode %x thresholds dense<[[-0.5, 0.5, 0x7FC00000], [1.0, 1.0, 2.0]]> : tensor<2x3xf32>
      : tensor<5x2xf32> -> !mbn.tensor<5x2xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>>
  return %q : !mbn.tensor<5x2xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>>
}

// -----

// Codes of codes are the same only if every level finds itself again.
!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
// FOLD-LABEL: @found_again
// FOLD-NOT: mbn.encode
func.func @found_again(%x: !x) -> !x {
  %f = mbn.decode %x : !x -> tensor<1x4xf32>
  %q = mbn.encode %f thresholds dense<0.5> : tensor<1xf32> : tensor<1x4xf32> -> !x
  return %q : !x
}
// FOLD-LABEL: @moved
// FOLD: mbn.encode
func.func @moved(%x: !x) -> !x {
  %f = mbn.decode %x : !x -> tensor<1x4xf32>
  %q = mbn.encode %f thresholds dense<1.5> : tensor<1xf32> : tensor<1x4xf32> -> !x
  return %q : !x
}
