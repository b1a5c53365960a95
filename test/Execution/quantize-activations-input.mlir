// A float input of a quantized layer gets eight bits at least, and levels that
// reach below 0, which is one of them; a batch of two rows is run at a time.
// RUN: %python %S/Inputs/npy.py %t.npy '<f4' 8x2 -1 0 1 3
// RUN: subbit-opt %s -mbn-quantize-activations="bits=2 calibration=%t.npy" | FileCheck %s
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.*]]: tensor<2x2xf32>)
// CHECK: %[[Q:.*]] = mbn.encode %[[X]] : tensor<2x2xf32> -> !mbn.tensor<2x2xf32, levels = #mbn.levels<step 0.0156{{[0-9]*}}, zero 64, [1, 2, 4, 8, 16, 32, 64, 128]>>
// CHECK: %[[D:.*]] = mbn.decode %[[Q]]
// CHECK: mbn.matmul %[[D]],

// With pixels nothing is to be learned, and no data are needed.
// RUN: subbit-opt %s -mbn-quantize-activations="input-scale=0.5" | FileCheck %s --check-prefix=PIXELS
// PIXELS: %arg0: !mbn.tensor<2x2xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2, 4, 8, 16, 32, 64, 128]>>
// PIXELS-NOT: mbn.encode

!w = !mbn.tensor<2x2xf32, group = 1x2, bits = 0 to 1>

func.func @main(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %q = mbn.constant bases<widths = dense<1> : tensor<2xi8>, coordinates = dense<1> : tensor<2xi16>, signs = dense<[1, 2]> : tensor<2xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x2xf32>
  %y = mbn.matmul %x, %w layer "fc" : tensor<2x2xf32>, tensor<2x2xf32> -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}
