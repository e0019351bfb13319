"""One question to the program: which model, by which options?"""
from __future__ import annotations

import json
import os
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Optional, Union

from . import _program
from ._analysis import Analysis, Diagnostic, Json
from ._errors import MacroscopeWarning, ModelError, UsageError
from ._expression import Expression

Sizes = Union[str, Mapping[str, Union[int, str, range]]]
Expressions = Union[str, Mapping[str, Union[int, str, Expression]]]
Names = Union[str, Sequence[str]]


@dataclass(frozen=True)
class Source:
    """Where the program finds the model: at ``path``, or in ``content`` (ONNX, or the text of a net if ``is_net``)."""

    path: str = ""
    content: Optional[bytes] = None
    is_net: bool = False
    label: str = ""
    # Only of PyTorch modules: what the module knows and the file does not.
    arguments: tuple[str, ...] = ()
    declared_parameters: Optional[int] = None
    notes: tuple[Diagnostic, ...] = ()


def _size_text(name: str, value: Union[int, str, range]) -> str:
    if isinstance(value, range):
        if len(value) == 0 or value.step < 1:
            raise UsageError(f"{name}: a range of sizes has a first one and goes up, and not {value}", code="usage")
        return f"{name}={value.start}..{value[-1]}:{value.step}"
    if isinstance(value, bool):
        return f"{name}={'true' if value else 'false'}"
    return f"{name}={value}"


def options_of(*, set: Optional[Sizes] = None, assume: Optional[Expressions] = None, free: Names = (), training: bool = False,
               freeze: Names = (), optimizer: Optional[str] = None, mixed_precision: bool = False,
               device: Optional[Union[str, os.PathLike[str]]] = None, ops: Optional[Union[str, os.PathLike[str]]] = None,
               without_biases: bool = False, cuts: bool = False, order: Optional[str] = None, in_place: bool = False) -> tuple[str, ...]:
    """The options of the program; ``macroscope analyze`` documents each."""
    options: list[str] = []

    def add(option: str, values: Sequence[str]) -> None:
        for value in values:
            options.append(f"{option}={value}")

    def listed(names: Names) -> Sequence[str]:
        return [names] if isinstance(names, str) else list(names)

    if set is not None:
        add("--set", [set] if isinstance(set, str) else [_size_text(name, value) for name, value in set.items()])
    if assume is not None:
        add("--assume", [assume] if isinstance(assume, str) else [f"{name}={value}" for name, value in assume.items()])
    add("--free", listed(free))
    add("--freeze", listed(freeze))
    for option, value in (("--optimizer", optimizer), ("--device", device), ("--ops", ops), ("--order", order)):
        if value is not None:
            add(option, [os.fspath(value)])
    if without_biases:
        add("--bias", ["exclude"])
    flags = {"--training": training, "--mixed-precision": mixed_precision, "--cuts": cuts, "--in-place": in_place}
    options.extend(flag for flag, given in flags.items() if given)
    return tuple(options)


@dataclass(frozen=True)
class Request:
    """A source with options: can be asked again in another format, or at other sizes."""

    source: Source
    options: tuple[str, ...] = ()
    command: tuple[str, ...] = ("analyze",)
    sizes: Mapping[str, int] = field(default_factory=dict)

    def with_sizes(self, sizes: Mapping[str, int]) -> Request:
        return replace(self, sizes={**self.sizes, **sizes})

    def run(self, more: Sequence[str], fine: Sequence[int] = (_program.FINE, _program.BAD_MODEL)) -> _program.Run:
        options = [*self.options, *self.source.arguments, *(f"--set={name}={value}" for name, value in self.sizes.items()), *more]
        if self.source.content is None:
            return _program.run([*self.command, *options, _program.as_argument(self.source.path)], fine=fine)
        is_sweep = any(option.startswith("--set=") and ".." in option for option in options)
        if not self.source.is_net and not is_sweep:
            return _program.run([*self.command, *options, "-"], stdin=self.source.content, fine=fine)
        # The text of a net is known by its ending, and a sweep reads a model several times.
        with tempfile.TemporaryDirectory(prefix="macroscope-") as folder:
            path = os.path.join(folder, "text.net" if self.source.is_net else "model.onnx")
            with open(path, "wb") as file:
                file.write(self.source.content)
            return _program.run([*self.command, *options, path], fine=fine)

    def documents(self) -> list[Json]:
        done = self.run(["--format=json", "--quiet"])
        if not done.output.strip():
            raise UsageError(done.messages.strip() or "the program wrote nothing", code="usage")
        content = json.loads(done.output)
        return list(content) if isinstance(content, list) else [content]

    def analysis(self) -> Analysis:
        documents = self.documents()
        if len(documents) != 1:
            names = ", ".join(document["model"]["name"] for document in documents)
            raise UsageError(f"the text has {len(documents)} nets: {names}", code="several-nets", help="name one: FILE.net:NET, or analyze([text])")
        return Analysis(self._labelled(documents[0]), self, notes=self.source.notes)

    def _labelled(self, document: Json) -> Json:
        if self.source.label:
            document["model"]["path"] = self.source.label
        return document

    def report(self, format: str) -> str:
        return self.run([f"--format={format}", "--color=never"]).output.decode("utf-8", "replace")

    def write(self, file: str) -> None:
        done = self.run(["-o", file, "--quiet"])
        if not os.path.exists(file):
            raise UsageError(done.messages.strip() or f"{file} was not written", code="usage")


def tell(analysis: Analysis, *, raises: bool, stacklevel: int = 3) -> Analysis:
    """Warnings of the program become Python's, errors an exception."""
    errors = []
    for diagnostic in analysis.diagnostics:
        if diagnostic.severity == "error":
            errors.append(diagnostic)
        elif diagnostic.severity == "warning":
            at = f"{diagnostic.message} ({diagnostic.origin})" if diagnostic.origin else diagnostic.message
            warnings.warn(MacroscopeWarning(at, code=diagnostic.code, help=diagnostic.help), stacklevel=stacklevel)
    if errors and raises:
        first = errors[0]
        more = f" (and {len(errors) - 1} more errors)" if len(errors) > 1 else ""
        where = f" at {first.origin}" if first.origin else ""
        raise ModelError(f"{first.message}{where}{more}", code=first.code, help=first.help, diagnostics=analysis.diagnostics, analysis=analysis)
    return analysis


def document_of(done: _program.Run) -> Any:
    """The JSON that a run wrote."""
    if not done.output.strip():
        raise UsageError(done.messages.strip() or "the program wrote nothing", code="usage")
    return json.loads(done.output)
