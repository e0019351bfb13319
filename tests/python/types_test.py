#!/usr/bin/env python3
"""Does the package keep to its types?"""
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Types(unittest.TestCase):
    def test_mypy_finds_nothing(self):
        done = subprocess.run([sys.executable, "-m", "mypy", "--config-file=pyproject.toml", "--python-version=3.10", "--no-incremental"], cwd=ROOT, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    sys.exit(unittest.main())
