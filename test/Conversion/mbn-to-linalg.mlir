// RUN: subbit-opt %s -convert-mbn-to-linalg | FileCheck %s

#l = #mbn.levels<step 0.5, zero 1, [1, 2]>
!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 1, [1, 2]>>
!x4 = !mbn.tensor<1x4x4x2xf32, levels = #mbn.levels<step 0.5, zero 1, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 8 to 8>
!w4 = !mbn.tensor<2x1x2x1xf32, group = 1x1x2x1, bits = 8 to 8>
#w = #mbn.dense<values = dense<[[1, 2, 3, 4], [5, 6, 7, 8]]> : tensor<2x4xi8>, steps = dense<[0.5, 2.0]> : tensor<2xf32>>
#w4 = #mbn.dense<values = dense<[[[[1], [2]]], [[[3], [4]]]]> : tensor<2x1x2x1xi8>, steps = dense<1.0> : tensor<1xf32>>

// Activations in signatures become level indices, also of functions without a
// body and in calls.
// CHECK-LABEL: func.func private @external(tensor<1x4xi8>) -> tensor<1x4xi8>
func.func private @external(!x) -> !x

// CHECK-LABEL: func.func @signature(
// CHECK-SAME: %[[X:.*]]: tensor<1x4xi8>) -> tensor<1x4xi8>
// CHECK: %[[Y:.*]] = call @external(%[[X]]) : (tensor<1x4xi8>) -> tensor<1x4xi8>
// CHECK: return %[[Y]] : tensor<1x4xi8>
func.func @signature(%x: !x) -> !x {
  %y = call @external(%x) : (!x) -> !x
  return %y : !x
}

// The comparison is ordered, so that a NaN is level 0.
// CHECK-LABEL: func.func @encode(
// CHECK-SAME: %[[X:.*]]: tensor<1x4xf32>
// CHECK: %[[T:.*]] = arith.constant dense<[-2.500000e-01, 2.500000e-01, 7.500000e-01]> : tensor<3xf32>
// CHECK: %[[INIT:.*]] = linalg.fill
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "parallel", "reduction"]
// CHECK-SAME: ins(%[[X]], %[[T]] : tensor<1x4xf32>, tensor<3xf32>) outs(%[[INIT]] : tensor<1x4xi8>)
// CHECK: %[[REACHED:.*]] = arith.cmpf oge
// CHECK: %[[ONE:.*]] = arith.extui %[[REACHED]] : i1 to i8
// CHECK: arith.addi %{{.*}}, %[[ONE]] : i8
func.func @encode(%x: tensor<1x4xf32>) -> !x {
  %y = mbn.encode %x : tensor<1x4xf32> -> !x
  return %y : !x
}

// CHECK-LABEL: func.func @decode_activations(
// CHECK: %[[TABLE:.*]] = arith.constant dense<[-5.000000e-01, 0.000000e+00, 5.000000e-01, 1.000000e+00]> : tensor<4xf32>
// CHECK: %[[INDEX:.*]] = arith.index_castui %{{.*}} : i8 to index
// CHECK: tensor.extract %[[TABLE]][%[[INDEX]]] : tensor<4xf32>
func.func @decode_activations(%x: !x) -> tensor<1x4xf32> {
  %y = mbn.decode %x : !x -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// CHECK-LABEL: func.func @decode_weights(
// CHECK-NEXT: %[[W:.*]] = arith.constant dense<{{\[\[}}5.000000e-01, 1.000000e+00, 1.500000e+00, 2.000000e+00], [1.000000e+01, 1.200000e+01, 1.400000e+01, 1.600000e+01]]> : tensor<2x4xf32>
// CHECK-NEXT: return %[[W]]
func.func @decode_weights() -> tensor<2x4xf32> {
  %w = mbn.constant #w : !w
  %y = mbn.decode %w : !w -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// The layer reads decoded weights as one constant, outputs innermost; no other
// copy is left.
// CHECK-LABEL: func.func @matmul_quantized_weights(
// CHECK-SAME: %[[X:.*]]: tensor<1x4xf32>
// CHECK-NOT: tensor<2x4xf32>
// CHECK: %[[W:.*]] = arith.constant dense<{{\[\[}}5.000000e-01, 1.000000e+01], [1.000000e+00, 1.200000e+01], [1.500000e+00, 1.400000e+01], [2.000000e+00, 1.600000e+01]]> : tensor<4x2xf32>
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "reduction", "parallel"]
// CHECK-SAME: ins(%[[X]], %[[W]] :
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK-NOT: mbn.
func.func @matmul_quantized_weights(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %w = mbn.constant #w : !w
  %f = mbn.decode %w : !w -> tensor<2x4xf32>
  %y = mbn.matmul %x, %f layer "fc" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// CHECK-LABEL: func.func @matmul_weights_argument(
// CHECK-SAME: %[[X:.*]]: tensor<1x4xf32>, %[[W:.*]]: tensor<2x4xf32>, %[[B:.*]]: tensor<2xf32>
// CHECK: %[[T:.*]] = linalg.transpose ins(%[[W]] : tensor<2x4xf32>) outs(%{{.*}} : tensor<4x2xf32>) permutation = [1, 0]
// CHECK: %[[PRODUCT:.*]] = linalg.generic
// CHECK-SAME: ins(%[[X]], %[[T]] :
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[PRODUCT]], %[[B]] :
func.func @matmul_weights_argument(%x: tensor<1x4xf32>, %w: tensor<2x4xf32>, %b: tensor<2xf32>) -> tensor<1x2xf32> {
  %y = mbn.matmul %x, %w bias %b layer "fc" : tensor<1x4xf32>, tensor<2x4xf32>, tensor<2xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// Integers, X - zero from a table.
// CHECK-LABEL: func.func @matmul_fused(
// CHECK: arith.constant dense<{{\[\[}}1, 5], [2, 6], [3, 7], [4, 8]]> : tensor<4x2xi32>
// CHECK: arith.constant dense<[-1, 0, 1, 2]> : tensor<4xi32>
// CHECK: arith.muli %{{.*}} : i32
// CHECK: arith.addi %{{.*}} : i32
func.func @matmul_fused(%x: !x) -> tensor<1x2xi32> {
  %w = mbn.constant #w : !w
  %y = mbn.matmul %x, %w layer "fc" : !x, !w -> tensor<1x2xi32>
  return %y : tensor<1x2xi32>
}

// Channels and outputs are viewed as [groups, in a group].
// CHECK-LABEL: func.func @conv2d_groups2_stride2_dilation2_pad1(
// CHECK: arith.constant dense<{{.*}}> : tensor<2x1x2x1x1xf32>
// CHECK: tensor.pad %{{.*}} low[0, 1, 0, 0] high[0, 0, 1, 0]
// CHECK: tensor<1x4x4x2xf32> to tensor<1x5x5x2xf32>
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0], [1], [2], [3, 4]] output_shape [1, 5, 5, 2, 1]
// CHECK: linalg.generic
// CHECK-SAME: iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction", "parallel"]
// CHECK-SAME: outs(%{{.*}} : tensor<1x3x2x2x1xf32>)
// CHECK: tensor.collapse_shape %{{.*}} {{\[\[}}0], [1], [2], [3, 4]] : tensor<1x3x2x2x1xf32> into tensor<1x3x2x2xf32>
func.func @conv2d_groups2_stride2_dilation2_pad1(%x: tensor<1x4x4x2xf32>) -> tensor<1x3x2x2xf32> {
  %w = mbn.constant #w4 : !w4
  %f = mbn.decode %w : !w4 -> tensor<2x1x2x1xf32>
  %y = mbn.conv2d %x, %f layer "c" pad [1, 0, 0, 1] stride [2, 2] dilation [1, 2] groups 2 : tensor<1x4x4x2xf32>, tensor<2x1x2x1xf32> -> tensor<1x3x2x2xf32>
  return %y : tensor<1x3x2x2xf32>
}

// Positions outside the image are added as integer zeros, whatever code zero
// has.
// CHECK-LABEL: func.func @conv2d_fused_groups2_pad1(
// CHECK: arith.constant dense<[-1, 0, 1, 2]> : tensor<4xi32>
// CHECK: tensor.extract
// CHECK: tensor.pad
// CHECK: tensor<1x4x4x2xi32> to tensor<1x4x5x2xi32>
// CHECK: arith.muli %{{.*}} : i32
func.func @conv2d_fused_groups2_pad1(%x: !x4) -> tensor<1x4x4x2xi32> {
  %w = mbn.constant #w4 : !w4
  %y = mbn.conv2d %x, %w layer "c" pad [0, 0, 0, 1] groups 2 : !x4, !w4 -> tensor<1x4x4x2xi32>
  return %y : tensor<1x4x4x2xi32>
}

// s = 2 / sqrt(3 + 1) and t = 5 - 4 * s are computed here.
// CHECK-LABEL: func.func @batch_norm_constants(
// CHECK: arith.constant dense<1.000000e+00> : tensor<1xf32>
// CHECK: arith.constant dense<1.000000e+00> : tensor<1xf32>
// CHECK-NOT: math.sqrt
// CHECK: %[[PRODUCT:.*]] = arith.mulf
// CHECK: arith.addf %[[PRODUCT]]
func.func @batch_norm_constants(%x: tensor<2x1xf32>) -> tensor<2x1xf32> {
  %s = arith.constant dense<2.0> : tensor<1xf32>
  %b = arith.constant dense<5.0> : tensor<1xf32>
  %m = arith.constant dense<4.0> : tensor<1xf32>
  %v = arith.constant dense<3.0> : tensor<1xf32>
  %y = mbn.batch_norm %x scale %s bias %b mean %m variance %v epsilon 1.0 layer "bn" : tensor<2x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
  return %y : tensor<2x1xf32>
}

// CHECK-LABEL: func.func @batch_norm_arguments(
// CHECK: math.sqrt %{{.*}} : f64
// CHECK: arith.truncf %{{.*}} : f64 to f32
// CHECK: arith.truncf %{{.*}} : f64 to f32
func.func @batch_norm_arguments(%x: tensor<2x1xf32>, %p: tensor<1xf32>) -> tensor<2x1xf32> {
  %y = mbn.batch_norm %x scale %p bias %p mean %p variance %p epsilon 1.0 layer "bn" : tensor<2x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
  return %y : tensor<2x1xf32>
}

// CHECK-LABEL: func.func @layer_norm(
// CHECK-COUNT-5: linalg.generic
func.func @layer_norm(%x: tensor<2x3xf32>, %p: tensor<3xf32>) -> tensor<2x3xf32> {
  %y = mbn.layer_norm %x scale %p bias %p epsilon 1.0 layer "ln" : tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>
  return %y : tensor<2x3xf32>
}

// 7.88860905E-31 is 2^-100.
// CHECK-LABEL: func.func @rescale(
// CHECK: %[[SCALED:.*]] = arith.mulf
// CHECK: %[[Y:.*]] = arith.addf %[[SCALED]]
// CHECK: %[[ABS:.*]] = math.absf %[[Y]]
// CHECK: %[[MIN:.*]] = arith.constant 7.88860905E-31 : f32
// CHECK: %[[TINY:.*]] = arith.cmpf olt, %[[ABS]], %[[MIN]]
// CHECK: arith.select %[[TINY]], %{{.*}}, %[[Y]]
func.func @rescale(%s: tensor<1x4xi32>, %p: tensor<4xf32>) -> tensor<1x4xf32> {
  %y = mbn.rescale %s, %p, %p : tensor<1x4xi32>, tensor<4xf32>, tensor<4xf32> -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// CHECK-LABEL: func.func @rescale_border(
// CHECK-SAME: %[[BASE:[^:]*]]: tensor<2x1x2xf32>)
// CHECK: %[[ROWS:.*]] = arith.constant dense<[0, 1, 0]> : tensor<3xindex>
// CHECK: %[[COLUMNS:.*]] = arith.constant dense<0> : tensor<2xindex>
// CHECK: %[[ROW:.*]] = tensor.extract %[[ROWS]]
// CHECK: %[[COLUMN:.*]] = tensor.extract %[[COLUMNS]]
// CHECK: %[[CHANNEL:.*]] = linalg.index 3
// CHECK: tensor.extract %[[BASE]][%[[ROW]], %[[COLUMN]], %[[CHANNEL]]]
func.func @rescale_border(%s: tensor<1x3x2x2xi32>, %p: tensor<2xf32>, %base: tensor<2x1x2xf32>) -> tensor<1x3x2x2xf32> {
  %y = mbn.rescale %s, %p, %base border <rows = [0, 1, 0], columns = [0, 0]> : tensor<1x3x2x2xi32>, tensor<2xf32>, tensor<2x1x2xf32> -> tensor<1x3x2x2xf32>
  return %y : tensor<1x3x2x2xf32>
}

// CHECK-LABEL: func.func @threshold(
// CHECK: iterator_types = ["parallel", "parallel", "reduction"]
// CHECK: arith.cmpi sge
func.func @threshold(%s: tensor<1x4xi32>, %t: tensor<4x3xi32>) -> !x {
  %y = mbn.threshold %s, %t : tensor<1x4xi32>, tensor<4x3xi32> -> !x
  return %y : !x
}

// CHECK-LABEL: func.func @threshold_border(
// CHECK: tensor.extract %{{.*}} : tensor<2x1x2x3xi32>
// CHECK: arith.cmpi sge
func.func @threshold_border(%s: tensor<1x4x4x2xi32>, %t: tensor<2x1x2x3xi32>) -> !x4 {
  %y = mbn.threshold %s, %t border <rows = [0, 1, 1, 0], columns = [0, 0, 0, 0]> : tensor<1x4x4x2xi32>, tensor<2x1x2x3xi32> -> !x4
  return %y : !x4
}

// CHECK-LABEL: func.func @codes_to_codes(
// CHECK: tensor.pad %{{.*}} low[0, 1, 1, 0] high[0, 0, 0, 0]
// CHECK: linalg.pooling_nhwc_max_unsigned
// CHECK-SAME: strides = dense<2>
// CHECK: linalg.transpose
// CHECK-SAME: permutation = [3, 0, 1, 2]
// CHECK: tensor.reshape %{{.*}} : (tensor<2x1x2x2xi8>, tensor<1xindex>) -> tensor<8xi8>
func.func @codes_to_codes(%x: !x4) -> !mbn.tensor<8xf32, levels = #l> {
  %p = mbn.max_pool2d %x kernel [3, 3] stride [2, 2] pad [1, 1, 0, 0] : !x4 -> !mbn.tensor<1x2x2x2xf32, levels = #l>
  %t = mbn.transpose %p [3, 0, 1, 2] : !mbn.tensor<1x2x2x2xf32, levels = #l> -> !mbn.tensor<2x1x2x2xf32, levels = #l>
  %r = mbn.reshape %t : !mbn.tensor<2x1x2x2xf32, levels = #l> -> !mbn.tensor<8xf32, levels = #l>
  return %r : !mbn.tensor<8xf32, levels = #l>
}

// CHECK-LABEL: func.func @no_tosa(
// CHECK: tosa.exp
func.func @no_tosa(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %y = tosa.exp %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

!fine = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2, 4, 8, 16, 32]>>

// Of 63 thresholds a line finds the one to compare: 2 x + 0 without its fraction, at
// least 0, of a NaN, too, and at most 62.
// CHECK-LABEL: func.func @encode_by_line(
// CHECK: %[[T:.*]] = arith.constant dense<[2.500000e-01, {{.*}}, 3.125000e+01]> : tensor<63xf32>
// CHECK-DAG: %[[SCALE:.*]] = arith.constant 2.000000e+00 : f32
// CHECK-DAG: arith.constant 6.200000e+01 : f32
// CHECK: %[[Y:.*]] = arith.mulf %[[X:.*]], %[[SCALE]]
// CHECK: %[[P:.*]] = arith.cmpf ogt, %{{.*}}, %{{.*}}
// CHECK: arith.select %[[P]]
// CHECK: %[[N:.*]] = arith.fptosi %{{.*}} : f32 to i32
// CHECK: %[[I:.*]] = arith.index_castui %[[N]] : i32 to index
// CHECK: %[[E:.*]] = tensor.extract %[[T]][%[[I]]]
// CHECK: %[[R:.*]] = arith.cmpf oge, %[[X]], %[[E]]
// CHECK: arith.extui %[[R]]
// CHECK: arith.addi %[[N]], %{{.*}}
func.func @encode_by_line(%x: tensor<1x4xf32>) -> !fine {
  %y = mbn.encode %x : tensor<1x4xf32> -> !fine
  return %y : !fine
}
