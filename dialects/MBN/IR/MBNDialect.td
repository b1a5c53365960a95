#ifndef SUBBIT_DIALECTS_MBN_IR_MBNDIALECT_TD
#define SUBBIT_DIALECTS_MBN_IR_MBNDIALECT_TD

include "mlir/IR/OpBase.td"

def MBN_Dialect : Dialect {
  let name = "mbn";
  let cppNamespace = "::subbit::mbn";
  let summary = "Multi-bit networks: tensors as sums of binary bases";
  let description = [{
    A weight tensor is cut into equal groups, each inside one output (or
    spanning all of them); group `g` holds the integers

        W_g = sum_{i < I_g} a_{g,i} * beta_{g,i} (+ o_g)

    with binary bases `beta` in {-1,+1}, positive integer coordinates `a` and a
    rare integer offset `o`. The weights are `step_c * W`. `I_g`, the bitwidth,
    differs from group to group and may be 0.

    An activation tensor holds codes `X = sum_j m_j * b_j` with planes `b_j` in
    {0,1} and positive integer multipliers `m_j`, and stands for
    `step * (X - zero) + low`.

    Layers take float operands at first; `mbn.decode` gives the float tensor
    that a quantized one stands for. After fusion a layer takes quantized
    operands and returns the exact integer sums, which `mbn.rescale` turns into
    floats and `mbn.threshold` into the next codes. The arithmetic is specified
    in `docs/Arithmetic.md`.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    void registerAttributes();
    void registerTypes();
  }];
}

#endif
