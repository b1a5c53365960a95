// What is printed parses, and prints the same: as it is, in the generic form,
// and through bytecode.
// RUN: subbit-opt %s -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: subbit-opt %t.mlir | diff %t.mlir -
// RUN: subbit-opt %s --mlir-print-op-generic | subbit-opt | diff %t.mlir -
// RUN: subbit-opt %s --emit-bytecode | subbit-opt | diff %t.mlir -

!w = !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 1>
!w4 = !mbn.tensor<4x1x1x2xf32, group = 4x1x1x1, bits = 0 to 2>
!w8 = !mbn.tensor<2x2xf32, group = 1x2, bits = 8 to 8>
!x = !mbn.tensor<1x3xf32, levels = #mbn.levels<step 0.25, zero 0, [1, 2]>>
!x4 = !mbn.tensor<1x4x4x2xf32, levels = #mbn.levels<step 0.25, zero 2, low -0.5, [2, 3]>>
!p4 = !mbn.tensor<1x2x2x2xf32, levels = #mbn.levels<step 0.25, zero 2, low -0.5, [2, 3]>>
!flat = !mbn.tensor<8xf32, levels = #mbn.levels<step 0.25, zero 2, low -0.5, [2, 3]>>
#bases = #mbn.bases<widths = dense<[1, 0]> : tensor<2xi8>, coordinates = dense<3> : tensor<1xi16>, signs = dense<5> : tensor<1xi32>, steps = dense<0.5> : tensor<1xf32>>

// CHECK-LABEL: func.func private @types(
// Weights; one group of all outputs; a group that does not divide its tensor.
// CHECK-SAME: !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 1>,
// CHECK-SAME: !mbn.tensor<4x1x1x2xf32, group = 4x1x1x1, bits = 0 to 2>,
// CHECK-SAME: !mbn.tensor<3x7xf32, group = 1x4, bits = 2 to 8>,
// Activations: one level pair; all 256 pixels, with a low; numbers that need
// nine digits, or an exponent.
// CHECK-SAME: !mbn.tensor<1xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>,
// CHECK-SAME: !mbn.tensor<1x3xf32, levels = #mbn.levels<step 0.0127275456, zero 0, low -0.424212933, [1, 2, 4, 8, 16, 32, 64, 128]>>,
// CHECK-SAME: !mbn.tensor<1xf32, levels = #mbn.levels<step 9.99999968e-21, zero 255, low -1.0e+10, [255]>>)
func.func private @types(
    !w, !w4, !mbn.tensor<3x7xf32, group = 1x4, bits = 2 to 8>,
    !mbn.tensor<1xf32, levels = #mbn.levels<step 1.0, zero 1, low 0.0, [2]>>,
    !mbn.tensor<1x3xf32, levels = #mbn.levels<step 0.01272754557430744, zero 0, low -0.42421293258666992, [1, 2, 4, 8, 16, 32, 64, 128]>>,
    !mbn.tensor<1xf32, levels = #mbn.levels<step 1.0e-20, zero 255, low -1.0e+10, [255]>>)

// Attributes outside of the operations that they belong to.
// CHECK-LABEL: func.func private @attributes()
// CHECK-DAG: bases = #mbn.bases<widths = dense<[1, 0]> : tensor<2xi8>
// CHECK-DAG: border = #mbn.border<rows = [0, 1, 1, 2], columns = [0]>
// CHECK-DAG: dense = #mbn.dense<values = dense<1> : tensor<1x1xi8>, steps = dense<2.000000e+00> : tensor<1xf32>>
// CHECK-DAG: levels = #mbn.levels<step 0.5, zero 0, [1]>
func.func private @attributes() attributes {
    bases = #bases, border = #mbn.border<rows = [0, 1, 1, 2], columns = [0]>,
    dense = #mbn.dense<values = dense<1> : tensor<1x1xi8>, steps = dense<2.0> : tensor<1xf32>>,
    levels = #mbn.levels<step 0.5, zero 0, [1]>}

// CHECK-LABEL: func.func @constant(
// CHECK: mbn.constant bases<widths = dense<[1, 0]> : tensor<2xi8>, coordinates = dense<3> : tensor<1xi16>, signs = dense<5> : tensor<1xi32>, steps = dense<5.000000e-01> : tensor<1xf32>> : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 1>
// An alias is written out; attributes stay.
// CHECK: mbn.constant {tag = 7 : i64} bases<widths = dense<[1, 0]>
// Offsets, steps per output.
// CHECK: mbn.constant bases<widths = dense<[2, 0]> : tensor<2xi8>, coordinates = dense<[8, 1]> : tensor<2xi16>, signs = dense<[9, 15]> : tensor<2xi32>, offsets = dense<[-3, 4]> : tensor<2xi16>, steps = dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 0.000000e+00]> : tensor<4xf32>>
// No bases at all.
// CHECK: mbn.constant bases<widths = dense<0> : tensor<2xi8>, coordinates = dense<> : tensor<0xi16>, signs = dense<> : tensor<0xi32>,
// CHECK: mbn.constant dense<values = dense<{{\[\[}}-128, 127], [0, 1]]> : tensor<2x2xi8>, steps = dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>> : !mbn.tensor<2x2xf32, group = 1x2, bits = 8 to 8>
// Blobs.
// CHECK: signs = dense_resource<fc.signs> : tensor<1xi32>
func.func @constant() -> (!w, !w, !w4, !w, !w8, !w) {
  %0 = mbn.constant bases<widths = dense<[1, 0]> : tensor<2xi8>, coordinates = dense<3> : tensor<1xi16>, signs = dense<5> : tensor<1xi32>, steps = dense<0.5> : tensor<1xf32>> : !w
  %1 = mbn.constant {tag = 7} #bases : !w
  %2 = mbn.constant bases<widths = dense<[2, 0]> : tensor<2xi8>, coordinates = dense<[8, 1]> : tensor<2xi16>, signs = dense<[9, 15]> : tensor<2xi32>, offsets = dense<[-3, 4]> : tensor<2xi16>, steps = dense<[1.0, 2.0, 3.0, 0.0]> : tensor<4xf32>> : !w4
  %3 = mbn.constant bases<widths = dense<0> : tensor<2xi8>, coordinates = dense<> : tensor<0xi16>, signs = dense<> : tensor<0xi32>, steps = dense<0.5> : tensor<1xf32>> : !w
  %4 = mbn.constant dense<values = dense<[[-128, 127], [0, 1]]> : tensor<2x2xi8>, steps = dense<[0.5, 0.25]> : tensor<2xf32>> : !w8
  %5 = mbn.constant bases<widths = dense<[1, 0]> : tensor<2xi8>, coordinates = dense<3> : tensor<1xi16>, signs = dense_resource<fc.signs> : tensor<1xi32>, steps = dense<0.5> : tensor<1xf32>> : !w
  return %0, %1, %2, %3, %4, %5 : !w, !w, !w4, !w, !w8, !w
}

// CHECK-LABEL: func.func @encode_decode(
// CHECK: mbn.encode %{{.*}} : tensor<1x3xf32> -> !mbn.tensor<1x3xf32, levels = #mbn.levels<step 0.25, zero 0, [1, 2]>>
// CHECK: mbn.decode %{{.*}} : !mbn.tensor<1x3xf32, levels = #mbn.levels<step 0.25, zero 0, [1, 2]>> -> tensor<1x3xf32>
// CHECK: mbn.decode %{{.*}} {tag} : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 1> -> tensor<2x3xf32>
func.func @encode_decode(%x: tensor<1x3xf32>) -> (tensor<1x3xf32>, tensor<2x3xf32>) {
  %w = mbn.constant #bases : !w
  %q = mbn.encode %x : tensor<1x3xf32> -> !x
  %d = mbn.decode %q : !x -> tensor<1x3xf32>
  %v = mbn.decode %w {tag} : !w -> tensor<2x3xf32>
  return %d, %v : tensor<1x3xf32>, tensor<2x3xf32>
}

// Defaults are not printed, in any order of the keywords' presence.
// CHECK-LABEL: func.func @conv2d(
// CHECK: mbn.conv2d %[[X:.*]], %[[W:.*]] layer "plain" : tensor<1x8x8x2xf32>, tensor<4x3x3x2xf32> -> tensor<1x6x6x4xf32>
// CHECK: mbn.conv2d %[[X]], %{{.*}} bias %{{.*}} layer "all \22\\" pad [1, 0, 2, 3] stride [2, 3] dilation [2, 1] groups 2 {tag} : tensor<1x8x8x2xf32>, tensor<4x3x3x1xf32>, tensor<4xf32> -> tensor<1x4x3x4xf32>
// CHECK: mbn.conv2d %[[X]], %[[W]] layer "some" dilation [1, 2] : tensor
func.func @conv2d(%x: tensor<1x8x8x2xf32>, %w: tensor<4x3x3x2xf32>, %g: tensor<4x3x3x1xf32>, %b: tensor<4xf32>) -> tensor<1x6x4x4xf32> {
  %0 = mbn.conv2d %x, %w layer "plain" pad [0, 0, 0, 0] stride [1, 1] groups 1 : tensor<1x8x8x2xf32>, tensor<4x3x3x2xf32> -> tensor<1x6x6x4xf32>
  %1 = mbn.conv2d %x, %g bias %b layer "all \22\5C" pad [1, 0, 2, 3] stride [2, 3] dilation [2, 1] groups 2 {tag} : tensor<1x8x8x2xf32>, tensor<4x3x3x1xf32>, tensor<4xf32> -> tensor<1x4x3x4xf32>
  %2 = mbn.conv2d %x, %w layer "some" dilation [1, 2] : tensor<1x8x8x2xf32>, tensor<4x3x3x2xf32> -> tensor<1x6x4x4xf32>
  return %2 : tensor<1x6x4x4xf32>
}

// CHECK-LABEL: func.func @conv2d_quantized(
// CHECK: mbn.conv2d %{{.*}}, %{{.*}} layer "" pad [1, 1, 1, 1] : !mbn.tensor<1x4x4x2xf32, levels = #mbn.levels<step 0.25, zero 2, low -0.5, [2, 3]>>, !mbn.tensor<4x1x1x2xf32, group = 4x1x1x1, bits = 0 to 2> -> tensor<1x6x6x4xi32>
func.func @conv2d_quantized(%x: !x4, %w: !w4) -> tensor<1x6x6x4xi32> {
  %s = mbn.conv2d %x, %w layer "" pad [1, 1, 1, 1] : !x4, !w4 -> tensor<1x6x6x4xi32>
  return %s : tensor<1x6x6x4xi32>
}

// CHECK-LABEL: func.func @matmul(
// CHECK: mbn.matmul %{{.*}}, %{{.*}} layer "fc1" : tensor<1x3xf32>, tensor<2x3xf32> -> tensor<1x2xf32>
// CHECK: mbn.matmul %{{.*}}, %{{.*}} bias %{{.*}} layer "fc2" {tag} : tensor<1x3xf32>, tensor<2x3xf32>, tensor<2xf32> -> tensor<1x2xf32>
// CHECK: mbn.matmul %{{.*}}, %{{.*}} layer "fc3" : !mbn.tensor<1x3xf32, levels = #mbn.levels<step 0.25, zero 0, [1, 2]>>, !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 1> -> tensor<1x2xi32>
func.func @matmul(%x: tensor<1x3xf32>, %w: tensor<2x3xf32>, %b: tensor<2xf32>, %q: !x, %v: !w) -> tensor<1x2xi32> {
  %0 = mbn.matmul %x, %w layer "fc1" : tensor<1x3xf32>, tensor<2x3xf32> -> tensor<1x2xf32>
  %1 = mbn.matmul %x, %w bias %b layer "fc2" {tag} : tensor<1x3xf32>, tensor<2x3xf32>, tensor<2xf32> -> tensor<1x2xf32>
  %2 = mbn.matmul %q, %v layer "fc3" : !x, !w -> tensor<1x2xi32>
  return %2 : tensor<1x2xi32>
}

// CHECK-LABEL: func.func @norms(
// CHECK: mbn.batch_norm %{{.*}} scale %{{.*}} bias %{{.*}} mean %{{.*}} variance %{{.*}} epsilon 9.99999974E-6 layer "bn" : tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
// CHECK: mbn.layer_norm %{{.*}} scale %{{.*}} bias %{{.*}} epsilon 0.000000e+00 layer "ln" : tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>
func.func @norms(%x: tensor<2x3xf32>, %p: tensor<3xf32>) -> tensor<2x3xf32> {
  %0 = mbn.batch_norm %x scale %p bias %p mean %p variance %p epsilon 1.0e-5 layer "bn" : tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
  %1 = mbn.layer_norm %0 scale %p bias %p epsilon 0.0 layer "ln" : tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>
  return %1 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @rescale(
// CHECK: mbn.rescale %{{.*}}, %{{.*}}, %{{.*}} : tensor<1x3x2x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x3x2x2xf32>
// CHECK: mbn.rescale %{{.*}}, %{{.*}}, %{{.*}} border <rows = [0, 1, 0], columns = [0, 0]> : tensor<1x3x2x2xi32>, tensor<2xf32>, tensor<2x1x2xf32> -> tensor<1x3x2x2xf32>
func.func @rescale(%s: tensor<1x3x2x2xi32>, %p: tensor<2xf32>, %base: tensor<2x1x2xf32>) -> tensor<1x3x2x2xf32> {
  %0 = mbn.rescale %s, %p, %p : tensor<1x3x2x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x3x2x2xf32>
  %1 = mbn.rescale %s, %p, %base border <rows = [0, 1, 0], columns = [0, 0]> : tensor<1x3x2x2xi32>, tensor<2xf32>, tensor<2x1x2xf32> -> tensor<1x3x2x2xf32>
  return %1 : tensor<1x3x2x2xf32>
}

// CHECK-LABEL: func.func @score(
// CHECK: mbn.score %{{.*}}, %{{.*}}, %{{.*}} {tag} : tensor<1x3xi32>, tensor<3xi32>, tensor<3xi32>
func.func @score(%s: tensor<1x3xi32>, %f: tensor<3xi32>) -> tensor<1x3xi32> {
  %y = mbn.score %s, %f, %f {tag} : tensor<1x3xi32>, tensor<3xi32>, tensor<3xi32>
  return %y : tensor<1x3xi32>
}

// CHECK-LABEL: func.func @threshold(
// CHECK: mbn.threshold %{{.*}}, %{{.*}} : tensor<1x4x4x2xi32>, tensor<2x3xi32> -> !mbn.tensor<1x4x4x2xf32, levels
// CHECK: mbn.threshold %{{.*}}, %{{.*}} border <rows = [0, 1, 1, 0], columns = [0, 0, 0, 0]> : tensor<1x4x4x2xi32>, tensor<2x1x2x3xi32> -> !mbn.tensor<1x4x4x2xf32, levels
func.func @threshold(%s: tensor<1x4x4x2xi32>, %t: tensor<2x3xi32>, %bt: tensor<2x1x2x3xi32>) -> !x4 {
  %0 = mbn.threshold %s, %t : tensor<1x4x4x2xi32>, tensor<2x3xi32> -> !x4
  %1 = mbn.threshold %s, %bt border <rows = [0, 1, 1, 0], columns = [0, 0, 0, 0]> : tensor<1x4x4x2xi32>, tensor<2x1x2x3xi32> -> !x4
  return %1 : !x4
}

// CHECK-LABEL: func.func @codes_to_codes(
// CHECK: mbn.max_pool2d %{{.*}} kernel [3, 2] stride [2, 2] pad [1, 0, 0, 1] : !mbn.tensor<1x4x4x2xf32, levels = [[L:#mbn.levels<step 0.25, zero 2, low -0.5, \[2, 3\]>]]> -> !mbn.tensor<1x2x2x2xf32, levels = [[L]]>
// CHECK: mbn.transpose %{{.*}} [0, 3, 1, 2] : !mbn.tensor<1x2x2x2xf32, levels = [[L]]> -> !mbn.tensor<1x2x2x2xf32, levels = [[L]]>
// CHECK: mbn.reshape %{{.*}} : !mbn.tensor<1x2x2x2xf32, levels = [[L]]> -> !mbn.tensor<8xf32, levels = [[L]]>
func.func @codes_to_codes(%x: !x4) -> !flat {
  %p = mbn.max_pool2d %x kernel [3, 2] stride [2, 2] pad [1, 0, 0, 1] : !x4 -> !p4
  %t = mbn.transpose %p [0, 3, 1, 2] : !p4 -> !p4
  %r = mbn.reshape %t : !p4 -> !flat
  return %r : !flat
}

// CHECK-LABEL: func.func @concat(
// CHECK: mbn.concat %{{.*}}, %{{.*}} axis 1 : !mbn.tensor<1x2xf32, levels = {{.*}}>, !mbn.tensor<1x3xf32, levels = {{.*}}> -> !mbn.tensor<1x5xf32, levels = {{.*}}>
func.func @concat(%a: !mbn.tensor<1x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>,
                  %b: !mbn.tensor<1x3xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>) {
  %c = mbn.concat %a, %b axis 1 : !mbn.tensor<1x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>, !mbn.tensor<1x3xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>> -> !mbn.tensor<1x5xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
  return
}

// CHECK-LABEL: func.func @rescale_scale_at_border(
// CHECK: mbn.rescale {{.*}} border <rows = [0, 1], columns = [0, 1]> : tensor<1x2x2x3xi32>, tensor<2x2x3xf32>, tensor<2x2x3xf32>
func.func @rescale_scale_at_border(%s: tensor<1x2x2x3xi32>, %a: tensor<2x2x3xf32>, %b: tensor<2x2x3xf32>) {
  %y = mbn.rescale %s, %a, %b border <rows = [0, 1], columns = [0, 1]> : tensor<1x2x2x3xi32>, tensor<2x2x3xf32>, tensor<2x2x3xf32> -> tensor<1x2x2x3xf32>
  return
}

{-#
  dialect_resources: {
    builtin: {
      fc.signs: "0x0400000005000000"
    }
  }
#-}
