#ifndef SUBBIT_CONVERSION_PASSES_TD
#define SUBBIT_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertMBNToLinalgPass : Pass<"convert-mbn-to-linalg", "::mlir::ModuleOp"> {
  let summary = "Give every mbn operation its meaning in linalg on tensors";
  let description = [{
    The reference that generated code is compared with: plain loops over decoded
    values, no packing. It takes models at each level (float layers, quantized,
    fused). `tosa` operations stay; the upstream `tosa-to-linalg` passes
    are run after it.

    An activation of type `!mbn.tensor` becomes the tensor of its level indices,
    `tensor<...xi8>` (unsigned), also in the signatures of functions. Weights
    become constants: floats where they are decoded, 32-bit integers where a
    fused layer takes them. Afterwards no `mbn` operation is left.

    Layers read constant weights transposed, so that the outputs are innermost:
    [groups, kernel height, kernel width, channels / groups, outputs / groups],
    or [inputs, outputs]; every sum is in order of the kernel's elements.

    Before, weights must be `mbn.constant`; a quantized weight that is not is an
    error.

    ```mlir
    func.func @main(%x: tensor<1x2xf32>) -> !mbn.tensor<1x2xf32, levels = #mbn.levels<step 0.5, zero 0, [1]>> {
      %q = mbn.encode %x : tensor<1x2xf32> -> !mbn.tensor<1x2xf32, levels = #mbn.levels<step 0.5, zero 0, [1]>>
      return %q : !mbn.tensor<1x2xf32, levels = #mbn.levels<step 0.5, zero 0, [1]>>
    }
    ```

    becomes

    ```mlir
    #x = affine_map<(d0, d1, d2) -> (d0, d1)>
    #t = affine_map<(d0, d1, d2) -> (d2)>
    func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xi8> {
      %thresholds = arith.constant dense<2.500000e-01> : tensor<1xf32>
      %zero = arith.constant 0 : i8
      %empty = tensor.empty() : tensor<1x2xi8>
      %init = linalg.fill ins(%zero : i8) outs(%empty : tensor<1x2xi8>) -> tensor<1x2xi8>
      %index = linalg.generic
          {indexing_maps = [#x, #t, #x], iterator_types = ["parallel", "parallel", "reduction"]}
          ins(%x, %thresholds : tensor<1x2xf32>, tensor<1xf32>) outs(%init : tensor<1x2xi8>) {
      ^bb0(%value: f32, %threshold: f32, %count: i8):
        %reached = arith.cmpf oge, %value, %threshold : f32
        %one = arith.extui %reached : i1 to i8
        %next = arith.addi %count, %one : i8
        linalg.yield %next : i8
      } -> tensor<1x2xi8>
      return %index : tensor<1x2xi8>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect",
  ];
  let statistics = [
    Statistic<"numFloatLayers", "float-layers", "Layers computed in floats">,
    Statistic<"numFusedLayers", "fused-layers", "Layers computed in integers">,
  ];
}

def ConvertMBNToBitserialPass : Pass<"convert-mbn-to-bitserial", "::mlir::ModuleOp"> {
  let summary = "Lower quantized layers to packed binary products";
  let description = [{
    Takes a fused module. A quantized layer becomes a `bitserial.pack` of its
    input's codes and a `bitserial.product` with its rows, in the orientation
    and blocking that the module's target calls for; what consumes the sums
    reads them blocked. A layer left in float keeps its weights packed: a matrix
    product takes its activations signed, a convolution decodes tiles. Codes are `tensor<...xi8>` of level indices from here
    on. `tosa` operations stay.

    With `trace` every result of an `mbn.threshold` or `mbn.rescale`, and of a layer
    left in float, passes through a `bitserial.trace`.

    Before:

    ```mlir
    %s = mbn.matmul %x, %w layer "fc1" : !x, !w -> tensor<1x2xi32>
    %q = mbn.threshold %s, %t : tensor<1x2xi32>, tensor<2x3xi32> -> !y
    ```

    After:

    ```mlir
    %p = bitserial.pack planes 2 #geometry #schedule ins(%c : tensor<1x36xi8>) outs(%e : tensor<1x2xi32>) -> tensor<1x2xi32>
    %s = bitserial.product "fc1" multipliers [1, 2] #geometry #schedule ins(%p, %words, %coordinates, %widths, %init : ...) outs(%f : tensor<1x16xi32>) -> tensor<1x16xi32>
    %q = bitserial.threshold #schedule ins(%s, %thresholds : tensor<1x16xi32>, tensor<3x16xi32>) outs(%g : tensor<1x2xi8>) -> tensor<1x2xi8>
    ```
  }];
  let options = [
    Option<"trace", "trace", "bool", "false", "Hand every layer's result to the caller's trace function">,
    Option<"explain", "explain", "bool", "false", "Say in a remark which kernels each product gets, and why">,
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect", "::subbit::bitserial::BitserialDialect",
  ];
}

#endif
