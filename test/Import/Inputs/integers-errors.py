"""integers-errors.py CASE PREFIX: PREFIX.onnx, a model with quantization operators
used in a way that is refused."""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

nodes, constants = [], []


def constant(values, kind):
    name = "c%d" % len(constants)
    constants.append(numpy_helper.from_array(np.array(values, kind), name))
    return name


def node(op, *inputs, **attributes):
    name = "n%d" % len(nodes)
    nodes.append(helper.make_node(op, list(inputs), [name], name=name, **attributes))
    return name


def real(values):
    return constant(values, np.float32)


def byte(values):
    return constant(values, np.uint8)


def quantized():
    return node("QuantizeLinear", "x", real(0.5), byte(3))


def sums():
    return node("MatMulInteger", quantized(), constant([[1], [2], [3]], np.int8))


def compared():
    wide = node("Unsqueeze", "x", constant([2], np.int64))
    return node("GreaterOrEqual", wide, real([0.0, 1.0]))


CASES = {
    "falls": lambda: node(
        "Gather", byte([3, 1, 2]), node("Clip", quantized(), byte(0), byte(2))),
    "index": lambda: node("Gather", byte([1, 2]), quantized()),
    "float-table": lambda: node("Gather", real([1.0, 2.0]), quantized()),
    "cast": lambda: node("Cast", quantized(), to=TensorProto.BOOL),
    "cast-range": lambda: node("Cast", quantized(), to=TensorProto.INT8),
    "sums": lambda: node("Relu", sums()),
    "sums-factor": lambda: node("Mul", sums(), real(2.0)),
    "sums-other": lambda: node("Add", sums(), sums()),
    "factor": lambda: node(
        "Cast", node("Mul", sums(), constant(3, np.int32)), to=TensorProto.FLOAT),
    "far-factor": lambda: node("Mul", sums(), constant(-(2**63), np.int64)),
    "wide-factor": lambda: node("Mul", sums(), constant([[[2]]], np.int32)),
    "zero-slices": lambda: node(
        "MatMulInteger", quantized(), constant([[1], [2], [3]], np.int8), byte([1, 2])),
    "compare-shape": lambda: node("GreaterOrEqual", "x", real([0.0, 1.0])),
    "compare-type": lambda: node(
        "GreaterOrEqual", node("Unsqueeze", "x", constant([2], np.int64)), byte([1])),
    "compare-many": lambda: node(
        "GreaterOrEqual", node("Unsqueeze", "x", constant([2], np.int64)),
        real([0.0] * 256)),
    "compared": lambda: node("Relu", compared()),
    "moved": lambda: node("Flatten", compared()),
    "counted": lambda: node("ReduceSum", compared(), constant([2], np.int64)),
    "scale": lambda: node("QuantizeLinear", "x", real(0.0), byte(0)),
    "scales": lambda: node("QuantizeLinear", "x", real([1.0, 2.0, 3.0]), byte([0, 0, 0])),
    "type": lambda: node("QuantizeLinear", "x", real(1.0), constant(0, np.int32)),
    "zeros": lambda: node("QuantizeLinear", "x", real(1.0), byte([0, 1])),
    "block": lambda: node("QuantizeLinear", "x", real(1.0), byte(0), block_size=2),
    "floats": lambda: node("DequantizeLinear", "x", real(1.0), byte(0)),
    "slices": lambda: node("DequantizeLinear", constant([[1, 2]], np.int8), real([1.0, 2.0]), constant([0, 0], np.int8), axis=0),
    "far-axis": lambda: node("DequantizeLinear", constant([[1, 2]], np.int8), real([1.0, 2.0]), constant([0, 0], np.int8), axis=-9),
    "output": quantized,
    "arithmetic": lambda: node("Relu", quantized()),
    "clip": lambda: node("Clip", quantized(), byte(9), byte(4)),
    "weights": lambda: node("MatMulInteger", quantized(), quantized()),
    "float-weights": lambda: node("MatMulInteger", quantized(), real([[1.0]])),
    "no-zero": lambda: node("MatMulInteger", quantized(), constant([[1]], np.int8), byte([])),
    "rank": lambda: node("MatMulInteger", quantized(), constant([1], np.int8)),
    "bias": lambda: node(
        "QLinearConv", quantized(), real(0.5), byte(3), constant([[[[1]]]], np.int8), real(1.0),
        constant(0, np.int8), real(1.0), byte(0), constant([1, 2], np.int32),
    ),
}

result = CASES[sys.argv[1]]()
graph = helper.make_graph(
    nodes, "wrong",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3])],
    [helper.make_tensor_value_info(result, TensorProto.FLOAT, None)], constants,
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
onnx.save(model, sys.argv[2] + ".onnx")
