"""Models of onnx_ir as bytes without weights: every large tensor becomes a place in a file that is never written."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Optional

# Up to so many elements the program may want to know: shapes, axes, sizes to resize to.
_SMALL = 64
_ABSENT = "absent.bin"


def _all_graphs(model: Any) -> Iterator[Any]:
    yield model.graph
    for function in model.functions.values():
        yield function.graph


@contextmanager
def _weights_elsewhere(model: Any, places: Mapping[str, str], drop: frozenset[str]) -> Iterator[None]:
    """The tensors of the model, for a while, as external ones.  ``places``: names of tensors that share one place have one value."""
    import onnx_ir

    kept: list[tuple[Any, Any]] = []
    offsets: dict[str, int] = {}
    end = 0
    for value in model.graph.initializers.values():
        tensor = value.const_value
        if tensor is None or isinstance(tensor, onnx_ir.ExternalTensor) and value.name not in drop:
            continue
        if tensor.size <= _SMALL and value.name not in drop:
            continue
        place = places.get(value.name, value.name)
        if place not in offsets:
            offsets[place] = end
            end += max(int(tensor.nbytes), 1)
        kept.append((value, tensor))
        value.const_value = onnx_ir.ExternalTensor(_ABSENT, offsets[place], int(tensor.nbytes), tensor.dtype, shape=onnx_ir.Shape(tensor.shape),
                                                   name=value.name, base_dir="")
    try:
        yield
    finally:
        for value, tensor in kept:
            value.const_value = tensor


def without_weights(model: Any, places: Optional[Mapping[str, str]] = None, drop: frozenset[str] = frozenset()) -> bytes:
    """The model as ONNX; what it holds stays where it is.

    ``drop`` names tensors whose numbers are not there, however small: those of a meta module.
    """
    import onnx_ir

    with _weights_elsewhere(model, places or {}, drop):
        return bytes(onnx_ir.to_proto(model).SerializeToString())
