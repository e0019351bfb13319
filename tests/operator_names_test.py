#!/usr/bin/env python3
"""Fails where a pass, a report or the language's interpreter knows an operator by its name.

What they need to know stands in the operator's row (analyzer/operators/operator.h), so that an operator that is added, renamed or fused is
understood everywhere.  Patterns that exporters write are made of named operators; those have their names in one header, each with its reason.
"""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent

# The one place for names of operators, and how many there may be.
PATTERNS = "analyzer/operators/patterns.h"
WHERE = (PATTERNS, "analyzer/passes", "analyzer/analysis.cpp", "analyzer/sweep.cpp", "reports", "frontends/dsl/interpreter")
MOST_NAMES = 40
# Words that are the name of an operator by chance, or name operators for the reader alone.
ALLOWED = {
    ("reports/kinds/node_context.cpp", "Gradient"): "the title of a section",
    ("reports/sections/structure_section.cpp", "Gradient"): "the title of a section",
}

ROW = re.compile(r'^\s*\{(?:\.name = )?"(\w+)",', re.MULTILINE)
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


def operator_names():
    rows = sorted((ROOT / "analyzer/operators/rows").rglob("*.cpp"))
    return {name for path in rows for name in ROW.findall(path.read_text()) if name[0].isupper()}


def names_in(text, names):
    code = re.sub(r"//[^\n]*", "", text)
    return [word for word in LITERAL.findall(code) if word in names]


def files():
    for place in WHERE:
        path = ROOT / place
        yield from [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix in (".h", ".cpp"))


class OperatorNames(unittest.TestCase):
    def test_names_stand_in_one_place(self):
        names = operator_names()
        self.assertGreater(len(names), 300)
        found = [(path.relative_to(ROOT).as_posix(), name) for path in files() for name in names_in(path.read_text(), names)]
        elsewhere = [place for place in found if place[0] != PATTERNS and place not in ALLOWED]
        self.assertEqual(elsewhere, [], "say it in the operator's row, as a trait or a role")
        self.assertLessEqual(len(found), MOST_NAMES)

    def test_every_name_of_a_pattern_has_its_reason(self):
        names = operator_names()
        for line in (ROOT / PATTERNS).read_text().splitlines():
            if names_in(line, names):
                self.assertRegex(line, r"//.{10,}")

    def test_parts_of_names_are_not_searched_for(self):
        searching = re.compile(r"\b(?:op|name)\.(?:find|starts_with|ends_with|contains)\(\"[A-Z]")
        found = [path.relative_to(ROOT).as_posix() for path in files() if searching.search(path.read_text())]
        self.assertEqual(found, [])

    def test_what_is_allowed_is_still_there(self):
        names = operator_names()
        for (name, word) in ALLOWED:
            self.assertIn(word, names_in((ROOT / name).read_text(), names))

    def test_a_name_is_seen(self):
        self.assertEqual(names_in('if (node.op == "Conv") return;  // "Gemm"\n', {"Conv", "Gemm"}), ["Conv"])


if __name__ == "__main__":
    unittest.main()
