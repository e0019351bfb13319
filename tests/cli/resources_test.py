#!/usr/bin/env python3
"""What does the program do when something runs out: memory, stack, disk, a reader, a permission, the file itself?"""
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from onnx import TensorProto, helper

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
MODEL = ROOT / "examples" / "models" / "encoder.onnx"
# Sanitizers take terabytes of addresses and large frames.
IS_PLAIN = (pathlib.Path(os.environ["MACROSCOPE_TESTS"]) / "sandbox_probe").exists()
FINE, WRONG_USAGE, BAD_MODEL = 0, 2, 3


def model_of(nodes, size=4, functions=()):
    graph = helper.make_graph(nodes, "made here", [helper.make_tensor_value_info("t0", TensorProto.FLOAT, ["N", size])],
                              [helper.make_tensor_value_info("last", TensorProto.FLOAT, None)])
    sets = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]
    return helper.make_model(graph, opset_imports=sets, ir_version=8, functions=functions).SerializeToString()


def chain(count):
    nodes = [helper.make_node("Relu", [f"t{i}"], [f"t{i + 1}"], name=f"/block{i}/relu") for i in range(count)]
    return model_of(nodes + [helper.make_node("Relu", [f"t{count}"], ["last"])])


def nested_conditions(depth):
    inner = [helper.make_node("Relu", ["t0"], ["last"])]
    for level in range(depth):
        branch = helper.make_graph(inner, f"level{level}", [], [helper.make_tensor_value_info("last", TensorProto.FLOAT, None)])
        inner = [helper.make_node("If", ["t0"], ["last"], then_branch=branch, else_branch=branch if level == 0 else helper.make_graph(
            [helper.make_node("Neg", ["t0"], ["last"])], "other", [], [helper.make_tensor_value_info("last", TensorProto.FLOAT, None)]))]
    return model_of(inner)


def nested_functions(depth):
    opset = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]
    functions = [helper.make_function("local", f"F{i}", ["x"], ["y"], [
        helper.make_node(f"F{i + 1}", ["x"], ["y"], domain="local") if i + 1 < depth else helper.make_node("Relu", ["x"], ["y"])], opset)
        for i in range(depth)]
    return model_of([helper.make_node("F0", ["t0"], ["last"], domain="local")], functions=functions)


class Resources(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = pathlib.Path(directory.name)

    def path_of(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def run_limited(self, *arguments, limits=(), **options):
        def limit():
            for kind, size in limits:
                resource.setrlimit(kind, (size, size))
        options.setdefault("stdout", subprocess.PIPE)
        return subprocess.run([PROGRAM, *map(str, arguments)], stderr=subprocess.PIPE, cwd=self.folder, preexec_fn=limit, **options)

    def files(self):
        return sorted(path.name for path in self.folder.iterdir())

    # Disk

    def test_a_full_disk_under_standard_output_is_an_error_of_every_command(self):
        net = self.path_of("a.net", b"net a {\n  input x[1, 3, 8, 8]\n}\n")
        with open("/dev/full", "wb") as full:
            for arguments in ([MODEL], ["table", MODEL], ["explain", MODEL, "0"], ["compare", MODEL, MODEL], ["ops"], ["--help"], ["--man"],
                              ["--version"], ["analyze", "--help"], ["init", MODEL, "-o", "-"], ["--completion", "bash"]):
                run = self.run_limited(*arguments, stdout=full)
                self.assertEqual(run.returncode, WRONG_USAGE, arguments)
                self.assertIn(b"cannot write to standard output: No space left on device", run.stderr, arguments)
        self.assertTrue(net.exists())

    def test_a_file_that_may_not_grow_is_an_error_and_leaves_nothing(self):
        limits = [(resource.RLIMIT_FSIZE, 1024)]
        for command in ([MODEL, "-o", "report.html"], ["table", MODEL, "-o", "table.tex"], ["compare", MODEL, MODEL, "-o", "compare.html"]):
            run = self.run_limited(*command, "--format", "text", limits=limits, stdout=subprocess.DEVNULL)
            self.assertEqual(run.returncode, WRONG_USAGE, run.stderr)
            self.assertIn(f"cannot write {command[-1]}: File too large".encode(), run.stderr)
            self.assertEqual(self.files(), [])

    def test_a_folder_that_is_not_there(self):
        run = self.run_limited(MODEL, "-o", "missing/report.md")
        self.assertEqual(run.returncode, WRONG_USAGE)
        self.assertIn(b"cannot write missing/report.md: No such file or directory", run.stderr)

    # Readers

    def test_a_reader_that_has_seen_enough_is_no_error(self):
        for arguments in ([MODEL, "--format", "json"], ["ops"], ["table", MODEL]):
            read, write = os.pipe()
            os.close(read)
            run = self.run_limited(*arguments, stdout=write)
            os.close(write)
            self.assertEqual((run.returncode, run.stderr), (FINE, b""), arguments)

    def test_nothing_lands_in_a_file_that_is_meant_for_a_closed_descriptor(self):
        script = '"$0" "$1" -o report.md >&- 2>&-; echo $?'
        run = subprocess.run(["sh", "-c", script, PROGRAM, str(MODEL)], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(run.stdout.strip(), str(WRONG_USAGE))
        self.assertEqual(self.files(), [])
        run = subprocess.run(["sh", "-c", '"$0" "$1" -o report.md --quiet <&- >&- 2>&-; echo $?', PROGRAM, str(MODEL)], cwd=self.folder,
                             capture_output=True, text=True)
        self.assertEqual(run.stdout.strip(), str(FINE))
        self.assertTrue((self.folder / "report.md").read_text().startswith("## "))

    # Permissions

    def test_what_may_not_be_read_is_said(self):
        (self.folder / "locked").mkdir()
        shutil.copy(MODEL, self.folder / "locked" / "model.onnx")
        (self.folder / "macroscope.toml").write_text("schema = 1\n[[model]]\npath = \"locked/*.onnx\"\nmax = { macs = \"1G\" }\n")
        (self.folder / "locked").chmod(0)
        self.addCleanup((self.folder / "locked").chmod, 0o700)
        self.folder.chmod(0o755)
        options = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        try:
            run = self.run_limited("locked/model.onnx", **options)
        except PermissionError:
            self.skipTest("another user cannot run the program where it lies")
        self.assertEqual(run.returncode, BAD_MODEL, run.stderr)
        self.assertIn(b"cannot read locked/model.onnx: Permission denied", run.stderr)
        run = self.run_limited("check", **options)
        self.assertEqual(run.returncode, BAD_MODEL, run.stderr)
        self.assertIn(b"cannot read locked/*.onnx: Permission denied", run.stderr)

    def test_a_directory_is_no_model(self):
        run = self.run_limited(self.folder)
        self.assertEqual(run.returncode, BAD_MODEL)
        self.assertIn(b"directory", run.stderr)

    # Memory and stack

    @unittest.skipUnless(IS_PLAIN, "sanitizers need more")
    def test_a_limited_memory_is_enough(self):
        for arguments in ([MODEL, "-o", "report.html"], ["table", MODEL], [self.path_of("chain.onnx", chain(5000)), "--format", "json"]):
            run = self.run_limited(*arguments, limits=[(resource.RLIMIT_AS, 200_000 << 10)])
            self.assertEqual(run.returncode, FINE, run.stderr)

    @unittest.skipUnless(IS_PLAIN, "sanitizers need more")
    def test_out_of_memory_is_said_and_leaves_nothing(self):
        path = self.path_of("chain.onnx", chain(60_000))
        size = 40 << 20
        run = self.run_limited(path, "-o", "report.html", limits=[(resource.RLIMIT_AS, size)])
        self.assertEqual(run.returncode, BAD_MODEL, run.stderr)
        self.assertIn(b"out of memory", run.stderr)
        self.assertEqual(self.files(), ["chain.onnx"])

    @unittest.skipUnless(IS_PLAIN, "sanitizers need more")
    def test_a_small_stack_is_enough(self):
        models = {"chain": chain(20_000), "conditions": nested_conditions(30), "functions": nested_functions(30)}
        for name, content in models.items():
            path = self.path_of(f"{name}.onnx", content)
            for options in (["-o", "report.html", "-o", "graph.svg", "--quiet"], ["--format", "json", "--training", "--order", "best", "--cuts"]):
                run = self.run_limited(path, *options, limits=[(resource.RLIMIT_STACK, 512 << 10)])
                self.assertEqual(run.returncode, FINE, (name, run.stderr))

    # The file

    @unittest.skipUnless(shutil.which("strace") and IS_PLAIN, "strace holds the program up")
    def test_a_file_that_shrinks_while_it_is_read(self):
        path = self.path_of("chain.onnx", chain(60_000))
        with subprocess.Popen(["strace", "-f", "-o", "/dev/null", "-e", "trace=pread64", "-e", "inject=pread64:delay_enter=400000:when=2+", PROGRAM, str(path)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            time.sleep(0.6)
            os.truncate(path, 1000)
            _, errors = process.communicate(timeout=60)
        if b"Operation not permitted" in errors:
            self.skipTest("processes may not be traced here")
        self.assertEqual(process.returncode, BAD_MODEL, errors)
        self.assertIn(b"shorter", errors)
        self.assertNotEqual(process.returncode, -signal.SIGBUS)


if __name__ == "__main__":
    sys.exit(unittest.main())
