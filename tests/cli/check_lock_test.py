#!/usr/bin/env python3
"""Does a lock file say what changed, and where?"""
import json
import re
import sys
import unittest

from check_repository import Repository, net


class LockFile(Repository):
    def test_one_line_changes_for_a_changed_group(self):
        self.check("--write-lock")
        before = (self.folder / "macroscope.lock").read_text().splitlines()
        self.check("--locked")
        self.write("models/net.onnx", net(33))
        said = self.check("--locked", status=1)
        lines = [line.strip() for line in said.splitlines()]
        self.assertIn("failed     lock: not what macroscope.lock has", lines)
        grown = f"{32 * 16 * 9:,} -> {33 * 16 * 9:,} (+3.12 %)"
        self.assertEqual([line.startswith("parameters  ") for line in lines].count(True), 1)  # the model's own
        self.assertRegex(" ".join(said.split()), f" body: [^:]* parameters {re.escape(grown)}.* head: ")
        self.assertFalse(any(line.startswith("stem") for line in lines), said)
        # Formats for programs have a verdict for each module.
        report = json.loads(self.check("--locked", "--format", "json", status=1))
        subjects = [verdict["subject"] for verdict in report["models"][0]["verdicts"] if verdict["rule"] == "lock"]
        self.assertEqual(subjects, ["total", "body", "head"])
        self.check("--write-lock")
        after = (self.folder / "macroscope.lock").read_text().splitlines()
        changed = [line.split()[0] for line, new in zip(before, after) if line != new]
        self.assertEqual(len(before), len(after))
        self.assertEqual(changed, ["total", '"body"', '"head"'])
        self.check("--locked")

    def test_a_terminal_shows_a_dozen_modules(self):
        self.check("--write-lock")
        lock = self.folder / "macroscope.lock"
        gone = "".join(f'"block{i:02}" layers=1 macs={i + 1}\n' for i in range(40))
        lock.write_text(lock.read_text().replace('"body"', gone + '"body"', 1))
        said = self.check("--locked", status=1)
        self.assertEqual(said.count(": removed: layers 1, macs "), 12)
        self.assertIn("and 28 modules more", said)

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


if __name__ == "__main__":
    sys.exit(unittest.main())
