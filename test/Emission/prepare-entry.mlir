// RUN: subbit-opt %s -prepare-entry -split-input-file | FileCheck %s

// Results become buffers of the caller behind the inputs, in order and with
// their names; inputs stay tensors that nothing may write to.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.*]]: tensor<1x4xf32> {bufferization.writable = false, mbn.name = "x"},
// CHECK-SAME: %[[Z:.*]]: tensor<1x2xi8> {bufferization.writable = false},
// CHECK-SAME: %[[OUT0:.*]]: memref<1x4xf32> {mbn.name = "y", subbit.output},
// CHECK-SAME: %[[OUT1:.*]]: memref<1x2xi8> {subbit.output}) {
// CHECK: %[[Y:.*]] = bufferization.alloc_tensor() copy(%[[X]])
// CHECK: bufferization.materialize_in_destination %[[Y]] in restrict writable %[[OUT0]] : (tensor<1x4xf32>, memref<1x4xf32>) -> ()
// CHECK: bufferization.materialize_in_destination %[[Z]] in restrict writable %[[OUT1]]
// CHECK-NEXT: return{{$}}
func.func @main(%x: tensor<1x4xf32> {mbn.name = "x"}, %z: tensor<1x2xi8>) -> (tensor<1x4xf32> {mbn.name = "y"}, tensor<1x2xi8>) {
  %y = bufferization.alloc_tensor() copy(%x) : tensor<1x4xf32>
  return %y, %z : tensor<1x4xf32>, tensor<1x2xi8>
}

// Other functions stay as they are.
// CHECK-LABEL: func.func @other(
// CHECK-SAME: %{{.*}}: tensor<4xf32>) -> tensor<4xf32> {
func.func @other(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

// The same value twice is written twice; one without dimensions has a buffer too.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[OUT0:.*]]: memref<f32> {subbit.output}, %[[OUT1:.*]]: memref<f32> {subbit.output})
// CHECK: %[[Y:.*]] = arith.constant
// CHECK-DAG: materialize_in_destination %[[Y]] in restrict writable %[[OUT0]]
// CHECK-DAG: materialize_in_destination %[[Y]] in restrict writable %[[OUT1]]
func.func @main() -> (tensor<f32>, tensor<f32>) {
  %y = arith.constant dense<1.0> : tensor<f32>
  return %y, %y : tensor<f32>, tensor<f32>
}
