"""What README tells is so: the declarations configure and give the targets, commands, options, presets, pages and numbers are there."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import java
from java import SOURCE, harness

README = (SOURCE / "README.md").read_text()
EXAMPLE = (SOURCE / "docs/example.md").read_text()


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def section(title):
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


class Words(unittest.TestCase):
    def test_the_first_screen_says_what_it_is_with_a_comparison_a_declaration_and_a_failing_run(self):
        screen = README.split("\n## ")[0]
        self.assertIn("Dagger", screen.split("```")[0])
        self.assertEqual(len(blocks(screen, "cmake")[0].splitlines()), 8)
        self.assertIn("✗ orders/test failed", blocks(screen, "text")[0])
        self.assertLess(len(screen.splitlines()), 50)

    def test_the_headings_are_in_the_order_in_which_a_reader_asks(self):
        self.assertEqual(re.findall("^## (.*)$", README, re.M), ["Instead of", "Try it", "Use it in your project", "Targets", "Read on"])

    def test_to_try_it_takes_a_clone_and_two_commands_and_names_no_host(self):
        clone, commands = blocks(section("Try it"), "sh")[0].splitlines()
        self.assertEqual(clone, "git clone <url of this repository> cicd && cd cicd")
        self.assertEqual(commands, "./setup && cmake --workflow --preset demo")

    def test_every_preset_exists(self):
        presets = json.loads((SOURCE / "CMakePresets.json").read_text())
        workflows = {one["name"] for one in presets["workflowPresets"]}
        for text in (README, (SOURCE / "CONTRIBUTING.md").read_text()):
            named = set(re.findall(r"--workflow --preset (\S+?)[`\s]", text))
            self.assertTrue(named)
            self.assertLessEqual(named, workflows)
            self.assertLessEqual(set(re.findall(r"cmake (?:--build )?--preset ([\w-]+)", text)), {one["name"] for one in presets["buildPresets"]})
        listed = subprocess.run(["cmake", "--list-presets=all"], cwd=SOURCE, capture_output=True, text=True)
        self.assertEqual(listed.returncode, 0, listed.stderr)

    def test_setup_takes_the_options_and_knows_the_systems(self):
        shown = subprocess.run([SOURCE / "setup", "--help"], capture_output=True, text=True)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for option in re.findall(r"\./setup (--\S+)", README + (SOURCE / "CONTRIBUTING.md").read_text()):
            self.assertIn(option.strip("`"), shown.stdout)
        known = re.search(r"^readonly known_systems='(.*)'$", (SOURCE / "setup").read_text(), re.M)[1]
        for system in re.findall(r"(?:Debian|Ubuntu) [\d.]*\d", README):
            self.assertIn(system, known)

    def test_every_page_exists(self):
        for page in re.findall(r"\]\(([^)#]+)", README + EXAMPLE.replace("](", "](docs/")):
            if "://" not in page:
                self.assertTrue((SOURCE / page).exists(), page)

    def test_every_number_is_one_of_the_benchmarks(self):
        measured = (SOURCE / "bench/README.md").read_text()
        row = next(line for line in measured.splitlines() if line.startswith("| deploy of 1, 10, 50 services"))
        self.assertEqual(re.findall(r"0\.\d+", row.split("|")[2])[1], re.search(r"10 services whose pods stay takes (0\.\d+)", README)[1])
        row = next(line for line in measured.splitlines() if line.startswith("| image of 41 MB"))
        self.assertEqual(re.findall(r"0\.\d+", row.split("|")[2])[0], re.search(r"41 MB in (0\.\d+) of", README)[1])
        self.assertIn(re.search(r"compiling the driver \((about \d+ s)", README)[1], measured)
        self.assertEqual(len(re.findall(r"\b0\.\d\d\b", README)), 2)  # a new number is to be looked up here, too


class Declarations(java.Suite):
    """The declarations of README and of the long example, in a project of their own; nothing is built."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.short = cls.configured("short", "cmake_minimum_required(VERSION 3.25)\nproject(orders LANGUAGES NONE)\n" + blocks(README, "cmake")[0])
        cls.whole = cls.configured("whole", blocks(EXAMPLE, "cmake")[0])

    @classmethod
    def configured(cls, name, text):
        tree = harness.Tree(cls.folder / name)
        tree.write("CMakeLists.txt", text)
        for file in ("make-runtime", "smoke.sh", "pom.xml"):
            tree.write(file, "", 0o755)
        tree.configure()
        return tree

    def targets(self, tree):
        shown = tree.call([harness.tool("cmake"), "--build", tree.build, "--target", "help"])
        self.assertEqual(shown.returncode, 0, shown.all)
        return set(re.findall(r"^(\S+): phony$", shown.stdout, re.M))

    def test_every_target_of_the_table_is_given_by_the_long_example(self):
        rows = [line for line in section("Targets").splitlines() if line.startswith("| `")]
        named = {name for row in rows for name in re.findall("`([^`]+)`", row.split("|")[1])} - {"test"}  # CMake's own
        self.assertGreater(len(named), 15)
        self.assertLessEqual(named, self.targets(self.whole))

    def test_the_first_declaration_gives_what_the_run_below_it_shows(self):
        self.assertIn("deploy-stage", self.targets(self.short))
        steps = set(re.findall(r"[✓✗] (orders/\S+)", blocks(README, "text")[0]))
        self.assertLessEqual({step.replace("/", ".") for step in steps}, self.targets(self.short))

    def test_every_command_is_there_and_what_prints_data_does(self):
        shown = self.whole.call([self.whole.launcher, "--help"])
        after = section("Targets").split("`<build>/.cicd/cicd` takes arguments:")[1]
        for words in re.findall("`([a-z][^`]*)`", after):
            self.assertRegex(shown.stdout, rf"(?m)^  {re.escape(words.split()[0])}\b", words)
        for words in ("explain service.replicas", "status", "history"):
            self.assertIn(words, after)
            done = self.short.call([self.short.launcher, *words.split()])
            self.assertEqual(done.returncode, 0, done.all)

    def test_an_event_is_rehearsed(self):
        self.whole.commit()
        words = re.search(r"`(plan --event \S+)`", README)[1]
        programs = self.folder / "programs"  # what the declaration scans the image with
        programs.mkdir()
        (programs / "grype").write_text("#!/bin/sh\n")
        (programs / "grype").chmod(0o755)
        planned = self.whole.call([self.whole.launcher, *words.split()], env={"PATH": f"{programs}:{self.whole.env['PATH']}"})
        self.assertIn(planned.returncode, (0, 5, 6), planned.all)  # read, not a usage error

    def test_the_way_to_fetch_it_is_how_the_consumer_test_does(self):
        used = (SOURCE / "tests/consumer/project/fetchcontent.cmake").read_text()
        for line in blocks(section("Use it in your project"), "cmake")[0].splitlines():
            self.assertIn(re.sub(r"\(.*", "(", line), used)

    def test_the_steps_of_ci_are_yaml_and_call_what_is_there(self):
        text = blocks(section("Use it in your project"), "yaml")[0]
        self.assertIn("cmake -B build && cmake --build build --target deploy-stage", text)
        self.assertIn("fetch-depth: 0", text)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "steps.yaml")
            file.write_text(text)
            venv = Path(java.os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cicd-tests/venv/bin/python"
            done = subprocess.run([venv, "-c", "import sys, yaml; steps = yaml.safe_load(open(sys.argv[1])); assert len(steps) == 3, steps", file],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
