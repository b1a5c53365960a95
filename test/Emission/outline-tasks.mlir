// RUN: subbit-opt %s -outline-tasks -split-input-file | FileCheck %s

// Constants, views and what is computed from arguments are computed in the task; what
// only main needs is not.
// CHECK: func.func private @main.task0(%[[X:.*]]: memref<64xf32>, %[[S:.*]]: memref<256xi8>, %[[I:.*]]: index) {
// CHECK-DAG: %[[F:.*]] = arith.constant 2.500000e+00 : f32
// CHECK-DAG: %[[C:.*]] = arith.constant 128 : index
// CHECK-DAG: %[[V:.*]] = memref.view %[[S]][%[[C]]][]
// CHECK: memref.store %[[F]], %[[V]][%[[I]]]
// CHECK-NOT: memref.store
// CHECK: return
// CHECK: func.func private @main.task1(%{{.*}}: memref<64xf32>, %{{.*}}: memref<256xi8>, %[[J:.*]]: index) {
// CHECK: memref.store %{{.*}}, %{{.*}}[%[[J]]]
// CHECK: func.func @main(
// CHECK: bitserial.run_tasks @main.task0 count 2
// CHECK: memref.store
// CHECK: bitserial.run_tasks @main.task1 count 3
// CHECK-NOT: scf.forall
func.func @main(%x: memref<64xf32>, %scratch: memref<256xi8>) {
  %f = arith.constant 2.5 : f32
  %c128 = arith.constant 128 : index
  %c7 = arith.constant 7 : index
  %v = memref.view %scratch[%c128][] : memref<256xi8> to memref<16xf32>
  scf.forall (%i) in (2) {
    memref.store %f, %v[%i] : memref<16xf32>
  }
  memref.store %f, %x[%c7] : memref<64xf32>
  scf.forall (%i) in (3) {
    memref.store %f, %x[%i] : memref<64xf32>
  }
  return
}

// -----

// Nothing to do.
// CHECK: func.func @main(
// CHECK-NEXT: return
func.func @main(%x: memref<64xf32>) {
  return
}
