#!/usr/bin/env python3
"""Do the documents tell the truth?  Runs every command that they show and compares its output; follows every link between them.

A block of ```console holds commands, `$ macroscope ...`, each with its output below it.  MACROSCOPE_ACCEPT=1 writes the output anew.
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = os.environ["MACROSCOPE_PROGRAM"]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# The library has no other string of this form.
CODE = r"[a-z]+(?:-[a-z]+)+"
LINK = re.compile(r"\[[^]]*\]\(([^)#]+)(?:#[^)]*)?\)")


def output_of(command):
    """What the shown command prints, in a window of 100 columns."""
    words = shlex.split(command)
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    run = subprocess.run([PROGRAM, *words[1:]], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return run.stdout


def rerun(block):
    """The block with the output of its commands as it is now."""
    lines = []
    for line in block.splitlines():
        if line.startswith("$ macroscope "):
            lines.append(line)
            lines.extend(text.rstrip() for text in output_of(line[2:]).splitlines())
    return "".join(f"{line}\n" for line in lines)


class Documents(unittest.TestCase):
    maxDiff = None

    def test_shown_output_is_what_the_program_prints(self):
        for path in DOCUMENTS:
            text = path.read_text()
            now = BLOCK.sub(lambda block: f"```console\n{rerun(block[1])}```", text)
            if os.environ.get("MACROSCOPE_ACCEPT"):
                path.write_text(now)
            else:
                self.assertEqual(text, now, f"{path.relative_to(ROOT)} shows other output; ./dev accept takes the new one")

    def test_the_page_of_operators_ends_in_the_catalogue(self):
        path = ROOT / "docs" / "operators.md"
        head, marker, table = path.read_text().partition("./dev accept. -->\n\n")
        self.assertTrue(marker, "the page lacks the line that says where the catalogue begins")
        now = output_of("macroscope ops --format markdown")
        if os.environ.get("MACROSCOPE_ACCEPT"):
            path.write_text(head + marker + now)
        else:
            self.assertEqual(table, now, "docs/operators.md is not the catalogue; ./dev accept takes the new one")

    def test_the_homework_as_a_page_and_as_a_paper(self):
        nets = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "examples" / "homework").glob("*.net"))
        with tempfile.TemporaryDirectory() as folder:
            made = [pathlib.Path(folder) / f"homework.{ending}" for ending in ("html", "tex")]
            outputs = [word for path in made for word in ("-o", str(path))]
            run = subprocess.run([PROGRAM, "table", *nets, "--quiet", *outputs], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.assertEqual(run.returncode, 0, run.stdout)
            for path in made:
                kept = ROOT / "docs" / path.name
                if os.environ.get("MACROSCOPE_ACCEPT"):
                    kept.write_text(path.read_text())
                else:
                    self.assertTrue(kept.read_text() == path.read_text(), f"docs/{path.name} is not what the program makes; ./dev accept takes the new one")

    def test_links_lead_somewhere(self):
        for path in DOCUMENTS:
            for target in LINK.findall(path.read_text()):
                if "://" not in target:
                    self.assertTrue((path.parent / target).exists(), f"{path.relative_to(ROOT)} links to {target}")

    def test_the_page_of_diagnostics_has_every_code_and_no_other(self):
        sources = [path for part in ("analyzer", "frontends", "configuration") for path in (ROOT / part).rglob("*.[ch]*") if path.suffix in (".cpp", ".h")]
        used = {code for path in sources for code in re.findall(f'"({CODE})"', path.read_text())}
        explained = set(re.findall(f"`({CODE})`", (ROOT / "docs" / "diagnostics.md").read_text()))
        self.assertEqual(sorted(used - explained), [], "not in docs/diagnostics.md")
        self.assertEqual(sorted(explained - used), [], "in docs/diagnostics.md, but no longer used")


if __name__ == "__main__":
    sys.exit(unittest.main())
