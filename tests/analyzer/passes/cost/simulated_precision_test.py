#!/usr/bin/env python3
"""Simulated quantisation: MACs by the bits that its operands name, and bytes of what it rounds, against sums that are worked out here."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy
from onnx import TensorProto, helper, numpy_helper

PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
QONNX, BREVITAS = "qonnx.custom_op.general", "onnx.brevitas"


def number(name, value):
    return numpy_helper.from_array(numpy.array(value, numpy.float32), name)


def weight(name, *dims):
    return numpy_helper.from_array(numpy.zeros(dims, numpy.float32), name)


def analysed(nodes, stored, dims):
    graph = helper.make_graph(nodes, "rounded", [helper.make_tensor_value_info("x", TensorProto.FLOAT, dims)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], [number("s", 0.1), number("z", 0), *stored])
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid(QONNX, 1), helper.make_opsetid(BREVITAS, 1)]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "m.onnx")
        path.write_bytes(helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString())
        run = subprocess.run([PROGRAM, str(path), "--format", "json"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def quant(data, bits, result, domain=QONNX, **attributes):
    return helper.make_node("Quant", [data, "s", "z", bits], [result], domain=domain, **attributes)


class SimulatedPrecision(unittest.TestCase):
    def test_both_operands_of_a_convolution(self):
        macs = 8 * 3 * 3 * 3 * 6 * 6
        for domain in (QONNX, BREVITAS):
            nodes = [quant("x", "b8", "xq", domain), quant("w", "b4", "wq", domain, signed=1), helper.make_node("Conv", ["xq", "wq"], ["y"])]
            totals = analysed(nodes, [number("b8", 8), number("b4", 4), weight("w", 8, 3, 3, 3)], [1, 3, 8, 8])["totals"]
            self.assertEqual(totals["macs_by_dtype"], {"int4 x int8": macs})
            self.assertEqual(totals["macs"], macs)
            # 216 weights of 4 bits; scale, zero point and both numbers of bits as they are stored.
            self.assertEqual(totals["weight_bytes"], 8 * 27 // 2 + 4 * 4)
            self.assertEqual(totals["parameters"], 8 * 27)

    def test_what_is_not_rounded_keeps_its_type(self):
        nodes = [quant("w", "b3", "wq", signed=0), helper.make_node("Transpose", ["wq"], ["wt"], perm=[1, 0]), helper.make_node("MatMul", ["x", "wt"], ["p"]),
                 helper.make_node("MatMul", ["p", "v"], ["y"])]
        totals = analysed(nodes, [number("b3", 3), weight("w", 5, 7), weight("v", 5, 2)], [4, 7])["totals"]
        self.assertEqual(totals["macs_by_dtype"], {"float32": 4 * 5 * 2, "uint3 x float32": 4 * 7 * 5})
        self.assertEqual(totals["weight_bytes"], -(-5 * 7 * 3 // 8) + 5 * 2 * 4 + 3 * 4)

    def test_signs_floats_and_truncation(self):
        nodes = [helper.make_node("BipolarQuant", ["w", "s"], ["wq"], domain=QONNX), helper.make_node("FloatQuant", ["x", "s", "e4", "m3"], ["xq"], domain=QONNX),
                 helper.make_node("MatMul", ["xq", "wq"], ["p"]), helper.make_node("Trunc", ["p", "s", "z", "b8", "b4"], ["t"], domain=QONNX),
                 helper.make_node("MatMul", ["t", "v"], ["y"])]
        stored = [number(name, value) for name, value in (("e4", 4), ("m3", 3), ("b8", 8), ("b4", 4))]
        totals = analysed(nodes, [*stored, weight("w", 16, 8), weight("v", 8, 2)], [2, 16])["totals"]
        self.assertEqual(totals["macs_by_dtype"], {"float32 x int4": 2 * 8 * 2, "int1 x float8": 2 * 16 * 8})
        self.assertEqual(totals["weight_bytes"], 16 * 8 // 8 + 8 * 2 * 4 + 6 * 4)


if __name__ == "__main__":
    sys.exit(unittest.main())
