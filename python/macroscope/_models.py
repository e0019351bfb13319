"""What may stand for a model: a path, bytes, a file object, the text of a net, an onnx or onnx_ir model, a PyTorch module or exported program."""
from __future__ import annotations

import os
from typing import Any, BinaryIO, Optional, Union

from ._errors import UsageError
from ._request import Source

Path = Union[str, "os.PathLike[str]"]
# Objects of onnx, onnx_ir and torch are taken as well, without importing what is not there.
Model = Union[Path, bytes, BinaryIO, Any]


def _is_a(value: object, module: str, name: str) -> bool:
    """Whether a class called so is among its bases, without importing the module."""
    return any(base.__name__ == name and (base.__module__ == module or base.__module__.startswith(module + ".")) for base in type(value).__mro__)


def is_torch(model: object) -> bool:
    """A torch.nn.Module or an ExportedProgram."""
    return _is_a(model, "torch.nn.modules.module", "Module") or _is_a(model, "torch.export", "ExportedProgram")


def _is_net_text(text: str) -> bool:
    return "\n" in text or "{" in text


def source_of(model: Model, args: Optional[Any] = None, kwargs: Optional[Any] = None, dynamic_shapes: Optional[Any] = None) -> Source:
    """Where the program finds the model.  Raises UsageError for what is no model, ExportError for what PyTorch cannot export."""
    if is_torch(model):
        from . import _torch

        return _torch.source_of(model, args, kwargs, dynamic_shapes)
    if args is not None or kwargs is not None or dynamic_shapes is not None:
        raise UsageError("args, kwargs and dynamic_shapes are for PyTorch modules", code="usage")
    if isinstance(model, str) and _is_net_text(model):
        return Source(content=model.encode(), is_net=True, label="text")
    if isinstance(model, (str, os.PathLike)):
        return Source(path=os.fspath(model))
    if isinstance(model, (bytes, bytearray, memoryview)):
        return Source(content=bytes(model), label="bytes")
    if _is_a(model, "onnx", "ModelProto"):
        return Source(content=_serialized(model), label="ModelProto")
    if _is_a(model, "onnx_ir", "Model"):
        from . import _onnx_ir

        return Source(content=_onnx_ir.without_weights(model), label="onnx_ir.Model")
    if hasattr(model, "read"):
        content = model.read()
        if isinstance(content, str):
            return Source(content=content.encode(), is_net=True, label=str(getattr(model, "name", "text")))
        return Source(content=bytes(content), label=str(getattr(model, "name", "file")))
    raise UsageError(f"a {type(model).__name__} is no model", code="usage",
                     help="a path, bytes, a file object, the text of a net, an onnx.ModelProto, an onnx_ir.Model or a torch.nn.Module")


def _serialized(proto: Any) -> bytes:
    try:
        return bytes(proto.SerializeToString())
    except Exception as error:  # protobuf's own classes of errors differ between its versions
        raise UsageError(f"the ModelProto cannot be written: {error}", code="too-large",
                         help="above 2 GiB give the path of the file, or keep the weights as external data") from error
