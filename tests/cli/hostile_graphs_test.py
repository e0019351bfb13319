#!/usr/bin/env python3
"""Does every option and format hold for graphs that are no graphs: cycles, names that nobody makes, names made twice?"""
import concurrent.futures
import json
import os
import random
import subprocess
import unittest

import onnx
from onnx import TensorProto, helper

PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
SEEDS = 60
OPTIONS = [["--order", "best"], ["--order", "best", "--in-place"], ["--cuts"], ["--training", "--details"],
           ["--details", "--cuts", "--training", "--in-place", "--order", "best", "--set", "N=2"],
           ["--format", "json", "--cuts", "--training", "--order", "best"],
           ["--format", "html", "--details", "--training", "--cuts", "--order", "best"],
           *(["--format", name, "--details"] for name in ("markdown", "latex", "csv", "dot", "svg"))]
BINARY = ("Add", "MatMul", "Mul", "Conv", "Reshape")
UNARY = ("Relu", "Identity", "Flatten", "Transpose", "Softmax", "Squeeze", "Shape", "Dropout")


def nested(nodes, outputs, inputs=()):
    return helper.make_graph(nodes, "inner", list(inputs), [onnx.ValueInfoProto(name=name) for name in outputs])


class RandomGraph:
    """Nodes take any names at all, their own among them."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = self.random.randint(2, 12)
        self.names = ["x", "c", "s", *(f"t{i}" for i in range(self.count)), "gone", "w"]

    def any_name(self):
        return self.random.choice(self.names)

    def branch(self, prefix):
        nodes = [helper.make_node("Add", [self.any_name(), self.any_name()], [f"{prefix}a"]), helper.make_node("Relu", [f"{prefix}a"], [f"{prefix}b"])]
        if self.random.random() < 0.3:
            nodes.append(helper.make_node("Relu", [f"{prefix}own"], [f"{prefix}own"]))
        return nested(nodes, [f"{prefix}b"])

    def body(self, prefix):
        nodes = [helper.make_node("Add", [f"{prefix}v", self.any_name()], [f"{prefix}w"]), helper.make_node("Identity", [f"{prefix}k"], [f"{prefix}l"])]
        inputs = [helper.make_tensor_value_info(f"{prefix}i", TensorProto.INT64, []), helper.make_tensor_value_info(f"{prefix}k", TensorProto.BOOL, []),
                  onnx.ValueInfoProto(name=f"{prefix}v")]
        return nested(nodes, [f"{prefix}l", f"{prefix}w"], inputs)

    def node(self, index):
        operator = self.random.choice([*BINARY, *UNARY, "Concat", "Split", "If", "Loop", "BatchNormalization", "F"])
        outputs = [f"t{index}" if self.random.random() < 0.85 else f"t{self.random.randrange(self.count)}"]
        names = [self.any_name() for _ in range(5)]
        if operator == "If":
            return helper.make_node(operator, ["c"], outputs, then_branch=self.branch(f"y{index}"), else_branch=self.branch(f"n{index}"))
        if operator == "Loop":
            return helper.make_node(operator, ["s", "", names[0]], outputs, body=self.body(f"l{index}"))
        if operator == "Concat":
            return helper.make_node(operator, names[:4], outputs, axis=self.random.randint(0, 1))
        if operator == "Split":
            return helper.make_node(operator, names[:1], [*outputs, f"u{index}"], num_outputs=2)
        if operator == "BatchNormalization":
            return helper.make_node(operator, names, outputs)
        if operator == "F":
            return helper.make_node(operator, names[:1], outputs, domain="own")
        return helper.make_node(operator, names[:2] if operator in BINARY else names[:1], outputs)

    def model(self):
        shape = self.random.choice([["N", 8, 4, 4], [8, 8], ["N", "L"], [1]])
        inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape), helper.make_tensor_value_info("c", TensorProto.BOOL, []),
                  helper.make_tensor_value_info("s", TensorProto.INT64, [])]
        if self.random.random() < 0.1:
            inputs.append(inputs[0])
        weights = [helper.make_tensor("w", TensorProto.FLOAT, [8, 8], [0.0] * 64)] * (2 if self.random.random() < 0.1 else 1)
        function = helper.make_function("own", "F", ["a"], ["b"], [helper.make_node("Relu", ["q"], ["p"]), helper.make_node("Add", ["p", "a"], ["q"]),
                                                                   helper.make_node("Add", ["p", "nowhere"], ["b"])], [helper.make_opsetid("", 21)])
        outputs = [onnx.ValueInfoProto(name=self.random.choice(self.names[3:])) for _ in range(2)]
        graph = helper.make_graph([self.node(i) for i in range(self.count)], "random", inputs, outputs, weights)
        return helper.make_model(graph, functions=[function], opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid("own", 1)])


def run(model, *options):
    return subprocess.run([PROGRAM, "-", *options], input=model, capture_output=True)


class NoGraphs(unittest.TestCase):
    def check(self, seed):
        model = RandomGraph(seed).model().SerializeToString()
        for options in OPTIONS:
            ran = run(model, *options)
            self.assertIn(ran.returncode, (0, 3), (seed, options, ran.stderr[-400:]))
            if "json" in options:
                codes = {entry["code"] for entry in json.loads(ran.stdout)["diagnostics"]}
                self.seen |= codes

    def test_every_option_ends_with_a_documented_exit_code(self):
        self.seen = set()
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(self.check, range(SEEDS)))
        # The models are as hostile as they are meant to be.
        self.assertLessEqual({"cycle", "undefined-name", "duplicate-name"}, self.seen)

    def test_a_cycle_keeps_the_file_s_order(self):
        nodes = [helper.make_node("Add", ["x", "b"], ["a"]), helper.make_node("Relu", ["a"], ["b"]), helper.make_node("Relu", ["x"], ["y"])]
        graph = helper.make_graph(nodes, "cycle", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4])], [onnx.ValueInfoProto(name="y")])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString()
        ran = run(model, "--order", "best", "--format", "json")
        self.assertEqual(ran.returncode, 3)
        document = json.loads(ran.stdout)
        self.assertEqual([entry["code"] for entry in document["diagnostics"]], ["cycle"])
        self.assertFalse(document["totals"]["peak"].get("optimal", False))

    def test_nodes_that_lack_what_they_read(self):
        """Each is read as it is: nothing behind a name that is not there is looked at."""
        extent = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 4, 8, 8])
        number = helper.make_tensor("number", TensorProto.FLOAT, [], [0.0])
        inner = nested([helper.make_node("Relu", ["x"], ["r"])], ["r"])
        kept = helper.make_node("Relu", ["x"], ["y"])
        cases = {
            "a branch without its condition": ([helper.make_node("If", [], ["t"], then_branch=inner, else_branch=inner), kept], []),
            "a softmax of nothing": ([helper.make_node("Softmax", [""], ["t"]), helper.make_node("Softmax", ["x"], []), kept], []),
            "words whose filters are a number": ([helper.make_node("WordConvEmbedding", ["x", "number", "number", "number"], ["t"], domain="com.microsoft"),
                                                  kept], [number]),
            "a mask that is made of itself": ([helper.make_node("Cast", ["m"], ["m"], to=1), helper.make_node("Add", ["x", "m"], ["a"]),
                                               helper.make_node("Softmax", ["a"], ["t"]), kept], []),
            "a softmax of a cast of itself": ([helper.make_node("Cast", ["a"], ["a"], to=1), helper.make_node("Softmax", ["a"], ["t"]), kept], []),
            "keys that are views of themselves": ([helper.make_node("Transpose", ["k"], ["k"], perm=[0, 1, 3, 2]), helper.make_node("MatMul", ["x", "k"], ["t"]),
                                                   kept], []),
        }
        for name, (nodes, stored) in cases.items():
            graph = helper.make_graph(nodes, name, [extent], [onnx.ValueInfoProto(name="y")], stored)
            model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]).SerializeToString()
            for options in OPTIONS:
                with self.subTest(name, options=options):
                    self.assertIn(run(model, *options).returncode, (0, 3))


if __name__ == "__main__":
    unittest.main()
