#!/usr/bin/env python3
"""check_wheel.py: does the wheel build, install in seconds without a network, and serve those who install from a checkout?

It compiles the program, without a cache: the time that it prints is a user's.
"""
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESNET = ROOT / "examples/models/resnet50.onnx"


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}: {done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout


def pythons():
    """One of each version from 3.9 on: on the path, and among pyenv's."""
    named = [shutil.which(f"python3.{minor}") for minor in range(9, 16)]
    if shutil.which("pyenv"):
        named += sorted((pathlib.Path(run("pyenv", "root").strip()) / "versions").glob("*/bin/python3"))
    found = {}
    for python in filter(None, [sys.executable, *named]):
        asked = subprocess.run([python, "-c", "import sys, venv, ensurepip; print('3.%d' % sys.version_info[1])"], capture_output=True, text=True)
        if asked.returncode == 0 and int(asked.stdout[2:]) >= 9:
            found.setdefault(asked.stdout.strip(), python)
    return found


class Wheel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.scratch.name)
        cls.dist = cls.folder / "dist"
        cls.python = cls.folder / "tools/bin/python"
        run(sys.executable, "-m", "venv", cls.folder / "tools")
        run(cls.python, "-m", "pip", "install", "--quiet", "build", "auditwheel")
        start = time.monotonic()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        run(cls.python, "-m", "build", "--outdir", cls.dist, ROOT, env={**os.environ, "CCACHE_DISABLE": "1"})  # the sdist, and the wheel from it
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
        print(f"sdist and wheel: {time.monotonic() - start:.0f} s, {processor:.0f} s of processor time", file=sys.stderr)
        (cls.wheel,) = cls.dist.glob("*.whl")

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_it_installs_offline_in_seconds_and_works_in_every_python(self):
        self.assertRegex(self.wheel.name, r"^macroscope_nn-[0-9.]+-py3-none-linux_\w+\.whl$")
        code = f"import macroscope; a = macroscope.analyze({str(RESNET)!r}); print(a.macs, macroscope.program())"
        clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "MACROSCOPE_PROGRAM")}
        for version, python in pythons().items():
            with self.subTest(version):
                bin_ = self.folder / version / "bin"
                run(python, "-m", "venv", bin_.parent)
                start = time.monotonic()
                run(bin_ / "pip", "install", "--no-index", self.wheel)
                seconds = time.monotonic() - start
                print(f"Python {version}: installed in {seconds:.1f} s", file=sys.stderr)
                self.assertLess(seconds, 30)
                self.assertIn("25,557,032", run(bin_ / "macroscope", RESNET))
                self.assertEqual(run(bin_ / "python", "-c", code, env=clean, cwd=self.folder), f"4089184256*batch {(bin_ / 'macroscope').resolve()}\n")

    def test_it_says_what_is_linked_in(self):
        with zipfile.ZipFile(self.wheel) as content:
            names = {re.sub(r"^macroscope_nn-[0-9.]+\.dist-info/", "", name) for name in content.namelist()}
        self.assertLessEqual({"licenses/LICENSE", "licenses/third-party-licences.txt", "sboms/macroscope.cdx.json"}, names)

    def test_auditwheel_accepts_it(self):
        said = run(self.python, "-m", "auditwheel", "show", self.wheel)
        self.assertIn("manylinux", said)

    def test_the_action_installs_it_from_the_checkout(self):
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        step = action["runs"]["steps"][0]
        path = self.folder / "github_path"
        environment = {"PATH": "/usr/bin:/bin", "RUNNER_TEMP": str(self.folder / "runner"), "GITHUB_ACTION_PATH": str(ROOT), "GITHUB_PATH": str(path),
                       "MACROSCOPE_WHEELS": str(self.dist),
                       **{key: value for key, value in os.environ.items() if key.startswith(("PIP_", "SSL_"))}}
        start = time.monotonic()
        run("bash", "-euo", "pipefail", "-c", step["run"], env=environment)
        print(f"the action's installation: {time.monotonic() - start:.0f} s", file=sys.stderr)
        self.assertIn("macroscope ", run(pathlib.Path(path.read_text().strip()) / "macroscope", "--version"))

    def test_pre_commit_runs_the_hook(self):
        """A repository of the hook with the wheel in it, and one that uses it."""
        run(self.python, "-m", "pip", "install", "--quiet", "pre-commit")
        hooks, user = self.folder / "hooks", self.folder / "user-repository"
        environment = {**os.environ, "PRE_COMMIT_HOME": str(self.folder / "pre-commit"), "GIT_CONFIG_GLOBAL": "/dev/null",
                       **{f"GIT_{who}_{what}": "test@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}}
        for folder in (hooks, user):
            folder.mkdir()
            run("git", "init", "--quiet", folder)
        for name in ("pyproject.toml", "CMakeLists.txt", "README.md", "LICENSE", ".pre-commit-hooks.yaml", "packaging", "python"):
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, hooks / name)
        shutil.copytree(self.dist, hooks / "dist")
        run("git", "-C", hooks, "add", "--force", ".", env=environment)
        run("git", "-C", hooks, "commit", "--quiet", "--message", "all", env=environment)
        config = (ROOT / "examples/ci/pre-commit.yml").read_text()
        config = re.sub(r"repo: .*", f"repo: {hooks}", config)
        config = re.sub(r"rev: .*", "rev: " + run("git", "-C", hooks, "rev-parse", "HEAD").strip(), config)
        (user / ".pre-commit-config.yaml").write_text(config)
        shutil.copy(RESNET, user / "net.onnx")
        (user / "macroscope.toml").write_text('schema = 1\n[[model]]\npath = "net.onnx"\nmax = { parameters = "26M" }\n')
        run("git", "-C", user, "add", ".", env=environment)
        run(self.python, "-m", "pre_commit", "run", "--all-files", cwd=user, env=environment)
        (user / "macroscope.toml").write_text('schema = 1\n[[model]]\npath = "net.onnx"\nmax = { parameters = "25M" }\n')
        run("git", "-C", user, "add", ".", env=environment)
        failed = subprocess.run([self.python, "-m", "pre_commit", "run", "--all-files"], cwd=user, env=environment, capture_output=True, text=True)
        self.assertEqual(failed.returncode, 1)
        self.assertIn("25,557,032", failed.stdout)


if __name__ == "__main__":
    sys.exit(unittest.main())
