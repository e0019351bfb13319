#!/usr/bin/env python3
"""Do the tests notice a small mistake?  Puts one into a source file at a time, builds what depends on it and runs the tests.

    mutate.py [--count N] [--seed N] [--files PATTERN...] [--list]

A mutant swaps one operator or one small number.  It is killed if it does not compile, if a test fails, or if a test takes far longer than it did; it
survives otherwise, and is printed.  Works in a copy of the tree, so that the tree stays as it is.
"""
import argparse
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
COPY = ROOT / "build" / "mutants"
# What figures depend on most, and the tests that should notice.
FILES = {
    "analyzer/algebra/*.cpp": ("analyzer_tests",),
    "analyzer/operators/notation/formula*.cpp": ("analyzer_tests",),
    "analyzer/operators/notation/window.cpp": ("analyzer_tests",),
    "analyzer/passes/access/*.cpp": ("analyzer_tests",),
    "analyzer/passes/memory/*.cpp": ("analyzer_tests",),
}
SWAPS = [(r" <= ", [" < ", " >= "]), (r" >= ", [" > ", " <= "]), (r" < ", [" <= ", " > "]), (r" > ", [" >= ", " < "]), (r" == ", [" != "]), (r" != ", [" == "]),
         (r" \+ ", [" - "]), (r" - ", [" + "]), (r" \* ", [" + "]), (r" && ", [" || "]), (r" \|\| ", [" && "]), (r" \+= ", [" -= "]), (r" -= ", [" += "]),
         (r"\b0\b", ["1"]), (r"\b1\b", ["0", "2"]), (r"\btrue\b", ["false"]), (r"\bfalse\b", ["true"]), (r"std::min\b", ["std::max"]), (r"std::max\b", ["std::min"])]
# Lines where a swap means nothing, or changes a type.
SKIPPED = re.compile(r"^\s*(//|#|template|using|static_assert|namespace|constexpr std::size_t kMost)|operator|reserve\(|<[\w:, ]+ [<>]|\bfor \(const auto|fmt::format")


def mutants_of(path):
    """Each as (file, number of the line, the line, the line with a mistake)."""
    for number, line in enumerate(path.read_text().splitlines()):
        code = re.sub(r'"(\\.|[^"\\])*"', lambda text: "\0" * len(text.group()), line.split("//")[0])
        if SKIPPED.search(line):
            continue
        for pattern, others in SWAPS:
            for found in re.finditer(pattern, code):
                for other in others:
                    yield path, number, line, line[:found.start()] + other + line[found.end():]


def run(*command, timeout=None):
    try:
        return subprocess.run(command, cwd=COPY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout, check=False).returncode
    except subprocess.TimeoutExpired:
        return "timeout"


def prepare(targets):
    """A copy of the tree, built."""
    COPY.mkdir(parents=True, exist_ok=True)
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, names):
        source, copy = ROOT / name, COPY / name
        if source.is_file() and (not copy.exists() or copy.read_bytes() != source.read_bytes()):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    if run("cmake", "--preset", "dev", "-DMACROSCOPE_PYTHON=" + str(ROOT / ".venv/bin/python")) or build(targets):
        sys.exit("the copy of the tree does not build")


def build(targets):
    return run("cmake", "--build", "--preset", "dev", "--target", *targets)


def tests_notice(targets, limit):
    for target in targets:
        # Any order finds the same mistakes; the first one is enough.
        result = run(f"build/dev/tests/{target}", "--abort", timeout=limit)
        if result:
            return f"killed by {target}" if result != "timeout" else f"killed by {target}, which no longer ends"
    return None


def judge(mutant, targets, limit):
    path, number, line, changed = mutant
    copy = COPY / path.relative_to(ROOT)
    text = copy.read_text()
    lines = text.splitlines(keepends=True)
    lines[number] = changed + "\n"
    copy.write_text("".join(lines))
    try:
        return "does not compile" if build(targets) else tests_notice(targets, limit)
    finally:
        copy.write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", nargs="*", default=list(FILES))
    parser.add_argument("--list", action="store_true", help="the mutants, without running any")
    options = parser.parse_args()
    by_targets = [(mutant, FILES.get(pattern, ("analyzer_tests",))) for pattern in options.files for path in sorted(ROOT.glob(pattern))
                  for mutant in mutants_of(path)]
    chosen = random.Random(options.seed).sample(by_targets, min(options.count, len(by_targets)))
    print(f"{len(chosen)} of {len(by_targets)} mutants, seed {options.seed}", flush=True)
    if options.list:
        for (path, number, line, changed), _ in chosen:
            print(f"{path.relative_to(ROOT)}:{number + 1}: {line.strip()}  ->  {changed.strip()}")
        return 0
    targets = sorted({target for _, names in chosen for target in names})
    prepare(targets)
    start = time.monotonic()
    if tests_notice(targets, None):
        sys.exit("the tests fail without any mistake")
    limit = 30 + 5 * (time.monotonic() - start)
    results = []
    for mutant, names in chosen:
        result = judge(mutant, names, limit)
        results.append(result)
        path, number, line, changed = mutant
        print(f"{result or 'SURVIVES'}: {path.relative_to(ROOT)}:{number + 1}: {line.strip()}  ->  {changed.strip()}", flush=True)
    counted = [result for result in results if result != "does not compile"]
    killed = sum(result is not None for result in counted)
    print(f"{killed} of {len(counted)} mutants that compile are killed: {killed / max(len(counted), 1):.1%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
