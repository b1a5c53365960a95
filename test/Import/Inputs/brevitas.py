"""brevitas.py PREFIX: a random network as Brevitas exports them, PREFIX.onnx, and
images for it, PREFIX-images.npy: the batch is read from the shape, weights are
quantized in front of a Transpose, batch normalization stands before quantizers."""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(1)
nodes, constants = [], []


def constant(values, kind=np.float32):
    name = "c%d" % len(constants)
    constants.append(numpy_helper.from_array(np.array(values, kind), name))
    return name


def node(op, *inputs, domain="", **attributes):
    name = "%s_%d" % (op, len(nodes))
    nodes.append(helper.make_node(op, list(inputs), [name], name=name, domain=domain, **attributes))
    return name


def bipolar(x):
    return node("BipolarQuant", x, constant(1.0), domain="onnx.brevitas")


def ternary(x):
    values = [constant(v) for v in (1.0, 0.0, 2.0)]
    return node("Quant", x, *values, domain="onnx.brevitas", signed=1, narrow=1, rounding_mode="ROUND")


size = node("Gather", node("Shape", "image"), constant(0, np.int64), axis=0)
size = node("Concat", node("Unsqueeze", size, axes=[0]), constant([-1], np.int64), axis=0)
x, count = node("Reshape", "image", size), 144
x = bipolar(node("Sub", node("Mul", x, constant(2.0)), constant([1.0])))
for i, outputs in enumerate([40, 33, 10]):
    weights = constant(random.normal(0, 1, (outputs, count)))
    weights = node("Transpose", [bipolar, ternary][i % 2](weights), perm=[1, 0])
    x, count = node("MatMul", x, weights), outputs
    if outputs == 10:
        break
    spread = np.sqrt(count)
    parameters = [random.normal(0, 1, count) for _ in range(3)]
    parameters.append(random.uniform(0.5, 2, count) * spread)
    x = node("BatchNormalization", x, *map(constant, parameters), epsilon=1e-5)
    x = [ternary, bipolar][i % 2](x)
x = node("Sub", x, constant([0.4]))
x = node("Div", x, node("Pow", constant([318.2]), constant(0.5)))
x = node("Add", node("Mul", x, constant([0.75])), constant([-1.25]))
graph = helper.make_graph(
    nodes, "brevitas",
    [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 12, 12])],
    [helper.make_tensor_value_info(x, TensorProto.FLOAT, [1, 10])], constants,
)
domains = [helper.make_opsetid("", 9), helper.make_opsetid("onnx.brevitas", 1)]
onnx.save(helper.make_model(graph, opset_imports=domains), sys.argv[1] + ".onnx")
images = random.integers(0, 256, (100, 1, 12, 12)) / 255
np.save(sys.argv[1] + "-images.npy", images.astype(np.float32))
