"""bytes.py CASE PREFIX: PREFIX.onnx, a model whose input is uint8; inputs,
PREFIX-x.npy, and what it gives, PREFIX-y.npy, by numpy."""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

nodes, constants = [], []
random = np.random.default_rng(1)
x = random.integers(0, 256, (10, 1, 2, 5, 6)).astype(np.uint8)
weights = random.integers(-5, 6, (3, 2, 3, 3)).astype(np.int8)


def constant(values, kind=np.uint8):
    name = "c%d" % len(constants)
    constants.append(numpy_helper.from_array(np.asarray(values, kind), name))
    return name


def node(op, *inputs, **attributes):
    name = "n%d" % len(nodes)
    nodes.append(helper.make_node(op, list(inputs), [name], name=name, **attributes))
    return name


def product(codes, values):
    """The int32 sums of a padded convolution, and what they are."""
    padded = np.pad(values.astype(np.int64), ((0, 0), (0, 0), (0, 0), (1, 1), (1, 1)))
    sums = np.zeros(values.shape[:2] + (3,) + values.shape[3:], np.int64)[:, :, :3]
    for i in range(3):
        for j in range(3):
            part = padded[..., i : i + 5, j : j + 6]
            sums = sums + np.einsum("bncyx,oc->bnoyx", part, weights[:, :, i, j].astype(np.int64))
    return node("ConvInteger", codes, constant(weights, np.int8), pads=[1] * 4), sums


def real(codes, values):
    sums, result = product(codes, values)
    return node("Cast", sums, to=TensorProto.FLOAT), result.astype(np.float32)


def table(values):
    return node("Gather", constant(values), node("Cast", "x", to=TensorProto.INT32))


saturating = np.minimum(np.arange(256), 3)


def both(first, second):
    (a, u), (b, v) = first, second
    return node("Add", a, b), u + v


def small():
    global x
    x = x % 16
    list16 = np.arange(16) * 3
    return both(real(table(list16), list16[x]), real("x", x))


CASES = {
    "plain": lambda: real("x", x),
    "saturate": lambda: real(table(saturating), saturating[x]),
    "clip": lambda: real(node("Clip", "x", constant(0), constant(3)), np.clip(x, 0, 3)),
    "clip-both": lambda: both(
        real(node("Clip", "x", constant(0), constant(3)), np.clip(x, 0, 3)), real("x", x)),
    "small": small,
    "integers": lambda: product("x", x),
}
result, y = CASES[sys.argv[1]]()
kind = TensorProto.INT32 if sys.argv[1] == "integers" else TensorProto.FLOAT
graph = helper.make_graph(
    nodes, "bytes", [helper.make_tensor_value_info("x", TensorProto.UINT8, x.shape[1:])],
    [helper.make_tensor_value_info(result, kind, y.shape[1:])], constants)
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]), sys.argv[2] + ".onnx")
np.save(sys.argv[2] + "-x.npy", x[:, 0])
np.save(sys.argv[2] + "-y.npy", y[:, 0].astype(np.int32 if kind == TensorProto.INT32 else np.float32))
