// RUN: subbit-opt %s -split-input-file -fold-fills | FileCheck %s
// RUN: subbit-opt %s -split-input-file -fold-fills -vectorize-linalg | FileCheck %s --check-prefix=LOOPS

#target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "haswell", features = "">

// What pooling begins with is in registers: no fill, and results are not read.
// CHECK-LABEL: func.func @pool(
// CHECK-NOT: linalg.fill
// CHECK: linalg.generic
// CHECK-SAME: attrs = {subbit.start = -1.000000e+00 : f32}
// LOOPS-LABEL: func.func @pool(
// LOOPS: %[[B:.*]] = memref.alloc() : memref<1x2x2x8xf32>
// LOOPS-NOT: vector.load %[[B]]
// LOOPS: vector.broadcast %{{cst.*}} : f32 to vector<8xf32>
// LOOPS: vector.store %{{.*}}, %[[B]]
module attributes {bitserial.target = #target} {
func.func @pool(%x: memref<1x4x4x8xf32>, %y: memref<1x2x2x8xf32>) {
  %low = arith.constant -1.0 : f32
  %w = memref.alloc() : memref<2x2xf32>
  %b = memref.alloc() : memref<1x2x2x8xf32>
  linalg.fill ins(%low : f32) outs(%b : memref<1x2x2x8xf32>)
  linalg.pooling_nhwc_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%x, %w : memref<1x4x4x8xf32>, memref<2x2xf32>) outs(%b : memref<1x2x2x8xf32>)
  memref.copy %b, %y : memref<1x2x2x8xf32> to memref<1x2x2x8xf32>
  return
}
}

// -----

#target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "haswell", features = "">
#row = affine_map<(i, k) -> (i, k)>
#sum = affine_map<(i, k) -> (i)>
#from = affine_map<(i, j, k) -> (k, j)>
#own = affine_map<(i, j, k) -> (i, k)>
#apart = affine_map<(i, j, k) -> (i * 2, j)>

// Fills stay where a view of the buffer is read in between, where it is filled with what
// is no constant, where the reduction reads the buffer itself, where results do not lie
// along vectors, and where they are not all of the buffer.
// CHECK-LABEL: func.func @kept(
// CHECK-COUNT-5: linalg.fill
// CHECK-NOT: subbit.start
module attributes {bitserial.target = #target} {
func.func @kept(%x: memref<1x4x4x8xf32>, %v: f32, %y: memref<8xf32>, %z: memref<4x8xf32>, %r: memref<8x4xf32>, %q: memref<4x4xf32>) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %w = memref.alloc() : memref<2x2xf32>
  %a = memref.alloc() : memref<1x2x2x8xf32>
  linalg.fill ins(%zero : f32) outs(%a : memref<1x2x2x8xf32>)
  %flat = memref.collapse_shape %a [[0, 1, 2], [3]] : memref<1x2x2x8xf32> into memref<4x8xf32>
  memref.copy %flat, %z : memref<4x8xf32> to memref<4x8xf32>
  linalg.pooling_nhwc_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%x, %w : memref<1x4x4x8xf32>, memref<2x2xf32>) outs(%a : memref<1x2x2x8xf32>)
  %b = memref.alloc() : memref<1x2x2x8xf32>
  linalg.fill ins(%v : f32) outs(%b : memref<1x2x2x8xf32>)
  linalg.pooling_nhwc_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%x, %w : memref<1x4x4x8xf32>, memref<2x2xf32>) outs(%b : memref<1x2x2x8xf32>)
  %c = memref.alloc() : memref<1x4x4x8xf32>
  %part = memref.subview %c[0, 0, 0, 0] [1, 2, 2, 8] [1, 1, 1, 1] : memref<1x4x4x8xf32> to memref<1x2x2x8xf32, strided<[128, 32, 8, 1]>>
  linalg.fill ins(%zero : f32) outs(%part : memref<1x2x2x8xf32, strided<[128, 32, 8, 1]>>)
  linalg.pooling_nhwc_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%c, %w : memref<1x4x4x8xf32>, memref<2x2xf32>) outs(%part : memref<1x2x2x8xf32, strided<[128, 32, 8, 1]>>)
  %s = memref.alloc() : memref<8xf32>
  linalg.fill ins(%zero : f32) outs(%s : memref<8xf32>)
  linalg.generic {indexing_maps = [#row, #sum], iterator_types = ["parallel", "reduction"]} ins(%r : memref<8x4xf32>) outs(%s : memref<8xf32>) {
  ^bb0(%p: f32, %o: f32):
    %t = arith.addf %p, %o : f32
    linalg.yield %t : f32
  }
  memref.copy %s, %y : memref<8xf32> to memref<8xf32>
  %d = memref.alloc() : memref<7x8xf32>
  linalg.fill ins(%zero : f32) outs(%d : memref<7x8xf32>)
  linalg.generic {indexing_maps = [#from, #own, #apart], iterator_types = ["parallel", "parallel", "reduction"]} ins(%z, %q : memref<4x8xf32>, memref<4x4xf32>) outs(%d : memref<7x8xf32>) {
  ^bb0(%p: f32, %n: f32, %o: f32):
    %t = arith.addf %p, %o : f32
    linalg.yield %t : f32
  }
  return
}
}
