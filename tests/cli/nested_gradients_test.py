#!/usr/bin/env python3
"""Are the gradients right that `table --training` shows of layers that are made of several loop nests?  Every line is evaluated as it is
printed, with what the lines before it gave, and compared with finite differences; products are counted and compared with the MACs told."""
import csv
import io
import math
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

from gradients_test import Sum, finite_differences

PROGRAM = os.environ["MACROSCOPE_PROGRAM"]


def model_of(op, operands, weights, attributes, outputs=1):
    names = [f"t{i}" for i in range(len(operands))]
    node = helper.make_node(op, names, [f"out{i}" for i in range(outputs)], name="node", **attributes)
    value = helper.make_tensor_value_info
    inputs = [value(n, TensorProto.DOUBLE, t.shape) for i, (n, t) in enumerate(zip(names, operands)) if i not in weights]
    stored = [helper.make_tensor(names[i], TensorProto.DOUBLE, operands[i].shape, operands[i].flatten()) for i in weights]
    graph = helper.make_graph([node], "one", inputs, [value("out0", TensorProto.DOUBLE, None)], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=11)


def lines_of(model):
    """(what, label, formula, MACs, remark) in order of the table."""
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(model.SerializeToString())
        file.flush()
        run = subprocess.run([PROGRAM, "table", "--training", "--format", "csv", file.name], stdout=subprocess.PIPE, text=True, check=True)
    rows = csv.DictReader(io.StringIO(run.stdout))
    return [(row["quantity"], row["label"], row["worked"].removeprefix("'"), row["value"], row["remark"]) for row in rows
            if row["quantity"] in ("formula", "gradient", "macs")]


class Layer:
    """One node; every operand can be moved."""

    def __init__(self, op, shapes, weights=(), outputs=1, **attributes):
        random = np.random.default_rng(len(op) + len(shapes))
        self.operands = [random.normal(size=shape) for shape in shapes]
        self.lines = lines_of(model_of(op, self.operands, weights, attributes, outputs))
        self.evaluator = ReferenceEvaluator(model_of(op, self.operands, (), attributes, outputs))
        self.output = self.run(self.operands)
        self.flow = random.normal(size=self.output.shape)

    def run(self, operands):
        return np.asarray(self.evaluator.run(None, {f"t{i}": t for i, t in enumerate(operands)})[0])

    def gradient(self, which):
        return finite_differences(self.run, self.operands, which, self.flow)

    def formulas(self):
        return [text for what, _, text, _, _ in self.lines if what == "formula"]

    def gradients(self):
        return [(label, text, macs, remark) for what, label, text, macs, remark in self.lines if what == "gradient"]

    def macs(self):
        return sum(int(value) for what, _, _, value, _ in self.lines if what == "macs")



def products_of(text, extents):
    """MACs of one sum of products by hand: letters that one factor alone has are summed before it meets the other."""
    _, right = text.split(" = ")
    summed = set(re.findall(r"\w+", re.search(r"over (.*?) of", right)[1])) if " over " in right else set()
    factors = [set(re.findall(r"[a-z]\d?", index)) for index in re.findall(r"\[(.*?)\]", right)]
    alone = {letter for letter in summed if sum(letter in factor for factor in factors) < 2}
    letters = set().union(*factors) - alone
    return math.prod(extents[letter] for letter in letters) if summed - alone and len(factors) > 1 else 0


def evaluated(text, tensors, extents, shape):
    """Sums that are added up, and the MACs of them; a shape that is not known is that of the letters on the left."""
    left, right = text.split(" = ")
    right = re.sub(r"1/sqrt\((\d+)\)", lambda m: repr(1 / math.sqrt(int(m[1]))), right)
    name = left.partition("[")[0]
    shape = shape or [extents[letter] for letter in re.search(r"\[(.*)\]", left)[1].split(",")]
    total, products = np.zeros(shape), 0
    for part in right.split(" + "):
        one = Sum(f"{left} = {part}", {name: np.zeros(shape), **tensors}, extents)
        total = total + one.evaluate(shape)[0]
        products += products_of(f"{left} = {part}", one.extents)
    return total, products


EINSUMS = [
    ("ij,jk->ik", [(3, 4), (4, 5)], (1,)),
    ("bij,jk->ik", [(2, 3, 4), (4, 5)], (1,)),
    ("bhid,bhjd->bhij", [(2, 2, 3, 4), (2, 2, 5, 4)], ()),
    ("i,j->ij", [(3,), (4,)], (1,)),
    ("ij,j->ij", [(3, 4), (4,)], (1,)),
    ("...ij,...jk->...ik", [(2, 1, 3, 4), (5, 4, 2)], (1,)),
    ("ij->i", [(3, 4)], ()),
    ("ii->i", [(3, 3)], ()),
    ("ii,ij->j", [(3, 3), (3, 4)], (1,)),
    ("ij,jk,kl->il", [(2, 6), (6, 3), (3, 5)], (1, 2)),
    ("nij,jk,ikl->nl", [(2, 3, 4), (4, 5), (3, 5, 2)], (1, 2)),
    ("ab,cb,cd,de->ae", [(2, 3), (4, 3), (4, 2), (2, 5)], (1, 2, 3)),
    ("i,i,i->i", [(4,), (4,), (4,)], (1, 2)),
]


class Einsums(unittest.TestCase):
    def test_every_pair(self):
        for equation, shapes, weights in EINSUMS:
            layer = Layer("Einsum", shapes, weights, equation=equation)
            names = "x" if len(shapes) == 1 else "xw" if len(shapes) == 2 and weights else "abcd"[:len(shapes)]
            with self.subTest(f"{equation}: {layer.lines}"):
                self.check(layer, names, {letter: extent for term, shape in zip(equation.partition("->")[0].split(","), shapes)
                                          for letter, extent in zip(term, shape) if "." not in term})

    def check(self, layer, names, extents):
        tensors = {"z": layer.output, "dL/dz": layer.flow, **dict(zip(names, layer.operands))}
        macs = 0
        for text in layer.formulas():
            name = text.partition("[")[0]
            tensors[name], products = evaluated(text, tensors, extents, layer.output.shape if name == "z" else None)
            tensors.setdefault(f"dL/d{name}", tensors[name])
            macs += products
        np.testing.assert_allclose(tensors["z"], layer.output, atol=1e-9)
        self.assertEqual(layer.macs(), macs)
        for label, text, told, remark in layer.gradients():
            name = label.removeprefix("dL/d")
            shape = list(tensors[name].shape)
            self.assertIn(f"shape {shape}", remark)
            tensors[label], products = evaluated(text, tensors, extents, shape)
            self.assertEqual(int(told or 0), products, text)
            if name in names:
                np.testing.assert_allclose(tensors[label], layer.gradient(names.index(name)), atol=1e-6, err_msg=text)


ATTENTIONS = [
    ([(2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 3)], {"h": 2, "g": 1}, {}),
    ([(2, 4, 3, 2), (2, 2, 5, 2), (2, 2, 5, 3)], {"h": 2, "g": 2}, {}),
    ([(2, 3, 8), (2, 5, 4), (2, 5, 6)], {"h": 2, "g": 2, "d": 2, "e": 3}, {"q_num_heads": 4, "kv_num_heads": 2}),
    ([(1, 2, 4, 3), (1, 2, 4, 3), (1, 2, 4, 3)], {"h": 2, "g": 1}, {"is_causal": 1, "scale": 0.25}),
    ([(2, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 3), (3, 5)], {"h": 2, "g": 1}, {}),
]


class Attention(unittest.TestCase):
    def test_both_products_and_the_softmax(self):
        for shapes, extents, attributes in ATTENTIONS:
            layer = Layer("Attention", shapes, (), **attributes)
            with self.subTest(f"{shapes} {attributes}: {layer.lines}"):
                self.check(layer, extents, bool(attributes.get("is_causal")))

    def check(self, layer, extents, is_causal):
        names = "qkvm"
        tensors = {"z": layer.output, "dL/dz": layer.flow, **dict(zip(names, layer.operands))}
        query, key = layer.operands[:2]
        heads = query.shape[1] if query.ndim == 4 else extents["h"] * extents["g"]
        of_scores = [query.shape[0], heads, query.shape[-2], key.shape[-2]]
        scores, probabilities, result = layer.formulas()
        s = evaluated(scores.removesuffix(" + m"), tensors, extents, of_scores)[0] + tensors.get("m", 0)
        if is_causal:
            s = np.where(np.tril(np.ones(of_scores[2:])) > 0, s, -np.inf)
        self.assertEqual(probabilities, "p = exp(s) / sum(exp(s))")
        p = np.exp(s) / np.exp(s).sum(axis=-1, keepdims=True)
        tensors |= {"p": p, "s": s, "dL/dp": p, "dL/ds": p}
        np.testing.assert_allclose(evaluated(result, tensors, extents, layer.output.shape)[0], layer.output, atol=1e-9)
        told = 0
        for label, text, macs, remark in layer.gradients():
            name = label.removeprefix("dL/d")
            shape = list(tensors[name].shape)
            self.assertIn(f"shape {shape}", remark)
            if name == "s":
                self.assertEqual(text, "dL/ds = p * (dL/dp - sum(p * dL/dp))")
                tensors[label] = p * (tensors["dL/dp"] - (p * tensors["dL/dp"]).sum(axis=-1, keepdims=True))
            elif name == "m":
                tensors[label] = tensors["dL/ds"].sum(axis=(0, 1))
            else:
                tensors[label], products = evaluated(text, tensors, extents, shape)
                self.assertEqual(int(macs), self.products(text, extents, tensors), text)
                told += int(macs)
            if name in names:
                np.testing.assert_allclose(tensors[label], layer.gradient(names.index(name)), atol=1e-6, err_msg=text)
        self.assertEqual(told, 2 * layer.macs())

    @staticmethod
    def products(text, extents, tensors):
        """Batch, heads, queries and keys, and the width of what is added up or made: all letters of the line."""
        query, key = tensors["q"], tensors["k"]
        sizes = {"n": query.shape[0], "i": query.shape[-2], "j": key.shape[-2], "d": query.shape[-1], "e": tensors["v"].shape[-1], **extents}
        return math.prod(sizes[letter] for letter in set(re.findall(r"[hgnijde]", "".join(re.findall(r"\[(.*?)\]", text)))) | {"h", "g"})


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Cell:
    """A cell in numpy that tells what is inside it; anything inside can be moved."""

    def __init__(self, op, x, w, r, b, late):
        self.op, self.x, self.w, self.r, self.late = op, x, w[0], r[0], late
        self.wb, self.rb = np.split(b[0], 2)
        self.units = r.shape[-1]

    def run(self, moved=None):
        """By name: [steps, 1, batch, units]; `a` with the rows of all gates."""
        moved = moved or {}
        kept = {}

        def keep(name, step, value):
            if name in moved:
                value = value + moved[name][step, 0]
            kept.setdefault(name, []).append(value)
            return value

        batch = self.x.shape[1]
        h, c = np.zeros((batch, self.units)), np.zeros((batch, self.units))
        for step, x in enumerate(self.x):
            a = getattr(self, self.op)(x, h, lambda name, value: keep(name, step, value))
            h, c = self.after(a, h, c, lambda name, value: keep(name, step, value))
        return {name: np.stack(values)[:, None] for name, values in kept.items()}

    def RNN(self, x, h, keep):
        return [keep("a", x @ self.w.T + h @ self.r.T + self.wb + self.rb)]

    def LSTM(self, x, h, keep):
        return [keep(name, part) for name, part in zip(("ai", "ao", "af", "ag"), np.split(x @ self.w.T + h @ self.r.T + self.wb + self.rb, 4, 1))]

    def GRU(self, x, h, keep):
        (wm, ws, wg), (rm, rs, rg) = np.split(self.w, 3), np.split(self.r, 3)
        (bm, bs, bg), (cm, cs, cg) = np.split(self.wb, 3), np.split(self.rb, 3)
        m, s = keep("am", x @ wm.T + h @ rm.T + bm + cm), keep("as", x @ ws.T + h @ rs.T + bs + cs)
        state = keep("y", h @ rg.T + cg) * keep("s", sigmoid(s)) if self.late else (keep("s", sigmoid(s)) * h) @ rg.T + cg
        return [m, s, keep("ag", x @ wg.T + bg + state)]

    def after(self, a, h, c, keep):
        if self.op == "RNN":
            return keep("h", np.tanh(a[0])), c
        if self.op == "GRU":
            m, g = keep("m", sigmoid(a[0])), keep("g", np.tanh(a[2]))
            return keep("h", (1 - m) * g + m * h), c
        i, o, f, g = (keep(name, value) for name, value in zip("iofg", (sigmoid(a[0]), sigmoid(a[1]), sigmoid(a[2]), np.tanh(a[3]))))
        c = keep("c", f * c + i * g)
        return keep("h", o * np.tanh(c)), c


GATES = {"RNN": ["a"], "GRU": ["am", "as", "ag"], "LSTM": ["ai", "ao", "af", "ag"]}
CELLS = [("RNN", {}), ("GRU", {}), ("GRU", {"linear_before_reset": 1}), ("LSTM", {})]


def earlier(tensor, steps):
    """The tensor `steps` steps before (behind, where negative); zero where there is none."""
    moved = np.zeros_like(tensor)
    if steps > 0:
        moved[steps:] = tensor[:-steps]
    else:
        moved[:steps] = tensor[-steps:]
    return moved


class RecurrentCells(unittest.TestCase):
    steps, batch, features, units = 4, 2, 3, 2

    def test_products_and_gates(self):
        for op, attributes in CELLS:
            rows = len(GATES[op]) * self.units
            shapes = [(self.steps, self.batch, self.features), (1, rows, self.features), (1, rows, self.units), (1, 2 * rows)]
            layer = Layer(op, shapes, (1, 2, 3), hidden_size=self.units, **attributes)
            with self.subTest(f"{op} {attributes}: {layer.lines}"):
                self.check(op, layer, Cell(op, *layer.operands, late=bool(attributes)))

    def check(self, op, layer, cell):
        inside = cell.run()
        np.testing.assert_allclose(inside["h"], layer.output, atol=1e-9)

        def numeric(name):
            move = lambda operands: cell.run({name: operands[0]})["h"]
            return finite_differences(move, [np.zeros_like(inside[name])], 0, layer.flow)

        x, w, r, _ = layer.operands
        gates = np.concatenate([numeric(name) for name in GATES[op]], axis=-1)
        tensors = {"x": x, "w": w, "r": r, "h": inside["h"], "dL/da": gates, "dL/dz": layer.flow, "dL/dh": numeric("h"), **inside}
        extents = {"t": self.steps, "n": self.batch, "u": gates.shape[-1], "v": self.units, "c": self.features}
        shown = {label: (text, int(macs or 0)) for label, text, macs, _ in layer.gradients()}
        for label, name in {f"dL/d{name}": name for name in [*GATES[op], *("c" if op == "LSTM" else "")]}.items():
            flows = {f"dL/d{other}": numeric(other) for other in [*GATES[op], "h", *("c" if op == "LSTM" else "")]}
            told = self.of_elements(op, shown[label][0], {**inside, **flows}, tensors, cell)
            np.testing.assert_allclose(told, numeric(name), atol=1e-6, err_msg=shown[label][0])
        self.check_sums(op, layer, cell, shown, tensors, extents)

    def of_elements(self, op, text, values, tensors, cell):
        if op == "GRU" and "y" not in values:
            values = {**values, "y": values["dL/dag"] @ cell.r[2 * self.units:]}
        right = text.partition(" = ")[2].replace("^", "**")
        names = {}

        def value(match):
            shift = {"[t-1]": 1, "[t+1]": -1, None: 0}[match[2]]
            names[f"v{len(names)}"] = earlier(values[match[1]], shift) if shift else values[match[1]]
            return f"v{len(names) - 1}"

        right = re.sub(r"(dL/d[a-z]+|\b[a-z](?![a-z(]))(\[t[+-]1\])?", value, right)
        return eval(right, {"tanh": np.tanh}, names)

    def check_sums(self, op, layer, cell, shown, tensors, extents):
        last = np.arange(extents["u"]) >= 2 * self.units if op == "GRU" else np.zeros(extents["u"], bool)
        reset = np.concatenate([np.ones((*tensors["h"].shape[:-1], 2 * self.units)), tensors["s"]], -1) if op == "GRU" else 1
        late = {**tensors, "dL/da": tensors["dL/da"] * reset}
        places = self.steps * self.batch
        operands = {"x": 0, "w": 1}
        for name, which in operands.items():
            text, macs = shown[f"dL/d{name}"]
            value, _ = evaluated(text, tensors, extents, list(layer.operands[which].shape))
            np.testing.assert_allclose(value, layer.gradient(which), atol=1e-6, err_msg=text)
            self.assertEqual(macs, places * layer.operands[1].size)
        text, macs = shown["dL/dr"]
        self.assertEqual(macs, places * layer.operands[2].size)
        value, _ = evaluated(text, tensors, extents, list(layer.operands[2].shape))
        if cell.late:
            value, _ = evaluated(text, late, extents, list(layer.operands[2].shape))
        elif op == "GRU":
            # The state before the step times the reset gate of the step.
            resets = {**tensors, "h": earlier(earlier(tensors["h"], 1) * tensors["s"], -1)}
            value[0, last] = evaluated(text, resets, extents, list(layer.operands[2].shape))[0][0, last]
        np.testing.assert_allclose(value, layer.gradient(2), atol=1e-6, err_msg=text)
        text, macs = shown["dL/dh"]
        self.assertEqual(macs, places * layer.operands[2].size)
        shape = list(tensors["h"].shape)
        value, _ = evaluated(text, late if cell.late else tensors, extents, shape)
        if op == "GRU" and not cell.late:
            of_sum = text.partition(" = ")[0] + " = " + text.rpartition(" + ")[2]
            of_candidate = evaluated(of_sum, {**tensors, "dL/da": tensors["dL/da"] * last}, extents, shape)[0]
            value += of_candidate * (earlier(tensors["s"], -1) - 1)
        np.testing.assert_allclose(value, tensors["dL/dh"], atol=1e-6, err_msg=text)
        text, _ = shown["dL/db"]
        half = evaluated(text, tensors, extents, [1, extents["u"]])[0]
        other = evaluated(text, late, extents, [1, extents["u"]])[0] if cell.late else half
        np.testing.assert_allclose(np.concatenate([half, other], -1), layer.gradient(3), atol=1e-6, err_msg=text)


if __name__ == "__main__":
    sys.exit(unittest.main())
