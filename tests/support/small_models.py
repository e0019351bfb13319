"""Small ONNX models for tests: written node by node, analysed by the program, and run by onnx's reference evaluator as a second source."""
import json
import math
import os
import pathlib
import re
import subprocess
import tempfile

import numpy
import onnx
import onnx.reference
from onnx import TensorProto, helper, numpy_helper


def value(name, dims, dtype=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, dtype, dims)


def constant(name, content, dtype):
    return numpy_helper.from_array(numpy.array(content, dtype=dtype), name)


def model_of(nodes, inputs, outputs, stored=(), declared=(), opset=17, domains=()):
    graph = helper.make_graph(list(nodes), "model", list(inputs), list(outputs), list(stored), value_info=list(declared))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), *(helper.make_opsetid(d, 1) for d in domains)])


class Analyzed:
    """What the program says of a model: its JSON document and its exit code."""

    def __init__(self, model, *options):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "model.onnx"
            onnx.save(model, path)
            run = subprocess.run([os.environ["MACROSCOPE_PROGRAM"], "analyze", path, "--format", "json", *options],
                                 capture_output=True, text=True, timeout=60, check=False)
        self.exit_code, self.messages = run.returncode, run.stderr
        self.document = json.loads(run.stdout)
        self.totals, self.assumptions = self.document["totals"], self.document["assumptions"]

    def shape(self, tensor, **sizes):
        """The shape of a tensor, evaluated where sizes are given."""
        shape = self.document["tensors"][tensor]["shape"]
        return [self.evaluate(extent, sizes) for extent in shape] if sizes else shape

    def evaluate(self, expression, sizes):
        if isinstance(expression, int):
            return expression
        definitions = self.document["definitions"]
        names = {name: self.evaluate(definitions[name], sizes) for name in re.findall(r"[A-Za-z_]\w*", expression)
                 if name in definitions}
        functions = {"floor": math.floor, "ceil": math.ceil, "max": max, "min": min, "abs": abs, "mod": lambda a, b: a % b}
        result = eval(expression.replace("^", "**"), {"__builtins__": {}}, {**functions, **sizes, **names})
        assert result == int(result)
        return int(result)

    def codes(self, severity):
        return [entry["code"] for entry in self.document["diagnostics"] if entry["severity"] == severity]


def run(model, feeds):
    """What onnx's own evaluator computes, by the names of the outputs."""
    results = onnx.reference.ReferenceEvaluator(model).run(None, feeds)
    return dict(zip([output.name for output in model.graph.output], results))
