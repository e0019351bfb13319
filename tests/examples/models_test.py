#!/usr/bin/env python3
"""Are the committed example models what their script writes, and the architectures that they claim to be?"""
import importlib.util
import json
import math
import os
import pathlib
import subprocess
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


def totals(name, *options):
    """The totals of an example as the program reports them."""
    command = [os.environ["MACROSCOPE_PROGRAM"], "analyze", MODELS / name, "--format", "json", *options]
    document = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert document["complete"], document["coverage"]
    return document["totals"]


def encoder_macs(batch, sequence, layers=4, hidden=256):
    """By hand: four projections and a feed-forward of four times the width, scores and their use, and the pooler."""
    per_layer = batch * sequence * 12 * hidden**2 + 2 * batch * sequence**2 * hidden
    return layers * per_layer + batch * hidden**2


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

    def test_the_program_finds_the_published_figures(self):
        resnet50 = totals("resnet50.onnx")
        self.assertEqual(resnet50["parameters"], 25_557_032)
        self.assertEqual(resnet50["macs"], "4089184256*batch")  # torchvision: 4.09 GFLOPS, a multiply-add counted once
        self.assertEqual(totals("resnet50.onnx", "--set", "batch=8")["macs"], 8 * 4_089_184_256)
        self.assertEqual(resnet50["weight_bytes"], 4 * (25_557_032 + resnet50["statistics"]))

    def test_the_program_follows_batch_and_length_through_an_encoder(self):
        for batch, sequence in ((1, 1), (1, 128), (3, 17), (8, 512)):
            found = totals("encoder.onnx", "--set", f"batch={batch},sequence={sequence}")
            self.assertEqual(found["parameters"], 11_170_560)
            self.assertEqual(found["macs"], encoder_macs(batch, sequence))


if __name__ == "__main__":
    unittest.main()
