// Each case breaks the constraint that it is named after; the numbers are those
// of dialects/Bitserial/IR/*.td, and every one of them has a case here.
// RUN: subbit-opt %s -split-input-file -verify-diagnostics -o /dev/null
// RUN: grep -hoE '[a-z0-9_]+_c[0-9]+:' %source/dialects/Bitserial/IR/BitserialAttributes.td %source/dialects/Bitserial/IR/BitserialOps.td | tr -d : | sort > %t.stated
// RUN: grep -oE '@[a-z0-9_]+_c[0-9]+' %s | tr -d @ | sort -u > %t.tested
// RUN: diff %t.stated %t.tested

// expected-error @below {{lanes and vectors must be from 1 to 1024, found 0 and 1}}
func.func private @schedule_c1_lanes() attributes {a = #bitserial.schedule<pixels, lanes = 0, vectors = 1>}

// -----

// expected-error @below {{lanes and vectors must be from 1 to 1024, found 8 and -1}}
func.func private @schedule_c1_vectors() attributes {a = #bitserial.schedule<outputs, lanes = 8, vectors = -1>}

// -----

// expected-error @below {{lanes and vectors must be from 1 to 1024, found 9223372036854775807 and 2}}
func.func private @schedule_c1_huge() attributes {a = #bitserial.schedule<outputs, lanes = 9223372036854775807, vectors = 2>}

// -----

// expected-error @below {{no instruction uaddlp sums the bytes of 8 lanes}}
func.func private @schedule_c2_uaddlp() attributes {a = #bitserial.schedule<pixels, lanes = 8, vectors = 1, count = uaddlp>}

// -----

// expected-error @below {{no instruction pmaddubsw sums the bytes of 2 lanes}}
func.func private @schedule_c2_pmaddubsw() attributes {a = #bitserial.schedule<pixels, lanes = 2, vectors = 1, count = pmaddubsw>}

// -----

// expected-error @below {{no instruction finds the carries of 8 lanes; 16 have one}}
func.func private @schedule_c2_carries() attributes {a = #bitserial.schedule<pixels, lanes = 8, vectors = 1, count = carries>}

// -----

// expected-error @below {{no instruction pmadd sums the bytes of 1 lanes}}
func.func private @schedule_c2_pmadd() attributes {a = #bitserial.schedule<outputs, lanes = 1, vectors = 1, count = pmadd>}

// -----

// expected-error @below {{expected one of [pixels, outputs] for what the lanes of a vector hold, got: rows}}
// expected-error @below {{failed to parse Bitserial_ScheduleAttr parameter 'orientation'}}
func.func private @schedule_orientation() attributes {a = #bitserial.schedule<rows, lanes = 8, vectors = 1>}

// -----

// expected-error @below {{input must have 3 positive dimensions, found [4, 3]}}
func.func private @geometry_c1_input() attributes {a = #bitserial.geometry<input = [4, 3], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 2>}

// -----

// expected-error @below {{kernel must have 3 positive dimensions, found [3, 0, 2]}}
func.func private @geometry_c1_kernel() attributes {a = #bitserial.geometry<input = [4, 3, 5], kernel = [3, 0, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 2>}

// -----

// expected-error @below {{group must have 3 positive dimensions, found [0, 0, 0]}}
func.func private @geometry_c1_group() attributes {a = #bitserial.geometry<input = [4, 3, 5], kernel = [3, 3, 2], group = [0, 0, 0], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 2>}

// -----

// expected-error @below {{output must have 3 positive dimensions, found [2, 1, 3, 1]}}
func.func private @geometry_c1_output() attributes {a = #bitserial.geometry<input = [4, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3, 1], stride = [1, 1], dilation = [1, 1], groups = 2>}

// -----

// expected-error @below {{stride must have 2 positive dimensions, found [1]}}
func.func private @geometry_c1_stride() attributes {a = #bitserial.geometry<input = [4, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1], dilation = [1, 1], groups = 2>}

// -----

// expected-error @below {{dilation must have 2 positive dimensions, found [-1, 1]}}
func.func private @geometry_c1_dilation() attributes {a = #bitserial.geometry<input = [4, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [-1, 1], groups = 2>}

// -----

// expected-error @below {{groups must be positive, found 0}}
func.func private @geometry_c1_groups() attributes {a = #bitserial.geometry<input = [4, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 0>}

// -----

// expected-error @below {{group [3, 4, 1] is larger than kernel [3, 3, 2]}}
func.func private @geometry_c2() attributes {a = #bitserial.geometry<input = [4, 3, 5], kernel = [3, 3, 2], group = [3, 4, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 2>}

// -----

// expected-error @below {{the input has 5 channels, 2 groups of 2 are taken}}
func.func private @geometry_c3_channels() attributes {a = #bitserial.geometry<input = [5, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 2>}

// -----

// expected-error @below {{2 groups do not divide 3 outputs}}
func.func private @geometry_c3_outputs() attributes {a = #bitserial.geometry<input = [4, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [3, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 2>}

// -----

func.func @pack_c1_codes(%c: memref<1x4x3x5xi32>, %e: memref<1x4x8xi32>) {
  // expected-error @below {{'bitserial.pack' op has codes of element type 'i32'}}
  bitserial.pack planes 2 #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%c : memref<1x4x3x5xi32>) outs(%e : memref<1x4x8xi32>)
  return
}

// -----

func.func @pack_c1_patches(%c: memref<1x4x3x5xi8>, %e: memref<1x4x8xi8>) {
  // expected-error @below {{'bitserial.pack' op has patches of element type 'i8'}}
  bitserial.pack planes 2 #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%c : memref<1x4x3x5xi8>) outs(%e : memref<1x4x8xi8>)
  return
}

// -----

func.func @pack_c2_rows(%c: memref<1x4x3x5xi8>, %e: memref<1x3x8xi32>) {
  // expected-error @below {{'bitserial.pack' op expects patches of rank 3 with 4 rows}}
  bitserial.pack planes 2 #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%c : memref<1x4x3x5xi8>) outs(%e : memref<1x3x8xi32>)
  return
}

// -----

func.func @pack_c2_rank(%c: memref<1x72xi8>, %e: memref<1x4x8xi32>) {
  // expected-error @below {{'bitserial.pack' op expects patches of rank 2 with 4 rows}}
  bitserial.pack planes 2 #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<outputs, lanes = 4, vectors = 1> ins(%c : memref<1x72xi8>) outs(%e : memref<1x4x8xi32>)
  return
}

// -----

func.func @pack_c2_no_planes(%c: memref<1x4x3x5xi8>, %e: memref<1x4x8xi32>) {
  // expected-error @below {{'bitserial.pack' op expects 1 to 8 planes, found 0}}
  bitserial.pack planes 0 #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%c : memref<1x4x3x5xi8>) outs(%e : memref<1x4x8xi32>)
  return
}

// -----

func.func @pack_c2_planes(%c: memref<1x4x3x5xi8>, %e: memref<1x4x8xi32>) {
  // expected-error @below {{'bitserial.pack' op expects 1 to 8 planes, found 9}}
  bitserial.pack planes 9 #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%c : memref<1x4x3x5xi8>) outs(%e : memref<1x4x8xi32>)
  return
}

// -----

func.func @pack_c3_pixels(%c: memref<1x72xi8>, %e: memref<1x4x8xi32>) {
  // expected-error @below {{'bitserial.pack' op has codes of rank 2, expects 1}}
  bitserial.pack planes 2 #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%c : memref<1x72xi8>) outs(%e : memref<1x4x8xi32>)
  return
}

// -----

func.func @pack_c3_outputs(%c: memref<1x4x3x5xi8>, %e: memref<1x4xi32>) {
  // expected-error @below {{'bitserial.pack' op has codes of rank 4, expects 2}}
  bitserial.pack planes 2 #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<outputs, lanes = 4, vectors = 1> ins(%c : memref<1x4x3x5xi8>) outs(%e : memref<1x4xi32>)
  return
}

// -----

func.func @product_c1_patches(%p: memref<1x4x8xi8>, %w: memref<4xi32>, %a: memref<4xi8>, %n: memref<4xi8>, %i: memref<2xi32>, %e: memref<1x2x8xi32>) {
  // expected-error @below {{'bitserial.product' op has patches of element type 'i8'}}
  bitserial.product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%p, %w, %a, %n, %i : memref<1x4x8xi8>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>) outs(%e : memref<1x2x8xi32>)
  return
}

// -----

func.func @product_c1_words(%p: memref<1x4x8xi32>, %w: memref<4xi64>, %a: memref<4xi8>, %n: memref<4xi8>, %i: memref<2xi32>, %e: memref<1x2x8xi32>) {
  // expected-error @below {{'bitserial.product' op has words of element type 'i64'}}
  bitserial.product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%p, %w, %a, %n, %i : memref<1x4x8xi32>, memref<4xi64>, memref<4xi8>, memref<4xi8>, memref<2xi32>) outs(%e : memref<1x2x8xi32>)
  return
}

// -----

func.func @product_c1_coordinates(%p: memref<1x4x8xi32>, %w: memref<4xi32>, %a: memref<4xi32>, %n: memref<4xi8>, %i: memref<2xi32>, %e: memref<1x2x8xi32>) {
  // expected-error @below {{'bitserial.product' op has coordinates of element type 'i32'}}
  bitserial.product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%p, %w, %a, %n, %i : memref<1x4x8xi32>, memref<4xi32>, memref<4xi32>, memref<4xi8>, memref<2xi32>) outs(%e : memref<1x2x8xi32>)
  return
}

// -----

func.func @product_c1_widths(%p: memref<1x4x8xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %n: memref<4xi16>, %i: memref<2xi32>, %e: memref<1x2x8xi32>) {
  // expected-error @below {{'bitserial.product' op has widths of element type 'i16'}}
  bitserial.product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%p, %w, %a, %n, %i : memref<1x4x8xi32>, memref<4xi32>, memref<4xi8>, memref<4xi16>, memref<2xi32>) outs(%e : memref<1x2x8xi32>)
  return
}

// -----

func.func @product_c1_init(%p: memref<1x4x8xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %n: memref<4xi8>, %i: memref<2xf32>, %e: memref<1x2x8xi32>) {
  // expected-error @below {{'bitserial.product' op has init of element type 'f32'}}
  bitserial.product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%p, %w, %a, %n, %i : memref<1x4x8xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xf32>) outs(%e : memref<1x2x8xi32>)
  return
}

// -----

func.func @product_c1_sums(%p: memref<1x4x8xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %n: memref<4xi8>, %i: memref<2xi32>, %e: memref<1x2x8xi64>) {
  // expected-error @below {{'bitserial.product' op has sums of element type 'i64'}}
  bitserial.product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%p, %w, %a, %n, %i : memref<1x4x8xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>) outs(%e : memref<1x2x8xi64>)
  return
}

// -----

func.func @product_c2(%p: memref<1x4x8xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %n: memref<3xi8>, %i: memref<2xi32>, %e: memref<1x2x8xi32>) {
  // expected-error @below {{'bitserial.product' op expects 4 widths, found 3}}
  bitserial.product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%p, %w, %a, %n, %i : memref<1x4x8xi32>, memref<4xi32>, memref<4xi8>, memref<3xi8>, memref<2xi32>) outs(%e : memref<1x2x8xi32>)
  return
}

// -----

func.func @product_c2_blocks(%p: memref<1x4xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %n: memref<3xi8>, %i: memref<2xi32>, %e: memref<1x4xi32>) {
  // expected-error @below {{'bitserial.product' op expects 1 widths, found 3}}
  bitserial.product "c" multipliers [1, 2] #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<outputs, lanes = 4, vectors = 1> ins(%p, %w, %a, %n, %i : memref<1x4xi32>, memref<4xi32>, memref<4xi8>, memref<3xi8>, memref<2xi32>) outs(%e : memref<1x4xi32>)
  return
}

// -----

func.func @product_c3_patches(%p: memref<4x8xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %n: memref<4xi8>, %i: memref<2xi32>, %e: memref<1x2x8xi32>) {
  // expected-error @below {{'bitserial.product' op has patches of rank 2, expects 3}}
  bitserial.product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%p, %w, %a, %n, %i : memref<4x8xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>) outs(%e : memref<1x2x8xi32>)
  return
}

// -----

func.func @product_c3_sums(%p: memref<1x4xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %n: memref<1xi8>, %i: memref<2xi32>, %e: memref<1x2x8xi32>) {
  // expected-error @below {{'bitserial.product' op has sums of rank 3, expects 2}}
  bitserial.product "c" multipliers [1, 2] #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<outputs, lanes = 4, vectors = 1> ins(%p, %w, %a, %n, %i : memref<1x4xi32>, memref<4xi32>, memref<4xi8>, memref<1xi8>, memref<2xi32>) outs(%e : memref<1x2x8xi32>)
  return
}

// -----

func.func @product_c3_words(%p: memref<1x4x8xi32>, %w: memref<2x2xi32>, %a: memref<4xi8>, %n: memref<4xi8>, %i: memref<2xi32>, %e: memref<1x2x8xi32>) {
  // expected-error @below {{'bitserial.product' op has words of rank 2, expects 1}}
  bitserial.product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%p, %w, %a, %n, %i : memref<1x4x8xi32>, memref<2x2xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>) outs(%e : memref<1x2x8xi32>)
  return
}

// -----

func.func @product_c3_init(%p: memref<1x4x8xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %n: memref<4xi8>, %i: memref<i32>, %e: memref<1x2x8xi32>) {
  // expected-error @below {{'bitserial.product' op has init of rank 0, expects 1}}
  bitserial.product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%p, %w, %a, %n, %i : memref<1x4x8xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<i32>) outs(%e : memref<1x2x8xi32>)
  return
}

// -----

func.func @product_c4(%p: memref<1x4x8xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %n: memref<4xi8>, %i: memref<2xi32>, %e: memref<1x2x8xi32>) {
  // expected-error @below {{'bitserial.product' op expects at least one multiplier}}
  bitserial.product "c" multipliers [] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%p, %w, %a, %n, %i : memref<1x4x8xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>) outs(%e : memref<1x2x8xi32>)
  return
}

// -----

func.func @product_c4_tables(%p: memref<1x4xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %n: memref<2xi8>, %i: memref<2xi32>, %e: memref<1x8xi32>) {
  // expected-error @below {{'bitserial.product' op expects at least one multiplier, positions without lanes, and no tables}}
  bitserial.product "c" multipliers [1] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<outputs, lanes = 8, vectors = 1, count = tables> ins(%p, %w, %a, %n, %i : memref<1x4xi32>, memref<4xi32>, memref<4xi8>, memref<2xi8>, memref<2xi32>) outs(%e : memref<1x8xi32>)
  return
}

// -----

func.func @threshold_c1_sums(%s: memref<1x2x8xi64>, %t: memref<2x3xi32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op has sums of element type 'i64'}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %t : memref<1x2x8xi64>, memref<2x3xi32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c1_thresholds(%s: memref<1x2x8xi32>, %t: memref<2x3xf32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op has thresholds of element type 'f32'}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %t : memref<1x2x8xi32>, memref<2x3xf32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c1_codes(%s: memref<1x2x8xi32>, %t: memref<2x3xi32>, %e: memref<1x2x2x2xi32>) {
  // expected-error @below {{'bitserial.threshold' op has codes of element type 'i32'}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %t : memref<1x2x8xi32>, memref<2x3xi32>) outs(%e : memref<1x2x2x2xi32>)
  return
}

// -----

func.func @threshold_c1_integers(%s: memref<1x2x8xi32>, %t: memref<2x3xi32>, %r: memref<1x2x2x2xi8>, %m: memref<2x6xf32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op has thresholds of element type 'i32'}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %t : memref<1x2x8xi32>, memref<2x3xi32>) residual(%r, %m : memref<1x2x2x2xi8>, memref<2x6xf32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c4_codes(%s: memref<1x2x8xi32>, %t: memref<2x3xf32>, %r: memref<1x2x3x2xi8>, %m: memref<2x6xf32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op expects a residual of codes in the result's shape or of as many sums, without a border}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %t : memref<1x2x8xi32>, memref<2x3xf32>) residual(%r, %m : memref<1x2x3x2xi8>, memref<2x6xf32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c4_sums(%s: memref<1x2x8xi32>, %t: memref<2x3xf32>, %r: memref<1x3x8xi32>, %m: memref<2x4xf32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op expects a residual of codes in the result's shape or of as many sums, without a border}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %t : memref<1x2x8xi32>, memref<2x3xf32>) residual(%r, %m : memref<1x3x8xi32>, memref<2x4xf32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c4_element(%s: memref<1x2x8xi32>, %t: memref<2x3xf32>, %r: memref<1x2x2x2xi16>, %m: memref<2x6xf32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op expects a residual of codes in the result's shape or of as many sums, without a border}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %t : memref<1x2x8xi32>, memref<2x3xf32>) residual(%r, %m : memref<1x2x2x2xi16>, memref<2x6xf32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c4_border(%s: memref<1x2x8xi32>, %t: memref<1x1x2x3xf32>, %r: memref<1x2x2x2xi8>, %m: memref<2x6xf32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op expects a residual of codes in the result's shape or of as many sums, without a border}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> rows [0, 0] columns [0, 0] ins(%s, %t : memref<1x2x8xi32>, memref<1x1x2x3xf32>) residual(%r, %m : memref<1x2x2x2xi8>, memref<2x6xf32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c4_terms(%s: memref<1x2x8xi32>, %t: memref<2x3xf32>, %r: memref<1x2x2x2xi8>, %m: memref<2x6xi32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op has terms of element type 'i32'}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %t : memref<1x2x8xi32>, memref<2x3xf32>) residual(%r, %m : memref<1x2x2x2xi8>, memref<2x6xi32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c4_rows(%s: memref<1x2x8xi32>, %t: memref<2x3xf32>, %r: memref<1x2x2x2xi8>, %m: memref<3x6xf32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op expects 2 rows of terms, of 2 and a power of two, found 3 of 6}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %t : memref<1x2x8xi32>, memref<2x3xf32>) residual(%r, %m : memref<1x2x2x2xi8>, memref<3x6xf32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c4_row_of_codes(%s: memref<1x2x8xi32>, %t: memref<2x3xf32>, %r: memref<1x2x2x2xi8>, %m: memref<2x5xf32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op expects 2 rows of terms, of 2 and a power of two, found 2 of 5}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %t : memref<1x2x8xi32>, memref<2x3xf32>) residual(%r, %m : memref<1x2x2x2xi8>, memref<2x5xf32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c4_row_of_sums(%s: memref<1x2x8xi32>, %t: memref<2x3xf32>, %r: memref<1x2x8xi32>, %m: memref<2x6xf32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op expects 2 rows of terms, of 4, found 2 of 6}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %t : memref<1x2x8xi32>, memref<2x3xf32>) residual(%r, %m : memref<1x2x8xi32>, memref<2x6xf32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c1_packed(%s: memref<1x2x8xi32>, %t: memref<2x3xi16>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op has thresholds of element type 'i16'}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %t : memref<1x2x8xi32>, memref<2x3xi16>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c2_sums(%s: memref<1x2x8xi32>, %t: memref<2x3xi32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op has sums of rank 3, expects 2}}
  bitserial.threshold #bitserial.schedule<outputs, lanes = 4, vectors = 1> ins(%s, %t : memref<1x2x8xi32>, memref<2x3xi32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c2_thresholds(%s: memref<1x2x8xi32>, %t: memref<6xi32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op has thresholds of rank 1, expects 2}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %t : memref<1x2x8xi32>, memref<6xi32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c2_codes(%s: memref<1x2x8xi32>, %t: memref<2x3xi32>, %e: memref<i8>) {
  // expected-error @below {{'bitserial.threshold' op expects codes of rank 2 or 4, and a row of thresholds for each output}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %t : memref<1x2x8xi32>, memref<2x3xi32>) outs(%e : memref<i8>)
  return
}

// -----

func.func @threshold_c2_outputs(%s: memref<1x2x8xi32>, %t: memref<3x3xi32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op expects codes of rank 2 or 4, and a row of thresholds for each output}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %t : memref<1x2x8xi32>, memref<3x3xi32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c4_positions(%s: memref<1x2x8xi32>, %t: memref<2x3xf32>, %r: memref<1x2x7xi32>, %m: memref<2x4xf32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op expects a residual of codes in the result's shape or of as many sums, without a border}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %t : memref<1x2x8xi32>, memref<2x3xf32>) residual(%r, %m : memref<1x2x7xi32>, memref<2x4xf32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c2_border(%s: memref<1x2x8xi32>, %t: memref<2x3xi32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op has thresholds of rank 2, expects 4}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> rows [0, 1] columns [0, 0] ins(%s, %t : memref<1x2x8xi32>, memref<2x3xi32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c3_rows(%s: memref<1x2x8xi32>, %t: memref<1x1x2x3xi32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op expects a border with one class per row and column of a result of rank 4}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> rows [0] columns [0, 0] ins(%s, %t : memref<1x2x8xi32>, memref<1x1x2x3xi32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c3_columns(%s: memref<1x2x8xi32>, %t: memref<1x1x2x3xi32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op expects a border with one class per row and column of a result of rank 4}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> rows [0, 0] ins(%s, %t : memref<1x2x8xi32>, memref<1x1x2x3xi32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c3_class(%s: memref<1x2x8xi32>, %t: memref<1x1x2x3xi32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op expects a border with one class per row and column of a result of rank 4}}
  bitserial.threshold #bitserial.schedule<pixels, lanes = 8, vectors = 1> rows [0, -1] columns [0, 0] ins(%s, %t : memref<1x2x8xi32>, memref<1x1x2x3xi32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @threshold_c3_outputs(%s: memref<1x4xi32>, %t: memref<1x1x2x3xi32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.threshold' op expects a border with one class per row and column of a result of rank 4}}
  bitserial.threshold #bitserial.schedule<outputs, lanes = 4, vectors = 1> rows [0, 0] columns [0, 0] ins(%s, %t : memref<1x4xi32>, memref<1x1x2x3xi32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @rescale_c1_sums(%s: memref<1x2x8xi8>, %p: memref<2xf32>, %q: memref<2xf32>, %e: memref<1x2x2x2xf32>) {
  // expected-error @below {{'bitserial.rescale' op has sums of element type 'i8'}}
  bitserial.rescale #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %p, %q : memref<1x2x8xi8>, memref<2xf32>, memref<2xf32>) outs(%e : memref<1x2x2x2xf32>)
  return
}

// -----

func.func @rescale_c1_scale(%s: memref<1x2x8xi32>, %p: memref<2xf64>, %q: memref<2xf32>, %e: memref<1x2x2x2xf32>) {
  // expected-error @below {{'bitserial.rescale' op has a scale of element type 'f64'}}
  bitserial.rescale #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %p, %q : memref<1x2x8xi32>, memref<2xf64>, memref<2xf32>) outs(%e : memref<1x2x2x2xf32>)
  return
}

// -----

func.func @rescale_c1_base(%s: memref<1x2x8xi32>, %p: memref<2xf32>, %q: memref<2xi32>, %e: memref<1x2x2x2xf32>) {
  // expected-error @below {{'bitserial.rescale' op has a base of element type 'i32'}}
  bitserial.rescale #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %p, %q : memref<1x2x8xi32>, memref<2xf32>, memref<2xi32>) outs(%e : memref<1x2x2x2xf32>)
  return
}

// -----

func.func @rescale_c1_result(%s: memref<1x2x8xi32>, %p: memref<2xf32>, %q: memref<2xf32>, %e: memref<1x2x2x2xi8>) {
  // expected-error @below {{'bitserial.rescale' op has a result of element type 'i8'}}
  bitserial.rescale #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %p, %q : memref<1x2x8xi32>, memref<2xf32>, memref<2xf32>) outs(%e : memref<1x2x2x2xi8>)
  return
}

// -----

func.func @rescale_c2_sums(%s: memref<1x4xi32>, %p: memref<2xf32>, %q: memref<2xf32>, %e: memref<1x2x2x2xf32>) {
  // expected-error @below {{'bitserial.rescale' op has sums of rank 2, expects 3}}
  bitserial.rescale #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %p, %q : memref<1x4xi32>, memref<2xf32>, memref<2xf32>) outs(%e : memref<1x2x2x2xf32>)
  return
}

// -----

func.func @rescale_c2_scale(%s: memref<1x2x8xi32>, %p: memref<1x2xf32>, %q: memref<2xf32>, %e: memref<1x2x2x2xf32>) {
  // expected-error @below {{'bitserial.rescale' op has a scale of rank 2, expects 1}}
  bitserial.rescale #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%s, %p, %q : memref<1x2x8xi32>, memref<1x2xf32>, memref<2xf32>) outs(%e : memref<1x2x2x2xf32>)
  return
}

// -----

func.func @rescale_c2_base(%s: memref<1x2x8xi32>, %p: memref<2xf32>, %q: memref<2xf32>, %e: memref<1x2x2x2xf32>) {
  // expected-error @below {{'bitserial.rescale' op has a base of rank 1, expects 3}}
  bitserial.rescale #bitserial.schedule<pixels, lanes = 8, vectors = 1> rows [0, 0] columns [0, 0] ins(%s, %p, %q : memref<1x2x8xi32>, memref<2xf32>, memref<2xf32>) outs(%e : memref<1x2x2x2xf32>)
  return
}

// -----

func.func @rescale_c3(%s: memref<1x2x8xi32>, %p: memref<2xf32>, %q: memref<1x1x2xf32>, %e: memref<1x2xf32>) {
  // expected-error @below {{'bitserial.rescale' op expects a border with one class per row and column of a result of rank 4}}
  bitserial.rescale #bitserial.schedule<pixels, lanes = 8, vectors = 1> rows [0] columns [0] ins(%s, %p, %q : memref<1x2x8xi32>, memref<2xf32>, memref<1x1x2xf32>) outs(%e : memref<1x2xf32>)
  return
}

// -----

func.func @decode_c1_words(%t: index, %w: memref<4xi8>, %a: memref<2xi8>, %n: memref<3xi8>, %at: memref<1xi32>, %s: memref<1xf32>, %e: memref<40x3xf32>) {
  // expected-error @below {{'bitserial.decode' op has words of element type 'i8'}}
  bitserial.decode #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> lanes 3 tile %t ins(%w, %a, %n, %at, %s : memref<4xi8>, memref<2xi8>, memref<3xi8>, memref<1xi32>, memref<1xf32>) outs(%e : memref<40x3xf32>)
  return
}

// -----

func.func @decode_c1_coordinates(%t: index, %w: memref<4xi32>, %a: memref<2xf32>, %n: memref<3xi8>, %at: memref<1xi32>, %s: memref<1xf32>, %e: memref<40x3xf32>) {
  // expected-error @below {{'bitserial.decode' op has coordinates of element type 'f32'}}
  bitserial.decode #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> lanes 3 tile %t ins(%w, %a, %n, %at, %s : memref<4xi32>, memref<2xf32>, memref<3xi8>, memref<1xi32>, memref<1xf32>) outs(%e : memref<40x3xf32>)
  return
}

// -----

func.func @decode_c1_widths(%t: index, %w: memref<4xi32>, %a: memref<2xi8>, %n: memref<3xi32>, %at: memref<1xi32>, %s: memref<1xf32>, %e: memref<40x3xf32>) {
  // expected-error @below {{'bitserial.decode' op has widths of element type 'i32'}}
  bitserial.decode #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> lanes 3 tile %t ins(%w, %a, %n, %at, %s : memref<4xi32>, memref<2xi8>, memref<3xi32>, memref<1xi32>, memref<1xf32>) outs(%e : memref<40x3xf32>)
  return
}

// -----

func.func @decode_c1_starts(%t: index, %w: memref<4xi32>, %a: memref<2xi8>, %n: memref<3xi8>, %at: memref<1xi64>, %s: memref<1xf32>, %e: memref<40x3xf32>) {
  // expected-error @below {{'bitserial.decode' op has starts of element type 'i64'}}
  bitserial.decode #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> lanes 3 tile %t ins(%w, %a, %n, %at, %s : memref<4xi32>, memref<2xi8>, memref<3xi8>, memref<1xi64>, memref<1xf32>) outs(%e : memref<40x3xf32>)
  return
}

// -----

func.func @decode_c1_steps(%t: index, %w: memref<4xi32>, %a: memref<2xi8>, %n: memref<3xi8>, %at: memref<1xi32>, %s: memref<1xi32>, %e: memref<40x3xf32>) {
  // expected-error @below {{'bitserial.decode' op has steps of element type 'i32'}}
  bitserial.decode #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> lanes 3 tile %t ins(%w, %a, %n, %at, %s : memref<4xi32>, memref<2xi8>, memref<3xi8>, memref<1xi32>, memref<1xi32>) outs(%e : memref<40x3xf32>)
  return
}

// -----

func.func @decode_c1_result(%t: index, %w: memref<4xi32>, %a: memref<2xi8>, %n: memref<3xi8>, %at: memref<1xi32>, %s: memref<1xf32>, %e: memref<40x3xf64>) {
  // expected-error @below {{'bitserial.decode' op has a result of element type 'f64'}}
  bitserial.decode #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> lanes 3 tile %t ins(%w, %a, %n, %at, %s : memref<4xi32>, memref<2xi8>, memref<3xi8>, memref<1xi32>, memref<1xf32>) outs(%e : memref<40x3xf64>)
  return
}

// -----

func.func @decode_c2_starts(%t: index, %w: memref<4xi32>, %a: memref<2xi8>, %n: memref<3xi8>, %at: memref<1x2xi32>, %s: memref<1xf32>, %e: memref<40x3xf32>) {
  // expected-error @below {{'bitserial.decode' op has starts of rank 2, expects 1}}
  bitserial.decode #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> lanes 3 tile %t ins(%w, %a, %n, %at, %s : memref<4xi32>, memref<2xi8>, memref<3xi8>, memref<1x2xi32>, memref<1xf32>) outs(%e : memref<40x3xf32>)
  return
}

// -----

func.func @decode_c2_steps(%t: index, %w: memref<4xi32>, %a: memref<2xi8>, %n: memref<3xi8>, %at: memref<1xi32>, %s: memref<f32>, %e: memref<40x3xf32>) {
  // expected-error @below {{'bitserial.decode' op has steps of rank 0, expects 1}}
  bitserial.decode #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> lanes 3 tile %t ins(%w, %a, %n, %at, %s : memref<4xi32>, memref<2xi8>, memref<3xi8>, memref<1xi32>, memref<f32>) outs(%e : memref<40x3xf32>)
  return
}

// -----

func.func @decode_c2_result(%t: index, %w: memref<4xi32>, %a: memref<2xi8>, %n: memref<3xi8>, %at: memref<1xi32>, %s: memref<1xf32>, %e: memref<120xf32>) {
  // expected-error @below {{'bitserial.decode' op has a result of rank 1, expects 2}}
  bitserial.decode #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> lanes 3 tile %t ins(%w, %a, %n, %at, %s : memref<4xi32>, memref<2xi8>, memref<3xi8>, memref<1xi32>, memref<1xf32>) outs(%e : memref<120xf32>)
  return
}

// -----

func.func @decode_c3(%t: index, %w: memref<4xi32>, %a: memref<2xi8>, %n: memref<3xi8>, %at: memref<1xi32>, %s: memref<1xf32>, %e: memref<40x3xf32>) {
  // expected-error @below {{'bitserial.decode' op 2 lanes do not divide 3 outputs}}
  bitserial.decode #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> lanes 2 tile %t ins(%w, %a, %n, %at, %s : memref<4xi32>, memref<2xi8>, memref<3xi8>, memref<1xi32>, memref<1xf32>) outs(%e : memref<40x3xf32>)
  return
}

// -----

func.func @constant_type() {
  // expected-error @below {{failed to verify that all of {value, result} have same type}}
  %0 = "bitserial.constant"() <{layer = "fc", name = "words", value = dense<1> : tensor<2xi32>}> : () -> tensor<3xi32>
  return
}

// -----

func.func @dynamic(%c: memref<1x?x3x5xi8>, %e: memref<1x4x8xi32>) {
  // expected-error @below {{operand #0 must be statically shaped tensor or memref}}
  bitserial.pack planes 2 #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%c : memref<1x?x3x5xi8>) outs(%e : memref<1x4x8xi32>)
  return
}

// -----

// expected-error @below {{an image needs a height and a width, and padding that is not negative, found [0, 4] and [0, 0]}}
func.func @image_c1_size() attributes {i = #bitserial.image<size = [0, 4], pad = [0, 0], bits = 8, outside = 0>} {
  return
}

// -----

// expected-error @below {{an image needs a height and a width, and padding that is not negative, found [4, 4] and [-1, 0]}}
func.func @image_c1_pad() attributes {i = #bitserial.image<size = [4, 4], pad = [-1, 0], bits = 8, outside = 0>} {
  return
}

// -----

// expected-error @below {{codes have 1, 2, 4 or 8 bits, found 3 and a code 0}}
func.func @image_c2_bits() attributes {i = #bitserial.image<size = [4, 4], pad = [0, 0], bits = 3, outside = 0>} {
  return
}

// -----

// expected-error @below {{codes have 1, 2, 4 or 8 bits, found 2 and a code 4}}
func.func @image_c2_outside() attributes {i = #bitserial.image<size = [4, 4], pad = [0, 0], bits = 2, outside = 4>} {
  return
}

// -----

func.func @pack_c3_image(%c: memref<4x4xi8>, %e: memref<1x2x4xi32>, %z: index) {
  // expected-error @below {{'bitserial.pack' op has codes of rank 2, expects 1}}
  bitserial.pack planes 2 #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> image #bitserial.image<size = [4, 4], pad = [0, 0], bits = 8, outside = 0> ins(%c : memref<4x4xi8>) outs(%e : memref<1x2x4xi32>)
  return
}

// -----

func.func @pack_c4_lanes(%c: memref<16xi8>, %e: memref<1x2x4xi32>, %z: index) {
  // expected-error @below {{'bitserial.pack' op expects an image for positions, which have one lane, and a place of three indices in it or none}}
  bitserial.pack planes 2 #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 4, vectors = 1> image #bitserial.image<size = [4, 4], pad = [0, 0], bits = 8, outside = 0> ins(%c : memref<16xi8>) outs(%e : memref<1x2x4xi32>)
  return
}

// -----

func.func @pack_c4_place(%c: memref<16xi8>, %e: memref<1x2x4xi32>, %z: index) {
  // expected-error @below {{'bitserial.pack' op expects an image for positions, which have one lane, and a place of three indices in it or none}}
  bitserial.pack planes 2 #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> image #bitserial.image<size = [4, 4], pad = [0, 0], bits = 8, outside = 0> at (%z, %z) ins(%c : memref<16xi8>) outs(%e : memref<1x2x4xi32>)
  return
}

// -----

func.func @band_c1_codes(%p: memref<1x2x4xi32>, %w: memref<2xi32>, %a: memref<2xi8>, %n: memref<2xi8>, %i: memref<2xi32>, %t: memref<2x3xi32>, %o: memref<2xi32>, %z: index) {
  // expected-error @below {{'bitserial.band' op has codes of element type 'i32'}}
  bitserial.band "c" multipliers [1, 2] #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> pool [2, 2] image #bitserial.image<size = [1, 1], pad = [0, 0], bits = 8, outside = 0> at (%z, %z, %z) ins(%p, %w, %a, %n, %i, %t : memref<1x2x4xi32>, memref<2xi32>, memref<2xi8>, memref<2xi8>, memref<2xi32>, memref<2x3xi32>) outs(%o : memref<2xi32>)
  return
}

// -----

func.func @band_c1_patches(%p: memref<1x2x4xi8>, %w: memref<2xi32>, %a: memref<2xi8>, %n: memref<2xi8>, %i: memref<2xi32>, %t: memref<2x3xi32>, %o: memref<2xi8>, %z: index) {
  // expected-error @below {{'bitserial.band' op has patches of element type 'i8'}}
  bitserial.band "c" multipliers [1, 2] #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> pool [2, 2] image #bitserial.image<size = [1, 1], pad = [0, 0], bits = 8, outside = 0> at (%z, %z, %z) ins(%p, %w, %a, %n, %i, %t : memref<1x2x4xi8>, memref<2xi32>, memref<2xi8>, memref<2xi8>, memref<2xi32>, memref<2x3xi32>) outs(%o : memref<2xi8>)
  return
}

// -----

func.func @band_c2_widths(%p: memref<1x2x4xi32>, %w: memref<2xi32>, %a: memref<2xi8>, %n: memref<3xi8>, %i: memref<2xi32>, %t: memref<2x3xi32>, %o: memref<2xi8>, %z: index) {
  // expected-error @below {{'bitserial.band' op expects 2 widths, 2 rows of thresholds and a multiplier}}
  bitserial.band "c" multipliers [1, 2] #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> pool [2, 2] image #bitserial.image<size = [1, 1], pad = [0, 0], bits = 8, outside = 0> at (%z, %z, %z) ins(%p, %w, %a, %n, %i, %t : memref<1x2x4xi32>, memref<2xi32>, memref<2xi8>, memref<3xi8>, memref<2xi32>, memref<2x3xi32>) outs(%o : memref<2xi8>)
  return
}

// -----

func.func @band_c2_thresholds(%p: memref<1x2x4xi32>, %w: memref<2xi32>, %a: memref<2xi8>, %n: memref<2xi8>, %i: memref<2xi32>, %t: memref<1x3xi32>, %o: memref<2xi8>, %z: index) {
  // expected-error @below {{'bitserial.band' op expects 2 widths, 2 rows of thresholds and a multiplier}}
  bitserial.band "c" multipliers [1, 2] #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> pool [2, 2] image #bitserial.image<size = [1, 1], pad = [0, 0], bits = 8, outside = 0> at (%z, %z, %z) ins(%p, %w, %a, %n, %i, %t : memref<1x2x4xi32>, memref<2xi32>, memref<2xi8>, memref<2xi8>, memref<2xi32>, memref<1x3xi32>) outs(%o : memref<2xi8>)
  return
}

// -----

func.func @band_c2_multipliers(%p: memref<1x2x4xi32>, %w: memref<2xi32>, %a: memref<2xi8>, %n: memref<2xi8>, %i: memref<2xi32>, %t: memref<2x3xi32>, %o: memref<2xi8>, %z: index) {
  // expected-error @below {{'bitserial.band' op expects 2 widths, 2 rows of thresholds and a multiplier}}
  bitserial.band "c" multipliers [] #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> pool [2, 2] image #bitserial.image<size = [1, 1], pad = [0, 0], bits = 8, outside = 0> at (%z, %z, %z) ins(%p, %w, %a, %n, %i, %t : memref<1x2x4xi32>, memref<2xi32>, memref<2xi8>, memref<2xi8>, memref<2xi32>, memref<2x3xi32>) outs(%o : memref<2xi8>)
  return
}

// -----

func.func @band_c3_patches(%p: memref<2x4xi32>, %w: memref<2xi32>, %a: memref<2xi8>, %n: memref<2xi8>, %i: memref<2xi32>, %t: memref<2x3xi32>, %o: memref<2xi8>, %z: index) {
  // expected-error @below {{'bitserial.band' op has patches of rank 2, expects 3}}
  bitserial.band "c" multipliers [1, 2] #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> pool [2, 2] image #bitserial.image<size = [1, 1], pad = [0, 0], bits = 8, outside = 0> at (%z, %z, %z) ins(%p, %w, %a, %n, %i, %t : memref<2x4xi32>, memref<2xi32>, memref<2xi8>, memref<2xi8>, memref<2xi32>, memref<2x3xi32>) outs(%o : memref<2xi8>)
  return
}

// -----

func.func @band_c3_thresholds(%p: memref<1x2x4xi32>, %w: memref<2xi32>, %a: memref<2xi8>, %n: memref<2xi8>, %i: memref<2xi32>, %t: memref<2x3xi32>, %o: memref<2xi8>, %z: index) {
  // expected-error @below {{'bitserial.band' op has thresholds of rank 2, expects 4}}
  bitserial.band "c" multipliers [1, 2] #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> pool [2, 2] image #bitserial.image<size = [1, 1], pad = [0, 0], bits = 8, outside = 0> rows [0, 0] columns [0, 0] at (%z, %z, %z) ins(%p, %w, %a, %n, %i, %t : memref<1x2x4xi32>, memref<2xi32>, memref<2xi8>, memref<2xi8>, memref<2xi32>, memref<2x3xi32>) outs(%o : memref<2xi8>)
  return
}

// -----

func.func @band_c3_place(%p: memref<1x2x4xi32>, %w: memref<2xi32>, %a: memref<2xi8>, %n: memref<2xi8>, %i: memref<2xi32>, %t: memref<2x3xi32>, %o: memref<2xi8>, %z: index) {
  // expected-error @below {{'bitserial.band' op expects a place of three indices}}
  bitserial.band "c" multipliers [1, 2] #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> pool [2, 2] image #bitserial.image<size = [1, 1], pad = [0, 0], bits = 8, outside = 0> at (%z) ins(%p, %w, %a, %n, %i, %t : memref<1x2x4xi32>, memref<2xi32>, memref<2xi8>, memref<2xi8>, memref<2xi32>, memref<2x3xi32>) outs(%o : memref<2xi8>)
  return
}

// -----

func.func @band_c4_lanes(%p: memref<1x2x4xi32>, %w: memref<2xi32>, %a: memref<2xi8>, %n: memref<2xi8>, %i: memref<2xi32>, %t: memref<2x3xi32>, %o: memref<2xi8>, %z: index) {
  // expected-error @below {{'bitserial.band' op expects a vector of one lane for each of its 4 positions}}
  bitserial.band "c" multipliers [1, 2] #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 4, vectors = 1> pool [2, 2] image #bitserial.image<size = [1, 1], pad = [0, 0], bits = 8, outside = 0> at (%z, %z, %z) ins(%p, %w, %a, %n, %i, %t : memref<1x2x4xi32>, memref<2xi32>, memref<2xi8>, memref<2xi8>, memref<2xi32>, memref<2x3xi32>) outs(%o : memref<2xi8>)
  return
}

// -----

func.func @band_c4_vectors(%p: memref<1x2x4xi32>, %w: memref<2xi32>, %a: memref<2xi8>, %n: memref<2xi8>, %i: memref<2xi32>, %t: memref<2x3xi32>, %o: memref<2xi8>, %z: index) {
  // expected-error @below {{'bitserial.band' op expects a vector of one lane for each of its 4 positions}}
  bitserial.band "c" multipliers [1, 2] #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 2> pool [2, 2] image #bitserial.image<size = [1, 1], pad = [0, 0], bits = 8, outside = 0> at (%z, %z, %z) ins(%p, %w, %a, %n, %i, %t : memref<1x2x4xi32>, memref<2xi32>, memref<2xi8>, memref<2xi8>, memref<2xi32>, memref<2x3xi32>) outs(%o : memref<2xi8>)
  return
}

// -----

func.func @band_c5_window(%p: memref<1x2x4xi32>, %w: memref<2xi32>, %a: memref<2xi8>, %n: memref<2xi8>, %i: memref<2xi32>, %t: memref<2x3xi32>, %o: memref<2xi8>, %z: index) {
  // expected-error @below {{'bitserial.band' op expects windows that divide the band and a band that the image holds}}
  bitserial.band "c" multipliers [1, 2] #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> pool [2, 3] image #bitserial.image<size = [1, 1], pad = [0, 0], bits = 8, outside = 0> at (%z, %z, %z) ins(%p, %w, %a, %n, %i, %t : memref<1x2x4xi32>, memref<2xi32>, memref<2xi8>, memref<2xi8>, memref<2xi32>, memref<2x3xi32>) outs(%o : memref<2xi8>)
  return
}

// -----

func.func @band_c5_image(%p: memref<1x2x4xi32>, %w: memref<2xi32>, %a: memref<2xi8>, %n: memref<2xi8>, %i: memref<2xi32>, %t: memref<2x3xi32>, %o: memref<2xi8>, %z: index) {
  // expected-error @below {{'bitserial.band' op expects windows that divide the band and a band that the image holds}}
  bitserial.band "c" multipliers [1, 2] #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> pool [1, 1] image #bitserial.image<size = [1, 1], pad = [0, 0], bits = 8, outside = 0> at (%z, %z, %z) ins(%p, %w, %a, %n, %i, %t : memref<1x2x4xi32>, memref<2xi32>, memref<2xi8>, memref<2xi8>, memref<2xi32>, memref<2x3xi32>) outs(%o : memref<2xi8>)
  return
}

// -----

func.func @band_c5_border(%p: memref<1x2x4xi32>, %w: memref<2xi32>, %a: memref<2xi8>, %n: memref<2xi8>, %i: memref<2xi32>, %t: memref<1x1x2x3xi32>, %o: memref<2xi8>, %z: index) {
  // expected-error @below {{'bitserial.band' op expects a border with one class per row and column of the image before pooling}}
  bitserial.band "c" multipliers [1, 2] #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4> pool [2, 2] image #bitserial.image<size = [1, 1], pad = [0, 0], bits = 8, outside = 0> rows [0] columns [0, 0] at (%z, %z, %z) ins(%p, %w, %a, %n, %i, %t : memref<1x2x4xi32>, memref<2xi32>, memref<2xi8>, memref<2xi8>, memref<2xi32>, memref<1x1x2x3xi32>) outs(%o : memref<2xi8>)
  return
}

// -----

// expected-error @below {{scalable vectors are of positions, and their bits are counted in words or bytes}}
func.func @schedule_c3_outputs() attributes {s = #bitserial.schedule<outputs, lanes = 4 x offsets, vectors = 1>} {
  return
}

// -----

// expected-error @below {{scalable vectors are of positions, and their bits are counted in words or bytes}}
func.func @schedule_c3_count() attributes {s = #bitserial.schedule<pixels, lanes = 4 x offsets, vectors = 1, count = uaddlp>} {
  return
}

// -----

// expected-error @below {{pairs of words are of positions without lanes}}
func.func @schedule_c3_pairs_of_outputs() attributes {s = #bitserial.schedule<outputs, lanes = 1, vectors = 1, count = pairs>} {
  return
}

// -----

// expected-error @below {{pairs of words are of positions without lanes}}
func.func @schedule_c3_pairs_of_lanes() attributes {s = #bitserial.schedule<pixels, lanes = 4, vectors = 1, count = pairs>} {
  return
}

// -----

func.func @pack_c5(%c: memref<16xi8>, %e: memref<1x2x4xi32>) {
  // expected-error @below {{'bitserial.pack' op expects pairs of words, found rows of 1}}
  bitserial.pack planes 2 #bitserial.geometry<input = [1, 4, 4], kernel = [3, 3, 1], group = [3, 3, 1], output = [2, 2, 2], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 1, vectors = 4, count = pairs> image #bitserial.image<size = [4, 4], pad = [0, 0], bits = 8, outside = 0> ins(%c : memref<16xi8>) outs(%e : memref<1x2x4xi32>)
  return
}

// -----

func.func @planes_c1_codes(%c: memref<1x15x40xi32>, %p: memref<1x2x2x20xi32>) {
  // expected-error @below {{'bitserial.planes' op has codes of element type 'i32'}}
  bitserial.planes ins(%c : memref<1x15x40xi32>) outs(%p : memref<1x2x2x20xi32>)
  return
}

// -----

func.func @planes_c1_words(%c: memref<1x15x40xi8>, %p: memref<1x2x2x20xi8>) {
  // expected-error @below {{'bitserial.planes' op has planes of element type 'i8'}}
  bitserial.planes ins(%c : memref<1x15x40xi8>) outs(%p : memref<1x2x2x20xi8>)
  return
}

// -----

func.func @planes_c1_rank(%c: memref<1x3x5x40xi8>, %p: memref<1x2x2x20xi32>) {
  // expected-error @below {{'bitserial.planes' op has codes of rank 4, expects 3}}
  bitserial.planes ins(%c : memref<1x3x5x40xi8>) outs(%p : memref<1x2x2x20xi32>)
  return
}

// -----

func.func @planes_c2_planes(%c: memref<1x15x40xi8>, %p: memref<1x9x2x20xi32>) {
  // expected-error @below {{'bitserial.planes' op expects 1 to 8 planes of 2 words for each of 15 positions}}
  bitserial.planes ins(%c : memref<1x15x40xi8>) outs(%p : memref<1x9x2x20xi32>)
  return
}

// -----

func.func @planes_c2_words(%c: memref<1x15x40xi8>, %p: memref<1x2x1x20xi32>) {
  // expected-error @below {{'bitserial.planes' op expects 1 to 8 planes of 2 words for each of 15 positions}}
  bitserial.planes ins(%c : memref<1x15x40xi8>) outs(%p : memref<1x2x1x20xi32>)
  return
}

// -----

func.func @planes_c2_room(%c: memref<1x15x40xi8>, %p: memref<1x2x2x14xi32>) {
  // expected-error @below {{'bitserial.planes' op expects 1 to 8 planes of 2 words for each of 15 positions}}
  bitserial.planes ins(%c : memref<1x15x40xi8>) outs(%p : memref<1x2x2x14xi32>)
  return
}

// -----

func.func @codes_c1_rank(%c: memref<1x15x40xi8>, %p: memref<2x2x20xi32>) {
  // expected-error @below {{'bitserial.codes' op has planes of rank 3, expects 4}}
  bitserial.codes ins(%p : memref<2x2x20xi32>) outs(%c : memref<1x15x40xi8>)
  return
}

// -----

func.func @codes_c1_words(%c: memref<1x15x40xi8>, %p: memref<1x2x3x20xi32>) {
  // expected-error @below {{'bitserial.codes' op expects 1 to 8 planes of 2 words for each of 15 positions}}
  bitserial.codes ins(%p : memref<1x2x3x20xi32>) outs(%c : memref<1x15x40xi8>)
  return
}

// -----

func.func @code_words_c1_codes(%c: memref<1x15x40xi16>, %p: memref<1x1x10x20xi32>) {
  // expected-error @below {{'bitserial.code_words' op has codes of element type 'i16'}}
  bitserial.code_words 4 multipliers [1, 2] ins(%c : memref<1x15x40xi16>) outs(%p : memref<1x1x10x20xi32>)
  return
}

// -----

func.func @code_words_c1_rank(%c: memref<1x15x40xi8>, %p: memref<1x10x20xi32>) {
  // expected-error @below {{'bitserial.code_words' op has words of rank 3, expects 4}}
  bitserial.code_words 4 multipliers [1, 2] ins(%c : memref<1x15x40xi8>) outs(%p : memref<1x10x20xi32>)
  return
}

// -----

func.func @code_words_c2_codes(%c: memref<1x15x40xi8>, %p: memref<1x1x10x20xi32>) {
  // expected-error @below {{'bitserial.code_words' op expects words of 4 or 2 codes for 40 channels at 15 positions, and multipliers of a byte}}
  bitserial.code_words 3 multipliers [1, 2] ins(%c : memref<1x15x40xi8>) outs(%p : memref<1x1x10x20xi32>)
  return
}

// -----

func.func @code_words_c2_words(%c: memref<1x15x40xi8>, %p: memref<1x1x10x20xi32>) {
  // expected-error @below {{'bitserial.code_words' op expects words of 4 or 2 codes for 40 channels at 15 positions, and multipliers of a byte}}
  bitserial.code_words 2 multipliers [1, 2] ins(%c : memref<1x15x40xi8>) outs(%p : memref<1x1x10x20xi32>)
  return
}

// -----

func.func @code_words_c2_room(%c: memref<1x15x40xi8>, %p: memref<1x1x10x12xi32>) {
  // expected-error @below {{'bitserial.code_words' op expects words of 4 or 2 codes for 40 channels at 15 positions, and multipliers of a byte}}
  bitserial.code_words 4 multipliers [1, 2] ins(%c : memref<1x15x40xi8>) outs(%p : memref<1x1x10x12xi32>)
  return
}

// -----

func.func @code_words_c2_multipliers(%c: memref<1x15x40xi8>, %p: memref<1x1x10x20xi32>) {
  // expected-error @below {{'bitserial.code_words' op expects words of 4 or 2 codes for 40 channels at 15 positions, and multipliers of a byte}}
  bitserial.code_words 4 multipliers [200, 100] ins(%c : memref<1x15x40xi8>) outs(%p : memref<1x1x10x20xi32>)
  return
}

// -----

func.func @code_words_c1_planes(%c: memref<1x2x2xi32>, %p: memref<1x1x10x20xi32>) {
  // expected-error @below {{'bitserial.code_words' op has codes of rank 3, expects 4}}
  bitserial.code_words 4 multipliers [1, 2] ins(%c : memref<1x2x2xi32>) outs(%p : memref<1x1x10x20xi32>)
  return
}

// -----

func.func @code_words_c3_planes(%c: memref<1x3x2x20xi32>, %p: memref<1x1x10x20xi32>) {
  // expected-error @below {{'bitserial.code_words' op expects words of 4 or 2 codes, multipliers of a byte, and for each a plane with a word for 32 of 40 channels and room for 20 positions}}
  bitserial.code_words 4 multipliers [1, 2] ins(%c : memref<1x3x2x20xi32>) outs(%p : memref<1x1x10x20xi32>)
  return
}

// -----

func.func @code_words_c3_words(%c: memref<1x2x3x20xi32>, %p: memref<1x1x10x20xi32>) {
  // expected-error @below {{'bitserial.code_words' op expects words of 4 or 2 codes, multipliers of a byte, and for each a plane with a word for 32 of 40 channels and room for 20 positions}}
  bitserial.code_words 4 multipliers [1, 2] ins(%c : memref<1x2x3x20xi32>) outs(%p : memref<1x1x10x20xi32>)
  return
}

// -----

func.func @code_words_c3_room(%c: memref<1x2x2x19xi32>, %p: memref<1x1x10x20xi32>) {
  // expected-error @below {{'bitserial.code_words' op expects words of 4 or 2 codes, multipliers of a byte, and for each a plane with a word for 32 of 40 channels and room for 20 positions}}
  bitserial.code_words 4 multipliers [1, 2] ins(%c : memref<1x2x2x19xi32>) outs(%p : memref<1x1x10x20xi32>)
  return
}

// -----

func.func @pool_c1_element(%c: memref<1x2x2x20xi8>, %p: memref<1x2x2x4xi32>) {
  // expected-error @below {{'bitserial.pool' op has planes of element type 'i8'}}
  bitserial.pool size [3, 5] window [2, 2] stride [1, 3] lanes 4 ins(%c : memref<1x2x2x20xi8>) outs(%p : memref<1x2x2x4xi32>)
  return
}

// -----

func.func @pool_c2_pad(%c: memref<1x2x2x20xi32>, %p: memref<1x2x2x64xi32>) {
  // expected-error @below {{'bitserial.pool' op expects windows of [2, 2] in an image of [3, 5] padded by less, not [0, 2, 0, 0], and as many planes of their largest}}
  bitserial.pool size [3, 5] window [2, 2] stride [1, 1] pad [0, 2, 0, 0] lanes 4 ins(%c : memref<1x2x2x20xi32>) outs(%p : memref<1x2x2x64xi32>)
  return
}

// -----

func.func @pool_c2_pads(%c: memref<1x2x2x20xi32>, %p: memref<1x2x2x64xi32>) {
  // expected-error @below {{'bitserial.pool' op expects windows of [2, 2] in an image of [3, 5] padded by less, not [1, 1], and as many planes of their largest}}
  bitserial.pool size [3, 5] window [2, 2] stride [1, 1] pad [1, 1] lanes 4 ins(%c : memref<1x2x2x20xi32>) outs(%p : memref<1x2x2x64xi32>)
  return
}

// -----

func.func @pool_c1_planes(%c: memref<1x2x2x20xi32>, %p: memref<1x1x2x4xi32>) {
  // expected-error @below {{'bitserial.pool' op expects windows of [2, 2] in an image of [3, 5], and as many planes of their largest}}
  bitserial.pool size [3, 5] window [2, 2] stride [1, 3] lanes 4 ins(%c : memref<1x2x2x20xi32>) outs(%p : memref<1x1x2x4xi32>)
  return
}

// -----

func.func @pool_c2_window(%c: memref<1x2x2x20xi32>, %p: memref<1x2x2x4xi32>) {
  // expected-error @below {{'bitserial.pool' op expects windows of [4, 2] in an image of [3, 5], and as many planes of their largest}}
  bitserial.pool size [3, 5] window [4, 2] stride [1, 3] lanes 4 ins(%c : memref<1x2x2x20xi32>) outs(%p : memref<1x2x2x4xi32>)
  return
}

// -----

func.func @pool_c2_room(%c: memref<1x2x2x20xi32>, %p: memref<1x2x2x3xi32>) {
  // expected-error @below {{'bitserial.pool' op expects windows of [2, 2] in an image of [3, 5], and as many planes of their largest}}
  bitserial.pool size [3, 5] window [2, 2] stride [1, 3] lanes 4 ins(%c : memref<1x2x2x20xi32>) outs(%p : memref<1x2x2x3xi32>)
  return
}

// -----

func.func @pool_c4(%p: memref<1x1x2x40xi32>, %m: memref<1x1x2x20xi32>) {
  // expected-error @below {{'bitserial.pool' op expects bitserial.tasks of one part and up to 2 of words, found array<i64: 1, 3>}}
  bitserial.pool size [4, 4] window [2, 2] stride [2, 2] lanes 4 ins(%p : memref<1x1x2x40xi32>) outs(%m : memref<1x1x2x20xi32>) {bitserial.tasks = array<i64: 1, 3>}
  return
}

// -----

func.func @pool_c3(%c: memref<1x2x2x20xi32>, %p: memref<1x2x2x4xi32>) {
  // expected-error @below {{'bitserial.pool' op expects 1 to 1024 lanes, found 0}}
  bitserial.pool size [3, 5] window [2, 2] stride [1, 3] lanes 0 ins(%c : memref<1x2x2x20xi32>) outs(%p : memref<1x2x2x4xi32>)
  return
}

// -----

func.func @tiled_product_c1_planes(%p: memref<1x2x1x20xi8>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op has planes of element type 'i8'}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi8>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c1_coordinates(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi32>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op has coordinates of element type 'i32'}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi32>, memref<4xi8>, memref<2xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c1_groups(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi64>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op has groups of element type 'i64'}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi64>, memref<2xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c1_rank(%p: memref<1x2x1x20xi32>, %w: memref<2x2xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op has words of rank 2, expects 1}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<2x2xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c1_thresholds(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x1x8xi32>, %s: memref<184xi32>, %t: memref<2x3xi8>) {
  // expected-error @below {{'bitserial.tiled_product' op has thresholds of element type 'i8'}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) thresholds(%t : memref<2x3xi8>) outs(%e, %s : memref<1x2x1x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c2_rows(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<3xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects rows and an init for each of 2 outputs, a group for each coordinate, and multipliers for 2 planes}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<3xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c2_init(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<3xi32>, %e: memref<1x2x8xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects rows and an init for each of 2 outputs, a group for each coordinate, and multipliers for 2 planes}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<3xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c2_groups(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<3xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects rows and an init for each of 2 outputs, a group for each coordinate, and multipliers for 2 planes}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<3xi8>, memref<2xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c2_multipliers(%p: memref<1x1x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects rows and an init for each of 2 outputs, a group for each coordinate, and multipliers for 1 planes}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x1x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c3_planes(%p: memref<1x2x1x14xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects planes that hold an image of [3, 5] and 2 channels}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x14xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c3_rank(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x1x8xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op has a result of rank 4, expects 3}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x1x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c3_block(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x7xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects a result that holds whole blocks of 3 positions of 2 outputs, and thresholds for codes of 1 to 4 bits}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x7xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c3_outputs(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x3x8xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects a result that holds whole blocks of 3 positions of 2 outputs, and thresholds for codes of 1 to 4 bits}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) outs(%e, %s : memref<1x3x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c3_residual_room(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %i: memref<2xi32>, %e: memref<1x2x1x8xi32>, %s: memref<184xi32>, %t: memref<2x3xf32>, %r: memref<1x2x1x7xi32>, %m: memref<2x6xf32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects a residual of 2 outputs that holds 8 positions, and a term for each of its codes}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %a, %i, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) thresholds(%t : memref<2x3xf32>) residual(%r, %m : memref<1x2x1x7xi32>, memref<2x6xf32>) outs(%e, %s : memref<1x2x1x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c3_residual_outputs(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %i: memref<2xi32>, %e: memref<1x2x1x8xi32>, %s: memref<184xi32>, %t: memref<2x3xf32>, %r: memref<1x3x8xi32>, %m: memref<2x4xf32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects a residual of 2 outputs that holds 8 positions, and a term for each of its codes}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %a, %i, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) thresholds(%t : memref<2x3xf32>) residual(%r, %m : memref<1x3x8xi32>, memref<2x4xf32>) outs(%e, %s : memref<1x2x1x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c3_residual_codes(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %i: memref<2xi32>, %e: memref<1x2x1x8xi32>, %s: memref<184xi32>, %t: memref<2x3xf32>, %r: memref<1x1x1x8xi32>, %m: memref<2x6xf32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects a residual of 2 outputs that holds 8 positions, and a term for each of its codes}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %a, %i, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) thresholds(%t : memref<2x3xf32>) residual(%r, %m : memref<1x1x1x8xi32>, memref<2x6xf32>) outs(%e, %s : memref<1x2x1x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c3_residual_images(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %i: memref<2xi32>, %e: memref<1x2x1x8xi32>, %s: memref<184xi32>, %t: memref<2x3xf32>, %r: memref<2x2x8xi32>, %m: memref<2x4xf32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects a residual of 2 outputs that holds 8 positions, and a term for each of its codes}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %a, %i, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) thresholds(%t : memref<2x3xf32>) residual(%r, %m : memref<2x2x8xi32>, memref<2x4xf32>) outs(%e, %s : memref<1x2x1x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c3_residual_rank(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %i: memref<2xi32>, %e: memref<1x2x1x8xi32>, %s: memref<184xi32>, %t: memref<2x3xf32>, %r: memref<2x8xi32>, %m: memref<2x4xf32>) {
  // expected-error @below {{'bitserial.tiled_product' op has a residual of rank 2, expects 4}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %a, %i, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) thresholds(%t : memref<2x3xf32>) residual(%r, %m : memref<2x8xi32>, memref<2x4xf32>) outs(%e, %s : memref<1x2x1x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c3_residual_integers(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %i: memref<2xi32>, %e: memref<1x2x1x8xi32>, %s: memref<184xi32>, %t: memref<2x3xi32>, %r: memref<1x2x8xi32>, %m: memref<2x4xf32>) {
  // expected-error @below {{'bitserial.tiled_product' op has thresholds of element type 'i32'}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %a, %i, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) thresholds(%t : memref<2x3xi32>) residual(%r, %m : memref<1x2x8xi32>, memref<2x4xf32>) outs(%e, %s : memref<1x2x1x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c3_thresholds(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x1x8xi32>, %s: memref<184xi32>, %t: memref<2x2xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects a result that holds whole blocks of 3 positions of 2 outputs, and thresholds for codes of 1 to 4 bits}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) thresholds(%t : memref<2x2xi32>) outs(%e, %s : memref<1x2x1x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c3_codes(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x1x1x8xi32>, %s: memref<184xi32>, %t: memref<2x3xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects a result that holds whole blocks of 3 positions of 2 outputs, and thresholds for codes of 1 to 4 bits}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) thresholds(%t : memref<2x3xi32>) outs(%e, %s : memref<1x1x1x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c4_outputs(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects a schedule for positions with lanes}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<outputs, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c4_dense(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects a schedule for positions with lanes}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1, count = dpbusd> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c4_passes(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects groups of whole words, in one group of the convolution, for 2 passes}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1 in 2 passes> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c4_tables(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi16>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects coordinates of i8 and multipliers of at most 255 for tables}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 4, count = tables> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi16>, memref<4xi8>, memref<2xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c4_multipliers(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<184xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects coordinates of i8 and multipliers of at most 255 for tables}}
  bitserial.tiled_product "c" multipliers [1, 256] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 4, count = tables> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<184xi32>)
  return
}

// -----

func.func @tiled_product_c5(%p: memref<1x2x1x20xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %g: memref<4xi8>, %r: memref<2xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<8xi32>) {
  // expected-error @below {{'bitserial.tiled_product' op expects a workspace of 184 words, found 8}}
  bitserial.tiled_product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %a, %g, %r, %i : memref<1x2x1x20xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<8xi32>)
  return
}

// -----

func.func @dense_product_c1(%p: memref<1x1x1x20xi32>, %w: memref<40xf32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<120xi32>) {
  // expected-error @below {{'bitserial.dense_product' op has weights of element type 'f32'}}
  bitserial.dense_product "c" #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 2], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1, count = dpbusd> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %i : memref<1x1x1x20xi32>, memref<40xf32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<120xi32>)
  return
}

// -----

func.func @dense_product_c2_weights(%p: memref<1x1x1x20xi32>, %w: memref<40xi16>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<120xi32>) {
  // expected-error @below {{'bitserial.dense_product' op expects an init and 5 words of weights for each of 2 outputs}}
  bitserial.dense_product "c" #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 2], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1, count = dpbusd> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %i : memref<1x1x1x20xi32>, memref<40xi16>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<120xi32>)
  return
}

// -----

func.func @dense_product_c2_init(%p: memref<1x1x1x20xi32>, %w: memref<10xi32>, %i: memref<3xi32>, %e: memref<1x2x8xi32>, %s: memref<120xi32>) {
  // expected-error @below {{'bitserial.dense_product' op expects an init and 5 words of weights for each of 2 outputs}}
  bitserial.dense_product "c" #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 2], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1, count = dpbusd> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %i : memref<1x1x1x20xi32>, memref<10xi32>, memref<3xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<120xi32>)
  return
}

// -----

func.func @dense_product_c2_weights(%p: memref<1x1x1x20xi32>, %w: memref<9xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<120xi32>) {
  // expected-error @below {{'bitserial.dense_product' op expects an init and 5 words of weights for each of 2 outputs}}
  bitserial.dense_product "c" #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 2], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1, count = dpbusd> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %i : memref<1x1x1x20xi32>, memref<9xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<120xi32>)
  return
}

// -----

func.func @dense_product_c3(%p: memref<1x1x1x20xi32>, %w: memref<10xi32>, %i: memref<2xi32>, %e: memref<1x2x4xi32>, %s: memref<120xi32>) {
  // expected-error @below {{'bitserial.dense_product' op expects a result that holds whole blocks of 3 positions of 2 outputs, and thresholds for codes of 1 to 4 bits}}
  bitserial.dense_product "c" #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 2], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1, count = dpbusd> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %i : memref<1x1x1x20xi32>, memref<10xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x4xi32>, memref<120xi32>)
  return
}

// -----

func.func @dense_product_c4_count(%p: memref<1x1x1x20xi32>, %w: memref<10xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<120xi32>) {
  // expected-error @below {{'bitserial.dense_product' op expects a schedule that multiplies codes, in one pass, and the kernel as one group}}
  bitserial.dense_product "c" #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 2], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %i : memref<1x1x1x20xi32>, memref<10xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<120xi32>)
  return
}

// -----

func.func @dense_product_c4_group(%p: memref<1x1x1x20xi32>, %w: memref<10xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<120xi32>) {
  // expected-error @below {{'bitserial.dense_product' op expects a schedule that multiplies codes, in one pass, and the kernel as one group}}
  bitserial.dense_product "c" #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1, count = dpbusd> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %i : memref<1x1x1x20xi32>, memref<10xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<120xi32>)
  return
}

// -----

func.func @dense_product_c3_strides(%p: memref<1x1x1x20xi32>, %w: memref<10xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32, strided<[?, ?, 1]>>, %s: memref<120xi32>) {
  // expected-error @below {{'bitserial.dense_product' op expects a result of known strides}}
  bitserial.dense_product "c" #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 2], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1, count = dpbusd> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %i : memref<1x1x1x20xi32>, memref<10xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32, strided<[?, ?, 1]>>, memref<120xi32>)
  return
}

// -----

func.func @dense_product_c4_halves(%p: memref<1x1x1x20xi32>, %w: memref<10xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<120xi32>) {
  // expected-error @below {{'bitserial.dense_product' op expects codes of at most 4 bits, whose products fit 16 bits, found 8}}
  bitserial.dense_product "c" #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 2], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1, count = pmaddubsw> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %i : memref<1x1x1x20xi32>, memref<10xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<120xi32>)
  return
}

// -----

func.func @dense_product_c5(%p: memref<1x1x1x20xi32>, %w: memref<10xi32>, %i: memref<2xi32>, %e: memref<1x2x8xi32>, %s: memref<8xi32>) {
  // expected-error @below {{'bitserial.dense_product' op expects a workspace of 120 words, found 8}}
  bitserial.dense_product "c" #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 2], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1, count = dpbusd> image #bitserial.image<size = [3, 5], pad = [0, 0], bits = 8, outside = 0> ins(%p, %w, %i : memref<1x1x1x20xi32>, memref<10xi32>, memref<2xi32>) outs(%e, %s : memref<1x2x8xi32>, memref<8xi32>)
  return
}

// -----

func.func @product_c5_element(%p: memref<1x2xi32>, %w: memref<8xi32>, %a: memref<4xi8>, %n: memref<1xi8>, %i: memref<4xi32>, %o: memref<4xi8>, %e: memref<1x4xi32>) {
  // expected-error @below {{'bitserial.product' op has an order of element type 'i8'}}
  bitserial.product "c" multipliers [1] #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<outputs, lanes = 4, vectors = 1> ins(%p, %w, %a, %n, %i : memref<1x2xi32>, memref<8xi32>, memref<4xi8>, memref<1xi8>, memref<4xi32>) order(%o : memref<4xi8>) outs(%e : memref<1x4xi32>)
  return
}

// -----

func.func @product_c5_size(%p: memref<1x2xi32>, %w: memref<8xi32>, %a: memref<4xi8>, %n: memref<1xi8>, %i: memref<4xi32>, %o: memref<3xi16>, %e: memref<1x4xi32>) {
  // expected-error @below {{'bitserial.product' op expects an order of 4 lanes and 4 numbers of init, for outputs in lanes}}
  bitserial.product "c" multipliers [1] #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<outputs, lanes = 4, vectors = 1> ins(%p, %w, %a, %n, %i : memref<1x2xi32>, memref<8xi32>, memref<4xi8>, memref<1xi8>, memref<4xi32>) order(%o : memref<3xi16>) outs(%e : memref<1x4xi32>)
  return
}

// -----

func.func @product_c4_lanes(%p: memref<1x4x8xi32>, %w: memref<4xi32>, %a: memref<4xi8>, %n: memref<4xi8>, %i: memref<2xi32>, %e: memref<1x2x8xi32>) {
  // expected-error @below {{'bitserial.product' op expects at least one multiplier, positions without lanes, and no tables}}
  bitserial.product "c" multipliers [1, 2] #bitserial.geometry<input = [2, 3, 5], kernel = [3, 3, 2], group = [3, 3, 1], output = [2, 1, 3], stride = [1, 1], dilation = [1, 1], groups = 1> #bitserial.schedule<pixels, lanes = 8, vectors = 1> ins(%p, %w, %a, %n, %i : memref<1x4x8xi32>, memref<4xi32>, memref<4xi8>, memref<4xi8>, memref<2xi32>) outs(%e : memref<1x2x8xi32>)
  return
}

// -----

// expected-error @below {{there are 1 to 1024 passes, several of positions in lanes of fixed vectors only, found 0}}
func.func private @schedule_c4_none() attributes {s = #bitserial.schedule<pixels, lanes = 8, vectors = 1 in 0 passes>}

// -----

// expected-error @below {{there are 1 to 1024 passes, several of positions in lanes of fixed vectors only, found 2}}
func.func private @schedule_c4_scalable() attributes {s = #bitserial.schedule<pixels, lanes = 4 x offsets, vectors = 1 in 2 passes>}

// -----

// expected-error @below {{codes are multiplied at positions in lanes only}}
func.func private @schedule_c5() attributes {s = #bitserial.schedule<outputs, lanes = 8, vectors = 1, count = dpbusd>}

// -----

// expected-error @below {{the bytes of a vector are positions of tables, so there are a multiple of 4 vectors, found 6}}
func.func private @schedule_c5_tables() attributes {s = #bitserial.schedule<pixels, lanes = 8, vectors = 6, count = tables>}

// -----

// expected-error @below {{tables are of 8 or 16 lanes of outputs}}
func.func private @schedule_c5_outputs() attributes {s = #bitserial.schedule<outputs, lanes = 4, vectors = 1, count = tables>}

// -----

// expected-error @below {{no instruction tables sums the bytes of 2 lanes}}
func.func private @schedule_c2_tables() attributes {s = #bitserial.schedule<pixels, lanes = 2, vectors = 4, count = tables>}

// -----

func.func @float_product_c1_input(%x: memref<1x40xf64>, %w: memref<24xi32>, %a: memref<24xi8>, %n: memref<2xi8>, %s: memref<1xf32>, %e: memref<1x8xf32>, %ws: memref<400xf32>) {
  // expected-error @below {{'bitserial.float_product' op has an input of element type 'f64'}}
  bitserial.float_product "c" #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 20], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <outputs, lanes = 8, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : memref<1x40xf64>, memref<24xi32>, memref<24xi8>, memref<2xi8>, memref<1xf32>) outs(%e, %ws : memref<1x8xf32>, memref<400xf32>)
  return
}

// -----

func.func @float_product_c1_words(%x: memref<1x40xf32>, %w: memref<24xi8>, %a: memref<24xi8>, %n: memref<2xi8>, %s: memref<1xf32>, %e: memref<1x8xf32>, %ws: memref<400xf32>) {
  // expected-error @below {{'bitserial.float_product' op has words of element type 'i8'}}
  bitserial.float_product "c" #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 20], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <outputs, lanes = 8, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : memref<1x40xf32>, memref<24xi8>, memref<24xi8>, memref<2xi8>, memref<1xf32>) outs(%e, %ws : memref<1x8xf32>, memref<400xf32>)
  return
}

// -----

func.func @float_product_c1_coordinates(%x: memref<1x40xf32>, %w: memref<24xi32>, %a: memref<24xi32>, %n: memref<2xi8>, %s: memref<1xf32>, %e: memref<1x8xf32>, %ws: memref<400xf32>) {
  // expected-error @below {{'bitserial.float_product' op has coordinates of element type 'i32'}}
  bitserial.float_product "c" #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 20], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <outputs, lanes = 8, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : memref<1x40xf32>, memref<24xi32>, memref<24xi32>, memref<2xi8>, memref<1xf32>) outs(%e, %ws : memref<1x8xf32>, memref<400xf32>)
  return
}

// -----

func.func @float_product_c1_widths(%x: memref<1x40xf32>, %w: memref<24xi32>, %a: memref<24xi8>, %n: memref<2xi32>, %s: memref<1xf32>, %e: memref<1x8xf32>, %ws: memref<400xf32>) {
  // expected-error @below {{'bitserial.float_product' op has widths of element type 'i32'}}
  bitserial.float_product "c" #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 20], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <outputs, lanes = 8, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : memref<1x40xf32>, memref<24xi32>, memref<24xi8>, memref<2xi32>, memref<1xf32>) outs(%e, %ws : memref<1x8xf32>, memref<400xf32>)
  return
}

// -----

func.func @float_product_c2_widths(%x: memref<1x40xf32>, %w: memref<24xi32>, %a: memref<24xi8>, %n: memref<3xi8>, %s: memref<1xf32>, %e: memref<1x8xf32>, %ws: memref<400xf32>) {
  // expected-error @below {{'bitserial.float_product' op expects 2 widths and 1 or 8 steps, found 3 and 1}}
  bitserial.float_product "c" #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 20], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <outputs, lanes = 8, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : memref<1x40xf32>, memref<24xi32>, memref<24xi8>, memref<3xi8>, memref<1xf32>) outs(%e, %ws : memref<1x8xf32>, memref<400xf32>)
  return
}

// -----

func.func @float_product_c2_steps(%x: memref<1x40xf32>, %w: memref<24xi32>, %a: memref<24xi8>, %n: memref<2xi8>, %s: memref<3xf32>, %e: memref<1x8xf32>, %ws: memref<400xf32>) {
  // expected-error @below {{'bitserial.float_product' op expects 2 widths and 1 or 8 steps, found 2 and 3}}
  bitserial.float_product "c" #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 20], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <outputs, lanes = 8, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : memref<1x40xf32>, memref<24xi32>, memref<24xi8>, memref<2xi8>, memref<3xf32>) outs(%e, %ws : memref<1x8xf32>, memref<400xf32>)
  return
}

// -----

func.func @float_product_c3_input(%x: memref<40xf32>, %w: memref<24xi32>, %a: memref<24xi8>, %n: memref<2xi8>, %s: memref<1xf32>, %e: memref<1x8xf32>, %ws: memref<400xf32>) {
  // expected-error @below {{'bitserial.float_product' op has an input of rank 1, expects 2}}
  bitserial.float_product "c" #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 20], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <outputs, lanes = 8, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : memref<40xf32>, memref<24xi32>, memref<24xi8>, memref<2xi8>, memref<1xf32>) outs(%e, %ws : memref<1x8xf32>, memref<400xf32>)
  return
}

// -----

func.func @float_product_c3_words(%x: memref<1x40xf32>, %w: memref<3x8xi32>, %a: memref<24xi8>, %n: memref<2xi8>, %s: memref<1xf32>, %e: memref<1x8xf32>, %ws: memref<400xf32>) {
  // expected-error @below {{'bitserial.float_product' op has words of rank 2, expects 1}}
  bitserial.float_product "c" #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 20], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <outputs, lanes = 8, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : memref<1x40xf32>, memref<3x8xi32>, memref<24xi8>, memref<2xi8>, memref<1xf32>) outs(%e, %ws : memref<1x8xf32>, memref<400xf32>)
  return
}

// -----

func.func @float_product_c3_channels(%x: memref<1x39xf32>, %w: memref<24xi32>, %a: memref<24xi8>, %n: memref<2xi8>, %s: memref<1xf32>, %e: memref<1x8xf32>, %ws: memref<400xf32>) {
  // expected-error @below {{'bitserial.float_product' op expects an input of 40 channels and a result of 8 outputs for each image}}
  bitserial.float_product "c" #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 20], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <outputs, lanes = 8, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : memref<1x39xf32>, memref<24xi32>, memref<24xi8>, memref<2xi8>, memref<1xf32>) outs(%e, %ws : memref<1x8xf32>, memref<400xf32>)
  return
}

// -----

func.func @float_product_c3_outputs(%x: memref<1x40xf32>, %w: memref<24xi32>, %a: memref<24xi8>, %n: memref<2xi8>, %s: memref<1xf32>, %e: memref<1x3xf32>, %ws: memref<400xf32>) {
  // expected-error @below {{'bitserial.float_product' op expects an input of 40 channels and a result of 8 outputs for each image}}
  bitserial.float_product "c" #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 20], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <outputs, lanes = 8, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : memref<1x40xf32>, memref<24xi32>, memref<24xi8>, memref<2xi8>, memref<1xf32>) outs(%e, %ws : memref<1x3xf32>, memref<400xf32>)
  return
}

// -----

func.func @float_product_c4_pixels(%x: memref<1x40xf32>, %w: memref<24xi32>, %a: memref<24xi8>, %n: memref<2xi8>, %s: memref<1xf32>, %e: memref<1x8xf32>, %ws: memref<400xf32>) {
  // expected-error @below {{'bitserial.float_product' op expects a schedule for outputs in lanes, by words or tables, and channels alone}}
  bitserial.float_product "c" #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 20], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <pixels, lanes = 8, vectors = 1> ins(%x, %w, %a, %n, %s : memref<1x40xf32>, memref<24xi32>, memref<24xi8>, memref<2xi8>, memref<1xf32>) outs(%e, %ws : memref<1x8xf32>, memref<400xf32>)
  return
}

// -----

func.func @float_product_c4_counting(%x: memref<1x40xf32>, %w: memref<24xi32>, %a: memref<24xi8>, %n: memref<2xi8>, %s: memref<1xf32>, %e: memref<1x8xf32>, %ws: memref<400xf32>) {
  // expected-error @below {{'bitserial.float_product' op expects a schedule for outputs in lanes, by words or tables, and channels alone}}
  bitserial.float_product "c" #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 20], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <outputs, lanes = 8, vectors = 1, count = bytes> ins(%x, %w, %a, %n, %s : memref<1x40xf32>, memref<24xi32>, memref<24xi8>, memref<2xi8>, memref<1xf32>) outs(%e, %ws : memref<1x8xf32>, memref<400xf32>)
  return
}

// -----

func.func @float_product_c4_image(%x: memref<1x40xf32>, %w: memref<24xi32>, %a: memref<24xi8>, %n: memref<2xi8>, %s: memref<1xf32>, %e: memref<1x8xf32>, %ws: memref<400xf32>) {
  // expected-error @below {{'bitserial.float_product' op expects a schedule for outputs in lanes, by words or tables, and channels alone}}
  bitserial.float_product "c" #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 20], output = [3, 2, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <outputs, lanes = 8, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : memref<1x40xf32>, memref<24xi32>, memref<24xi8>, memref<2xi8>, memref<1xf32>) outs(%e, %ws : memref<1x8xf32>, memref<400xf32>)
  return
}

// -----

func.func @float_product_c5(%x: memref<1x40xf32>, %w: memref<24xi32>, %a: memref<24xi8>, %n: memref<2xi8>, %s: memref<1xf32>, %e: memref<1x8xf32>, %ws: memref<400xf32>) {
  // expected-error @below {{'bitserial.float_product' op expects a workspace of 160 floats, found 400}}
  bitserial.float_product "c" #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 20], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <outputs, lanes = 8, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : memref<1x40xf32>, memref<24xi32>, memref<24xi8>, memref<2xi8>, memref<1xf32>) outs(%e, %ws : memref<1x8xf32>, memref<400xf32>)
  return
}

// -----

func.func @float_product_c6_element(%x: memref<1x40xf32>, %w: memref<24xi32>, %a: memref<24xi8>, %n: memref<2xi8>, %s: memref<1xf32>, %e: memref<1x8xf32>, %ws: memref<160xf32>, %o: memref<8xi8>) {
  // expected-error @below {{'bitserial.float_product' op has an order of element type 'i8'}}
  bitserial.float_product "c" #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 20], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <outputs, lanes = 8, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : memref<1x40xf32>, memref<24xi32>, memref<24xi8>, memref<2xi8>, memref<1xf32>) order(%o : memref<8xi8>) outs(%e, %ws : memref<1x8xf32>, memref<160xf32>)
  return
}

// -----

func.func @float_product_c6_size(%x: memref<1x40xf32>, %w: memref<24xi32>, %a: memref<24xi8>, %n: memref<2xi8>, %s: memref<1xf32>, %e: memref<1x8xf32>, %ws: memref<160xf32>, %o: memref<3xi16>) {
  // expected-error @below {{'bitserial.float_product' op expects an order of 8 outputs}}
  bitserial.float_product "c" #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 20], output = [3, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> <outputs, lanes = 8, vectors = 1, count = tables> ins(%x, %w, %a, %n, %s : memref<1x40xf32>, memref<24xi32>, memref<24xi8>, memref<2xi8>, memref<1xf32>) order(%o : memref<3xi16>) outs(%e, %ws : memref<1x8xf32>, memref<160xf32>)
  return
}

// -----

func.func @unpack_c1_words(%w: memref<4xi8>, %a: memref<2xi8>, %n: memref<1xi8>, %e: memref<72xi8>) {
  // expected-error @below {{'bitserial.unpack' op has words of element type 'i8'}}
  bitserial.unpack #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [1, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> ins(%w, %a, %n : memref<4xi8>, memref<2xi8>, memref<1xi8>) outs(%e : memref<72xi8>)
  return
}

// -----

func.func @unpack_c1_coordinates(%w: memref<4xi32>, %a: memref<2xf32>, %n: memref<1xi8>, %e: memref<72xi8>) {
  // expected-error @below {{'bitserial.unpack' op has coordinates of element type 'f32'}}
  bitserial.unpack #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [1, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> ins(%w, %a, %n : memref<4xi32>, memref<2xf32>, memref<1xi8>) outs(%e : memref<72xi8>)
  return
}

// -----

func.func @unpack_c1_widths(%w: memref<4xi32>, %a: memref<2xi8>, %n: memref<1xi32>, %e: memref<72xi8>) {
  // expected-error @below {{'bitserial.unpack' op has widths of element type 'i32'}}
  bitserial.unpack #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [1, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> ins(%w, %a, %n : memref<4xi32>, memref<2xi8>, memref<1xi32>) outs(%e : memref<72xi8>)
  return
}

// -----

func.func @unpack_c1_result(%w: memref<4xi32>, %a: memref<2xi8>, %n: memref<1xi8>, %e: memref<72xi32>) {
  // expected-error @below {{'bitserial.unpack' op has a result of element type 'i32'}}
  bitserial.unpack #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [1, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> ins(%w, %a, %n : memref<4xi32>, memref<2xi8>, memref<1xi8>) outs(%e : memref<72xi32>)
  return
}

// -----

func.func @unpack_c1_rank(%w: memref<2x2xi32>, %a: memref<2xi8>, %n: memref<1xi8>, %e: memref<72xi8>) {
  // expected-error @below {{'bitserial.unpack' op has words of rank 2, expects 1}}
  bitserial.unpack #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [1, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> ins(%w, %a, %n : memref<2x2xi32>, memref<2xi8>, memref<1xi8>) outs(%e : memref<72xi8>)
  return
}

// -----

func.func @unpack_c2(%w: memref<4xi32>, %a: memref<2xi8>, %n: memref<1xi8>, %e: memref<72xi8>) {
  // expected-error @below {{'bitserial.unpack' op expects groups whose elements lie side by side in the kernel, found [3, 3, 1] in [3, 3, 40]}}
  bitserial.unpack #bitserial.geometry<input = [40, 3, 3], kernel = [3, 3, 40], group = [3, 3, 1], output = [1, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> ins(%w, %a, %n : memref<4xi32>, memref<2xi8>, memref<1xi8>) outs(%e : memref<72xi8>)
  return
}

// -----

func.func @unpack_c3_room(%w: memref<4xi32>, %a: memref<2xi8>, %n: memref<1xi8>, %e: memref<71xi8>) {
  // expected-error @below {{'bitserial.unpack' op expects 1 widths and room for 72 weights, found 1 and 71}}
  bitserial.unpack #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [1, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> ins(%w, %a, %n : memref<4xi32>, memref<2xi8>, memref<1xi8>) outs(%e : memref<71xi8>)
  return
}

// -----

func.func @unpack_c3_widths(%w: memref<4xi32>, %a: memref<2xi8>, %n: memref<2xi8>, %e: memref<72xi8>) {
  // expected-error @below {{'bitserial.unpack' op expects 1 widths and room for 72 weights, found 2 and 72}}
  bitserial.unpack #bitserial.geometry<input = [40, 1, 1], kernel = [1, 1, 40], group = [1, 1, 40], output = [1, 1, 1], stride = [1, 1], dilation = [1, 1], groups = 1> ins(%w, %a, %n : memref<4xi32>, memref<2xi8>, memref<2xi8>) outs(%e : memref<72xi8>)
  return
}

// -----

// expected-error @below {{no instruction sdot sums the bytes of 8 lanes}}
func.func private @schedule_c2_sdot() attributes {s = #bitserial.schedule<pixels, lanes = 8, vectors = 1, count = sdot>}

// -----

// expected-error @below {{no instruction usdot sums the bytes of 8 lanes}}
func.func private @schedule_c2_usdot() attributes {s = #bitserial.schedule<pixels, lanes = 8, vectors = 1, count = usdot>}
