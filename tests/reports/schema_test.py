#!/usr/bin/env python3
"""Do the accepted JSON reports keep to the published schema, and does the schema refuse what it should?"""
import copy
import json
import pathlib
import sys
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs" / "macroscope-1.schema.json").read_text())
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.json"))


class Schema(unittest.TestCase):
    def setUp(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        self.validator = jsonschema.Draft202012Validator(SCHEMA)

    def test_accepted_reports_are_valid(self):
        self.assertGreater(len(GOLDEN), 0)
        for path in GOLDEN:
            document = json.loads(path.read_text())
            self.assertEqual([error.message for error in self.validator.iter_errors(document)], [], path.name)
        self.validator.validate([json.loads(path.read_text()) for path in GOLDEN])

    def test_wrong_reports_are_not(self):
        right = json.loads((ROOT / "tests" / "golden" / "small.json").read_text())

        def wrong(change):
            document = copy.deepcopy(right)
            change(document)
            self.assertFalse(self.validator.is_valid(document))

        wrong(lambda d: d.pop("complete"))
        wrong(lambda d: d["totals"].pop("macs"))
        wrong(lambda d: d["totals"].update(macs=1.5))
        wrong(lambda d: d["totals"].update(macs=2 ** 53 + 1))
        wrong(lambda d: d["layers"][0].update(status="ignored"))
        wrong(lambda d: d["tensors"]["image"].update(dtype="float"))
        wrong(lambda d: d["tensors"]["image"].pop("shape"))
        wrong(lambda d: d["symbols"][0].update(id="batch size"))
        wrong(lambda d: d["layers"][0]["paths"].pop("weighted"))
        wrong(lambda d: d["layers"][0]["paths"].update(count={"log2": 12}))
        wrong(lambda d: d["findings"].append({"kind": "mystery", "layers": []}))
        wrong(lambda d: d["findings"].append({"kind": "bottleneck", "layers": [], "macs": 1, "twin_macs": 2}))
        wrong(lambda d: d["findings"].append({"kind": "dead", "layers": [], "saves": {"time": 1}}))


if __name__ == "__main__":
    sys.exit(unittest.main())
