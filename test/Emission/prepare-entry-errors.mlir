// RUN: subbit-opt %s -prepare-entry -split-input-file -verify-diagnostics -o /dev/null

// expected-error @below {{the module has no function 'main' of one block}}
module {
  func.func @network(%x: tensor<4xf32>) -> tensor<4xf32> {
    return %x : tensor<4xf32>
  }
}

// -----

// expected-error @below {{the module has no function 'main' of one block}}
module {
  func.func private @main(tensor<4xf32>) -> tensor<4xf32>
}

// -----

// expected-error @below {{the module has no function 'main' of one block}}
module {
  func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
    cf.br ^end
  ^end:
    return %x : tensor<4xf32>
  }
}

// -----

// expected-error @below {{main takes or returns 'tensor<?xf32>'; only statically shaped tensors can be compiled}}
func.func @main(%x: tensor<?xf32>) {
  return
}

// -----

// expected-error @below {{main takes or returns 'f32'; only statically shaped tensors can be compiled}}
func.func @main(%x: tensor<4xf32>) -> f32 {
  %y = arith.constant 1.0 : f32
  return %y : f32
}

// -----

// expected-error @below {{main takes or returns '!mbn.tensor<4xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>'; only}}
func.func @main(%x: !mbn.tensor<4xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>) {
  return
}

// -----

// expected-error @below {{main takes or returns 'tensor<4x0xf32>', which has no elements}}
func.func @main(%x: tensor<4x0xf32>) {
  return
}

// -----

func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{operation 'math.exp' cannot be compiled; lower it to linalg first}}
  %y = math.exp %x : tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = call @f(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
// expected-error @below {{function 'f' has no body; a network calls nothing outside of its module}}
func.func private @f(tensor<4xf32>) -> tensor<4xf32>
