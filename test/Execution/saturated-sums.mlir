// Sums about both ends of 16 bits and far beyond them, where thresholds fit 16 bits and
// sums are packed to these, and where they do not. Five vectors of AVX-512 are two pairs
// and one alone; of AVX2's bytes the last tile is not full.
// RUN: %python %S/Inputs/npy.py %t.npy '<f4' 2x1x5x16x3 255 3 0 255 3 1 255 3 2 255 255 255 0 0 0 254 255 7 1 0 0 0 0 1 255 0 0
// DEFINE: %{target} =
// DEFINE: %{family} =
// DEFINE: %{prefix} =
// DEFINE: %{check} = sed s/FAMILY/%{family}/ %s > %t.mlir && subbit-compile %t.mlir %{target} --emit=bitserial -o - | FileCheck %s --check-prefix=%{prefix} && subbit-compile %t.mlir %{target} --emit=so -o %t && subbit-run %t.so --input %t.npy --compare | FileCheck %s
// CHECK: output fits {{ *}}640 {{ *}}0{{$}}
// CHECK: output exceeds {{ *}}640 {{ *}}0{{$}}
// Thresholds that are one less, of which 32767 is never exceeded.
// PACKED: bitserial.constant "fits" "thresholds" dense<{{\[\[}}32765, 32766, 32767], [-32768, -32767, -1], [-32768, 32766, 32767], [0, 32766, 32766]]> : tensor<4x3xi16>
// PACKED: bitserial.constant "exceeds" "thresholds" dense<{{.*}}> : tensor<4x3xi32>
// WHOLE: bitserial.constant "fits" "thresholds" dense<{{.*}}> : tensor<4x3xi32>
// REDEFINE: %{prefix} = WHOLE
// REDEFINE: %{family} = table
// REDEFINE: %{target} = -mcpu=nehalem
// RUN: %{check}
// REDEFINE: %{prefix} = PACKED
// REDEFINE: %{target} = -mcpu=haswell
// RUN: %if avx2 %{ %{check} %}
// REDEFINE: %{family} = dense
// REDEFINE: %{target} = -mcpu=x86-64-v4 -mattr=+avx512vpopcntdq,+avx512vnni
// RUN: %if avx512 %{ %{check} %}
// REDEFINE: %{family} = popcount
// RUN: %if avx512 %{ %{check} %}
!x = !mbn.tensor<1x5x16x3xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2, 4, 8, 16, 32, 64, 128]>>
!w = !mbn.tensor<4x1x1x3xf32, group = 1x1x1x1, bits = 1 to 1>
!s = tensor<1x5x16x4xi32>
!c = !mbn.tensor<1x5x16x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!y = tensor<1x5x16x4xf32>
func.func @main(%image: tensor<1x5x16x3xf32> {mbn.name = "image"}) -> (!y {mbn.name = "fits"}, !y {mbn.name = "exceeds"}) {
  %w = mbn.constant bases<widths = dense<1> : tensor<12xi8>, coordinates = dense<[127, 127, 1, 127, 127, 1, 127, 127, 1, 127, 127, 1]> : tensor<12xi16>, signs = dense<[1, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1]> : tensor<12xi32>, steps = dense<1.0> : tensor<4xf32>> : !w
  %x = mbn.encode %image : tensor<1x5x16x3xf32> -> !x
  %t0 = arith.constant dense<[[32766, 32767, 2147483647], [-32767, -32766, 0], [-32767, 32767, 2147483647], [1, 32767, 32767]]> : tensor<4x3xi32>
  %s0 = mbn.conv2d %x, %w layer "fits" {bitserial.family = "FAMILY"} : !x, !w -> !s
  %c0 = mbn.threshold %s0, %t0 : !s, tensor<4x3xi32> -> !c
  %y0 = mbn.decode %c0 : !c -> !y
  %t1 = arith.constant dense<[[32767, 32768, 40000], [-64000, -32768, 0], [-32768, 32768, 64000], [1, 32767, 32768]]> : tensor<4x3xi32>
  %s1 = mbn.conv2d %x, %w layer "exceeds" {bitserial.family = "FAMILY"} : !x, !w -> !s
  %c1 = mbn.threshold %s1, %t1 : !s, tensor<4x3xi32> -> !c
  %y1 = mbn.decode %c1 : !c -> !y
  return %y0, %y1 : !y, !y
}
