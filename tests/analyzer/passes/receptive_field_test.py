#!/usr/bin/env python3
"""Receptive fields against published ones.

Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional Neural Networks" (Distill, 2019) lists AlexNet 195, VGG-16 212,
ResNet-50 483 (TF-slim strides in the last unit of a block), MobileNet-v1 315, Inception-v3 1311.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import onnx
from onnx import TensorProto, helper

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Net:
    """A network of convolutions and pools; weights stand in a file that does not exist."""

    def __init__(self, size):
        self.nodes, self.weights, self.count = [], [], 0
        self.input = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, size, size])
        self.channels = {"image": 3}

    def name(self):
        self.count += 1
        return f"t{self.count}"

    def weight(self, dims):
        tensor = TensorProto(name=f"w{len(self.weights)}", data_type=TensorProto.FLOAT, dims=dims,
                             data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value="absent")
        tensor.external_data.add(key="offset", value=str(4096 * len(self.weights)))
        self.weights.append(tensor)
        return tensor.name

    def conv(self, x, channels, kernel, stride=1, pad=None, groups=1):
        kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
        pads = [k // 2 for k in kernel] if pad is None else [pad, pad]
        w = self.weight([channels, self.channels[x] // groups, *kernel])
        y = self.name()
        self.nodes.append(helper.make_node("Conv", [x, w], [y], strides=[stride, stride], pads=pads * 2, group=groups))
        self.channels[y] = channels
        z = self.name()
        self.nodes.append(helper.make_node("Relu", [y], [z]))
        self.channels[z] = channels
        return z

    def pool(self, x, kernel, stride, pad=0):
        y = self.name()
        self.nodes.append(helper.make_node("MaxPool", [x], [y], kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4))
        self.channels[y] = self.channels[x]
        return y

    def add(self, a, b):
        y = self.name()
        self.nodes.append(helper.make_node("Add", [a, b], [y]))
        self.channels[y] = self.channels[a]
        return y

    def concat(self, *parts):
        y = self.name()
        self.nodes.append(helper.make_node("Concat", list(parts), [y], axis=1))
        self.channels[y] = sum(self.channels[part] for part in parts)
        return y

    def field(self, tensor):
        """The field of a tensor as the program reports it: one entry for both axes, which are alike here."""
        graph = helper.make_graph(self.nodes, "net", [self.input], [onnx.ValueInfoProto(name=tensor)], initializer=self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        with tempfile.TemporaryDirectory() as scratch:
            path = pathlib.Path(scratch) / "net.onnx"
            path.write_bytes(model.SerializeToString())
            document = analyzed(path)
        rows, columns = document["tensors"][tensor]["receptive_field"]["image"]
        assert rows == columns, (rows, columns)
        return rows


def analyzed(path):
    command = [os.environ["MACROSCOPE_PROGRAM"], "analyze", path, "--format", "json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def resnet50(net, stride_last):
    x = net.pool(net.conv("image", 64, 7, 2), 3, 2, 1)
    for stage, (units, width) in enumerate([(3, 64), (4, 128), (6, 256), (3, 512)]):
        for unit in range(units):
            if stride_last:
                stride = 2 if stage < 3 and unit == units - 1 else 1
            else:
                stride = 2 if stage > 0 and unit == 0 else 1
            y = net.conv(net.conv(net.conv(x, width, 1), width, 3, stride), 4 * width, 1)
            skip = x if stride == 1 and net.channels[x] == 4 * width else net.conv(x, 4 * width, 1, stride)
            x = net.add(y, skip)
    return x


def inception_v3(net):
    def chain(x, *kernels, stride=1):
        for index, kernel in enumerate(kernels):
            x = net.conv(x, 32, kernel, stride if index == len(kernels) - 1 else 1)
        return x

    x = net.conv(net.conv(net.conv("image", 32, 3, 2, 0), 32, 3, 1, 0), 64, 3)
    x = net.conv(net.conv(net.pool(x, 3, 2), 80, 1), 192, 3, 1, 0)
    x = net.pool(x, 3, 2)
    for _ in range(3):
        x = net.concat(chain(x, 1), chain(x, 1, 5), chain(x, 1, 3, 3), chain(net.pool(x, 3, 1, 1), 1))
    x = net.concat(chain(x, 3, stride=2), chain(x, 1, 3, 3, stride=2), net.pool(x, 3, 2, 1))
    for _ in range(4):
        x = net.concat(chain(x, 1), chain(x, 1, (1, 7), (7, 1)), chain(x, 1, (7, 1), (1, 7), (7, 1), (1, 7)),
                       chain(net.pool(x, 3, 1, 1), 1))
    x = net.concat(chain(x, 1, 3, stride=2), chain(x, 1, (1, 7), (7, 1), 3, stride=2), net.pool(x, 3, 2, 1))
    for _ in range(2):
        a, b = chain(x, 1), chain(x, 1, 3)
        x = net.concat(chain(x, 1), chain(a, (1, 3)), chain(a, (3, 1)), chain(b, (1, 3)), chain(b, (3, 1)),
                       chain(net.pool(x, 3, 1, 1), 1))
    return x


class PublishedFields(unittest.TestCase):
    def check(self, field, size, jump):
        self.assertEqual((field["size"], field["jump"]), (size, jump))

    def test_lenet(self):
        net = Net(32)
        first = net.pool(net.conv("image", 6, 5, 1, 0), 2, 2)
        second = net.conv(first, 16, 5, 1, 0)
        self.check(net.field(second), 14, 2)
        self.check(net.field(net.pool(second, 2, 2)), 16, 4)

    def test_alexnet(self):
        net = Net(224)
        x = net.pool(net.conv("image", 64, 11, 4, 2), 3, 2)
        x = net.pool(net.conv(x, 192, 5), 3, 2)
        x = net.conv(net.conv(net.conv(x, 384, 3), 256, 3), 256, 3)
        self.check(net.field(net.pool(x, 3, 2)), 195, 32)

    def test_vgg16(self):
        net = Net(224)
        x = "image"
        for width, convolutions in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
            for _ in range(convolutions):
                x = net.conv(x, width, 3)
            x = net.pool(x, 2, 2)
        self.check(net.field(x), 212, 32)

    def test_mobilenet_v1(self):
        net = Net(224)
        x = net.conv("image", 32, 3, 2)
        for width, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]:
            x = net.conv(net.conv(x, net.channels[x], 3, stride, groups=net.channels[x]), width, 1)
        self.check(net.field(x), 315, 32)

    def test_resnet50(self):
        # torchvision's strides: 7 + 2*4, then 3 units * 2*4, and per stage 2*(jump before) + (units - 1) * 2 * (jump after).
        by_hand = 7 + 2 * 2 + 3 * 2 * 4 + (2 * 4 + 3 * 2 * 8) + (2 * 8 + 5 * 2 * 16) + (2 * 16 + 2 * 2 * 32)
        net = Net(224)
        self.check(net.field(resnet50(net, stride_last=False)), by_hand, 32)
        self.assertEqual(by_hand, 427)
        net = Net(224)
        self.check(net.field(resnet50(net, stride_last=True)), 483, 32)

    def test_the_committed_resnet50_reads_everything_after_its_pool(self):
        document = analyzed(ROOT / "examples" / "models" / "resnet50.onnx")
        fields = [tensor["receptive_field"] for tensor in document["tensors"].values() if "receptive_field" in tensor]
        sizes = {axis["size"] for field in fields for axes in field.values() for axis in axes if isinstance(axis, dict)}
        self.assertEqual(max(sizes), 427)
        last = document["layers"][-1]["outputs"][0]
        self.assertEqual(list(document["tensors"][last]["receptive_field"].values()), [["all", "all"]])

    def test_inception_v3(self):
        net = Net(299)
        self.check(net.field(inception_v3(net)), 1311, 32)


if __name__ == "__main__":
    sys.exit(unittest.main())
