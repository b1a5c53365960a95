#ifndef SUBBIT_DIALECTS_MBN_TRANSFORMS_PASSES_TD
#define SUBBIT_DIALECTS_MBN_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def SketchPass : Pass<"mbn-sketch", "::mlir::func::FuncOp"> {
  let summary = "Replace float weights by binary bases (structured sketching)";
  let description = [{
    Replaces the constant float weights of every `mbn.conv2d` and `mbn.matmul`
    by an `mbn.constant` and its `mbn.decode`: Alg. 1 of the ALQ paper, rounded
    to the grid of integer coordinates. Layers whose name does not match
    `layers` and layers whose weights are not constant are left alone.

    `group` is `channel` (all weights of an output), `kernel` (one input
    channel), `pixel` (one position), `sub-channel(k)` (k equal slices along the
    input channels), `layer` (all outputs share coordinates) or `auto`: kernel
    for kernels of more than 16 positions, pixel for other convolutions,
    sub-channel slices of about 256 weights for matrix products.

    Before:

    ```mlir
    %y = mbn.matmul %x, %w layer "fc1" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
    ```

    After:

    ```mlir
    %q = mbn.constant bases<...> : !mbn.tensor<2x4xf32, group = 1x4, bits = 0 to 3>
    %v = mbn.decode %q : !mbn.tensor<2x4xf32, group = 1x4, bits = 0 to 3> -> tensor<2x4xf32>
    %y = mbn.matmul %x, %v layer "fc1" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
    ```
  }];
  let options = [
    Option<"layers", "layers", "std::string", "\"*\"", "Glob over the names of the layers to sketch">,
    Option<"group", "group", "std::string", "\"auto\"", "Structure of the groups">,
    Option<"maxBits", "max-bits", "int64_t", "3", "Largest number of bases per group, 0 to 8">,
    Option<"tolerance", "tolerance", "double", "0", "Stop when |e|^2 / |w|^2 of a group is below this">,
    Option<"step", "step", "std::string", "\"per-output\"", "One step 'per-output' or 'per-layer'">,
    Option<"maxInteger", "max-integer", "int64_t", "127", "Largest |W| after rounding, 1 to 127">,
    Option<"keepFloats", "keep-floats", "bool", "false", "Keep the float weights beside the bases, for mbn-straight-through">,
    Option<"explain", "explain", "bool", "false", "Remark each layer's error, average bits and size">,
  ];
  let statistics = [
    Statistic<"numLayers", "layers", "Layers sketched">,
    Statistic<"numBases", "bases", "Binary bases in them">,
  ];
  let dependentDialects = ["::subbit::mbn::MBNDialect"];
}

def RemoveDeadChannelsPass : Pass<"mbn-remove-dead-channels", "::mlir::func::FuncOp"> {
  let summary = "Remove outputs without bases, and the inputs that they fed";
  let description = [{
    An output of a layer all of whose groups have no bases is a constant: its
    bias. It goes, with the inputs of the next layers that it fed; their biases
    take what it gave, in double, rounded once. Between them may stand what
    computes each channel by itself (normalization, clamps, arithmetic with
    constants, encodes), pooling and flattening. This is done until nothing
    changes, since outputs may lose their last bases with their inputs.

    An output stays, with a remark, where a next layer pads and the constant is
    not 0 (beyond the border there are zeros), and where groups of the next
    layer's weights would not be of one size any more. A layer keeps at least
    one output. Reports go on to count the weights of the model
    (`mbn.model_weights`).

    Before, with no bases in the first row of `%w`:

    ```mlir
    %y = mbn.matmul %x, %w bias %b layer "fc1" : tensor<1x8xf32>, tensor<3x8xf32>, tensor<3xf32> -> tensor<1x3xf32>
    %z = mbn.matmul %y, %v layer "fc2" : tensor<1x3xf32>, tensor<2x3xf32> -> tensor<1x2xf32>
    ```

    After:

    ```mlir
    %y = mbn.matmul %x, %w2 bias %b2 layer "fc1" : tensor<1x8xf32>, tensor<2x8xf32>, tensor<2xf32> -> tensor<1x2xf32>
    %z = mbn.matmul %y, %v2 bias %c layer "fc2" : tensor<1x2xf32>, tensor<2x2xf32>, tensor<2xf32> -> tensor<1x2xf32>
    ```
  }];
  let statistics = [
    Statistic<"numChannels", "channels", "Outputs removed">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tosa::TosaDialect"];
}

def FusePass : Pass<"mbn-fuse", "::mlir::func::FuncOp"> {
  let summary = "Let layers take quantized operands";
  let description = [{
    - A layer whose input and weights are both decoded takes the quantized
      operands instead and returns integer sums; an `mbn.rescale` makes floats
      of them, the bias in its base.
    - Max pooling, reshape, transpose, and concatenation of the same levels, of
      decoded activations move to the codes.
    - Average pooling of decoded activations becomes a product with weights of 1
      for each channel, and one multiplication, by the number of positions inside
      the image. That rounds otherwise than the sum of floats unless these
      numbers are powers of 2.
    - What is not fused keeps its decode and runs in float, with a remark for
      the layer.

    Before:

    ```mlir
    %a = mbn.decode %x : !x -> tensor<1x4xf32>
    %b = mbn.decode %w : !w -> tensor<2x4xf32>
    %y = mbn.matmul %a, %b bias %c layer "fc1" : tensor<1x4xf32>, tensor<2x4xf32>, tensor<2xf32> -> tensor<1x2xf32>
    ```

    After:

    ```mlir
    %s = mbn.matmul %x, %w layer "fc1" : !x, !w -> tensor<1x2xi32>
    %y = mbn.rescale %s, %scale, %base : tensor<1x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x2xf32>
    ```
  }];
  let statistics = [
    Statistic<"numProducts", "products", "Layers on integers">,
    Statistic<"numFloat", "float-layers", "Layers left in float">,
  ];
  let dependentDialects = ["::subbit::mbn::MBNDialect", "::mlir::arith::ArithDialect"];
}

def FoldNormalizationPass : Pass<"mbn-fold-normalization", "::mlir::func::FuncOp"> {
  let summary = "Fold normalization into thresholds, and elsewhere into weights";
  let description = [{
    In front of an encode (`exact`), a chain of batch normalizations, clamps, and additions, subtractions,
    multiplications or divisions by constants (one, or one for each channel) is
    a chain of rounded monotone functions, and so is monotone itself. Bisection
    finds the places at which each code changes, so codes are those of the
    unfolded chain, every one.

    - Behind an `mbn.rescale` the encode becomes an `mbn.threshold` on the sums.
      Where the chain falls as the sum rises, the output's weights are negated
      (its bases flip).
    - Elsewhere the encode gets thresholds of its own, over all floats; chains
      that fall stay.
    - An encode of a concatenation becomes one of each part.

    A chain that can give NaN (0 times an infinity, a division by 0) stays.

    Elsewhere (`rounding`) results change by rounding, and a remark says so for
    each layer, or why something stays. Layers are those with decoded weights, so
    this is done before `mbn-fuse`:

    - batch normalizations, and additions, subtractions, multiplications and
      divisions by constants behind a layer, become part of its weights' steps
      and of its bias; a negative factor negates the output's weights;
    - weight normalization, a factor for each output of the weights, becomes part
      of their steps;
    - a scale for each channel of decoded activations moves behind pooling, and
      becomes part of the steps of a depthwise convolution; one scale of all
      channels becomes part of any layer's steps;
    - layer normalization of a layer without a bias whose outputs have one step
      `s` needs no step: its epsilon becomes `epsilon / s^2`.

    Before:

    ```mlir
    %y = mbn.rescale %s, %scale, %base : tensor<1x2xi32>, tensor<2xf32>, tensor<2xf32> -> tensor<1x2xf32>
    %n = mbn.batch_norm %y scale %a bias %b mean %m variance %v epsilon 1.0e-5 layer "bn" : tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
    %q = mbn.encode %n : tensor<1x2xf32> -> !q
    ```

    After:

    ```mlir
    %q = mbn.threshold %s, %t : tensor<1x2xi32>, tensor<2x3xi32> -> !q
    ```
  }];
  let options = [
    Option<"exact", "exact", "bool", "true", "Fold into thresholds, which changes no code">,
    Option<"rounding", "rounding", "bool", "true", "Fold into steps and bias, which rounds">,
  ];
  let statistics = [
    Statistic<"numThresholds", "thresholds", "Encodes that are integer thresholds">,
    Statistic<"numFolded", "folded", "Operations that became part of steps and bias">,
  ];
  let dependentDialects = ["::subbit::mbn::MBNDialect", "::mlir::arith::ArithDialect"];
}

def IntegerScoresPass : Pass<"mbn-integer-scores", "::mlir::func::FuncOp"> {
  let summary = "Return the sums of last layers as integers, not as floats";
  let description = [{
    A returned `mbn.rescale` becomes an `mbn.score`: factors and addends are those
    of the rescale in units of a power of two, the smallest for which no score
    leaves 32 bits, so that scores can be compared with each other. They are
    rounded: two outputs closer to each other than that may change places. What
    else a function returns is refused, by name. A remark gives the unit.

    Before:

    ```mlir
    %y = mbn.rescale %s, %scale, %base : tensor<1x10xi32>, tensor<10xf32>, tensor<10xf32> -> tensor<1x10xf32>
    return %y : tensor<1x10xf32>
    ```

    After:

    ```mlir
    %y = mbn.score %s, %factor, %addend : tensor<1x10xi32>, tensor<10xi32>, tensor<10xi32>
    return %y : tensor<1x10xi32>
    ```
  }];
  let dependentDialects = ["::subbit::mbn::MBNDialect", "::mlir::arith::ArithDialect"];
}

#endif
