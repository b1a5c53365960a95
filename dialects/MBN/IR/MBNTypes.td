#ifndef SUBBIT_DIALECTS_MBN_IR_MBNTYPES_TD
#define SUBBIT_DIALECTS_MBN_IR_MBNTYPES_TD

include "dialects/MBN/IR/MBNDialect.td"
include "mlir/IR/AttrTypeBase.td"

def MBN_TensorType : TypeDef<MBN_Dialect, "MultiBit"> {
  let mnemonic = "tensor";
  let summary = "A tensor that is quantized to binary bases or to levels";
  let description = [{
    Weights name the shape of a group and the range of bitwidths; activations
    name their levels:

    ```mlir
    !mbn.tensor<50x5x5x20xf32, group = 1x5x5x1, bits = 0 to 3>
    !mbn.tensor<1x12x12x20xf32, levels = #mbn.levels<step 0.25, zero 0, [1, 2]>>
    ```

    A group's shape divides the tensor into a grid; where a dimension does not
    divide, the last group is smaller. Its first dimension is 1, or the number
    of outputs (layer-wise: one set of coordinates for all outputs).

    Constraints:
    - type_c1: the shape is static, every dimension positive, the element type f32.
    - type_c2: the group has the tensor's rank, each dimension from 1 to the tensor's.
    - type_c3: the group's first dimension is 1 or the number of outputs.
    - type_c4: 0 <= min bits <= max bits <= 8.
    - type_c5: exactly one of a group with bits and levels is given.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$shape,
                        "::mlir::Type":$elementType,
                        ArrayRefParameter<"int64_t">:$group,
                        "int64_t":$minBits, "int64_t":$maxBits,
                        "LevelsAttr":$levels);
  let builders = [
    TypeBuilderWithInferredContext<(ins "::llvm::ArrayRef<int64_t>":$shape,
                                        "LevelsAttr":$levels), [{
      ::mlir::MLIRContext *context = levels.getContext();
      return $_get(context, shape, ::mlir::Float32Type::get(context),
                   ::llvm::ArrayRef<int64_t>(), 0, 0, levels);
    }]>,
    TypeBuilder<(ins "::llvm::ArrayRef<int64_t>":$shape,
                     "::llvm::ArrayRef<int64_t>":$group,
                     "int64_t":$minBits, "int64_t":$maxBits), [{
      return $_get($_ctxt, shape, ::mlir::Float32Type::get($_ctxt), group,
                   minBits, maxBits, LevelsAttr());
    }]>,
  ];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    bool isWeights() const { return !getLevels(); }
    bool isActivation() const { return static_cast<bool>(getLevels()); }
    int64_t getRank() const { return getShape().size(); }
    int64_t getNumElements() const;
    /// The float tensor that this one stands for.
    ::mlir::RankedTensorType getDecodedType() const;
    /// The same levels or groups with another shape.
    MultiBitType cloneWithShape(::llvm::ArrayRef<int64_t> shape) const;
  }];
}

#endif
