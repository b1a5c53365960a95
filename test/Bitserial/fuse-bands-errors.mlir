// RUN: subbit-opt %s -fuse-bands -split-input-file -verify-diagnostics

module attributes {bitserial.target = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">} {
func.func @pooled(%x: tensor<36xi8>, %w: tensor<1xi32>, %a: tensor<1xi8>, %n: tensor<1xi8>, %i: tensor<1xi32>, %t: tensor<1x3xi32>) -> tensor<1x2x4xi32> {
  %zero = arith.constant 0 : i8
  %0 = tensor.empty() : tensor<1x2x16xi32>
  %p = bitserial.pack planes 2 #bitserial.geometry<input = [1, 6, 6], kernel = [3, 3, 1], group = [3, 3, 1], output = [1, 4, 4], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> image #bitserial.image<size = [6, 6], pad = [0, 0], bits = 8, outside = 0> ins(%x : tensor<36xi8>) outs(%0 : tensor<1x2x16xi32>) -> tensor<1x2x16xi32>
  %1 = tensor.empty() : tensor<1x1x16xi32>
  // expected-error @below {{'bitserial.product' op of layer 'conv' has the band [2, 3], expects whole windows of [2, 2], at most [2, 2] of them}}
  %s = bitserial.product "conv" multipliers [1, 2] #bitserial.geometry<input = [1, 6, 6], kernel = [3, 3, 1], group = [3, 3, 1], output = [1, 4, 4], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> ins(%p, %w, %a, %n, %i : tensor<1x2x16xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) outs(%1 : tensor<1x1x16xi32>) {bitserial.band = array<i64: 2, 3>} -> tensor<1x1x16xi32>
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

module attributes {bitserial.target = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">} {
func.func @pooled(%x: tensor<36xi8>, %w: tensor<1xi32>, %a: tensor<1xi8>, %n: tensor<1xi8>, %i: tensor<1xi32>, %t: tensor<1x3xi32>) -> tensor<1x2x4xi32> {
  %zero = arith.constant 0 : i8
  %0 = tensor.empty() : tensor<1x2x16xi32>
  %p = bitserial.pack planes 2 #bitserial.geometry<input = [1, 6, 6], kernel = [3, 3, 1], group = [3, 3, 1], output = [1, 4, 4], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> image #bitserial.image<size = [6, 6], pad = [0, 0], bits = 8, outside = 0> ins(%x : tensor<36xi8>) outs(%0 : tensor<1x2x16xi32>) -> tensor<1x2x16xi32>
  %1 = tensor.empty() : tensor<1x1x16xi32>
  // expected-error @below {{'bitserial.product' op of layer 'conv' has the band [6, 2], expects whole windows of [2, 2], at most [2, 2] of them}}
  %s = bitserial.product "conv" multipliers [1, 2] #bitserial.geometry<input = [1, 6, 6], kernel = [3, 3, 1], group = [3, 3, 1], output = [1, 4, 4], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> ins(%p, %w, %a, %n, %i : tensor<1x2x16xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) outs(%1 : tensor<1x1x16xi32>) {bitserial.band = array<i64: 6, 2>} -> tensor<1x1x16xi32>
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

module attributes {bitserial.target = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">} {
func.func @no_band(%x: tensor<4xi8>, %w: tensor<1xi32>, %a: tensor<1xi8>, %n: tensor<1xi8>, %i: tensor<1xi32>, %t: tensor<1x3xi32>) -> (tensor<1x1x4xi32>, tensor<1x1x4x1xi8>) {
  %0 = tensor.empty() : tensor<1x2x4xi32>
  %p = bitserial.pack planes 2 #bitserial.geometry<input = [1, 1, 4], kernel = [1, 1, 1], group = [1, 1, 1], output = [1, 1, 4], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> image #bitserial.image<size = [1, 4], pad = [0, 0], bits = 8, outside = 0> ins(%x : tensor<4xi8>) outs(%0 : tensor<1x2x4xi32>) -> tensor<1x2x4xi32>
  %1 = tensor.empty() : tensor<1x1x4xi32>
  // expected-error @below {{'bitserial.product' op of layer 'a' has a band, but no thresholds alone read its sums}}
  %s = bitserial.product "a" multipliers [1, 2] #bitserial.geometry<input = [1, 1, 4], kernel = [1, 1, 1], group = [1, 1, 1], output = [1, 1, 4], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> ins(%p, %w, %a, %n, %i : tensor<1x2x4xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) outs(%1 : tensor<1x1x4xi32>) {bitserial.band = array<i64: 1, 1>} -> tensor<1x1x4xi32>
  %2 = tensor.empty() : tensor<1x1x4x1xi8>
  %c = bitserial.threshold #bitserial.schedule<pixels, lanes = 1, vectors = 4> ins(%s, %t : tensor<1x1x4xi32>, tensor<1x3xi32>) outs(%2 : tensor<1x1x4x1xi8>) -> tensor<1x1x4x1xi8>
  return %s, %c : tensor<1x1x4xi32>, tensor<1x1x4x1xi8>
}
}

// -----

module attributes {bitserial.target = #bitserial.target<triple = "thumbv6m-unknown-none-eabi", cpu = "cortex-m0", features = "">} {
func.func @pooled(%x: tensor<36xi8>, %w: tensor<1xi32>, %a: tensor<1xi8>, %n: tensor<1xi8>, %i: tensor<1xi32>, %t: tensor<1x3xi32>) -> tensor<1x2x4xi32> {
  %zero = arith.constant 0 : i8
  %0 = tensor.empty() : tensor<1x2x16xi32>
  %p = bitserial.pack planes 2 #bitserial.geometry<input = [1, 6, 6], kernel = [3, 3, 1], group = [3, 3, 1], output = [1, 4, 4], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> image #bitserial.image<size = [6, 6], pad = [0, 0], bits = 8, outside = 0> ins(%x : tensor<36xi8>) outs(%0 : tensor<1x2x16xi32>) -> tensor<1x2x16xi32>
  %1 = tensor.empty() : tensor<1x1x16xi32>
  // expected-error @below {{'bitserial.product' op of layer 'conv' has the band [2, 2], expects an array<i64: ROWS, COLUMNS>}}
  %s = bitserial.product "conv" multipliers [1, 2] #bitserial.geometry<input = [1, 6, 6], kernel = [3, 3, 1], group = [3, 3, 1], output = [1, 4, 4], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> ins(%p, %w, %a, %n, %i : tensor<1x2x16xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) outs(%1 : tensor<1x1x16xi32>) {bitserial.band = [2, 2]} -> tensor<1x1x16xi32>
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
