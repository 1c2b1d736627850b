"""A step's folder: it holds its inputs and nothing else when the step starts, and nothing above it is ever seen."""

import contextlib
import fcntl
import os
import shutil
import unittest
from pathlib import Path

import harness

# What a tool would find that looks upwards from its folder.
LOOK_UP = ('at=$(pwd -P); while [ \\"$at\\" != / ]; do at=$(dirname \\"$at\\"); '
           'for name in .git .mvn package.json node_modules; do if [ -e \\"$at/$name\\" ]; then echo \\"$name is seen\\"; fi; done; done > seen.txt; '
           'git rev-parse --show-toplevel >> seen.txt 2>&1 || echo no repository >> seen.txt; pwd -P > where.txt')


class Folders(harness.Case):
    def read(self, tree, step, name):
        return (tree.work(step) / name).read_text()

    def other(self, tree, name="other"):
        other = harness.Tree(tree.root, build=name, home=tree.home)
        other.env.update({key: value for key, value in tree.env.items() if key.startswith("CICD_")})
        other.configure()
        return other

    # ---- what lies in it ----

    def test_a_deleted_resource_is_in_nothing_that_is_made_later(self):
        tree = self.tree()
        tree.write("res/a", "a")
        tree.write("res/b", "b")
        tree.declare('add_pipeline(app)\npipeline_step(app build SHELL "mkdir -p classes; cp res/* classes/; ls classes > list.txt" INPUTS res/** OUTPUTS list.txt)\n').configure()
        tree.run("app/build")
        (tree.source / "res/b").unlink()
        tree.run("app/build")
        self.assertEqual(tree.outcomes(), {"app/build": "ran"})
        self.assertEqual(self.read(tree, "app/build", "list.txt"), "a\n")
        other = self.other(tree)
        other.run("app/build")
        self.assertEqual(self.read(other, "app/build", "list.txt"), "a\n")

    def test_whatever_ran_there_before_the_step_sees_its_inputs_alone(self):
        tree = self.tree()
        tree.write("in.txt", "1")
        tree.write("made", '#!/bin/sh\nfind . | sort > /tmp/x.$$; mv /tmp/x.$$ list.txt\nmkdir -p left/deep; echo x > left/deep/file; ln -s / left/link\n'
                   'chmod 500 . ; [ "$(cat in.txt)" != fails ]\n', 0o755)
        tree.declare('add_pipeline(app)\npipeline_step(app first SHELL "echo 1 > first.txt" INPUTS in.txt OUTPUTS first.txt)\n'
                     "pipeline_step(app one COMMAND ./made INPUTS in.txt made OUTPUTS list.txt AFTER first)\n").configure()
        want = ".\n./first.txt\n./in.txt\n./made\n"
        for content, status in (("1", 0), ("fails", 1), ("2", 0)):
            tree.write("in.txt", content)
            tree.run("app/one", status=status)
            self.assertEqual(self.read(tree, "app/one", "list.txt"), want)

    def test_a_step_that_prints_nothing_leaves_three_files_at_most(self):
        """The copy of its one input, the link to its folder and its entry in the cache: a file system may make files slowly."""
        tree = self.tree()

        def left_by(steps):
            for n in range(steps):
                tree.write(f"in{n}", str(n))
            tree.declare("add_pipeline(app)\n" + "".join(f"pipeline_step(app s{n} COMMAND true INPUTS in{n} STAGE build)\n" for n in range(steps))).configure()
            tree.run("app.build")
            self.assertEqual(tree.outcomes()[f"app/s{steps - 1}"], "ran")
            shutil.rmtree(tree.build / ".cicd/runs")
            return sum(path.is_symlink() or not path.is_dir() for root in (tree.build / ".cicd", tree.home) for path in root.rglob("*"))

        few = left_by(10)
        self.assertLessEqual((left_by(40) - few) / 30, 3)

    def test_a_second_attempt_begins_as_the_first_did(self):
        tree = self.tree()
        tree.declare('add_pipeline(app)\npipeline_step(app one SHELL "ls; touch left; exit 1" INPUTS CMakeLists.txt RETRIES 2)\n').configure()
        tree.run("app/one", status=1)
        self.assertEqual(tree.log("app/one"), b"| CMakeLists.txt\n" * 3)

    def test_what_a_tool_keeps_is_there_and_its_result_is_shared_with_nobody(self):
        tree = self.tree()
        tree.write("in.txt", "1")
        tree.declare('add_pipeline(app)\npipeline_step(app one SHELL "mkdir -p .tool; cat .tool/* > seen.txt 2>/dev/null || true; cp in.txt .tool/; touch gone" '
                     "INPUTS in.txt OUTPUTS seen.txt KEEP .tool/)\n").configure()
        tree.run("app/one")
        tree.write("in.txt", "2")
        tree.run("app/one")
        self.assertEqual(self.read(tree, "app/one", "seen.txt"), "1")
        tree.run("app/one")
        self.assertEqual(tree.outcomes(), {"app/one": "up-to-date"})
        other = self.other(tree)
        other.run("app/one")
        self.assertEqual(other.outcomes(), {"app/one": "ran"}, "made with what was kept, it is of the other build tree alone")
        self.assertEqual(self.read(other, "app/one", "seen.txt"), "")
        third = self.other(tree, "third")
        third.run("app/one")
        self.assertEqual(third.outcomes(), {"app/one": "reused"}, "made without anything kept, it is shared")

    def test_of_what_is_kept_no_output_and_no_report_of_an_earlier_run_is_taken_for_one_of_this(self):
        tree = self.tree()
        case = '<testsuite name="s"><testcase classname="s" name="NAME"/></testsuite>'
        for name in ("first", "second"):
            tree.write(f"in/{name}.xml", case.replace("NAME", name))
            tree.write(f"in/{name}.out", name)
        tree.declare('add_pipeline(app)\npipeline_step(app one SHELL "mkdir -p t; cp in/* t/" INPUTS in/** OUTPUTS t/*.out REPORTS t/*.xml KEEP t/)\n').configure()
        tree.run("app/one")
        for name in ("second.xml", "second.out"):
            (tree.source / "in" / name).unlink()
        tree.run("app/one")
        self.assertEqual(sorted(path.name for path in (tree.work("app/one") / "t").iterdir()), ["first.out", "first.xml"])
        self.assertNotIn("second", (tree.build / ".cicd/junit/app.one.xml").read_text())

    def test_what_runs_in_the_source_folder_is_shared_with_nobody(self):
        tree = self.tree()
        tree.write("in.txt", "1")
        tree.declare('add_pipeline(app)\npipeline_step(app one SHELL "ls stray 2>&1 > out.txt || true" INPUTS in.txt OUTPUTS out.txt IN_SOURCE)\n').configure()
        tree.run("app/one")
        self.assertEqual(list((tree.home / "cache").glob("steps/*/*")), [])
        other = self.other(tree)
        other.run("app/one")
        self.assertEqual(other.outcomes(), {"app/one": "ran"})

    # ---- what lies above it ----

    def looking(self, **how):
        tree = self.tree(**how)
        for name in (".mvn/maven.config", "package.json"):
            tree.write(name, "{}")
        tree.declare(f'add_pipeline(app)\npipeline_step(app test SHELL "{LOOK_UP}" INPUTS CMakeLists.txt OUTPUTS seen.txt where.txt)\n')
        tree.commit()
        tree.configure()
        return tree

    def assert_nothing_seen(self, tree, inside):
        tree.run("app/test")
        self.assertNotIn("is seen", self.read(tree, "app/test", "seen.txt"))
        self.assertIn("no repository", self.read(tree, "app/test", "seen.txt"))
        where = Path(self.read(tree, "app/test", "where.txt").strip())
        self.assertTrue(where.is_relative_to(inside.resolve()), where)
        self.assertEqual(where.parent.parent.stat().st_mode & 0o777, 0o700)
        self.assertEqual(tree.work("app/test").resolve(), where)
        self.assertNotIn("test", where.relative_to(inside.resolve()).parts)
        return where

    def test_a_build_tree_in_a_repository_shows_a_step_nothing_of_it(self):
        tree = self.looking(build="source/build")
        self.assert_nothing_seen(tree, tree.home / "cache/work")

    def test_a_cache_folder_in_a_repository_or_below_a_project_is_not_where_steps_run(self):
        for marker in (".git", "package.json", "test"):
            with self.subTest(marker):
                tree = self.looking(name=f"n{len(marker)}")
                home = tree.root / ("test" if marker == "test" else "home")
                (home / marker).mkdir(parents=True)
                tree.env["CICD_CACHE_DIR"] = str(home / "cache")
                self.assert_nothing_seen(tree, tree.build / ".cicd/w")

    def test_where_all_lies_in_a_repository_steps_run_elsewhere(self):
        tree = self.looking(build="source/build")
        tree.env["CICD_CACHE_DIR"] = str(tree.source / "cache")
        elsewhere = Path(f"/var/tmp/cicd-{os.geteuid()}")
        where = self.assert_nothing_seen(tree, elsewhere)
        shutil.rmtree(where.parent)
        with contextlib.suppress(OSError):  # a run outside of the tests may use it
            elsewhere.rmdir()

    def test_a_named_place_is_used_and_what_lies_above_it_is_said(self):
        tree = self.looking()
        tree.env["CICD_WORK_DIR"] = str(tree.source / "here")
        done = tree.run("app/test")
        self.assertIn("source/.git", done.stdout)
        self.assertIn("CICD_WORK_DIR", done.stdout)
        self.assertIn("no repository", self.read(tree, "app/test", "seen.txt"), "git is kept from it all the same")
        tree.env["CICD_WORK_DIR"] = "here"
        (tree.work("app/test") / "seen.txt").unlink()
        shutil.rmtree(tree.home / "cache")
        self.assertIn("not an absolute path: 'here'", tree.run("app/test", status=2).all)

    # ---- where it lies ----

    def test_a_path_in_a_message_is_the_one_in_the_build_tree(self):
        tree = self.tree('add_pipeline(app)\npipeline_step(app one SHELL "touch made; echo $(pwd -P)/made: broken; exit 1" INPUTS CMakeLists.txt)\n')
        done = tree.run("app/one", status=1)
        self.assertIn(".cicd/work/app/one/made: broken", done.stderr)
        self.assertNotIn("cache/work", done.stderr)

    def test_a_step_with_GIT_sees_the_commit_and_runs_with_each(self):
        tree = self.committed('add_pipeline(app)\npipeline_step(app made GIT INPUTS in.txt TOOLS git OUTPUTS out.txt\n'
                              '  SHELL "git describe --always --dirty > out.txt; echo $GIT_COMMIT $GIT_BRANCH $GIT_TAGS $GIT_DIRTY >> out.txt")\n'
                              'pipeline_step(app plain INPUTS in.txt COMMAND true)\n'
                              'pipeline_step(app where GIT_WHERE in.txt:one nowhere.txt:x SHELL "git rev-parse HEAD" TOOLS git INPUTS in.txt)\n')
        tree.run("app/made", "app/plain", "app/where")
        first = tree.git("rev-parse", "HEAD")
        self.assertEqual(self.read(tree, "app/made", "out.txt"), f"{tree.git('describe', '--always')}\n{first} main false\n")
        self.assertIn(first.encode(), tree.log("app/where"))
        tree.git("tag", "v1")
        second = tree.commit("another")
        tree.run("app/made", "app/plain", "app/where")
        self.assertEqual(self.read(tree, "app/made", "out.txt").splitlines()[1], f"{second} main false")
        self.assertEqual(tree.outcomes(), {"app/made": "ran", "app/plain": "up-to-date", "app/where": "ran"})
        tree.write("CMakeLists.txt", (tree.source / "CMakeLists.txt").read_text() + "# changed\n")
        tree.configure()
        self.assertIn("the commit changed", tree.reasons("app/made", "app/made"))
        tree.run("app/made")
        self.assertRegex(self.read(tree, "app/made", "out.txt"), rf"-dirty\n{second} main true\n")

    def test_GIT_without_a_repository_is_refused(self):
        tree = self.tree('add_pipeline(app)\npipeline_step(app one GIT COMMAND true INPUTS CMakeLists.txt)\n')
        self.assertIn("GIT: the source folder is in no git repository with a commit", tree.run("app/one", status=2).all)

    def test_inputs_that_a_file_names_and_those_that_need_not_be_there_are_inputs(self):
        tree = self.tree()
        tree.write("pom.xml", "<a><b>config/x.xml</b><c>${basedir}/more</c><d>gone.txt</d></a>")
        for name in ("config/x.xml", "config/y.xml", "more/z.txt", "README.md"):
            tree.write(name, "one")
        tree.declare('add_pipeline(app)\npipeline_step(app one SHELL "find . -type f ! -name out.txt | sort > out.txt" TOOLS find sort OUTPUTS out.txt\n'
                     '  INPUTS_NAMED_IN pom.xml OPTIONAL_INPUTS mvnw src/)\n').configure()
        tree.run("app/one")
        self.assertEqual(self.read(tree, "app/one", "out.txt").split(), ["./config/x.xml", "./more/z.txt", "./pom.xml"])
        for name, decision in (("README.md", "up-to-date"), ("config/y.xml", "up-to-date"), ("more/z.txt", "run"), ("mvnw", "run"), ("gone.txt", "run")):
            tree.write(name, "two")
            self.assertEqual(tree.plan("app/one")["steps"][0]["decision"], decision, name)
            tree.run("app/one")

    def test_folders_of_a_build_tree_that_is_gone_are_removed_and_no_others(self):
        calls = 'add_pipeline(app)\npipeline_step(app one SHELL "echo $MORE > out.txt" INPUTS CMakeLists.txt OUTPUTS out.txt PASS_ENV MORE)\n'
        trees = [self.tree(calls, name=name, home=self.folder / "home") for name in ("gone", "lives", "in_use", "young", "last")]
        homes = []
        for tree in trees:
            tree.run("app/one")
            homes.append(tree.work("app/one").resolve().parent)
        gone, lives, in_use, young, last = homes
        for tree, home in zip(trees, homes):
            if home in (gone, in_use, young):
                shutil.rmtree(tree.build)
            if home != young:
                os.utime(home / "of", (1, 1))
        with open(in_use / "of") as held:
            fcntl.flock(held, fcntl.LOCK_SH)
            trees[-1].run("app/one", env={"MORE": "1"})
        self.assertEqual([home.exists() for home in homes], [False, True, True, True, True])

    def test_a_build_tree_of_before_goes_on(self):
        tree = self.tree('add_pipeline(app)\npipeline_step(app one SHELL "ls > out.txt" INPUTS CMakeLists.txt OUTPUTS out.txt)\n')
        (tree.work("app/one") / "target").mkdir(parents=True)
        tree.run("app/one")
        self.assertTrue(tree.work("app/one").is_symlink())
        self.assertEqual(self.read(tree, "app/one", "out.txt"), "CMakeLists.txt\nout.txt\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
