"""What are the least and the greatest value of a polynomial, whatever its sizes of at least 1 are?"""
from __future__ import annotations

import math
from typing import Optional

from .polynomial import Atom, Monomial, Number, Polynomial, Symbol

# None: no bound.
Range = tuple[Optional[Number], Optional[Number]]


def bounds(formula: Polynomial) -> Range:
    """As far as each term alone tells.  With every size written as 1 + t, all that is left are terms in t >= 0 and their signs."""
    shifted = _shifted(formula)
    constant = shifted.terms.get((), 0)
    low: Optional[Number] = constant
    high: Optional[Number] = constant
    for monomial, number in shifted.terms.items():
        if not monomial:
            continue
        least, greatest = _range_of_product(monomial)
        ends = (least, greatest) if number > 0 else (greatest, least)
        low = None if low is None or ends[0] is None else low + number * ends[0]
        high = None if high is None or ends[1] is None else high + number * ends[1]
    return low, high


def _is_size(atom: Atom) -> bool:
    return isinstance(atom, Symbol) and atom.definition is None


def _shifted(formula: Polynomial) -> Polynomial:
    total = Polynomial({})
    for monomial, number in formula.terms.items():
        term = Polynomial.of_number(number)
        for atom, exponent in monomial:
            base = Polynomial.of_atom(atom) + Polynomial.of_number(1) if _is_size(atom) else Polynomial.of_atom(atom)
            term = term * base**exponent
        total = total + term
    return total


def _range_of_product(monomial: Monomial) -> Range:
    """Of sizes t >= 0 and calls."""
    least: Number = 1
    greatest: Optional[Number] = 1
    for atom, exponent in monomial:
        low, high = (0, None) if _is_size(atom) else _range_of(atom)
        if low is None or low < 0:
            return None, None
        least *= low**exponent
        greatest = None if greatest is None or high is None else greatest * high**exponent
    return least, greatest


def _range_of(atom: Atom) -> Range:
    if isinstance(atom, Symbol):
        return bounds(atom.definition.content) if atom.definition else (1, None)
    ranges = [bounds(argument) for argument in atom.arguments]
    lows = [low for low, _ in ranges]
    highs = [high for _, high in ranges]
    if atom.name in ("floor", "ceil"):
        rounded = math.floor if atom.name == "floor" else math.ceil
        return (None if lows[0] is None else rounded(lows[0])), (None if highs[0] is None else rounded(highs[0]))
    if atom.name == "abs":
        return 0, None
    known_lows = [low for low in lows if low is not None]
    known_highs = [high for high in highs if high is not None]
    if atom.name == "max":
        return (max(known_lows) if known_lows else None), (max(known_highs) if len(known_highs) == len(highs) else None)
    if atom.name == "min":
        return (min(known_lows) if len(known_lows) == len(lows) else None), (min(known_highs) if known_highs else None)
    if atom.name == "mod":
        return (0 if lows[1] is not None and lows[1] > 0 else None), None
    non_negative = lows[0] is not None and lows[0] >= 0 and lows[1] is not None and lows[1] > 0
    return (0 if non_negative else None), None
