"""examples/postgres: its tests on a real PostgreSQL, what they say of a broken migration, and the commands of its README."""

import re
import shutil
import subprocess
import unittest

from java import SOURCE, harness

EXAMPLE = SOURCE / "examples/postgres"


class Postgres(harness.Case):
    def setUp(self):
        super().setUp()
        self.made = self.tree(name="schema")
        shutil.copytree(EXAMPLE, self.made.source, dirs_exist_ok=True, ignore=shutil.ignore_patterns("build"))
        self.made.build = self.made.source / "build"
        self.env = {**self.made.env, "cicd_DIR": harness.package()}

    def test_the_commands_of_its_readme(self):
        commands = re.search(r"```sh\n(.*?)```", (EXAMPLE / "README.md").read_text(), re.S)[1]
        done = subprocess.run(["sh", "-e", "-c", commands], cwd=self.made.source, env=self.env, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for needle in ("100% tests passed, 0 tests failed out of 2", "1 step up to date", "database system is ready to accept connections", "PostgreSQL 1"):
            self.assertIn(needle, done.stdout)

    def test_a_broken_migration_is_a_failed_test_by_name(self):
        file = self.made.write("schema/002-rules.sql", (EXAMPLE / "schema/002-rules.sql").read_text().replace("total > 0", "total > -9"))
        self.made.configure()
        done = self.made.run("orders.test", status=1)
        self.assertIn("no order has a negative total", done.stdout)
        self.assertEqual(self.made.outcomes(), {"orders/schema": "failed"})
        file.write_text((EXAMPLE / "schema/002-rules.sql").read_text())
        self.made.run("orders.test")


if __name__ == "__main__":
    unittest.main()
