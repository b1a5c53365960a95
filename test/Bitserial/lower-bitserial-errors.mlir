// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(lower-bitserial))' -split-input-file -verify-diagnostics -o /dev/null

func.func @constant_on_tensors() -> tensor<2xi32> {
  // expected-error @below {{'bitserial.constant' is not on buffers; bufferize the module first}}
  %w = bitserial.constant "conv" "words" dense<1> : tensor<2xi32>
  return %w : tensor<2xi32>
}

// -----

#geometry = #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1>

func.func @pack_on_tensors(%x: tensor<1x72xi8>, %e: tensor<1x4xi32>) -> tensor<1x4xi32> {
  // expected-error @below {{'bitserial.pack' is not on buffers; bufferize the module first}}
  %p = bitserial.pack planes 2 #geometry <outputs, lanes = 4, vectors = 1> ins(%x : tensor<1x72xi8>) outs(%e : tensor<1x4xi32>) -> tensor<1x4xi32>
  return %p : tensor<1x4xi32>
}

// -----

func.func @rescale_on_tensors(%s: tensor<1x8xi32>, %p: tensor<5xf32>, %e: tensor<1x5xf32>) -> tensor<1x5xf32> {
  // expected-error @below {{'bitserial.rescale' is not on buffers; bufferize the module first}}
  %y = bitserial.rescale <outputs, lanes = 4, vectors = 1> ins(%s, %p, %p : tensor<1x8xi32>, tensor<5xf32>, tensor<5xf32>) outs(%e : tensor<1x5xf32>) -> tensor<1x5xf32>
  return %y : tensor<1x5xf32>
}
