#!/usr/bin/env python3
"""Architectures drawn at random: does each agree with PyTorch, and with the table of timm's published figures?

    tests/python/torch/audit.py [--count 40] [--seed 1] [--device meta|cpu] [--published timm.csv] [NAME...]

Parameters must be sum(p.numel()), MACs half of FlopCounterMode's count.  What PyTorch itself cannot make, export or run is said, and another one drawn.
Published figures (columns model, image_size, gmacs, million_parameters) are shown beside ours; the last lines say how many agree to the
digits printed: parameters should, MACs where fvcore counted the same operators.
"""
import argparse
import csv
import pathlib
import random
import sys

import timm
import torchvision
from transformers.models.auto import modeling_auto

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from architectures import ALL, HEAD, line, make, row_of  # noqa: E402  beside this file


def drawn(count, seed):
    """(how many, names in random order) of each library, about a third each: none that has a row of its own in the tests, and one of a family."""
    source = random.Random(seed)
    vision = [name for name in torchvision.models.list_models(module=torchvision.models) if name not in ALL]
    families = {}
    for name in timm.list_models():
        families.setdefault(name.split("_")[0], []).append(name)
    images = [source.choice(names) for _, names in sorted(families.items()) if not any(name in ALL for name in names)]
    language = sorted({name for mapping in (modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES, modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES)
                       for name in mapping.values() if isinstance(name, str) and name not in ALL})
    third = count // 3
    return [(share, source.sample(names, len(names))) for share, names in ((third, vision), (count - 2 * third, images), (third, language))]


def published(path):
    with open(path, newline="") as file:
        return {(row["model"], int(row["image_size"])): (float(row["gmacs"]), float(row["million_parameters"])) for row in csv.DictReader(file)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", choices=("meta", "cpu"), default="meta", help="meta: without weights; cpu: with them")
    parser.add_argument("--published", type=pathlib.Path)
    chosen = parser.parse_args()
    table = published(chosen.published) if chosen.published else {}
    print(HEAD)
    compared, wrong, agree = 0, [], {"parameters": [0, 0], "MACs": [0, 0]}
    for share, names in [(len(chosen.names), chosen.names)] if chosen.names else drawn(chosen.count, chosen.seed):
        wanted = compared + share
        for name in names:
            if compared == wanted:
                break
            try:
                _, args, _ = make(name)
                row = row_of(name, chosen.device)
            except Exception as error:  # whatever torch or a library raises
                print(f"{name}: skipped: {type(error).__name__}: {str(error).strip().splitlines()[:1]}", flush=True)
                continue
            size = args[0].shape[-1] if args else 0
            row.published = table.get((name, size), ())
            print(line(row), flush=True)
            compared += 1
            if row.parameters != row.own_parameters or row.macs != row.counted_macs or row.problem:
                wrong.append(name)
            if row.published:
                for what, ours, theirs in (("MACs", row.macs / 1e9, row.published[0]), ("parameters", row.parameters / 1e6, row.published[1])):
                    agree[what][0] += f"{ours:.2f}" == f"{theirs:.2f}"
                    agree[what][1] += 1
    print(f"{compared} compared with PyTorch, {len(wrong)} differ: {' '.join(wrong) or '-'}")
    for what, (same, among) in agree.items():
        print(f"{what} as published to the digits printed: {same} of {among}")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
