// The loops of each operation, in both orientations and for vectors of several
// widths. That they compute the right numbers is tested by running them
// (test/Checking).
// RUN: subbit-opt %s -pass-pipeline='builtin.module(func.func(lower-bitserial),canonicalize,cse)' -split-input-file | FileCheck %s

//===----------------------------------------------------------------------===//
// Pack
//===----------------------------------------------------------------------===//

// 32 codes are compared with a plane's bit at a time; the last pixels, behind whose
// codes there are no 32 more, bit by bit.
// CHECK-LABEL: func.func @planes(
// CHECK-SAME: %[[CODES:.*]]: memref<1x20x40xi8>, %[[PLANES:.*]]: memref<1x2x2x36xi32>)
// CHECK: %[[FLAT:.*]] = memref.collapse_shape %[[CODES]] {{.*}} into memref<800xi8>
// CHECK: scf.for %[[P:.*]] = %c0 to %c19 step %c1 {
// CHECK: vector.load %[[FLAT]][%{{.*}}] : memref<800xi8>, vector<32xi8>
// CHECK: arith.cmpi ne, %{{.*}} : vector<32xi8>
// CHECK: vector.bitcast %{{.*}} : vector<32xi1> to vector<1xi32>
// CHECK: memref.store %{{.*}}, %[[PLANES]][%c0, %c0, %c0, %[[P]]]
// The last word has 8 channels.
// CHECK: %[[LAST:.*]] = arith.andi %{{.*}}, %c255_i32
// CHECK: memref.store %[[LAST]], %[[PLANES]][%c0, %c0, %c1, %[[P]]]
// CHECK: scf.for %{{.*}} = %c0 to %c32 step %c1 iter_args(%{{.*}} = %c0_i32, %{{.*}} = %c0_i32) -> (i32, i32) {
// CHECK: memref.store %{{.*}}, %[[PLANES]][%c0, %c0, %c0, %c19]
func.func @planes(%c: memref<1x20x40xi8>, %p: memref<1x2x2x36xi32>) {
  bitserial.planes ins(%c : memref<1x20x40xi8>) outs(%p : memref<1x2x2x36xi32>)
  return
}

// -----

// 40 codes are 32 and 8.
// CHECK-LABEL: func.func @codes(
// CHECK: scf.for %{{.*}} = %c0 to %c20 step %c1 {
// CHECK: vector.bitcast %{{.*}} : vector<1xi32> to vector<32xi1>
// CHECK: vector.store %{{.*}}, %{{.*}} : memref<800xi8>, vector<32xi8>
// CHECK: vector.shuffle %{{.*}} [0, 1, 2, 3, 4, 5, 6, 7] : vector<32xi8>, vector<32xi8>
// CHECK: vector.store %{{.*}}, %{{.*}} : memref<800xi8>, vector<8xi8>
func.func @codes(%c: memref<1x20x40xi8>, %p: memref<1x2x2x36xi32>) {
  bitserial.codes ins(%p : memref<1x2x2x36xi32>) outs(%c : memref<1x20x40xi8>)
  return
}

// -----

// Of six channels four make a word, then two. Codes 0, 3, 5, 8 are sums of bits.
// CHECK-LABEL: func.func @code_words(
// CHECK: vector.load %{{.*}} : memref<120xi8>, vector<6xi8>
// CHECK: arith.muli %{{.*}}, %[[THREE:.*]] : vector<6xi8>
// CHECK: %[[WORDS:.*]] = vector.bitcast %{{.*}} : vector<8xi8> to vector<2xi32>
// CHECK: vector.extract %[[WORDS]][0]
// CHECK: memref.store %{{.*}}[%c0, %c0, %c0, %{{.*}}]
// CHECK: memref.store %{{.*}}[%c0, %c0, %c1, %{{.*}}]
func.func @code_words(%c: memref<1x20x6xi8>, %p: memref<1x1x2x36xi32>) {
  bitserial.code_words 4 multipliers [3, 5] ins(%c : memref<1x20x6xi8>) outs(%p : memref<1x1x2x36xi32>)
  return
}

// -----

// The same of planes, for 16 positions at once, and the last 16 of 36. Four bits, the
// second time those from bit 4 on, move to a byte each, less 128.
// CHECK-LABEL: func.func @code_words_of_planes(
// CHECK-DAG: %[[BITS:.*]] = arith.constant dense<15> : vector<16xi32>
// CHECK-DAG: %[[COPIES:.*]] = arith.constant dense<2113665> : vector<16xi32>
// CHECK-DAG: %[[ONES:.*]] = arith.constant dense<16843009> : vector<16xi32>
// CHECK-DAG: %[[THREE:.*]] = arith.constant dense<3> : vector<16xi32>
// CHECK-DAG: %[[TOP:.*]] = arith.constant dense<-2139062144> : vector<16xi32>
// CHECK: scf.for
// CHECK: %[[PLANE:.*]] = vector.load {{.*}} : memref<1x2x1x36xi32>, vector<16xi32>
// CHECK: vector.load
// CHECK: %[[FIELD:.*]] = arith.andi %[[PLANE]], %[[BITS]]
// CHECK: %[[MOVED:.*]] = arith.muli %[[FIELD]], %[[COPIES]]
// CHECK: %[[BYTES:.*]] = arith.andi %[[MOVED]], %[[ONES]]
// CHECK: arith.muli %[[BYTES]], %[[THREE]]
// CHECK: arith.xori %{{.*}}, %[[TOP]]
// CHECK: vector.store
// CHECK: arith.shrui %[[PLANE]]
// CHECK: vector.load %{{.*}}[%c0, %c0, %c0, %c20]
func.func @code_words_of_planes(%c: memref<1x2x1x36xi32>, %p: memref<1x1x2x36xi32>) {
  bitserial.code_words 4 signed multipliers [3, 5] ins(%c : memref<1x2x1x36xi32>) outs(%p : memref<1x1x2x36xi32>)
  return
}

// -----

// The larger of two codes of one bit is set where one of them is.
// CHECK-LABEL: func.func @pool(
// CHECK: %[[A:.*]] = vector.load {{.*}} vector<8xi32>
// CHECK: %[[X:.*]] = vector.shuffle %[[A]], %[[A]] [0, 2, 4, 6] : vector<8xi32>, vector<8xi32>
// CHECK: %[[B:.*]] = vector.load {{.*}} vector<8xi32>
// CHECK: %[[Y:.*]] = vector.shuffle %[[B]], %[[B]] [0, 2, 4, 6]
// CHECK: %[[OR:.*]] = arith.ori %[[X]], %[[Y]] : vector<4xi32>
// CHECK: vector.store %[[OR]]
func.func @pool(%p: memref<1x1x1x32xi32>, %q: memref<1x1x1x24xi32>) {
  bitserial.pool size [1, 8] window [1, 2] stride [1, 2] lanes 4 ins(%p : memref<1x1x1x32xi32>) outs(%q : memref<1x1x1x24xi32>)
  return
}

// Thirteen results of as many columns: the first of the windows begins before the image, the
// last ends behind it. What is out of it is the nearest column that is in.
// CHECK-LABEL: func.func @pool_padded(
// CHECK: %[[ROW:.*]] = arith.maxsi %{{.*}}, %c0
// CHECK: arith.minsi %[[ROW]], %c1
// CHECK: vector.shuffle %{{.*}} [0, 0, 1, 2]
// CHECK: vector.shuffle %{{.*}} [0, 0, 1, 2]
// CHECK-NOT: scf.for
// CHECK: vector.store %{{.*}}[%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}] : memref<1x1x1x40xi32>, vector<4xi32>
// CHECK: scf.for %{{.*}} = %c4 to %c12 step
// CHECK: vector.store
// CHECK: vector.shuffle %{{.*}} [0, 1, 1, 1]
// CHECK: vector.shuffle %{{.*}} [0, 0, 0, 0]
// CHECK: vector.shuffle %{{.*}} [0, 0, 0, 0]
// CHECK: vector.store
func.func @pool_padded(%p: memref<1x1x1x64xi32>, %q: memref<1x1x1x40xi32>) {
  bitserial.pool size [2, 13] window [2, 3] stride [1, 1] pad [1, 1, 0, 1] lanes 4 ins(%p : memref<1x1x1x64xi32>) outs(%q : memref<1x1x1x40xi32>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [50, 1, 1], kernel = [1, 1, 50], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1>

// 32 codes are compared with a plane's bit at a time. Groups of 40 and 10: the
// bits past a group's end are masked.
// CHECK-LABEL: func.func @pack_outputs_tail(
// CHECK-SAME: %[[CODES:.*]]: memref<1x82xi8>, %[[PATCHES:.*]]: memref<1x8xi32>)
// CHECK: scf.for %[[GROUP:.*]] = %c0 to %c2 step %c1 {
// CHECK: %[[NUMBER:.*]] = arith.remui %[[GROUP]], %c2
// CHECK: %[[BEGIN:.*]] = arith.muli %[[NUMBER]], %c40
// CHECK: %[[REST:.*]] = arith.subi %c50, %[[BEGIN]]
// CHECK: %[[SIZE:.*]] = arith.minsi %[[REST]], %c40
// CHECK: scf.for %[[WORD:.*]] = %c0 to %c2 step %c1 {
// CHECK: %[[AT:.*]] = arith.minsi %{{.*}}, %c50
// CHECK: %[[LEFT:.*]] = arith.maxsi %{{.*}}, %c0
// CHECK: %[[WHOLE:.*]] = arith.cmpi sge, %[[LEFT]], %c32
// CHECK: %[[MASK:.*]] = arith.select %[[WHOLE]], %c-1_i32, %{{.*}} : i32
// CHECK: %[[BYTES:.*]] = vector.load %[[CODES]][%c0, %[[AT]]] : memref<1x82xi8>, vector<32xi8>
// CHECK: arith.cmpi ne, {{.*}} : vector<32xi8>
// CHECK: vector.bitcast {{.*}} : vector<32xi1> to vector<1xi32>
// CHECK: %[[MASKED:.*]] = arith.andi %{{.*}}, %[[MASK]] : i32
// CHECK: memref.store %[[MASKED]], %[[PATCHES]][%c0, %{{.*}}]
func.func @pack_outputs_tail(%c: memref<1x82xi8>, %p: memref<1x8xi32>) {
  bitserial.pack planes 2 #geometry <outputs, lanes = 4, vectors = 1> ins(%c : memref<1x82xi8>) outs(%p : memref<1x8xi32>)
  return
}

// -----

//===----------------------------------------------------------------------===//
// Product
//===----------------------------------------------------------------------===//

#geometry = #bitserial.geometry<input = [32, 1, 40], kernel = [1, 1, 32], group = [1, 1, 32], output = [3, 1, 40], stride = [1, 1], dilation = [1, 1], groups = 1>

// 40 positions are a tile of two vectors of 16 and one of one. Patches are moved under
// masks of columns and positions inside the image, then accumulators stay in registers over the rows of an output; a word of weights
// is broadcast for all vectors.
// CHECK-LABEL: func.func @tiled_product(
// CHECK-SAME: %[[PLANES:.*]]: memref<1x2x1x104xi32>, %[[WORDS:.*]]: memref<5xi32>, %[[COORDINATES:.*]]: memref<5xi8>, %[[GROUPS:.*]]: memref<5xi8>, %[[ROWS:.*]]: memref<3xi32>, %[[INIT:.*]]: memref<3xi32>, %[[SUMS:.*]]: memref<1x3x64xi32>, %[[WORKSPACE:.*]]: memref<80xi32>)
// CHECK: %[[COLUMNS:.*]] = arith.remui %[[NUMBERS:.*]], %{{.*}} : vector<16xi32>
// CHECK: %[[LINES:.*]] = arith.divui %[[NUMBERS]], %{{.*}} : vector<16xi32>
// CHECK-DAG: %[[IN_ROW:.*]] = arith.cmpi ult, %[[COLUMNS]], %{{.*}} : vector<16xi32>
// CHECK-DAG: %[[IN_IMAGE:.*]] = arith.cmpi ult, %[[LINES]], %{{.*}} : vector<16xi32>
// CHECK: %[[MASK:.*]] = arith.andi %[[IN_ROW]], %[[IN_IMAGE]] : vector<16xi1>
// CHECK: %[[MOVED:.*]] = vector.maskedload {{.*}}, %[[MASK]], %{{.*}} : memref<208xi32>
// CHECK: vector.store %[[MOVED]], %[[WORKSPACE]]
// CHECK: scf.for %[[C:.*]] = %c0 to %c3 step %c1 iter_args(%[[R:.*]] = %c0, %[[W:.*]] = %c0) -> (index, index) {
// CHECK: %[[FIRST:.*]] = memref.load %[[INIT]][%[[C]]]
// CHECK: %[[START:.*]] = vector.broadcast %[[FIRST]] : i32 to vector<16xi32>
// CHECK: memref.load %[[ROWS]][%[[C]]]
// CHECK: %[[S:.*]]:4 = scf.for %{{.*}} = %c0 to %{{.*}} step %c1 iter_args(%[[A0:.*]] = %[[START]], %[[A1:.*]] = %[[START]], %[[ROW:.*]] = %[[R]], %[[AT:.*]] = %[[W]]) -> (vector<16xi32>, vector<16xi32>, index, index) {
// CHECK: memref.load %[[GROUPS]][%[[ROW]]]
// CHECK: %[[A:.*]] = memref.load %[[COORDINATES]][%[[ROW]]]
// CHECK: %[[WORD:.*]] = memref.load %[[WORDS]][%[[AT]]]
// CHECK: %[[ALL:.*]] = vector.broadcast %[[WORD]] : i32 to vector<16xi32>
// CHECK: %[[BITS:.*]] = vector.load %[[WORKSPACE]]
// CHECK: %[[DIFFERS:.*]] = arith.xori %[[ALL]], %{{.*}} : vector<16xi32>
// CHECK: math.ctpop %[[DIFFERS]] : vector<16xi32>
// CHECK-COUNT-3: math.ctpop
// CHECK: scf.yield
// CHECK: vector.store %[[S]]#0, %[[SUMS]][%c0, %[[C]], %{{.*}}]
// CHECK: vector.store %[[S]]#1, %[[SUMS]][%c0, %[[C]], %{{.*}}]
// CHECK: scf.yield %[[S]]#2, %[[S]]#3
// The last tile has one vector.
// CHECK: scf.for %{{.*}} = %c0 to %{{.*}} step %c1 iter_args(%{{.*}}) -> (vector<16xi32>, index, index) {
func.func @tiled_product(%p: memref<1x2x1x104xi32>, %w: memref<5xi32>, %a: memref<5xi8>, %g: memref<5xi8>, %r: memref<3xi32>, %i: memref<3xi32>, %s: memref<1x3x64xi32>, %ws: memref<80xi32>) {
  bitserial.tiled_product "conv" multipliers [1, 5] #geometry <pixels, lanes = 16, vectors = 2> image <size = [1, 40], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x104xi32>, memref<5xi32>, memref<5xi8>, memref<5xi8>, memref<3xi32>, memref<3xi32>) outs(%s, %ws : memref<1x3x64xi32>, memref<80xi32>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [32, 2, 20], kernel = [1, 2, 32], group = [1, 1, 32], output = [3, 2, 19], stride = [1, 1], dilation = [1, 1], groups = 1>

// Of a result that is narrower than the image a vector may be in two rows, whose words are
// loaded one after the other, the second a place further.
// CHECK-LABEL: func.func @narrower(
// CHECK: %[[ROWS:.*]] = arith.divui %{{.*}}, %{{.*}} : vector<16xi32>
// CHECK: %[[FIRST:.*]] = arith.cmpi eq, %[[ROWS]], %{{.*}} : vector<16xi32>
// CHECK: %[[SECOND:.*]] = arith.cmpi eq, %[[ROWS]], %{{.*}} : vector<16xi32>
// CHECK: %[[MASK0:.*]] = arith.andi %{{.*}}, %[[FIRST]] : vector<16xi1>
// CHECK: %[[WORDS:.*]] = vector.maskedload %{{.*}}[%[[AT:.*]]], %[[MASK0]], %{{.*}} : memref<104xi32>
// CHECK: %[[NEXT:.*]] = arith.addi %[[AT]], %c1 : index
// CHECK: %[[MASK1:.*]] = arith.andi %{{.*}}, %[[SECOND]] : vector<16xi1>
// CHECK: vector.maskedload %{{.*}}[%[[NEXT]]], %[[MASK1]], %[[WORDS]] : memref<104xi32>
func.func @narrower(%p: memref<1x1x1x104xi32>, %w: memref<5xi32>, %a: memref<5xi8>, %g: memref<5xi8>, %r: memref<3xi32>, %i: memref<3xi32>, %s: memref<1x3x48xi32>, %ws: memref<112xi32>) {
  bitserial.tiled_product "conv" multipliers [1] #geometry <pixels, lanes = 16, vectors = 3> image <size = [2, 20], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x1x1x104xi32>, memref<5xi32>, memref<5xi8>, memref<5xi8>, memref<3xi32>, memref<3xi32>) outs(%s, %ws : memref<1x3x48xi32>, memref<112xi32>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [128, 1, 33], kernel = [1, 1, 128], group = [1, 1, 128], output = [3, 1, 33], stride = [1, 1], dilation = [1, 1], groups = 1>

// Of 33 positions the last is a tail: its four words are copied side by side, and are
// in lanes, while two vectors hold the others. Its sum is lane 0 of a third.
// CHECK-LABEL: func.func @tail(
// CHECK: vector.store %{{.*}} memref<224xi32>, vector<16xi32>
// CHECK: %[[FROM:.*]] = arith.muli %{{.*}}, %c48 : index
// CHECK-NEXT: %[[FIRST:.*]] = arith.addi %[[FROM]], %c32 : index
// CHECK: memref.load %{{.*}}[%[[FIRST]]]
// CHECK: memref.store
// CHECK: %[[SUMS:.*]]:5 = scf.for {{.*}} -> (vector<16xi32>, vector<16xi32>, index, index, vector<4xi32>)
// CHECK-COUNT-8: math.ctpop {{.*}} : vector<16xi32>
// CHECK: math.ctpop {{.*}} : vector<4xi32>
// CHECK: %[[SUM:.*]] = vector.reduction <add>, %[[SUMS]]#4 : vector<4xi32> into i32
// CHECK: vector.insert %[[SUM]], %{{.*}} [0] : i32 into vector<16xi32>
func.func @tail(%p: memref<1x1x4x97xi32>, %w: memref<12xi32>, %a: memref<3xi8>, %g: memref<3xi8>, %r: memref<3xi32>, %i: memref<3xi32>, %s: memref<1x3x48xi32>, %ws: memref<224xi32>) {
  bitserial.tiled_product "conv" multipliers [1] #geometry <pixels, lanes = 16, vectors = 3> image <size = [1, 33], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x1x4x97xi32>, memref<12xi32>, memref<3xi8>, memref<3xi8>, memref<3xi32>, memref<3xi32>) outs(%s, %ws : memref<1x3x48xi32>, memref<224xi32>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [128, 1, 32], kernel = [1, 1, 128], group = [1, 1, 128], output = [3, 1, 32], stride = [1, 1], dilation = [1, 1], groups = 1>

// Of four words two are added to the bits of the first; what is carried counts twice, those
// that are left, and the last word, once.
// CHECK-LABEL: func.func @carries(
// CHECK: %[[FIRST0:.*]] = arith.xori {{.*}} : vector<16xi32>
// CHECK: %[[FIRST1:.*]] = arith.xori {{.*}} : vector<16xi32>
// CHECK: %[[ONE:.*]] = arith.xori %[[WEIGHTS:.*]], %{{.*}} : vector<16xi32>
// CHECK: %[[HALF:.*]] = arith.xori %[[FIRST0]], %[[ONE]] : vector<16xi32>
// CHECK: %[[OTHER:.*]] = arith.xori {{.*}} : vector<16xi32>
// CHECK: %[[SUM0:.*]] = arith.xori %[[HALF]], %[[OTHER]] : vector<16xi32>
// CHECK: %[[CARRY:.*]] = llvm.call_intrinsic "llvm.x86.avx512.pternlog.d.512"(%[[HALF]], %[[SUM0]], %[[FIRST0]], %c58_i32)
// CHECK: %[[TWICE0:.*]] = math.ctpop %[[CARRY]] : vector<16xi32>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.pternlog.d.512"(%{{.*}}, %[[SUM1:.*]], %[[FIRST1]], %c58_i32)
// CHECK: %[[TWICE1:.*]] = math.ctpop
// CHECK: %[[LEFT0:.*]] = math.ctpop %[[SUM0]] : vector<16xi32>
// CHECK: %[[LEFT1:.*]] = math.ctpop %[[SUM1]] : vector<16xi32>
// CHECK: %[[LAST0:.*]] = math.ctpop
// CHECK: %[[ONCE0:.*]] = arith.addi %[[LEFT0]], %[[LAST0]] : vector<16xi32>
// CHECK: arith.muli %{{.*}}, %c-1_i32
// CHECK: vector.bitcast %[[ONCE0]] : vector<16xi32> to vector<32xi16>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.pmaddw.d.512"
// CHECK: arith.muli %{{.*}}, %c-2_i32
// CHECK: vector.bitcast %[[TWICE0]] : vector<16xi32> to vector<32xi16>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.pmaddw.d.512"
// CHECK: vector.bitcast %[[TWICE1]] : vector<16xi32> to vector<32xi16>
func.func @carries(%p: memref<1x1x4x96xi32>, %w: memref<12xi32>, %a: memref<3xi8>, %g: memref<3xi8>, %r: memref<3xi32>, %i: memref<3xi32>, %s: memref<1x3x32xi32>, %ws: memref<144xi32>) {
  bitserial.tiled_product "conv" multipliers [1] #geometry <pixels, lanes = 16, vectors = 2, count = carries> image <size = [1, 32], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x1x4x96xi32>, memref<12xi32>, memref<3xi8>, memref<3xi8>, memref<3xi32>, memref<3xi32>) outs(%s, %ws : memref<1x3x32xi32>, memref<144xi32>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [64, 1, 33], kernel = [1, 1, 64], group = [1, 1, 64], output = [8, 1, 33], stride = [1, 1], dilation = [1, 1], groups = 1>

// So it is where codes are multiplied, eight outputs by two vectors, then eight words of
// the tail by those of each output.
// CHECK-LABEL: func.func @dense_tail(
// CHECK: scf.for {{.*}} -> (vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>, vector<16xi32>)
// CHECK-COUNT-16: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"
// CHECK: %[[SUM:.*]] = vector.reduction <add>, %{{.*}} : vector<16xi32> into i32
// CHECK: vector.insert %[[SUM]], %{{.*}} [0] : i32 into vector<16xi32>
func.func @dense_tail(%p: memref<1x1x16x97xi32>, %w: memref<128xi32>, %i: memref<8xi32>, %s: memref<1x8x48xi32>, %ws: memref<800xi32>) {
  bitserial.dense_product "conv" #geometry <pixels, lanes = 16, vectors = 3, count = dpbusd> image <size = [1, 33], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %i : memref<1x1x16x97xi32>, memref<128xi32>, memref<8xi32>) outs(%s, %ws : memref<1x8x48xi32>, memref<800xi32>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [64, 1, 40], kernel = [1, 1, 64], group = [1, 1, 64], output = [3, 1, 40], stride = [1, 1], dilation = [1, 1], groups = 1>

// Tables: 64 bytes of 16 positions and four bits each, in rows of 32 bytes. Sixteen
// tables are stored first; a word of activations becomes eight vectors of bytes, a word of
// weights the places of eight tables, of 16 bytes each.
// CHECK-LABEL: func.func @tables(
// CHECK-COUNT-16: vector.store {{.*}} memref<472xi32>, vector<4xi32>
// CHECK: scf.for
// CHECK-COUNT-8: vector.store {{.*}} vector<8xi32>
// CHECK: memref.load {{.*}} memref<3xi32>
// CHECK: %[[LOW:.*]] = arith.shli %[[BITS:.*]], %{{.*}} : vector<2xi32>
// CHECK: %[[FROM:.*]] = arith.andi %[[LOW]], %[[MASK:.*]] :
// CHECK: %[[UPPER:.*]] = arith.andi %[[BITS]], %[[MASK]] :
// CHECK: vector.store %[[FROM]]
// CHECK: vector.store %[[UPPER]]
// CHECK: llvm.load {{.*}} -> i8
// CHECK: llvm.load {{.*}} -> vector<4xi32>
// CHECK-COUNT-16: llvm.call_intrinsic "llvm.x86.avx2.pshuf.b"
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"
func.func @tables(%p: memref<1x1x2x72xi32>, %w: memref<6xi32>, %a: memref<3xi8>, %g: memref<3xi8>, %r: memref<3xi32>, %i: memref<3xi32>, %s: memref<1x3x64xi32>, %ws: memref<472xi32>) {
  bitserial.tiled_product "conv" multipliers [1] #geometry <pixels, lanes = 8, vectors = 8, count = tables> image <size = [1, 40], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x1x2x72xi32>, memref<6xi32>, memref<3xi8>, memref<3xi8>, memref<3xi32>, memref<3xi32>) outs(%s, %ws : memref<1x3x64xi32>, memref<472xi32>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [32, 1, 16], kernel = [1, 1, 32], group = [1, 1, 32], output = [3, 1, 16], stride = [1, 1], dilation = [1, 1], groups = 1>

// Two bits of a code: whether the second threshold is reached, and of the third if it is,
// else of the first. Masks of 16 positions lie where the words will be, those of output
// `c` in lane `c mod 16`, which are transposed by four exchanges of blocks of bits.
// CHECK-LABEL: func.func @tiled_product_thresholds(
// CHECK-COUNT-2: vector.store %{{.*}}, %{{.*}} : memref<1x2x1x16xi32>, vector<16xi32>
// CHECK-DAG: %[[T0:.*]] = memref.load %{{.*}}[%[[C:.*]], %c0{{.*}}] : memref<3x3xi32>
// CHECK-DAG: %[[T1:.*]] = memref.load %{{.*}}[%[[C]], %c1{{.*}}] : memref<3x3xi32>
// CHECK-DAG: %[[T2:.*]] = memref.load %{{.*}}[%[[C]], %c2{{.*}}] : memref<3x3xi32>
// CHECK-DAG: %[[FIRST:.*]] = vector.broadcast %[[T0]]
// CHECK-DAG: %[[SECOND:.*]] = vector.broadcast %[[T1]]
// CHECK-DAG: %[[THIRD:.*]] = vector.broadcast %[[T2]]
// CHECK: %[[HIGH:.*]] = arith.cmpi sge, %[[S:.*]], %[[SECOND]] : vector<16xi32>
// CHECK: %[[T:.*]] = arith.select %[[HIGH]], %[[THIRD]], %[[FIRST]]
// CHECK: %[[LOW:.*]] = arith.cmpi sge, %[[S]], %[[T]] : vector<16xi32>
// CHECK: %[[M1:.*]] = vector.bitcast %[[HIGH]] : vector<16xi1> to vector<1xi16>
// CHECK: %[[H1:.*]] = vector.extract %[[M1]][0]
// CHECK: llvm.store %[[H1]], %{{.*}} {alignment = 2 : i64} : i16, !llvm.ptr
// CHECK: %[[M0:.*]] = vector.bitcast %[[LOW]]
// CHECK: %[[H0:.*]] = vector.extract %[[M0]][0]
// CHECK: llvm.store %[[H0]]
// CHECK: vector.load %{{.*}} : memref<1x2x1x16xi32>, vector<16xi32>
// CHECK: vector.shuffle %{{.*}} [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]
// CHECK: vector.shuffle %{{.*}} [4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11]
// CHECK: vector.shuffle %{{.*}} [2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13]
// CHECK: vector.shuffle %{{.*}} [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14]
// CHECK: vector.store %{{.*}} : memref<1x2x1x16xi32>, vector<16xi32>
func.func @tiled_product_thresholds(%p: memref<1x1x1x80xi32>, %w: memref<5xi32>, %a: memref<5xi8>, %g: memref<5xi8>, %r: memref<3xi32>, %t: memref<3x3xi32>, %s: memref<1x2x1x16xi32>, %ws: memref<32xi32>) {
  bitserial.tiled_product "conv" multipliers [1] #geometry <pixels, lanes = 16, vectors = 1> image <size = [1, 16], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %r : memref<1x1x1x80xi32>, memref<5xi32>, memref<5xi8>, memref<5xi8>, memref<3xi32>, memref<3xi32>) thresholds(%t : memref<3x3xi32>) outs(%s, %ws : memref<1x2x1x16xi32>, memref<32xi32>)
  return
}

// -----

#many = #bitserial.geometry<input = [32, 1, 16], kernel = [1, 1, 32], group = [1, 1, 32], output = [64, 1, 16], stride = [1, 1], dilation = [1, 1], groups = 1>
#geometry = #bitserial.geometry<input = [32, 1, 16], kernel = [1, 1, 32], group = [1, 1, 32], output = [3, 1, 16], stride = [1, 1], dilation = [1, 1], groups = 1>

// Masks of all 32 outputs of a word leave nothing of what was there. Those of the upper
// half lie two bytes further.
// CHECK-LABEL: func.func @tiled_product_whole_words(
// CHECK-NOT: memref<1x1x2x16xi32>, vector<16xi32>
// CHECK: arith.remui %[[BIT:.*]], %c16
// CHECK: %[[HALF:.*]] = arith.divui %[[BIT]], %c16
// CHECK: arith.muli %[[HALF]], %c2
// CHECK: llvm.store
// CHECK: vector.store %{{.*}} : memref<1x1x2x16xi32>, vector<16xi32>
func.func @tiled_product_whole_words(%p: memref<1x1x1x80xi32>, %w: memref<64xi32>, %a: memref<64xi8>, %r: memref<64xi32>, %t: memref<64x1xi32>, %s: memref<1x1x2x16xi32>, %ws: memref<32xi32>) {
  bitserial.tiled_product "conv" multipliers [1] #many <pixels, lanes = 16, vectors = 1> image <size = [1, 16], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %a, %r, %r : memref<1x1x1x80xi32>, memref<64xi32>, memref<64xi8>, memref<64xi8>, memref<64xi32>, memref<64xi32>) thresholds(%t : memref<64x1xi32>) outs(%s, %ws : memref<1x1x2x16xi32>, memref<32xi32>)
  return
}

#two = #bitserial.geometry<input = [32, 1, 32], kernel = [1, 1, 32], group = [1, 1, 32], output = [3, 1, 32], stride = [1, 1], dilation = [1, 1], groups = 1>

// Thresholds of 16 bits: two vectors of sums are packed to one, whose comparisons are a
// mask of 32 bits. Blocks of 16 bits are exchanged between two vectors of masks, then
// those inside; packing has mixed the positions.
// CHECK-LABEL: func.func @tiled_product_packed(
// CHECK: %[[T:.*]] = memref.load %{{.*}} : memref<3x1xi16>
// CHECK: %[[PACKED:.*]] = llvm.call_intrinsic "llvm.x86.avx512.packssdw.512"(%{{.*}}, %{{.*}}) : (vector<16xi32>, vector<16xi32>) -> vector<32xi16>
// CHECK: %[[TS:.*]] = vector.broadcast %[[T]] : i16 to vector<32xi16>
// CHECK: %[[SET:.*]] = arith.cmpi sgt, %[[PACKED]], %[[TS]] : vector<32xi16>
// CHECK: vector.bitcast %[[SET]] : vector<32xi1> to vector<1xi32>
// CHECK: llvm.store %{{.*}} : i32, !llvm.ptr
// CHECK-COUNT-2: vector.load %{{.*}} : memref<1x1x1x32xi32>, vector<16xi32>
// CHECK-COUNT-8: vector.shuffle
// CHECK: vector.shuffle %[[A:.*]], %[[B:.*]] [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27]
// CHECK: vector.shuffle %[[A]], %[[B]] [4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31]
func.func @tiled_product_packed(%p: memref<1x1x1x96xi32>, %w: memref<5xi32>, %a: memref<5xi8>, %g: memref<5xi8>, %r: memref<3xi32>, %t: memref<3x1xi16>, %s: memref<1x1x1x32xi32>, %ws: memref<48xi32>) {
  bitserial.tiled_product "conv" multipliers [1] #two <pixels, lanes = 16, vectors = 2> image <size = [1, 32], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %r : memref<1x1x1x96xi32>, memref<5xi32>, memref<5xi8>, memref<5xi8>, memref<3xi32>, memref<3xi32>) thresholds(%t : memref<3x1xi16>) outs(%s, %ws : memref<1x1x1x32xi32>, memref<48xi32>)
  return
}

// AVX2 packs four vectors to two, and their comparisons to bytes.
// CHECK-LABEL: func.func @tables_packed(
// CHECK: %[[P0:.*]] = llvm.call_intrinsic "llvm.x86.avx2.packssdw"
// CHECK: %[[P1:.*]] = llvm.call_intrinsic "llvm.x86.avx2.packssdw"
// CHECK: %[[S0:.*]] = arith.cmpi sgt, %[[P0]],
// CHECK: %[[S1:.*]] = arith.cmpi sgt, %[[P1]],
// CHECK: %[[W0:.*]] = arith.extsi %[[S0]] : vector<16xi1> to vector<16xi16>
// CHECK: %[[W1:.*]] = arith.extsi %[[S1]]
// CHECK: %[[BYTES:.*]] = llvm.call_intrinsic "llvm.x86.avx2.packsswb"(%[[W0]], %[[W1]])
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.pmovmskb"(%[[BYTES]]) : (vector<32xi8>) -> i32
// CHECK-COUNT-4: vector.load %{{.*}} : memref<1x1x1x32xi32>, vector<8xi32>
func.func @tables_packed(%p: memref<1x1x1x64xi32>, %w: memref<5xi32>, %a: memref<5xi8>, %g: memref<5xi8>, %r: memref<3xi32>, %t: memref<3x1xi16>, %s: memref<1x1x1x32xi32>, %ws: memref<216xi32>) {
  bitserial.tiled_product "conv" multipliers [1] #two <pixels, lanes = 8, vectors = 4, count = tables> image <size = [1, 32], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %r : memref<1x1x1x64xi32>, memref<5xi32>, memref<5xi8>, memref<5xi8>, memref<3xi32>, memref<3xi32>) thresholds(%t : memref<3x1xi16>) outs(%s, %ws : memref<1x1x1x32xi32>, memref<216xi32>)
  return
}

// Without masks a bit of each word is set where the threshold is reached.
// CHECK-LABEL: func.func @tiled_product_bits(
// CHECK: %[[SET:.*]] = arith.cmpi sge, %{{.*}} : vector<8xi32>
// CHECK: %[[WITH:.*]] = arith.ori %[[OLD:.*]], %{{.*}} : vector<8xi32>
// CHECK: %[[NEW:.*]] = arith.select %[[SET]], %[[WITH]], %[[OLD]]
// CHECK: vector.store %[[NEW]], %{{.*}} : memref<1x1x1x16xi32>, vector<8xi32>
func.func @tiled_product_bits(%p: memref<1x1x1x80xi32>, %w: memref<5xi32>, %a: memref<5xi8>, %g: memref<5xi8>, %r: memref<3xi32>, %t: memref<3x1xi32>, %s: memref<1x1x1x16xi32>, %ws: memref<24xi32>) {
  bitserial.tiled_product "conv" multipliers [1] #geometry <pixels, lanes = 8, vectors = 2> image <size = [1, 16], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %r : memref<1x1x1x80xi32>, memref<5xi32>, memref<5xi8>, memref<5xi8>, memref<3xi32>, memref<3xi32>) thresholds(%t : memref<3x1xi32>) outs(%s, %ws : memref<1x1x1x16xi32>, memref<24xi32>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [32, 1, 16], kernel = [1, 1, 32], group = [1, 1, 32], output = [3, 1, 16], stride = [1, 1], dilation = [1, 1], groups = 1>

// A code of two bits chooses one of four terms, which is added to the rescaled sums; the
// float that comes of it has the threshold.
// CHECK-LABEL: func.func @tiled_product_residual(
// CHECK: arith.sitofp %{{.*}} : vector<16xi32> to vector<16xf32>
// CHECK: %[[Y:.*]] = arith.select %{{.*}} : vector<16xi1>, vector<16xf32>
// CHECK: %[[LOW:.*]] = arith.cmpi ne, %{{.*}} : vector<16xi32>
// CHECK: %[[V0:.*]] = arith.select %[[LOW]], %{{.*}}, %{{.*}} : vector<16xi1>, vector<16xf32>
// CHECK: %[[V1:.*]] = arith.select %[[LOW]], %{{.*}}, %{{.*}} : vector<16xi1>, vector<16xf32>
// CHECK: %[[HIGH:.*]] = arith.cmpi ne, %{{.*}} : vector<16xi32>
// CHECK: %[[R:.*]] = arith.select %[[HIGH]], %[[V1]], %[[V0]] : vector<16xi1>, vector<16xf32>
// CHECK: %[[SUM:.*]] = arith.addf %[[Y]], %[[R]] : vector<16xf32>
// CHECK: arith.cmpf oge, %[[SUM]], %{{.*}} : vector<16xf32>
func.func @tiled_product_residual(%p: memref<1x1x1x80xi32>, %w: memref<5xi32>, %a: memref<5xi8>, %g: memref<5xi8>, %r: memref<3xi32>, %t: memref<3x1xf32>, %x: memref<1x2x1x16xi32>, %m: memref<3x6xf32>, %s: memref<1x1x1x16xi32>, %ws: memref<32xi32>) {
  bitserial.tiled_product "conv" multipliers [1] #geometry <pixels, lanes = 16, vectors = 1> image <size = [1, 16], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %r : memref<1x1x1x80xi32>, memref<5xi32>, memref<5xi8>, memref<5xi8>, memref<3xi32>, memref<3xi32>) thresholds(%t : memref<3x1xf32>) residual(%x, %m : memref<1x2x1x16xi32>, memref<3x6xf32>) outs(%s, %ws : memref<1x1x1x16xi32>, memref<32xi32>)
  return
}

// -----

// Without lanes a code is the index of its term.
// CHECK-LABEL: func.func @threshold_residual(
// CHECK: %[[CODE:.*]] = memref.load %{{.*}} : memref<12xi8>
// CHECK: %[[I:.*]] = arith.index_castui %[[CODE]] : i8 to index
// CHECK: %[[AT:.*]] = arith.addi %[[I]], %c2
// CHECK: %[[R:.*]] = memref.load %{{.*}}[%{{.*}}, %[[AT]]] : memref<2x6xf32>
// CHECK: %[[Y:.*]] = arith.addf %{{.*}}, %[[R]] : f32
// CHECK: arith.cmpf oge, %[[Y]], %{{.*}} : f32
func.func @threshold_residual(%s: memref<1x2x6xi32>, %t: memref<2x3xf32>, %r: memref<1x2x3x2xi8>, %m: memref<2x6xf32>, %y: memref<1x2x3x2xi8>) {
  bitserial.threshold <pixels, lanes = 1, vectors = 3> ins(%s, %t : memref<1x2x6xi32>, memref<2x3xf32>) residual(%r, %m : memref<1x2x3x2xi8>, memref<2x6xf32>) outs(%y : memref<1x2x3x2xi8>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [8, 1, 16], kernel = [1, 1, 8], group = [1, 1, 8], output = [4, 1, 16], stride = [1, 1], dilation = [1, 1], groups = 1>

// Four outputs at a time, for each word of four codes.
// CHECK-LABEL: func.func @dense_product(
// CHECK: scf.for %{{.*}} = %c0 to %c2 step %c1 iter_args({{.*}}) -> (vector<8xi32>, vector<8xi32>, vector<8xi32>, vector<8xi32>, vector<8xi32>, vector<8xi32>, vector<8xi32>, vector<8xi32>) {
// CHECK-COUNT-2: vector.load %{{.*}} : memref<40xi32>, vector<8xi32>
// CHECK-COUNT-8: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.256"
func.func @dense_product(%p: memref<1x1x2x48xi32>, %w: memref<8xi32>, %i: memref<4xi32>, %s: memref<1x4x16xi32>, %ws: memref<40xi32>) {
  bitserial.dense_product "conv" #geometry <pixels, lanes = 8, vectors = 2, count = dpbusd> image <size = [1, 16], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %i : memref<1x1x2x48xi32>, memref<8xi32>, memref<4xi32>) outs(%s, %ws : memref<1x4x16xi32>, memref<40xi32>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [48, 1, 16], kernel = [1, 1, 48], group = [1, 1, 48], output = [4, 1, 16], stride = [1, 1], dilation = [1, 1], groups = 1>

// Sums of eight words of codes up to 15 fit 16 bits: 8 * 2 * 15 * 127 is less than 32768.
// CHECK-LABEL: func.func @dense_product_halves(
// CHECK: scf.for %[[FROM:.*]] = %c0 to %c12 step %c8
// CHECK: %[[END:.*]] = arith.addi %[[FROM]], %c8
// CHECK: %[[TO:.*]] = arith.minsi %[[END]], %c12
// CHECK: %[[HALVES:.*]]:8 = scf.for %{{.*}} = %[[FROM]] to %[[TO]]
// CHECK-COUNT-8: llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"
// CHECK-COUNT-8: llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"
func.func @dense_product_halves(%p: memref<1x1x12x48xi32>, %w: memref<48xi32>, %i: memref<4xi32>, %s: memref<1x4x16xi32>, %ws: memref<200xi32>) {
  bitserial.dense_product "conv" #geometry <pixels, lanes = 8, vectors = 2, count = pmaddubsw> image <size = [1, 16], pad = [0, 0], bits = 4, outside = 0> ins(%p, %w, %i : memref<1x1x12x48xi32>, memref<48xi32>, memref<4xi32>) outs(%s, %ws : memref<1x4x16xi32>, memref<200xi32>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [4, 1, 3], kernel = [1, 1, 2], group = [1, 1, 2], output = [6, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 2>

// Scalar: vectors of one. Outputs 0 to 2 read the patches of the first group of
// channels, 3 to 5 those of the second.
// CHECK-LABEL: func.func @product_pixels_scalar_groups2(
// CHECK: scf.for %[[C:.*]] = %c0 to %c6 step %c1
// CHECK: %[[CONVGROUP:.*]] = arith.divui %[[C]], %c3
// CHECK-COUNT-3: math.ctpop %{{.*}} : vector<1xi32>
// CHECK-NOT: math.ctpop
// CHECK-NOT: llvm.inline_asm
func.func @product_pixels_scalar_groups2(%p: memref<1x2x3xi32>, %w: memref<5xi32>, %a: memref<5xi16>, %n: memref<6xi8>, %i: memref<6xi32>, %s: memref<1x6x3xi32>) {
  bitserial.product "conv" multipliers [1] #geometry <pixels, lanes = 1, vectors = 3> ins(%p, %w, %a, %n, %i : memref<1x2x3xi32>, memref<5xi32>, memref<5xi16>, memref<6xi8>, memref<6xi32>) outs(%s : memref<1x6x3xi32>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [50, 1, 1], kernel = [1, 1, 50], group = [1, 1, 40], output = [5, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1>

// Two blocks of four outputs; a word of the activation is broadcast, words and
// coordinates of the outputs are vectors.
// CHECK-LABEL: func.func @product_outputs(
// CHECK-SAME: %[[PATCHES:.*]]: memref<2x8xi32>, %[[WORDS:.*]]: memref<24xi32>, %[[COORDINATES:.*]]: memref<12xi8>, %[[WIDTHS:.*]]: memref<4xi8>, %[[INIT:.*]]: memref<8xi32>, %[[SUMS:.*]]: memref<2x8xi32>)
// CHECK: scf.for %[[N:.*]] = %c0 to %c2 step %c1 {
// CHECK: scf.for %[[BLOCK:.*]] = %c0 to %c2 step %c1 iter_args
// CHECK: %[[FIRST:.*]] = arith.muli %[[BLOCK]], %c4
// CHECK: %[[START:.*]] = vector.load %[[INIT]][%[[FIRST]]] : memref<8xi32>, vector<4xi32>
// CHECK: scf.for %[[GROUP:.*]] = %c0 to %c2 step %c1 iter_args(%{{.*}} = %[[START]],
// CHECK: memref.load %[[WIDTHS]]
// CHECK: scf.for
// CHECK: %[[A:.*]] = vector.load %[[COORDINATES]][%{{.*}}] : memref<12xi8>, vector<4xi8>
// CHECK: %[[WORD:.*]] = vector.load %[[WORDS]][%{{.*}}] : memref<24xi32>, vector<4xi32>
// CHECK: %[[BIT:.*]] = memref.load %[[PATCHES]][%[[N]], %{{.*}}]
// CHECK: %[[BITS:.*]] = vector.broadcast %[[BIT]] : i32 to vector<4xi32>
// CHECK: %[[DIFFERS:.*]] = arith.xori %[[WORD]], %[[BITS]]
// CHECK: math.ctpop %[[DIFFERS]]
// CHECK: math.ctpop
// CHECK: arith.extsi %[[A]] : vector<4xi8> to vector<4xi32>
// CHECK-COUNT-2: math.ctpop
// CHECK-NOT: math.ctpop
// CHECK: vector.store %{{.*}}, %[[SUMS]][%[[N]], %[[FIRST]]]
func.func @product_outputs(%p: memref<2x8xi32>, %w: memref<24xi32>, %a: memref<12xi8>, %n: memref<4xi8>, %i: memref<8xi32>, %s: memref<2x8xi32>) {
  bitserial.product "fc" multipliers [1, 2] #geometry <outputs, lanes = 4, vectors = 1> ins(%p, %w, %a, %n, %i : memref<2x8xi32>, memref<24xi32>, memref<12xi8>, memref<4xi8>, memref<8xi32>) outs(%s : memref<2x8xi32>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [2180, 1, 1], kernel = [1, 1, 2180], group = [1, 1, 2180], output = [4, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1>

// 69 words are a loop of 32 at a time, which stays one, and five more.
// CHECK: #[[ROLLED:.*]] = #llvm.loop_unroll<disable = true>
// CHECK: #[[ANNOTATION:.*]] = #llvm.loop_annotation<unroll = #[[ROLLED]]>
// CHECK-LABEL: func.func @product_outputs_long_rows(
// CHECK: scf.for %{{.*}} = %c0 to %c64 step %c32
// CHECK-COUNT-32: math.ctpop
// CHECK-NOT: math.ctpop
// CHECK: {loop_annotation = #[[ANNOTATION]]}
// CHECK-COUNT-5: math.ctpop
// CHECK-NOT: math.ctpop
func.func @product_outputs_long_rows(%p: memref<1x69xi32>, %w: memref<276xi32>, %a: memref<4xi8>, %n: memref<1xi8>, %i: memref<4xi32>, %s: memref<1x4xi32>) {
  bitserial.product "fc" multipliers [1] #geometry <outputs, lanes = 4, vectors = 1> ins(%p, %w, %a, %n, %i : memref<1x69xi32>, memref<276xi32>, memref<4xi8>, memref<1xi8>, memref<4xi32>) outs(%s : memref<1x4xi32>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [1100, 1, 1], kernel = [1, 1, 1100], group = [1, 1, 1100], output = [4, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1>

// Where no instruction counts, bits are counted in fields of two, then of four bits,
// three words of them, then of bytes. Of 35 words the bits of 31 fit bytes, which
// are summed by shifts; then four words more.
// CHECK-LABEL: func.func @product_bytes(
// CHECK: arith.constant dense<252645135> : vector<4xi32>
// CHECK: arith.constant dense<858993459> : vector<4xi32>
// CHECK: arith.constant dense<1431655765> : vector<4xi32>
// CHECK-NOT: math.ctpop
// CHECK-COUNT-31: arith.xori
// CHECK-NOT: arith.xori
// CHECK: %[[HALVES:.*]] = arith.addi %{{.*}} : vector<4xi32>
// CHECK: arith.shrui %[[HALVES]], %{{.*}} : vector<4xi32>
// CHECK: arith.addi %{{.*}} : vector<4xi32>
// CHECK-COUNT-4: arith.xori
// CHECK: arith.addi %{{.*}} : vector<4xi32>
func.func @product_bytes(%p: memref<1x35xi32>, %w: memref<140xi32>, %a: memref<4xi8>, %n: memref<1xi8>, %i: memref<4xi32>, %s: memref<1x4xi32>) {
  bitserial.product "fc" multipliers [1] #geometry <outputs, lanes = 4, vectors = 1, count = bytes> ins(%p, %w, %a, %n, %i : memref<1x35xi32>, memref<140xi32>, memref<4xi8>, memref<1xi8>, memref<4xi32>) outs(%s : memref<1x4xi32>)
  return
}

// By instructions of the target.
// CHECK-LABEL: func.func @product_uaddlp(
// CHECK: %[[HALVES:.*]] = llvm.call_intrinsic "llvm.aarch64.neon.uaddlp.v8i16.v16i8"(%{{.*}}) : (vector<16xi8>) -> vector<8xi16>
// CHECK: llvm.call_intrinsic "llvm.aarch64.neon.uaddlp.v4i32.v8i16"(%[[HALVES]]) : (vector<8xi16>) -> vector<4xi32>
func.func @product_uaddlp(%p: memref<1x35xi32>, %w: memref<140xi32>, %a: memref<4xi8>, %n: memref<1xi8>, %i: memref<4xi32>, %s: memref<1x4xi32>) {
  bitserial.product "fc" multipliers [1] #geometry <outputs, lanes = 4, vectors = 1, count = uaddlp> ins(%p, %w, %a, %n, %i : memref<1x35xi32>, memref<140xi32>, memref<4xi8>, memref<1xi8>, memref<4xi32>) outs(%s : memref<1x4xi32>)
  return
}

// CHECK-LABEL: func.func @product_pmadd(
// CHECK: %[[HALVES:.*]] = llvm.call_intrinsic "llvm.x86.ssse3.pmadd.ub.sw.128"(%{{.*}}, %{{.*}}) : (vector<16xi8>, vector<16xi8>) -> vector<8xi16>
// CHECK: llvm.call_intrinsic "llvm.x86.sse2.pmadd.wd"(%[[HALVES]], %{{.*}}) : (vector<8xi16>, vector<8xi16>) -> vector<4xi32>
func.func @product_pmadd(%p: memref<1x35xi32>, %w: memref<140xi32>, %a: memref<4xi8>, %n: memref<1xi8>, %i: memref<4xi32>, %s: memref<1x4xi32>) {
  bitserial.product "fc" multipliers [1] #geometry <outputs, lanes = 4, vectors = 1, count = pmadd> ins(%p, %w, %a, %n, %i : memref<1x35xi32>, memref<140xi32>, memref<4xi8>, memref<1xi8>, memref<4xi32>) outs(%s : memref<1x4xi32>)
  return
}

// -----

//===----------------------------------------------------------------------===//
// Threshold, rescale
//===----------------------------------------------------------------------===//

// 20 positions: two vectors of eight, then one by one. Channels are innermost in
// the result.
// CHECK-LABEL: func.func @threshold_pixels_tail(
// CHECK: scf.for %{{.*}} = %c0 to %c16 step %c8 {
// CHECK: vector.load {{.*}} vector<8xi32>
// CHECK-COUNT-3: arith.cmpi sge, {{.*}} : vector<8xi32>
// CHECK-NOT: arith.cmpi
// CHECK: arith.trunci {{.*}} : vector<8xi32> to vector<8xi8>
// CHECK-COUNT-8: memref.store
// CHECK: scf.for %{{.*}} = %c16 to %c20 step %c1 {
// CHECK-COUNT-3: arith.cmpi sge, {{.*}} : vector<1xi32>
// CHECK: memref.store
func.func @threshold_pixels_tail(%s: memref<1x2x24xi32>, %t: memref<2x3xi32>, %y: memref<1x4x5x2xi8>) {
  bitserial.threshold <pixels, lanes = 8, vectors = 3> ins(%s, %t : memref<1x2x24xi32>, memref<2x3xi32>) outs(%y : memref<1x4x5x2xi8>)
  return
}

// -----

// 31 thresholds are five steps of a binary search.
// CHECK-LABEL: func.func @threshold_pixels_search(
// CHECK-COUNT-5: arith.cmpi sge, {{.*}} : i32
// CHECK-NOT: arith.cmpi
// CHECK: arith.index_castui {{.*}} : index to i8
func.func @threshold_pixels_search(%s: memref<1x2x24xi32>, %t: memref<2x31xi32>, %y: memref<1x4x5x2xi8>) {
  bitserial.threshold <pixels, lanes = 8, vectors = 3> ins(%s, %t : memref<1x2x24xi32>, memref<2x31xi32>) outs(%y : memref<1x4x5x2xi8>)
  return
}

// -----

// Runs of rows: 0, 1 to 2, 3, each with the thresholds of its class.
// CHECK-LABEL: func.func @threshold_pixels_border(
// CHECK: %[[TABLE:.*]] = memref.collapse_shape {{.*}} memref<2x1x2x1xi32> into memref<4xi32>
// CHECK: scf.for %{{.*}} = %c0 to %c5 step %c1
// CHECK: memref.load %[[TABLE]][%[[C0:.*]]] :
// CHECK: scf.for %{{.*}} = %c1 to %c3 step %c1
// CHECK: %[[SECOND:.*]] = arith.addi %{{.*}}, %c2
// CHECK: memref.load %[[TABLE]][%[[SECOND]]]
// CHECK: memref.load %[[TABLE]]
// CHECK-NOT: memref.load %[[TABLE]]
func.func @threshold_pixels_border(%s: memref<1x2x24xi32>, %t: memref<2x1x2x1xi32>, %y: memref<1x4x5x2xi8>) {
  bitserial.threshold <pixels, lanes = 8, vectors = 3> rows [0, 1, 1, 0] columns [0, 0, 0, 0, 0] ins(%s, %t : memref<1x2x24xi32>, memref<2x1x2x1xi32>) outs(%y : memref<1x4x5x2xi8>)
  return
}

// -----

// Outputs 0 to 3 in a vector, the fifth alone; padded ones are not written.
// CHECK-LABEL: func.func @threshold_outputs_tail(
// CHECK: scf.for %{{.*}} = %c0 to %c3 step %c1 iter_args
// CHECK: arith.cmpi sge, {{.*}} : vector<4xi32>
// CHECK: vector.store {{.*}} vector<4xi8>
// CHECK: arith.cmpi sge, {{.*}} : vector<1xi32>
// CHECK: vector.store {{.*}} vector<1xi8>
func.func @threshold_outputs_tail(%s: memref<1x8xi32>, %t: memref<3x8xi32>, %y: memref<1x5xi8>) {
  bitserial.threshold <outputs, lanes = 4, vectors = 1> ins(%s, %t : memref<1x8xi32>, memref<3x8xi32>) outs(%y : memref<1x5xi8>)
  return
}

// -----

// One rounding for each step: no multiplication and addition are fused.
// CHECK-LABEL: func.func @rescale_outputs(
// CHECK: %[[LEAST:.*]] = arith.constant 7.88860905E-31 : f32
// CHECK: %[[S:.*]] = arith.sitofp %{{.*}} : i32 to f32
// CHECK: %[[M:.*]] = arith.mulf %{{.*}}, %[[S]] : f32
// CHECK: %[[Y:.*]] = arith.addf %[[M]], %{{.*}} : f32
// CHECK: %[[ABS:.*]] = math.absf %[[Y]]
// CHECK: %[[TINY:.*]] = arith.cmpf olt, %[[ABS]], %[[LEAST]]
// CHECK: %[[Z:.*]] = arith.select %[[TINY]], %cst{{.*}}, %[[Y]]
// CHECK: memref.store %[[Z]]
func.func @rescale_outputs(%s: memref<1x8xi32>, %p: memref<5xf32>, %y: memref<1x5xf32>) {
  bitserial.rescale <outputs, lanes = 4, vectors = 1> ins(%s, %p, %p : memref<1x8xi32>, memref<5xf32>, memref<5xf32>) outs(%y : memref<1x5xf32>)
  return
}

// -----

//===----------------------------------------------------------------------===//
// Decode, trace, constants
//===----------------------------------------------------------------------===//

#geometry = #bitserial.geometry<input = [3, 1, 1], kernel = [1, 1, 3], group = [1, 1, 2], output = [66, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1>

// 22 outputs at a time, each with rows of its own; the sums are in the tile until
// they are multiplied by the step.
// CHECK-LABEL: func.func @decode(
// CHECK-SAME: %[[TILE:.*]]: index, %{{.*}}, %[[STARTS:.*]]: memref<3xi32>
// CHECK: memref.load %[[STARTS]][%[[TILE]]]
// CHECK: scf.for %{{.*}} = %c0 to %c22 step %c1 iter_args({{.*}}) -> (index, vector<22xi32>)
// CHECK: %[[WIDTHS:.*]] = vector.from_elements {{.*}} : vector<22xi32>
// CHECK: vector.reduction <maxui>, %[[WIDTHS]]
// CHECK: %[[THERE:.*]] = arith.cmpi ult, %{{.*}}, %[[WIDTHS]]
// CHECK: arith.select %[[THERE]]
// CHECK: %[[A:.*]] = arith.sitofp {{.*}} vector<22xf32>
// CHECK: %[[MINUS:.*]] = arith.negf %[[A]]
// CHECK: %[[SET:.*]] = arith.trunci {{.*}} vector<22xi1>
// CHECK: arith.select %[[SET]], %[[A]], %[[MINUS]]
// CHECK: arith.mulf
func.func @decode(%tile: index, %w: memref<2xi32>, %a: memref<2xi8>, %n: memref<132xi8>, %starts: memref<3xi32>, %steps: memref<1xf32>, %y: memref<3x22xf32>) {
  bitserial.decode #geometry lanes 22 tile %tile ins(%w, %a, %n, %starts, %steps : memref<2xi32>, memref<2xi8>, memref<132xi8>, memref<3xi32>, memref<1xf32>) outs(%y : memref<3x22xf32>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [40, 3, 3], kernel = [3, 3, 40], group = [1, 1, 40], output = [2, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1>

// Nine groups of two words in each output, whose weights begin where the kernel's
// elements do; 32 weights are plus or minus the same basis.
// CHECK-LABEL: func.func @unpack(
// CHECK: scf.for %{{.*}} = %c0 to %c2 step %c1
// CHECK: scf.for %{{.*}} = %c0 to %c9 step %c1
// CHECK: scf.for {{.*}} -> (vector<32xi8>)
// CHECK: %[[BITS:.*]] = vector.bitcast {{.*}} : vector<1xi32> to vector<32xi1>
// CHECK: arith.select %[[BITS]]
// CHECK: vector.store {{.*}} : memref<752xi8>, vector<32xi8>
func.func @unpack(%w: memref<40xi32>, %a: memref<20xi8>, %n: memref<18xi8>, %e: memref<752xi8>) {
  bitserial.unpack #geometry ins(%w, %a, %n : memref<40xi32>, memref<20xi8>, memref<18xi8>) outs(%e : memref<752xi8>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1>

// Tables of three activations: eleven for 32 bits, of which the last has two. The
// order tells where the lanes go.
// CHECK-LABEL: func.func @float_product_tables(
// CHECK: arith.constant dense<[-1.000000e+00, -1.000000e+00, -1.000000e+00, -1.000000e+00, 1.000000e+00, 1.000000e+00, 1.000000e+00, 1.000000e+00]>
// CHECK: scf.for %{{.*}} = %c0 to %c22 step %c1
// CHECK: vector.store {{.*}} vector<8xf32>
// CHECK: arith.sitofp {{.*}} : vector<8xi8> to vector<8xf32>
// CHECK-COUNT-11: llvm.call_intrinsic "llvm.x86.avx2.permps"
// CHECK-COUNT-8: vector.extract
func.func @float_product_tables(%x: memref<1x40xf32>, %w: memref<16xi32>, %a: memref<8xi8>, %n: memref<1xi8>, %s: memref<8xf32>, %o: memref<8xi16>, %e: memref<1x8xf32>, %t: memref<248xf32>) {
  bitserial.float_product "fc" #geometry <outputs, lanes = 8, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : memref<1x40xf32>, memref<16xi32>, memref<8xi8>, memref<1xi8>, memref<8xf32>) order(%o : memref<8xi16>) outs(%e, %t : memref<1x8xf32>, memref<248xf32>)
  return
}

// Sixteen entries: fields of four bits, which a multiplication moves inside of
// half a word.
// CHECK-LABEL: func.func @float_product_wide(
// CHECK-COUNT-6: llvm.call_intrinsic "llvm.x86.avx512.pmulhu.w.512"
// CHECK-COUNT-8: llvm.call_intrinsic "llvm.x86.avx512.permvar.sf.512"
// CHECK-NOT: permvar
func.func @float_product_wide(%x: memref<1x40xf32>, %w: memref<32xi32>, %a: memref<16xi8>, %n: memref<1xi8>, %s: memref<1xf32>, %e: memref<1x16xf32>, %t: memref<320xf32>) {
  bitserial.float_product "fc" #geometry <outputs, lanes = 16, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : memref<1x40xf32>, memref<32xi32>, memref<16xi8>, memref<1xi8>, memref<1xf32>) outs(%e, %t : memref<1x16xf32>, memref<320xf32>)
  return
}

// Without tables signs are flipped, bit by bit.
// CHECK-LABEL: func.func @float_product_signs(
// CHECK: arith.xori {{.*}} : vector<4xi32>
// CHECK: scf.for %{{.*}} = %c0{{.*}} to %c32{{.*}} step %c8
// CHECK-COUNT-8: arith.bitcast {{.*}} : vector<4xi32> to vector<4xf32>
// CHECK-NOT: llvm.call_intrinsic
func.func @float_product_signs(%x: memref<1x40xf32>, %w: memref<8xi32>, %a: memref<4xi8>, %n: memref<1xi8>, %s: memref<1xf32>, %e: memref<1x4xf32>, %t: memref<64xf32>) {
  bitserial.float_product "fc" #geometry <outputs, lanes = 4, vectors = 1> ins(%x, %w, %a, %n, %s : memref<1x40xf32>, memref<8xi32>, memref<4xi8>, memref<1xi8>, memref<1xf32>) outs(%e, %t : memref<1x4xf32>, memref<64xf32>)
  return
}

// -----

// Sums change their order in squares of as many positions as outputs, where there are
// such: not of three lanes, and not where the last vector of positions would be cut off.
// CHECK-LABEL: func.func @rescale_squares(
// CHECK-COUNT-8: vector.shuffle
// CHECK-NOT: vector.shuffle
// CHECK-LABEL: func.func @rescale_each(
// CHECK-NOT: vector.
// CHECK: return
func.func @rescale_squares(%s: memref<1x4x8xi32>, %a: memref<4xf32>, %b: memref<4xf32>, %y: memref<1x2x4x4xf32>) {
  bitserial.rescale <pixels, lanes = 4, vectors = 2> ins(%s, %a, %b : memref<1x4x8xi32>, memref<4xf32>, memref<4xf32>) outs(%y : memref<1x2x4x4xf32>)
  return
}
func.func @rescale_each(%s: memref<1x4x9xi32>, %a: memref<4xf32>, %b: memref<4xf32>, %y: memref<1x3x3x4xf32>) {
  bitserial.rescale <pixels, lanes = 3, vectors = 3> ins(%s, %a, %b : memref<1x4x9xi32>, memref<4xf32>, memref<4xf32>) outs(%y : memref<1x3x3x4xf32>)
  bitserial.rescale <pixels, lanes = 4, vectors = 3> ins(%s, %a, %b : memref<1x4x9xi32>, memref<4xf32>, memref<4xf32>) outs(%y : memref<1x3x3x4xf32>)
  return
}

// -----

// CHECK-LABEL: func.func @no_trace(
// CHECK: bitserial.trace "fc" number 0
func.func @no_trace(%y: memref<1x5xf32>) {
  bitserial.trace "fc" number 0 %y : memref<1x5xf32>
  return
}

// -----

#geometry = #bitserial.geometry<input = [1, 1, 20], kernel = [1, 1, 1], group = [1, 1, 1], output = [1, 1, 20], stride = [1, 1], dilation = [1, 1], groups = 1>

// Vectors whose length only the CPU knows: whole blocks of two, then one by one,
// with a mask. Of a single group two rows are counted at once, whose words meet the
// same activations.
// CHECK-LABEL: func.func @tiled_product_scalable(
// CHECK: %[[MASK:.*]] = llvm.call_intrinsic "llvm.get.active.lane.mask"(%{{.*}}, %{{.*}}) : (i64, i64) -> vector<[4]xi1>
// CHECK: vector.maskedload %{{.*}}, %[[MASK]]
// CHECK: vector.maskedstore %{{.*}}, %[[MASK]]
// CHECK: scf.for %{{.*}} = %c0 to %{{.*}} step %c2
// CHECK: %[[ROW:.*]] = vector.broadcast %{{.*}} : i32 to vector<[4]xi32>
// CHECK: %[[NEXT:.*]] = vector.broadcast %{{.*}} : i32 to vector<[4]xi32>
// CHECK: %[[X:.*]] = vector.load %{{.*}} : memref<28xi32>, vector<[4]xi32>
// CHECK: %[[Y:.*]] = vector.load %{{.*}} : memref<28xi32>, vector<[4]xi32>
// CHECK: llvm.inline_asm "eor $0.d, $1.d, $2.d\0A\09cnt $0.s, $3/m, $0.s", "=w,w,w,@3Upl" %[[ROW]], %[[X]],
// CHECK: llvm.inline_asm {{.*}} %[[ROW]], %[[Y]],
// CHECK: llvm.inline_asm {{.*}} %[[NEXT]], %[[X]],
// CHECK: llvm.inline_asm {{.*}} %[[NEXT]], %[[Y]],
// CHECK-COUNT-2: llvm.inline_asm {{.*}}cnt
// CHECK: vector.store %{{.*}} : memref<1x1x24xi32>, vector<[4]xi32>
// CHECK: %[[LAST:.*]] = llvm.call_intrinsic "llvm.get.active.lane.mask"(%{{.*}}, %{{.*}}) : (i64, i64) -> vector<[4]xi1>
// CHECK: vector.maskedload %{{.*}}, %[[LAST]]
// CHECK: vector.maskedstore %{{.*}}, %[[LAST]]
func.func @tiled_product_scalable(%p: memref<1x1x1x20xi32>, %w: memref<1xi32>, %a: memref<1xi8>, %i: memref<1xi32>, %s: memref<1x1x24xi32>, %ws: memref<28xi32>) {
  bitserial.tiled_product "c" multipliers [1] #geometry <pixels, lanes = 4 x offsets, vectors = 2> image <size = [1, 20], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %a, %i, %i : memref<1x1x1x20xi32>, memref<1xi32>, memref<1xi8>, memref<1xi8>, memref<1xi32>, memref<1xi32>) outs(%s, %ws : memref<1x1x24xi32>, memref<28xi32>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [1, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1>

// A window's largest sum is compared; its code goes into two bits of a byte. With a
// border each position has its own thresholds, and codes are compared.
// CHECK-LABEL: func.func @band(
// CHECK: arith.maxsi %{{.*}} : i32
// CHECK: arith.maxsi %{{.*}} : i32
// CHECK: arith.maxsi %{{.*}} : i32
// CHECK-COUNT-2: arith.cmpi sge, %{{.*}} : i32
// CHECK-NOT: arith.cmpi
// CHECK: arith.andi
// CHECK: arith.ori
// CHECK: memref.store %{{.*}} : memref<1xi8>
// CHECK-LABEL: func.func @band_border(
// CHECK-COUNT-8: arith.cmpi sge, %{{.*}} : i32
// CHECK: arith.maxsi %{{.*}} : index
// CHECK: memref.store %{{.*}} : memref<1xi8>
func.func @band(%p: memref<1x2x4xi32>, %w: memref<1xi32>, %a: memref<1xi8>, %n: memref<1xi8>, %i: memref<1xi32>, %t: memref<1x3xi32>, %o: memref<1xi8>, %z: index) {
  bitserial.band "c" multipliers [1, 2] #geometry <pixels, lanes = 1, vectors = 4> pool [2, 2] image <size = [1, 1], pad = [0, 0], bits = 2, outside = 0> at (%z, %z, %z) ins(%p, %w, %a, %n, %i, %t : memref<1x2x4xi32>, memref<1xi32>, memref<1xi8>, memref<1xi8>, memref<1xi32>, memref<1x3xi32>) outs(%o : memref<1xi8>)
  return
}
func.func @band_border(%p: memref<1x2x4xi32>, %w: memref<1xi32>, %a: memref<1xi8>, %n: memref<1xi8>, %i: memref<1xi32>, %t: memref<2x1x1x3xi32>, %o: memref<1xi8>, %z: index) {
  bitserial.band "c" multipliers [1, 2] #geometry <pixels, lanes = 1, vectors = 4> pool [2, 2] image <size = [1, 1], pad = [0, 0], bits = 8, outside = 0> rows [0, 1] columns [0, 0] at (%z, %z, %z) ins(%p, %w, %a, %n, %i, %t : memref<1x2x4xi32>, memref<1xi32>, memref<1xi8>, memref<1xi8>, memref<1xi32>, memref<2x1x1x3xi32>) outs(%o : memref<1xi8>)
  return
}

// -----

#geometry = #bitserial.geometry<input = [64, 1, 1], kernel = [1, 1, 64], group = [1, 1, 64], output = [1, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1>

// Two words side by side are one of 64 bits.
// CHECK-LABEL: func.func @product_pairs(
// CHECK: vector.load %{{.*}} {alignment = 8 : i64} : memref<2xi32>, vector<2xi32>
// CHECK: vector.load %{{.*}} {alignment = 8 : i64} : memref<2xi32>, vector<2xi32>
// CHECK: math.ctpop %{{.*}} : vector<1xi64>
// CHECK-NOT: math.ctpop
// CHECK: arith.trunci %{{.*}} : vector<1xi64> to vector<1xi32>
func.func @product_pairs(%p: memref<1x2x1xi32>, %w: memref<2xi32>, %a: memref<1xi8>, %n: memref<1xi8>, %i: memref<1xi32>, %s: memref<1x1x1xi32>) {
  bitserial.product "c" multipliers [1] #geometry <pixels, lanes = 1, vectors = 1, count = pairs> ins(%p, %w, %a, %n, %i : memref<1x2x1xi32>, memref<2xi32>, memref<1xi8>, memref<1xi8>, memref<1xi32>) outs(%s : memref<1x1x1xi32>)
  return
}

// -----

// Sums of 32 bits against thresholds of 16: saturated above, greater.
// CHECK-LABEL: func.func @threshold_packed(
// CHECK: %[[T:.*]] = memref.load %{{.*}} : memref<2x1xi16>
// CHECK: %[[TS:.*]] = vector.broadcast %[[T]] : i16 to vector<16xi16>
// CHECK: %[[WIDE:.*]] = arith.extsi %[[TS]] : vector<16xi16> to vector<16xi32>
// CHECK: %[[S:.*]] = arith.minsi %{{.*}}, %{{.*}} : vector<16xi32>
// CHECK: arith.cmpi sgt, %[[S]], %[[WIDE]] : vector<16xi32>
func.func @threshold_packed(%s: memref<1x2x16xi32>, %t: memref<2x1xi16>, %y: memref<1x4x4x2xi8>) {
  bitserial.threshold <pixels, lanes = 16, vectors = 1> ins(%s, %t : memref<1x2x16xi32>, memref<2x1xi16>) outs(%y : memref<1x4x4x2xi8>)
  return
}

// With a border each class of positions has thresholds of its own.
// CHECK-LABEL: func.func @threshold_packed_border(
// CHECK: %[[T:.*]] = memref.load %{{.*}} : memref<4xi16>
// CHECK: %[[WIDE:.*]] = arith.extsi %[[T]] : i16 to i32
// CHECK: %[[S:.*]] = arith.minsi %{{.*}}, %{{.*}} : i32
// CHECK: arith.cmpi sgt, %[[S]], %[[WIDE]] : i32
func.func @threshold_packed_border(%s: memref<1x2x16xi32>, %t: memref<2x1x2x1xi16>, %y: memref<1x4x4x2xi8>) {
  bitserial.threshold <pixels, lanes = 16, vectors = 1> rows [0, 1, 1, 0] columns [0, 0, 0, 0] ins(%s, %t : memref<1x2x16xi32>, memref<2x1x2x1xi16>) outs(%y : memref<1x4x4x2xi8>)
  return
}
