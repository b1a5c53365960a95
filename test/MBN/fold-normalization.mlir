// Sums are multiplied by 0.5 unless a case says otherwise, and the thresholds of
// the codes are 0.5, 1.5 and 2.5: sums 1, 3 and 5.
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-fuse,mbn-fold-normalization),canonicalize)' -split-input-file | FileCheck %s
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-fold-normalization{rounding=false}))' -split-input-file 2>&1 >%t | FileCheck %s --check-prefix=REMARK

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>
!y = !mbn.tensor<1x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// With the bias 2: 0.5 * S + 2 reaches 0.5 at -3.
// CHECK-LABEL: func.func @bias(
// CHECK-SAME: %[[X:.*]]: !mbn
// CHECK-DAG: %[[T:.*]] = arith.constant dense<{{\[\[}}1, 3, 5], [-3, -1, 1]]> : tensor<2x3xi32>
// CHECK-DAG: %[[W:.*]] = mbn.constant
// CHECK: %[[S:.*]] = mbn.matmul %[[X]], %[[W]] layer "fc"
// CHECK-NEXT: %[[Y:.*]] = mbn.threshold %[[S]], %[[T]] :
// CHECK-NEXT: return %[[Y]]
func.func @bias(%x: !x) -> !y {
  %q = mbn.constant dense<values = dense<[[1, 2, 3, 4], [4, 3, 2, 1]]> : tensor<2x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %b = arith.constant dense<[0.0, 2.0]> : tensor<2xf32>
  %w = mbn.decode %q : !w -> tensor<2x4xf32>
  %d = mbn.decode %x : !x -> tensor<1x4xf32>
  %f = mbn.matmul %d, %w bias %b layer "fc" : tensor<1x4xf32>, tensor<2x4xf32>, tensor<2xf32> -> tensor<1x2xf32>
  %y = mbn.encode %f : tensor<1x2xf32> -> !y
  return %y : !y
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>
!y = !mbn.tensor<1x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// The codes begin at 0 and saturate, so that ReLU changes nothing.
// CHECK-LABEL: func.func @relu(
// CHECK: arith.constant dense<{{\[\[}}1, 3, 5], [1, 3, 5]]> : tensor<2x3xi32>
// CHECK-NOT: tosa.clamp
// CHECK: mbn.threshold
// CHECK-NOT: mbn.rescale
// CHECK: return
func.func @relu(%x: !x) -> !y {
  %q = mbn.constant dense<values = dense<[[1, 2, 3, 4], [4, 3, 2, 1]]> : tensor<2x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x4xf32>
  %d = mbn.decode %x : !x -> tensor<1x4xf32>
  %f = mbn.matmul %d, %w layer "fc" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  %r = tosa.clamp %f {min_val = 0.0 : f32, max_val = 3.40282347E+38 : f32} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = mbn.encode %r : tensor<1x2xf32> -> !y
  return %y : !y
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>
!y = !mbn.tensor<1x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// At least 1: the first code is always passed. At most 2: the last is never
// reached. The second output's weights are 0: its sums are, and neither is the
// code 2.
// CHECK-LABEL: func.func @clamp(
// CHECK: arith.constant dense<{{\[\[}}-30, 3, 2147483647], [0, 2147483647, 2147483647]]> : tensor<2x3xi32>
// CHECK: mbn.threshold
func.func @clamp(%x: !x) -> !y {
  %q = mbn.constant dense<values = dense<[[1, 2, 3, 4], [0, 0, 0, 0]]> : tensor<2x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x4xf32>
  %d = mbn.decode %x : !x -> tensor<1x4xf32>
  %f = mbn.matmul %d, %w layer "fc" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  %r = tosa.clamp %f {min_val = 1.0 : f32, max_val = 2.0 : f32} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %y = mbn.encode %r : tensor<1x2xf32> -> !y
  return %y : !y
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<1x4xf32, group = 1x4, bits = 8 to 8>
!y = !mbn.tensor<1x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// The sums of 1, 2, 3, 4 with codes up to 3 end at 30: 30 / 2 - 12.5 = 2.5 is
// reached, 2.75 is not.
// CHECK-LABEL: func.func @last_sum(
// CHECK-DAG: arith.constant dense<{{\[\[}}26, 28, 30]]> : tensor<1x3xi32>
// CHECK-DAG: arith.constant dense<{{\[\[}}27, 29, 2147483647]]> : tensor<1x3xi32>
func.func @last_sum(%x: !x) -> (!y, !y) {
  %q = mbn.constant dense<values = dense<[[1, 2, 3, 4]]> : tensor<1x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x4xf32>
  %d = mbn.decode %x : !x -> tensor<1x4xf32>
  %b0 = arith.constant dense<-12.5> : tensor<1xf32>
  %f0 = mbn.matmul %d, %w bias %b0 layer "a" : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1xf32> -> tensor<1x1xf32>
  %y0 = mbn.encode %f0 : tensor<1x1xf32> -> !y
  %b1 = arith.constant dense<-12.75> : tensor<1xf32>
  %f1 = mbn.matmul %d, %w bias %b1 layer "b" : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1xf32> -> tensor<1x1xf32>
  %y1 = mbn.encode %f1 : tensor<1x1xf32> -> !y
  return %y0, %y1 : !y, !y
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>
!y = !mbn.tensor<1x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// (x - 1) * 4 / sqrt(3 + 1) + 1 = 2 * x - 1, then at most 2, then (x - 0) * 1.
// The second output's factor is negative: -x; the weights are negated, and rise
// at 1, 3 and 5 again.
// CHECK-LABEL: func.func @batch_norm(
// CHECK-DAG: arith.constant dense<{{\[\[}}2, 3, 2147483647], [1, 3, 2147483647]]> : tensor<2x3xi32>
// CHECK-DAG: mbn.constant dense<values = dense<{{\[\[}}1, 2, 3, 4], [-4, 3, -2, 1]]> : tensor<2x4xi8>
// CHECK-NOT: mbn.batch_norm
// CHECK: mbn.threshold
func.func @batch_norm(%x: !x) -> !y {
  %q = mbn.constant dense<values = dense<[[1, 2, 3, 4], [4, -3, 2, -1]]> : tensor<2x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x4xf32>
  %d = mbn.decode %x : !x -> tensor<1x4xf32>
  %f = mbn.matmul %d, %w layer "fc" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  %scale = arith.constant dense<[4.0, -2.0]> : tensor<2xf32>
  %bias = arith.constant dense<[1.0, 0.0]> : tensor<2xf32>
  %mean = arith.constant dense<[1.0, 0.0]> : tensor<2xf32>
  %variance = arith.constant dense<3.0> : tensor<2xf32>
  %n = mbn.batch_norm %f scale %scale bias %bias mean %mean variance %variance epsilon 1.0 layer "bn" : tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
  %r = tosa.clamp %n {min_val = 0.0 : f32, max_val = 2.0 : f32} : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %m = mbn.batch_norm %r scale %one bias %zero mean %zero variance %one epsilon 0.0 layer "bn2" : tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
  %y = mbn.encode %m : tensor<1x2xf32> -> !y
  return %y : !y
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>
!y = !mbn.tensor<1x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// Twice negated rises.
// CHECK-LABEL: func.func @batch_norm_twice_negative(
// CHECK-DAG: arith.constant dense<{{\[\[}}1, 3, 5], [1, 3, 5]]> : tensor<2x3xi32>
// CHECK-DAG: mbn.constant dense<values = dense<{{\[\[}}1, 2, 3, -128], [4, -3, 2, -1]]> : tensor<2x4xi8>
// CHECK: mbn.threshold
func.func @batch_norm_twice_negative(%x: !x) -> !y {
  %q = mbn.constant dense<values = dense<[[1, 2, 3, -128], [4, -3, 2, -1]]> : tensor<2x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x4xf32>
  %d = mbn.decode %x : !x -> tensor<1x4xf32>
  %f = mbn.matmul %d, %w layer "fc" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  %minus = arith.constant dense<-1.0> : tensor<2xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %n = mbn.batch_norm %f scale %minus bias %zero mean %zero variance %one epsilon 0.0 layer "bn" : tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
  %m = mbn.batch_norm %n scale %minus bias %zero mean %zero variance %one epsilon 0.0 layer "bn2" : tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
  %y = mbn.encode %m : tensor<1x2xf32> -> !y
  return %y : !y
}

// -----

!x = !mbn.tensor<1x3xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x3xf32, group = 1x2, bits = 0 to 2>
!y = !mbn.tensor<1x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>

// Signs of the falling second output flip inside its groups of two and one, its
// offsets change sign, coordinates stay.
// CHECK-LABEL: func.func @negated_bases(
// CHECK-DAG: mbn.constant bases<widths = dense<[1, 0, 2, 1]> : tensor<4xi8>, coordinates = dense<[9, 5, 3, 7]> : tensor<4xi16>, signs = dense<[2, 1, 3, 0]> : tensor<4xi32>, offsets = dense<[1, 2, -3, 4]> : tensor<4xi16>
// CHECK: mbn.threshold
func.func @negated_bases(%x: !x) -> !y {
  %q = mbn.constant bases<widths = dense<[1, 0, 2, 1]> : tensor<4xi8>, coordinates = dense<[9, 5, 3, 7]> : tensor<4xi16>, signs = dense<[2, 2, 0, 1]> : tensor<4xi32>, offsets = dense<[1, 2, 3, -4]> : tensor<4xi16>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x3xf32>
  %d = mbn.decode %x : !x -> tensor<1x3xf32>
  %f = mbn.matmul %d, %w layer "fc" : tensor<1x3xf32>, tensor<2x3xf32> -> tensor<1x2xf32>
  %scale = arith.constant dense<[1.0, -1.0]> : tensor<2xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %zero = arith.constant dense<0.0> : tensor<2xf32>
  %n = mbn.batch_norm %f scale %scale bias %zero mean %zero variance %one epsilon 0.0 layer "bn" : tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
  %y = mbn.encode %n : tensor<1x2xf32> -> !y
  return %y : !y
}

// -----

!x = !mbn.tensor<1x3x1x1xf32, levels = #mbn.levels<step 1.0, zero 0, low 1.0, [1]>>
!w = !mbn.tensor<1x3x1x1xf32, group = 1x3x1x1, bits = 8 to 8>
!y = !mbn.tensor<1x3x1x1xf32, levels = #mbn.levels<step 2.0, zero 0, low 4.0, [1]>>

// The only threshold of the codes is 5. The base is 5, 6 and 3, so that sums
// reach it from 0, -1 and 2 on: a row of thresholds for each class.
// CHECK-LABEL: func.func @border(
// CHECK: %[[T:.*]] = arith.constant dense<{{\[\[\[\[}}0]]], {{\[\[\[}}-1]]], {{\[\[\[}}2]]]]> : tensor<3x1x1x1xi32>
// CHECK: mbn.threshold %{{.*}}, %[[T]] border <rows = [0, 1, 2], columns = [0]>
func.func @border(%x: !x) -> !y {
  %q = mbn.constant dense<values = dense<[[[[1]], [[2]], [[3]]]]> : tensor<1x3x1x1xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x3x1x1xf32>
  %d = mbn.decode %x : !x -> tensor<1x3x1x1xf32>
  %f = mbn.conv2d %d, %w layer "conv" pad [1, 0, 1, 0] : tensor<1x3x1x1xf32>, tensor<1x3x1x1xf32> -> tensor<1x3x1x1xf32>
  %y = mbn.encode %f : tensor<1x3x1x1xf32> -> !y
  return %y : !y
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<1x4xf32, group = 1x4, bits = 8 to 8>
!y = !mbn.tensor<1x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!z = !mbn.tensor<1x1xf32, levels = #mbn.levels<step 2.0, zero 0, [1]>>

// One sum, thresholds for each encode; the floats stay for who wants them.
// CHECK-LABEL: func.func @shared_sums(
// CHECK-DAG: arith.constant dense<{{\[\[}}1, 3, 5]]> : tensor<1x3xi32>
// CHECK-DAG: arith.constant dense<2> : tensor<1x1xi32>
// CHECK: %[[S:.*]] = mbn.matmul
// CHECK-DAG: mbn.rescale %[[S]]
// CHECK-DAG: mbn.threshold %[[S]], {{.*}} tensor<1x3xi32>
// CHECK-DAG: mbn.threshold %[[S]], {{.*}} tensor<1x1xi32>
func.func @shared_sums(%x: !x) -> (!y, !z, tensor<1x1xf32>) {
  %q = mbn.constant dense<values = dense<[[1, 2, 3, 4]]> : tensor<1x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x4xf32>
  %d = mbn.decode %x : !x -> tensor<1x4xf32>
  %f = mbn.matmul %d, %w layer "fc" : tensor<1x4xf32>, tensor<1x4xf32> -> tensor<1x1xf32>
  %y = mbn.encode %f : tensor<1x1xf32> -> !y
  %z = mbn.encode %f : tensor<1x1xf32> -> !z
  return %y, %z, %f : !y, !z, tensor<1x1xf32>
}

// -----

//===----------------------------------------------------------------------===//
// Chains that stay
//===----------------------------------------------------------------------===//

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<1x4xf32, group = 1x4, bits = 8 to 8>
!y = !mbn.tensor<1x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// Sums that fall for the encode are used as they are too.
// REMARK: remark: what follows layer 'fc' is not folded into thresholds: a negative factor would negate its sums, which something else reads
// CHECK-LABEL: func.func @no_negated_shared_sums(
// CHECK: mbn.constant dense<values = dense<{{\[\[}}1, 2, 3, 4]]>
// CHECK: %[[S:.*]] = mbn.matmul
// CHECK: %[[F:.*]] = mbn.rescale %[[S]]
// CHECK: %[[N:.*]] = mbn.batch_norm %[[F]]
// CHECK: %[[Y:.*]] = mbn.encode %[[N]]
// CHECK: return %[[S]], %[[Y]]
func.func @no_negated_shared_sums(%x: !x) -> (tensor<1x1xi32>, !y) {
  %q = mbn.constant dense<values = dense<[[1, 2, 3, 4]]> : tensor<1x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %minus = arith.constant dense<-1.0> : tensor<1xf32>
  %s = mbn.matmul %x, %q layer "fc" : !x, !w -> tensor<1x1xi32>
  %f = mbn.rescale %s, %one, %one : tensor<1x1xi32>, tensor<1xf32>, tensor<1xf32> -> tensor<1x1xf32>
  %n = mbn.batch_norm %f scale %minus bias %one mean %one variance %one epsilon 0.0 layer "bn" : tensor<1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
  %y = mbn.encode %n : tensor<1x1xf32> -> !y
  return %s, %y : tensor<1x1xi32>, !y
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<1x4xf32, group = 1x4, bits = 8 to 8>
!y = !mbn.tensor<1x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// -128 has no negative.
// REMARK: remark: what follows layer 'fc' is not folded into thresholds: a negative factor would negate its weights, which int8 or a layer-wise offset cannot express
// CHECK-LABEL: func.func @no_negated_minus128(
// CHECK: mbn.constant dense<values = dense<{{\[\[}}1, 2, 3, -128]]>
// CHECK: mbn.rescale
// CHECK: mbn.encode
func.func @no_negated_minus128(%x: !x) -> !y {
  %q = mbn.constant dense<values = dense<[[1, 2, 3, -128]]> : tensor<1x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %minus = arith.constant dense<-1.0> : tensor<1xf32>
  %s = mbn.matmul %x, %q layer "fc" : !x, !w -> tensor<1x1xi32>
  %f = mbn.rescale %s, %one, %one : tensor<1x1xi32>, tensor<1xf32>, tensor<1xf32> -> tensor<1x1xf32>
  %n = mbn.batch_norm %f scale %minus bias %one mean %one variance %one epsilon 0.0 layer "bn" : tensor<1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
  %y = mbn.encode %n : tensor<1x1xf32> -> !y
  return %y : !y
}

// -----

!x = !mbn.tensor<1x2xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x2xf32, group = 2x2, bits = 0 to 1>
!y = !mbn.tensor<1x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// The offset of all outputs has one sign.
// CHECK-LABEL: func.func @no_negated_layer_wise_offset(
// CHECK: offsets = dense<2>
// CHECK: mbn.rescale
// CHECK: mbn.encode
func.func @no_negated_layer_wise_offset(%x: !x) -> !y {
  %q = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<3> : tensor<1xi16>, signs = dense<5> : tensor<1xi32>, offsets = dense<2> : tensor<1xi16>, steps = dense<1.0> : tensor<1xf32>> : !w
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %scale = arith.constant dense<[1.0, -1.0]> : tensor<2xf32>
  %s = mbn.matmul %x, %q layer "fc" : !x, !w -> tensor<1x2xi32>
  %f = mbn.rescale %s, %one, %one : tensor<1x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x2xf32>
  %n = mbn.batch_norm %f scale %scale bias %one mean %one variance %one epsilon 0.0 layer "bn" : tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
  %y = mbn.encode %n : tensor<1x2xf32> -> !y
  return %y : !y
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<1x4xf32, group = 1x4, bits = 8 to 8>
!y = !mbn.tensor<1x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// Parameters that are not constant; a variance that gives NaN; an operation
// that is no clamp.
// REMARK: remark: batch normalization 'bn0' is not folded into thresholds: its parameters are no constants, or its variance gives no finite factor
// REMARK: remark: batch normalization 'bn1' is not folded into thresholds
// CHECK-LABEL: func.func @no_constant_chain(
// CHECK-NOT: mbn.threshold
// CHECK-COUNT-3: mbn.encode
// CHECK-NOT: mbn.threshold
// CHECK: return
func.func @no_constant_chain(%x: !x, %p: tensor<1xf32>) -> (!y, !y, !y) {
  %q = mbn.constant dense<values = dense<[[1, 2, 3, 4]]> : tensor<1x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %minus = arith.constant dense<-1.0> : tensor<1xf32>
  %s = mbn.matmul %x, %q layer "fc" : !x, !w -> tensor<1x1xi32>
  %f = mbn.rescale %s, %one, %one : tensor<1x1xi32>, tensor<1xf32>, tensor<1xf32> -> tensor<1x1xf32>
  %n0 = mbn.batch_norm %f scale %p bias %one mean %one variance %one epsilon 0.0 layer "bn0" : tensor<1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
  %y0 = mbn.encode %n0 : tensor<1x1xf32> -> !y
  %n1 = mbn.batch_norm %f scale %one bias %one mean %one variance %minus epsilon 0.0 layer "bn1" : tensor<1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
  %y1 = mbn.encode %n1 : tensor<1x1xf32> -> !y
  %a = tosa.abs %f : (tensor<1x1xf32>) -> tensor<1x1xf32>
  %y2 = mbn.encode %a : tensor<1x1xf32> -> !y
  return %y0, %y1, %y2 : !y, !y, !y
}

// -----

!y = !mbn.tensor<1x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// Nobody knows how far these sums go.
// CHECK-LABEL: func.func @no_product(
// CHECK: mbn.rescale
// CHECK: mbn.encode
func.func @no_product(%s: tensor<1x1xi32>) -> !y {
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %f = mbn.rescale %s, %one, %one : tensor<1x1xi32>, tensor<1xf32>, tensor<1xf32> -> tensor<1x1xf32>
  %y = mbn.encode %f : tensor<1x1xf32> -> !y
  return %y : !y
}

// -----

//===----------------------------------------------------------------------===//
// Arithmetic with constants
//===----------------------------------------------------------------------===//

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>
!y = !mbn.tensor<1x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// (4 - 0.5 * S) * 2 / -4 + 2.5 = 0.25 * S + 0.5 reaches 0.5, 1.5, 2.5 at sums
// 0, 4, 8; it falls twice. The second channel is multiplied by -2 and falls
// three times: 4.5 - 0.25 * S in S, so its weights are negated; its codes
// change at -S of -16, -12, -8.
// CHECK-LABEL: func.func @arithmetic(
// CHECK-DAG: arith.constant dense<{{\[\[}}0, 4, 8], [-16, -12, -8]]> : tensor<2x3xi32>
// CHECK-DAG: mbn.constant dense<values = dense<{{\[\[}}1, 2, 3, 4], [-1, -2, -3, -4]]>
// CHECK: mbn.threshold
// CHECK-NOT: tosa
func.func @arithmetic(%x: !x) -> !y {
  %w = mbn.constant dense<values = dense<[[1, 2, 3, 4], [1, 2, 3, 4]]> : tensor<2x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %f = mbn.decode %x : !x -> tensor<1x4xf32>
  %v = mbn.decode %w : !w -> tensor<2x4xf32>
  %s = mbn.matmul %f, %v layer "fc" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  %four = arith.constant dense<4.0> : tensor<1x1xf32>
  %a = tosa.sub %four, %s : (tensor<1x1xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %two = arith.constant dense<[[2.0, -2.0]]> : tensor<1x2xf32>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %b = tosa.mul %a, %two, %shift : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xi8>) -> tensor<1x2xf32>
  %d = arith.constant dense<-4.0> : tensor<1x2xf32>
  %c = arith.divf %b, %d : tensor<1x2xf32>
  %e = arith.constant dense<2.5> : tensor<1x1xf32>
  %y = tosa.add %c, %e : (tensor<1x2xf32>, tensor<1x1xf32>) -> tensor<1x2xf32>
  %q = mbn.encode %y : tensor<1x2xf32> -> !y
  return %q : !y
}

// -----

// Without a product the thresholds are floats: 2 * x - 1 >= 0 from 0.5 on.
!b = !mbn.tensor<1x2xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
// CHECK-LABEL: func.func @float_input(
// CHECK-SAME: %[[X:.*]]: tensor<1x2xf32>
// CHECK-NEXT: mbn.encode %[[X]] thresholds dense<5.000000e-01> : tensor<1xf32>
func.func @float_input(%x: tensor<1x2xf32>) -> !b {
  %two = arith.constant dense<2.0> : tensor<1x1xf32>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %a = tosa.mul %x, %two, %shift : (tensor<1x2xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<1x2xf32>
  %one = arith.constant dense<1.0> : tensor<1x1xf32>
  %s = tosa.sub %a, %one : (tensor<1x2xf32>, tensor<1x1xf32>) -> tensor<1x2xf32>
  %q = mbn.encode %s : tensor<1x2xf32> -> !b
  return %q : !b
}
// A constant for each channel gives each a row: x + 1 >= 0, x - 2 >= 0.
// CHECK-LABEL: func.func @float_channels(
// CHECK: mbn.encode %{{.*}} thresholds dense<{{\[\[}}-1.000000e+00], [2.000000e+00]]> : tensor<2x1xf32>
func.func @float_channels(%x: tensor<1x2xf32>) -> !b {
  %c = arith.constant dense<[[1.0, -2.0]]> : tensor<1x2xf32>
  %s = tosa.add %x, %c : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %q = mbn.encode %s : tensor<1x2xf32> -> !b
  return %q : !b
}
// Chains that fall, that have a constant over x, or that make NaN of an infinity
// stay.
// CHECK-LABEL: func.func @falls(
// CHECK: tosa.sub
func.func @falls(%x: tensor<1x2xf32>) -> !b {
  %c = arith.constant dense<1.0> : tensor<1x1xf32>
  %s = tosa.sub %c, %x : (tensor<1x1xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %q = mbn.encode %s : tensor<1x2xf32> -> !b
  return %q : !b
}
// CHECK-LABEL: func.func @reciprocal(
// CHECK: arith.divf
func.func @reciprocal(%x: tensor<1x2xf32>) -> !b {
  %c = arith.constant dense<1.0> : tensor<1x2xf32>
  %s = arith.divf %c, %x : tensor<1x2xf32>
  %q = mbn.encode %s : tensor<1x2xf32> -> !b
  return %q : !b
}
// CHECK-LABEL: func.func @zero_times_infinity(
// CHECK: tosa.mul
func.func @zero_times_infinity(%x: tensor<1x2xf32>) -> !b {
  %c = arith.constant dense<[[0.0, 1.0]]> : tensor<1x2xf32>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %s = tosa.mul %x, %c, %shift : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xi8>) -> tensor<1x2xf32>
  %q = mbn.encode %s : tensor<1x2xf32> -> !b
  return %q : !b
}
// Negated sums would reach the second reader too.
// CHECK-LABEL: func.func @read_twice(
// CHECK: mbn.rescale
// CHECK: mbn.encode
!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>
func.func @read_twice(%x: !x) -> (!b, tensor<1x2xf32>) {
  %w = mbn.constant dense<values = dense<1> : tensor<2x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %f = mbn.decode %x : !x -> tensor<1x4xf32>
  %v = mbn.decode %w : !w -> tensor<2x4xf32>
  %s = mbn.matmul %f, %v layer "fc" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  %c = arith.constant dense<1.0> : tensor<1x1xf32>
  %n = tosa.sub %c, %s : (tensor<1x1xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %q = mbn.encode %n : tensor<1x2xf32> -> !b
  return %q, %s : !b, tensor<1x2xf32>
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>
!y = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// An encode of a concatenation is one of each part, here thresholds on the sums of
// both; rows of thresholds go with their channels.
// CHECK-LABEL: func.func @concat(
// CHECK-DAG: arith.constant dense<{{\[\[}}1, 3, 5], [1, 3, 5]]> : tensor<2x3xi32>
// CHECK-DAG: arith.constant dense<{{\[\[}}19, 21, 23], [25, 27, 29]]> : tensor<2x3xi32>
// CHECK: %[[S:.*]] = mbn.matmul
// CHECK: %[[A:.*]] = mbn.threshold %[[S]],
// CHECK: %[[B:.*]] = mbn.threshold %[[S]],
// CHECK: mbn.concat %[[A]], %[[B]] axis 1
func.func @concat(%x: !x) -> !y {
  %q = mbn.constant dense<values = dense<[[1, 2, 3, 4], [4, 3, 2, 1]]> : tensor<2x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x4xf32>
  %d = mbn.decode %x : !x -> tensor<1x4xf32>
  %f = mbn.matmul %d, %w layer "fc" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  %c = tosa.concat %f, %f {axis = 1 : i32} : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x4xf32>
  %y = mbn.encode %c thresholds dense<[[0.5, 1.5, 2.5], [0.5, 1.5, 2.5], [9.5, 10.5, 11.5], [12.5, 13.5, 14.5]]> : tensor<4x3xf32> : tensor<1x4xf32> -> !y
  return %y : !y
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<1x4xf32, group = 1x4, bits = 8 to 8>
!y = !mbn.tensor<1x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// 1e38 * 5 is infinite, and 0 times that is NaN.
// REMARK: remark: what follows layer 'fc' is not folded into thresholds: it may give NaN (0 times an infinity)
// CHECK-LABEL: func.func @nan(
// CHECK: mbn.rescale
// CHECK: mbn.encode
func.func @nan(%x: !x) -> !y {
  %q = mbn.constant dense<values = dense<[[1, 2, 3, 4]]> : tensor<1x4xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %huge = arith.constant dense<1.0e+38> : tensor<1x1xf32>
  %zero = arith.constant dense<0.0> : tensor<1xf32>
  %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %s = mbn.matmul %x, %q layer "fc" : !x, !w -> tensor<1x1xi32>
  %f = mbn.rescale %s, %one, %one : tensor<1x1xi32>, tensor<1xf32>, tensor<1xf32> -> tensor<1x1xf32>
  %a = tosa.mul %f, %huge, %shift : (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1xi8>) -> tensor<1x1xf32>
  %b = mbn.batch_norm %a scale %zero bias %one mean %one variance %one epsilon 0.0 layer "bn" : tensor<1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
  %y = mbn.encode %b : tensor<1x1xf32> -> !y
  return %y : !y
}

// -----

!x = !mbn.tensor<1x3x5x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<1x1x1x1xf32, group = 1x1x1x1, bits = 8 to 8>
!y = !mbn.tensor<1x1x2x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// The maximum is one of codes; it takes the rows and columns that no window has,
// which only TOSA cuts off.
// CHECK-LABEL: func.func @encode_of_maximum(
// CHECK: %[[S:.*]] = mbn.conv2d
// CHECK: %[[C:.*]] = mbn.threshold %[[S]], %{{.*}} : tensor<1x3x5x1xi32>, tensor<1x3xi32>
// CHECK: mbn.max_pool2d %[[C]] kernel [2, 2] stride [2, 2] pad [0, 0, 0, 0]
// CHECK-NOT: tosa.
func.func @encode_of_maximum(%x: !x) -> !y {
  %q = mbn.constant dense<values = dense<2> : tensor<1x1x1x1xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %s = mbn.conv2d %x, %q layer "conv" : !x, !w -> tensor<1x3x5x1xi32>
  %f = mbn.rescale %s, %one, %one : tensor<1x3x5x1xi32>, tensor<1xf32>, tensor<1xf32> -> tensor<1x3x5x1xf32>
  %n = mbn.batch_norm %f scale %one bias %one mean %one variance %one epsilon 0.0 layer "bn" : tensor<1x3x5x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
  %start = tosa.const_shape {values = dense<0> : tensor<4xindex>} : () -> !tosa.shape<4>
  %size = tosa.const_shape {values = dense<[1, 2, 4, 1]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %cut = tosa.slice %n, %start, %size : (tensor<1x3x5x1xf32>, !tosa.shape<4>, !tosa.shape<4>) -> tensor<1x2x4x1xf32>
  %m = tosa.max_pool2d %cut {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x2x4x1xf32>) -> tensor<1x1x2x1xf32>
  %y = mbn.encode %m : tensor<1x1x2x1xf32> -> !y
  return %y : !y
}

// -----

!x = !mbn.tensor<1x2x2x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<1x1x1x1xf32, group = 1x1x1x1, bits = 8 to 8>
!y = !mbn.tensor<1x1x1x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// A maximum of what may be NaN is NaN, which codes cannot say.
// CHECK-LABEL: func.func @encode_of_infinite_maximum(
// CHECK: tosa.max_pool2d
// CHECK: mbn.encode
func.func @encode_of_infinite_maximum(%x: !x) -> !y {
  %q = mbn.constant dense<values = dense<2> : tensor<1x1x1x1xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %huge = arith.constant dense<1.0e+38> : tensor<1xf32>
  %s = mbn.conv2d %x, %q layer "conv" : !x, !w -> tensor<1x2x2x1xi32>
  %f = mbn.rescale %s, %huge, %one : tensor<1x2x2x1xi32>, tensor<1xf32>, tensor<1xf32> -> tensor<1x2x2x1xf32>
  %m = tosa.max_pool2d %f {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x2x2x1xf32>) -> tensor<1x1x1x1xf32>
  %y = mbn.encode %m : tensor<1x1x1x1xf32> -> !y
  return %y : !y
}

// -----

!x = !mbn.tensor<1x3x3x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<1x1x1x1xf32, group = 1x1x1x1, bits = 8 to 8>
!y = !mbn.tensor<1x2x2x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

// What is outside wins neither among floats nor among codes.
// CHECK-LABEL: func.func @encode_of_padded_maximum(
// CHECK: %[[C:.*]] = mbn.threshold
// CHECK: mbn.max_pool2d %[[C]] kernel [2, 2] stride [2, 2] pad [1, 1, 0, 0]
func.func @encode_of_padded_maximum(%x: !x) -> !y {
  %q = mbn.constant dense<values = dense<2> : tensor<1x1x1x1xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %one = arith.constant dense<1.0> : tensor<1xf32>
  %s = mbn.conv2d %x, %q layer "conv" : !x, !w -> tensor<1x3x3x1xi32>
  %f = mbn.rescale %s, %one, %one : tensor<1x3x3x1xi32>, tensor<1xf32>, tensor<1xf32> -> tensor<1x3x3x1xf32>
  %m = tosa.max_pool2d %f {kernel = array<i64: 2, 2>, pad = array<i64: 1, 0, 1, 0>, stride = array<i64: 2, 2>} : (tensor<1x3x3x1xf32>) -> tensor<1x2x2x1xf32>
  %y = mbn.encode %m : tensor<1x2x2x1xf32> -> !y
  return %y : !y
}
