"""macroscope: what does a neural network cost?

>>> import macroscope
>>> analysis = macroscope.analyze("resnet50.onnx")
>>> analysis.parameters, analysis.macs
(25557032, Expression('4089184256*batch'))
>>> analysis.macs.at(batch=8)
32713474048

Every number is exact, or an exact formula where a size is open.  The work is done by the program ``macroscope`` that comes with this package.
"""
from __future__ import annotations

from ._analysis import Analysis, Diagnostic, Finding, Layer, Layers, Tensor
from ._commands import Check, Comparison, Text, analyze, assert_budget, check, compare, explain, table
from ._errors import (BudgetError, ExportError, MacroscopeError, MacroscopeWarning, ModelError, ProgramError, UndecidedError, UsageError)
from ._expression import Expression
from ._program import program, version

__all__ = [
    "Analysis", "BudgetError", "Check", "Comparison", "Diagnostic", "ExportError", "Expression", "Finding", "Layer", "Layers",
    "MacroscopeError", "MacroscopeWarning", "ModelError", "ProgramError", "Tensor", "Text", "UndecidedError", "UsageError", "analyze",
    "assert_budget", "check", "compare", "explain", "program", "table", "version",
]


def __getattr__(name: str) -> str:
    if name == "__version__":
        return version()
    raise AttributeError(f"module 'macroscope' has no attribute {name!r}")
