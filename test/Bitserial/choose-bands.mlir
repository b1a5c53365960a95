// Without lanes a band is one pooling window, or as many positions of a row as there
// are registers for. The modules are those of fuse-bands.mlir.
// RUN: subbit-opt %S/fuse-bands.mlir -choose-bands -split-input-file | FileCheck %s

// CHECK-LABEL: func.func @pooled(
// CHECK: bitserial.product "conv" {{.*}} {bitserial.band = array<i64: 2, 2>}

// Seven columns are two bands of four.
// CHECK-LABEL: func.func @returned(
// CHECK: bitserial.product "conv" {{.*}} {bitserial.band = array<i64: 1, 4>}

// Sums that something else reads stay sums.
// CHECK-LABEL: func.func @no_band(
// CHECK-NOT: bitserial.band

// What has a band keeps it.
// RUN: sed 's/-> tensor<1x1x16xi32>$/{bitserial.band = array<i64: 4, 2>} &/' %S/fuse-bands.mlir | subbit-opt -choose-bands -split-input-file | FileCheck %s --check-prefix=KEPT
// KEPT-LABEL: func.func @pooled(
// KEPT: bitserial.product "conv" {{.*}} {bitserial.band = array<i64: 4, 2>}
