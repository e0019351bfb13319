#!/usr/bin/env python3
"""Formulas with the value that Python's own fractions give them, for all that evaluate formulas: the program, the package and the page.

    tests/formulas/write_cases.py > tests/formulas/cases.json
"""
import json
import math
import random
import re
import sys
from fractions import Fraction

FUNCTIONS = {"floor": math.floor, "ceil": math.ceil, "max": max, "min": min, "abs": abs, "mod": lambda a, b: a % b}

# Each with the sizes it is asked for.
CHOSEN = [
    ("0", {}),
    ("-12", {}),
    ("-2^2", {}),
    ("-n^2", {"n": 3}),
    ("(-n)^3", {"n": 2}),
    ("7 - 3 - 2", {}),
    ("2*(n + m)^5 - n*m", {"n": 3, "m": 4}),
    ("n^0 + m^1", {"n": 5, "m": 6}),
    # Rounding goes down for every sign.
    ("floor((n - 10)/3)", {"n": 3}),
    ("floor(-7/2)", {}),
    ("floor(7/(m - 4))", {"m": 2}),
    ("-floor(-n/m)", {"n": 7, "m": 2}),
    ("ceil((n - 10)/3)", {"n": 3}),
    ("ceil(n/2/2)", {"n": 9}),
    ("mod(n - 10, 7)", {"n": 1}),
    ("mod(n, m - 5)", {"n": 7, "m": 2}),
    ("n - 32*floor(n/32)", {"n": 100}),
    ("abs(n - m)*abs(m - n)", {"n": 3, "m": 9}),
    # One inside another.
    ("floor((floor((n + 1)/2) + 1)/2)", {"n": 11}),
    ("floor(floor(n/2)/m)", {"n": 29, "m": 3}),
    ("floor(3*n^2/7)", {"n": 5}),
    ("floor((n + 2)/(m + 1))", {"n": 13, "m": 3}),
    ("floor(n/2 + m/3 + 1/6)", {"n": 3, "m": 4}),
    ("floor(n/m)^3", {"n": 17, "m": 4}),
    ("max(min(n, 7), min(m, 3), n - m)", {"n": 5, "m": 9}),
    ("min(max(n - m, 0), max(m - n, 0), 12)", {"n": 5, "m": 9}),
    ("max(0, n - 5)*(min(m, n) + 1)", {"n": 9, "m": 4}),
    ("max(floor((n - 3)/2) + 1, -m, 0 - 4)", {"n": 1, "m": 2}),
    # Past what 64 bits or a double hold.
    ("1267650600228229401496703205376*n + 2^100", {"n": 3}),
    ("floor((2^100*n + 1)/3) - floor(2^100*n/3)", {"n": 1}),
    ("mod(2^100 + n, 1000003)", {"n": 77}),
    ("max(2^100 + n, 2^100 + m) - 2^100", {"n": 5, "m": 8}),
    ("(n + 1)^3", {"n": 4294967296}),
    ("floor((9007199254740993*n - 1)/2)", {"n": 9007199254740993}),
    # No value: something is divided by 0.
    ("floor(n/m)", {"n": 4, "m": 0}),
    ("5 + mod(n, m - 3)", {"n": 4, "m": 3}),
    ("max(n, floor(7/(m - 2)))", {"n": 4, "m": 2}),
]

# No formulas, for those who read what people write.
REFUSED = ["", "1 +", "(n", "n)", "2n", "n 3", "n $ 2", "n^m", "n^-1", "n^2^3", "max()", "max(n)", "mod(n)", "mod(n, 2, 3)", "abs(n, 2)", "floor(n, 2)", "max + 1",
           "n ** * 2", "\u00e4", "n\u00b2"]


def brute_force(text, sizes):
    """Python reads the notation itself: only numbers must be fractions, and ^ a power."""
    code = re.sub(r"\b\d+\b", lambda number: f"Fraction({number.group()})", text).replace("^Fraction(", "**int(")
    return eval(code, {"Fraction": Fraction, **FUNCTIONS}, {name: Fraction(size) for name, size in sizes.items()})


def random_text(source, depth):
    kind = source.randrange(9 if depth else 3)
    inner = lambda: random_text(source, depth - 1)
    if kind == 0:
        return str(source.randrange(12))
    if kind < 3:
        return source.choice("abc")
    if kind < 6:
        return f"({inner()} {source.choice('+-*')} {inner()})"
    if kind == 6:
        return f"({inner()})^{source.randrange(3)}"
    if kind == 7:
        return f"{source.choice(['floor', 'ceil'])}(({inner()})/{source.randrange(1, 9)})"
    name = source.choice(["max", "min", "mod", "abs"])
    return {"abs": f"abs({inner()})", "mod": f"mod({inner()}, {source.randrange(1, 9)})"}.get(name, f"{name}({inner()}, {inner()})")


def case(text, sizes):
    """Numbers as digits: not every reader of JSON keeps large ones."""
    digits = {name: str(size) for name, size in sizes.items()}
    try:
        value = brute_force(text, sizes)
    except ZeroDivisionError:
        return {"text": text, "sizes": digits, "value": None}
    assert value == int(value) and abs(value) < 2**126, text
    return {"text": text, "sizes": digits, "value": str(int(value))}


def cases():
    source = random.Random(7)
    drawn = [(random_text(source, 4), {name: source.choice([1, 2, 3, 7, 16, 129]) for name in "abc"}) for _ in range(250)]
    return {"values": [case(text, sizes) for text, sizes in [*CHOSEN, *(one for one in drawn if len(one[0]) > 8)]], "refused": REFUSED}


def written():
    """A line for each case."""
    content = cases()
    values = ",\n".join("  " + json.dumps(each) for each in content["values"])
    refused = ",\n".join("  " + json.dumps(each) for each in content["refused"])
    return f'{{"values": [\n{values}\n],\n"refused": [\n{refused}\n]}}\n'


if __name__ == "__main__":
    sys.stdout.write(written())
