#!/usr/bin/env python3
"""Do figures of real architectures, made on the meta device, agree with PyTorch's own and with what timm publishes?

Prints a table: parameters against sum(p.numel()), MACs against half of what FlopCounterMode counts, and timm's figures, which come from another
counter (fvcore): it adds norms and pooling to the MACs and leaves out what it has no rule for, so that they agree within what is said here.

MACROSCOPE_ARCHITECTURES=all runs all that architectures.py names; audit.py takes others at random.
"""
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from architectures import ALL, FOLDED, HEAD, SHORT, Row, line, row_of  # noqa: E402  beside this file


def chosen():
    names = os.environ.get("MACROSCOPE_ARCHITECTURES", "").split()
    return ALL if names == ["all"] else names or SHORT


class Architectures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print(HEAD, file=sys.stderr)
        cls.rows = []
        for name in chosen():
            try:
                cls.rows.append(row_of(name))
                print(line(cls.rows[-1]), file=sys.stderr, flush=True)
            except Exception as error:
                print(f"{name}: {error!r}", file=sys.stderr, flush=True)
                cls.rows.append(Row(name, problem=repr(error)))

    def test_each_is_told_in_full(self):
        self.assertEqual([(row.name, row.problem) for row in self.rows if row.problem], [])

    def each(self):
        for row in self.rows:
            with self.subTest(row.name):
                yield row

    def test_parameters_are_those_of_the_module(self):
        for row in self.each():
            self.assertEqual(row.parameters, row.own_parameters)

    def test_only_what_the_module_itself_leaves_unread_is_in_no_layer(self):
        # Heads that only training uses, and poolers and embeddings that this call passes over.
        known = {"googlenet", "inception_v3"}
        for row in self.each():
            if row.name not in known:
                self.assertEqual(row.unused, 0)
            else:
                self.assertGreater(row.unused, 0)

    def test_macs_are_half_the_flops_that_torch_counts(self):
        for row in self.each():
            self.assertEqual(row.macs, row.counted_macs)

    def test_published_parameters_agree_to_the_digits_printed(self):
        for row in self.each():
            if row.published and row.name not in FOLDED:
                self.assertEqual(f"{row.parameters / 1e6:.2f}", f"{row.published[1]:.2f}")
            elif row.published:
                self.assertGreater(row.parameters / 1e6, row.published[1])

    def test_published_macs_agree_but_for_norms_and_pooling(self):
        for row in self.each():
            if row.published and row.name not in FOLDED:
                self.assertLessEqual(abs(row.macs / 1e9 - row.published[0]), 0.05 * row.published[0] + 0.005)


if __name__ == "__main__":
    sys.exit(unittest.main())
