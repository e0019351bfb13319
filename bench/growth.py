#!/usr/bin/env python3
"""./dev bench growth: do time and memory grow no faster than the file, whatever it holds?

Each generator of growing_models.py makes files of a quarter, a half and all of a size; the program reads each in every format and with
the options that cost most. Prints Markdown: seconds of CPU, instructions a byte where perf or valgrind can count them, and peak memory.
The exit status is 1 where doubling a file takes more than --factor times the time (or instructions), or where a megabyte of structure
takes more than --seconds or --memory.
"""
import argparse
import dataclasses
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bench"))
import growing_models  # noqa: E402

PROGRAM = ROOT / "build" / "release" / "app" / "macroscope"
FORMATS = ("text", "markdown", "html", "json", "csv", "latex", "dot", "svg")
VARIANTS = {**{name: ["--format", name, "--details"] for name in FORMATS},
            "training": ["--training", "--details"], "order best": ["--order", "best", "--details"], "cuts": ["--cuts", "--details"]}
DOUBLINGS = 2
# Two runs of a few hundredths of a second say nothing of growth; what is slow for its size shows all the same.
MEASURABLE = 0.15
START_UP = 0.05
MEGABYTE = 1 << 20
FINE = (0, 3)  # documented exit codes of a model that is read


@dataclasses.dataclass
class Run:
    size: int
    seconds: float = 0.0
    memory: int = 0
    status: int = 0
    instructions: int = 0


def measured(program, path, options, limit):
    """CPU time, user and system, and the peak of resident memory."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        os.execv(program, [str(program), str(path), *options])
    _, status, usage = os.wait4(child, 0)
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
    return Run(path.stat().st_size, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10, code)


def perf_counts():
    """Whether this machine lets a process count its instructions."""
    if shutil.which("perf") is None:
        return False
    said = subprocess.run(["perf", "stat", "-x,", "-e", "instructions:u", "true"], capture_output=True, text=True).stderr
    return said.split(",")[0].isdigit()


def instructions(program, path, options, counter):
    if counter == "perf":
        said = subprocess.run(["perf", "stat", "-x,", "-e", "instructions:u", program, path, *options], capture_output=True, text=True).stderr
        return next(int(line.split(",")[0]) for line in said.splitlines() if ",instructions" in line and line.split(",")[0].isdigit())
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, path, *options]
    said = subprocess.run(command, capture_output=True, text=True).stderr
    return next(int(line.split(":")[1]) for line in said.splitlines() if "Collected" in line)


def files_of(name, folder, largest):
    """Models of a quarter, a half and all of `largest` bytes, more or less."""
    make = growing_models.MODELS[name]
    count = 256
    while len(data := make(count)) < largest // 8:
        count *= 2
    count = max(8, int(count * largest / len(data)))
    for doubling in range(DOUBLINGS, -1, -1):
        path = folder / f"{name}_{doubling}.onnx"
        path.write_bytes(make(count >> doubling))
        yield path


class Bench:
    def __init__(self, options):
        self.options = options
        self.failures = []
        self.counter = None
        if options.instructions:
            self.counter = "perf" if perf_counts() else "valgrind" if shutil.which("valgrind") else None

    def judge(self, name, variant, runs):
        place = f"{name}, {variant}"
        last = runs[-1]
        if any(run.status not in FINE for run in runs):
            self.failures.append(f"{place}: exit status {[run.status for run in runs]}")
        megabytes = max(last.size / MEGABYTE, 0.25)
        if last.seconds > self.options.seconds * megabytes + START_UP:
            self.failures.append(f"{place}: {last.seconds:.2f} s for {last.size / MEGABYTE:.2f} MB")
        if last.memory > self.options.memory * MEGABYTE * max(megabytes, 1):
            self.failures.append(f"{place}: {last.memory >> 20} MB of memory for {last.size / MEGABYTE:.2f} MB")
        for before, after in zip(runs, runs[1:]):
            growth = after.size / before.size
            allowed = self.options.factor * growth / 2
            if after.seconds > MEASURABLE and after.seconds > allowed * max(before.seconds, START_UP):
                self.failures.append(f"{place}: {before.seconds:.2f} s, then {after.seconds:.2f} s for {growth:.2f} times the bytes")
            if before.instructions and after.instructions > allowed * before.instructions:
                self.failures.append(f"{place}: {after.instructions / before.instructions:.2f} times the instructions for {growth:.2f} times the bytes")

    def run(self, name, folder):
        files = list(files_of(name, folder, self.options.bytes))
        for variant, arguments in VARIANTS.items():
            if variant not in self.options.variants:
                continue
            runs = [measured(self.options.program, path, arguments, self.options.limit) for path in files]
            if self.counter:
                for run, path in zip(runs, files):
                    run.instructions = instructions(self.options.program, path, arguments, self.counter)
            self.judge(name, variant, runs)
            counted = " | " + ", ".join(f"{run.instructions / run.size:.0f}" for run in runs) if self.counter else ""
            print(f"| {name} | {variant} | {runs[-1].size / MEGABYTE:.2f} | {', '.join(f'{run.seconds:.2f}' for run in runs)}{counted}"
                  f" | {runs[-1].memory >> 20} |", flush=True)
        for path in files:
            path.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("generators", nargs="*", help="some of them; default: all")
    parser.add_argument("--program", type=pathlib.Path, default=PROGRAM)
    parser.add_argument("--variants", nargs="*", default=list(VARIANTS), choices=list(VARIANTS), metavar="VARIANT", help=", ".join(VARIANTS))
    parser.add_argument("--bytes", type=int, default=MEGABYTE, help="size of the largest file; default: a megabyte")
    parser.add_argument("--factor", type=float, default=2.3, help="most that doubling the bytes may multiply the time by")
    parser.add_argument("--seconds", type=float, default=1.0, help="most CPU time a megabyte")
    parser.add_argument("--memory", type=int, default=256, help="most memory a megabyte, in megabytes")
    parser.add_argument("--limit", type=int, default=30, help="seconds of CPU after which a run is stopped")
    parser.add_argument("--instructions", action="store_true",
                        help="count instructions, by perf or by valgrind: that one is slow, so name few --bytes")
    options = parser.parse_args()
    unknown = sorted(set(options.generators) - set(growing_models.MODELS))
    if unknown:
        parser.error(f"no generator {', '.join(unknown)}: there are {', '.join(growing_models.MODELS)}")
    bench = Bench(options)
    if options.instructions and not bench.counter:
        print("Neither perf nor valgrind can count instructions here: seconds alone are judged.\n")
    counted = (" instructions a byte |", "---|") if bench.counter else ("", "")
    print(f"| model | variant | MB | seconds at 1/4, 1/2, 1 |{counted[0]} memory, MB |\n|---|---|---|---|{counted[1]}---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.generators or growing_models.MODELS:
            bench.run(name, pathlib.Path(folder))
    print(f"\n{len(bench.failures)} failures" + "".join(f"\n- {failure}" for failure in bench.failures))
    return 1 if bench.failures else 0


if __name__ == "__main__":
    sys.exit(main())
