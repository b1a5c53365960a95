// RUN: subbit-opt %s -choose-tasks -split-input-file -verify-diagnostics -o /dev/null

// expected-error @below {{bitserial.threads must be from 1 to 64, found 65}}
module attributes {bitserial.threads = 65} {
  func.func @main() {
    return
  }
}

// -----

// expected-error @below {{bitserial.threads must be from 1 to 64, found 0}}
module attributes {bitserial.threads = 0} {
  func.func @main() {
    return
  }
}

// -----

#schedule = #bitserial.schedule<pixels, lanes = 8, vectors = 1>
#small = #bitserial.image<size = [2, 4], pad = [0, 0], bits = 8, outside = 0>
#outputs = #bitserial.geometry<input = [32, 2, 4], kernel = [1, 1, 32], group = [1, 1, 32], output = [40, 2, 4], stride = [1, 1], dilation = [1, 1], groups = 1>
func.func @parts(%p: memref<1x1x1x24xi32>, %w: memref<40xi32>, %a: memref<40xi8>, %r: memref<40xi32>, %0: memref<1x40x8xi32>, %1: memref<16xi32>) {
  // expected-error @below {{expects bitserial.tasks of up to 1 parts of tiles and up to 2 of outputs, found array<i64: 1, 3>}}
  bitserial.tiled_product "c" multipliers [1] #outputs #schedule image #small ins(%p, %w, %a, %a, %r, %r : memref<1x1x1x24xi32>, memref<40xi32>, memref<40xi8>, memref<40xi8>, memref<40xi32>, memref<40xi32>) outs(%0, %1 : memref<1x40x8xi32>, memref<16xi32>) {bitserial.tasks = array<i64: 1, 3>}
  return
}

// -----

#schedule = #bitserial.schedule<pixels, lanes = 8, vectors = 1>
#small = #bitserial.image<size = [2, 4], pad = [0, 0], bits = 8, outside = 0>
#outputs = #bitserial.geometry<input = [32, 2, 4], kernel = [1, 1, 32], group = [1, 1, 32], output = [40, 2, 4], stride = [1, 1], dilation = [1, 1], groups = 1>
func.func @no_array(%p: memref<1x1x1x24xi32>, %w: memref<40xi32>, %a: memref<40xi8>, %r: memref<40xi32>, %0: memref<1x40x8xi32>, %1: memref<16xi32>) {
  // expected-error @below {{found 2 : i64}}
  bitserial.tiled_product "c" multipliers [1] #outputs #schedule image #small ins(%p, %w, %a, %a, %r, %r : memref<1x1x1x24xi32>, memref<40xi32>, memref<40xi8>, memref<40xi8>, memref<40xi32>, memref<40xi32>) outs(%0, %1 : memref<1x40x8xi32>, memref<16xi32>) {bitserial.tasks = 2 : i64}
  return
}

// -----

#schedule = #bitserial.schedule<pixels, lanes = 8, vectors = 1>
#small = #bitserial.image<size = [2, 4], pad = [0, 0], bits = 8, outside = 0>
#outputs = #bitserial.geometry<input = [32, 2, 4], kernel = [1, 1, 32], group = [1, 1, 32], output = [40, 2, 4], stride = [1, 1], dilation = [1, 1], groups = 1>
func.func @workspace(%p: memref<1x1x1x24xi32>, %w: memref<40xi32>, %a: memref<40xi8>, %r: memref<40xi32>, %0: memref<1x40x8xi32>, %1: memref<16xi32>) {
  // expected-error @below {{expects a workspace of 4128 words, found 16}}
  bitserial.tiled_product "c" multipliers [1] #outputs #schedule image #small ins(%p, %w, %a, %a, %r, %r : memref<1x1x1x24xi32>, memref<40xi32>, memref<40xi8>, memref<40xi8>, memref<40xi32>, memref<40xi32>) outs(%0, %1 : memref<1x40x8xi32>, memref<16xi32>) {bitserial.tasks = array<i64: 1, 2>}
  return
}
