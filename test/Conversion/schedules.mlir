// What the cost model chooses, and what can be asked for instead.
// RUN: subbit-opt %s -convert-mbn-to-bitserial -split-input-file | FileCheck %s
// RUN: subbit-opt %s -convert-mbn-to-bitserial=explain -split-input-file -o /dev/null 2>&1 | FileCheck %s --check-prefix=WHY
// WHY: remark: layer 'passes' takes the popcount family, #bitserial.schedule<pixels, lanes = 16, vectors = 4 in 2 passes, count = carries>: for a vector
// WHY: remark: layer 'conv' takes the popcount family, #bitserial.schedule<pixels, lanes = 16, vectors = 2, count = carries>: for a vector of positions counting bits takes {{[0-9]+}} instructions, multiplying codes takes {{[0-9]+}} instructions
// WHY: remark: layer 'schedule' takes the popcount family, #bitserial.schedule<pixels, lanes = 16, vectors = 4>: it was asked for
// WHY: remark: layer 'dense' takes the dense family, {{.*}} count = dpbusd>: the dense family was asked for
// WHY: remark: layer 'conv' takes the dense family, {{.*}} count = pmaddwd>: for a vector of positions multiplying codes takes {{[0-9]+}} instructions, counting bits takes
// WHY: remark: layer 'conv' takes the table family, {{.*}} count = tables>: no instruction counts the bits of vectors; for a vector

!x = !mbn.tensor<1x16x16x512xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<1x3x3x512xf32, group = 1x1x1x512, bits = 0 to 1>
!x1 = !mbn.tensor<1x16x16x1024xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w1 = !mbn.tensor<1x3x3x1024xf32, group = 1x1x1x1024, bits = 0 to 1>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v4", features = "+avx512vpopcntdq,+avx512vnni">} {

// Patches of 288 words for each of 128 positions are 144 KiB: half as many positions, and
// two passes.
// CHECK-LABEL: func.func @passes(
// CHECK: bitserial.constant "passes" "rows" dense<[5, 4]> : tensor<2xi32>
// CHECK: bitserial.tiled_product {{.*}} <pixels, lanes = 16, vectors = 4 in 2 passes, count = carries> {{.*}} tensor<10320xi32>
func.func @passes(%x: !x1) -> tensor<1x16x16x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<9xi8>, coordinates = dense<5> : tensor<9xi16>, signs = dense<1> : tensor<288xi32>, steps = dense<1.0> : tensor<1xf32>> : !w1
  %s = mbn.conv2d %x, %w layer "passes" pad [1, 1, 1, 1] : !x1, !w1 -> tensor<1x16x16x1xi32>
  return %s : tensor<1x16x16x1xi32>
}

// Of two planes a quarter as many positions: each word of weights serves for both.
// CHECK-LABEL: func.func @two_planes(
// CHECK: bitserial.constant "conv" "rows" dense<9> : tensor<1xi32>
// CHECK: bitserial.tiled_product {{.*}} <pixels, lanes = 16, vectors = 2, count = carries> {{.*}} tensor<9232xi32>
func.func @two_planes(%x: !x) -> tensor<1x16x16x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<9xi8>, coordinates = dense<5> : tensor<9xi16>, signs = dense<1> : tensor<144xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "conv" pad [1, 1, 1, 1] : !x, !w -> tensor<1x16x16x1xi32>
  return %s : tensor<1x16x16x1xi32>
}

// CHECK-LABEL: func.func @forced_schedule(
// CHECK: bitserial.tiled_product {{.*}} <pixels, lanes = 16, vectors = 4>
func.func @forced_schedule(%x: !x) -> tensor<1x16x16x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<9xi8>, coordinates = dense<5> : tensor<9xi16>, signs = dense<1> : tensor<144xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "schedule" pad [1, 1, 1, 1] {bitserial.schedule = #bitserial.schedule<pixels, lanes = 16, vectors = 4>} : !x, !w -> tensor<1x16x16x1xi32>
  return %s : tensor<1x16x16x1xi32>
}

// CHECK-LABEL: func.func @forced_dense(
// CHECK: bitserial.code_words 4 multipliers [1, 2]
// CHECK: bitserial.dense_product {{.*}} <pixels, lanes = 16, vectors = 6, count = dpbusd>
func.func @forced_dense(%x: !x) -> tensor<1x16x16x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<9xi8>, coordinates = dense<5> : tensor<9xi16>, signs = dense<1> : tensor<144xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "dense" pad [1, 1, 1, 1] {bitserial.family = "dense"} : !x, !w -> tensor<1x16x16x1xi32>
  return %s : tensor<1x16x16x1xi32>
}

}

// -----

!x = !mbn.tensor<1x8x8x1xf32, levels = #mbn.levels<step 1.0, zero 3, [1, 2, 4, 8, 16, 32, 64, 128]>>
!w = !mbn.tensor<1x3x3x1xf32, group = 1x3x3x1, bits = 2 to 2>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v3", features = "">} {

// Eight planes take longer than nine codes, two to a word. All weights are -8 but
// the first two: 8 and -2, so that init is -3 * (8 - 2 - 7 * 8).
// CHECK-LABEL: func.func @pixels_avx2(
// CHECK: bitserial.constant "conv" "integers" dense<[-131064, -458760, -458760, -458760, 65528]> : tensor<5xi32>
// CHECK: bitserial.constant "conv" "init" dense<150> : tensor<1xi32>
// CHECK: bitserial.dense_product "conv" {{.*}} <pixels, lanes = 8, vectors = 3, count = pmaddwd> image <size = [8, 8], pad = [1, 1], bits = 8, outside = 3>
func.func @pixels_avx2(%x: !x) -> tensor<1x8x8x1xi32> {
  %w = mbn.constant bases<widths = dense<2> : tensor<1xi8>, coordinates = dense<[5, 3]> : tensor<2xi16>, signs = dense<[1, 3]> : tensor<2xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "conv" pad [1, 1, 1, 1] : !x, !w -> tensor<1x8x8x1xi32>
  return %s : tensor<1x8x8x1xi32>
}

}

// -----

!x = !mbn.tensor<1x16x16x128xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!z = !mbn.tensor<1x16x16x128xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2, 4, 8, 16, 32]>>
!v = !mbn.tensor<16x3x3x128xf32, group = 1x1x1x128, bits = 3 to 3>
!y = !mbn.tensor<1x4x4x128xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<1x3x3x128xf32, group = 1x1x1x128, bits = 0 to 1>
!u = !mbn.tensor<16x3x3x128xf32, group = 1x1x1x128, bits = 0 to 1>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v3", features = "">} {

// Four vectors of bytes at 64 lookups for each of three groups are 24 KiB. A single output
// does not pay for bits that become bytes.
// CHECK-LABEL: func.func @tables(
// CHECK: bitserial.tiled_product {{.*}} <pixels, lanes = 8, vectors = 16 in 3 passes, count = tables>
func.func @tables(%x: !x) -> tensor<1x16x16x16xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<144xi8>, coordinates = dense<5> : tensor<144xi16>, signs = dense<1> : tensor<576xi32>, steps = dense<1.0> : tensor<1xf32>> : !u
  %s = mbn.conv2d %x, %w layer "conv" pad [1, 1, 1, 1] : !x, !u -> tensor<1x16x16x16xi32>
  return %s : tensor<1x16x16x16xi32>
}

// CHECK-LABEL: func.func @one_output(
// CHECK: bitserial.tiled_product {{.*}} count = pmadd>
func.func @one_output(%x: !x) -> tensor<1x16x16x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<9xi8>, coordinates = dense<5> : tensor<9xi16>, signs = dense<1> : tensor<36xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "one" pad [1, 1, 1, 1] : !x, !w -> tensor<1x16x16x1xi32>
  return %s : tensor<1x16x16x1xi32>
}

// Of two bits of activations for three of weights sums of bytes fit 16 bits.
// CHECK-LABEL: func.func @short_codes(
// CHECK: bitserial.code_words 4 multipliers [1, 2]
// CHECK: bitserial.unpack {{.*}} outs({{.*}} : tensor<18464xi8>)
// CHECK: bitserial.dense_product {{.*}} count = pmaddubsw> image <{{.*}} bits = 2, outside = 0>
func.func @short_codes(%x: !x) -> tensor<1x16x16x16xi32> {
  %w = mbn.constant bases<widths = dense<3> : tensor<144xi8>, coordinates = dense<5> : tensor<432xi16>, signs = dense<1> : tensor<1728xi32>, steps = dense<1.0> : tensor<1xf32>> : !v
  %s = mbn.conv2d %x, %w layer "short" pad [1, 1, 1, 1] : !x, !v -> tensor<1x16x16x16xi32>
  return %s : tensor<1x16x16x16xi32>
}

// Six bits of activations for three of weights: codes are multiplied, by weights that
// would take much memory, so that they are unpacked in each call, as i16.
// CHECK-LABEL: func.func @unpacked(
// CHECK: %[[WEIGHTS:.*]] = bitserial.unpack <{{.*}} group = [1, 1, 128], {{.*}}> ins({{.*}} : tensor<1728xi32>, tensor<432xi8>, tensor<144xi8>) outs({{.*}} : tensor<18464xi16>)
// CHECK: bitserial.dense_product {{.*}} count = pmaddwd> {{.*}} ins(%{{.*}}, %[[WEIGHTS]], %{{.*}} : tensor<{{.*}}xi32>, tensor<18464xi16>, tensor<16xi32>)
func.func @unpacked(%x: !z) -> tensor<1x16x16x16xi32> {
  %w = mbn.constant bases<widths = dense<3> : tensor<144xi8>, coordinates = dense<5> : tensor<432xi16>, signs = dense<1> : tensor<1728xi32>, steps = dense<1.0> : tensor<1xf32>> : !v
  %s = mbn.conv2d %x, %w layer "unpacked" pad [1, 1, 1, 1] : !z, !v -> tensor<1x16x16x16xi32>
  return %s : tensor<1x16x16x16xi32>
}

// A vector of bytes would be half empty, and is shorter to count by.
// CHECK-LABEL: func.func @few_positions(
// CHECK: bitserial.tiled_product {{.*}} <pixels, lanes = 8, vectors = 2, count = pmadd>
func.func @few_positions(%x: !y) -> tensor<1x4x4x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<9xi8>, coordinates = dense<5> : tensor<9xi16>, signs = dense<1> : tensor<36xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "few" pad [1, 1, 1, 1] : !y, !w -> tensor<1x4x4x1xi32>
  return %s : tensor<1x4x4x1xi32>
}

// CHECK-LABEL: func.func @forced_table(
// CHECK: bitserial.tiled_product {{.*}} <pixels, lanes = 8, vectors = 4, count = tables>
func.func @forced_table(%x: !y) -> tensor<1x4x4x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<9xi8>, coordinates = dense<5> : tensor<9xi16>, signs = dense<1> : tensor<36xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "table" pad [1, 1, 1, 1] {bitserial.family = "table"} : !y, !w -> tensor<1x4x4x1xi32>
  return %s : tensor<1x4x4x1xi32>
}

}

// -----

!x = !mbn.tensor<1x16x16x32xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w = !mbn.tensor<64x1x1x32xf32, group = 1x1x1x32, bits = 0 to 3>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "znver4", features = "">} {

// Counting is as fast as adding: rows of three bases are counted.
// CHECK-LABEL: func.func @counts(
// CHECK: bitserial.tiled_product "conv"
func.func @counts(%x: !x) -> tensor<1x16x16x64xi32> {
  %w = mbn.constant bases<widths = dense<3> : tensor<64xi8>, coordinates = dense<5> : tensor<192xi16>, signs = dense<1> : tensor<192xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "conv" : !x, !w -> tensor<1x16x16x64xi32>
  return %s : tensor<1x16x16x64xi32>
}

}

// -----

!x = !mbn.tensor<1x16x16x32xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w = !mbn.tensor<64x1x1x32xf32, group = 1x1x1x32, bits = 0 to 3>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "icelake-server", features = "">} {

// One of the pipes counts: multiplying codes is the shorter way.
// CHECK-LABEL: func.func @multiplies(
// CHECK: bitserial.dense_product "conv"
func.func @multiplies(%x: !x) -> tensor<1x16x16x64xi32> {
  %w = mbn.constant bases<widths = dense<3> : tensor<64xi8>, coordinates = dense<5> : tensor<192xi16>, signs = dense<1> : tensor<192xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "conv" : !x, !w -> tensor<1x16x16x64xi32>
  return %s : tensor<1x16x16x64xi32>
}

}

// -----

!x = !mbn.tensor<1x16x16x128xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
!w = !mbn.tensor<8x3x3x128xf32, group = 1x1x1x128, bits = 0 to 1>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v4", features = "+avx512vpopcntdq,+avx512vnni">} {

// Patches of six vectors would not fit the first cache: half as many, for eight outputs.
// CHECK-LABEL: func.func @few_vectors(
// CHECK: bitserial.dense_product {{.*}} <pixels, lanes = 16, vectors = 3, count = dpbusd>
func.func @few_vectors(%x: !x) -> tensor<1x16x16x8xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<72xi8>, coordinates = dense<5> : tensor<72xi16>, signs = dense<1> : tensor<288xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "dense" pad [1, 1, 1, 1] {bitserial.family = "dense"} : !x, !w -> tensor<1x16x16x8xi32>
  return %s : tensor<1x16x16x8xi32>
}

}

// -----

// What words of a row carry is counted where there are three of them and as many vectors
// as hide the two multiply-adds of a row.
!x = !mbn.tensor<1x8x8x96xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w = !mbn.tensor<1x1x1x96xf32, group = 1x1x1x96, bits = 0 to 1>
!x1 = !mbn.tensor<1x4x4x128xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w1 = !mbn.tensor<1x1x1x128xf32, group = 1x1x1x128, bits = 0 to 1>
!x2 = !mbn.tensor<1x8x8x64xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w2 = !mbn.tensor<1x1x1x64xf32, group = 1x1x1x64, bits = 0 to 1>
!x3 = !mbn.tensor<1x256xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w3 = !mbn.tensor<16x256xf32, group = 16x256, bits = 0 to 1>

module attributes {bitserial.target = #bitserial.target<triple = "x86_64-linux-gnu", cpu = "x86-64-v4", features = "+avx512vpopcntdq">} {

// CHECK-LABEL: func.func @carries(
// CHECK: bitserial.tiled_product {{.*}} <pixels, lanes = 16, vectors = 4, count = carries>
func.func @carries(%x: !x) -> tensor<1x8x8x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<3xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %s = mbn.conv2d %x, %w layer "conv" {bitserial.family = "popcount"} : !x, !w -> tensor<1x8x8x1xi32>
  return %s : tensor<1x8x8x1xi32>
}

// CHECK-LABEL: func.func @one_vector(
// CHECK: bitserial.tiled_product {{.*}} <pixels, lanes = 16, vectors = 1> image
func.func @one_vector(%x: !x1) -> tensor<1x4x4x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<4xi32>, steps = dense<1.0> : tensor<1xf32>> : !w1
  %s = mbn.conv2d %x, %w layer "one" {bitserial.family = "popcount"} : !x1, !w1 -> tensor<1x4x4x1xi32>
  return %s : tensor<1x4x4x1xi32>
}

// CHECK-LABEL: func.func @two_words(
// CHECK: bitserial.tiled_product {{.*}} <pixels, lanes = 16, vectors = 4> image
func.func @two_words(%x: !x2) -> tensor<1x8x8x1xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<2xi32>, steps = dense<1.0> : tensor<1xf32>> : !w2
  %s = mbn.conv2d %x, %w layer "two" {bitserial.family = "popcount"} : !x2, !w2 -> tensor<1x8x8x1xi32>
  return %s : tensor<1x8x8x1xi32>
}

// CHECK-LABEL: func.func @outputs(
// CHECK: bitserial.product {{.*}} <outputs, lanes = 16, vectors = 1> ins
func.func @outputs(%x: !x3) -> tensor<1x16xi32> {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<5> : tensor<1xi16>, signs = dense<1> : tensor<128xi32>, steps = dense<1.0> : tensor<16xf32>> : !w3
  %s = mbn.matmul %x, %w layer "fc" : !x3, !w3 -> tensor<1x16xi32>
  return %s : tensor<1x16xi32>
}

}
