// RUN: subbit-opt %s -unpack-once -split-input-file -verify-diagnostics | FileCheck %s

#geometry = #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [1, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1>

// Two layers: 72 bytes, and as many again from the next aligned byte on.
// CHECK-LABEL: module attributes {bitserial.init}
module attributes {bitserial.init} {

memref.global "private" constant @a.words : memref<4xi32> = dense<1>
memref.global "private" constant @a.coordinates : memref<2xi8> = dense<1>
memref.global "private" constant @a.widths : memref<1xi8> = dense<2>

// CHECK-LABEL: func.func @main(
// CHECK-SAME: %{{.*}}: memref<72xi8>, %[[W:.*]]: memref<144xi8> {subbit.weights})
// CHECK-NOT: bitserial.unpack
// CHECK-NOT: memref.alloc
// CHECK: %[[A:.*]] = memref.view %[[W]][%c0{{.*}}][] : memref<144xi8> to memref<72xi8>
// CHECK: %[[B:.*]] = memref.view %[[W]][%c72{{.*}}][] : memref<144xi8> to memref<72xi8>
// CHECK: memref.copy %[[A]]
// CHECK: memref.copy %[[B]]
// CHECK: func.func @main.init(%[[W:.*]]: memref<144xi8> {subbit.weights}) {
// CHECK: %[[WORDS:.*]] = memref.get_global @a.words
// CHECK: %[[A:.*]] = memref.view %[[W]][%c0{{.*}}][]
// CHECK: bitserial.unpack {{.*}} ins(%[[WORDS]], {{.*}}) outs(%[[A]] : memref<72xi8>)
// CHECK: %[[B:.*]] = memref.view %[[W]][%c72{{.*}}][]
// CHECK: bitserial.unpack {{.*}} outs(%[[B]] : memref<72xi8>)
// CHECK-NEXT: return
func.func @main(%y: memref<72xi8>) {
  %w = memref.get_global @a.words : memref<4xi32>
  %a = memref.get_global @a.coordinates : memref<2xi8>
  %n = memref.get_global @a.widths : memref<1xi8>
  %0 = memref.alloc() : memref<72xi8>
  bitserial.unpack #geometry ins(%w, %a, %n : memref<4xi32>, memref<2xi8>, memref<1xi8>) outs(%0 : memref<72xi8>)
  %1 = memref.alloc() : memref<72xi8>
  bitserial.unpack #geometry ins(%w, %a, %n : memref<4xi32>, memref<2xi8>, memref<1xi8>) outs(%1 : memref<72xi8>)
  memref.copy %0, %y : memref<72xi8> to memref<72xi8>
  memref.copy %1, %y : memref<72xi8> to memref<72xi8>
  return
}

}

// -----

// Nothing to unpack: the same interface.
// CHECK: func.func @main(%{{.*}}: memref<0xi8> {subbit.weights}) {
// CHECK: func.func @main.init(%{{.*}}: memref<0xi8> {subbit.weights}) {
module attributes {bitserial.init} {
func.func @main() {
  return
}
}

// -----

// Nobody asked for it.
// CHECK: func.func @main() {
// CHECK-NOT: @main.init
func.func @main() {
  return
}

// -----

#geometry = #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [1, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1>

module attributes {bitserial.init} {
func.func @main(%w: memref<4xi32>, %a: memref<2xi8>, %n: memref<1xi8>) {
  %0 = memref.alloc() : memref<72xi8>
  // expected-error @below {{cannot be done once: it unpacks what is no constant, or to no buffer of its own}}
  bitserial.unpack #geometry ins(%w, %a, %n : memref<4xi32>, memref<2xi8>, memref<1xi8>) outs(%0 : memref<72xi8>)
  return
}
}

// -----

#geometry = #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [1, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1>

module attributes {bitserial.init} {
memref.global "private" constant @a.words : memref<4xi32> = dense<1>
memref.global "private" constant @a.coordinates : memref<2xi8> = dense<1>
memref.global "private" constant @a.widths : memref<1xi8> = dense<2>
func.func @main(%y: memref<72xi8>) {
  %w = memref.get_global @a.words : memref<4xi32>
  %a = memref.get_global @a.coordinates : memref<2xi8>
  %n = memref.get_global @a.widths : memref<1xi8>
  %0 = memref.alloc() : memref<72xi8>
  // expected-error @below {{cannot be done once: it unpacks what is no constant, or to no buffer of its own}}
  bitserial.unpack #geometry ins(%w, %a, %n : memref<4xi32>, memref<2xi8>, memref<1xi8>) outs(%0 : memref<72xi8>)
  memref.copy %0, %y : memref<72xi8> to memref<72xi8>
  memref.copy %y, %0 : memref<72xi8> to memref<72xi8>
  return
}
}

// -----

module attributes {bitserial.init} {
func.func @main() {
  return
}
// expected-error @below {{'main.init' is the name of what unpacks weights; give the function another}}
func.func @main.init() {
  return
}
}
