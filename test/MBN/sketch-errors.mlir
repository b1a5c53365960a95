// Wrong options, whatever the module holds.
// RUN: echo 'func.func @f() { return }' > %t.mlir
// RUN: not subbit-opt %t.mlir -pass-pipeline='builtin.module(func.func(mbn-sketch{max-bits=-1}))' 2>&1 | FileCheck %s --check-prefix=BITS-BELOW
// BITS-BELOW: error: max-bits must be from 0 to 8, found -1
// RUN: not subbit-opt %t.mlir -pass-pipeline='builtin.module(func.func(mbn-sketch{max-bits=9}))' 2>&1 | FileCheck %s --check-prefix=BITS-ABOVE
// BITS-ABOVE: error: max-bits must be from 0 to 8, found 9
// RUN: not subbit-opt %t.mlir -pass-pipeline='builtin.module(func.func(mbn-sketch{tolerance=-0.5}))' 2>&1 | FileCheck %s --check-prefix=TOLERANCE-BELOW
// TOLERANCE-BELOW: error: tolerance must be from 0 to 1, found -5.0{{.*}}e-01
// RUN: not subbit-opt %t.mlir -pass-pipeline='builtin.module(func.func(mbn-sketch{tolerance=1.5}))' 2>&1 | FileCheck %s --check-prefix=TOLERANCE-ABOVE
// TOLERANCE-ABOVE: error: tolerance must be from 0 to 1, found 1.5{{.*}}e+00
// RUN: not subbit-opt %t.mlir -pass-pipeline='builtin.module(func.func(mbn-sketch{tolerance=nan}))' 2>&1 | FileCheck %s --check-prefix=TOLERANCE-NAN
// TOLERANCE-NAN: error: tolerance must be from 0 to 1, found nan
// RUN: not subbit-opt %t.mlir -pass-pipeline='builtin.module(func.func(mbn-sketch{max-integer=0}))' 2>&1 | FileCheck %s --check-prefix=INTEGER-BELOW
// INTEGER-BELOW: error: max-integer must be from 1 to 127, found 0
// RUN: not subbit-opt %t.mlir -pass-pipeline='builtin.module(func.func(mbn-sketch{max-integer=128}))' 2>&1 | FileCheck %s --check-prefix=INTEGER-ABOVE
// INTEGER-ABOVE: error: max-integer must be from 1 to 127, found 128
// RUN: not subbit-opt %t.mlir -pass-pipeline='builtin.module(func.func(mbn-sketch{step=per-group}))' 2>&1 | FileCheck %s --check-prefix=STEP
// STEP: error: step must be 'per-output' or 'per-layer', found 'per-group'
// RUN: not subbit-opt %t.mlir -pass-pipeline='builtin.module(func.func(mbn-sketch{layers=conv[1}))' 2>&1 | FileCheck %s --check-prefix=GLOB
// GLOB: error: layers: 'conv[1' is no glob: {{.+}}
// RUN: not subbit-opt %t.mlir -pass-pipeline='builtin.module(func.func(mbn-sketch{max-bits=two}))' 2>&1 | FileCheck %s --check-prefix=NUMBER
// NUMBER: 'two'

// Groups that do not fit a layer. Layers that do not match are not looked at.
// RUN: not subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{layers=fc group=kernel}))' 2>&1 | FileCheck %s --check-prefixes=FC -DGROUP=kernel
// RUN: not subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{layers=fc group=pixel}))' 2>&1 | FileCheck %s --check-prefixes=FC -DGROUP=pixel
// RUN: not subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{layers=fc group=rows}))' 2>&1 | FileCheck %s --check-prefixes=FC -DGROUP=rows
// RUN: not subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{layers=fc group=}))' 2>&1 | FileCheck %s --check-prefixes=FC -DGROUP=
// RUN: not subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{layers=fc group=sub-channel}))' 2>&1 | FileCheck %s --check-prefixes=FC -DGROUP=sub-channel
// RUN: not subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{layers=fc group=sub-channel(0)}))' 2>&1 | FileCheck %s --check-prefixes=FC '-DGROUP=sub-channel(0)'
// RUN: not subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{layers=fc group=sub-channel(5)}))' 2>&1 | FileCheck %s --check-prefixes=FC '-DGROUP=sub-channel(5)'
// RUN: not subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{layers=fc group=sub-channel(99999999999999999999)}))' 2>&1 | FileCheck %s --check-prefixes=FC '-DGROUP=sub-channel(99999999999999999999)'
// FC: error: layer 'fc': group '[[GROUP]]' does not fit its weights; choose channel, kernel or pixel (convolutions), sub-channel(k) with k from 1 to 4, layer or auto
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{layers=fc group=sub-channel(4)}))' -o /dev/null

// RUN: not subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{layers=nan}))' 2>&1 | FileCheck %s --check-prefix=NAN
// NAN: sketch-errors.mlir:[[#]]:8: error: layer 'nan' has weight nan at index 2; only finite weights can be quantized
// RUN: not subbit-opt %s -pass-pipeline='builtin.module(func.func(mbn-sketch{layers=inf*}))' 2>&1 | FileCheck %s --check-prefix=INF
// INF: error: layer 'infinite' has weight {{-inf|-INF}} at index 0; only finite weights can be quantized

func.func @fc(%x: tensor<1x4xf32>) -> tensor<1x2xf32> {
  %w = arith.constant dense<0.5> : tensor<2x4xf32>
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

func.func @nan(%x: tensor<1x4xf32>) -> tensor<1x1xf32> {
  %w = arith.constant dense<[[1.0, 2.0, 0x7FC00000, 3.0]]> : tensor<1x4xf32>
  %y = mbn.matmul %x, %w layer "nan" : tensor<1x4xf32>, tensor<1x4xf32> -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

func.func @infinite(%x: tensor<1x8x8x3xf32>) -> tensor<1x8x8x2xf32> {
  %w = arith.constant dense<0xFF800000> : tensor<2x1x1x3xf32>
  %y = mbn.conv2d %x, %w layer "infinite" : tensor<1x8x8x3xf32>, tensor<2x1x1x3xf32> -> tensor<1x8x8x2xf32>
  return %y : tensor<1x8x8x2xf32>
}
