#!/usr/bin/env python3
"""Does `analyze --jobs` write the same bytes as one model after another?"""
import os
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
MODELS = sorted(str(path.relative_to(ROOT)) for folder in ("examples/models", "examples/networks", "examples/homework")
                for path in (ROOT / folder).iterdir() if path.suffix in (".onnx", ".net"))


def run(*arguments):
    done = subprocess.run([PROGRAM, "analyze", *arguments], cwd=ROOT, capture_output=True)
    return done.returncode, done.stdout, done.stderr


class Jobs(unittest.TestCase):
    def test_output_and_messages_are_those_of_one_job(self):
        for options in (("--format=json",), ("--set=nosuch=1",), ("--set=batch=1..3", "--quiet")):
            with self.subTest(options):
                models = [model for model in MODELS if model.endswith(".onnx")] * 3 if "--quiet" in options else MODELS
                expected = run(*options, *models)
                for jobs in (2, 7, 100):
                    self.assertEqual(run(*options, f"--jobs={jobs}", *models), expected)

    def test_a_model_that_cannot_be_read_stands_in_its_place(self):
        models = [MODELS[0], "nosuch.onnx", MODELS[1], "README.md"] * 4
        self.assertEqual(run("--jobs=4", "--format=json", *models), run("--format=json", *models))

    def test_wrong_usage_is_that_of_the_first_model_that_has_it(self):
        models = [MODELS[0], "examples/networks/nosuch.net", MODELS[1], "examples/networks/nor_this.net"] * 2
        self.assertEqual(run("--jobs=4", *models)[0], run(*models)[0])
        self.assertEqual(run("--jobs=4", *models)[2], run(*models)[2])

    def test_there_is_at_least_one(self):
        self.assertEqual(run("--jobs=0", MODELS[0])[0], 2)


if __name__ == "__main__":
    sys.exit(unittest.main())
