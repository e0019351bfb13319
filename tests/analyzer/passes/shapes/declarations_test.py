#!/usr/bin/env python3
"""Files carry types that another tool wrote: what follows from the inputs wins, and what contradicts it is said."""
import pathlib
import sys
import unittest

import numpy
from onnx import TensorProto, helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "support"))
from small_models import Analyzed, constant, model_of, run, value  # noqa: E402


class Declared(unittest.TestCase):
    def test_a_wrong_rank_is_a_warning(self):
        """An OCR model whose output is declared [1, seqlen] and has three axes, as ddddocr ships one."""
        nodes = [helper.make_node("Transpose", ["x"], ["y"], perm=[2, 0, 1])]
        model = model_of(nodes, [value("x", [1, 8, "width"])], [value("y", [1, "seqlen"])])
        analyzed = Analyzed(model)
        self.assertEqual(analyzed.shape("y"), ["width", 1, 8])
        self.assertEqual(analyzed.codes("warning"), ["declared-type"])
        self.assertEqual(analyzed.exit_code, 0)
        self.assertIn("it is [width, 1, 8], declared [1, seqlen]", analyzed.messages)
        self.assertEqual(list(run(model, {"x": numpy.zeros((1, 8, 5), numpy.float32)})["y"].shape), analyzed.shape("y", width=5))

    def test_strict_makes_it_an_error(self):
        model = model_of([helper.make_node("Relu", ["x"], ["y"])], [value("x", [2, 3])], [value("y", [2, 4])])
        self.assertEqual(Analyzed(model).exit_code, 0)
        strict = Analyzed(model, "--strict")
        self.assertEqual((strict.exit_code, strict.codes("error")), (3, ["declared-type"]))
        self.assertEqual(strict.shape("y"), [2, 3])

    def test_a_number_of_one_run_does_not_displace_a_size_of_the_input(self):
        nodes = [helper.make_node("Relu", ["x"], ["h"]), helper.make_node("Neg", ["h"], ["y"])]
        declared = [value("h", [1, 3])]
        analyzed = Analyzed(model_of(nodes, [value("x", ["batch", 3])], [value("y", [1, 3])], declared=declared))
        self.assertEqual((analyzed.shape("h"), analyzed.shape("y")), (["batch", 3], ["batch", 3]))
        self.assertEqual(analyzed.codes("warning"), ["declared-size"], "said once, however many tensors say so")
        self.assertEqual(Analyzed(model_of(nodes, [value("x", ["batch", 3])], [value("y", [1, 3])]), "--strict").exit_code, 0)

    def test_what_holds_for_all_sizes_but_0_is_as_declared(self):
        """Exporters declare the first of `length` words to be one word."""
        nodes = [helper.make_node("Slice", ["x", "begin", "end", "axes"], ["y"])]
        stored = [constant("begin", [0], "int64"), constant("end", [1], "int64"), constant("axes", [1], "int64")]
        analyzed = Analyzed(model_of(nodes, [value("x", ["batch", "length"])], [value("y", ["batch", 1])], stored))
        self.assertEqual(analyzed.shape("y"), ["batch", 1])
        self.assertEqual((analyzed.codes("warning"), analyzed.assumptions), ([], ["min(length, 1) == 1"]))
        two = helper.make_tensor("end", TensorProto.INT64, [1], [2])
        analyzed = Analyzed(model_of(nodes, [value("x", ["batch", "length"])], [value("y", ["batch", 2])], [stored[0], two, stored[2]]))
        self.assertEqual((analyzed.shape("y"), analyzed.codes("warning")), (["batch", "min(length, 2)"], ["declared-size"]), "of one word it is one")

    def test_a_name_takes_the_place_of_a_size_that_only_data_can_tell(self):
        nodes = [helper.make_node("NonZero", ["x"], ["y"])]
        analyzed = Analyzed(model_of(nodes, [value("x", [4, 5])], [value("y", [2, "found"], TensorProto.INT64)]))
        self.assertEqual(analyzed.shape("y"), [2, "found"])

    def test_a_name_that_a_tool_made_up_does_not(self):
        """Two tensors of one made-up name have one size, called after the tensor that it comes from."""
        nodes = [helper.make_node("NonZero", ["x"], ["places"]), helper.make_node("NonZero", ["x"], ["again"]),
                 helper.make_node("Concat", ["places", "again"], ["y"], axis=0),
                 helper.make_node("Relu", ["x"], ["r"])]
        declared = [value("places", [2, "unk__7"], TensorProto.INT64), value("again", [2, "unk__7"], TensorProto.INT64),
                    value("r", ["unk__8", "Relu_output_dim_1"])]
        analyzed = Analyzed(model_of(nodes, [value("x", ["rows", 5])], [value("y", None, TensorProto.INT64)], declared=declared))
        self.assertEqual((analyzed.shape("y"), analyzed.shape("r")), ([4, "places"], ["rows", 5]))
        self.assertEqual(analyzed.assumptions, [])
        self.assertEqual(analyzed.codes("warning"), [])

    def test_the_counter_of_a_loop_is_what_its_body_declares(self):
        body = helper.make_graph(
            [helper.make_node("Identity", ["goes"], ["still"]), helper.make_node("Identity", ["trip"], ["number"])],
            "body", [value("trip", [1], TensorProto.INT64), value("goes", [], TensorProto.BOOL)],
            [value("still", [], TensorProto.BOOL), value("number", [1], TensorProto.INT64)])
        nodes = [helper.make_node("Loop", ["trips", "yes"], ["y"], body=body)]
        stored = [constant("trips", 6, "int64"), constant("yes", True, "bool")]
        analyzed = Analyzed(model_of(nodes, [], [value("y", None, TensorProto.INT64)], stored))
        self.assertEqual((analyzed.shape("y"), analyzed.codes("warning")), ([6, 1], []))


if __name__ == "__main__":
    unittest.main()
