"""What models of the library transformers need before torch.export takes them."""
from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def _pretrained(model: torch.nn.Module) -> list[Any]:
    """The models of transformers that a module is or holds, one of each class."""
    library = sys.modules.get("transformers")
    if library is None:
        return []
    return list({type(module): module for module in model.modules() if isinstance(module, library.PreTrainedModel)}.values())


def know_caches(model: torch.nn.Module) -> None:
    """Tells torch of the caches that language models hand on, as transformers does for its own exports.  Older versions told it by themselves."""
    for module in _pretrained(model):
        with suppress(ImportError, AttributeError):
            importlib.import_module("transformers.exporters.exporter_dynamo").register_cache_pytrees_for_model(module)


def has_experts(model: torch.nn.Module) -> bool:
    """Whether experts are computed in a way that has another one, which ONNX can say."""
    return any("grouped_mm" in module.get_experts_implementation().values() for module in _pretrained(model) if hasattr(module, "get_experts_implementation"))


@contextmanager
def batched_experts(model: torch.nn.Module) -> Iterator[None]:
    """Experts by products of batches for a while: as many multiplications as of groups, but each word has a copy of its experts' weights."""
    found = [(module, module.get_experts_implementation()) for module in _pretrained(model)]
    try:
        for module, _ in found:
            module.set_experts_implementation("batched_mm")
        yield
    finally:
        for module, implementation in reversed(found):
            module.set_experts_implementation(implementation)
