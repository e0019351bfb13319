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

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "examples" / "models"


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


def densenet(form):
    """DenseNet-121: 64 channels, blocks of 6, 12, 24 and 16 layers that add 32 each, transitions that halve."""
    m = Model(["N", 3, 224, 224], folded=False)
    x = m.pool(m.relu(m.norm(m.conv("image", 64, 7, 2))), 3, 2, 1)
    for index, layers in enumerate((6, 12, 24, 16)):
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


class Structures(unittest.TestCase):
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
