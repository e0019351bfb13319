#!/usr/bin/env python3
"""Are the gradients that `table --training` shows right?  Evaluates each formula as it is printed and compares it with finite differences of
the onnx package's reference implementation; counts the products of sums and compares them with the MACs that are told."""
import csv
import io
import itertools
import os
import re
import subprocess
import sys
import tempfile
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
STEP = 1e-6


def model_of(op, operands, weights, attributes):
    """One node in double precision; `weights` are the operands that are stored."""
    names = [f"t{i}" for i in range(len(operands))]
    node = helper.make_node(op, names, ["out"], name="node", **attributes)
    inputs = [helper.make_tensor_value_info(n, TensorProto.DOUBLE, t.shape) for i, (n, t) in enumerate(zip(names, operands)) if i not in weights]
    stored = [helper.make_tensor(names[i], TensorProto.DOUBLE, operands[i].shape, operands[i].flatten()) for i in weights]
    graph = helper.make_graph([node], "one", inputs, [helper.make_tensor_value_info("out", TensorProto.DOUBLE, None)], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


def shown(model):
    """What the program says of the gradients: label -> (formula, value, remark)."""
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(model.SerializeToString())
        file.flush()
        run = subprocess.run([PROGRAM, "table", "--training", "--format", "csv", file.name], stdout=subprocess.PIPE, text=True, check=True)
    rows = csv.DictReader(io.StringIO(run.stdout))
    return {row["label"]: (row["worked"].removeprefix("'"), row["value"], row["remark"]) for row in rows if row["quantity"] in ("gradient", "formula")}


def arguments_of(text):
    return [part.replace(" ", "") for part in text.split(",")] if text else []


def in_python(index):
    return re.sub(r"(\d)([a-z])", r"\1*\2", index)


REFERENCE = r"(dL/d[a-z]|[a-z])(?:\[([^\[\]]*)\])?"


class Sum:
    """`left = sum over ... of factor factor`, evaluated over all its loops."""

    def __init__(self, text, tensors, extents):
        self.left, self.relation, self.right = re.match(r"(.*?) (\+?=) (.*)", text).groups()
        self.join = "sum"
        if big := re.search(r"(sum|max|min|product) over (.*?) of ", self.right):
            self.join = big[1]
            self.right = self.right.replace(big[0], "")
        self.tensors = tensors
        self.extents = dict(extents)
        self.find_extents()

    def find_extents(self):
        for name, index in [*re.findall(REFERENCE, self.left), *re.findall(REFERENCE, self.right)]:
            axes = [extent for extent in self.tensors[name].shape if extent != 1]
            places = arguments_of(index)
            assert len(axes) == len(places), f"{name}[{index}] has not the axes {axes}"
            for extent, place in zip(axes, places):
                if re.fullmatch(r"[a-z]\d?", place):
                    self.extents[place] = extent

    def loops(self):
        names = set()
        for _, index in [*re.findall(REFERENCE, self.left), *re.findall(REFERENCE, self.right)]:
            names |= set(re.findall(r"[a-z]\d?", index))
        return sorted(names)

    def value_at(self, name, index, at):
        flat = self.tensors[name].squeeze()
        place = tuple(eval(in_python(part), {}, at) for part in arguments_of(index))
        inside = all(0 <= p < extent for p, extent in zip(place, flat.shape))
        return flat[place] if inside else None

    def evaluate(self, shape):
        """The result, and how many products of entries inside their tensors were added up."""
        name, index = re.fullmatch(REFERENCE, self.left).groups()
        start = {"sum": 0.0, "max": -np.inf, "min": np.inf, "product": 1.0}[self.join]
        result = np.full([extent for extent in shape if extent != 1], start)
        join = {"sum": lambda a, b: a + b, "max": max, "min": min, "product": lambda a, b: a * b}[self.join]
        loops = self.loops()
        products = 0
        for values in itertools.product(*(range(self.extents[loop]) for loop in loops)):
            at = dict(zip(loops, values))
            place = tuple(eval(in_python(part), {}, at) for part in arguments_of(index))
            if not all(0 <= p < extent for p, extent in zip(place, result.shape)):
                continue
            term = self.term(at)
            if term is None:
                continue
            products += 1
            result[place] = join(result[place], term)
        return result.reshape(shape), products

    def term(self, at):
        outside = False

        def entry(match):
            nonlocal outside
            value = self.value_at(match[1], match[2], at)
            outside = outside or value is None
            return f"({value!r})".replace("np.float64", "")

        text = re.sub(REFERENCE, entry, self.right)
        if outside:
            return None
        text = re.sub(r"\[(.*?) = (.*?)\]", r"(abs(\1 - \2) < 1e-12)", text)
        text = re.sub(r"(?<=[\d)]) (?=[(\d])", " * ", text)
        return eval(text)


def finite_differences(run, operands, which, weight):
    gradient = np.zeros_like(operands[which])
    for place in np.ndindex(*gradient.shape):
        sides = []
        for step in (STEP, -STEP):
            moved = [t.copy() for t in operands]
            moved[which][place] += step
            sides.append((run(moved) * weight).sum())
        gradient[place] = (sides[0] - sides[1]) / (2 * STEP)
    return gradient


class Case:
    def __init__(self, op, shapes, weights=(), names=(), extents=None, positive=False, **attributes):
        random = np.random.default_rng(len(op) + sum(map(len, shapes)))
        self.op, self.names, self.extents, self.attributes = op, names, extents or {}, attributes
        self.operands = [random.uniform(0.5, 1.5, s) if positive else random.normal(size=s) for s in shapes]
        self.model = model_of(op, self.operands, weights, attributes)
        # The reference takes every operand as an input, so that it can be moved.
        self.evaluator = ReferenceEvaluator(model_of(op, self.operands, (), attributes))
        self.output = self.run(self.operands)
        self.flow = random.normal(size=self.output.shape)

    def run(self, operands):
        return np.asarray(self.evaluator.run(None, {f"t{i}": t for i, t in enumerate(operands)})[0])

    def tensors(self):
        named = {"z": self.output, "dL/dz": self.flow}
        for name, tensor in zip(self.names, self.operands):
            named[name] = tensor
            named[f"dL/d{name}"] = tensor
        return named

    def gradient(self, name):
        return finite_differences(self.run, self.operands, self.names.index(name), self.flow)


SUMS = [
    Case("Conv", [(2, 3, 9), (4, 3, 3), (4,)], (1, 2), "xwb"),
    Case("Conv", [(1, 1, 9), (1, 1, 4)], (1,), "xw"),
    Case("Conv", [(2, 4, 7, 8), (6, 2, 3, 2), (6,)], (1, 2), "xwb", {"g": 2, "o": 3}, group=2, strides=[2, 1], dilations=[1, 2], pads=[1, 0, 2, 1]),
    Case("Conv", [(2, 4, 6, 6), (4, 1, 3, 3)], (1,), "xw", group=4, pads=[1, 1, 1, 1]),
    Case("Conv", [(2, 3, 5, 5), (4, 3, 2, 2)], (1,), "xw", strides=[3, 3]),
    Case("Conv", [(2, 3, 4, 5), (4, 3, 1, 1)], (1,), "xw"),
    Case("Conv", [(2, 3, 4, 4), (5, 3, 4, 4)], (1,), "xw"),
    Case("ConvTranspose", [(2, 3, 5), (3, 4, 3), (4,)], (1, 2), "xwb", strides=[2], pads=[1, 0], output_padding=[1]),
    Case("ConvTranspose", [(2, 4, 4, 3), (4, 3, 2, 3)], (1,), "xw", dilations=[2, 1]),
    Case("MatMul", [(3, 4), (4, 5)], (1,), "xw"),
    Case("MatMul", [(2, 3, 4), (4, 5)], (), "ab"),
    Case("MatMul", [(2, 3, 2, 4), (3, 4, 5)], (), "ab"),
    Case("MatMul", [(4,), (2, 4, 5)], (), "ab"),
    Case("MatMul", [(2, 3, 4), (4,)], (), "ab"),
    Case("Gemm", [(3, 4), (5, 4), (5,)], (1, 2), "xwb", transB=1, alpha=0.5, beta=2.0),
    Case("Gemm", [(4, 3), (4, 5), (3, 1)], (1, 2), "xwb", transA=1),
    Case("AveragePool", [(2, 3, 6, 9)], (), "x", {"j1": 2, "j2": 3}, kernel_shape=[2, 3], strides=[2, 3]),
    Case("AveragePool", [(2, 3, 8)], (), "x", {"j": 3}, kernel_shape=[3], strides=[2]),
    Case("AveragePool", [(2, 3, 8)], (), "x", {"j": 3}, kernel_shape=[3], pads=[1, 1], count_include_pad=1),
    Case("MaxPool", [(2, 3, 6, 6)], (), "x", {"j1": 3, "j2": 2}, kernel_shape=[3, 2], strides=[2, 2]),
    Case("GlobalAveragePool", [(2, 3, 4, 5)], (), "x"),
    Case("GlobalMaxPool", [(2, 3, 4, 3)], (), "x"),
    Case("ReduceMean", [(2, 3, 4)], (), "x", axes=[1]),
    Case("ReduceMax", [(2, 3, 4)], (), "x", axes=[2], keepdims=0),
    Case("ReduceProd", [(2, 3, 4)], (), "x", positive=True, axes=[0, 2]),
]

ELEMENTS = [
    *(Case(op, [(3, 4)], (), "x") for op in
      ("Abs", "Atan", "Celu", "Cos", "Elu", "Exp", "HardSigmoid", "HardSwish", "LeakyRelu", "Neg", "Reciprocal", "Relu", "Selu", "Sigmoid",
       "Sin", "Softplus", "Softsign", "Tanh")),
    *(Case(op, [(3, 4)], (), "x", positive=True) for op in ("Log", "Sqrt")),
    Case("Elu", [(3, 4)], (), "x", alpha=0.3),
    Case("LeakyRelu", [(3, 4)], (), "x", alpha=0.2),
    Case("Celu", [(3, 4)], (), "x", alpha=0.7),
    Case("PRelu", [(3, 4), (4,)], (1,), "xw"),
    *(Case(op, [(3, 4), (3, 4)], (), "ab", positive=True) for op in ("Add", "Sub", "Mul", "Div")),
    *(Case(op, [(3, 4), (4,)], (), "ab", positive=True) for op in ("Add", "Mul", "Div")),
]


def folded(gradient, shape):
    """Summed over the axes along which an operand was repeated."""
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis, extent in enumerate(shape):
        if extent == 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return gradient


FUNCTIONS = {"exp": np.exp, "sqrt": np.sqrt, "pi": np.pi, "sin": np.sin, "cos": np.cos, "abs": np.abs}


def of_elements(text, values):
    text = text.replace("dL/dz", "flow").replace("^", "**").replace("[", "(1.0 * (").replace("]", "))")
    return eval(text, {}, {**FUNCTIONS, **values})


class GradientFormulas(unittest.TestCase):
    def test_sums_over_indices(self):
        for case in SUMS:
            told = shown(case.model)
            with self.subTest(f"{case.op} {case.attributes}: {told}"):
                for name in case.names:
                    formula, macs, remark = told[f"dL/d{name}"]
                    tensors = case.tensors()
                    shape = tensors[name].shape
                    self.assertIn(f"shape {list(shape)}", remark)
                    value, products = Sum(formula, tensors, case.extents).evaluate(shape)
                    np.testing.assert_allclose(value, case.gradient(name), atol=1e-6, err_msg=formula)
                    padded = any(case.attributes.get("pads", [0])) or case.op == "ConvTranspose"
                    if macs and not padded:
                        self.assertEqual(int(macs), products, f"MACs of {formula}")

    def test_the_layers_themselves(self):
        for case in SUMS:
            told = shown(case.model)
            if "layer" not in told or "+=" in told["layer"][0]:
                continue
            formula = told["layer"][0]
            bias = re.search(r" \+ (\S* ?)b(\[.*\])?$", formula)
            with self.subTest(f"{case.op}: {formula}"):
                tensors = case.tensors()
                value, _ = Sum(formula[:bias.start()] if bias else formula, tensors, case.extents).evaluate(case.output.shape)
                if bias:
                    shape = [1] * case.output.ndim
                    axis = 1 if case.op.startswith("Conv") else 0 if case.operands[2].ndim == 2 else 1
                    shape[axis] = -1
                    value = value + float(bias[1] or 1) * case.operands[2].reshape(shape)
                np.testing.assert_allclose(value, case.output, atol=1e-9)

    def test_derivatives_of_elements(self):
        for case in ELEMENTS:
            told = shown(case.model)
            with self.subTest(f"{case.op} {case.attributes}: {told}"):
                values = {"z": case.output, "flow": case.flow, **dict(zip(case.names, case.operands))}
                for name in case.names:
                    formula, _, remark = told[f"dL/d{name}"]
                    shape = case.operands[case.names.index(name)].shape
                    self.assertIn(f"shape {list(shape)}", remark)
                    value = folded(of_elements(formula.partition(" = ")[2], values), shape)
                    np.testing.assert_allclose(value, case.gradient(name), atol=1e-5, err_msg=formula)

    def test_normalizations(self):
        for op, shapes, axes, attributes in (("BatchNormalization", [(4, 3, 5), (3,), (3,), (3,), (3,)], (0, 2), {"training_mode": 1}),
                                             ("LayerNormalization", [(4, 6), (6,), (6,)], (1,), {}),
                                             ("Softmax", [(3, 5)], (1,), {"axis": 1})):
            case = Case(op, shapes, tuple(range(1, len(shapes))), "xsb"[:len(shapes)], positive=True, **attributes)
            told = shown(case.model)
            x = case.operands[0]
            mean, variance = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
            y = (x - mean) / np.sqrt(variance + 1e-5)
            column = (1, -1, 1) if op == "BatchNormalization" else (1, -1)
            values = {"z": case.output, "flow": case.flow, "y": y, "v": variance, "mean": lambda a: a.mean(axis=axes, keepdims=True)}
            if len(shapes) > 1:
                values["s"] = case.operands[1].reshape(column)
            for name in case.names:
                over = axes if name == "x" else tuple(i for i in range(x.ndim) if column[i] == 1)
                values["sum"] = lambda a: a.sum(axis=over, keepdims=True)
                formula = told[f"dL/d{name}"][0]
                value = of_elements(formula.partition(" = ")[2], values)
                expected = case.gradient(name)
                np.testing.assert_allclose(np.asarray(value).reshape(expected.shape), expected, atol=1e-5, err_msg=formula)


if __name__ == "__main__":
    sys.exit(unittest.main())
