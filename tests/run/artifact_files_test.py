"""pipeline_files(): files that are part of an artifact, by digest in a registry or a bucket, and fetched by the programs of a way."""

import json
import os
import unittest

import harness
import programs

# Writes down what it was given: names, modes and contents, and what release.json says of the files.
APPLY = """#!/bin/sh
set -eu
{ find "$CICD_FILES" -type f -printf '%P %m ' -exec cat {} \\; | sort; } > "$WORLD/$CICD_ENVIRONMENT.files"
echo "$(basename "$0") $CICD_ENVIRONMENT $CICD_VERSION" >> "$WORLD/log"
cp "$CICD_RELEASE" "$WORLD/$CICD_ENVIRONMENT.json"
echo "$CICD_VERSION" > "$WORLD/$CICD_ENVIRONMENT"
"""
READ = programs.READ.replace("\n", '\n[ -z "$CICD_FILES" ] || exit 9\n', 1)
PLAN = """#!/bin/sh
printf '{"schema": 1, "changes": [{"sign": "~", "text": "%s of packages"}]}' "$(ls "$CICD_FILES/packages" | wc -l)"
"""
BUILD = """
add_pipeline(app{image})
pipeline_step(app build SHELL "mkdir -p dist && cp in.txt dist/app.deb && cp in.txt dist/run && chmod 700 dist/run" INPUTS in.txt OUTPUTS dist/ STAGE build)
pipeline_files(app packages AFTER build FILES {files})
"""
DECLARED = BUILD + """
pipeline_environment(app stage ON branch main VIA command STATE {state} PLAN ./plan.sh APPLY ./apply.sh READ ./read.sh {{environment}} ROLLBACK ./back.sh)
pipeline_environment(app prod ON tag v* FROM stage VIA command STATE {state} APPLY ./apply.sh READ ./read.sh {{environment}})
"""


class Files(programs.ProgramCase):
    def made(self, declared=DECLARED, files="dist/*", image="", more="", address=""):
        tree = self.with_programs(self.tree(), READ, apply=APPLY, back=APPLY, plan=PLAN)
        tree.write("in.txt", "one\n")
        tree.declare(declared.format(state=self.state, files=files, image=image) + more)
        if address:
            self.trust(tree, address)
        tree.commit("the first")
        tree.set_user()
        tree.configure()
        return tree

    def next(self, tree, text):
        tree.write("in.txt", text + "\n")
        return tree.commit(text)[:7]

    def files(self, environment="stage"):
        return (self.world / f"{environment}.files").read_text().splitlines()

    def release(self, environment="stage"):
        return json.loads((self.world / f"{environment}.json").read_text())

    def digest(self, tree, step="app/files-packages"):
        index = json.loads((tree.work(step) / "layout/index.json").read_text())
        return index["manifests"][0]["digest"]

    # ---- what is gathered ----

    def test_files_are_named_below_the_last_folder_without_a_wildcard_and_have_one_digest(self):
        tree = self.made(files="dist/* conf/**")
        tree.write("conf/a/b.yml", "b: 1\n")
        os.utime(tree.source / "conf/a/b.yml", (1, 1))
        tree.run("files")
        layout = tree.work("app/files-packages") / "layout"
        found = {str(each.relative_to(layout / "files")): oct(each.stat().st_mode & 0o777) for each in (layout / "files").rglob("*") if each.is_file()}
        self.assertEqual(found, {"app.deb": "0o644", "run": "0o755", "a/b.yml": "0o644"})
        first = self.digest(tree)
        # The same names, modes and contents are the same digest, whatever made them; another of each is another.
        for changed, is_same in ((lambda: os.utime(tree.source / "conf/a/b.yml", (99, 99)), True), (lambda: os.chmod(tree.source / "conf/a/b.yml", 0o755), False),
                                 (lambda: tree.write("conf/a/b.yml", "b: 2\n"), False), (lambda: os.rename(tree.source / "conf/a/b.yml", tree.source / "conf/a/c.yml"), False)):
            changed()
            tree.run("files")
            self.assertEqual(self.digest(tree) == first, is_same)

    def test_what_cannot_be_kept_is_refused_with_its_place(self):
        tree = self.made(files="dist/app.dep")
        refused = tree.run("files", status=2).all
        self.assertIn("FILES: no file matches: 'dist/app.dep'", refused)
        self.assertIn("CMakeLists.txt:", refused)
        self.assertEqual(harness.note_in(refused, "did you mean"), "dist/app.deb")
        for files, setup, words in (
                ("one/*.txt two/*.txt", lambda s: (self.put(s, "one/a.txt"), self.put(s, "two/a.txt", "2")), "two files have one name: 'a.txt'"),
                ("one/* two/**", lambda s: (self.put(s, "one/a"), self.put(s, "two/a/b")), "two files have one name: 'a'"),
                ("one", lambda s: self.put(s, "one/a"), "FILES: no file matches: 'one'"),
                ("one/*", lambda s: ((s / "one").mkdir(), (s / "one/x").symlink_to("/etc/hostname")), "a link that leads out of the step's folder: 'one/x'"),
                ("one/*", lambda s: ((s / "one").mkdir(), (s / "one/x").symlink_to("none")), "a link that leads to nothing: 'one/x'"),
                ("one/**", lambda s: (self.put(s, "one/d/x"), (s / "one/x").symlink_to("d")), "a link to a folder cannot be kept: 'one/x'"),
                ("one/*", lambda s: ((s / "one").mkdir(), os.mkfifo(s / "one/x")), "one/x")):
            with self.subTest(files):
                other = self.tree(name=f"tree{abs(hash(words))}")
                setup(other.source)
                other.declare(f"add_pipeline(app)\npipeline_files(app packages FILES {files})\n").configure()
                refused = other.run("files", status=2).all
                self.assertIn(words, refused)

    @staticmethod
    def put(source, path, text="1"):
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_text(text)

    def test_a_link_to_a_file_is_that_file_and_a_pattern_leaves_out(self):
        tree = self.tree()
        self.put(tree.source, "a/one.txt")
        (tree.source / "a/two.txt").symlink_to("one.txt")
        self.put(tree.source, "a/three.log")
        tree.declare("add_pipeline(app)\npipeline_files(app packages FILES a/* !a/*.log)\n").configure()
        tree.run("files")
        files = tree.work("app/files-packages") / "layout/files"
        self.assertEqual(sorted(each.name for each in files.iterdir()), ["one.txt", "two.txt"])
        self.assertFalse((files / "two.txt").is_symlink())

    def test_a_file_that_is_too_large_is_refused(self):
        tree = self.tree()
        self.put(tree.source, "a/one.bin")
        os.truncate(tree.source / "a/one.bin", 1_000_000_001)  # sparse
        tree.declare("add_pipeline(app)\npipeline_files(app packages FILES a/*)\n").configure()
        self.assertIn("the file is too large: 'a/one.bin'", tree.run("files", status=2).all)

    def test_a_test_of_the_files_comes_before_publish(self):
        tree = self.made(more="pipeline_step(app lint COMMAND grep -q one .images/files-packages/files/app.deb AFTER files-packages STAGE test)\n")
        tree.run("app.publish")
        self.next(tree, "two")
        self.assertIn("app/lint", tree.run("app.publish", status=1).all)
        self.assertEqual(tree.run("app.lint", status=1).all.count("published"), 0)

    # ---- a pipeline of files alone ----

    def test_files_are_planned_published_recorded_promoted_and_put_back(self):
        tree = self.made()
        first = tree.git("rev-parse", "HEAD")[:7]
        tree.run("files")
        self.assertIn("2 of packages", tree.run("plan-stage").all, "PLAN has files that are made and not published yet")
        self.assertFalse((self.world / "log").exists())
        tree.run("deploy-stage")
        one = ["app.deb 644 one", "run 755 one"]
        self.assertEqual([each.removeprefix("packages/") for each in self.files()], one)
        digest = self.digest(tree)
        release = self.release()
        self.assertEqual(release["images"], {})
        self.assertEqual(release["files"]["packages"]["digest"], digest)
        self.assertEqual(release["files"]["packages"]["reference"], f"app-packages:{first}@{digest}")
        self.assertIn("nothing to do", tree.run("deploy-stage").all)
        # A tag promotes them: nothing is built, the digest is the same.
        tree.tag("v1")
        promoted = tree.cicd("promote", "app", "prod", "--version", "v1").all
        self.assertNotIn("app/files-packages", promoted)
        self.assertEqual(self.release("prod")["files"]["packages"]["digest"], digest)
        self.assertEqual(self.release("prod")["files"]["packages"]["reference"], f"app-packages:v1@{digest}")
        # Another release, and the one before put back: fetched again by its digest.
        second = self.next(tree, "two")
        tree.run("deploy-stage")
        self.assertIn("packages/app.deb 644 two", self.files())
        self.assertNotEqual(self.digest(tree), digest)
        self.assertEqual(self.log()[-1], f"apply.sh stage {second}")
        tree.cicd("rollback", "app", "stage", "--reason", "it is bad")
        self.assertEqual([each.removeprefix("packages/") for each in self.files()], one)
        self.assertEqual(self.log()[-1], f"back.sh stage {first}")
        self.assertIn(first, tree.cicd("status").stdout)
        self.assertIn("app-packages", tree.cicd("artifacts", "app").stdout + tree.cicd("artifacts", "app", "--json").stdout)

    def test_a_release_whose_files_alone_are_new_is_named_by_its_own_commit(self):
        tree = self.made(more='pipeline_step(app still COMMAND cp same.txt same.out INPUTS same.txt OUTPUTS same.out STAGE build)\n'
                         'pipeline_image(app AFTER still BASE scratch FILES same.out=/same ENTRYPOINT /same)\n')
        tree.write("same.txt", "same")
        first = tree.commit("an image")[:7]
        tree.run("deploy-stage")
        tree.cicd("hold", "set", "app", "stage", "--version", first, "--reason", "loses orders")
        second = self.next(tree, "two")
        tree.run("deploy-stage")
        self.assertEqual((self.log()[-1], self.release()["images"]["image"]["tag"]), (f"apply.sh stage {second}", first))
        third = self.next(tree, "three")
        tree.cicd("hold", "set", "app", "stage", "--version", third, "--reason", "loses orders")
        self.assertIn("this version is held out", tree.run("deploy-stage", status=5).all)
        tree.cicd("hold", "release", "app", "stage")
        tree.run("deploy-stage")
        self.assertIn(f"{second} runs again", tree.cicd("rollback", "app", "stage", "--version-only").stdout)
        self.assertIn(f"version {third} is", tree.cicd("hold", "show", "app", "stage").stdout)
        self.assertEqual(self.log()[-1], f"back.sh stage {second}")

    def test_files_that_are_yanked_go_nowhere_and_may_be_deleted(self):
        tree = self.made()
        tree.run("deploy-stage")
        tree.tag("v1")
        tree.cicd("yank", "app", "v1", "--reason", "a bad package")
        self.assertIn("yanked", tree.cicd("promote", "app", "prod", "--version", "v1", status=5).all)
        self.next(tree, "two")
        tree.run("deploy-stage")
        deleted = tree.cicd("yank", "app", "v1", "--reason", "a leak", "--delete").all
        self.assertIn("app-packages", deleted)
        self.assertFalse([each for each in (tree.build / "registry/app-packages/blobs/sha256").iterdir() if each.read_bytes() == b"one\n"])

    def test_a_pass_of_reconcile_moves_files(self):
        tree = self.made()
        tree.run("app.publish")
        done = json.loads(tree.cicd("reconcile", "--json").stdout)
        self.assertEqual([(each["environment"], each["outcome"]) for each in done["deployed"]], [("stage", "deployed")])
        self.assertEqual(json.loads(tree.cicd("reconcile", "--json").stdout)["deployed"], [])
        self.next(tree, "two")
        tree.run("app.publish")
        self.assertEqual(len(json.loads(tree.cicd("reconcile", "--json").stdout)["deployed"]), 1)
        self.assertIn("packages/app.deb 644 two", self.files())

    def test_what_was_changed_where_it_is_kept_is_not_used(self):
        tree = self.made()
        tree.run("app.publish")
        blobs = tree.build / "registry/app-packages/blobs/sha256"
        blob = next(each for each in blobs.iterdir() if each.read_bytes() == b"one\n")
        os.chmod(blob, 0o644)
        blob.write_text("bad\n")
        for each in (tree.work("app/files-packages"),):
            self.assertTrue(each.exists())
        self.assertIn("is not what its name says", tree.run("deploy-stage", status=4).all)
        self.assertFalse((self.world / "log").exists())

    # ---- beside images, in a registry and in a bucket ----

    def test_a_real_registry_keeps_them_beside_the_images(self):
        address, _ = self.registry()
        more = "pipeline_image(app BASE scratch FILES dist/run=/run ENTRYPOINT /run)\npipeline_service(app api PORT 8080)\npipeline_environment(app shown ON branch main VIA render)\n"
        tree = self.made(image=f" IMAGE {address}/team/app", more=more, address=address)
        tree.run("deploy-stage")
        release = self.release()
        self.assertTrue(release["images"]["image"]["reference"].startswith(f"{address}/team/app:"))
        self.assertTrue(release["files"]["packages"]["reference"].startswith(f"{address}/team/app-packages:"))
        self.assertIn("packages/run 755 one", self.files())
        record = json.loads(tree.cicd("artifacts", "app", "--json").stdout)
        self.assertIn(f"files:{address}/team/app-packages", json.dumps(record))
        # One that takes images takes no files.
        tree.run("deploy-shown")
        shown = [each.read_text() for each in (tree.build / "rendered/shown").rglob("*") if each.is_file()]
        self.assertTrue(shown)
        self.assertNotIn("app-packages", "".join(shown))
        tree.tag("v1")
        tree.cicd("promote", "app", "prod", "--version", "v1")
        self.assertTrue(self.release("prod")["files"]["packages"]["reference"].startswith(f"{address}/team/app-packages:v1@"))
        doctor = tree.cicd("doctor", status=None).stdout
        self.assertIn(f"registry {address}/team/app-packages: answers", doctor)
        self.assertNotIn("files:", doctor)

    def test_a_bucket_keeps_them_too(self):
        tree = self.made(declared=BUILD.replace("FILES {files}", "FILES {files} BUCKET team-artifacts"))
        described = tree.cicd("explain", "publish").all
        self.assertIn("files:s3://team-artifacts/app/packages", described)


if __name__ == "__main__":
    unittest.main()
