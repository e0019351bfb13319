#!/usr/bin/env python3
"""Which branch runs, and how often a loop: by the values of inputs, and for sizes in general."""
import pathlib
import sys
import unittest

import numpy
from onnx import TensorProto, helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "support"))
from small_models import Analyzed, constant, model_of, run, value  # noqa: E402


def branch(name, node):
    return helper.make_graph([node], name, [], [value(node.output[0], None)])


def by_sample_rate():
    """Frames of 4 at 16 kHz and of 3 at any other rate, each with weights of its own."""
    then_branch = branch("fast", helper.make_node("MatMul", ["x", "w4"], ["a"]))
    else_branch = branch("slow", helper.make_node("MatMul", ["x", "w3"], ["b"]))
    nodes = [helper.make_node("Equal", ["sr", "rate"], ["is_fast"]),
             helper.make_node("If", ["is_fast"], ["y"], then_branch=then_branch, else_branch=else_branch)]
    stored = [constant("rate", 16000, "int64"), constant("w4", numpy.zeros((4, 5)), "float32"),
              constant("w3", numpy.zeros((3, 7)), "float32")]
    return model_of(nodes, [value("x", [2, "width"]), value("sr", [], TensorProto.INT64)], [value("y", None)], stored)


def squeezed(extent_of_axis):
    """Squeeze of an axis as the TorchScript exporter writes it where the extent is open; the axis is made by `extent_of_axis`."""
    then_branch = branch("squeeze", helper.make_node("Squeeze", ["h", "one"], ["a"]))
    else_branch = branch("keep", helper.make_node("Identity", ["h"], ["b"]))
    nodes = [*extent_of_axis, helper.make_node("Shape", ["h"], ["extents"]),
             helper.make_node("Gather", ["extents", "one"], ["extent"], axis=0),
             helper.make_node("Equal", ["extent", "one"], ["is_one"]),
             helper.make_node("If", ["is_one"], ["y"], then_branch=then_branch, else_branch=else_branch)]
    return model_of(nodes, [value("x", ["batch", "width"])], [value("y", None)], [constant("one", [1], "int64")])


class Conditions(unittest.TestCase):
    def test_the_value_of_an_input_decides_a_branch(self):
        for rate, width, outputs in ((16000, 4, 5), (8000, 3, 7)):
            analyzed = Analyzed(by_sample_rate(), "--set", f"sr={rate}")
            seen = run(by_sample_rate(), {"x": numpy.zeros((2, width), numpy.float32), "sr": numpy.array(rate)})["y"]
            self.assertEqual(analyzed.shape("y"), list(seen.shape))
            self.assertEqual(analyzed.totals["macs"], 2 * width * outputs)
            self.assertEqual(analyzed.codes("warning"), [])

    def test_the_branch_that_can_run_counts_alone(self):
        analyzed = Analyzed(by_sample_rate(), "--set", "width=3")
        self.assertEqual((analyzed.shape("y"), analyzed.totals["macs"], analyzed.exit_code), ([2, 7], 2 * 3 * 7, 0))
        self.assertEqual(analyzed.codes("error"), [])
        self.assertTrue(analyzed.document["complete"])

    def test_where_no_branch_can_run_that_is_an_error(self):
        analyzed = Analyzed(by_sample_rate(), "--set", "width=6")
        self.assertEqual((analyzed.exit_code, analyzed.codes("error")), (3, ["no-branch-runs"]))

    def test_branches_of_different_sizes_cost_what_the_dearer_does(self):
        analyzed = Analyzed(by_sample_rate())
        self.assertEqual(analyzed.exit_code, 0)
        self.assertEqual(analyzed.document["tensors"]["y"]["shape"][0], 2)
        self.assertEqual(analyzed.evaluate(analyzed.totals["macs"], {"width": 3}), max(2 * 3 * 5, 2 * 3 * 7))

    def test_a_size_that_the_user_names_is_not_squeezed(self):
        model = squeezed([helper.make_node("Relu", ["x"], ["h"])])
        analyzed = Analyzed(model)
        self.assertEqual(analyzed.shape("y"), ["batch", "width"])
        self.assertEqual(analyzed.assumptions, ["width != 1"])
        self.assertEqual(Analyzed(model, "--set", "width=1").shape("y"), ["batch"])
        for width in (1, 5):
            seen = run(model, {"x": numpy.zeros((2, width), numpy.float32)})["y"]
            self.assertEqual(Analyzed(model, "--set", f"batch=2,width={width}").shape("y"), list(seen.shape))

    def test_a_size_that_is_computed_to_vanish_is(self):
        pool = [helper.make_node("Unsqueeze", ["x", "one"], ["u"]),
                helper.make_node("AveragePool", ["u"], ["p"], kernel_shape=[5], strides=[3]),
                helper.make_node("Squeeze", ["p", "one"], ["h"])]
        model = squeezed(pool)
        analyzed = Analyzed(model)
        self.assertEqual(analyzed.shape("y"), ["batch"])
        squeezed_axis = next(a for a in analyzed.assumptions if a.endswith(" == 1"))
        self.assertEqual([analyzed.evaluate(squeezed_axis.removesuffix(" == 1"), {"width": width}) for width in (5, 7, 8, 11)],
                         [1, 1, 2, 3])

    def test_a_branch_that_fails_under_its_assumption_gives_way(self):
        """Only the branch without the squeezed axis fits what comes after it."""
        then_branch = branch("wide", helper.make_node("MatMul", ["x", "w4"], ["a"]))
        else_branch = branch("bad", helper.make_node("MatMul", ["fixed", "w4"], ["b"]))
        nodes = [helper.make_node("Shape", ["x"], ["extents"]), helper.make_node("Gather", ["extents", "zero"], ["extent"], axis=0),
                 helper.make_node("Equal", ["extent", "one"], ["is_one"]),
                 helper.make_node("If", ["is_one"], ["y"], then_branch=then_branch, else_branch=else_branch)]
        stored = [constant("one", 1, "int64"), constant("zero", 0, "int64"), constant("w4", numpy.zeros((4, 5)), "float32")]
        model = model_of(nodes, [value("x", ["batch", 4]), value("fixed", [2, 3])], [value("y", None)], stored)
        analyzed = Analyzed(model)
        self.assertEqual((analyzed.shape("y"), analyzed.assumptions), (["batch", 5], ["batch == 1"]))
        self.assertEqual((analyzed.exit_code, analyzed.codes("error")), (0, []))

    def test_the_value_of_an_input_says_how_often_a_loop_runs(self):
        body = helper.make_graph(
            [helper.make_node("Identity", ["goes"], ["still"]), helper.make_node("Relu", ["x"], ["row"])],
            "body", [value("trip", [], TensorProto.INT64), value("goes", [], TensorProto.BOOL)],
            [value("still", [], TensorProto.BOOL), value("row", [3])])
        nodes = [helper.make_node("Loop", ["trips", "yes"], ["y"], body=body)]
        model = model_of(nodes, [value("x", [3]), value("trips", [], TensorProto.INT64)], [value("y", None)],
                         [constant("yes", True, "bool")])
        analyzed = Analyzed(model, "--set", "trips=7")
        self.assertEqual((analyzed.shape("y"), analyzed.totals["flops_by_kind"]["compare"]), ([7, 3], 7 * 3))
        self.assertEqual(list(run(model, {"x": numpy.zeros(3, numpy.float32), "trips": numpy.array(7)})["y"].shape), [7, 3])

    def test_a_state_that_changes_its_rank_is_what_the_last_trip_makes(self):
        body = helper.make_graph(
            [helper.make_node("Identity", ["goes"], ["still"]), helper.make_node("Expand", ["x", "wide"], ["next"])],
            "body", [value("trip", [], TensorProto.INT64), value("goes", [], TensorProto.BOOL), value("state", None)],
            [value("still", [], TensorProto.BOOL), value("next", None)])
        nodes = [helper.make_node("Loop", ["trips", "", "start"], ["y"], body=body)]
        stored = [constant("start", 0, "float32"), constant("wide", [4, 3], "int64")]
        model = model_of(nodes, [value("x", [3]), value("trips", [], TensorProto.INT64)], [value("y", None)], stored)
        analyzed = Analyzed(model)
        self.assertEqual((analyzed.shape("y"), analyzed.assumptions), ([4, 3], ["trips >= 1"]))

    def test_a_name_of_nothing_is_answered_with_the_names_there_are(self):
        analyzed = Analyzed(by_sample_rate(), "--set", "hight=3")
        self.assertEqual(analyzed.codes("warning"), ["unknown-symbol"])
        self.assertIn("'width'", analyzed.messages)


if __name__ == "__main__":
    unittest.main()
