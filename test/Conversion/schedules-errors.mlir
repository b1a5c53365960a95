// RUN: subbit-opt %s -convert-mbn-to-bitserial -split-input-file -verify-diagnostics

!x = !mbn.tensor<1x8x8x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w = !mbn.tensor<1x3x3x1xf32, group = 1x3x3x1, bits = 1 to 1>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v3", features = "">} {
func.func @lanes(%x: !x) -> tensor<1x6x6x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  // expected-error @below {{layer 'conv' has the schedule #bitserial.schedule<pixels, lanes = 16, vectors = 4>, which does not fit the target 'avx2', or the layer; #bitserial.schedule<}}
  %s = mbn.conv2d %x, %w layer "conv" {bitserial.schedule = #bitserial.schedule<pixels, lanes = 16, vectors = 4>} : !x, !w -> tensor<1x6x6x1xi32>
  return %s : tensor<1x6x6x1xi32>
}
}

// -----

!x = !mbn.tensor<1x8x8x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w = !mbn.tensor<1x3x3x1xf32, group = 1x3x3x1, bits = 1 to 1>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v3", features = "">} {
func.func @family(%x: !x) -> tensor<1x6x6x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  // expected-error @below {{layer 'conv' has the family "fast", expects "popcount" or "dense"}}
  %s = mbn.conv2d %x, %w layer "conv" {bitserial.family = "fast"} : !x, !w -> tensor<1x6x6x1xi32>
  return %s : tensor<1x6x6x1xi32>
}
}

// -----

!x = !mbn.tensor<1x8x8x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w = !mbn.tensor<1x3x3x1xf32, group = 1x3x3x1, bits = 1 to 1>

module attributes {bitserial.target = #bitserial.target<triple = "riscv64-linux-gnu", cpu = "", features = "">} {
func.func @no_dense(%x: !x) -> tensor<1x6x6x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  // expected-error @below {{layer 'conv' has no dense kernel for the target 'scalar': it needs an instruction that multiplies codes, weights of a byte and a convolution of one group}}
  %s = mbn.conv2d %x, %w layer "conv" {bitserial.family = "dense"} : !x, !w -> tensor<1x6x6x1xi32>
  return %s : tensor<1x6x6x1xi32>
}
}
