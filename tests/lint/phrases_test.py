#!/usr/bin/env python3
"""No text for people has a phrase of phrases.tsv, beyond those that the table still counts. What is read and what is not is shown by trees of its own."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import phrases  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("phrases.tsv")


def too_many(root, table):
    """What to change, for each phrase that stands more often than its row allows."""
    wrong = []
    for pattern, instead, allowed in phrases.listed(table):
        places = phrases.found(root, pattern)
        if len(places) > allowed:
            wrong.append(f"{len(places)} of /{pattern}/, {allowed} allowed; write: {instead}\n  " + "\n  ".join(places))
    return wrong


class Phrases(unittest.TestCase):
    def places(self, files, pattern="somebody"):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return phrases.found(Path(folder), pattern)

    def test_no_text_has_a_phrase_more_often_than_the_table_allows(self):
        self.assertEqual("\n".join(too_many(ROOT, TABLE.read_text())), "")

    def test_one_more_of_a_phrase_is_too_many(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "README.md").write_text("Somebody calls.\nSomebody else answers.\n")
            self.assertEqual(len(too_many(Path(folder), "# words\nsomebody\ta user\t1\n")), 1)
            self.assertEqual(too_many(Path(folder), "somebody\ta user\t2\n"), [])
            self.assertEqual(len(too_many(Path(folder), "somebody\ta user\n")), 1)

    def test_pages_texts_of_cmake_and_literals_are_read(self):
        for name, text in {"README.md": "asked by\nsomebody", "docs/contracts/plan.md": "Somebody", "examples/x/README.md": "somebody",
                           "cmake/x.cmake": 'message("somebody")', "include/x.ipp": 'f("a" + \'"\' + "by somebody");',
                           "include/raw.ipp": 'R"~(by "somebody")~"', "setup": "say somebody"}.items():
            self.assertEqual(len(self.places({name: text})), 1, name)

    def test_a_phrase_is_found_across_lines(self):
        self.assertEqual(len(self.places({"docs/x.md": "it is\nno list"}, "is no")), 1)
        self.assertEqual(len(self.places({"include/x.ipp": 'f("it is "\n  "no list");'}, "is no")), 1)

    def test_comments_and_names_of_headers_are_not(self):
        for name, text in {"cmake/x.cmake": "# somebody\n", "include/x.ipp": '// "somebody"\n#include "somebody.hpp"\nint n = 1\'000; // somebody\n',
                           "setup": "  # somebody\n", "src/x.cpp": '"somebody"'}.items():
            self.assertEqual(self.places({name: text}), [], name)


if __name__ == "__main__":
    unittest.main()
