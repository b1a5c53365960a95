"""run-onnx.py MODEL INPUTS COUNT OUTPUT.npy: runs COUNT inputs, of a .npy or a
gzipped IDX file, by ONNX Runtime, and writes the first output."""

import gzip
import sys

import numpy
import onnxruntime

model, path, count, output = sys.argv[1:]
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
node = session.get_inputs()[0]
if path.endswith(".npy"):
    inputs = numpy.load(path)
else:
    with gzip.open(path) as file:
        content = file.read()
    inputs = numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * content[3])
inputs = inputs.reshape([-1] + node.shape)[: int(count)]
results = [session.run(None, {node.name: x})[0] for x in inputs]
numpy.save(output, numpy.concatenate(results))
