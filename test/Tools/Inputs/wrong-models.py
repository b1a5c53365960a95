"""wrong-models.py FOLDER: writes small ONNX models, each with one thing wrong or
odd, and good.onnx, of which they are variants:

  image 1x1x6x6 -> conv (2 of 3x3) -> relu -> flatten -> fc (3) -> scores"""

import os
import sys

import numpy
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT


def value(name, shape):
    return helper.make_tensor_value_info(name, FLOAT, shape)


def good():
    random = numpy.random.RandomState(1)

    def weights(name, *shape):
        return numpy_helper.from_array(
            random.standard_normal(shape).astype(numpy.float32), name
        )

    nodes = [
        helper.make_node("Conv", ["image", "w1", "b1"], ["a"], name="conv"),
        helper.make_node("Relu", ["a"], ["b"], name="relu"),
        helper.make_node("Flatten", ["b"], ["c"], name="flatten"),
        helper.make_node("Gemm", ["c", "w2"], ["scores"], name="fc"),
    ]
    tensors = [weights("w1", 2, 1, 3, 3), weights("b1", 2), weights("w2", 32, 3)]
    graph = helper.make_graph(
        nodes, "g", [value("image", [1, 1, 6, 6])], [value("scores", [1, 3])], tensors
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])


models = {"good": good()}


def wrong(change):
    """Registers a model: `change` is given the graph of a good one."""
    model = good()
    change(model.graph)
    models[change.__name__.replace("_", "-")] = model


def set_weight(graph, number, index, to):
    tensor = graph.initializer[number]
    array = numpy_helper.to_array(tensor).copy()
    array.flat[index] = to
    tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))


@wrong
def nan_weight(graph):
    set_weight(graph, 0, 5, numpy.nan)


@wrong
def infinite_weight(graph):
    set_weight(graph, 2, 7, numpy.inf)


@wrong
def infinite_bias(graph):
    set_weight(graph, 1, 1, -numpy.inf)


@wrong
def huge_weights(graph):
    for i in range(18):
        set_weight(graph, 0, i, 3e38)


@wrong
def tiny_weights(graph):
    for i in range(18):
        set_weight(graph, 0, i, 1e-45)


@wrong
def zero_weights(graph):
    for i in range(18):
        set_weight(graph, 0, i, 0)


@wrong
def unknown_operator(graph):
    graph.node[1].op_type = "LSTM"


@wrong
def other_domain(graph):
    graph.node[1].domain = "com.example"


@wrong
def wrong_shape(graph):
    graph.initializer[2].dims[0] = 16
    graph.initializer[2].dims[1] = 6


@wrong
def wrong_channels(graph):
    graph.initializer[0].CopyFrom(
        numpy_helper.from_array(numpy.ones((2, 2, 3, 3), numpy.float32), "w1")
    )


@wrong
def large_kernel(graph):
    graph.initializer[0].dims[:] = [2, 1, 9, 1]


@wrong
def short_data(graph):
    graph.initializer[0].raw_data = graph.initializer[0].raw_data[:-1]


@wrong
def zero_dimension(graph):
    graph.input[0].type.tensor_type.shape.dim[2].dim_value = 0


@wrong
def zero_outputs(graph):
    graph.initializer[2].CopyFrom(
        numpy_helper.from_array(numpy.zeros((32, 0), numpy.float32), "w2")
    )
    graph.output[0].type.tensor_type.ClearField("shape")


@wrong
def declared_shape(graph):
    graph.output[0].type.tensor_type.shape.dim[1].dim_value = 4


@wrong
def unknown_dimension(graph):
    graph.input[0].type.tensor_type.shape.dim[2].dim_param = "height"


@wrong
def no_nodes(graph):
    del graph.node[:]


@wrong
def no_layers(graph):
    del graph.node[:]
    graph.output[0].CopyFrom(value("image", [1, 1, 6, 6]))


@wrong
def only_relu(graph):
    del graph.node[2:]
    del graph.node[0]
    graph.node[0].input[0] = "image"
    graph.output[0].CopyFrom(value("b", [1, 1, 6, 6]))


@wrong
def constant_output(graph):
    del graph.node[:]
    graph.output[0].CopyFrom(value("w2", [32, 3]))


@wrong
def no_outputs(graph):
    del graph.output[:]


@wrong
def no_inputs(graph):
    del graph.input[:]


@wrong
def unnamed_output(graph):
    graph.output[0].name = ""


@wrong
def unnamed_result(graph):
    graph.node[3].output[0] = ""
    graph.output[0].name = ""


@wrong
def unnamed_input(graph):
    graph.input[0].name = ""
    graph.node[0].input[0] = ""


@wrong
def unnamed_node(graph):
    graph.node[0].name = ""


@wrong
def output_twice(graph):
    graph.output.append(graph.output[0])


@wrong
def input_is_output(graph):
    graph.node[3].output[0] = "image"
    graph.output[0].name = "image"


@wrong
def same_node_names(graph):
    graph.node[3].name = "conv"


@wrong
def same_weight_names(graph):
    graph.initializer[1].name = "w1"


@wrong
def same_results(graph):
    graph.node[1].output[0] = "a"


@wrong
def clashing_names(graph):
    # Both are scores_1 in C.
    graph.output[0].name = graph.node[3].output[0] = "scores 1"
    graph.node.append(helper.make_node("Relu", ["scores 1"], ["scores.1"], name="r"))
    graph.output.append(value("scores.1", [1, 3]))


@wrong
def keyword_names(graph):
    graph.input[0].name = graph.node[0].input[0] = "int"
    graph.output[0].name = graph.node[3].output[0] = "0\"\n*/"


@wrong
def odd_layer_names(graph):
    graph.node[0].name = 'a "quoted"\nname\\ */ %s \x00 \u00e4'


@wrong
def two_inputs(graph):
    graph.input.append(value("other", [1, 3]))
    graph.node[3].input.append("other")


@wrong
def missing_input(graph):
    graph.node[3].input[1] = "w3"


@wrong
def cycle(graph):
    graph.node[0].input[0] = "b"


@wrong
def long_graph(graph):
    last = "scores"
    for i in range(200):
        graph.node.append(helper.make_node("Relu", [last], [f"r{i}"], name=f"r{i}"))
        last = f"r{i}"
    graph.output[0].name = last


models["opset"] = good()
models["opset"].opset_import[0].version = 99
models["no-opset"] = good()
del models["no-opset"].opset_import[:]
models["no-graph"] = good()
models["no-graph"].ClearField("graph")

for name, model in models.items():
    with open(os.path.join(sys.argv[1], name + ".onnx"), "wb") as file:
        file.write(model.SerializeToString())
