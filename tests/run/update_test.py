"""`cicd update`: files that pin versions are moved by the program of UPDATE, as a whole or not at all, and what changed is shown."""

import json
import unittest

import harness

NEWER = "#!/bin/sh\nset -eu\n[ \"$1\" = lock.txt ]\nprintf '# pins\\na 2\\nb 1\\nnew 1\\n' >lock.txt\necho junk >junk.txt\n"
LOCK = "# pins\na 1\nb 1\ngone 1\n"
STEP = "pipeline_step({} base COMMAND cp lock.txt out.txt INPUTS lock.txt newer OUTPUTS out.txt UPDATE ./newer lock.txt)\n"


class Update(harness.Case):
    def pinned(self, calls="add_pipeline(app)\n" + STEP.format("app"), newer=NEWER):
        tree = self.tree()
        tree.write("lock.txt", LOCK)
        tree.write("newer", newer, 0o755)
        tree.declare(calls)
        tree.commit()
        tree.configure()
        return tree

    def lock(self, tree):
        return (tree.source / "lock.txt").read_text()

    def test_a_dry_run_shows_what_would_change_and_changes_nothing(self):
        tree = self.pinned()
        self.assertEqual(tree.cicd("update", "--dry-run").stdout, "app/base: lock.txt would change\n  a 1 -> 2\n  - gone 1\n  + new 1\n")
        self.assertEqual(tree.git("status", "--porcelain", "--", ":!build"), "")

    def test_the_lock_is_moved_the_step_runs_again_and_the_next_update_has_nothing_to_do(self):
        tree = self.pinned()
        tree.run("app.base")
        done = tree.cicd("update")
        self.assertEqual(done.stdout, "app/base: lock.txt\n  a 1 -> 2\n  - gone 1\n  + new 1\nnext: git add lock.txt && git commit\n")
        self.assertEqual(self.lock(tree), "# pins\na 2\nb 1\nnew 1\n")
        self.assertFalse((tree.source / "junk.txt").exists(), "what is no input stays out of the source folder")
        self.assertEqual([path.name for path in (tree.build / ".cicd").glob("update*")], [])
        tree.run("app.base")
        self.assertEqual(tree.outcomes(), {"app/base": "ran"})
        self.assertEqual(tree.cicd("update", "app").stdout, "app/base: nothing newer\n")

    def test_json_has_each_lock_with_its_lines(self):
        told = json.loads(self.pinned().cicd("update", "--json").stdout)
        self.assertFalse(told["dry_run"])
        self.assertEqual([(one["of"], one["locks"]) for one in told["updates"]],
                         [("app/base", [{"path": "lock.txt", "removed": ["a 1", "gone 1"], "added": ["a 2", "new 1"]}])])

    def test_another_word_of_update_makes_no_step_run_again(self):
        tree = self.pinned()
        tree.run("app.base")
        tree.declare("add_pipeline(app)\n" + STEP.format("app").replace("./newer lock.txt", "./newer other.txt"))
        tree.configure()
        self.assertIn("nothing to do", tree.run("app.base").stdout)

    def test_a_program_that_fails_changes_nothing_and_says_what_it_said(self):
        for name, newer, status, *said in (("fails", "#!/bin/sh\necho half >lock.txt\necho 'no such package' >&2\nexit 3\n", 1,
                                            "app/base: the program of UPDATE failed: exit status 3: './newer lock.txt'", "no such package"),
                                           ("missing", "#!/nowhere/sh\n", 2, "the program of UPDATE cannot be started")):
            with self.subTest(name):
                tree = self.tree(name=name)
                tree.write("lock.txt", LOCK)
                tree.write("newer", newer, 0o755)
                tree.declare("add_pipeline(app)\n" + STEP.format("app"))
                tree.configure()
                text = tree.cicd("update", status=status).stderr
                for each in (*said, "CMakeLists.txt:6"):
                    self.assertIn(each, text)
                self.assertEqual(self.lock(tree), LOCK)

    def test_pipelines_are_chosen_by_name(self):
        tree = self.pinned("add_pipeline(app)\n" + STEP.format("app") + "add_pipeline(other)\npipeline_step(other test COMMAND true)\n")
        self.assertEqual(tree.cicd("update", "other").stdout, "nothing to update: no step has UPDATE\n")
        self.assertIn("did you mean: other", tree.cicd("update", "othr", status=2).stderr)


if __name__ == "__main__":
    unittest.main()
