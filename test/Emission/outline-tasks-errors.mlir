// RUN: subbit-opt %s -outline-tasks -split-input-file -verify-diagnostics -o /dev/null

// What main has read may have changed.
func.func @main(%x: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %f = memref.load %x[%c0] : memref<64xf32>
  // expected-error @below {{a task takes a value that it cannot compute by itself}}
  scf.forall (%i) in (2) {
    memref.store %f, %x[%i] : memref<64xf32>
  }
  return
}

// -----

func.func @main(%x: memref<64xf32>, %n: index) {
  %f = arith.constant 1.0 : f32
  // expected-error @below {{expects tasks from 0 to a number, and no results}}
  scf.forall (%i) in (%n) {
    memref.store %f, %x[%i] : memref<64xf32>
  }
  return
}

// -----

func.func @main(%x: memref<4x4xf32>) {
  %f = arith.constant 1.0 : f32
  // expected-error @below {{expects tasks from 0 to a number, and no results}}
  scf.forall (%i, %j) in (2, 2) {
    memref.store %f, %x[%i, %j] : memref<4x4xf32>
  }
  return
}
