#!/usr/bin/env python3
"""Small files of every kind that bench/growing_models.py makes: are they read, and do names past the budget stand for what numbers give?"""
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
import growing_models  # noqa: E402
from onnx import TensorProto, helper  # noqa: E402

PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
FIGURES = ("macs", "flops", "bytes_read", "bytes_written", "activation_bytes")


def run(model, *options, status=(0,)):
    ran = subprocess.run([PROGRAM, "-", *options], input=model, capture_output=True)
    assert ran.returncode in status, (ran.returncode, ran.stderr[-500:])
    return ran.stdout


class Names:
    """Values of the expressions of a document where every symbol is one number, worked out by Python."""

    FUNCTIONS = {"min": min, "max": max, "abs": abs, "mod": lambda a, b: a - b * (a // b), "floor": lambda a: a}

    def __init__(self, document, size):
        self.size, self.values = size, dict(self.FUNCTIONS)
        self.definitions = document.get("definitions", {})

    def value(self, text):
        """Definitions are deep: what an expression needs is worked out before it, by a stack of our own."""
        pending = [text]
        while pending:
            last = pending[-1]
            needed = [name for name in re.findall(r"[A-Za-z_]\w*", str(self.definitions.get(last, last if last == text else "")))
                      if name not in self.values]
            if last != text and last not in self.definitions:
                self.values[last] = self.size
                pending.pop()
            elif needed:
                pending.extend(needed)
            else:
                result = eval(str(self.definitions.get(last, last)).replace("/", "//").replace("^", "**"), {"__builtins__": {}}, self.values)
                pending.pop()
                if last == text:
                    return result
                self.values[last] = result


class Growth(unittest.TestCase):
    def test_every_kind_of_model_is_read(self):
        for name, make in growing_models.MODELS.items():
            with self.subTest(name):
                document = json.loads(run(make(40), "--format", "json", "--training", "--cuts", "--order", "best", status=(0, 3)))
                errors = [entry for entry in document["diagnostics"] if entry["severity"] == "error"]
                self.assertEqual(errors, [])

    def test_past_the_budget_names_stand_for_what_numbers_give(self):
        for name, count in (("slices", 600), ("resizes", 1000), ("minima_and_maxima", 900), ("floors", 800), ("broadcasts", 400)):
            model = growing_models.MODELS[name](count)
            open_document = json.loads(run(model, "--format", "json"))
            with self.subTest(name):
                symbols = [symbol["id"] for symbol in open_document["symbols"]]
                bound = json.loads(run(model, "--format", "json", "--set", ",".join(f"{symbol}=6" for symbol in symbols)))
                names = Names(open_document, 6)
                for figure in FIGURES:
                    if open_document["totals"].get(figure) is not None:
                        self.assertEqual(names.value(str(open_document["totals"][figure])), int(bound["totals"][figure]), figure)
                self.assertNotIn("definitions", {key for key, value in bound.items() if value})

    def test_a_note_says_that_sizes_became_names(self):
        document = json.loads(run(growing_models.MODELS["slices"](3000), "--format", "json"))
        notes = [entry for entry in document["diagnostics"] if entry["code"] == "named-sizes"]
        self.assertEqual([note["severity"] for note in notes], ["note"])
        self.assertEqual([], [entry["code"] for entry in json.loads(run(growing_models.MODELS["slices"](40), "--format", "json"))["diagnostics"]])

    def test_the_same_bytes_every_time_and_whatever_else_is_written(self):
        model = growing_models.MODELS["slices"](900)
        self.assertEqual(run(model, "--format", "json"), run(model, "--format", "json"))
        self.assertEqual(run(model), run(model))

    def test_functions_that_call_each_other_twice_a_level_overflow_at_a_node(self):
        functions = []
        for level in range(300):
            inner = [helper.make_node(f"F{level + 1}", ["a"], ["m"], domain="own"), helper.make_node(f"F{level + 1}", ["m"], ["b"], domain="own")]
            if level == 299:
                inner = [helper.make_node("MatMul", ["a", "a"], ["b"])]
            functions.append(helper.make_function("own", f"F{level}", ["a"], ["b"], inner, [helper.make_opsetid("", 21), helper.make_opsetid("own", 1)]))
        graph = helper.make_graph([helper.make_node("F0", ["x"], ["y"], domain="own", name="call"), helper.make_node("MatMul", ["x", "x"], ["z"])],
                                  "deep", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4, 4])],
                                  [helper.make_tensor_value_info(name, TensorProto.FLOAT, [4, 4]) for name in ("y", "z")])
        model = helper.make_model(graph, functions=functions, opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid("own", 1)])
        for options in ([], ["--training", "--details"], ["--order", "best"], ["--cuts"], ["--format", "html"]):
            run(model.SerializeToString(), *options, status=(3,))
        document = json.loads(run(model.SerializeToString(), "--format", "json", "--training", status=(3,)))
        self.assertIn("overflow", {entry["code"] for entry in document["diagnostics"]})
        layers = {layer["op"]: layer for layer in document["layers"]}
        self.assertEqual(layers["MatMul"]["macs"], 64)
        self.assertEqual(layers["F0"]["status"], "unknown")
        self.assertFalse(document["complete"])


if __name__ == "__main__":
    unittest.main()
