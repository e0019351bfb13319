#!/usr/bin/env python3
"""Do `cmake --install` and CPack put what others need where they look for it?  Another project calls the library, and the archive runs."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["MACROSCOPE_PROGRAM"]).parents[1]
RESNET = ROOT / "examples/models/resnet50.onnx"


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def cached(name):
    """An entry of the build's CMake cache."""
    found = re.search(rf"^{name}:\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.M)
    return found[1] if found else ""


def version():
    return re.search(r"project\(macroscope VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())[1]


class Installed(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.scratch.name)

    def tearDown(self):
        self.scratch.cleanup()

    def test_another_project_finds_and_calls_the_library(self):
        prefix = self.folder / "prefix"
        run("cmake", "--install", BUILD, "--component", "library", "--prefix", prefix)
        flags = "-fsanitize=" + cached("MACROSCOPE_SANITIZERS") if cached("MACROSCOPE_SANITIZERS") else ""
        run("cmake", "-S", ROOT / "examples/library", "-B", self.folder / "build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
            f"-DCMAKE_CXX_COMPILER={cached('CMAKE_CXX_COMPILER')}", f"-DCMAKE_CXX_FLAGS={flags} {'--coverage' if cached('MACROSCOPE_COVERAGE') == 'ON' else ''}")
        run("cmake", "--build", self.folder / "build")
        self.assertEqual(run(self.folder / "build/cost_of", RESNET), "25557032 parameters, 4089184256*batch MACs\n")

    def test_the_program_with_its_manual_and_completions(self):
        run("cmake", "--build", BUILD, "--target", "manual")
        run("cmake", "--install", BUILD, "--component", "program", "--prefix", self.folder)
        self.assertEqual(run(self.folder / "bin/macroscope", "--version"), f"macroscope {version()}\n")
        self.assertIn(".TH", (self.folder / "share/man/man1/macroscope.1").read_text())
        for path in ("bash-completion/completions/macroscope", "zsh/vendor-completions/_macroscope", "fish/vendor_completions.d/macroscope.fish"):
            self.assertIn("analyze", (self.folder / "share" / path).read_text())
        self.assertIn("Apache License", (self.folder / "share/doc/macroscope/copyright").read_text())
        self.assertFalse((self.folder / "include").exists())

    def test_every_part_of_the_program_comes_with_its_licence(self):
        run("cmake", "--build", BUILD, "--target", "manual")
        run("cmake", "--install", BUILD, "--component", "program", "--prefix", self.folder)
        documents = self.folder / "share/doc/macroscope"
        parts = {part["name"] for part in json.loads((documents / "macroscope.cdx.json").read_text())["components"]}
        sections = re.split(r"^======== (\S+) \(.*\)$", (documents / "third-party-licences.txt").read_text(), flags=re.M)
        texts = dict(zip(sections[1::2], sections[2::2]))
        self.assertEqual(set(texts), parts)
        said = {"boost": "Boost Software License", "CLI11": "Henry", "fmt": "Victor Zverovich", "nlohmann_json": "Niels Lohmann",
                "protozero": "Redistributions of source code", "tomlplusplus": "Mark Gillard", "glibc": "Lesser General Public", "libstdc++": "General Public"}
        for name, text in texts.items():
            self.assertIn(said[name], text, name)

    def test_the_archive_and_the_debian_package(self):
        run("cmake", "--build", BUILD, "--target", "manual")
        run("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", self.folder)
        (archive,) = self.folder.glob("*.tar.gz")
        (self.folder / "unpacked").mkdir()
        run("tar", "--extract", "--file", archive, "--directory", self.folder / "unpacked")
        (program,) = (self.folder / "unpacked").glob(f"macroscope-{version()}-linux-*/bin/macroscope")
        self.assertIn("25,557,032", run(program, RESNET))
        (package,) = self.folder.glob("*.deb")
        self.assertEqual(run("dpkg-deb", "--field", package, "Package", "Version"), f"Package: macroscope\nVersion: {version()}\n")
        self.assertIn("./usr/bin/macroscope", run("dpkg-deb", "--contents", package))


if __name__ == "__main__":
    sys.exit(unittest.main())
