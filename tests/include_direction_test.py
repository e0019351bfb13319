#!/usr/bin/env python3
"""Fails on an include that points the wrong way: frontends -> analyzer <- reports, app above all, and inside a part by its folders.

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
    "web": ("web/", "reports/", "frontends/dsl/", "analyzer/"),
}
# What the files of a folder, with those inside it, may include of other folders of the analyzer.  A folder stands below those that name it:
# no two name each other, not even by way of a third.
NETWORK = ("analyzer/algebra", "analyzer/diagnostics", "analyzer/network")
FOLDERS = {
    "analyzer/algebra": (),
    "analyzer/diagnostics": (),
    "analyzer/network": ("analyzer/algebra", "analyzer/diagnostics"),
    "analyzer/operators": NETWORK,
    "analyzer/passes": NETWORK + ("analyzer/operators",),
    "analyzer/record": ("analyzer/algebra", "analyzer"),
    "analyzer/comparison": ("analyzer/algebra", "analyzer/record"),
    "analyzer/budget": ("analyzer/algebra", "analyzer/diagnostics", "analyzer/network", "analyzer/record", "analyzer/comparison"),
    "analyzer": NETWORK + ("analyzer/operators", "analyzer/passes"),
}
# The same for the folders inside these, "" for the files of the folder itself.
INSIDE = {
    "analyzer/operators": {
        "": (),
        "contents": ("",),
        "notation": ("",),
        "access": ("", "notation"),
        "gradients": ("", "notation"),
        "rows": ("", "contents", "notation", "access", "gradients"),
    },
    "analyzer/passes": {
        "": (),
        "shapes": ("",),
        "access": ("shapes",),
        "cost": ("shapes",),
        "memory": ("shapes", "cost"),
        "structure": ("shapes", "cost", "memory"),
        "training": ("shapes", "cost", "memory", "structure"),
        "device": ("shapes", "cost", "memory", "structure"),
    },
    "frontends/onnx": {
        "wire": (),
        "reader": ("wire",),
        "export": ("wire",),
        "import": ("wire", "reader"),
    },
    "frontends/dsl": {
        "syntax": (),
        "graph": (),
        "layers": ("graph",),
        "interpreter": ("syntax", "graph", "layers"),
        "": ("syntax", "graph", "layers", "interpreter"),
    },
    "reports": {
        "notation": (),
        "web": (),
        "document": ("notation",),
        "check": ("notation", "document", "tables", "worked"),
        "tables": ("notation", "document"),
        "sections": ("notation", "document", "tables"),
        "json": ("notation", "document", "tables", "sections"),
        "worked": ("notation", "document", "tables", "sections"),
        "pictures": ("notation", "document", "tables", "sections"),
        "formats": ("notation", "web", "document", "tables", "sections", "pictures"),
        "kinds": ("notation", "document", "tables", "sections", "json", "worked", "pictures"),
    },
}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)


def folder_of(path):
    """The folder of FOLDERS that a file is in, or the one that holds it."""
    folder = path.rpartition("/")[0]
    return next((known for known in sorted(FOLDERS, key=len, reverse=True)
                 if folder == known or (known != "analyzer" and folder.startswith(known + "/"))), folder)


def wrong_inside(name, included):
    """What is wrong with an include between the folders inside one of INSIDE, as a message; nothing for any other."""
    base = next((base for base in INSIDE if name.startswith(base + "/") and included.startswith(base + "/")), None)
    if base is None:
        return None
    own, other = (path[len(base) + 1:].rpartition("/")[0].partition("/")[0] for path in (name, included))
    if own not in INSIDE[base]:
        return f"{name}: INSIDE does not say what {own} may include in {base}"
    if other != own and other not in INSIDE[base][own]:
        return f'{name}: includes "{included}", but {own or "a file"} in {base} sees only {", ".join(INSIDE[base][own]) or "itself"}'
    return None


def wrong_includes(name, text):
    """What is wrong with the includes of the file `name` (relative to the root, '/' between folders), as messages."""
    part = next((part for part in ALLOWED if name.startswith(part + "/")), None)
    if part is None:
        return [f"{name}: in no part that has a direction"]
    folder = folder_of(name)
    if part in FOLDERS and folder not in FOLDERS:
        return [f"{name}: FOLDERS does not say what {folder} may include"]
    wrong = []
    for mark, included in INCLUDE.findall(text):
        if mark == '"' and not included.startswith(ALLOWED[part]):
            wrong.append(f'{name}: includes "{included}", but {part} sees only {", ".join(ALLOWED[part])}')
        elif mark == '"' and folder in FOLDERS and folder_of(included) not in FOLDERS[folder] + (folder,):
            wrong.append(f'{name}: includes "{included}", but {folder} sees only {", ".join(FOLDERS[folder]) or "itself"}')
        if mark == '"' and wrong_inside(name, included):
            wrong.append(wrong_inside(name, included))
        if included.startswith("boost/graph/") and not name.startswith("analyzer/network/"):
            wrong.append(f"{name}: includes <{included}>; only analyzer/network knows Boost.Graph")
    return wrong


class IncludeDirection(unittest.TestCase):
    def test_the_tree_keeps_to_the_arrows(self):
        files = [path for top in ("analyzer", "frontends", "configuration", "reports", "app", "web")
                 for ending in ("*.h", "*.cpp") for path in sorted((ROOT / top).rglob(ending))]
        self.assertGreater(len(files), 0)
        wrong = [message for path in files for message in wrong_includes(path.relative_to(ROOT).as_posix(), path.read_text())]
        self.assertEqual(wrong, [])

    def test_folders_include_each_other_in_one_direction(self):
        for folders in (FOLDERS, *INSIDE.values()):
            below, left = set(), set(folders)
            while left:
                free = {folder for folder in left if set(folders[folder]) <= below}
                self.assertNotEqual(free, set(), f"these stand above each other: {sorted(left)}")
                below |= free
                left -= free

    def test_every_folder_with_a_direction_exists(self):
        for folder in FOLDERS:
            self.assertTrue((ROOT / folder).is_dir(), folder)
        for base, folders in INSIDE.items():
            for folder in folders:
                self.assertTrue((ROOT / base / folder).is_dir(), f"{base}/{folder}")

    def test_every_folder_inside_has_a_direction(self):
        for base, folders in INSIDE.items():
            for path in (ROOT / base).iterdir():
                if path.is_dir():
                    self.assertIn(path.name, folders, base)

    def test_a_wrong_arrow_is_seen(self):
        for name, included in (
            ("analyzer/passes/cost/cost.cpp", '"frontends/onnx/wire/wire.h"'),
            ("analyzer/passes/cost/cost.cpp", '"reports/document/report.h"'),
            ("analyzer/passes/cost/cost.cpp", '"cost.h"'),
            ("analyzer/passes/cost/cost.cpp", "<boost/graph/topological_sort.hpp>"),
            ("analyzer/operators/access/access_map.h", '"analyzer/passes/shapes/shapes.h"'),
            ("analyzer/network/network.h", '"analyzer/operators/operator.h"'),
            ("analyzer/passes/cost/cost.cpp", '"analyzer/analysis.h"'),
            ("analyzer/comparison/match.h", '"analyzer/budget/judge.h"'),
            ("analyzer/elsewhere/file.h", "<vector>"),
            ("analyzer/operators/notation/nest.h", '"analyzer/operators/access/axis_map.h"'),
            ("analyzer/operators/operator.h", '"analyzer/operators/access/axis_map.h"'),
            ("analyzer/operators/access/axis_map.h", '"analyzer/operators/rows/neural/normalization.h"'),
            ("analyzer/passes/cost/cost.cpp", '"analyzer/passes/memory/memory.h"'),
            ("analyzer/passes/elsewhere/file.h", '"analyzer/passes/shapes/shapes.h"'),
            ("frontends/dsl/layers/layers.h", '"frontends/dsl/interpreter/frames.h"'),
            ("frontends/onnx/reader/walker.h", '"frontends/onnx/import/import.h"'),
            ("reports/document/report.h", '"reports/formats/formats.h"'),
            ("reports/formats/csv.cpp", '"reports/kinds/analysis_report.h"'),
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
            ("analyzer/passes/cost/cost.cpp", '"analyzer/passes/shapes/shapes.h"'),
            ("analyzer/passes/cost/cost.cpp", '"analyzer/passes/cost/cost.h"'),
            ("analyzer/operators/rows/neural/pooling.cpp", '"analyzer/operators/access/nest_access.h"'),
            ("frontends/dsl/net_file.cpp", '"frontends/dsl/interpreter/interpreter.h"'),
            ("reports/formats/csv.cpp", '"reports/document/document.h"'),
            ("frontends/onnx/import/import.cpp", '"analyzer/network/network.h"'),
            ("reports/json/json.cpp", '"analyzer/algebra/dim.h"'),
            ("app/main.cpp", '"frontends/onnx/import/import.h"'),
        ):
            self.assertEqual(wrong_includes(name, f"#include {included}\n"), [])


if __name__ == "__main__":
    sys.exit(unittest.main())
