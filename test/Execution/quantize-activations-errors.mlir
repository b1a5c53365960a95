// RUN: split-file %s %t
// RUN: %python %S/Inputs/npy.py %t/good.npy '<f4' 8x4 0 1 2 3
// RUN: %python %S/Inputs/npy.py %t/nan.npy '<f4' 4x4 0 1 2 3 0 1 2 3 0 nan 2 3 0 1 2 3
// RUN: %python %S/Inputs/npy.py %t/infinite.npy '<f4' 4x4 0 1 2 3 0 1 2 3 0 1 2 3 0 1 2 -inf
// RUN: %python %S/Inputs/npy.py %t/wide.npy '<f4' 8x5 0 1 2 3
// RUN: %python %S/Inputs/npy.py %t/pixels.npy '|u1' 8x4 0 1 2 3
// RUN: %python %S/Inputs/npy.py %t/one.npy '<f4' 1x4 0 1 2 3
// RUN: echo no array > %t/broken.npy

// Options.
// RUN: not subbit-opt %t/net.mlir -mbn-quantize-activations="bits=0 calibration=%t/good.npy" 2>&1 | FileCheck %s --check-prefix=NO-BITS
// NO-BITS: error: activation bits must be from 1 to 8, found 0
// RUN: not subbit-opt %t/net.mlir -mbn-quantize-activations="bits=9 calibration=%t/good.npy" 2>&1 | FileCheck %s --check-prefix=BITS
// BITS: error: activation bits must be from 1 to 8, found 9
// RUN: not subbit-opt %t/net.mlir -mbn-quantize-activations="count=-1 calibration=%t/good.npy" 2>&1 | FileCheck %s --check-prefix=COUNT
// COUNT: error: count must not be negative, found -1

// Data.
// RUN: not subbit-opt %t/net.mlir -mbn-quantize-activations 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: activations are quantized on calibration data, and none is given; name a file with --calibration FILE or in the recipe
// RUN: not subbit-opt %t/net.mlir -mbn-quantize-activations="calibration=%t/nowhere.npy" 2>&1 | FileCheck %s --check-prefix=NOWHERE
// NOWHERE: error: calibration: {{.*}}nowhere.npy
// RUN: not subbit-opt %t/net.mlir -mbn-quantize-activations="calibration=%t/broken.npy" 2>&1 | FileCheck %s --check-prefix=BROKEN
// BROKEN: error: calibration: {{.*}}broken.npy
// RUN: not subbit-opt %t/net.mlir -mbn-quantize-activations="calibration=%t/wide.npy" 2>&1 | FileCheck %s --check-prefix=WIDE
// WIDE: error: calibration: '{{.*}}wide.npy' is float32 8x5, the model takes 2x4
// RUN: not subbit-opt %t/net.mlir -mbn-quantize-activations="calibration=%t/pixels.npy" 2>&1 | FileCheck %s --check-prefix=PIXELS
// PIXELS: error: calibration: '{{.*}}pixels.npy' is uint8 8x4, the model takes floats; state the input's normalization in the recipe or give float data
// RUN: not subbit-opt %t/hidden.mlir -mbn-quantize-activations="calibration=%t/good.npy input-scale=2" 2>&1 | FileCheck %s --check-prefix=FLOATS
// FLOATS: error: calibration: the model takes 8-bit pixels, '{{.*}}good.npy' is float32 8x4
// RUN: not subbit-opt %t/net.mlir -mbn-quantize-activations="calibration=%t/one.npy" 2>&1 | FileCheck %s --check-prefix=FEW
// FEW: error: calibration: '{{.*}}one.npy' has 1 rows, less than one batch of 2

// Pixels.
// RUN: not subbit-opt %t/net.mlir -mbn-quantize-activations="input-mean=0.5,0.25" 2>&1 | FileCheck %s --check-prefix=MEANS
// MEANS: error: the input's mean differs between channels (5.0{{0*}}e-01 and 2.5{{0*}}e-01); an activation tensor has one set of levels: give float input, or one value for all channels
// RUN: not subbit-opt %t/net.mlir -mbn-quantize-activations="input-std=1,2" 2>&1 | FileCheck %s --check-prefix=STDS
// STDS: error: the input's std differs between channels
// RUN: not subbit-opt %t/net.mlir -mbn-quantize-activations="input-std=0" 2>&1 | FileCheck %s --check-prefix=STD0
// STD0: error: the input's scale 1.0{{0*}}e+00, mean 0.0{{0*}}e+00 and std 0.0{{0*}}e+00 give no levels; scale and std must be positive
// RUN: not subbit-opt %t/net.mlir -mbn-quantize-activations="input-scale=-1" 2>&1 | FileCheck %s --check-prefix=SCALE
// SCALE: error: the input's scale -1.0{{0*}}e+00

// Modules.
// RUN: not subbit-opt %t/two.mlir -mbn-quantize-activations="calibration=%t/good.npy" 2>&1 | FileCheck %s --check-prefix=TWO
// TWO: two.mlir:3:1: error: {{.*}}has 2 inputs; calibration data is for models with one
// RUN: not subbit-opt %t/two.mlir -mbn-quantize-activations="input-scale=2" 2>&1 | FileCheck %s --check-prefix=TWO-PIXELS
// TWO-PIXELS: error: {{.*}}an input of pixels needs a model with one float input
// RUN: not subbit-opt %t/other.mlir -mbn-quantize-activations="calibration=%t/good.npy" 2>&1 | FileCheck %s --check-prefix=OTHER
// OTHER: error: the module has no function 'main'
// RUN: not subbit-opt %t/net.mlir -mbn-quantize-activations="calibration=%t/nan.npy" 2>&1 | FileCheck %s --check-prefix=NAN
// RUN: not subbit-opt %t/net.mlir -mbn-quantize-activations="calibration=%t/infinite.npy" 2>&1 | FileCheck %s --check-prefix=NAN
// NAN: error: calibration: the input of layer 'fc' is NaN or infinite in batch 1 of '{{.*}}.npy'; look at its data and at the weights before this layer
// Where no layer has quantized weights nothing is done.
// RUN: subbit-opt %t/float.mlir -mbn-quantize-activations 2>&1 | FileCheck %s --check-prefix=FLOAT
// FLOAT: warning: activations stay floats: no layer that takes floats has quantized weights; quantize them first
// FLOAT-NOT: mbn.encode

//--- net.mlir
!w = !mbn.tensor<1x4xf32, group = 1x4, bits = 0 to 1>

func.func @main(%x: tensor<2x4xf32>) -> tensor<2x1xf32> {
  %q = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<1> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x4xf32>
  %y = mbn.matmul %x, %w layer "fc" : tensor<2x4xf32>, tensor<1x4xf32> -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

//--- hidden.mlir
!w = !mbn.tensor<1x4xf32, group = 1x4, bits = 0 to 1>

func.func @main(%x: tensor<2x4xf32>) -> tensor<2x1xf32> {
  %q = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<1> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x4xf32>
  %h = tosa.abs %x : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %y = mbn.matmul %h, %w layer "fc" : tensor<2x4xf32>, tensor<1x4xf32> -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

//--- two.mlir
!w = !mbn.tensor<1x4xf32, group = 1x4, bits = 0 to 1>

func.func @main(%x: tensor<2x4xf32>, %z: tensor<2x4xf32>) -> tensor<2x1xf32> {
  %q = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<1> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<1x4xf32>
  %y = mbn.matmul %x, %w layer "fc" : tensor<2x4xf32>, tensor<1x4xf32> -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}

//--- other.mlir
func.func @network(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  return %x : tensor<2x4xf32>
}

//--- float.mlir
func.func @main(%x: tensor<2x4xf32>) -> tensor<2x1xf32> {
  %w = arith.constant dense<1.0> : tensor<1x4xf32>
  %y = mbn.matmul %x, %w layer "fc" : tensor<2x4xf32>, tensor<1x4xf32> -> tensor<2x1xf32>
  return %y : tensor<2x1xf32>
}
