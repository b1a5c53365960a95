// Tables count several planes at once, whose multipliers differ, beside one that tells what
// is inside of the image and has a negative one.
// RUN: %python %S/Inputs/npy.py %t.npy '<f4' 3x7x9x40 1 -3.5 0 4.25 2 -1 6 1.5 -2 5.5 1.75 3.75 3
// DEFINE: %{target} =
// DEFINE: %{check} = subbit-compile %s %{target} --report --emit=so -o %t 2>&1 | FileCheck %s --check-prefix=TAKES && subbit-run %t.so --input %t.npy --compare | FileCheck %s
// TAKES: layer 'few' takes the table family
// TAKES: layer 'many' takes the table family
// CHECK: output few {{ *}}945 {{ *}}0{{$}}
// CHECK: output many {{ *}}945 {{ *}}0{{$}}
// REDEFINE: %{target} = -mcpu=nehalem
// RUN: %{check}
// REDEFINE: %{target} = -mcpu=haswell
// RUN: %if avx2 %{ %{check} %}
// REDEFINE: %{target} = -mcpu=x86-64-v4
// RUN: %if avx512 %{ %{check} %}
!x2 = !mbn.tensor<1x7x9x40xf32, levels = #mbn.levels<step 1.0, zero 1, [2, 4]>>
!x5 = !mbn.tensor<1x7x9x40xf32, levels = #mbn.levels<step 1.0, zero 1, [2, 4, 8, 60, 80]>>
!w = !mbn.tensor<5x3x3x40xf32, group = 1x1x1x40, bits = 0 to 2>
!x = tensor<1x7x9x40xf32>
!k = tensor<5x3x3x40xf32>
!y = tensor<1x7x9x5xf32>
func.func @main(%image: !x {mbn.name = "image"}) -> (!y {mbn.name = "few"}, !y {mbn.name = "many"}) {
  %q = mbn.constant bases<widths = dense<1> : tensor<45xi8>, coordinates = dense<[127, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28]> : tensor<45xi16>, signs = dense<85> : tensor<90xi32>, steps = dense<1.0> : tensor<5xf32>> : !w
  %w = mbn.decode %q : !w -> !k
  %c2 = mbn.encode %image : !x -> !x2
  %d2 = mbn.decode %c2 : !x2 -> !x
  %s2 = mbn.conv2d %d2, %w layer "few" pad [1, 1, 1, 1] {bitserial.family = "table"} : !x, !k -> !y
  %c5 = mbn.encode %image : !x -> !x5
  %d5 = mbn.decode %c5 : !x5 -> !x
  %s5 = mbn.conv2d %d5, %w layer "many" pad [1, 1, 1, 1] {bitserial.family = "table"} : !x, !k -> !y
  return %s2, %s5 : !y, !y
}
