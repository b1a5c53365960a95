// Encodes of so many thresholds that a line finds the one to compare, of floats of every
// kind, a number of them that no vector divides.
// RUN: %python %S/Inputs/npy.py %t.npy '<f4' 3x37 0 -0.0 nan inf -inf 1e-40 -3e38 3e38 0.01 0.03 2.55 5.09 5.11 -0.01 1.2345
// DEFINE: %{target} =
// DEFINE: %{check} = subbit-compile %s %{target} --emit=so -o %t && subbit-run %t.so --input %t.npy --compare | FileCheck %s
// CHECK: output uniform {{ *}}111 {{ *}}0{{$}}
// CHECK: output folded {{ *}}111 {{ *}}0{{$}}
// REDEFINE: %{target} = -mcpu=x86-64
// RUN: %{check}
// REDEFINE: %{target} = -mcpu=nehalem
// RUN: %{check}
// REDEFINE: %{target} = -mcpu=haswell
// RUN: %if avx2 %{ %{check} %}
// REDEFINE: %{target} = -mcpu=x86-64-v4
// RUN: %if avx512 %{ %{check} %}

// The codes do come of a line, by the entries of a table.
// RUN: subbit-compile %s -mcpu=haswell --emit=loops -o - | FileCheck %s --check-prefix=LOOPS
// LOOPS: vector.gather {{.*}} memref<255xf32>
// LOOPS: vector.gather {{.*}} memref<63xf32>
!y = !mbn.tensor<1x37xf32, levels = #mbn.levels<step 0.02, zero 0, [1, 2, 4, 8, 16, 32, 64, 128]>>
!z = !mbn.tensor<1x37xf32, levels = #mbn.levels<step 0.04, zero 31, [1, 2, 4, 8, 16, 32]>>
func.func @main(%x: tensor<1x37xf32> {mbn.name = "x"}) -> (!y {mbn.name = "uniform"}, !z {mbn.name = "folded"}) {
  %three = arith.constant dense<3.0> : tensor<1x1xf32>
  %y = mbn.encode %x : tensor<1x37xf32> -> !y
  %0 = tosa.sub %x, %three : (tensor<1x37xf32>, tensor<1x1xf32>) -> tensor<1x37xf32>
  %z = mbn.encode %0 : tensor<1x37xf32> -> !z
  return %y, %z : !y, !z
}
