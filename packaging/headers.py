#!/usr/bin/env python3
"""Puts the headers that macroscope is built on into a folder, from pinned packages of the Python index that pip is set up with.

    packaging/headers.py FOLDER

CMake runs this where the system has no packages of them (cmake/dependencies.cmake), so that a compiler and CMake are all that a user needs.
Only headers are read: nothing of these packages is installed.  pip asks the two source packages for their metadata, for which this Python
needs setuptools 70.1 or later, pybind11 and scikit-build-core (pyproject.toml has them; elsewhere `pip install` them first).
"""
import importlib.util
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent

# Of each package the folders whose content goes into FOLDER ...
FOLDERS = {
    "pgm_build_deps": ("pgm_build_deps/boost/include/", "pgm_build_deps/cli11/include/", "pgm_build_deps/nlohmann_json/include/"),
    "cmeel_fmt": ("cmeel.prefix/include/",),
    "osmium": ("osmium-4.3.2/contrib/protozero/include/",),
    "pytomlpp": ("pytomlpp-1.1.0/third_party/tomlplusplus/include/",),
}
# ... and the licences that go into FOLDER/licences.  fmt's is the comment that its header opens with.
LICENCES = {
    "pgm_build_deps": {
        "pgm_build_deps-2026.10.26.92.dist-info/licenses/LICENSES/boost": "boost",
        "pgm_build_deps-2026.10.26.92.dist-info/licenses/LICENSES/cli11": "CLI11",
        "pgm_build_deps-2026.10.26.92.dist-info/licenses/LICENSES/nlohmann_json": "nlohmann_json",
    },
    "cmeel_fmt": {},
    "osmium": {"osmium-4.3.2/LICENSE.TXT": "protozero"},
    "pytomlpp": {"pytomlpp-1.1.0/third_party/tomlplusplus/LICENSE": "tomlplusplus"},
}
# protozero has no file of its own there.
COPYRIGHT_OF_PROTOZERO = b"protozero, Copyright (c) Mapbox, comes with pyosmium and is under the same BSD-2-Clause terms:\n\n"


def pip():
    """This Python's pip, or the one on the path where the environment of a build has none."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    found = shutil.which("pip") or shutil.which("pip3")
    if not found:
        sys.exit("headers.py: neither this Python nor the path has pip")
    return [found]


def download(into):
    """The same files for every machine, whatever Python this is: their headers do not depend on it."""
    common = [*pip(), "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--dest", str(into)]
    subprocess.run([*common, "--only-binary=:all:", "--python-version=3.13", "--platform=manylinux_2_28_x86_64",
                    "-r", str(HERE / "headers.txt")], check=True)
    subprocess.run([*common, "--no-binary=:all:", "--no-build-isolation", "-r", str(HERE / "headers-from-source.txt")], check=True)


def files_of(archive):
    """(name, content as a function) of each file in a wheel or source package."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as content:
            for name in content.namelist():
                if not name.endswith("/"):
                    yield name, lambda name=name: content.read(name)
    else:
        with tarfile.open(archive) as content:
            for member in content:
                if member.isfile():
                    yield member.name, lambda member=member: content.extractfile(member).read()


def target_of(package, path):
    """Where a file of a package goes below FOLDER; None: nowhere."""
    if path in LICENCES[package]:
        return f"licences/{LICENCES[package][path]}"
    for prefix in FOLDERS[package]:
        name = path[len(prefix):]
        if path.startswith(prefix) and ".." not in name.split("/"):
            return name
    return None


def unpack(archive, folder):
    package = next(name for name in FOLDERS if archive.name.startswith(name + "-"))
    for path, content in files_of(archive):
        name = target_of(package, path)
        if name is None:
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((COPYRIGHT_OF_PROTOZERO if name == "licences/protozero" else b"") + content())


def main(folder):
    folder = pathlib.Path(folder)
    done = folder / "complete"
    wanted = "".join((HERE / name).read_text() for name in ("headers.txt", "headers-from-source.txt", "headers.py"))
    if done.exists() and done.read_text() == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as packages:
        download(packages)
        for archive in sorted(pathlib.Path(packages).iterdir()):
            unpack(archive, folder)
    comment = (folder / "fmt/format.h").read_text().partition("*/")[0]
    (folder / "licences/fmt").write_text(comment.replace("/*", "", 1).strip() + "\n")
    done.write_text(wanted)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
