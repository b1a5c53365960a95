// RUN: subbit-opt %s -convert-mbn-to-bitserial | FileCheck %s

// Outputs differ in their widths, and half of them have no bases: rows are in the
// lanes, and each says which output it adds to, though they come in order.
!w = !mbn.tensor<8x8xf32, group = 1x8, bits = 0 to 2>
module attributes {bitserial.target = #bitserial.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "">} {
// CHECK-LABEL: func.func @main(
// CHECK: bitserial.constant "fc" "order" dense<[0, 0, 2, 2, 4, 6, 8, 8]> : tensor<8xi16>
// CHECK: linalg.fill {{.*}} -> tensor<1x9xf32>
// CHECK: bitserial.float_product "fc" {{.*}} order(
func.func @main(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
  %w = mbn.constant bases<widths = dense<[2, 0, 2, 0, 1, 0, 1, 0]> : tensor<8xi8>, coordinates = dense<[3, 1, 3, 1, 2, 2]> : tensor<6xi16>, signs = dense<[1, 2, 3, 4, 5, 6]> : tensor<6xi32>, steps = dense<0.5> : tensor<1xf32>> : !w
  %wd = mbn.decode %w : !w -> tensor<8x8xf32>
  %y = mbn.matmul %x, %wd layer "fc" : tensor<1x8xf32>, tensor<8x8xf32> -> tensor<1x8xf32>
  return %y : tensor<1x8xf32>
}
}
