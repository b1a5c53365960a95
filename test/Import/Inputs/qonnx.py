"""qonnx.py SEED PREFIX: a random network of QONNX operators, PREFIX.onnx, images
for it, PREFIX-images.npy, and what it gives, PREFIX-expected.npy, computed node
by node in float32 by the operators' definitions. Products are exact: scales are
powers of two. All other constants are arbitrary."""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

f32 = np.float32
DOMAINS = ["qonnx.custom_op.general", "finn.custom_op.general", "onnx.brevitas"]
ROUNDINGS = {
    "ROUND": np.round,
    "CEIL": np.ceil,
    "FLOOR": np.floor,
    "UP": lambda x: np.sign(x) * np.ceil(np.abs(x)),
    "DOWN": np.fix,
    "HALF_UP": lambda x: np.sign(x) * np.floor(np.abs(x) + f32(0.5)),
    "HALF_DOWN": lambda x: np.sign(x) * np.ceil(np.abs(x) - f32(0.5)),
}


class Network:
    """Nodes and, for each value, its array for a batch of images."""

    def __init__(self, seed, images):
        self.random = np.random.default_rng(seed)
        self.nodes, self.constants, self.count = [], [], 0
        self.arrays = {"image": images}

    def one(self, choices):
        return choices[self.random.integers(len(choices))]

    def name(self):
        self.count += 1
        return "v%d" % self.count

    def constant(self, array):
        name = self.name()
        self.arrays[name] = np.asarray(array, f32)
        self.constants.append(numpy_helper.from_array(self.arrays[name], name))
        return name

    def node(self, op, inputs, result, domain="", **attributes):
        name = self.name()
        self.nodes.append(
            helper.make_node(op, inputs, [name], name=name, domain=domain, **attributes)
        )
        assert result.dtype == f32, op
        self.arrays[name] = result
        return name

    def power(self):
        return f32(2.0 ** self.random.integers(-4, 1))

    def quant(self, value, bits, scale=None, weights=False):
        x = self.arrays[value]
        if scale is None:
            scale = self.power()
        signed = weights or self.random.random() < 0.5
        narrow = bool(self.random.random() < 0.5) and bits > 1
        low = -(2 ** (bits - 1)) + narrow if signed else 0
        high = 2 ** (bits - 1) - 1 if signed else 2**bits - 1 - narrow
        zero = f32(0 if weights or bits == 1 else self.random.integers(low, high + 1))
        mode = self.one(list(ROUNDINGS))
        y = x / scale + zero
        if bits == 1 and signed:
            y = np.where(y >= 0, f32(1), f32(-1))
        else:
            y = ROUNDINGS[mode](np.clip(y, f32(low), f32(high)))
        inputs = [value] + [self.constant(c) for c in (scale, zero, bits)]
        mode = self.one([mode, mode.lower()])
        return self.node(
            self.one(["Quant", "IntQuant"]), inputs, (y - zero) * scale,
            self.one(DOMAINS), signed=int(signed), narrow=int(narrow), rounding_mode=mode,
        )

    def bipolar(self, value):
        scale = self.power()
        result = np.where(self.arrays[value] >= 0, scale, -scale)
        return self.node(
            "BipolarQuant", [value, self.constant(scale)], result, self.one(DOMAINS)
        )

    def trunc(self, value):
        """Of 6 bits, unsigned, to fewer."""
        scale, bits = self.power(), int(self.random.integers(1, 6))
        y = np.clip(np.round(self.arrays[value] / scale), 0, 63)
        value = self.node(
            "Quant", [value] + [self.constant(c) for c in (scale, 0, 6)], y * scale,
            self.one(DOMAINS), signed=0, narrow=0, rounding_mode="ROUND",
        )
        mode = self.one(["FLOOR", "ROUND", "CEIL"])
        if self.random.random() < 0.5:
            y = ROUNDINGS[mode](y / f32(2.0 ** (6 - bits)))
            constants = [scale, 0, 6, bits]
            return self.node(
                "Trunc", [value] + [self.constant(c) for c in constants], y * scale,
                "qonnx.custom_op.general", rounding_mode=mode,
            )
        out = scale * f32(2.0 ** (6 - bits))
        y = np.clip(y / f32(2.0 ** (6 - bits)), 0, 2**bits - 1)
        constants = [scale, 0, 6, out, bits]
        return self.node(
            "Trunc", [value] + [self.constant(c) for c in constants],
            ROUNDINGS[mode](y) * out, "qonnx.custom_op.general",
            rounding_mode=mode, signed=0, narrow=0,
        )

    def thresholds(self, value):
        x = self.arrays[value]
        rows = self.one([1, x.shape[1]])
        t = self.random.normal(0, np.std(x) + 1e-3, (rows, self.random.integers(1, 16)))
        t = np.sort(t.astype(f32))
        scale, bias = self.power(), f32(self.one([0, -1, 0.5]))
        columns = t.reshape((1, rows) + (1,) * (x.ndim - 2) + (-1,))
        count = np.sum(x[..., None] >= columns, axis=-1).astype(f32)
        return self.node(
            "MultiThreshold", [value, self.constant(t)], scale * count + bias,
            self.one(DOMAINS), out_scale=float(scale), out_bias=float(bias), out_dtype="UINT4",
        )

    def quantize(self, value):
        kind = self.random.integers(6)
        if kind == 0:
            return self.bipolar(value)
        if kind == 1:
            return self.thresholds(value)
        if kind == 2:
            return self.trunc(value)
        return self.quant(value, int(self.random.integers(1, 9)))

    def weights(self, shape):
        floats = self.random.normal(0, 1, shape).astype(f32)
        value = self.constant(floats)
        if self.random.random() < 0.3:
            return self.bipolar(value)
        scale = self.power()
        if self.random.random() < 0.5:
            scale = 2.0 ** self.random.integers(-4, 1, (shape[0],) + (1,) * (len(shape) - 1))
        return self.quant(value, int(self.random.integers(2, 6)), f32(scale), weights=True)

    def convolution(self, value):
        x = self.arrays[value]
        outputs, kernel, pad = self.random.integers(1, 20), self.random.integers(1, 4), self.random.integers(2)
        weights = self.weights((outputs, x.shape[1], kernel, kernel))
        w = self.arrays[weights].astype(np.float64)
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))).astype(np.float64)
        size = padded.shape[2] - kernel + 1
        result = np.zeros((len(x), outputs, size, size))
        for i in range(kernel):
            for j in range(kernel):
                part = padded[:, :, i : i + size, j : j + size]
                result += np.einsum("ncyx,oc->noyx", part, w[:, :, i, j])
        return self.node("Conv", [value, weights], result.astype(f32), pads=[int(pad)] * 4)

    def matmul(self, value, outputs):
        x = self.arrays[value]
        weights = self.weights((outputs, x.shape[1]))
        transposed = self.node("Transpose", [weights], self.arrays[weights].T, perm=[1, 0])
        result = x.astype(np.float64) @ self.arrays[transposed].astype(np.float64)
        return self.node("MatMul", [value, transposed], result.astype(f32))

    def xnor(self, value, outputs):
        """The operands are 0 and 1."""
        value = self.node(
            "MultiThreshold", [value, self.constant([[0.25]])],
            (self.arrays[value] >= f32(0.25)).astype(f32), "finn.custom_op.general", out_dtype="BINARY",
        )
        x = self.arrays[value]
        weights = self.constant(self.random.integers(0, 2, (x.shape[1], outputs)))
        dots = (2 * x - 1) @ (2 * self.arrays[weights] - 1)
        return self.node(
            "XnorPopcountMatMul", [value, weights], (dots + f32(x.shape[1])) / f32(2), "finn.custom_op.general"
        )

    def arithmetic(self, value):
        x = self.arrays[value]
        shape = (1, x.shape[1]) + (1,) * (x.ndim - 2)
        for _ in range(self.random.integers(3)):
            c = self.random.normal(0, 2, self.one([shape, ()])).astype(f32)
            c = np.where(np.abs(c) < 0.1, f32(1.5), c)
            op, result = self.one(
                [("Mul", x * c), ("Add", x + c), ("Sub", x - c), ("Div", x / c)]
            )
            value, x = self.node(op, [value, self.constant(c)], result), result
        return value


def main():
    seed, prefix = int(sys.argv[1]), sys.argv[2]
    random = np.random.default_rng(seed)
    # Ties are frequent, and so is what lies close to them.
    images = (random.integers(-64, 65, (20, 3, 7, 7)) / 16).astype(f32)
    near = random.random(images.shape) < 0.3
    images = np.where(near, np.nextafter(images, f32(random.choice([-9, 9]))), images)
    network = Network(seed, images)
    value = network.quantize(network.arithmetic("image"))
    for _ in range(random.integers(1, 3)):
        value = network.quantize(network.arithmetic(network.convolution(value)))
    x = network.arrays[value]
    value = network.node("Flatten", [value], x.reshape(len(x), -1))
    for _ in range(random.integers(1, 3)):
        outputs = int(random.integers(1, 40))
        if random.random() < 0.2:
            value = network.xnor(value, outputs)
        else:
            value = network.matmul(value, outputs)
        value = network.quantize(network.arithmetic(value))
    expected = network.arrays[value]
    graph = helper.make_graph(
        network.nodes, "qonnx",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 7, 7])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["n", expected.shape[1]])],
        network.constants,
    )
    domains = [helper.make_opsetid(domain, 1) for domain in DOMAINS]
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)] + domains)
    onnx.save(model, prefix + ".onnx")
    np.save(prefix + "-images.npy", images)
    np.save(prefix + "-expected.npy", expected)


main()
