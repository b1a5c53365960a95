#ifndef SUBBIT_DIALECTS_BITSERIAL_IR_BITSERIALOPS_TD
#define SUBBIT_DIALECTS_BITSERIAL_IR_BITSERIALOPS_TD

include "dialects/Bitserial/IR/BitserialAttributes.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Bitserial_Buffer : AnyTypeOf<[AnyStaticShapeTensor, AnyStaticShapeMemRef],
                                 "statically shaped tensor or memref">;

class Bitserial_Op<string mnemonic, list<Trait> traits = []>
    : Op<Bitserial_Dialect, mnemonic, traits>;

class Bitserial_DestinationOp<string mnemonic, list<Trait> traits = []>
    : Bitserial_Op<mnemonic, traits # [DestinationStyleOpInterface,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let results = (outs Variadic<AnyStaticShapeTensor>:$results);
  code destination = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getOutputMutable(); }
  }];
  let extraClassDeclaration = destination;
}

def Bitserial_ConstantOp : Bitserial_Op<"constant", [Pure,
    AllTypesMatch<["value", "result"]>]> {
  let summary = "an array that the object stores for a layer";
  let description = [{
    Becomes a symbol of its own in the object, named after the layer and the
    array.

    ```mlir
    %w = bitserial.constant "conv2" "words" dense<1> : tensor<50xi32>
    ```
  }];
  let arguments = (ins StrAttr:$layer, StrAttr:$name, ElementsAttr:$value);
  let results = (outs AnyStaticShapeTensor:$result);
  let assemblyFormat = "$layer $name attr-dict $value";
}

def Bitserial_PlanesOp : Bitserial_DestinationOp<"planes"> {
  let summary = "codes to planes of bits";
  let description = [{
    Codes are `[batch, positions, channels]`. Plane `j` of channel `c` of a position
    becomes bit `c % 32` of the result's word `[batch, j, c / 32, position]`; bits
    past the last channel are clear. The result may have room for more positions,
    which keep their values.

    Constraints:
    - planes_c1: codes are i8 of rank 3, words i32 of rank 4.
    - planes_c2: there are 1 to 8 planes, a word for each 32 channels, and room for
      all positions.
  }];
  let arguments = (ins Bitserial_Buffer:$input, Bitserial_Buffer:$output);
  let assemblyFormat = [{
    `ins` `(` $input `:` type($input) `)` `outs` `(` $output `:` type($output) `)`
    attr-dict (`->` type($results)^)?
  }];
  let hasVerifier = 1;
}

def Bitserial_CodesOp : Bitserial_DestinationOp<"codes"> {
  let summary = "planes of bits to codes";
  let description = [{
    The inverse of `planes`.

    Constraints:
    - codes_c1: as planes_c1 and planes_c2, with operand and result exchanged.
  }];
  let arguments = (ins Bitserial_Buffer:$input, Bitserial_Buffer:$output);
  let assemblyFormat = [{
    `ins` `(` $input `:` type($input) `)` `outs` `(` $output `:` type($output) `)`
    attr-dict (`->` type($results)^)?
  }];
  let hasVerifier = 1;
}

def Bitserial_PoolOp : Bitserial_DestinationOp<"pool"> {
  let summary = "the largest codes of windows, on planes";
  let description = [{
    Codes rise with what they stand for, so the largest of a `window` of an image of
    `size` is found plane by plane, the highest first: 32 channels at each position at
    once, `lanes` positions in a vector. Windows may reach out of the image by the
    `pad` at its top, left, bottom and right, where nothing is found.

    Constraints:
    - pool_c1: operand and result are i32 of rank 4, of the same batch, planes and
      words.
    - pool_c2: size, window and stride have two positive dimensions; windows are in
      the image, or at least in part with a pad of four dimensions, and both sides
      have room for all positions.
    - pool_c3: there are 1 to 1024 lanes.
    - pool_c4: tasks are parts of its words.
  }];
  let arguments = (ins Bitserial_Buffer:$input, Bitserial_Buffer:$output,
                       DenseI64ArrayAttr:$size, DenseI64ArrayAttr:$window,
                       DenseI64ArrayAttr:$stride,
                       OptionalAttr<DenseI64ArrayAttr>:$pad, I64Attr:$lanes);
  let assemblyFormat = [{
    `size` $size `window` $window `stride` $stride (`pad` $pad^)? `lanes` $lanes
    `ins` `(` $input `:` type($input) `)` `outs` `(` $output `:` type($output) `)`
    attr-dict (`->` type($results)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = destination # [{
    /// Rows or columns of a window that reach out before the first one.
    int64_t getPadBefore(int64_t d) { return getPad() ? (*getPad())[d] : 0; }
    int64_t getPadAfter(int64_t d) { return getPad() ? (*getPad())[d + 2] : 0; }
    /// Rows or columns of the result.
    int64_t getOutputSize(int64_t d) {
      int64_t size = getPadBefore(d) + getSize()[d] + getPadAfter(d);
      return (size - getWindow()[d]) / getStride()[d] + 1;
    }
  }];
}

def Bitserial_CodeWordsOp : Bitserial_DestinationOp<"code_words"> {
  let summary = "codes to words of several codes";
  let description = [{
    Codes are `[batch, positions, channels]`, or planes of bits as `planes` makes them;
    the result's word `[batch, 0, c / n,
    position]` holds channel `c` in field `c % n` of `n`, 4 or 2. An index becomes the
    code that it stands for, the sum of the `multipliers` of its bits, less 128 where
    codes are `signed`; weights of fields past the last channel are 0.

    Constraints:
    - code_words_c1: codes are i8 of rank 3, or i32 of rank 4, words i32 of rank 4,
      with one plane.
    - code_words_c2: there are 4 or 2 codes in a word, words for all channels, room
      for all positions, and 1 to 8 multipliers of a sum below 256.
    - code_words_c3: planes are one for each multiplier, and have a word for each 32
      channels and as much room as the result.
  }];
  let arguments = (ins Bitserial_Buffer:$input, Bitserial_Buffer:$output,
                       I64Attr:$codes, DenseI64ArrayAttr:$multipliers,
                       UnitAttr:$isSigned);
  let assemblyFormat = [{
    $codes (`signed` $isSigned^)? `multipliers` $multipliers
    `ins` `(` $input `:` type($input) `)` `outs` `(` $output `:` type($output) `)`
    attr-dict (`->` type($results)^)?
  }];
  let hasVerifier = 1;
}

def Bitserial_PackOp : Bitserial_DestinationOp<"pack"> {
  let summary = "codes to the bit patches of a product";
  let description = [{
    Plane `j` of the codes becomes bit `k % 32` of word `k / 32` of each group,
    in the order of the group's elements. The rows of the result are
    `[convolution group][group][plane][word]`. In the orientation `outputs` codes
    are `[batch, elements]` with room for one word. In `pixels`, which is without
    lanes here, each row holds a word per output position, and codes are read
    where they are, as `image` says; `at` is the image of the batch, the row and
    the column of the output at which the patches of a band begin.

    Constraints:
    - pack_c1: codes are i8, words i32.
    - pack_c2: there are 1 to 8 planes; the result has a row per group, plane and
      word.
    - pack_c3: codes have rank 1 in the orientation `pixels`, rank 2 in `outputs`.
    - pack_c4: `pixels` are of one lane and have an image; `at` is three indices
      in it.
    - pack_c5: rows that are counted in pairs have an even number of words.
  }];
  let arguments = (ins Bitserial_Buffer:$input, Bitserial_Buffer:$output,
                       Variadic<Index>:$origin,
                       Bitserial_GeometryAttr:$geometry,
                       Bitserial_ScheduleAttr:$schedule, I64Attr:$planes,
                       OptionalAttr<Bitserial_ImageAttr>:$image);
  let assemblyFormat = [{
    `planes` $planes $geometry $schedule (`image` $image^)?
    (`at` `(` $origin^ `)`)? `ins` `(` $input `:` type($input) `)`
    `outs` `(` $output `:` type($output) `)` attr-dict (`->` type($results)^)?
  }];
  let hasVerifier = 1;
}

def Bitserial_ProductOp : Bitserial_DestinationOp<"product"> {
  let summary = "the ragged, grouped binary product";
  let description = [{
    Per output: `init - sum over rows of a * sum_j m_j * popcount(word ^ patch_j)`.
    `widths` holds the number of rows of each group (of each block of outputs
    and group in the orientation `outputs`), `coordinates` one integer per row
    (and lane), `words` the rows' words (and lanes). Positions are without lanes;
    those with lanes are for `tiled_product`.

    With `order`, in the orientation `outputs`, the sum of lane `i` of block `b` is added
    to that of the output `order[b * lanes + i]`, which begins with its `init`. So outputs
    of the same widths share a block; or lanes hold rows, several of an output, and no
    block has padding but the last of a group. The geometry's outputs are lanes then.

    Constraints:
    - product_c1: patches, words, init and sums are i32, coordinates i8 or i16,
      widths i8.
    - product_c2: there is a width per output (or block) and group.
    - product_c3: patches and sums have rank 3 in the orientation `pixels`, rank 2
      in `outputs`; the other operands have rank 1.
    - product_c4: there is at least one multiplier, no position has lanes, and there
      are no tables.
    - product_c5: an order is for `outputs`, i16 or i32, one for each lane; init has a
      number for each sum.
  }];
  let arguments = (ins Bitserial_Buffer:$patches, Bitserial_Buffer:$words,
                       Bitserial_Buffer:$coordinates, Bitserial_Buffer:$widths,
                       Bitserial_Buffer:$init, Bitserial_Buffer:$output,
                       Optional<Bitserial_Buffer>:$order, StrAttr:$layer, DenseI64ArrayAttr:$multipliers,
                       Bitserial_GeometryAttr:$geometry,
                       Bitserial_ScheduleAttr:$schedule);
  let assemblyFormat = [{
    $layer `multipliers` $multipliers $geometry $schedule
    `ins` `(` $patches `,` $words `,` $coordinates `,` $widths `,` $init `:`
    type($patches) `,` type($words) `,` type($coordinates) `,` type($widths) `,`
    type($init) `)` (`order` `(` $order^ `:` type($order) `)`)? `outs` `(` $output `:` type($output) `)` attr-dict
    (`->` type($results)^)?
  }];
  let hasVerifier = 1;
}

def Bitserial_TiledProductOp : Bitserial_DestinationOp<"tiled_product", [AttrSizedOperandSegments]> {
  let summary = "the ragged, grouped binary product, tile by tile of positions";
  let description = [{
    As `product`, of planes, in the orientation `pixels`. For one tile of positions
    after the other patches are made in the workspace, where they stay in the
    first cache, then the sums of all outputs. `image` says how large the planes'
    image is and what is beside it; a last multiplier of a `marked` one belongs to
    a plane that tells inside from outside and is not stored.

    `rows` holds the number of rows of each output, `groups` the group of each row,
    so that groups without bases cost nothing. With several passes rows are those of
    the first pass, then of the second, and groups count from the pass's first.

    With `thresholds`, `[outputs, levels - 1]`, the sums become codes while they are
    in registers, and the result is planes; otherwise it is the sums. With a
    `residual` they are compared with floats as by `threshold`; it is the sums of
    another product, or planes of codes.

    Constraints:
    - tiled_product_c1: planes, words, init and result are i32, coordinates i8 or
      i16, rows i32, groups i8, i16 or i32.
    - tiled_product_c2: there are a number of rows for each output and pass, an init
      for each output, as many groups as coordinates, a multiplier for each plane.
    - tiled_product_c3: planes have rank 4 and hold the image; sums have rank 3,
      codes rank 4, and hold whole blocks, at strides that are known; there are 1, 3, 7 or 15 thresholds, one
      less than codes of so many planes. A residual holds whole blocks of the same
      outputs, its terms are as threshold_c4 says.
    - tiled_product_c4: the schedule is for positions with lanes; several passes
      need groups of whole words and a convolution of one group; tables need
      coordinates of i8 and multipliers of at most 255.
    - tiled_product_c5: the workspace has the size that the geometry calls for.
  }];
  let arguments = (ins Bitserial_Buffer:$planes, Bitserial_Buffer:$words,
                       Bitserial_Buffer:$coordinates, Bitserial_Buffer:$groups,
                       Bitserial_Buffer:$rows, Bitserial_Buffer:$init,
                       Bitserial_Buffer:$output, Bitserial_Buffer:$workspace,
                       Optional<Bitserial_Buffer>:$thresholds,
                       Optional<Bitserial_Buffer>:$residual,
                       Optional<Bitserial_Buffer>:$terms, StrAttr:$layer, DenseI64ArrayAttr:$multipliers,
                       Bitserial_GeometryAttr:$geometry,
                       Bitserial_ScheduleAttr:$schedule,
                       Bitserial_ImageAttr:$image);
  let assemblyFormat = [{
    $layer `multipliers` $multipliers $geometry $schedule `image` $image
    `ins` `(` $planes `,` $words `,` $coordinates `,` $groups `,` $rows `,` $init `:`
    type($planes) `,` type($words) `,` type($coordinates) `,` type($groups) `,`
    type($rows) `,` type($init) `)`
    (`thresholds` `(` $thresholds^ `:` type($thresholds) `)`)?
    (`residual` `(` $residual^ `,` $terms `:` type($residual) `,` type($terms) `)`)?
    `outs` `(` $output `,` $workspace `:` type($output) `,` type($workspace) `)` attr-dict
    (`->` type($results)^)?
  }];
  let hasVerifier = 1;
  code destination = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(getOperation(), 6, 2);
    }
  }];
  let extraClassDeclaration = destination # [{
    TileLayout getLayout() {
      return TileLayout(getGeometry(), getSchedule(), getMultipliers().size());
    }
  }];
}

def Bitserial_DenseProductOp : Bitserial_DestinationOp<"dense_product", [AttrSizedOperandSegments]> {
  let summary = "the product of codes and weights, tile by tile of positions";
  let description = [{
    Per output: `init + sum over words of codes * weights`, for the kernel as one
    group. `weights` holds the words of each output, of as many weights each as there
    are codes in a word, or these one after the other as i8 or i16; `planes` is a result of
    `code_words`. `image` says which code is outside, and has as many bits as the largest
    code, of those that are multiplied and the one outside. Tiles, thresholds, residual and result are those of
    `tiled_product`.

    Constraints:
    - dense_product_c1: planes, init and result are i32, weights i32, or i8 or i16,
      of which as many as codes make a word.
    - dense_product_c2: there are an init and the words of a row for each output; of
      i8 or i16 at least as many.
    - dense_product_c3: as tiled_product_c3.
    - dense_product_c4: the schedule multiplies codes, in one pass, and those of
      `pmaddubsw` have at most 4 bits; the kernel is one group of a convolution of one
      group.
    - dense_product_c5: as tiled_product_c5.
  }];
  let arguments = (ins Bitserial_Buffer:$planes, Bitserial_Buffer:$weights,
                       Bitserial_Buffer:$init,
                       Bitserial_Buffer:$output, Bitserial_Buffer:$workspace,
                       Optional<Bitserial_Buffer>:$thresholds,
                       Optional<Bitserial_Buffer>:$residual,
                       Optional<Bitserial_Buffer>:$terms, StrAttr:$layer, Bitserial_GeometryAttr:$geometry,
                       Bitserial_ScheduleAttr:$schedule,
                       Bitserial_ImageAttr:$image);
  let assemblyFormat = [{
    $layer $geometry $schedule `image` $image
    `ins` `(` $planes `,` $weights `,` $init `:` type($planes) `,` type($weights) `,`
    type($init) `)` (`thresholds` `(` $thresholds^ `:` type($thresholds) `)`)?
    (`residual` `(` $residual^ `,` $terms `:` type($residual) `,` type($terms) `)`)?
    `outs` `(` $output `,` $workspace `:` type($output) `,` type($workspace) `)` attr-dict
    (`->` type($results)^)?
  }];
  let hasVerifier = 1;
  code destination = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(getOperation(), 3, 2);
    }
  }];
  let extraClassDeclaration = destination # [{
    TileLayout getLayout() {
      return TileLayout(getGeometry(), getSchedule(), /*planes=*/1);
    }
  }];
}

def Bitserial_BandOp : Bitserial_DestinationOp<"band"> {
  let summary = "some rows and columns of a layer's codes";
  let description = [{
    As a product, a threshold and a maximum over windows of `pool`, for the
    positions of one band, whose sums never leave the registers. The geometry's
    output is the band before pooling, `image` lays out the whole result, `at` is
    the image of the batch, the row and the column where the band lies in it.
    Codes beside it keep their values.

    Constraints:
    - band_c1: element types are those of a product and a threshold.
    - band_c2: there is a width per output and group, a row of thresholds per
      output, at least one multiplier.
    - band_c3: patches have rank 3, thresholds 2, or 4 with a border, the other
      operands 1; `at` is three indices.
    - band_c4: the orientation is `pixels` with one lane, and a vector per position.
    - band_c5: windows of `pool` divide the band, which the image holds; a border
      has one class per row and column of the image before pooling.
  }];
  let arguments = (ins Bitserial_Buffer:$patches, Bitserial_Buffer:$words,
                       Bitserial_Buffer:$coordinates, Bitserial_Buffer:$widths,
                       Bitserial_Buffer:$init, Bitserial_Buffer:$thresholds,
                       Bitserial_Buffer:$output, Variadic<Index>:$origin,
                       StrAttr:$layer, DenseI64ArrayAttr:$multipliers,
                       Bitserial_GeometryAttr:$geometry,
                       Bitserial_ScheduleAttr:$schedule, DenseI64ArrayAttr:$pool,
                       Bitserial_ImageAttr:$image,
                       OptionalAttr<DenseI64ArrayAttr>:$rows, OptionalAttr<DenseI64ArrayAttr>:$columns);
  let assemblyFormat = [{
    $layer `multipliers` $multipliers $geometry $schedule `pool` $pool `image` $image
    (`rows` $rows^)? (`columns` $columns^)?
    `at` `(` $origin `)`
    `ins` `(` $patches `,` $words `,` $coordinates `,` $widths `,` $init `,` $thresholds `:`
    type($patches) `,` type($words) `,` type($coordinates) `,` type($widths) `,`
    type($init) `,` type($thresholds) `)` `outs` `(` $output `:` type($output) `)` attr-dict
    (`->` type($results)^)?
  }];
  let hasVerifier = 1;
}

def Bitserial_ThresholdOp : Bitserial_DestinationOp<"threshold", [AttrSizedOperandSegments]> {
  let summary = "sums to level indices";
  let description = [{
    Counts the thresholds that are `<= S`. Thresholds are `[outputs, levels - 1]`
    (with a border `[row classes, column classes, outputs, levels - 1]`) in the
    orientation `pixels`, `[levels - 1, padded outputs]` in `outputs`. A threshold of
    16 bits counts where `S`, saturated to 16 bits, is greater: a tiled or dense
    product with thresholds packs sums of several vectors to one of 16 bits (x86) before it
    compares them.

    With a `residual` the thresholds of `y = rescale(S) + r` are counted, floats. The
    residual is codes in the result's shape or the sums of another product, and
    `terms` has a row of floats for each output: scale and base of `S`, then those that
    make `r` of such sums, or the `r` of each code.

    ```mlir
    %c = bitserial.threshold #schedule ins(%s, %t : tensor<1x64x3136xi32>, tensor<64x3xf32>) residual(%r, %m : tensor<1x56x56x64xi8>, tensor<64x6xf32>) outs(%e : tensor<1x56x56x64xi8>) -> tensor<1x56x56x64xi8>
    ```

    Constraints:
    - threshold_c1: sums are i32, thresholds i32, f32 with a residual, codes i8;
      thresholds may be i16 with schedules of positions in 16 lanes, or of tables
      in 8.
    - threshold_c2: sums have rank 3 in the orientation `pixels`, rank 2 in
      `outputs`; thresholds have rank 2, or 4 with a border, and a row for each output
      of codes of rank 2 or 4.
    - threshold_c3: a border has one class per row and column of a result of
      rank 4, in the orientation `pixels`.
    - threshold_c4: a residual is in the orientation `pixels` without a border; codes
      are i8 in the result's shape, sums i32 of as many outputs. Terms are f32, rows
      of 4 for sums, of 2 and a power of two for codes.
  }];
  let arguments = (ins Bitserial_Buffer:$input, Bitserial_Buffer:$thresholds,
                       Bitserial_Buffer:$output, Optional<Bitserial_Buffer>:$residual,
                       Optional<Bitserial_Buffer>:$terms, Bitserial_ScheduleAttr:$schedule,
                       OptionalAttr<DenseI64ArrayAttr>:$rows, OptionalAttr<DenseI64ArrayAttr>:$columns);
  let assemblyFormat = [{
    $schedule (`rows` $rows^)? (`columns` $columns^)?
    `ins` `(` $input `,` $thresholds `:` type($input) `,` type($thresholds) `)`
    (`residual` `(` $residual^ `,` $terms `:` type($residual) `,` type($terms) `)`)?
    `outs` `(` $output `:` type($output) `)` attr-dict (`->` type($results)^)?
  }];
  let hasVerifier = 1;
}

def Bitserial_RescaleOp : Bitserial_DestinationOp<"rescale"> {
  let summary = "sums to floats, channels last";
  let description = [{
    As `mbn.rescale`; the result is `[batch, height, width, outputs]` or
    `[batch, outputs]`.

    Constraints:
    - rescale_c1: sums are i32, scale, base and result f32.
    - rescale_c2: sums have rank 3 in the orientation `pixels`, rank 2 in
      `outputs`; base has rank 1, or 3 with a border, scale rank 1 or
      that of base.
    - rescale_c3: as threshold_c3.
  }];
  let arguments = (ins Bitserial_Buffer:$input, Bitserial_Buffer:$scale,
                       Bitserial_Buffer:$base, Bitserial_Buffer:$output,
                       Bitserial_ScheduleAttr:$schedule,
                       OptionalAttr<DenseI64ArrayAttr>:$rows, OptionalAttr<DenseI64ArrayAttr>:$columns);
  let assemblyFormat = [{
    $schedule (`rows` $rows^)? (`columns` $columns^)?
    `ins` `(` $input `,` $scale `,` $base `:` type($input) `,` type($scale) `,` type($base) `)`
    `outs` `(` $output `:` type($output) `)` attr-dict (`->` type($results)^)?
  }];
  let hasVerifier = 1;
}

def Bitserial_UnpackOp : Bitserial_DestinationOp<"unpack"> {
  let summary = "packed weights to integers";
  let description = [{
    The weights of all outputs, in the order of the kernel's elements, each output's
    from the beginning of a word on; what lies behind the last of an output is
    undefined. Words, coordinates and widths are those of `product` for positions.

    Constraints:
    - unpack_c1: words are i32, coordinates and result i8 or i16, widths i8, all of
      rank 1.
    - unpack_c2: the elements of a group lie side by side in the kernel.
    - unpack_c3: the result has room for the weights and 32 more; there is a width for
      each output and group.
  }];
  let arguments = (ins Bitserial_Buffer:$words, Bitserial_Buffer:$coordinates,
                       Bitserial_Buffer:$widths, Bitserial_Buffer:$output,
                       Bitserial_GeometryAttr:$geometry);
  let assemblyFormat = [{
    $geometry `ins` `(` $words `,` $coordinates `,` $widths `:` type($words) `,`
    type($coordinates) `,` type($widths) `)` `outs` `(` $output `:` type($output) `)`
    attr-dict (`->` type($results)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = destination # [{
    /// Places of one output.
    int64_t getStride() {
      ::llvm::ArrayRef<int64_t> kernel = getGeometry().getKernel();
      int64_t perWord = 32 / ::mlir::getElementTypeOrSelf(getOutput()).getIntOrFloatBitWidth();
      return (kernel[0] * kernel[1] * kernel[2] + perWord - 1) / perWord * perWord;
    }
  }];
}

def Bitserial_FloatProductOp : Bitserial_DestinationOp<"float_product"> {
  let summary = "the ragged, grouped product of floats and binary bases";
  let description = [{
    Per image and output: `step * sum over rows of a * sum_k (bit k ? x_k : -x_k)`, with
    outputs in lanes; words, coordinates and widths are those of `product`. `steps`
    holds one number, or one for each lane of each block.

    With `order` lane `i` of block `b` is added to what the result holds at
    `order[b * lanes + i]`. So outputs of the same widths share a block; or lanes hold
    rows, several of an output, and no block has padding but the last of a group. The
    geometry's outputs are lanes then.

    Where the schedule counts by tables, the sums and differences of a few neighbouring
    activations are made first, for all their signs, and a field of a word of weights
    picks one for each output. Otherwise signs are flipped one by one.

    Constraints:
    - float_product_c1: input, steps, result and workspace are f32, words i32,
      coordinates i8 or i16, widths i8.
    - float_product_c2: there is a width per block and group, and one step or as many
      as lanes.
    - float_product_c3: input `[batch, channels]` and result `[batch, outputs]`, which
      without an order holds whole blocks, have rank 2, the other operands rank 1.
    - float_product_c4: the schedule is for outputs in lanes, by words or tables; the
      input's only dimension is channels.
    - float_product_c5: the workspace has the size that the geometry calls for.
    - float_product_c6: an order is i16 or i32, one for each lane.
  }];
  let arguments = (ins Bitserial_Buffer:$input, Bitserial_Buffer:$words,
                       Bitserial_Buffer:$coordinates, Bitserial_Buffer:$widths,
                       Bitserial_Buffer:$steps, Bitserial_Buffer:$output,
                       Bitserial_Buffer:$workspace,
                       Optional<Bitserial_Buffer>:$order, StrAttr:$layer,
                       Bitserial_GeometryAttr:$geometry,
                       Bitserial_ScheduleAttr:$schedule);
  let assemblyFormat = [{
    $layer $geometry $schedule `ins` `(` $input `,` $words `,` $coordinates `,` $widths `,`
    $steps `:` type($input) `,` type($words) `,` type($coordinates) `,` type($widths) `,`
    type($steps) `)` (`order` `(` $order^ `:` type($order) `)`)?
    `outs` `(` $output `,` $workspace `:` type($output) `,` type($workspace) `)` attr-dict
    (`->` type($results)^)?
  }];
  let hasVerifier = 1;
  code destination = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(getOperation(), 5, 2);
    }
  }];
  let extraClassDeclaration = destination # [{
    SumTables getTables() { return SumTables(getGeometry(), getSchedule()); }
  }];
}

def Bitserial_DecodeOp : Bitserial_DestinationOp<"decode"> {
  let summary = "a tile of packed weights to floats";
  let description = [{
    Decodes the weights of the outputs from `tile * size` on, `size` the
    result's second dimension, transposed: row `k` of the result holds weight
    `k` of each output. `starts` holds the first row of each tile; `lanes` outputs are
    decoded at once.

    Constraints:
    - decode_c1: words and starts are i32, coordinates i8 or i16, widths i8,
      steps and output f32.
    - decode_c2: the output has rank 2, the other operands rank 1.
    - decode_c3: lanes divide the outputs of a tile.
  }];
  let arguments = (ins Bitserial_Buffer:$words, Bitserial_Buffer:$coordinates,
                       Bitserial_Buffer:$widths, Bitserial_Buffer:$starts,
                       Bitserial_Buffer:$steps, Index:$tile,
                       Bitserial_Buffer:$output,
                       Bitserial_GeometryAttr:$geometry, I64Attr:$lanes);
  let assemblyFormat = [{
    $geometry `lanes` $lanes `tile` $tile `ins` `(` $words `,` $coordinates `,` $widths `,` $starts `,` $steps `:`
    type($words) `,` type($coordinates) `,` type($widths) `,` type($starts) `,` type($steps) `)`
    `outs` `(` $output `:` type($output) `)` attr-dict (`->` type($results)^)?
  }];
  let hasVerifier = 1;
}

def Bitserial_RunTasksOp : Bitserial_Op<"run_tasks"> {
  let summary = "runs tasks 0 to count - 1 of a function, on several threads";
  let description = [{
    The function takes the arguments of `main` and a task's number. Tasks are run by
    the caller's hook, where there is one, else one after the other; all have ended
    when this ends.

    ```mlir
    bitserial.run_tasks @main.task0 count 2
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$task, I64Attr:$count);
  let assemblyFormat = "$task `count` $count attr-dict";
}

def Bitserial_TraceOp : Bitserial_DestinationOp<"trace"> {
  let summary = "hands a layer's result to whoever watches the run";
  let description = [{
    Calls the caller's trace function, where there is one, with the layer's
    number and the values' address. The operand passes through unchanged.
  }];
  let arguments = (ins StrAttr:$layer, I64Attr:$number, Bitserial_Buffer:$output);
  let assemblyFormat = "$layer `number` $number $output `:` type($output) attr-dict (`->` type($results)^)?";
}

#endif
