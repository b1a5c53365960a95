// RUN: subbit-opt %s -lower-to-llvm -split-input-file | FileCheck %s

// Buffers of functions are bare pointers; attributes of arguments, which the
// entry has been read off, are gone.
// CHECK-LABEL: llvm.func @main(
// CHECK-SAME: %[[X:.*]]: !llvm.ptr, %[[Y:.*]]: !llvm.ptr)
// CHECK: %[[AT:.*]] = llvm.getelementptr {{.*}}[%{{.*}}] : (!llvm.ptr, i64) -> !llvm.ptr, f32
// CHECK: llvm.load %[[AT]] : !llvm.ptr -> f32
// CHECK: llvm.store
// CHECK-NOT: builtin.unrealized_conversion_cast
// CHECK: llvm.return
func.func @main(%x: memref<4xf32> {mbn.name = "x"}, %y: memref<4xf32> {subbit.output}) {
  %c3 = arith.constant 3 : index
  %v = memref.load %x[%c3] : memref<4xf32>
  memref.store %v, %y[%c3] : memref<4xf32>
  return
}

// -----

// An index is as wide as the target's pointers.
module attributes {bitserial.target = #bitserial.target<triple = "riscv32-linux-gnu", cpu = "", features = "">} {
// CHECK-LABEL: llvm.func @main(
// CHECK-SAME: %{{.*}}: !llvm.ptr, %[[N:.*]]: i32)
// CHECK: llvm.icmp "slt" %{{.*}}, %[[N]] : i32
// CHECK: llvm.getelementptr {{.*}} : (!llvm.ptr, i32) -> !llvm.ptr, i8
func.func @main(%x: memref<4xi8>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %v = arith.constant 7 : i8
  scf.for %i = %c0 to %n step %c1 {
    memref.store %v, %x[%i] : memref<4xi8>
  }
  return
}
}

// -----

// Views of the scratch block are additions; loops are branches.
// CHECK-LABEL: llvm.func @main(
// CHECK-SAME: %[[S:.*]]: !llvm.ptr)
// CHECK: llvm.getelementptr {{.*}} : (!llvm.ptr, i64) -> !llvm.ptr, i8
// CHECK: llvm.cond_br
// CHECK-NOT: scf.
// CHECK: llvm.intr.ctpop(%{{.*}}) : (vector<8xi32>) -> vector<8xi32>
func.func @main(%s: memref<128xi8> {subbit.scratch}) {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %v = memref.view %s[%c64][] : memref<128xi8> to memref<16xi32>
  scf.for %i = %c0 to %c16 step %c8 {
    %x = vector.load %v[%i] : memref<16xi32>, vector<8xi32>
    %n = math.ctpop %x : vector<8xi32>
    vector.store %n, %v[%i] : memref<16xi32>, vector<8xi32>
  }
  return
}

// -----

// No function of libm: exp is a polynomial; a fused multiplication and addition
// is split, a rounding each.
// CHECK-LABEL: llvm.func @main(
// CHECK-NOT: llvm.intr.exp
// CHECK-NOT: llvm.intr.fma
// CHECK-NOT: llvm.call
// CHECK: llvm.return
func.func @main(%x: f32) -> f32 {
  %e = math.exp %x : f32
  %f = math.fma %e, %x, %x : f32
  return %f : f32
}

// -----

// CHECK-LABEL: llvm.func @main(
// CHECK-SAME: %[[X:[a-z0-9]*]]: f32
// CHECK: %[[M:.*]] = llvm.fmul %[[X]], %[[Y:.*]] : f32
// CHECK-NEXT: llvm.fadd %[[M]], %[[Z:.*]] : f32
func.func @main(%x: f32, %y: f32, %z: f32) -> f32 {
  %f = math.fma %x, %y, %z : f32
  return %f : f32
}

// -----

// Traces call the entry's function with the caller's block, main's last argument.
// CHECK-LABEL: llvm.func @main(
// CHECK-SAME: %[[Y:.*]]: !llvm.ptr, %[[Z:.*]]: !llvm.ptr, %[[ARGS:.*]]: !llvm.ptr)
// CHECK-DAG: %[[ID0:.*]] = llvm.mlir.constant(0 : i32) : i32
// CHECK-DAG: %[[ID5:.*]] = llvm.mlir.constant(5 : i32) : i32
// CHECK: llvm.call @subbit.trace(%[[ARGS]], %[[ID0]], %{{.*}}) : (!llvm.ptr, i32, !llvm.ptr) -> ()
// CHECK: llvm.call @subbit.trace(%[[ARGS]], %[[ID5]], %{{.*}})
// CHECK: llvm.func @subbit.trace(!llvm.ptr, i32, !llvm.ptr) attributes {sym_visibility = "private"}
func.func @main(%y: memref<4xf32>, %z: memref<1x2xi8>) {
  bitserial.trace "a" number 0 %y : memref<4xf32>
  bitserial.trace "b" number 5 %z : memref<1x2xi8>
  return
}

// -----

// A part of a buffer is an offset that is computed, 4 * i + j here.
// CHECK-LABEL: llvm.func @main(
// CHECK-SAME: %{{.*}}: !llvm.ptr, %[[I:.*]]: i64, %[[J:.*]]: i64)
// CHECK: llvm.mul %[[I]], %{{.*}} : i64
// CHECK: llvm.add %{{.*}}, %[[J]]
// CHECK: llvm.load
func.func @main(%x: memref<3x4xf32>, %i: index, %j: index) -> f32 {
  %c0 = arith.constant 0 : index
  %row = memref.subview %x[%i, 0] [1, 4] [1, 1] : memref<3x4xf32> to memref<1x4xf32, strided<[4, 1], offset: ?>>
  %v = memref.load %row[%c0, %j] : memref<1x4xf32, strided<[4, 1], offset: ?>>
  return %v : f32
}

// -----

// Tasks are run by a function that the entry defines, with the caller's block.
// CHECK: llvm.func @main.task0(%{{.*}}: !llvm.ptr, %{{.*}}: i64)
// CHECK-LABEL: llvm.func @main(
// CHECK-SAME: %{{.*}}: !llvm.ptr, %[[ARGS:.*]]: !llvm.ptr)
// CHECK: %[[COUNT:.*]] = llvm.mlir.constant(3 : i32) : i32
// CHECK: llvm.call @main.task0.run(%[[ARGS]], %[[COUNT]]) : (!llvm.ptr, i32) -> ()
// CHECK: llvm.func @main.task0.run(!llvm.ptr, i32)
func.func private @main.task0(%x: memref<4xf32>, %i: index) {
  return
}
func.func @main(%x: memref<4xf32>) {
  bitserial.run_tasks @main.task0 count 3
  return
}
