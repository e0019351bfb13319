#!/usr/bin/env python3
"""Can a program that a file took over do anything?  And which files does the program open by itself?"""
import errno
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from onnx import TensorProto, helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
PROBE = pathlib.Path(os.environ["MACROSCOPE_TESTS"]) / "sandbox_probe"
MODEL = ROOT / "examples" / "models" / "encoder.onnx"
REFUSED = (errno.EACCES, errno.EPERM)
FILES = ("write-named", "truncate-named", "read-other", "read-directory", "write-beside-output", "make-elsewhere", "link", "mode", "remove-other")
PROCESSES = ("socket", "unix-socket", "exec", "fork", "trace", "kill-parent", "executable-memory", "memory-file")


class Folder(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = pathlib.Path(directory.name)


@unittest.skipUnless(PROBE.exists(), "a build without the sandbox: sanitizers, coverage, or no Linux")
class Takeover(Folder):
    def setUp(self):
        super().setUp()
        (self.folder / "in").mkdir()
        (self.folder / "out").mkdir()
        self.named, self.other = self.folder / "in" / "named", self.folder / "in" / "other"
        self.named.write_text("named")
        self.other.write_text("other")
        run = subprocess.run([PROBE, self.named, self.folder / "out" / "report", self.other], capture_output=True, text=True, check=True)
        self.errors = {name: int(number) for name, number in (line.split() for line in run.stdout.splitlines())}

    def test_what_the_program_needs_stays(self):
        for name in ("read-named", "rename-output", "memory", "thread"):
            self.assertEqual(self.errors[name], 0, name)
        self.assertEqual([path.name for path in (self.folder / "out").iterdir()], ["report"])

    def test_nothing_else_can_be_opened_or_changed(self):
        if self.errors["landlock"] < 3:
            self.skipTest("the kernel has no Landlock, or one that lets files be cut")
        for name in FILES:
            self.assertIn(self.errors[name], REFUSED, name)
        self.assertEqual(self.other.read_text(), "other")
        self.assertEqual(self.named.read_text(), "named")

    def test_nothing_can_be_connected_or_run(self):
        if self.errors["seccomp"] < 0:
            self.skipTest("the kernel has no seccomp")
        for name in PROCESSES:
            self.assertIn(self.errors[name], REFUSED, name)


@unittest.skipUnless(shutil.which("strace"), "strace is not there: ./dev setup installs it")
@unittest.skipUnless(PROBE.exists(), "a build without the sandbox: sanitizers, coverage, or no Linux")
class Trace(Folder):
    """What the kernel is asked for once the sandbox stands."""

    def calls_of(self, *arguments):
        trace = self.folder / "trace"
        run = subprocess.run(["strace", "-f", "-o", trace, PROGRAM, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True)
        if "Operation not permitted" in run.stderr and not trace.exists():
            self.skipTest("processes may not be traced here")
        lines = trace.read_text(errors="replace").splitlines()
        entered = [number for number, line in enumerate(lines) if "PR_SET_SECCOMP" in line or "SECCOMP_MODE_FILTER" in line]
        self.assertEqual(len(entered), 1, "the sandbox is entered once")
        return run, lines[:entered[0]], lines[entered[0] + 1:]

    def opened_in(self, lines):
        return [match.group(1) for line in lines if (match := re.search(r"\bopen(?:at)?\((?:AT_FDCWD, )?\"([^\"]*)\"", line))]

    def assert_confined(self, named, *arguments, code=0):
        run, _, after = self.calls_of(*arguments)
        self.assertEqual(run.returncode, code, run.stderr)
        self.assertLessEqual(set(self.opened_in(after)), set(map(str, named)))
        refused = [line for line in after if " EPERM " in line or " EACCES " in line]
        self.assertEqual(refused, [], "nothing that the program does by itself is refused")

    def test_a_report_opens_the_model_alone(self):
        self.assert_confined([MODEL], MODEL)
        self.assert_confined([MODEL], MODEL, "-o", "report.html", "-o", "layers.csv", "--training", "--order", "best", "--cuts")
        self.assertTrue((self.folder / "report.html").exists())
        self.assert_confined([MODEL], MODEL, MODEL, "--jobs", "2")
        self.assert_confined([MODEL], "table", MODEL, "-o", "table.tex")
        self.assert_confined([MODEL], "explain", MODEL, "0")
        self.assert_confined([MODEL], "compare", MODEL, MODEL, "-o", "compare.md")

    def test_checks_open_their_own_files(self):
        model = self.folder / "model.onnx"
        shutil.copy(MODEL, model)
        self.assert_confined(["model.onnx"], "init", "model.onnx")
        self.assert_confined(["model.onnx"], "check", "--write-lock")
        self.assert_confined(["model.onnx", "macroscope.lock"], "check", "--locked", "-o", "check.xml")
        for name in ("macroscope.toml", "macroscope.lock", "check.xml"):
            self.assertTrue((self.folder / name).exists(), name)

    def test_networks_are_formatted_in_place(self):
        (self.folder / "a.net").write_text("net a(x: [1,3,8,8])   {\n}\n")
        run, _, after = self.calls_of("fmt", "--write", "a.net")
        self.assertEqual([name for name in self.opened_in(after) if not name.startswith(("a.net", ".a.net"))], [], run.stderr)

    def test_no_name_in_a_model_is_opened(self):
        for location in ("weights.bin", "/etc/passwd", "../../etc/passwd", "/dev/zero", "http://x/y", "a\0b"):
            tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4], data_location=TensorProto.EXTERNAL)
            tensor.external_data.add(key="location", value=location)
            graph = helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4])],
                                      [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4])], [tensor])
            (self.folder / "m.onnx").write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString())
            _, before, after = self.calls_of("m.onnx")
            self.assertEqual(self.opened_in(after), ["m.onnx"])
            self.assertNotIn(location, self.opened_in(before))


if __name__ == "__main__":
    sys.exit(unittest.main())
