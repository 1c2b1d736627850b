"""Stored state that cannot be trusted: exit 4, the file untouched, and a command that helps. Corrupt is never taken for absent."""

import os
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

    def built(self):
        """Two steps that ran, and no git: what is asked of the index of runs alone."""
        tree = self.tree()
        tree.write("in.txt", "one")
        tree.declare('add_pipeline(app)\npipeline_step(app one SHELL "cp in.txt out.txt" INPUTS in.txt OUTPUTS out.txt)\n'
                     'pipeline_step(app two SHELL "cat out.txt > two.txt" INPUTS in.txt OUTPUTS two.txt AFTER one)\n').configure()
        tree.run("app/two")
        return tree

    def test_a_flipped_digit_of_the_journal_is_told_once_and_stops_nothing(self):
        tree = self.deployed()
        journal = tree.build / ".cicd/steps.journal"
        before = journal.read_text()
        # The parts of a key, with which a line ends, only say why a step runs.
        digits = [at for at, character in enumerate(before) if character in "0123456789abcdef" and before[at - 1] in "0123456789abcdef"
                  and "cicd-parts" not in before[before.rfind("\n", 0, at) + 1:at]]
        for at in digits[::len(digits) // 12]:
            with self.subTest(at=at):
                journal.write_text(before[:at] + ("0" if before[at] != "0" else "1") + before[at + 1:])
                done = tree.run("deploy-stage")
                self.assertIn("cicd: warning: a line is damaged, and ignored", done.stderr)
                self.assertIn(str(journal), done.stderr)
                self.assertNotIn("warning", tree.run("deploy-stage").stderr)
                self.assertEqual(tree.record()["generation"], 1)

    def test_declarations_that_were_cut_are_corrupt_and_nothing_is_removed(self):
        tree = self.deployed()
        declarations = tree.build / ".cicd/declarations.ndjson"
        lines = declarations.read_bytes().splitlines(keepends=True)
        self.assertGreater(len(lines), 5)
        before = tree.manifests("rev-parse", "main")
        for left in range(len(lines)):
            with self.subTest(left=left):
                declarations.write_bytes(b"".join(lines[:left]))
                done = tree.run("deploy-stage", status=4)
                self.assertIn("declarations", done.stderr)
                self.assertIn("cmake", harness.note_in(done.stderr, "try"))
        declarations.write_bytes(b"".join(lines[:2] + lines[3:]))
        tree.run("deploy-stage", status=4)
        self.assertEqual(tree.manifests("rev-parse", "main"), before)
        tree.configure()
        self.assertEqual(declarations.read_bytes(), b"".join(lines))
        tree.run("deploy-stage")

    def test_a_pipe_in_place_of_the_declarations_is_corrupt_and_waits_for_nobody(self):
        tree = self.built()
        declarations = tree.build / ".cicd/declarations.ndjson"
        declarations.unlink()
        os.mkfifo(declarations)
        for words in (("run", "app/one"), ("plan",), ("status",), ("history",)):
            self.assertIn(str(declarations), tree.cicd(*words, status=4, timeout=20).stderr)
        for words in (("explain", "app"), ("doctor",)):
            tree.cicd(*words, status=None, timeout=20)
        tree.configure()
        tree.run("app/one")

    def test_a_pipe_in_place_of_what_is_remembered_waits_for_nobody(self):
        tree = self.built()
        remembered = sorted(path for path in (tree.build / ".cicd").rglob("*")
                            if path.is_file() and not path.is_symlink() and not {"work", "w"} & set(path.parts) and path.name not in ("cicd", "declarations.ndjson"))
        self.assertGreaterEqual(len(remembered), 8)
        for path in [*remembered, *(tree.home / "state").iterdir(), *(path for path in (tree.home / "cache").rglob("*") if "work" not in path.parts)]:
            if not path.is_file():
                continue
            with self.subTest(path=str(path)):
                kept = path.read_bytes()
                path.unlink()
                os.mkfifo(path)
                tree.write("in.txt", str(path))
                done = tree.run("app/two", status=None, timeout=20)
                self.assertIn(done.returncode, (0, 4) if path.name == "runs.sqlite" else (0,), done.all)
                if path.exists() and not path.is_file():
                    path.unlink()
                    path.write_bytes(kept)

    # ---- what may be lost: the index of runs, the cache, a home ----

    def limited(self, tree, limit, *words):
        return tree.call(["/bin/sh", "-c", f'ulimit {limit}; exec "$@"', "sh", tree.launcher, *words], timeout=60)

    def check_goes_on(self, tree, done, *said):
        self.assertEqual(done.returncode, 0, done.all)
        self.assertEqual(tree.outcomes(), {"app/one": "ran", "app/two": "ran"})
        self.assertIn("cicd: warning: the index of runs cannot be used", done.stderr)
        self.assertIn("runs.sqlite", done.stderr)
        self.assertNotIn("rebuild-index", done.all)
        for words in said:
            self.assertIn(words, done.stderr)

    def test_an_index_that_may_not_grow_is_a_warning(self):
        tree = self.built()
        for name in ("runs.sqlite-wal", "runs.sqlite-shm"):
            (tree.home / "state" / name).unlink(missing_ok=True)
        tree.write("in.txt", "two")
        self.check_goes_on(tree, self.limited(tree, "-f 16", "run", "app/two"))
        tree.write("in.txt", "three")
        self.assertNotIn("warning", tree.run("app/two").stderr)

    def test_an_index_that_cannot_be_opened_is_a_warning(self):
        tree = self.built()
        (self.folder / "file").write_text("no folder")
        tree.env["CICD_STATE_DIR"] = str(self.folder / "file/state")
        tree.write("in.txt", "two")
        self.check_goes_on(tree, tree.run("app/two"), "file/state", "CICD_STATE_DIR")
        done = tree.cicd("history")
        self.assertIn("app/two", done.stdout)
        self.assertIn("cicd: warning: the index of runs cannot be used", done.stderr)
        self.assertIn("last run", tree.cicd("status").stdout)

    def test_a_state_folder_of_another_user_is_a_warning(self):
        tree = self.built()
        state = tree.home / "state"
        user = tree.for_another_user(self.folder)
        tree.call(["chown", "-R", f"{os.getuid()}", state])
        tree.call(["chmod", "-R", "a-w", state])
        tree.write("in.txt", "two")
        self.check_goes_on(tree, tree.call([*user, tree.launcher, "run", "app/two"]))

    def test_a_home_that_cannot_be_written_is_a_warning_that_names_the_variables(self):
        tree = self.built()
        user = tree.for_another_user(self.folder)
        for name in ("CICD_STATE_DIR", "CICD_CACHE_DIR"):
            del tree.env[name]
        for home in ("/", str(self.folder / "none") if user else "/proc/none", None):
            with self.subTest(home=home):
                tree.env.pop("HOME", None)
                if home:
                    tree.env["HOME"] = home
                shutil.rmtree(tree.build / ".cicd/cache", ignore_errors=True)
                tree.write("in.txt", f"home {home}")
                done = tree.call([*user, tree.launcher, "run", "app/two"])
                self.assertEqual(done.returncode, 0, done.all)
                for name in ("CICD_STATE_DIR", "CICD_CACHE_DIR", "CICD_DRIVER_CACHE"):
                    self.assertIn(name, done.stderr)
                self.assertEqual(len(list((tree.build / ".cicd/cache/steps").glob("*/*"))), 2)
                self.assertTrue((tree.build / ".cicd/state/runs.sqlite").is_file())

    def test_too_few_open_files_are_named_as_the_cause(self):
        tree = self.built()
        seen = set()
        for number in range(8, 40):
            tree.write("in.txt", str(number))
            done = self.limited(tree, f"-n {number}", "run", "app/two")
            if done.returncode == 0:
                continue
            seen.add(done.returncode)
            with self.subTest(number=number):
                self.assertGreater(done.returncode, 0, done.all)
                self.assertNotIn("chmod", done.all)
                self.assertNotIn("rebuild-index", done.all)
                self.assertRegex(done.all, "(?i)too many (open )?files|ulimit -n|loading shared|shared librar")
        self.assertTrue(seen)

    # ---- secrets at rest ----

    def test_no_value_of_a_passed_variable_is_written_anywhere(self):
        tree = self.tree()
        tree.write("in.txt", "one")
        tree.declare('add_pipeline(app)\npipeline_step(app one SHELL "test -n \\"$TOKEN\\"; cp in.txt out.txt" INPUTS in.txt OUTPUTS out.txt PASS_ENV TOKEN)\n').configure()
        tree.env["TOKEN"] = "hunter2 of the first kind"
        tree.run("app/one")
        tree.env["TOKEN"] = "hunter2 of the second kind"
        self.assertEqual(tree.reasons("app/one", "app/one"), ["the variable TOKEN changed"])
        tree.run("app/one")
        tree.env["TOKEN"] = "hunter2 of the third kind"
        tree.cicd("plan")
        tree.cicd("history")
        journal = tree.build / ".cicd/steps.journal"
        self.assertIn(b"TOKEN", journal.read_bytes())
        self.assertEqual(journal.stat().st_mode & 0o777, 0o600)
        self.assertEqual((tree.build / ".cicd").stat().st_mode & 0o777, 0o700)
        for path in [*tree.build.rglob("*"), *tree.home.rglob("*")]:
            if path.is_file():
                self.assertNotIn(b"hunter2", path.read_bytes(), path)

    def test_values_that_an_earlier_version_kept_are_removed(self):
        tree = self.built()
        steps = tree.build / ".cicd/steps"
        steps.mkdir()
        (steps / "app.one.parts").write_bytes(b"variable\0TOKEN\0hunter2\0\0")
        (steps / "app.one.lock").touch()
        (steps / "app.one.inputs").touch()
        tree.cicd("plan", "app/one")
        self.assertEqual([path.name for path in steps.iterdir()], ["app.one.inputs"])

    def test_what_a_run_leaves_is_for_its_user_alone(self):
        tree = self.tree('add_pipeline(app)\npipeline_step(app one SHELL "echo printed" INPUTS CMakeLists.txt)\n')
        tree.run("app/one")
        run = tree.build / ".cicd/runs" / tree.result()["id"]
        for name in ("events.ndjson", "app.one.log"):
            self.assertEqual((run / name).stat().st_mode & 0o777, 0o600, name)

    # ---- the deployment record ----

    def check_record(self, harm, repair=None):
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
        self.assertIn("app stage: not readable: the deployment record cannot be trusted", tree.cicd("history", "app", status=4).stdout)
        if repair:
            # It is whole: nothing older is put in its place.
            return self.assertIn(repair, harness.note_in(done.all, "try"))
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
        self.check_record(lambda text: text.replace(b'"schema": 2', b'"schema": 99'), repair="update cicd")

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
        self.assertIn("without it they are lost", harness.note_in(done.all, "it holds"))
        # Each cause is told once, and the command that is printed makes it anew.
        told = tree.cicd("status").stderr
        self.assertEqual(told.count("cicd: warning: "), 1, told)
        self.assertIn("it is not known what was yanked", told)
        repair = harness.note_in(done.all, "try").split(", then")[0]
        self.assertEqual(tree.call(["/bin/sh", "-ec", repair]).returncode, 0, repair)
        tree.run("deploy-stage")
        self.assertEqual(tree.record()["generation"], 2)

    def test_a_registry_index_of_zero_bytes(self):
        self.check_registry(lambda text: b"")

    def test_half_a_registry_index(self):
        self.check_registry(lambda text: text[:len(text) // 2])

    def test_garbage_for_a_registry_index(self):
        self.check_registry(lambda text: b"[1, 2]")

    # ---- state that cannot be written ----

    def test_a_result_that_cannot_be_saved(self):
        tree = self.built()
        (tree.build / ".cicd/result.json").unlink()
        (tree.build / ".cicd/result.json").mkdir()
        (tree.build / ".cicd/result.json/x").touch()
        tree.write("in.txt", "two")
        done = tree.run("app/two", status=7)
        self.assertTrue(re.search(r"result\.json", done.all))


if __name__ == "__main__":
    unittest.main(verbosity=2)
