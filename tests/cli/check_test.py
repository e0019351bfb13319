#!/usr/bin/env python3
"""Does `macroscope check` guard a repository?  Runs it as CI would, on a history of models."""
import json
import re
import subprocess
import sys
import unittest

import numpy
from onnx import TensorProto, helper, numpy_helper

from check_repository import BUDGET, MACS, PARAMETERS, PIXELS, PROGRAM, Repository, net


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
