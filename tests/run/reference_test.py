"""What `cicd reference` writes for man and for editors, read by the programs that it is for."""

import json
import re
import unittest
from pathlib import Path

import harness


class Reference(harness.Case):
    def setUp(self):
        super().setUp()
        self.project = self.tree("add_pipeline(app)\npipeline_step(app one COMMAND true INPUTS CMakeLists.txt)\n")
        self.pages = self.folder / "man"

    def cicd(self, *words, status=0):
        return self.project.cicd(*words, status=status).stdout

    def man(self, *words):
        return self.project.call([harness.tool("man"), *words], env={"MANWIDTH": "100", "PAGER": "cat"})

    def test_each_command_that_help_lists_has_a_man_page_without_a_warning(self):
        self.cicd("reference", "--man", "--output", self.pages)
        commands = re.findall(r"(?m)^  ([a-z-]+) {2,}\S", self.cicd("--help").split("Subcommands:")[1])
        self.assertGreater(len(commands), 20)
        names = sorted(path.name for path in self.pages.iterdir())
        self.assertEqual(names, sorted(["cicd.1", "cicd-pipeline.7", *(f"cicd-{name}.1" for name in commands)]))
        for page in sorted(self.pages.iterdir()):
            told = self.project.call([harness.tool("mandoc"), "-Tlint", "-Wwarning", page]).stdout
            # A page that is the same in each build has no date.
            self.assertEqual([line for line in told.splitlines() if "missing date" not in line], [], page.name)
            shown = self.man("--warnings", "-l", page)
            self.assertEqual((shown.returncode, shown.stderr), (0, ""), page.name)
            self.assertIn("NAME", shown.stdout)
        declared = self.man("-l", self.pages / "cicd-pipeline.7").stdout
        self.assertIn("REPLICAS How many pods: a number", " ".join(declared.split()))
        self.assertIn("{slug}", declared)

    def test_the_snippets_are_those_of_vs_code(self):
        all_of_them = json.loads(self.cicd("reference", "--snippets"))
        for name, one in all_of_them.items():
            self.assertEqual(sorted(one), ["body", "description", "prefix", "scope"], name)
            self.assertIn(one["scope"], ("cmake", "cpp"), name)
            body = "\n".join(one["body"])
            # A placeholder has a number, and what is not one is escaped.
            self.assertEqual(re.sub(r"\\.|\$\{\d+(?::(?:\\.|[^}])*|\|[^}]*\|)\}|\$\d+", "", body).count("$"), 0, name)

    def test_each_function_and_its_keywords_have_a_comment_for_language_servers(self):
        text = self.cicd("reference", "--cmake-comments")
        comments = re.findall(r"(?s)#\[==\[\.rst:\n\.\. command:: (\S+)\n\n(.*?)\n#\]==\]\n", text)
        self.assertEqual([line for line in re.sub(r"(?s)#\[==\[.*?\n#\]==\]", "", text).splitlines() if line and not line.startswith("#")], [])
        functions = {name: body for name, body in comments if not name.isupper()}
        declared = {path.stem for path in (Path(__file__).resolve().parents[2] / "cmake").glob("*.cmake")} - {"cicd"}
        self.assertEqual(set(functions), {name for name in declared if not name.startswith("_")} - {"pipeline_test"})
        keywords = {name for name, _ in comments if name.isupper()}
        for name, body in functions.items():
            self.assertLessEqual(set(re.findall(r"[A-Z][A-Z_]+(?=[,.])", body.partition("Keywords: ")[2])), keywords, name)

    def test_an_unknown_form_or_two_of_them_are_refused(self):
        for words in (("--manual",), ("--man", "--snippets")):
            self.cicd("reference", *words, status=2)


if __name__ == "__main__":
    unittest.main()
