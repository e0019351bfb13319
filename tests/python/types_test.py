#!/usr/bin/env python3
"""Does the package keep to its types?"""
import json
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = len(list((ROOT / "python/macroscope").rglob("*.py")))


def run(*command):
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)


class Types(unittest.TestCase):
    def test_mypy_finds_nothing(self):
        done = run("mypy", "--config-file=pyproject.toml", "--python-version=3.10", "--no-incremental")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(f"no issues found in {FILES} source files", done.stdout)

    def test_pyright_finds_nothing(self):
        """As the wheel that brings it with what it runs on."""
        done = run("basedpyright", "--project=pyproject.toml", "--pythonversion=3.9", f"--pythonpath={sys.executable}", "--outputjson")
        result = json.loads(done.stdout)
        self.assertEqual([(each["file"], each["range"]["start"]["line"] + 1, each["message"]) for each in result["generalDiagnostics"]], [])
        self.assertEqual(result["summary"]["filesAnalyzed"], FILES)


if __name__ == "__main__":
    sys.exit(unittest.main())
