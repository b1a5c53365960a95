// Subbit's own passes run in the same pipeline: sketching finds one basis for
// each row, and the row of the smaller coordinate goes.
// RUN: my-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{group=channel max-bits=1 step=per-layer}),prune-groups{below=10})' | FileCheck %s

// CHECK: mbn.constant bases<widths = dense<[0, 1]> : tensor<2xi8>
// CHECK-SAME: coordinates = dense<127> : tensor<1xi16>
// CHECK: mbn.matmul
func.func @main(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %w = arith.constant dense<[[0.01, -0.01, 0.01, 0.01], [1.0, 1.0, -1.0, 1.0]]> : tensor<2x4xf32>
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
