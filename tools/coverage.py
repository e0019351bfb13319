#!/usr/bin/env python3
"""Which share of the program's lines and branches did the tests run?  Reads clang's counters below a build directory: by part, then file by file.

    coverage.py BUILD             shares of each file, the lowest first, and of parts
    coverage.py BUILD FILE...     the lines of these files with a condition that never went one of its ways
"""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PARTS = ("analyzer/", "frontends/", "configuration/", "reports/", "app/")
# What figures depend on.
GROUPS = {"algebra": ("analyzer/algebra/",), "operators": ("analyzer/operators/",), "passes": ("analyzer/passes/",),
          "readers": ("frontends/onnx/reader/", "frontends/onnx/wire/", "frontends/onnx/import/", "configuration/")}


def tool(name):
    """Debian has them under their version as well; the compiler's own is the one that reads what it wrote."""
    version = subprocess.run(["clang++", "-dumpversion"], capture_output=True, text=True, check=True).stdout.split(".")[0]
    return f"{name}-{version}"


def merged(build):
    """All counters in one file, and the programs that they are of."""
    counters = sorted(str(path) for path in (build / "counters").glob("*.profraw"))
    if not counters:
        sys.exit("no counters: run the tests of the coverage build first")
    profile = build / "counters" / "all.profdata"
    subprocess.run([tool("llvm-profdata"), "merge", "-sparse", "-o", profile, *counters], check=True)
    programs = [path for folder in ("tests", "app") for path in sorted((build / folder).iterdir())
                if path.is_file() and os.access(path, os.X_OK) and not path.suffix]
    return profile, programs


def exported(build, *options):
    """What llvm-cov says of each file of the program, by its path from the root."""
    profile, programs = merged(build)
    command = [tool("llvm-cov"), "export", f"-instr-profile={profile}", *options, str(programs[0])]
    for program in programs[1:]:
        command += ["-object", str(program)]
    answer = subprocess.run(command, capture_output=True, check=True).stdout
    files = {os.path.relpath(os.path.join(ROOT, file["filename"]), ROOT): file for file in json.loads(answer)["data"][0]["files"]}
    return {name: file for name, file in files.items() if name.startswith(PARTS)}


def show(summaries, name):
    def share(kind):
        count = sum(summary[kind]["count"] for summary in summaries)
        return sum(summary[kind]["covered"] for summary in summaries) / max(count, 1), count

    lines, line_count = share("lines")
    branches, branch_count = share("branches")
    print(f"{lines:7.1%} of {line_count:6} lines {branches:7.1%} of {branch_count:6} branches  {name}")


def show_shares(build):
    files = {name: file["summary"] for name, file in exported(build, "-summary-only").items()}
    for name in sorted(files, key=lambda name: files[name]["branches"]["percent"]):
        show([files[name]], name)
    print()
    for group, folders in GROUPS.items():
        show([summary for name, summary in files.items() if name.startswith(folders)], group)
    show(list(files.values()), "in all")


def show_one_way(build, names):
    for name, file in exported(build).items():
        if not any(wanted in name for wanted in names):
            continue
        text = (ROOT / name).read_text().splitlines()
        ways = {}  # of one place in templates, all instances together
        for line, column, end_line, end_column, taken, not_taken, *_ in file["branches"]:
            before = ways.get((line, column, end_line, end_column), (0, 0))
            ways[line, column, end_line, end_column] = (before[0] + taken, before[1] + not_taken)
        for (line, column, _, _), (taken, not_taken) in sorted(ways.items()):
            if not taken or not not_taken:
                said = "never" if not taken and not not_taken else "never true" if not taken else "always true"
                print(f"{name}:{line}:{column}: {said}: {text[line - 1].strip()}")


def main():
    build = pathlib.Path(sys.argv[1])
    if len(sys.argv) > 2:
        show_one_way(build, sys.argv[2:])
    else:
        show_shares(build)


if __name__ == "__main__":
    main()
