#!/usr/bin/env python3
"""Every command in every format: a document, or a mistake that says which formats there are."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
# Arguments that each command writes something for, and the formats that its reports have no part for.
COMMANDS = {
    "analyze": (["net.net:first"], []),
    "table": (["net.net:first"], ["json", "dot", "svg"]),
    "compare": (["net.net:first", "net.net:second"], ["dot", "svg"]),
    "explain": (["net.net:first", "0"], ["csv", "dot", "svg"]),
    "ops": (["conv"], ["dot", "svg"]),
}
NETS = """net first {
  input x: [1, 3, 8, 8]
  output y = x -> conv(4, 3) -> relu
}
net second {
  input x: [1, 3, 8, 8]
  output y = x -> conv(8, 3) -> relu
}
"""
BEGINNINGS = {"html": "<!doctype html>", "latex": "\\documentclass", "dot": "digraph", "svg": "<svg"}


def all_formats():
    """Names and endings, in the order of the help."""
    words = " ".join(subprocess.run([PROGRAM, "analyze", "--help"], capture_output=True, text=True, check=True).stdout.split())
    names = re.search(r"--format FORMAT (.*?) on standard output", words)[1].replace(" or ", ", ").split(", ")
    return dict(zip(names, re.search(r"also write FILE: ((\.\w+ )+)", words)[1].split()))


FORMATS = all_formats()


class Formats(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "net.net").write_text(NETS)

    def run_program(self, *arguments):
        return subprocess.run([PROGRAM, *arguments], cwd=self.folder, capture_output=True, text=True, check=False)

    def test_there_are_eight_formats_at_least(self):
        self.assertLessEqual({"text", "markdown", "html", "latex", "json", "csv", "dot", "svg"}, set(FORMATS))

    def test_each_command_writes_its_formats_and_refuses_the_others(self):
        for command, (arguments, refused) in COMMANDS.items():
            written = [name for name in FORMATS if name not in refused]
            for name in FORMATS:
                with self.subTest(command=command, format=name):
                    done = self.run_program(command, *arguments, "--format", name)
                    if name not in written:
                        self.assertEqual((done.returncode, done.stdout), (2, ""))
                        self.assertIn(f"one of: {', '.join(written)}", done.stderr)
                        continue
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertGreater(len(done.stdout.splitlines()), 1 if name != "json" else 0)
                    self.assertTrue(done.stdout.lower().startswith(BEGINNINGS.get(name, "").lower()), done.stdout[:80])
                    if name == "json":
                        json.loads(done.stdout)

    def test_help_and_files_know_the_same_formats(self):
        for command, (arguments, refused) in COMMANDS.items():
            written = [name for name in FORMATS if name not in refused]
            with self.subTest(command=command):
                words = " ".join(self.run_program(command, "--help").stdout.split())
                self.assertIn(f"{', '.join(written[:-1])} or {written[-1]} on standard output", words)
                if "--output" not in words:
                    continue
                for name, ending in FORMATS.items():
                    done = self.run_program(command, *arguments, "-o", "out" + ending)
                    self.assertEqual((done.returncode, (self.folder / ("out" + ending)).exists()),
                                     (0, True) if name in written else (2, False), f"{ending}: {done.stderr}")
                    (self.folder / ("out" + ending)).unlink(missing_ok=True)

    def test_several_models_have_a_table_of_them_where_people_read(self):
        """First where documents of the format can follow each other, otherwise last."""
        for name in ("text", "markdown", "html", "latex"):
            with self.subTest(format=name):
                text = self.run_program("analyze", "net.net", "--format", name).stdout
                table, first_model = text.find("peak memory"), text.find("MACs", text.find("peak memory"))
                self.assertGreater(table, 0)
                if name in ("text", "markdown"):
                    self.assertLess(table, first_model)
                    self.assertEqual(text.count("peak memory"), 1)
                else:
                    self.assertGreater(text.rfind("peak memory"), text.rfind("Layers"))
        self.assertEqual(len(json.loads(self.run_program("analyze", "net.net", "--format", "json").stdout)), 2)
        self.assertEqual(self.run_program("analyze", "net.net", "--format", "csv").stdout.splitlines()[0].split(",")[0], "model")


if __name__ == "__main__":
    sys.exit(unittest.main())
