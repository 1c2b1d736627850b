"""What README tells to type is there: presets, the setup script and its options, commands, targets, pages."""

import json
import re
import subprocess
import unittest

from java import SOURCE

README = (SOURCE / "README.md").read_text()


class Readme(unittest.TestCase):
    def setUp(self):
        section = README.split("## Two commands")[1].split("\n## ")[0]
        self.commands = [line for block in re.findall(r"```sh\n(.*?)```", section, re.S) for line in block.splitlines()]

    def test_two_commands(self):
        self.assertEqual(len(self.commands), 2)
        for command in self.commands:
            for part in command.split("&&"):
                self.assertIn(part.split()[0], ("./setup", "cmake"), part)

    def test_every_preset_exists(self):
        presets = {one["name"] for one in json.loads((SOURCE / "CMakePresets.json").read_text())["workflowPresets"]}
        named = [name for command in self.commands for name in re.findall(r"--workflow --preset (\S+)", command)]
        self.assertEqual(named, ["demo", "test"])
        self.assertLessEqual(set(named), presets)
        listed = subprocess.run(["cmake", "--list-presets=all"], cwd=SOURCE, capture_output=True, text=True)
        self.assertEqual(listed.returncode, 0, listed.stderr)

    def test_setup_is_there_and_takes_the_options(self):
        shown = subprocess.run([SOURCE / "setup", "--help"], capture_output=True, text=True)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for command in self.commands:
            for option in re.findall(r"\./setup(?: (--\S+))?", command):
                if option:
                    self.assertIn(option, shown.stdout)

    def test_every_page_exists(self):
        for page in re.findall(r"\]\(([^)#]+)\)", README):
            if "://" not in page:
                self.assertTrue((SOURCE / page).exists(), page)


if __name__ == "__main__":
    unittest.main(verbosity=2)
