"""Exact formulas of open sizes: what is ``2048*batch*sequence^2 + 65536*batch``, and how does it compare?

An Expression is a polynomial with exact coefficients.  Its variables are sizes and calls (floor, ceil, max, min, mod, abs) whose arguments are
polynomials again, or quotients of two.  Every size stands for an integer of at least 1.
"""
from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Optional, Union

from ._errors import MacroscopeError, UndecidedError, UsageError

if TYPE_CHECKING:
    import sympy

Number = Union[int, Fraction]
Size = Union[int, "Expression"]


class _Symbol:
    """A size.  ``definition`` is there where the name stands for a long expression."""

    __slots__ = ("name", "definition")

    def __init__(self, name: str, definition: Optional[_Definition] = None) -> None:
        self.name = name
        self.definition = definition

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Symbol) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def key(self) -> str:
        return self.name


class _Definition:
    """What a name of the document's ``definitions`` stands for; parsed when somebody asks."""

    __slots__ = ("_text", "_names", "_content")

    def __init__(self, text: str, names: Definitions) -> None:
        self._text = text
        self._names = names
        self._content: Optional[Expression] = None

    @property
    def content(self) -> Expression:
        if self._content is None:
            self._content = Expression(self._text, definitions=self._names)
        return self._content


class Definitions:
    """Names of a document that stand for long expressions."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._by_name = {name: _Definition(text, self) for name, text in texts.items()}

    def get(self, name: str) -> Optional[_Definition]:
        return self._by_name.get(name)


class _Call:
    """floor, ceil, max, min, mod, abs, or `/` where the divisor is no number."""

    __slots__ = ("name", "arguments", "_hash")

    def __init__(self, name: str, arguments: tuple[Expression, ...]) -> None:
        self.name = name
        self.arguments = tuple(sorted(arguments, key=Expression._canonical)) if name in ("max", "min") else arguments
        self._hash = hash((name, self.arguments))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Call) and self.name == other.name and self.arguments == other.arguments

    def __hash__(self) -> int:
        return self._hash

    def key(self) -> str:
        if self.name == "/":
            over, under = self.arguments
            return f"{over._factor_text()}/{under._factor_text()}"
        if self.name in ("floor", "ceil"):
            return f"{self.name}({self.arguments[0]._quotient_text()})"
        return f"{self.name}({', '.join(argument._canonical() for argument in self.arguments)})"


_Atom = Union[_Symbol, _Call]
_Monomial = tuple[tuple[_Atom, int], ...]
_TOKEN = re.compile(r"\s*(?:(\d+)|([A-Za-z_][A-Za-z0-9_]*)|(.))", re.S)
_FUNCTIONS = {"floor": 1, "ceil": 1, "abs": 1, "mod": 2, "max": 0, "min": 0}  # how many arguments; 0: any number
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "negate": 3, "^": 4}


class Expression:
    """A size that depends on others, exactly: ``Expression("4089184256*batch")``.

    Arithmetic (``+ - * // % **``) with integers and other expressions is exact; ``==`` compares as mathematics does, so that
    ``(n + 1)**2 == n**2 + 2*n + 1``.  ``<``, ``<=``, ``>``, ``>=`` answer where all sizes of at least 1 agree, and raise UndecidedError
    where they do not.  ``.at(batch=8)`` puts numbers in.

    Raises UsageError for a text that is no expression.
    """

    __slots__ = ("_terms", "_text")

    def __init__(self, value: Union[str, int, Expression] = 0, *, definitions: Optional[Definitions] = None) -> None:
        self._text: Optional[str] = None
        self._terms: dict[_Monomial, Number]
        if isinstance(value, Expression):
            self._terms, self._text = value._terms, value._text
        elif isinstance(value, str):
            try:
                self._terms = _Parser(value, definitions).parse()._terms
            except RecursionError:
                raise UsageError("an expression that is nested too deeply", code="bad-expression") from None
            self._text = value
        else:
            self._terms = {(): value} if value else {}

    @classmethod
    def _of(cls, terms: Mapping[_Monomial, Number]) -> Expression:
        made = cls()
        made._terms = {monomial: _plain(number) for monomial, number in terms.items() if number}
        return made

    @classmethod
    def symbol(cls, name: str) -> Expression:
        """The size called ``name``."""
        return cls._of({((_Symbol(name), 1),): 1})

    @classmethod
    def _atom(cls, atom: _Atom) -> Expression:
        return cls._of({((atom, 1),): 1})

    # Arithmetic.

    def __add__(self, other: Size) -> Expression:
        right = _expression(other)
        if right is None:
            return NotImplemented
        terms = dict(self._terms)
        for monomial, number in right._terms.items():
            terms[monomial] = terms.get(monomial, 0) + number
        return Expression._of(terms)

    def __radd__(self, other: int) -> Expression:
        return self + other

    def __neg__(self) -> Expression:
        return Expression._of({monomial: -number for monomial, number in self._terms.items()})

    def __pos__(self) -> Expression:
        return self

    def __sub__(self, other: Size) -> Expression:
        right = _expression(other)
        return NotImplemented if right is None else self + -right

    def __rsub__(self, other: int) -> Expression:
        return -self + other

    def __mul__(self, other: Size) -> Expression:
        right = _expression(other)
        if right is None:
            return NotImplemented
        terms: dict[_Monomial, Number] = {}
        for left_monomial, left_number in self._terms.items():
            for right_monomial, right_number in right._terms.items():
                monomial = _product(left_monomial, right_monomial)
                terms[monomial] = terms.get(monomial, 0) + left_number * right_number
        return Expression._of(terms)

    def __rmul__(self, other: int) -> Expression:
        return self * other

    def __pow__(self, exponent: int) -> Expression:
        if not isinstance(exponent, int) or exponent < 0:
            return NotImplemented
        power = Expression(1)
        base = self
        while exponent:
            if exponent & 1:
                power = power * base
            exponent >>= 1
            base = base * base if exponent else base
        return power

    def _over(self, other: Expression) -> Expression:
        """The exact quotient, as floor and ceil take it."""
        divisor = other._number()
        if divisor is not None:
            if divisor == 0:
                raise ZeroDivisionError("an expression is divided by 0")
            return Expression._of({monomial: Fraction(number) / divisor for monomial, number in self._terms.items()})
        return Expression._atom(_Call("/", (self, other)))

    def __floordiv__(self, other: Size) -> Expression:
        right = _expression(other)
        return NotImplemented if right is None else _call("floor", [self._over(right)])

    def __rfloordiv__(self, other: int) -> Expression:
        return Expression(other) // self

    def __mod__(self, other: Size) -> Expression:
        right = _expression(other)
        return NotImplemented if right is None else _call("mod", [self, right])

    def __rmod__(self, other: int) -> Expression:
        return Expression(other) % self

    def __abs__(self) -> Expression:
        return _call("abs", [self])

    # Comparison.

    def __eq__(self, other: object) -> bool:
        right = _expression(other)
        return right is not None and self._terms == right._terms

    def __hash__(self) -> int:
        number = self._number()
        return hash(number) if number is not None else hash(frozenset(self._terms.items()))

    def __bool__(self) -> bool:
        return bool(self._terms)

    def __lt__(self, other: Size) -> bool:
        return self._compare(other, "<")

    def __le__(self, other: Size) -> bool:
        return self._compare(other, "<=")

    def __gt__(self, other: Size) -> bool:
        return self._compare(other, ">")

    def __ge__(self, other: Size) -> bool:
        return self._compare(other, ">=")

    def _compare(self, other: Size, how: str) -> bool:
        right = _expression(other)
        if right is None:
            raise TypeError(f"an Expression and {type(other).__name__} are not ordered")
        difference = self - right
        low, high = difference._bounds()
        holds = {
            "<": (high is not None and high < 0, low is not None and low >= 0),
            "<=": (high is not None and high <= 0, low is not None and low > 0),
            ">": (low is not None and low > 0, high is not None and high <= 0),
            ">=": (low is not None and low >= 0, high is not None and high < 0),
        }[how]
        if holds[0] or holds[1]:
            return holds[0]
        names = ", ".join(f"{name}=..." for name in difference.symbols)
        raise UndecidedError(f"whether {self} {how} {right} depends on the sizes", code="undecided", help=f"put numbers in first: .at({names})")

    def _bounds(self) -> tuple[Optional[Number], Optional[Number]]:
        """The least and the greatest value over all sizes of at least 1, as far as each term alone tells; None: no bound.

        With every size written as 1 + t, all that is left are terms in t >= 0 and their signs.
        """
        shifted = self._shifted()
        constant = shifted._terms.get((), 0)
        low: Optional[Number] = constant
        high: Optional[Number] = constant
        for monomial, number in shifted._terms.items():
            if not monomial:
                continue
            least, greatest = _range_of(monomial)
            ends = (least, greatest) if number > 0 else (greatest, least)
            low = None if low is None or ends[0] is None else low + number * ends[0]
            high = None if high is None or ends[1] is None else high + number * ends[1]
        return low, high

    def _shifted(self) -> Expression:
        total = Expression()
        for monomial, number in self._terms.items():
            term = Expression._of({(): number})
            for atom, exponent in monomial:
                base = Expression._atom(atom) + 1 if isinstance(atom, _Symbol) and atom.definition is None else Expression._atom(atom)
                term = term * base**exponent
            total = total + term
        return total

    # Values.

    @property
    def symbols(self) -> tuple[str, ...]:
        """Names of the sizes it depends on, sorted."""
        found: set[str] = set()
        self._collect(found, set())
        return tuple(sorted(found))

    def _collect(self, found: set[str], seen: set[str]) -> None:
        for monomial in self._terms:
            for atom, _ in monomial:
                if isinstance(atom, _Call):
                    for argument in atom.arguments:
                        argument._collect(found, seen)
                elif atom.definition is None:
                    found.add(atom.name)
                elif atom.name not in seen:
                    seen.add(atom.name)
                    atom.definition.content._collect(found, seen)

    def at(self, sizes: Optional[Mapping[str, Size]] = None, /, **named: Size) -> Size:
        """Its value where sizes are these: an int where no other size is left, an Expression otherwise.

        ``(2048*batch).at(batch=8) == 16384``.  Sizes that it does not depend on are passed over.  Raises ZeroDivisionError where a divisor
        becomes 0.
        """
        given = {name: _must_be_size(value) for name, value in {**(sizes or {}), **named}.items()}
        try:
            value = self._at(given, {})
        except RecursionError:
            raise MacroscopeError("an expression that is nested too deeply", code="bad-expression") from None
        number = value._number()
        return int(number) if number is not None and number == int(number) else value

    def _at(self, given: Mapping[str, Expression], known: dict[str, Expression]) -> Expression:
        numbers: dict[_Atom, Expression] = {}
        constant: Number = 0
        rest: list[Expression] = []
        for monomial, coefficient in self._terms.items():
            product: Number = coefficient
            open_factors: list[Expression] = []
            for atom, exponent in monomial:
                if atom not in numbers:
                    numbers[atom] = _value_of(atom, given, known)
                value = numbers[atom]
                number = value._number()
                if number is not None:
                    product *= number**exponent
                else:
                    open_factors.append(value**exponent)
            if not open_factors:
                constant += product
                continue
            term = Expression._of({(): product})
            for factor in open_factors:
                term = term * factor
            rest.append(term)
        total = Expression._of({(): constant})
        for term in rest:
            total = total + term
        return total

    def _number(self) -> Optional[Number]:
        if not self._terms:
            return 0
        return self._terms.get(()) if len(self._terms) == 1 else None

    def __int__(self) -> int:
        number = self._number()
        if number is None or number != int(number):
            raise UndecidedError(f"{self} is no number", code="undecided",
                                 help=f"put numbers in first: .at({', '.join(f'{name}=...' for name in self.symbols)})")
        return int(number)

    # Notation.

    def __str__(self) -> str:
        if self._text is None:
            self._text = self._canonical()
        return self._text

    def _canonical(self) -> str:
        """The same text for all expressions that are equal; a text that was parsed is shown as it was."""
        return self._written(_monomial_text, "*")

    def __repr__(self) -> str:
        return f"Expression({str(self)!r})"

    def _written(self, of_monomial: Callable[[_Monomial], str], times: str) -> str:
        text = ""
        for monomial, number in sorted(self._terms.items(), key=_order):
            size = -number if number < 0 else number
            body = of_monomial(monomial)
            factor = body if body and size == 1 else f"{_number_text(size)}{times}{body}" if body else _number_text(size)
            text += (" - " if number < 0 else " + ") + factor if text else ("-" if number < 0 else "") + factor
        return text or "0"

    def _factor_text(self) -> str:
        text = self._canonical()
        return f"({text})" if len(self._terms) > 1 else text

    def _quotient_text(self) -> str:
        """With one divisor below, as floor and ceil are written: (n + 3)/2."""
        divisor = functools.reduce(math.lcm, (Fraction(number).denominator for number in self._terms.values()), 1)
        if divisor == 1:
            return self._canonical()
        return f"{(self * divisor)._factor_text()}/{divisor}"

    def latex(self) -> str:
        r"""In LaTeX's mathematics: ``4096 \cdot batch^{2}`` with names of sizes in upright letters."""
        return self._written(_monomial_latex, r" \, ")

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def sympy(self) -> sympy.Expr:
        """As an expression of sympy, whose symbols are positive integers.  Raises ImportError where sympy is not installed."""
        import sympy

        functions = {"floor": sympy.floor, "ceil": sympy.ceiling, "max": sympy.Max, "min": sympy.Min, "mod": sympy.Mod, "abs": sympy.Abs}

        def of_atom(atom: _Atom) -> sympy.Expr:
            if isinstance(atom, _Symbol):
                return atom.definition.content.sympy() if atom.definition else sympy.Symbol(atom.name, positive=True, integer=True)
            arguments = [argument.sympy() for argument in atom.arguments]
            return arguments[0] / arguments[1] if atom.name == "/" else functions[atom.name](*arguments)

        return sympy.Add(*[
            sympy.Rational(Fraction(number).numerator, Fraction(number).denominator) * sympy.Mul(*[of_atom(atom)**exponent for atom, exponent in monomial])
            for monomial, number in self._terms.items()
        ])


def _plain(number: Number) -> Number:
    return int(number) if number.denominator == 1 else number


def _expression(value: object) -> Optional[Expression]:
    if isinstance(value, Expression):
        return value
    if isinstance(value, int):
        return Expression(value)
    return Expression._of({(): value}) if isinstance(value, Fraction) else None


def _must_be_size(value: object) -> Expression:
    made = _expression(value)
    if made is None or isinstance(value, bool):
        raise TypeError(f"a size is an int or an Expression, and not {type(value).__name__}")
    return made


def _product(left: _Monomial, right: _Monomial) -> _Monomial:
    if not left or not right:
        return left or right
    powers: dict[_Atom, int] = dict(left)
    for atom, exponent in right:
        powers[atom] = powers.get(atom, 0) + exponent
    return tuple(sorted(powers.items(), key=lambda power: power[0].key()))


def _call(name: str, arguments: list[Expression]) -> Expression:
    numbers = [argument._number() for argument in arguments]
    known = [number for number in numbers if number is not None]
    if len(known) == len(numbers):
        return Expression._of({(): _evaluate(name, known)})
    if name in ("floor", "ceil") and all(isinstance(number, int) for number in arguments[0]._terms.values()) and not any(
            isinstance(atom, _Call) and atom.name == "/" for monomial in arguments[0]._terms for atom, _ in monomial):
        return arguments[0]
    if name in ("max", "min"):
        kept = list(dict.fromkeys(argument for argument, number in zip(arguments, numbers) if number is None))
        if known:
            kept.append(Expression._of({(): _evaluate(name, known)}))
        if len(kept) == 1:
            return kept[0]
        arguments = kept
    return Expression._atom(_Call(name, tuple(arguments)))


def _evaluate(name: str, numbers: list[Number]) -> Number:
    if name == "floor":
        return math.floor(numbers[0])
    if name == "ceil":
        return math.ceil(numbers[0])
    if name == "abs":
        return max(numbers[0], -numbers[0])
    if name == "mod":
        return numbers[0] % numbers[1]
    if name == "/":
        return _plain(Fraction(numbers[0]) / Fraction(numbers[1]))
    return max(numbers) if name == "max" else min(numbers)


def _value_of(atom: _Atom, given: Mapping[str, Expression], known: dict[str, Expression]) -> Expression:
    if isinstance(atom, _Call):
        arguments = [argument._at(given, known) for argument in atom.arguments]
        return arguments[0]._over(arguments[1]) if atom.name == "/" else _call(atom.name, arguments)
    if atom.name in given:
        return given[atom.name]
    if atom.definition is None:
        return Expression._atom(atom)
    if atom.name not in known:
        value = atom.definition.content._at(given, known)
        # Where nothing in it has a value it keeps its short name.
        known[atom.name] = Expression._atom(atom) if value == atom.definition.content else value
    return known[atom.name]


def _range_of(monomial: _Monomial) -> tuple[Optional[Number], Optional[Number]]:
    """What a product of t >= 0 and calls may be."""
    least: Number = 1
    greatest: Optional[Number] = 1
    for atom, exponent in monomial:
        low, high = (0, None) if isinstance(atom, _Symbol) and atom.definition is None else _range_of_atom(atom)
        if low is None or low < 0:
            return None, None
        least *= low**exponent
        greatest = None if greatest is None or high is None else greatest * high**exponent
    return least, greatest


def _range_of_atom(atom: _Atom) -> tuple[Optional[Number], Optional[Number]]:
    if isinstance(atom, _Symbol):
        return atom.definition.content._bounds() if atom.definition else (1, None)
    ranges = [argument._bounds() for argument in atom.arguments]
    lows = [low for low, _ in ranges]
    highs = [high for _, high in ranges]
    if atom.name == "floor":
        return (None if lows[0] is None else math.floor(lows[0])), (None if highs[0] is None else math.floor(highs[0]))
    if atom.name == "ceil":
        return (None if lows[0] is None else math.ceil(lows[0])), (None if highs[0] is None else math.ceil(highs[0]))
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


def _order(term: tuple[_Monomial, Number]) -> tuple[int, str]:
    """Highest degree first, then by name, so that equal expressions are written alike."""
    return -sum(exponent for _, exponent in term[0]), _monomial_text(term[0])


def _number_text(number: Number) -> str:
    return str(number) if isinstance(number, int) else f"{number.numerator}/{number.denominator}"


def _monomial_text(monomial: _Monomial) -> str:
    return "*".join(atom.key() + (f"^{exponent}" if exponent > 1 else "") for atom, exponent in monomial)


def _monomial_latex(monomial: _Monomial) -> str:
    return r" \, ".join(_atom_latex(atom, exponent) for atom, exponent in monomial)


def _atom_latex(atom: _Atom, exponent: int) -> str:
    power = f"^{{{exponent}}}" if exponent > 1 else ""
    if isinstance(atom, _Symbol):
        name = atom.name.replace("_", r"\_")
        return (name if len(name) == 1 else rf"\mathrm{{{name}}}") + power
    arguments = [argument.latex() for argument in atom.arguments]
    if atom.name == "/":
        return rf"\left(\frac{{{arguments[0]}}}{{{arguments[1]}}}\right){power}" if power else rf"\frac{{{arguments[0]}}}{{{arguments[1]}}}"
    if atom.name in ("floor", "ceil"):
        return rf"\left\l{atom.name} {arguments[0]} \right\r{atom.name}{power}"
    if atom.name == "abs":
        return rf"\left| {arguments[0]} \right|{power}"
    if atom.name == "mod":
        return rf"\left( {arguments[0]} \bmod {arguments[1]} \right){power}"
    return rf"\{atom.name}\left( {', '.join(arguments)} \right){power}"


class _Parser:
    """Reads the notation of the documents: + - * / ^, calls, parentheses; by precedence climbing."""

    def __init__(self, text: str, definitions: Optional[Definitions]) -> None:
        self._text = text
        self._definitions = definitions
        self._tokens: Iterator[str] = self._split(text)
        self._next = next(self._tokens)

    @staticmethod
    def _split(text: str) -> Iterator[str]:
        for match in _TOKEN.finditer(text.rstrip()):
            yield match.group(match.lastindex or 0)
        yield ""

    def _take(self) -> str:
        token = self._next
        self._next = next(self._tokens, "")
        return token

    def _expect(self, token: str) -> None:
        if self._take() != token:
            raise self._mistake()

    def _mistake(self) -> UsageError:
        return UsageError(f"{self._text[:200]!r} is no expression", code="bad-expression", help="for example 2*batch^2 + floor((height + 1)/2)")

    def parse(self) -> Expression:
        result = self._sum(0)
        if self._next:
            raise self._mistake()
        return result

    def _sum(self, binding: int) -> Expression:
        left = self._operand()
        while self._next in _BINDING and _BINDING[self._next] > binding:
            operator = self._take()
            if operator == "^":
                exponent = self._operand()._number()
                if not isinstance(exponent, int) or not 0 <= exponent <= 1000:
                    raise self._mistake()
                left = left**exponent
                continue
            right = self._sum(_BINDING[operator])
            if operator == "/":
                left = left._over(right)
            else:
                left = left + right if operator == "+" else left - right if operator == "-" else left * right
        return left

    def _operand(self) -> Expression:
        token = self._take()
        if token == "-":
            return -self._sum(_BINDING["negate"])
        if token == "(":
            inner = self._sum(0)
            self._expect(")")
            return inner
        if token.isdigit():
            return Expression(int(token))
        if not token or not (token[0].isalpha() or token[0] == "_"):
            raise self._mistake()
        if self._next == "(" and token in _FUNCTIONS:
            return self._call(token)
        definition = self._definitions.get(token) if self._definitions else None
        return Expression._atom(_Symbol(token, definition))

    def _call(self, name: str) -> Expression:
        self._expect("(")
        arguments = [self._sum(0)]
        while self._next == ",":
            self._take()
            arguments.append(self._sum(0))
        self._expect(")")
        if _FUNCTIONS[name] not in (0, len(arguments)):
            raise self._mistake()
        return _call(name, arguments)


def size_of(value: Union[int, str, None], definitions: Optional[Definitions] = None) -> Optional[Size]:
    """A quantity of a document: an int, an Expression, or None where it is unknown."""
    if value is None or isinstance(value, int):
        return value
    if value.lstrip("-").isdigit():
        return int(value)
    return Expression(value, definitions=definitions)
