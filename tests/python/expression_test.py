#!/usr/bin/env python3
"""Is the arithmetic of macroscope.Expression exact?  Against Python's own numbers, put in before and after."""
import pathlib
import random
import sys
import unittest

from macroscope import Expression, UndecidedError, UsageError
from macroscope._algebra.parser import Definitions
from macroscope._expression import size_of

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "formulas"))
from write_cases import brute_force, random_text  # noqa: E402  where the path has them


class Values(unittest.TestCase):
    def test_random_expressions_have_the_value_that_python_gives_them(self):
        source = random.Random(1)
        for _ in range(400):
            text = random_text(source, 4)
            sizes = {name: source.randrange(1, 20) for name in "abc"}
            self.assertEqual(Expression(text).at(sizes), brute_force(text, sizes), f"{text} at {sizes}")

    def test_a_value_by_steps_is_the_value_at_once(self):
        source = random.Random(2)
        for _ in range(200):
            text = random_text(source, 4)
            sizes = {name: source.randrange(1, 20) for name in "abc"}
            partly = Expression(text).at(a=sizes["a"])
            whole = partly.at(sizes) if isinstance(partly, Expression) else partly
            self.assertEqual(whole, brute_force(text, sizes), text)

    def test_what_is_written_means_what_it_was_made_of(self):
        source = random.Random(3)
        for _ in range(200):
            left, right = random_text(source, 3), random_text(source, 3)
            sizes = {name: source.randrange(1, 20) for name in "abc"}
            for operator in "+-*":
                made = {"+": Expression(left) + Expression(right), "-": Expression(left) - Expression(right), "*": Expression(left) * Expression(right)}[operator]
                self.assertEqual(Expression(str(made)), made)
                self.assertEqual(made.at(sizes), brute_force(f"({left}) {operator} ({right})", sizes))

    def test_whole_division_and_remainder_are_pythons(self):
        n = Expression.symbol("n")
        for size in range(1, 40):
            self.assertEqual(((n * n - 3) // 7).at(n=size), (size * size - 3) // 7)
            self.assertEqual(((3 * n - 50) % 7).at(n=size), (3 * size - 50) % 7)
            self.assertEqual((100 // n).at(n=size), 100 // size)
            self.assertEqual(((n + 5) // (n + 1)).at(n=size), (size + 5) // (size + 1))

    def test_numbers_of_any_size_are_exact(self):
        self.assertEqual(Expression("123456789012345678901234567890*n^3").at(n=10**9), 123456789012345678901234567890 * 10**27)
        self.assertEqual(size_of("12345678901234567890"), 12345678901234567890)

    def test_sizes_may_be_expressions(self):
        self.assertEqual(Expression("h^2").at(h=Expression("32*k")), Expression("1024*k^2"))
        with self.assertRaises(TypeError):
            Expression("h").at(h=1.5)

    def test_names_that_stand_for_long_expressions(self):
        names = Definitions({"e_1": "floor(n/2)*b", "e_2": "e_1^2 + e_1"})
        value = Expression("3*e_2", definitions=names)
        self.assertEqual(value.symbols, ("b", "n"))
        self.assertEqual(value.at(n=9, b=2), 3 * (8**2 + 8))
        self.assertEqual(value.at(b=2).at(n=9), 3 * (8**2 + 8))

    def test_a_number_is_an_int(self):
        self.assertEqual(int(Expression("n").at(n=3)), 3)
        self.assertEqual(int(Expression(7)), 7)
        with self.assertRaises(UndecidedError):
            int(Expression("n"))


class Comparison(unittest.TestCase):
    def test_equal_means_equal_as_mathematics(self):
        n, m = Expression.symbol("n"), Expression.symbol("m")
        self.assertEqual((n + m)**2, n * n + 2 * m * n + m**2)
        self.assertEqual(Expression("max(n, m)"), Expression("max(m, n)"))
        self.assertEqual(hash(Expression("a + b")), hash(Expression("b + a")))
        self.assertNotEqual(n, m)
        self.assertEqual(Expression(5), 5)
        self.assertEqual(hash(Expression(5)), hash(5))

    def test_order_that_all_sizes_agree_on(self):
        n, m = Expression.symbol("n"), Expression.symbol("m")
        self.assertTrue(n >= 1)
        self.assertTrue(n * m + 1 > n - 1)
        self.assertFalse(n < 1)
        self.assertTrue(n * n >= n)
        self.assertTrue(Expression("max(n, 7)") >= 7)
        self.assertTrue(Expression("min(n, 7)") <= 7)
        self.assertTrue(Expression("floor((n + 3)/2)") >= 2)
        self.assertTrue(0 < n)

    def test_order_that_hangs_on_the_sizes_is_refused(self):
        with self.assertRaisesRegex(UndecidedError, r"n=\.\.\."):
            Expression("n") > 3  # noqa: B015
        with self.assertRaises(TypeError):
            Expression("n") > "3"  # noqa: B015

    def test_an_order_that_is_answered_holds_for_every_small_size(self):
        source = random.Random(4)
        answered = 0
        for _ in range(600):
            left, right = random_text(source, 3), random_text(source, 3)
            try:
                holds = Expression(left) <= Expression(right)
            except UndecidedError:
                continue
            answered += 1
            for a in (1, 2, 7):
                for b in (1, 3, 8):
                    for c in (1, 5):
                        sizes = {"a": a, "b": b, "c": c}
                        self.assertEqual(brute_force(left, sizes) <= brute_force(right, sizes), holds, f"{left} <= {right} at {sizes}")
        self.assertGreater(answered, 100)


class Notation(unittest.TestCase):
    def test_text_that_is_no_expression_is_refused(self):
        for text in ("", "1 +", "(n", "floor(n, 2)", "n^m", "n $ 2", "2n", "max()", "n^-1"):
            with self.subTest(text), self.assertRaises(UsageError):
                Expression(text)

    def test_deep_nesting_is_an_error_and_no_crash(self):
        with self.assertRaises(UsageError):
            Expression("(" * 100_000 + "n" + ")" * 100_000)

    def test_latex(self):
        self.assertEqual(Expression("2*n^2 + floor((height + 1)/2)").latex(),
                         r"2 \, n^{2} + \left\lfloor \frac{\mathrm{height} + 1}{2} \right\rfloor")

    def test_sympy_gives_the_same_values(self):
        import sympy

        source = random.Random(5)
        for _ in range(60):
            text = random_text(source, 3)
            sizes = {name: source.randrange(1, 20) for name in "abc"}
            value = Expression(text).sympy().subs({sympy.Symbol(name, positive=True, integer=True): size for name, size in sizes.items()})
            self.assertEqual(int(value), brute_force(text, sizes), text)


if __name__ == "__main__":
    sys.exit(unittest.main())
