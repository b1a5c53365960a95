#ifndef SUBBIT_DIALECTS_MBN_IR_MBNATTRIBUTES_TD
#define SUBBIT_DIALECTS_MBN_IR_MBNATTRIBUTES_TD

include "dialects/MBN/IR/MBNDialect.td"
include "mlir/IR/AttrTypeBase.td"

class MBN_Attr<string name, string attrMnemonic>
    : AttrDef<MBN_Dialect, name> {
  let mnemonic = attrMnemonic;
}

def MBN_LevelsAttr : MBN_Attr<"Levels", "levels"> {
  let summary = "The static levels of an activation tensor";
  let description = [{
    A code's index `i` selects the planes `b_j = (i >> j) & 1`; its code is
    `X = sum_j m_j b_j`; it stands for `step * (X - zero) + low`.

    ```mlir
    #mbn.levels<step 0.25, zero 0, [1, 2]>
    #mbn.levels<step 0.0127, zero 0, low -0.424, [1, 2, 4, 8, 16, 32, 64, 128]>
    ```

    Constraints:
    - levels_c1: there are 1 to 8 multipliers.
    - levels_c2: each multiplier exceeds the sum of the smaller ones before it
      (so codes rise with their index), and their sum is at most 255.
    - levels_c3: `step` is finite and positive, `low` is finite.
    - levels_c4: `zero` is from 0 to 255.
  }];
  let parameters = (ins APFloatParameter<"">:$step, "int64_t":$zero, APFloatParameter<"">:$low,
                        ArrayRefParameter<"int64_t">:$multipliers);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Number of levels, 2^planes.
    int64_t getNumLevels() const { return int64_t(1) << getMultipliers().size(); }
    /// The same levels as a plain struct.
    ::subbit::numerics::Levels toNumerics() const;
    static LevelsAttr get(::mlir::MLIRContext *context,
                          const ::subbit::numerics::Levels &levels);
  }];
}

def MBN_BasesAttr : MBN_Attr<"Bases", "bases"> {
  let summary = "Weights as binary bases with integer coordinates";
  let description = [{
    Groups are numbered row-major over the grid of groups. Element `k` of a
    group (row-major in its box) is bit `k % 32`, least significant first, of
    word `k / 32` of a row; a set bit is +1; bits past the group's end are
    clear. Rows come in (group, basis) order.

    - `widths`: `tensor<Gxi8>`, the number of bases of each group.
    - `coordinates`: `tensor<Rxi16>`, one positive integer per row.
    - `signs`: `tensor<Wxi32>`, the words of all rows.
    - `offsets` (optional): `tensor<Gxi16>`.
    - `steps`: `tensor<1xf32>` or one per output.
  }];
  let parameters = (ins "::mlir::ElementsAttr":$widths,
                        "::mlir::ElementsAttr":$coordinates,
                        "::mlir::ElementsAttr":$signs,
                        OptionalParameter<"::mlir::ElementsAttr">:$offsets,
                        "::mlir::ElementsAttr":$steps);
  let assemblyFormat = "`<` struct(params) `>`";
}

def MBN_DenseAttr : MBN_Attr<"Dense", "dense"> {
  let summary = "Weights as plain int8 values";
  let description = [{
    - `values`: `tensor<...xi8>` of the weights' shape.
    - `steps`: `tensor<1xf32>` or one per output.
  }];
  let parameters = (ins "::mlir::ElementsAttr":$values,
                        "::mlir::ElementsAttr":$steps);
  let assemblyFormat = "`<` struct(params) `>`";
}

def MBN_BorderAttr : MBN_Attr<"Border", "border"> {
  let summary = "Which output positions see the same part of the image";
  let description = [{
    One class per output row and one per output column. Two rows have the same
    class when the kernel's rows that fall inside the image are the same. A
    table that depends on the border has leading dimensions
    [row classes, column classes].

    Constraints:
    - border_c1: classes are non-negative and every class below the largest
      occurs.
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$rows,
                        ArrayRefParameter<"int64_t">:$columns);
  let assemblyFormat = [{`<` `rows` `=` `[` $rows `]` `,` `columns` `=` `[` $columns `]` `>`}];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    int64_t getNumRowClasses() const;
    int64_t getNumColumnClasses() const;
  }];
}

#endif
