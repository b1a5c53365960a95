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
  // expected-error @below {{layer 'conv' has the family "fast", expects "popcount", "table" or "dense"}}
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

// -----

!x = !mbn.tensor<1x8x8x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w = !mbn.tensor<1x3x3x1xf32, group = 1x3x3x1, bits = 1 to 1>

// Where an instruction counts bits there are no tables.
module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v4", features = "+avx512vpopcntdq">} {
func.func @no_tables(%x: !x) -> tensor<1x6x6x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  // expected-error @below {{layer 'conv' has no table kernel for the target 'avx512-vpopcntdq': it needs x86 with SSSE3 and no popcount of vectors, and coordinates of a byte}}
  %s = mbn.conv2d %x, %w layer "conv" {bitserial.family = "table"} : !x, !w -> tensor<1x6x6x1xi32>
  return %s : tensor<1x6x6x1xi32>
}
}

// -----

!x = !mbn.tensor<1x8x8x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w = !mbn.tensor<1x3x3x1xf32, group = 1x3x3x1, bits = 1 to 1>

// Coordinates of more than a byte.
module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v3", features = "">} {
func.func @wide(%x: !x) -> tensor<1x6x6x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<500> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  // expected-error @below {{has the schedule #bitserial.schedule<pixels, lanes = 8, vectors = 4, count = tables>, which does not fit the target 'avx2', or the layer; #bitserial.schedule<pixels, lanes = 8, vectors = 3}}
  %s = mbn.conv2d %x, %w layer "conv" {bitserial.schedule = #bitserial.schedule<pixels, lanes = 8, vectors = 4, count = tables>} : !x, !w -> tensor<1x6x6x1xi32>
  return %s : tensor<1x6x6x1xi32>
}
}

// -----

!x = !mbn.tensor<1x8x8x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w = !mbn.tensor<1x3x3x1xf32, group = 1x3x3x1, bits = 1 to 1>

// An instruction of AArch64.
module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v2", features = "">} {
func.func @counting(%x: !x) -> tensor<1x6x6x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  // expected-error @below {{has the schedule #bitserial.schedule<pixels, lanes = 4, vectors = 4, count = uaddlp>, which does not fit the target 'ssse3', or the layer; #bitserial.schedule<pixels, lanes = 4}}
  %s = mbn.conv2d %x, %w layer "conv" {bitserial.schedule = #bitserial.schedule<pixels, lanes = 4, vectors = 4, count = uaddlp>} : !x, !w -> tensor<1x6x6x1xi32>
  return %s : tensor<1x6x6x1xi32>
}
}

// -----

!x = !mbn.tensor<1x8x8x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2, 4, 8, 16]>>
!w = !mbn.tensor<1x3x3x1xf32, group = 1x3x3x1, bits = 1 to 1>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v3", features = "">} {
// Codes of five bits: sums of their products do not fit 16 bits.
func.func @short_codes(%x: !x) -> tensor<1x6x6x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  // expected-error @below {{layer 'conv' has the schedule #bitserial.schedule<pixels, lanes = 8, vectors = 2, count = pmaddubsw>, which does not fit the target 'avx2', or the layer; #bitserial.schedule<pixels, lanes = 8, vectors = 3, count = pmaddwd> would}}
  %s = mbn.conv2d %x, %w layer "conv" {bitserial.schedule = #bitserial.schedule<pixels, lanes = 8, vectors = 2, count = pmaddubsw>} : !x, !w -> tensor<1x6x6x1xi32>
  return %s : tensor<1x6x6x1xi32>
}
}
