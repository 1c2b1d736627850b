"""Stored state that cannot be trusted: exit 4, the file untouched, and a command that helps. Corrupt is never taken for absent."""

import re
import shutil
import sqlite3
import unittest

import harness


class State(harness.Case):
    # ---- the index of runs ----

    def check_index(self, harm):
        tree = self.deployed()
        index = tree.home / "state/runs.sqlite"
        for beside in index.parent.glob("runs.sqlite-*"):
            beside.unlink()
        harm(index)
        before = index.read_bytes()
        tree.write("in.txt", "two")
        for words in (("run", "app.build"), ("status",), ("history",)):
            done = tree.cicd(*words, status=4)
            self.assertEqual(index.read_bytes(), before, words)
            self.assertIn(str(index), done.stderr)
        self.assertEqual(tree.result()["outcome"], "corrupt")
        # What does not need it goes on.
        tree.cicd("plan")
        command = harness.note_in(done.stderr, "try")
        self.assertIn("--rebuild-index", command)
        mended = tree.call(["/bin/sh", "-c", command], env={"PATH": f"{tree.build / '.cicd'}:{tree.env['PATH']}"}, cwd=tree.build)
        self.assertEqual(mended.returncode, 0, mended.all)
        self.assertIn("deploy-stage", tree.cicd("history").stdout)
        tree.run("app.build")

    def test_an_index_of_zero_bytes(self):
        self.check_index(lambda index: index.write_bytes(b""))

    def test_half_an_index(self):
        self.check_index(lambda index: index.write_bytes(index.read_bytes()[:len(index.read_bytes()) // 2 - 100]))

    def test_garbage_for_an_index(self):
        self.check_index(lambda index: index.write_bytes(b"this is no database " * 500))

    def test_an_index_of_a_newer_schema(self):
        def newer(index):
            with sqlite3.connect(index) as base:
                base.execute("PRAGMA user_version = 99")
            base.close()
        self.check_index(newer)

    def test_a_lost_index_is_made_anew(self):
        tree = self.deployed()
        shutil.rmtree(tree.home / "state")
        self.assertIn("deploy-stage", tree.cicd("history").stdout)

    # ---- what is remembered in the build tree ----

    def test_lost_or_broken_memory_only_costs_time(self):
        tree = self.deployed()
        own = tree.build / ".cicd"
        for name in ("steps.journal", "files.index"):
            for harm in (b"", b"garbage\n" * 10, None):
                with self.subTest(name=name, harm=harm):
                    if harm is None:
                        (own / name).unlink()
                    else:
                        (own / name).write_bytes(harm)
                    tree.run("deploy-stage")
                    self.assertEqual(tree.record()["generation"], 1)
        shutil.rmtree(own / "gitops")
        tree.run("deploy-stage")
        self.assertEqual(tree.commits(), 1)

    # ---- the deployment record ----

    def check_record(self, harm):
        tree = self.deployed()
        clone = self.folder / "clone"
        work = harness.Tree(clone, source=".", build="none")
        tree.call([harness.tool("git"), "clone", "--quiet", tree.build / "manifests.git", clone / "c"])
        work.source = clone / "c"
        record = work.source / ".cicd/records/stage/app.json"
        record.write_bytes(harm(record.read_bytes()))
        work.git("commit", "--quiet", "--all", "--message", "harmed")
        work.git("push", "--quiet", "origin", "HEAD:main")
        before = tree.manifests("rev-parse", "main")
        tree.write("in.txt", "two")
        tree.commit()
        done = tree.run("deploy-stage", status=4)
        self.assertEqual(tree.manifests("rev-parse", "main"), before)
        self.assertIn(".cicd/records/stage/app.json", done.stdout + done.stderr)
        self.assertEqual(tree.result()["outcome"], "corrupt")
        for words in (("plan", "deploy-stage"), ("status",)):
            tree.cicd(*words, status=4)
        # The command that is printed brings back the record before it.
        who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "Jane"), ("EMAIL", "jane@example.com"))}
        mended = tree.call(["/bin/sh", "-ec", harness.note_in(done.all, "try")], env=who, cwd=self.folder)
        self.assertEqual(mended.returncode, 0, mended.all)
        tree.run("deploy-stage")
        self.assertEqual(tree.record()["generation"], 2)

    def test_a_record_of_zero_bytes(self):
        self.check_record(lambda text: b"")

    def test_half_a_record(self):
        self.check_record(lambda text: text[:len(text) // 2])

    def test_a_record_with_another_digest(self):
        self.check_record(lambda text: text.replace(b'"generation": 1', b'"generation": 7'))

    def test_a_record_with_conflict_markers(self):
        self.check_record(lambda text: b"<<<<<<< HEAD\n" + text + b"=======\n" + text + b">>>>>>> other\n")

    def test_a_record_of_a_newer_schema(self):
        self.check_record(lambda text: text.replace(b'"schema": 1', b'"schema": 99'))

    # ---- the embedded registry ----

    def check_registry(self, harm):
        tree = self.deployed()
        index = tree.build / "registry/app/index.json"
        index.write_bytes(harm(index.read_bytes()))
        before = harness.digest_of_tree(tree.build / "registry")
        tree.write("in.txt", "two")
        tree.commit()
        done = tree.run("app.publish", status=4)
        self.assertEqual(harness.digest_of_tree(tree.build / "registry"), before)
        self.assertIn("registry/app", done.stdout + done.stderr)
        tree.run("deploy-stage", status=4)
        self.assertEqual(tree.record()["generation"], 1)

    def test_a_registry_index_of_zero_bytes(self):
        self.check_registry(lambda text: b"")

    def test_half_a_registry_index(self):
        self.check_registry(lambda text: text[:len(text) // 2])

    def test_garbage_for_a_registry_index(self):
        self.check_registry(lambda text: b"[1, 2]")

    # ---- state that cannot be written ----

    def test_a_state_folder_that_cannot_be_made(self):
        tree = self.tree()
        tree.write("in.txt", "one")
        tree.declare(harness.DEPLOYED).configure()
        (self.folder / "file").write_text("no folder")
        tree.env["CICD_STATE_DIR"] = str(self.folder / "file/state")
        done = tree.run("app.build", status=7)
        self.assertTrue(re.search(r"file/state", done.all))
        self.assertEqual(tree.result()["outcome"], "cannot-save")


if __name__ == "__main__":
    unittest.main(verbosity=2)
