#!/usr/bin/env python3
"""Does LaTeX take what the program writes?  Compiles reports of real and of hostile models and reads the text of the pages."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from onnx import TensorProto, helper

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
HOSTILE = ["\\input{/etc/passwd}", "\\immediate\\write18{id}", "100% & $x_1^2$ #~", "[a]*", "}{", "\"q\" 'p' `b`", "中文 été", "--- << ??",
           "\x1b[31mred", "a\nb", "x" * 300, "^^5c", "{}%s%n", "a|b"]


class Latex(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = pathlib.Path(directory.name)

    def pages_of(self, *arguments):
        """The text of the document that the program writes for these arguments."""
        source = self.folder / "report.tex"
        subprocess.run([PROGRAM, *arguments, "-o", source, "--quiet"], check=True, cwd=ROOT)
        compiler = shutil.which("pdflatex")
        self.assertIsNotNone(compiler, "pdflatex is not there: ./dev setup installs it")
        for _ in range(2):  # tables that go on from page to page find their widths in the second run
            run = subprocess.run([compiler, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", source.name], cwd=self.folder,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace")
            self.assertEqual(run.returncode, 0, run.stdout[-3000:])
        text = subprocess.run(["pdftotext", "-layout", "report.pdf", "-"], cwd=self.folder, stdout=subprocess.PIPE, check=True, text=True)
        return text.stdout

    def test_reports_of_real_models(self):
        text = self.pages_of("analyze", "examples/models/resnet50.onnx", "examples/models/encoder.onnx")
        self.assertIn("25,557,032", text)
        self.assertIn("TOTAL", text)
        self.assertIn("Models", text)

    def test_worked_tables_go_on_from_page_to_page(self):
        text = self.pages_of("table", "examples/models/resnet50.onnx", "--training")
        self.assertGreater(text.count("worked out"), 3, "the head of the table stands on every page")
        self.assertIn("9,408", text)

    def test_nothing_in_a_name_is_active(self):
        nodes = [helper.make_node("Relu", [f"t{i}"], [f"t{i + 1}"], name=name) for i, name in enumerate(HOSTILE)]
        sizes = [helper.make_tensor_value_info("t0", TensorProto.FLOAT, [HOSTILE[0], HOSTILE[2], 4])]
        graph = helper.make_graph(nodes, HOSTILE[1], sizes, [helper.make_tensor_value_info(f"t{len(nodes)}", TensorProto.FLOAT, None)])
        path = self.folder / "hostile.onnx"
        path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString())
        for command in ("analyze", "table"):
            text = self.pages_of(command, str(path))
            self.assertIn("write18", text)
            self.assertIn("%s%n", text)
            self.assertNotIn("root:", text)


if __name__ == "__main__":
    sys.exit(unittest.main())
