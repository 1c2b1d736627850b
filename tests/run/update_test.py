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
        self.assertEqual((told["schema"], told["dry_run"]), (1, False))
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

    def test_a_file_that_is_edited_while_its_update_runs_is_a_conflict_and_stays(self):
        tree = self.pinned()
        tree.write("newer", f"#!/bin/sh\necho mine 1 >>{tree.source}/lock.txt\n" + NEWER.split("\n", 1)[1], 0o755)
        said = tree.cicd("update", status=3).stderr
        self.assertIn("the file was changed while its update ran", said)
        self.assertIn("lock.txt", said)
        self.assertEqual(self.lock(tree), LOCK + "mine 1\n")

    def test_a_file_that_a_later_update_edits_is_a_conflict_and_nothing_is_written(self):
        tree = self.two(lambda tree: f"#!/bin/sh\necho mine 1 >>{tree.source}/lock.txt\necho b 2 >other.txt\n")
        self.assertIn("the file was changed while its update ran", tree.cicd("update", status=3).stderr)
        self.assertEqual((self.lock(tree), (tree.source / "other.txt").read_text()), (LOCK + "mine 1\n", "b 1\n"))

    def test_where_the_second_of_two_fails_the_first_changes_nothing(self):
        tree = self.two(lambda tree: "#!/bin/sh\nexit 3\n")
        done = tree.cicd("update", status=1)
        self.assertEqual((done.stdout, self.lock(tree)), ("", LOCK))
        self.assertIn("other/base: the program of UPDATE failed", done.stderr)

    def two(self, second):
        tree = self.pinned("add_pipeline(app)\n" + STEP.format("app") + "add_pipeline(other)\npipeline_step(other base COMMAND true "
                           "INPUTS other.txt second UPDATE ./second)\n")
        tree.write("other.txt", "b 1\n")
        tree.write("second", second(tree), 0o755)
        return tree

    def test_a_program_that_removes_the_lock_fails(self):
        tree = self.pinned(newer="#!/bin/sh\nrm lock.txt\n")
        self.assertIn("the program of UPDATE removed an input of the step: 'lock.txt'", tree.cicd("update", status=1).stderr)
        self.assertEqual(self.lock(tree), LOCK)

    def test_a_link_is_followed_within_the_folder_and_refused_where_it_leads_out(self):
        tree = self.pinned()
        (self.folder / "outside.txt").write_text(LOCK)
        for target, status in (("real.txt", 0), (str(tree.source / "real.txt"), 0), (str(self.folder / "outside.txt"), 2)):
            with self.subTest(target):
                tree.write("real.txt", LOCK)
                (tree.source / "lock.txt").unlink()
                (tree.source / "lock.txt").symlink_to(target)
                done = tree.cicd("update", status=status)
                self.assertTrue((tree.source / "lock.txt").is_symlink())
                if status:
                    self.assertIn("wrote to a link that leads out of the source folder: 'lock.txt'", done.stderr)
                    self.assertEqual((self.folder / "outside.txt").read_text(), LOCK)
                else:
                    self.assertIn("app/base: real.txt\n  a 1 -> 2\n", done.stdout)
                    self.assertEqual((tree.source / "real.txt").read_text(), "# pins\na 2\nb 1\nnew 1\n")

    def test_only_names_that_each_side_has_once_are_paired(self):
        tree = self.pinned(newer="#!/bin/sh\nprintf 'm v2 h1:c=\\nm v2/go.mod h1:d=\\n  x = 2\\n  z = 2\\n' >lock.txt\n")
        tree.write("lock.txt", "m v1 h1:a=\nm v1/go.mod h1:b=\n  x = 1\n  y = 1\n")
        self.assertEqual(tree.cicd("update", "--dry-run").stdout,
                         "app/base: lock.txt would change\n  - m v1 h1:a=\n  - m v1/go.mod h1:b=\n    x = 1 -> = 2\n  -   y = 1\n"
                         "  + m v2 h1:c=\n  + m v2/go.mod h1:d=\n  +   z = 2\n")

    def test_pipelines_are_chosen_by_name(self):
        tree = self.pinned("add_pipeline(app)\n" + STEP.format("app") + "add_pipeline(other)\npipeline_step(other test COMMAND true)\n")
        self.assertEqual(tree.cicd("update", "other").stdout, "nothing to update: no step has UPDATE, and no image stands on a tag\n")
        self.assertIn("did you mean: other", tree.cicd("update", "othr", status=2).stderr)


if __name__ == "__main__":
    unittest.main()
