#!/usr/bin/env python3
"""Does the program do what its options say?  Runs it as users do, on models that are made here."""
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

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "docs" / "macroscope-1.schema.json").read_text()))
HOSTILE = ["\x1b[31mred", "a\nb", "\u202egnp", "a|b`c`", "<img src=x onerror=alert(1)>", "=1+1", "@cmd", "-2", "a,b\";c", "中文", "x" * 5000]


def model_of(nodes, inputs, outputs, stored=(), **fields):
    graph = helper.make_graph(nodes, fields.pop("name", "made here"), inputs, outputs, stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), *fields.pop("opsets", [])], ir_version=8, **fields)


def weight(name, *dims):
    return numpy_helper.from_array(numpy.zeros(dims, numpy.float32), name)


def value(name, *dims):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)


def convolutions():
    """Two blocks; MACs by hand: N*8*30*30*3*9 + N*4*30*30*8."""
    nodes = [helper.make_node("Conv", ["x", "w"], ["c"], name="/stem/Conv"), helper.make_node("Relu", ["c"], ["r"], name="/stem/Relu"),
             helper.make_node("Conv", ["r", "v"], ["y"], name="/head/last/Conv")]
    return model_of(nodes, [value("x", "batch size", 3, 32, 32)], [value("y", None, None, None, None)], [weight("w", 8, 3, 3, 3), weight("v", 4, 8, 1, 1)])


def unknown_operator():
    nodes = [helper.make_node("WindowMix", ["x"], ["m"], domain="acme"), helper.make_node("Relu", ["m"], ["y"])]
    return model_of(nodes, [value("x", 4)], [value("y", 4)], opsets=[helper.make_opsetid("acme", 1)])


def wrong_shapes():
    nodes = [helper.make_node("MatMul", ["x", "w"], ["bad"], name="wrong"), helper.make_node("Relu", ["x"], ["good"])]
    return model_of(nodes, [value("x", 2, 3)], [value("bad", None, None), value("good", 2, 3)], [weight("w", 4, 5)])


def hostile():
    nodes, before = [], "x"
    for text in HOSTILE:
        nodes.append(helper.make_node("Relu", [before], [text], name=text))
        before = text
    nodes.append(helper.make_node(HOSTILE[4], [before], ["end"], name=HOSTILE[0], domain=HOSTILE[1]))
    return model_of(nodes, [value("x", *HOSTILE[:3])], [value("end", None)], name=HOSTILE[4], producer_name=HOSTILE[0],
                    opsets=[helper.make_opsetid(HOSTILE[1], 1)])


class Program(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.scratch.name)
        for make in (convolutions, unknown_operator, wrong_shapes, hostile):
            (cls.folder / f"{make.__name__}.onnx").write_bytes(make().SerializeToString())
        (cls.folder / "broken.onnx").write_bytes(convolutions().SerializeToString()[:60])

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def run_program(self, *arguments, status=0, **options):
        environment = {**os.environ, "COLUMNS": "100", **options.pop("environment", {})}
        run = subprocess.run([PROGRAM, *arguments], cwd=self.folder, env=environment, capture_output=True, timeout=60, **options)
        self.assertEqual(run.returncode, status, run.stderr.decode())
        return run

    def text(self, *arguments, **options):
        return self.run_program(*arguments, **options).stdout.decode()

    def errors(self, *arguments, **options):
        return self.run_program(*arguments, **options).stderr.decode()

    def json(self, *arguments, **options):
        document = json.loads(self.text(*arguments, "--format", "json", **options))
        SCHEMA.validate(document)
        return document


class Biases(Program):
    def test_they_can_be_left_out_of_the_parameters(self):
        """A convolution, its norm, and a dense layer that an exporter wrote as a product and a sum."""
        nodes = [helper.make_node("Conv", ["x", "w", "wb"], ["c"]), helper.make_node("BatchNormalization", ["c", "g", "s", "m", "v"], ["n"]),
                 helper.make_node("GlobalAveragePool", ["n"], ["p"]), helper.make_node("Flatten", ["p"], ["f"]),
                 helper.make_node("MatMul", ["f", "d"], ["e"]), helper.make_node("Add", ["e", "db"], ["y"])]
        stored = [weight("w", 8, 3, 3, 3), weight("wb", 8), *(weight(name, 8) for name in "gsmv"), weight("d", 8, 10), weight("db", 10)]
        (self.folder / "biased.onnx").write_bytes(model_of(nodes, [value("x", 1, 3, 8, 8)], [value("y", 1, 10)], stored).SerializeToString())
        whole, without = (self.json("biased.onnx", "--bias", how)["totals"] for how in ("include", "exclude"))
        self.assertEqual(whole["parameters"], 8 * 27 + 8 + 8 + 8 + 8 * 10 + 10)
        self.assertEqual(without["parameters"], 8 * 27 + 8 + 8 + 8 * 10)  # scale and shift of the norm stay
        self.assertEqual(without["biases_left_out"], 8 + 10)
        self.assertNotIn("biases_left_out", whole)
        self.assertEqual((without["weight_bytes"], without["flops"]), (whole["weight_bytes"], whole["flops"]))
        self.assertIn("18 in biases", self.text("biased.onnx", "--bias", "exclude"))
        self.assertIn("3 * 3 * 3 * 8".replace(" ", ""), self.text("table", "biased.onnx", "--bias", "exclude").replace(" ", ""))
        self.assertIn("did you mean 'exclude'", self.errors("biased.onnx", "--bias", "exlude", status=2))


class Usage(Program):
    def test_help_and_version(self):
        self.assertIn("Usage:", self.text("--help"))
        self.assertRegex(self.text("--version"), r"^macroscope \d+\.\d+\.\d+\n$")
        for command in re.findall(r"^  (\w+) {2,}", self.text("--help").split("Commands:")[1].split("Options:")[0], re.MULTILINE):
            self.assertIn("Examples:", self.text(command, "--help"))

    def test_the_examples_of_help_run(self):
        for name in ("model", "a", "b"):
            (self.folder / f"{name}.onnx").write_bytes(convolutions().SerializeToString())
        examples = [line.split("  ")[0] for page in ("analyze", "ops") for line in
                    re.findall(r"^  (.*macroscope .*)$", self.text(page, "--help").split("Examples:")[1], re.MULTILINE)]
        self.assertGreater(len(examples), 5)
        for example in examples:
            command = re.sub(r"\bmacroscope\b", PROGRAM, example)
            run = subprocess.run(command, shell=True, cwd=self.folder, capture_output=True)
            self.assertEqual(run.returncode, 0, f"{example}: {run.stderr.decode()}")

    def test_wrong_usage_is_exit_2_and_says_what_was_meant(self):
        for arguments, said in (
            ([], "no model is named"),
            (["analyse"], "did you mean 'analyze'"),
            (["analyze"], "MODEL"),
            (["--hlp"], "did you mean '--help'"),
            (["convolutions.onnx", "--fromat", "json"], "did you mean '--format'"),
            (["convolutions.onnx", "--format", "jsn"], "did you mean 'json'"),
            (["convolutions.onnx", "--sort", "mac"], "did you mean 'macs'"),
            (["convolutions.onnx", "--columns", "name,opreator"], "did you mean 'operator'"),
            (["convolutions.onnx", "--color", "purple"], "--color"),
            (["convolutions.onnx", "--top", "-1"], "--top"),
            (["convolutions.onnx", "--depth", "x"], "--depth"),
            (["convolutions.onnx", "--set", "N"], "gives no size a value"),
            (["convolutions.onnx", "--set", "N=M"], "--assume N=M"),
            (["convolutions.onnx", "--set", "N=-1"], "at least 0"),
            (["convolutions.onnx", "--assume", "N=2*(M"], "is no expression"),
            (["convolutions.onnx", "-o", "report.pdf"], ".md"),
            (["convolutions.onnx", "-o", "absent/report.md"], "cannot write"),
            (["convolutions.onnx", "--ops", "absent.toml"], "cannot read"),
            (["ops", "--format", "jsno"], "json"),
        ):
            run = self.run_program(*arguments, status=2)
            self.assertIn(said, run.stderr.decode(), arguments)
            self.assertIn("error[usage]: ", run.stderr.decode())
            self.assertEqual(run.stdout, b"", arguments)

    def test_what_cannot_be_read_is_exit_3(self):
        os.mkfifo(self.folder / "fifo.onnx")
        for name in ("absent.onnx", ".", "broken.onnx", "fifo.onnx", "/dev/null"):
            run = self.run_program(name, status=3)
            self.assertRegex(run.stderr.decode(), rf"^error\[[a-z-]+\]: .*\n  --> {re.escape(name)}")
            self.assertEqual(run.stdout, b"")
            document = self.json(name, status=3)
            self.assertFalse(document["complete"])
            self.assertEqual(document["model"]["path"], name)
            self.assertEqual(document["diagnostics"][0]["severity"], "error")

    def test_one_bad_node_does_not_end_the_run(self):
        document = self.json("wrong_shapes.onnx", status=3)
        self.assertEqual(document["tensors"]["good"]["shape"], [2, 3])
        self.assertIn("node 0 'wrong' (MatMul)", self.errors("wrong_shapes.onnx", status=3))

    def test_an_unknown_operator_is_a_warning(self):
        run = self.run_program("unknown_operator.onnx")
        self.assertIn("warning[unknown-operator]", run.stderr.decode())
        self.assertLess(run.stdout.find(b"acme:WindowMix"), run.stdout.find(b"MACs"))
        self.assertFalse(self.json("unknown_operator.onnx")["complete"])
        self.assertEqual(self.errors("unknown_operator.onnx", "--quiet"), "")

    def test_of_several_models_the_worst_counts(self):
        self.run_program("convolutions.onnx", "absent.onnx", "unknown_operator.onnx", status=3)
        self.run_program("absent.onnx", "--format", "x", status=2)


class Figures(Program):
    def test_symbols_and_their_values(self):
        document = self.json("convolutions.onnx")
        self.assertEqual(document["symbols"], [{"id": "batch_size", "name": "batch size", "origin": "input"}])
        per_image = 8 * 30 * 30 * 3 * 9 + 4 * 30 * 30 * 8
        self.assertEqual(document["totals"]["macs"], f"{per_image}*batch_size")
        for name in ("batch size", "batch_size"):
            self.assertEqual(self.json("convolutions.onnx", "--set", f"{name}=5")["totals"]["macs"], 5 * per_image)
        self.assertEqual(self.json("convolutions.onnx", "--assume", "batch_size=2*b")["totals"]["macs"], f"{2 * per_image}*b")
        self.assertIn("unknown-symbol", self.errors("convolutions.onnx", "--set", "M=3"))

    def test_layers_of_side_outputs_are_marked(self):
        (self.folder / "side.net").write_text("net n {\n  input x: [1, 4]\n  h = x -> dense(8)\n  side output a = h -> dense(2)\n  output y = h -> dense(3)\n}\n")
        document = self.json("side.net")
        side = [layer for layer in document["layers"] if layer.get("side")]
        self.assertEqual({layer["name"].partition("/")[0] for layer in side}, {"a"})
        self.assertEqual(document["totals"]["macs"], sum(layer["macs"] for layer in document["layers"] if "side" not in layer))

    def test_every_format_shows_the_same_totals(self):
        arguments = ["convolutions.onnx", "--set", "batch size=1"]
        totals = self.json(*arguments)["totals"]
        for format in ("text", "markdown"):
            report = self.text(*arguments, "--format", format)
            for quantity in ("parameters", "macs", "flops"):
                self.assertIn(f"{totals[quantity]:,}", report)
        rows = list(csv.DictReader(io.StringIO(self.text(*arguments, "--format", "csv"))))
        for quantity in ("parameters", "macs", "effective_macs", "flops", "bytes_read", "bytes_written"):
            self.assertEqual(sum(int(row[quantity]) for row in rows), totals[quantity])

    def test_modules_sorting_and_folding(self):
        report = self.text("convolutions.onnx", "--depth", "1", "--sort", "parameters")
        self.assertLess(report.find("\nstem/"), report.find("\nhead/"))
        rows = list(csv.DictReader(io.StringIO(self.text("convolutions.onnx", "--set", "batch size=1", "--top", "1", "--format", "csv"))))
        self.assertEqual([row["name"] for row in rows], ["/stem/Conv", "[2 others]"])
        self.assertEqual(sum(int(row["macs"]) for row in rows), 194_400 + 28_800)
        header = self.text("convolutions.onnx", "--columns", "index,name,status").split("\n\n")[3].splitlines()[0]
        self.assertEqual(header.split(), ["#", "layer", "status"])

    def test_operators_of_ones_own(self):
        (self.folder / "mine.toml").write_text('[[operator]]\ndomain = "acme"\nname = "WindowMix"\nelements = { mul = 3 }\n')
        document = self.json("unknown_operator.onnx", "--ops", "mine.toml")
        self.assertTrue(document["complete"])
        self.assertEqual(document["totals"]["flops_by_kind"]["mul"], 12)
        (self.folder / "bad.toml").write_text('[[operator]]\nnmae = "x"\n')
        self.assertIn("bad.toml:2:", self.errors("unknown_operator.onnx", "--ops", "bad.toml", status=2))


class Output(Program):
    def test_files_by_their_endings(self):
        self.run_program("convolutions.onnx", "--quiet", *[word for ending in ("txt", "md", "json", "csv") for word in ("-o", f"out.{ending}")])
        self.assertIn("TOTAL", (self.folder / "out.txt").read_text())
        self.assertIn("|--:|", (self.folder / "out.md").read_text())
        SCHEMA.validate(json.loads((self.folder / "out.json").read_text()))
        self.assertTrue((self.folder / "out.csv").read_text().startswith("index,name,op,"))
        self.assertEqual([name.name for name in self.folder.glob(".out*")], [])

    def test_a_file_is_whole_or_as_it_was(self):
        (self.folder / "kept.md").write_text("before")
        self.run_program("convolutions.onnx", "-o", "kept.md", "--format", "wrong", status=2)
        self.assertEqual((self.folder / "kept.md").read_text(), "before")
        (self.folder / "link.md").symlink_to("kept.md")
        (self.folder / "folder.md").mkdir()
        for path in ("link.md", "folder.md", "/dev/null/x.md"):
            self.run_program("convolutions.onnx", "-o", path, status=2)
        self.assertEqual((self.folder / "kept.md").read_text(), "before")
        self.assertEqual(list(self.folder.glob(".kept*")), [])

    def test_standard_input(self):
        content = (self.folder / "convolutions.onnx").read_bytes()
        document = json.loads(self.run_program("-", "--format", "json", input=content).stdout)
        self.assertEqual(document["totals"]["parameters"], 8 * 27 + 32)

    def test_several_models(self):
        documents = self.json("convolutions.onnx", "unknown_operator.onnx")
        self.assertEqual([document["model"]["path"] for document in documents], ["convolutions.onnx", "unknown_operator.onnx"])
        self.assertRegex(self.text("convolutions.onnx", "absent.onnx", status=3), r"\nabsent.onnx +\?")
        rows = list(csv.DictReader(io.StringIO(self.text("convolutions.onnx", "unknown_operator.onnx", "--format", "csv"))))
        self.assertEqual({row["model"] for row in rows}, {"convolutions.onnx", "unknown_operator.onnx"})

    def test_a_reader_that_goes_away_is_no_error(self):
        for format in ("text", "json"):
            run = subprocess.run(f"'{PROGRAM}' convolutions.onnx --format {format} | true; echo ${{PIPESTATUS[0]}}", shell=True, cwd=self.folder,
                                 executable="/bin/bash", capture_output=True)
            self.assertEqual((run.stdout, run.stderr), (b"0\n", b""))

    def test_a_full_disk_is_said(self):
        with open("/dev/full", "wb") as full:
            run = subprocess.run([PROGRAM, "convolutions.onnx"], cwd=self.folder, stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(run.returncode, 2)
        self.assertIn(b"cannot write to standard output", run.stderr)

    def test_color_only_where_it_is_wanted(self):
        self.assertNotIn("\x1b", self.text("convolutions.onnx"))
        self.assertIn("\x1b[1m", self.text("convolutions.onnx", "--color", "always"))
        for environment, has_color in (({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False)):
            self.assertEqual("\x1b" in self.in_terminal(environment), has_color, environment)

    def in_terminal(self, environment):
        """What the program writes to a terminal of 60 columns."""
        parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
        clean = {key: text for key, text in os.environ.items() if key not in ("NO_COLOR", "COLUMNS")}
        process = subprocess.Popen([PROGRAM, "unknown_operator.onnx"], cwd=self.folder, env={**clean, **environment}, stdout=child, stderr=subprocess.DEVNULL)
        os.close(child)
        said = b""
        while True:
            try:
                piece = os.read(parent, 65536)
            except OSError:
                break
            if not piece:
                break
            said += piece
        process.wait()
        os.close(parent)
        return said.decode()

    def test_the_table_fits_the_terminal(self):
        said = re.sub(r"\x1b\[[0-9;]*m", "", self.in_terminal({"TERM": "xterm"}))
        self.assertLessEqual(max(len(line.rstrip()) for line in said.splitlines()), 60)

    def test_the_same_bytes_in_any_locale(self):
        for format in ("text", "markdown", "json", "csv"):
            said = {self.text("convolutions.onnx", "--format", format, environment={"LC_ALL": locale}) for locale in ("C", "C.UTF-8", "de_DE.UTF-8")}
            self.assertEqual(len(said), 1)

    def test_hostile_names_stay_text(self):
        for format in ("text", "markdown", "csv", "json"):
            run = self.run_program("hostile.onnx", "--format", format)
            for said in (run.stdout.decode(), run.stderr.decode()):
                self.assertNotRegex(said, r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]")
        document = self.json("hostile.onnx")
        self.assertEqual([layer["name"] for layer in document["layers"]], [*HOSTILE, HOSTILE[0]])
        self.assertNotIn("<img", self.text("hostile.onnx", "--format", "markdown"))
        for row in csv.reader(io.StringIO(self.text("hostile.onnx", "--format", "csv"))):
            for cell in row:
                self.assertNotRegex(cell, r"^\s*[=+@|-](?!\d+$)")


class Operators(Program):
    def test_the_table_of_operators(self):
        rows = json.loads(self.text("ops", "--format", "json"))["operators"]
        self.assertIn("Conv", {row["operator"] for row in rows})
        self.assertTrue(all(row["rule"] and row["kind"] for row in rows), [row for row in rows if not row["rule"]])
        self.assertEqual({row["operator"] for row in json.loads(self.text("ops", "CONVTRANSPOSE", "--format", "json"))["operators"]}, {"ConvTranspose", "com.microsoft:ConvTransposeWithDynamicPads"})
        self.assertIn("ConvTranspose", self.text("ops", "convtrans"))


if __name__ == "__main__":
    sys.exit(unittest.main())
