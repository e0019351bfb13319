#!/usr/bin/env python3
"""Do the cells of examples/notebooks run, and give what is stored with them?

MACROSCOPE_ACCEPT=1 stores what they give now.  Pictures are compared by being there: their bytes depend on the versions of what draws them.
"""
import ast
import base64
import contextlib
import io
import json
import os
import pathlib
import sys
import unittest
import warnings

NOTEBOOKS = pathlib.Path(__file__).resolve().parents[3] / "examples/notebooks"


def run_cell(source, names):
    """(printed text, value of the last expression)."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), names)
        value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last else None
    return printed.getvalue(), value


def outputs_of(source, names, count):
    """As a notebook stores them."""
    printed, value = run_cell(source, names)
    outputs = [{"name": "stdout", "output_type": "stream", "text": printed.splitlines(True)}] if printed else []
    if value is not None:
        data = {"text/plain": repr(value).splitlines(True)}
        if hasattr(value, "savefig"):
            picture = io.BytesIO()
            value.savefig(picture, dpi=60, metadata={"Software": None})
            data = {"image/png": base64.b64encode(picture.getvalue()).decode(), "text/plain": ["<Figure>"]}
        outputs.append({"data": data, "execution_count": count, "metadata": {}, "output_type": "execute_result"})
    return outputs


def without_pictures(outputs):
    return [{**output, "data": {kind: "picture" if kind == "image/png" else text for kind, text in output["data"].items()}} if "data" in output else output
            for output in outputs]


class Notebooks(unittest.TestCase):
    def test_cells_give_what_is_stored(self):
        notebooks = sorted(NOTEBOOKS.glob("*.ipynb"))
        self.assertGreaterEqual(len(notebooks), 3)
        for path in notebooks:
            with self.subTest(path.name):
                notebook = json.loads(path.read_text())
                names = {"__name__": "__main__"}
                count = 0
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    for cell in notebook["cells"]:
                        if cell["cell_type"] != "code":
                            continue
                        count += 1
                        outputs = outputs_of("".join(cell["source"]), names, count)
                        if os.environ.get("MACROSCOPE_ACCEPT"):
                            cell["outputs"], cell["execution_count"] = outputs, count
                        self.assertEqual(without_pictures(cell["outputs"]), without_pictures(outputs))
                if os.environ.get("MACROSCOPE_ACCEPT"):
                    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
                self.assertLess(path.stat().st_size, 100_000)


if __name__ == "__main__":
    os.chdir(NOTEBOOKS)
    sys.exit(unittest.main())
