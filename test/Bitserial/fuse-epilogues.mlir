// RUN: subbit-opt %s -fuse-epilogues -split-input-file | FileCheck %s

#geometry = #bitserial.geometry<input = [32, 1, 16], kernel = [1, 1, 32], group = [1, 1, 32], output = [3, 1, 16], stride = [1, 1], dilation = [1, 1], groups = 1>
#schedule = #bitserial.schedule<pixels, lanes = 16, vectors = 1>
#image = #bitserial.image<size = [1, 16], pad = [0, 0], bits = 8, outside = 0>

// Thresholds become part of the product, whose planes the next one reads.
// CHECK-LABEL: func.func @next_product(
// CHECK-SAME: %{{.*}}, %[[T:.*]]: tensor<3x3xi32>)
// CHECK: %[[P:.*]]:2 = bitserial.tiled_product "conv" {{.*}} thresholds(%[[T]] : tensor<3x3xi32>) outs({{.*}}) -> tensor<1x2x1x80xi32>, tensor<32xi32>
// CHECK-NOT: bitserial.threshold
// CHECK-NOT: bitserial.planes
// CHECK: return %[[P]]#0 : tensor<1x2x1x80xi32>
func.func @next_product(%p: tensor<1x1x1x80xi32>, %w: tensor<5xi32>, %a: tensor<5xi8>, %r: tensor<3xi32>, %t: tensor<3x3xi32>) -> tensor<1x2x1x80xi32> {
  %0 = tensor.empty() : tensor<1x3x16xi32>
  %1 = tensor.empty() : tensor<32xi32>
  %s:2 = bitserial.tiled_product "conv" multipliers [1] #geometry #schedule image #image ins(%p, %w, %a, %a, %r, %r : tensor<1x1x1x80xi32>, tensor<5xi32>, tensor<5xi8>, tensor<5xi8>, tensor<3xi32>, tensor<3xi32>) outs(%0, %1 : tensor<1x3x16xi32>, tensor<32xi32>) -> tensor<1x3x16xi32>, tensor<32xi32>
  %2 = tensor.empty() : tensor<1x1x16x3xi8>
  %c = bitserial.threshold #schedule ins(%s#0, %t : tensor<1x3x16xi32>, tensor<3x3xi32>) outs(%2 : tensor<1x1x16x3xi8>) -> tensor<1x1x16x3xi8>
  %f = tensor.collapse_shape %c [[0], [1, 2], [3]] : tensor<1x1x16x3xi8> into tensor<1x16x3xi8>
  %3 = tensor.empty() : tensor<1x2x1x80xi32>
  %q = bitserial.planes ins(%f : tensor<1x16x3xi8>) outs(%3 : tensor<1x2x1x80xi32>) -> tensor<1x2x1x80xi32>
  return %q : tensor<1x2x1x80xi32>
}

// -----

#geometry = #bitserial.geometry<input = [64, 1, 16], kernel = [1, 1, 64], group = [1, 1, 64], output = [3, 1, 16], stride = [1, 1], dilation = [1, 1], groups = 1>
#schedule = #bitserial.schedule<pixels, lanes = 16, vectors = 1, count = dpbusd>
#image = #bitserial.image<size = [1, 16], pad = [0, 0], bits = 8, outside = 0>

// Words of codes are made of planes, if there is one for each bit.
// CHECK-LABEL: func.func @next_codes(
// CHECK: %[[P:.*]]:2 = bitserial.dense_product "conv" {{.*}} thresholds(
// CHECK: %[[C:.*]] = bitserial.codes
// CHECK: bitserial.code_words 4 multipliers [1, 2] ins(%[[P]]#0 : tensor<1x2x1x80xi32>)
// CHECK: bitserial.code_words 4 multipliers [1, 2, 4] ins(%[[C]] : tensor<1x16x3xi8>)
func.func @next_codes(%p: tensor<1x1x16x80xi32>, %w: tensor<48xi32>, %r: tensor<3xi32>, %t: tensor<3x3xi32>) -> (tensor<1x1x1x80xi32>, tensor<1x1x1x80xi32>) {
  %0 = tensor.empty() : tensor<1x3x16xi32>
  %1 = tensor.empty() : tensor<272xi32>
  %s:2 = bitserial.dense_product "conv" #geometry #schedule image #image ins(%p, %w, %r : tensor<1x1x16x80xi32>, tensor<48xi32>, tensor<3xi32>) outs(%0, %1 : tensor<1x3x16xi32>, tensor<272xi32>) -> tensor<1x3x16xi32>, tensor<272xi32>
  %2 = tensor.empty() : tensor<1x1x16x3xi8>
  %c = bitserial.threshold #schedule ins(%s#0, %t : tensor<1x3x16xi32>, tensor<3x3xi32>) outs(%2 : tensor<1x1x16x3xi8>) -> tensor<1x1x16x3xi8>
  %f = tensor.collapse_shape %c [[0], [1, 2], [3]] : tensor<1x1x16x3xi8> into tensor<1x16x3xi8>
  %3 = tensor.empty() : tensor<1x1x1x80xi32>
  %q = bitserial.code_words 4 multipliers [1, 2] ins(%f : tensor<1x16x3xi8>) outs(%3 : tensor<1x1x1x80xi32>) -> tensor<1x1x1x80xi32>
  %u = bitserial.code_words 4 multipliers [1, 2, 4] ins(%f : tensor<1x16x3xi8>) outs(%3 : tensor<1x1x1x80xi32>) -> tensor<1x1x1x80xi32>
  return %q, %u : tensor<1x1x1x80xi32>, tensor<1x1x1x80xi32>
}

// -----

#geometry = #bitserial.geometry<input = [8, 4, 4], kernel = [1, 1, 8], group = [1, 1, 8], output = [4, 4, 4], stride = [1, 1], dilation = [1, 1], groups = 1>
#schedule = #bitserial.schedule<pixels, lanes = 16, vectors = 1, count = dpbusd>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v4", features = "+avx512vnni">} {

// A dense product; the maximum is one of planes, and codes are made for the result.
// CHECK-LABEL: func.func @pool(
// CHECK: %[[P:.*]]:2 = bitserial.dense_product "conv" {{.*}} thresholds(
// CHECK: %[[M:.*]] = bitserial.pool size [4, 4] window [2, 2] stride [2, 2] lanes 16 ins(%[[P]]#0 : tensor<1x1x1x80xi32>) outs(%{{.*}} : tensor<1x1x1x68xi32>)
// CHECK: %[[C:.*]] = bitserial.codes ins(%[[M]] : tensor<1x1x1x68xi32>) outs(%{{.*}} : tensor<1x4x4xi8>)
// CHECK: %[[Y:.*]] = tensor.expand_shape %[[C]]
// CHECK: return %[[Y]] : tensor<1x2x2x4xi8>
func.func @pool(%p: tensor<1x1x2x80xi32>, %w: tensor<8xi32>, %i: tensor<4xi32>, %t: tensor<4x1xi32>) -> tensor<1x2x2x4xi8> {
  %0 = tensor.empty() : tensor<1x4x16xi32>
  %1 = tensor.empty() : tensor<48xi32>
  %s:2 = bitserial.dense_product "conv" #geometry #schedule image <size = [4, 4], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %i : tensor<1x1x2x80xi32>, tensor<8xi32>, tensor<4xi32>) outs(%0, %1 : tensor<1x4x16xi32>, tensor<48xi32>) -> tensor<1x4x16xi32>, tensor<48xi32>
  %2 = tensor.empty() : tensor<1x4x4x4xi8>
  %c = bitserial.threshold #schedule ins(%s#0, %t : tensor<1x4x16xi32>, tensor<4x1xi32>) outs(%2 : tensor<1x4x4x4xi8>) -> tensor<1x4x4x4xi8>
  %z = arith.constant 0 : i8
  %3 = tensor.empty() : tensor<1x2x2x4xi8>
  %4 = linalg.fill ins(%z : i8) outs(%3 : tensor<1x2x2x4xi8>) -> tensor<1x2x2x4xi8>
  %k = tensor.empty() : tensor<2x2xi8>
  %m = linalg.pooling_nhwc_max_unsigned {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>} ins(%c, %k : tensor<1x4x4x4xi8>, tensor<2x2xi8>) outs(%4 : tensor<1x2x2x4xi8>) -> tensor<1x2x2x4xi8>
  return %m : tensor<1x2x2x4xi8>
}

// Zeros around the image are the maximum's; other numbers are not, nor more of them than
// a window has in part.
// CHECK-LABEL: func.func @pool_padded(
// CHECK: bitserial.pool size [4, 4] window [3, 3] stride [2, 2] pad [1, 1, 0, 0] lanes 16
// CHECK-COUNT-2: linalg.pooling_nhwc_max_unsigned
func.func @pool_padded(%p: tensor<1x1x2x80xi32>, %w: tensor<8xi32>, %i: tensor<4xi32>, %t: tensor<4x1xi32>) -> (tensor<1x2x2x4xi8>, tensor<1x2x2x4xi8>, tensor<1x2x2x4xi8>) {
  %0 = tensor.empty() : tensor<1x4x16xi32>
  %1 = tensor.empty() : tensor<48xi32>
  %s:2 = bitserial.dense_product "conv" #geometry #schedule image <size = [4, 4], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %i : tensor<1x1x2x80xi32>, tensor<8xi32>, tensor<4xi32>) outs(%0, %1 : tensor<1x4x16xi32>, tensor<48xi32>) -> tensor<1x4x16xi32>, tensor<48xi32>
  %2 = tensor.empty() : tensor<1x4x4x4xi8>
  %c = bitserial.threshold #schedule ins(%s#0, %t : tensor<1x4x16xi32>, tensor<4x1xi32>) outs(%2 : tensor<1x4x4x4xi8>) -> tensor<1x4x4x4xi8>
  %z = arith.constant 0 : i8
  %one = arith.constant 1 : i8
  %x = tensor.pad %c low[0, 1, 1, 0] high[0, 0, 0, 0] {
  ^bb0(%n: index, %h: index, %l: index, %d: index):
    tensor.yield %z : i8
  } : tensor<1x4x4x4xi8> to tensor<1x5x5x4xi8>
  %y = tensor.pad %c low[0, 1, 1, 0] high[0, 0, 0, 0] {
  ^bb0(%n: index, %h: index, %l: index, %d: index):
    tensor.yield %one : i8
  } : tensor<1x4x4x4xi8> to tensor<1x5x5x4xi8>
  %3 = tensor.empty() : tensor<1x2x2x4xi8>
  %4 = linalg.fill ins(%z : i8) outs(%3 : tensor<1x2x2x4xi8>) -> tensor<1x2x2x4xi8>
  %k = tensor.empty() : tensor<3x3xi8>
  %m = linalg.pooling_nhwc_max_unsigned {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>} ins(%x, %k : tensor<1x5x5x4xi8>, tensor<3x3xi8>) outs(%4 : tensor<1x2x2x4xi8>) -> tensor<1x2x2x4xi8>
  %o = linalg.pooling_nhwc_max_unsigned {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>} ins(%y, %k : tensor<1x5x5x4xi8>, tensor<3x3xi8>) outs(%4 : tensor<1x2x2x4xi8>) -> tensor<1x2x2x4xi8>
  %v = tensor.pad %c low[0, 1, 2, 0] high[0, 0, 0, 0] {
  ^bb0(%n: index, %h: index, %l: index, %d: index):
    tensor.yield %z : i8
  } : tensor<1x4x4x4xi8> to tensor<1x5x6x4xi8>
  %f = tensor.empty() : tensor<2x2xi8>
  %q = linalg.pooling_nhwc_max_unsigned {dilations = dense<1> : tensor<2xi64>, strides = dense<[2, 4]> : tensor<2xi64>} ins(%v, %f : tensor<1x5x6x4xi8>, tensor<2x2xi8>) outs(%4 : tensor<1x2x2x4xi8>) -> tensor<1x2x2x4xi8>
  return %m, %o, %q : tensor<1x2x2x4xi8>, tensor<1x2x2x4xi8>, tensor<1x2x2x4xi8>
}

}

// -----

#geometry = #bitserial.geometry<input = [32, 1, 16], kernel = [1, 1, 32], group = [1, 1, 32], output = [3, 1, 16], stride = [1, 1], dilation = [1, 1], groups = 1>
#schedule = #bitserial.schedule<pixels, lanes = 16, vectors = 1>
#image = #bitserial.image<size = [1, 16], pad = [0, 0], bits = 8, outside = 0>

// A product adds the planes of the one before, and the sums of another.
// CHECK-LABEL: func.func @residual(
// CHECK-SAME: %[[T:[a-z0-9]+]]: tensor<3x3xf32>, %[[M:.*]]: tensor<3x6xf32>, %[[N:.*]]: tensor<3x4xf32>)
// CHECK: %[[A:.*]]:2 = bitserial.tiled_product "a" {{.*}} thresholds(%{{.*}} : tensor<3x3xi32>) outs(
// CHECK: %[[B:.*]]:2 = bitserial.tiled_product "b" {{.*}} thresholds(%[[T]] : tensor<3x3xf32>) residual(%[[A]]#0, %[[M]] : tensor<1x2x1x80xi32>, tensor<3x6xf32>) outs({{.*}}) -> tensor<1x2x1x80xi32>,
// CHECK: %[[C:.*]]:2 = bitserial.tiled_product "c" {{.*}} outs({{.*}}) -> tensor<1x3x16xi32>,
// CHECK: %[[D:.*]]:2 = bitserial.tiled_product "d" {{.*}} thresholds(%[[T]] : tensor<3x3xf32>) residual(%[[C]]#0, %[[N]] : tensor<1x3x16xi32>, tensor<3x4xf32>) outs({{.*}}) -> tensor<1x2x1x80xi32>,
// CHECK-NOT: bitserial.planes
// CHECK-NOT: bitserial.threshold
func.func @residual(%p: tensor<1x1x1x80xi32>, %w: tensor<5xi32>, %a: tensor<5xi8>, %r: tensor<3xi32>, %i: tensor<3x3xi32>, %t: tensor<3x3xf32>, %m: tensor<3x6xf32>, %n: tensor<3x4xf32>) -> (tensor<1x1x16x3xi8>, tensor<1x1x16x3xi8>) {
  %0 = tensor.empty() : tensor<1x3x16xi32>
  %1 = tensor.empty() : tensor<32xi32>
  %2 = tensor.empty() : tensor<1x1x16x3xi8>
  %a0:2 = bitserial.tiled_product "a" multipliers [1] #geometry #schedule image #image ins(%p, %w, %a, %a, %r, %r : tensor<1x1x1x80xi32>, tensor<5xi32>, tensor<5xi8>, tensor<5xi8>, tensor<3xi32>, tensor<3xi32>) outs(%0, %1 : tensor<1x3x16xi32>, tensor<32xi32>) -> tensor<1x3x16xi32>, tensor<32xi32>
  %a1 = bitserial.threshold #schedule ins(%a0#0, %i : tensor<1x3x16xi32>, tensor<3x3xi32>) outs(%2 : tensor<1x1x16x3xi8>) -> tensor<1x1x16x3xi8>
  %b0:2 = bitserial.tiled_product "b" multipliers [1] #geometry #schedule image #image ins(%p, %w, %a, %a, %r, %r : tensor<1x1x1x80xi32>, tensor<5xi32>, tensor<5xi8>, tensor<5xi8>, tensor<3xi32>, tensor<3xi32>) outs(%0, %1 : tensor<1x3x16xi32>, tensor<32xi32>) -> tensor<1x3x16xi32>, tensor<32xi32>
  %b1 = bitserial.threshold #schedule ins(%b0#0, %t : tensor<1x3x16xi32>, tensor<3x3xf32>) residual(%a1, %m : tensor<1x1x16x3xi8>, tensor<3x6xf32>) outs(%2 : tensor<1x1x16x3xi8>) -> tensor<1x1x16x3xi8>
  %c0:2 = bitserial.tiled_product "c" multipliers [1] #geometry #schedule image #image ins(%p, %w, %a, %a, %r, %r : tensor<1x1x1x80xi32>, tensor<5xi32>, tensor<5xi8>, tensor<5xi8>, tensor<3xi32>, tensor<3xi32>) outs(%0, %1 : tensor<1x3x16xi32>, tensor<32xi32>) -> tensor<1x3x16xi32>, tensor<32xi32>
  %d0:2 = bitserial.tiled_product "d" multipliers [1] #geometry #schedule image #image ins(%p, %w, %a, %a, %r, %r : tensor<1x1x1x80xi32>, tensor<5xi32>, tensor<5xi8>, tensor<5xi8>, tensor<3xi32>, tensor<3xi32>) outs(%0, %1 : tensor<1x3x16xi32>, tensor<32xi32>) -> tensor<1x3x16xi32>, tensor<32xi32>
  %d1 = bitserial.threshold #schedule ins(%d0#0, %t : tensor<1x3x16xi32>, tensor<3x3xf32>) residual(%c0#0, %n : tensor<1x3x16xi32>, tensor<3x4xf32>) outs(%2 : tensor<1x1x16x3xi8>) -> tensor<1x1x16x3xi8>
  return %b1, %d1 : tensor<1x1x16x3xi8>, tensor<1x1x16x3xi8>
}

// -----

#geometry = #bitserial.geometry<input = [32, 1, 16], kernel = [1, 1, 32], group = [1, 1, 32], output = [3, 1, 16], stride = [1, 1], dilation = [1, 1], groups = 1>
#schedule = #bitserial.schedule<pixels, lanes = 16, vectors = 1>
#image = #bitserial.image<size = [1, 16], pad = [0, 0], bits = 8, outside = 0>

// Sums that are read twice, and thresholds that differ at the border, stay apart.
// CHECK-LABEL: func.func @apart(
// CHECK-COUNT-2: bitserial.tiled_product
// CHECK-COUNT-2: bitserial.threshold
func.func @apart(%p: tensor<1x1x1x80xi32>, %w: tensor<5xi32>, %a: tensor<5xi8>, %r: tensor<3xi32>, %t: tensor<3x3xi32>, %tb: tensor<1x2x3x3xi32>) -> (tensor<1x3x16xi32>, tensor<1x1x16x3xi8>, tensor<1x1x16x3xi8>) {
  %0 = tensor.empty() : tensor<1x3x16xi32>
  %1 = tensor.empty() : tensor<32xi32>
  %s:2 = bitserial.tiled_product "conv" multipliers [1] #geometry #schedule image #image ins(%p, %w, %a, %a, %r, %r : tensor<1x1x1x80xi32>, tensor<5xi32>, tensor<5xi8>, tensor<5xi8>, tensor<3xi32>, tensor<3xi32>) outs(%0, %1 : tensor<1x3x16xi32>, tensor<32xi32>) -> tensor<1x3x16xi32>, tensor<32xi32>
  %u:2 = bitserial.tiled_product "border" multipliers [1] #geometry #schedule image #image ins(%p, %w, %a, %a, %r, %r : tensor<1x1x1x80xi32>, tensor<5xi32>, tensor<5xi8>, tensor<5xi8>, tensor<3xi32>, tensor<3xi32>) outs(%0, %1 : tensor<1x3x16xi32>, tensor<32xi32>) -> tensor<1x3x16xi32>, tensor<32xi32>
  %2 = tensor.empty() : tensor<1x1x16x3xi8>
  %c = bitserial.threshold #schedule ins(%s#0, %t : tensor<1x3x16xi32>, tensor<3x3xi32>) outs(%2 : tensor<1x1x16x3xi8>) -> tensor<1x1x16x3xi8>
  %d = bitserial.threshold #schedule rows [0] columns [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] ins(%u#0, %tb : tensor<1x3x16xi32>, tensor<1x2x3x3xi32>) outs(%2 : tensor<1x1x16x3xi8>) -> tensor<1x1x16x3xi8>
  return %s#0, %c, %d : tensor<1x3x16xi32>, tensor<1x1x16x3xi8>, tensor<1x1x16x3xi8>
}
