#!/usr/bin/env python3
"""Does a lock file say what changed, and where?"""
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


if __name__ == "__main__":
    sys.exit(unittest.main())
