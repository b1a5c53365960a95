// RUN: subbit-opt %s -convert-mbn-to-bitserial -split-input-file -verify-diagnostics -o /dev/null

// Arrays in the object are named after their layers.
func.func @layer_twice(%x: tensor<1x2xf32>, %p: tensor<2xf32>) -> tensor<1x2xf32> {
  %w = arith.constant dense<1.0> : tensor<2x2xf32>
  // expected-note @below {{first used here}}
  %y = mbn.matmul %x, %w layer "same" : tensor<1x2xf32>, tensor<2x2xf32> -> tensor<1x2xf32>
  // expected-error @below {{layer name 'same' is used twice; give every layer its own}}
  %z = mbn.batch_norm %y scale %p bias %p mean %p variance %p epsilon 0.0 layer "same" : tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
  return %z : tensor<1x2xf32>
}

// -----

!w = !mbn.tensor<1x2xf32, group = 1x2, bits = 0 to 1>

func.func @decoded_weights_returned() -> tensor<1x2xf32> {
  %w = mbn.constant bases<widths = dense<0> : tensor<1xi8>, coordinates = dense<> : tensor<0xi16>, signs = dense<> : tensor<0xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  // expected-error @below {{weights are used by something that is no layer; nothing can be generated for that}}
  %y = mbn.decode %w : !w -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 1, [1, 2]>>
!w = !mbn.tensor<2x4xf32, group = 1x4, bits = 0 to 3>

// expected-note @below {{the weights come from here}}
func.func @weights_argument(%x: !x, %w: !w) -> tensor<1x2xi32> {
  // expected-error @below {{'mbn.matmul' op of layer "fc" needs its quantized weights from an mbn.constant in the same function}}
  %y = mbn.matmul %x, %w layer "fc" : !x, !w -> tensor<1x2xi32>
  return %y : tensor<1x2xi32>
}

// -----

// expected-error @below {{unknown target triple 'pdp11-dec-unix'; examples: x86_64-linux-gnu}}
module attributes {bitserial.target = #bitserial.target<triple = "pdp11-dec-unix", cpu = "", features = "">} {}

// -----

// expected-error @below {{unknown cpu 'cortex-a72' for 'x86_64-unknown-linux-gnu'; llc-22 -mtriple=x86_64-unknown-linux-gnu -mcpu=help lists the known ones}}
module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "cortex-a72", features = "">} {}

// -----

// expected-error @below {{unknown feature '+popcount' for 'x86_64-unknown-linux-gnu'; write +NAME or -NAME}}
module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "", features = "+avx2,+popcount">} {}

// -----

// expected-error @below {{unknown feature 'avx2' for}}
module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "", features = "avx2">} {}
