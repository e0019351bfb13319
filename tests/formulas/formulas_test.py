#!/usr/bin/env python3
"""Does the package give each formula of cases.json its value?  The program and the page are held to the same file, each by a test of its own."""
import json
import pathlib
import sys
import unittest

from macroscope import Expression, UsageError

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import write_cases  # noqa: E402  beside this file

CASES = json.loads((HERE / "cases.json").read_text())


class Formulas(unittest.TestCase):
    def test_the_file_is_what_is_written_today(self):
        self.assertEqual((HERE / "cases.json").read_text(), write_cases.written())

    def test_every_formula_has_its_value(self):
        self.assertGreater(len(CASES["values"]), 150)
        for case in CASES["values"]:
            with self.subTest(case["text"]):
                expression = Expression(case["text"])
                sizes = {name: int(size) for name, size in case["sizes"].items()}
                if case["value"] is None:
                    self.assertRaises(ZeroDivisionError, expression.at, sizes)
                else:
                    self.assertEqual(expression.at(sizes), int(case["value"]))

    def test_what_is_no_formula_is_refused(self):
        for text in CASES["refused"]:
            with self.subTest(text), self.assertRaises(UsageError):
                Expression(text)


if __name__ == "__main__":
    sys.exit(unittest.main())
