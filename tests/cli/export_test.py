"""An ONNX model that is exported again is the same to the checker, to onnxruntime and to macroscope itself."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import numpy as np
import onnx
import onnxruntime

PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
MODELS = pathlib.Path(__file__).parents[2] / "examples" / "models"
OPEN_SIZE = 2


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False)


def totals(path):
    return json.loads(run("analyze", path, "--format", "json").stdout)["totals"]


class Export(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "model.onnx"

    def export(self, *arguments):
        return run("export", *arguments, "-o", self.file)

    def test_models_come_back_as_they_were(self):
        models = sorted(MODELS.glob("*.onnx"))
        self.assertTrue(models)
        for model in models:
            with self.subTest(model.name):
                finished = self.export(model)
                self.assertEqual(finished.returncode, 0, finished.stderr)
                onnx.checker.check_model(onnx.load(self.file))
                self.assertEqual(totals(self.file), totals(model))
                session = onnxruntime.InferenceSession(self.file, providers=["CPUExecutionProvider"])
                dtypes = {"tensor(float)": np.float32, "tensor(int64)": np.int64}
                sizes = {i.name: [d if isinstance(d, int) else OPEN_SIZE for d in i.shape] for i in session.get_inputs()}
                session.run(None, {i.name: np.zeros(sizes[i.name], dtypes[i.type]) for i in session.get_inputs()})

    def test_weights_can_be_left_out(self):
        model = MODELS / "resnet50.onnx"
        self.assertEqual(self.export(model, "--no-weights").returncode, 0)
        self.assertLess(self.file.stat().st_size, 1 << 20)
        written = onnx.load(self.file, load_external_data=False)
        places = {entry.value for tensor in written.graph.initializer for entry in tensor.external_data if entry.key == "location"}
        self.assertEqual(places, {"model.onnx.weights"})
        self.assertEqual(totals(self.file), totals(model))

    def test_nothing_is_written_after_an_error(self):
        self.assertEqual(self.export("absent.onnx").returncode, 3)
        self.assertFalse(self.file.exists())
        self.assertEqual(run("export", MODELS / "resnet50.onnx").returncode, 2)

    def test_a_graph_of_nothing_comes_back(self):
        empty = self.file.with_name("empty.onnx")
        empty.write_bytes(onnx.ModelProto(ir_version=8, graph=onnx.GraphProto()).SerializeToString())
        self.assertEqual(self.export(empty).returncode, 0)
        self.assertTrue(onnx.load(self.file).HasField("graph"))
        self.assertEqual(totals(self.file), totals(empty))

    def test_a_tensor_in_an_attribute_is_held_to_what_a_file_can_hold(self):
        tensor = onnx.TensorProto(name="t", data_type=onnx.TensorProto.FLOAT, dims=[1 << 32])
        node = onnx.helper.make_node("Constant", [], ["y"])
        node.attribute.append(onnx.AttributeProto(name="value", type=onnx.AttributeProto.TENSOR, t=tensor))
        output = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)
        declared = self.file.with_name("declared.onnx")
        declared.write_bytes(onnx.helper.make_model(onnx.helper.make_graph([node], "g", [], [output]), ir_version=8).SerializeToString())
        finished = self.export(declared)
        self.assertEqual(finished.returncode, 3)
        self.assertIn("2 GiB or more", finished.stderr)


if __name__ == "__main__":
    unittest.main()
