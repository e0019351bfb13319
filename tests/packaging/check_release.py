#!/usr/bin/env python3
"""check_release.py: is what `./dev package` has made fit to be shipped?  It needs `./dev package`.

The program is static, small, and runs where there is nothing else: the archive is unpacked into an empty root, as packaging/Dockerfile does.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "build/release/package"


def unpack(archive, folder):
    """By tar: the tarfile of Debian 12 cannot be asked to refuse what leaves the folder."""
    subprocess.run(["tar", "--extract", "--file", archive, "--directory", folder], check=True)


class Release(unittest.TestCase):
    def setUp(self):
        (self.archive,) = PACKAGE.glob("*.tar.gz")
        self.scratch = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.scratch.name)

    def tearDown(self):
        self.scratch.cleanup()

    def test_it_runs_in_an_empty_root(self):
        lines = (ROOT / "packaging/Dockerfile").read_text().splitlines()
        self.assertIn("ADD ${ARCHIVE} /opt", lines)
        (self.root / "opt").mkdir()
        unpack(self.archive, self.root / "opt")
        shutil.copy(ROOT / "examples/models/resnet50.onnx", self.root)
        (program,) = (self.root / "opt").glob("*/bin/macroscope")
        command = [f"/{program.relative_to(self.root)}", "/resnet50.onnx", "--top", "1"]
        enter = [] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user"]
        done = subprocess.run([*enter, "chroot", self.root, *command], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("25,557,032", done.stdout)

    def test_the_image_stays_under_15_megabytes(self):
        with tarfile.open(self.archive) as content:
            size = sum(member.size for member in content)
        busybox = 4_500_000  # busybox:stable of Docker's library, unpacked
        print(f"archive {self.archive.stat().st_size / 1e6:.1f} MB, unpacked {size / 1e6:.1f} MB", file=sys.stderr)
        self.assertLess(size + busybox, 15_000_000)

    def test_what_is_linked_in_is_named_with_its_licence(self):
        unpack(self.archive, self.root)
        (documents,) = self.root.glob("*/share/doc/macroscope")
        licences = (documents / "third-party-licences.txt").read_text()
        parts = [part["name"] for part in json.loads((documents / "macroscope.cdx.json").read_text())["components"]]
        self.assertLessEqual({"boost", "fmt", "glibc", "libstdc++"}, set(parts))
        for name in parts:
            self.assertIn(f"\n======== {name} (", licences)
        self.assertNotIn("was not on the machine", licences)

    def test_the_debian_package_installs(self):
        (package,) = PACKAGE.glob("*.deb")
        subprocess.run(["dpkg-deb", "--extract", package, self.root], check=True)
        said = subprocess.run([self.root / "usr/bin/macroscope", "--version"], capture_output=True, text=True, check=True).stdout
        self.assertIn(said.split()[1], package.name)
        self.assertEqual({path.name for path in (self.root / "usr/share/doc/macroscope").iterdir()},
                         {"copyright", "third-party-licences.txt", "macroscope.cdx.json"})


if __name__ == "__main__":
    sys.exit(unittest.main())
