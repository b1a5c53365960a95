// RUN: subbit-opt %s -split-input-file -vectorize-linalg | FileCheck %s

// 20 results are a vector of 16 and one of 4; what both need is loaded once.
// CHECK-LABEL: @add_bias
// CHECK-SAME: %[[X:.*]]: memref<3x20xf32>, %[[BIAS:.*]]: memref<20xf32>, %[[Y:.*]]: memref<3x20xf32>
// CHECK: scf.for %[[ROW:.*]] =
// CHECK-DAG: vector.load %[[X]][%[[ROW]], %{{.*}}] : memref<3x20xf32>, vector<16xf32>
// CHECK-DAG: vector.load %[[BIAS]][%{{.*}}] : memref<20xf32>, vector<16xf32>
// CHECK-DAG: arith.addf {{.*}} : vector<16xf32>
// CHECK-DAG: vector.load %[[X]][%[[ROW]], %{{.*}}] : memref<3x20xf32>, vector<4xf32>
// CHECK-DAG: arith.addf {{.*}} : vector<4xf32>
// CHECK: vector.store {{.*}}, %[[Y]][%[[ROW]], %{{.*}}] : memref<3x20xf32>, vector<16xf32>
// CHECK: vector.store {{.*}}, %[[Y]][%[[ROW]], %{{.*}}] : memref<3x20xf32>, vector<4xf32>
// CHECK-NOT: linalg
#target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v4", features = "+avx512vpopcntdq">
module attributes {bitserial.target = #target} {
  func.func @add_bias(%x: memref<3x20xf32>, %bias: memref<20xf32>, %y: memref<3x20xf32>) {
    linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                    iterator_types = ["parallel", "parallel"]}
        ins(%x, %bias : memref<3x20xf32>, memref<20xf32>) outs(%y : memref<3x20xf32>) {
    ^bb0(%a: f32, %b: f32, %c: f32):
      %s = arith.addf %a, %b : f32
      linalg.yield %s : f32
    }
    return
  }
}

// -----

// A product carries its vectors of results through the loop over what it
// reduces; the input's element is the same for all of them.
// CHECK-LABEL: @matmul
// CHECK-SAME: %[[X:.*]]: memref<1x7xf32>, %[[W:.*]]: memref<7x16xf32>, %[[Y:.*]]: memref<1x16xf32>
// CHECK: %[[INIT0:.*]] = vector.load %[[Y]]
// CHECK: %[[INIT1:.*]] = vector.load %[[Y]]
// CHECK: %[[SUMS:.*]]:2 = scf.for {{.*}} iter_args(%[[ACC0:.*]] = %[[INIT0]], %[[ACC1:.*]] = %[[INIT1]]) -> (vector<8xf32>, vector<8xf32>)
// CHECK: %[[A:.*]] = memref.load %[[X]]
// CHECK: vector.broadcast %[[A]] : f32 to vector<8xf32>
// CHECK: vector.load %[[W]]
// CHECK: arith.mulf
// CHECK: arith.addf %[[ACC0]]
// CHECK: arith.addf %[[ACC1]]
// CHECK: scf.yield
// CHECK: vector.store %[[SUMS]]#0, %[[Y]]
// CHECK: vector.store %[[SUMS]]#1, %[[Y]]
#target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "haswell", features = "">
module attributes {bitserial.target = #target} {
  func.func @matmul(%x: memref<1x7xf32>, %w: memref<7x16xf32>, %y: memref<1x16xf32>) {
    linalg.matmul ins(%x, %w : memref<1x7xf32>, memref<7x16xf32>) outs(%y : memref<1x16xf32>)
    return
  }
}

// -----

// Constants and what comes from outside are the same in all lanes; blocks of
// four vectors are a loop.
// CHECK-LABEL: @clamp
// CHECK-SAME: %{{.*}}: memref<100xi8>, %[[MOST:.*]]: i8
// CHECK: %[[STEP:.*]] = arith.constant 64 : index
// CHECK: scf.for {{.*}} step %[[STEP]]
// CHECK-COUNT-4: arith.minui {{.*}} : vector<16xi8>
// CHECK: }
// CHECK-COUNT-2: arith.minui {{.*}} : vector<16xi8>
// CHECK: arith.minui {{.*}} : vector<4xi8>
#target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v4", features = "+avx512vpopcntdq">
module attributes {bitserial.target = #target} {
  func.func @clamp(%x: memref<100xi8>, %most: i8) {
    linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
        outs(%x : memref<100xi8>) {
    ^bb0(%a: i8):
      %least = arith.constant 3 : i8
      %s = arith.minui %a, %most : i8
      %t = arith.maxui %s, %least : i8
      linalg.yield %t : i8
    }
    return
  }
}

// -----

// Results of a transposition come from elements that lie apart, and positions
// are no values of a vector: both stay.
// CHECK-LABEL: @others
// CHECK: linalg.generic
// CHECK: linalg.generic
// CHECK-NOT: vector.store
#target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v4", features = "+avx512vpopcntdq">
module attributes {bitserial.target = #target} {
  func.func @others(%x: memref<4x8xf32>, %y: memref<8x4xf32>, %z: memref<8xindex>) {
    linalg.transpose ins(%x : memref<4x8xf32>) outs(%y : memref<8x4xf32>) permutation = [1, 0]
    linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
        outs(%z : memref<8xindex>) {
    ^bb0(%a: index):
      %i = linalg.index 0 : index
      linalg.yield %i : index
    }
    return
  }
}

// -----

// Elements that lie one behind the other are one dimension: 45 are five vectors of 8, one
// of 4 and one by itself, not fifteen rows of three.
// CHECK-LABEL: @rows_of_three
// CHECK-SAME: %[[X:.*]]: memref<5x3x3xf32>, %[[Y:.*]]: memref<5x3x3xf32>
// CHECK: %[[FLAT:.*]] = memref.collapse_shape %[[X]] {{\[\[}}0, 1, 2]]
// CHECK: vector.load %[[FLAT]][%{{.*}}] : memref<45xf32>, vector<8xf32>
// CHECK: vector.load %[[FLAT]][%{{.*}}] : memref<45xf32>, vector<4xf32>
// CHECK: memref.load %[[FLAT]][%{{.*}}] : memref<45xf32>
// A row that is the same for all others is read from its own beginning each time.
// CHECK-LABEL: @broadcast
// CHECK-SAME: %[[X:.*]]: memref<4x8xf32>, %[[B:.*]]: memref<1x8xf32>
// CHECK-NOT: collapse_shape
// CHECK: scf.for %[[I:.*]] =
// CHECK-DAG: vector.load %[[X]][%[[I]], %[[J:[a-z0-9_]*]]]
// CHECK-DAG: vector.load %[[B]][%{{c0.*}}, %{{c0.*}}] : memref<1x8xf32>
#target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "haswell", features = "">
module attributes {bitserial.target = #target} {
  func.func @rows_of_three(%x: memref<5x3x3xf32>, %y: memref<5x3x3xf32>) {
    linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>, affine_map<(i, j, k) -> (i, j, k)>],
                    iterator_types = ["parallel", "parallel", "parallel"]}
        ins(%x : memref<5x3x3xf32>) outs(%y : memref<5x3x3xf32>) {
    ^bb0(%a: f32, %out: f32):
      %s = arith.addf %a, %a : f32
      linalg.yield %s : f32
    }
    return
  }
  func.func @broadcast(%x: memref<4x8xf32>, %b: memref<1x8xf32>, %y: memref<4x8xf32>) {
    linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (0, j)>, affine_map<(i, j) -> (i, j)>],
                    iterator_types = ["parallel", "parallel"]}
        ins(%x, %b : memref<4x8xf32>, memref<1x8xf32>) outs(%y : memref<4x8xf32>) {
    ^bb0(%a: f32, %c: f32, %out: f32):
      %s = arith.addf %a, %c : f32
      linalg.yield %s : f32
    }
    return
  }
}

// -----

// Weights serve for the rows of an image's batch: of seven six at once, with two vectors
// of eight each, as many sums as 16 registers hold, then the last. Blocks of outputs come
// first, so that their weights stay in the caches.
// CHECK-LABEL: @product
// CHECK-SAME: %[[X:.*]]: memref<7x5xf32>, %[[W:.*]]: memref<3x5x16xf32>, %[[Y:.*]]: memref<7x3x16xf32>
// CHECK: scf.for %[[BLOCK:.*]] = %c0{{.*}} to %c3
// CHECK: scf.for %[[ROW:.*]] = %c0{{.*}} to %c6{{.*}} step %c6
// CHECK: %[[SUMS:.*]]:12 = scf.for %[[K:.*]] = %c0{{.*}} to %c5{{.*}} iter_args(
// CHECK-DAG: %[[W0:.*]] = vector.load %[[W]][%[[BLOCK]], %[[K]], %{{.*}}]
// CHECK-DAG: %[[X0:.*]] = memref.load %[[X]][%[[ROW]], %[[K]]]
// CHECK-DAG: %[[ALL:.*]] = vector.broadcast %[[X0]] : f32 to vector<8xf32>
// CHECK-DAG: arith.mulf %[[ALL]], %[[W0]]
// CHECK-COUNT-11: arith.mulf
// CHECK: scf.yield
// CHECK-COUNT-12: vector.store
// CHECK: :2 = scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-2: vector.store
#target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "haswell", features = "">
module attributes {bitserial.target = #target} {
  func.func @product(%x: memref<7x5xf32>, %w: memref<3x5x16xf32>, %y: memref<7x3x16xf32>) {
    linalg.generic {indexing_maps = [affine_map<(n, b, k, f) -> (n, k)>, affine_map<(n, b, k, f) -> (b, k, f)>, affine_map<(n, b, k, f) -> (n, b, f)>],
                    iterator_types = ["parallel", "parallel", "reduction", "parallel"]}
        ins(%x, %w : memref<7x5xf32>, memref<3x5x16xf32>) outs(%y : memref<7x3x16xf32>) {
    ^bb0(%a: f32, %c: f32, %out: f32):
      %p = arith.mulf %a, %c : f32
      %s = arith.addf %out, %p : f32
      linalg.yield %s : f32
    }
    return
  }
}

// -----

// Entries of a table are gathered by vectors of numbers; what is left, one by one. A
// table of bytes stays a loop.
// CHECK-LABEL: @gather
// CHECK-SAME: %[[X:.*]]: memref<21xi8>, %[[T:.*]]: memref<256xf32>
// CHECK: %[[I:.*]] = vector.load %[[X]]
// CHECK: %[[WIDE:.*]] = arith.extui %[[I]] : vector<8xi8> to vector<8xi32>
// CHECK: %[[E:.*]] = vector.gather %[[T]][%c0{{.*}}] [%[[WIDE]]], %{{.*}} : memref<256xf32>, vector<8xi32>, vector<8xi1>, vector<8xf32> into vector<8xf32>
// CHECK: vector.store %[[E]]
// CHECK: memref.load %[[T]]
// CHECK-LABEL: @bytes
// CHECK: linalg.generic
#target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "haswell", features = "">
module attributes {bitserial.target = #target} {
  func.func @gather(%x: memref<21xi8>, %t: memref<256xf32>, %y: memref<21xf32>) {
    linalg.generic {indexing_maps = [affine_map<(d) -> (d)>, affine_map<(d) -> (d)>], iterator_types = ["parallel"]}
        ins(%x : memref<21xi8>) outs(%y : memref<21xf32>) {
    ^bb0(%a: i8, %out: f32):
      %i = arith.index_castui %a : i8 to index
      %e = memref.load %t[%i] : memref<256xf32>
      linalg.yield %e : f32
    }
    return
  }
  func.func @bytes(%x: memref<21xi8>, %t: memref<256xi8>, %y: memref<21xi8>) {
    linalg.generic {indexing_maps = [affine_map<(d) -> (d)>, affine_map<(d) -> (d)>], iterator_types = ["parallel"]}
        ins(%x : memref<21xi8>) outs(%y : memref<21xi8>) {
    ^bb0(%a: i8, %out: i8):
      %i = arith.index_castui %a : i8 to index
      %e = memref.load %t[%i] : memref<256xi8>
      linalg.yield %e : i8
    }
    return
  }
}
