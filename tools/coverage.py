#!/usr/bin/env python3
"""Which share of the program's lines and branches did the tests run?  Reads gcov's counters below a build directory: by part, then file by file.

Branches that only an exception takes are left out: the compiler puts one behind nearly every call.
"""
import collections
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PARTS = ("analyzer/", "frontends/", "configuration/", "reports/", "app/")
# What figures depend on.
GROUPS = {"algebra": ("analyzer/algebra/",), "operators": ("analyzer/operators/",), "passes": ("analyzer/passes/",),
          "readers": ("frontends/onnx/reader/", "frontends/onnx/wire/", "frontends/onnx/import/", "configuration/")}


class Counts:
    """Lines by number and branches by line and place: run by any object file or by none."""

    def __init__(self):
        self.lines = {}
        self.branches = {}

    def add(self, line):
        number = line["line_number"]
        self.lines[number] = self.lines.get(number, False) or line["count"] > 0
        for place, branch in enumerate(branch for branch in line.get("branches", ()) if not branch["throw"]):
            self.branches[number, place] = self.branches.get((number, place), False) or branch["count"] > 0


def counted(build):
    """For each source file, what ran of it."""
    files = collections.defaultdict(Counts)
    counters = [path.resolve() for path in build.rglob("*.gcda")]
    with tempfile.TemporaryDirectory() as scratch:
        for start in range(0, len(counters), 50):
            subprocess.run(["gcov", "--json-format", "--branch-probabilities", "--hash-filenames", *counters[start:start + 50]], cwd=scratch,
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for report in pathlib.Path(scratch).glob("*.gcov.json.gz"):
            for file in json.loads(gzip.decompress(report.read_bytes()))["files"]:
                name = os.path.relpath(os.path.join(ROOT, file["file"]), ROOT)
                if name.startswith(PARTS):
                    for line in file["lines"]:
                        files[name].add(line)
    return files


def shares(files):
    """Lines and branches that ran, and how many there are."""
    lines = [ran for counts in files for ran in counts.lines.values()]
    branches = [ran for counts in files for ran in counts.branches.values()]
    return sum(lines) / max(len(lines), 1), len(lines), sum(branches) / max(len(branches), 1), len(branches)


def show(files, name):
    lines, line_count, branches, branch_count = shares(files)
    print(f"{lines:7.1%} of {line_count:6} lines {branches:7.1%} of {branch_count:6} branches  {name}")


def main():
    files = counted(pathlib.Path(sys.argv[1]))
    if not files:
        sys.exit("no counters: run the tests of the coverage build first")
    for name in sorted(files, key=lambda name: shares([files[name]])):
        show([files[name]], name)
    print()
    for group, folders in GROUPS.items():
        show([counts for name, counts in files.items() if name.startswith(folders)], group)
    show(list(files.values()), "in all")


if __name__ == "__main__":
    main()
