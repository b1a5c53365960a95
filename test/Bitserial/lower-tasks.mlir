// A product with tasks becomes an scf.forall of them, each with its own part of the
// workspace, 16 KiB behind the one before.
// RUN: subbit-opt %s -lower-bitserial -canonicalize -split-input-file | FileCheck %s

// Outputs are shared out by words of 32: a task begins at the rows of its first output,
// behind all of those before it.
// CHECK-LABEL: func.func @outputs(
// CHECK-SAME: %[[ROWS:[a-z0-9]+]]: memref<40xi32>, %{{[a-z0-9]+}}: memref<1x40x8xi32>, %[[W:[a-z0-9]+]]: memref<4128xi32>)
// CHECK: scf.forall (%[[TASK:.*]]) in (2)
// CHECK: %[[AT:.*]] = arith.muli %[[TASK]], %c4112
// CHECK: memref.subview %[[W]][%[[AT]]] [16] [1]
// CHECK: %[[FIRST:.*]] = scf.for %[[I:.*]] = %c0 to %{{.*}} iter_args(%[[SUM:.*]] = %c0)
// CHECK-NEXT: memref.load %[[ROWS]][%[[I]]]
// CHECK: arith.addi %[[SUM]],
#schedule = #bitserial.schedule<pixels, lanes = 8, vectors = 1>
#small = #bitserial.image<size = [2, 4], pad = [0, 0], bits = 8, outside = 0>
#outputs = #bitserial.geometry<input = [32, 2, 4], kernel = [1, 1, 32], group = [1, 1, 32], output = [40, 2, 4], stride = [1, 1], dilation = [1, 1], groups = 1>
func.func @outputs(%p: memref<1x1x1x24xi32>, %w: memref<40xi32>, %a: memref<40xi8>, %i: memref<40xi32>, %r: memref<40xi32>, %0: memref<1x40x8xi32>, %1: memref<4128xi32>) {
  bitserial.tiled_product "c" multipliers [1] #outputs #schedule image #small ins(%p, %w, %a, %a, %r, %i : memref<1x1x1x24xi32>, memref<40xi32>, memref<40xi8>, memref<40xi8>, memref<40xi32>, memref<40xi32>) outs(%0, %1 : memref<1x40x8xi32>, memref<4128xi32>) {bitserial.tasks = array<i64: 1, 2>}
  return
}

// -----

// Of three tiles the first task has one, the second the others, the last of which is
// shorter and only there.
// CHECK-LABEL: func.func @tiles(
// CHECK: scf.forall (%[[TASK:.*]]) in (2)
// CHECK: scf.for
// CHECK: %[[LAST:.*]] = arith.cmpi eq, %{{.*}}, %c3
// CHECK: scf.if %[[LAST]]
#schedule = #bitserial.schedule<pixels, lanes = 8, vectors = 2>
#wide = #bitserial.image<size = [5, 8], pad = [0, 0], bits = 8, outside = 0>
#forty = #bitserial.geometry<input = [32, 5, 8], kernel = [1, 1, 32], group = [1, 1, 32], output = [2, 5, 8], stride = [1, 1], dilation = [1, 1], groups = 1>
func.func @tiles(%p: memref<1x1x1x56xi32>, %w: memref<2xi32>, %a: memref<2xi8>, %r: memref<2xi32>, %0: memref<1x2x48xi32>, %1: memref<4152xi32>) {
  bitserial.tiled_product "c" multipliers [1] #forty #schedule image #wide ins(%p, %w, %a, %a, %r, %r : memref<1x1x1x56xi32>, memref<2xi32>, memref<2xi8>, memref<2xi8>, memref<2xi32>, memref<2xi32>) outs(%0, %1 : memref<1x2x48xi32>, memref<4152xi32>) {bitserial.tasks = array<i64: 2, 1>}
  return
}

// -----

// Maxima of three words of channels: the first task has one word, the second two.
// CHECK-LABEL: func.func @pool(
// CHECK: scf.forall (%[[TASK:.*]]) in (2)
// CHECK: %[[THREE:.*]] = arith.muli %[[TASK]], %c3
// CHECK: %[[BEGIN:.*]] = arith.divui %[[THREE]], %c2
// CHECK: %[[END:.*]] = arith.divui %{{.*}}, %c2
// CHECK: scf.for %{{.*}} = %[[BEGIN]] to %[[END]]
func.func @pool(%p: memref<1x2x3x40xi32>, %m: memref<1x2x3x20xi32>) {
  bitserial.pool size [4, 4] window [2, 2] stride [2, 2] lanes 4 ins(%p : memref<1x2x3x40xi32>) outs(%m : memref<1x2x3x20xi32>) {bitserial.tasks = array<i64: 1, 2>}
  return
}
