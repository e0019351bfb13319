#!/usr/bin/env python3
"""Is the tree tidy?  Formatting, scripts, include directions, and clang-tidy over the program's sources.

clang-tidy's verdict on a file is kept in the user's cache under a hash of all that it read, so that a second run is quick, in another checkout
too.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "macroscope-tidy"
COMMANDS = ROOT / "build" / "dev" / "compile_commands.json"
TIDY_PARTS = ("analyzer/", "frontends/", "configuration/", "reports/", "app/")


def tracked(*patterns):
    listed = subprocess.run(["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def passes(*command):
    return subprocess.run(command, cwd=ROOT).returncode == 0


def formatting():
    sources = tracked("*.cpp", "*.h")
    return not sources or passes("clang-format", "--dry-run", "--Werror", *sources)


def shell_scripts():
    return passes("shellcheck", "dev", ".ci/run", *tracked("*.sh"))


def python_scripts():
    fine = True
    for name in tracked("*.py"):
        try:
            compile((ROOT / name).read_bytes(), name, "exec")
        except SyntaxError as error:
            print(f"{name}:{error.lineno}: {error.msg}")
            fine = False
    return fine


def include_directions():
    return passes(sys.executable, "tests/include_direction_test.py")


def flags_of(entry):
    """How the file is compiled, without what is for output and what is gcc's alone: its precompiled header, a warning that clang gets wrong."""
    command = shlex.split(entry["command"])
    compiler = next(i for i, word in enumerate(command) if word.endswith(("++", "g++-12", "clang++-14")))
    flags = command[compiler + 1:]
    for option in ("-o", "-c", "-MT", "-MF", "-include"):
        while option in flags:
            at = flags.index(option)
            del flags[at:at + (1 if option == "-c" else 2)]
    return [flag for flag in flags if flag not in ("-MD", "-Winvalid-pch", "-Wzero-as-null-pointer-constant", entry["file"])]


def tidy_key(entry, flags):
    """A hash of everything clang-tidy's verdict on the file depends on: checks, flags, and the text of all project files it includes."""
    listed = subprocess.run(["clang++", "-MM", *flags, entry["file"]], cwd=entry["directory"], capture_output=True, text=True)
    if listed.returncode != 0:
        return None
    files = listed.stdout.replace("\\\n", " ").split()[1:]
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes() + " ".join(flags).replace(str(ROOT), ".").encode())
    for file in sorted(files):
        digest.update((pathlib.Path(entry["directory"]) / file).read_bytes())
    return digest.hexdigest()


def tidy_file(entry):
    """None where the file is fine, otherwise what clang-tidy says."""
    flags = flags_of(entry)
    key = tidy_key(entry, flags)
    verdict = CACHE / key if key else None
    if verdict and verdict.exists():
        return None
    run = subprocess.run(["clang-tidy", "--quiet", entry["file"], "--", *flags], cwd=ROOT, capture_output=True, text=True)
    if run.returncode != 0:
        return run.stdout + run.stderr
    if verdict:
        verdict.touch()
    return None


def clang_tidy():
    CACHE.mkdir(parents=True, exist_ok=True)
    entries = [entry for entry in json.loads(COMMANDS.read_text())
               if os.path.relpath(entry["file"], ROOT).startswith(TIDY_PARTS)]
    fine = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for said in pool.map(tidy_file, entries):
            if said:
                print(said)
                fine = False
    return fine


CHECKS = (formatting, shell_scripts, python_scripts, include_directions, clang_tidy)


def main():
    """All checks, or those that the arguments name."""
    names = sys.argv[1:]
    known = {check.__name__: check for check in CHECKS}
    for name in names:
        if name not in known:
            sys.exit(f"no check {name}: there are {', '.join(known)}")
    failed = []
    for check in [known[name] for name in names] or CHECKS:
        fine = check()
        print(f"lint: {check.__name__.replace('_', ' '):20} {'fine' if fine else 'FAILED'}", flush=True)
        if not fine:
            failed.append(check)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
