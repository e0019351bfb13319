#!/usr/bin/env python3
"""Does the program meet a person halfway?  Short forms, suggestions, help, names as they are printed, several models, one node or a module."""
import csv
import fcntl
import io
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

import jsonschema
import numpy
from onnx import TensorProto, helper, numpy_helper

PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
NET = """net tagger(N, T, words = 100, d = 8) {
  input tokens: int64[N, T]
  output tags = tokens -> embedding(words, d) -> lstm(4, bidirectional = true) -> dense(9)
}
"""


def schema(name):
    return jsonschema.Draft202012Validator(json.loads((DOCS / f"macroscope-{name}-1.schema.json").read_text()))


def chain(width, layers, opset=17, dtype=numpy.float32):
    """`layers` products of a square weight, each with a Relu, below one module each."""
    nodes, stored, before = [], [], "x"
    for i in range(layers):
        stored.append(numpy_helper.from_array(numpy.zeros((width, width), dtype), f"w{i}"))
        nodes.append(helper.make_node("MatMul", [before, f"w{i}"], [f"p{i}"], name=f"/encoder/layer.{i}/MatMul"))
        nodes.append(helper.make_node("Relu", [f"p{i}"], [f"r{i}"], name=f"/encoder/layer.{i}/Relu"))
        before = f"r{i}"
    graph = helper.make_graph(nodes, "chain", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", width])],
                              [helper.make_tensor_value_info(before, TensorProto.FLOAT, None)], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


class Program(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.scratch.name)
        self.write("a", chain(16, 3))
        self.write("b", chain(32, 6, opset=18))
        (self.folder / "tagger.net").write_text(NET)

    def tearDown(self):
        self.scratch.cleanup()

    def write(self, name, model):
        (self.folder / f"{name}.onnx").write_bytes(model.SerializeToString())

    def run_program(self, *arguments, status=0, columns=100):
        run = subprocess.run([PROGRAM, *arguments], cwd=self.folder, env={**os.environ, "COLUMNS": str(columns)}, capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, status, run.stderr)
        return run

    def text(self, *arguments, **options):
        return self.run_program(*arguments, **options).stdout

    def errors(self, *arguments, **options):
        return self.run_program(*arguments, **options).stderr


class ShortForms(Program):
    def test_they_are_the_long_ones(self):
        self.assertEqual(self.text("-V"), self.text("--version"))
        self.assertEqual(self.text("a.onnx", "-f", "json"), self.text("a.onnx", "--format", "json"))
        self.assertEqual(self.text("a.onnx", "--json"), self.text("a.onnx", "--format", "json"))
        self.assertEqual(self.text("a.onnx", "--md"), self.text("a.onnx", "--format", "markdown"))
        self.assertEqual(self.text("a.onnx", "--csv"), self.text("a.onnx", "--format", "csv"))
        self.assertEqual(self.text("compare", "a.onnx", "b.onnx", "--json"), self.text("compare", "a.onnx", "b.onnx", "--format", "json"))
        self.assertEqual(self.text("-q", "a.onnx"), "")
        self.errors("a.onnx", "--json", "--format", "csv", status=2)

    def test_an_unknown_option_suggests_the_nearest(self):
        for option, meant in (("-F", "'-f'"), ("-d", "'--depth'"), ("-format", "'--format'"), ("--fromat", "'--format'"), ("-Q", "'-q'"), ("-jsno", "'--json'")):
            said = self.errors("a.onnx", option, status=2)
            self.assertIn(f"unknown option '{option}'", said)
            self.assertIn(meant, said, option)


class Help(Program):
    def test_what_matters_first_is_short(self):
        short, whole = self.text("analyze", "--help"), self.text("analyze", "--help-all")
        options = re.findall(r"^  (-.*?)(?:  |$)", short, re.MULTILINE)
        self.assertLessEqual(len(options), 12)  # ten, and those about help
        self.assertIn("--help-all", short)
        self.assertNotRegex(short, r"(?m)^  --optimizer")  # by its name alone
        self.assertIn(" --strict", short)
        for heading in ("Sizes:", "Training:", "Memory and devices:", "Output:"):
            self.assertNotIn(heading, short)
            self.assertIn(heading, whole)
        self.assertIn("Examples:", short)
        named = int(re.search(r"(\d+) options more", short).group(1))
        self.assertEqual(len(re.findall(r"^  -", whole, re.MULTILINE)), len(options) + named)

    def test_no_command_repeats_a_wall(self):
        for command in ("export", "init", "check", "compare", "explain", "table"):
            self.assertLess(len(self.text(command, "--help").splitlines()), 45, command)

    def test_the_program_itself_names_the_same_options(self):
        own = self.text("--help")
        for option in ("--set", "--output", "--depth", "--sort", "--top", "--columns", "--details", "--exact", "--quiet", "--format"):
            self.assertIn(option, own)
        self.assertIn("--optimizer", self.text("--help-all"))


class Columns(Program):
    def test_names_that_the_tables_print(self):
        by_title = self.text("a.onnx", "--columns", "layer,output,MACs,% MACs", "--csv")
        self.assertEqual(by_title, self.text("a.onnx", "--columns", "name,output_shape,macs,share", "--csv"))
        self.assertEqual(self.text("a.onnx", "--sort", "MACs"), self.text("a.onnx", "--sort", "macs"))
        self.assertIn("did you mean", self.errors("a.onnx", "--columns", "laier", status=2) + self.errors("a.onnx", "--columns", "outptu_shape", status=2))


class Explain(Program):
    def test_without_a_name_it_lists_the_nodes(self):
        text = self.text("explain", "a.onnx")
        for node in ("layer.0/MatMul", "layer.2/Relu"):
            self.assertIn(node, text)
        document = json.loads(self.text("explain", "a.onnx", "--json"))
        schema("nodes").validate(document)
        self.assertEqual([node["name"] for node in document["nodes"]][:2], ["/encoder/layer.0/MatMul", "/encoder/layer.0/Relu"])

    def test_a_module_is_the_sum_of_its_layers(self):
        for name in ("encoder/layer.1", "/encoder/layer.1/", "layer.1"):
            document = json.loads(self.text("explain", "a.onnx", name, "--json"))
            schema("module").validate(document)
            self.assertEqual(document["name"], "encoder/layer.1")
            self.assertEqual(document["cost"]["parameters"], 16 * 16)
            self.assertEqual(document["cost"]["macs"], "256*batch")
            self.assertEqual([layer["op"] for layer in document["layers"]], ["MatMul", "Relu"])
        text = self.text("explain", "a.onnx", "layer.1")
        self.assertIn("r0", text)  # what enters
        self.assertIn("r1", text)  # what leaves
        self.assertIn("encoder/layer.0", self.errors("explain", "a.onnx", "layer", status=2))

    def test_layers_of_a_net_as_they_were_written(self):
        """9 * (2*4) + 9 for the dense layer; two directions of 4 gates and two biases for the lstm."""
        dense = json.loads(self.text("explain", "tagger.net", "tags", "--json"))
        self.assertEqual(dense["cost"]["parameters"], 9 * 8 + 9)
        lstm = json.loads(self.text("explain", "tagger.net", "lstm", "--json"))
        self.assertEqual(lstm["cost"]["parameters"], 2 * 4 * 4 * (8 + 4 + 2))

    def test_what_runs_inside_comes_with_the_costliest_first(self):
        value = helper.make_tensor_value_info
        branches = {}
        for name, width in (("then", 4), ("else", 8)):
            nodes = [helper.make_node("MatMul", ["x", f"{name}_up"], [f"{name}_h"], name=f"{name}/up"), helper.make_node("MatMul", [f"{name}_h", f"{name}_down"], [f"{name}_y"], name=f"{name}/down")]
            weights = [numpy_helper.from_array(numpy.zeros(shape, numpy.float32), f"{name}_{end}") for end, shape in (("up", (16, width)), ("down", (width, 16)))]
            branches[f"{name}_branch"] = helper.make_graph(nodes, name, [], [value(f"{name}_y", TensorProto.FLOAT, None)], weights)
        graph = helper.make_graph([helper.make_node("If", ["which"], ["y"], name="choice", **branches)], "g",
                                  [value("x", TensorProto.FLOAT, ["batch", 16]), value("which", TensorProto.BOOL, [])], [value("y", TensorProto.FLOAT, None)])
        self.write("if", helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8))
        self.assertIn("explain if.onnx choice lists what runs inside", " ".join(self.text("if.onnx").split()))
        text = self.text("explain", "if.onnx", "choice")
        self.assertRegex(text, r"MACs +256 +256\*batch")  # two products of 16 and 8, the dearer branch
        inside = [re.search(r"(then|else)/(up|down)", line).group() for line in text.splitlines() if re.match(r"(then|else)/", line)]
        self.assertEqual(inside, ["else/up", "else/down", "then/up", "then/down"])
        self.assertNotIn("Numbers at", self.text("explain", "if.onnx", "choice", "--exact"))


class SeveralModels(Program):
    def test_the_comparison_comes_first(self):
        for form in ("text", "markdown"):
            said = self.text("a.onnx", "b.onnx", "--format", form)
            self.assertLess(said.find("b.onnx"), said.find("/encoder/layer.0"))
            self.assertEqual(said.count("weights"), said.count("weights"))
        table = self.text("a.onnx", "b.onnx").split("\n\n\n")[0]
        self.assertIn("a.onnx", table)
        self.assertIn("b.onnx", table)
        self.assertEqual(len(json.loads(self.text("a.onnx", "b.onnx", "--json"))), 2)

    def test_progress_is_for_terminals_alone(self):
        self.assertEqual(self.run_program(*["a.onnx"] * 20).stderr, "")


class Compare(Program):
    def test_a_sentence_says_what_changed(self):
        text = self.text("compare", "a.onnx", "b.onnx")
        sentence = " ".join(text.split("\n\n")[1].split())
        self.assertIn("3 -> 6 dense layers", sentence)
        self.assertIn("opset 17 -> 18", sentence)
        self.assertIn("x8.0", sentence)  # 6 * 32^2 / (3 * 16^2)
        self.assertIn("Numbers at batch = 1", text)
        self.assertIn("3,072 B", text)  # 3 * 16 * 16 * 4
        self.assertNotRegex(text, r"[2-9]\d\d %")

    def test_quantised_layers_pair_by_shape_and_order(self):
        width = 64
        floating = helper.make_graph(
            [helper.make_node("Conv", ["x", "w"], ["c"], name="Conv_0"), helper.make_node("Conv", ["c", "v"], ["y"], name="Conv_1")], "g",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4, 8, 8])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
            [numpy_helper.from_array(numpy.zeros((width, 4, 3, 3), numpy.float32), "w"), numpy_helper.from_array(numpy.zeros((width, width, 1, 1), numpy.float32), "v")])
        nodes = [helper.make_node("DynamicQuantizeLinear", ["x"], ["xq", "xs", "xz"], name="x_quant"),
                 helper.make_node("ConvInteger", ["xq", "wq", "xz"], ["ci"], name="Conv_0_quant"), helper.make_node("Cast", ["ci"], ["c"], name="c_cast", to=1),
                 helper.make_node("DynamicQuantizeLinear", ["c"], ["cq", "cs", "cz"], name="c_quant"),
                 helper.make_node("ConvInteger", ["cq", "vq", "cz"], ["yi"], name="Conv_1_quant"), helper.make_node("Cast", ["yi"], ["y"], name="y_cast", to=1)]
        quantised = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4, 8, 8])],
                                      [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
                                      [numpy_helper.from_array(numpy.zeros((width, 4, 3, 3), numpy.uint8), "wq"),
                                       numpy_helper.from_array(numpy.zeros((width, width, 1, 1), numpy.uint8), "vq")])
        for name, graph in (("float", floating), ("quant", quantised)):
            self.write(name, helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8))
        document = json.loads(self.text("compare", "float.onnx", "quant.onnx", "--json"))
        pairs = {(c["before"]["name"], c["after"]["name"]) for c in document["changes"] if c["before"] and c["after"]}
        self.assertLessEqual({("Conv_0", "Conv_0_quant"), ("Conv_1", "Conv_1_quant")}, pairs)
        said = " ".join(self.text("compare", "float.onnx", "quant.onnx").split())
        self.assertIn("2 layers float32 -> uint8", said)
        self.assertIn("/4.0", said)


class Check(Program):
    def setUp(self):
        super().setUp()
        (self.folder / "macroscope.toml").write_text('schema = 1\n[[model]]\npath = "a.onnx"\nbind = { batch = 2 }\ngrowth = { macs = "+1%" }\n'
                                                     '[[model]]\npath = "b.onnx"\nbind = { batch = 2 }\ngrowth = { macs = "+1%" }\n')

    def test_a_baseline_of_all_models_and_of_one(self):
        self.run_program("check", "--write-baseline", "all.json")
        self.assertEqual(len(json.loads((self.folder / "all.json").read_text())), 2)
        self.assertIn("2 passed", self.text("check", "--baseline", "all.json"))
        (self.folder / "one.json").write_text(self.text("a.onnx", "--set", "batch=2", "--json"))
        said = self.text("check", "--baseline", "one.json")
        self.assertIn("1 passed", said)
        self.assertIn("one.json has no model of this path", " ".join(said.split()))

    def test_what_is_wrong_with_a_model_stands_in_the_reports(self):
        nodes = [helper.make_node("MatMul", ["x", "w"], ["y"], name="wrong<1>")]
        graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
                                  [numpy_helper.from_array(numpy.zeros((4, 5), numpy.float32), "w")])
        self.write("a", helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8))
        annotation = next(line for line in self.text("check", "--format", "github", status=3).splitlines() if "a.onnx" in line)
        self.assertTrue(annotation.startswith("::error file=macroscope.toml,line=3,"), annotation)
        self.assertIn("node 0 'wrong<1>' (MatMul)", annotation)
        for form in ("junit", "markdown", "sarif"):
            self.assertRegex(self.text("check", "--format", form, status=3), r"node 0 .{1,6}wrong(&#60;|<|\\<)1")

    def test_an_expectation_of_one_open_size_says_from_where_it_holds(self):
        net = """net dense(C) {
  input x: [1, C, 28, 28]
  output y = x -> conv(C, 3, pad = same, bias = false)
}
net separable(C) {
  input x: [1, C, 28, 28]
  output y = x -> depthwise(3, pad = same, bias = false) -> conv(C, 1, bias = false)
}
expect saving(dense, separable, macs) >= 50%
expect saving(dense, separable, macs) < 0
"""
        (self.folder / "twins.net").write_text(net)
        said = " ".join(self.text("check", "twins.net", status=4).split())
        # 9 C^2 against 9 C + C^2: half of it is saved from 7 C >= 18 on, nothing while 8 C <= 9.
        self.assertIn("it holds from C = 3 on", said)
        self.assertIn("it fails from C = 2 on", said)

    def test_an_expectation_that_fails_says_whose_figure_is_whose(self):
        (self.folder / "tagger.net").write_text(NET.replace("}\n", "  expect params == 100 * 8 + 2 * 4 * 4 * (8 + 4 + 1) + 9 * 8 + 9\n}\n"))
        said = " ".join(self.text("check", "tagger.net", status=1).split())
        lstm, mine = 2 * 4 * 4 * (8 + 4 + 2), 2 * 4 * 4 * (8 + 4 + 1)
        rest = 800 + 81
        self.assertIn(f"macroscope {rest + lstm:,}, you {rest + mine:,}, difference {lstm - mine}", said)
        self.assertRegex(said, rf"lstm/cell \(LSTM\): .*= {lstm}")


class Devices(Program):
    def test_a_device_by_its_name(self):
        self.assertIn("Raspberry Pi 5", self.text("a.onnx", "--set", "batch=1", "--device", "raspberry-pi-5"))
        self.assertIn("did you mean 'raspberry-pi-5'", self.errors("a.onnx", "--device", "raspberry-pi5", status=2))


class Language(Program):
    def costs(self, body, status=0):
        (self.folder / "n.net").write_text(f"net n(H, W) {{\n  input x: [1, 8, 4, 4]\n  input h: [1, 8, 4, 4]\n  {body}\n}}\n")
        return self.run_program("n.net", "--json", status=status)

    def test_arithmetic_of_tensors(self):
        """Each of the four is one operation an element: 8 * 4 * 4."""
        for text, kind, count in (("x + h", "add", 128), ("x - h", "add", 128), ("x * h", "mul", 128), ("x / h", "div", 128),
                                  ("0.5 * x", "mul", 128), ("x * h + x", "add", 128), ("(x -> relu) + h", "add", 128)):
            document = json.loads(self.costs(f"output y = {text}").stdout)
            self.assertEqual(document["totals"]["flops_by_kind"][kind], count, text)
            self.assertEqual(document["tensors"]["y"]["shape"], [1, 8, 4, 4])
        self.assertIn("x % h", self.costs("output y = x % h", status=3).stderr + "x % h")
        self.assertIn("expected a number, found a tensor", self.costs("output y = x % h", status=3).stderr)

    def test_names_of_other_libraries(self):
        for name, meant in (("linear(10)", "dense"), ("fc(10)", "dense"), ("batchnorm", "bn"), ("batch_norm", "bn"), ("BatchNorm2d", "bn"), ("Conv2d(8, 3)", "conv")):
            self.assertIn(f"did you mean '{meant}'", self.costs(f"output y = x -> {name}", status=3).stderr, name)
        self.assertIn("the layer is conv(x, filters, kernel", self.costs("output y = x -> Conv(8, 3)", status=3).stderr)

    def test_a_dense_layer_on_a_map_is_probably_a_mistake(self):
        run = self.costs("output y = x -> global_avgpool -> dense(10)")
        self.assertIn("warning[dense-on-map]: dense works on the last axis (1) of [1, 8, 1, 1]", run.stderr)
        self.assertIn("flatten", run.stderr)
        self.assertEqual(self.costs("output y = x -> global_avgpool -> flatten -> dense(10)").stderr, "")
        (self.folder / "rows.net").write_text("net rows(N) {\n  input x: [N, 14, 14, 96]\n  output y = x -> dense(384)\n}\n")
        self.assertEqual(self.run_program("rows.net").stderr, "")  # channels last, as transformers of images have them


class Progress(Program):
    def test_a_terminal_sees_what_it_waits_for(self):
        """A stream that begins late is a long run; the line is gone in the end."""
        parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
        model = (self.folder / "a.onnx").read_bytes()
        environment = {**{k: v for k, v in os.environ.items() if k != "COLUMNS"}, "TERM": "xterm"}
        process = subprocess.Popen([PROGRAM, "-", "--json"], cwd=self.folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=child)
        os.close(child)
        self.assertIn(b" s)", os.read(parent, 4096))
        process.stdin.write(model)
        process.stdin.close()
        said = b""
        while True:
            try:
                piece = os.read(parent, 4096)
            except OSError:
                break
            if not piece:
                break
            said += piece
        self.assertEqual(process.wait(), 0)
        os.close(parent)
        self.assertTrue(said.endswith(b"\r\x1b[K"), said)


class Summaries(Program):
    MODELS = sorted((DOCS.parent / "examples").rglob("*.onnx")) + sorted((DOCS.parent / "examples" / "networks").glob("*.net"))

    def test_each_quantity_is_one_line_and_all_of_them_few(self):
        for path in self.MODELS:
            for columns in (80, 100, 160):
                lines = self.text(str(path), columns=columns).splitlines()
                first = next(i for i, line in enumerate(lines) if line.startswith("Model  "))
                summary = lines[first:lines.index("", first)]
                self.assertLessEqual(len(summary), 25, path)
                for line in lines:
                    self.assertLessEqual(len(line), max(columns, len(str(path)) + 40), (path, line))
                for line in summary:
                    self.assertRegex(line, r"^(?:[A-Z][A-Za-z ]+?  +\S| {4,}\S)", path)

    def test_the_last_line_says_what_to_try_next(self):
        closing = " ".join(self.text("a.onnx").split("\n\n")[-1].split())
        self.assertRegex(closing, r"Most: /encoder/layer\.0…2/MatMul \(3 x\), 100\.0 % of MACs\. Next: --set batch=2")


if __name__ == "__main__":
    sys.exit(unittest.main())
