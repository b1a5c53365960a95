// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-fuse),canonicalize)' -split-input-file | FileCheck %s

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>

// scale = step of the weights * step of the codes, per output; the bias is in
// the base.
// CHECK-LABEL: func.func @matmul_bias(
// CHECK-SAME: %[[X:.*]]: !mbn
// CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<[1.000000e+00, 2.500000e-01]> : tensor<2xf32>
// CHECK-DAG: %[[BASE:.*]] = arith.constant dense<[3.000000e+00, -1.000000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[W:.*]] = mbn.constant
// CHECK: %[[S:.*]] = mbn.matmul %[[X]], %[[W]] layer "fc" {tag} : {{.*}} -> tensor<1x2xi32>
// CHECK: %[[Y:.*]] = mbn.rescale %[[S]], %[[SCALE]], %[[BASE]] : tensor<1x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x2xf32>
// CHECK-NEXT: return %[[Y]]
func.func @matmul_bias(%x: !x) -> tensor<1x2xf32> {
  %q = mbn.constant dense<values = dense<[[1, 2, 3, 4], [5, 6, 7, -128]]> : tensor<2x4xi8>, steps = dense<[2.0, 0.5]> : tensor<2xf32>> : !w
  %b = arith.constant dense<[3.0, -1.0]> : tensor<2xf32>
  %w = mbn.decode %q : !w -> tensor<2x4xf32>
  %d = mbn.decode %x : !x -> tensor<1x4xf32>
  %y = mbn.matmul %d, %w bias %b layer "fc" {tag} : tensor<1x4xf32>, tensor<2x4xf32>, tensor<2xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 1, low -2.0, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>

// base = bias + step * low * sum of the weights: 3 - 2 * 2 * 10, -1 - 2 * 2 * 26;
// zero has no part in it.
// CHECK-LABEL: func.func @matmul_low(
// CHECK-DAG: arith.constant dense<1.000000e+00> : tensor<2xf32>
// CHECK-DAG: arith.constant dense<[-3.700000e+01, -1.050000e+02]> : tensor<2xf32>
// CHECK: mbn.rescale
func.func @matmul_low(%x: !x) -> tensor<1x2xf32> {
  %q = mbn.constant dense<values = dense<[[1, 2, 3, 4], [5, 6, 7, 8]]> : tensor<2x4xi8>, steps = dense<2.0> : tensor<1xf32>> : !w
  %b = "tosa.const"() <{values = dense<[3.0, -1.0]> : tensor<2xf32>}> : () -> tensor<2xf32>
  %w = mbn.decode %q : !w -> tensor<2x4xf32>
  %d = mbn.decode %x : !x -> tensor<1x4xf32>
  %y = mbn.matmul %d, %w bias %b layer "fc" : tensor<1x4xf32>, tensor<2x4xf32>, tensor<2xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

!x = !mbn.tensor<1x4x3x1xf32, levels = #mbn.levels<step 1.0, zero 0, low 1.0, [1]>>
!w = !mbn.tensor<1x3x1x1xf32, group = 1x3x1x1, bits = 8 to 8>

// low counts inside the image only: the sum is 2 + 3 at the first row, 1 + 2 + 3
// inside, 1 + 2 at the last.
// CHECK-LABEL: func.func @conv2d_low_pad1(
// CHECK-DAG: %[[BASE:.*]] = arith.constant dense<{{\[\[\[}}5.000000e+00]], {{\[\[}}6.000000e+00]], {{\[\[}}3.000000e+00]]]> : tensor<3x1x1xf32>
// CHECK: %[[S:.*]] = mbn.conv2d %{{.*}} layer "conv" pad [1, 0, 1, 0] :
// CHECK: mbn.rescale %[[S]], %{{.*}}, %[[BASE]] border <rows = [0, 1, 1, 2], columns = [0, 0, 0]>
func.func @conv2d_low_pad1(%x: !x) -> tensor<1x4x3x1xf32> {
  %q = mbn.constant dense<values = dense<[[[[1]], [[2]], [[3]]]]> : tensor<1x3x1x1xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x3x1x1xf32>
  %d = mbn.decode %x : !x -> tensor<1x4x3x1xf32>
  %y = mbn.conv2d %d, %w layer "conv" pad [1, 0, 1, 0] : tensor<1x4x3x1xf32>, tensor<1x3x1x1xf32> -> tensor<1x4x3x1xf32>
  return %y : tensor<1x4x3x1xf32>
}

// -----

!x = !mbn.tensor<1x4x3x1xf32, levels = #mbn.levels<step 1.0, zero 0, low 1.0, [1]>>
!w = !mbn.tensor<1x3x1x1xf32, group = 1x3x1x1, bits = 8 to 8>

// CHECK-LABEL: func.func @conv2d_low_no_border(
// CHECK-DAG: arith.constant dense<6.000000e+00> : tensor<1xf32>
// CHECK-NOT: border
// CHECK: return
func.func @conv2d_low_no_border(%x: !x) -> tensor<1x1x3x1xf32> {
  %q = mbn.constant dense<values = dense<[[[[1]], [[2]], [[3]]]]> : tensor<1x3x1x1xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x3x1x1xf32>
  %d = mbn.decode %x : !x -> tensor<1x4x3x1xf32>
  %y = mbn.conv2d %d, %w layer "conv" stride [2, 1] : tensor<1x4x3x1xf32>, tensor<1x3x1x1xf32> -> tensor<1x1x3x1xf32>
  return %y : tensor<1x1x3x1xf32>
}

// -----

!x = !mbn.tensor<1x4x3x1xf32, levels = #mbn.levels<step 1.0, zero 1, [1]>>
!w = !mbn.tensor<1x3x1x1xf32, group = 1x3x1x1, bits = 8 to 8>

// CHECK-LABEL: func.func @conv2d_zero_no_border(
// CHECK: mbn.conv2d {{.*}} -> tensor<1x4x3x1xi32>
// CHECK-NOT: border
// CHECK: return
func.func @conv2d_zero_no_border(%x: !x) -> tensor<1x4x3x1xf32> {
  %q = mbn.constant dense<values = dense<[[[[1]], [[2]], [[3]]]]> : tensor<1x3x1x1xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x3x1x1xf32>
  %d = mbn.decode %x : !x -> tensor<1x4x3x1xf32>
  %y = mbn.conv2d %d, %w layer "conv" pad [1, 0, 1, 0] : tensor<1x4x3x1xf32>, tensor<1x3x1x1xf32> -> tensor<1x4x3x1xf32>
  return %y : tensor<1x4x3x1xf32>
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>

// The decode stays for what else uses it.
// CHECK-LABEL: func.func @matmul_shared_input(
// CHECK-SAME: %[[X:.*]]: !mbn
// CHECK: %[[D:.*]] = mbn.decode %[[X]]
// CHECK: mbn.matmul %[[X]]
// CHECK: %[[Y:.*]] = mbn.rescale
// CHECK: return %[[Y]], %[[D]]
func.func @matmul_shared_input(%x: !x) -> (tensor<1x2xf32>, tensor<1x4xf32>) {
  %q = mbn.constant dense<values = dense<1> : tensor<2x4xi8>, steps = dense<2.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x4xf32>
  %d = mbn.decode %x : !x -> tensor<1x4xf32>
  %y = mbn.matmul %d, %w layer "fc" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  return %y, %d : tensor<1x2xf32>, tensor<1x4xf32>
}

// -----

!x = !mbn.tensor<1x5x5x2xf32, levels = #mbn.levels<step 0.5, zero 0, low 1.0, [3]>>

// tosa's padding is top, bottom, left, right; mbn's top, left, bottom, right.
// CHECK-LABEL: func.func @codes_to_codes(
// CHECK-SAME: %[[X:.*]]: !mbn
// CHECK: %[[P:.*]] = mbn.max_pool2d %[[X]] kernel [3, 2] stride [2, 1] pad [0, 1, 2, 0] : !mbn.tensor<1x5x5x2xf32, levels = [[L:.*]]> -> !mbn.tensor<1x3x5x2xf32, levels = [[L]]>
// CHECK: %[[T:.*]] = mbn.transpose %[[P]] [0, 3, 1, 2] : {{.*}} -> !mbn.tensor<1x2x3x5xf32, levels = [[L]]>
// CHECK: %[[R:.*]] = mbn.reshape %[[T]] : {{.*}} -> !mbn.tensor<1x30xf32, levels = [[L]]>
// CHECK: %[[D:.*]] = mbn.decode %[[R]]
// CHECK: return %[[D]]
func.func @codes_to_codes(%x: !x) -> tensor<1x30xf32> {
  %d = mbn.decode %x : !x -> tensor<1x5x5x2xf32>
  %p = tosa.max_pool2d %d {kernel = array<i64: 3, 2>, stride = array<i64: 2, 1>, pad = array<i64: 0, 2, 1, 0>} : (tensor<1x5x5x2xf32>) -> tensor<1x3x5x2xf32>
  %t = tosa.transpose %p {perms = array<i32: 0, 3, 1, 2>} : (tensor<1x3x5x2xf32>) -> tensor<1x2x3x5xf32>
  %s = tosa.const_shape {values = dense<[1, 30]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %r = tosa.reshape %t, %s : (tensor<1x2x3x5xf32>, !tosa.shape<2>) -> tensor<1x30xf32>
  return %r : tensor<1x30xf32>
}

// -----

!x = !mbn.tensor<1x1xf32, levels = #mbn.levels<step 0.5, zero 0, [3]>>
!w = !mbn.tensor<1x2x3x1xf32, group = 1x2x3x1, bits = 8 to 8>

// Codes have no scalars, and weights are no codes.
// CHECK-LABEL: func.func @no_codes_to_codes(
// CHECK: tosa.reshape {{.*}} -> tensor<f32>
// CHECK: tosa.transpose {{.*}} -> tensor<1x3x2x1xf32>
func.func @no_codes_to_codes(%x: !x) -> (tensor<f32>, tensor<1x3x2x1xf32>) {
  %d = mbn.decode %x : !x -> tensor<1x1xf32>
  %s = tosa.const_shape {values = dense<> : tensor<0xindex>} : () -> !tosa.shape<0>
  %r = tosa.reshape %d, %s : (tensor<1x1xf32>, !tosa.shape<0>) -> tensor<f32>
  %q = mbn.constant dense<values = dense<1> : tensor<1x2x3x1xi8>, steps = dense<2.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x2x3x1xf32>
  %t = tosa.transpose %w {perms = array<i32: 0, 2, 1, 3>} : (tensor<1x2x3x1xf32>) -> tensor<1x3x2x1xf32>
  return %r, %t : tensor<f32>, tensor<1x3x2x1xf32>
}

// -----

!x = !mbn.tensor<1x3x3x1xf32, levels = #mbn.levels<step 0.5, zero 0, [3]>>

// A clamp of codes without a product gives no codes.
// CHECK-LABEL: func.func @no_product(
// CHECK: mbn.decode
// CHECK: tosa.clamp
// CHECK: mbn.encode
func.func @no_product(%x: !x) -> !x {
  %d = mbn.decode %x : !x -> tensor<1x3x3x1xf32>
  %c = tosa.clamp %d {min_val = 0.0 : f32, max_val = 1.0 : f32} : (tensor<1x3x3x1xf32>) -> tensor<1x3x3x1xf32>
  %y = mbn.encode %c : tensor<1x3x3x1xf32> -> !x
  return %y : !x
}

// -----

!x = !mbn.tensor<1x4x4x2xf32, levels = #mbn.levels<step 0.5, zero 1, low 0.25, [1, 2]>>

// The sum of a window's codes is a product with ones, one weight and one basis
// for each channel; a quarter of the step is its scale.
// CHECK-LABEL: func.func @average_pool(
// CHECK-DAG: %[[W:.*]] = mbn.constant bases<widths = dense<1> : tensor<2xi8>, coordinates = dense<1> : tensor<2xi16>, signs = dense<15> : tensor<2xi32>, steps = dense<1.000000e+00> : tensor<1xf32>> : !mbn.tensor<2x2x2x1xf32, group = 1x2x2x1, bits = 1 to 1>
// CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<1.250000e-01> : tensor<2xf32>
// CHECK-DAG: %[[BASE:.*]] = arith.constant dense<2.500000e-01> : tensor<2xf32>
// CHECK: %[[S:.*]] = mbn.conv2d %{{.*}}, %[[W]] layer "average_pool" stride [2, 2] groups 2 {mbn.pooling}
// CHECK: mbn.rescale %[[S]], %[[SCALE]], %[[BASE]]
// CHECK-NOT: tosa.avg_pool2d
// With padding the windows differ in size: 1, 2 or 4 positions.
// CHECK-LABEL: func.func @padded_average_pool(
// CHECK-DAG: %[[SCALE:.*]] = arith.constant dense<{{\[\[}}[5.000000e-01, 5.000000e-01], [2.500000e-01, 2.500000e-01], [5.000000e-01, 5.000000e-01]], {{\[\[}}2.500000e-01, 2.500000e-01], [1.250000e-01, 1.250000e-01]
// CHECK-DAG: %[[BASE:.*]] = arith.constant dense<2.500000e-01> : tensor<3x3x2xf32>
// CHECK: %[[S:.*]] = mbn.conv2d %{{.*}} pad [1, 1, 1, 1] stride [2, 2] groups 2 {mbn.pooling}
// CHECK: mbn.rescale %[[S]], %[[SCALE]], %[[BASE]] border <rows = [0, 1, 2], columns = [0, 1, 2]>
func.func @average_pool(%x: !x) -> tensor<1x2x2x2xf32> {
  %f = mbn.decode %x : !x -> tensor<1x4x4x2xf32>
  %zero = arith.constant dense<0.0> : tensor<1xf32>
  %y = tosa.avg_pool2d %f, %zero, %zero {acc_type = f32, kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x4x4x2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x2x2x2xf32>
  return %y : tensor<1x2x2x2xf32>
}
func.func @padded_average_pool(%x: !x) -> tensor<1x3x3x2xf32> {
  %f = mbn.decode %x : !x -> tensor<1x4x4x2xf32>
  %zero = arith.constant dense<0.0> : tensor<1xf32>
  %y = tosa.avg_pool2d %f, %zero, %zero {acc_type = f32, kernel = array<i64: 2, 2>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 2, 2>} : (tensor<1x4x4x2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x3x3x2xf32>
  return %y : tensor<1x3x3x2xf32>
}

// -----

!a = !mbn.tensor<1x2xf32, levels = #mbn.levels<step 0.5, zero 0, [1]>>
!b = !mbn.tensor<1x3xf32, levels = #mbn.levels<step 0.5, zero 0, [1]>>
!c = !mbn.tensor<1x3xf32, levels = #mbn.levels<step 0.5, zero 0, [2]>>

// Side by side as codes where the levels are the same.
// CHECK-LABEL: func.func @concat(
// CHECK-SAME: %[[A:[^:]*]]: !mbn{{[^,]*}}, {{.*}}%[[B:arg1]]:
// CHECK: %[[Y:.*]] = mbn.concat %[[A]], %[[B]] axis 1
// CHECK: mbn.decode %[[Y]]
// CHECK: tosa.concat
func.func @concat(%a: !a, %b: !b, %c: !c) -> (tensor<1x5xf32>, tensor<1x5xf32>) {
  %x = mbn.decode %a : !a -> tensor<1x2xf32>
  %y = mbn.decode %b : !b -> tensor<1x3xf32>
  %z = mbn.decode %c : !c -> tensor<1x3xf32>
  %xy = tosa.concat %x, %y {axis = 1 : i32} : (tensor<1x2xf32>, tensor<1x3xf32>) -> tensor<1x5xf32>
  %xz = tosa.concat %x, %z {axis = 1 : i32} : (tensor<1x2xf32>, tensor<1x3xf32>) -> tensor<1x5xf32>
  return %xy, %xz : tensor<1x5xf32>, tensor<1x5xf32>
}

// -----

!x = !mbn.tensor<1x4x4x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<4x1x1x2xf32, group = 1x1x1x2, bits = 1 to 1>

// A scale for each channel, which a convolution that mixes channels cannot take.
// CHECK-LABEL: func.func @channel_scales(
// CHECK: tosa.mul
// CHECK: mbn.conv2d {{.*}} -> tensor<1x4x4x4xf32>
func.func @channel_scales(%x: !x) -> tensor<1x4x4x4xf32> {
  %d = mbn.decode %x : !x -> tensor<1x4x4x2xf32>
  %s = arith.constant dense<[[[[2.0, 4.0]]]]> : tensor<1x1x1x2xf32>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %m = tosa.mul %d, %s, %shift : (tensor<1x4x4x2xf32>, tensor<1x1x1x2xf32>, tensor<1xi8>) -> tensor<1x4x4x2xf32>
  %q = mbn.constant bases<widths = dense<1> : tensor<4xi8>, coordinates = dense<1> : tensor<4xi16>, signs = dense<1> : tensor<4xi32>, steps = dense<0.25> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<4x1x1x2xf32>
  %y = mbn.conv2d %m, %w layer "mixes" : tensor<1x4x4x2xf32>, tensor<4x1x1x2xf32> -> tensor<1x4x4x4xf32>
  return %y : tensor<1x4x4x4xf32>
}
