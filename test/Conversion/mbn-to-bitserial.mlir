// RUN: subbit-opt %s -convert-mbn-to-bitserial -canonicalize -split-input-file | FileCheck %s
// RUN: subbit-opt %s -convert-mbn-to-bitserial=trace -canonicalize -split-input-file | FileCheck %s --check-prefix=TRACE

//===----------------------------------------------------------------------===//
// Positions in the lanes
//===----------------------------------------------------------------------===//

!x = !mbn.tensor<1x3x5x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<2x3x3x2xf32, group = 1x3x3x1, bits = 0 to 2>
!y = !mbn.tensor<1x1x3x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v3", features = "">} {

// Codes become planes, with room for the vectors that reach past the last
// position; a threshold reads the blocked sums. init is
// (1 + 2) * (5 * 1 + 3 * 1) and (1 + 2) * (2 * 2 + 9 * 9): bits of the rows, of
// which the first output has two in group 0, the second one in each.
// CHECK-LABEL: func.func @conv2d_avx2(
// CHECK-SAME: %[[X:.*]]: tensor<1x3x5x2xi8>) -> tensor<1x1x3x2xi8>
// CHECK: %[[C:.*]] = tensor.collapse_shape %[[X]] {{\[\[}}0], [1, 2], [3]]
// CHECK: %[[P:.*]] = bitserial.planes ins(%[[C]] : tensor<1x15x2xi8>) outs(%{{.*}} : tensor<1x2x1x47xi32>)
// CHECK-DAG: %[[W:.*]] = bitserial.constant "conv" "words" dense<[1, 2, 3, 511]> : tensor<4xi32>
// CHECK-DAG: %[[A:.*]] = bitserial.constant "conv" "coordinates" dense<[5, 3, 2, 9]> : tensor<4xi8>
// CHECK-DAG: %[[G:.*]] = bitserial.constant "conv" "groups" dense<[0, 0, 0, 1]> : tensor<4xi8>
// CHECK-DAG: %[[N:.*]] = bitserial.constant "conv" "rows" dense<2> : tensor<2xi32>
// CHECK-DAG: %[[I:.*]] = bitserial.constant "conv" "init" dense<[24, 255]> : tensor<2xi32>
// CHECK: %[[S:.*]]:2 = bitserial.tiled_product "conv" multipliers [1, 2] <input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> <pixels, lanes = 8, vectors = 1> image <size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%[[P]], %[[W]], %[[A]], %[[G]], %[[N]], %[[I]] : {{.*}} -> tensor<1x2x8xi32>
// CHECK: %[[T:.*]] = bitserial.constant "conv" "thresholds" dense<{{\[\[}}3], [4]]> : tensor<2x1xi32>
// CHECK: %[[Y:.*]] = bitserial.threshold <pixels, lanes = 8, vectors = 1> ins(%[[S]]#0, %[[T]] : {{.*}} -> tensor<1x1x3x2xi8>
// CHECK-NEXT: return %[[Y]]
// TRACE-LABEL: func.func @conv2d_avx2(
// TRACE: %[[Y:.*]] = bitserial.threshold
// TRACE: %[[Z:.*]] = bitserial.trace "conv" number 0 %[[Y]] :
// TRACE: return %[[Z]]
func.func @conv2d_avx2(%x: !x) -> !y {
  %w = mbn.constant bases<widths = dense<[2, 0, 1, 1]> : tensor<4xi8>, coordinates = dense<[5, 3, 2, 9]> : tensor<4xi16>, signs = dense<[1, 2, 3, 511]> : tensor<4xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %t = arith.constant dense<[[3], [4]]> : tensor<2x1xi32>
  %s = mbn.conv2d %x, %w layer "conv" {bitserial.family = "popcount"} : !x, !w -> tensor<1x1x3x2xi32>
  %y = mbn.threshold %s, %t : tensor<1x1x3x2xi32>, tensor<2x1xi32> -> !y
  return %y : !y
}

}

// -----

!x = !mbn.tensor<1x20x20x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w = !mbn.tensor<1x1x1x1xf32, group = 1x1x1x1, bits = 0 to 1>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v4", features = "+avx512vpopcntdq">} {

// 400 positions are 25 vectors, at most 8 in a block: 4 blocks of 7.
// CHECK-LABEL: func.func @conv2d_avx512_blocks(
// CHECK: bitserial.tiled_product {{.*}} <pixels, lanes = 16, vectors = 7> {{.*}} -> tensor<1x1x448xi32>
func.func @conv2d_avx512_blocks(%x: !x) -> tensor<1x20x20x1xf32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %p = arith.constant dense<1.0> : tensor<1xf32>
  %s = mbn.conv2d %x, %w layer "conv" {bitserial.family = "popcount"} : !x, !w -> tensor<1x20x20x1xi32>
  %y = mbn.rescale %s, %p, %p : tensor<1x20x20x1xi32>, tensor<1xf32>, tensor<1xf32> -> tensor<1x20x20x1xf32>
  return %y : tensor<1x20x20x1xf32>
}

}

// -----

!x = !mbn.tensor<1x5x5x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w = !mbn.tensor<2x3x3x1xf32, group = 1x3x3x1, bits = 0 to 1>

module attributes {bitserial.target = #bitserial.target<triple = "riscv64-linux-gnu", cpu = "", features = "">} {

// Without lanes codes are read where they are.
// CHECK-LABEL: func.func @conv2d_scalar_groups2_stride23_dilation2_pad1(
// CHECK: %[[X:.*]] = tensor.collapse_shape %{{.*}} : tensor<1x5x5x2xi8> into tensor<50xi8>
// CHECK: bitserial.pack planes 1 {{.*}} image <size = [5, 5], pad = [0, 0], bits = 8, outside = 0> ins(%[[X]] : tensor<50xi8>)
// CHECK: bitserial.product "conv" multipliers [1] <input = [2, 5, 6], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 1, 2], stride = [2, 3], dilation = [2, 1], groups = 2> <pixels, lanes = 1, vectors = 2>
// No threshold and no rescale: sums in the layer's own shape.
// CHECK: %[[T:.*]] = linalg.transpose ins(%{{.*}} : tensor<1x2x2xi32>) {{.*}} permutation = [0, 2, 1]
// CHECK: tensor.expand_shape %{{.*}} output_shape [1, 1, 2, 2] : tensor<1x2x2xi32> into tensor<1x1x2x2xi32>
func.func @conv2d_scalar_groups2_stride23_dilation2_pad1(%x: !x) -> tensor<1x1x2x2xi32> {
  %w = mbn.constant bases<widths = dense<[1, 0]> : tensor<2xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "conv" pad [0, 0, 0, 1] stride [2, 3] dilation [2, 1] groups 2 : !x, !w -> tensor<1x1x2x2xi32>
  return %s : tensor<1x1x2x2xi32>
}

}

// -----

//===----------------------------------------------------------------------===//
// Positions outside of the image
//===----------------------------------------------------------------------===//

!x = !mbn.tensor<1x3x3x1xf32, levels = #mbn.levels<step 1.0, zero 2, [1, 2]>>
!w = !mbn.tensor<1x3x3x1xf32, group = 1x3x3x1, bits = 0 to 1>

module attributes {bitserial.target = #bitserial.target<triple = "riscv64-linux-gnu", cpu = "", features = "">} {

// Code 2 has index 2. The weights sum to 5 * (1 - 8), so that
// init = 3 * 5 * 1 - 2 * 5 * (1 - 8).
// CHECK-LABEL: func.func @conv2d_pad1_zero2(
// CHECK: bitserial.pack planes 2 <input = [1, 5, 5], {{.*}} image <size = [3, 3], pad = [1, 1], bits = 8, outside = 2>
// CHECK: bitserial.constant "conv" "init" dense<85> : tensor<1xi32>
// CHECK: bitserial.product "conv" multipliers [1, 2]
func.func @conv2d_pad1_zero2(%x: !x) -> tensor<1x3x3x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "conv" pad [1, 1, 1, 1] : !x, !w -> tensor<1x3x3x1xi32>
  return %s : tensor<1x3x3x1xi32>
}

}

// -----

!x = !mbn.tensor<1x3x3x1xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
!w = !mbn.tensor<1x3x3x1xf32, group = 1x3x3x1, bits = 0 to 1>

module attributes {bitserial.target = #bitserial.target<triple = "riscv64-linux-gnu", cpu = "", features = "">} {

// -1 and +1: no code is 0. One more plane is set inside, with the multiplier -1;
// init is (2 - 1) * 5 * 1 without a zero point.
// CHECK-LABEL: func.func @conv2d_pad1_no_zero(
// CHECK: bitserial.pack planes 2 {{.*}} image <size = [3, 3], pad = [1, 1], bits = 8, outside = 0, marked = true>
// CHECK: bitserial.constant "conv" "init" dense<5> : tensor<1xi32>
// CHECK: bitserial.product "conv" multipliers [2, -1]
func.func @conv2d_pad1_no_zero(%x: !x) -> tensor<1x3x3x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "conv" pad [1, 1, 1, 1] : !x, !w -> tensor<1x3x3x1xi32>
  return %s : tensor<1x3x3x1xi32>
}

}

// -----

!x = !mbn.tensor<1x3x3x1xf32, levels = #mbn.levels<step 1.0, zero 2, [1, 2]>>
!w = !mbn.tensor<1x3x3x1xf32, group = 1x3x3x1, bits = 0 to 1>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v3", features = "">} {

// The same for lanes.
// CHECK-LABEL: func.func @conv2d_avx2_pad1_zero2(
// CHECK: bitserial.planes ins(%{{.*}} : tensor<1x9x1xi8>)
// CHECK: bitserial.constant "conv" "init" dense<85> : tensor<1xi32>
// CHECK: bitserial.tiled_product "conv" multipliers [1, 2] <input = [1, 5, 5], {{.*}} image <size = [3, 3], pad = [1, 1], bits = 8, outside = 2>
func.func @conv2d_avx2_pad1_zero2(%x: !x) -> tensor<1x3x3x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "conv" pad [1, 1, 1, 1] {bitserial.family = "popcount"} : !x, !w -> tensor<1x3x3x1xi32>
  return %s : tensor<1x3x3x1xi32>
}

}

// -----

!x = !mbn.tensor<1x3x3x1xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
!w = !mbn.tensor<1x3x3x1xf32, group = 1x3x3x1, bits = 0 to 1>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v3", features = "">} {

// CHECK-LABEL: func.func @conv2d_avx2_pad1_no_zero(
// CHECK: bitserial.planes {{.*}} outs(%{{.*}} : tensor<1x1x1x41xi32>)
// CHECK: bitserial.constant "conv" "init" dense<5> : tensor<1xi32>
// CHECK: bitserial.tiled_product "conv" multipliers [2, -1] {{.*}} image <size = [3, 3], pad = [1, 1], bits = 8, outside = 0, marked = true>
func.func @conv2d_avx2_pad1_no_zero(%x: !x) -> tensor<1x3x3x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "conv" pad [1, 1, 1, 1] {bitserial.family = "popcount"} : !x, !w -> tensor<1x3x3x1xi32>
  return %s : tensor<1x3x3x1xi32>
}

}

// -----

!x = !mbn.tensor<1x3x3x1xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
!w = !mbn.tensor<1x3x3x1xf32, group = 1x3x3x1, bits = 0 to 1>

module attributes {bitserial.target = #bitserial.target<triple = "riscv64-linux-gnu", cpu = "", features = "">} {

// The same without padding needs no plane: init = 2 * 5 * 1 - 1 * 5 * (1 - 8).
// CHECK-LABEL: func.func @conv2d_no_inside_plane(
// CHECK-NOT: arith.ori
// CHECK: bitserial.pack planes 1
// CHECK: bitserial.constant "conv" "init" dense<45> : tensor<1xi32>
// CHECK: bitserial.product "conv" multipliers [2]
func.func @conv2d_no_inside_plane(%x: !x) -> tensor<1x1x1x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "conv" : !x, !w -> tensor<1x1x1x1xi32>
  return %s : tensor<1x1x1x1xi32>
}

}

// -----

!x = !mbn.tensor<1x3x3x1xf32, levels = #mbn.levels<step 1.0, zero 0, low 1.0, [1]>>
!w = !mbn.tensor<1x3x3x1xf32, group = 1x3x3x1, bits = 0 to 1>
!y = !mbn.tensor<1x3x3x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>

module attributes {bitserial.target = #bitserial.target<triple = "riscv64-linux-gnu", cpu = "", features = "">} {

// TRACE-LABEL: func.func @border(
// TRACE: bitserial.trace "conv" number 0 {{.*}} : tensor<1x3x3x1xi8>
// TRACE: bitserial.trace "conv" number 1 {{.*}} : tensor<1x3x3x1xf32>
// CHECK-LABEL: func.func @border(
// CHECK: %[[S:.*]] = bitserial.product
// CHECK: bitserial.threshold <pixels, lanes = 1, vectors = 3> rows [0, 0, 1] columns [0, 0, 0] ins(%[[S]], %{{.*}} tensor<2x1x1x1xi32>)
// CHECK: bitserial.rescale <pixels, lanes = 1, vectors = 3> rows [0, 0, 1] columns [0, 0, 0] ins(%[[S]], %{{.*}} tensor<2x1x1xf32>)
func.func @border(%x: !x) -> (!y, tensor<1x3x3x1xf32>) {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %t = arith.constant dense<[[[[3]]], [[[4]]]]> : tensor<2x1x1x1xi32>
  %p = arith.constant dense<1.0> : tensor<1xf32>
  %b = arith.constant dense<[[[3.0]], [[4.0]]]> : tensor<2x1x1xf32>
  %s = mbn.conv2d %x, %w layer "conv" pad [1, 1, 1, 1] : !x, !w -> tensor<1x3x3x1xi32>
  %y = mbn.threshold %s, %t border <rows = [0, 0, 1], columns = [0, 0, 0]> : tensor<1x3x3x1xi32>, tensor<2x1x1x1xi32> -> !y
  %z = mbn.rescale %s, %p, %b border <rows = [0, 0, 1], columns = [0, 0, 0]> : tensor<1x3x3x1xi32>, tensor<1xf32>, tensor<2x1x1xf32> -> tensor<1x3x3x1xf32>
  return %y, %z : !y, tensor<1x3x3x1xf32>
}

}

// -----

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

!x = !mbn.tensor<1x40xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<3x40xf32, group = 1x32, bits = 0 to 2>
!y = !mbn.tensor<1x3xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v3", features = "">} {

// Blocks of 8 ragged outputs would mostly be padding: the one position has the
// lanes for itself.
// CHECK-LABEL: func.func @matmul_ragged(
// CHECK: bitserial.tiled_product "fc" multipliers [1, 2] <input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 32], output = [3, 1, 1], {{.*}}> <pixels, lanes = 8, vectors = 1>
// CHECK: bitserial.constant "fc" "thresholds" dense<{{\[\[}}1, 2, 3], [4, 5, 6], [7, 8, 9]]>
func.func @matmul_ragged(%x: !x) -> !y {
  %w = mbn.constant bases<widths = dense<[1, 0, 0, 0, 0, 1]> : tensor<6xi8>, coordinates = dense<[300, 3]> : tensor<2xi16>, signs = dense<[1, 3]> : tensor<2xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %t = arith.constant dense<[[1, 2, 3], [4, 5, 6], [7, 8, 9]]> : tensor<3x3xi32>
  %s = mbn.matmul %x, %w layer "fc" {bitserial.family = "popcount"} : !x, !w -> tensor<1x3xi32>
  %y = mbn.threshold %s, %t : tensor<1x3xi32>, tensor<3x3xi32> -> !y
  return %y : !y
}

}

// -----

!x = !mbn.tensor<1x33xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<5x33xf32, group = 1x33, bits = 0 to 2>
!y = !mbn.tensor<1x5xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v3", features = "">} {

// Outputs in the lanes: word by word, and rows, thresholds and init of three
// outputs that are not there. The codes have room for a whole word.
// CHECK-LABEL: func.func @matmul_outputs(
// CHECK: tensor.pad %{{.*}} low[0, 0] high[0, 32]
// CHECK: bitserial.pack planes 2 {{.*}} <outputs, lanes = 8, vectors = 1> ins(%{{.*}} : tensor<1x65xi8>) outs(%{{.*}} : tensor<1x4xi32>)
// CHECK: "words" dense<[1, 2, 4, 8, 16, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]> : tensor<16xi32>
// CHECK: "coordinates" dense<[1, 2, 3, 4, 5, 0, 0, 0]> : tensor<8xi8>
// CHECK: "widths" dense<1> : tensor<1xi8>
// CHECK: "init" dense<[3, 12, 9, 24, 15, 0, 0, 0]> : tensor<8xi32>
// CHECK: %[[S:.*]] = bitserial.product {{.*}} <outputs, lanes = 8, vectors = 1> {{.*}} -> tensor<1x8xi32>
// Other users take the sums without padding.
// CHECK: %[[PLAIN:.*]] = tensor.extract_slice %[[S]][0, 0] [1, 5] [1, 1]
// CHECK: "thresholds" dense<{{\[\[}}1, 1, 1, 1, 4, 0, 0, 0], [2, 2, 2, 2, 5, 0, 0, 0], [3, 3, 3, 3, 6, 0, 0, 0]]> : tensor<3x8xi32>
// CHECK: bitserial.threshold <outputs, lanes = 8, vectors = 1> ins(%[[S]],
// CHECK: return %{{.*}}, %[[PLAIN]]
// TRACE-LABEL: func.func @matmul_outputs(
// TRACE: bitserial.trace "fc" number 0
func.func @matmul_outputs(%x: !x) -> (!y, tensor<1x5xi32>) {
  %w = mbn.constant bases<widths = dense<1> : tensor<5xi8>, coordinates = dense<[1, 2, 3, 4, 5]> : tensor<5xi16>, signs = dense<[1, 0, 2, 1, 4, 0, 8, 1, 16, 0]> : tensor<10xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %t = arith.constant dense<[[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3], [4, 5, 6]]> : tensor<5x3xi32>
  %s = mbn.matmul %x, %w layer "fc" : !x, !w -> tensor<1x5xi32>
  %y = mbn.threshold %s, %t : tensor<1x5xi32>, tensor<5x3xi32> -> !y
  return %y, %s : !y, tensor<1x5xi32>
}

}

// -----

!x = !mbn.tensor<6x33xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<5x33xf32, group = 1x33, bits = 0 to 2>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v3", features = "">} {

// A batch that fills the lanes takes the place of the positions.
// CHECK-LABEL: func.func @matmul_batch6(
// CHECK: bitserial.planes ins(%{{.*}} : tensor<1x6x33xi8>)
// CHECK: bitserial.tiled_product {{.*}} <input = [33, 1, 6], {{.*}} output = [5, 1, 6], {{.*}}> <pixels, lanes = 8, vectors = 1> {{.*}} -> tensor<1x5x8xi32>
// CHECK: linalg.transpose
// CHECK: tensor.collapse_shape {{.*}} into tensor<6x5xi32>
func.func @matmul_batch6(%x: !x) -> tensor<6x5xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<5xi8>, coordinates = dense<[1, 2, 3, 4, 5]> : tensor<5xi16>, signs = dense<[1, 0, 2, 1, 4, 0, 8, 1, 16, 0]> : tensor<10xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.matmul %x, %w layer "fc" {bitserial.family = "popcount"} : !x, !w -> tensor<6x5xi32>
  return %s : tensor<6x5xi32>
}

}

// -----

!x = !mbn.tensor<1x2xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>>
!w = !mbn.tensor<2x2xf32, group = 1x2, bits = 0 to 2>

module attributes {bitserial.target = #bitserial.target<triple = "riscv64-linux-gnu", cpu = "", features = "">} {

// An offset is a row of clear words with the coordinate -o. The second output
// has no rows: its sum is init, -zero * sum of the weights.
// CHECK-LABEL: func.func @matmul_offsets(
// CHECK: "words" dense<[1, 0, 0]> : tensor<3xi32>
// CHECK: "coordinates" dense<[200, -3, 4]> : tensor<3xi16>
// CHECK: "widths" dense<[2, 1]> : tensor<2xi8>
// CHECK: "init" dense<[594, 8]> : tensor<2xi32>
func.func @matmul_offsets(%x: !x) -> tensor<1x2xi32> {
  %w = mbn.constant bases<widths = dense<[1, 0]> : tensor<2xi8>, coordinates = dense<200> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, offsets = dense<[3, -4]> : tensor<2xi16>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.matmul %x, %w layer "fc" : !x, !w -> tensor<1x2xi32>
  return %s : tensor<1x2xi32>
}

}

// -----

!x = !mbn.tensor<1x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<2x2xf32, group = 1x2, bits = 0 to 2>

// All bases gone: arrays of one element that nothing reads. Without a target
// it is this machine's baseline.
// CHECK-LABEL: func.func @matmul_no_bases(
// CHECK: "words" dense<0> : tensor<1xi32>
// CHECK: "coordinates" dense<0> : tensor<1xi8>
// CHECK: "widths" dense<0>
// CHECK: "init" dense<0>
func.func @matmul_no_bases(%x: !x) -> tensor<1x2xi32> {
  %w = mbn.constant bases<widths = dense<0> : tensor<2xi8>, coordinates = dense<> : tensor<0xi16>, signs = dense<> : tensor<0xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.matmul %x, %w layer "fc" : !x, !w -> tensor<1x2xi32>
  return %s : tensor<1x2xi32>
}

// -----

!x = !mbn.tensor<1x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<2x2xf32, group = 1x2, bits = 8 to 8>

// int8 has no kernel of its own.
// CHECK-LABEL: func.func @matmul_no_int8(
// CHECK-NOT: bitserial.
// CHECK: arith.muli {{.*}} : i32
func.func @matmul_no_int8(%x: !x) -> tensor<1x2xi32> {
  %w = mbn.constant dense<values = dense<3> : tensor<2x2xi8>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.matmul %x, %w layer "fc" : !x, !w -> tensor<1x2xi32>
  return %s : tensor<1x2xi32>
}

// -----

//===----------------------------------------------------------------------===//
// Layers left in float
//===----------------------------------------------------------------------===//

!w = !mbn.tensor<66x3xf32, group = 1x2, bits = 0 to 1>

// 66 outputs are three tiles of 22; each begins at the rows and words of those
// before, of which only the first output has some.
// CHECK-LABEL: func.func @float_matmul_tiles(
// CHECK-SAME: %[[X:.*]]: tensor<1x3xf32>
// CHECK-DAG: %[[W:.*]] = bitserial.constant "fc" "words" dense<[3, 1]> : tensor<2xi32>
// CHECK-DAG: %[[AT:.*]] = bitserial.constant "fc" "starts" dense<[0, 2, 2]> : tensor<3xi32>
// CHECK-DAG: %[[STEPS:.*]] = bitserial.constant "fc" "steps" dense<5.000000e-01> : tensor<1xf32>
// CHECK: %[[Y:.*]] = scf.for %[[T:.*]] = %c0 to %c3 step %c1 iter_args(%[[ACC:.*]] =
// CHECK: %[[D:.*]] = bitserial.decode <input = [3, 1, 1], kernel = [1, 1, 3], group = [1, 1, 2], output = [66, 1, 1], {{.*}}> lanes 1 tile %[[T]] ins(%[[W]], %{{.*}}, %{{.*}}, %[[AT]], %[[STEPS]] : {{.*}} -> tensor<3x22xf32>
// CHECK: linalg.generic {{.*}} ins(%[[X]], %[[D]] :
// CHECK: %[[FIRST:.*]] = arith.muli %[[T]], %c22
// CHECK: tensor.insert_slice %{{.*}} into %[[ACC]][0, %[[FIRST]]] [1, 22] [1, 1]
// CHECK: %[[B:.*]] = bitserial.constant "fc" "bias" dense_resource<fc.bias> : tensor<66xf32>
// CHECK: linalg.generic {{.*}} ins(%[[Y]], %[[B]] :
func.func @float_matmul_tiles(%x: tensor<1x3xf32>) -> tensor<1x66xf32> {
  %q = mbn.constant bases<widths = dense_resource<widths> : tensor<132xi8>, coordinates = dense<[2, 1]> : tensor<2xi16>, signs = dense<[3, 1]> : tensor<2xi32>, steps = dense<0.5> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<66x3xf32>
  %b = arith.constant dense<2.0> : tensor<66xf32>
  %y = mbn.matmul %x, %w bias %b layer "fc" : tensor<1x3xf32>, tensor<66x3xf32>, tensor<66xf32> -> tensor<1x66xf32>
  return %y : tensor<1x66xf32>
}

{-#
  dialect_resources: {
    builtin: {
      widths: "0x01000000010100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    }
  }
#-}

// -----

!w = !mbn.tensor<7x5xf32, group = 1x2, bits = 0 to 1>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v3", features = "">} {

// Outputs in lanes where there are some; each of three groups is a word of its own.
// The steps are those of the lanes.
// CHECK-LABEL: func.func @float_matmul_lanes(
// CHECK-DAG: bitserial.constant "fc" "words" dense<[3, 1, 2, 0, 3, 3, 1, 0]> : tensor<8xi32>
// CHECK-DAG: bitserial.constant "fc" "coordinates" dense<[2, 1, 4, 5, 6, 7, 8, 0]> : tensor<8xi8>
// CHECK-DAG: bitserial.constant "fc" "widths" dense<[1, 0, 0]> : tensor<3xi8>
// CHECK-DAG: bitserial.constant "fc" "steps" dense<[5.000000e-01, 2.500000e-01, 1.000000e+00, 1.000000e+00, 1.000000e+00, 1.000000e+00, 1.000000e+00, 0.000000e+00]> : tensor<8xf32>
// CHECK: bitserial.float_product "fc" <{{.*}} group = [1, 1, 2], output = [7, 1, 1], {{.*}}> <outputs, lanes = 8, vectors = 1, count = tables> {{.*}} tensor<1x8xf32>, tensor<40xf32>
// CHECK: tensor.extract_slice {{.*}}[0, 0] [1, 7] [1, 1]
func.func @float_matmul_lanes(%x: tensor<1x5xf32>) -> tensor<1x7xf32> {
  %q = mbn.constant bases<widths = dense<[1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0]> : tensor<21xi8>, coordinates = dense<[2, 1, 4, 5, 6, 7, 8]> : tensor<7xi16>, signs = dense<[3, 1, 2, 0, 3, 3, 1]> : tensor<7xi32>, steps = dense<[0.5, 0.25, 1.0, 1.0, 1.0, 1.0, 1.0]> : tensor<7xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<7x5xf32>
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x5xf32>, tensor<7x5xf32> -> tensor<1x7xf32>
  return %y : tensor<1x7xf32>
}

}

// -----

// Weights that nobody packed are stored as floats, outputs innermost.
// CHECK-LABEL: func.func @float_matmul(
// CHECK: bitserial.constant "fc" "weights" dense<{{\[\[}}1.000000e+00, 3.000000e+00], [2.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>
// CHECK-NOT: bitserial.decode
func.func @float_matmul(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x2xf32>, tensor<2x2xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// What belongs to no product has the reference's loops.
// CHECK-LABEL: func.func @rescale_no_product(
// CHECK-NOT: bitserial.
// CHECK: arith.sitofp
// CHECK: return
func.func @rescale_no_product(%s: tensor<1x2xi32>, %p: tensor<2xf32>) -> tensor<1x2xf32> {
  %y = mbn.rescale %s, %p, %p : tensor<1x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

//===----------------------------------------------------------------------===//
// Residuals
//===----------------------------------------------------------------------===//

!x = !mbn.tensor<1x1x8x2xf32, levels = #mbn.levels<step 0.5, zero 0, low 1.0, [1, 2]>>
!w = !mbn.tensor<2x1x1x2xf32, group = 1x1x1x2, bits = 0 to 2>
!y = !mbn.tensor<1x1x8x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
#target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v3", features = "">

module attributes {bitserial.target = #target} {

// Terms of an output: scale and base of its sums, then what each code stands for,
// whatever is added to what. Who watches the floats gets them.
// CHECK-LABEL: func.func @residual_of_codes(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<1x1x8x2xi8>
// CHECK: %[[S:.*]]:2 = bitserial.tiled_product "conv"
// CHECK-DAG: %[[T:.*]] = bitserial.constant "conv" "thresholds" dense<2.500000e+00> : tensor<2x1xf32>
// CHECK-DAG: %[[M:.*]] = bitserial.constant "conv" "terms" dense<{{\[\[}}2.500000e-01, 1.000000e+00, 1.000000e+00, 1.500000e+00, 2.000000e+00, 2.500000e+00], [5.000000e-01, 2.000000e+00, 1.000000e+00, 1.500000e+00, 2.000000e+00, 2.500000e+00]]> : tensor<2x6xf32>
// CHECK: %[[Y:.*]] = bitserial.threshold {{.*}} ins(%[[S]]#0, %[[T]] : tensor<1x2x8xi32>, tensor<2x1xf32>) residual(%[[X]], %[[M]] : tensor<1x1x8x2xi8>, tensor<2x6xf32>) outs(
// CHECK-NEXT: return %[[Y]]
// TRACE-LABEL: func.func @residual_of_codes(
// TRACE: %[[Y:.*]] = bitserial.rescale
// TRACE: bitserial.trace "conv" number 0 %[[Y]]
// TRACE-NOT: residual(
// TRACE: return
func.func @residual_of_codes(%x: !x) -> !y {
  %w = mbn.constant bases<widths = dense<[1, 1]> : tensor<2xi8>, coordinates = dense<[5, 3]> : tensor<2xi16>, signs = dense<[1, 2]> : tensor<2xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %scale = arith.constant dense<[0.25, 0.5]> : tensor<2xf32>
  %base = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %s = mbn.conv2d %x, %w layer "conv" {bitserial.family = "popcount"} : !x, !w -> tensor<1x1x8x2xi32>
  %f = mbn.rescale %s, %scale, %base : tensor<1x1x8x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x1x8x2xf32>
  %r = mbn.decode %x : !x -> tensor<1x1x8x2xf32>
  %a = tosa.add %r, %f : (tensor<1x1x8x2xf32>, tensor<1x1x8x2xf32>) -> tensor<1x1x8x2xf32>
  %y = mbn.encode %a thresholds dense<2.5> : tensor<1xf32> : tensor<1x1x8x2xf32> -> !y
  return %y : !y
}

}

// -----

!x = !mbn.tensor<1x1x8x2xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x1x1x2xf32, group = 1x1x1x2, bits = 0 to 2>
!y = !mbn.tensor<1x1x8x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
#target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v3", features = "">

module attributes {bitserial.target = #target} {

// The later product adds the earlier one's sums; thresholds may differ by channel.
// CHECK-LABEL: func.func @residual_of_sums(
// CHECK: %[[S:.*]]:2 = bitserial.tiled_product "first"
// CHECK: %[[U:.*]]:2 = bitserial.tiled_product "second"
// CHECK-DAG: %[[T:.*]] = bitserial.constant "second" "thresholds" dense<{{\[\[}}2.500000e+00], [3.500000e+00]]> : tensor<2x1xf32>
// CHECK-DAG: %[[M:.*]] = bitserial.constant "second" "terms" dense<{{\[\[}}2.500000e-01, 1.000000e+00, 7.500000e-01, 3.000000e+00], [5.000000e-01, 2.000000e+00, 1.250000e+00, 4.000000e+00]]> : tensor<2x4xf32>
// CHECK: bitserial.threshold {{.*}} ins(%[[U]]#0, %[[T]] : {{.*}}) residual(%[[S]]#0, %[[M]] : tensor<1x2x8xi32>, tensor<2x4xf32>) outs(
// CHECK-NOT: bitserial.rescale
func.func @residual_of_sums(%x: !x) -> !y {
  %w = mbn.constant bases<widths = dense<[1, 1]> : tensor<2xi8>, coordinates = dense<[5, 3]> : tensor<2xi16>, signs = dense<[1, 2]> : tensor<2xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %scale0 = arith.constant dense<[0.75, 1.25]> : tensor<2xf32>
  %base0 = arith.constant dense<[3.0, 4.0]> : tensor<2xf32>
  %scale1 = arith.constant dense<[0.25, 0.5]> : tensor<2xf32>
  %base1 = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %s = mbn.conv2d %x, %w layer "first" {bitserial.family = "popcount"} : !x, !w -> tensor<1x1x8x2xi32>
  %u = mbn.conv2d %x, %w layer "second" {bitserial.family = "popcount"} : !x, !w -> tensor<1x1x8x2xi32>
  %f = mbn.rescale %s, %scale0, %base0 : tensor<1x1x8x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x1x8x2xf32>
  %g = mbn.rescale %u, %scale1, %base1 : tensor<1x1x8x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x1x8x2xf32>
  %a = tosa.add %f, %g : (tensor<1x1x8x2xf32>, tensor<1x1x8x2xf32>) -> tensor<1x1x8x2xf32>
  %y = mbn.encode %a thresholds dense<[[2.5], [3.5]]> : tensor<2x1xf32> : tensor<1x1x8x2xf32> -> !y
  return %y : !y
}

}

// -----

!x = !mbn.tensor<1x1x8x2xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x1x1x2xf32, group = 1x1x1x2, bits = 0 to 2>
!y = !mbn.tensor<1x1x8x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!fine = !mbn.tensor<1x1x8x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2, 4, 8, 16]>>
#target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v3", features = "">

module attributes {bitserial.target = #target} {

// Floats that something else reads, floats of a third kind, and codes of more than four
// bits stay floats.
// CHECK-LABEL: func.func @residual_apart(
// CHECK-COUNT-4: bitserial.rescale
// CHECK-NOT: residual(
func.func @residual_apart(%x: !x, %z: tensor<1x1x8x2xf32>) -> (!y, tensor<1x1x8x2xf32>, !y, tensor<1x1x8x2xf32>, !y, !fine) {
  %w = mbn.constant bases<widths = dense<[1, 1]> : tensor<2xi8>, coordinates = dense<[5, 3]> : tensor<2xi16>, signs = dense<[1, 2]> : tensor<2xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %scale = arith.constant dense<[0.25, 0.5]> : tensor<2xf32>
  %r = mbn.decode %x : !x -> tensor<1x1x8x2xf32>
  %s0 = mbn.conv2d %x, %w layer "sums" {bitserial.family = "popcount"} : !x, !w -> tensor<1x1x8x2xi32>
  %f0 = mbn.rescale %s0, %scale, %scale : tensor<1x1x8x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x1x8x2xf32>
  %a0 = tosa.add %r, %f0 : (tensor<1x1x8x2xf32>, tensor<1x1x8x2xf32>) -> tensor<1x1x8x2xf32>
  %y0 = mbn.encode %a0 thresholds dense<2.5> : tensor<1xf32> : tensor<1x1x8x2xf32> -> !y
  %s1 = mbn.conv2d %x, %w layer "whole" {bitserial.family = "popcount"} : !x, !w -> tensor<1x1x8x2xi32>
  %f1 = mbn.rescale %s1, %scale, %scale : tensor<1x1x8x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x1x8x2xf32>
  %a1 = tosa.add %r, %f1 : (tensor<1x1x8x2xf32>, tensor<1x1x8x2xf32>) -> tensor<1x1x8x2xf32>
  %y1 = mbn.encode %a1 thresholds dense<2.5> : tensor<1xf32> : tensor<1x1x8x2xf32> -> !y
  %s2 = mbn.conv2d %x, %w layer "other" {bitserial.family = "popcount"} : !x, !w -> tensor<1x1x8x2xi32>
  %f2 = mbn.rescale %s2, %scale, %scale : tensor<1x1x8x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x1x8x2xf32>
  %a2 = tosa.add %z, %f2 : (tensor<1x1x8x2xf32>, tensor<1x1x8x2xf32>) -> tensor<1x1x8x2xf32>
  %y2 = mbn.encode %a2 thresholds dense<2.5> : tensor<1xf32> : tensor<1x1x8x2xf32> -> !y
  %s3 = mbn.conv2d %x, %w layer "fine" {bitserial.family = "popcount"} : !x, !w -> tensor<1x1x8x2xi32>
  %f3 = mbn.rescale %s3, %scale, %scale : tensor<1x1x8x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x1x8x2xf32>
  %a3 = tosa.add %r, %f3 : (tensor<1x1x8x2xf32>, tensor<1x1x8x2xf32>) -> tensor<1x1x8x2xf32>
  %y3 = mbn.encode %a3 : tensor<1x1x8x2xf32> -> !fine
  return %y0, %f0, %y1, %a1, %y2, %y3 : !y, tensor<1x1x8x2xf32>, !y, tensor<1x1x8x2xf32>, !y, !fine
}

}
