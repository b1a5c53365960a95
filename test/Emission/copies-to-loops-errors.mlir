// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(copies-to-loops))' -verify-diagnostics -o /dev/null

func.func @unranked(%a: memref<*xf32>, %b: memref<*xf32>) {
  // expected-error @below {{copies between buffers of unknown rank}}
  memref.copy %a, %b : memref<*xf32> to memref<*xf32>
  return
}
