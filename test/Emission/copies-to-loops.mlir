// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(copies-to-loops))' -split-input-file | FileCheck %s

// CHECK-DAG: #[[SAME:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func.func @strided(
// CHECK-SAME: %[[A:.*]]: memref<2x4xf32>, %[[B:.*]]: memref<2x4xf32, strided<[16, 2], offset: 3>>)
// CHECK-NEXT: linalg.generic {indexing_maps = [#[[SAME]], #[[SAME]]], iterator_types = ["parallel", "parallel"]} ins(%[[A]] : {{.*}}) outs(%[[B]] : {{.*}}) {
// CHECK-NEXT: ^bb0(%[[IN:.*]]: f32, %{{.*}}: f32):
// CHECK-NEXT: linalg.yield %[[IN]]
// CHECK-NOT: memref.copy
func.func @strided(%a: memref<2x4xf32>, %b: memref<2x4xf32, strided<[16, 2], offset: 3>>) {
  memref.copy %a, %b : memref<2x4xf32> to memref<2x4xf32, strided<[16, 2], offset: 3>>
  return
}

// -----

// Copies in loops, and of one element without dimensions.
// CHECK-LABEL: func.func @nested(
// CHECK: scf.for
// CHECK-NEXT: linalg.generic {{.*}} iterator_types = []
// CHECK-NOT: memref.copy
func.func @nested(%a: memref<i8>, %b: memref<i8>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    memref.copy %a, %b : memref<i8> to memref<i8>
  }
  return
}
