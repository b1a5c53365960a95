#ifndef SUBBIT_DIALECTS_MBN_IR_MBNOPS_TD
#define SUBBIT_DIALECTS_MBN_IR_MBNOPS_TD

include "dialects/MBN/IR/MBNAttributes.td"
include "dialects/MBN/IR/MBNTypes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class MBN_Op<string mnemonic, list<Trait> traits = []>
    : Op<MBN_Dialect, mnemonic, traits # [Pure]>;

def MBN_FloatTensor : StaticShapeTensorOf<[F32]>;
def MBN_IntTensor : StaticShapeTensorOf<[I32]>;
def MBN_FloatOrQuantized : AnyTypeOf<[MBN_FloatTensor, MBN_TensorType],
    "statically shaped f32 tensor or quantized tensor">;
def MBN_FloatOrInt : AnyTypeOf<[MBN_FloatTensor, MBN_IntTensor],
    "statically shaped f32 or i32 tensor">;

//===----------------------------------------------------------------------===//
// Quantized values
//===----------------------------------------------------------------------===//

def MBN_ConstantOp : MBN_Op<"constant", [ConstantLike]> {
  let summary = "quantized weights";
  let description = [{
    ```mlir
    %w = mbn.constant bases<widths = dense<[1, 0]> : tensor<2xi8>,
        coordinates = dense<3> : tensor<1xi16>, signs = dense<5> : tensor<1xi32>,
        steps = dense<0.5> : tensor<1xf32>>
        : !mbn.tensor<2x3xf32, group = 1x3, bits = 0 to 1>
    ```

    Constraints:
    - constant_c1: every array has the element type and the number of elements
      that the type's groups, the widths and the rows call for, and its data is
      complete.
    - constant_c2: widths lie within the type's range and do not exceed the
      group's number of weights.
    - constant_c3: coordinates are positive; the sum of a group's coordinates
      and its offset's magnitude is at most 32767.
    - constant_c4: there is one step, or one per output; each is finite and not
      negative.
    - constant_c5: bits past the end of a row's group are clear.
    - constant_c6: a dense value has the type's shape; the type's bits are
      8 to 8.
  }];
  let arguments = (ins AnyAttrOf<[MBN_BasesAttr, MBN_DenseAttr]>:$value);
  let results = (outs MBN_TensorType:$result);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasFolder = 1;
}

def MBN_EncodeOp : MBN_Op<"encode"> {
  let summary = "floats to the codes of the nearest levels";
  let description = [{
    The code's index is the number of thresholds that are `<= x`. Without
    `thresholds` these are the midpoints of neighbouring levels: ties go up, NaN
    gives level 0. With them they are one row of `levels - 1` floats, or one row
    for each channel, the last dimension; so a quantizer that rounds in another
    way is the same for every float. A NaN among them is never reached.

    ```mlir
    %q = mbn.encode %x : tensor<1x4xf32> -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.25, zero 0, [1, 2]>>
    %b = mbn.encode %x thresholds dense<0.0> : tensor<1xf32>
        : tensor<1x4xf32> -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 1.0, zero 1, [2]>>
    ```

    Constraints:
    - encode_c1: the result is an activation tensor of the operand's shape.
    - encode_c2: thresholds have type f32 and shape `[levels - 1]` or
      `[channels, levels - 1]`.
    - encode_c3: the thresholds of a row do not fall, and NaNs end it.
  }];
  let arguments = (ins MBN_FloatTensor:$input, OptionalAttr<ElementsAttr>:$thresholds);
  let results = (outs MBN_TensorType:$result);
  let assemblyFormat = [{
    $input (`thresholds` $thresholds^)? attr-dict `:` type($input) `->` qualified(type($result))
  }];
  let builders = [OpBuilder<(ins "::mlir::Type":$type, "::mlir::Value":$input), [{
    build($_builder, $_state, type, input, nullptr);
  }]>];
  let extraClassDeclaration = [{
    /// Rows of `levels - 1` floats: one, or one for each channel.
    ::std::vector<float> getThresholdValues();
    /// Channels if each has its own row, else 1.
    int64_t getNumThresholdRows();
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def MBN_DecodeOp : MBN_Op<"decode"> {
  let summary = "the float tensor that a quantized one stands for";
  let description = [{
    `fl(fl(step * (X - zero)) + low)` for activations, `fl(step_c * W)` for
    weights. It has no folder: folders run everywhere and would dequantize the
    model.

    Constraints:
    - decode_c1: the result has the operand's shape.
  }];
  let arguments = (ins MBN_TensorType:$input);
  let results = (outs MBN_FloatTensor:$result);
  let assemblyFormat = "$input attr-dict `:` qualified(type($input)) `->` type($result)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

def MBN_Conv2DOp : MBN_Op<"conv2d"> {
  let summary = "two-dimensional convolution, NHWC by OHWI";
  let description = [{
    Input `[batch, height, width, channels]`, weights `[outputs, kernel height,
    kernel width, channels / groups]`, result `[batch, height', width',
    outputs]`. `pad` is `[top, left, bottom, right]`, `stride` and `dilation`
    are `[vertical, horizontal]`. With float operands the result is float, and
    there may be a bias. With quantized operands the result is the exact integer
    sum `sum_k W_k (X_k - zero)` over the positions inside the image.

    ```mlir
    %y = mbn.conv2d %x, %w bias %b layer "conv1" pad [1, 1, 1, 1] stride [2, 2]
        : tensor<1x8x8x3xf32>, tensor<4x3x3x3xf32>, tensor<4xf32> -> tensor<1x4x4x4xf32>
    %s = mbn.conv2d %q, %v layer "conv2" : !x, !w -> tensor<1x8x8x50xi32>
    ```

    Constraints:
    - conv2d_c1: input and weights have rank 4.
    - conv2d_c2: padding is not negative, strides, dilations and groups are positive.
    - conv2d_c3: the input's channels are the weights' channels times `groups`;
      `groups` divides the outputs.
    - conv2d_c4: the dilated kernel is not larger than the padded image.
    - conv2d_c5: the result's shape follows from the operands'.
    - conv2d_c6: both operands are float, or both quantized (an activation and
      weights); quantized operands give i32 and take no bias.
    - conv2d_c7: no sum can overflow int32: the largest possible
      `sum_k |W_k| * max|X - zero|` is at most 2147483647.
  }];
  let arguments = (ins MBN_FloatOrQuantized:$input, MBN_FloatOrQuantized:$weights,
                       Optional<MBN_FloatTensor>:$bias, StrAttr:$layer,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$pad,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$stride,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilation,
                       DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs MBN_FloatOrInt:$result);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    bool isQuantized() { return ::llvm::isa<MultiBitType>(getInput().getType()); }
    /// The geometry as plain numbers.
    ::subbit::numerics::ConvGeometry getGeometry();
  }];
}

def MBN_MatmulOp : MBN_Op<"matmul"> {
  let summary = "fully connected layer";
  let description = [{
    Input `[batch, inputs]`, weights `[outputs, inputs]`, result `[batch,
    outputs]`. Operands as in `mbn.conv2d`.

    ```mlir
    %y = mbn.matmul %x, %w bias %b layer "fc1" : tensor<1x800xf32>, tensor<500x800xf32>, tensor<500xf32> -> tensor<1x500xf32>
    ```

    Constraints:
    - matmul_c1: input and weights have rank 2.
    - matmul_c2: the numbers of inputs agree.
    - matmul_c3: the result is `[batch, outputs]`.
    - matmul_c4: as conv2d_c6.
    - matmul_c5: as conv2d_c7.
  }];
  let arguments = (ins MBN_FloatOrQuantized:$input, MBN_FloatOrQuantized:$weights,
                       Optional<MBN_FloatTensor>:$bias, StrAttr:$layer);
  let results = (outs MBN_FloatOrInt:$result);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    bool isQuantized() { return ::llvm::isa<MultiBitType>(getInput().getType()); }
    /// The product as a convolution of one position.
    ::subbit::numerics::ConvGeometry getGeometry();
  }];
}

def MBN_BatchNormOp : MBN_Op<"batch_norm", [AllTypesMatch<["input", "result"]>]> {
  let summary = "batch normalization with fixed statistics";
  let description = [{
    `y = fl(fl(x * s) + t)` per channel (the last dimension), with
    `s = scale / sqrt(variance + epsilon)` and `t = bias - mean * s` in double,
    each rounded once.

    Constraints:
    - batch_norm_c1: the parameters have one element per channel.
    - batch_norm_c2: `epsilon` is finite and not negative.
  }];
  let arguments = (ins MBN_FloatTensor:$input, MBN_FloatTensor:$scale,
                       MBN_FloatTensor:$bias, MBN_FloatTensor:$mean,
                       MBN_FloatTensor:$variance, F32Attr:$epsilon, StrAttr:$layer);
  let results = (outs MBN_FloatTensor:$result);
  let assemblyFormat = [{
    $input `scale` $scale `bias` $bias `mean` $mean `variance` $variance
    `epsilon` $epsilon `layer` $layer attr-dict `:` type($input) `,` type($scale)
    `,` type($bias) `,` type($mean) `,` type($variance)
  }];
  let hasVerifier = 1;
}

def MBN_LayerNormOp : MBN_Op<"layer_norm", [AllTypesMatch<["input", "result"]>]> {
  let summary = "layer normalization over the last dimension";
  let description = [{
    `y = (x - mean(x)) / sqrt(var(x) + epsilon) * scale + bias`, mean and
    variance over the last dimension.

    Constraints:
    - layer_norm_c1: the parameters have one element per channel.
    - layer_norm_c2: `epsilon` is finite and not negative.
  }];
  let arguments = (ins MBN_FloatTensor:$input, MBN_FloatTensor:$scale,
                       MBN_FloatTensor:$bias, F32Attr:$epsilon, StrAttr:$layer);
  let results = (outs MBN_FloatTensor:$result);
  let assemblyFormat = [{
    $input `scale` $scale `bias` $bias `epsilon` $epsilon `layer` $layer
    attr-dict `:` type($input) `,` type($scale) `,` type($bias)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Integer sums to floats and codes
//===----------------------------------------------------------------------===//

def MBN_RescaleOp : MBN_Op<"rescale"> {
  let summary = "integer sums to floats";
  let description = [{
    `y = fl(fl(scale_c * fl(S)) + base_c)`; -0 becomes +0, magnitudes below
    2^-100 become 0. `base` is `[channels]`, or `[row classes, column classes,
    channels]` with a border; `scale` is `[channels]` or has the shape of `base`.

    ```mlir
    %y = mbn.rescale %s, %scale, %base : tensor<1x8x8x50xi32>, tensor<50xf32>, tensor<50xf32> -> tensor<1x8x8x50xf32>
    ```

    Constraints:
    - rescale_c1: `scale` has one element per channel (the last dimension), or
      the shape of `base`.
    - rescale_c2: `base` has the shape that the border calls for.
    - rescale_c3: a border has one class per row and column of a rank 4 operand.
    - rescale_c4: the result has the operand's shape.
  }];
  let arguments = (ins MBN_IntTensor:$input, MBN_FloatTensor:$scale,
                       MBN_FloatTensor:$base, OptionalAttr<MBN_BorderAttr>:$border);
  let results = (outs MBN_FloatTensor:$result);
  let assemblyFormat = [{
    $input `,` $scale `,` $base (`border` $border^)? attr-dict
    `:` type($input) `,` type($scale) `,` type($base) `->` type($result)
  }];
  let hasVerifier = 1;
}

def MBN_ScoreOp : MBN_Op<"score", [AllTypesMatch<["input", "result"]>]> {
  let summary = "integer sums to comparable integers";
  let description = [{
    `Y = factor_c * S + addend_c`, in 32 bits: what `mbn.rescale` gives, in a unit
    that all channels share. Sums past 32 bits wrap around.

    ```mlir
    %y = mbn.score %s, %factor, %addend : tensor<1x10xi32>, tensor<10xi32>, tensor<10xi32>
    ```

    Constraints:
    - score_c1: `factor` and `addend` have one element per channel (the last
      dimension).
  }];
  let arguments = (ins MBN_IntTensor:$input, MBN_IntTensor:$factor, MBN_IntTensor:$addend);
  let results = (outs MBN_IntTensor:$result);
  let assemblyFormat = [{
    $input `,` $factor `,` $addend attr-dict
    `:` type($input) `,` type($factor) `,` type($addend)
  }];
  let hasVerifier = 1;
}

def MBN_ThresholdOp : MBN_Op<"threshold"> {
  let summary = "integer sums to codes";
  let description = [{
    The code's index is the number of the channel's thresholds that are `<= S`.
    `thresholds` is `[channels, levels - 1]`, or with a border `[row classes,
    column classes, channels, levels - 1]`; each row of it does not fall. A
    threshold that no sum reaches is 2147483647, one that all reach -2147483648.

    ```mlir
    %y = mbn.threshold %s, %t : tensor<1x8x8x50xi32>, tensor<50x3xi32> -> !y
    ```

    Constraints:
    - threshold_c1: the result is an activation tensor of the operand's shape.
    - threshold_c2: `thresholds` has the shape that channels, levels and border call for.
    - threshold_c3: a border has one class per row and column of a rank 4 operand.
  }];
  let arguments = (ins MBN_IntTensor:$input, MBN_IntTensor:$thresholds,
                       OptionalAttr<MBN_BorderAttr>:$border);
  let results = (outs MBN_TensorType:$result);
  let assemblyFormat = [{
    $input `,` $thresholds (`border` $border^)? attr-dict
    `:` type($input) `,` type($thresholds) `->` qualified(type($result))
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Codes to codes
//===----------------------------------------------------------------------===//

def MBN_MaxPool2DOp : MBN_Op<"max_pool2d"> {
  let summary = "maximum pooling on codes";
  let description = [{
    Codes rise with their index, so the largest index wins; positions outside
    the image never do.

    ```mlir
    %y = mbn.max_pool2d %x kernel [2, 2] stride [2, 2] pad [0, 0, 0, 0] : !x -> !y
    ```

    Constraints:
    - max_pool2d_c1: the operand is an activation tensor of rank 4 and the
      result has the same levels.
    - max_pool2d_c2: kernel and strides are positive, padding is not negative
      and smaller than the kernel.
    - max_pool2d_c3: the result's shape follows from the operand's.
  }];
  let arguments = (ins MBN_TensorType:$input, DenseI64ArrayAttr:$kernel,
                       DenseI64ArrayAttr:$stride, DenseI64ArrayAttr:$pad);
  let results = (outs MBN_TensorType:$result);
  let assemblyFormat = [{
    $input `kernel` $kernel `stride` $stride `pad` $pad attr-dict
    `:` qualified(type($input)) `->` qualified(type($result))
  }];
  let hasVerifier = 1;
}

def MBN_ReshapeOp : MBN_Op<"reshape"> {
  let summary = "another shape for the same codes, row-major";
  let description = [{
    Constraints:
    - reshape_c1: operand and result are activation tensors with the same
      levels and number of elements.
  }];
  let arguments = (ins MBN_TensorType:$input);
  let results = (outs MBN_TensorType:$result);
  let assemblyFormat = "$input attr-dict `:` qualified(type($input)) `->` qualified(type($result))";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def MBN_ConcatOp : MBN_Op<"concat"> {
  let summary = "codes side by side";
  let description = [{
    Operands lie one behind the other along `axis`.

    ```mlir
    %y = mbn.concat %a, %b axis 3 : !x, !x -> !y
    ```

    Constraints:
    - concat_c1: operands and result are activation tensors of the same levels.
    - concat_c2: `axis` is a dimension of theirs.
    - concat_c3: the result has the operands' shape but for `axis`, which is the
      sum of theirs.
  }];
  let arguments = (ins Variadic<MBN_TensorType>:$inputs, I64Attr:$axis);
  let results = (outs MBN_TensorType:$result);
  let assemblyFormat = "$inputs `axis` $axis attr-dict `:` qualified(type($inputs)) `->` qualified(type($result))";
  let hasVerifier = 1;
}

def MBN_TransposeOp : MBN_Op<"transpose"> {
  let summary = "permuted dimensions of codes";
  let description = [{
    Dimension `i` of the result is dimension `permutation[i]` of the operand.

    Constraints:
    - transpose_c1: `permutation` is a permutation of the operand's dimensions.
    - transpose_c2: the result's shape is the permuted one, its levels the operand's.
  }];
  let arguments = (ins MBN_TensorType:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs MBN_TensorType:$result);
  let assemblyFormat = "$input $permutation attr-dict `:` qualified(type($input)) `->` qualified(type($result))";
  let hasVerifier = 1;
  let hasFolder = 1;
}

#endif
