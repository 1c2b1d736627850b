"""examples/scans: what is known there fails nothing, what is new does, and the commands of its README."""

import re
import shutil
import subprocess
import unittest

from java import SOURCE, harness

EXAMPLE = SOURCE / "examples/scans"


class Scans(harness.Case):
    def setUp(self):
        super().setUp()
        self.made = self.tree(name="rates")
        shutil.copytree(EXAMPLE, self.made.source, dirs_exist_ok=True, ignore=shutil.ignore_patterns("build"))
        self.made.build = self.made.source / "build"
        self.env = {**self.made.env, "cicd_DIR": harness.package()}

    def test_the_commands_of_its_readme(self):
        for commands in re.findall(r"```sh\n(.*?)```", (EXAMPLE / "README.md").read_text(), re.S):
            done = subprocess.run(["sh", "-e", "-c", commands], cwd=self.made.source, env=self.env, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual((self.made.source / "scan-baseline.json").read_text(), (EXAMPLE / "scan-baseline.json").read_text())

    def test_a_new_mistake_fails_and_alone(self):
        self.made.write("src/rates.cpp", "// moved\n" + (EXAMPLE / "src/rates.cpp").read_text() + "\nint first(const int* all) {\n  all = nullptr;\n  return *all;\n}\n")
        self.made.configure()
        failed = self.made.run("scan", status=1).all
        self.assertIn("src/rates.cpp:10  nullPointer", failed)
        self.assertNotIn("zerodiv", failed)


if __name__ == "__main__":
    unittest.main()
