"""qdq.py SEED PREFIX: a random network of ONNX's own quantization operators,
PREFIX.onnx, images for it, PREFIX-images.npy, and what it gives,
PREFIX-expected.npy, computed node by node in float32 by the operators'
definitions. Products are exact: scales are powers of two."""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

f32 = np.float32
TYPES = [np.uint8, np.int8]


class Network:
    """Nodes and, for each value, its array for a batch of images."""

    def __init__(self, random, images):
        self.random = random
        self.nodes, self.constants, self.count = [], [], 0
        self.arrays = {"image": images}

    def one(self, choices):
        return choices[self.random.integers(len(choices))]

    def constant(self, array):
        self.count += 1
        name = "v%d" % self.count
        self.arrays[name] = np.asarray(array)
        self.constants.append(numpy_helper.from_array(self.arrays[name], name))
        return name

    def node(self, op, inputs, result, **attributes):
        self.count += 1
        name = "v%d" % self.count
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        self.arrays[name] = result
        return name

    def scale(self, largest):
        """A power of two that makes 8 bits reach about so far."""
        return f32(2.0 ** np.round(np.log2(largest / 128 + 1e-9) + self.random.integers(-1, 2)))

    def parameters(self, x):
        kind = self.one(TYPES)
        info = np.iinfo(kind)
        zero = kind(self.random.integers(info.min, info.max + 1)) if self.random.random() < 0.5 else kind(max(info.min, 0))
        scale = self.scale(np.abs(x).max() * (1 if zero else 0.5))
        return scale, zero, kind

    @staticmethod
    def saturate(x, scale, zero):
        info = np.iinfo(zero.dtype)
        return np.clip(np.round(x / scale) + f32(zero), info.min, info.max).astype(zero.dtype)

    def quantize(self, value):
        """Returns integers, their scale and zero point."""
        x = self.arrays[value]
        scale, zero, kind = self.parameters(x)
        names = self.constant(scale), self.constant(zero)
        inputs = [value, *names]
        if zero == 0 and kind == np.uint8 and self.random.random() < 0.5:
            inputs.pop()
        q = self.saturate(x, scale, zero)
        value = self.node("QuantizeLinear", inputs, q)
        if self.random.random() < 0.4:
            info = np.iinfo(kind)
            low = kind(self.random.integers(info.min, int(zero) + 1))
            high = kind(self.random.integers(int(zero), info.max + 1))
            if low < high:
                q = np.clip(q, low, high)
                value = self.node("Clip", [value, self.constant(low), self.constant(high)], q)
        return value, *names

    def real(self, value, scale, zero):
        s, z = self.arrays[scale], self.arrays[zero]
        return (self.arrays[value].astype(np.int64) - z.astype(np.int64)).astype(f32) * s

    def dequantize(self, value, scale, zero, **attributes):
        return self.node("DequantizeLinear", [value, scale, zero], self.real(value, scale, zero), **attributes)

    def weights(self, shape, axis):
        """Integers, their scale and zero point, the floats."""
        kind = self.one(TYPES)
        info = np.iinfo(kind)
        bits = self.random.integers(1, 9)
        q = self.random.integers(-(2 ** (bits - 1)), 2 ** (bits - 1), shape)
        zero = kind(0) if kind == np.int8 else kind(128)
        q = np.clip(q + int(zero), info.min, info.max).astype(kind)
        count = shape[axis] if self.random.random() < 0.5 else 1
        scales = (2.0 ** self.random.integers(-7, -3, count)).astype(f32)
        zeros = np.full(count, zero, kind)
        full = [1] * len(shape)
        full[axis] = count
        floats = (q.astype(np.int64) - int(zero)).astype(f32) * scales.reshape(full)
        if count == 1:
            scales, zeros = scales[0], zeros[0]
        return self.constant(q), self.constant(scales), self.constant(zeros), floats

    def convolve(self, x, w, pad):
        x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))).astype(np.float64)
        kernel, size = w.shape[2], x.shape[2] - w.shape[2] + 1
        result = np.zeros((len(x), w.shape[0], size, size))
        for i in range(kernel):
            for j in range(kernel):
                part = x[:, :, i : i + size, j : j + size]
                result += np.einsum("ncyx,oc->noyx", part, w[:, :, i, j].astype(np.float64))
        return result.astype(f32)

    def layer(self, value, outputs):
        """A layer in one of three ways; returns floats."""
        x = self.arrays[value]
        is_conv = x.ndim == 4
        q, scale, zero = self.quantize(value)
        real = self.real(q, scale, zero)
        kernel = self.random.integers(1, 4)
        shape = (outputs, x.shape[1], kernel, kernel) if is_conv else (x.shape[1], outputs)
        axis = 0 if is_conv else 1
        w, w_scale, w_zero, floats = self.weights(shape, axis)
        pad = int(self.random.integers(2)) if is_conv else 0
        attributes = dict(pads=[pad] * 4) if is_conv else {}

        def product(a, b):
            return self.convolve(a, b, pad) if is_conv else (a.astype(np.float64) @ b).astype(f32)

        kind = self.random.integers(3)
        if kind == 0:
            x = self.dequantize(q, scale, zero)
            w = self.node("DequantizeLinear", [w, w_scale, w_zero], floats, axis=axis)
            return self.node("Conv" if is_conv else "MatMul", [x, w], product(real, floats), **attributes)
        if kind == 1:
            result = product(real, floats)
            bias = []
            if is_conv:
                unit = self.arrays[scale] * self.arrays[w_scale]
                b = self.random.integers(-500, 500, outputs).astype(np.int32)
                bias.append(self.constant(b))
                result = (result.astype(np.float64) + (b.astype(f32) * unit).reshape(1, -1, 1, 1)).astype(f32)
            s, z, _ = self.parameters(result)
            names = self.constant(s), self.constant(z)
            inputs = [q, scale, zero, w, w_scale, w_zero, *names] + bias
            value = self.node("QLinearConv" if is_conv else "QLinearMatMul", inputs, self.saturate(result, s, z), **attributes)
            return self.dequantize(value, *names)
        z, wz = self.arrays[zero], self.arrays[w_zero]
        a = (self.arrays[q].astype(np.int64) - int(z)).astype(f32)
        b = (self.arrays[w].astype(np.int64) - int(wz.flat[0])).astype(f32)
        inputs = [q, w, zero, self.constant(wz.flat[0])]
        value = self.node("ConvInteger" if is_conv else "MatMulInteger", inputs, product(a, b), **attributes)
        value = self.node("Cast", [value], self.arrays[value], to=TensorProto.FLOAT)
        c = f32(2.0 ** -8)
        return self.node("Mul", [value, self.constant(c)], self.arrays[value] * c)


def main():
    seed, prefix = int(sys.argv[1]), sys.argv[2]
    random = np.random.default_rng(seed)
    images = (random.integers(-64, 65, (20, 3, 7, 7)) / 16).astype(f32)
    network = Network(random, images)
    value = "image"
    for _ in range(random.integers(1, 3)):
        value = network.layer(value, int(random.integers(1, 12)))
        value = network.node("Relu", [value], np.maximum(network.arrays[value], f32(0)))
    x = network.arrays[value]
    value = network.node("Flatten", [value], x.reshape(len(x), -1))
    for _ in range(random.integers(1, 3)):
        value = network.layer(value, int(random.integers(1, 30)))
    expected = network.arrays[value]
    graph = helper.make_graph(
        network.nodes, "qdq",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 7, 7])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["n", expected.shape[1]])],
        network.constants,
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]), prefix + ".onnx")
    np.save(prefix + "-images.npy", images)
    np.save(prefix + "-expected.npy", expected)


main()
