#!/usr/bin/env python3
"""Does `macroscope compare` tell what changed, and does `macroscope explain` tell why?  On models whose figures are counted by hand."""
import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import numpy
from onnx import TensorProto, helper, numpy_helper

PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
COMPARE_SCHEMA = jsonschema.Draft202012Validator(json.loads((DOCS / "macroscope-compare-1.schema.json").read_text()))
NODE_SCHEMA = jsonschema.Draft202012Validator(json.loads((DOCS / "macroscope-node-1.schema.json").read_text()))
PIXELS = 24 * 24


def chain(widths, names):
    """3 x 3 convolutions over 24 x 24 pixels, each followed by a Relu; unnamed where names is None."""
    nodes, stored, before, channels = [], [], "x", 3
    for i, width in enumerate(widths):
        name = names[i] if names else ""
        stored.append(numpy_helper.from_array(numpy.zeros((width, channels, 3, 3), numpy.float32), f"w{i}"))
        nodes.append(helper.make_node("Conv", [before, f"w{i}"], [f"c{i}"], name=name, pads=[1] * 4))
        nodes.append(helper.make_node("Relu", [f"c{i}"], [f"r{i}"], name=name and name + "/Relu"))
        before, channels = f"r{i}", width
    graph = helper.make_graph(nodes, "net", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 24, 24])],
                              [helper.make_tensor_value_info(before, TensorProto.FLOAT, None)], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


def macs(channels, width):
    return PIXELS * 9 * channels * width


class Models(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.scratch.name)

    def tearDown(self):
        self.scratch.cleanup()

    def write(self, **models):
        for name, content in models.items():
            (self.folder / f"{name}.onnx").write_bytes(content)

    def run_program(self, *arguments, status=0):
        run = subprocess.run([PROGRAM, *arguments], cwd=self.folder, env={**os.environ, "COLUMNS": "140"}, capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, status, run.stderr)
        return run

    def compare(self, *arguments):
        return json.loads(self.run_program("compare", "a.onnx", "b.onnx", "--format", "json", *arguments).stdout)


class Compare(Models):
    def test_the_same_model(self):
        self.write(a=chain([8, 8], ["s", "t"]), b=chain([8, 8], ["s", "t"]))
        document = self.compare()
        self.assertEqual((document["counts"]["same"], document["changes"]), (4, []))
        self.assertIn("no layer changed", self.run_program("compare", "a.onnx", "b.onnx").stdout)

    def test_all_names_changed(self):
        self.write(a=chain([8, 16], ["s", "t"]), b=chain([8, 16], ["u", "v"]))
        document = self.compare()
        self.assertEqual(document["counts"], {"same": 0, "renamed": 4, "changed": 0, "added": 0, "removed": 0})
        self.assertEqual(document["totals"]["macs"]["difference"], 0)

    def test_a_layer_grown_and_its_reader(self):
        self.write(a=chain([8, 8, 8], ["s", "t", "u"]), b=chain([8, 12, 8], ["s", "t", "u"]))
        document = self.compare()
        total = sum(macs(*pair) for pair in ((3, 8), (8, 12), (12, 8))) - sum(macs(*pair) for pair in ((3, 8), (8, 8), (8, 8)))
        self.assertEqual(document["totals"]["macs"]["difference"], total)
        self.assertEqual([change["after"]["name"] for change in document["changes"][:2]], ["t", "u"])
        self.assertEqual(sum(change["difference"]["macs"] for change in document["changes"]), total)

    def test_a_layer_inserted_into_an_export_with_numbers_for_names(self):
        self.write(a=chain([8, 8, 16], None), b=chain([8, 8, 8, 16], None))
        document = self.compare()
        self.assertEqual((document["counts"]["added"], document["counts"]["removed"]), (2, 0))
        added = [change for change in document["changes"] if change["change"] == "added"]
        self.assertEqual(sorted(change["after"]["op"] for change in added), ["Conv", "Relu"])
        self.assertEqual(document["totals"]["macs"]["difference"], macs(8, 8))

    def test_removed_and_renamed_and_changed_at_once(self):
        self.write(a=chain([8, 8, 16], ["s", "t", "u"]), b=chain([8, 20], ["s", "z"]))
        document = self.compare()
        self.assertEqual(document["counts"]["removed"], 2)
        self.assertEqual(document["totals"]["macs"]["difference"], macs(8, 20) - macs(8, 8) - macs(8, 16))

    def test_every_format_and_order(self):
        self.write(a=chain([8, 8, 8], ["s", "t", "u"]), b=chain([8, 12, 8], ["s", "t", "u"]))
        for name in ("text", "markdown"):
            self.assertIn("What causes" if name == "markdown" else "changed", self.run_program("compare", "a.onnx", "b.onnx", "--format", name).stdout)
        rows = list(csv.DictReader(io.StringIO(self.run_program("compare", "a.onnx", "b.onnx", "--format", "csv").stdout)))
        self.assertEqual(rows[0]["layer"], "t")
        self.assertEqual(self.compare("--sort", "parameters")["sorted_by"], "parameters")
        self.run_program("compare", "a.onnx", "b.onnx", "-o", "x.md", "-o", "x.json")
        self.assertIn("did you mean 'macs'", self.run_program("compare", "a.onnx", "b.onnx", "--sort", "mac", status=2).stderr)
        self.assertIn("nothing to compare", self.run_program("compare", "a.onnx", status=2).stderr)
        self.run_program("compare", "a.onnx", "absent.onnx", status=3)
        self.assertIn("others]", self.run_program("compare", "a.onnx", "b.onnx", "--top", "1").stdout)

    def test_as_a_page_and_for_a_paper(self):
        self.write(a=chain([8, 8], ["s", "<script>t"]), b=chain([8, 12], ["s", "<script>t"]))
        page = self.run_program("compare", "a.onnx", "b.onnx", "--format", "html").stdout
        self.assertIn("Content-Security-Policy", page)
        self.assertIn(f"{macs(8, 12) - macs(8, 8):,}", page)
        self.assertNotIn("<script>t", page)
        self.run_program("compare", "a.onnx", "b.onnx", "-o", "x.html", "-o", "x.tex")
        self.assertEqual((self.folder / "x.html").read_text(), page)
        self.assertIn(r"\end{document}", (self.folder / "x.tex").read_text())
        self.assertIn("no format has the ending", self.run_program("compare", "a.onnx", "b.onnx", "-o", "x.svg", status=2).stderr)

    def test_compare_lines_of_a_net_file_pair_its_nets(self):
        nets = "".join(f"net {name} {{\n  input x: [1, 3, 8, 8]\n  output y = x -> conv({width}, 3, pad = same)\n}}\n" for name, width in (("a", 2), ("b", 4), ("c", 8)))
        (self.folder / "all.net").write_text(nets)
        (self.folder / "named.net").write_text(nets + "compare c b\n")

        def pairs(path):
            documents = json.loads(self.run_program("compare", path, "--format", "json").stdout)
            return [(d["before"]["path"][-1], d["after"]["path"][-1]) for d in (documents if isinstance(documents, list) else [documents])]
        self.assertEqual(pairs("all.net"), [("a", "b"), ("a", "c")])
        self.assertEqual(pairs("named.net"), [("c", "b")])

    def test_documents_keep_to_the_schema(self):
        self.write(a=chain([8, 8, 16], ["s", "t", "u"]), b=chain([8, 20], ["s", "z"]))
        COMPARE_SCHEMA.validate(self.compare())
        document = self.compare()
        del document["totals"]["macs"]["difference"]
        self.assertFalse(COMPARE_SCHEMA.is_valid(document))


class Explain(Models):
    def setUp(self):
        super().setUp()
        self.write(a=chain([8, 16], ["/stem/Conv", "/body/Conv"]))

    def test_by_name_number_and_output(self):
        for word in ("/body/Conv", "2", "c1"):
            document = json.loads(self.run_program("explain", "a.onnx", word, "--format", "json").stdout)
            self.assertEqual((document["name"], document["index"], document["cost"]["macs"]), ("/body/Conv", 2, macs(8, 16)))
            self.assertEqual(document["cost"]["parameters"], 8 * 16 * 9)
            self.assertEqual(document["formula"], "1*1*16*24*24*8*3*3")

    def test_for_people(self):
        text = self.run_program("explain", "a.onnx", "/body/Conv").stdout
        for said in (f"{macs(8, 16):,}", "float32[1, 16, 24, 24]", "1*1*16*24*24*8*3*3", "counted by the rule"):
            self.assertIn(said, text)
        self.assertIn("## ", self.run_program("explain", "a.onnx", "/stem/Conv", "--format", "markdown").stdout)

    def test_calculations_gradients_and_place_in_the_model(self):
        document = json.loads(self.run_program("explain", "a.onnx", "/body/Conv", "--format", "json").stdout)
        NODE_SCHEMA.validate(document)
        worked = {line["id"]: line for line in document["worked"]}
        self.assertEqual(worked["macs"]["value"], macs(8, 16))
        self.assertEqual(worked["parameters"]["value"], 8 * 16 * 9)
        self.assertEqual([line["label"].split("[")[0] for line in document["worked"] if line["id"] == "gradient"][:2], ["dL/dx", "dL/dw"])
        self.assertEqual(document["training"], {"input_gradient_macs": macs(8, 16), "weight_gradient_macs": macs(8, 16), "complete": True})
        # Two 3 x 3 convolutions see 5 x 5; x, w and the output are alive together.
        self.assertEqual([axis["size"] for axis in document["receptive_field"]["x"]], [5, 5])
        self.assertEqual(document["live_bytes"], 4 * PIXELS * (8 + 16))
        self.assertEqual((document["paths"]["shortest"], document["paths"]["count"]), (1, 1))
        first = json.loads(self.run_program("explain", "a.onnx", "/stem/Conv", "--format", "json").stdout)
        self.assertEqual(first["training"]["input_gradient_macs"], 0)  # nothing before it is learned
        text = self.run_program("explain", "a.onnx", "/body/Conv").stdout
        for said in ("dL/dw", "5 x 5", "Alive memory", "Weight gradients"):
            self.assertIn(said, text)

    def test_near_misses(self):
        self.assertIn("near: /stem/Conv", self.run_program("explain", "a.onnx", "/stem/Cov", status=2).stderr)
        self.assertIn("near: body", self.run_program("explain", "a.onnx", "bod", status=2).stderr)
        self.run_program("explain", "absent.onnx", "body", status=3)


if __name__ == "__main__":
    sys.exit(unittest.main())
