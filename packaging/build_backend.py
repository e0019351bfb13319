"""How pip builds this package: by CMake, or in seconds from a wheel that is there already.

A wheel of this very version that runs here is taken as it is, from dist/ of the checkout or from the folder that MACROSCOPE_WHEELS names.  So
the action and the pre-commit hook, which install from a checkout, need no compiler where a release has put its wheel there.
"""
import os
import pathlib
import re
import shutil

from scikit_build_core import build as cmake
from scikit_build_core.build import (build_editable, build_sdist, get_requires_for_build_editable,  # noqa: F401  the hooks of PEP 517
                                     get_requires_for_build_sdist, prepare_metadata_for_build_editable, prepare_metadata_for_build_wheel)

ROOT = pathlib.Path(__file__).resolve().parents[1]


def version():
    return re.search(r"project\(macroscope VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())[1]


def built_wheel():
    """The wheel that is there already, or None."""
    from packaging.tags import sys_tags
    from packaging.utils import parse_wheel_filename

    ours = set(sys_tags())
    for folder in (os.environ.get("MACROSCOPE_WHEELS"), ROOT / "dist"):
        for wheel in sorted(pathlib.Path(folder).glob("macroscope_nn-*.whl")) if folder else ():
            _, its_version, _, tags = parse_wheel_filename(wheel.name)
            if str(its_version) == version() and tags & ours:
                return wheel
    return None


def get_requires_for_build_wheel(config_settings=None):
    return [] if built_wheel() else cmake.get_requires_for_build_wheel(config_settings)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    wheel = built_wheel()
    if wheel is None:
        return cmake.build_wheel(wheel_directory, config_settings, metadata_directory)
    shutil.copy(wheel, wheel_directory)
    return wheel.name
