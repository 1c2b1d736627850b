#!/usr/bin/env python3
"""Tells how long each suite took against its budget (budget.tsv), from the log of a ctest run. Never fails: a machine may be slow.

  budget.py <budget.tsv> <build>/Testing/Temporary
"""

import fnmatch
import re
import sys
from pathlib import Path


def budgets(table):
    """(pattern, seconds) of each row."""
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return [(pattern, float(seconds)) for pattern, seconds in rows]


def times(log):
    """The seconds of each test, in the order in which they ended."""
    return {name: float(seconds) for name, seconds in re.findall(r'^\d+/\d+ Test: (\S+)$.*?^Test time = +([\d.]+) sec$', log, re.M | re.S)}


def told(table, log):
    """The lines to print, the suite first that is nearest to its budget or furthest over it."""
    rows, took, unknown = budgets(table), {}, []
    for name, seconds in times(log).items():
        row = next((row for row in rows if fnmatch.fnmatchcase(name, row[0])), None)
        if row:
            took[row] = took.get(row, 0) + seconds
        else:
            unknown.append(name)
    over = [row for row in took if took[row] > row[1]]
    lines = [f"suites against their budgets on two idle cores (tests/budget.tsv): {len(over)} of {len(took)} over"]
    for row in sorted(took, key=lambda row: took[row] / row[1], reverse=True):
        lines.append(f"  {row[0]:<24}{took[row]:>7.0f} s of {row[1]:>4.0f} s{'  over' if row in over else ''}")
    lines += [f"  {name}: no budget; add a row to tests/budget.tsv" for name in unknown]
    return lines


def main():
    table, folder = Path(sys.argv[1]), Path(sys.argv[2])
    logs = sorted(folder.glob("LastTest.log*"), key=lambda path: path.stat().st_mtime)  # .tmp while ctest has not ended
    print("\n" + "\n".join(told(table.read_text(), logs[-1].read_text(errors="replace")) if logs else []))


if __name__ == "__main__":
    main()
