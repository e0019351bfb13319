"""What is a polynomial where sizes are these?  And which sizes does it depend on?"""
from __future__ import annotations

from collections.abc import Mapping

from .polynomial import Atom, Call, Number, Polynomial, call


def value_at(formula: Polynomial, sizes: Mapping[str, Polynomial]) -> Polynomial:
    """Sizes that are not named stay.  Raises ZeroDivisionError where a divisor becomes 0."""
    return _value_at(formula, sizes, {})


def _value_at(formula: Polynomial, sizes: Mapping[str, Polynomial], known: dict[str, Polynomial]) -> Polynomial:
    values: dict[Atom, Polynomial] = {}
    constant: Number = 0
    rest: list[Polynomial] = []
    for monomial, coefficient in formula.terms.items():
        product: Number = coefficient
        open_factors: list[Polynomial] = []
        for atom, exponent in monomial:
            if atom not in values:
                values[atom] = _value_of(atom, sizes, known)
            number = values[atom].number
            if number is not None:
                product *= number**exponent
            else:
                open_factors.append(values[atom]**exponent)
        if not open_factors:
            constant += product
            continue
        term = Polynomial.of_number(product)
        for factor in open_factors:
            term = term * factor
        rest.append(term)
    total = Polynomial.of_number(constant)
    for term in rest:
        total = total + term
    return total


def _value_of(atom: Atom, sizes: Mapping[str, Polynomial], known: dict[str, Polynomial]) -> Polynomial:
    if isinstance(atom, Call):
        arguments = [_value_at(argument, sizes, known) for argument in atom.arguments]
        return arguments[0].over(arguments[1]) if atom.name == "/" else call(atom.name, arguments)
    if atom.name in sizes:
        return sizes[atom.name]
    if atom.definition is None:
        return Polynomial.of_atom(atom)
    if atom.name not in known:
        value = _value_at(atom.definition.content, sizes, known)
        # Where nothing in it has a value it keeps its short name.
        known[atom.name] = Polynomial.of_atom(atom) if value == atom.definition.content else value
    return known[atom.name]


def sizes_of(formula: Polynomial) -> set[str]:
    """Names of the sizes it depends on, through definitions too."""
    found: set[str] = set()
    _collect(formula, found, set())
    return found


def _collect(formula: Polynomial, found: set[str], seen: set[str]) -> None:
    for monomial in formula.terms:
        for atom, _ in monomial:
            if isinstance(atom, Call):
                for argument in atom.arguments:
                    _collect(argument, found, seen)
            elif atom.definition is None:
                found.add(atom.name)
            elif atom.name not in seen:
                seen.add(atom.name)
                _collect(atom.definition.content, found, seen)
