#!/usr/bin/env python3
"""Ensembles of trees and linear models: parameters, and comparisons between the shortest and the longest paths, against a walk of each path."""
import pathlib
import random
import sys
import unittest

import numpy
from onnx import TensorProto, helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[4] / "support"))
from small_models import Analyzed, constant, model_of, run, value  # noqa: E402

ML = "ai.onnx.ml"


def grow(rng, depth):
    """A tree: None is a leaf, a pair a comparison."""
    if depth == 0 or rng.random() < 0.2:
        return None
    return grow(rng, depth - 1), grow(rng, depth - 1)


def paths(tree):
    """How many comparisons each way from the root to a leaf takes."""
    return [0] if tree is None else [1 + length for child in tree for length in paths(child)]


def count(tree, leaves):
    if tree is None:
        return 1 if leaves else 0
    return (0 if leaves else 1) + sum(count(child, leaves) for child in tree)


class Lists:
    """The lists by which TreeEnsembleRegressor and TreeEnsembleClassifier hold trees."""

    def __init__(self, trees):
        self.rows, self.leaves = [], []
        for number, tree in enumerate(trees):
            self.add(number, tree, [0])

    def add(self, number, tree, next_id):
        own = next_id[0]
        next_id[0] += 1
        row = {"tree": number, "id": own, "mode": "LEAF", "yes": 0, "no": 0}
        self.rows.append(row)
        if tree is None:
            self.leaves.append((number, own))
            return own
        row["mode"] = "BRANCH_LEQ"
        row["yes"] = self.add(number, tree[0], next_id)
        row["no"] = self.add(number, tree[1], next_id)
        return own

    def attributes(self, prefix):
        size = len(self.rows)
        return {"nodes_treeids": [r["tree"] for r in self.rows], "nodes_nodeids": [r["id"] for r in self.rows],
                "nodes_modes": [r["mode"] for r in self.rows], "nodes_truenodeids": [r["yes"] for r in self.rows],
                "nodes_falsenodeids": [r["no"] for r in self.rows], "nodes_featureids": [0] * size,
                "nodes_values": [0.5] * size, "nodes_hitrates": [1.0] * size,
                f"{prefix}_treeids": [t for t, _ in self.leaves], f"{prefix}_nodeids": [i for _, i in self.leaves],
                f"{prefix}_ids": [0] * len(self.leaves), f"{prefix}_weights": [1.0] * len(self.leaves)}


def forest(seed, trees):
    rng = random.Random(seed)
    return [(grow(rng, 5), grow(rng, 5)) for _ in range(trees)]


class Trees(unittest.TestCase):
    def check(self, model, trees, labels=0):
        analyzed = Analyzed(model)
        self.assertEqual(analyzed.exit_code, 0, analyzed.messages)
        self.assertTrue(analyzed.document["complete"])
        thresholds, leaves = sum(count(t, False) for t in trees), sum(count(t, True) for t in trees)
        self.assertEqual(analyzed.totals["parameters"], thresholds + leaves)
        longest, shortest = sum(max(paths(t)) for t in trees), sum(min(paths(t)) for t in trees)
        self.assertEqual(analyzed.evaluate(analyzed.totals["flops_by_kind"]["compare"], {"N": 6}), 6 * (longest + labels))
        depth = max(max(paths(t)) for t in trees)
        self.assertTrue(any(f"{shortest} to {longest} comparisons" in a and f"{len(trees)} trees" in a and f"depth {depth}" in a
                            for a in analyzed.assumptions), analyzed.assumptions)
        return analyzed

    def test_regressors(self):
        for seed in range(5):
            trees = forest(seed, 3 + seed)
            node = helper.make_node("TreeEnsembleRegressor", ["x"], ["y"], domain=ML, n_targets=1, **Lists(trees).attributes("target"))
            model = model_of([node], [value("x", ["N", 4])], [value("y", None)], domains=[ML])
            analyzed = self.check(model, trees)
            self.assertEqual(analyzed.shape("y", N=6), list(run(model, {"x": numpy.zeros((6, 4), numpy.float32)})["y"].shape))

    def test_classifiers(self):
        trees = forest(11, 4)
        node = helper.make_node("TreeEnsembleClassifier", ["x"], ["label", "scores"], domain=ML, classlabels_int64s=[0, 1, 2],
                                **Lists(trees).attributes("class"))
        model = model_of([node], [value("x", ["N", 4])], [value("label", None, TensorProto.INT64), value("scores", None)], domains=[ML])
        self.assertEqual(self.check(model, trees, labels=3).shape("scores"), ["N", 3])

    def test_lists_by_root(self):
        """TreeEnsemble lists inner nodes alone: here a root, and below it one more on the side of `false`."""
        tree = (None, (None, None))
        node = helper.make_node(
            "TreeEnsemble", ["x"], ["y"], domain=ML, n_targets=1, tree_roots=[0], nodes_featureids=[0, 0],
            nodes_modes=constant("", [0, 0], "uint8"), nodes_splits=constant("", [0.5, 0.7], "float32"),
            nodes_truenodeids=[0, 1], nodes_trueleafs=[1, 1], nodes_falsenodeids=[1, 2], nodes_falseleafs=[0, 1],
            leaf_targetids=[0, 0, 0], leaf_weights=constant("", [1.0, 2.0, 3.0], "float32"))
        model = model_of([node], [value("x", ["N", 4])], [value("y", None)], domains=[ML])
        model.opset_import[1].version = 5
        self.check(model, [tree])

    def test_what_is_no_tree(self):
        lists = Lists(forest(2, 1)).attributes("target")
        lists["nodes_truenodeids"] = [0] * len(lists["nodes_modes"])
        node = helper.make_node("TreeEnsembleRegressor", ["x"], ["y"], domain=ML, n_targets=1, **lists)
        analyzed = Analyzed(model_of([node], [value("x", ["N", 4])], [value("y", None)], domains=[ML]))
        self.assertEqual((analyzed.exit_code, analyzed.codes("warning"), analyzed.document["complete"]), (0, ["bad-tree"], False))
        self.assertEqual(analyzed.shape("y"), ["N", 1])

    def test_linear_models(self):
        node = helper.make_node("LinearRegressor", ["x"], ["y"], domain=ML, targets=3, coefficients=[0.5] * 12, intercepts=[0.1] * 3)
        analyzed = Analyzed(model_of([node], [value("x", ["N", 4])], [value("y", None)], domains=[ML]))
        self.assertEqual((analyzed.totals["parameters"], analyzed.totals["weight_bytes"]), (15, 60))
        self.assertEqual(analyzed.evaluate(analyzed.totals["macs"], {"N": 6}), 6 * 12)


if __name__ == "__main__":
    unittest.main()
