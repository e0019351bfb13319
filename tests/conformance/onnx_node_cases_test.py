#!/usr/bin/env python3
"""Do the shapes inferred for every operator agree with what the onnx package's own node tests give when they run?

The package makes its cases by code: a model of one operator (or of the operators it is defined by) with inputs and outputs as numbers.
Their declared output types are taken away, so that every shape is found by macroscope alone.  Each case is put twice: as it is, where
nothing may contradict the run and everything that onnx's own inference knows must be known; and with its inputs stored in the model, where
every shape must come out as a number unless it hangs on more than the sizes and contents of small integer tensors."""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import warnings

import numpy
import onnx
from onnx import numpy_helper, shape_inference

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import cost_reference

warnings.filterwarnings("ignore")
PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
# Content decides their output's size, not sizes alone.
DATA_DEPENDENT = {"NonMaxSuppression", "NonZero", "Compress", "Unique", "ImageDecoder", "StringSplit", "StringNormalizer", "TfIdfVectorizer", "Range",
                  "Loop", "If", "OptionalGetElement", "SequenceAt"}
MOST_BAKED_ELEMENTS = 4096


def cases():
    from onnx.backend.test.case.node import collect_testcases
    return collect_testcases(None)


def without_output_types(model):
    stripped = onnx.ModelProto()
    stripped.CopyFrom(model)
    for output in stripped.graph.output:
        output.ClearField("type")
    del stripped.graph.value_info[:]
    return stripped


def with_stored_inputs(model, inputs):
    """The model with every small dense input stored in it; None where that is not possible."""
    baked = without_output_types(model)
    given = [value for value in baked.graph.input]
    for value, content in zip(given, inputs):
        content = numpy.asarray(content) if isinstance(content, numpy.generic) else content
        if not isinstance(content, numpy.ndarray) or content.size > MOST_BAKED_ELEMENTS or not value.type.HasField("tensor_type"):
            return None
        try:
            baked.graph.initializer.append(numpy_helper.from_array(content, value.name))
        except Exception:  # a type that numpy has no name for
            return None
        if baked.graph.initializer[-1].data_type != value.type.tensor_type.elem_type:
            return None
        baked.graph.input.remove(value)
    return baked


def analysed(path):
    run = subprocess.run([PROGRAM, "analyze", path, "--format", "json"], capture_output=True, timeout=60)
    return run.returncode, json.loads(run.stdout) if run.stdout.strip() else {}, run.stderr.decode("utf-8", "replace")


def known_to_onnx(model):
    """Output name to shape, an unknown extent None, as onnx's own inference finds them."""
    try:
        inferred = shape_inference.infer_shapes(model, data_prop=True)
    except Exception:
        return {}
    shapes = {}
    for output in inferred.graph.output:
        tensor = output.type.tensor_type
        if output.type.HasField("tensor_type") and tensor.HasField("shape"):
            shapes[output.name] = [dim.dim_value if dim.HasField("dim_value") else None for dim in tensor.shape.dim]
    return shapes


class NodeCases(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.cases = [case for case in cases() if case.data_sets]
        cls.plain, cls.baked = {}, {}
        for number, case in enumerate(cls.cases):
            inputs = case.data_sets[0][0]
            cls.plain[case.name] = cls.write(f"{number}.onnx", without_output_types(case.model))
            stored = with_stored_inputs(case.model, inputs)
            if stored is not None:
                cls.baked[case.name] = cls.write(f"{number}b.onnx", stored)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            paths = list(cls.plain.values()) + list(cls.baked.values())
            cls.results = dict(zip(paths, pool.map(analysed, paths)))

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    @classmethod
    def write(cls, name, model):
        path = str(pathlib.Path(cls.scratch.name) / name)
        pathlib.Path(path).write_bytes(model.SerializeToString())
        return path

    def dense_outputs(self, case):
        for value, content in zip(case.model.graph.output, case.data_sets[0][1]):
            if value.name and isinstance(content, (numpy.ndarray, numpy.generic)):
                yield value.name, list(numpy.shape(content))

    def test_every_operator_set_is_covered(self):
        self.assertGreater(len(self.cases), 1500)
        self.assertGreater(len(self.baked), 1200)

    def test_no_case_is_refused(self):
        refused = [f"{case.name}: {self.results[paths[case.name]][2].strip()[-300:]}" for case in self.cases for paths in (self.plain, self.baked)
                   if case.name in paths and self.results[paths[case.name]][0] not in (0,)]
        self.assertEqual(refused, [])

    def test_nothing_contradicts_the_run(self):
        wrong = []
        for case in self.cases:
            for paths in (self.plain, self.baked):
                if case.name not in paths:
                    continue
                tensors = self.results[paths[case.name]][1].get("tensors", {})
                for name, actual in self.dense_outputs(case):
                    shape = (tensors.get(name) or {}).get("shape")
                    if shape is None:
                        continue
                    if len(shape) != len(actual) or any(isinstance(d, int) and d != a for d, a in zip(shape, actual)):
                        wrong.append(f"{case.name} {name}: {shape}, ran as {actual}")
        self.assertEqual(wrong, [])

    def test_as_much_is_known_as_onnx_knows(self):
        less = []
        for case in self.cases:
            tensors = self.results[self.plain[case.name]][1].get("tensors", {})
            for name, theirs in known_to_onnx(onnx.load(self.plain[case.name])).items():
                ours = (tensors.get(name) or {}).get("shape")
                if ours is None or len(ours) != len(theirs) or any(t is not None and o != t for o, t in zip(ours, theirs)):
                    less.append(f"{case.name} {name}: {ours}, onnx knows {theirs}")
        self.assertEqual(less, [])

    def test_stored_inputs_give_numbers(self):
        open_shapes = []
        for case in self.cases:
            if case.name not in self.baked or any(node.op_type in DATA_DEPENDENT for node in case.model.graph.node):
                continue
            tensors = self.results[self.baked[case.name]][1].get("tensors", {})
            for name, actual in self.dense_outputs(case):
                shape = (tensors.get(name) or {}).get("shape")
                if shape != actual:
                    open_shapes.append(f"{case.name} {name}: {shape}, ran as {actual}")
        self.assertEqual(open_shapes, [])

    def test_costs_agree_with_a_second_count(self):
        """Of nodes on their own, by cost_reference.py; more operators than these have no second count there."""
        wrong, counted = [], set()
        for case in self.cases:
            if case.name not in self.baked or len(case.model.graph.node) != 1:
                continue
            node = case.model.graph.node[0]
            given = dict(zip((value.name for value in case.model.graph.input), case.data_sets[0][0]))
            given.update((tensor.name, numpy_helper.to_array(tensor)) for tensor in case.model.graph.initializer)
            made = dict(zip((value.name for value in case.model.graph.output), case.data_sets[0][1]))
            work = cost_reference.work_of(node, [given.get(name) if name else None for name in node.input],
                                          [made.get(name) for name in node.output if name])
            if work is None:
                continue
            counted.add(node.op_type)
            totals = self.results[self.baked[case.name]][1]["totals"]
            ours = {"macs": totals["macs"], **totals["flops_by_kind"]}
            if ours != dict(work):
                wrong.append(f"{case.name}: {ours}, counted {dict(work)}")
        self.assertEqual(wrong, [])
        self.assertGreater(len(counted), 170)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
