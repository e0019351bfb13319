#!/usr/bin/env python3
"""Sizes that exporters compute in floating point: the formula against onnx's own evaluator, size by size."""
import pathlib
import sys
import unittest

import numpy
from onnx import TensorProto, helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "support"))
from small_models import Analyzed, constant, model_of, run, value  # noqa: E402

SIZES = range(1, 41)


class Chain:
    """Arithmetic on the extent of axis 0 of `x`, of which the last number becomes the extent of `y`."""

    def __init__(self, dtype="float32"):
        self.dtype, self.stored, self.names = dtype, [constant("zero", 0, "int64"), constant("fill", [1.0], "float32")], 0
        self.nodes = [helper.make_node("Shape", ["x"], ["extents"]), helper.make_node("Gather", ["extents", "zero"], ["n"], axis=0)]

    def op(self, op, *operands, **attributes):
        names = []
        for operand in operands:
            if not isinstance(operand, str):
                self.stored.append(constant(f"c{len(self.stored)}", operand[0], operand[1]))
                operand = self.stored[-1].name
            names.append(operand)
        self.names += 1
        self.nodes.append(helper.make_node(op, names, [f"t{self.names}"], **attributes))
        return f"t{self.names}"

    def real(self, number):
        return number, self.dtype

    def cast(self, name):
        return self.op("Cast", name, to=getattr(TensorProto, {"float32": "FLOAT", "float64": "DOUBLE"}[self.dtype]))

    def whole(self, name):
        return self.op("Cast", name, to=TensorProto.INT64)

    def model(self, size):
        axes = (numpy.array([0]), "int64")
        wanted = self.op("Unsqueeze", size, axes)
        nodes = [*self.nodes, helper.make_node("Expand", ["fill", wanted], ["y"])]
        return model_of(nodes, [value("x", ["H", 3])], [value("y", None)], self.stored)


class FloatingSizes(unittest.TestCase):
    def check_against_runs(self, chain, size, sizes=SIZES):
        model = chain.model(size)
        analyzed = Analyzed(model)
        self.assertEqual(analyzed.exit_code, 0, analyzed.messages)
        self.assertEqual(set(analyzed.document["symbols"][i]["name"] for i in range(len(analyzed.document["symbols"]))), {"H"})
        for height in sizes:
            seen = run(model, {"x": numpy.zeros((height, 3), numpy.float32)})["y"]
            self.assertEqual(analyzed.shape("y", H=height), list(seen.shape), f"H = {height}: {analyzed.shape('y')}")

    def test_same_padding(self):
        """timm's padding of a kernel of 3 by strides of 2, as the TorchScript exporter writes it, and the extent with that padding."""
        for kernel, stride in ((3, 2), (7, 2), (1, 4), (5, 3)):
            chain = Chain()
            h = chain.cast("n")
            steps = chain.op("Sub", chain.op("Ceil", chain.op("Div", h, chain.real(stride))), chain.real(1))
            reach = chain.op("Add", chain.op("Mul", steps, chain.real(stride)), chain.real(kernel))
            pad = chain.whole(chain.op("Clip", chain.op("Sub", reach, h), chain.real(0)))
            left = chain.whole(chain.op("Floor", chain.op("Div", chain.cast(pad), chain.real(2))))
            right = chain.op("Sub", pad, left)
            self.check_against_runs(chain, chain.op("Add", "n", chain.op("Add", right, (0, "int64"))))

    def test_rounding(self):
        for divisor in (2, 3, 4, 7):
            chain = Chain()
            self.check_against_runs(chain, chain.whole(chain.op("Round", chain.op("Div", chain.cast("n"), chain.real(divisor)))))
        chain = Chain()
        self.check_against_runs(chain, chain.whole(chain.op("Round", chain.op("Mul", chain.cast("n"), chain.real(1.5)))))

    def test_a_cast_rounds_toward_zero_on_both_sides(self):
        chain = Chain()
        below = chain.whole(chain.op("Div", chain.op("Sub", chain.cast("n"), chain.real(20)), chain.real(3)))
        self.check_against_runs(chain, chain.op("Add", below, (10, "int64")))

    def test_remainders(self):
        chain = Chain()
        self.check_against_runs(chain, chain.whole(chain.op("Mod", chain.cast("n"), chain.real(4), fmod=1)))

    def test_powers(self):
        chain = Chain()
        self.check_against_runs(chain, chain.whole(chain.op("Pow", chain.cast("n"), chain.real(2))))
        chain = Chain()
        scaled = chain.op("Mul", chain.cast("n"), chain.op("Pow", chain.real(2), chain.real(-2)))
        self.check_against_runs(chain, chain.whole(chain.op("Ceil", scaled)))

    def test_extremes(self):
        chain = Chain()
        half = chain.op("Floor", chain.op("Div", chain.cast("n"), chain.real(2)))
        self.check_against_runs(chain, chain.whole(chain.op("Min", chain.op("Max", half, chain.real(3)), chain.real(11))))

    def test_a_size_chosen_by_a_comparison(self):
        for comparison, number in (("Less", 8), ("Greater", 8), ("Equal", 8), ("LessOrEqual", 20), ("GreaterOrEqual", 1)):
            chain = Chain()
            holds = chain.op(comparison, "n", (number, "int64"))
            self.check_against_runs(chain, chain.op("Where", holds, (5, "int64"), chain.op("Mul", "n", (2, "int64"))))

    def test_connected_comparisons(self):
        for connection in ("And", "Or", "Xor"):
            chain = Chain()
            holds = chain.op(connection, chain.op("Less", "n", (12, "int64")), chain.op("Not", chain.op("Less", "n", (5, "int64"))))
            self.check_against_runs(chain, chain.op("Where", holds, "n", (3, "int64")))

    def test_ranges_by_floating_steps(self):
        for start, step in ((0, 0.5), (1, 0.25), (-2, 1.5)):
            chain = Chain()
            steps = chain.op("Range", chain.real(start), chain.op("Div", chain.cast("n"), chain.real(2)), chain.real(step))
            size = chain.op("Squeeze", chain.op("Shape", steps))
            self.check_against_runs(chain, size)


if __name__ == "__main__":
    unittest.main()
