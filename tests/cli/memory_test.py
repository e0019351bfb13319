#!/usr/bin/env python3
"""Memory of nested graphs, limits of devices, language models and sweeps: against figures that are worked out by hand here."""
import csv
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import jsonschema
import numpy
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "docs" / "macroscope-1.schema.json").read_text()))
DEVICES = ROOT / "examples" / "devices"


def value(name, *dims, elem=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, elem, dims)


def stored(name, array):
    return numpy_helper.from_array(numpy.asarray(array), name)


def model_of(nodes, inputs, outputs, initializers=(), functions=(), opset=17, domains=("",)):
    graph = helper.make_graph(nodes, "made here", inputs, outputs, initializers)
    sets = [helper.make_opsetid(domain, opset if not domain else 1) for domain in domains]
    return helper.make_model(graph, opset_imports=sets, ir_version=8, functions=list(functions))


class Program(unittest.TestCase):
    def run_program(self, model, *arguments, status=0):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "model.onnx"
            path.write_bytes(model.SerializeToString())
            run = subprocess.run([PROGRAM, path, *arguments], capture_output=True, cwd=folder)
            self.files = {made.name: made.read_text() for made in pathlib.Path(folder).iterdir() if made.suffix not in (".onnx", "")}
        self.assertEqual(run.returncode, status, run.stderr.decode())
        return run.stdout.decode()

    def json(self, model, *arguments, status=0):
        document = json.loads(self.run_program(model, *arguments, "--format", "json", status=status))
        SCHEMA.validate(document)
        return document

    def peak(self, model, *arguments):
        return self.json(model, *arguments)["totals"]["peak"]


def branch(name, width):
    """a = Relu(x); joined = a, width times; its sum is the output."""
    nodes = [helper.make_node("Relu", ["r"], [f"{name}_a"]),
             helper.make_node("Concat", [f"{name}_a"] * width, [f"{name}_wide"], axis=0),
             helper.make_node("ReduceSum", [f"{name}_wide"], [f"{name}_out"], keepdims=1)]
    return helper.make_graph(nodes, name, [], [value(f"{name}_out", 1)])


class NestedGraphs(Program):
    def test_a_branch_adds_its_own_peak_at_its_node(self):
        nodes = [helper.make_node("Relu", ["x"], ["r"]),
                 helper.make_node("If", ["c"], ["y"], name="choice", then_branch=branch("then", 3), else_branch=branch("else", 5))]
        peak = self.peak(model_of(nodes, [value("x", 10), value("c", elem=TensorProto.BOOL)], [value("y", 1)]))
        # r and c and y, and inside of the dearer branch: a and five times a.
        self.assertEqual((peak["bytes"], peak["node"], peak["tensors"]), (40 + 1 + 4 + 40 + 200, "choice", ["c", "r", "y"]))
        self.assertEqual(peak["inside_bytes"], 240)

    def test_a_loop_has_its_own_state(self):
        body = helper.make_graph([helper.make_node("Identity", ["cond"], ["go_on"]), helper.make_node("Relu", ["state"], ["wide"]),
                                  helper.make_node("Relu", ["wide"], ["next"])], "body",
                                 [value("i", elem=TensorProto.INT64), value("cond", elem=TensorProto.BOOL), value("state", 10)],
                                 [value("go_on", elem=TensorProto.BOOL), value("next", 10)])
        nodes = [helper.make_node("Loop", ["n", "", "x"], ["y"], name="loop", body=body)]
        peak = self.peak(model_of(nodes, [value("x", 10)], [value("y", 10)], [stored("n", numpy.int64(4))]))
        # x and y; inside: the number i, which nobody reads, counts nothing; state and wide.
        self.assertEqual((peak["bytes"], peak["inside_bytes"]), (80 + 80, 80))

    def test_a_function_shares_its_operands_with_its_caller(self):
        function = helper.make_function("local", "Block", ["a"], ["b"],
                                        [helper.make_node("Concat", ["a", "a"], ["t"], axis=0), helper.make_node("ReduceSum", ["t"], ["b"], keepdims=1)],
                                        [helper.make_opsetid("", 17)])
        nodes = [helper.make_node("Block", ["x"], ["y"], domain="local", name="call")]
        peak = self.peak(model_of(nodes, [value("x", 10)], [value("y", 1)], functions=[function], domains=("", "local")))
        self.assertEqual((peak["bytes"], peak["inside_bytes"]), (40 + 4 + 80, 80))


class Orders(Program):
    def model(self):
        wide = [helper.make_node("Relu", ["x"], [f"w{i}"], name=f"wide{i}") for i in range(4)]
        narrow = [helper.make_node("ReduceSum", [f"w{i}"], [f"n{i}"], keepdims=1, name=f"narrow{i}") for i in range(4)]
        return model_of([*wide, *narrow, helper.make_node("Concat", [f"n{i}" for i in range(4)], ["y"], axis=0)],
                        [value("x", 1000)], [value("y", 4)])

    def test_the_best_order_and_what_it_saves(self):
        document = self.json(self.model(), "--order", "best")
        self.assertEqual(document["totals"]["peak"]["bytes"], 8000 + 3 * 4)
        memory = document["memory"]
        self.assertEqual((memory["file_order_bytes"], memory["saved_bytes"], memory["optimal"]), (20000, 20000 - 8012, True))
        self.assertEqual(sorted(memory["nodes"]), list(range(9)))
        self.assertIn("saves 11,988 B (59.9 %)", self.run_program(self.model(), "--order", "best"))
        self.run_program(self.model(), "--order", "worst", status=2)

    def test_the_column_of_live_bytes_has_the_peak_below(self):
        table = self.run_program(self.model(), "--columns", "name,live_bytes")
        self.assertRegex(table, r"wide3 +20,000")
        self.assertRegex(table, r"TOTAL +20,000")


class Devices(Program):
    def test_bounds_and_times_are_those_of_the_data_sheet(self):
        nodes = [helper.make_node("MatMul", ["x", "w"], ["y"], name="product"), helper.make_node("Relu", ["y"], ["z"], name="relu")]
        model = model_of(nodes, [value("x", 1024, 1024, elem=TensorProto.FLOAT16)], [value("z", 1024, 1024, elem=TensorProto.FLOAT16)],
                         [stored("w", numpy.zeros((1024, 1024), numpy.float16))])
        document = self.json(model, "--device", DEVICES / "nvidia-a100-80gb.toml")
        product, relu = document["layers"]
        self.assertEqual((product["bound"], relu["bound"]), ("compute", "memory"))
        self.assertAlmostEqual(product["best_case_seconds"], 2 * 1024**3 / 312e12)
        self.assertAlmostEqual(product["intensity"], 2 * 1024**3 / (3 * 2 * 1024**2))
        self.assertAlmostEqual(relu["best_case_seconds"], 4 * 1024**2 / 2039e9)
        roofline = document["roofline"]
        self.assertAlmostEqual(roofline["best_case_seconds"], 2 * 1024**3 / 312e12 + 4 * 1024**2 / 2039e9)
        self.assertEqual((roofline["fits"], roofline["needed_bytes"]), (True, 6 * 1024**2))

    def test_open_sizes_are_compared_where_they_can_be(self):
        nodes = [helper.make_node("MatMul", ["x", "w"], ["y"], name="product"), helper.make_node("Relu", ["y"], ["z"], name="relu")]
        model = model_of(nodes, [value("x", "N", 1024)], [value("z", "N", 1024)], [stored("w", numpy.zeros((1024, 1024), numpy.float32))])
        document = self.json(model, "--device", DEVICES / "nvidia-a100-80gb.toml")
        self.assertEqual([layer["bound"] for layer in document["layers"]], ["depends", "memory"])
        self.assertIsNone(document["roofline"]["best_case_seconds"])

    def test_a_time_of_open_sizes_is_told_at_those_that_the_report_names(self):
        nodes = [helper.make_node("MatMul", ["x", "w"], ["y"], name="product"), helper.make_node("Relu", ["y"], ["z"], name="relu")]
        model = model_of(nodes, [value("x", "length", 1024)], [value("z", "length", 1024)], [stored("w", numpy.zeros((1024, 1024), numpy.float32))])
        device = ("--device", DEVICES / "nvidia-a100-80gb.toml")
        text = self.run_program(model, *device)
        length = re.search(r"Numbers at length = (\d+);", text)[1]
        bound = self.run_program(model, *device, "--set", f"length={length}")
        time = re.search(r"Best-case time +([0-9.]+ .?s)", bound)[1]
        self.assertRegex(text, rf"Best-case time +{time} +at the example sizes")
        self.assertRegex(self.run_program(model, *device, "--exact"), r"Best-case time +\? +depends on open sizes")

    def test_a_type_without_a_rate_is_said(self):
        nodes = [helper.make_node("MatMul", ["x", "x"], ["y"])]
        model = model_of(nodes, [value("x", 8, 8, elem=TensorProto.DOUBLE)], [value("y", 8, 8, elem=TensorProto.DOUBLE)])
        roofline = self.json(model, "--device", DEVICES / "nvidia-t4.toml")["roofline"]
        self.assertEqual((roofline["missing"], roofline["complete"]), (["float64"], False))
        self.assertIn("float64", self.run_program(model, "--device", DEVICES / "nvidia-t4.toml"))

    def test_a_model_that_is_too_large_does_not_fit(self):
        model = model_of([helper.make_node("Relu", ["x"], ["y"])], [value("x", 1 << 31)], [value("y", 1 << 31)])
        self.assertFalse(self.json(model, "--device", DEVICES / "nvidia-t4.toml")["roofline"]["fits"])

    def test_every_example_is_read(self):
        model = model_of([helper.make_node("Relu", ["x"], ["y"])], [value("x", 4)], [value("y", 4)])
        examples = sorted(DEVICES.glob("*.toml"))
        self.assertGreaterEqual(len(examples), 4)
        for path in examples:
            device = self.json(model, "--device", path)["roofline"]["device"]
            self.assertTrue(device["source"].startswith("https://"))
        with tempfile.TemporaryDirectory() as folder:
            wrong = pathlib.Path(folder) / "wrong.toml"
            wrong.write_text('nmae = "x"\n')
            self.run_program(model, "--device", wrong, status=2)


def decoder(layers=2, heads=4, size=8, query="sequence", past="past"):
    """As exporters write one: keys and values of this run are joined with those of earlier ones."""
    hidden = heads * size
    nodes, initializers, inputs, outputs = [], [stored("apart", [0, 0, heads, size]), stored("together", [0, 0, hidden])], [], []
    inputs.append(value("x", "batch", query, hidden))
    before = "x"
    for i in range(layers):
        for name in "qkvo":
            initializers.append(stored(f"w{name}{i}", numpy.zeros((hidden, hidden), numpy.float32)))
        for name in "qkv":
            nodes.append(helper.make_node("MatMul", [before, f"w{name}{i}"], [f"{name}{i}_flat"]))
            nodes.append(helper.make_node("Reshape", [f"{name}{i}_flat", "apart"], [f"{name}{i}_apart"]))
            nodes.append(helper.make_node("Transpose", [f"{name}{i}_apart"], [f"{name}{i}"], perm=[0, 2, 1, 3]))
        for name, word in (("k", "key"), ("v", "value")):
            inputs.append(value(f"past.{i}.{word}", "batch", heads, past, size))
            outputs.append(value(f"present.{i}.{word}", "batch", heads, None, size))
            nodes.append(helper.make_node("Concat", [f"past.{i}.{word}", f"{name}{i}"], [f"present.{i}.{word}"], axis=2))
        nodes += [helper.make_node("Transpose", [f"present.{i}.key"], [f"kt{i}"], perm=[0, 1, 3, 2]),
                  helper.make_node("MatMul", [f"q{i}", f"kt{i}"], [f"scores{i}"]),
                  helper.make_node("Softmax", [f"scores{i}"], [f"weights{i}"], axis=-1),
                  helper.make_node("MatMul", [f"weights{i}", f"present.{i}.value"], [f"seen{i}"]),
                  helper.make_node("Transpose", [f"seen{i}"], [f"back{i}"], perm=[0, 2, 1, 3]),
                  helper.make_node("Reshape", [f"back{i}", "together"], [f"joined{i}"]),
                  helper.make_node("MatMul", [f"joined{i}", f"wo{i}"], [f"out{i}"])]
        before = f"out{i}"
    outputs.append(value(before, "batch", query, hidden))
    return model_of(nodes, inputs, outputs, initializers)


class LanguageModels(Program):
    def at(self, expression, **sizes):
        return eval(str(expression).replace("^", "**"), {"max": max, "min": min}, sizes)

    def test_an_exported_decoder(self):
        layers, hidden = 2, 32
        model = decoder(layers)
        found = self.json(model)["generation"]
        self.assertEqual((found["query_symbol"], found["past_symbol"], found["length"], found["caches"]), ("sequence", "past", "S", 2 * layers))
        self.assertEqual(found["cache_bytes_per_token"], layers * 2 * hidden * 4)
        for batch, length in ((1, 1), (1, 128), (3, 17)):
            prefill = layers * batch * (4 * length * hidden**2 + 2 * length**2 * hidden)
            decode = layers * batch * (4 * hidden**2 + 2 * length * hidden)
            self.assertEqual(self.at(found["prefill"]["macs"], batch=batch, S=length), prefill)
            self.assertEqual(self.at(found["decode"]["macs"], batch=batch, S=length), decode)
            # And a run with these numbers agrees.
            run = self.json(model, "--set", f"batch={batch},sequence=1,past={length - 1}")["totals"]
            self.assertEqual(run["macs"], decode)
            self.assertEqual(self.at(found["decode"]["flops"], batch=batch, S=length), run["flops"])
            self.assertEqual(self.at(found["decode"]["bytes"], batch=batch, S=length), run["bytes_read"] + run["bytes_written"])
            run = self.json(model, "--set", f"batch={batch},sequence={length},past=0")["totals"]
            self.assertEqual(self.at(found["prefill"]["flops"], batch=batch, S=length), run["flops"])
        self.assertIn("Cache per token", self.run_program(model))

    def test_a_model_of_one_token_at_a_time(self):
        found = self.json(decoder(query=1))["generation"]
        self.assertIsNone(found["prefill"])
        self.assertEqual(self.at(found["decode"]["macs"], batch=1, S=10), 2 * (4 * 32**2 + 2 * 10 * 32))
        self.assertIn("one token at a time", found["notes"][0])

    def test_a_cache_of_fixed_length(self):
        found = self.json(decoder(past=128))["generation"]
        self.assertIsNone(found["decode"])
        self.assertIn("no size of its own", found["notes"][0])

    def attention(self, causal):
        projections = [helper.make_node("MatMul", ["x", f"w{name}"], [name]) for name in "qkv"]
        nodes = [*projections, helper.make_node("Attention", ["q", "k", "v"], ["y"], q_num_heads=4, kv_num_heads=2, is_causal=causal)]
        widths = {"q": 32, "k": 16, "v": 16}
        return model_of(nodes, [value("x", "batch", "length", 32)], [value("y", "batch", "length", 32)],
                        [stored(f"w{name}", numpy.zeros((32, width), numpy.float32)) for name, width in widths.items()], opset=23)

    def test_causal_attention_that_keeps_nothing(self):
        found = self.json(self.attention(1))["generation"]
        for length in (1, 10, 100):
            self.assertEqual(self.at(found["prefill"]["macs"], batch=1, S=length), length * 32 * 64 + 4 * length**2 * 16)
            self.assertEqual(self.at(found["decode"]["macs"], batch=1, S=length), 32 * 64 + 4 * length * 16)
        self.assertEqual(found["cache_bytes_per_token"], 2 * 16 * 4)

    def spelled(self, mask):
        """[batch, length, 32] through attention of 4 heads that is written out; `mask(nodes, scores)` names what it makes of the scores."""
        lists = {"split": [0, 0, 4, 8], "together": [0, 0, 32], "one": [1], "start": [1], "end": [2]}
        nodes = [helper.make_node("Shape", ["x"], ["shape"]), helper.make_node("Slice", ["shape", "start", "end"], ["length"]),
                 helper.make_node("Concat", ["length", "length"], ["square"], axis=0)]
        for name in "qkv":
            nodes += [helper.make_node("MatMul", ["x", f"w{name}"], [f"{name}0"]), helper.make_node("Reshape", [f"{name}0", "split"], [f"{name}1"]),
                      helper.make_node("Transpose", [f"{name}1"], [name], perm=[0, 2, 3, 1] if name == "k" else [0, 2, 1, 3])]
        nodes += [helper.make_node("MatMul", ["q", "k"], ["products"]), helper.make_node("Div", ["products", "scale"], ["scores"])]
        nodes += [helper.make_node("Softmax", [mask(nodes, "scores")], ["weights"], axis=-1), helper.make_node("MatMul", ["weights", "v"], ["seen"]),
                  helper.make_node("Transpose", ["seen"], ["back"], perm=[0, 2, 1, 3]), helper.make_node("Reshape", ["back", "together"], ["y"])]
        weights = [stored(f"w{name}", numpy.zeros((32, 32), numpy.float32)) for name in "qkv"]
        constants = [stored(name, numpy.array(numbers, numpy.int64)) for name, numbers in lists.items()]
        constants += [stored("scale", numpy.float32(8 ** 0.5)), stored("hidden", numpy.float32(-1e9)), stored("above", numpy.int64(1))]
        return model_of(nodes, [value("x", "batch", "length", 32)], [value("y", "batch", "length", 32)], weights + constants)

    @staticmethod
    def filled(number):
        return helper.make_tensor("value", TensorProto.FLOAT, [1], [number])

    def added_triangle(self, nodes, scores, number=-1e9, upper=1):
        nodes += [helper.make_node("ConstantOfShape", ["square"], ["full"], value=self.filled(number)),
                  helper.make_node("Trilu", ["full", "above"], ["triangle"], upper=upper), helper.make_node("Add", [scores, "triangle"], ["masked"])]
        return "masked"

    def chosen_triangle(self, nodes, scores):
        nodes += [helper.make_node("ConstantOfShape", ["square"], ["full"], value=self.filled(1)), helper.make_node("Trilu", ["full"], ["triangle"], upper=0),
                  helper.make_node("Cast", ["triangle"], ["seen_by"], to=TensorProto.BOOL), helper.make_node("Where", ["seen_by", scores, "hidden"], ["masked"])]
        return "masked"

    def test_attention_that_is_written_out_under_a_causal_mask(self):
        for mask in self.added_triangle, self.chosen_triangle:
            model = self.spelled(mask)
            found = self.json(model)["generation"]
            self.assertEqual((found["query_symbol"], found["attentions"]), ("length", 1))
            for length in (1, 10, 100):
                self.assertEqual(self.at(found["prefill"]["macs"], batch=1, S=length), length * 3 * 32**2 + 2 * length**2 * 32)
                self.assertEqual(self.at(found["prefill"]["macs"], batch=1, S=length), self.json(model, "--set", f"batch=1,length={length}")["totals"]["macs"])
                self.assertEqual(self.at(found["decode"]["macs"], batch=1, S=length), 3 * 32**2 + 2 * length * 32)
            self.assertEqual(found["cache_bytes_per_token"], 2 * 32 * 4)

    def test_other_masks_make_no_language_model(self):
        for mask in (lambda nodes, scores: scores, lambda nodes, scores: self.added_triangle(nodes, scores, upper=0),
                     lambda nodes, scores: self.added_triangle(nodes, scores, number=1)):
            self.assertNotIn("generation", self.json(self.spelled(mask)))

    def test_attention_that_may_look_ahead(self):
        found = self.json(self.attention(0))["generation"]
        self.assertIsNotNone(found["prefill"])
        self.assertIsNone(found["decode"])
        self.assertIn("costs a prefill again", found["notes"][0])

    def test_grouped_queries(self):
        names = ["q", "k", "v", "past_k", "past_v", "lengths", "total"]
        nodes = [helper.make_node("GroupQueryAttention", names, ["y", "present_k", "present_v"], domain="com.microsoft", num_heads=4, kv_num_heads=2)]
        inputs = [value("q", "batch", "sequence", 32), value("k", "batch", "sequence", 16), value("v", "batch", "sequence", 16),
                  value("past_k", "batch", 2, "past", 8), value("past_v", "batch", 2, "past", 8), value("lengths", "batch", elem=TensorProto.INT32),
                  value("total", 1, elem=TensorProto.INT32)]
        outputs = [value("y", "batch", "sequence", 32), value("present_k", "batch", 2, None, 8), value("present_v", "batch", 2, None, 8)]
        found = self.json(model_of(nodes, inputs, outputs, domains=("", "com.microsoft")))["generation"]
        self.assertEqual(found["cache_bytes_per_token"], 2 * 2 * 8 * 4)
        self.assertEqual(found["query_symbol"], "sequence")

    def test_other_models_say_nothing(self):
        model = model_of([helper.make_node("Relu", ["x"], ["y"])], [value("x", "N")], [value("y", "N")])
        self.assertNotIn("generation", self.json(model))


class Sweeps(Program):
    def model(self):
        nodes = [helper.make_node("Conv", ["x", "w"], ["c"], name="conv"), helper.make_node("Relu", ["c"], ["y"], name="relu")]
        return model_of(nodes, [value("x", "N", 3, "H", 32)], [value("y", None, None, None, None)], [stored("w", numpy.zeros((8, 3, 3, 3), numpy.float32))])

    def macs(self, n, h):
        return n * 8 * (h - 2) * 30 * 27

    def test_rows_are_runs_of_their_own(self):
        document = self.json(self.model(), "--set", "N=2,H=32..64:16")
        self.assertEqual(document["sweep"]["symbols"], ["H"])
        self.assertEqual([row["values"] for row in document["sweep"]["rows"]], [[32], [48], [64]])
        for row in document["sweep"]["rows"]:
            height = row["values"][0]
            self.assertEqual(row["macs"], self.macs(2, height))
            run = self.json(self.model(), "--set", f"N=2,H={height}")["totals"]
            for key in ("parameters", "macs", "effective_macs", "flops", "activation_bytes", "bytes_read", "bytes_written"):
                self.assertEqual(row[key], run[key])
            self.assertEqual(row["peak_bytes"], run["peak"]["bytes"])
        self.assertEqual(document["totals"]["macs"], "12960*H - 25920")  # the rest of the document keeps the size open

    def test_two_sizes_make_a_product(self):
        rows = self.json(self.model(), "--set", "N=1..4:*2,H=10..20:10")["sweep"]["rows"]
        self.assertEqual([row["values"] for row in rows], [[n, h] for n in (1, 2, 4) for h in (10, 20)])
        self.assertEqual([row["macs"] for row in rows], [self.macs(n, h) for n in (1, 2, 4) for h in (10, 20)])

    def test_every_format(self):
        arguments = ["--set", "N=1,H=32..64:16"]
        text = self.run_program(self.model(), *arguments)
        self.assertRegex(text, r"\n64 +401,760 .*█")
        self.assertRegex(self.run_program(self.model(), *arguments, "--format", "markdown"), r"\| 64 \| 401,760 \|.*█")
        rows = list(csv.DictReader(io.StringIO(self.run_program(self.model(), *arguments, "--format", "csv"))))
        self.assertEqual([(row["H"], row["macs"]) for row in rows], [(str(h), str(self.macs(1, h))) for h in (32, 48, 64)])

    def test_the_picture(self):
        self.run_program(self.model(), "--set", "N=1..3,H=32..64:16", "--quiet", "-o", "plot.svg")
        picture = xml.etree.ElementTree.fromstring(self.files["plot.svg"])
        names = {"s": "http://www.w3.org/2000/svg"}
        charts = picture.findall("s:svg", names)
        self.assertEqual(len(charts), 2)
        for chart in charts:
            self.assertTrue(chart.find("s:title", names).text)
            self.assertTrue(chart.find("s:desc", names).text)
            self.assertEqual(chart.get("role"), "img")

    def test_sizes_that_the_model_does_not_take(self):
        document = self.json(self.model(), "--set", "N=1,H=1..5", status=3)
        self.assertEqual([row["macs"] is None for row in document["sweep"]["rows"]], [True, True, False, False, False])

    def test_wrong_ranges(self):
        for wrong in ("H=5..1", "H=1..x", "H=1..9:0", "H=0..9:*2", "H=1..100000", "H=..5", "H=1..5:2:3"):
            self.run_program(self.model(), "--set", wrong, status=2)
        run = subprocess.run([PROGRAM, "-", "--set", "H=1..5"], input=self.model().SerializeToString(), capture_output=True)
        self.assertEqual(run.returncode, 2)


def one_for_each_size(count):
    """Inputs of sizes of their own, each read by one layer: which of them needs most depends on all of the sizes."""
    each = range(count)
    nodes = [helper.make_node("Relu", [f"x{i}"], [f"y{i}"]) for i in each]
    nodes += [helper.make_node("ReduceMax", [f"y{i}"], [f"z{i}"], keepdims=0) for i in each]
    return model_of(nodes, [value(f"x{i}", f"s{i}") for i in each], [helper.make_tensor_value_info(f"z{i}", TensorProto.FLOAT, ()) for i in each])


class PeakWithoutFormula(Program):
    SIZES = {f"s{i}": 7 * (i * 5 % 9 + 1) for i in range(24)}

    def model(self):
        return one_for_each_size(24)

    def test_its_number_is_told_at_the_sizes_that_the_report_names(self):
        model = self.model()
        self.assertIsNone(self.peak(model)["bytes"])
        listed = re.findall(r"^(s\d+) +(\d+) +x\d+, axis 0$", self.run_program(model, "--details"), re.MULTILINE)
        self.assertEqual(len(listed), 24)
        bound = self.peak(model, "--set", ",".join("=".join(size) for size in listed))["bytes"]
        self.assertRegex(self.run_program(model), rf"Peak memory +{bound:,} .* no one formula")
        self.assertRegex(self.run_program(model, "--exact"), r"Peak memory +\? +no one formula")

    def test_the_number_by_hand(self):
        sizes = ",".join(f"{name}={size}" for name, size in self.SIZES.items())
        bound = self.peak(self.model(), "--set", sizes)["bytes"]
        # After step i the inputs up to it have become outputs of the same size: all are alive, and one more while it runs.
        self.assertEqual(bound, 4 * (sum(self.SIZES.values()) + max(self.SIZES.values())))


if __name__ == "__main__":
    sys.exit(unittest.main())
