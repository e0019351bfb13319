"""Which polynomial does a text stand for?  The notation is that of the program's documents and of its options."""
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Optional

from .._errors import UsageError
from .polynomial import Definition, Polynomial, Symbol, call

_TOKEN = re.compile(r"\s*(?:([0-9]+)|([A-Za-z_][A-Za-z0-9_]*)|(\*\*|//|.))", re.S)
_FUNCTIONS = {"floor": (1, 1), "ceil": (1, 1), "abs": (1, 1), "mod": (2, 2), "max": (2, None), "min": (2, None)}  # how many arguments
_SUM, _PRODUCT, _SIGN, _POWER = range(1, 5)
_BINDING = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "//": _PRODUCT, "%": _PRODUCT, "^": _POWER, "**": _POWER}
_LARGEST_POWER = 1000
_LONGEST_NUMBER = 1000


class Definitions:
    """Names of a document that stand for long formulas; each is read when somebody asks for it."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._by_name = {name: Definition(lambda text=text: parse(text, self)) for name, text in texts.items()}  # type: ignore[misc]

    def get(self, name: str) -> Optional[Definition]:
        return self._by_name.get(name)


def parse(text: str, definitions: Optional[Definitions] = None) -> Polynomial:
    """Reads + - * / ^, calls and parentheses, and // % ** as Python does.  Raises UsageError, also for what is nested too deeply."""
    try:
        return _Parser(text, definitions).parse()
    except RecursionError:
        raise UsageError("an expression that is nested too deeply", code="bad-expression") from None


def _is_number(token: str) -> bool:
    return token.isascii() and token.isdigit()


def _is_name(token: str) -> bool:
    return token.isascii() and (token[:1].isalpha() or token[:1] == "_")


class _Parser:
    """By precedence climbing."""

    def __init__(self, text: str, definitions: Optional[Definitions]) -> None:
        self._text = text
        self._definitions = definitions
        self._tokens: Iterator[str] = (match.group(match.lastindex or 0) for match in _TOKEN.finditer(text.rstrip()))
        self._next = next(self._tokens, "")

    def parse(self) -> Polynomial:
        result = self._sum(0)
        if self._next:
            raise self._mistake()
        return result

    def _take(self) -> str:
        token = self._next
        self._next = next(self._tokens, "")
        return token

    def _expect(self, token: str) -> None:
        if self._take() != token:
            raise self._mistake()

    def _mistake(self) -> UsageError:
        return UsageError(f"{self._text[:200]!r} is no expression", code="bad-expression", help="for example 2*batch^2 + floor((height + 1)/2)")

    def _sum(self, binding: int) -> Polynomial:
        left = self._operand()
        while _BINDING.get(self._next, 0) > binding:
            operator = self._take()
            if _BINDING[operator] == _POWER:
                left = self._power(left)
                continue
            right = self._sum(_BINDING[operator])
            if operator == "+":
                left = left + right
            elif operator == "-":
                left = left - right
            elif operator == "*":
                left = left * right
            elif operator == "/":
                left = left.over(right)
            else:
                left = call("floor", [left.over(right)]) if operator == "//" else call("mod", [left, right])
        return left

    def _power(self, base: Polynomial) -> Polynomial:
        exponent = self._take()
        # Which of two powers is meant first is a matter of taste: parentheses say it.
        if not _is_number(exponent) or len(exponent) > 4 or int(exponent) > _LARGEST_POWER or _BINDING.get(self._next) == _POWER:
            raise self._mistake()
        return base**int(exponent)

    def _operand(self) -> Polynomial:
        token = self._take()
        if token in ("-", "+"):
            inner = self._sum(_SIGN)
            return -inner if token == "-" else inner
        if token == "(":
            inner = self._sum(0)
            self._expect(")")
            return inner
        if _is_number(token) and len(token) <= _LONGEST_NUMBER:
            return Polynomial.of_number(int(token))
        if not _is_name(token):
            raise self._mistake()
        if token in _FUNCTIONS:
            return self._call(token)
        definition = self._definitions.get(token) if self._definitions else None
        return Polynomial.of_atom(Symbol(token, definition))

    def _call(self, name: str) -> Polynomial:
        self._expect("(")
        arguments = [self._sum(0)]
        while self._next == ",":
            self._take()
            arguments.append(self._sum(0))
        self._expect(")")
        least, most = _FUNCTIONS[name]
        if len(arguments) < least or (most is not None and len(arguments) > most):
            raise self._mistake()
        return call(name, arguments)
