"""What can go wrong: exceptions and warnings, each with the code and the help of the program's own messages."""
from __future__ import annotations

from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from ._analysis import Analysis, Diagnostic


class MacroscopeError(Exception):
    """Base of all errors of this package.

    ``code`` is a short stable name such as ``bad-rank`` (docs/diagnostics.md lists them), ``help`` says what may be done, or is empty.
    """

    def __init__(self, message: str, *, code: str = "", help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.help = help

    def __str__(self) -> str:
        text = f"[{self.code}] {self.message}" if self.code else self.message
        return f"{text}\nhelp: {self.help}" if self.help else text


class UsageError(MacroscopeError, ValueError):
    """An argument makes no sense: an unknown size, a budget that does not parse, a file that is no model."""


class ModelError(MacroscopeError):
    """The model cannot be read, or contradicts itself.

    ``diagnostics`` has all that was found, ``analysis`` what could be computed all the same (its totals may be missing).
    """

    def __init__(self, message: str, *, code: str = "", help: str = "", diagnostics: Optional[list[Diagnostic]] = None,
                 analysis: Optional[Analysis] = None) -> None:
        super().__init__(message, code=code, help=help)
        self.diagnostics: list[Diagnostic] = diagnostics or []
        self.analysis = analysis


class ExportError(MacroscopeError):
    """PyTorch cannot export the module; the message names the operator or the line of the module where torch says which."""


class UndecidedError(MacroscopeError, TypeError):
    """A comparison of expressions that is true for some sizes and false for others: give sizes first, ``x.at(batch=8) < y``."""


class BudgetError(MacroscopeError, AssertionError):
    """A model is over its budget; the message says by how much, and which layers hold most."""

    def __str__(self) -> str:
        return self.message  # what a failed test prints: lines of its own, without the code before them


class ProgramError(MacroscopeError):
    """The program of this package cannot be found or run, or ended in a way that it never should."""


class MacroscopeWarning(UserWarning):
    """A warning of the program about a model, with its ``code`` and ``help``."""

    def __init__(self, message: str, *, code: str = "", help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.help = help

    def __str__(self) -> str:
        text = f"[{self.code}] {self.message}" if self.code else self.message
        return f"{text} ({self.help})" if self.help else text
