"""Polynomials with exact coefficients: what is ``2048*batch*sequence^2 + 65536*batch`` and how is it added up and multiplied?

Variables are sizes and calls (floor, ceil, max, min, mod, abs), whose arguments are polynomials again or quotients of two.
"""
from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Optional, Union

Number = Union[int, Fraction]


class Definition:
    """What a name stands for that shortens a long formula; worked out when somebody asks."""

    __slots__ = ("_make", "_content")

    def __init__(self, make: Callable[[], Polynomial]) -> None:
        self._make = make
        self._content: Optional[Polynomial] = None

    @property
    def content(self) -> Polynomial:
        if self._content is None:
            self._content = self._make()
        return self._content


class Symbol:
    """A size; or a name with a ``definition``."""

    __slots__ = ("name", "definition")

    def __init__(self, name: str, definition: Optional[Definition] = None) -> None:
        self.name = name
        self.definition = definition

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Symbol) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def text(self) -> str:
        return self.name


class Call:
    """floor, ceil, max, min, mod, abs, or `/` where the divisor is no number."""

    __slots__ = ("name", "arguments", "_hash", "_text")

    def __init__(self, name: str, arguments: tuple[Polynomial, ...]) -> None:
        self.name = name
        # Equal calls are written alike.
        self.arguments = tuple(sorted(arguments, key=Polynomial.text)) if name in ("max", "min") else arguments
        self._hash = hash((name, self.arguments))
        self._text: Optional[str] = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Call) and self.name == other.name and self.arguments == other.arguments

    def __hash__(self) -> int:
        return self._hash

    @property
    def text(self) -> str:
        if self._text is None:
            if self.name == "/":
                over, under = self.arguments
                self._text = f"{over.factor_text()}/{under.factor_text()}"
            elif self.name in ("floor", "ceil"):
                self._text = f"{self.name}({self.arguments[0].quotient_text()})"
            else:
                self._text = f"{self.name}({', '.join(argument.text() for argument in self.arguments)})"
        return self._text


Atom = Union[Symbol, Call]
Monomial = tuple[tuple[Atom, int], ...]


class Polynomial:
    """A sum of ``terms``: the coefficient of each product of atoms and their powers.  Never changes once it is made."""

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[Monomial, Number]) -> None:
        self.terms = {monomial: _plain(number) for monomial, number in terms.items() if number}

    @classmethod
    def of_number(cls, number: Number) -> Polynomial:
        return cls({(): number})

    @classmethod
    def of_atom(cls, atom: Atom) -> Polynomial:
        return cls({((atom, 1),): 1})

    @property
    def number(self) -> Optional[Number]:
        """Itself, where it holds no size."""
        if not self.terms:
            return 0
        return self.terms.get(()) if len(self.terms) == 1 else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.terms == other.terms

    def __hash__(self) -> int:
        number = self.number
        return hash(number) if number is not None else hash(frozenset(self.terms.items()))

    def __add__(self, other: Polynomial) -> Polynomial:
        terms = dict(self.terms)
        for monomial, number in other.terms.items():
            terms[monomial] = terms.get(monomial, 0) + number
        return Polynomial(terms)

    def __neg__(self) -> Polynomial:
        return Polynomial({monomial: -number for monomial, number in self.terms.items()})

    def __sub__(self, other: Polynomial) -> Polynomial:
        return self + -other

    def __mul__(self, other: Polynomial) -> Polynomial:
        terms: dict[Monomial, Number] = {}
        for left, left_number in self.terms.items():
            for right, right_number in other.terms.items():
                monomial = _product(left, right)
                terms[monomial] = terms.get(monomial, 0) + left_number * right_number
        return Polynomial(terms)

    def __pow__(self, exponent: int) -> Polynomial:
        power = Polynomial.of_number(1)
        base = self
        while exponent:
            if exponent & 1:
                power = power * base
            exponent >>= 1
            base = base * base if exponent else base
        return power

    def over(self, divisor: Polynomial) -> Polynomial:
        """The exact quotient, as floor and ceil take it.  Raises ZeroDivisionError."""
        number = divisor.number
        if number is None:
            return Polynomial.of_atom(Call("/", (self, divisor)))
        if number == 0:
            raise ZeroDivisionError("an expression is divided by 0")
        return Polynomial({monomial: Fraction(coefficient) / number for monomial, coefficient in self.terms.items()})

    # The same text for all that are equal.

    def text(self) -> str:
        return self.written(_monomial_text, "*")

    def written(self, of_monomial: Callable[[Monomial], str], times: str) -> str:
        """Highest degree first, then by name."""
        text = ""
        for monomial, number in sorted(self.terms.items(), key=_order):
            size = -number if number < 0 else number
            body = of_monomial(monomial)
            factor = body if body and size == 1 else f"{_number_text(size)}{times}{body}" if body else _number_text(size)
            text += (" - " if number < 0 else " + ") + factor if text else ("-" if number < 0 else "") + factor
        return text or "0"

    def factor_text(self) -> str:
        return f"({self.text()})" if len(self.terms) > 1 else self.text()

    def with_one_divisor(self) -> tuple[Polynomial, int]:
        """(n + 3, 2) of n/2 + 3/2: with integers above."""
        divisor = functools.reduce(math.lcm, (Fraction(number).denominator for number in self.terms.values()), 1)
        return (self, 1) if divisor == 1 else (self * Polynomial.of_number(divisor), divisor)

    def quotient_text(self) -> str:
        """As floor and ceil are written: (n + 3)/2."""
        over, under = self.with_one_divisor()
        return over.text() if under == 1 else f"{over.factor_text()}/{under}"


def call(name: str, arguments: list[Polynomial]) -> Polynomial:
    """floor, ceil, max, min, mod or abs of these: a number, or one of the arguments, where that is certain."""
    numbers = [argument.number for argument in arguments]
    known = [number for number in numbers if number is not None]
    if len(known) == len(numbers):
        return Polynomial.of_number(_called(name, known))
    if name in ("floor", "ceil") and arguments[0].with_one_divisor()[1] == 1 and not any(
            isinstance(atom, Call) and atom.name == "/" for monomial in arguments[0].terms for atom, _ in monomial):
        return arguments[0]
    if name in ("max", "min"):
        kept = list(dict.fromkeys(argument for argument, number in zip(arguments, numbers) if number is None))
        if known:
            kept.append(Polynomial.of_number(_called(name, known)))
        if len(kept) == 1:
            return kept[0]
        arguments = kept
    return Polynomial.of_atom(Call(name, tuple(arguments)))


def _called(name: str, numbers: list[Number]) -> Number:
    if name == "floor":
        return math.floor(numbers[0])
    if name == "ceil":
        return math.ceil(numbers[0])
    if name == "abs":
        return max(numbers[0], -numbers[0])
    if name == "mod":
        return numbers[0] % numbers[1]
    return max(numbers) if name == "max" else min(numbers)


def _plain(number: Number) -> Number:
    return int(number) if number.denominator == 1 else number


def _product(left: Monomial, right: Monomial) -> Monomial:
    if not left or not right:
        return left or right
    powers: dict[Atom, int] = dict(left)
    for atom, exponent in right:
        powers[atom] = powers.get(atom, 0) + exponent
    return tuple(sorted(powers.items(), key=lambda power: power[0].text))


def _order(term: tuple[Monomial, Number]) -> tuple[int, str]:
    return -sum(exponent for _, exponent in term[0]), _monomial_text(term[0])


def _number_text(number: Number) -> str:
    return str(number) if isinstance(number, int) else f"{number.numerator}/{number.denominator}"


def _monomial_text(monomial: Monomial) -> str:
    return "*".join(atom.text + (f"^{exponent}" if exponent > 1 else "") for atom, exponent in monomial)
