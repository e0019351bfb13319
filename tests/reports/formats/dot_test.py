#!/usr/bin/env python3
"""Does Graphviz draw what the program writes, box for box and name for name?"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

from onnx import TensorProto, helper, save

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = ["\\N and \\l", "\"]; n0 -> n1; [\"", "&lt;b&gt; & co", "<b>bold</b>", "a -- b", "{left|right}", "javascript:alert(1)", "// no comment", "/* none */", "\u4e2d\u6587"]


def drawing_of(*arguments):
    written = subprocess.run([PROGRAM, "analyze", *arguments, "--format", "dot", "--quiet"], check=True, cwd=ROOT, stdout=subprocess.PIPE).stdout
    drawn = subprocess.run(["dot", "-Tsvg"], input=written, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    assert drawn.stderr == b"", drawn.stderr
    return xml.etree.ElementTree.fromstring(drawn.stdout)


def elements_of(drawing, kind):
    """The lines of text of each element of a kind."""
    return [[text.text for text in group.iter(f"{SVG}text")] for group in drawing.iter(f"{SVG}g") if group.get("class") == kind]


class Dot(unittest.TestCase):
    def test_every_layer_of_a_model_is_a_box(self):
        boxes = elements_of(drawing_of("examples/models/resnet50.onnx"), "node")
        self.assertEqual(len(boxes), 175 + 2)
        self.assertEqual(sum(box[0] == "Conv" for box in boxes), 53)
        self.assertIn(["input", "input"], boxes)
        self.assertIn(["Conv", "batch x 64 x 112 x 112"], boxes)

    def test_modules_are_boxes_joined_by_arrows(self):
        drawing = drawing_of("examples/models/resnet50.onnx", "--depth", "1")
        boxes = elements_of(drawing, "node")
        self.assertIn(["layer3/", "62 layers"], boxes)
        self.assertEqual(len(elements_of(drawing, "edge")), len(boxes) - 1)  # a chain

    def test_names_are_text_and_nothing_else(self):
        with tempfile.TemporaryDirectory() as folder:
            for place, name in enumerate(HOSTILE):
                graph = helper.make_graph([helper.make_node("Relu", [name], ["y"], name=name)], name, [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2])],
                                          [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])])
                path = pathlib.Path(folder) / f"{place}.onnx"
                save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
                drawing = drawing_of(str(path))
                with self.subTest(name):
                    self.assertIn([name, "input"], elements_of(drawing, "node"))
                    self.assertEqual(len(elements_of(drawing, "node")), 3)
                    self.assertEqual(len(elements_of(drawing, "edge")), 2)
                    self.assertFalse(any(attribute.endswith("href") for element in drawing.iter() for attribute in element.attrib))


if __name__ == "__main__":
    sys.exit(unittest.main())
