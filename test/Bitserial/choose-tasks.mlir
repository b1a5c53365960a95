// Tiles are shared out where threads get about as many positions each, else words of 32
// outputs; the workspace has a part for each task. Maxima are divided by words.
// RUN: subbit-opt %s -choose-tasks=fewest=0 -split-input-file | FileCheck %s
// Little work stays one task.
// RUN: subbit-opt %s -choose-tasks -split-input-file | FileCheck %s --check-prefix=LITTLE
// LITTLE-NOT: bitserial.tasks = array<i64: 2, 1>
// LITTLE-NOT: bitserial.tasks = array<i64: 1, 2>

#schedule = #bitserial.schedule<pixels, lanes = 8, vectors = 1>
#image = #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0>
#three = #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1>

// One tile, one word of outputs: nothing to share.
module attributes {bitserial.threads = 2} {
  // CHECK-LABEL: func.func @one(
  // CHECK-NOT: bitserial.tasks
  func.func @one(%p: tensor<1x2x1x20xi32>, %w: tensor<4xi32>, %a: tensor<4xi8>, %g: tensor<4xi8>, %r: tensor<2xi32>) -> tensor<1x2x8xi32> {
    %0 = tensor.empty() : tensor<1x2x8xi32>
    %1 = tensor.empty() : tensor<184xi32>
    %s:2 = bitserial.tiled_product "c" multipliers [1, 2] #three #schedule image #image ins(%p, %w, %a, %g, %r, %r : tensor<1x2x1x20xi32>, tensor<4xi32>, tensor<4xi8>, tensor<4xi8>, tensor<2xi32>, tensor<2xi32>) outs(%0, %1 : tensor<1x2x8xi32>, tensor<184xi32>) -> tensor<1x2x8xi32>, tensor<184xi32>
    return %s#0 : tensor<1x2x8xi32>
  }
}

// -----

#schedule = #bitserial.schedule<pixels, lanes = 8, vectors = 1>
#wide = #bitserial.image<size = [4, 4], pad = [0, 0], bits = 8, outside = 0>
#sixteen = #bitserial.geometry<input = [32, 4, 4], kernel = [1, 1, 32], group = [1, 1, 32], output = [2, 4, 4], stride = [1, 1], dilation = [1, 1], groups = 1>
module attributes {bitserial.threads = 2} {
  // Two tiles of eight positions.
  // CHECK-LABEL: func.func @tiles(
  // CHECK: %[[W:.*]] = tensor.empty() : tensor<4128xi32>
  // CHECK: bitserial.tiled_product {{.*}} outs(%{{.*}}, %[[W]] : {{.*}}) {bitserial.tasks = array<i64: 2, 1>} -> tensor<1x2x16xi32>, tensor<4128xi32>
  func.func @tiles(%p: tensor<1x1x1x32xi32>, %w: tensor<2xi32>, %a: tensor<2xi8>, %r: tensor<2xi32>) -> tensor<1x2x16xi32> {
    %0 = tensor.empty() : tensor<1x2x16xi32>
    %1 = tensor.empty() : tensor<16xi32>
    %s:2 = bitserial.tiled_product "c" multipliers [1] #sixteen #schedule image #wide ins(%p, %w, %a, %a, %r, %r : tensor<1x1x1x32xi32>, tensor<2xi32>, tensor<2xi8>, tensor<2xi8>, tensor<2xi32>, tensor<2xi32>) outs(%0, %1 : tensor<1x2x16xi32>, tensor<16xi32>) -> tensor<1x2x16xi32>, tensor<16xi32>
    return %s#0 : tensor<1x2x16xi32>
  }

  // What has tasks keeps them.
  // CHECK-LABEL: func.func @kept(
  // CHECK: {bitserial.tasks = array<i64: 1, 1>}
  func.func @kept(%p: tensor<1x1x1x32xi32>, %w: tensor<2xi32>, %a: tensor<2xi8>, %r: tensor<2xi32>) -> tensor<1x2x16xi32> {
    %0 = tensor.empty() : tensor<1x2x16xi32>
    %1 = tensor.empty() : tensor<16xi32>
    %s:2 = bitserial.tiled_product "c" multipliers [1] #sixteen #schedule image #wide ins(%p, %w, %a, %a, %r, %r : tensor<1x1x1x32xi32>, tensor<2xi32>, tensor<2xi8>, tensor<2xi8>, tensor<2xi32>, tensor<2xi32>) outs(%0, %1 : tensor<1x2x16xi32>, tensor<16xi32>) {bitserial.tasks = array<i64: 1, 1>} -> tensor<1x2x16xi32>, tensor<16xi32>
    return %s#0 : tensor<1x2x16xi32>
  }
}

// -----

#schedule = #bitserial.schedule<pixels, lanes = 8, vectors = 1>
#small = #bitserial.image<size = [2, 4], pad = [0, 0], bits = 8, outside = 0>
#outputs = #bitserial.geometry<input = [32, 2, 4], kernel = [1, 1, 32], group = [1, 1, 32], output = [40, 2, 4], stride = [1, 1], dilation = [1, 1], groups = 1>
module attributes {bitserial.threads = 2} {
  // One tile, forty outputs: two words of them, the second of eight.
  // CHECK-LABEL: func.func @outputs(
  // CHECK: {bitserial.tasks = array<i64: 1, 2>}
  func.func @outputs(%p: tensor<1x1x1x24xi32>, %w: tensor<40xi32>, %a: tensor<40xi8>, %r: tensor<40xi32>) -> tensor<1x40x8xi32> {
    %0 = tensor.empty() : tensor<1x40x8xi32>
    %1 = tensor.empty() : tensor<16xi32>
    %s:2 = bitserial.tiled_product "c" multipliers [1] #outputs #schedule image #small ins(%p, %w, %a, %a, %r, %r : tensor<1x1x1x24xi32>, tensor<40xi32>, tensor<40xi8>, tensor<40xi8>, tensor<40xi32>, tensor<40xi32>) outs(%0, %1 : tensor<1x40x8xi32>, tensor<16xi32>) -> tensor<1x40x8xi32>, tensor<16xi32>
    return %s#0 : tensor<1x40x8xi32>
  }
}

// -----

#schedule = #bitserial.schedule<pixels, lanes = 8, vectors = 1>
#small = #bitserial.image<size = [2, 4], pad = [0, 0], bits = 8, outside = 0>
#outputs = #bitserial.geometry<input = [32, 2, 4], kernel = [1, 1, 32], group = [1, 1, 32], output = [40, 2, 4], stride = [1, 1], dilation = [1, 1], groups = 1>
// One thread, or none said.
module attributes {bitserial.threads = 1} {
  // CHECK-LABEL: func.func @alone(
  // CHECK-NOT: bitserial.tasks
  func.func @alone(%p: tensor<1x1x1x24xi32>, %w: tensor<40xi32>, %a: tensor<40xi8>, %r: tensor<40xi32>) -> tensor<1x40x8xi32> {
    %0 = tensor.empty() : tensor<1x40x8xi32>
    %1 = tensor.empty() : tensor<16xi32>
    %s:2 = bitserial.tiled_product "c" multipliers [1] #outputs #schedule image #small ins(%p, %w, %a, %a, %r, %r : tensor<1x1x1x24xi32>, tensor<40xi32>, tensor<40xi8>, tensor<40xi8>, tensor<40xi32>, tensor<40xi32>) outs(%0, %1 : tensor<1x40x8xi32>, tensor<16xi32>) -> tensor<1x40x8xi32>, tensor<16xi32>
    return %s#0 : tensor<1x40x8xi32>
  }
}

// -----

#schedule = #bitserial.schedule<pixels, lanes = 8, vectors = 1>
#image = #bitserial.image<size = [3, 8], pad = [0, 0], bits = 8, outside = 0>
#geometry = #bitserial.geometry<input = [32, 3, 8], kernel = [1, 1, 32], group = [1, 1, 32], output = [64, 3, 8], stride = [1, 1], dilation = [1, 1], groups = 1>
module attributes {bitserial.threads = 2} {
  // Of three tiles one thread would have two, of two words each has one.
  // CHECK-LABEL: func.func @uneven(
  // CHECK: bitserial.tiled_product {{.*}} {bitserial.tasks = array<i64: 1, 2>}
  func.func @uneven(%p: tensor<1x1x1x40xi32>, %w: tensor<2xi32>, %a: tensor<2xi8>, %r: tensor<64xi32>) -> tensor<1x64x24xi32> {
    %0 = tensor.empty() : tensor<1x64x24xi32>
    %1 = tensor.empty() : tensor<16xi32>
    %s:2 = bitserial.tiled_product "c" multipliers [1] #geometry #schedule image #image ins(%p, %w, %a, %a, %r, %r : tensor<1x1x1x40xi32>, tensor<2xi32>, tensor<2xi8>, tensor<2xi8>, tensor<64xi32>, tensor<64xi32>) outs(%0, %1 : tensor<1x64x24xi32>, tensor<16xi32>) -> tensor<1x64x24xi32>, tensor<16xi32>
    return %s#0 : tensor<1x64x24xi32>
  }

  // CHECK-LABEL: func.func @pool(
  // CHECK: bitserial.pool {{.*}} {bitserial.tasks = array<i64: 1, 2>}
  // CHECK: bitserial.pool
  // CHECK-NOT: bitserial.tasks
  func.func @pool(%p: tensor<1x2x3x40xi32>, %q: tensor<1x1x1x40xi32>) -> (tensor<1x2x3x20xi32>, tensor<1x1x1x20xi32>) {
    %0 = tensor.empty() : tensor<1x2x3x20xi32>
    %m = bitserial.pool size [4, 4] window [2, 2] stride [2, 2] lanes 4 ins(%p : tensor<1x2x3x40xi32>) outs(%0 : tensor<1x2x3x20xi32>) -> tensor<1x2x3x20xi32>
    %1 = tensor.empty() : tensor<1x1x1x20xi32>
    %n = bitserial.pool size [4, 4] window [2, 2] stride [2, 2] lanes 4 ins(%q : tensor<1x1x1x40xi32>) outs(%1 : tensor<1x1x1x20xi32>) -> tensor<1x1x1x20xi32>
    return %m, %n : tensor<1x2x3x20xi32>, tensor<1x1x1x20xi32>
  }
}
