#!/usr/bin/env python3
"""Are the committed example models what their script writes, and the architectures that they claim to be?"""
import importlib.util
import math
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

import onnx

MODELS = pathlib.Path(__file__).resolve().parents[2] / "examples" / "models"
spec = importlib.util.spec_from_file_location("write_models", MODELS / "write_models.py")
write_models = importlib.util.module_from_spec(spec)
spec.loader.exec_module(write_models)


def parameters(model):
    """Elements of all floating initializers but the running statistics."""
    return sum(math.prod(tensor.dims) for tensor in model.graph.initializer
               if tensor.data_type == onnx.TensorProto.FLOAT and ".running_" not in tensor.name)


class ExampleModels(unittest.TestCase):
    def test_the_script_writes_the_committed_bytes(self):
        with tempfile.TemporaryDirectory() as scratch, mock.patch.object(sys, "argv", ["write_models.py", scratch]):
            write_models.main()
            written = {path.name: path.read_bytes() for path in pathlib.Path(scratch).iterdir()}
        self.assertEqual(sorted(written), sorted(path.name for path in MODELS.glob("*.onnx")))
        for name, content in written.items():
            self.assertTrue(content == (MODELS / name).read_bytes(), f"{name} differs: run examples/models/write_models.py")

    def test_shapes_follow_from_the_inputs(self):
        for name in write_models.EXAMPLES:
            model = onnx.load(MODELS / name, load_external_data=False)
            declared = {value.name: value.type for value in model.graph.output}
            inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
            self.assertEqual({value.name: value.type for value in inferred.graph.output}, declared)

    def test_parameters_are_the_published_ones(self):
        self.assertEqual(parameters(write_models.resnet50()), 25_557_032)  # torchvision, ResNet50_Weights
        self.assertEqual(parameters(write_models.encoder("mini", 4, 256, 4)), 11_170_560)  # BERT-Mini
        self.assertEqual(parameters(write_models.encoder("base", 12, 768, 12)), 109_482_240)  # bert-base-uncased


if __name__ == "__main__":
    unittest.main()
