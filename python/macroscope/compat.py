"""Functions that answer like those of other counters, so that a change of one line is enough to switch.

>>> from macroscope.compat import profile
>>> macs, params = profile(model, inputs=(torch.randn(1, 3, 224, 224),))
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from ._commands import analyze
from ._errors import UsageError


def profile(model: Any, inputs: Sequence[Any], custom_ops: Optional[Any] = None, verbose: bool = False) -> tuple[int, int]:
    """(MACs, parameters) of a PyTorch module, as thop.profile returns them.

    MACs are those of products, as docs/counting.md defines them: thop adds norms, pooling and activations to them, and knows modules only.
    ``custom_ops`` of thop are functions on modules and have no meaning here: ``macroscope.analyze(..., ops=FILE)`` takes cost rules.
    Nothing is left behind in the module, as thop does.
    """
    if custom_ops:
        raise UsageError("custom_ops are functions on modules", code="usage", help="write cost rules into a file: macroscope.analyze(model, args, ops=FILE)")
    analysis = analyze(model, tuple(inputs))
    macs, parameters = analysis.macs, analysis.parameters
    if not isinstance(macs, int) or not isinstance(parameters, int) or not analysis.complete:
        raise UsageError("the cost is not known in full", code="incomplete", help="macroscope.analyze(model, args).diagnostics says why")
    if verbose:
        print(analysis)
    return macs, parameters


def clever_format(nums: Any, format: str = "%.2f") -> Any:
    """Numbers with K, M, G, T, as thop.clever_format writes them."""
    if not isinstance(nums, (list, tuple)):
        return _written(nums, format)
    return tuple(_written(number, format) for number in nums)


def _written(number: float, format: str) -> str:
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "K")):
        if number > size:
            return format % (number / size) + letter
    return format % number + "B"
