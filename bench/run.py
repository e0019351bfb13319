#!/usr/bin/env python3
"""./dev bench: what does macroscope cost, and what do other tools, on the same files in one run?

CPU time (user and system) and peak memory are those of the whole process, start-up included: the median of several runs after one
to warm the caches, peers and macroscope in turn.  Prints Markdown; the exit status is 1 where a goal is missed.
"""
import argparse
import json
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bench"))
import models  # noqa: E402

BUILD = ROOT / "build" / "release"
PROGRAM = BUILD / "app" / "macroscope"
MEASURE = BUILD / "bench" / "measure"
READER = BUILD / "bench" / "reader_bench"
PASSES = BUILD / "bench" / "passes_bench"
SECONDS = 60  # a peer that takes longer is stopped
SLOW = 5.0  # seconds of CPU beyond which one run says enough

# How many times less CPU than the fastest peer that gives MACs.
SPEED_GOALS = {"resnet50": 100, "bert": 80, "llama": 150, "chain_100k": 20}
MEMORY_FACTOR, MEMORY_BYTES = 5, 10_000_000  # peak memory < factor * structure + bytes
PASSES_FACTOR = 10  # all other passes < factor * the shapes
READER_FACTOR = 3  # reader < factor * copying the structure
FLAT_FACTOR = 1.5  # a node in 100k costs at most this many times one in 10k


class Tool:
    """A program under measurement; `macs` answers from a run of its own, so that measured runs print nowhere."""

    def __init__(self, name, command, gives_macs=True, repeats=1):
        self.name, self.command, self.gives_macs, self.repeats = name, command, gives_macs, repeats
        self.samples, self.failure = [], None

    def run(self):
        """One sample; the reason where there is none."""
        if self.failure or (self.samples and self.samples[-1]["cpu"] > SLOW):
            return
        try:
            said = subprocess.run([MEASURE, str(self.repeats), *self.command], check=True, capture_output=True, text=True, timeout=SECONDS).stdout
        except subprocess.TimeoutExpired:
            self.failure = f"stopped after {SECONDS} s"
            return
        sample = json.loads(said)
        if sample["status"] != 0:
            self.failure = f"exit status {sample['status']}"
        else:
            self.samples.append(sample)

    def forget_warm_up(self):
        if self.samples and self.samples[-1]["cpu"] <= SLOW:
            self.samples.clear()

    def median(self, key):
        return statistics.median(sample[key] for sample in self.samples)

    def found_macs(self, model):
        if self.failure or not self.gives_macs:
            return None
        run = subprocess.run(self.command, capture_output=True, text=True, timeout=2 * SECONDS)
        found = json.loads(run.stdout.strip().splitlines()[-1])["macs"]
        return found

    def __repr__(self):
        return self.name


class Macroscope(Tool):
    def found_macs(self, model):
        run = subprocess.run([PROGRAM, "analyze", self.command[2], "--format", "json"], capture_output=True, text=True)
        return evaluate(json.loads(run.stdout)["totals"]["macs"], model.sizes) if run.returncode == 0 else None


def evaluate(quantity, sizes):
    """A quantity of the JSON report, a number or an expression in symbols, at the given sizes."""
    if isinstance(quantity, int):
        return quantity
    expression = re.sub(r"\bfloor\(", "(", str(quantity)).replace("/", "//").replace("^", "**")
    return eval(expression, {"__builtins__": {}, "max": max, "min": min, "abs": abs}, dict(sizes))


def tools_for(model, path, tract):
    shapes, sizes = json.dumps(model.input_shapes), json.dumps(model.sizes)
    peer = lambda name: [sys.executable, str(ROOT / "bench" / "peers.py"), name, str(path), shapes, sizes]
    # Its runs are short against the clock of the scheduler: a sample is the mean of several.
    tools = [
        Macroscope("macroscope", [str(PROGRAM), "analyze", str(path)], repeats=5),
        Tool("onnx shape inference", peer("onnx"), gives_macs=False),
        Tool("onnx-tool", peer("onnx-tool")),
        Tool("onnxsim", peer("onnxsim")),
    ]
    if model.sizes:
        # It answers for all sizes 1, whatever was asked: listed, but no measure of the goal.
        tools.append(Tool("onnxsim without sympy", peer("onnxsim-plain")))
    if tract:
        inputs = [word for name, shape in model.input_shapes.items()
                  for word in ("-i", f"{name}:{','.join(map(str, shape))},{'f32' if name == 'input' else 'i64'}")]
        tools.append(Tract("tract", [tract, str(path), *inputs, "-q", "dump", "--cost"]))
    return tools


class Tract(Tool):
    def found_macs(self, model):
        if self.failure:
            return None
        run = subprocess.run(self.command, capture_output=True, text=True, timeout=2 * SECONDS)
        counted = re.search(r"FMA\(F\d+\):\s*([\d,]+)", re.sub(r"\x1b\[[0-9;]*m", "", run.stdout + run.stderr))
        return int(counted[1].replace(",", "")) if counted else None


def measure_model(model, path, runs, tract):
    tools = tools_for(model, path, tract)
    for tool in tools:
        tool.run()
        tool.forget_warm_up()
    for _ in range(runs):
        for tool in tools:
            tool.run()
    return tools


def verdict(found, true):
    if found is None:
        return "none"
    if isinstance(found, str):
        symbols = len(set(re.findall(r"unk__\d+", found)))
        return f"a formula with {symbols} made-up symbols"
    return "right" if found == true else f"{found:,} ({found / true:.4f} of the truth)"


def print_table(model, tools, structure_bytes):
    own = tools[0]
    print(f"\n### {model.name}: {model.macs:,} MACs, structure {structure_bytes / 1e6:,.2f} MB\n")
    print("| tool | CPU | times macroscope | peak memory | MACs |\n|---|--:|--:|--:|---|")
    for tool in tools:
        if not tool.samples:
            print(f"| {tool} | | | | {tool.failure} |")
            continue
        cpu = tool.median("cpu")
        ratio = f"{cpu / own.median('cpu'):,.0f}" if own.samples and tool is not own else ""
        macs = verdict(tool.found_macs(model), model.macs) if tool.gives_macs else "does not count"
        print(f"| {tool} | {1e3 * cpu:,.1f} ms | {ratio} | {tool.median('peak_bytes') / 1e6:,.1f} MB | {macs} |", flush=True)


class Goals:
    def __init__(self):
        self.missed = 0
        print("\n## Goals\n\n| goal | reached | |\n|---|---|---|")

    def check(self, goal, reached, fine):
        self.missed += not fine
        print(f"| {goal} | {reached} | {'yes' if fine else '**no**'} |")


def check_goals(results, structures):
    goals = Goals()
    own = {name: tools[0] for name, tools in results.items()}
    for name, factor in SPEED_GOALS.items():
        counting = [tool for tool in results.get(name, [])[1:] if tool.gives_macs and tool.samples and tool.name != "onnxsim without sympy"]
        if not counting or not own[name].samples:
            continue
        fastest = min(counting, key=lambda tool: tool.median("cpu"))
        ratio = fastest.median("cpu") / own[name].median("cpu")
        goals.check(f"{name}: {factor} times less CPU than the fastest that counts", f"{ratio:,.0f} times ({fastest})", ratio >= factor)
    for name, tool in own.items():
        if tool.samples:
            limit, peak = MEMORY_FACTOR * structures[name].stat().st_size + MEMORY_BYTES, tool.median("peak_bytes")
            goals.check(f"{name}: peak memory under {MEMORY_FACTOR} x structure + {MEMORY_BYTES / 1e6:.0f} MB = {limit / 1e6:,.1f} MB",
                        f"{peak / 1e6:,.1f} MB", peak < limit)
    chains = [own.get(f"chain_{size}") for size in ("1k", "10k", "100k")]
    if all(chain and chain.samples for chain in chains):
        small, middle, large = (chain.median("cpu") for chain in chains)
        early, late = (middle - small) / 9e3, (large - middle) / 90e3
        goals.check(f"time per further node from 10k to 100k at most {FLAT_FACTOR} times that from 1k to 10k",
                    f"{1e6 * early:.2f} us, then {1e6 * late:.2f} us", late <= FLAT_FACTOR * early)
    if READER.exists():
        for name, structure in structures.items():
            said = json.loads(subprocess.run([READER, structure.with_suffix(".onnx"), structure], check=True, capture_output=True, text=True).stdout)
            ratio = said["read"] / said["copy"]
            goals.check(f"{name}: the reader alone under {READER_FACTOR} times copying the structure",
                        f"{1e3 * said['read']:.3f} ms, {ratio:.1f} times", ratio < READER_FACTOR)
    if PASSES.exists() and "chain_100k" in structures:
        said = json.loads(subprocess.run([PASSES, structures["chain_100k"].with_suffix(".onnx")], check=True, capture_output=True, text=True).stdout)
        slowest = max((part for part in said if part not in ("all", "shapes")), key=said.get)
        goals.check(f"chain_100k: all other passes under {PASSES_FACTOR} times the shapes",
                    f"{1e3 * said['all']:.0f} ms, {said['all'] / said['shapes']:.1f} times; most for {slowest}", said["all"] < PASSES_FACTOR * said["shapes"])
    return goals.missed


def find_tract(install):
    tract = shutil.which("tract") or shutil.which("tract", path=pathlib.Path.home() / ".cargo" / "bin")
    if not tract and install:
        subprocess.run(["cargo", "install", "tract-cli", "--version", "0.23.9", "--locked", "--no-default-features", "--features", "onnx,extra,transformers"],
                       check=True)
        tract = shutil.which("tract", path=pathlib.Path.home() / ".cargo" / "bin")
    return tract


def main():
    options = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    options.add_argument("--runs", type=int, default=5, help="measured runs of each tool on each model (default 5)")
    options.add_argument("--models", default="", help="only these, separated by commas: " + ", ".join(model.name for model in models.MODELS))
    options.add_argument("--with-tract", action="store_true", help="install tract-cli with cargo where it is missing")
    options = options.parse_args()
    names = options.models.split(",") if options.models else [model.name for model in models.MODELS]
    directory = ROOT / "build" / "bench"
    directory.mkdir(parents=True, exist_ok=True)
    tract = find_tract(options.with_tract)

    print("## CPU time and peak memory of the whole process\n\n"
          f"Median of {options.runs} runs after one to warm up; a run of more than {SLOW:.0f} s of CPU is not repeated.")
    results, structures = {}, {}
    for model in models.MODELS:
        if model.name in names:
            path, structures[model.name] = models.write(model, directory)
            results[model.name] = measure_model(model, path, options.runs, tract)
            print_table(model, results[model.name], structures[model.name].stat().st_size)
    return 1 if check_goals(results, structures) else 0


if __name__ == "__main__":
    sys.exit(main())
