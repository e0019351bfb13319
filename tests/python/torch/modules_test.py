#!/usr/bin/env python3
"""What of a PyTorch module is kept, and what is left as it was found?"""
import contextlib
import io
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
import unittest
import warnings

import torch

import macroscope as ms
from macroscope.compat import clever_format, profile

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Tagger(torch.nn.Module):
    """Tied weights, a buffer that is not persistent, a frozen layer, one that nothing reads, and a cache that forward fills."""

    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(50, 8)
        self.scale = torch.nn.Parameter(torch.ones(1))
        self.register_buffer("rotary", torch.randn(100, 8), persistent=False)
        self.hidden = torch.nn.Linear(8, 8)
        self.hidden.requires_grad_(False)
        self.tags = torch.nn.Linear(8, 50, bias=False)
        self.tags.weight = self.embedding.weight
        self.unused = torch.nn.Linear(3, 3)
        self.cache = {}

    def forward(self, words):
        self.cache["rotary"] = self.rotary[:words.shape[1]]
        h = self.embedding(words) * self.scale + self.cache["rotary"]
        return self.tags(torch.relu(self.hidden(h)))


def analysed(module, *args, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error", ms.MacroscopeWarning)
        return ms.analyze(module, args, **options)


BATCH, LENGTH = torch.export.Dim("batch"), torch.export.Dim("length", max=100)


class Modules(unittest.TestCase):
    def test_real_meta_and_fake_modules_cost_the_same(self):
        from torch._subclasses import FakeTensorMode

        totals = []
        for device in ("cpu", "meta"):
            with torch.device(device):
                module, words = Tagger(), torch.zeros(2, 5, dtype=torch.int64)
            totals.append(analysed(module, words, dynamic_shapes=({0: BATCH, 1: LENGTH},)).document["totals"])
        with FakeTensorMode():
            module, words = Tagger(), torch.zeros(2, 5, dtype=torch.int64)
        totals.append(analysed(module, words, dynamic_shapes=({0: BATCH, 1: LENGTH},)).document["totals"])
        for name in ("parameters", "macs", "flops", "constants", "weight_bytes"):
            self.assertEqual([total[name] for total in totals], [totals[0][name]] * 3, name)

    def test_parameters_are_the_module_s(self):
        module = Tagger()
        analysis = analysed(module, torch.zeros(2, 5, dtype=torch.int64))
        self.assertEqual(analysis.parameters, sum(parameter.numel() for parameter in module.parameters()))
        self.assertEqual(analysis.unused_parameters, 3 * 3 + 3)
        self.assertEqual(analysis.document["totals"]["parameters"], 50 * 8 + 1 + 8 * 8 + 8)  # the embedding once, no rotary table
        self.assertIn("unused-parameters", [diagnostic.code for diagnostic in analysis.diagnostics])
        self.assertEqual(analysis.at({}).parameters, analysis.parameters)

    def test_names_of_sizes_and_paths_of_modules(self):
        analysis = analysed(Tagger(), torch.zeros(2, 5, dtype=torch.int64), dynamic_shapes=({0: BATCH, 1: LENGTH},))
        self.assertEqual(set(analysis.symbols), {"batch", "length"})
        self.assertEqual(analysis.macs, ms.Expression("(8*8 + 8*50)*batch*length"))
        self.assertLessEqual({"embedding", "hidden", "tags"}, {layer.path for layer in analysis.layers})

    def test_frozen_parameters_are_not_learned(self):
        analysis = analysed(Tagger(), torch.zeros(2, 5, dtype=torch.int64), training=True)
        self.assertEqual(analysis.training["learned_parameters"], 50 * 8 + 1)

    def test_the_module_is_left_as_it_was_found(self):
        module = Tagger()
        module.train()
        module.hidden.eval()
        calls = []
        module.register_forward_hook(lambda *_: calls.append(1))
        before = {name: (tensor.data_ptr(), tensor.clone()) for name, tensor in module.state_dict().items()}
        analysed(module, torch.zeros(2, 5, dtype=torch.int64))
        self.assertTrue(module.training and module.tags.training and not module.hidden.training)
        self.assertEqual(module.cache, {})
        self.assertEqual(len(module._forward_hooks), 1)
        for name, tensor in module.state_dict().items():
            self.assertEqual(tensor.data_ptr(), before[name][0])
            self.assertTrue(torch.equal(tensor, before[name][1]))
        self.assertIsInstance(module(torch.zeros(2, 5, dtype=torch.int64)), torch.Tensor)

    def test_an_exported_program(self):
        module, words = Tagger(), torch.zeros(2, 5, dtype=torch.int64)
        program = torch.export.export(module.eval(), (words,), strict=False)
        self.assertEqual(ms.analyze(program).macs, analysed(module, words).macs)
        self.assertEqual(ms.analyze(program).document["totals"]["parameters"], 50 * 8 + 1 + 8 * 8 + 8)

    def test_inputs_by_name(self):
        analysis = ms.analyze(Tagger(), kwargs={"words": torch.zeros(2, 5, dtype=torch.int64)}, dynamic_shapes={"words": {0: BATCH}})
        self.assertEqual(analysis.macs, ms.Expression("(8*8 + 8*50)*5*batch"))

    def test_no_weight_is_copied(self):
        module = torch.nn.Sequential(*(torch.nn.Linear(4096, 4096) for _ in range(8)))  # 512 MiB
        analysed(torch.nn.Linear(2, 2), torch.zeros(1, 2))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        analysis = analysed(module, torch.zeros(1, 4096))
        self.assertEqual(analysis.weight_bytes, 8 * (4096 * 4096 + 4096) * 4)
        self.assertLess(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, 200 << 10)

    def test_llama_70b_by_its_configuration(self):
        from transformers import LlamaConfig, LlamaForCausalLM

        config = LlamaConfig(vocab_size=32000, hidden_size=8192, intermediate_size=28672, num_hidden_layers=80, num_attention_heads=64,
                             num_key_value_heads=8, max_position_embeddings=4096, use_cache=False, dtype=torch.bfloat16)
        with torch.device("meta"):
            model = LlamaForCausalLM(config)
        start, start_used = time.monotonic(), time.process_time()
        analysis = analysed(model, kwargs={"input_ids": torch.zeros(2, 128, dtype=torch.int64)}, dynamic_shapes={"input_ids": {0: BATCH, 1: torch.export.Dim("length")}})
        used = time.process_time() - start_used
        print(f"Llama-70B: {time.monotonic() - start:.1f} s, {used:.1f} s of processor time, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB", file=sys.stderr)
        self.assertLess(used, 120)
        self.assertEqual(analysis.parameters, 68_976_648_192)
        # Per layer and token: query and output 2*h*h, key and value 2*h*h/8, the gate of three products 3*h*i; the two products of attention
        # 2*h*length; once the vocabulary.
        h, i, layers, vocabulary = 8192, 28672, 80, 32000
        token = layers * (2 * h * h + 2 * h * h // 8 + 3 * h * i) + vocabulary * h
        self.assertEqual(analysis.macs.at(batch=3, length=512), 3 * 512 * token + layers * 2 * h * 3 * 512**2)
        self.assertLess(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, 2 << 20)


class LanguageModels(unittest.TestCase):
    """Of transformers, small, by what else stands in their configurations by default: they hand a cache on, and group their experts."""
    SIZES = dict(vocab_size=1000, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=4)
    WORDS = {"input_ids": torch.zeros(1, 16, dtype=torch.int64)}
    # Of both layers but for their feed-forward parts: four projections and the two products of attention; once the vocabulary.
    MACS = 2 * (4 * 16 * 64 * 64 + 2 * 16 * 16 * 64) + 16 * 64 * 1000

    def make(self, name, **options):
        import transformers

        with torch.device("meta"):
            return getattr(transformers, name)(getattr(transformers, name).config_class(**self.SIZES, **options))

    def test_one_that_hands_a_cache_on(self):
        analysis = analysed(self.make("LlamaForCausalLM"), kwargs=self.WORDS)
        self.assertEqual(analysis.macs, self.MACS + 2 * 3 * 16 * 64 * 96)

    def test_experts_are_told_as_batches_and_left_as_they_were(self):
        model = self.make("MixtralForCausalLM", num_local_experts=4, num_experts_per_tok=2)
        before = model.get_experts_implementation()
        with self.assertWarnsRegex(ms.MacroscopeWarning, "batched-experts"):
            analysis = ms.analyze(model, kwargs=self.WORDS)
        self.assertEqual(model.get_experts_implementation(), before)
        self.assertEqual(analysis.parameters, sum(parameter.numel() for parameter in model.parameters()))
        self.assertEqual(analysis.macs, self.MACS + 2 * (16 * 64 * 4 + 2 * 3 * 16 * 64 * 96))


class Failures(unittest.TestCase):
    class Branching(torch.nn.Module):
        def forward(self, x):
            if x.sum() > 0:  # the line that the message names
                return torch.relu(x)
            return x

    def test_a_module_that_cannot_be_exported_is_traced_and_said_so(self):
        printed = io.StringIO()
        with self.assertWarnsRegex(ms.MacroscopeWarning, r"traced.*modules_test\.py:\d+, in forward"), contextlib.redirect_stderr(printed):
            analysis = ms.analyze(self.Branching(), torch.ones(2, 3))
        self.assertEqual(printed.getvalue(), "")
        self.assertEqual([layer.operator for layer in analysis.layers], ["Relu"])

    def test_a_module_that_can_be_neither_is_an_error_that_names_the_line(self):
        class Broken(torch.nn.Module):
            def forward(self, x):
                return torch.relu(x) + self.nothing

        with self.assertRaisesRegex(ms.ExportError, r"Broken.*nothing") as caught:
            ms.analyze(Broken(), torch.ones(2, 3))
        self.assertRegex(caught.exception.help, r"modules_test\.py:\d+")

    def test_an_exporter_that_fails_prints_nothing(self):
        class Airy(torch.nn.Module):
            def forward(self, x):
                return torch.special.airy_ai(x)

        # The exporter prints past Python's own sys.stdout.
        with tempfile.TemporaryFile() as printed:
            before = os.dup(1)
            os.dup2(printed.fileno(), 1)
            try:
                with self.assertRaisesRegex(ms.ExportError, "airy_ai"):
                    ms.analyze(Airy(), torch.ones(2, 3))
            finally:
                os.dup2(before, 1)
                os.close(before)
            self.assertEqual(printed.seek(0, os.SEEK_END), 0)

    def test_inputs_are_needed(self):
        with self.assertRaises(ms.UsageError):
            ms.analyze(torch.nn.Linear(2, 2))


class Compatibility(unittest.TestCase):
    def test_profile_answers_as_thop_does(self):
        module = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3, padding=1), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(4 * 8 * 8, 10))
        macs, parameters = profile(module, inputs=(torch.zeros(1, 3, 8, 8),))
        self.assertEqual((macs, parameters), (8 * 8 * 4 * 3 * 9 + 4 * 8 * 8 * 10, 4 * 27 + 4 + 2560 + 10))
        self.assertEqual(clever_format((macs, parameters), "%.1f"), ("9.5K", "2.7K"))
        self.assertEqual(set(module[0].__dict__), set(torch.nn.Conv2d(3, 4, 3).__dict__))
        with self.assertRaises(ms.UsageError):
            profile(module, inputs=(torch.zeros(1, 3, 8, 8),), custom_ops={torch.nn.ReLU: None})


class CommandLine(unittest.TestCase):
    def torch_command(self, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "own_models.py").write_text(
                "import torch\n\ndef make(width=4):\n    return torch.nn.Sequential(torch.nn.Linear(8, width), torch.nn.ReLU())\n\n"
                "def on_cpu():\n    module = make()\n    module[0].weight.sum().item()\n    return module\n")
            return subprocess.run([os.environ["MACROSCOPE_PROGRAM"], "torch", *arguments], cwd=folder, capture_output=True, text=True,
                                  env={**os.environ, "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"})

    def test_a_factory_by_its_name(self):
        done = self.torch_command("own_models:make", "--args", "batch=2,8", "--factory", '{"width": 16}', "--format", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        totals = json.loads(done.stdout)["totals"]
        self.assertEqual((totals["parameters"], totals["macs"]), (8 * 16 + 16, "128*batch"))

    def test_where_meta_will_not_do(self):
        self.assertEqual(self.torch_command("own_models:on_cpu", "--args", "1,8").returncode, 2)
        self.assertEqual(self.torch_command("own_models:on_cpu", "--args", "1,8", "--on-cpu").returncode, 0)

    def test_mistakes(self):
        for arguments in (("own_models:nothing", "--args", "1,8"), ("nothing:make",), ("own_models:make", "--args", "1xtwo"),
                          ("own_models:make", "--args", "1,8:float7")):
            done = self.torch_command(*arguments)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertRegex(done.stderr, r"^error\[")
        self.assertEqual(self.torch_command("own_models:make").returncode, 3)

    def test_help_needs_no_python(self):
        done = subprocess.run([os.environ["MACROSCOPE_PROGRAM"], "torch", "--help"], capture_output=True, text=True, env={"PATH": "/nowhere"})
        self.assertEqual(done.returncode, 0)
        self.assertIn("--on-cpu", done.stdout)


if __name__ == "__main__":
    sys.exit(unittest.main())
