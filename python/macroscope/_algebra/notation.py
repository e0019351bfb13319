"""Polynomials for others to show or to work on: LaTeX and sympy."""
from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from .polynomial import Atom, Monomial, Polynomial, Symbol

if TYPE_CHECKING:
    import sympy


def latex(formula: Polynomial) -> str:
    return formula.written(_monomial_latex, r" \, ")


def _monomial_latex(monomial: Monomial) -> str:
    return r" \, ".join(_atom_latex(atom, exponent) for atom, exponent in monomial)


def _quotient_latex(formula: Polynomial) -> str:
    over, under = formula.with_one_divisor()
    return latex(over) if under == 1 else rf"\frac{{{latex(over)}}}{{{under}}}"


def _atom_latex(atom: Atom, exponent: int) -> str:
    power = f"^{{{exponent}}}" if exponent > 1 else ""
    if isinstance(atom, Symbol):
        name = atom.name.replace("_", r"\_")
        return (name if len(name) == 1 else rf"\mathrm{{{name}}}") + power
    if atom.name in ("floor", "ceil"):
        return rf"\left\l{atom.name} {_quotient_latex(atom.arguments[0])} \right\r{atom.name}{power}"
    arguments = [latex(argument) for argument in atom.arguments]
    if atom.name == "/":
        return rf"\left(\frac{{{arguments[0]}}}{{{arguments[1]}}}\right){power}" if power else rf"\frac{{{arguments[0]}}}{{{arguments[1]}}}"
    if atom.name == "abs":
        return rf"\left| {arguments[0]} \right|{power}"
    if atom.name == "mod":
        return rf"\left( {arguments[0]} \bmod {arguments[1]} \right){power}"
    return rf"\{atom.name}\left( {', '.join(arguments)} \right){power}"


def to_sympy(formula: Polynomial) -> sympy.Expr:
    """Symbols are positive integers.  Raises ImportError where sympy is not installed."""
    import sympy

    functions = {"floor": sympy.floor, "ceil": sympy.ceiling, "max": sympy.Max, "min": sympy.Min, "mod": sympy.Mod, "abs": sympy.Abs}

    def of_atom(atom: Atom) -> sympy.Expr:
        if isinstance(atom, Symbol):
            return to_sympy(atom.definition.content) if atom.definition else sympy.Symbol(atom.name, positive=True, integer=True)
        arguments = [to_sympy(argument) for argument in atom.arguments]
        return arguments[0] / arguments[1] if atom.name == "/" else functions[atom.name](*arguments)

    return sympy.Add(*[
        sympy.Rational(Fraction(number).numerator, Fraction(number).denominator) * sympy.Mul(*[of_atom(atom)**exponent for atom, exponent in monomial])
        for monomial, number in formula.terms.items()
    ])
