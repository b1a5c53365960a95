// RUN: subbit-opt %s -canonicalize -split-input-file | FileCheck %s

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 1, [1, 2]>>

// CHECK-LABEL: func.func @encode_of_decode(
// CHECK-SAME: %[[X:.*]]: !mbn
// CHECK-NEXT: return %[[X]]
func.func @encode_of_decode(%x: !x) -> !x {
  %d = mbn.decode %x : !x -> tensor<1x4xf32>
  %y = mbn.encode %d : tensor<1x4xf32> -> !x
  return %y : !x
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 1, [1, 2]>>
!y = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>

// CHECK-LABEL: func.func @no_encode_of_decode_other_levels(
// CHECK: mbn.decode
// CHECK: %[[Y:.*]] = mbn.encode
// CHECK: return %[[Y]]
func.func @no_encode_of_decode_other_levels(%x: !x) -> !y {
  %d = mbn.decode %x : !x -> tensor<1x4xf32>
  %y = mbn.encode %d : tensor<1x4xf32> -> !y
  return %y : !y
}

// -----

// 1 + 1e-9 is 1 in float: codes 0 and 1 stand for the same number, and encode
// gives 1 for both.
!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0e-9, zero 0, low 1.0, [1]>>

// CHECK-LABEL: func.func @no_encode_of_decode_levels_collapse(
// CHECK: mbn.decode
// CHECK: %[[Y:.*]] = mbn.encode
// CHECK: return %[[Y]]
func.func @no_encode_of_decode_levels_collapse(%x: !x) -> !x {
  %d = mbn.decode %x : !x -> tensor<1x4xf32>
  %y = mbn.encode %d : tensor<1x4xf32> -> !x
  return %y : !x
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 1, [1, 2]>>

// Rounds; it is no identity.
// CHECK-LABEL: func.func @no_decode_of_encode(
// CHECK: mbn.encode
// CHECK: %[[Y:.*]] = mbn.decode
// CHECK: return %[[Y]]
func.func @no_decode_of_encode(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %q = mbn.encode %x : tensor<1x4xf32> -> !x
  %y = mbn.decode %q : !x -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

!w = !mbn.tensor<1x2xf32, group = 1x2, bits = 8 to 8>

// Weights stay small: no fold dequantizes the model.
// CHECK-LABEL: func.func @no_decode_of_constant(
// CHECK-NOT: arith.constant
// CHECK: %[[W:.*]] = mbn.constant
// CHECK: %[[Y:.*]] = mbn.decode %[[W]]
// CHECK: return %[[Y]]
func.func @no_decode_of_constant() -> tensor<1x2xf32> {
  %w = mbn.constant dense<values = dense<1> : tensor<1x2xi8>, steps = dense<2.0> : tensor<1xf32>> : !w
  %y = mbn.decode %w : !w -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

!w = !mbn.tensor<1x2xf32, group = 1x2, bits = 8 to 8>

// CHECK-LABEL: func.func @constants(
// CHECK: %[[W:.*]] = mbn.constant dense<values = dense<1>
// CHECK-NOT: mbn.constant
// CHECK: return %[[W]], %[[W]]
func.func @constants() -> (!w, !w) {
  %dead = mbn.constant dense<values = dense<3> : tensor<1x2xi8>, steps = dense<2.0> : tensor<1xf32>> : !w
  %v = mbn.constant dense<values = dense<1> : tensor<1x2xi8>, steps = dense<2.0> : tensor<1xf32>> : !w
  %w = mbn.constant dense<values = dense<1> : tensor<1x2xi8>, steps = dense<2.0> : tensor<1xf32>> : !w
  return %v, %w : !w, !w
}

// -----

!v = !mbn.tensor<1x2xf32, group = 1x2, bits = 8 to 8>
!w = !mbn.tensor<1x2xf32, group = 1x1, bits = 8 to 8>

// The same values, of different types.
// CHECK-LABEL: func.func @no_constants_other_type(
// CHECK-COUNT-2: mbn.constant
func.func @no_constants_other_type() -> (!v, !w) {
  %v = mbn.constant dense<values = dense<1> : tensor<1x2xi8>, steps = dense<2.0> : tensor<1xf32>> : !v
  %w = mbn.constant dense<values = dense<1> : tensor<1x2xi8>, steps = dense<2.0> : tensor<1xf32>> : !w
  return %v, %w : !v, !w
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 1, [1, 2]>>
!y = !mbn.tensor<2x2xf32, levels = #mbn.levels<step 0.5, zero 1, [1, 2]>>

// CHECK-LABEL: func.func @reshape(
// CHECK-SAME: %[[X:.*]]: !mbn.tensor<1x4xf32
// To the same shape.
// CHECK-NOT: !mbn.tensor<1x4xf32{{.*}} -> !mbn.tensor<1x4xf32
// Twice, to one reshape; there and back, to none.
// CHECK: %[[Y:.*]] = mbn.reshape %[[X]] : !mbn.tensor<1x4xf32, {{.*}}> -> !mbn.tensor<2x2xf32
// CHECK-NOT: mbn.reshape
// CHECK: return %[[X]], %[[Y]], %[[X]]
func.func @reshape(%x: !x) -> (!x, !y, !x) {
  %same = mbn.reshape %x : !x -> !x
  %flat = mbn.reshape %x : !x -> !mbn.tensor<4xf32, levels = #mbn.levels<step 0.5, zero 1, [1, 2]>>
  %y = mbn.reshape %flat : !mbn.tensor<4xf32, levels = #mbn.levels<step 0.5, zero 1, [1, 2]>> -> !y
  %back = mbn.reshape %flat : !mbn.tensor<4xf32, levels = #mbn.levels<step 0.5, zero 1, [1, 2]>> -> !x
  return %same, %y, %back : !x, !y, !x
}

// -----

!x = !mbn.tensor<4x4xf32, levels = #mbn.levels<step 0.5, zero 1, [1, 2]>>

// CHECK-LABEL: func.func @transpose(
// CHECK-SAME: %[[X:.*]]: !mbn.tensor<4x4xf32
// CHECK: %[[Y:.*]] = mbn.transpose %[[X]] [1, 0]
// CHECK-NOT: mbn.transpose
// CHECK: return %[[X]], %[[Y]]
func.func @transpose(%x: !x) -> (!x, !x) {
  %same = mbn.transpose %x [0, 1] : !x -> !x
  %y = mbn.transpose %x [1, 0] : !x -> !x
  return %same, %y : !x, !x
}
