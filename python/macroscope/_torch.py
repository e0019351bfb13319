"""PyTorch modules as ONNX without weights: exported on fake tensors, so that nothing is copied, moved or run."""
from __future__ import annotations

import io
import os
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, suppress
from typing import TYPE_CHECKING, Any, Optional

from . import _onnx_ir, _transformers
from ._analysis import Diagnostic
from ._errors import ExportError, UsageError
from ._request import Source

if TYPE_CHECKING:
    import torch
    from torch.export import ExportedProgram

# What the exporter writes beside each node: of use to those who debug it, and most of the bytes.
_SCOPES = "pkg.torch.onnx.name_scopes"
_NO_MODULE = "_empty_nn_module_stack"


def source_of(model: Any, args: Optional[Any], kwargs: Optional[Mapping[str, Any]], dynamic_shapes: Optional[Any]) -> Source:
    """A module or exported program as what the program reads.  Raises ExportError."""
    import torch

    if not isinstance(model, torch.nn.Module):
        return _source_of_program(model)
    if args is None and kwargs is None:
        raise UsageError("a module needs example inputs", code="usage", help="analyze(module, (torch.empty(1, 3, 224, 224),)); on the meta device they need no memory")
    arguments = _beside(model, args if isinstance(args, tuple) else tuple(args) if isinstance(args, list) else () if args is None else (args,))
    named = _beside(model, dict(kwargs or {}))
    with _as_found(model), _quiet():
        content, notes = _exported(model, arguments, named, dynamic_shapes)
    frozen = tuple(f"--freeze={name}" for name, parameter in model.named_parameters(remove_duplicate=False) if not parameter.requires_grad)
    return Source(content=content, label=type(model).__name__, arguments=frozen, notes=notes,
                  declared_parameters=sum(parameter.numel() for parameter in model.parameters()))


def _source_of_program(program: ExportedProgram) -> Source:
    with _quiet():
        content = _converted(program, (), {}, None, _tied(program.state_dict.items()), "ExportedProgram")
    parameters = {id(program.state_dict[name]): program.state_dict[name] for name in program.graph_signature.parameters}
    return Source(content=content, label="ExportedProgram", declared_parameters=sum(parameter.numel() for parameter in parameters.values()))


def _beside(model: torch.nn.Module, inputs: Any) -> Any:
    """The inputs on the device of the module: an input on the CPU cannot meet a weight that is nowhere."""
    import torch
    from torch.utils import _pytree

    parameter = next(iter(model.parameters()), None)
    if parameter is None:
        return inputs

    def moved(leaf: Any) -> Any:
        return torch.empty_like(leaf, device=parameter.device) if isinstance(leaf, torch.Tensor) and leaf.device.type != parameter.device.type else leaf

    return _pytree.tree_map(moved, inputs)


@contextmanager
def _as_found(model: torch.nn.Module) -> Iterator[None]:
    """Evaluation mode for a while.  Modules come back as they were, also those that keep what they computed at their first forward."""
    found = [(module, dict(module.__dict__), {name: value.copy() for name, value in module.__dict__.items() if type(value) in (dict, list, set)})
             for module in model.modules()]
    try:
        for module, _, _ in found:
            module.training = False
        yield
    finally:
        for module, attributes, contents in found:
            module.__dict__.clear()
            module.__dict__.update(attributes)
            for name, content in contents.items():
                container = attributes[name]
                container.clear()
                container.extend(content) if isinstance(container, list) else container.update(content)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the exporters say of themselves."""
    import logging

    import torch

    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    # The older exporter turns this on whatever it is asked, and prints its graphs where it fails.
    switch = "_jit_set_onnx_log_enabled"
    turn = getattr(torch._C, switch, None)
    try:
        if turn is not None:
            turn(False)
            setattr(torch._C, switch, lambda enabled: None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if turn is not None:
            setattr(torch._C, switch, turn)
        logging.disable(before)


def _exported(model: torch.nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], dynamic_shapes: Optional[Any]) -> tuple[bytes, tuple[Diagnostic, ...]]:
    _transformers.know_caches(model)
    try:
        return _by_torch_export(model, args, kwargs, dynamic_shapes), ()
    except Exception as error:  # whatever torch, a module or a converter raises
        if _transformers.has_experts(model):
            with suppress(Exception), _transformers.batched_experts(model):
                content = _by_torch_export(model, args, kwargs, dynamic_shapes)
                note = f"products of grouped experts cannot be exported ({_reason(error)}); they are told as products of batches"
                return content, (Diagnostic("warning", "batched-experts", note, help="MACs and parameters are the same; memory holds weights once for each word"),)
        try:
            content = _traced(model, args, kwargs, dynamic_shapes)
        except Exception:
            raise ExportError(f"PyTorch cannot export {type(model).__name__}: {_reason(error)}", code="export", help=_place(error)) from error
        note = f"the exporter of torch.export failed ({_reason(error)}); the older one traced the module instead"
        return content, (Diagnostic("warning", "traced", note, help=_place(error)),)


def _by_torch_export(model: torch.nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], dynamic_shapes: Optional[Any]) -> bytes:
    import torch

    with torch.no_grad():
        with redirect_stderr(io.StringIO()):  # where it fails it prints the graph that it had until then
            program = torch.export.export(model, args, kwargs, dynamic_shapes=dynamic_shapes, strict=False)
        return _converted(program, args, kwargs, dynamic_shapes, _tied(model.named_parameters(remove_duplicate=False)), type(model).__name__)


def _reason(error: BaseException) -> str:
    """The first line that says something; torch wraps the cause in reports of its own."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else 'no message'}"


def _place(error: BaseException) -> str:
    """The line of the user's module that the error is about, where torch says it."""
    text = str(error)
    while error.__cause__ is not None:
        error = error.__cause__
        text += f"\n{error}"
    lines = re.findall(r'File "([^"]+)", line (\d+), in (\w+)', text)
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append((code.co_filename, str(trace.tb_lineno), code.co_name))
        trace = trace.tb_next
    own = [line for line in lines if not line[0].startswith((*_foreign(), "<"))]
    return f"at {own[-1][0]}:{own[-1][1]}, in {own[-1][2]}" if own else ""


def _foreign() -> tuple[str, ...]:
    """Folders of code that is not the user's."""
    import inspect

    import torch

    return tuple(os.path.dirname(os.path.realpath(path)) + os.sep for path in (str(torch.__file__), __file__, str(inspect.__file__)))


def _tied(named: Any) -> dict[str, str]:
    """By name of a tensor: the first name of the same one."""
    first: dict[int, str] = {}
    return {name: first.setdefault(id(tensor), name) for name, tensor in named}


def _converted(program: ExportedProgram, args: tuple[Any, ...], kwargs: dict[str, Any], dynamic_shapes: Optional[Any], tied: Mapping[str, str], name: str) -> bytes:
    import torch

    def convert(exported: ExportedProgram) -> Any:
        made = torch.onnx.export(exported, args, kwargs=kwargs or None, dynamic_shapes=dynamic_shapes, dynamo=True, optimize=False, verbose=False)
        assert made is not None
        return made.model

    try:
        model = convert(program)
    except Exception:  # some operators have a converter only once they are taken apart
        model = convert(program.run_decompositions())
    model.graph.name = name
    for node in model.graph.all_nodes():
        scopes = node.metadata_props.get(_SCOPES)
        node.metadata_props.clear()
        if scopes is not None and _NO_MODULE not in scopes:
            node.metadata_props[_SCOPES] = scopes
    return _onnx_ir.without_weights(model, tied, frozenset(_without_numbers(model)))


def _without_numbers(model: Any) -> Iterator[str]:
    """Names of tensors that have a shape and no content: on the meta device, or fake."""
    from torch._subclasses import FakeTensor

    for name, value in model.graph.initializers.items():
        raw = getattr(value.const_value, "raw", None)
        if raw is not None and (isinstance(raw, FakeTensor) or getattr(getattr(raw, "device", None), "type", "") == "meta"):
            yield name


def _traced(model: torch.nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], dynamic_shapes: Optional[Any]) -> bytes:
    """By the older exporter, weights as inputs first, so that none is written."""
    import onnx
    import torch

    file: Any = io.BytesIO()  # the types of torch tell of the newer exporter alone, which takes none
    inputs: Any = (*args, kwargs) if kwargs else args
    torch.onnx.export(model, inputs, file, dynamo=False, export_params=False, do_constant_folding=False, **_traced_axes(dynamic_shapes))
    proto = onnx.load_from_string(file.getvalue())
    tensors = dict(model.state_dict(keep_vars=True))
    first = _tied(tensors.items())
    parameters = {name for name, _ in model.named_parameters(remove_duplicate=False)}
    offsets: dict[str, int] = {}
    end = 0
    kept = []
    for value in proto.graph.input:
        if value.name not in tensors:
            kept.append(value)
            continue
        bytes_ = max(tensors[value.name].numel() * tensors[value.name].element_size(), 1)
        place = first[value.name]
        if place not in offsets:
            offsets[place] = end
            end += bytes_
        stored = proto.graph.initializer.add(name=value.name, data_type=value.type.tensor_type.elem_type, dims=list(tensors[value.name].shape),
                                             data_location=onnx.TensorProto.EXTERNAL)
        for key, content in (("location", "absent.bin"), ("offset", str(offsets[place])), ("length", str(bytes_))):
            stored.external_data.add(key=key, value=content)
        info = proto.graph.value_info.add()
        info.CopyFrom(value)
        info.metadata_props.add(key="pkg.torch.export.graph_signature.InputSpec.kind", value="PARAMETER" if value.name in parameters else "BUFFER")
    del proto.graph.input[:]
    proto.graph.input.extend(kept)
    proto.graph.name = type(model).__name__
    return bytes(proto.SerializeToString())


def _traced_axes(dynamic_shapes: Optional[Any]) -> dict[str, Any]:
    """The names of open sizes, as the older exporter takes them: by the names of the inputs."""
    if not isinstance(dynamic_shapes, (tuple, list)):
        shapes = dict(dynamic_shapes or {})
    else:
        shapes = {f"input_{index}": shape for index, shape in enumerate(dynamic_shapes)}
    axes: dict[str, dict[int, str]] = {}
    for name, shape in shapes.items():
        sizes = dict(enumerate(shape)) if isinstance(shape, (tuple, list)) else dict(shape or {})
        axes[name] = {axis: getattr(size, "__name__", f"{name}_{axis}") for axis, size in sizes.items() if size is not None and not isinstance(size, int)}
    return {"input_names": list(shapes), "dynamic_axes": axes} if shapes else {}
