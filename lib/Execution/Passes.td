#ifndef SUBBIT_EXECUTION_PASSES_TD
#define SUBBIT_EXECUTION_PASSES_TD

include "mlir/Pass/PassBase.td"

def QuantizeActivationsPass : Pass<"mbn-quantize-activations", "::mlir::ModuleOp"> {
  let summary = "Quantize activations to levels learned on calibration data";
  let description = [{
    Runs the float model on calibration data and gives the input of every layer
    with quantized weights 2^bits levels (Sec. 4 of the ALQ paper): a running
    average over batches of the least-squares solution. The encode stands where
    the values are made, before pooling and reshaping, and so takes the place of
    the ReLU. Levels behind a ReLU start at exactly 0. The last layer's output
    stays float. Activations that are NaN or infinite are refused; where no layer
    has quantized weights nothing is done, with a warning.

    With `input-scale`, `input-mean` and `input-std` (the recipe's `input`) the
    model takes 8-bit pixels, which are their own codes: the argument becomes an
    activation tensor whose levels are `(pixel * scale - mean) / std`.
    Otherwise a float input is quantized like any other activation.

    Before:

    ```mlir
    %y = mbn.matmul %x, %w layer "fc1" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
    ```

    After:

    ```mlir
    %q = mbn.encode %x : tensor<1x4xf32> -> !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>>
    %d = mbn.decode %q : !mbn.tensor<1x4xf32, levels = #mbn.levels<step 0.5, zero 0, [1, 2]>> -> tensor<1x4xf32>
    %y = mbn.matmul %d, %w layer "fc1" : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32>
    ```
  }];
  let options = [
    Option<"bits", "bits", "int64_t", "2", "Planes of each activation tensor, 1 to 8">,
    Option<"calibration", "calibration", "std::string", "\"\"", "Calibration data: .npy, IDX or CIFAR file">,
    Option<"count", "count", "int64_t", "500", "Rows of the calibration data to use, 0 for all">,
    Option<"scale", "input-scale", "double", "1", "Pixels are multiplied by this">,
    ListOption<"mean", "input-mean", "double", "Then this is subtracted: one value, or one per channel">,
    ListOption<"stddev", "input-std", "double", "Then they are divided by this: one value, or one per channel">,
  ];
  let statistics = [
    Statistic<"numTensors", "tensors", "Activation tensors quantized">,
  ];
  let dependentDialects = ["::subbit::mbn::MBNDialect"];
}

#endif
