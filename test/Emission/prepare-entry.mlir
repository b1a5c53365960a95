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

// -----

// Each use of a destination gets its own, where it is used.
// CHECK-LABEL: func.func @main(
// CHECK: %[[E0:.*]] = tensor.empty() : tensor<4xf32>
// CHECK-NEXT: %[[F0:.*]] = linalg.fill ins(%{{.*}}) outs(%[[E0]] :
// CHECK-NEXT: %[[A:.*]] = linalg.add ins(%{{.*}}, %{{.*}}) outs(%[[F0]] :
// CHECK-NEXT: %[[E1:.*]] = tensor.empty() : tensor<4xf32>
// CHECK-NEXT: %[[F1:.*]] = linalg.fill ins(%{{.*}}) outs(%[[E1]] :
// CHECK-NEXT: %[[B:.*]] = linalg.add ins(%[[A]], %{{.*}}) outs(%[[F1]] :
// CHECK-NEXT: %[[E2:.*]] = tensor.empty() : tensor<4xf32>
// CHECK-NEXT: linalg.exp ins(%[[B]] : tensor<4xf32>) outs(%[[E2]] :
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<4xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
  %a = linalg.add ins(%x, %x : tensor<4xf32>, tensor<4xf32>) outs(%fill : tensor<4xf32>) -> tensor<4xf32>
  %b = linalg.add ins(%a, %x : tensor<4xf32>, tensor<4xf32>) outs(%fill : tensor<4xf32>) -> tensor<4xf32>
  %c = linalg.exp ins(%b : tensor<4xf32>) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
  return %c : tensor<4xf32>
}
