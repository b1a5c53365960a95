// What is printed parses, and prints the same: as it is, in the generic form,
// and through bytecode. Each operation is on tensors, then on buffers.
// RUN: subbit-opt %s -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: subbit-opt %t.mlir | diff %t.mlir -
// RUN: subbit-opt %s --mlir-print-op-generic | subbit-opt | diff %t.mlir -
// RUN: subbit-opt %s --emit-bytecode | subbit-opt | diff %t.mlir -

#conv = #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1>
#fc = #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1>
#pixels = #bitserial.schedule<pixels, lanes = 8, vectors = 1>
#scalar = #bitserial.schedule<pixels, lanes = 1, vectors = 1>
#three = #bitserial.schedule<pixels, lanes = 1, vectors = 3>
#outputs = #bitserial.schedule<outputs, lanes = 4, vectors = 1>

// CHECK: module attributes {bitserial.target = #bitserial.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "+avx2,-fma">}
module attributes {bitserial.target = #bitserial.target<triple = "x86_64-unknown-linux-gnu", cpu = "x86-64-v3", features = "+avx2,-fma">} {

// CHECK-LABEL: func.func @constant(
// CHECK: bitserial.constant "conv 2" "words" dense<[1, -1]> : tensor<2xi32>
// CHECK: bitserial.constant "fc" "coordinates" {tag} dense_resource<blob> : tensor<2xi16>
func.func @constant() {
  %0 = bitserial.constant "conv 2" "words" dense<[1, -1]> : tensor<2xi32>
  %1 = bitserial.constant "fc" "coordinates" {tag} dense_resource<blob> : tensor<2xi16>
  return
}

// CHECK-LABEL: func.func @pack(
// CHECK: bitserial.pack planes 2 <input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <outputs, lanes = 4, vectors = 1> ins(%{{.*}} : tensor<1x72xi8>) outs(%{{.*}} : tensor<1x4xi32>) -> tensor<1x4xi32>
// CHECK: bitserial.pack planes 2 {{.*}} <outputs, lanes = 4, vectors = 1> ins(%{{.*}} : memref<1x72xi8>) outs(%{{.*}} : memref<1x4xi32>){{$}}
func.func @pack(%c: tensor<1x72xi8>, %e: tensor<1x4xi32>, %v: memref<1x72xi8>, %p: memref<1x4xi32>) -> tensor<1x4xi32> {
  %0 = bitserial.pack planes 2 #fc #outputs ins(%c : tensor<1x72xi8>) outs(%e : tensor<1x4xi32>) -> tensor<1x4xi32>
  bitserial.pack planes 2 #fc #outputs ins(%v : memref<1x72xi8>) outs(%p : memref<1x4xi32>)
  return %0 : tensor<1x4xi32>
}

// CHECK-LABEL: func.func @planes(
// CHECK: bitserial.planes ins(%{{.*}} : tensor<1x15x40xi8>) outs(%{{.*}} : tensor<1x2x2x20xi32>) -> tensor<1x2x2x20xi32>
// CHECK: bitserial.codes ins(%{{.*}} : memref<1x2x2x20xi32>) outs(%{{.*}} : memref<1x15x40xi8>)
// CHECK: bitserial.code_words 4 multipliers [1, 2] ins(%{{.*}} : memref<1x15x40xi8>) outs(%{{.*}} : memref<1x1x10x20xi32>)
// CHECK: bitserial.pool size [3, 5] window [2, 2] stride [1, 3] pad [1, 0, 0, 1] lanes 4 ins(
// CHECK: bitserial.pool size [3, 5] window [2, 2] stride [1, 3] lanes 4 ins(%{{.*}} : memref<1x2x2x20xi32>) outs(%{{.*}} : memref<1x2x2x4xi32>)
func.func @planes(%c: tensor<1x15x40xi8>, %e: tensor<1x2x2x20xi32>, %mc: memref<1x15x40xi8>, %mp: memref<1x2x2x20xi32>, %mw: memref<1x1x10x20xi32>, %mq: memref<1x2x2x4xi32>) -> tensor<1x2x2x20xi32> {
  %0 = bitserial.planes ins(%c : tensor<1x15x40xi8>) outs(%e : tensor<1x2x2x20xi32>) -> tensor<1x2x2x20xi32>
  bitserial.codes ins(%mp : memref<1x2x2x20xi32>) outs(%mc : memref<1x15x40xi8>)
  bitserial.code_words 4 multipliers [1, 2] ins(%mc : memref<1x15x40xi8>) outs(%mw : memref<1x1x10x20xi32>)
  bitserial.pool size [3, 5] window [2, 2] stride [1, 3] pad [1, 0, 0, 1] lanes 4 ins(%mp : memref<1x2x2x20xi32>) outs(%mp : memref<1x2x2x20xi32>)
  bitserial.pool size [3, 5] window [2, 2] stride [1, 3] lanes 4 ins(%mp : memref<1x2x2x20xi32>) outs(%mq : memref<1x2x2x4xi32>)
  return %0 : tensor<1x2x2x20xi32>
}

// CHECK-LABEL: func.func @pack_image(
// CHECK: bitserial.pack planes 2 {{.*}} <pixels, lanes = 1, vectors = 1> image <size = [3, 5], pad = [0, 0], bits = 2, outside = 0> at(%{{.*}}, %{{.*}}, %{{.*}}) ins(%{{.*}} : tensor<8xi8>)
// CHECK: bitserial.pack planes 2 {{.*}} image <size = [3, 4], pad = [0, 1], bits = 8, outside = 0, marked = true> ins(%{{.*}} : memref<24xi8>)
func.func @pack_image(%c: tensor<8xi8>, %e: tensor<1x4x1xi32>, %v: memref<24xi8>, %p: memref<1x4x3xi32>, %i: index) -> tensor<1x4x1xi32> {
  %0 = bitserial.pack planes 2 #conv #scalar image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 2, outside = 0> at (%i, %i, %i) ins(%c : tensor<8xi8>) outs(%e : tensor<1x4x1xi32>) -> tensor<1x4x1xi32>
  bitserial.pack planes 2 #conv #scalar image #bitserial.image<size = [3, 4], pad = [0, 1], bits = 8, outside = 0, marked = true> ins(%v : memref<24xi8>) outs(%p : memref<1x4x3xi32>)
  return %0 : tensor<1x4x1xi32>
}

// CHECK-LABEL: func.func @band(
// CHECK: bitserial.band "conv" multipliers [1, 2] {{.*}} <pixels, lanes = 1, vectors = 3> pool [1, 3] image <size = [2, 4], pad = [0, 0], bits = 2, outside = 0> at(%{{.*}}, %{{.*}}, %{{.*}}) ins({{.*}} : tensor<1x4x3xi32>, tensor<4xi32>, tensor<4xi8>, tensor<4xi8>, tensor<2xi32>, tensor<2x3xi32>) outs(%{{.*}} : tensor<4xi8>) -> tensor<4xi8>
// CHECK: bitserial.band "conv" multipliers [1, 2] {{.*}} rows [0] columns [0, 0, 1] at({{.*}}) ins({{.*}}) outs(%{{.*}} : memref<4xi8>)
func.func @band(%p: tensor<1x4x3xi32>, %w: tensor<4xi32>, %a: tensor<4xi8>, %n: tensor<4xi8>, %i: tensor<2xi32>, %t: tensor<2x3xi32>, %e: tensor<4xi8>,
                %mp: memref<1x4x3xi32>, %mw: memref<4xi32>, %ma: memref<4xi8>, %mn: memref<4xi8>, %mi: memref<2xi32>, %mt: memref<1x2x2x3xi32>, %me: memref<4xi8>, %z: index) -> tensor<4xi8> {
  %0 = bitserial.band "conv" multipliers [1, 2] #conv #three pool [1, 3] image #bitserial.image<size = [2, 4], pad = [0, 0], bits = 2, outside = 0> at (%z, %z, %z) ins(%p, %w, %a, %n, %i, %t : tensor<1x4x3xi32>, tensor<4xi32>, tensor<4xi8>, tensor<4xi8>, tensor<2xi32>, tensor<2x3xi32>) outs(%e : tensor<4xi8>) -> tensor<4xi8>
  bitserial.band "conv" multipliers [1, 2] #conv #three pool [1, 3] image #bitserial.image<size = [1, 1], pad = [0, 0], bits = 8, outside = 0> rows [0] columns [0, 0, 1] at (%z, %z, %z) ins(%mp, %mw, %ma, %mn, %mi, %mt : memref<1x4x3xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<1x2x2x3xi32>) outs(%me : memref<4xi8>)
  return %0 : tensor<4xi8>
}

// CHECK-LABEL: func.func @product(
// CHECK: bitserial.product "conv" multipliers [1, -2] <input = {{.*}}> <pixels, lanes = 1, vectors = 3> ins(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : tensor<1x4x3xi32>, tensor<4xi32>, tensor<4xi8>, tensor<4xi8>, tensor<2xi32>) outs(%{{.*}} : tensor<1x2x3xi32>) -> tensor<1x2x3xi32>
// CHECK: bitserial.product "fc" multipliers [3] {{.*}} outs(%{{.*}} : memref<1x4xi32>) {tag}
// CHECK: bitserial.product "fc" multipliers [3] {{.*}} order(%{{.*}} : memref<4xi16>) outs(%{{.*}} : memref<1x4xi32>)
func.func @product(%p: tensor<1x4x3xi32>, %w: tensor<4xi32>, %a: tensor<4xi8>, %n: tensor<4xi8>, %i: tensor<2xi32>, %e: tensor<1x2x3xi32>,
                   %mp: memref<1x2xi32>, %mw: memref<8xi32>, %ma: memref<4xi16>, %mn: memref<1xi8>, %mi: memref<4xi32>, %me: memref<1x4xi32>) -> tensor<1x2x3xi32> {
  %0 = bitserial.product "conv" multipliers [1, -2] #conv #three ins(%p, %w, %a, %n, %i : tensor<1x4x3xi32>, tensor<4xi32>, tensor<4xi8>, tensor<4xi8>, tensor<2xi32>) outs(%e : tensor<1x2x3xi32>) -> tensor<1x2x3xi32>
  bitserial.product "fc" multipliers [3] #fc #outputs ins(%mp, %mw, %ma, %mn, %mi : memref<1x2xi32>, memref<8xi32>, memref<4xi16>, memref<1xi8>, memref<4xi32>) outs(%me : memref<1x4xi32>) {tag}
  bitserial.product "fc" multipliers [3] #fc #outputs ins(%mp, %mw, %ma, %mn, %mi : memref<1x2xi32>, memref<8xi32>, memref<4xi16>, memref<1xi8>, memref<4xi32>) order(%ma : memref<4xi16>) outs(%me : memref<1x4xi32>)
  return %0 : tensor<1x2x3xi32>
}

// Words: 2 planes of 3 rows of kernel positions and of groups, in tiles of 8.
// CHECK-LABEL: func.func @tiled_product(
// CHECK: bitserial.tiled_product "conv" multipliers [1, 2] <input = {{.*}}> <pixels, lanes = 8, vectors = 1> image <size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : tensor<1x2x1x20xi32>, tensor<4xi32>, tensor<4xi8>, tensor<4xi8>, tensor<2xi32>, tensor<2xi32>) outs(%{{.*}}, %{{.*}} : tensor<1x2x8xi32>, tensor<184xi32>) -> tensor<1x2x8xi32>, tensor<184xi32>
// CHECK: bitserial.tiled_product "conv" {{.*}} thresholds(%{{.*}} : memref<2x3xi32>) outs(%{{.*}}, %{{.*}} : memref<1x2x1x8xi32>, memref<184xi32>){{$}}
func.func @tiled_product(%p: tensor<1x2x1x20xi32>, %w: tensor<4xi32>, %a: tensor<4xi8>, %g: tensor<4xi8>, %i: tensor<2xi32>, %e: tensor<1x2x8xi32>, %s: tensor<184xi32>,
                         %mp: memref<1x2x1x20xi32>, %mw: memref<4xi32>, %ma: memref<4xi8>, %mi: memref<2xi32>, %mt: memref<2x3xi32>, %me: memref<1x2x1x8xi32>, %ms: memref<184xi32>) -> tensor<1x2x8xi32> {
  %0:2 = bitserial.tiled_product "conv" multipliers [1, 2] #conv #pixels image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %i, %i : tensor<1x2x1x20xi32>, tensor<4xi32>, tensor<4xi8>, tensor<4xi8>, tensor<2xi32>, tensor<2xi32>) outs(%e, %s : tensor<1x2x8xi32>, tensor<184xi32>) -> tensor<1x2x8xi32>, tensor<184xi32>
  bitserial.tiled_product "conv" multipliers [1, 2] #conv #pixels image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%mp, %mw, %ma, %ma, %mi, %mi : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) thresholds(%mt : memref<2x3xi32>) outs(%me, %ms : memref<1x2x1x8xi32>, memref<184xi32>)
  return %0#0 : tensor<1x2x8xi32>
}

// CHECK-LABEL: func.func @dense_product(
// CHECK: bitserial.dense_product "conv" <input = [2, 3, 5], {{.*}}> <pixels, lanes = 8, vectors = 1, count = dpbusd> image <size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%{{.*}}, %{{.*}}, %{{.*}} : memref<1x1x1x20xi32>, memref<10xi32>, memref<2xi32>) outs(%{{.*}}, %{{.*}} : memref<1x2x8xi32>, memref<120xi32>){{$}}
func.func @dense_product(%p: memref<1x1x1x20xi32>, %w: memref<10xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<120xi32>) {
  bitserial.dense_product "conv" #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 2], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1, count = dpbusd> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %i : memref<1x1x1x20xi32>, memref<10xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<120xi32>)
  return
}

// CHECK-LABEL: func.func private @schedules(
// CHECK-SAME: <pixels, lanes = 4 x pointers, vectors = 2, count = bytes>
// CHECK-SAME: <pixels, lanes = 4 x offsets, vectors = 1>
// CHECK-SAME: <pixels, lanes = 16, vectors = 8 in 3 passes>
func.func private @schedules() attributes {a = #bitserial.schedule<pixels, lanes = 4 x pointers, vectors = 2, count = bytes>, b = #bitserial.schedule<pixels, lanes = 4 x offsets, vectors = 1>, c = #bitserial.schedule<pixels, lanes = 16, vectors = 8 in 3 passes>}

// CHECK-LABEL: func.func @threshold(
// CHECK: bitserial.threshold <pixels, lanes = 8, vectors = 1> rows [0, 1] columns [0, 0] ins(%{{.*}}, %{{.*}} : tensor<1x2x8xi32>, tensor<2x1x2x3xi32>) outs(%{{.*}} : tensor<1x2x2x2xi8>) -> tensor<1x2x2x2xi8>
// CHECK: bitserial.threshold <outputs, lanes = 4, vectors = 1> ins(%{{.*}}, %{{.*}} : memref<1x4xi32>, memref<3x4xi32>) outs(%{{.*}} : memref<1x3xi8>)
func.func @threshold(%s: tensor<1x2x8xi32>, %t: tensor<2x1x2x3xi32>, %e: tensor<1x2x2x2xi8>, %ms: memref<1x4xi32>, %mt: memref<3x4xi32>, %me: memref<1x3xi8>) -> tensor<1x2x2x2xi8> {
  %0 = bitserial.threshold #pixels rows [0, 1] columns [0, 0] ins(%s, %t : tensor<1x2x8xi32>, tensor<2x1x2x3xi32>) outs(%e : tensor<1x2x2x2xi8>) -> tensor<1x2x2x2xi8>
  bitserial.threshold #outputs ins(%ms, %mt : memref<1x4xi32>, memref<3x4xi32>) outs(%me : memref<1x3xi8>)
  return %0 : tensor<1x2x2x2xi8>
}

// Residuals: codes, other sums, and planes of codes in registers.
// CHECK-LABEL: func.func @residual(
// CHECK: bitserial.threshold <pixels, lanes = 8, vectors = 1> ins(%{{.*}}, %{{.*}} : tensor<1x2x8xi32>, tensor<2x3xf32>) residual(%{{.*}}, %{{.*}} : tensor<1x2x2x2xi8>, tensor<2x6xf32>) outs(%{{.*}} : tensor<1x2x2x2xi8>) -> tensor<1x2x2x2xi8>
// CHECK: bitserial.threshold <pixels, lanes = 8, vectors = 1> ins(%{{.*}}, %{{.*}} : tensor<1x2x8xi32>, tensor<2x3xf32>) residual(%{{.*}}, %{{.*}} : tensor<1x2x8xi32>, tensor<2x4xf32>) outs(
// CHECK: bitserial.tiled_product "conv" {{.*}} thresholds(%{{.*}} : memref<2x3xf32>) residual(%{{.*}}, %{{.*}} : memref<1x1x1x8xi32>, memref<2x4xf32>) outs(%{{.*}}, %{{.*}} : memref<1x2x1x8xi32>, memref<184xi32>){{$}}
func.func @residual(%s: tensor<1x2x8xi32>, %t: tensor<2x3xf32>, %r: tensor<1x2x2x2xi8>, %m: tensor<2x6xf32>, %n: tensor<2x4xf32>, %e: tensor<1x2x2x2xi8>,
                    %mp: memref<1x2x1x20xi32>, %mw: memref<4xi32>, %ma: memref<4xi8>, %mi: memref<2xi32>, %mt: memref<2x3xf32>, %mr: memref<1x1x1x8xi32>, %mm: memref<2x4xf32>, %me: memref<1x2x1x8xi32>, %ms: memref<184xi32>) -> (tensor<1x2x2x2xi8>, tensor<1x2x2x2xi8>) {
  %0 = bitserial.threshold #pixels ins(%s, %t : tensor<1x2x8xi32>, tensor<2x3xf32>) residual(%r, %m : tensor<1x2x2x2xi8>, tensor<2x6xf32>) outs(%e : tensor<1x2x2x2xi8>) -> tensor<1x2x2x2xi8>
  %1 = bitserial.threshold #pixels ins(%s, %t : tensor<1x2x8xi32>, tensor<2x3xf32>) residual(%s, %n : tensor<1x2x8xi32>, tensor<2x4xf32>) outs(%e : tensor<1x2x2x2xi8>) -> tensor<1x2x2x2xi8>
  bitserial.tiled_product "conv" multipliers [1, 2] #conv #pixels image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%mp, %mw, %ma, %ma, %mi, %mi : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) thresholds(%mt : memref<2x3xf32>) residual(%mr, %mm : memref<1x1x1x8xi32>, memref<2x4xf32>) outs(%me, %ms : memref<1x2x1x8xi32>, memref<184xi32>)
  return %0, %1 : tensor<1x2x2x2xi8>, tensor<1x2x2x2xi8>
}

// CHECK-LABEL: func.func @rescale(
// CHECK: bitserial.rescale <pixels, lanes = 8, vectors = 1> rows [0, 1] columns [0, 0] ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<1x2x8xi32>, tensor<2xf32>, tensor<2x1x2xf32>) outs(%{{.*}} : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
// CHECK: bitserial.rescale <outputs, lanes = 4, vectors = 1> ins(%{{.*}}, %{{.*}}, %{{.*}} : memref<1x4xi32>, memref<3xf32>, memref<3xf32>) outs(%{{.*}} : memref<1x3xf32>)
func.func @rescale(%s: tensor<1x2x8xi32>, %p: tensor<2xf32>, %b: tensor<2x1x2xf32>, %e: tensor<1x2x2x2xf32>, %ms: memref<1x4xi32>, %mp: memref<3xf32>, %me: memref<1x3xf32>) -> tensor<1x2x2x2xf32> {
  %0 = bitserial.rescale #pixels rows [0, 1] columns [0, 0] ins(%s, %p, %b : tensor<1x2x8xi32>, tensor<2xf32>, tensor<2x1x2xf32>) outs(%e : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  bitserial.rescale #outputs ins(%ms, %mp, %mp : memref<1x4xi32>, memref<3xf32>, memref<3xf32>) outs(%me : memref<1x3xf32>)
  return %0 : tensor<1x2x2x2xf32>
}

// CHECK-LABEL: func.func @decode(
// CHECK: bitserial.decode <input = [40, 1, 1], {{.*}}> lanes 3 tile %{{.*}} ins(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : tensor<4xi32>, tensor<2xi8>, tensor<3xi8>, tensor<1xi32>, tensor<1xf32>) outs(%{{.*}} : tensor<40x3xf32>) -> tensor<40x3xf32>
func.func @decode(%t: index, %w: tensor<4xi32>, %a: tensor<2xi8>, %n: tensor<3xi8>, %at: tensor<1xi32>, %s: tensor<1xf32>, %e: tensor<40x3xf32>) -> tensor<40x3xf32> {
  %0 = bitserial.decode #fc lanes 3 tile %t ins(%w, %a, %n, %at, %s : tensor<4xi32>, tensor<2xi8>, tensor<3xi8>, tensor<1xi32>, tensor<1xf32>) outs(%e : tensor<40x3xf32>) -> tensor<40x3xf32>
  return %0 : tensor<40x3xf32>
}

// CHECK-LABEL: func.func @float_product(
// CHECK: bitserial.float_product "fc" <input = [40, 1, 1], {{.*}}> <outputs, lanes = 8, vectors = 1, count = tables> ins({{.*}} : tensor<2x40xf32>, tensor<16xi32>, tensor<8xi8>, tensor<1xi8>, tensor<8xf32>) order(%{{.*}} : tensor<8xi16>) outs({{.*}} : tensor<2x8xf32>, tensor<248xf32>) -> tensor<2x8xf32>, tensor<248xf32>
func.func @float_product(%x: tensor<2x40xf32>, %w: tensor<16xi32>, %a: tensor<8xi8>, %n: tensor<1xi8>, %s: tensor<8xf32>, %o: tensor<8xi16>, %e: tensor<2x8xf32>, %t: tensor<248xf32>) -> tensor<2x8xf32> {
  %0:2 = bitserial.float_product "fc" #fc <outputs, lanes = 8, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : tensor<2x40xf32>, tensor<16xi32>, tensor<8xi8>, tensor<1xi8>, tensor<8xf32>) order(%o : tensor<8xi16>) outs(%e, %t : tensor<2x8xf32>, tensor<248xf32>) -> tensor<2x8xf32>, tensor<248xf32>
  return %0#0 : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @trace(
// CHECK: bitserial.trace "fc" number 3 %{{.*}} : tensor<1x3xf32> -> tensor<1x3xf32>
// CHECK: bitserial.trace "fc" number 0 %{{.*}} : memref<1x3xi8>
func.func @trace(%x: tensor<1x3xf32>, %m: memref<1x3xi8>) -> tensor<1x3xf32> {
  %0 = bitserial.trace "fc" number 3 %x : tensor<1x3xf32> -> tensor<1x3xf32>
  bitserial.trace "fc" number 0 %m : memref<1x3xi8>
  return %0 : tensor<1x3xf32>
}

}

{-#
  dialect_resources: {
    builtin: {
      blob: "0x0200000001000200"
    }
  }
#-}
