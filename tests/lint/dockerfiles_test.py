"""Each Dockerfile that comes with cicd, by hadolint; and one that is wrong is found."""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HADOLINT = Path(os.environ.get("CICD_TEST_VENV") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cicd-tests/venv") / "bin/hadolint"


def dockerfiles(root):
    """Not those that a parser is fed with, right and wrong."""
    return sorted(path for folder in ("examples", "templates", "tests") for path in (root / folder).rglob("*")
                  if re.fullmatch(r"(.+[.])?(Dockerfile|Containerfile)([.].+)?", path.name) and "fuzz" not in path.parts)


def said_of(path):
    """Nothing where it is right."""
    done = subprocess.run([HADOLINT, "--no-color", str(path)], capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr if done.returncode or done.stdout else ""


class Dockerfiles(unittest.TestCase):
    def test_there_is_nothing_to_say_of_those_that_come_with_it(self):
        self.assertTrue(HADOLINT.exists(), "hadolint is missing: ./setup --tests installs it")
        found = dockerfiles(ROOT)
        self.assertIn(ROOT / "templates/dockerfile/service/Dockerfile", found)
        for path in found:
            self.assertEqual(said_of(path), "", path)

    def test_one_that_is_wrong_or_cannot_be_read_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "examples/service/Dockerfile")
            path.parent.mkdir(parents=True)
            for text, rule in (("FROM debian\n", "DL3006"), ("FROM debian:12\nRUNN true\n", "missing whitespace")):
                path.write_text(text)
                self.assertEqual(dockerfiles(Path(folder)), [path])
                self.assertIn(rule, said_of(path))


if __name__ == "__main__":
    unittest.main(verbosity=2)
