"""evaluate-onnx.py MODEL IMAGES.npy PREFIX [--double]: evaluates the graph node by
node in float32, or in double, for each image alone, and writes what each
activation quantizer gives, and the output, to PREFIX-NAME.npy."""

import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper

model = onnx.load(sys.argv[1])
images, prefix = np.load(sys.argv[2]), sys.argv[3]
real = np.float64 if "--double" in sys.argv else np.float32
ROUND = {
    "ROUND": np.round, "HALF_EVEN": np.round, "CEIL": np.ceil, "FLOOR": np.floor,
    "DOWN": np.fix, "UP": lambda x: np.sign(x) * np.ceil(np.abs(x)),
    "HALF_UP": lambda x: np.sign(x) * np.floor(np.abs(x) + real(0.5)),
    "HALF_DOWN": lambda x: np.sign(x) * np.ceil(np.abs(x) - real(0.5)),
}


def quant(x, scale, zero, bits, signed=1, narrow=0, rounding_mode="ROUND"):
    if bits == 1 and signed:
        y = np.where(x / scale + zero >= 0, real(1), real(-1))
    else:
        low = -(2.0 ** (bits - 1)) + narrow if signed else 0
        high = 2.0 ** (bits - 1) - 1 if signed else 2.0**bits - 1 - narrow
        y = np.clip(x / scale + zero, real(low), real(high))
        y = ROUND[rounding_mode.upper()](y)
    return (y - zero) * scale


def normalize(x, scale, bias, mean, variance, epsilon=1e-5):
    shape = (1, -1) + (1,) * (x.ndim - 2)
    p = [v.reshape(shape) for v in (scale, bias, mean, variance)]
    return (x - p[2]) / np.sqrt(p[3] + real(epsilon)) * p[0] + p[1]


OPERATORS = {
    "Quant": quant,
    "IntQuant": quant,
    "BipolarQuant": lambda x, s: np.where(x >= 0, s, -s).astype(real),
    "BatchNormalization": normalize,
    "MatMul": np.matmul,
    "Mul": np.multiply, "Div": np.divide, "Add": np.add, "Sub": np.subtract,
    "Pow": np.power,
    "Relu": lambda x: np.maximum(x, real(0)),
    "Transpose": lambda x, perm: x.transpose(perm),
    "Shape": lambda x: np.array(x.shape),
    "Gather": lambda x, i, axis=0: np.take(x, i.astype(int), axis),
    "Unsqueeze": lambda x, axes: np.expand_dims(x, tuple(axes)),
    "Concat": lambda *x, axis: np.concatenate(x, axis),
    "Reshape": lambda x, shape: x.reshape(shape.astype(int)),
    "Flatten": lambda x: x.reshape(len(x), -1),
}
IGNORED = {"momentum", "out_dtype"}

constants = {}
for tensor in model.graph.initializer:
    array = numpy_helper.to_array(tensor)
    constants[tensor.name] = array.astype(real) if array.dtype == np.float32 else array
input_name = next(i.name for i in model.graph.input if i.name not in constants)
results = {}
for image in images:
    values = dict(constants, **{input_name: image[None].astype(real)})
    for node in model.graph.node:
        attributes = {
            a.name: helper.get_attribute_value(a)
            for a in node.attribute
            if a.name not in IGNORED
        }
        for key, value in attributes.items():
            if isinstance(value, bytes):
                attributes[key] = value.decode()
        result = OPERATORS[node.op_type](*(values[i] for i in node.input), **attributes)
        values[node.output[0]] = result
        constant = node.input[0] in constants
        if node.op_type.endswith("Quant") and not constant:
            results.setdefault(node.output[0], []).append(result)
    output = model.graph.output[0].name
    results.setdefault(output, []).append(values[output])
for name, arrays in results.items():
    np.save("%s-%s.npy" % (prefix, name), np.concatenate(arrays))
print(" ".join(results))
