"""normalization.py KIND PREFIX: PREFIX.onnx, a network of quantized weights with a
"weight-norm", a "layer-norm", or channels with scales of their own ("channels");
inputs, PREFIX-x.npy; what it gives by a direct evaluation in double, PREFIX-y.npy,
and the magnitude that rounding is measured by, PREFIX-bound.npy."""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(7)
nodes, constants = [], []
count = 20


def constant(values, kind=np.float32):
    name = "c%d" % len(constants)
    constants.append(numpy_helper.from_array(np.asarray(values, kind), name))
    return name


def node(op, *inputs, domain="", **attributes):
    name = "n%d" % len(nodes)
    nodes.append(helper.make_node(op, list(inputs), [name], name=name, domain=domain, **attributes))
    return name


def quant(value, scale, bits, signed):
    return node("Quant", value, constant(scale), constant(0.0), constant(float(bits)),
                domain="qonnx.custom_op.general", signed=signed, narrow=0, rounding_mode="ROUND")


def quantized(x, scale, low, high):
    return np.round(np.clip(x / scale, low, high)) * scale


def weight_norm():
    v = random.normal(0, 1, (8, 12))
    scale = random.uniform(0.1, 0.3, (8, 1)).astype(np.float32)
    gain = random.normal(0, 2, (8, 1)).astype(np.float32)
    q = quant(constant(v), scale, 4, 1)
    norm = node("ReduceL2", q, axes=[1], keepdims=1)
    w = node("Mul", node("Div", q, norm), constant(gain))
    node("MatMul", "x", node("Transpose", w, perm=[1, 0]))
    real = quantized(v.astype(np.float32), scale, -8, 7).astype(np.float64)
    real = real / np.sqrt((real**2).sum(1, keepdims=True)) * gain
    x = random.normal(0, 1, (count, 12)).astype(np.float32)
    return x, x @ real.T, np.abs(x) @ np.abs(real).T


def layer_norm():
    v = random.normal(0, 1, (12, 8))
    scale, shift = random.normal(0, 1, 8).astype(np.float32), random.normal(0, 1, 8).astype(np.float32)
    y = node("MatMul", "x", quant(constant(v), np.float32(0.2), 4, 1))
    node("LayerNormalization", y, constant(scale), constant(shift), axis=-1, epsilon=0.01)
    x = random.normal(0, 1, (count, 12)).astype(np.float32)
    y = x @ quantized(v.astype(np.float32), np.float32(0.2), -8, 7).astype(np.float64)
    centred = y - y.mean(1, keepdims=True)
    z = centred / np.sqrt((centred**2).mean(1, keepdims=True) + 0.01) * scale + shift
    return x, z, np.full(z.shape, 10.0)


def channels():
    scale = np.array([0.05, 0.2, 0.8], np.float32).reshape(1, 3, 1, 1)
    v = random.normal(0, 1, (6, 1, 3, 3))
    step = random.uniform(0.1, 0.3, (6, 1, 1, 1)).astype(np.float32)
    y = node("MaxPool", quant("x", scale, 4, 0), kernel_shape=[2, 2], strides=[2, 2])
    node("Conv", y, quant(constant(v), step, 3, 1), group=3, pads=[1] * 4)
    x = np.abs(random.normal(0, 3, (count, 3, 8, 8))).astype(np.float32)
    pooled = quantized(x, scale, 0, 15).reshape(count, 3, 4, 2, 4, 2).max((3, 5)).astype(np.float64)
    w = quantized(v.astype(np.float32), step, -4, 3).astype(np.float64)
    padded = np.pad(pooled, ((0, 0), (0, 0), (1, 1), (1, 1)))
    result, bound = np.zeros((count, 6, 4, 4)), np.zeros((count, 6, 4, 4))
    for o in range(6):
        for i in range(3):
            for j in range(3):
                part = padded[:, o // 2, i : i + 4, j : j + 4]
                result[:, o] += part * w[o, 0, i, j]
                bound[:, o] += part * abs(w[o, 0, i, j])
    return x, result, bound + 1e-3


x, y, bound = {"weight-norm": weight_norm, "layer-norm": layer_norm, "channels": channels}[sys.argv[1]]()
graph = helper.make_graph(
    nodes, sys.argv[1], [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, *x.shape[1:]])],
    [helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, None)], constants)
opsets = [helper.make_opsetid("", 17), helper.make_opsetid("qonnx.custom_op.general", 1)]
onnx.save(helper.make_model(graph, opset_imports=opsets), sys.argv[2] + ".onnx")
for name, array in (("x", x), ("y", y), ("bound", bound)):
    np.save("%s-%s.npy" % (sys.argv[2], name), array)
