"""The program: where is it, and what did it say?"""
from __future__ import annotations

import functools
import importlib.metadata
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

from ._errors import MacroscopeError, ProgramError, UsageError

# Exit codes of the program (`macroscope analyze --help`).
FINE, BROKEN_LIMIT, WRONG_USAGE, BAD_MODEL, UNDECIDED = range(5)


@functools.lru_cache(maxsize=None)
def _installed() -> str:
    """The program that was installed with this package, wherever pip has put it."""
    try:
        files = importlib.metadata.files("macroscope-nn") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name in ("macroscope", "macroscope.exe") and file.parent.name in ("bin", "Scripts"):
            path = os.path.realpath(str(file.locate()))
            if os.access(path, os.X_OK):
                return path
    beside = os.path.join(sysconfig.get_path("scripts"), "macroscope")
    found = beside if os.access(beside, os.X_OK) else shutil.which("macroscope")
    if found is None:
        raise ProgramError("the program 'macroscope' is not installed", code="no-program",
                           help="reinstall the package, or let MACROSCOPE_PROGRAM name the program")
    return found


def program() -> str:
    """Path of the program: ``MACROSCOPE_PROGRAM`` where it is set, otherwise what came with the package."""
    return os.environ.get("MACROSCOPE_PROGRAM") or _installed()


@dataclass(frozen=True)
class Run:
    """What one run of the program left."""

    code: int
    output: bytes
    messages: str


def run(arguments: Sequence[str], *, stdin: Optional[bytes] = None, fine: Sequence[int] = (FINE, BAD_MODEL)) -> Run:
    """Runs the program.

    Raises UsageError where it refuses the arguments, ProgramError where it ends otherwise than by one of the codes in ``fine``.
    """
    command = [program(), *arguments]
    try:
        done = subprocess.run(command, input=stdin if stdin is not None else b"", capture_output=True, check=False)
    except OSError as error:
        raise ProgramError(f"cannot run {command[0]}: {error.strerror}", code="no-program") from error
    messages = done.stderr.decode("utf-8", "replace")
    if done.returncode in fine:
        return Run(done.returncode, done.stdout, messages)
    if done.returncode == WRONG_USAGE:
        raise _usage_error(messages)
    raise ProgramError(f"the program ended with status {done.returncode}: {messages.strip() or 'without a message'}", code="program-failed")


def as_argument(path: str) -> str:
    """A path that cannot be taken for an option, or for standard input."""
    return f"./{path}" if path.startswith("-") else path


def _usage_error(messages: str) -> MacroscopeError:
    found = re.search(r"^error(?:\[(?P<code>[a-z-]+)\])?: (?P<message>.*?)(?:\n {2}-->[^\n]*)?(?:\n\s*(?:= )?help: (?P<help>.*))?\s*\Z", messages, re.S | re.M)
    if found is None:
        return UsageError(messages.strip(), code="usage")
    return UsageError(found["message"].strip(), code=found["code"] or "usage", help=(found["help"] or "").strip())


@functools.lru_cache(maxsize=None)
def version() -> str:
    """The version of the program, which is that of the package."""
    return run(["--version"]).output.decode().split()[-1]
