#!/usr/bin/env python3
"""Does every question of the homework come out, and does LaTeX take its worked table?"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
FILES = sorted([*(ROOT / "examples" / "homework").glob("*.net"), *(ROOT / "examples" / "tutorial").glob("*.net")])


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


class Homework(unittest.TestCase):
    def test_every_figure_comes_out(self):
        self.assertGreaterEqual(len(FILES), 22)
        for file in FILES:
            with self.subTest(file.name):
                checked = run("check", file)
                self.assertEqual(checked.returncode, 0, checked.stdout)
                self.assertIn("passed", checked.stdout)

    def test_worked_lines_that_a_course_asks_for(self):
        expected = {
            "1c_unet.net:one_convolution": "(1 + K*K*C) * F = (1 + 3*3*64) * 128 = 73,856",
            "1a_dense_against_convolution.net:convolution_of_any_kernel": "= 16*(16*k^2 + 1)",
            "2_gradient_of_a_convolution.net": "dL/dw[j] = sum over i of dL/dz[i] x[i+j]",
            "3_training_a_small_network.net": "each dL/dz spreads 1/4 to each entry of its window",
            "5b_kronecker_product.net": "[k11 0 k12 0; 0 0 0 0; k21 0 k22 0; 0 0 0 0]",
        }
        for name, line in expected.items():
            table = run("table", f"examples/homework/{name}", "--training", "--format", "csv")
            self.assertEqual(table.returncode, 0, table.stdout)
            self.assertIn(line, table.stdout)

    def test_all_tables_compile(self):
        with tempfile.TemporaryDirectory() as folder:
            written = run("table", *FILES, "--training", "--quiet", "-o", f"{folder}/homework.tex")
            self.assertEqual(written.returncode, 0, written.stdout)
            compiled = subprocess.run(["pdflatex", "-interaction=batchmode", "-halt-on-error", "-no-shell-escape", "homework.tex"], cwd=folder,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace")
            log = (pathlib.Path(folder) / "homework.log").read_text(errors="replace")
            self.assertEqual(compiled.returncode, 0, log[-3000:])


if __name__ == "__main__":
    sys.exit(unittest.main())
