#!/usr/bin/env python3
"""Does the HTML page hold every number of the JSON document without a script, and nothing that a model could have made active?"""
import base64
import hashlib
import html.parser
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import onnx

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from page_models import hostile_model, large_model, loop_model

PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
MODELS = pathlib.Path(__file__).resolve().parents[2] / "examples" / "models"
ALLOWED = {"html", "head", "meta", "title", "style", "script", "body", "main", "article", "header", "h1", "h2", "h3", "p", "nav", "a", "section", "table", "thead", "tbody", "tr", "th", "td",
           "ul", "li", "b", "code", "span", "br", "details", "summary", "svg", "g", "rect", "path", "text", "figure", "figcaption", "title", "desc", "line", "polyline", "circle", "polygon", "defs",
           "marker", "clipPath", "clippath", "div", "dl", "dt", "dd", "tspan", "pre", "small", "strong", "em", "ol"}


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.attributes = []
        self.tables = {}
        self.kinds = {}
        self.scripts = []
        self.styles = []
        self.policy = ""
        self.rows = None
        self.cell = None
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes.extend((tag, name, value) for name, value in attributes)
        values = dict(attributes)
        self.inside = tag
        if values.get("http-equiv"):
            self.policy = values["content"]
        if tag == "table":
            self.rows = self.tables.setdefault(values.get("data-id"), [])
            self.kind = self.kinds.setdefault(values.get("data-id"), [])
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif tag in ("td", "th") and self.rows is not None:
            self.cell = [values.get("data-c"), ""]
            self.rows[-1].append(self.cell)
            if "data-t" in values:
                self.kind.append(values["data-t"])

    def handle_endtag(self, tag):
        if tag == "table":
            self.rows = self.cell = None
        self.inside = ""

    def handle_data(self, data):
        if self.inside == "script":
            self.scripts.append(data)
        elif self.inside == "style":
            self.styles.append(data)
        elif self.cell is not None:
            self.cell[1] += data


def run(model, form, *options):
    done = subprocess.run([PROGRAM, str(model), "--format", form, *options], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def plain(text):
    """A number or an expression without groups of digits and without what says that it is a lower bound."""
    return re.sub(r"(?<=[0-9]),(?=[0-9]{3})", "", text.strip().removeprefix("≥ "))


def flat(numbers, prefix=""):
    for key, value in numbers.items():
        if isinstance(value, dict):
            yield from flat({k: v for k, v in value.items() if k not in ("node", "index")}, "" if key == "flops_by_kind" else f"{prefix}{key}.")
        elif value is not None and not isinstance(value, (list, bool)):
            yield prefix + key, str(value)


class PageWithoutScript(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)

    def saved(self, model, name):
        path = pathlib.Path(self.scratch.name) / name
        onnx.save(model, path)
        return path

    def check_numbers(self, model, *options):
        document = json.loads(run(model, "json", *options))
        page = Page(run(model, "html", *options))
        totals = {row[0][1].strip(): plain(row[1][1]) for row in page.tables["totals"][1:]}
        for key, value in flat(document["totals"]):
            self.assertEqual(totals.get(key), value, key)
        head, *rows = page.tables["layers"]
        ids = [cell[0] for cell in head]
        by_index = {plain(dict(zip(ids, cells))["index"]): dict(zip(ids, cells))
                    for cells in ([cell[1] for cell in row] for row in rows) if dict(zip(ids, cells))["index"].strip()}
        self.assertEqual(len(by_index), len(document["layers"]))
        for layer in document["layers"]:
            row = by_index[str(layer["index"])]
            for key, value in flat({key: value for key, value in layer.items() if key in ids or key == "flops_by_kind"}):
                self.assertEqual(plain(row[key]) if key not in ("name", "formula") else value, value, f"{layer['name']}: {key}")

    def test_every_number_of_the_document_stands_in_the_page(self):
        self.check_numbers(MODELS / "resnet50.onnx")
        self.check_numbers(MODELS / "encoder.onnx")
        self.check_numbers(MODELS / "encoder.onnx", "--set", "batch=2,sequence=16")

    def test_sums_by_operator_are_those_of_the_layers(self):
        for options in ([], ["--set", "batch=2"]):
            document = json.loads(run(MODELS / "resnet50.onnx", "json", *options))
            head, *rows = Page(run(MODELS / "resnet50.onnx", "html", *options)).tables["operators"]
            ids = [cell[0] for cell in head]
            rows = {row[0][1].strip(): dict(zip(ids, (cell[1].strip() for cell in row))) for row in rows}
            layers = document["layers"]
            self.assertEqual({name: int(row["layers"]) for name, row in rows.items()}, {op: sum(layer["op"] == op for layer in layers) for op in {layer["op"] for layer in layers}})
            # With a batch that is open every sum is a multiple of it, and this is that multiple.
            number = lambda text: int(plain(str(text)).split("*batch")[0])
            for key in ("parameters", "macs", "flops", "bytes_written"):
                for name, row in rows.items():
                    self.assertEqual(number(row[key]), sum(number(layer[key]) for layer in layers if layer["op"] == name), f"{name}: {key}")

    def test_layers_inside_of_others_stand_in_the_page(self):
        path = self.saved(loop_model(), "loop.onnx")
        self.check_numbers(path)
        document = json.loads(run(path, "json"))
        head, *rows = Page(run(path, "html")).tables["nested_layers"]
        ids = [cell[0] for cell in head]
        rows = [dict(zip(ids, (cell[1].strip() for cell in row))) for row in rows]
        inside = [(name, scope, layer) for name, scope in document["scopes"].items() for layer in scope["layers"]]
        self.assertEqual(len(rows), len(inside))
        for row, (name, scope, layer) in zip(rows, inside):
            self.assertEqual((row["inside"], row["name"], row["multiplicity"]), (name, layer["name"], str(scope["multiplicity"])))
            for key, value in flat({key: value for key, value in layer.items() if key in ids or key == "flops_by_kind"}):
                self.assertEqual(plain(row[key]) if key not in ("name", "formula") else row[key], value, f"{layer['name']}: {key}")
        self.assertEqual([(row["name"], row["macs"]) for row in rows if row["macs"] != "0"][0], ("body/MatMul", "128"))
        self.assertFalse({"example", "share", "bar", "live_bytes"} & set(ids))  # of layers of the main graph alone

    def test_nothing_of_a_model_is_active(self):
        path = self.saved(hostile_model(), "hostile.onnx")
        text = run(path, "html")
        page = Page(text)
        self.assertEqual(sorted(set(page.tags) - ALLOWED), [])
        self.assertEqual((page.tags.count("script"), page.tags.count("style"), page.tags.count("h1")), (1, 1, 1))
        for tag, name, value in page.attributes:
            self.assertFalse(name.startswith("on"), (tag, name, value))
            self.assertNotIn(name, ("src", "srcdoc", "style", "action", "formaction", "xlink:href"))
            if name == "href":
                self.assertRegex(value, r"^#[a-z0-9-]+$")
        self.assertNotIn("\x1b", text)
        self.assertNotIn("\u202e", text)
        picture = xml.etree.ElementTree.fromstring(run(path, "svg"))
        tags = {element.tag.split("}")[1] for element in picture.iter()}
        self.assertLessEqual(tags, {"svg", "g", "rect", "path", "text"})

    def test_the_policy_allows_the_script_and_the_style_and_nothing_else(self):
        page = Page(run(MODELS / "resnet50.onnx", "html"))
        digest = lambda parts: "sha256-" + base64.b64encode(hashlib.sha256("".join(parts).encode()).digest()).decode()
        self.assertEqual(page.policy, f"default-src 'none'; script-src '{digest(page.scripts)}'; style-src '{digest(page.styles)}'; base-uri 'none'; form-action 'none'")
        # Half of it reads, sorts and explains tables; the rest draws maps, curves, the graph and receptive fields at any sizes.
        self.assertLessEqual(len("".join(page.scripts).encode()), 90_000)

    def test_the_style_knows_the_columns_of_the_layers_that_are_no_numbers(self):
        page = Page(run(MODELS / "resnet50.onnx", "html"))
        texts = [place for place, kind in enumerate(page.kinds["layers"], 1) if kind in ("text", "shape", "status")]
        rule = re.search(r"\.layers td:is\((.*)\) \{ text-align: left; \}", "".join(page.styles))[1]
        self.assertEqual([int(place) for place in re.findall(r":nth-child\(([0-9]+)\)", rule)], texts)

    def test_a_sheet_has_the_columns_that_it_has_room_for(self):
        page = Page(run(MODELS / "resnet50.onnx", "html"))
        ids = [cell[0] for cell in page.tables["layers"][0]]
        rule = re.search(r"\.layers :is\(th, td\):not\((.*)\) \{ display: none; \}", "".join(page.styles))[1]
        self.assertEqual([ids[int(place) - 1] for place in re.findall(r":nth-child\(([0-9]+)\)", rule)],
                         ["name", "operator", "output_shape", "parameters", "macs", "share", "flops", "receptive_field", "formula"])

    def test_a_layer_takes_no_more_than_a_kilobyte(self):
        path = self.saved(large_model(10_000), "large.onnx")
        size = len(run(path, "html").encode())
        self.assertLessEqual(size, 10_000_000)

    def test_several_models_stand_in_one_page(self):
        done = subprocess.run([PROGRAM, str(MODELS / "resnet50.onnx"), str(MODELS / "encoder.onnx"), "--format", "html"], capture_output=True, text=True, check=True)
        page = Page(done.stdout)
        self.assertEqual(page.tags.count("html"), 1)
        self.assertEqual(page.tags.count("article"), 3)
        self.assertIn("models", page.tables)


if __name__ == "__main__":
    sys.exit(unittest.main())
