#ifndef SUBBIT_EMISSION_PASSES_TD
#define SUBBIT_EMISSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def PrepareEntryPass : Pass<"prepare-entry", "::mlir::ModuleOp"> {
  let summary = "Let main write its results to the caller's memory";
  let description = [{
    Results of `main` become arguments, buffers that the caller provides, in
    order behind the inputs; inputs are never written to. Names (`mbn.name`) go
    along. Each use of a `tensor.empty` or a `linalg.fill` gets one of its own, so
    that no buffer is kept from the first use to the last.

    `main` has one block and takes and returns tensors of static shape that have
    elements. Every function has a body, and every operation on tensors can be
    bufferized. All else is refused by name.

    Before:

    ```mlir
    func.func @main(%x: tensor<1x4xf32> {mbn.name = "x"}) -> (tensor<1x2xf32> {mbn.name = "y"}) {
      ...
      return %y : tensor<1x2xf32>
    }
    ```

    After:

    ```mlir
    func.func @main(%x: tensor<1x4xf32> {bufferization.writable = false, mbn.name = "x"}, %out: memref<1x2xf32> {mbn.name = "y", subbit.output}) {
      ...
      bufferization.materialize_in_destination %y in restrict writable %out : (tensor<1x2xf32>, memref<1x2xf32>) -> ()
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect", "::mlir::memref::MemRefDialect"];
}

def UnpackOncePass : Pass<"unpack-once", "::mlir::ModuleOp"> {
  let summary = "Unpack weights in a function of its own, not in each run";
  let description = [{
    Where the module has the attribute `bitserial.init`: what `main` unpacks goes to
    one block of the caller's memory, an argument of `main` and of a new function
    `main.init` that does the unpacking. Both are there even if nothing is unpacked, so
    that the versions of an object are called alike.

    ```mlir
    module attributes {bitserial.init} {
      func.func @main(%x: memref<1x16xf32>, %y: memref<1x4xf32> {subbit.output}) {
        %w = memref.alloc() : memref<96xi8>
        bitserial.unpack #g ins(%words, %a, %n : ...) outs(%w : memref<96xi8>)
    ```

    becomes

    ```mlir
    module attributes {bitserial.init} {
      func.func @main(%x: memref<1x16xf32>, %y: memref<1x4xf32> {subbit.output}, %all: memref<128xi8> {subbit.weights}) {
        %w = memref.view %all[%c0][] : memref<128xi8> to memref<96xi8>
        ...
      }
      func.func @main.init(%all: memref<128xi8> {subbit.weights}) {
        %w = memref.view %all[%c0][] : memref<128xi8> to memref<96xi8>
        bitserial.unpack #g ins(%words, %a, %n : ...) outs(%w : memref<96xi8>)
    ```
  }];
  let statistics = [Statistic<"numUnpacked", "unpacked", "Layers whose weights are unpacked once">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

def FoldFillsPass : Pass<"fold-fills", "::mlir::func::FuncOp"> {
  let summary = "Let reductions begin with a constant, not with what a fill stored";
  let description = [{
    A `linalg.fill` of a buffer whose next use is as the result of a reduction goes away:
    the reduction gets the attribute `subbit.start`. Its results need not be read, and
    may lie over an operand (`plan-memory`). For reductions that `vectorize-linalg` takes.

    ```mlir
    linalg.fill ins(%zero : f32) outs(%b : memref<4xf32>)
    linalg.generic {...} ins(%a : memref<3x4xf32>) outs(%b : memref<4xf32>) { ... }
    ```

    becomes

    ```mlir
    linalg.generic {...} ins(%a : memref<3x4xf32>) outs(%b : memref<4xf32>)
        attrs = {subbit.start = 0.0 : f32} { ... }
    ```
  }];
  let statistics = [Statistic<"numFolded", "folded", "Fills folded">];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def PlanMemoryPass : Pass<"plan-memory", "::mlir::ModuleOp"> {
  let summary = "Place all temporary buffers of main in one scratch block";
  let description = [{
    Every allocation of a static size becomes a view of one more argument,
    `%scratch`. Buffers that are not live at the same time share memory: each is
    placed at the lowest offset that is free for as long as it lives, in several
    orders, until no more bytes are needed than are live at one time. On chains of
    buffers, each of which lives together with its neighbours, one of the orders
    always gives that. The result of an elementwise operation, an encode for
    instance, may lie over an operand that is read there for the last time: nowhere
    behind it, and with elements no wider, so that none is covered before it is
    read. So may that of a reduction over windows, such as pooling, which begins with
    a constant (`subbit.start`). Offsets are multiples of the target's alignment of buffers: 64 where
    there are vectors, a pointer's elsewhere. Allocations of other kinds and
    deallocations must not be left.

    Before:

    ```mlir
    func.func @main(%x: memref<4xf32>) {
      %a = memref.alloc() : memref<4xf32>
      memref.copy %x, %a : memref<4xf32> to memref<4xf32>
      return
    }
    ```

    After:

    ```mlir
    func.func @main(%x: memref<4xf32>, %scratch: memref<16xi8> {subbit.scratch}) {
      %c0 = arith.constant 0 : index
      %a = memref.view %scratch[%c0][] : memref<16xi8> to memref<4xf32>
      memref.copy %x, %a : memref<4xf32> to memref<4xf32>
      return
    }
    ```
  }];
  let statistics = [
    Statistic<"numBuffers", "buffers", "Buffers placed">,
    Statistic<"numBytes", "bytes", "Bytes of scratch memory">,
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
}

def CopiesToLoopsPass : Pass<"copies-to-loops", "::mlir::func::FuncOp"> {
  let summary = "Turn copies between buffers into elementwise linalg";
  let description = [{
    A copy between strided buffers would call a function of MLIR's runtime,
    which an object does not have.

    ```mlir
    memref.copy %a, %b : memref<4xf32> to memref<4xf32, strided<[2]>>
    ```

    becomes a `linalg.generic` that yields its input.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def VectorizeLinalgPass : Pass<"vectorize-linalg", "::mlir::func::FuncOp"> {
  let summary = "Lower linalg on buffers to loops over vectors of results";
  let description = [{
    For operations whose results lie one behind the other, and whose operands do
    too or are the same for all of them: products with outputs innermost,
    elementwise operations, pooling over channels. Up to four vectors of results
    stay in registers while the operands are reduced, in the order of the scalar
    loops; where an operand is the same for all positions along a dimension, as
    weights are, those of several positions, as many as there are registers for.
    What is left over of a row takes vectors of half the width, a quarter,
    and so on. Vectors are as wide as the target's.

    ```mlir
    linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                    iterator_types = ["parallel"]}
        ins(%a : memref<20xf32>) outs(%b : memref<20xf32>) {
    ^bb0(%x: f32, %y: f32):
      %z = arith.addf %x, %x : f32
      linalg.yield %z : f32
    }
    ```

    becomes, for AVX-512, a `vector.load` of 16 elements and one of 4, two
    `arith.addf`, two `vector.store`. Other operations stay as they are.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect",
  ];
}

def OutlineTasksPass : Pass<"outline-tasks", "::mlir::ModuleOp"> {
  let summary = "Make functions of what several threads run";
  let description = [{
    Each `scf.forall` of `main` becomes a function that takes the arguments of
    `main` and the number of a task, and computes anew what it needs of what comes
    before it: constants, views of the scratch memory.

    Before:

    ```mlir
    func.func @main(%x: memref<64xf32>) {
      %c0 = arith.constant 0.0 : f32
      scf.forall (%task) in (2) {
        memref.store %c0, %x[%task] : memref<64xf32>
      }
      return
    }
    ```

    After:

    ```mlir
    func.func private @main.task0(%x: memref<64xf32>, %task: index) {
      %c0 = arith.constant 0.0 : f32
      memref.store %c0, %x[%task] : memref<64xf32>
      return
    }
    func.func @main(%x: memref<64xf32>) {
      bitserial.run_tasks @main.task0 count 2
      return
    }
    ```
  }];
  let statistics = [Statistic<"numTasks", "tasks", "Functions made">];
  let dependentDialects = ["::subbit::bitserial::BitserialDialect"];
}

def LowerToLLVMPass : Pass<"lower-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Everything that is left to the LLVM dialect, in one conversion";
  let description = [{
    One type converter, whose index has the width of the target's pointers, so
    that 32-bit targets need nothing special. Buffers of functions become bare
    pointers. A `bitserial.trace` becomes a call of `subbit.trace` with the
    caller's argument block, which `main` takes as its last argument then; a
    `bitserial.run_tasks @task` one of `task.run` with that block and the count.

    ```mlir
    func.func @main(%x: memref<4xf32>) {
      %c0 = arith.constant 0 : index
      %v = memref.load %x[%c0] : memref<4xf32>
      return
    }
    ```

    becomes

    ```mlir
    llvm.func @main(%x: !llvm.ptr) {
      %v = llvm.load %x : !llvm.ptr -> f32
      llvm.return
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::affine::AffineDialect",
    "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::vector::VectorDialect",
  ];
}

#endif
