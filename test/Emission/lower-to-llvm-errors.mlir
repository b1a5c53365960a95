// RUN: subbit-opt %s -lower-to-llvm -split-input-file -verify-diagnostics -o /dev/null

// expected-error @below {{unknown target triple 'pdp11-dec-unix'}}
module attributes {bitserial.target = #bitserial.target<triple = "pdp11-dec-unix", cpu = "", features = "">} {}

// -----

// expected-error @below {{unknown cpu 'pentium9' for}}
module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "pentium9", features = "">} {}

// -----

// Anything that is not lowered is an error, not a module that is half converted.
func.func @main(%s: memref<1x8xi32>, %t: memref<3x8xi32>, %y: memref<1x5xi8>) {
  // expected-error @below {{failed to legalize operation 'bitserial.threshold'}}
  bitserial.threshold <outputs, lanes = 4, vectors = 1> ins(%s, %t : memref<1x8xi32>, memref<3x8xi32>) outs(%y : memref<1x5xi8>)
  return
}
