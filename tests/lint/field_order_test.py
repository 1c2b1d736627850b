#!/usr/bin/env python3
"""The order of the fields of what a team declares is a promise: designated initialisers have to follow it. The list is `field_order.txt`;
a new field is added to it where it stands, and never moves an old one."""
import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("field_order.txt")
HEADERS = ("steps.hpp", "artifacts.hpp", "workloads.hpp", "environments.hpp", "pipeline.hpp")


def fields_of(text, included):
    """Each struct of a header and its fields in order."""
    text = re.sub(r"^#include <cicd/declare/(options/[a-z_]+\.inc)>$", lambda found: included(found[1]), text, flags=re.M)
    return {name: re.findall(r"^  [a-z][\w:<>]*(?: \w+)*? (\w+)(?:\{\})?(?: = [^;]+)?;", body, re.M)
            for name, body in re.findall(r"^struct (\w+) \{\n(.*?)^\};", text, re.M | re.S)}


def declared(root):
    folder, all_fields = root / "include/cicd/declare", {}
    for header in HEADERS:
        all_fields.update(fields_of((folder / header).read_text(), lambda name: (folder / name).read_text()))
    return all_fields


def listed(text):
    return {line.split()[0]: line.split()[1:] for line in text.splitlines() if line and not line.startswith("#")}


def moved(promised, there):
    """Fields that are gone, or no longer stand where the list has them; and those that it lacks."""
    wrong = []
    for name, fields in promised.items():
        now = there.get(name, [])
        wrong += [f"{name}.{field} is gone" for field in fields if field not in now]
        if [field for field in now if field in fields] != [field for field in fields if field in now]:
            wrong.append(f"the fields of {name} are in another order")
    wrong += [f"{name}.{field} is not in field_order.txt" for name, fields in there.items() for field in fields if field not in promised.get(name, [])]
    return wrong


class FieldOrder(unittest.TestCase):
    def test_the_fields_are_in_the_order_that_was_promised(self):
        there = declared(ROOT)
        self.assertGreater(len(there["service"]), 40)
        self.assertEqual(moved(listed(LIST.read_text()), there), [])

    def test_a_moved_a_removed_and_a_new_field_are_found(self):
        there = fields_of("struct step {\n  int b = 1;\n  /// text\n  std::vector<text> a{};\n  dns_label c;\n};\n", lambda name: "")
        self.assertEqual(moved({"step": ["a", "b", "d"]}, there),
                         ["step.d is gone", "the fields of step are in another order", "step.c is not in field_order.txt"])
        self.assertEqual(moved({"step": ["b", "a", "c"]}, there), [])


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        LIST.write_text("# Struct and fields, in order: what designated initialisers in a pipeline.cpp follow. A new field never moves an old one.\n"
                        + "".join(f"{name} {' '.join(fields)}\n" for name, fields in declared(ROOT).items()))
    else:
        unittest.main()
