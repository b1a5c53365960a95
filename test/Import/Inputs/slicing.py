"""slicing.py PREFIX: a network of shape arithmetic and parts of tensors,
PREFIX.onnx, images for it, PREFIX-images.npy, and what it gives,
PREFIX-expected.npy. slicing.py --wrong CASE PREFIX: a model that is refused."""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

nodes, constants = [], []


def constant(values, kind=np.int64):
    name = "c%d" % len(constants)
    constants.append(numpy_helper.from_array(np.array(values, kind), name))
    return name


def node(op, *inputs, **attributes):
    name = "n%d" % len(nodes)
    nodes.append(helper.make_node(op, list(inputs), [name], name=name, **attributes))
    return name


def save(prefix, result, shape):
    graph = helper.make_graph(
        nodes, "slicing",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 4, 9, 7])],
        [helper.make_tensor_value_info(result, TensorProto.FLOAT, shape)], constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    onnx.save(model, prefix + ".onnx")


WRONG = {
    # The operator, its constants after the image, its attributes.
    "stride": ("Slice", [[0], [4], [1], [2]], {}),
    "backwards": ("Slice", [[8], [0], [2], [-1]], {}),
    "empty": ("Slice", [[5], [5], [2], [1]], {}),
    "axis": ("Slice", [[0], [1], [7], [1]], {}),
    "lengths": ("Slice", [[0, 0], [1], [2], [1]], {}),
    "mode": ("Pad", [[0] * 8], {"mode": "reflect"}),
    "pads": ("Pad", [[0] * 6], {}),
    "negative": ("Pad", [[0, 0, -1, 0, 0, 0, 0, 0]], {}),
    "concat": ("Concat", [], {"axis": 5}),
    "squeeze": ("Squeeze", [[2]], {}),
    "unsqueeze": ("Unsqueeze", [[0, 0]], {}),
    "gather": ("Gather", [[0]], {"axis": 1}),
    "nothing": ("Add", [[]], {}),
    "cast": ("Cast", [], {"to": TensorProto.INT64}),
}


def wrong(case, prefix):
    op, values, attributes = WRONG[case]
    # Of two constants, without the image.
    inputs = ["image"] if case != "nothing" else [constant([1])]
    result = node(op, *inputs, *(constant(v) for v in values), **attributes)
    save(prefix, result, None)


def right(prefix):
    images = np.random.default_rng(1).normal(0, 1, (5, 4, 9, 7)).astype(np.float32)
    x, expected = "image", images
    # Every second row, every third column; the last rows alone.
    x = node("Slice", x, constant([0, 1]), constant([9, 2**62]), constant([2, 3]), constant([2, 3]))
    expected = expected[:, :, ::2, 1::3]
    x = node("Slice", x, constant([-3]), constant([2**62]), constant([-2]))
    expected = expected[:, :, -3:]
    # As PyTorch exports padding: pairs, last dimension first, are reversed.
    pads = node("ConstantOfShape", constant([4]), value=numpy_helper.from_array(np.array([0])))
    pads = node("Concat", constant([0, 0, 0, 0, 1, 3]), node("Slice", pads, constant([0]), constant([2])), axis=0)
    pads = node("Reshape", pads, constant([-1, 2]))
    pads = node("Slice", pads, constant([-1]), constant([-(2**63)]), constant([0]), constant([-1]))
    pads = node("Transpose", pads, perm=[1, 0])
    pads = node("Cast", node("Reshape", pads, constant([-1])), to=TensorProto.INT64)
    x = node("Pad", x, pads, constant(0.5, np.float32))
    expected = np.pad(expected, ((0, 0), (1, 3), (0, 0), (0, 0)), constant_values=0.5)
    # Behind itself, along the channels and along the rows.
    y = node("Mul", x, constant(np.arange(8).reshape(8, 1, 1), np.float32))
    x = node("Concat", x, y, axis=1)
    expected = np.concatenate([expected, expected * np.arange(8, dtype=np.float32).reshape(8, 1, 1)], 1)
    x, expected = node("Concat", x, x, axis=-2), np.concatenate([expected, expected], 2)
    # [batch, -1], from the shape.
    size = node("Gather", node("Shape", x), constant(0), axis=0)
    size = node("Concat", node("Unsqueeze", size, constant([0])), constant([-1]), axis=0)
    x, expected = node("Reshape", x, size), expected.reshape(5, -1)
    # Integers fold too: (3 * 4 - 2) / 5 columns from the second on.
    count = node("Div", node("Sub", node("Mul", constant(3), constant(4)), constant(2)), constant(5))
    count = node("Unsqueeze", node("Squeeze", node("Unsqueeze", count, constant([0])), constant([0])), constant([0]))
    ends = node("Add", count, constant([1]))
    y = node("Slice", x, constant([1]), ends, constant([1]))
    x, expected = node("Concat", x, y, axis=1), np.concatenate([expected, expected[:, 1:3]], 1)
    x, expected = node("Div", x, constant(3.0, np.float32)), expected / np.float32(3)
    x, expected = node("Sub", constant(1.0, np.float32), x), np.float32(1) - expected
    save(prefix, x, ["n", expected.shape[1]])
    np.save(prefix + "-images.npy", images)
    np.save(prefix + "-expected.npy", expected)


if sys.argv[1] == "--wrong":
    wrong(sys.argv[2], sys.argv[3])
else:
    right(sys.argv[1])
