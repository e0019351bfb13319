#!/usr/bin/env python3
"""Does the parts list hold every library that the build looks for, in the version that is installed, and nothing that changes by itself?"""
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ["MACROSCOPE_TESTS"]).parent
# By the name of the component: the package of Debian that it comes from.
PACKAGES = {"boost": "libboost1.81-dev", "CLI11": "libcli11-dev", "fmt": "libfmt-dev", "nlohmann_json": "nlohmann-json3-dev",
            "protozero": "libprotozero-dev", "tomlplusplus": "libtomlplusplus-dev"}


class PartsList(unittest.TestCase):
    def setUp(self):
        self.text = (BUILD / "macroscope.cdx.json").read_text()
        self.list = json.loads(self.text)
        self.versions = {part["name"]: part["version"] for part in self.list["components"]}

    def test_is_cyclonedx(self):
        self.assertEqual((self.list["bomFormat"], self.list["specVersion"], self.list["version"]), ("CycloneDX", "1.5", 1))
        project = re.search(r"project\(macroscope VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
        self.assertEqual(self.list["metadata"]["component"], {"type": "application", "bom-ref": "macroscope", "name": "macroscope", "version": project})
        for part in self.list["components"]:
            self.assertEqual(set(part), {"type", "name", "version", "licenses", "purl"})
            self.assertTrue(part["purl"].endswith("@" + part["version"]))

    def test_holds_every_dependency(self):
        found = re.findall(r"find_package\((\w+)|find_path\((\w+)_INCLUDE", (ROOT / "cmake" / "dependencies.cmake").read_text())
        names = {(package or path).lower() for package, path in found}
        names.discard("python3")  # runs while building, and is no part of the program
        self.assertLessEqual(names, {name.lower() for name in self.versions})

    def test_versions_are_those_that_are_installed(self):
        for name, package in PACKAGES.items():
            query = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], capture_output=True, text=True)
            if query.returncode != 0:
                self.skipTest("no package of Debian")
            self.assertTrue(query.stdout.startswith(self.versions[name]), (name, query.stdout))

    def test_says_nothing_of_where_and_when_it_was_written(self):
        self.assertNotIn(str(ROOT), self.text)
        self.assertNotRegex(self.text, r"timestamp|serialNumber|\d{4}-\d\d-\d\d")


if __name__ == "__main__":
    sys.exit(unittest.main())
