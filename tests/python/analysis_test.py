#!/usr/bin/env python3
"""Does the package say of a model what onnx infers, what the program prints and what brute force gives?"""
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import warnings

import onnx
from onnx import TensorProto, helper

import macroscope as ms

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESNET = ROOT / "examples/models/resnet50.onnx"
ENCODER = ROOT / "examples/models/encoder.onnx"
BOTTLENECK = ROOT / "examples/homework/4b_bottleneck.net"
PROGRAM = os.environ["MACROSCOPE_PROGRAM"]

NET = "net small(C = 8) { input x: [1, 3, 8, 8]\n  output y = x -> conv(C, 3, pad=1) -> relu -> global_avgpool -> flatten -> dense(10) }\n"


def small_model(kernel=3):
    """A convolution and a dense layer with an open batch size."""
    weights = [("w", [4, 3, kernel, kernel]), ("b", [4]), ("d", [4, 5])]
    stored = [helper.make_tensor(name, TensorProto.FLOAT, dims, bytes(4 * _product(dims)), raw=True) for name, dims in weights]
    nodes = [helper.make_node("Conv", ["x", "w", "b"], ["c"], name="conv"), helper.make_node("Relu", ["c"], ["r"], name="relu"),
             helper.make_node("GlobalAveragePool", ["r"], ["p"], name="pool"), helper.make_node("Flatten", ["p"], ["f"], name="flatten"),
             helper.make_node("MatMul", ["f", "d"], ["y"], name="dense")]
    graph = helper.make_graph(nodes, "small", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, 9, 9])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 5])], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def _product(dims):
    size = 1
    for dim in dims:
        size *= dim
    return size


def value_at(size, **sizes):
    return size.at(sizes) if isinstance(size, ms.Expression) else size


def macs_by_brute_force(batch, kernel=3):
    macs = 0
    for _ in range(batch):
        for _ in range((9 - kernel + 1)**2 * 4):  # output elements of the convolution
            macs += 3 * kernel * kernel
        macs += 5 * 4
    return macs


class Figures(unittest.TestCase):
    def test_totals_of_a_small_model(self):
        analysis = ms.analyze(small_model())
        self.assertEqual(analysis.parameters, 4 * 3 * 9 + 4 + 20)
        self.assertEqual(analysis.symbols, ("batch",))
        for batch in (1, 2, 5):
            self.assertEqual(analysis.macs.at(batch=batch), macs_by_brute_force(batch))
            self.assertEqual(analysis.at(batch=batch).macs, macs_by_brute_force(batch))
        self.assertTrue(analysis.complete)

    def test_what_pytorch_says_of_a_tensor_decides_its_role(self):
        """Its exporter writes beside each initializer what it was in the module."""
        def model(**kinds):
            stored = [helper.make_tensor(name, TensorProto.FLOAT, dims, bytes(4 * _product(dims)), raw=True) for name, dims in (("table", [6, 8]), ("scale", [1]))]
            infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name, dims in (("table", [6, 8]), ("scale", [1]))]
            for info in infos:
                if info.name in kinds:
                    info.metadata_props.add(key="pkg.torch.export.graph_signature.InputSpec.kind", value=kinds[info.name])
            nodes = [helper.make_node("Add", ["x", "table"], ["h"]), helper.make_node("Mul", ["h", "scale"], ["y"])]
            graph = helper.make_graph(nodes, "roles", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [6, 8])],
                                      [helper.make_tensor_value_info("y", TensorProto.FLOAT, [6, 8])], stored, value_info=infos)
            return ms.analyze(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])).document["totals"]

        # By its readers alone a table is taken for a parameter and one number for a constant.
        self.assertEqual([model()[name] for name in ("parameters", "constants")], [48, 1])
        self.assertEqual([model(table="BUFFER", scale="PARAMETER")[name] for name in ("parameters", "constants")], [1, 48])
        self.assertEqual([model(table="CONSTANT_TENSOR")[name] for name in ("parameters", "constants")], [0, 49])
        self.assertEqual([model(table="PARAMETER", scale="BUFFER")[name] for name in ("parameters", "constants")], [48, 1])

    def test_totals_are_sums_of_layers(self):
        analysis = ms.analyze(RESNET)
        for name in ("parameters", "macs", "effective_macs", "flops", "bytes_read", "bytes_written"):
            self.assertEqual(sum((getattr(layer, name) for layer in analysis.layers), ms.Expression()), getattr(analysis, name), name)

    def test_shapes_are_those_that_onnx_infers(self):
        for path, sizes in ((RESNET, {"batch": 2}), (ENCODER, {"batch": 2, "sequence": 16})):
            model = onnx.load(path, load_external_data=False)
            for value in model.graph.input:
                for dim in value.type.tensor_type.shape.dim:
                    if dim.dim_param:
                        dim.dim_value = sizes[dim.dim_param]
            inferred = onnx.shape_inference.infer_shapes(model, data_prop=True)
            tensors = ms.analyze(path).at(sizes).tensors
            compared = 0
            for value in inferred.graph.value_info:
                dims = [dim.dim_value if dim.HasField("dim_value") else None for dim in value.type.tensor_type.shape.dim]
                if value.name in tensors and value.type.tensor_type.HasField("shape") and None not in dims:
                    self.assertEqual(tensors[value.name].shape, tuple(dims), value.name)
                    compared += 1
            self.assertGreater(compared, 100)

    def test_the_value_at_sizes_is_that_of_a_run_with_these_sizes(self):
        analysis = ms.analyze(ENCODER)
        given = ms.analyze(ENCODER, set={"batch": 3, "sequence": 40})
        for name in ("parameters", "macs", "flops", "peak_bytes"):
            self.assertEqual(value_at(getattr(analysis, name), batch=3, sequence=40), getattr(given, name), name)
        again = analysis.at(batch=3, sequence=40)
        self.assertEqual(again.document["totals"], given.document["totals"])
        for open_row, row in zip(analysis.layers, again.layers):
            self.assertEqual(value_at(open_row.macs, batch=3, sequence=40), row.macs)

    def test_a_sweep_has_a_row_for_each_size(self):
        rows = ms.analyze(small_model(), set={"batch": range(1, 8, 2)}).sweep
        self.assertEqual([(row["batch"], row["macs"]) for row in rows], [(batch, macs_by_brute_force(batch)) for batch in (1, 3, 5, 7)])

    def test_training_and_findings_and_pandas(self):
        analysis = ms.analyze(RESNET, training=True, set={"batch": 1})
        self.assertEqual(analysis.training["learned_parameters"], analysis.parameters)
        self.assertGreater(analysis.training_macs, 2 * analysis.macs)
        self.assertIn("foldable", {finding.kind for finding in analysis.findings})
        table = analysis.layers.to_pandas()
        self.assertEqual(table["macs"].sum(), analysis.macs)
        self.assertEqual(len(table), len(analysis.layers))
        self.assertEqual(analysis.layers.named("/conv1/Conv").parameters, 64 * 3 * 7 * 7)
        self.assertEqual([layer.index for layer in analysis.layers[3:6]], [3, 4, 5])


class Sources(unittest.TestCase):
    def test_every_form_of_a_model_costs_the_same(self):
        model = small_model()
        content = model.SerializeToString()
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "-small.onnx"  # no option
            path.write_bytes(content)
            with open(path, "rb") as file:
                forms = [model, content, bytearray(content), io.BytesIO(content), file, path, str(path)]
                for form in forms:
                    with self.subTest(type(form)):
                        self.assertEqual(ms.analyze(form).macs, ms.analyze(content).macs)
            here = os.getcwd()
            os.chdir(folder)
            try:
                self.assertEqual(ms.analyze("-small.onnx").parameters, 132)
            finally:
                os.chdir(here)

    def test_an_onnx_ir_model_stays_as_it_is(self):
        import onnx_ir

        model = onnx_ir.from_proto(small_model())
        before = {name: value.const_value for name, value in model.graph.initializers.items()}
        self.assertEqual(ms.analyze(model).macs, ms.analyze(small_model()).macs)
        self.assertEqual({name: value.const_value for name, value in model.graph.initializers.items()}, before)

    def test_the_text_of_a_net(self):
        self.assertEqual(ms.analyze(NET).parameters, 8 * 3 * 9 + 8 + 8 * 10 + 10)
        self.assertEqual(ms.analyze(NET, set={"C": 16}).parameters, 16 * 3 * 9 + 16 + 16 * 10 + 10)
        with self.assertRaisesRegex(ms.UsageError, "2 nets: direct, bottleneck"):
            ms.analyze(BOTTLENECK)
        self.assertEqual(ms.analyze(f"{BOTTLENECK}:direct").macs, 120_422_400)

    def test_many_models_in_one_run_in_their_order(self):
        paths = [RESNET, ENCODER, f"{BOTTLENECK}:direct"] * 5
        one, many = ms.analyze(paths, jobs=1), ms.analyze(paths, jobs=4)
        self.assertEqual([a.document for a in many], [a.document for a in one])
        self.assertEqual([a.parameters for a in many[:2]], [25_557_032, 11_170_560])
        self.assertEqual(many[1].at(batch=1, sequence=1).macs, ms.analyze(ENCODER, set="batch=1,sequence=1").macs)
        self.assertEqual(ms.analyze([]), [])

    def test_what_is_no_model(self):
        for model in (None, 7, object()):
            with self.assertRaisesRegex(ms.UsageError, "is no model"):
                ms.analyze(model)
        with self.assertRaises(ms.UsageError):
            ms.analyze(RESNET, (1,))


class Messages(unittest.TestCase):
    def test_errors_are_exceptions_with_code_and_help(self):
        with self.assertRaises(ms.ModelError) as caught:
            ms.analyze("nowhere.onnx")
        self.assertEqual(caught.exception.code, "unreadable-file")
        with self.assertRaises(ms.ModelError):
            ms.analyze(b"no protobuf at all")
        broken = small_model()
        broken.graph.node[4].input[1] = "w"
        with self.assertRaises(ms.ModelError) as caught:
            ms.analyze(broken)
        self.assertTrue(caught.exception.code)
        self.assertEqual(caught.exception.analysis.parameters, 132 - 20)
        self.assertFalse(ms.analyze(broken, raises=False).complete and not ms.analyze(broken, raises=False).diagnostics)

    def test_usage(self):
        with self.assertRaises(ms.UsageError) as caught:
            ms.explain(RESNET, "conv1/Cov")
        self.assertIn("/conv1/Conv", caught.exception.help)
        with self.assertRaises(ms.UsageError):
            ms.analyze(RESNET).at(bach=2)
        with self.assertRaises(ms.UsageError):
            ms.analyze(RESNET, set={"batch": range(3, 3)})
        with self.assertRaises(ms.UsageError):
            ms.analyze(RESNET, optimizer="none")

    def test_warnings_are_warnings(self):
        with self.assertWarnsRegex(ms.MacroscopeWarning, "unknown-symbol"):
            ms.analyze(RESNET, set={"nosuch": 2})
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ms.analyze(RESNET)

    def test_without_the_program(self):
        code = "import macroscope\ntry: macroscope.analyze('x.onnx')\nexcept macroscope.ProgramError as e: print(e.code)"
        done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "MACROSCOPE_PROGRAM": "/nowhere"}, capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout, "no-program\n")


class Reports(unittest.TestCase):
    def test_text_is_the_terminal_s(self):
        said = subprocess.run([PROGRAM, RESNET, "--color=never"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(str(ms.analyze(RESNET)), said)
        self.assertIn("resnet50", repr(ms.analyze(RESNET)))

    def test_a_notebook_gets_the_report_in_a_frame(self):
        html = ms.analyze(RESNET)._repr_html_()
        self.assertTrue(html.startswith('<iframe sandbox="allow-scripts"'))
        self.assertNotIn("<script", html)
        self.assertIn("&lt;script", html)

    def test_save(self):
        with tempfile.TemporaryDirectory() as folder:
            analysis = ms.analyze(small_model())
            for ending in ("html", "json", "md", "csv", "txt"):
                path = pathlib.Path(folder) / f"report.{ending}"
                analysis.save(path)
                self.assertGreater(path.stat().st_size, 100)
            self.assertEqual(json.loads((pathlib.Path(folder) / "report.json").read_text())["totals"], analysis.document["totals"])
            with self.assertRaises(ms.UsageError):
                analysis.save(pathlib.Path(folder) / "report.xyz")

    def test_compare_explain_table(self):
        comparison = ms.compare(small_model(), small_model(kernel=1))
        (conv,) = [change for change in comparison.changes if change["after"]["name"] == "conv"]
        for batch in (1, 3):
            self.assertEqual(value_at(ms.Expression(conv["difference"]["macs"]), batch=batch), macs_by_brute_force(batch, 1) - macs_by_brute_force(batch))
        self.assertIn("conv", str(comparison))
        self.assertIn("conv", ms.explain(small_model(), "conv"))
        self.assertIn("conv", ms.table(small_model(), set={"batch": 1}))
        self.assertIn("<pre>", ms.table(small_model())._repr_html_())

    def test_version(self):
        self.assertEqual(subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout, f"macroscope {ms.__version__}\n")


class Budgets(unittest.TestCase):
    def test_what_holds_passes_and_returns_the_analysis(self):
        analysis = ms.assert_budget(RESNET, set={"batch": 1}, macs="4.1G", parameters="25.6M", weight_bytes="98MiB")
        self.assertEqual(analysis.macs, 4_089_184_256)

    def test_what_is_over_says_by_how_much_and_what_holds_most(self):
        with self.assertRaises(AssertionError) as caught:
            ms.assert_budget(RESNET, set={"batch": 1}, macs=4_000_000_000, parameters="26M")
        self.assertEqual((caught.exception.code, isinstance(caught.exception, ms.MacroscopeError)), ("budget", True))
        text = str(caught.exception)
        self.assertIn("macs: 4,089,184,256 against 4,000,000,000, 89,184,256 (2.2 %) too much", text)
        self.assertIn("/conv1/Conv (Conv)", text)
        self.assertNotIn("parameters", text)

    def test_what_hangs_on_open_sizes_fails(self):
        with self.assertRaisesRegex(ms.BudgetError, r"batch=\.\.\."):
            ms.assert_budget(RESNET, macs="100G")
        with self.assertRaises(ms.BudgetError):
            ms.assert_budget(RESNET, macs="1G")  # over it at every size
        with self.assertRaises(ms.UsageError):
            ms.assert_budget(RESNET, macs="4 apples")
        with self.assertRaises(ms.UsageError):
            ms.assert_budget(RESNET)

    def test_check(self):
        self.assertTrue(ms.check(BOTTLENECK).passed)
        with tempfile.TemporaryDirectory() as folder:
            budget = pathlib.Path(folder) / "macroscope.toml"
            budget.write_text(f'schema = 1\n[[model]]\npath = "{RESNET}"\nbind = {{ batch = 1 }}\nmax = {{ macs = "1G" }}\n')
            result = ms.check(budget=budget)
            self.assertFalse(result.passed)
            self.assertEqual(len(result.failures), 1)
            self.assertIn("macs", str(result))


if __name__ == "__main__":
    sys.exit(unittest.main())
