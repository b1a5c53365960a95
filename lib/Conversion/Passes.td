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

#endif
