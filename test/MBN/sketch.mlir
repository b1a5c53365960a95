// Every structure of groups, and 'auto'.
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch))' | FileCheck %s --check-prefixes=CHECK,AUTO
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{group=channel}))' | FileCheck %s --check-prefixes=CHECK,CHANNEL
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{layers=conv* group=kernel}))' | FileCheck %s --check-prefix=KERNEL
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{layers=conv[34] group=pixel}))' | FileCheck %s --check-prefix=PIXEL
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{layers=?l[a-j]ces group=sub-channel(3)}))' | FileCheck %s --check-prefix=SLICES
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{group=layer}))' | FileCheck %s --check-prefixes=CHECK,LAYER

// The first rule that matches counts.
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{layers=conv* max-bits=1},mbn-sketch{max-bits=2}))' | FileCheck %s --check-prefix=RULES

// Weights that are sums of bases exactly, on a grid that holds them, come back
// as they were.
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{group=channel max-integer=4}),convert-mbn-to-linalg)' | FileCheck %s --check-prefix=EXACT
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{group=channel max-integer=4 max-bits=1}),convert-mbn-to-linalg)' | FileCheck %s --check-prefix=ONE
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{group=channel max-bits=0}))' | FileCheck %s --check-prefix=NONE

// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{group=channel max-integer=4 tolerance=0.05}))' | FileCheck %s --check-prefix=TWO
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{group=channel max-integer=4 tolerance=0.2}))' | FileCheck %s --check-prefix=TOLERANT
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{group=channel tolerance=1}))' | FileCheck %s --check-prefix=NONE

// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{group=channel max-integer=2}))' | FileCheck %s --check-prefix=PER-OUTPUT
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{group=channel max-integer=2 step=per-layer}))' | FileCheck %s --check-prefix=PER-LAYER

// What was found, by layer; floats stay beside the bases on request.
// RUN: subbit-opt %s --mlir-print-op-on-diagnostic=false -pass-pipeline='builtin.module(func.func(mbn-sketch{group=channel max-integer=4 explain keep-floats}))' -o %t.mlir 2>&1 | FileCheck %s --check-prefix=EXPLAIN
// RUN: FileCheck %s --check-prefix=FLOATS --input-file=%t.mlir
// EXPLAIN: remark: layer '{{.*}}': {{[0-3].[0-9]+}} bits, relative error 0.{{[0-9]+}}, {{[0-9.]+}} times smaller
// FLOATS: mbn.constant {mbn.floats = dense

// CHECK-LABEL: func.func @structures(
// AUTO: mbn.constant {{.*}} : !mbn.tensor<2x5x5x3xf32, group = 1x5x5x1, bits = 0 to 3>
// AUTO: mbn.conv2d {{.*}} layer "conv5"
// AUTO: mbn.constant {{.*}} : !mbn.tensor<2x4x4x3xf32, group = 1x1x1x3, bits = 0 to 3>
// AUTO: mbn.conv2d {{.*}} layer "conv4"
// AUTO: mbn.constant {{.*}} : !mbn.tensor<3x3x3x1xf32, group = 1x3x3x1, bits = 0 to 3>
// AUTO: mbn.conv2d {{.*}} layer "conv3"
// 700 inputs are three slices of at most 256.
// AUTO: mbn.constant {{.*}} : !mbn.tensor<2x700xf32, group = 1x234, bits = 0 to 3>
// AUTO: mbn.matmul {{.*}} layer "fc"

// CHANNEL: group = 1x5x5x3, bits
// CHANNEL: mbn.conv2d {{.*}} layer "conv5"
// CHANNEL: group = 1x700, bits
// CHANNEL: mbn.matmul {{.*}} layer "fc"

// KERNEL: !mbn.tensor<2x5x5x3xf32, group = 1x5x5x1
// KERNEL: layer "conv5"
// KERNEL: !mbn.tensor<2x4x4x3xf32, group = 1x4x4x1
// KERNEL: layer "conv4"
// KERNEL: !mbn.tensor<3x3x3x1xf32, group = 1x3x3x1
// KERNEL: layer "conv3"
// KERNEL-NOT: mbn.constant
// KERNEL: layer "fc" : tensor

// PIXEL-NOT: mbn.constant
// PIXEL: layer "conv5"
// PIXEL: !mbn.tensor<2x4x4x3xf32, group = 1x1x1x3
// PIXEL: layer "conv4"
// PIXEL: !mbn.tensor<3x3x3x1xf32, group = 1x1x1x1
// PIXEL: layer "conv3"
// PIXEL-NOT: mbn.constant
// PIXEL: layer "fc"

// LAYER: group = 2x5x5x3, bits
// LAYER: mbn.conv2d {{.*}} layer "conv5"
// LAYER: group = 2x700, bits
// LAYER: mbn.matmul {{.*}} layer "fc"

// RULES: !mbn.tensor<2x5x5x3xf32, group = 1x5x5x1, bits = 0 to 1>
// RULES: layer "conv5"
// RULES: !mbn.tensor<2x4x4x3xf32, group = 1x1x1x3, bits = 0 to 1>
// RULES: layer "conv4"
// RULES: !mbn.tensor<2x700xf32, group = 1x234, bits = 0 to 2>
// RULES: layer "fc"
func.func @structures(%x: tensor<1x8x8x3xf32>, %v: tensor<1x700xf32>, %b: tensor<2xf32>) {
  %w5 = arith.constant dense<0.5> : tensor<2x5x5x3xf32>
  %y5 = mbn.conv2d %x, %w5 bias %b layer "conv5" pad [2, 2, 2, 2] : tensor<1x8x8x3xf32>, tensor<2x5x5x3xf32>, tensor<2xf32> -> tensor<1x8x8x2xf32>
  %w4 = "tosa.const"() <{values = dense<-0.5> : tensor<2x4x4x3xf32>}> : () -> tensor<2x4x4x3xf32>
  %y4 = mbn.conv2d %x, %w4 layer "conv4" : tensor<1x8x8x3xf32>, tensor<2x4x4x3xf32> -> tensor<1x5x5x2xf32>
  %w3 = arith.constant dense<0.5> : tensor<3x3x3x1xf32>
  %y3 = mbn.conv2d %x, %w3 layer "conv3" groups 3 : tensor<1x8x8x3xf32>, tensor<3x3x3x1xf32> -> tensor<1x6x6x3xf32>
  %w = arith.constant dense<0.5> : tensor<2x700xf32>
  %y = mbn.matmul %v, %w layer "fc" : tensor<1x700xf32>, tensor<2x700xf32> -> tensor<1x2xf32>
  return
}

// 7 inputs in three slices: 3, 3 and 1, which has room for one basis alone.
// SLICES-LABEL: func.func @slices(
// SLICES: widths = dense<1> : tensor<6xi8>
// SLICES-SAME: !mbn.tensor<2x7xf32, group = 1x3, bits = 0 to 3>
func.func @slices(%x: tensor<1x7xf32>) {
  %w = arith.constant dense<0.5> : tensor<2x7xf32>
  %y = mbn.matmul %x, %w layer "slices" : tensor<1x7xf32>, tensor<2x7xf32> -> tensor<1x2xf32>
  return
}

// 4 = 3 + 1, 2 = 3 - 1. The second output is one basis, the third none.
// EXACT-LABEL: func.func @values(
// EXACT: arith.constant dense<{{\[\[}}4.000000e+00, 8.000000e+00, 0.000000e+00], [-4.000000e+00, 8.000000e+00, 0.000000e+00], [2.000000e+00, -8.000000e+00, 0.000000e+00], [-2.000000e+00, 8.000000e+00, 0.000000e+00]]> : tensor<4x3xf32>
// The least squares solution with one basis is the mean, 3.
// ONE-LABEL: func.func @values(
// ONE: arith.constant dense<{{\[\[}}3.000000e+00, 8.000000e+00, 0.000000e+00], [-3.000000e+00, 8.000000e+00, 0.000000e+00], [3.000000e+00, -8.000000e+00, 0.000000e+00], [-3.000000e+00, 8.000000e+00, 0.000000e+00]]> : tensor<4x3xf32>
// NONE-LABEL: func.func @values(
// NONE: widths = dense<0> : tensor<3xi8>, coordinates = dense<> : tensor<0xi16>
// One basis leaves 4 / 40 of the first output.
// TWO-LABEL: func.func @values(
// TWO: widths = dense<[2, 1, 0]> : tensor<3xi8>, coordinates = dense<[3, 1, 4]> : tensor<3xi16>, signs = dense<[5, 9, 11]> : tensor<3xi32>, steps = dense<[1.000000e+00, 2.000000e+00, 0.000000e+00]>
// TOLERANT-LABEL: func.func @values(
// TOLERANT: widths = dense<[1, 1, 0]> : tensor<3xi8>
// PER-OUTPUT-LABEL: func.func @values(
// PER-OUTPUT: steps = dense<[2.000000e+00, 4.000000e+00, 0.000000e+00]> : tensor<3xf32>
// PER-LAYER-LABEL: func.func @values(
// PER-LAYER: steps = dense<4.000000e+00> : tensor<1xf32>
func.func @values(%x: tensor<1x4xf32>) -> tensor<1x3xf32> {
  %w = arith.constant dense<[[4.0, -4.0, 2.0, -2.0], [8.0, 8.0, -8.0, 8.0], [0.0, 0.0, 0.0, 0.0]]> : tensor<3x4xf32>
  %y = mbn.matmul %x, %w layer "values" : tensor<1x4xf32>, tensor<3x4xf32> -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// One set of coordinates for both outputs, whose elements follow each other in
// the words.
// LAYER-LABEL: func.func @layer_wise(
// LAYER: widths = dense<1> : tensor<1xi8>, coordinates = dense<127> : tensor<1xi16>, signs = dense<9> : tensor<1xi32>, steps = dense<{{.*}}> : tensor<1xf32>> : !mbn.tensor<2x2xf32, group = 2x2, bits = 0 to 3>
func.func @layer_wise(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = arith.constant dense<[[127.0, -127.0], [-127.0, 127.0]]> : tensor<2x2xf32>
  %y = mbn.matmul %x, %w layer "wise" : tensor<1x2xf32>, tensor<2x2xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// The weights' other user keeps its floats; the layer's bias, geometry and
// attributes stay.
// CHECK-LABEL: func.func @shared(
// CHECK: %[[F:.*]] = arith.constant dense<5.000000e-01>
// CHECK: %[[Q:.*]] = mbn.constant
// CHECK: %[[D:.*]] = mbn.decode %[[Q]]
// CHECK: %[[Y:.*]] = mbn.conv2d %{{.*}}, %[[D]] bias %{{.*}} layer "shared" pad [1, 0, 1, 0] stride [2, 2] {tag}
// CHECK: return %[[Y]], %[[F]]
func.func @shared(%x: tensor<1x8x8x3xf32>, %b: tensor<2xf32>) -> (tensor<1x5x4x2xf32>, tensor<2x1x1x3xf32>) {
  %w = arith.constant dense<0.5> : tensor<2x1x1x3xf32>
  %y = mbn.conv2d %x, %w bias %b layer "shared" pad [1, 0, 1, 0] stride [2, 2] {tag} : tensor<1x8x8x3xf32>, tensor<2x1x1x3xf32>, tensor<2xf32> -> tensor<1x5x4x2xf32>
  return %y, %w : tensor<1x5x4x2xf32>, tensor<2x1x1x3xf32>
}

// CHECK-LABEL: func.func @no_constant(
// CHECK-NOT: mbn.constant
// CHECK: mbn.matmul %arg0, %arg1
func.func @no_constant(%x: tensor<1x4xf32>, %w: tensor<3x4xf32>) -> tensor<1x3xf32> {
  %y = mbn.matmul %x, %w layer "computed" : tensor<1x4xf32>, tensor<3x4xf32> -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// CHECK-LABEL: func.func @no_quantized(
// CHECK: mbn.constant dense<
// CHECK-NOT: mbn.constant
// CHECK: return
func.func @no_quantized(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %q = mbn.constant dense<values = dense<1> : tensor<1x2xi8>, steps = dense<2.0> : tensor<1xf32>> : !mbn.tensor<1x2xf32, group = 1x2, bits = 8 to 8>
  %w = mbn.decode %q : !mbn.tensor<1x2xf32, group = 1x2, bits = 8 to 8> -> tensor<1x2xf32>
  %y = mbn.matmul %x, %w layer "before" : tensor<1x2xf32>, tensor<1x2xf32> -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
