"""A repository with a model and a budget, which `macroscope check` runs in as CI would run it."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import jsonschema
import numpy
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
CHECK_SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "docs" / "macroscope-check-1.schema.json").read_text()))

# 24 x 24 pixels; MACs by hand: stem 3 -> 16, body 16 -> width, head width -> 10 at one point of each pixel.
PIXELS = 24 * 24
PARAMETERS = {width: 16 * 3 * 9 + width * 16 * 9 + 10 * width for width in (32, 33, 64)}
MACS = {width: PIXELS * parameters for width, parameters in PARAMETERS.items()}
BUDGET = """schema = 1
[[model]]
path = "models/net.onnx"
bind = { batch = 1 }
max = { macs = "3.3M", parameters = 6_000 }
"""


def net(width=32, extra=(), batch="batch", prefix="/", domains=()):
    def weight(name, *dims):
        return numpy_helper.from_array(numpy.zeros(dims, numpy.float32), name)

    def conv(name, x, w, y, pads):
        return helper.make_node("Conv", [x, w], [y], name=prefix + name, pads=pads)

    nodes = [conv("stem/Conv", "x", "w0", "a", [1] * 4), helper.make_node("Relu", ["a"], ["b"], name=prefix + "stem/Relu"),
             conv("body/Conv", "b", "w1", "c", [1] * 4), conv("head/Conv", "c", "w2", "d", [0] * 4), *extra]
    last = nodes[-1].output[0]
    graph = helper.make_graph(nodes, "net", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 3, 24, 24])],
                              [helper.make_tensor_value_info(last, TensorProto.FLOAT, None)],
                              [weight("w0", 16, 3, 3, 3), weight("w1", width, 16, 3, 3), weight("w2", 10, width, 1, 1)])
    opsets = [helper.make_opsetid("", 17), *[helper.make_opsetid(domain, 1) for domain in domains]]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


class Repository(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.scratch.name)
        (self.folder / "models").mkdir()
        self.write("models/net.onnx", net())
        self.write("macroscope.toml", BUDGET)

    def tearDown(self):
        self.scratch.cleanup()

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def run_program(self, *arguments, status=0, environment=(), folder=None):
        known = {key: value for key, value in os.environ.items() if key != "GITHUB_STEP_SUMMARY"}
        run = subprocess.run([PROGRAM, *arguments], cwd=folder or self.folder, env={**known, "COLUMNS": "120", **dict(environment)},
                             capture_output=True, timeout=60)
        self.assertEqual(run.returncode, status, (arguments, run.stdout.decode(), run.stderr.decode()))
        return run

    def check(self, *arguments, **options):
        return self.run_program("check", *arguments, **options).stdout.decode()

    def json(self, *arguments, **options):
        document = json.loads(self.check(*arguments, "--format", "json", **options))
        CHECK_SCHEMA.validate(document)
        return document

    def verdicts(self, *arguments, **options):
        return [verdict for model in self.json(*arguments, **options)["models"] for verdict in model["verdicts"]]

    def errors(self, *arguments, **options):
        return self.run_program(*arguments, **options).stderr.decode()

    def budget(self, *lines, head="schema = 1\n", path="models/net.onnx", bind="batch = 1"):
        self.write("macroscope.toml", head + f'[[model]]\npath = "{path}"\nbind = {{ {bind} }}\n' + "\n".join(lines) + "\n")
