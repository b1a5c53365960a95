"""qonnx-errors.py CASE FILE: a model with one QONNX operator used in a way that is
refused, or remarked on."""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

QUANT = {"signed": 1, "narrow": 0, "rounding_mode": "ROUND"}
# The operator, its constants, its attributes.
CASES = {
    "scale": ("Quant", [0.0, 0.0, 4.0], QUANT),
    "negative-scale": ("BipolarQuant", [-1.0], {}),
    "rounding": ("Quant", [1.0, 0.0, 4.0], dict(QUANT, rounding_mode="NEAREST")),
    "bits": ("Quant", [1.0, 0.0, 2.5], QUANT),
    "no-bits": ("Quant", [1.0, 0.0, 0.0], QUANT),
    "fraction": ("Quant", [1.0, 0.5, 4.0], QUANT),
    "far-zero": ("Quant", [1.0, 900.0, 4.0], QUANT),
    "one-value": ("Quant", [1.0, 0.0, 1.0], {"signed": 0, "narrow": 1}),
    "shape": ("Quant", [[1.0, 2.0], 0.0, 4.0], QUANT),
    "rows": ("Quant", [[[[[1.0], [2.0]]]], 0.0, 4.0], QUANT),
    "channel-zero": ("Quant", [1.0, [[[[1.0]], [[2.0]], [[3.0]]]], 4.0], QUANT),
    "attribute": ("Quant", [1.0, 0.0, 4.0], dict(QUANT, foo=1)),
    "wide": ("Quant", [1.0, 0.0, 16.0], QUANT),
    "trunc": ("Trunc", [1.0, 0.0, 4.0, 6.0], {}),
    "threshold-rows": ("MultiThreshold", [[[0.0], [1.0]]], {"out_dtype": "UINT2"}),
    "out-scale": ("MultiThreshold", [[[0.0]]], {"out_dtype": "UINT2", "out_scale": -1.0}),
    "many": ("MultiThreshold", [[list(range(300))]], {"out_dtype": "UINT9"}),
    "xnor": ("XnorPopcountMatMul", [[[0.5]]], {}),
}

op, constants, attributes = CASES[sys.argv[1]]
shape = [1, 1] if op == "XnorPopcountMatMul" else [1, 3, 2, 2]
names = ["c%d" % i for i in range(len(constants))]
node = helper.make_node(
    op, ["x"] + names, ["y"], name="node", domain="qonnx.custom_op.general", **attributes
)
graph = helper.make_graph(
    [node], "wrong",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
    [numpy_helper.from_array(np.array(c, np.float32), n) for c, n in zip(constants, names)],
)
domains = [helper.make_opsetid("", 13), helper.make_opsetid("qonnx.custom_op.general", 1)]
onnx.save(helper.make_model(graph, opset_imports=domains), sys.argv[2])
