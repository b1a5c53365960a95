#!/usr/bin/env python3
"""train.py DIRECTORY OUTPUT [EPOCHS]: trains the network of this example with
PyTorch and writes it as ONNX. DIRECTORY holds MNIST's four files, gzipped.

Three convolutions and a classifier whose weights are +-1 times a scale per output
channel, activations of 2 bits, 8-bit pixels in: 43,992 weights. The gradients of
sign and of rounding are straight-through estimates, clipped; the last epoch's
weights are written, whatever their accuracy on the test digits, which are only
looked at."""

import gzip
import os
import sys

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper

CHANNELS = (24, 48, 64)
BATCH = 100


class Sign(torch.autograd.Function):
    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return torch.where(x < 0, -1.0, 1.0)

    @staticmethod
    def backward(context, gradient):
        (x,) = context.saved_tensors
        return gradient * (x.abs() <= 1)


class Round(torch.autograd.Function):
    @staticmethod
    def forward(context, x):
        return torch.floor(x + 0.5)

    @staticmethod
    def backward(context, gradient):
        return gradient


def binary(w):
    """The nearest +-scale of each output channel."""
    scale = w.detach().abs().flatten(1).mean(1).view(-1, *[1] * (w.dim() - 1))
    return Sign.apply(w) * scale


def quantize(x):
    """2 bits: 0, 1/3, 2/3, 1."""
    return Round.apply(x.clamp(0, 1) * 3) / 3


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        sizes = (1,) + CHANNELS
        self.convs = torch.nn.ModuleList(torch.nn.Conv2d(a, b, 3, bias=False) for a, b in zip(sizes, sizes[1:]))
        self.norms = torch.nn.ModuleList(torch.nn.BatchNorm2d(size) for size in CHANNELS)
        self.fc = torch.nn.Linear(9 * CHANNELS[2], 10)

    def forward(self, x):
        for i in range(3):
            x = self.norms[i](F.conv2d(x, binary(self.convs[i].weight)))
            if i < 2:
                x = F.max_pool2d(x, 2)
            x = quantize(x)
        return F.linear(x.flatten(1), binary(self.fc.weight), self.fc.bias)


def read(directory, kind):
    images = gzip.open(os.path.join(directory, kind + "-images-idx3-ubyte.gz")).read()[16:]
    labels = gzip.open(os.path.join(directory, kind + "-labels-idx1-ubyte.gz")).read()[8:]
    images = np.frombuffer(images, np.uint8).reshape(-1, 1, 28, 28).astype(np.float32) / 255
    return torch.tensor(images), torch.tensor(np.frombuffer(labels, np.uint8).astype(np.int64))


def shift(images):
    """Each batch moved by up to two pixels."""
    dy, dx = torch.randint(0, 5, (2,)).tolist()
    return F.pad(images, (2, 2, 2, 2))[:, :, dy : dy + 28, dx : dx + 28]


def accuracy(network, images, labels):
    network.eval()
    with torch.no_grad():
        found = torch.cat([network(part).argmax(1) for part in images.split(1000)])
    network.train()
    return (found == labels).float().mean().item()


def train(network, directory, epochs):
    images, labels = read(directory, "train")
    test = read(directory, "t10k")
    optimizer = torch.optim.Adam(network.parameters(), lr=4e-3)
    steps = epochs * (len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for epoch in range(epochs):
        for batch in torch.randperm(len(images)).split(BATCH):
            loss = F.cross_entropy(network(shift(images[batch])), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            with torch.no_grad():
                for conv in (*network.convs, network.fc):
                    conv.weight.clamp_(-1, 1)
        print("epoch %d: %.2f %% of the test digits" % (epoch + 1, 100 * accuracy(network, *test)), flush=True)
    network.eval()


def export(network, path):
    nodes, initializers = [], []

    def tensor(name, value, dtype=np.float32):
        array = np.asarray(value.detach() if hasattr(value, "detach") else value, dtype)
        initializers.append(numpy_helper.from_array(array, name))
        return name

    def node(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    x = node("Cast", ["pixels"], "cast", to=TensorProto.FLOAT)
    x = node("Mul", [x, tensor("pixel_scale", 1 / 255)], "scaled")
    third, zero, bits = tensor("third", 1 / 3), tensor("zero", 0), tensor("bits", 2)
    for i, (conv, norm) in enumerate(zip(network.convs, network.norms)):
        x = node("Conv", [x, tensor("w%d" % i, binary(conv.weight))], "conv%d" % (i + 1))
        values = {"s": norm.weight, "b": norm.bias, "m": norm.running_mean, "v": norm.running_var}
        x = node("BatchNormalization", [x] + [tensor(k + str(i), v) for k, v in values.items()], "norm%d" % i, epsilon=norm.eps)
        if i < 2:
            x = node("MaxPool", [x], "pool%d" % i, kernel_shape=[2, 2], strides=[2, 2])
        x = node("Quant", [x, third, zero, bits], "quant%d" % i, domain="qonnx.custom_op.general", signed=0, narrow=0, rounding_mode="HALF_UP")
    x = node("Flatten", [x], "flat")
    x = node("Gemm", [x, tensor("w3", binary(network.fc.weight)), tensor("b3", network.fc.bias)], "fc", transB=1)
    nodes[-1].output[0] = "scores"
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("pixels", TensorProto.UINT8, [1, 1, 28, 28])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 10])],
        initializers,
    )
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("qonnx.custom_op.general", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=7), path)


if __name__ == "__main__":
    torch.manual_seed(1)
    network = Network()
    train(network, sys.argv[1], int(sys.argv[3]) if len(sys.argv) > 3 else 60)
    export(network, sys.argv[2])
