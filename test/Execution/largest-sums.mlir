// Codes of one, two and four bits times weights of a byte, all of them as large as they can
// be: sums of 16 bits hold 127, 42 and eight words of them. Of tables 224 bits that all
// differ, in planes whose multipliers are 150 together, fit no sum of 16 bits.
// RUN: %python %S/Inputs/npy.py %t.npy '<f4' 2x1x24x608 15 15 15 15
// DEFINE: %{target} =
// DEFINE: %{check} = subbit-compile %s %{target} --report --emit=so -o %t 2>&1 | FileCheck %s --check-prefix=TAKES && subbit-run %t.so --input %t.npy --compare | FileCheck %s
// TAKES: layer 'one' takes the dense family, {{.*}} count = pmaddubsw>: the dense family was asked for
// TAKES: layer 'two' takes the dense family, {{.*}} count = pmaddubsw>: the dense family was asked for
// TAKES: layer 'four' takes the dense family, {{.*}} count = pmaddubsw>: the dense family was asked for
// TAKES: layer 'planes' takes the table family
// CHECK: output one {{ *}}384 {{ *}}0{{$}}
// CHECK: output two {{ *}}384 {{ *}}0{{$}}
// CHECK: output four {{ *}}384 {{ *}}0{{$}}
// CHECK: output planes {{ *}}384 {{ *}}0{{$}}
// REDEFINE: %{target} = -mcpu=nehalem
// RUN: %{check}
// REDEFINE: %{target} = -mcpu=haswell
// RUN: %if avx2 %{ %{check} %}
// REDEFINE: %{target} = -mcpu=x86-64-v4
// RUN: %if avx512 %{ %{check} %}
!x1 = !mbn.tensor<1x1x24x608xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!x2 = !mbn.tensor<1x1x24x608xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!x4 = !mbn.tensor<1x1x24x608xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2, 4, 8]>>
!x5 = !mbn.tensor<1x1x24x608xf32, levels = #mbn.levels<step 0.1, zero 0, [2, 4, 8, 60, 80]>>
!w = !mbn.tensor<8x1x1x608xf32, group = 1x1x1x608, bits = 1 to 1>
!x = tensor<1x1x24x608xf32>
!y = tensor<1x1x24x8xf32>
func.func @main(%image: !x {mbn.name = "image"}) -> (!y {mbn.name = "one"}, !y {mbn.name = "two"}, !y {mbn.name = "four"}, !y {mbn.name = "planes"}) {
  %q = mbn.constant bases<widths = dense<1> : tensor<8xi8>, coordinates = dense<127> : tensor<8xi16>, signs = dense<-1> : tensor<152xi32>, steps = dense<1.0> : tensor<8xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<8x1x1x608xf32>
  %c1 = mbn.encode %image : !x -> !x1
  %d1 = mbn.decode %c1 : !x1 -> !x
  %s1 = mbn.conv2d %d1, %w layer "one" {bitserial.family = "dense"} : !x, tensor<8x1x1x608xf32> -> !y
  %c2 = mbn.encode %image : !x -> !x2
  %d2 = mbn.decode %c2 : !x2 -> !x
  %s2 = mbn.conv2d %d2, %w layer "two" {bitserial.family = "dense"} : !x, tensor<8x1x1x608xf32> -> !y
  %c4 = mbn.encode %image : !x -> !x4
  %d4 = mbn.decode %c4 : !x4 -> !x
  %s4 = mbn.conv2d %d4, %w layer "four" {bitserial.family = "dense"} : !x, tensor<8x1x1x608xf32> -> !y
  %n = mbn.constant bases<widths = dense<1> : tensor<8xi8>, coordinates = dense<127> : tensor<8xi16>, signs = dense<0> : tensor<152xi32>, steps = dense<1.0> : tensor<8xf32>> : !w
  %m = mbn.decode %n : !w -> tensor<8x1x1x608xf32>
  %c5 = mbn.encode %image : !x -> !x5
  %d5 = mbn.decode %c5 : !x5 -> !x
  %s5 = mbn.conv2d %d5, %m layer "planes" {bitserial.family = "table"} : !x, tensor<8x1x1x608xf32> -> !y
  return %s1, %s2, %s4, %s5 : !y, !y, !y, !y
}
