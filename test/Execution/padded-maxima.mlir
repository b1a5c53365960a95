// Maxima on planes whose windows reach out of the image: at every side, where the last
// vector of a row has one column, over narrow images, by strides as wide as the window.
// RUN: %python %S/Inputs/npy.py %t.npy '<f4' 2x13x33x40 1 -3.5 0 4.25 2 -1 6 1.5 -2 5.5 1.75 3.75 3 0.5 -4 2.5 7
// DEFINE: %{target} =
// DEFINE: %{check} = subbit-compile %s %{target} --emit=bitserial -o - | FileCheck %s --check-prefix=PLANES && subbit-compile %s %{target} --emit=so -o %t && subbit-run %t.so --input %t.npy --compare | FileCheck %s
// PLANES-COUNT-5: bitserial.pool {{.*}} pad
// CHECK-COUNT-5: output {{[a-e]}} {{ *}}{{[1-9][0-9]*}} {{ *}}0{{$}}
// REDEFINE: %{target} = -mcpu=nehalem
// RUN: %{check}
// REDEFINE: %{target} = -mcpu=haswell
// RUN: %if avx2 %{ %{check} %}
// REDEFINE: %{target} = -mcpu=haswell --threads 2
// RUN: %if avx2 %{ %{check} %}
// REDEFINE: %{target} = -mcpu=x86-64-v4 -mattr=+avx512vpopcntdq
// RUN: %if avx512 %{ %{check} %}
#l = #mbn.levels<step 1.0, zero 1, [1, 2]>
!x = !mbn.tensor<1x13x33x40xf32, levels = #l>
!w = !mbn.tensor<40x1x1x40xf32, group = 1x1x1x40, bits = 1 to 1>
!c = !mbn.tensor<1x13x33x40xf32, levels = #l>
!a = !mbn.tensor<1x7x17x40xf32, levels = #l>
!b = !mbn.tensor<1x13x33x40xf32, levels = #l>
!d = !mbn.tensor<1x7x17x40xf32, levels = #l>
!e = !mbn.tensor<1x5x12x40xf32, levels = #l>
!f = !mbn.tensor<1x2x4x40xf32, levels = #l>
func.func @main(%image: tensor<1x13x33x40xf32> {mbn.name = "image"}) -> (tensor<1x7x17x40xf32> {mbn.name = "a"}, tensor<1x13x33x40xf32> {mbn.name = "b"}, tensor<1x7x17x40xf32> {mbn.name = "c"}, tensor<1x5x12x40xf32> {mbn.name = "d"}, tensor<1x2x4x40xf32> {mbn.name = "e"}) {
  %w = mbn.constant bases<widths = dense<1> : tensor<40xi8>, coordinates = dense<1> : tensor<40xi16>, signs = dense<[-51691523, 66, 515203492, 242, -792297511, 6, 941595736, 132, -67297997, 98, 946024564, 243, 631938178, 77, -77644410, 77, 601023632, 7, -798728879, 81, -889964334, 154, -940547378, 137, 956700054, 198, 759929563, 202, 835891058, 68, 496153155, 49, -919609889, 69, 1051766260, 111, 34279102, 223, 219155855, 215, 583541125, 179, 676783195, 118, 372652875, 14, 127499115, 83, 328093774, 53, -166966919, 136, 150141165, 63, -801180734, 246, 1002912387, 45, 404071381, 34, 689178302, 77, -987304080, 150, 760818060, 212, -562996213, 22, -880724935, 193, 347695420, 142, -60337601, 18, 256280951, 3, -743155143, 55, -938975384, 101]> : tensor<80xi32>, steps = dense<1.0> : tensor<40xf32>> : !w
  %x = mbn.encode %image : tensor<1x13x33x40xf32> -> !x
  %t = arith.constant dense<[[-8, 0, 12], [-6, -1, 14], [-2, 0, 8], [-7, -1, 9], [-8, 1, 11], [-8, 2, 13], [-10, -2, 12], [-10, 0, 9], [-12, -1, 7], [-8, 0, 11], [-6, 2, 8], [-2, 1, 12], [-7, -2, 9], [-11, 2, 13], [-4, -2, 13], [-12, 0, 10], [-7, 0, 12], [-13, 0, 14], [-9, -2, 12], [-2, -2, 8], [-6, 1, 7], [-11, 2, 8], [-4, 0, 5], [-7, 0, 12], [-6, 0, 9], [-3, -2, 12], [-12, -1, 7], [-10, -1, 13], [-6, -1, 8], [-4, 1, 13], [-13, -2, 4], [-11, 0, 8], [-12, -1, 10], [-4, -2, 8], [-13, -1, 12], [-9, 0, 6], [-3, -2, 11], [-5, 0, 12], [-4, 0, 8], [-12, -2, 12]]> : tensor<40x3xi32>
  %s = mbn.conv2d %x, %w layer "codes" {bitserial.family = "popcount"} : !x, !w -> tensor<1x13x33x40xi32>
  %c = mbn.threshold %s, %t : tensor<1x13x33x40xi32>, tensor<40x3xi32> -> !c
  %p0 = mbn.max_pool2d %c kernel [3, 3] stride [2, 2] pad [1, 1, 1, 1] : !c -> !a
  %p1 = mbn.max_pool2d %c kernel [5, 5] stride [1, 1] pad [2, 2, 2, 2] : !c -> !b
  %p2 = mbn.max_pool2d %c kernel [2, 2] stride [2, 2] pad [0, 0, 1, 1] : !c -> !d
  %p3 = mbn.max_pool2d %c kernel [3, 3] stride [3, 3] pad [2, 2, 0, 1] : !c -> !e
  %p4 = mbn.max_pool2d %p3 kernel [3, 3] stride [3, 3] pad [1, 1, 0, 0] : !e -> !f
  %y0 = mbn.decode %p0 : !a -> tensor<1x7x17x40xf32>
  %y1 = mbn.decode %p1 : !b -> tensor<1x13x33x40xf32>
  %y2 = mbn.decode %p2 : !d -> tensor<1x7x17x40xf32>
  %y3 = mbn.decode %p3 : !e -> tensor<1x5x12x40xf32>
  %y4 = mbn.decode %p4 : !f -> tensor<1x2x4x40xf32>
  return %y0, %y1, %y2, %y3, %y4 : tensor<1x7x17x40xf32>, tensor<1x13x33x40xf32>, tensor<1x7x17x40xf32>, tensor<1x5x12x40xf32>, tensor<1x2x4x40xf32>
}
