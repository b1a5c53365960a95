#ifndef SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_PASSES_TD
#define SUBBIT_DIALECTS_BITSERIAL_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

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
