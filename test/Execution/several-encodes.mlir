// Sums of one product that several codes are made of: each has thresholds of its own,
// integers or, where a residual is added, floats.
// RUN: %python %S/Inputs/npy.py %t.npy '<f4' 4x1x8x2 1 -0.5 0 0.25 2 -1 0.125 1.5 -2 0.5 1.75 0.75 3
// DEFINE: %{target} =
// DEFINE: %{check} = subbit-compile %s %{target} --emit=so --trace=false -o %t && subbit-run %t.so --input %t.npy --compare | FileCheck %s
// CHECK: output low {{ *}}64 {{ *}}0{{$}}
// CHECK: output high {{ *}}64 {{ *}}0{{$}}
// CHECK: output sum {{ *}}64 {{ *}}0{{$}}
// REDEFINE: %{target} = -mcpu=x86-64
// RUN: %{check}
// REDEFINE: %{target} = -mcpu=nehalem
// RUN: %{check}
!x = !mbn.tensor<1x1x8x2xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
!w = !mbn.tensor<2x1x1x2xf32, group = 1x1x1x2, bits = 0 to 2>
!y = !mbn.tensor<1x1x8x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
func.func @main(%image: tensor<1x1x8x2xf32> {mbn.name = "image"}) -> (tensor<1x1x8x2xf32> {mbn.name = "low"}, tensor<1x1x8x2xf32> {mbn.name = "high"}, tensor<1x1x8x2xf32> {mbn.name = "sum"}) {
  %c = mbn.encode %image : tensor<1x1x8x2xf32> -> !x
  %x = mbn.decode %c : !x -> tensor<1x1x8x2xf32>
  %q = mbn.constant bases<widths = dense<[1, 1]> : tensor<2xi8>, coordinates = dense<[5, 3]> : tensor<2xi16>, signs = dense<[1, 2]> : tensor<2xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<2x1x1x2xf32>
  %s = mbn.conv2d %x, %w layer "conv" : tensor<1x1x8x2xf32>, tensor<2x1x1x2xf32> -> tensor<1x1x8x2xf32>
  %0 = mbn.encode %s thresholds dense<0.5> : tensor<1xf32> : tensor<1x1x8x2xf32> -> !y
  %1 = mbn.encode %s thresholds dense<2.5> : tensor<1xf32> : tensor<1x1x8x2xf32> -> !y
  %a = tosa.add %s, %x : (tensor<1x1x8x2xf32>, tensor<1x1x8x2xf32>) -> tensor<1x1x8x2xf32>
  %2 = mbn.encode %a thresholds dense<1.5> : tensor<1xf32> : tensor<1x1x8x2xf32> -> !y
  %low = mbn.decode %0 : !y -> tensor<1x1x8x2xf32>
  %high = mbn.decode %1 : !y -> tensor<1x1x8x2xf32>
  %sum = mbn.decode %2 : !y -> tensor<1x1x8x2xf32>
  return %low, %high, %sum : tensor<1x1x8x2xf32>, tensor<1x1x8x2xf32>, tensor<1x1x8x2xf32>
}
