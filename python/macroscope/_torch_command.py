"""``macroscope torch``: a module by the name of the function that makes it."""
from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from . import _program
from ._errors import MacroscopeError, UsageError

_EXAMPLES = """examples:
  macroscope torch torchvision.models:resnet50 --args 1,3,224,224
  macroscope torch torchvision.models:resnet50 --args batch=2,3,224,224 --depth 1     the batch stays open
  macroscope torch my.models:tagger --kwargs input_ids=batch=2,length=16:int64        by the name of the argument
  macroscope torch my.models:make --factory '{"layers": 4}' -o report.html

All other options are those of macroscope analyze. The module is made on the meta device, where weights need no memory."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("macroscope torch", description="What a PyTorch module costs.", epilog=_EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)
    parser.add_argument("factory", metavar="PACKAGE.MODULE:FACTORY", help="a class or function that makes the module")
    parser.add_argument("--args", action="append", default=[], metavar="SHAPE[:DTYPE]", help="shape of an input: 1,3,224,224 or batch=2,3,224,224:float32")
    parser.add_argument("--kwargs", action="append", default=[], metavar="NAME=SHAPE[:DTYPE]", help="shape of an input by its name")
    parser.add_argument("--factory", dest="factory_kwargs", default="{}", metavar="JSON", help="keyword arguments of the factory")
    parser.add_argument("--on-cpu", action="store_true", help="make the module on the CPU, where it cannot be made on the meta device")
    chosen, rest = parser.parse_known_args(arguments)
    try:
        return _analyze(chosen, rest)
    except MacroscopeError as error:
        code = error.code or "usage"
        print(f"error[{code}]: {error.message}", file=sys.stderr)
        if error.help:
            print(f"help: {error.help}", file=sys.stderr)
        return _program.WRONG_USAGE if isinstance(error, UsageError) else _program.BAD_MODEL


def _analyze(chosen: argparse.Namespace, rest: Sequence[str]) -> int:
    try:
        import torch
    except ImportError:
        raise UsageError("PyTorch is not installed", code="usage", help="pip install 'macroscope-nn[torch]'") from None
    from . import _torch

    args, shapes = [], []
    sizes: dict[str, Any] = {}
    for text in chosen.args:
        tensor, shape = _input(text, sizes)
        args.append(tensor)
        shapes.append(shape)
    kwargs, named = {}, {}
    for text in chosen.kwargs:
        name, _, spec = text.partition("=")
        kwargs[name], named[name] = _input(spec, sizes)
    module = _made(chosen, torch)
    dynamic = _dynamic_shapes(module, shapes, named) if sizes else None
    source = _torch.source_of(module, tuple(args), kwargs, dynamic)
    for note in source.notes:
        print(f"{note.severity}[{note.code}]: {note.message}", file=sys.stderr)
    command = [_program.program(), "analyze", *source.arguments, *rest, "-"]
    return subprocess.run(command, input=source.content, check=False).returncode


def _input(text: str, sizes: dict[str, Any]) -> tuple[Any, dict[int, Any]]:
    """A tensor of the meta device, and which of its axes are open."""
    import torch

    shape, _, dtype = text.partition(":")
    kind = getattr(torch, dtype or "float32", None)
    if not isinstance(kind, torch.dtype):
        raise UsageError(f"torch has no element type called {dtype!r}", code="usage", help="for example float32, float16, int64, bool")
    dims, dynamic = [], {}
    for axis, part in enumerate(part.strip() for part in shape.split(",")) if shape.strip() else ():
        found = re.fullmatch(r"(?:([A-Za-z_]\w*)=)?(\d+)", part)
        if found is None:
            raise UsageError(f"{text!r} is no shape", code="usage", help="for example 1,3,224,224 or batch=2,3,224,224")
        dims.append(int(found[2]))
        if found[1]:
            dynamic[axis] = sizes.setdefault(found[1], torch.export.Dim(found[1]))
    return torch.empty(dims, dtype=kind, device="meta"), dynamic


def _dynamic_shapes(module: Any, shapes: list[dict[int, Any]], named: dict[str, dict[int, Any]]) -> Any:
    """By the names of forward's arguments, as torch wants it where some come by name."""
    import inspect

    if not named:
        return tuple(shapes)
    positional = list(inspect.signature(module.forward).parameters)[:len(shapes)]
    return {**dict(zip(positional, shapes)), **named}


def _made(chosen: argparse.Namespace, torch: Any) -> Any:
    place, _, name = chosen.factory.partition(":")
    sys.path.insert(0, os.getcwd())
    try:
        factory = importlib.import_module(place)
        for part in name.split("."):
            factory = getattr(factory, part)
        given = json.loads(chosen.factory_kwargs)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(f"{chosen.factory}: {error}", code="usage", help="PACKAGE.MODULE:FACTORY names a class or function") from error
    try:
        with torch.device("cpu" if chosen.on_cpu else "meta"):
            module = factory(**given) if callable(factory) and not isinstance(factory, torch.nn.Module) else factory
    except Exception as error:  # whatever the user's factory raises
        raise UsageError(f"{chosen.factory} failed: {error}", code="factory", help="" if chosen.on_cpu else "--on-cpu makes it where numbers are") from error
    if not isinstance(module, torch.nn.Module):
        raise UsageError(f"{chosen.factory} made a {type(module).__name__} and no torch.nn.Module", code="usage")
    return module
