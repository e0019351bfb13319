#!/usr/bin/env python3
"""Fails on an include that points the wrong way: frontends -> analyzer <- reports, app above all.

The front ends and the reports never meet, and Boost.Graph stays inside analyzer/network.
"""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What the files of a part may include, by the beginning of the path.
ALLOWED = {
    "analyzer": ("analyzer/",),
    "frontends/onnx": ("frontends/onnx/", "analyzer/"),
    "frontends/dsl": ("frontends/dsl/", "analyzer/"),
    "configuration": ("configuration/", "analyzer/"),
    "reports": ("reports/", "analyzer/"),
    "app": ("app/", "reports/", "frontends/", "configuration/", "analyzer/"),
}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)


def wrong_includes(name, text):
    """What is wrong with the includes of the file `name` (relative to the root, '/' between folders), as messages."""
    part = next((part for part in ALLOWED if name.startswith(part + "/")), None)
    if part is None:
        return [f"{name}: in no part that has a direction"]
    wrong = []
    for mark, included in INCLUDE.findall(text):
        if mark == '"' and not included.startswith(ALLOWED[part]):
            wrong.append(f'{name}: includes "{included}", but {part} sees only {", ".join(ALLOWED[part])}')
        if included.startswith("boost/graph/") and not name.startswith("analyzer/network/"):
            wrong.append(f"{name}: includes <{included}>; only analyzer/network knows Boost.Graph")
    return wrong


class IncludeDirection(unittest.TestCase):
    def test_the_tree_keeps_to_the_arrows(self):
        files = [path for top in ("analyzer", "frontends", "configuration", "reports", "app")
                 for ending in ("*.h", "*.cpp") for path in sorted((ROOT / top).rglob(ending))]
        self.assertGreater(len(files), 0)
        wrong = [message for path in files for message in wrong_includes(path.relative_to(ROOT).as_posix(), path.read_text())]
        self.assertEqual(wrong, [])

    def test_a_wrong_arrow_is_seen(self):
        for name, included in (
            ("analyzer/passes/cost/cost.cpp", '"frontends/onnx/wire/wire.h"'),
            ("analyzer/passes/cost/cost.cpp", '"reports/document/report.h"'),
            ("analyzer/passes/cost/cost.cpp", '"cost.h"'),
            ("analyzer/passes/cost/cost.cpp", "<boost/graph/topological_sort.hpp>"),
            ("frontends/onnx/import/import.cpp", '"reports/document/report.h"'),
            ("frontends/onnx/import/import.cpp", '"frontends/dsl/syntax/lexer.h"'),
            ("reports/json/json.cpp", '"frontends/onnx/import/import.h"'),
            ("reports/json/json.cpp", '"app/options.h"'),
            ("frontends/other/reader.cpp", "<vector>"),
        ):
            self.assertNotEqual(wrong_includes(name, f"#include {included}\n"), [], f"{name} {included}")

    def test_the_right_arrows_pass(self):
        for name, included in (
            ("analyzer/network/graph_order.cpp", "<boost/graph/topological_sort.hpp>"),
            ("frontends/onnx/import/import.cpp", '"analyzer/network/network.h"'),
            ("reports/json/json.cpp", '"analyzer/algebra/dim.h"'),
            ("app/main.cpp", '"frontends/onnx/import/import.h"'),
        ):
            self.assertEqual(wrong_includes(name, f"#include {included}\n"), [])


if __name__ == "__main__":
    sys.exit(unittest.main())
