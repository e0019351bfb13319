#!/usr/bin/env python3
"""Are the structures of published networks found: DenseNet's blocks, GoogLeNet's modules, MobileNetV2's separable convolutions?"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import onnx
from onnx import TensorProto, helper

EXAMPLES = pathlib.Path(__file__).resolve().parents[4] / "examples" / "models"


class Model:
    """A network of convolutions, as exporters write it after norms are folded (or before)."""

    def __init__(self, shape, folded=True):
        self.nodes, self.weights, self.folded, self.count = [], [], folded, 0
        self.channels = {"image": shape[1]}
        self.inputs = [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)]

    def op(self, op, inputs, channels, **attributes):
        self.count += 1
        name = f"{op.lower()}_{self.count}"
        self.nodes.append(helper.make_node(op, inputs, [name], name, **attributes))
        self.channels[name] = channels
        return name

    def weight(self, name, dims):
        tensor = TensorProto(name=name, dims=dims, data_type=TensorProto.FLOAT, data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value="weights.bin")
        self.weights.append(tensor)
        return name

    def conv(self, x, channels, kernel, stride=1, groups=1, pad=None):
        kernel = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        name = f"w{self.count}"
        operands = [x, self.weight(name, [channels, self.channels[x] // groups, *kernel])]
        if self.folded:
            operands.append(self.weight(name + "b", [channels]))
        pads = 2 * ([k // 2 for k in kernel] if pad is None else [pad, pad])
        return self.op("Conv", operands, channels, pads=pads, strides=[stride, stride], group=groups)

    def norm(self, x):
        names = [self.weight(f"n{self.count}{part}", [self.channels[x]]) for part in ("scale", "shift", "mean", "variance")]
        return self.op("BatchNormalization", [x, *names], self.channels[x])

    def relu(self, x):
        return self.op("Relu", [x], self.channels[x])

    def concat(self, parts):
        return self.op("Concat", parts, sum(self.channels[part] for part in parts), axis=1)

    def pool(self, x, kernel, stride, pad=0, op="MaxPool"):
        return self.op(op, [x], self.channels[x], kernel_shape=[kernel, kernel], strides=[stride, stride], pads=[pad] * 4)

    def classify(self, x, classes=1000):
        features = self.op("Flatten", [self.op("GlobalAveragePool", [x], self.channels[x])], self.channels[x])
        weight, bias = self.weight("fc", [classes, self.channels[x]]), self.weight("fcb", [classes])
        return self.op("Gemm", [features, weight, bias], classes, transB=1)

    def analyze(self, output, *options):
        outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)]
        graph = helper.make_graph(self.nodes, "model", self.inputs, outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "model.onnx"
            path.write_bytes(model.SerializeToString())
            return analyze(path, *options)


def analyze(path, *options):
    command = [os.environ["MACROSCOPE_PROGRAM"], "analyze", path, "--format", "json", *options]
    document = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert document["complete"], document["coverage"]
    return document


def of_kind(document, *kinds):
    return [finding for finding in document["findings"] if finding["kind"] in kinds]


def densenet(form, layers_of_blocks=(6, 12, 24, 16)):
    """DenseNet-121: 64 channels, blocks of 6, 12, 24 and 16 layers that add 32 each, transitions that halve."""
    m = Model(["N", 3, 224, 224], folded=False)
    x = m.pool(m.relu(m.norm(m.conv("image", 64, 7, 2))), 3, 2, 1)
    for index, layers in enumerate(layers_of_blocks):
        parts = [x]
        for _ in range(layers):
            joined = m.concat(parts) if form == "torchvision" else x
            parts.append(m.conv(m.relu(m.norm(m.conv(m.relu(m.norm(joined)), 128, 1))), 32, 3))
            x = m.concat([x, parts[-1]]) if form == "cascade" else x
        x = m.concat(parts) if form == "torchvision" else x
        if index < 3:
            x = m.pool(m.conv(m.relu(m.norm(x)), m.channels[x] // 2, 1), 2, 2, op="AveragePool")
    return m.analyze(m.classify(m.relu(m.norm(x))))


# Channels of GoogLeNet's modules: in, 1x1, 3x3 after its bottleneck, 5x5 after its bottleneck, after the pool.
GOOGLENET = [(192, 64, 96, 128, 16, 32, 32), (256, 128, 128, 192, 32, 96, 64), (480, 192, 96, 208, 16, 48, 64), (512, 160, 112, 224, 24, 64, 64),
             (512, 128, 128, 256, 24, 64, 64), (512, 112, 144, 288, 32, 64, 64), (528, 256, 160, 320, 32, 128, 128), (832, 256, 160, 320, 32, 128, 128),
             (832, 384, 192, 384, 48, 128, 128)]


def googlenet():
    m = Model([1, 3, 224, 224])
    x = m.pool(m.relu(m.conv("image", 64, 7, 2)), 3, 2, 1)
    x = m.pool(m.relu(m.conv(m.relu(m.conv(x, 64, 1)), 192, 3)), 3, 2, 1)
    for index, (inputs, one, narrow3, three, narrow5, five, pooled) in enumerate(GOOGLENET):
        assert m.channels[x] == inputs
        x = m.concat([m.relu(m.conv(x, one, 1)), m.relu(m.conv(m.relu(m.conv(x, narrow3, 1)), three, 3)),
                      m.relu(m.conv(m.relu(m.conv(x, narrow5, 1)), five, 5)), m.relu(m.conv(m.pool(x, 3, 1, 1), pooled, 1))])
        if index in (1, 6):
            x = m.pool(x, 3, 2, 1)
    return m.analyze(m.classify(x))


def mobilenet_v2():
    m = Model([1, 3, 224, 224])
    low, high = (helper.make_tensor(name, TensorProto.FLOAT, [], [bound]) for name, bound in (("low", 0.0), ("high", 6.0)))
    m.weights += [low, high]

    def clip(x):
        return m.op("Clip", [x, "low", "high"], m.channels[x])

    x = m.relu(m.conv("image", 32, 3, 2))
    pairs = []
    for expand, channels, repeats, stride in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
        for repeat in range(repeats):
            before, inside = x, m.channels[x] * expand
            wide = m.relu(m.conv(x, inside, 1)) if expand > 1 else x
            deep = clip(m.conv(wide, inside, 3, stride if repeat == 0 else 1, inside))
            x = m.conv(deep, channels, 1)
            pairs.append((inside, channels))
            if m.channels[before] == channels and (repeat > 0 or stride == 1):
                x = m.op("Add", [before, x], channels)
    return m.analyze(m.classify(m.relu(m.conv(x, 1280, 1)))), pairs


def silu(m, x):
    return m.op("Mul", [x, m.op("Sigmoid", [x], m.channels[x])], m.channels[x])


def efficientnet_b0():
    m = Model([1, 3, 224, 224], folded=False)
    x = silu(m, m.norm(m.conv("image", 32, 3, 2)))
    pairs = []
    for expand, kernel, stride, channels, repeats in ((1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3),
                                                      (6, 5, 2, 192, 4), (6, 3, 1, 320, 1)):
        for repeat in range(repeats):
            before, inside = x, m.channels[x] * expand
            wide = silu(m, m.norm(m.conv(x, inside, 1))) if expand > 1 else x
            deep = silu(m, m.norm(m.conv(wide, inside, kernel, stride if repeat == 0 else 1, inside)))
            m.folded = True  # the gate's layers have biases
            gate = m.conv(silu(m, m.conv(m.op("GlobalAveragePool", [deep], inside), m.channels[before] // 4, 1)), inside, 1)
            m.folded = False
            deep = m.op("Mul", [deep, m.op("Sigmoid", [gate], inside)], inside)
            x = m.norm(m.conv(deep, channels, 1))
            pairs.append((kernel, channels))
            if repeat > 0:
                x = m.op("Add", [before, x], channels)
    return m.analyze(m.classify(silu(m, m.norm(m.conv(x, 1280, 1))))), pairs


def xception():
    """Chollet's, with separable convolutions of 3x3."""
    m = Model([1, 3, 299, 299], folded=False)
    widths = []

    def separable(x, channels):
        widths.append(channels)
        return m.norm(m.conv(m.conv(x, m.channels[x], 3, groups=m.channels[x]), channels, 1))

    x = m.relu(m.norm(m.conv("image", 32, 3, 2, pad=0)))
    x = m.relu(m.norm(m.conv(x, 64, 3, pad=0)))
    for channels in (128, 256, 728):
        y = separable(x if channels == 128 else m.relu(x), channels)
        y = m.pool(separable(m.relu(y), channels), 3, 2, 1)
        x = m.op("Add", [y, m.norm(m.conv(x, channels, 1, 2))], channels)
    for _ in range(8):
        y = x
        for _ in range(3):
            y = separable(m.relu(y), 728)
        x = m.op("Add", [x, y], 728)
    y = m.pool(separable(m.relu(separable(m.relu(x), 728)), 1024), 3, 2, 1)
    x = m.op("Add", [y, m.norm(m.conv(x, 1024, 1, 2))], 1024)
    x = m.relu(separable(m.relu(separable(x, 1536)), 2048))
    return m.analyze(m.classify(x)), widths


def shuffled(m, x, groups):
    """Channels of all groups change places, as exporters write it."""
    channels, size = m.channels[x], m.sizes[x]
    lists = []
    for numbers in ([1, groups, channels // groups, size, size], [1, channels, size, size]):
        lists.append(f"list{m.count}_{len(numbers)}")
        m.weights.append(helper.make_tensor(lists[-1], TensorProto.INT64, [len(numbers)], numbers))
    apart = m.op("Transpose", [m.op("Reshape", [x, lists[0]], channels)], channels, perm=[0, 2, 1, 3, 4])
    return m.op("Reshape", [apart, lists[1]], channels)


def shufflenet_unit(groups=3, channels=240, size=28):
    """One unit of stride 1: a grouped 1x1, the shuffle, a depthwise 3x3, a grouped 1x1."""
    m = Model([1, channels, size, size], folded=False)
    narrow = m.relu(m.norm(m.conv("image", channels // 4, 1, groups=groups)))
    m.sizes = {narrow: size}
    deep = m.norm(m.conv(shuffled(m, narrow, groups), channels // 4, 3, groups=channels // 4))
    return m.analyze(m.relu(m.op("Add", ["image", m.norm(m.conv(deep, channels, 1, groups=groups))], channels)))


def squeezenet():
    """Version 1.0: eight fire modules."""
    m = Model([1, 3, 224, 224])
    x = m.pool(m.relu(m.conv("image", 96, 7, 2, pad=0)), 3, 2)
    fires = [(16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256)]
    for index, (squeeze, expand) in enumerate(fires):
        narrow = m.relu(m.conv(x, squeeze, 1))
        x = m.concat([m.relu(m.conv(narrow, expand, 1)), m.relu(m.conv(narrow, expand, 3))])
        if index in (2, 6):
            x = m.pool(x, 3, 2)
    x = m.op("GlobalAveragePool", [m.relu(m.conv(x, 1000, 1))], 1000)
    return m.analyze(m.op("Flatten", [x], 1000)), fires


class Structures(unittest.TestCase):
    def test_larger_densenets(self):
        for layers, parameters in ((6, 12, 32, 32), 14_149_480), ((6, 12, 48, 32), 20_013_928):  # torchvision
            document = densenet("cascade", layers)
            blocks, c0 = [], 64
            for count in layers:
                blocks.append((c0, 32, count))
                c0 = (c0 + 32 * count) // 2
            self.assertEqual([(block["c0"], block["k"], block["count"]) for block in of_kind(document, "dense_block")], blocks)
            self.assertEqual(document["totals"]["parameters"], parameters)

    def test_efficientnet_has_sixteen_separable_convolutions_around_gates(self):
        document, pairs = efficientnet_b0()
        self.assertEqual(document["totals"]["parameters"], 5_288_548)  # torchvision
        separable = of_kind(document, "separable")
        self.assertEqual(len(separable), 16)
        for finding, (kernel, channels) in zip(separable, pairs):
            self.assertAlmostEqual(1 - finding["saved"], 1 / channels + 1 / kernel**2)

    def test_xception_is_made_of_separable_convolutions(self):
        document, widths = xception()
        self.assertEqual(document["totals"]["parameters"], 22_855_952)  # those that Keras trains
        separable = of_kind(document, "separable")
        self.assertEqual(len(separable), 34)
        for finding, channels in zip(separable, widths):
            self.assertAlmostEqual(1 - finding["saved"], 1 / channels + 1 / 9)

    def test_a_unit_of_shufflenet(self):
        document = shufflenet_unit()
        # A third of each 1x1 remains, and a sixtieth of the 3x3.
        self.assertEqual([round(1 / (1 - finding["saved"])) for finding in of_kind(document, "grouped")], [3, 60, 3])
        self.assertEqual(of_kind(document, "separable"), [])

    def test_squeezenet_has_eight_fire_modules(self):
        document, fires = squeezenet()
        self.assertEqual(document["totals"]["parameters"], 1_248_424)  # torchvision
        modules = of_kind(document, "inception", "concatenation")
        self.assertEqual([[branch["channels"] for branch in module["branches"]] for module in modules], [[expand, expand] for _, expand in fires])

    def test_densenet_121_has_four_blocks(self):
        for form in ("torchvision", "cascade"):
            document = densenet(form)
            blocks = [(block["c0"], block["k"], block["count"], len(block["layers"])) for block in of_kind(document, "dense_block")]
            self.assertEqual(blocks, [(64, 32, 6, 6), (128, 32, 12, 12), (256, 32, 24, 24), (512, 32, 16, 16)])
            self.assertEqual(of_kind(document, "concatenation", "inception"), [])
            self.assertEqual(document["totals"]["parameters"], 7_978_856)  # torchvision
            # 1x1 from c to 128 and 3x3 to 32 cost 128 c + 36864 at each place, plain 3x3 288 c: less where c > 230.
            self.assertEqual(len(of_kind(document, "bottleneck")), 0 + 8 + 24 + 16)
            # Norms behind a convolution fold, those behind a concatenation or a pooling do not.
            self.assertEqual(len(of_kind(document, "foldable")), 1 + 58)

    def test_googlenet_has_nine_modules(self):
        document = googlenet()
        modules = of_kind(document, "inception")
        found = [[branch["channels"] for branch in module["branches"]] for module in modules]
        self.assertEqual(found, [[one, three, five, pooled] for _, one, _, three, _, five, pooled in GOOGLENET])
        first = modules[0]["branches"]
        self.assertEqual([branch["macs"] for branch in first], [9_633_792, 14_450_688 + 86_704_128, 2_408_448 + 10_035_200, 4_816_896])
        self.assertEqual(sum(branch["parameters"] for branch in first), 163_696)
        self.assertEqual([branch["share"] for branch in first], [0.25, 0.5, 0.125, 0.125])
        bottlenecks = {tuple(finding["layers"]): finding for finding in of_kind(document, "bottleneck")}
        # Both bottlenecks of each module; that of the stem keeps its 64 channels.
        self.assertEqual(len(bottlenecks), 2 * 9)
        saved = [finding for finding in bottlenecks.values() if finding["twin_macs"] == 120_422_400]
        self.assertEqual([(finding["macs"], round(finding["saved"], 4)) for finding in saved], [(12_443_648, 0.8967)])

    def test_mobilenet_v2_is_depthwise_separable(self):
        document, pairs = mobilenet_v2()
        self.assertEqual(document["totals"]["parameters"], 3_504_872 - self.norms_beyond_biases(document))
        separable = of_kind(document, "separable")
        self.assertEqual(len(separable), 17)
        for finding, (inside, outside) in zip(separable, pairs):
            # 1/C_out + 1/k^2 of the plain convolution's MACs remain.
            self.assertAlmostEqual(1 - finding["saved"], 1 / outside + 1 / 9)
            self.assertEqual(finding["twin_parameters"], inside * outside * 9 + outside)
        self.assertEqual(of_kind(document, "grouped"), [])

    def norms_beyond_biases(self, document):
        """torchvision's figure counts two numbers a channel for each norm; folded there is one."""
        return sum(tensor["shape"][0] for name, tensor in document["tensors"].items() if name.startswith("w") and name.endswith("b"))

    def test_resnet_50_is_fifty_layers_deep(self):
        document = analyze(EXAMPLES / "resnet50.onnx")
        (paths,) = document["gradient"]["inputs"].values()
        self.assertEqual(paths["most_weighted"], 50)
        # Past the blocks whose skip has no convolution: the stem, a skip in each of four stages, the classifier.
        self.assertEqual(paths["weighted"], 6)
        self.assertEqual(paths["count"], 2**16)
        # All blocks but the first, which keeps 64 channels: 1x1, 3x3, and 1x1 back.
        self.assertEqual([len(finding["layers"]) for finding in of_kind(document, "bottleneck")], 15 * [3])

    def test_a_function_that_is_called_twice_with_the_same(self):
        def model(*body):
            x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [4, 4])
            y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [4, 4])
            calls = [helper.make_node("Twice", ["x"], [name], name=name, domain="own") for name in ("a", "b")]
            graph = helper.make_graph([*calls, helper.make_node("Add", ["a", "b"], ["y"], name="sum")], "model", [x], [y])
            sets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
            function = helper.make_function("own", "Twice", ["u"], ["v"], list(body), sets[:1])
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / "model.onnx"
                path.write_bytes(helper.make_model(graph, opset_imports=sets, functions=[function]).SerializeToString())
                return of_kind(analyze(path), "repeated")

        (found,) = model(helper.make_node("MatMul", ["u", "u"], ["v"]))
        self.assertEqual((found["layers"], found["saves"]["macs"]), (["b"], 64))
        self.assertEqual(model(helper.make_node("RandomNormalLike", ["u"], ["v"])), [])

    def test_cuts_on_request(self):
        document = analyze(EXAMPLES / "resnet50.onnx", "--set", "batch=1")
        self.assertEqual(of_kind(document, "cut"), [])
        cuts = of_kind(analyze(EXAMPLES / "resnet50.onnx", "--set", "batch=1", "--cuts"), "cut")
        narrowest = cuts[0]
        self.assertEqual(narrowest["which"], "narrowest")
        self.assertEqual(narrowest["bytes"], 401_408)  # 2048 x 7 x 7 floats
        total = narrowest["macs_before"] + narrowest["macs_after"]
        self.assertGreaterEqual(min(narrowest["macs_before"], narrowest["macs_after"]), total / 10)


if __name__ == "__main__":
    sys.exit(unittest.main())
