#!/usr/bin/env python3
"""Do the shapes inferred for every operator agree with what the onnx package's own node tests give when they run?

The package makes its cases by code: a model of one operator (or of the operators it is defined by) with inputs and outputs as numbers.
Their declared output types are taken away, so that every shape is found by macroscope alone.  Each case is put twice: as it is, where
nothing may contradict the run and everything that onnx's own inference knows must be known; and with its inputs stored in the model, where
every shape must come out as a number unless it depends on more than the sizes and contents of small integer tensors.

Operators without such a case have one in own_cases.py, those of com.microsoft in tests/analyzer/operators/rows/microsoft.  Which operators have a
second source of their shape and of their cost is collected from all of these, and must be what `macroscope ops` says."""
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
import own_cases

warnings.filterwarnings("ignore")
PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
TEST_PROGRAMS = pathlib.Path(os.environ["MACROSCOPE_TESTS"])
CONTRIB_TESTS = pathlib.Path(__file__).parents[1] / "analyzer" / "operators" / "rows" / "microsoft"
# Content decides their output's size, not sizes alone.
DATA_DEPENDENT = {"NonMaxSuppression", "NonZero", "Compress", "Unique", "ImageDecoder", "StringSplit", "StringNormalizer", "TfIdfVectorizer", "Range",
                  "Loop", "If", "OptionalGetElement", "SequenceAt"}
MOST_BAKED_ELEMENTS = 4096
MODELS_AT_ONCE = 64
REPEAT = """net chain(L = 3) {
  input x: [1, 4, 8, 8]
  repeat L { x = x -> conv(4, 3, pad = same) -> relu }
  output y = x -> relu
}
"""


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


def analysed_together(paths):
    """What analysed() says of each.  One process does for many, which takes a tenth of the time, unless it refuses one of them."""
    run = subprocess.run([PROGRAM, "analyze", *paths, "--format", "json"], capture_output=True, timeout=600)
    documents = json.loads(run.stdout) if run.returncode == 0 and len(paths) > 1 else []
    if len(documents) != len(paths):
        return [analysed(path) for path in paths]
    return [(0, document, "") for document in documents]


def evaluate(quantity, sizes):
    """A quantity of the JSON report at the given sizes."""
    if not isinstance(quantity, str):
        return quantity
    return eval(quantity.replace("^", "**").replace("/", "//"), {"__builtins__": {}, "floor": int, "max": max, "min": min}, dict(sizes))


def operator_name(node):
    return f"{node.domain}:{node.op_type}" if node.domain else node.op_type


def is_as_expected(told, expected):
    """A shape, or of a value that is no dense tensor what JSON must hold at least."""
    if isinstance(expected, list):
        return (told or {}).get("shape") == expected
    if isinstance(expected, dict):
        return isinstance(told, dict) and all(is_as_expected(told.get(key), value) for key, value in expected.items())
    return told == expected


def evidence_of_contrib_tests():
    """What the tests of com.microsoft's operators note while they run: kinds of evidence to names of operators."""
    found = {"shape": set(), "cost": set()}
    with tempfile.TemporaryDirectory() as scratch:
        notes = pathlib.Path(scratch) / "notes"
        tags = ",".join(f"[#{path.stem}]" for path in sorted(CONTRIB_TESTS.glob("*_test.cpp")))
        subprocess.run([TEST_PROGRAMS / "analyzer_tests", "-#", tags], check=True, capture_output=True, env={**os.environ, "MACROSCOPE_EVIDENCE": str(notes)})
        for line in notes.read_text().splitlines():
            kind, name = line.split(" ")
            found[kind].add(name)
    return found


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
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.cases = [case for case in cases() if case.data_sets]
        cls.plain, cls.baked, cls.results = {}, {}, {}
        for number, case in enumerate(cls.cases):
            inputs = case.data_sets[0][0]
            cls.plain[case.name] = cls.write(f"{number}.onnx", without_output_types(case.model))
            stored = with_stored_inputs(case.model, inputs)
            if stored is not None:
                cls.baked[case.name] = cls.write(f"{number}b.onnx", stored)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            paths = list(cls.plain.values()) + list(cls.baked.values())
            groups = [paths[first:first + MODELS_AT_ONCE] for first in range(0, len(paths), MODELS_AT_ONCE)]
            for group, results in zip(groups, pool.map(analysed_together, groups)):
                cls.results.update(zip(group, results))

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

    def sizes_of_run(self, case, document):
        """What symbols of the outputs' shapes were when the case ran."""
        sizes = {}
        for name, actual in self.dense_outputs(case):
            told = (document["tensors"].get(name) or {}).get("shape") or []
            sizes.update((extent, size) for extent, size in zip(told, actual) if isinstance(extent, str) and extent.isidentifier())
        return sizes

    def counted_twice(self):
        """Of nodes on their own, by cost_reference.py: the operators, and what disagrees."""
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
            counted.add(operator_name(node))
            document = self.results[self.baked[case.name]][1]
            sizes = self.sizes_of_run(case, document)
            ours = {kind: evaluate(amount, sizes) for kind, amount in {"macs": document["totals"]["macs"], **document["totals"]["flops_by_kind"]}.items()}
            if ours != dict(work):
                wrong.append(f"{case.name}: {ours}, counted {dict(work)}")
        return counted, wrong

    @staticmethod
    def is_confirmed(case, told, actual):
        shape = told.get("shape")
        if shape == actual:
            return True
        hangs_on_data = case.model.graph.node[0].op_type in DATA_DEPENDENT and shape is not None and len(shape) == len(actual)
        return hangs_on_data and all(isinstance(extent, str) or extent == size for extent, size in zip(shape, actual))

    def shapes_confirmed(self):
        """Operators on their own of which some dense output came out as it ran; extents that depend on content as symbols."""
        confirmed = set()
        for case in self.cases:
            if len(case.model.graph.node) != 1:
                continue
            for paths in (self.plain, self.baked):
                tensors = self.results[paths[case.name]][1].get("tensors", {}) if case.name in paths else {}
                if any(self.is_confirmed(case, tensors.get(name) or {}, actual) for name, actual in self.dense_outputs(case)):
                    confirmed.add(operator_name(case.model.graph.node[0]))
        return confirmed

    def test_costs_agree_with_a_second_count(self):
        counted, wrong = self.counted_twice()
        self.assertEqual(wrong, [])
        self.assertGreater(len(counted), 170)

    def test_cases_worked_out_by_hand(self):
        for number, case in enumerate(own_cases.all_cases()):
            with self.subTest(operators=case.operators, number=number):
                status, document, errors = analysed(self.write(f"own{number}.onnx", case.model))
                self.assertEqual(status, 0, errors)
                for name, expected in case.outputs.items():
                    self.assertTrue(is_as_expected(document["tensors"][name], expected), f"{document['tensors'][name]}, and not {expected}")
                totals = document["totals"]
                self.assertEqual(document["complete"], case.work is not None)
                if case.work is not None:
                    self.assertEqual({"macs": totals["macs"], **totals["flops_by_kind"]}, dict(case.work))

    def test_a_symbolic_repeat_is_what_its_copies_are(self):
        path = pathlib.Path(self.scratch.name) / "repeat.net"
        path.write_text(REPEAT)
        documents = [json.loads(subprocess.run([PROGRAM, path, "--format", "json", *how], check=True, capture_output=True).stdout)
                     for how in (["--free", "L"], ["--set", "L=5"])]
        open_totals, closed_totals = ({**d["totals"], **d["totals"]["flops_by_kind"]} for d in documents)
        for name in ("parameters", "macs", "add", "compare"):
            self.assertIsInstance(open_totals[name], str)
            self.assertEqual(evaluate(open_totals[name], {"L": 5}), closed_totals[name])
        self.assertEqual(documents[0]["tensors"]["y"]["shape"], documents[1]["tensors"]["y"]["shape"])

    def test_ops_says_which_operators_have_a_second_source(self):
        found = evidence_of_contrib_tests()
        found["shape"] |= self.shapes_confirmed()
        found["cost"] |= self.counted_twice()[0]
        for names in found.values():
            names.add("macroscope:Repeat")  # by the test above
        for case in own_cases.all_cases():
            found["shape"].update(case.operators)
            if case.work is not None:
                found["cost"].update(case.operators)
        said = json.loads(subprocess.run([PROGRAM, "ops", "--format", "json"], check=True, capture_output=True).stdout)["operators"]
        self.assertGreater(len(said), 380)
        for kind in ("shape", "cost"):
            # What takes its meaning from another operator is held to that one's cases.
            claimed = {row["operator"]: row[f"{kind}_case"] == "yes" for row in said if not row[f"{kind}_case"].startswith("as ")}
            without = sorted(name for name in claimed if name not in found[kind])
            with self.subTest(kind, traits="unconfirmed_shape, unconfirmed_cost"):
                self.assertEqual(sorted(name for name, has_case in claimed.items() if not has_case), without)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
