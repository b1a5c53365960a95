// Codes of four bits times weights of a byte, all of them as large as they can be: sums of
// 16 bits hold eight words of them, not nine.
// RUN: %python %S/Inputs/npy.py %t.npy '<f4' 2x1x24x100 15 15 15 15
// DEFINE: %{target} =
// DEFINE: %{check} = subbit-compile %s %{target} --report --emit=so -o %t 2>&1 | FileCheck %s --check-prefix=TAKES && subbit-run %t.so --input %t.npy --compare | FileCheck %s
// TAKES: layer 'conv' takes the dense family, {{.*}} count = pmaddubsw>: the dense family was asked for
// CHECK: output sums {{ *}}384 {{ *}}0{{$}}
// REDEFINE: %{target} = -mcpu=nehalem
// RUN: %{check}
// REDEFINE: %{target} = -mcpu=haswell
// RUN: %if avx2 %{ %{check} %}
// REDEFINE: %{target} = -mcpu=x86-64-v4
// RUN: %if avx512 %{ %{check} %}
!x = !mbn.tensor<1x1x24x100xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2, 4, 8]>>
!w = !mbn.tensor<8x1x1x100xf32, group = 1x1x1x100, bits = 1 to 1>
func.func @main(%image: tensor<1x1x24x100xf32> {mbn.name = "image"}) -> (tensor<1x1x24x8xf32> {mbn.name = "sums"}) {
  %c = mbn.encode %image : tensor<1x1x24x100xf32> -> !x
  %x = mbn.decode %c : !x -> tensor<1x1x24x100xf32>
  %q = mbn.constant bases<widths = dense<1> : tensor<8xi8>, coordinates = dense<127> : tensor<8xi16>, signs = dense<[-1, -1, -1, 15, 0, 0, 0, 0, -1, -1, -1, 15, 0, 0, 0, 0, -1, -1, -1, 15, 0, 0, 0, 0, -1, -1, -1, 15, 0, 0, 0, 0]> : tensor<32xi32>, steps = dense<1.0> : tensor<8xf32>> : !w
  %w = mbn.decode %q : !w -> tensor<8x1x1x100xf32>
  %s = mbn.conv2d %x, %w layer "conv" {bitserial.family = "dense"} : tensor<1x1x24x100xf32>, tensor<8x1x1x100xf32> -> tensor<1x1x24x8xf32>
  return %s : tensor<1x1x24x8xf32>
}
