#!/usr/bin/env python3
"""What training costs, as the command says it: optimizers, frozen layers, per-layer gradients.  Products of gradients are counted one by one."""
import itertools
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from onnx import TensorProto, helper

PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
ELEMENT = 4


class Model:
    """[2, 3, 8, 8]: a stem, two convolutions beside a skip, a depthwise one, a dense layer; `shapes` by weight."""

    def __init__(self):
        self.nodes, self.stored, self.shapes = [], [], {}
        stem = self.conv("stem", "x", 4, 3, 3, strides=[2, 2], pads=[1] * 4)
        a = self.conv("body/first", stem, 4, 4, 3, pads=[1] * 4)
        b = self.conv("body/second", self.node("Relu", a), 4, 4, 1)
        wide = self.conv("depthwise", self.node("Add", stem, b), 4, 1, 3, group=4)
        self.add_weight("head.weight", 5, 16)
        self.add_weight("head.bias", 5)
        self.nodes.append(helper.make_node("Gemm", [self.node("Flatten", wide), "head.weight", "head.bias"], ["y"], name="head", transB=1))

    def node(self, op, *inputs, **attributes):
        self.nodes.append(helper.make_node(op, list(inputs), [f"t{len(self.nodes)}"], **attributes))
        return self.nodes[-1].output[0]

    def add_weight(self, name, *dims):
        self.stored.append(helper.make_tensor(name, TensorProto.FLOAT, dims, bytes(ELEMENT * math.prod(dims)), raw=True))
        self.shapes[name] = dims

    def conv(self, name, x, outputs, inputs, kernel, **attributes):
        self.add_weight(f"{name}.weight", outputs, inputs, kernel, kernel)
        return self.node("Conv", x, f"{name}.weight", name=name, **attributes)

    def bytes(self):
        graph = helper.make_graph(self.nodes, "net", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3, 8, 8])],
                                  [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 5])], initializer=self.stored)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def products_of_convolution(batch, outputs, inputs_of_group, kernel, size):
    """For each operand how often a product of the result's gradient with the other is added to its gradient, padding read as zeros."""
    to_input = to_weight = 0
    for _ in itertools.product(range(batch), range(outputs), range(size), range(size), range(inputs_of_group), range(kernel), range(kernel)):
        to_input += 1
        to_weight += 1
    return to_input, to_weight


class Training(unittest.TestCase):
    LAYERS = {"stem": products_of_convolution(2, 4, 3, 3, 4), "body/first": products_of_convolution(2, 4, 4, 3, 4),
              "body/second": products_of_convolution(2, 4, 4, 1, 4), "depthwise": products_of_convolution(2, 4, 1, 3, 2),
              "head": (2 * 5 * 16, 2 * 5 * 16)}
    FORWARD = sum(to_weight for _, to_weight in LAYERS.values())

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name) / "net.onnx"
        cls.model = Model()
        cls.path.write_bytes(cls.model.bytes())
        cls.parameters = sum(math.prod(dims) for dims in cls.model.shapes.values())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def document(self, *arguments):
        run = subprocess.run([PROGRAM, "analyze", self.path, "--format", "json", *arguments], check=True, capture_output=True, text=True)
        return json.loads(run.stdout)

    def training(self, *arguments):
        return self.document(*arguments)["totals"]["training"]

    def expect(self, training, without_input, without_weight):
        """All gradients but those of the inputs, and of the weights, of these layers."""
        self.assertEqual(training["input_gradient_macs"], sum(n for name, (n, _) in self.LAYERS.items() if name not in without_input))
        self.assertEqual(training["weight_gradient_macs"], sum(n for name, (_, n) in self.LAYERS.items() if name not in without_weight))
        self.assertEqual(training["macs"], self.FORWARD + training["input_gradient_macs"] + training["weight_gradient_macs"])
        self.assertTrue(training["complete"])

    def test_every_gradient_but_that_of_the_image(self):
        document = self.document()
        self.assertEqual(document["totals"]["macs"], self.FORWARD)
        self.expect(document["totals"]["training"], {"stem"}, {})
        by_layer = {layer["name"]: layer["training_macs"] for layer in document["layers"]}
        for name, (to_input, to_weight) in self.LAYERS.items():
            self.assertEqual(by_layer[name], to_weight + to_weight + (0 if name == "stem" else to_input), name)

    def test_optimizers(self):
        for name, copies in ("sgd", 0), ("momentum", 1), ("adam", 2):
            training = self.training("--optimizer", name)
            self.assertEqual(training["optimizer"], name)
            self.assertEqual(training["learned_parameters"], self.parameters)
            self.assertEqual(training["weight_bytes"], ELEMENT * self.parameters)
            self.assertEqual(training["gradient_bytes"], ELEMENT * self.parameters)
            self.assertEqual(training["optimizer_bytes"], copies * ELEMENT * self.parameters)
            self.assertEqual(training["bytes"], training["weight_bytes"] + training["gradient_bytes"] + training["optimizer_bytes"] +
                             training["saved_bytes"])
        self.assertEqual(self.training()["optimizer"], "adam")

    def test_mixed_precision(self):
        full, half = self.training(), self.training("--mixed-precision")
        for part in "weight_bytes", "gradient_bytes", "saved_bytes":
            self.assertEqual(2 * half[part], full[part], part)
        self.assertEqual(half["master_bytes"], full["weight_bytes"])
        self.assertEqual(half["optimizer_bytes"], full["optimizer_bytes"])
        self.assertEqual(half["macs"], full["macs"])

    def test_frozen_by_tensor_layer_and_module(self):
        for patterns, frozen in (["body/first.weight"], {"body/first"}), (["body/first"], {"body/first"}), (["body/*"], {"body/first", "body/second"}):
            training = self.training(*itertools.chain.from_iterable(("--freeze", pattern) for pattern in patterns))
            self.expect(training, {"stem"}, frozen)
            kept = self.parameters - sum(math.prod(self.model.shapes[f"{name}.weight"]) for name in frozen)
            self.assertEqual(training["learned_parameters"], kept)
            self.assertEqual(training["gradient_bytes"], ELEMENT * kept)
            self.assertEqual(training["optimizer_bytes"], 2 * ELEMENT * kept)
            self.assertEqual(training["weight_bytes"], ELEMENT * self.parameters)

    def test_no_gradient_flows_to_what_lies_before_all_that_is_learned(self):
        # Behind a frozen stem the first convolution and the skip begin: neither sends anything back.
        self.expect(self.training("--freeze", "stem"), {"stem", "body/first"}, {"stem"})
        everything_but_the_head = [name for name in self.LAYERS if name != "head"]
        training = self.training("--freeze", "stem", "--freeze", "body/*", "--freeze", "depthwise")
        self.expect(training, set(self.LAYERS), set(everything_but_the_head))
        self.assertEqual(training["learned_parameters"], 5 * 16 + 5)
        self.assertEqual(training["saved_bytes"], ELEMENT * 2 * 16)  # what the dense layer read
        self.assertEqual(self.training("--freeze", "*")["macs"], self.FORWARD)


if __name__ == "__main__":
    sys.exit(unittest.main())
