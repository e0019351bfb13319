"""Exact formulas of open sizes, for users to calculate with: ``Expression("4089184256*batch")``.

Every size stands for an integer of at least 1.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Optional, Union

from ._algebra import notation
from ._algebra.bounds import bounds
from ._algebra.evaluation import sizes_of, value_at
from ._algebra.parser import Definitions, parse
from ._algebra.polynomial import Number, Polynomial, Symbol, call
from ._errors import MacroscopeError, UndecidedError

if TYPE_CHECKING:
    import sympy

Size = Union[int, "Expression"]


class Expression:
    """A size that depends on others, exactly: ``Expression("4089184256*batch")``.

    Arithmetic (``+ - * // % **``) with integers and other expressions is exact; ``==`` compares as mathematics does, so that
    ``(n + 1)**2 == n**2 + 2*n + 1``.  ``<``, ``<=``, ``>``, ``>=`` answer where all sizes of at least 1 agree, and raise UndecidedError
    where they do not.  ``.at(batch=8)`` puts numbers in.

    Raises UsageError for a text that is no expression.
    """

    __slots__ = ("_formula", "_text")

    def __init__(self, value: Union[str, int, Expression] = 0, *, definitions: Optional[Definitions] = None) -> None:
        self._formula: Polynomial
        self._text: Optional[str] = None
        if isinstance(value, Expression):
            self._formula, self._text = value._formula, value._text
        elif isinstance(value, str):
            self._formula, self._text = parse(value, definitions), value
        else:
            self._formula = Polynomial.of_number(value)

    @classmethod
    def _of(cls, formula: Polynomial) -> Expression:
        made = cls.__new__(cls)
        made._formula, made._text = formula, None
        return made

    @classmethod
    def symbol(cls, name: str) -> Expression:
        """The size called ``name``."""
        return cls._of(Polynomial.of_atom(Symbol(name)))

    # Arithmetic.

    def __add__(self, other: Size) -> Expression:
        return self._with(other, lambda left, right: left + right)

    def __radd__(self, other: int) -> Expression:
        return self + other

    def __neg__(self) -> Expression:
        return Expression._of(-self._formula)

    def __pos__(self) -> Expression:
        return self

    def __sub__(self, other: Size) -> Expression:
        return self._with(other, lambda left, right: left - right)

    def __rsub__(self, other: int) -> Expression:
        return -self + other

    def __mul__(self, other: Size) -> Expression:
        return self._with(other, lambda left, right: left * right)

    def __rmul__(self, other: int) -> Expression:
        return self * other

    def __pow__(self, exponent: int) -> Expression:
        if not isinstance(exponent, int) or exponent < 0:
            return NotImplemented
        return Expression._of(self._formula**exponent)

    def __floordiv__(self, other: Size) -> Expression:
        return self._with(other, lambda left, right: call("floor", [left.over(right)]))

    def __rfloordiv__(self, other: int) -> Expression:
        return Expression(other) // self

    def __mod__(self, other: Size) -> Expression:
        return self._with(other, lambda left, right: call("mod", [left, right]))

    def __rmod__(self, other: int) -> Expression:
        return Expression(other) % self

    def __abs__(self) -> Expression:
        return Expression._of(call("abs", [self._formula]))

    def _with(self, other: object, operation: Callable[[Polynomial, Polynomial], Polynomial]) -> Expression:
        right = _formula_of(other)
        return NotImplemented if right is None else Expression._of(operation(self._formula, right))

    # Comparison.

    def __eq__(self, other: object) -> bool:
        return self._formula == _formula_of(other)

    def __hash__(self) -> int:
        return hash(self._formula)

    def __bool__(self) -> bool:
        return bool(self._formula.terms)

    def __lt__(self, other: Size) -> bool:
        low, high = self._less(other, "<")
        return self._decided(high is not None and high < 0, low is not None and low >= 0, "<", other)

    def __le__(self, other: Size) -> bool:
        low, high = self._less(other, "<=")
        return self._decided(high is not None and high <= 0, low is not None and low > 0, "<=", other)

    def __gt__(self, other: Size) -> bool:
        low, high = self._less(other, ">")
        return self._decided(low is not None and low > 0, high is not None and high <= 0, ">", other)

    def __ge__(self, other: Size) -> bool:
        low, high = self._less(other, ">=")
        return self._decided(low is not None and low >= 0, high is not None and high < 0, ">=", other)

    def _less(self, other: object, how: str) -> tuple[Optional[Number], Optional[Number]]:
        """Bounds of the difference."""
        right = _formula_of(other)
        if right is None:
            raise TypeError(f"an Expression and {type(other).__name__} have no order: {how}")
        return bounds(self._formula - right)

    def _decided(self, always: bool, never: bool, how: str, other: Size) -> bool:
        if always or never:
            return always
        raise UndecidedError(f"whether {self} {how} {other} depends on the sizes", code="undecided", help=_sizes_wanted(self - other))

    # Values.

    @property
    def symbols(self) -> tuple[str, ...]:
        """Names of the sizes it depends on, sorted."""
        return tuple(sorted(sizes_of(self._formula)))

    def at(self, sizes: Optional[Mapping[str, Size]] = None, /, **named: Size) -> Size:
        """Its value where sizes are these: an int where no other size is left, an Expression otherwise.

        ``(2048*batch).at(batch=8) == 16384``.  Sizes that it does not depend on are passed over.  Raises ZeroDivisionError where a divisor
        becomes 0.
        """
        given = {name: _size_formula(value) for name, value in {**(sizes or {}), **named}.items()}
        try:
            value = value_at(self._formula, given)
        except RecursionError:
            raise MacroscopeError("an expression that is nested too deeply", code="bad-expression") from None
        number = value.number
        return int(number) if number is not None and number == int(number) else Expression._of(value)

    def __int__(self) -> int:
        number = self._formula.number
        if number is None or number != int(number):
            raise UndecidedError(f"{self} is no number", code="undecided", help=_sizes_wanted(self))
        return int(number)

    # Notation.

    def __str__(self) -> str:
        if self._text is None:
            self._text = self._formula.text()
        return self._text

    def __repr__(self) -> str:
        return f"Expression({str(self)!r})"

    def latex(self) -> str:
        r"""In LaTeX's mathematics: ``4096 \, \mathrm{batch}^{2}``, names of more than one letter upright."""
        return notation.latex(self._formula)

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def sympy(self) -> sympy.Expr:
        """As an expression of sympy, whose symbols are positive integers.  Raises ImportError where sympy is not installed."""
        return notation.to_sympy(self._formula)


def _formula_of(value: object) -> Optional[Polynomial]:
    if isinstance(value, Expression):
        return value._formula
    return Polynomial.of_number(value) if isinstance(value, (int, Fraction)) else None


def _size_formula(value: object) -> Polynomial:
    formula = _formula_of(value)
    if formula is None or isinstance(value, bool):
        raise TypeError(f"a size is an int or an Expression, and not {type(value).__name__}")
    return formula


def _sizes_wanted(value: Expression) -> str:
    return f"put numbers in first: .at({', '.join(f'{name}=...' for name in value.symbols)})"


def size_of(value: Union[int, str, None], definitions: Optional[Definitions] = None) -> Optional[Size]:
    """A quantity of a document: an int, an Expression, or None where it is unknown."""
    if value is None or isinstance(value, int):
        return value
    if value.lstrip("-").isdigit():
        return int(value)
    return Expression(value, definitions=definitions)
