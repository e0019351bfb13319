#!/usr/bin/env python3
"""Receptive fields against published ones.

Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional Neural Networks" (Distill, 2019) lists AlexNet 195, VGG-16 212,
ResNet-50 483, ResNet-101 1027 and ResNet-152 1507 (TF-slim strides in the last unit of a block), MobileNet-v1 315, Inception-v3 1311.
Where no list has a network its figure is worked out by the recurrence that they use: every kernel k adds (k - 1) times the product of the
strides before it.
"""
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import onnx
from onnx import TensorProto, helper

ROOT = pathlib.Path(__file__).resolve().parents[4]


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


def resnet(net, units_of_stages, stride_last):
    """Of bottleneck units."""
    x = net.pool(net.conv("image", 64, 7, 2), 3, 2, 1)
    for stage, (units, width) in enumerate(zip(units_of_stages, [64, 128, 256, 512])):
        for unit in range(units):
            if stride_last:
                stride = 2 if stage < 3 and unit == units - 1 else 1
            else:
                stride = 2 if stage > 0 and unit == 0 else 1
            y = net.conv(net.conv(net.conv(x, width, 1), width, 3, stride), 4 * width, 1)
            skip = x if stride == 1 and net.channels[x] == 4 * width else net.conv(x, 4 * width, 1, stride)
            x = net.add(y, skip)
    return x


def basic_resnet(net, units_of_stages):
    """Of two 3x3 convolutions a unit: ResNet-18, ResNet-34."""
    x = net.pool(net.conv("image", 64, 7, 2), 3, 2, 1)
    for stage, (units, width) in enumerate(zip(units_of_stages, [64, 128, 256, 512])):
        for unit in range(units):
            stride = 2 if stage > 0 and unit == 0 else 1
            y = net.conv(net.conv(x, width, 3, stride), width, 3)
            x = net.add(y, x if net.channels[x] == width and stride == 1 else net.conv(x, width, 1, stride))
    return x


def densenet(net, layers_of_blocks, growth=32):
    x = net.pool(net.conv("image", 2 * growth, 7, 2), 3, 2, 1)
    for block, layers in enumerate(layers_of_blocks):
        for _ in range(layers):
            x = net.concat(x, net.conv(net.conv(x, 4 * growth, 1), growth, 3))
        if block + 1 < len(layers_of_blocks):
            x = net.pool(net.conv(x, net.channels[x] // 2, 1), 2, 2)
    return x


def mobilenet_v2(net):
    x = net.conv("image", 32, 3, 2)
    for expansion, width, units, first_stride in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                                                  (6, 160, 3, 2), (6, 320, 1, 1)]:
        for unit in range(units):
            inner = net.channels[x] * expansion
            y = net.conv(x, inner, 1)
            y = net.conv(net.conv(y, inner, 3, first_stride if unit == 0 else 1, groups=inner), width, 1)
            x = net.add(y, x) if unit > 0 else y
    return x


def by_recurrence(layers):
    """Of (kernel, stride) along the longest path."""
    size, jump = 1, 1
    for kernel, stride in layers:
        size += (kernel - 1) * jump
        jump *= stride
    return size


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
        self.check(net.field(resnet(net, [3, 4, 6, 3], stride_last=False)), by_hand, 32)
        self.assertEqual(by_hand, 427)
        net = Net(224)
        self.check(net.field(resnet(net, [3, 4, 6, 3], stride_last=True)), 483, 32)

    def test_deeper_resnets(self):
        for units, published in ([3, 4, 23, 3], 1027), ([3, 8, 36, 3], 1507):
            net = Net(224)
            self.check(net.field(resnet(net, units, stride_last=True)), published, 32)

    def test_resnets_of_basic_units(self):
        for units, expected in ([2, 2, 2, 2], 435), ([3, 4, 6, 3], 899):
            net = Net(224)
            self.check(net.field(basic_resnet(net, units)), expected, 32)
            strides = [(7, 2), (3, 2)] + [(3, 2 if stage > 0 and layer == 0 else 1) for stage, n in enumerate(units) for layer in range(2 * n)]
            self.assertEqual(by_recurrence(strides), expected)

    def test_vgg19(self):
        net = Net(224)
        x = "image"
        for width, convolutions in [(64, 2), (128, 2), (256, 4), (512, 4), (512, 4)]:
            for _ in range(convolutions):
                x = net.conv(x, width, 3)
            last, x = x, net.pool(x, 2, 2)
        self.check(net.field(last), 252, 16)
        self.check(net.field(x), 268, 32)

    def test_densenets(self):
        for layers, expected in ([6, 12, 24, 16], 2071), ([6, 12, 32, 32], 3351), ([6, 12, 48, 32], 3863):
            net = Net(224)
            self.check(net.field(densenet(net, layers)), expected, 32)
            strides = [(7, 2), (3, 2)]
            for block in layers:
                strides += [(3, 1)] * block + [(2, 2)]
            self.assertEqual(by_recurrence(strides[:-1]), expected)

    def test_mobilenet_v2(self):
        net = Net(224)
        self.check(net.field(mobilenet_v2(net)), 491, 32)

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


class Sequences(unittest.TestCase):
    """Nodes over [1, 3, length] or [1, height, width, channels], with stored lists of integers."""

    def setUp(self):
        self.nodes, self.stored, self.count = [], [], 0

    def node(self, op, *inputs, **attributes):
        self.count += 1
        self.nodes.append(helper.make_node(op, list(inputs), [f"t{self.count}"], **attributes))
        return f"t{self.count}"

    def list(self, *numbers):
        self.count += 1
        self.stored.append(helper.make_tensor(f"t{self.count}", TensorProto.INT64, [len(numbers)], numbers))
        return f"t{self.count}"

    def weight(self, *dims):
        self.count += 1
        self.stored.append(helper.make_tensor(f"t{self.count}", TensorProto.FLOAT, dims, bytes(4 * math.prod(dims)), raw=True))
        return f"t{self.count}"

    def fields(self, shape, *outputs):
        image = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
        graph = helper.make_graph(self.nodes, "net", [image], [onnx.ValueInfoProto(name=name) for name in outputs], initializer=self.stored)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        with tempfile.TemporaryDirectory() as scratch:
            path = pathlib.Path(scratch) / "net.onnx"
            path.write_bytes(model.SerializeToString())
            tensors = analyzed(path)["tensors"]
        return [tensors[name]["receptive_field"]["x"] for name in outputs]

    def mixed(self, tokens, width):
        """Attention of tokens [groups, tokens, width] within their group."""
        query, key, value = (self.node("MatMul", tokens, self.weight(width, width)) for _ in range(3))
        scores = self.node("Softmax", self.node("MatMul", query, self.node("Transpose", key, perm=[0, 2, 1])), axis=-1)
        return self.node("MatMul", scores, value)

    def windows(self, x, size, window, width):
        """Attention within windows of a map [1, size, size, width]."""
        count = size // window
        cut = self.node("Reshape", x, self.list(1, count, window, count, window, width))
        tokens = self.node("Reshape", self.node("Transpose", cut, perm=[0, 1, 3, 2, 4, 5]), self.list(count * count, window * window, width))
        back = self.node("Reshape", self.mixed(tokens, width), self.list(1, count, count, window, window, width))
        return self.node("Reshape", self.node("Transpose", back, perm=[0, 1, 3, 2, 4, 5]), self.list(1, size, size, width))

    def rolled(self, x, by):
        for axis in 1, 2:
            head = self.node("Slice", x, self.list(by), self.list(2 ** 40), self.list(axis))
            tail = self.node("Slice", x, self.list(0), self.list(by), self.list(axis))
            x = self.node("Concat", head, tail, axis=axis)
        return x


class Windows(Sequences):
    def test_windows_of_attention(self):
        # Pixels come in patches of 4, tokens in windows of 7: an element reads the 28 pixels of its window.
        patches = self.node("Transpose", self.node("Conv", "x", self.weight(8, 3, 4, 4), strides=[4, 4]), perm=[0, 2, 3, 1])
        y = self.windows(patches, 56, 7, 8)
        skipped = self.node("Add", patches, y)
        flat = self.node("Reshape", skipped, self.list(1, 56 * 56, 8))
        again = self.windows(self.node("Reshape", flat, self.list(1, 56, 56, 8)), 56, 7, 8)
        for field in self.fields([1, 3, 224, 224], y, skipped, again):
            for axis in field:
                self.assertEqual((axis["size"], axis["jump"], axis["start"]), (28, 4, 0))

    def test_shifted_windows(self):
        # Windows of 7 tokens, then windows that lie 3 tokens further: each of these touches two of those, 14 tokens.
        y = self.windows(self.node("MatMul", "x", self.weight(3, 8)), 56, 7, 8)
        rolled = self.rolled(y, 3)
        shifted = self.rolled(self.windows(rolled, 56, 7, 8), 53)
        last = self.node("Add", y, shifted)
        one, two, three = (field[0] for field in self.fields([1, 56, 56, 3], rolled, shifted, last))
        self.assertEqual((one["size"], one["jump"], one["wraps"]), (7, 1, True))
        self.assertEqual((two["size"], two["jump"], two["wraps"]), (14, 1, True))
        self.assertEqual((three["size"], three["jump"], three["wraps"]), (14, 1, True))

    def test_as_often_around_that_all_is_read(self):
        y = self.windows(self.node("MatMul", "x", self.weight(3, 8)), 14, 7, 8)
        shifted = self.rolled(self.windows(self.rolled(y, 3), 14, 7, 8), 11)
        self.assertEqual(self.fields([1, 14, 14, 3], shifted), [["all", "all"]])

    def test_every_other_pixel_of_all(self):
        # MobileViT: pixels at one place of their patch of 2 x 2 see each other, and a 3x3 convolution before has seen those between.
        size, width, patch = 64, 8, 2
        x = self.node("Conv", "x", self.weight(width, 3, 3, 3), pads=[1] * 4)
        count = size // patch
        y = self.node("Transpose", self.node("Reshape", x, self.list(width * count, patch, count, patch)), perm=[0, 2, 1, 3])
        y = self.node("Transpose", self.node("Reshape", y, self.list(1, width, count * count, patch * patch)), perm=[0, 3, 2, 1])
        y = self.mixed(self.node("Reshape", y, self.list(patch * patch, count * count, width)), width)
        y = self.node("Transpose", self.node("Reshape", y, self.list(1, patch * patch, -1, width)), perm=[0, 3, 2, 1])
        y = self.node("Transpose", self.node("Reshape", y, self.list(width * count, count, patch, patch)), perm=[0, 2, 1, 3])
        y = self.node("Concat", x, self.node("Reshape", y, self.list(1, width, size, size)), axis=1)
        self.assertEqual(self.fields([1, 3, size, size], y), [["all", "all"]])


class Rounds(Sequences):
    @staticmethod
    def value(name, kind=TensorProto.FLOAT, shape=None):
        return helper.make_tensor_value_info(name, kind, shape)

    def loop(self, state, trips, *nodes):
        """Of one state, `before` and `after` in the nodes of the body."""
        body = helper.make_graph([helper.make_node("Identity", ["go"], ["on"]), *nodes], "body",
                                 [self.value("round", TensorProto.INT64, []), self.value("go", TensorProto.BOOL, []), self.value("before")],
                                 [self.value("on", TensorProto.BOOL, []), self.value("after")])
        self.count += 1
        self.stored.append(helper.make_tensor(f"t{self.count}", TensorProto.INT64, [], [trips]))
        return self.node("Loop", f"t{self.count}", "", state, body=body)

    def test_a_convolution_in_a_loop(self):
        w = self.weight(3, 3, 3)
        y = self.loop("x", 5, helper.make_node("Conv", ["before", w], ["after"], pads=[1, 1]))
        z = self.loop("x", 1000, helper.make_node("Conv", ["before", w], ["after"], pads=[2, 0]))
        few, many = (field[0] for field in self.fields([1, 3, 5000], y, z))
        self.assertEqual((few["size"], few["jump"], few["start"]), (11, 1, -5))
        self.assertEqual((many["size"], many["jump"], many["start"]), (2001, 1, -2000))

    def test_a_repeat_whose_count_is_a_symbol(self):
        net = "net stack(depth) {\n  input x: [1, 8, 100, 100]\n  repeat depth { x = x -> conv(8, 3, pad = 1) }\n  output y = x -> conv(8, 5)\n}\n"
        with tempfile.TemporaryDirectory() as scratch:
            path = pathlib.Path(scratch) / "stack.net"
            path.write_text(net)
            rows, columns = analyzed(path)["tensors"]["y"]["receptive_field"]["x"]
        self.assertEqual(rows, columns)
        self.assertEqual((rows["size"], rows["jump"], rows["start"]), ("2*depth + 5", 1, "-depth"))

    def test_work_on_elements_in_a_loop_stays_where_it_is(self):
        y = self.loop("x", 1000, helper.make_node("Tanh", ["before"], ["after"]))
        self.assertEqual(self.fields([1, 3, 50], y)[0][0]["size"], 1)

    def scan(self, sequence, *nodes, **attributes):
        """Over axis 2 of [1, 3, length]: `held`, `element` and `new`, `given` in the nodes of the body."""
        body = helper.make_graph(list(nodes), "body", [self.value("held", shape=[1, 3]), self.value("element", shape=[1, 3])],
                                 [self.value("new"), self.value("given")])
        start = self.weight(1, 3)
        self.count += 2
        names = [f"t{self.count - 1}", f"t{self.count}"]
        self.nodes.append(helper.make_node("Scan", [start, sequence], names, num_scan_inputs=1, scan_input_axes=[2], scan_output_axes=[2],
                                           body=body, **attributes))
        return names

    SUM = helper.make_node("Add", ["held", "element"], ["new"]), helper.make_node("Identity", ["new"], ["given"])

    def test_a_scan_reads_all_before(self):
        x = self.node("Conv", "x", self.weight(3, 3, 3), pads=[1, 1])
        state, given = self.fields([1, 3, "L"], *self.scan(x, *self.SUM))
        self.assertEqual(state, ["all"])
        self.assertEqual((given[0]["jump"], given[0]["reaches"]), (1, "before"))

    def test_a_scan_from_the_end_reads_all_behind(self):
        _, given = self.fields([1, 3, 40], *self.scan("x", *self.SUM, scan_input_directions=[1], scan_output_directions=[1]))
        self.assertEqual((given[0]["jump"], given[0]["reaches"], given[0]["start"]), (1, "after", 0))

    def test_a_scan_without_a_state_reads_element_by_element(self):
        nodes = helper.make_node("Identity", ["held"], ["new"]), helper.make_node("Tanh", ["element"], ["given"])
        x = self.node("Conv", "x", self.weight(3, 3, 3), pads=[1, 1], strides=[2])
        _, given = self.scan(x, *nodes)
        field = self.fields([1, 3, 40], given)[0][0]
        self.assertEqual((field["size"], field["jump"], field["start"]), (3, 2, -1))


if __name__ == "__main__":
    sys.exit(unittest.main())
