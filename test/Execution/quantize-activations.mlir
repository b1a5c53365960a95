// Calibration data: zeros, halves, ones and one and a halves, and values that a
// ReLU turns into zeros.
// RUN: %python %S/Inputs/npy.py %t.npy '<f4' 8x4 0 0.5 1 1.5 -1 0.5 1.5 1
// RUN: subbit-opt %s -mbn-quantize-activations="bits=2 calibration=%t.npy" | FileCheck %s
// The same levels from fewer rows; from all of them; in one bit.
// RUN: subbit-opt %s -mbn-quantize-activations="bits=2 calibration=%t.npy count=3" | FileCheck %s
// RUN: subbit-opt %s -mbn-quantize-activations="bits=2 calibration=%t.npy count=0" | FileCheck %s
// RUN: subbit-opt %s -mbn-quantize-activations="bits=1 calibration=%t.npy" | FileCheck %s --check-prefix=ONE
// Rows that are left out are not learned from.
// RUN: %python %S/Inputs/npy.py %t.two.npy '<f4' 2x4 0 1 0 1 0 8 0 8
// RUN: subbit-opt %s -mbn-quantize-activations="bits=1 calibration=%t.two.npy count=1" | FileCheck %s --check-prefix=FIRST
// FIRST: mbn.encode {{.*}}<step 1.0, zero 0, [1]>
// With pixels: (pixel * 0.5 - 1) / 2; the argument's name stays.
// RUN: %python %S/Inputs/npy.py %t.pixels.npy '|u1' 8x4 2 4 6 8 0 1 8 2
// RUN: subbit-opt %s -mbn-quantize-activations="bits=2 calibration=%t.pixels.npy input-scale=0.5 input-mean=1 input-std=2" | FileCheck %s --check-prefix=PIXELS
// RUN: subbit-opt %s -mbn-quantize-activations="bits=2 calibration=%t.pixels.npy input-scale=0.5 input-mean=1,1,1 input-std=2,2" | FileCheck %s --check-prefix=PIXELS
// RUN: subbit-opt %s -mbn-quantize-activations="bits=2 calibration=%t.pixels.npy input-mean=0" | FileCheck %s --check-prefix=PLAIN
// PLAIN: %arg0: !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2, 4, 8, 16, 32, 64, 128]>>

// The encode stands behind the ReLU, before reshape, transpose and pooling; both
// quantized layers share it. The layer in float and the result have none.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.*]]: tensor<1x4xf32> {mbn.name = "pixels"}
// CHECK: %[[H:.*]] = mbn.matmul %[[X]], %{{.*}} layer "float"
// CHECK: %[[R:.*]] = tosa.clamp %[[H]]
// CHECK: %[[Q:.*]] = mbn.encode %[[R]] : tensor<1x4xf32> -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
// CHECK: %[[D:.*]] = mbn.decode %[[Q]]
// CHECK: tosa.reshape %[[D]]
// CHECK: tosa.transpose
// CHECK: tosa.max_pool2d
// CHECK: mbn.conv2d {{.*}} layer "conv"
// CHECK: mbn.matmul %[[D]], {{.*}} layer "fc"
// CHECK-NOT: mbn.encode
// CHECK: return
// ONE: mbn.encode {{.*}} levels = #mbn.levels<step {{.*}}, zero 0, [1]>>
// ONE-NOT: mbn.encode
// Pixels 2, 4, 6, 8 are 0, 0.5, 1, 1.5.
// PIXELS-LABEL: func.func @main(
// PIXELS-SAME: %[[X:.*]]: !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.25, zero 0, low -0.5, [1, 2, 4, 8, 16, 32, 64, 128]>> {mbn.name = "pixels"}
// PIXELS: %[[F:.*]] = mbn.decode %[[X]]
// PIXELS: mbn.matmul %[[F]], %{{.*}} layer "float"
// PIXELS: mbn.encode {{.*}} levels = #mbn.levels<step {{.*}}, zero 0, [{{[0-9]+}}, {{[0-9]+}}]>>
// PIXELS-NOT: mbn.encode

!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 0 to 1>
!v = !mbn.tensor<1x1x1x2xf32, group = 1x1x1x2, bits = 0 to 1>

func.func @main(%x: tensor<1x4xf32> {mbn.name = "pixels"}) -> (tensor<1x2xf32>, tensor<1x1x1x1xf32>) {
  %one = arith.constant dense<[[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]> : tensor<4x4xf32>
  %h = mbn.matmul %x, %one layer "float" : tensor<1x4xf32>, tensor<4x4xf32> -> tensor<1x4xf32>
  %r = tosa.clamp %h {min_val = 0.0 : f32, max_val = 3.4e+38 : f32} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %s = tosa.const_shape {values = dense<[1, 2, 1, 2]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %i = tosa.reshape %r, %s : (tensor<1x4xf32>, !tosa.shape<4>) -> tensor<1x2x1x2xf32>
  %t = tosa.transpose %i {perms = array<i32: 0, 2, 1, 3>} : (tensor<1x2x1x2xf32>) -> tensor<1x1x2x2xf32>
  %p = tosa.max_pool2d %t {kernel = array<i64: 1, 2>, stride = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x1x2xf32>
  %u = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<1> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !v
  %f = mbn.decode %u : !v -> tensor<1x1x1x2xf32>
  %c = mbn.conv2d %p, %f layer "conv" : tensor<1x1x1x2xf32>, tensor<1x1x1x2xf32> -> tensor<1x1x1x1xf32>
  %q = mbn.constant bases<widths = dense<1> : tensor<2xi8>, coordinates = dense<1> : tensor<2xi16>, signs = dense<[5, 9]> : tensor<2xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x4xf32>
  %y = mbn.matmul %r, %w layer "fc" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  return %y, %c : tensor<1x2xf32>, tensor<1x1x1x1xf32>
}
