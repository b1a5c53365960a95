// RUN: subbit-opt %s -plan-memory -split-input-file -verify-diagnostics -o /dev/null

// expected-error @below {{the module has no function 'main'}}
module {}

// -----

// expected-error @below {{the module has no function 'main'}}
module {
  func.func private @main(memref<4xf32>)
}

// -----

func.func @main() {
  // expected-error @below {{cannot be placed in scratch memory}}
  %a = memref.alloca() : memref<4xf32>
  return
}

// -----

func.func @main(%x: memref<4xf32>) {
  // expected-error @below {{cannot be placed in scratch memory}}
  memref.dealloc %x : memref<4xf32>
  return
}

// -----

func.func @main(%n: index) {
  // expected-error @below {{has no static size: 'memref<?xf32>'}}
  %a = memref.alloc(%n) : memref<?xf32>
  return
}

// -----

func.func @main(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    // expected-error @below {{has no static size: 'memref<4xf32, strided<[2]>>'}}
    %a = memref.alloc() : memref<4xf32, strided<[2]>>
  }
  return
}

// -----

func.func @main() {
  // expected-error @below {{has no static size: 'memref<2xcomplex<f32>>'}}
  %a = memref.alloc() : memref<2xcomplex<f32>>
  return
}
