// RUN: subbit-opt %s -choose-bands -fuse-bands -canonicalize -split-input-file | FileCheck %s

// One window of the maximum; its two neighbours of the result share a byte.

// CHECK-LABEL: func.func @pooled(
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<36xi8>
// CHECK: %[[CODES:.*]] = tensor.empty() : tensor<1xi8>
// CHECK: %[[ALL:.*]] = scf.for %[[ROW:.*]] = %c0 to %c2 step %c1 iter_args(%{{.*}} = %[[CODES]]) -> (tensor<1xi8>)
// CHECK: scf.for %[[COLUMN:.*]] = %c0 to %c2 step %c1 iter_args(%[[OLD:.*]] =
// CHECK: %[[Y:.*]] = arith.muli %[[ROW]], %c2
// CHECK: %[[P:.*]] = bitserial.pack {{.*}} image <size = [6, 6], pad = [0, 0], bits = 8, outside = 0> at(%c0, %[[Y]], %{{.*}}) ins(%[[X]] : tensor<36xi8>) outs(%{{.*}} : tensor<1x2x4xi32>)
// CHECK: bitserial.band "conv" {{.*}} output = [1, 2, 2], {{.*}} <pixels, lanes = 1, vectors = 4> pool [2, 2] image <size = [2, 2], pad = [0, 0], bits = 2, outside = 0> at(%c0, %[[ROW]], %[[COLUMN]]) ins(%[[P]], {{.*}}) outs(%[[OLD]] : tensor<1xi8>)
// CHECK-NOT: pooling
// CHECK: bitserial.pack {{.*}} image <size = [2, 2], pad = [0, 0], bits = 2, outside = 0> ins(%[[ALL]] : tensor<1xi8>)
module attributes {bitserial.target = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">} {
func.func @pooled(%x: tensor<36xi8>, %w: tensor<1xi32>, %a: tensor<1xi8>, %n: tensor<1xi8>, %i: tensor<1xi32>, %t: tensor<1x3xi32>) -> tensor<1x2x4xi32> {
  %zero = arith.constant 0 : i8
  %0 = tensor.empty() : tensor<1x2x16xi32>
  %p = bitserial.pack planes 2 #bitserial.geometry<input = [1, 6, 6], kernel = [3, 3, 1], group = [3, 3, 1], output = [1, 4, 4], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> image #bitserial.image<size = [6, 6], pad = [0, 0], bits = 8, outside = 0> ins(%x : tensor<36xi8>) outs(%0 : tensor<1x2x16xi32>) -> tensor<1x2x16xi32>
  %1 = tensor.empty() : tensor<1x1x16xi32>
  %s = bitserial.product "conv" multipliers [1, 2] #bitserial.geometry<input = [1, 6, 6], kernel = [3, 3, 1], group = [3, 3, 1], output = [1, 4, 4], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> ins(%p, %w, %a, %n, %i : tensor<1x2x16xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) outs(%1 : tensor<1x1x16xi32>) -> tensor<1x1x16xi32>
  %2 = tensor.empty() : tensor<1x4x4x1xi8>
  %c = bitserial.threshold #bitserial.schedule<pixels, lanes = 1, vectors = 4> ins(%s, %t : tensor<1x1x16xi32>, tensor<1x3xi32>) outs(%2 : tensor<1x4x4x1xi8>) -> tensor<1x4x4x1xi8>
  %3 = tensor.empty() : tensor<1x2x2x1xi8>
  %4 = linalg.fill ins(%zero : i8) outs(%3 : tensor<1x2x2x1xi8>) -> tensor<1x2x2x1xi8>
  %window = tensor.empty() : tensor<2x2xi8>
  %m = linalg.pooling_nhwc_max_unsigned {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%c, %window : tensor<1x4x4x1xi8>, tensor<2x2xi8>) outs(%4 : tensor<1x2x2x1xi8>) -> tensor<1x2x2x1xi8>
  %flat = tensor.collapse_shape %m [[0, 1, 2, 3]] : tensor<1x2x2x1xi8> into tensor<4xi8>
  %5 = tensor.empty() : tensor<1x2x4xi32>
  %q = bitserial.pack planes 2 #bitserial.geometry<input = [1, 2, 2], kernel = [1, 1, 1], group = [1, 1, 1], output = [1, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> image #bitserial.image<size = [2, 2], pad = [0, 0], bits = 8, outside = 0> ins(%flat : tensor<4xi8>) outs(%5 : tensor<1x2x4xi32>) -> tensor<1x2x4xi32>
  return %q : tensor<1x2x4xi32>
}
}

// -----

// Seven columns are two bands of four, the second of which begins at column 3;
// codes that are returned are bytes.

// CHECK-LABEL: func.func @returned(
// CHECK: %[[ALL:.*]] = scf.for %[[COLUMN:.*]] = %c0 to %c7 step %c4
// CHECK: %[[PLACE:.*]] = arith.minsi %[[COLUMN]], %c3
// CHECK: bitserial.band {{.*}} output = [1, 1, 4], {{.*}} pool [1, 1] image <size = [1, 7], pad = [0, 0], bits = 8, outside = 0> rows [0] columns [0, 0, 0, 0, 0, 0, 1] at(%c0, %c0, %[[PLACE]])
// CHECK: tensor.expand_shape %[[ALL]] {{.*}} : tensor<7xi8> into tensor<1x1x7x1xi8>
module attributes {bitserial.target = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">} {
func.func @returned(%x: tensor<7xi8>, %w: tensor<1xi32>, %a: tensor<1xi8>, %n: tensor<1xi8>, %i: tensor<1xi32>, %t: tensor<1x2x1x3xi32>) -> tensor<1x1x7x1xi8> {
  %0 = tensor.empty() : tensor<1x2x8xi32>
  %p = bitserial.pack planes 2 #bitserial.geometry<input = [1, 1, 8], kernel = [1, 2, 1], group = [1, 2, 1], output = [1, 1, 7], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> image #bitserial.image<size = [1, 7], pad = [0, 0], bits = 8, outside = 0> ins(%x : tensor<7xi8>) outs(%0 : tensor<1x2x8xi32>) -> tensor<1x2x8xi32>
  %1 = tensor.empty() : tensor<1x1x8xi32>
  %s = bitserial.product "conv" multipliers [1, 2] #bitserial.geometry<input = [1, 1, 8], kernel = [1, 2, 1], group = [1, 2, 1], output = [1, 1, 7], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> ins(%p, %w, %a, %n, %i : tensor<1x2x8xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) outs(%1 : tensor<1x1x8xi32>) -> tensor<1x1x8xi32>
  %2 = tensor.empty() : tensor<1x1x7x1xi8>
  %c = bitserial.threshold #bitserial.schedule<pixels, lanes = 1, vectors = 4> rows [0] columns [0, 0, 0, 0, 0, 0, 1] ins(%s, %t : tensor<1x1x8xi32>, tensor<1x2x1x3xi32>) outs(%2 : tensor<1x1x7x1xi8>) -> tensor<1x1x7x1xi8>
  return %c : tensor<1x1x7x1xi8>
}
}

// -----

// Products without a band stay as they are.
// CHECK-LABEL: func.func @no_band(
// CHECK: bitserial.product
// CHECK: bitserial.threshold
module attributes {bitserial.target = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">} {
func.func @no_band(%x: tensor<4xi8>, %w: tensor<1xi32>, %a: tensor<1xi8>, %n: tensor<1xi8>, %i: tensor<1xi32>, %t: tensor<1x3xi32>) -> (tensor<1x1x4xi32>, tensor<1x1x4x1xi8>) {
  %0 = tensor.empty() : tensor<1x2x4xi32>
  %p = bitserial.pack planes 2 #bitserial.geometry<input = [1, 1, 4], kernel = [1, 1, 1], group = [1, 1, 1], output = [1, 1, 4], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> image #bitserial.image<size = [1, 4], pad = [0, 0], bits = 8, outside = 0> ins(%x : tensor<4xi8>) outs(%0 : tensor<1x2x4xi32>) -> tensor<1x2x4xi32>
  %1 = tensor.empty() : tensor<1x1x4xi32>
  %s = bitserial.product "a" multipliers [1, 2] #bitserial.geometry<input = [1, 1, 4], kernel = [1, 1, 1], group = [1, 1, 1], output = [1, 1, 4], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> ins(%p, %w, %a, %n, %i : tensor<1x2x4xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) outs(%1 : tensor<1x1x4xi32>) -> tensor<1x1x4xi32>
  %2 = tensor.empty() : tensor<1x1x4x1xi8>
  %c = bitserial.threshold #bitserial.schedule<pixels, lanes = 1, vectors = 4> ins(%s, %t : tensor<1x1x4xi32>, tensor<1x3xi32>) outs(%2 : tensor<1x1x4x1xi8>) -> tensor<1x1x4x1xi8>
  return %s, %c : tensor<1x1x4xi32>, tensor<1x1x4x1xi8>
}
}
