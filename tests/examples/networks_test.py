"""Every net of examples/networks: its expectations hold, and its export runs in onnxruntime with the shapes that were said."""
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
NETWORKS = sorted((pathlib.Path(__file__).parents[2] / "examples" / "networks").glob("*.net"))
# What open sizes are when a net is run; Llama's block would take a gigabyte at its own size.
OPEN_SIZES = {"N": 2, "L": 8, "T": 1100}
SMALLER = {"llama": ["--set", "width=64,heads=4,kv_heads=2,hidden=96"]}
# The constant that a mask becomes multiplies, and effective figures are not known from a multiplication.
MASKED = {"pixelcnn"}


def run(*arguments, ok=True):
    finished = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False)
    if ok and finished.returncode != 0:
        raise AssertionError(f"{arguments}: exit {finished.returncode}\n{finished.stdout}{finished.stderr}")
    return finished


def analyses(*arguments):
    documents = json.loads(run("analyze", *arguments, "--format", "json").stdout)
    return documents if isinstance(documents, list) else [documents]


def sizes_of(document):
    return {s["name"]: OPEN_SIZES[s["name"]] for s in document["symbols"] if s["origin"] == "input"}


def bindings(sizes):
    return ["--set", ",".join(f"{name}={value}" for name, value in sizes.items())] if sizes else []


def run_every_tensor(path, document, sizes):
    """What onnxruntime makes of each tensor, by name."""
    model = onnx.load(path)
    known = {o.name for o in model.graph.output}
    made = [name for node in model.graph.node for name in node.output if name and name in document["tensors"]]
    for name in made:
        if name not in known:
            dtype = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(document["tensors"][name]["dtype"]))
            model.graph.output.append(onnx.helper.make_tensor_value_info(name, dtype, None))
    inputs = {}
    for value in model.graph.input:
        tensor = value.type.tensor_type
        shape = [sizes[d.dim_param] if d.dim_param else d.dim_value for d in tensor.shape.dim]
        inputs[value.name] = np.zeros(shape, onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = list(dict.fromkeys([*known, *made]))
    return dict(zip(names, session.run(names, inputs)))


class Networks(unittest.TestCase):
    def test_there_are_networks(self):
        self.assertGreaterEqual(len(NETWORKS), 14)

    def test_expectations(self):
        for path in NETWORKS:
            with self.subTest(path.stem):
                run("check", path)

    def test_export(self):
        for path in NETWORKS:
            smaller = SMALLER.get(path.stem, [])
            for document in analyses(path, *smaller):
                name = document["model"]["name"]
                with self.subTest(f"{path.stem}:{name}"), tempfile.TemporaryDirectory() as folder:
                    self.check_export(f"{path}:{name}", smaller, document, pathlib.Path(folder) / "net.onnx")

    def check_export(self, net, smaller, document, file):
        run("export", net, "-o", file, *smaller)
        onnx.checker.check_model(onnx.load(file))
        sizes = sizes_of(document)
        settings = [*smaller[1:], *bindings(sizes)[1:]]
        said = analyses(net, *(["--set", ",".join(settings)] if settings else []))[0]
        for name, array in run_every_tensor(file, said, sizes).items():
            self.assertEqual(list(array.shape), said["tensors"][name]["shape"], name)
        again = analyses(file)[0]
        left_out = {"effective_parameters", "effective_macs", "flops", "flops_by_kind", "bytes_read", "bytes_written",
                    "activation_bytes", "peak", "training", "constants", "weight_bytes"}
        for key, total in document["totals"].items():
            if net.split(":")[0].endswith(tuple(f"{m}.net" for m in MASKED)) and key in left_out:
                continue
            if key not in ("peak", "training"):
                self.assertEqual(again["totals"][key], total, key)

    def test_export_without_weights(self):
        for path in NETWORKS:
            for document in analyses(path):
                name = document["model"]["name"]
                with self.subTest(f"{path.stem}:{name}"), tempfile.TemporaryDirectory() as folder:
                    file = pathlib.Path(folder) / "net.onnx"
                    run("export", f"{path}:{name}", "-o", file, "--no-weights")
                    self.assertLess(file.stat().st_size, 1 << 20)
                    self.assertEqual(analyses(file)[0]["totals"]["parameters"], document["totals"]["parameters"])


if __name__ == "__main__":
    unittest.main()
