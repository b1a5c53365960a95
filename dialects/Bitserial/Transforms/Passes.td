#ifndef SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_PASSES_TD
#define SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def ChooseBandsPass : Pass<"choose-bands", "::mlir::func::FuncOp"> {
  let summary = "Choose the rows and columns that layers are computed in";
  let description = [{
    For products without lanes whose sums become codes by one table of
    thresholds, and then perhaps the largest of each window: the attribute
    `bitserial.band`, the rows and columns of a band before pooling. A band is one
    window, or as many positions of a row as there are registers for; little
    scratch memory then holds all but the codes themselves. Products that have the
    attribute keep it.

    ```mlir
    %s = bitserial.product "conv" ... -> tensor<1x4x64xi32>
    %c = bitserial.threshold ... ins(%s, %t : ...) -> tensor<1x8x8x4xi8>
    ```

    becomes

    ```mlir
    %s = bitserial.product "conv" ... {bitserial.band = array<i64: 1, 4>} -> tensor<1x4x64xi32>
    ```
  }];
  let statistics = [Statistic<"numBands", "bands", "Layers that get bands">];
}

def ChooseTasksPass : Pass<"choose-tasks", "::mlir::func::FuncOp"> {
  let summary = "Choose what each thread computes of a product";
  let description = [{
    Where the module has the attribute `bitserial.threads` and several of them,
    tiled and dense products that are worth it get the attribute `bitserial.tasks`,
    the parts that their tiles and their words of 32 outputs are divided into, and a
    workspace with a part for each task: tiles, or words where shares of them are more
    alike, by more than it takes to make all patches in each. Maxima over windows are
    divided by words. Tasks write to different elements. What has the attribute keeps
    it.

    ```mlir
    module attributes {bitserial.threads = 2} {
      %w = tensor.empty() : tensor<9232xi32>
      %s:2 = bitserial.tiled_product "conv" ... outs(%r, %w : tensor<1x128x1024xi32>, tensor<9232xi32>)
    ```

    becomes

    ```mlir
      %w = tensor.empty() : tensor<18464xi32>
      %s:2 = bitserial.tiled_product "conv" ... outs(%r, %w : tensor<1x128x1024xi32>, tensor<18464xi32>) {bitserial.tasks = array<i64: 2, 1>}
    ```

    which `lower-bitserial` makes an `scf.forall` of, and `outline-tasks` a function.
  }];
  let options = [
    Option<"fewest", "fewest", "int64_t", "30000", "Instructions on vectors below which a product stays one task">,
  ];
  let statistics = [Statistic<"numShared", "shared", "Products that get several tasks">];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
}

def FuseBandsPass : Pass<"fuse-bands", "::mlir::func::FuncOp"> {
  let summary = "Compute patches, sums, codes and pooling band by band";
  let description = [{
    Products with the attribute `bitserial.band` and all that turns their sums
    into codes become a loop over bands: the patches of one, then its codes. Bands
    need not divide the result: the last one is moved back over its neighbour.
    Codes that only packed products read take 1, 2 or 4 bits of memory each.

    Before:

    ```mlir
    %p = bitserial.pack planes 2 #geometry #schedule image #image ins(%x : tensor<128xi8>) ...
    %s = bitserial.product "conv" ... {bitserial.band = array<i64: 2, 2>}
    %c = bitserial.threshold ... -> tensor<1x8x8x4xi8>
    %y = linalg.pooling_nhwc_max_unsigned ... -> tensor<1x4x4x4xi8>
    ```

    After:

    ```mlir
    %y = scf.for %row = %c0 to %c4 step %c1 iter_args(%a = %empty) -> (tensor<16xi8>) {
      %r = scf.for %column = %c0 to %c4 step %c1 iter_args(%b = %a) -> (tensor<16xi8>) {
        %p = bitserial.pack planes 2 ... at (%c0, %y, %x) ...
        %c = bitserial.band "conv" ... pool [2, 2] image <size = [4, 4], pad = [0, 0], bits = 2, outside = 0> at (%c0, %row, %column) ...
        scf.yield %c : tensor<16xi8>
      }
      scf.yield %r : tensor<16xi8>
    }
    ```
  }];
  let statistics = [Statistic<"numNarrow", "narrow", "Results of less than 8 bits a code">];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect",
  ];
}

def FuseEpiloguesPass : Pass<"fuse-epilogues", "::mlir::func::FuncOp"> {
  let summary = "Make codes of sums while they are in registers";
  let description = [{
    A threshold without a border that alone reads the sums of a tiled or dense
    product of the same schedule becomes part of it, for up to 15 thresholds; the
    result is planes, of which codes are made for whatever does not read planes.
    Maxima of such codes, zeros around the image included, are found on planes.

    Before:

    ```mlir
    %s:2 = bitserial.tiled_product "conv" ... outs(%sums, %workspace : ...)
    %c = bitserial.threshold ... ins(%s#0, %t : ...) -> tensor<1x8x8x4xi8>
    %p = bitserial.planes ins(%c : tensor<1x64x4xi8>) outs(%planes : ...)
    ```

    After:

    ```mlir
    %p:2 = bitserial.tiled_product "conv" ... thresholds(%t : tensor<4x3xi32>) outs(%planes, %workspace : ...)
    ```
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
}

def LowerBitserialPass : Pass<"lower-bitserial", "::mlir::func::FuncOp"> {
  let summary = "Lower packed products on buffers to vectorized loops";
  let description = [{
    Every bitserial operation but `trace` becomes loops in `scf`, `vector`,
    `arith` and `memref`, as its schedule says. Operands must be buffers; an
    operation on tensors is an error. Accumulators are loop-carried values, so
    they stay in registers; a word of weights is broadcast once for all vectors
    of a block.

    Before:

    ```mlir
    bitserial.product "fc" multipliers [1] #geometry #schedule ins(%p, %w, %a, %n, %i : ...) outs(%s : memref<1x4x16xi32>)
    ```

    After:

    ```mlir
    %sums:3 = scf.for %row = %c0 to %width step %c1 iter_args(%acc = %0, %r = %1, %at = %2) -> (vector<16xi32>, index, index) {
      %word = memref.load %w[%at] : memref<4xi32>
      %all = vector.broadcast %word : i32 to vector<16xi32>
      %patch = vector.load %p[%n, %g, %x] : memref<1x4x16xi32>, vector<16xi32>
      %differs = arith.xori %all, %patch : vector<16xi32>
      %count = math.ctpop %differs : vector<16xi32>
      ...
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::vector::VectorDialect",
  ];
}

#endif
