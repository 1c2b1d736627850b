"""The cache of steps: what comes back from it, what is never kept, and what is never served."""

import os
import shutil
import unittest
from pathlib import Path

import harness

CALLS = """
add_pipeline(app)
pipeline_step(app build COMMAND ./make INPUTS make in.txt OUTPUTS out/ link run REPORTS reports/*.xml STAGE build)
pipeline_step(app second SHELL "cat out/a.txt out/b.txt > both.txt" INPUTS in.txt OUTPUTS both.txt AFTER build)
"""
MAKE = """#!/bin/sh
mkdir -p out reports
cp in.txt out/a.txt
echo "b of $(cat in.txt)" > out/b.txt
ln -sf out/a.txt link
printf '#!/bin/sh\\necho ran\\n' > run
chmod 755 run
echo '<testsuite name="s" tests="1"><testcase classname="s" name="first case"/></testsuite>' > reports/one.xml
echo "this was printed"
echo "and this" >&2
"""


class Cache(harness.Case):
    def made(self, name="t", **how):
        tree = self.tree(name=name, **how)
        tree.write("in.txt", "one\n")
        tree.write("make", MAKE, 0o755)
        tree.declare(CALLS)
        tree.commit()
        tree.configure()
        return tree

    def check_made(self, tree, content="one\n"):
        work = tree.work("app/build")
        self.assertEqual((work / "out/a.txt").read_text(), content)
        self.assertEqual((work / "out/b.txt").read_text(), f"b of {content}")
        self.assertEqual(os.readlink(work / "link"), "out/a.txt")
        self.assertEqual((work / "run").stat().st_mode & 0o777, 0o755)
        self.assertEqual((tree.work("app/second") / "both.txt").read_text(), f"{content}b of {content}")

    def check_reused(self, tree):
        tree.run("app/second")
        self.assertEqual(tree.outcomes(), {"app/build": "reused", "app/second": "reused"})
        self.check_made(tree)
        self.assertIn(b"this was printed", tree.log("app/build"))
        self.assertIn(b"! and this", tree.log("app/build"))
        self.assertIn("first case", (tree.build / ".cicd/junit/app.build.xml").read_text())

    def test_another_build_tree_reuses(self):
        first = self.made()
        first.run("app/second")
        self.assertEqual(first.outcomes(), {"app/build": "ran", "app/second": "ran"})
        other = harness.Tree(self.folder / "t", build="other", home=first.home)
        other.configure()
        self.check_reused(other)

    def test_a_fresh_clone_of_the_same_commit_reuses(self):
        first = self.made()
        first.run("app/second")
        clone = harness.Tree(self.folder / "clone elsewhere", home=first.home)
        clone.source.rmdir()
        first.git("clone", "--quiet", str(first.source), str(clone.source))
        clone.configure()
        self.check_reused(clone)

    def test_an_earlier_state_comes_back(self):
        tree = self.made()
        tree.run("app/second")
        tree.write("in.txt", "two\n")
        tree.run("app/second")
        self.assertEqual(tree.outcomes(), {"app/build": "ran", "app/second": "ran"})
        self.check_made(tree, "two\n")
        tree.write("in.txt", "one\n")
        self.check_reused(tree)

    def poisoned(self, kind):
        """Every file of the cache harmed in turn, in a copy; a fresh build tree comes to what is right."""
        first = self.made()
        first.run("app/second")
        cache, pristine = first.home / "cache", self.folder / "pristine"
        shutil.copytree(cache, pristine, symlinks=True)
        victims = sorted(path.relative_to(pristine) for path in pristine.rglob("*") if path.is_file() and path.parts[len(pristine.parts)] in ("steps", "blobs"))
        self.assertGreaterEqual(len(victims), 7)
        other = harness.Tree(self.folder / "t", build="other", home=first.home)
        other.configure()
        for victim in victims:
            with self.subTest(victim=str(victim)):
                for folder in (cache, other.build / ".cicd/work", other.build / ".cicd/steps"):
                    shutil.rmtree(folder, ignore_errors=True)
                for file in ("steps.journal", "files.index"):
                    (other.build / ".cicd" / file).unlink(missing_ok=True)
                shutil.copytree(pristine, cache, symlinks=True)
                harmed = cache / victim
                harmed.chmod(0o644)
                content = harmed.read_bytes()
                if kind == "delete":
                    harmed.unlink()
                elif kind == "truncate":
                    harmed.write_bytes(content[:len(content) // 2])
                elif kind == "empty":
                    harmed.write_bytes(b"")
                else:
                    at = len(content) // 2
                    harmed.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1:])
                other.run("app/second")
                self.assertIn("ran", other.outcomes().values())
                self.check_made(other)
                # And it mended the cache: the next one is served.
                shutil.rmtree(other.build / ".cicd/work")
                (other.build / ".cicd/steps.journal").unlink()
                other.run("app/second")
                self.assertEqual(set(other.outcomes().values()), {"reused"})
                self.check_made(other)

    def test_a_deleted_file_is_a_miss(self):
        self.poisoned("delete")

    def test_a_truncated_file_is_a_miss(self):
        self.poisoned("truncate")

    def test_an_empty_file_is_a_miss(self):
        self.poisoned("empty")

    def test_a_flipped_bit_is_a_miss(self):
        self.poisoned("flip")

    def test_inputs_that_change_meanwhile_keep_the_result_out(self):
        tree = self.tree()
        tree.write("in.txt", "one")
        tree.declare('add_pipeline(app)\npipeline_step(app one SHELL "cp in.txt out.txt; : > \\"$STARTED\\"; while [ ! -e \\"$STARTED.go\\" ]; do sleep 0.02; done" '
                     "INPUTS in.txt OUTPUTS out.txt PASS_ENV STARTED)\n").configure()
        started = self.folder / "started"
        tree.env["STARTED"] = str(started)
        process = tree.start(tree.launcher, "run", "app/one")
        harness.until(started.exists, what="the step")
        tree.write("in.txt", "two")
        (self.folder / "started.go").touch()
        self.assertEqual(process.wait(20), 0)
        self.assertIn("its inputs changed while it ran", (tree.root / "out.txt").read_text())
        self.assertEqual(list((tree.home / "cache").glob("steps/*/*")), [])
        tree.run("app/one")
        self.assertEqual(tree.outcomes(), {"app/one": "ran"})
        self.assertEqual((tree.work("app/one") / "out.txt").read_text(), "two")

    def test_a_step_that_alters_its_own_inputs_is_right_every_time(self):
        tree = self.tree()
        tree.write("in.txt", "one\n")
        tree.write("other.txt", "x")
        tree.declare('add_pipeline(app)\npipeline_step(app one SHELL "echo more >> in.txt; cp in.txt out.txt" INPUTS in.txt other.txt OUTPUTS out.txt)\n').configure()
        for content in ("x", "y", "z"):
            tree.write("other.txt", content)
            tree.run("app/one")
            self.assertEqual(tree.outcomes(), {"app/one": "ran"})
            self.assertEqual((tree.work("app/one") / "out.txt").read_text(), "one\nmore\n")
        self.assertEqual((tree.source / "in.txt").read_text(), "one\n")
        tree.run("app/one")
        self.assertEqual(tree.outcomes(), {"app/one": "up-to-date"})

    def test_a_step_that_alters_its_own_inputs_in_the_source_folder_is_not_kept(self):
        tree = self.tree()
        tree.write("in.txt", "one\n")
        tree.declare('add_pipeline(app)\npipeline_step(app one SHELL "echo more >> in.txt; cp in.txt out.txt" INPUTS in.txt OUTPUTS out.txt IN_SOURCE)\n').configure()
        done = tree.run("app/one")
        self.assertIn("its inputs changed while it ran", done.stdout + done.stderr)
        self.assertEqual(list((tree.home / "cache").glob("steps/*/*")), [])
        tree.run("app/one")
        self.assertEqual(tree.outcomes(), {"app/one": "ran"})

    def test_an_output_that_was_changed_by_hand_is_put_right(self):
        tree = self.made()
        tree.run("app/second")
        (tree.work("app/build") / "out/a.txt").write_text("by hand\n")
        (tree.work("app/build") / "out/more.txt").write_text("by hand\n")
        tree.run("app/second")
        self.assertEqual(tree.outcomes()["app/build"], "reused")
        self.check_made(tree)
        self.assertFalse((tree.work("app/build") / "out/more.txt").exists())

    def test_a_cache_that_cannot_be_written_is_a_warning(self):
        tree = self.made()
        blocked = self.folder / "blocked"
        blocked.write_text("a file where the cache folder should be")
        tree.env["CICD_CACHE_DIR"] = str(blocked / "cache")
        done = tree.run("app/second")
        self.assertEqual(tree.outcomes(), {"app/build": "ran", "app/second": "ran"})
        self.assertIn("cache", done.stdout + done.stderr)
        self.check_made(tree)
        tree.run("app/second")
        self.assertEqual(tree.outcomes(), {"app/build": "up-to-date", "app/second": "up-to-date"})

    def test_an_image_does_without_the_cache_too(self):
        tree = self.committed(harness.DEPLOYED)
        (self.folder / "blocked").write_text("a file where the cache folder should be")
        tree.env["CICD_CACHE_DIR"] = str(self.folder / "blocked/cache")
        done = tree.run("deploy-stage")
        self.assertIn("layers are not kept in the cache", done.stdout)
        self.assertEqual(set(tree.outcomes().values()), {"ran"})
        tree.run("deploy-stage")
        self.assertEqual(set(tree.outcomes().values()), {"up-to-date"})

    def test_a_read_only_cache_is_a_warning_for_an_ordinary_user(self):
        tree = self.made()
        cache = tree.home / "cache"
        cache.mkdir()
        cache.chmod(0o555)
        user = tree.for_another_user(self.folder)
        done = tree.call([*user, tree.launcher, "run", "app/second"])
        self.assertEqual(done.returncode, 0, done.all)
        self.assertIn("not kept in the cache", done.all)
        self.check_made(tree)

    def test_steps_side_by_side_that_make_the_same_bytes_are_all_kept(self):
        tree = self.tree()
        tree.write("in.txt", "one")
        tree.declare("add_pipeline(app)\n" + "".join(
            f'pipeline_step(app s{number} SHELL "head -c 300000 /dev/zero > out.bin; : {number}" INPUTS in.txt OUTPUTS out.bin)\n' for number in range(8))).configure()
        tree.env["CICD_JOBS"] = "8"
        steps = [f"app/s{number}" for number in range(8)]
        for content in ("one", "two", "three"):
            tree.write("in.txt", content)
            shutil.rmtree(tree.home / "cache/blobs", ignore_errors=True)
            done = tree.run(*steps)
            self.assertNotIn("not kept in the cache", done.all)
            self.assertEqual([str(path) for path in (tree.home / "cache").rglob("*.part")], [])

    # ---- who wrote it ----

    def test_a_cache_that_others_can_write_is_refused_with_the_command_that_helps(self):
        tree = self.made()
        tree.run("app/second")
        cache = tree.home / "cache"
        cache.chmod(0o777)
        for words in (("run", "app/second"), ("plan",)):
            done = tree.cicd(*words, status=2)
            self.assertIn("the cache can be written by every user", done.stderr)
            self.assertIn(f"chmod go-w {cache}", harness.note_in(done.stderr, "try"))
            self.assertIn("CICD_CACHE_DIR", done.stderr)
        self.assertEqual(tree.result()["outcome"], "usage")
        cache.chmod(0o1777)
        tree.run("app/second")
        cache.chmod(0o755)
        tree.run("app/second")

    def test_a_new_cache_is_for_its_user_alone_whatever_the_umask(self):
        tree = self.made()
        shutil.rmtree(tree.home / "cache", ignore_errors=True)
        done = tree.call(["/bin/sh", "-c", 'umask 0; exec "$@"', "sh", tree.launcher, "run", "app/second"])
        self.assertEqual(done.returncode, 0, done.all)
        self.assertEqual((tree.home / "cache").stat().st_mode & 0o777, 0o700)
        tree.run("app/second")

    def test_configure_makes_the_cache_for_its_user_alone_whatever_the_umask(self):
        script = self.folder / "find.cmake"
        script.write_text(f'include("{Path(__file__).resolve().parents[2]}/cmake/_cicd_driver.cmake")\n_cicd_find_user_cache(cache why)\n')
        tree = self.tree()
        done = tree.call(["/bin/sh", "-c", 'umask 0; exec "$@"', "sh", harness.tool("cmake"), "-P", script])
        self.assertEqual(done.returncode, 0, done.all)
        self.assertEqual((tree.home / ".cache/cicd").stat().st_mode & 0o777, 0o700)

    def test_entries_of_another_user_are_misses(self):
        first = self.made()
        first.run("app/second")
        other = harness.Tree(self.folder / "t", build="other", home=first.home)
        other.configure()
        for path in (first.home / "cache/steps").glob("*/*"):
            if os.getuid() == 0:
                os.chown(path, 65534, 65534)
            else:  # nobody can give a file away; a link to it belongs to nobody either
                path.rename(f"{path}.theirs")
                path.symlink_to(f"{path}.theirs")
        other.run("app/second")
        self.assertEqual(other.outcomes(), {"app/build": "ran", "app/second": "ran"})

    def undeclared(self):
        """A step that reads what it does not declare, in a tree whose build folders share a cache."""
        tree = self.tree(build="trusted")
        tree.write("in.txt", "one")
        self.secret = self.folder / "undeclared.txt"
        self.secret.write_text("good")
        tree.declare(f'add_pipeline(app)\npipeline_step(app build SHELL "cat {self.secret} > out.txt" INPUTS in.txt OUTPUTS out.txt STAGE build)\n'
                     "pipeline_image(app BASE scratch FILES out.txt=/out.txt ENTRYPOINT /out.txt)\n").configure()
        return tree

    def elsewhere(self, tree, name, **change):
        """Another build folder of the same sources, as a run of that change has it."""
        other = harness.Tree(self.folder / "t", build=name, home=tree.home)
        self.trees.append(other)
        other.env.update(tree.env)
        other.env.update(change)
        if not other.launcher.exists():
            other.configure()
        return other

    FORK = dict(CI="true", CIRCLECI="true", CIRCLE_BRANCH="pull/7", CIRCLE_PR_NUMBER="7", CIRCLE_PR_USERNAME="somebody", CIRCLE_PR_REPONAME="orders",
                CIRCLE_PROJECT_USERNAME="us", CIRCLE_PROJECT_REPONAME="orders", CIRCLE_PULL_REQUEST="https://example.com/us/orders/pull/7")
    OTHER_FORK = {**FORK, "CIRCLE_BRANCH": "pull/8", "CIRCLE_PR_NUMBER": "8", "CIRCLE_PR_USERNAME": "else", "CIRCLE_PULL_REQUEST": "https://example.com/us/orders/pull/8"}

    def check_made_as(self, tree, outcome, content, domain=False):
        tree.run("app/image")
        self.assertEqual(tree.outcomes(), {"app/build": outcome, "app/image": outcome})
        place, = (tree.build / ".cicd/domains").glob("*/work/app/build/out.txt") if domain else [tree.work("app/build") / "out.txt"]
        self.assertEqual(place.read_text(), content)

    def test_what_a_fork_made_is_used_by_nobody_else(self):
        tree = self.undeclared()
        self.secret.write_text("evil")
        fork = self.elsewhere(tree, "fork", **self.FORK)
        self.check_made_as(fork, "ran", "evil", domain=True)
        self.secret.write_text("good")
        self.check_made_as(self.elsewhere(tree, "fork again", **self.FORK), "reused", "evil", domain=True)
        self.check_made_as(self.elsewhere(tree, "other fork", **self.OTHER_FORK), "ran", "good", domain=True)
        self.check_made_as(tree, "ran", "good")
        # Nor what it left in a build folder that is kept from run to run.
        self.check_made_as(self.elsewhere(fork, "fork", **{name: "" for name in self.FORK}), "reused", "good")

    def test_a_fork_reads_what_is_trusted(self):
        tree = self.undeclared()
        self.check_made_as(tree, "ran", "good")
        self.secret.write_text("evil")
        before = harness.digest_of_tree(tree.home / "cache", skip=("domains", "work", "locks"))
        self.check_made_as(self.elsewhere(tree, "fork", **self.FORK), "reused", "good", domain=True)
        self.assertEqual(harness.digest_of_tree(tree.home / "cache", skip=("domains", "work", "locks")), before)

    def test_layers_of_a_fork_are_its_own_and_those_that_are_trusted_serve_it(self):
        tree = self.undeclared()
        self.check_made_as(tree, "ran", "good")
        shutil.rmtree(tree.home / "cache/steps")
        fork = self.elsewhere(tree, "fork", **self.FORK)
        before = harness.digest_of_tree(tree.home / "cache", skip=("domains", "work", "locks"))
        self.check_made_as(fork, "ran", "good", domain=True)
        self.assertEqual(harness.digest_of_tree(tree.home / "cache", skip=("domains", "work", "locks")), before)
        blobs = lambda folder: sorted(path.name for path in folder.glob("blobs/*"))
        self.assertEqual(blobs(next((tree.home / "cache/domains").iterdir()) / "layers"), blobs(tree.home / "cache/layers"))

    def test_always_is_never_reused(self):
        tree = self.tree('add_pipeline(app)\npipeline_step(app one COMMAND true INPUTS CMakeLists.txt ALWAYS)\n')
        for _ in range(2):
            tree.run("app/one")
            self.assertEqual(tree.outcomes(), {"app/one": "ran"})


    def test_what_an_earlier_run_made_is_no_output_and_no_report_of_this_one(self):
        tree = self.tree()
        case = '<testsuite name="s"><testcase classname="s" name="NAME"/></testsuite>'
        for name in ("first", "second"):
            tree.write(f"in/{name}.xml", case.replace("NAME", name))
        tree.declare('add_pipeline(app)\npipeline_step(app one SHELL "mkdir -p out r; cp in/* out/; cp in/* r/" INPUTS in/** OUTPUTS out/ REPORTS r/*.xml)\n').configure()
        tree.run("app/one")
        (tree.source / "in/second.xml").unlink()
        tree.run("app/one")
        self.assertEqual([path.name for path in (tree.work("app/one") / "out").iterdir()], ["first.xml"])
        self.assertNotIn("second", (tree.build / ".cicd/junit/app.one.xml").read_text())
        other = harness.Tree(self.folder / "t", build="other", home=tree.home)
        other.configure()
        other.run("app/one")
        self.assertEqual(other.outcomes(), {"app/one": "reused"})
        self.assertEqual([path.name for path in (other.work("app/one") / "out").iterdir()], ["first.xml"])

    def test_a_file_that_becomes_a_folder_and_back(self):
        tree = self.tree()
        # What the step itself once made stands where an input now wants a folder, and a link where a file is.
        tree.declare('add_pipeline(app)\npipeline_step(app one SHELL "[ -e x ] || echo made > x; ls x > out.txt" OUTPUTS out.txt)\n').configure()
        tree.run("app/one")
        tree.write("x/y", "1")
        tree.run("app/one")
        self.assertEqual((tree.work("app/one") / "out.txt").read_text(), "y\n")
        shutil.rmtree(tree.source / "x")
        tree.write("x", "a file")
        tree.run("app/one")
        self.assertEqual((tree.work("app/one") / "out.txt").read_text(), "x\n")
        outside = self.folder / "outside"
        outside.mkdir()
        (tree.work("app/one") / "z").symlink_to(outside)
        tree.write("z/inner", "2")
        tree.run("app/one")
        self.assertEqual(list(outside.iterdir()), [])
        self.assertEqual((tree.work("app/one") / "z/inner").read_text(), "2")

    def test_what_an_earlier_step_made_does_not_replace_folders_of_the_sources(self):
        tree = self.tree()
        tree.write("docs/precious.txt", "precious")
        tree.declare('add_pipeline(app)\npipeline_step(app make SHELL "rm -rf docs; echo made > docs" OUTPUTS docs)\n'
                     "pipeline_step(app use COMMAND true INPUTS docs/** IN_SOURCE AFTER make)\n").configure()
        done = tree.run("app/use", status=1)
        self.assertIn("docs", done.all)
        self.assertEqual((tree.source / "docs/precious.txt").read_text(), "precious")


if __name__ == "__main__":
    unittest.main(verbosity=2)
