// Each case breaks the constraint that it is named after; the numbers are those
// of dialects/MBN/IR/*.td, and every one of them has a case here.
// RUN: subbit-opt %s -split-input-file -verify-diagnostics -o /dev/null
// RUN: grep -hoE '[a-z0-9_]+_c[0-9]+:' %source/dialects/MBN/IR/MBNAttributes.td \
// RUN:   %source/dialects/MBN/IR/MBNTypes.td %source/dialects/MBN/IR/MBNOps.td | tr -d : | sort > %t.stated
// RUN: grep -oE '@[a-z0-9_]+_c[0-9]+' %s | tr -d @ | sort -u > %t.tested
// RUN: diff %t.stated %t.tested

//===----------------------------------------------------------------------===//
// Levels
//===----------------------------------------------------------------------===//

// expected-error @below {{expected 1 to 8 multipliers, found 0}}
func.func private @levels_c1_none() attributes {l = #mbn.levels<step 1.0, zero 0, []>}

// -----

// expected-error @below {{expected 1 to 8 multipliers, found 9}}
func.func private @levels_c1_nine() attributes {l = #mbn.levels<step 1.0, zero 0, [1, 2, 4, 8, 16, 32, 64, 128, 256]>}

// -----

// expected-error @below {{multiplier 3 must exceed the sum of the smaller ones, 3}}
func.func private @levels_c2_equal() attributes {l = #mbn.levels<step 1.0, zero 0, [1, 2, 3]>}

// -----

// expected-error @below {{multiplier 0 must exceed the sum of the smaller ones, 0}}
func.func private @levels_c2_zero() attributes {l = #mbn.levels<step 1.0, zero 0, [0, 1]>}

// -----

// expected-error @below {{multiplier -1 must exceed the sum of the smaller ones, 0}}
func.func private @levels_c2_negative() attributes {l = #mbn.levels<step 1.0, zero 0, [-1]>}

// -----

// expected-error @below {{the sum of the multipliers must be at most 255}}
func.func private @levels_c2_sum256() attributes {l = #mbn.levels<step 1.0, zero 0, [1, 255]>}

// -----

// expected-error @below {{the sum of the multipliers must be at most 255}}
func.func private @levels_c2_overflow() attributes {l = #mbn.levels<step 1.0, zero 0, [1, 9223372036854775807]>}

// -----

// expected-error @below {{step must be finite and positive, found 0}}
func.func private @levels_c3_step0() attributes {l = #mbn.levels<step 0.0, zero 0, [1]>}

// -----

// expected-error @below {{step must be finite and positive, found -1}}
func.func private @levels_c3_negative() attributes {l = #mbn.levels<step -1.0, zero 0, [1]>}

// -----

// Too large for a float.
// expected-error @below {{step must be finite and positive, found INF}}
func.func private @levels_c3_infinite() attributes {l = #mbn.levels<step 1.0e+300, zero 0, [1]>}

// -----

// expected-error @below {{low must be finite, found -INF}}
func.func private @levels_c3_low() attributes {l = #mbn.levels<step 1.0, zero 0, low -1.0e+300, [1]>}

// -----

// expected-error @below {{zero must be from 0 to 255, found -1}}
func.func private @levels_c4_negative() attributes {l = #mbn.levels<step 1.0, zero -1, [1]>}

// -----

// expected-error @below {{zero must be from 0 to 255, found 256}}
func.func private @levels_c4_256() attributes {l = #mbn.levels<step 1.0, zero 256, [1]>}

// -----

// expected-error @below {{expected 'zero'}}
func.func private @levels_without_zero() attributes {l = #mbn.levels<step 1.0, [1]>}

// -----

//===----------------------------------------------------------------------===//
// Borders
//===----------------------------------------------------------------------===//

// expected-error @below {{border class -1 is not from 0 to 1}}
func.func private @border_c1_negative() attributes {b = #mbn.border<rows = [0, -1], columns = [0]>}

// -----

// expected-error @below {{every border class below the largest must occur}}
func.func private @border_c1_gap() attributes {b = #mbn.border<rows = [0], columns = [0, 2, 2]>}

// -----

// expected-error @below {{border class 9 is not from 0 to 0}}
func.func private @border_c1_large() attributes {b = #mbn.border<rows = [9], columns = [0]>}

// -----

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

// expected-error @below {{expected element type f32, found 'f64'}}
func.func private @type_c1_f64(!mbn.tensor<2x3xf64, group = 1x3, bits = 0 to 1>)

// -----

// expected-error @below {{dimensions must be positive, found 0}}
func.func private @type_c1_empty(!mbn.tensor<2x0xf32, group = 1x1, bits = 0 to 1>)

// -----

// expected-error @below {{expected static shape}}
func.func private @type_c1_dynamic(!mbn.tensor<2x?xf32, group = 1x1, bits = 0 to 1>)

// -----

// expected-error @below {{expected at least one dimension}}
func.func private @type_c1_scalar(!mbn.tensor<f32, levels = #mbn.levels<step 1.0, zero 0, [1]>>)

// -----

// expected-error @below {{the tensor has more than 2^40 elements}}
func.func private @type_c1_huge(!mbn.tensor<4294967296x4294967296xf32, group = 1x1, bits = 0 to 1>)

// -----

// expected-error @below {{the group has rank 1, the tensor rank 2}}
func.func private @type_c2_rank(!mbn.tensor<2x3xf32, group = 1, bits = 0 to 1>)

// -----

// expected-error @below {{group dimension 4 is not from 1 to 3}}
func.func private @type_c2_large(!mbn.tensor<2x3xf32, group = 1x4, bits = 0 to 1>)

// -----

// expected-error @below {{group dimension 0 is not from 1 to 3}}
func.func private @type_c2_zero(!mbn.tensor<2x3xf32, group = 1x0, bits = 0 to 1>)

// -----

// expected-error @below {{a group spans 1 output or all 4, found 2}}
func.func private @type_c3(!mbn.tensor<4x3xf32, group = 2x3, bits = 0 to 1>)

// -----

// expected-error @below {{bits must satisfy 0 <= min <= max <= 8, found 0 to 9}}
func.func private @type_c4_nine(!mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 9>)

// -----

// expected-error @below {{bits must satisfy 0 <= min <= max <= 8, found 3 to 2}}
func.func private @type_c4_order(!mbn.tensor<2x3xf32, group = 1x3, bits = 3 to 2>)

// -----

// expected-error @below {{bits must satisfy 0 <= min <= max <= 8, found -1 to 2}}
func.func private @type_c4_negative(!mbn.tensor<2x3xf32, group = 1x3, bits = -1 to 2>)

// -----

// expected-error @below {{expected 'group'}}
func.func private @type_c5_neither(!mbn.tensor<2x3xf32, bits = 0 to 1>)

// -----

// expected-error @below {{expected '>'}}
func.func private @type_c5_both(!mbn.tensor<2x3xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>, group = 1x3, bits = 0 to 1>)

// -----

// expected-error @below {{invalid kind of attribute specified}}
func.func private @type_levels_of_other_kind(!mbn.tensor<2x3xf32, levels = 3>)

// -----

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

func.func @constant_c1_widths_type() {
  // expected-error @below {{'mbn.constant' op has 'widths' of the wrong element type or with a missing or incomplete blob}}
  %w = mbn.constant bases<widths = dense<1> : tensor<2xi16>, coordinates = dense<1> : tensor<2xi16>, signs = dense<0> : tensor<2xi32>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 2>
  return
}

// -----

func.func @constant_c1_widths_count() {
  // expected-error @below {{'mbn.constant' op expects 2 elements in 'widths', found 3}}
  %w = mbn.constant bases<widths = dense<1> : tensor<3xi8>, coordinates = dense<1> : tensor<3xi16>, signs = dense<0> : tensor<3xi32>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 2>
  return
}

// -----

func.func @constant_c1_coordinates_count() {
  // expected-error @below {{'mbn.constant' op expects 3 elements in 'coordinates', found 2}}
  %w = mbn.constant bases<widths = dense<[1, 2]> : tensor<2xi8>, coordinates = dense<1> : tensor<2xi16>, signs = dense<0> : tensor<3xi32>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 2>
  return
}

// -----

// A row of 33 weights has two words.
func.func @constant_c1_signs_count() {
  // expected-error @below {{'mbn.constant' op expects 4 elements in 'signs', found 2}}
  %w = mbn.constant bases<widths = dense<1> : tensor<2xi8>, coordinates = dense<1> : tensor<2xi16>, signs = dense<0> : tensor<2xi32>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<2x33xf32, group = 1x33, bits = 0 to 2>
  return
}

// -----

func.func @constant_c1_offsets_count() {
  // expected-error @below {{'mbn.constant' op expects 2 elements in 'offsets', found 1}}
  %w = mbn.constant bases<widths = dense<1> : tensor<2xi8>, coordinates = dense<1> : tensor<2xi16>, signs = dense<0> : tensor<2xi32>, offsets = dense<1> : tensor<1xi16>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 2>
  return
}

// -----

func.func @constant_c1_steps_type() {
  // expected-error @below {{'mbn.constant' op has 'steps' of the wrong element type}}
  %w = mbn.constant bases<widths = dense<0> : tensor<2xi8>, coordinates = dense<> : tensor<0xi16>, signs = dense<> : tensor<0xi32>, steps = dense<1.0> : tensor<1xf64>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 2>
  return
}

// -----

func.func @constant_c1_missing_blob() {
  // expected-error @below {{'mbn.constant' op has 'signs' of the wrong element type or with a missing or incomplete blob}}
  %w = mbn.constant bases<widths = dense<1> : tensor<2xi8>, coordinates = dense<1> : tensor<2xi16>, signs = dense_resource<nowhere> : tensor<2xi32>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 2>
  return
}

// -----

// One word of two.
func.func @constant_c1_short_blob() {
  // expected-error @below {{'mbn.constant' op has 'signs' of the wrong element type or with a missing or incomplete blob}}
  %w = mbn.constant bases<widths = dense<1> : tensor<2xi8>, coordinates = dense<1> : tensor<2xi16>, signs = dense_resource<short> : tensor<2xi32>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 2>
  return
}

{-#
  dialect_resources: {
    builtin: {
      short: "0x0400000005000000"
    }
  }
#-}

// -----

func.func @constant_c2_above() {
  // expected-error @below {{'mbn.constant' op group 1 has 3 bases, its type allows 1 to 2}}
  %w = mbn.constant bases<widths = dense<[1, 3]> : tensor<2xi8>, coordinates = dense<1> : tensor<4xi16>, signs = dense<0> : tensor<4xi32>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 1 to 2>
  return
}

// -----

func.func @constant_c2_below() {
  // expected-error @below {{'mbn.constant' op group 0 has 0 bases, its type allows 1 to 2}}
  %w = mbn.constant bases<widths = dense<[0, 1]> : tensor<2xi8>, coordinates = dense<1> : tensor<1xi16>, signs = dense<0> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 1 to 2>
  return
}

// -----

// 255, not -1.
func.func @constant_c2_unsigned() {
  // expected-error @below {{'mbn.constant' op group 0 has 255 bases, its type allows 0 to 8}}
  %w = mbn.constant bases<widths = dense<[-1, 1]> : tensor<2xi8>, coordinates = dense<1> : tensor<1xi16>, signs = dense<0> : tensor<1xi32>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 8>
  return
}

// -----

// The last group, of one weight, is smaller than the others.
func.func @constant_c2_weights() {
  // expected-error @below {{'mbn.constant' op group 1 has 2 bases for 1 weights}}
  %w = mbn.constant bases<widths = dense<2> : tensor<2xi8>, coordinates = dense<1> : tensor<4xi16>, signs = dense<0> : tensor<4xi32>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<1x3xf32, group = 1x2, bits = 0 to 2>
  return
}

// -----

func.func @constant_c3_zero() {
  // expected-error @below {{'mbn.constant' op group 1 has coordinate 0, coordinates must be positive}}
  %w = mbn.constant bases<widths = dense<1> : tensor<2xi8>, coordinates = dense<[1, 0]> : tensor<2xi16>, signs = dense<0> : tensor<2xi32>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 2>
  return
}

// -----

func.func @constant_c3_sum() {
  // expected-error @below {{'mbn.constant' op group 0 has coordinates and offset that sum to 32768, more than 32767}}
  %w = mbn.constant bases<widths = dense<2> : tensor<1xi8>, coordinates = dense<[32000, 700]> : tensor<2xi16>, signs = dense<0> : tensor<2xi32>, offsets = dense<-68> : tensor<1xi16>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<1x3xf32, group = 1x3, bits = 0 to 2>
  return
}

// -----

func.func @constant_c3_offset_alone() {
  // expected-error @below {{sum to 32768, more than 32767}}
  %w = mbn.constant bases<widths = dense<0> : tensor<1xi8>, coordinates = dense<> : tensor<0xi16>, signs = dense<> : tensor<0xi32>, offsets = dense<-32768> : tensor<1xi16>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<1x3xf32, group = 1x3, bits = 0 to 2>
  return
}

// -----

func.func @constant_c4_count() {
  // expected-error @below {{'mbn.constant' op expects 1 or 3 steps, found 2}}
  %w = mbn.constant bases<widths = dense<0> : tensor<3xi8>, coordinates = dense<> : tensor<0xi16>, signs = dense<> : tensor<0xi32>, steps = dense<1.0> : tensor<2xf32>>
    : !mbn.tensor<3x3xf32, group = 1x3, bits = 0 to 2>
  return
}

// -----

func.func @constant_c4_negative() {
  // expected-error @below {{'mbn.constant' op steps must be finite and not negative, found -1}}
  %w = mbn.constant bases<widths = dense<0> : tensor<2xi8>, coordinates = dense<> : tensor<0xi16>, signs = dense<> : tensor<0xi32>, steps = dense<[1.0, -1.0]> : tensor<2xf32>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 2>
  return
}

// -----

func.func @constant_c4_infinite() {
  // expected-error @below {{'mbn.constant' op steps must be finite and not negative, found INF}}
  %w = mbn.constant dense<values = dense<1> : tensor<2x3xi8>, steps = dense<0x7F800000> : tensor<1xf32>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 8 to 8>
  return
}

// -----

func.func @constant_c5() {
  // expected-error @below {{'mbn.constant' op group 1 has set bits past its 3 weights}}
  %w = mbn.constant bases<widths = dense<1> : tensor<2xi8>, coordinates = dense<1> : tensor<2xi16>, signs = dense<[7, 8]> : tensor<2xi32>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 2>
  return
}

// -----

// In the second word of the second basis.
func.func @constant_c5_words() {
  // expected-error @below {{'mbn.constant' op group 0 has set bits past its 33 weights}}
  %w = mbn.constant bases<widths = dense<2> : tensor<1xi8>, coordinates = dense<1> : tensor<2xi16>, signs = dense<[-1, 1, -1, 2]> : tensor<4xi32>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<1x33xf32, group = 1x33, bits = 0 to 2>
  return
}

// -----

func.func @constant_c6_shape() {
  // expected-error @below {{'mbn.constant' op expects values of shape 2x3}}
  %w = mbn.constant dense<values = dense<1> : tensor<3x2xi8>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 8 to 8>
  return
}

// -----

func.func @constant_c6_bits() {
  // expected-error @below {{'mbn.constant' op expects bits = 8 to 8 for dense values}}
  %w = mbn.constant dense<values = dense<1> : tensor<2x3xi8>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 8>
  return
}

// -----

func.func @constant_c6_type() {
  // expected-error @below {{'mbn.constant' op has 'values' of the wrong element type}}
  %w = mbn.constant dense<values = dense<1> : tensor<2x3xi32>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<2x3xf32, group = 1x3, bits = 8 to 8>
  return
}

// -----

func.func @constant_of_activation() {
  // expected-error @below {{'mbn.constant' op has the type of an activation}}
  %w = mbn.constant dense<values = dense<1> : tensor<2x3xi8>, steps = dense<1.0> : tensor<1xf32>>
    : !mbn.tensor<2x3xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
  return
}

// -----

func.func @constant_of_number() {
  // expected-error @below {{expected 'bases', 'dense' or an alias}}
  %w = mbn.constant "bases" : !mbn.tensor<2x3xf32, group = 1x3, bits = 8 to 8>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Encode, decode
//===----------------------------------------------------------------------===//

func.func @encode_c1_weights(%x: tensor<2x3xf32>) {
  // expected-error @below {{'mbn.encode' op expects a result with levels}}
  %q = mbn.encode %x : tensor<2x3xf32> -> !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 1>
  return
}

// -----

func.func @encode_c2(%x: tensor<1x4xf32>) -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>> {
  // expected-error@below {{expects thresholds of type tensor<3xf32>, or one row for each channel; found 'tensor<2xf32>'}}
  %q = mbn.encode %x thresholds dense<0.0> : tensor<2xf32>
      : tensor<1x4xf32> -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>>
  return %q : !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>>
}

// -----

func.func @encode_c2_channels(%x: tensor<1x4xf32>) -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>> {
  // expected-error@below {{expects thresholds of type tensor<1xf32>, or one row for each channel; found 'tensor<3x1xf32>'}}
  %q = mbn.encode %x thresholds dense<0.0> : tensor<3x1xf32>
      : tensor<1x4xf32> -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
  return %q : !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
}

// -----

func.func @encode_c2_integers(%x: tensor<1x4xf32>) -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>> {
  // expected-error@below {{expects thresholds of type tensor<1xf32>, or one row for each channel; found 'tensor<1xi32>'}}
  %q = mbn.encode %x thresholds dense<0> : tensor<1xi32>
      : tensor<1x4xf32> -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
  return %q : !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
}

// -----

func.func @encode_c3(%x: tensor<1x4xf32>) -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>> {
  // expected-error@below {{expects thresholds that rise, found 2.500000e-01 after 5.000000e-01}}
  %q = mbn.encode %x thresholds dense<[0.5, 0.25, 1.0]> : tensor<3xf32>
      : tensor<1x4xf32> -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>>
  return %q : !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>>
}

// -----

func.func @encode_c3_nan(%x: tensor<1x4xf32>) -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>> {
  // expected-error@below {{expects thresholds that rise, found 1}}
  %q = mbn.encode %x thresholds dense<[0.5, 0x7FC00000, 1.0]> : tensor<3xf32>
      : tensor<1x4xf32> -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>>
  return %q : !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [1, 2]>>
}

// -----

func.func @encode_c1_shape(%x: tensor<2x3xf32>) {
  // expected-error @below {{'mbn.encode' op expects a result of shape 2x3, found 3x2}}
  %q = mbn.encode %x : tensor<2x3xf32> -> !mbn.tensor<3x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
  return
}

// -----

func.func @encode_dynamic(%x: tensor<?x3xf32>) {
  // expected-error @below {{operand #0 must be statically shaped tensor of 32-bit float values}}
  %q = mbn.encode %x : tensor<?x3xf32> -> !mbn.tensor<2x3xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
  return
}

// -----

func.func @decode_c1(%q: !mbn.tensor<2x3xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>) {
  // expected-error @below {{'mbn.decode' op expects a result of shape 2x3, found 6}}
  %x = mbn.decode %q : !mbn.tensor<2x3xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>> -> tensor<6xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

func.func @conv2d_c1(%x: tensor<8x8x2xf32>, %w: tensor<4x3x3x2xf32>) {
  // expected-error @below {{'mbn.conv2d' op expects input and weights of rank 4, found 3 and 4}}
  %y = mbn.conv2d %x, %w layer "c" : tensor<8x8x2xf32>, tensor<4x3x3x2xf32> -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @conv2d_c2_pad(%x: tensor<1x8x8x2xf32>, %w: tensor<4x3x3x2xf32>) {
  // expected-error @below {{'mbn.conv2d' op expects four paddings that are not negative}}
  %y = mbn.conv2d %x, %w layer "c" pad [0, -1, 0, 0] : tensor<1x8x8x2xf32>, tensor<4x3x3x2xf32> -> tensor<1x6x5x4xf32>
  return
}

// -----

func.func @conv2d_c2_two_pads(%x: tensor<1x8x8x2xf32>, %w: tensor<4x3x3x2xf32>) {
  // expected-error @below {{'mbn.conv2d' op expects four paddings that are not negative}}
  %y = mbn.conv2d %x, %w layer "c" pad [1, 1] : tensor<1x8x8x2xf32>, tensor<4x3x3x2xf32> -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @conv2d_c2_stride(%x: tensor<1x8x8x2xf32>, %w: tensor<4x3x3x2xf32>) {
  // expected-error @below {{'mbn.conv2d' op expects two positive strides, two positive dilations and positive groups}}
  %y = mbn.conv2d %x, %w layer "c" stride [1, 0] : tensor<1x8x8x2xf32>, tensor<4x3x3x2xf32> -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @conv2d_c2_dilation(%x: tensor<1x8x8x2xf32>, %w: tensor<4x3x3x2xf32>) {
  // expected-error @below {{'mbn.conv2d' op expects two positive strides, two positive dilations and positive groups}}
  %y = mbn.conv2d %x, %w layer "c" dilation [9223372036854775807, 1] : tensor<1x8x8x2xf32>, tensor<4x3x3x2xf32> -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @conv2d_c2_groups(%x: tensor<1x8x8x2xf32>, %w: tensor<4x3x3x2xf32>) {
  // expected-error @below {{'mbn.conv2d' op expects two positive strides, two positive dilations and positive groups}}
  %y = mbn.conv2d %x, %w layer "c" groups 0 : tensor<1x8x8x2xf32>, tensor<4x3x3x2xf32> -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @conv2d_c3_channels(%x: tensor<1x8x8x2xf32>, %w: tensor<4x3x3x2xf32>) {
  // expected-error @below {{'mbn.conv2d' op has 2 input channels, its weights take 2 in each of 2 groups}}
  %y = mbn.conv2d %x, %w layer "c" groups 2 : tensor<1x8x8x2xf32>, tensor<4x3x3x2xf32> -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @conv2d_c3_outputs(%x: tensor<1x8x8x2xf32>, %w: tensor<3x3x3x1xf32>) {
  // expected-error @below {{'mbn.conv2d' op has 3 outputs, which its 2 groups do not divide}}
  %y = mbn.conv2d %x, %w layer "c" groups 2 : tensor<1x8x8x2xf32>, tensor<3x3x3x1xf32> -> tensor<1x6x6x3xf32>
  return
}

// -----

func.func @conv2d_c4(%x: tensor<1x4x8x2xf32>, %w: tensor<4x3x3x2xf32>) {
  // expected-error @below {{'mbn.conv2d' op has a kernel that is larger than the padded image}}
  %y = mbn.conv2d %x, %w layer "c" dilation [2, 1] : tensor<1x4x8x2xf32>, tensor<4x3x3x2xf32> -> tensor<1x0x6x4xf32>
  return
}

// -----

func.func @conv2d_c5(%x: tensor<1x8x8x2xf32>, %w: tensor<4x3x3x2xf32>) {
  // expected-error @below {{'mbn.conv2d' op expects a result of shape 1x3x6x4, found 1x6x6x4}}
  %y = mbn.conv2d %x, %w layer "c" stride [2, 1] : tensor<1x8x8x2xf32>, tensor<4x3x3x2xf32> -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @conv2d_c6_mixed(%x: tensor<1x8x8x2xf32>, %w: !mbn.tensor<4x3x3x2xf32, group = 1x3x3x2, bits = 0 to 1>) {
  // expected-error @below {{'mbn.conv2d' op expects input and weights both float or both quantized}}
  %y = mbn.conv2d %x, %w layer "c" : tensor<1x8x8x2xf32>, !mbn.tensor<4x3x3x2xf32, group = 1x3x3x2, bits = 0 to 1> -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @conv2d_c6_float_to_int(%x: tensor<1x8x8x2xf32>, %w: tensor<4x3x3x2xf32>) {
  // expected-error @below {{'mbn.conv2d' op gives f32 for float operands}}
  %y = mbn.conv2d %x, %w layer "c" : tensor<1x8x8x2xf32>, tensor<4x3x3x2xf32> -> tensor<1x6x6x4xi32>
  return
}

// -----

func.func @conv2d_c6_bias_shape(%x: tensor<1x8x8x2xf32>, %w: tensor<4x3x3x2xf32>, %b: tensor<2xf32>) {
  // expected-error @below {{'mbn.conv2d' op expects a bias of shape 4, found 2}}
  %y = mbn.conv2d %x, %w bias %b layer "c" : tensor<1x8x8x2xf32>, tensor<4x3x3x2xf32>, tensor<2xf32> -> tensor<1x6x6x4xf32>
  return
}

// -----

!x = !mbn.tensor<1x8x8x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w = !mbn.tensor<4x3x3x2xf32, group = 1x3x3x2, bits = 0 to 1>

func.func @conv2d_c6_bias(%x: !x, %w: !w, %b: tensor<4xf32>) {
  // expected-error @below {{'mbn.conv2d' op takes no bias with quantized operands; it belongs to what consumes the sums}}
  %y = mbn.conv2d %x, %w bias %b layer "c" : !x, !w, tensor<4xf32> -> tensor<1x6x6x4xi32>
  return
}

// -----

!x = !mbn.tensor<1x8x8x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w = !mbn.tensor<4x3x3x2xf32, group = 1x3x3x2, bits = 0 to 1>

func.func @conv2d_c6_quantized_to_float(%x: !x, %w: !w) {
  // expected-error @below {{'mbn.conv2d' op gives i32 for quantized operands}}
  %y = mbn.conv2d %x, %w layer "c" : !x, !w -> tensor<1x6x6x4xf32>
  return
}

// -----

!x = !mbn.tensor<1x8x8x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!w = !mbn.tensor<4x3x3x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>

func.func @conv2d_c6_two_activations(%x: !x, %w: !w) {
  // expected-error @below {{'mbn.conv2d' op expects an activation as input and weights as weights}}
  %y = mbn.conv2d %x, %w layer "c" : !x, !w -> tensor<1x6x6x4xi32>
  return
}

// -----

// 288 * 32767 * 255 = 2406408480.
!x = !mbn.tensor<1x3x3x32xf32, levels = #mbn.levels<step 1.0, zero 0, [255]>>
!w = !mbn.tensor<2x3x3x32xf32, group = 1x3x3x32, bits = 0 to 1>

func.func @conv2d_c7(%x: !x) {
  %w = mbn.constant bases<widths = dense<1> : tensor<2xi8>, coordinates = dense<[29000, 32767]> : tensor<2xi16>, signs = dense<0> : tensor<18xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  // expected-error @below {{'mbn.conv2d' op could overflow int32: the sums of output 1 reach 2406408480; use fewer activation bits or smaller coordinates}}
  %s = mbn.conv2d %x, %w layer "c" : !x, !w -> tensor<1x1x1x2xi32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

func.func @matmul_c1(%x: tensor<1x3x1x1xf32>, %w: tensor<2x3xf32>) {
  // expected-error @below {{'mbn.matmul' op expects input and weights of rank 2, found 4 and 2}}
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x3x1x1xf32>, tensor<2x3xf32> -> tensor<1x2xf32>
  return
}

// -----

func.func @matmul_c2(%x: tensor<1x4xf32>, %w: tensor<2x3xf32>) {
  // expected-error @below {{'mbn.matmul' op has 4 inputs, its weights take 3}}
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x4xf32>, tensor<2x3xf32> -> tensor<1x2xf32>
  return
}

// -----

func.func @matmul_c3(%x: tensor<1x3xf32>, %w: tensor<2x3xf32>) {
  // expected-error @below {{'mbn.matmul' op expects a result of shape 1x2, found 2x1}}
  %y = mbn.matmul %x, %w layer "fc" : tensor<1x3xf32>, tensor<2x3xf32> -> tensor<2x1xf32>
  return
}

// -----

func.func @matmul_c4(%x: tensor<1x3xf32>, %w: tensor<2x3xf32>, %b: tensor<3xf32>) {
  // expected-error @below {{'mbn.matmul' op expects a bias of shape 2, found 3}}
  %y = mbn.matmul %x, %w bias %b layer "fc" : tensor<1x3xf32>, tensor<2x3xf32>, tensor<3xf32> -> tensor<1x2xf32>
  return
}

// -----

!x = !mbn.tensor<1x3xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>

func.func @matmul_c4_mixed(%x: !x, %w: tensor<2x3xf32>) {
  // expected-error @below {{'mbn.matmul' op expects input and weights both float or both quantized}}
  %y = mbn.matmul %x, %w layer "fc" : !x, tensor<2x3xf32> -> tensor<1x2xi32>
  return
}

// -----

// 258 * 32767 * 255 = 2155740930; the largest |X - zero| is that of code 0.
!x = !mbn.tensor<1x258xf32, levels = #mbn.levels<step 1.0, zero 255, [1]>>
!w = !mbn.tensor<1x258xf32, group = 1x258, bits = 0 to 1>

func.func @matmul_c5(%x: !x) {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<32767> : tensor<1xi16>, signs = dense<[-1, 0, 0, 0, 0, 0, 0, 0, 0]> : tensor<9xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  // expected-error @below {{'mbn.matmul' op could overflow int32: the sums of output 0 reach 2155740930; use fewer activation bits or smaller coordinates}}
  %y = mbn.matmul %x, %w layer "fc" : !x, !w -> tensor<1x1xi32>
  return
}

// -----

// 257 * 32767 * 255 = 2147385345.
!x = !mbn.tensor<1x257xf32, levels = #mbn.levels<step 1.0, zero 255, [1]>>
!w = !mbn.tensor<1x257xf32, group = 1x257, bits = 0 to 1>

func.func @matmul_just_fits(%x: !x) {
  %w = mbn.constant bases<widths = dense<1> : tensor<1xi8>, coordinates = dense<32767> : tensor<1xi16>, signs = dense<0> : tensor<9xi32>, steps = dense<1.0> : tensor<1xf32>> : !w
  %y = mbn.matmul %x, %w layer "fc" : !x, !w -> tensor<1x1xi32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Normalizations
//===----------------------------------------------------------------------===//

func.func @batch_norm_c1(%x: tensor<2x3xf32>, %p: tensor<3xf32>, %v: tensor<2xf32>) {
  // expected-error @below {{'mbn.batch_norm' op expects parameters of shape 3, found 2}}
  %y = mbn.batch_norm %x scale %p bias %p mean %p variance %v epsilon 0.0 layer "bn" : tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<2xf32>
  return
}

// -----

func.func @batch_norm_c1_scalar(%x: tensor<f32>, %p: tensor<1xf32>) {
  // expected-error @below {{'mbn.batch_norm' op expects an operand with channels}}
  %y = mbn.batch_norm %x scale %p bias %p mean %p variance %p epsilon 0.0 layer "bn" : tensor<f32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>
  return
}

// -----

func.func @batch_norm_c2(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'mbn.batch_norm' op expects an epsilon that is finite and not negative, found -1}}
  %y = mbn.batch_norm %x scale %p bias %p mean %p variance %p epsilon -1.0 layer "bn" : tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
  return
}

// -----

func.func @layer_norm_c1(%x: tensor<2x3xf32>, %p: tensor<3xf32>, %b: tensor<1x3xf32>) {
  // expected-error @below {{'mbn.layer_norm' op expects parameters of shape 3, found 1x3}}
  %y = mbn.layer_norm %x scale %p bias %b epsilon 0.0 layer "ln" : tensor<2x3xf32>, tensor<3xf32>, tensor<1x3xf32>
  return
}

// -----

func.func @layer_norm_c2(%x: tensor<2x3xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'mbn.layer_norm' op expects an epsilon that is finite and not negative, found}}
  %y = mbn.layer_norm %x scale %p bias %p epsilon 0x7FC00000 layer "ln" : tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Rescale, threshold
//===----------------------------------------------------------------------===//

func.func @rescale_c1(%s: tensor<1x3xi32>, %scale: tensor<1xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{'mbn.rescale' op expects a scale of shape 3, found 1}}
  %y = mbn.rescale %s, %scale, %p : tensor<1x3xi32>, tensor<1xf32>, tensor<3xf32> -> tensor<1x3xf32>
  return
}

// -----

func.func @rescale_c2(%s: tensor<1x3x2x2xi32>, %p: tensor<2xf32>) {
  // expected-error @below {{'mbn.rescale' op expects a base of shape 2x1x2, found 2}}
  %y = mbn.rescale %s, %p, %p border <rows = [0, 1, 0], columns = [0, 0]> : tensor<1x3x2x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x3x2x2xf32>
  return
}

// -----

func.func @rescale_c2_no_border(%s: tensor<1x3x2x2xi32>, %p: tensor<2xf32>, %base: tensor<2x1x2xf32>) {
  // expected-error @below {{'mbn.rescale' op expects a base of shape 2, found 2x1x2}}
  %y = mbn.rescale %s, %p, %base : tensor<1x3x2x2xi32>, tensor<2xf32>, tensor<2x1x2xf32> -> tensor<1x3x2x2xf32>
  return
}

// -----

func.func @rescale_c3(%s: tensor<1x3x2x2xi32>, %p: tensor<2xf32>, %base: tensor<2x1x2xf32>) {
  // expected-error @below {{'mbn.rescale' op expects a border with one class per row and column of an operand of rank 4}}
  %y = mbn.rescale %s, %p, %base border <rows = [0, 1], columns = [0, 0]> : tensor<1x3x2x2xi32>, tensor<2xf32>, tensor<2x1x2xf32> -> tensor<1x3x2x2xf32>
  return
}

// -----

func.func @rescale_c3_rank(%s: tensor<1x2xi32>, %p: tensor<2xf32>, %base: tensor<1x1x2xf32>) {
  // expected-error @below {{'mbn.rescale' op expects a border with one class per row and column of an operand of rank 4}}
  %y = mbn.rescale %s, %p, %base border <rows = [0], columns = [0]> : tensor<1x2xi32>, tensor<2xf32>, tensor<1x1x2xf32> -> tensor<1x2xf32>
  return
}

// -----

func.func @rescale_c4(%s: tensor<1x3xi32>, %p: tensor<3xf32>) {
  // expected-error @below {{'mbn.rescale' op expects a result of shape 1x3, found 3x1}}
  %y = mbn.rescale %s, %p, %p : tensor<1x3xi32>, tensor<3xf32>, tensor<3xf32> -> tensor<3x1xf32>
  return
}

// -----

func.func @threshold_c1(%s: tensor<1x2xi32>, %t: tensor<2x1xi32>) {
  // expected-error @below {{'mbn.threshold' op expects a result of shape 1x2, found 2x1}}
  %y = mbn.threshold %s, %t : tensor<1x2xi32>, tensor<2x1xi32> -> !mbn.tensor<2x1xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
  return
}

// -----

func.func @threshold_c1_weights(%s: tensor<1x2xi32>, %t: tensor<2x1xi32>) {
  // expected-error @below {{'mbn.threshold' op expects an operand with channels and a result with levels}}
  %y = mbn.threshold %s, %t : tensor<1x2xi32>, tensor<2x1xi32> -> !mbn.tensor<1x2xf32, group = 1x2, bits = 0 to 1>
  return
}

// -----

// Three levels call for three thresholds.
func.func @threshold_c2(%s: tensor<1x2xi32>, %t: tensor<2x1xi32>) {
  // expected-error @below {{'mbn.threshold' op expects thresholds of shape 2x3, found 2x1}}
  %y = mbn.threshold %s, %t : tensor<1x2xi32>, tensor<2x1xi32> -> !mbn.tensor<1x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1, 2]>>
  return
}

// -----

func.func @threshold_c2_border(%s: tensor<1x2x2x2xi32>, %t: tensor<2x1xi32>) {
  // expected-error @below {{'mbn.threshold' op expects thresholds of shape 2x1x2x1, found 2x1}}
  %y = mbn.threshold %s, %t border <rows = [0, 1], columns = [0, 0]> : tensor<1x2x2x2xi32>, tensor<2x1xi32> -> !mbn.tensor<1x2x2x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
  return
}

// -----

func.func @threshold_c3(%s: tensor<1x2x2x2xi32>, %t: tensor<1x1x2x1xi32>) {
  // expected-error @below {{'mbn.threshold' op expects a border with one class per row and column of an operand of rank 4}}
  %y = mbn.threshold %s, %t border <rows = [0, 0], columns = [0]> : tensor<1x2x2x2xi32>, tensor<1x1x2x1xi32> -> !mbn.tensor<1x2x2x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Codes to codes
//===----------------------------------------------------------------------===//

!x = !mbn.tensor<1x4x4x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!y = !mbn.tensor<1x2x2x2xf32, levels = #mbn.levels<step 2.0, zero 0, [1]>>

func.func @max_pool2d_c1_levels(%x: !x) {
  // expected-error @below {{'mbn.max_pool2d' op expects activations with the same levels}}
  %y = mbn.max_pool2d %x kernel [2, 2] stride [2, 2] pad [0, 0, 0, 0] : !x -> !y
  return
}

// -----

!x = !mbn.tensor<4x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>

func.func @max_pool2d_c1_rank(%x: !x) {
  // expected-error @below {{'mbn.max_pool2d' op expects an operand of rank 4, found 2}}
  %y = mbn.max_pool2d %x kernel [1, 1] stride [1, 1] pad [0, 0, 0, 0] : !x -> !x
  return
}

// -----

!w = !mbn.tensor<1x4x4x2xf32, group = 1x4x4x2, bits = 0 to 1>

func.func @max_pool2d_c1_weights(%w: !w) {
  // expected-error @below {{'mbn.max_pool2d' op expects activations with the same levels}}
  %y = mbn.max_pool2d %w kernel [1, 1] stride [1, 1] pad [0, 0, 0, 0] : !w -> !w
  return
}

// -----

!x = !mbn.tensor<1x4x4x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>

func.func @max_pool2d_c2_kernel(%x: !x) {
  // expected-error @below {{'mbn.max_pool2d' op expects two positive kernel sizes, two positive strides and four paddings}}
  %y = mbn.max_pool2d %x kernel [0, 1] stride [1, 1] pad [0, 0, 0, 0] : !x -> !x
  return
}

// -----

!x = !mbn.tensor<1x4x4x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>

func.func @max_pool2d_c2_pad(%x: !x) {
  // expected-error @below {{'mbn.max_pool2d' op expects paddings from 0 to less than the kernel, found 2}}
  %y = mbn.max_pool2d %x kernel [3, 2] stride [1, 1] pad [2, 2, 0, 0] : !x -> !x
  return
}

// -----

!x = !mbn.tensor<1x4x4x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>

func.func @max_pool2d_c3(%x: !x) {
  // expected-error @below {{'mbn.max_pool2d' op expects a result of shape 1x2x3x2, found 1x4x4x2}}
  %y = mbn.max_pool2d %x kernel [2, 2] stride [2, 1] pad [0, 0, 0, 0] : !x -> !x
  return
}

// -----

!x = !mbn.tensor<1x4x4x2xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>

func.func @max_pool2d_c3_kernel(%x: !x) {
  // expected-error @below {{'mbn.max_pool2d' op has a kernel that is larger than the padded image}}
  %y = mbn.max_pool2d %x kernel [6, 2] stride [2, 1] pad [1, 0, 0, 0] : !x -> !x
  return
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!y = !mbn.tensor<5xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>

func.func @reshape_c1_elements(%x: !x) {
  // expected-error @below {{'mbn.reshape' op expects 4 elements in its result, found 5}}
  %y = mbn.reshape %x : !x -> !y
  return
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!y = !mbn.tensor<4xf32, levels = #mbn.levels<step 1.0, zero 1, [1]>>

func.func @reshape_c1_levels(%x: !x) {
  // expected-error @below {{'mbn.reshape' op expects activations with the same levels}}
  %y = mbn.reshape %x : !x -> !y
  return
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>

func.func @transpose_c1_twice(%x: !x) {
  // expected-error @below {{'mbn.transpose' op expects a permutation of its 2 dimensions}}
  %y = mbn.transpose %x [0, 0] : !x -> !x
  return
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>

func.func @transpose_c1_outside(%x: !x) {
  // expected-error @below {{'mbn.transpose' op expects a permutation of its 2 dimensions}}
  %y = mbn.transpose %x [0, 2] : !x -> !x
  return
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>

func.func @transpose_c2_shape(%x: !x) {
  // expected-error @below {{'mbn.transpose' op expects a result of shape 4x1, found 1x4}}
  %y = mbn.transpose %x [1, 0] : !x -> !x
  return
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!y = !mbn.tensor<4x1xf32, levels = #mbn.levels<step 1.0, zero 0, [2]>>

func.func @transpose_c2_levels(%x: !x) {
  // expected-error @below {{'mbn.transpose' op expects activations with the same levels}}
  %y = mbn.transpose %x [1, 0] : !x -> !y
  return
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!y = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 2.0, zero 0, [1]>>
!z = !mbn.tensor<1x8xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
func.func @concat_c1(%x: !x, %y: !y) {
  // expected-error @below {{'mbn.concat' op expects activations with the same levels}}
  %z = mbn.concat %x, %y axis 1 : !x, !y -> !z
  return
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
func.func @concat_c2(%x: !x) {
  // expected-error @below {{'mbn.concat' op expects an axis from 0 to 1, found 2}}
  %z = mbn.concat %x axis 2 : !x -> !x
  return
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
!y = !mbn.tensor<2x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
func.func @concat_c3_operands(%x: !x, %y: !y) {
  // expected-error @below {{'mbn.concat' op expects operands of the same shape but for dimension 1, found 2x4}}
  %z = mbn.concat %x, %y axis 1 : !x, !y -> !x
  return
}

// -----

!x = !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 0, [1]>>
func.func @concat_c3_result(%x: !x) {
  // expected-error @below {{'mbn.concat' op expects a result of shape 1x8, found 1x4}}
  %z = mbn.concat %x, %x axis 1 : !x, !x -> !x
  return
}

// -----

func.func @rescale_c1_border(%s: tensor<1x2x2x3xi32>, %a: tensor<1x2x3xf32>, %b: tensor<2x2x3xf32>) {
  // expected-error @below {{'mbn.rescale' op expects a scale of shape 3, found 1x2x3}}
  %y = mbn.rescale %s, %a, %b border <rows = [0, 1], columns = [0, 1]> : tensor<1x2x2x3xi32>, tensor<1x2x3xf32>, tensor<2x2x3xf32> -> tensor<1x2x2x3xf32>
  return
}

// -----

func.func @score_c1_factor(%s: tensor<1x3xi32>, %f: tensor<1xi32>, %a: tensor<3xi32>) {
  // expected-error @below {{'mbn.score' op expects a factor of shape 3, found 1}}
  %y = mbn.score %s, %f, %a : tensor<1x3xi32>, tensor<1xi32>, tensor<3xi32>
  return
}

// -----

func.func @score_c1_addend(%s: tensor<1x3xi32>, %f: tensor<3xi32>, %a: tensor<2xi32>) {
  // expected-error @below {{'mbn.score' op expects an addend of shape 3, found 2}}
  %y = mbn.score %s, %f, %a : tensor<1x3xi32>, tensor<3xi32>, tensor<2xi32>
  return
}

// -----

func.func @score_c1_channels(%s: tensor<i32>, %f: tensor<3xi32>) {
  // expected-error @below {{'mbn.score' op expects an operand with channels}}
  %y = mbn.score %s, %f, %f : tensor<i32>, tensor<3xi32>, tensor<3xi32>
  return
}
