// RUN: subbit-opt %s -plan-memory -split-input-file | FileCheck %s

#avx2 = #bitserial.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "">
// Each buffer is read by the next copy: the first and the third never live at
// the same time, and share. Offsets are multiples of 64.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:.*]]: memref<5xf32>, %[[S:.*]]: memref<128xi8> {subbit.scratch})
// CHECK-DAG: %[[C:.*]] = memref.view %[[S]][%[[C0:.*]]][] : memref<128xi8> to memref<5xf32>
// CHECK-DAG: %[[C64:.*]] = arith.constant 64 : index
// CHECK-DAG: %[[B:.*]] = memref.view %[[S]][%[[C64]]][] : memref<128xi8> to memref<5xf32>
// CHECK-NOT: memref.alloc
// CHECK: memref.copy %[[X]], %[[A:.*]] :
// CHECK: memref.copy %[[A]], %[[B]] :
// CHECK: memref.copy %[[B]], %[[C]] :
// CHECK: memref.copy %[[C]], %[[X]] :
module attributes {bitserial.target = #avx2} {
func.func @main(%x: memref<5xf32>) {
  %a = memref.alloc() : memref<5xf32>
  memref.copy %x, %a : memref<5xf32> to memref<5xf32>
  %b = memref.alloc() : memref<5xf32>
  memref.copy %a, %b : memref<5xf32> to memref<5xf32>
  %c = memref.alloc() : memref<5xf32>
  memref.copy %b, %c : memref<5xf32> to memref<5xf32>
  memref.copy %c, %x : memref<5xf32> to memref<5xf32>
  return
}
}

// -----

#avx2 = #bitserial.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "">
// Three that live together: the largest lies first, the others behind it. Views
// count as uses of what they view: %small would fit in %large's place, were it
// not for the collapsed one.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[S:[a-z0-9]*]]: memref<448xi8> {subbit.scratch})
// CHECK-DAG: %[[O0:.*]] = arith.constant 0 : index
// CHECK-DAG: memref.view %[[S]][%[[O0]]][] : memref<448xi8> to memref<8x8xf32>
// CHECK-DAG: %[[O256:.*]] = arith.constant 256 : index
// CHECK-DAG: memref.view %[[S]][%[[O256]]][] : memref<448xi8> to memref<9xindex>
// CHECK-DAG: %[[O384:.*]] = arith.constant 384 : index
// CHECK-DAG: memref.view %[[S]][%[[O384]]][] : memref<448xi8> to memref<1xi8>
module attributes {bitserial.target = #avx2} {
func.func @main(%y: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %large = memref.alloc() : memref<8x8xf32>
  %flat = memref.collapse_shape %large [[0, 1]] : memref<8x8xf32> into memref<64xf32>
  memref.copy %y, %flat : memref<64xf32> to memref<64xf32>
  %middle = memref.alloc() : memref<9xindex>
  memref.store %c0, %middle[%c0] : memref<9xindex>
  %small = memref.alloc() {alignment = 64 : i64} : memref<1xi8>
  %b = memref.load %small[%c0] : memref<1xi8>
  %i = memref.load %middle[%c0] : memref<9xindex>
  memref.copy %flat, %y : memref<64xf32> to memref<64xf32>
  return
}
}

// -----

#avx2 = #bitserial.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "">
// What a loop's body uses lives as long as the loop, and what it allocates too:
// none of the three may share.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[S:[a-z0-9]*]]: memref<192xi8> {subbit.scratch})
// CHECK-DAG: %[[O0:.*]] = arith.constant 0 : index
// CHECK-DAG: memref.view %[[S]][%[[O0]]]
// CHECK-DAG: %[[O64:.*]] = arith.constant 64 : index
// CHECK-DAG: memref.view %[[S]][%[[O64]]]
// CHECK-DAG: %[[O128:.*]] = arith.constant 128 : index
// CHECK-DAG: memref.view %[[S]][%[[O128]]]
// CHECK: scf.for
// CHECK-NOT: memref.alloc
module attributes {bitserial.target = #avx2} {
func.func @main(%x: memref<4xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = memref.alloc() : memref<4xf32>
  %b = memref.alloc() : memref<4xf32>
  scf.for %i = %c0 to %n step %c1 {
    memref.copy %a, %b : memref<4xf32> to memref<4xf32>
    %t = memref.alloc() : memref<4xf32>
    memref.copy %t, %x : memref<4xf32> to memref<4xf32>
    memref.copy %b, %x : memref<4xf32> to memref<4xf32>
  }
  return
}
}

// -----

#avx2 = #bitserial.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "">
// A loop that swaps its buffers hands either on: both live until the result's
// last use, and %late may have neither's place. %early may.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: memref<192xi8> {subbit.scratch})
module attributes {bitserial.target = #avx2} {
func.func @main(%x: memref<4xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %early = memref.alloc() : memref<4xf32>
  memref.copy %early, %x : memref<4xf32> to memref<4xf32>
  %a = memref.alloc() : memref<4xf32>
  %b = memref.alloc() : memref<4xf32>
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %b) -> (memref<4xf32>, memref<4xf32>) {
    scf.yield %q, %p : memref<4xf32>, memref<4xf32>
  }
  %late = memref.alloc() : memref<4xf32>
  memref.copy %x, %late : memref<4xf32> to memref<4xf32>
  memref.copy %r#0, %x : memref<4xf32> to memref<4xf32>
  memref.copy %late, %x : memref<4xf32> to memref<4xf32>
  return
}
}

// -----

#avx2 = #bitserial.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "">
// A choice between two buffers is either.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: memref<192xi8> {subbit.scratch})
module attributes {bitserial.target = #avx2} {
func.func @main(%x: memref<4xf32>, %which: i1) {
  %a = memref.alloc() : memref<4xf32>
  %b = memref.alloc() : memref<4xf32>
  %either = arith.select %which, %a, %b : memref<4xf32>
  %late = memref.alloc() : memref<4xf32>
  memref.copy %x, %late : memref<4xf32> to memref<4xf32>
  memref.copy %either, %x : memref<4xf32> to memref<4xf32>
  memref.copy %late, %x : memref<4xf32> to memref<4xf32>
  return
}
}

// -----

#avx2 = #bitserial.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "">
// A gap between buffers is filled: %a and %c lie around the place of %b, which
// %d takes.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[S:[a-z0-9]*]]: memref<448xi8> {subbit.scratch})
// CHECK-DAG: %[[D:.*]] = memref.view %[[S]][%[[O:.*]]][] : memref<448xi8> to memref<7xi8>
// CHECK-DAG: %[[O]] = arith.constant 192 : index
module attributes {bitserial.target = #avx2} {
func.func @main(%x: memref<48xf32>, %y: memref<32xf32>, %z: memref<16xf32>, %u: memref<7xi8>) {
  %a = memref.alloc() : memref<48xf32>
  %b = memref.alloc() : memref<32xf32>
  %c = memref.alloc() : memref<31xf32>
  %v = memref.subview %c[0] [16] [1] : memref<31xf32> to memref<16xf32>
  memref.copy %x, %a : memref<48xf32> to memref<48xf32>
  memref.copy %y, %b : memref<32xf32> to memref<32xf32>
  memref.copy %z, %v : memref<16xf32> to memref<16xf32>
  memref.copy %b, %y : memref<32xf32> to memref<32xf32>
  %d = memref.alloc() : memref<7xi8>
  memref.copy %u, %d : memref<7xi8> to memref<7xi8>
  memref.copy %a, %x : memref<48xf32> to memref<48xf32>
  memref.copy %v, %z : memref<16xf32> to memref<16xf32>
  memref.copy %d, %u : memref<7xi8> to memref<7xi8>
  return
}
}

// -----

#avx2 = #bitserial.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "">
// Nothing to place.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %{{.*}}: memref<4xf32>, %{{.*}}: memref<0xi8> {subbit.scratch})
module attributes {bitserial.target = #avx2} {
func.func @main(%x: memref<4xf32>) {
  return
}
}

// -----

#m0 = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">
// Without vectors offsets are multiples of a pointer.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: memref<12xi8> {subbit.scratch})
module attributes {bitserial.target = #m0} {
func.func @main(%x: memref<5xi8>, %y: memref<3xi8>) {
  %a = memref.alloc() : memref<5xi8>
  %b = memref.alloc() : memref<3xi8>
  memref.copy %x, %a : memref<5xi8> to memref<5xi8>
  memref.copy %y, %b : memref<3xi8> to memref<3xi8>
  memref.copy %a, %x : memref<5xi8> to memref<5xi8>
  memref.copy %b, %y : memref<3xi8> to memref<3xi8>
  return
}
}

// -----

#m0 = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">
// A chain of 10, 8, 7 and 9 words takes the largest pair's 18. The largest first
// would take 25: 10 and 9 at 0, 8 behind 10, and 7 nowhere but on top.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: memref<72xi8> {subbit.scratch})
module attributes {bitserial.target = #m0} {
func.func @main(%x: memref<i32>) {
  %c0 = arith.constant 0 : index
  %v = memref.load %x[] : memref<i32>
  %a = memref.alloc() : memref<10xi32>
  memref.store %v, %a[%c0] : memref<10xi32>
  %b = memref.alloc() : memref<8xi32>
  memref.store %v, %b[%c0] : memref<8xi32>
  %0 = memref.load %a[%c0] : memref<10xi32>
  %c = memref.alloc() : memref<7xi32>
  memref.store %0, %c[%c0] : memref<7xi32>
  %1 = memref.load %b[%c0] : memref<8xi32>
  %d = memref.alloc() : memref<9xi32>
  memref.store %1, %d[%c0] : memref<9xi32>
  %2 = memref.load %c[%c0] : memref<7xi32>
  memref.store %2, %x[] : memref<i32>
  %3 = memref.load %d[%c0] : memref<9xi32>
  memref.store %3, %x[] : memref<i32>
  return
}
}

// -----

#m0 = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">
#id = affine_map<(d0) -> (d0)>
// Codes are written over the floats that they are made of, which nobody reads
// again: 32 bytes, though 8 more are live. They lie nowhere behind them.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[S:[a-z0-9]*]]: memref<32xi8> {subbit.scratch})
// CHECK: %[[O0:.*]] = arith.constant 0 : index
// CHECK-NEXT: memref.view %[[S]][%[[O0]]][] : memref<32xi8> to memref<2x4xi8>
// CHECK-NEXT: %[[O1:.*]] = arith.constant 0 : index
// CHECK-NEXT: memref.view %[[S]][%[[O1]]][] : memref<32xi8> to memref<8xf32>
module attributes {bitserial.target = #m0} {
func.func @main(%x: memref<8xf32>, %y: memref<8xi8>) {
  %a = memref.alloc() : memref<8xf32>
  %b = memref.alloc() : memref<2x4xi8>
  memref.copy %x, %a : memref<8xf32> to memref<8xf32>
  %flat = memref.collapse_shape %b [[0, 1]] : memref<2x4xi8> into memref<8xi8>
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : memref<8xf32>) outs(%flat : memref<8xi8>) {
  ^bb0(%in: f32, %out: i8):
    %code = arith.fptoui %in : f32 to i8
    linalg.yield %code : i8
  }
  memref.copy %flat, %y : memref<8xi8> to memref<8xi8>
  return
}
}

// -----

#m0 = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">
#id = affine_map<(d0) -> (d0)>
// Floats are wider than the codes they are made of: each would cover codes that
// are still to be read.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: memref<40xi8> {subbit.scratch})
module attributes {bitserial.target = #m0} {
func.func @main(%x: memref<8xi8>, %y: memref<8xf32>) {
  %a = memref.alloc() : memref<8xi8>
  %b = memref.alloc() : memref<8xf32>
  memref.copy %x, %a : memref<8xi8> to memref<8xi8>
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : memref<8xi8>) outs(%b : memref<8xf32>) {
  ^bb0(%in: i8, %out: f32):
    %f = arith.uitofp %in : i8 to f32
    linalg.yield %f : f32
  }
  memref.copy %b, %y : memref<8xf32> to memref<8xf32>
  return
}
}

// -----

#m0 = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">
#id = affine_map<(d0) -> (d0)>
#back = affine_map<(d0) -> (7 - d0)>
// Also read backwards, where it would be gone.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: memref<64xi8> {subbit.scratch})
module attributes {bitserial.target = #m0} {
func.func @main(%x: memref<8xf32>, %y: memref<8xf32>) {
  %a = memref.alloc() : memref<8xf32>
  %b = memref.alloc() : memref<8xf32>
  memref.copy %x, %a : memref<8xf32> to memref<8xf32>
  linalg.generic {indexing_maps = [#id, #back, #id], iterator_types = ["parallel"]} ins(%a, %a : memref<8xf32>, memref<8xf32>) outs(%b : memref<8xf32>) {
  ^bb0(%in: f32, %mirror: f32, %out: f32):
    %f = arith.addf %in, %mirror : f32
    linalg.yield %f : f32
  }
  memref.copy %b, %y : memref<8xf32> to memref<8xf32>
  return
}
}

// -----

#m0 = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">
#id = affine_map<(d0) -> (d0)>
// The operand is read again later.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: memref<64xi8> {subbit.scratch})
module attributes {bitserial.target = #m0} {
func.func @main(%x: memref<8xf32>, %y: memref<8xf32>) {
  %a = memref.alloc() : memref<8xf32>
  %b = memref.alloc() : memref<8xf32>
  memref.copy %x, %a : memref<8xf32> to memref<8xf32>
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : memref<8xf32>) outs(%b : memref<8xf32>) {
  ^bb0(%in: f32, %out: f32):
    %f = arith.negf %in : f32
    linalg.yield %f : f32
  }
  memref.copy %b, %y : memref<8xf32> to memref<8xf32>
  memref.copy %a, %x : memref<8xf32> to memref<8xf32>
  return
}
}

// -----

#m0 = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">
#id = affine_map<(d0) -> (d0)>
// %x, which is longer than %r, would push it up into the floats that it is made
// of: it lies at their beginning or behind them.
// CHECK-LABEL: func.func @main(
// CHECK: %[[OX:.*]] = arith.constant 1024 : index
// CHECK-NEXT: memref.view %{{.*}}[%[[OX]]][] : memref<4096xi8> to memref<2048xi8>
// CHECK-NEXT: %[[OR:.*]] = arith.constant 0 : index
// CHECK-NEXT: memref.view %{{.*}}[%[[OR]]][] : memref<4096xi8> to memref<1024xi8>
// CHECK-NEXT: %[[OA:.*]] = arith.constant 0 : index
// CHECK-NEXT: memref.view %{{.*}}[%[[OA]]][] : memref<4096xi8> to memref<1024xf32>
module attributes {bitserial.target = #m0} {
func.func @main(%in: memref<1024xf32>, %y: memref<2048xi8>) {
  %c0 = arith.constant 0 : index
  %a = memref.alloc() : memref<1024xf32>
  memref.copy %in, %a : memref<1024xf32> to memref<1024xf32>
  %r = memref.alloc() : memref<1024xi8>
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%a : memref<1024xf32>) outs(%r : memref<1024xi8>) {
  ^bb0(%f: f32, %out: i8):
    %code = arith.fptoui %f : f32 to i8
    linalg.yield %code : i8
  }
  %x = memref.alloc() : memref<2048xi8>
  %v = memref.load %r[%c0] : memref<1024xi8>
  memref.store %v, %x[%c0] : memref<2048xi8>
  %w = memref.load %r[%c0] : memref<1024xi8>
  memref.copy %x, %y : memref<2048xi8> to memref<2048xi8>
  return
}
}

// -----

#m0 = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">
#id = affine_map<(d0) -> (d0)>
// The operation also reads %a backwards, under another name.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: memref<96xi8> {subbit.scratch})
#back = affine_map<(d0) -> (7 - d0)>
module attributes {bitserial.target = #m0} {
func.func @main(%x: memref<8xf32>, %y: memref<8xf32>, %which: i1) {
  %a = memref.alloc() : memref<8xf32>
  memref.copy %x, %a : memref<8xf32> to memref<8xf32>
  %c = memref.alloc() : memref<8xf32>
  memref.copy %x, %c : memref<8xf32> to memref<8xf32>
  %b = memref.alloc() : memref<8xf32>
  %other = arith.select %which, %a, %c : memref<8xf32>
  linalg.generic {indexing_maps = [#id, #back, #id], iterator_types = ["parallel"]} ins(%a, %other : memref<8xf32>, memref<8xf32>) outs(%b : memref<8xf32>) {
  ^bb0(%in: f32, %mirrored: f32, %out: f32):
    %f = arith.addf %in, %mirrored : f32
    linalg.yield %f : f32
  }
  memref.copy %b, %y : memref<8xf32> to memref<8xf32>
  return
}
}

// -----

#m0 = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">
#in = affine_map<(n, y, x, c, j, i) -> (n, y * 2 + j, x * 2 + i, c)>
#other = affine_map<(n, y, x, c, j, i) -> (j, i)>
#out = affine_map<(n, y, x, c, j, i) -> (n, y, x, c)>
// Windows begin where their result lies, or behind it: it lies over the image.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: memref<512xi8> {subbit.scratch})
module attributes {bitserial.target = #m0} {
func.func @main(%x: memref<1x4x4x8xf32>, %w: memref<2x2xf32>, %y: memref<1x2x2x8xf32>) {
  %a = memref.alloc() : memref<1x4x4x8xf32>
  memref.copy %x, %a : memref<1x4x4x8xf32> to memref<1x4x4x8xf32>
  %b = memref.alloc() : memref<1x2x2x8xf32>
  linalg.generic {indexing_maps = [#in, #other, #out], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%a, %w : memref<1x4x4x8xf32>, memref<2x2xf32>) outs(%b : memref<1x2x2x8xf32>) attrs = {subbit.start = 0.0 : f32} {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.maximumf %p, %o : f32
    linalg.yield %m : f32
  }
  memref.copy %b, %y : memref<1x2x2x8xf32> to memref<1x2x2x8xf32>
  return
}
}

// -----

#m0 = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">
#in = affine_map<(n, y, x, c, j, i) -> (n, y + j, x + i, c)>
#other = affine_map<(n, y, x, c, j, i) -> (j, i)>
#out = affine_map<(n, y, x, c, j, i) -> (n, y, x, c)>
// So do windows that overlap.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: memref<512xi8> {subbit.scratch})
module attributes {bitserial.target = #m0} {
func.func @main(%x: memref<1x4x4x8xf32>, %w: memref<2x2xf32>, %y: memref<1x3x3x8xf32>) {
  %a = memref.alloc() : memref<1x4x4x8xf32>
  memref.copy %x, %a : memref<1x4x4x8xf32> to memref<1x4x4x8xf32>
  %b = memref.alloc() : memref<1x3x3x8xf32>
  linalg.generic {indexing_maps = [#in, #other, #out], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%a, %w : memref<1x4x4x8xf32>, memref<2x2xf32>) outs(%b : memref<1x3x3x8xf32>) attrs = {subbit.start = 0.0 : f32} {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.maximumf %p, %o : f32
    linalg.yield %m : f32
  }
  memref.copy %b, %y : memref<1x3x3x8xf32> to memref<1x3x3x8xf32>
  return
}
}

// -----

#m0 = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">
#in = affine_map<(n, y, x, c, j, i) -> (n, y * 2 + j, x * 2 + i, c)>
#other = affine_map<(n, y, x, c, j, i) -> (j, i)>
#out = affine_map<(n, y, x, c, j, i) -> (n, y, x, c)>
// What is there before is read first.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: memref<640xi8> {subbit.scratch})
module attributes {bitserial.target = #m0} {
func.func @main(%x: memref<1x4x4x8xf32>, %w: memref<2x2xf32>, %y: memref<1x2x2x8xf32>) {
  %a = memref.alloc() : memref<1x4x4x8xf32>
  memref.copy %x, %a : memref<1x4x4x8xf32> to memref<1x4x4x8xf32>
  %b = memref.alloc() : memref<1x2x2x8xf32>
  linalg.generic {indexing_maps = [#in, #other, #out], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%a, %w : memref<1x4x4x8xf32>, memref<2x2xf32>) outs(%b : memref<1x2x2x8xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.maximumf %p, %o : f32
    linalg.yield %m : f32
  }
  memref.copy %b, %y : memref<1x2x2x8xf32> to memref<1x2x2x8xf32>
  return
}
}

// -----

#m0 = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">
#in = affine_map<(n, y, x, c, j, i) -> (n, y - j + 1, x - i + 1, c)>
#other = affine_map<(n, y, x, c, j, i) -> (j, i)>
#out = affine_map<(n, y, x, c, j, i) -> (n, y, x, c)>
// Windows reach back.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: memref<800xi8> {subbit.scratch})
module attributes {bitserial.target = #m0} {
func.func @main(%x: memref<1x4x4x8xf32>, %w: memref<2x2xf32>, %y: memref<1x3x3x8xf32>) {
  %a = memref.alloc() : memref<1x4x4x8xf32>
  memref.copy %x, %a : memref<1x4x4x8xf32> to memref<1x4x4x8xf32>
  %b = memref.alloc() : memref<1x3x3x8xf32>
  linalg.generic {indexing_maps = [#in, #other, #out], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%a, %w : memref<1x4x4x8xf32>, memref<2x2xf32>) outs(%b : memref<1x3x3x8xf32>) attrs = {subbit.start = 0.0 : f32} {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.maximumf %p, %o : f32
    linalg.yield %m : f32
  }
  memref.copy %b, %y : memref<1x3x3x8xf32> to memref<1x3x3x8xf32>
  return
}
}

// -----

#m0 = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">
#in = affine_map<(n, y, x, c, j, i) -> (n, y * 2 + j, x * 2 + i, c)>
#other = affine_map<(n, y, x, c, j, i) -> (y, j, i)>
#out = affine_map<(n, y, x, c, j, i) -> (n, y, x, c)>
// Another operand may change the order of the results.
// CHECK-LABEL: func.func @main(
// CHECK-SAME: memref<640xi8> {subbit.scratch})
module attributes {bitserial.target = #m0} {
func.func @main(%x: memref<1x4x4x8xf32>, %w: memref<2x2x2xf32>, %y: memref<1x2x2x8xf32>) {
  %a = memref.alloc() : memref<1x4x4x8xf32>
  memref.copy %x, %a : memref<1x4x4x8xf32> to memref<1x4x4x8xf32>
  %b = memref.alloc() : memref<1x2x2x8xf32>
  linalg.generic {indexing_maps = [#in, #other, #out], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%a, %w : memref<1x4x4x8xf32>, memref<2x2x2xf32>) outs(%b : memref<1x2x2x8xf32>) attrs = {subbit.start = 0.0 : f32} {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %m = arith.maximumf %p, %o : f32
    linalg.yield %m : f32
  }
  memref.copy %b, %y : memref<1x2x2x8xf32> to memref<1x2x2x8xf32>
  return
}
}
