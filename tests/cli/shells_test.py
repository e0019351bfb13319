#!/usr/bin/env python3
"""Do shells complete the program's arguments, and does its manual render?  Runs bash, and zsh, fish and groff where they are installed."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.environ["MACROSCOPE_PROGRAM"]


def output_of(*arguments, status=0):
    run = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60)
    assert run.returncode == status, run.stderr
    return run.stdout if status == 0 else run.stderr


def commands():
    return re.findall(r"^  (\w+) {2,}", output_of("--help").split("Commands:")[1].split("Options:")[0], re.MULTILINE)


def options_of(command):
    """From --help, as the parser prints it."""
    return set(re.findall(r"^  (?:-\w,)?(--[a-z][a-z-]*)", output_of(command, "--help-all"), re.MULTILINE))


class Bash(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.scratch.name)
        (self.folder / "macroscope.bash").write_text(output_of("--completion", "bash"))
        for name in ("model.onnx", "a b.onnx", "checked.txt"):
            (self.folder / name).touch()

    def tearDown(self):
        self.scratch.cleanup()

    def completed(self, *words):
        """What bash offers for the last of the words."""
        script = ("set -euo pipefail; source ./macroscope.bash; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _macroscope\n"
                  "if ((${#COMPREPLY[@]})); then printf '%s\\n' \"${COMPREPLY[@]}\"; fi")
        run = subprocess.run(["bash", "-c", script, "bash", "macroscope", *words], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return run.stdout.splitlines()

    def test_commands_and_files(self):
        self.assertEqual(self.completed("che"), ["checked.txt", "check"])
        self.assertEqual(self.completed("a"), ["a b.onnx", "analyze"])
        self.assertEqual(self.completed("check", "mo"), ["model.onnx"])

    def test_every_option_of_every_command(self):
        self.assertIn("check", commands())
        for command in commands():
            offered = set(self.completed(command, "--"))
            self.assertEqual(options_of(command) - offered, set(), command)
            self.assertTrue({"--help"} <= offered, command)

    def test_values(self):
        self.assertEqual(self.completed("check", "--format", "j"), ["json", "junit"])
        self.assertEqual(self.completed("check", "--color", ""), ["auto", "always", "never"])
        self.assertEqual(self.completed("check", "--budget", "mo"), ["model.onnx"])
        self.assertEqual(self.completed("--completion", "z"), ["zsh"])

    def test_another_shell_is_refused(self):
        self.assertIn("one of: bash, zsh, fish", output_of("--completion", "powershell", status=2))


class OtherShells(unittest.TestCase):
    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_reads_its_script(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "_macroscope").write_text(output_of("--completion", "zsh"))
            run = subprocess.run(["zsh", "-f", "-c", f"fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -d {folder}/dump; "
                                  f"zsh -n {folder}/_macroscope && autoload +X _macroscope && print ${{_comps[macroscope]}}"], capture_output=True, text=True)
            self.assertEqual((run.stdout.strip(), run.stderr), ("_macroscope", ""))

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_fish_completes(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "macroscope.fish")
            path.write_text(output_of("--completion", "fish"))
            def completed(line):
                run = subprocess.run(["fish", "--no-config", "-c", f"source {path}; complete -C '{line}'"], cwd=folder, capture_output=True, text=True)
                self.assertEqual(run.stderr, "")
                return [entry.split("\t")[0] for entry in run.stdout.splitlines()]
            self.assertIn("check", completed("macroscope ch"))
            self.assertIn("--write-lock", completed("macroscope check --wr"))
            self.assertEqual(sorted(completed("macroscope check --format j")), ["json", "junit"])


class Manual(unittest.TestCase):
    def test_it_has_every_command_and_option(self):
        page = output_of("--man").replace("\\-", "-")
        for command in commands():
            self.assertIn(f'.SS "{command}"', page)
            for option in options_of(command):
                self.assertIn(f"\\fB{option}\\fR", page, command)

    @unittest.skipUnless(shutil.which("groff"), "groff is not installed")
    def test_it_renders_without_a_warning(self):
        run = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-z"], input=output_of("--man"), capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stderr), (0, ""))


if __name__ == "__main__":
    sys.exit(unittest.main())
