#!/usr/bin/env python3
"""Which share of the program's lines did the tests run?  Reads gcov's counters below a build directory, file by file."""
import collections
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PARTS = ("analyzer/", "frontends/", "reports/", "app/")


def counted_lines(build):
    """For each source file, its executable lines and whether any object file ran them."""
    lines = collections.defaultdict(dict)
    counters = [path.resolve() for path in build.rglob("*.gcda")]
    with tempfile.TemporaryDirectory() as scratch:
        for start in range(0, len(counters), 50):
            subprocess.run(["gcov", "--json-format", "--hash-filenames", *counters[start:start + 50]], cwd=scratch, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for report in pathlib.Path(scratch).glob("*.gcov.json.gz"):
            for file in json.loads(gzip.decompress(report.read_bytes()))["files"]:
                name = os.path.relpath(os.path.join(ROOT, file["file"]), ROOT)
                if name.startswith(PARTS):
                    for line in file["lines"]:
                        seen = lines[name]
                        seen[line["line_number"]] = seen.get(line["line_number"], False) or line["count"] > 0
    return lines


def main():
    lines = counted_lines(pathlib.Path(sys.argv[1]))
    if not lines:
        sys.exit("no counters: run the tests of the coverage build first")
    rows = sorted((sum(seen.values()) / len(seen), len(seen), name) for name, seen in lines.items())
    for share, count, name in rows:
        print(f"{share:7.1%} of {count:5} lines  {name}")
    ran = sum(sum(seen.values()) for seen in lines.values())
    every = sum(len(seen) for seen in lines.values())
    print(f"{ran / every:7.1%} of {every:5} lines  in all")


if __name__ == "__main__":
    main()
