"""products.py FUSED.mlir MODEL.onnx INPUTS COUNT: compares each product's int32
sums, and the first output, that ONNX Runtime finds in MODEL.onnx with the
interpreter's for FUSED.mlir, over COUNT inputs of a .npy or gzipped IDX file, or
for "random". Exit code 1 if any differs."""

import gzip
import re
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnxruntime

fused, path, inputs, count = sys.argv[1:]
count = int(count)
model = onnx.load(path)
names = [o for n in model.graph.node for o in n.output if o.endswith(".sums")]
first = model.graph.output[0].name
for name in names:
    if name != first:
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.INT32, None))
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
node = session.get_inputs()[0]
text = open(fused).read()

if inputs == "random":
    random = numpy.random.default_rng(count)
    shape = [count] + node.shape
    # Codes are numbers of levels: two for each multiplier.
    levels = re.search(r"@main\(%\w+: !mbn.tensor<[^[]*\[([^\]]*)\]", text)
    if levels:
        x = random.integers(0, 2 ** (levels.group(1).count(",") + 1), shape).astype(numpy.uint8)
    else:
        # Of few bits, so that layers left in float sum them exactly.
        x = (random.integers(-64, 65, shape) / 32).astype(numpy.float32)
elif inputs.endswith(".npy"):
    x = numpy.load(inputs)
else:
    with gzip.open(inputs) as file:
        content = file.read()
    x = numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * content[3])
x = x.reshape([-1] + node.shape)[:count]
results = [session.run([first, *names], {node.name: one}) for one in x]
found = [numpy.stack(arrays) for arrays in zip(*results)]


def interpret(module):
    with tempfile.TemporaryDirectory() as directory:
        with open(directory + "/module.mlir", "w") as file:
            file.write(module)
        numpy.save(directory + "/x.npy", x.reshape([-1] + node.shape[1:]))
        command = ["subbit-run", directory + "/module.mlir", "--interpret"]
        subprocess.run([*command, "--input", directory + "/x.npy", "--output", directory + "/y.npy"], check=True, stdout=subprocess.DEVNULL)
        return numpy.load(directory + "/y.npy")


def returning(value, kind):
    """The module with another result."""
    module = re.sub(r"^( *return) .*$", r"\1 %s : %s" % (value, kind), text, flags=re.MULTILINE)
    signature = r"(func.func @main\(.*\)) -> (\(.*\)|\S+) {"
    assert re.search(signature, module)
    return re.sub(signature, lambda m: "%s -> %s {" % (m.group(1), kind), module)


expected = [interpret(text)]
for name in names:
    layer = re.escape(name[: -len(".sums")])
    line = re.search(r'(%%\w+) = mbn\.\w+ .* layer "%s".* -> (tensor<\S*xi32>)' % layer, text)
    expected.append(interpret(returning(line.group(1), line.group(2))))
different = 0
for a, b in zip(found, expected):
    different += (a.reshape(b.shape) != b).sum()
print("%d values of %d products and the output, %d differ" % (sum(a.size for a in found), len(names), different))
sys.exit(int(different > 0))
