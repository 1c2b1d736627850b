"""The table of budgets, and what is told of a run."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))
import budget  # noqa: E402

LOG = """Start testing: Nov 29 00:41 UTC
----------------------------------------------------------
1/3 Testing: run.kill
1/3 Test: run.kill
Command: "kill_test.py"
Directory: /build
"run.kill" start time: Nov 29 00:41 UTC
Output:
----------------------------------------------------------
<end of output>
Test time =  40.50 sec
----------------------------------------------------------
Test Passed.
"run.kill" end time: Nov 29 00:41 UTC
"run.kill" time elapsed: 00:00:40
----------------------------------------------------------

2/3 Testing: unit.base
2/3 Test: unit.base
Command: "unit_base"
<end of output>
Test time =   2.00 sec
----------------------------------------------------------
Test Failed.

3/3 Testing: new.one
3/3 Test: new.one
<end of output>
Test time =   1.00 sec
----------------------------------------------------------
"""


class Budget(unittest.TestCase):
    def test_a_suite_over_its_budget_comes_first_and_is_told_so(self):
        lines = budget.told("# words\nunit.*\t60\nrun.*\t30\n", LOG)
        self.assertRegex(lines[0], "1 of 2 over$")
        self.assertRegex(lines[1], r"^  run\.\* +40 s of +30 s  over$")
        self.assertRegex(lines[2], r"^  unit\.\* +2 s of +60 s$")

    def test_a_suite_without_a_budget_is_told(self):
        self.assertIn("  new.one: no budget; add a row to tests/budget.tsv", budget.told("run.*\t30\nunit.*\t60\n", LOG))

    def test_a_slow_run_is_no_failure(self):
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder, "budget.tsv")
            table.write_text("run.*\t1\nunit.*\t1\n")
            Path(folder, "LastTest.log.tmp").write_text(LOG)
            done = subprocess.run([sys.executable, "-B", TESTS / "budget.py", table, folder], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("2 of 2 over", done.stdout)

    def test_every_suite_of_this_build_tree_has_a_budget(self):
        rows = budget.budgets((TESTS / "budget.tsv").read_text())
        for name in os.environ["CICD_SUITES"].split(","):
            self.assertTrue(any(budget.fnmatch.fnmatchcase(name, pattern) for pattern, _ in rows), f"{name} has no row in tests/budget.tsv")


if __name__ == "__main__":
    unittest.main(verbosity=2)
